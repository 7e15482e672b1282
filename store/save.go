package store

import (
	"fmt"
	"slices"

	"deskbell.dev/deskbell/internal/desk"
)

// writes are the statements after a decision: what the events make of the
// ticket, or of two, the events with their words, the notices that follow, what
// became of a handed request, and the delivery key.
func (d *doing) writes(events []desk.Event) ([]ask, error) {
	none := desk.Ticket{}
	was := [2]*desk.Ticket{&d.was, &none}
	if o := d.r.Facts.Other; o != nil {
		was[1] = o
	}
	now := [2]desk.Ticket{*was[0], *was[1]}
	if now[0].Number == 0 && len(events) > 0 {
		now[0].Number = d.r.Facts.Number
	}
	mark := saved{Ticket: now[0].Number}
	asks, after := make([]ask, 0, 16), []ask(nil) // after the tickets' rows
	for _, e := range events {
		i := 0
		if e.Ticket != now[0].Number {
			i = 1
		}
		if e.Ticket != now[i].Number || e.Seq != now[i].Revision+1 {
			return nil, fmt.Errorf("store: event %d of %s does not follow revision %d of %s", e.Seq, e.Ticket, now[i].Revision, now[i].Number)
		}
		now[i] = now[i].Apply(e)
		var err error
		if asks, err = appendEvent(asks, e); err != nil {
			return nil, err
		}
		asks = append(asks, d.handed(e)...)
		asks = append(asks, d.erased(e)...)
	}
	for i, t := range now {
		if t.Revision == was[i].Revision || t.Number == 0 {
			continue
		}
		if slices.ContainsFunc(events, func(e desk.Event) bool { return e.Ticket == t.Number && desk.Clocked(e.What) }) {
			after = append(after, deadlinesAsk(&d.p.Policy, t))
		}
		more, err := d.ticket(was[i], &now[i])
		if err != nil {
			return nil, err
		}
		asks = append(asks, more...)
		for _, n := range desk.Notices(&d.p.Policy, t, events) {
			if !d.waits(n) {
				asks = append(asks, noticeAsk(n))
			}
		}
	}
	if was[0].Revision < now[0].Revision {
		mark.First, mark.Last = was[0].Revision+1, now[0].Revision
	}
	d.out.Ticket = now[0]
	if was[1].Revision < now[1].Revision {
		mark.Other, mark.OFirst, mark.OLast = now[1].Number, was[1].Revision+1, now[1].Revision
		other := now[1] // a copy, so that now stays off the heap
		d.out.Other = &other
	}
	return append(append(asks, after...), keyed(d.r.Key, d.r.At, mark)...), nil
}

// appendEvent adds what saves the event with its words.
func appendEvent(asks []ask, e desk.Event) ([]ask, error) {
	name, body, words, err := encode(e.What)
	if err != nil {
		return nil, err
	}
	asks = append(asks, do(insertEvent, int64(e.Ticket), int64(e.Seq), micros(e.At), int64(e.By.Member), e.By.Clock, name, body))
	for _, w := range words {
		asks = append(asks, do(insertWords, int64(e.Ticket), int64(e.Seq), w.field, w.salt, w.body))
	}
	return asks, nil
}

// deadlinesAsk keeps what the ticket's clocks are searched by; they depend on the
// policy too.
func deadlinesAsk(p *desk.Policy, t desk.Ticket) ask {
	risk, due := p.Deadlines(t)
	return do(setDeadlines, int64(t.Number), micros(risk), micros(due))
}

// waits: the notice is a card's paint, and one that waits already draws it. Only
// where nobody can have claimed that one since it was read.
func (d *doing) waits(n desk.Notice) bool {
	urgent := int64(0)
	if n.Urgent {
		urgent = 1
	}
	return d.s.e.alone() && n.Ticket == d.r.Ticket && n.Kind == desk.Paint && d.present.paint == urgent
}

// columns are what of a ticket is searched and sorted by.
type columns struct {
	status, stage                                                  string
	open                                                           bool
	priority                                                       string
	order                                                          int64
	urgent                                                         bool
	rank                                                           int64
	category                                                       string
	client, assignee, tester, allowed, entered, since, snoozed, of int64
	touched                                                        int64
}

func columnsOf(p *desk.Policy, t *desk.Ticket) columns {
	stage := p.Workflow.Stage(t.Status)
	c := columns{
		status: string(t.Status), stage: string(stage), open: stage != desk.Done,
		priority: string(t.Priority), order: int64(p.PriorityOrder(t.Priority)), urgent: p.Urgent(t.Priority), rank: t.Rank,
		category: t.Category.Type, client: int64(t.Client), assignee: int64(t.Assignee), tester: int64(t.Tester),
		entered: micros(t.Entered), since: micros(t.Since), snoozed: micros(t.Snoozed), of: int64(t.DuplicateOf),
		touched: micros(t.Touched(p)),
	}
	if t.UnderAllowance() {
		c.allowed = int64(t.Allowance.By)
	}
	return c
}

// ticket saves the row; one whose columns stay the same costs no index.
func (d *doing) ticket(was, t *desk.Ticket) ([]ask, error) {
	state, err := d.s.cache.encode(t)
	if err != nil {
		return nil, err
	}
	n, revision := int64(t.Number), int64(t.Revision)
	c := columnsOf(&d.p.Policy, t)
	if was.Revision > 0 {
		before := columnsOf(&d.p.Policy, was)
		if c == before {
			return []ask{do(touchTicket, n, revision, state)}, nil
		}
		before.assignee = c.assignee
		if c == before {
			return []ask{do(assignTicket, n, revision, c.assignee, state)}, nil
		}
	}
	q, asks := updateTicket, []ask(nil)
	if was.Revision == 0 {
		q, asks = insertTicket, []ask{do(updateNumbers, n, d.numbers.requests)}
	}
	return append(asks, do(q, n, revision, c.status, c.stage, c.open, c.priority, c.order, c.urgent, c.rank, c.category,
		c.client, c.assignee, c.tester, c.allowed, c.entered, c.since, c.snoozed, c.of, c.touched, state)), nil
}

// handed marks the request that became a ticket or part of one.
func (d *doing) handed(e desk.Event) []ask {
	var number desk.RequestID
	state := desk.HandedAccepted
	switch f := e.What.(type) {
	case desk.Opened:
		number = f.Request
	case desk.RequestAttached:
		number, state = f.Request, desk.HandedAttached
	}
	if number == 0 {
		return nil
	}
	return []ask{do(updateHanded, int64(number), string(state), int64(e.Ticket), int64(e.By.Member), micros(e.At), "")}
}
