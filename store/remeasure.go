package store

import (
	"context"
	"fmt"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

// A whole desk is measured anew in steps of so many tickets, with a pause between
// two, in real time: while one is saved no other command is, and all of them at once
// would keep the disk and a processor from those. 20,000 take half a minute.
const (
	RemeasureAtOnce = 25
	RemeasurePause  = 25 * time.Millisecond
)

// Remeasured is how far Remeasure came.
type Remeasured struct {
	Last    desk.TicketID // the last one that was looked at, 0 if none was left
	Changed int           // whose deadlines are others now
}

// Remeasure brings the deadlines of the open tickets after the given number, at
// most limit of them, up to the present policy, and has the clock look at their
// goals again, in one transaction. A ticket of a program that kept no stays is
// folded from its events. Doing it again changes nothing.
func (s *Store) Remeasure(ctx context.Context, after desk.TicketID, limit int, at time.Time) (Remeasured, error) {
	type open struct {
		n         desk.TicketID
		state     string
		risk, due int64
	}
	var out Remeasured
	err := s.withPolicy(ctx, func(t tx, p *snapshot) error {
		out = Remeasured{}
		var all []open
		if err := t.run(get(func(r row) error {
			var o open
			var n int64
			err := r.Scan(&n, &o.state, &o.risk, &o.due)
			o.n = desk.TicketID(n)
			all = append(all, o)
			return err
		}, lockOpen, int64(after), int64(limit))); err != nil {
			return err
		}
		var asks []ask
		for _, o := range all {
			out.Last = o.n
			tk, err := s.cache.decode(o.n, o.state)
			if err != nil {
				return err
			}
			if len(tk.Stays) == 0 {
				if tk, err = folded(t, tk); err != nil {
					return err
				}
				state, err := s.cache.encode(&tk)
				if err != nil {
					return err
				}
				asks = append(asks, do(touchTicket, int64(o.n), int64(tk.Revision), state))
			}
			risk, due := p.Deadlines(tk)
			if micros(risk) != o.risk || micros(due) != o.due {
				out.Changed++
				asks = append(asks, deadlinesAsk(&p.Policy, tk))
			}
			for _, n := range desk.GoalNotices(&p.Policy, tk, exact(at)) {
				asks = append(asks, noticeAsk(n))
			}
		}
		return t.run(asks...)
	})
	if err != nil {
		return Remeasured{}, fmt.Errorf("store: remeasure after %s: %w", after, err)
	}
	return out, nil
}

// folded is the ticket as this program folds it: one that was saved by a program
// that kept no stays is made anew of its events.
func folded(t tx, tk desk.Ticket) (desk.Ticket, error) {
	if tk.Revision == 0 || len(tk.Stays) > 0 {
		return tk, nil
	}
	es, err := eventsBy(t.run, tk.Number, 1, tk.Revision)
	if err != nil {
		return tk, err
	}
	anew := desk.Fold(es)
	if anew.Revision != tk.Revision {
		return tk, fmt.Errorf("store: %s has %d events and is at revision %d", tk.Number, anew.Revision, tk.Revision)
	}
	return anew, nil
}
