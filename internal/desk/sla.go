package desk

import (
	"slices"
	"time"

	"deskbell.dev/deskbell/internal/worktime"
)

// Goal is one promise of a plan (domain.md, SLA).
type Goal string

// The goals, in the order in which they end.
const (
	GoalRespond Goal = "respond" // until the first word that the client has from a person
	GoalPlan    Goal = "plan"    // until the first prioritization
	GoalResolve Goal = "resolve" // until Completed
)

var goals = []Goal{GoalRespond, GoalPlan, GoalResolve}

// GoalSet is some of the goals.
type GoalSet uint8

func (g Goal) set() GoalSet { return 1 << slices.Index(goals, g) }

// Has reports whether the goal is among them.
func (s GoalSet) Has(g Goal) bool { return s&g.set() != 0 }

// Goals are the limits of a plan for one priority, in working time; 0 is not
// promised.
type Goals struct{ Respond, Plan, Resolve time.Duration }

// Limit is what is promised for the goal.
func (g Goals) Limit(of Goal) time.Duration {
	return map[Goal]time.Duration{GoalRespond: g.Respond, GoalPlan: g.Plan, GoalResolve: g.Resolve}[of]
}

// SLA is what the desk promises.
type SLA struct {
	Goals map[string]map[PriorityKey]Goals // by plan
	// DefaultPlan is the catch-all's, and of a client without a plan.
	DefaultPlan string
	// ClientHours, by the client's name, go before PriorityHours, and those before
	// the desk's hours.
	ClientHours   map[string]*worktime.Calendar
	PriorityHours map[PriorityKey]*worktime.Calendar
	// A goal is at risk once Share of it is used, or when no more than Within of
	// working time is left; of a goal no longer than Within, Share alone counts.
	Share  float64
	Within time.Duration
	// Version differs from that of other promises and hours; when it changes, open
	// tickets are measured anew.
	Version string
}

// GoalState is how a goal stands.
type GoalState string

const (
	Running GoalState = "running"
	Paused  GoalState = "paused" // waits for the client, or is done with the goal unmet
	Met     GoalState = "met"
	Breach  GoalState = "breached" // whether or not it was met later
	Void    GoalState = "void"     // cancelled
)

// Clock is one goal's measure of a ticket.
type Clock struct {
	Goal  Goal
	State GoalState
	Limit time.Duration // working time
	Used  time.Duration // working time, until it was met
	Met   time.Time     // zero while it is not
	// Due is when Used reaches Limit, or did; Risk when the goal comes to be at
	// risk. Zero where that lies behind a pause, or is met or void.
	Due, Risk time.Time
	AtRisk    bool // runs, is not breached, and Risk has come
}

// HoursOf is the calendar that the ticket's clocks go by.
func (p *Policy) HoursOf(t Ticket) *worktime.Calendar {
	if c, ok := p.SLA.ClientHours[p.Clients[t.Client].Name]; ok {
		return c
	}
	if c, ok := p.SLA.PriorityHours[p.effective(t)]; ok {
		return c
	}
	return p.Hours
}

// effective is the ticket's priority, until it has one the default.
func (p *Policy) effective(t Ticket) PriorityKey {
	if t.Priority == "" {
		return p.Default
	}
	return t.Priority
}

// goalsOf are what is promised for the ticket; nothing for an internal one.
func (p *Policy) goalsOf(t Ticket) Goals {
	c := p.Clients[t.Client]
	switch {
	case t.Kind == Internal:
		return Goals{}
	case c.Plan == "" || c.CatchAll:
		c.Plan = p.SLA.DefaultPlan
	}
	return p.SLA.Goals[c.Plan][p.effective(t)]
}

// paused reports whether the clocks stand while a ticket is in the status.
func (p *Policy) paused(k StatusKey) bool {
	s, _ := p.Workflow.Status(k)
	return s.Stage == Done || s.Stage == Waiting && s.Trait != IsVendor
}

// ClocksStand reports whether the ticket's clocks stand: it waits for the client,
// or is done.
func (p *Policy) ClocksStand(t Ticket) bool { return p.paused(t.Status) }

// run is a time in one status.
type run struct {
	from, to time.Time // to is zero for the present status
	status   StatusKey
}

// runs are the ticket's statuses from its entry on; what it was before it was
// opened, as a request handed in, counts as its first.
func runs(t Ticket) []run {
	var out []run
	for n, s := range t.Stays {
		r := run{from: s.At, status: s.Status}
		if n == 0 || s.At.Before(t.Entered) { // an internal ticket that was given a client entered later
			r.from = t.Entered
		}
		if n+1 < len(t.Stays) {
			if r.to = t.Stays[n+1].At; !r.to.After(t.Entered) {
				continue
			}
		}
		out = append(out, r)
	}
	return out
}

