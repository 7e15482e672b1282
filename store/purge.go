package store

import (
	"context"
	"fmt"
	"time"
)

// purgeBatch bounds what one transaction removes, so that nobody waits long for
// it.
const purgeBatch = 500

// Purge forgets what was carried out before an instant of desk time: delivery
// keys, notices that were sent or dropped, and slots but the latest of each duty
// in each place; and posts first tried before an instant of real time.
//
// None of them can come again after a week, so that none is done twice. A key of
// a delivery is its platform's, which gives up within the hour. A notice's key
// names an event, a request, a day or a slot, which each are saved once, in one
// transaction with the notice; cards and timers use their keys again, and are
// meant to. A slot is not taken again since a later one is known; a clock that
// was set back behind all that are known goes on from there (internal/outbox),
// and only one that had been more than a week ahead may then pass a slot that was
// forgotten. A post is kept as long as a notice waits that could be carried out
// by it, or a request is open whose prompt it is.
func (s *Store) Purge(ctx context.Context, before, real time.Time) error {
	for _, p := range []struct {
		q      *statement
		before time.Time
	}{{purgeDeliveries, before}, {purgeNotices, before}, {purgeSlots, before}, {purgePosts, real}} {
		for n := purgeBatch; n == purgeBatch; {
			err := s.e.write(ctx, func(t tx) error {
				n = 0
				return t.run(get(func(row) error { n++; return nil }, p.q, micros(p.before), int64(purgeBatch)))
			})
			if err != nil {
				return fmt.Errorf("store: %s: %w", p.q.name, err)
			}
		}
	}
	return nil
}
