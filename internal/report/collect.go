package report

import (
	"cmp"
	"slices"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

// Collector gathers Figures ticket by ticket, so that no more than one needs to
// be held.
type Collector struct {
	p    *desk.Policy
	f    Figures
	days []time.Time // Figures.Days', in order
	seen map[desk.TicketID]bool

	now, before spans
	ages        map[desk.StatusKey][]time.Duration
	under       map[desk.StatusKey]Under
	clients     map[desk.ClientID]int
	held        map[desk.TicketID][]stop
}

type spans struct {
	from, to    time.Time // of the time before
	lead, cycle []time.Duration
}

// stop is an urgent start and how many tickets stood for it.
type stop struct {
	at time.Time
	n  int
}

// weeks is the span before that a report compares with: the same days of the week
// before, on the desk's clock.
func weeks(p *desk.Policy, from, to time.Time) (before, until time.Time) {
	return from.In(p.Zone).AddDate(0, 0, -7), to.In(p.Zone).AddDate(0, 0, -7)
}

// Collect begins Figures of the time from an instant to another, at most a week.
// Starts are the Started events since [Interrupting]; of those that interrupted
// something it counts what that cost within the time.
func Collect(p *desk.Policy, from, to time.Time, starts []desk.Event) *Collector {
	c := &Collector{p: p, f: Figures{From: from, To: to, Goals: map[desk.Goal]Kept{}}, seen: map[desk.TicketID]bool{},
		ages: map[desk.StatusKey][]time.Duration{}, under: map[desk.StatusKey]Under{}, clients: map[desk.ClientID]int{}, held: map[desk.TicketID][]stop{}}
	local := c.Since().In(p.Zone)
	for n := 1; ; n++ {
		at := time.Date(local.Year(), local.Month(), local.Day()+n, 0, 0, 0, 0, p.Zone)
		if !at.Before(to) {
			break
		}
		c.days = append(c.days, at)
	}
	c.days = append(c.days, to)
	c.before.from, c.before.to = weeks(p, from, to)
	for _, at := range c.days {
		c.f.Days = append(c.f.Days, Day{at, map[desk.Stage]int{}})
	}
	for _, e := range starts {
		if s, ok := e.What.(desk.Started); ok && len(s.Interrupted) > 0 {
			if c.in(e.At) {
				c.f.Urgent.Starts++
				c.f.Urgent.Interrupted += len(s.Interrupted)
			}
			c.held[e.Ticket] = append(c.held[e.Ticket], stop{e.At, len(s.Interrupted)})
		}
	}
	return c
}

// Since is from when on the collector wants tickets that are done: all others, it
// wants in any case.
func (c *Collector) Since() time.Time { return c.f.To.Add(-History) }

// Interrupting is from when on urgent starts are wanted: one may go on for weeks.
func Interrupting(from time.Time) time.Time { return from.Add(-History) }

// Add takes a ticket in, in whatever order, once.
func (c *Collector) Add(t desk.Ticket) {
	if c.seen[t.Number] || !t.Opened.Before(c.f.To) {
		return
	}
	c.seen[t.Number] = true
	if len(t.Stays) == 0 { // closed by a program that kept none
		t.Stays = []desk.Stay{{Status: c.p.Workflow.With(desk.IsSubmitted), At: t.Opened}, {Status: t.Status, At: t.Since}}
	}
	if t.Entered.After(t.Opened) { // internal until it was given a client, which was opening it
		c.opened(t.Opened, true)
		c.opened(t.Entered, false)
	} else {
		c.opened(t.Opened, t.Kind == desk.Internal)
	}
	c.stays(t)
	c.urgent(t)
}

func (c *Collector) opened(at time.Time, internal bool) {
	flow := &c.f.Flow
	switch {
	case c.in(at):
	case within(at, c.before.from, c.before.to):
		flow = &c.f.Before
	default:
		return
	}
	flow.Opened++
	flow.Internal += is(internal)
}

func (c *Collector) in(at time.Time) bool { return within(at, c.f.From, c.f.To) }

func within(at, from, to time.Time) bool { return !at.Before(from) && at.Before(to) }

func is(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// stays walks through the ticket's statuses up to the report's end.
func (c *Collector) stays(t desk.Ticket) {
	var begun, done time.Time // first active, last completed
	last := false             // and done is its last status, also by now
	stands := desk.Stay{}
	for n, s := range t.Stays {
		if !s.At.Before(c.f.To) {
			break
		}
		stands = s
		until := c.f.To.Add(1)
		if n+1 < len(t.Stays) && t.Stays[n+1].At.Before(c.f.To) {
			until = t.Stays[n+1].At
		}
		stage := c.stage(s.Status)
		c.count(stage, s.At, until)
		if s.Undone { // was not meant
			continue
		}
		if begun.IsZero() && stage == desk.Active {
			begun = s.At
		}
		c.f.Rework += is(s.Rework && c.in(s.At))
		switch {
		case stage != desk.Done:
		case c.p.Workflow.Trait(s.Status) == desk.IsCancelled:
			c.f.Cancelled += is(c.in(s.At))
		default:
			done, last = s.At, n+1 == len(t.Stays)
		}
	}
	if !done.IsZero() {
		c.completed(t, begun, done, last)
	}
	if stage := c.stage(stands.Status); stage != "" && stage != desk.Done {
		c.f.Open++
		if stage == desk.Active {
			c.atWork(t, stands.Status, begun)
		}
	}
}

var defaults = desk.DefaultWorkflow()

// stage is a status's, also of one that the desk has left out since.
func (c *Collector) stage(k desk.StatusKey) desk.Stage {
	if s := c.p.Workflow.Stage(k); s != "" {
		return s
	}
	return defaults.Stage(k)
}

// count counts the ticket at the days of a stay.
func (c *Collector) count(stage desk.Stage, from, until time.Time) {
	if stage == desk.Done && from.Before(c.Since()) {
		return
	}
	first, _ := slices.BinarySearchFunc(c.days, from, time.Time.Compare)
	for n := first; n < len(c.days) && c.days[n].Before(until); n++ {
		c.f.Days[n].N[stage]++
	}
}

// completed counts a ticket that was; of one that was opened again since it is not
// known any more how.
func (c *Collector) completed(t desk.Ticket, begun, done time.Time, last bool) {
	lead := done.Sub(t.Entered)
	if !done.Before(c.f.To.Add(-History)) {
		c.f.Done = append(c.f.Done, Finished{done, lead, c.p.Urgent(t.Priority)})
	}
	flow, took := &c.f.Flow, &c.now
	switch {
	case c.in(done):
	case within(done, c.before.from, c.before.to):
		flow, took = &c.f.Before, &c.before
	default:
		return
	}
	flow.Completed++
	flow.Unconfirmed += is(t.Unconfirmed && last)
	took.lead = append(took.lead, lead)
	if !begun.IsZero() {
		took.cycle = append(took.cycle, done.Sub(begun))
	}
	if flow != &c.f.Flow || !last {
		return
	}
	for _, k := range c.p.Clocks(t, c.f.To) {
		kept := c.f.Goals[k.Goal]
		kept.Breached += is(k.State == desk.Breach)
		kept.Met += is(k.State != desk.Breach && !k.Met.IsZero())
		c.f.Goals[k.Goal] = kept
	}
}

func (c *Collector) atWork(t desk.Ticket, status desk.StatusKey, begun time.Time) {
	u := c.under[status]
	if u.N++; u.Since.IsZero() || begun.Before(u.Since) {
		u.Oldest, u.Since = t.Number, begun
	}
	c.under[status], c.ages[status] = u, append(c.ages[status], c.f.To.Sub(begun))
}

// urgent counts what was made urgent, and what stood while it was in progress.
func (c *Collector) urgent(t desk.Ticket) {
	u := &c.f.Urgent
	if c.p.Urgent(t.Priority) && c.in(t.Prioritized) {
		u.Made++
		if t.Client != 0 {
			c.clients[t.Client]++
		}
	}
	var cost time.Duration
	for _, s := range c.held[t.Number] {
		from, until := s.at, c.f.To
		for _, stay := range t.Stays {
			if stay.At.After(s.at) && stay.At.Before(until) {
				until = stay.At
				break
			}
		}
		if from.Before(c.f.From) {
			from = c.f.From
		}
		if from.Before(until) {
			cost += time.Duration(s.n) * c.p.Hours.Between(from, until)
		}
	}
	if u.Held += cost; cost > u.For {
		u.Longest, u.For = t.Number, cost
	}
}

// Figures are what was gathered.
func (c *Collector) Figures() Figures {
	f := c.f
	f.Lead, f.Cycle = spread(c.now.lead), spread(c.now.cycle)
	f.Before.Lead, f.Before.Cycle = spread(c.before.lead), spread(c.before.cycle)
	for _, k := range c.p.Workflow.In(desk.Active) {
		if u, ok := c.under[k]; ok {
			u.Status, u.Age = k, spread(c.ages[k])
			f.Work = append(f.Work, u)
		}
	}
	for id, n := range c.clients {
		f.Urgent.Clients = append(f.Urgent.Clients, FromClient{id, n})
	}
	slices.SortFunc(f.Urgent.Clients, func(a, b FromClient) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Client, b.Client)) })
	slices.SortFunc(f.Done, func(a, b Finished) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Lead, b.Lead)) })
	return f
}