// meter measures one ticket by one calendar.
type meter struct {
	hours   *worktime.Calendar
	counted []run // those whose time counts
}

func (p *Policy) meter(t Ticket) meter {
	return meter{p.HoursOf(t), slices.DeleteFunc(runs(t), func(r run) bool { return p.paused(r.status) })}
}

// used is the working time that counted until the instant.
func (m meter) used(until time.Time) time.Duration {
	var total time.Duration
	for _, r := range m.counted {
		if r.to.IsZero() || r.to.After(until) {
			r.to = until
		}
		if r.from.Before(r.to) {
			total += m.hours.Between(r.from, r.to)
		}
	}
	return total
}

// reached is the first instant by which so much working time has counted; zero
// if a pause lies before it, or more than worktime.Horizon.
func (m meter) reached(amount time.Duration) time.Time {
	for _, r := range m.counted {
		if !r.to.IsZero() {
			if d := m.hours.Between(r.from, r.to); d < amount {
				amount -= d
				continue
			}
		}
		at, err := m.hours.Add(r.from, amount)
		if err != nil {
			return t0
		}
		return at
	}
	return t0
}

// Clocks are the ticket's goals as they stand at the instant, nil where nothing
// is promised. The whole history is measured, in time linear in the statuses
// that it was in. Source: domain.md, SLA.
func (p *Policy) Clocks(t Ticket, at time.Time) []Clock {
	limits := p.goalsOf(t)
	if limits == (Goals{}) || len(t.Stays) == 0 {
		return nil
	}
	m := p.meter(t)
	var out []Clock
	for _, g := range goals {
		if limit := limits.Limit(g); limit > 0 {
			out = append(out, p.clock(t, m, Clock{Goal: g, Limit: limit}, at))
		}
	}
	return out
}

func (p *Policy) clock(t Ticket, m meter, c Clock, at time.Time) Clock {
	c.Met = p.met(t, c.Goal)
	if !c.Met.IsZero() && c.Met.Before(at) {
		at = c.Met
	}
	c.Used = m.used(at)
	cancelled := p.Workflow.Trait(t.Status) == IsCancelled
	if c.Met.IsZero() && !cancelled {
		c.Due, c.Risk = m.reached(c.Limit), m.reached(p.riskAt(c.Limit))
	}
	switch {
	case cancelled:
		c.State = Void
	case t.Breached.Has(c.Goal) || c.Used > c.Limit:
		c.State = Breach
	case !c.Met.IsZero():
		c.State = Met
	case p.paused(t.Status):
		c.State = Paused
	default:
		c.State = Running
		c.AtRisk = c.Used >= p.riskAt(c.Limit)
	}
	return c
}

// met is when the goal was reached, zero if it was not.
func (p *Policy) met(t Ticket, g Goal) time.Time {
	switch {
	case g == GoalRespond:
		return t.Responded
	case g == GoalPlan:
		return t.Planned
	case p.Workflow.Stage(t.Status) == Done:
		return t.Closed
	}
	return t0
}

// riskAt is how much of the limit is used when the goal comes to be at risk.
func (p *Policy) riskAt(limit time.Duration) time.Duration {
	share := time.Duration(float64(limit) * p.SLA.Share).Round(moment)
	if left := limit - p.SLA.Within; left > 0 {
		return min(share, left)
	}
	return share
}

// Deadlines are what of the ticket's clocks is searched by: since or from when it
// is at risk, and when the first of its unmet goals is, or was, used up; of one
// that was breached by promises of before, some instant past. Zero is none; while
// the clocks stand only what is breached has one.
func (p *Policy) Deadlines(t Ticket) (risk, due time.Time) {
	soonest := func(a *time.Time, b time.Time) {
		if !b.IsZero() && (a.IsZero() || b.Before(*a)) {
			*a = b
		}
	}
	for _, c := range p.Clocks(t, t.LastAt) {
		if c.Met.IsZero() && c.State != Void && p.Workflow.Stage(t.Status) != Done {
			if c.State == Breach && (c.Due.IsZero() || c.Due.After(t.LastAt)) { // by promises of before
				c.Due = t.LastAt
			}
			soonest(&risk, c.Risk)
			soonest(&due, c.Due)
		}
	}
	return risk, due
}
