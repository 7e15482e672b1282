package store

import (
	"context"
	"fmt"
	"math"

	"deskbell.dev/deskbell/internal/desk"
)

// Ticket is the ticket with the number, or ErrNotFound.
func (s *Store) Ticket(ctx context.Context, n desk.TicketID) (desk.Ticket, error) {
	var ts []desk.Ticket
	err := s.e.read(ctx, get(s.tickets(&ts), readTicket, int64(n)))
	if err == nil && len(ts) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return desk.Ticket{}, fmt.Errorf("store: %s: %w", n, err)
	}
	return ts[0], nil
}

// tickets collects rows of number and state.
func (s *Store) tickets(to *[]desk.Ticket) func(row) error {
	return func(r row) error {
		var n int64
		var state string
		if err := r.Scan(&n, &state); err != nil {
			return err
		}
		t, err := s.cache.decode(desk.TicketID(n), state)
		*to = append(*to, t)
		return err
	}
}

// DuplicatesOf are the tickets that were ended as duplicates of n, by number.
func (s *Store) DuplicatesOf(ctx context.Context, n desk.TicketID) ([]desk.Ticket, error) {
	var ts []desk.Ticket
	if err := s.e.read(ctx, get(s.tickets(&ts), readDuplicates, int64(n))); err != nil {
		return nil, fmt.Errorf("store: duplicates of %s: %w", n, err)
	}
	return ts, nil
}

// Events is the ticket's whole history in order, personal texts filled in; those
// that were erased are empty. A ticket that does not exist has none.
func (s *Store) Events(ctx context.Context, n desk.TicketID) ([]desk.Event, error) {
	return s.events(ctx, n, 1, math.MaxInt32)
}

// EventsAfter are those of a ticket after a revision, in order.
func (s *Store) EventsAfter(ctx context.Context, n desk.TicketID, revision int) ([]desk.Event, error) {
	return s.events(ctx, n, revision+1, math.MaxInt32)
}

func (s *Store) events(ctx context.Context, n desk.TicketID, first, last int) ([]desk.Event, error) {
	return eventsBy(func(asks ...ask) error { return s.e.read(ctx, asks...) }, n, first, last)
}

// eventsBy reads a ticket's events, in a transaction or outside of any.
func eventsBy(read func(...ask) error, n desk.TicketID, first, last int) ([]desk.Event, error) {
	if last == 0 {
		return nil, nil
	}
	var all []factRow
	words := map[int64]map[string]string{}
	err := read(
		get(factRows(&all), readEvents, int64(n), int64(first), int64(last)),
		get(func(r row) error {
			var seq int64
			var field, body string
			if err := r.Scan(&seq, &field, &body); err != nil {
				return err
			}
			if words[seq] == nil {
				words[seq] = map[string]string{}
			}
			words[seq][field] = body
			return nil
		}, readWords, int64(n), int64(first), int64(last)))
	if err != nil {
		return nil, fmt.Errorf("store: history of %s: %w", n, err)
	}
	return decodeEvents(all, words)
}

// factRow is an event as its row keeps it.
type factRow struct {
	e          desk.Event
	fact, body string
}

// factRows collects them.
func factRows(to *[]factRow) func(row) error {
	return func(r row) error {
		var x factRow
		var ticket, seq, at, member int64
		if err := r.Scan(&ticket, &seq, &at, &member, &x.e.By.Clock, &x.fact, &x.body); err != nil {
			return err
		}
		x.e.Ticket, x.e.Seq, x.e.At, x.e.By.Member = desk.TicketID(ticket), int(seq), instant(at), desk.MemberID(member)
		*to = append(*to, x)
		return nil
	}
}

// decodeEvents makes events of rows, with words by revision.
func decodeEvents(all []factRow, words map[int64]map[string]string) ([]desk.Event, error) {
	events := make([]desk.Event, 0, len(all))
	for _, x := range all {
		v, ok := desk.NewFact(x.fact)
		if !ok {
			return nil, fmt.Errorf("store: event %d of %s is a %s, which this program does not know: %w", x.e.Seq, x.e.Ticket, x.fact, ErrNewerSchema)
		}
		f, err := decode(v, x.body, words[int64(x.e.Seq)])
		if err != nil {
			return nil, err
		}
		x.e.What = f.(desk.Fact)
		events = append(events, x.e)
	}
	return events, nil
}

// Replay calls fn with every ticket, by number, and its history. It reads all
// there is; for checks, not for requests.
func (s *Store) Replay(ctx context.Context, fn func(t desk.Ticket, events []desk.Event) error) error {
	var after desk.TicketID
	for {
		var ts []desk.Ticket
		if err := s.e.read(ctx, get(s.tickets(&ts), nextTickets, int64(after), int64(200))); err != nil {
			return fmt.Errorf("store: replay: %w", err)
		}
		if len(ts) == 0 {
			return nil
		}
		for _, t := range ts {
			events, err := s.Events(ctx, t.Number)
			if err != nil {
				return err
			}
			if err := fn(t, events); err != nil {
				return err
			}
			after = t.Number
		}
	}
}
