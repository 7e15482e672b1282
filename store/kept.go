package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

// Card is where a ticket's card stands in a place, and which revision of the
// ticket it shows.
type Card struct {
	Ticket   desk.TicketID
	Place    string
	Message  string // the platform's id
	Revision int
}

// Card is the ticket's card in the place, false if none was posted.
func (s *Store) Card(ctx context.Context, n desk.TicketID, place string) (Card, bool, error) {
	c := Card{Ticket: n, Place: place}
	var ok bool
	var revision int64
	if err := s.e.read(ctx, get(found(&ok, &c.Message, &revision), readCard, int64(n), place)); err != nil {
		return Card{}, false, fmt.Errorf("store: card of %s: %w", n, err)
	}
	c.Revision = int(revision)
	return c, ok, nil
}

// SaveCard keeps where the card stands and what it shows.
func (s *Store) SaveCard(ctx context.Context, c Card) error {
	return s.keepRow(ctx, "card", do(upsertCard, int64(c.Ticket), c.Place, c.Message, int64(c.Revision)))
}

// SwapCard keeps now of the card unless somebody else kept something since it was
// read as was, of which Message is "" for none; then false, and nothing changed.
func (s *Store) SwapCard(ctx context.Context, was, now Card) (bool, error) {
	kept := false // still the writer's after an error: the caller may have given up
	err := s.e.write(ctx, func(t tx) error {
		kept = false
		return t.run(get(func(row) error { kept = true; return nil }, swapCard,
			int64(now.Ticket), now.Place, now.Message, int64(now.Revision), was.Message, int64(was.Revision)))
	})
	if err != nil {
		return false, fmt.Errorf("store: swap card of %s: %w", now.Ticket, err)
	}
	return kept, nil
}

const draftsFor = 24 * time.Hour

// SaveDraft keeps typed input under the id, and drops what is older than a day
// at the instant.
func (s *Store) SaveDraft(ctx context.Context, id string, data []byte, at time.Time) error {
	if data == nil {
		data = []byte{}
	}
	return s.keepRow(ctx, "draft", do(purgeDrafts, micros(at.Add(-draftsFor))), do(upsertDraft, id, micros(at), data))
}

// Draft is what was saved under the id, or ErrNotFound.
func (s *Store) Draft(ctx context.Context, id string) ([]byte, error) {
	var data []byte
	var ok bool
	return data, s.readRow(ctx, "draft", &ok, get(found(&ok, &data), readDraft, id))
}

// Setting is the value under the key, or ErrNotFound.
func (s *Store) Setting(ctx context.Context, key string) (string, error) {
	var value string
	var ok bool
	err := s.readRow(ctx, "setting "+key, &ok, get(found(&ok, &value), readSetting, key))
	return value, err
}

// SetSetting keeps the value under the key.
func (s *Store) SetSetting(ctx context.Context, key, value string) error {
	return s.keepRow(ctx, "setting "+key, do(upsertSetting, key, value))
}

func (s *Store) keepRow(ctx context.Context, what string, asks ...ask) error {
	if err := s.e.write(ctx, func(t tx) error { return t.run(asks...) }); err != nil {
		return fmt.Errorf("store: save %s: %w", what, err)
	}
	return nil
}

func (s *Store) readRow(ctx context.Context, what string, ok *bool, a ask) error {
	err := s.e.read(ctx, a)
	if err == nil && !*ok {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("store: %s: %w", what, err)
	}
	return nil
}

func sortDue(due []Due) {
	slices.SortFunc(due, func(a, b Due) int {
		switch {
		case a.Urgent != b.Urgent && a.Urgent:
			return -1
		case a.Urgent != b.Urgent:
			return 1
		}
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID))
	})
}
