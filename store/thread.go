package store

import (
	"context"
	"fmt"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

// What is said under a ticket's card.
var (
	readCardAt = same("read card at", `SELECT ticket FROM cards WHERE place = $1 AND message = $2`)
	readNotes  = same("read notes", `SELECT e.revision, e.by_member, e.fact, e.body, coalesce(w.body, '') FROM events e
		LEFT JOIN words w ON w.ticket = e.ticket AND w.revision = e.revision AND w.field = 'Text'
		WHERE e.ticket = $1 AND e.fact IN ('Noted', 'NoteChanged', 'NoteRemoved') ORDER BY e.revision`)
	eraseWords = same("erase words", `UPDATE words SET body = '', salt = '' WHERE ticket = $1 AND revision = $2`)
)

// CardAt is the ticket whose card the message in the place is, 0 if it is none.
func (s *Store) CardAt(ctx context.Context, place, message string) (desk.TicketID, error) {
	var n int64
	if err := s.e.read(ctx, get(scan(&n), readCardAt, place, message)); err != nil {
		return 0, fmt.Errorf("store: card at %s: %w", place, err)
	}
	return desk.TicketID(n), nil
}

// note reads what stands of the note that came from a message.
func (d *doing) note(from string) ask {
	var events []desk.Event
	d.r.Facts.Note = desk.NoteState{}
	return get(func(r row) error {
		var revision, by int64
		var name, body, text string
		if err := r.Scan(&revision, &by, &name, &body, &text); err != nil {
			return err
		}
		v, ok := desk.NewFact(name)
		if !ok {
			return ErrNewerSchema
		}
		what, err := decode(v, body, map[string]string{"Text": text})
		if err != nil {
			return err
		}
		events = append(events, desk.Event{Seq: int(revision), By: desk.By(desk.MemberID(by)), What: what.(desk.Fact)})
		d.r.Facts.Note = desk.NoteOf(events, from)
		return nil
	}, readNotes, int64(d.r.Ticket))
}

// erased empties the words that an event replaces or takes back. The event that
// held them stays, and its hash tells nothing any more.
func (d *doing) erased(e desk.Event) (asks []ask) {
	switch e.What.(type) {
	case desk.NoteChanged, desk.NoteRemoved:
		for _, revision := range d.r.Facts.Note.Words {
			asks = append(asks, do(eraseWords, int64(e.Ticket), int64(revision)))
		}
		if len(asks) > 0 && d.s.e.alone() {
			asks = append(asks, do(upsertSetting, wordsErased, "1"))
		}
	}
	return asks
}

// StrangerRefusal is a no to somebody whom the desk does not know.
type StrangerRefusal struct {
	At   time.Time
	Verb desk.Verb
	Key  desk.DeliveryKey
	No   *desk.Refusal
}

// RefuseStranger records the refusal, under no member. The same delivery is
// recorded once.
func (s *Store) RefuseStranger(ctx context.Context, r StrangerRefusal) error {
	err := s.e.write(ctx, func(t tx) error {
		var d present
		if err := t.run(d.look(r.Key, 0)); err != nil {
			return err
		}
		if seen, err := d.outcome(r.Key); err != nil || seen != nil {
			return err
		}
		return s.refuse(t, r.No, refused{at: exact(r.At), verb: r.Verb}, r.Key)
	})
	if err != nil {
		return fmt.Errorf("store: refuse: %w", err)
	}
	return nil
}
