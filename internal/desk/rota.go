package desk

import (
	"slices"
	"time"
)

// Rota says who is intake at an instant. All intervals are half-open.
type Rota struct {
	Base   []MemberID // one turn each, in order, for ever
	OnCall []MemberID // the second rota, outside working hours
	// Anchor is the local date of the turn that Base[0] and OnCall[0] have.
	Anchor string // 2026-03-02
	// Day and At are when the turn passes, in desk time.
	Day       time.Weekday
	At        int // minutes after midnight
	Overrides []Interval
	Swaps     map[string]MemberID // turn's local date → who takes it
	Absences  []Interval
}

// Interval is a member from an instant (included) to another (not included).
type Interval struct {
	Member   MemberID
	From, To time.Time
}

func (i Interval) covers(at time.Time) bool { return !at.Before(i.From) && at.Before(i.To) }

// Duty is who is intake, until when as far as known, and why.
type Duty struct {
	Member MemberID // 0: nobody
	Why    string   // override, swap, rota, deputy, on call, nobody
	Until  time.Time
}

// Away reports whether an absence of the member is recorded for the instant.
func (r *Rota) Away(m MemberID, at time.Time) bool {
	return slices.ContainsFunc(r.Absences, func(i Interval) bool { return i.Member == m && i.covers(at) })
}

// Turn returns the start and the end of the turn that holds the instant, in
// zone, and the turn's local date.
func (r *Rota) Turn(at time.Time, zone *time.Location) (from, to time.Time, date string) {
	l := at.In(zone)
	start := func(d time.Time) time.Time {
		return time.Date(d.Year(), d.Month(), d.Day(), r.At/60, r.At%60, 0, 0, zone)
	}
	back := (int(l.Weekday()) - int(r.Day) + 7) % 7
	from = start(l.AddDate(0, 0, -back))
	if at.Before(from) {
		from = start(from.AddDate(0, 0, -7))
	}
	return from, start(from.AddDate(0, 0, 7)), from.Format(time.DateOnly)
}

// anyMonday is the anchor of a rota that was given none.
const anyMonday = "2024-01-01"

// nth is the index of the turn that began on date, counted from the anchor.
func (r *Rota) nth(date string) int {
	anchor := r.Anchor
	if anchor == "" {
		anchor = anyMonday
	}
	a, err1 := time.Parse(time.DateOnly, anchor)
	d, err2 := time.Parse(time.DateOnly, date)
	if err1 != nil || err2 != nil {
		return 0
	}
	days := int(d.Sub(a).Hours() / 24)
	if days < 0 {
		days -= 6
	}
	return days / 7
}

func pick(ms []MemberID, n int) MemberID {
	if len(ms) == 0 {
		return 0
	}
	return ms[((n%len(ms))+len(ms))%len(ms)]
}

// anchor counts both rotas from the turn of date on, without changing whose
// turn it is: who comes or goes later moves nobody's present turn.
func (r *Rota) anchor(date string) {
	if date == "" {
		return
	}
	n := r.nth(date)
	turned := func(ms []MemberID) []MemberID {
		var out []MemberID
		for i := range ms {
			out = append(out, pick(ms, n+i))
		}
		return out
	}
	r.Base, r.OnCall, r.Anchor = turned(r.Base), turned(r.OnCall), date
}

