package store

import (
	"context"
	"errors"
	"fmt"

	"deskbell.dev/deskbell/internal/desk"
)

// DoDesk changes the desk itself: members, roles, rota, clients, dials. Errors
// are those of Do. Changes are made one after the other; the event comes back
// with its ids filled in.
func (s *Store) DoDesk(ctx context.Context, r DeskRequest) (desk.DeskEvent, error) {
	r.At = exact(r.At)
	var e desk.DeskEvent
	var was *snapshot
	var before saved
	var no error
	err := s.withPolicy(ctx, func(t tx, p *snapshot) error {
		e, before, no, was = desk.DeskEvent{}, saved{}, nil, p
		var d present
		if err := t.run(get(skip, lockDesk), d.look(r.Key, 0)); err != nil {
			return err
		}
		if d.version != p.Version {
			return errStale
		}
		seen, err := d.outcome(r.Key)
		if err != nil {
			return err
		}
		if seen != nil {
			before = *seen
			return nil
		}
		fact, err := desk.DecideDesk(&p.Policy, r.By, r.At, r.Do)
		if err != nil {
			no = err
			return s.refuse(t, err, refused{r.At, r.By.Member, "admin", 0}, r.Key)
		}
		e = desk.DeskEvent{Seq: d.version + 1, At: r.At, By: r.By, What: fact}
		asks, err := deskAsks(e)
		if err != nil {
			return err
		}
		return t.run(append(asks, keyed(r.Key, r.At, saved{Desk: e.Seq})...)...)
	})
	switch {
	case err != nil:
		return desk.DeskEvent{}, fmt.Errorf("store: %s: %w", desk.NameOf(r.Do), err)
	case no != nil:
		return desk.DeskEvent{}, no
	case before.No != nil:
		return desk.DeskEvent{}, before.No
	case before.Desk != 0:
		return s.deskEvent(ctx, before.Desk)
	}
	s.keep(was, e)
	return e, nil
}

func (s *Store) deskEvent(ctx context.Context, seq int64) (desk.DeskEvent, error) {
	events, err := s.deskEvents(ctx, seq-1)
	if err != nil {
		return desk.DeskEvent{}, err
	}
	if len(events) == 0 {
		return desk.DeskEvent{}, ErrNotFound
	}
	return events[0], nil
}

func deskAsks(e desk.DeskEvent) ([]ask, error) {
	name, body, words, err := encode(e.What)
	if err != nil {
		return nil, err
	}
	asks := []ask{
		do(insertDeskEvent, e.Seq, micros(e.At), int64(e.By.Member), e.By.Clock, name, body),
		do(updateVersion, e.Seq),
	}
	for _, w := range words {
		asks = append(asks, do(insertDeskWords, e.Seq, w.field, about(e.What), w.salt, w.body))
	}
	return asks, nil
}

// about names whom a fact's personal texts are about, so that they are found
// when they must go.
func about(f desk.DeskFact) string {
	switch f := f.(type) {
	case desk.MemberAdded:
		return fmt.Sprintf("member/%d", f.Member.ID)
	case desk.ClientAdded:
		return fmt.Sprintf("client/%d", f.Client.ID)
	case desk.ContactAdded:
		return fmt.Sprintf("contact/%d", f.Contact.ID)
	}
	return ""
}

// withPolicy runs fn in a transaction with the present policy, again with a
// newer one when fn finds it stale.
func (s *Store) withPolicy(ctx context.Context, fn func(tx, *snapshot) error) error {
	p, err := s.present(ctx)
	for range 5 {
		if err != nil {
			return err
		}
		if err = s.e.write(ctx, func(t tx) error { return fn(t, p) }); !errors.Is(err, errStale) {
			return err
		}
		p, err = s.at(ctx, p.Version+1)
	}
	return fmt.Errorf("%w (%w)", ErrBusy, errStale)
}
