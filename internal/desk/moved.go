package desk

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ahead is how much of the rota counts when a change of it is told: what is
// further off comes with its own reminder.
const ahead = 8 * 7 * 24 * time.Hour

// moving begins the What of the notice that a member's turns moved.
const moving = "moved/"

// WeekMoved is what a change of the rota means for one member: the shifts that they
// are intake, or on call, and were not to be, or not in whole, before; and the times
// that they are not any more.
type WeekMoved struct {
	By     Actor
	OnCall bool   `json:",omitzero"`
	Gained []Span `json:",omitempty"`
	Lost   []Span `json:",omitempty"`
}

// Span is from an instant (included) to another (not included).
type Span struct{ From, To time.Time }

// RotaNotices tell each member whose turns the actor's changes moved, within the
// next eight weeks; not the actor, and nobody when the desk's first rota is seeded.
func RotaNotices(was, now *Policy, by Actor, at time.Time) []Notice {
	if by.Clock && len(was.Rota.Base) == 0 {
		return nil
	}
	var ns []Notice
	for _, onCall := range []bool{false, true} {
		if onCall && !now.AfterHours {
			continue
		}
		before, after := was.shifts(at, onCall), now.shifts(at, onCall)
		for m, w := range shifted(before, after) {
			if m == 0 || m == by.Member {
				continue
			}
			w.Gained = stints(after, m, w.Gained)
			w.By, w.OnCall = by, onCall
			body, _ := json.Marshal(w) // plain data
			ns = append(ns, Notice{Key: fmt.Sprintf("%s%d/%d/%t", moving, now.Version, m, onCall), Kind: Post, Place: fmt.Sprintf("member:%d", m), What: moving + string(body), Due: at})
		}
	}
	slices.SortFunc(ns, func(a, b Notice) int { return strings.Compare(a.Key, b.Key) })
	return ns
}

// ReadMoved reads the What of such a notice; false if it is another's.
func ReadMoved(what string) (WeekMoved, bool) {
	var w WeekMoved
	body, ok := strings.CutPrefix(what, moving)
	return w, ok && json.Unmarshal([]byte(body), &w) == nil
}

// Still leaves of it what is so, and not past, at the instant.
func (w WeekMoved) Still(p *Policy, m MemberID, at time.Time) WeekMoved {
	has := func(s Span) bool {
		from := s.From
		if from.Before(at) {
			from = at
		}
		return p.shift(from, w.OnCall).Member == m
	}
	w.Gained = slices.DeleteFunc(slices.Clone(w.Gained), func(s Span) bool { return !s.To.After(at) || !has(s) })
	w.Lost = slices.DeleteFunc(slices.Clone(w.Lost), func(s Span) bool { return !s.To.After(at) || has(s) })
	return w
}

// shift is who has the turn at an instant, by the weekly rota with all that goes
// before it, or by the on-call rota, and until when.
func (p *Policy) shift(at time.Time, onCall bool) Duty {
	if onCall {
		_, until, date := p.Rota.Turn(at, p.Zone)
		d := Duty{Member: pick(p.Rota.OnCall, p.Rota.nth(date)), Until: until}
		if !p.Members[d.Member].Active {
			d.Member = 0
		}
		return d
	}
	weekly := *p
	weekly.AfterHours = false
	return weekly.IntakeAt(at)
}

// shifts are those that begin within the time ahead, in order and to their ends.
func (p *Policy) shifts(from time.Time, onCall bool) []Interval {
	var out []Interval
	for at, end := from, from.Add(ahead); at.Before(end); {
		d := p.shift(at, onCall)
		if !d.Until.After(at) {
			break
		}
		if n := len(out); n > 0 && out[n-1].Member == d.Member {
			out[n-1].To = d.Until
		} else {
			out = append(out, Interval{d.Member, at, d.Until})
		}
		at = d.Until
	}
	return out
}

// stints are the member's shifts that hold any of the spans, whole.
func stints(shifts []Interval, m MemberID, spans []Span) []Span {
	var out []Span
	for _, i := range shifts {
		if i.Member == m && slices.ContainsFunc(spans, func(s Span) bool { return s.From.Before(i.To) && i.From.Before(s.To) }) {
			out = append(out, Span{i.From.UTC(), i.To.UTC()})
		}
	}
	return out
}

// Uncovered are the times ahead that somebody was intake before the change and
// nobody is since.
func Uncovered(was, now *Policy, at time.Time) []Span {
	return shifted(was.shifts(at, false), now.shifts(at, false))[0].Gained
}

// shifted is what each member gained and lost from one list of shifts to another
// over the same time.
func shifted(was, now []Interval) map[MemberID]WeekMoved {
	out := map[MemberID]WeekMoved{}
	extend := func(ss []Span, from, to time.Time) []Span {
		if n := len(ss); n > 0 && ss[n-1].To.Equal(from) {
			ss[n-1].To = to
			return ss
		}
		return append(ss, Span{from.UTC(), to.UTC()})
	}
	for i, j := 0, 0; i < len(was) && j < len(now); {
		a, b := was[i], now[j]
		from, to := a.From, earlier(a.To, b.To)
		if b.From.After(from) {
			from = b.From
		}
		if a.Member != b.Member {
			w := out[a.Member]
			w.Lost = extend(w.Lost, from, to)
			out[a.Member] = w
			w = out[b.Member]
			w.Gained = extend(w.Gained, from, to)
			out[b.Member] = w
		}
		if a.To.Equal(to) {
			i++
		}
		if b.To.Equal(to) {
			j++
		}
	}
	return out
}
