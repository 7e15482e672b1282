package store

import (
	"context"
	"fmt"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

// What a member began and logged time on, by the indexes of when.
var (
	begunBy   = factsBy("Started")
	allowedBy = factsBy("AllowanceStarted")
	loggedBy  = factsBy("TimeLogged")
)

func factsBy(fact string) *statement {
	return same(fact+" by", `SELECT ticket, at FROM events WHERE fact = '`+fact+`' AND at >= $1 AND by_member = $2`)
}

// Begun is when the member last began each ticket since an instant, and when they
// last logged time on each.
func (s *Store) Begun(ctx context.Context, m desk.MemberID, since time.Time) (begun, logged map[desk.TicketID]time.Time, err error) {
	begun, logged = map[desk.TicketID]time.Time{}, map[desk.TicketID]time.Time{}
	last := func(q *statement, of map[desk.TicketID]time.Time) ask {
		return get(func(r row) error {
			var n, at int64
			err := r.Scan(&n, &at)
			if t := instant(at); t.After(of[desk.TicketID(n)]) {
				of[desk.TicketID(n)] = t
			}
			return err
		}, q, micros(since), int64(m))
	}
	if err := s.e.read(ctx, last(begunBy, begun), last(allowedBy, begun), last(loggedBy, logged)); err != nil {
		return nil, nil, fmt.Errorf("store: what member %d began: %w", m, err)
	}
	return begun, logged, nil
}
