package report

import (
	"cmp"
	"slices"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

// InternalShare is how much of a week's working time may go into internal tickets
// before the audit shows it (domain.md, rule 12).
const InternalShare = 0.10

// Logged is time that a member logged on tickets.
type Logged struct {
	Member   desk.MemberID
	Internal bool // on internal tickets
	Time     time.Duration
}

// Time is where the technicians' time went.
type Time struct {
	Client, Internal time.Duration // logged, by whomever
	Technicians      int
	// Present is the technicians' working time, their absences left out, and
	// Unticketed what of it they logged on no ticket.
	Present, Unticketed time.Duration
	Beyond              []Beyond // the most first
}

// Beyond is a member with more internal time than InternalShare.
type Beyond struct {
	Member desk.MemberID
	Time   time.Duration
	Share  float64 // of the week
}

// fullWeek is what one person works in a week at most: a desk may be open longer.
const fullWeek = 40 * time.Hour

// weekOf is a week's working time of one person: that of the longest of five weeks
// up to the one that begins with the instant, since holidays make none shorter.
func weekOf(p *desk.Policy, from time.Time) time.Duration {
	var week time.Duration
	for n := range 5 {
		a := from.In(p.Zone).AddDate(0, 0, -7*n)
		week = max(week, p.Hours.Between(a, a.AddDate(0, 0, 7)))
	}
	return min(week, fullWeek)
}

// TimeOf is where time went from an instant to another, at most a week. The working
// hours are the desk's.
func TimeOf(p *desk.Policy, from, to time.Time, logged []Logged) Time {
	var out Time
	by := map[desk.MemberID]time.Duration{}
	internal := map[desk.MemberID]time.Duration{}
	for _, l := range logged {
		by[l.Member] += l.Time
		if l.Internal {
			out.Internal += l.Time
			internal[l.Member] += l.Time
		} else {
			out.Client += l.Time
		}
	}
	for _, m := range p.With(desk.RTechnician, desk.RLevel1) {
		there := min(present(p, m, from, to), fullWeek)
		out.Technicians++
		out.Present += there
		out.Unticketed += max(0, there-by[m])
	}
	week := weekOf(p, from)
	for m, d := range internal {
		if share := float64(d) / float64(week); week > 0 && p.Dial(desk.TimeOnTickets) != desk.Off && share > InternalShare {
			out.Beyond = append(out.Beyond, Beyond{m, d, share})
		}
	}
	slices.SortFunc(out.Beyond, func(a, b Beyond) int {
		return cmp.Or(cmp.Compare(b.Time, a.Time), cmp.Compare(a.Member, b.Member))
	})
	return out
}

// present is the working time that the member was not away from.
func present(p *desk.Policy, m desk.MemberID, from, to time.Time) time.Duration {
	var there time.Duration
	for a, b := range pieces(p, from, to) {
		if !p.Rota.Away(m, a) {
			there += p.Hours.Between(a, b)
		}
	}
	return there
}

// pieces yields the time in parts within which nobody's absence begins or ends.
func pieces(p *desk.Policy, from, to time.Time) func(yield func(a, b time.Time) bool) {
	at := []time.Time{from, to}
	for _, i := range p.Rota.Absences {
		for _, x := range []time.Time{i.From, i.To} {
			if x.After(from) && x.Before(to) {
				at = append(at, x)
			}
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	return func(yield func(a, b time.Time) bool) {
		for n := 1; n < len(at); n++ {
			if at[n-1].Before(at[n]) && !yield(at[n-1], at[n]) {
				return
			}
		}
	}
}

// Coverage is how much of the desk's working time somebody was there, as the rota
// and the absences stand recorded.
type Coverage struct {
	Working time.Duration
	Intake  time.Duration // with somebody intake
	SRM     time.Duration // with an SRM or a deputy
	By      []Shift       // who was intake, the most first
}

// Shift is how long a member was intake in working time.
type Shift struct {
	Member desk.MemberID
	Time   time.Duration
}

// CoverageOf is who was there from an instant to another.
func CoverageOf(p *desk.Policy, from, to time.Time) Coverage {
	out := Coverage{Working: p.Hours.Between(from, to)}
	by := map[desk.MemberID]time.Duration{}
	for at := from; at.Before(to); {
		d := p.IntakeAt(at)
		until := to
		if d.Until.After(at) && d.Until.Before(to) {
			until = d.Until
		}
		if d.Member != 0 {
			by[d.Member] += p.Hours.Between(at, until)
		}
		at = until
	}
	for _, d := range by {
		out.Intake += d
	}
	out.By = byMost(by)
	for a, b := range pieces(p, from, to) {
		if !slices.Contains(p.Unstaffed(a), desk.RSRM) {
			out.SRM += p.Hours.Between(a, b)
		}
	}
	return out
}

// And is both together.
func (c Coverage) And(o Coverage) Coverage {
	by := map[desk.MemberID]time.Duration{}
	for _, s := range slices.Concat(c.By, o.By) {
		by[s.Member] += s.Time
	}
	c.Working, c.Intake, c.SRM = c.Working+o.Working, c.Intake+o.Intake, c.SRM+o.SRM
	c.By = byMost(by)
	return c
}

func byMost(by map[desk.MemberID]time.Duration) []Shift {
	var out []Shift
	for m, d := range by {
		if d > 0 {
			out = append(out, Shift{m, d})
		}
	}
	slices.SortFunc(out, func(a, b Shift) int { return cmp.Or(cmp.Compare(b.Time, a.Time), cmp.Compare(a.Member, b.Member)) })
	return out
}
