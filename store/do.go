package store

import (
	"context"
	"errors"
	"fmt"

	"deskbell.dev/deskbell/internal/desk"
)

// Outcome is what came of a request.
type Outcome struct {
	Ticket desk.Ticket  // as it is now
	Other  *desk.Ticket // the second ticket that it changed
	Events []desk.Event // of both
	// Replayed: the delivery came before, and nothing was done now.
	Replayed bool
}

// Do is the one way to change a ticket: in one transaction it reads the ticket
// and the facts that the command wants, lets desk decide, and saves events,
// ticket, notices and the delivery key.
//
// The error is *desk.Refusal (recorded; the same delivery gets it again),
// *desk.Needs (nothing recorded, the key may be used again), ErrOtherBody,
// ErrBusy, ctx's error (with ErrUnsure if it may have been saved), or
// operational: then nothing was changed. With a refusal, Outcome.Ticket is the
// ticket as it is.
func (s *Store) Do(ctx context.Context, r desk.Request) (Outcome, error) {
	r.At = exact(r.At)
	var d *doing
	err := s.withPolicy(ctx, func(t tx, p *snapshot) error {
		d = &doing{s: s, t: t, p: p, r: r}
		return d.run()
	})
	switch {
	case err != nil:
		return Outcome{}, fmt.Errorf("store: %s: %w", r.Do.Verb(), err)
	case d.before != nil:
		return s.again(ctx, *d.before)
	}
	return d.out, d.no
}

// doing is one request in its transaction.
type doing struct {
	s *Store
	t tx
	p *snapshot
	r desk.Request

	was     desk.Ticket // as read; Number 0 is none
	numbers struct{ tickets, requests int64 }
	present present

	before *saved // the delivery's outcome, if it came before
	out    Outcome
	no     error // a refusal or needs
}

func (d *doing) run() error {
	if err := d.t.run(d.reads()...); err != nil {
		return err
	}
	if d.present.version != d.p.Version {
		return errStale
	}
	var err error
	if d.before, err = d.present.outcome(d.r.Key); err != nil || d.before != nil && d.before.No == nil {
		return err
	}
	if d.present.state != "" {
		if d.was, err = d.s.cache.decode(d.r.Ticket, d.present.state); err != nil {
			return err
		}
		if d.was, err = folded(d.t, d.was); err != nil {
			return err
		}
	}
	if err := d.holder(); err != nil {
		return err
	}
	d.out.Ticket = d.was
	events, err := desk.Decide(&d.p.Policy, d.was, d.r)
	if d.before != nil {
		var no *desk.Refusal
		if errors.As(err, &no) && no.Rule == d.before.No.Rule { // its offers, with what was typed
			d.before.No.Offer = no.Offer
		}
		return nil
	}
	if err != nil {
		d.no = err
		return d.s.refuse(d.t, err, refused{d.r.At, d.r.By.Member, d.r.Do.Verb(), d.r.Ticket}, ofRefusal(d.r.Key))
	}
	d.out.Events = events
	asks, err := d.writes(events)
	if err != nil {
		return err
	}
	return d.t.run(asks...)
}

// again is the outcome of a delivery that came before, drawn afresh.
func (s *Store) again(ctx context.Context, b saved) (Outcome, error) {
	out := Outcome{Replayed: true}
	if b.Ticket != 0 {
		t, err := s.Ticket(ctx, b.Ticket)
		if err != nil && b.No == nil {
			return Outcome{}, err
		}
		out.Ticket = t
	}
	if b.No != nil {
		return out, b.No
	}
	var err error
	if out.Events, err = s.events(ctx, b.Ticket, b.First, b.Last); err != nil {
		return Outcome{}, err
	}
	if b.Other == 0 {
		return out, nil
	}
	o, err := s.Ticket(ctx, b.Other)
	if err != nil {
		return Outcome{}, err
	}
	more, err := s.events(ctx, b.Other, b.OFirst, b.OLast)
	out.Other, out.Events = &o, append(out.Events, more...)
	return out, err
}