// IntakeAt says who is intake at the instant: override before swap before
// base; a deputy under a recorded absence only; the on-call member outside
// working hours where the desk has switched that on (domain.md, Rota). Whoever
// was deactivated is passed over.
func (p *Policy) IntakeAt(at time.Time) Duty {
	r := &p.Rota
	_, until, date := r.Turn(at, p.Zone)
	d := Duty{Why: "rota", Until: until}
	if p.afterHours(at) {
		d.Member, d.Why = pick(r.OnCall, r.nth(date)), "on call"
		if next, err := p.Hours.Next(at); err == nil {
			d.Until = earlier(d.Until, next)
		}
	} else {
		d.Member = pick(r.Base, r.nth(date))
		if m, ok := r.Swaps[date]; ok && p.Members[m].Active {
			d.Member, d.Why = m, "swap"
		}
	}
	for _, o := range r.Overrides {
		switch {
		case !p.Members[o.Member].Active:
		case o.covers(at):
			d.Member, d.Why, d.Until = o.Member, "override", o.To
		case o.From.After(at):
			d.Until = earlier(d.Until, o.From)
		}
	}
	for _, a := range r.Absences {
		switch {
		case a.Member != d.Member:
		case a.covers(at):
			d.Until = earlier(d.Until, a.To)
		case a.From.After(at):
			d.Until = earlier(d.Until, a.From)
		}
	}
	switch {
	case !p.Members[d.Member].Active:
		d.Member, d.Why = 0, "nobody"
	case r.Away(d.Member, at):
		for _, a := range r.Absences { // another deputy may come back, or leave
			for _, edge := range []time.Time{a.From, a.To} {
				if p.Members[a.Member].Has(RIntakeDeputy) && edge.After(at) {
					d.Until = earlier(d.Until, edge)
				}
			}
		}
		if d.Member, d.Why = p.deputy(at), "deputy"; d.Member == 0 {
			d.Why = "nobody"
		}
	}
	return d
}

func (p *Policy) afterHours(at time.Time) bool { return p.AfterHours && !p.Hours.Working(at) }

// deputy is the first intake deputy who is not away, 0 if none.
func (p *Policy) deputy(at time.Time) MemberID {
	for _, id := range p.With(RIntakeDeputy) {
		if !p.Rota.Away(id, at) {
			return id
		}
	}
	return 0
}

// OnCall reports whether the actor is intake by the on-call rota right now,
// and so may give the urgent priority.
func (p *Policy) OnCall(a Actor, at time.Time) bool {
	return p.afterHours(at) && a.Member != 0 && p.IntakeAt(at).Member == a.Member
}

// Unstaffed are the roles, of intake and SRM, that nobody is there for at the
// instant, in that order; a desk without them opens or starts nothing.
func (p *Policy) Unstaffed(at time.Time) []Role {
	var out []Role
	if p.IntakeAt(at).Member == 0 {
		out = append(out, RIntake)
	}
	if !slices.ContainsFunc(p.With(RSRM, RSRMDeputy), func(m MemberID) bool { return !p.Rota.Away(m, at) }) {
		out = append(out, RSRM)
	}
	return out
}

// Has is who has the turn that began on the local date by the weekly rota alone;
// 0 if there is none.
func (r *Rota) Has(date string) MemberID { return pick(r.Base, r.nth(date)) }

// Week is whose the turn is that began on the local date: who took it, else by the
// weekly rota; swapped says that somebody took it. Absences and overrides leave a
// week whose it is.
func (p *Policy) Week(date string) (m MemberID, swapped bool) {
	if m, ok := p.Rota.Swaps[date]; ok && p.Members[m].Active {
		return m, true
	}
	return p.Rota.Has(date), false
}

// Turn is one turn of the weekly rota, and who leaves and arrives as intake with
// it; 0 is nobody.
type Turn struct {
	From, Until     time.Time
	Leaves, Arrives MemberID
}

// TurnOn is the turn that begins on the local date, false if none does. Who is on
// call comes and goes with the working hours and is left out of it.
func (p *Policy) TurnOn(date string) (Turn, bool) {
	day, err := time.ParseInLocation(time.DateOnly, date, p.Zone)
	if err != nil {
		return Turn{}, false
	}
	from, until, on := p.Rota.Turn(day.Add(24*time.Hour-time.Minute), p.Zone)
	weekly := *p
	weekly.AfterHours = false
	return Turn{from, until, weekly.IntakeAt(from.Add(-time.Microsecond)).Member, weekly.IntakeAt(from).Member}, on == date
}
