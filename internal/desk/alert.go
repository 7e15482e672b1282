package desk

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Who is told of goals at risk and breached, and when (domain.md, SLA).

// moment is the least time between two instants that the desk tells apart.
const moment = time.Microsecond

// nextAlert is when the clock has to look at the ticket's goals again, zero for
// never as things stand: when the first of them comes to be at risk, or is past
// its limit, that nobody was told of.
func (p *Policy) nextAlert(t Ticket) time.Time {
	hours := p.HoursOf(t)
	var next time.Time
	for _, c := range p.Clocks(t, t.LastAt) {
		at := c.Risk
		if t.AtRisk.Has(c.Goal) {
			at = c.Due
		}
		if c.State == Void || c.State == Paused || t.Breached.Has(c.Goal) || !c.Met.IsZero() || at.IsZero() {
			continue
		}
		if t.AtRisk.Has(c.Goal) {
			// A limit that is reached as the day ends is passed when the next begins.
			at = at.Add(moment)
			if open, err := hours.Next(at); err == nil && open.After(at) {
				at = open.Add(moment)
			}
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next
}

// GoalNotices has the clock look at an open ticket's goals after the policy
// changed: at once if somebody is to be told by now, else when the next falls due.
func GoalNotices(p *Policy, t Ticket, at time.Time) []Notice {
	n, next := noting{p: p, t: t}, p.nextAlert(t)
	switch {
	case next.IsZero():
	case next.After(at):
		n.timer(Event{Seq: t.Revision}, TimerSLA, next)
	default:
		n.timer(Event{Seq: t.Revision}, TimerGoals, at)
	}
	return n.out
}

// alert records which goals are at risk or breached by now, each once; why is
// what made it so, beside the time.
func (d *deciding) alert(why string) {
	for _, c := range d.p.Clocks(d.t, d.r.At) {
		switch {
		case !c.Met.IsZero():
		case c.State == Breach && !d.t.Breached.Has(c.Goal):
			d.emit(GoalBreached{c.Goal, c.Due, why})
		case c.AtRisk && !d.t.AtRisk.Has(c.Goal):
			d.emit(GoalAtRisk{c.Goal, c.Due})
		}
	}
}

// remeasured records what the command itself made of the goals: another priority
// or client measures the whole history anew, and what was answered or done too
// late stays so, also when the clock had no time to say so before.
func (d *deciding) remeasured(was Ticket) {
	if was.Number == 0 || !slices.ContainsFunc(d.events, func(e Event) bool { return e.Ticket == d.t.Number && Clocked(e.What) }) {
		return
	}
	why := ""
	switch pr, _ := d.p.Priority(d.t.Priority); {
	case was.Client != d.t.Client:
		why = "its client is " + d.p.Clients[d.t.Client].Name + " now"
	case was.Priority == d.t.Priority:
	case d.t.Priority == "":
		why = "it has no priority any more"
	default:
		why = "it is " + pr.Name + " now"
	}
	for _, c := range d.p.Clocks(d.t, d.r.At) {
		late := !c.Met.IsZero() && d.p.met(was, c.Goal).IsZero()
		if c.State == Breach && !d.t.Breached.Has(c.Goal) && (late || why != "" && c.Met.IsZero()) {
			d.emit(GoalBreached{c.Goal, c.Due, why})
		}
	}
}

// goal tells the assignee and the SDM of a goal, in its working hours.
func (n *noting) goal(e Event, what string) {
	due := e.At
	if open, err := n.p.HoursOf(n.t).Next(due); err == nil {
		due = open.UTC()
	}
	told := append(n.p.SDMs(e.At), n.t.Assignee)
	slices.Sort(told)
	for _, m := range slices.Compact(told) {
		if m != 0 && m != e.By.Member {
			n.add(e, Post, fmt.Sprintf("member:%d", m), what, due)
		}
	}
}

// SDMs are who answers for service delivery: every SDM, or the SRM if there is
// none.
func (p *Policy) SDMs(at time.Time) []MemberID {
	if ms := p.With(RSDM); len(ms) > 0 {
		return ms
	}
	return nonzero(p.SRM(at))
}

// clocks has the clock look at the goals when the next of them falls due, if the
// events can have changed that.
func (n *noting) clocks(es []Event) {
	for _, e := range slices.Backward(es) {
		if e.Ticket == n.t.Number && Clocked(e.What) {
			if at := n.p.nextAlert(n.t); !at.IsZero() {
				n.timer(e, TimerSLA, at)
			}
			return
		}
	}
}

// Clocked reports whether the fact may change what Clocks says of the ticket.
func Clocked(f Fact) bool {
	switch f := f.(type) {
	case Opened, Moved, Undone, Prioritized, Unprioritized, Replied, Called, GoalAtRisk, GoalBreached:
		return true
	case FieldSet:
		return f.Field == "client" || f.Field == "kind"
	}
	return false
}

// remeasuring begins the What of the notice that open tickets are to be measured
// anew.
const remeasuring = "remeasure/"

// Remeasure is the notice that open tickets after the given one are to be
// measured by the present promises and hours; changed is how many of those before
// have other deadlines by that. Run names the whole run.
func Remeasure(run string, after TicketID, changed int, at time.Time) Notice {
	return Notice{Key: fmt.Sprintf("%s%s/%d", remeasuring, run, after), Kind: Act, Place: "desk", What: fmt.Sprintf("%s%s/%d/%d", remeasuring, run, after, changed), Due: at}
}

// Remeasuring is what such a notice's What says; false if it is another's.
func Remeasuring(what string) (run string, after TicketID, changed int, ok bool) {
	rest, ok := strings.CutPrefix(what, remeasuring)
	parts := strings.Split(rest, "/")
	if !ok || len(parts) != 4 {
		return "", 0, 0, false
	}
	n, err1 := strconv.ParseInt(parts[2], 10, 64)
	changed, err2 := strconv.Atoi(parts[3])
	return parts[0] + "/" + parts[1], TicketID(n), changed, err1 == nil && err2 == nil
}
