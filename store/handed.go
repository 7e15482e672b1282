package store

import (
	"context"
	"fmt"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

// HandRequest hands a request to intake.
type HandRequest struct {
	By   desk.Actor
	At   time.Time
	Text desk.Text
	Key  desk.DeliveryKey
}

// DeclineRequest declines one that was handed in.
type DeclineRequest struct {
	By     desk.Actor
	At     time.Time
	Number desk.RequestID
	Why    desk.Text
	Key    desk.DeliveryKey
}

// Hand saves a request for intake under the next number. Errors are Do's.
func (s *Store) Hand(ctx context.Context, r HandRequest) (desk.Handed, error) {
	r.At = exact(r.At)
	return s.handed(ctx, desk.VHand, refused{r.At, r.By.Member, desk.VHand, 0}, r.Key, 0, func(p *desk.Policy, _ desk.Handed) (desk.Handed, error) {
		return desk.HandIn(p, r.By, r.At, r.Text)
	})
}

// DeclineHanded declines a handed request. Errors are Do's, or ErrNotFound.
func (s *Store) DeclineHanded(ctx context.Context, r DeclineRequest) (desk.Handed, error) {
	r.At = exact(r.At)
	return s.handed(ctx, desk.VDecline, refused{r.At, r.By.Member, desk.VDecline, 0}, r.Key, r.Number, func(p *desk.Policy, h desk.Handed) (desk.Handed, error) {
		return desk.DeclineHanded(p, h, r.By, r.At, r.Why)
	})
}

// handed decides on a request, a new one if number is 0, and saves it with its
// notices.
func (s *Store) handed(ctx context.Context, verb desk.Verb, who refused, key desk.DeliveryKey, number desk.RequestID, decide func(*desk.Policy, desk.Handed) (desk.Handed, error)) (desk.Handed, error) {
	var h desk.Handed
	var before *saved
	var no error
	err := s.withPolicy(ctx, func(t tx, p *snapshot) (err error) {
		h, before, no = desk.Handed{}, nil, nil
		var tickets, requests int64
		var d present
		if err := t.run(
			get(scan(&tickets, &requests), lockDesk),
			get(func(r row) (err error) { h, err = scanHanded(r); return }, lockHanded, int64(number)),
			d.look(key, 0)); err != nil {
			return err
		}
		if d.version != p.Version {
			return errStale
		}
		if before, err = d.outcome(key); err != nil || before != nil {
			return err
		}
		if number != 0 && h.Number == 0 {
			return ErrNotFound
		}
		if h, no = decide(&p.Policy, h); no != nil {
			return s.refuse(t, no, who, key)
		}
		var asks []ask
		if number == 0 {
			h.Number = desk.RequestID(requests + 1)
			asks = []ask{do(updateNumbers, tickets, int64(h.Number)), do(insertHanded, int64(h.Number), int64(h.By), micros(h.At), string(h.Text),
				string(h.State), int64(h.Ticket), int64(h.ByWhom), micros(h.Closed), string(h.Why))}
		} else {
			asks = []ask{do(updateHanded, int64(h.Number), string(h.State), int64(h.Ticket), int64(h.ByWhom), micros(h.Closed), string(h.Why))}
		}
		for _, n := range desk.HandedNotices(&p.Policy, h, who.at) {
			asks = append(asks, noticeAsk(n))
		}
		return t.run(append(asks, keyed(key, who.at, saved{Handed: h.Number})...)...)
	})
	switch {
	case err != nil:
		return desk.Handed{}, fmt.Errorf("store: %s: %w", verb, err)
	case no != nil:
		return h, no
	case before != nil && before.No != nil:
		return desk.Handed{}, before.No
	case before != nil:
		return s.Handed(ctx, before.Handed)
	}
	return h, nil
}

// Handed is the request with the number, or ErrNotFound.
func (s *Store) Handed(ctx context.Context, n desk.RequestID) (desk.Handed, error) {
	var h desk.Handed
	if err := s.e.read(ctx, get(func(r row) (err error) { h, err = scanHanded(r); return }, readHanded, int64(n))); err != nil {
		return h, fmt.Errorf("store: %s: %w", n, err)
	}
	if h.Number == 0 {
		return h, fmt.Errorf("store: %s: %w", n, ErrNotFound)
	}
	return h, nil
}

// HandedOpen lists the requests that wait for intake, the oldest first, and how
// many there are.
func (s *Store) HandedOpen(ctx context.Context, offset, limit int) (list []desk.Handed, total int, err error) {
	var n int64
	err = s.e.read(ctx,
		get(func(r row) error {
			h, err := scanHanded(r)
			list = append(list, h)
			return err
		}, listHanded, int64(limit), int64(offset)),
		get(scan(&n), countHanded))
	if err != nil {
		return nil, 0, fmt.Errorf("store: handed requests: %w", err)
	}
	return list, int(n), nil
}

// scanHanded reads handedColumns.
func scanHanded(r row) (h desk.Handed, err error) {
	var n, by, at, ticket, whom, closed int64
	var body, state, why string
	err = r.Scan(&n, &by, &at, &body, &state, &ticket, &whom, &closed, &why)
	return desk.Handed{Number: desk.RequestID(n), By: desk.MemberID(by), At: instant(at), Text: desk.Text(body), State: desk.HandedState(state),
		Ticket: desk.TicketID(ticket), ByWhom: desk.MemberID(whom), Closed: instant(closed), Why: desk.Text(why)}, err
}
