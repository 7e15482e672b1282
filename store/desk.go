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
	events, err := s.DoDeskAll(ctx, DeskRequests{By: r.By, At: r.At, Do: []desk.DeskFact{r.Do}, Key: r.Key, Then: r.Then})
	if err != nil {
		return desk.DeskEvent{}, err
	}
	return events[0], nil
}

// DoDeskAll is DoDesk for several changes, all or none: each is decided on the
// desk that those before it make, and they are saved together. Of no changes only
// the delivery key is kept.
func (s *Store) DoDeskAll(ctx context.Context, r DeskRequests) ([]desk.DeskEvent, error) {
	what := "no change"
	switch {
	case len(r.Do) > 0:
		what = desk.NameOf(r.Do[0])
	case r.Key.Key == "":
		return nil, nil
	}
	r.At = exact(r.At)
	var events []desk.DeskEvent
	var was *snapshot
	var before *saved
	var no error
	err := s.withPolicy(ctx, func(t tx, p *snapshot) error {
		events, before, no, was = nil, nil, nil, p
		var d present
		if err := t.run(get(skip, lockDesk), d.look(r.Key, 0)); err != nil {
			return err
		}
		if d.version != p.Version {
			return errStale
		}
		var err error
		if before, err = d.outcome(r.Key); err != nil || before != nil {
			return err
		}
		var asks []ask
		now := p.Policy
		for _, f := range r.Do {
			fact, err := desk.DecideDesk(&now, r.By, r.At, f)
			if err != nil {
				no = err
				return s.refuse(t, err, refused{r.At, r.By.Member, "admin", 0}, ofRefusal(r.Key))
			}
			e := desk.DeskEvent{Seq: now.Version + 1, At: r.At, By: r.By, What: fact}
			more, err := deskAsks(e)
			if err != nil {
				return err
			}
			now.Directory = now.Directory.Apply(e)
			events, asks = append(events, e), append(asks, more...)
		}
		for _, n := range append(desk.RotaNotices(&p.Policy, &now, r.By, r.At), r.Then...) {
			asks = append(asks, noticeAsk(n))
		}
		var mark saved
		if len(events) > 0 {
			mark.Desk = d.version + 1
		}
		if len(events) > 1 {
			mark.DeskLast = now.Version
		}
		return t.run(append(asks, keyed(r.Key, r.At, mark)...)...)
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("store: %s: %w", what, err)
	case no != nil:
		return nil, no
	case before != nil:
		return s.deskEventsOf(ctx, before)
	}
	s.keep(was, events...)
	return events, nil
}

// DeskDone is what came of the delivery of desk changes that had the key before,
// in the order in which they were made, or the refusal; false for one that is
// new. ErrOtherBody as Do.
func (s *Store) DeskDone(ctx context.Context, k desk.DeliveryKey) ([]desk.DeskEvent, bool, error) {
	if k.Key == "" {
		return nil, false, nil
	}
	var d present
	if err := s.e.read(ctx, d.look(k, 0)); err != nil {
		return nil, false, fmt.Errorf("store: delivery: %w", err)
	}
	before, err := d.outcome(k)
	if err != nil || before == nil {
		return nil, false, err
	}
	events, err := s.deskEventsOf(ctx, before)
	return events, true, err
}

// deskEventsOf are the events of a delivery that came before, or its refusal.
func (s *Store) deskEventsOf(ctx context.Context, b *saved) ([]desk.DeskEvent, error) {
	switch {
	case b.No != nil:
		return nil, b.No
	case b.Desk == 0:
		return nil, nil
	}
	events, err := s.deskEvents(ctx, b.Desk-1)
	if err != nil {
		return nil, err
	}
	n := max(b.DeskLast, b.Desk) - b.Desk + 1
	if int64(len(events)) < n {
		return nil, ErrNotFound
	}
	return events[:n], nil
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
	case desk.MemberNamed:
		return fmt.Sprintf("member/%d", f.Member)
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
