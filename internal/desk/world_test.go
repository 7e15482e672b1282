package desk

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// world is a small desk in memory: what the store does, without a store. Facts
// are read from its tickets, so that they are true.
type world struct {
	p       *Policy
	now     time.Time
	tickets map[TicketID]Ticket
	events  map[TicketID][]Event
	handed  map[RequestID]Handed
	timers  map[string]Notice // pending, by key
	notices []Notice
}

func newWorld(p *Policy, now time.Time) *world {
	return &world{p: p, now: now, tickets: map[TicketID]Ticket{}, events: map[TicketID][]Event{},
		handed: map[RequestID]Handed{}, timers: map[string]Notice{}}
}

// ask decides on the command as the store would, and keeps what follows.
func (w *world) ask(r Request) ([]Event, error) {
	if r.At.IsZero() {
		r.At = w.now
	}
	t := w.tickets[r.Ticket]
	r.Facts = w.facts(r.By.Member, t, r.Do)
	es, err := Decide(w.p, t, r)
	if err != nil {
		return nil, err
	}
	touched := map[TicketID]bool{}
	for _, e := range es {
		w.tickets[e.Ticket] = w.tickets[e.Ticket].Apply(e)
		w.events[e.Ticket] = append(w.events[e.Ticket], e)
		touched[e.Ticket] = true
		if a, ok := e.What.(RequestAttached); ok {
			w.closeHanded(a.Request, HandedAttached, e.Ticket)
		}
		if o, ok := e.What.(Opened); ok && o.Request != 0 {
			w.closeHanded(o.Request, HandedAccepted, e.Ticket)
		}
	}
	for n := range touched {
		for _, no := range Notices(w.p, w.tickets[n], es) {
			if no.Kind == Act {
				w.timers[no.Key] = no
			} else {
				w.notices = append(w.notices, no)
			}
		}
	}
	return es, nil
}

func (w *world) closeHanded(n RequestID, s HandedState, t TicketID) {
	h := w.handed[n]
	h.State, h.Ticket = s, t
	w.handed[n] = h
}

// fire lets the clock do what is due, in order.
func (w *world) fire() error {
	for {
		var due *Notice
		for _, n := range w.timers {
			if !n.Due.After(w.now) && (due == nil || cmp.Or(n.Due.Compare(due.Due), cmp.Compare(n.Key, due.Key)) < 0) {
				due = &n
			}
		}
		if due == nil {
			return nil
		}
		delete(w.timers, due.Key)
		if _, err := w.ask(Request{Ticket: due.Ticket, By: TheClock, Do: Timer{TimerName(due.What)}}); err != nil {
			return fmt.Errorf("%s: %w", due.Key, err)
		}
	}
}

// queue is the ready queue in order.
func (w *world) queue() []Ticket {
	var q []Ticket
	for _, t := range w.tickets {
		if w.p.Workflow.Trait(t.Status) == IsReady {
			q = append(q, t)
		}
	}
	slices.SortFunc(q, func(a, b Ticket) int {
		return cmp.Or(cmp.Compare(w.p.PriorityOrder(a.Priority), w.p.PriorityOrder(b.Priority)), cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Number, b.Number))
	})
	return q
}

// root follows a chain of duplicates.
func (w *world) root(n TicketID) Ticket {
	for w.tickets[n].DuplicateOf != 0 {
		n = w.tickets[n].DuplicateOf
	}
	return w.tickets[n]
}

// allowance is the ticket, not the given one, where the member's allowance runs.
func (w *world) allowance(m MemberID, but TicketID) TicketID {
	for n, t := range w.tickets {
		if n != but && t.UnderAllowance() && t.Allowance.By == m {
			return n
		}
	}
	return 0
}

func (w *world) facts(by MemberID, t Ticket, c Command) Facts {
	want := c.Wants()
	f := Facts{Number: TicketID(len(w.tickets) + 1), Handed: w.handed[want.Handed], Least: map[MemberID]int{}}
	if want.Priority == "" {
		want.Priority = t.Priority
	}
	for n, o := range w.tickets {
		tr := w.p.Workflow.Trait(o.Status)
		if n != t.Number && (tr == IsWork && o.Assignee == by || tr == IsTesting && o.Tester == by) {
			f.WIP++
			f.Working = append(f.Working, n)
		}
		if w.p.Workflow.Stage(o.Status) == Active {
			f.Least[o.Assignee]++
		}
	}
	slices.Sort(f.Working)
	if want.Other != 0 {
		if o := w.root(want.Other); o.Number != 0 {
			f.Other = &o
		}
	}
	if want.Note != "" {
		f.Note = NoteOf(w.events[t.Number], want.Note)
	}
	if want.Allowance {
		f.Allowed = w.allowance(by, 0)
	}
	if want.Holder && t.Allowance != nil {
		f.Allowed = w.allowance(t.Allowance.By, t.Number)
	}
	q := w.queue()
	for _, o := range q {
		if f.Top == 0 && (o.Assignee == 0 || o.Assignee == by) && w.p.Members[by].Fits(o.Category.Type) {
			f.Top = o.Number
		}
		if o.Priority == want.Priority && (f.MinRank == 0 || o.Rank < f.MinRank) {
			f.MinRank = o.Rank
		}
	}
	if i := slices.IndexFunc(q, func(o Ticket) bool { return o.Number == t.Number }); i >= 0 && want.Neighbour != 0 {
		if j := i + want.Neighbour; j >= 0 && j < len(q) && q[j].Priority == t.Priority {
			f.Other = &q[j]
		}
	}
	return f
}
