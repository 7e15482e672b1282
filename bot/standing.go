package bot

import (
	"encoding/json"
	"errors"
	"fmt"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// standing is a message about something of the desk that is kept up to date where
// it stands. Read is the thing as it is now; draw is what the message says of it,
// and a number for that, kept under the ticket (0: about none) and the place.
type standing[T any] struct {
	pf     chat.Platform
	ref    chat.MessageRef
	ticket desk.TicketID
	place  string
	read   func() (T, error)
	draw   func(T) (m chat.Message, says int)
}

// aboutTicket is such a message about a ticket.
func (t *turn) aboutTicket(pf chat.Platform, ref chat.MessageRef, n desk.TicketID, place string, draw func(desk.Ticket) (chat.Message, int)) standing[desk.Ticket] {
	return standing[desk.Ticket]{pf, ref, n, place, func() (desk.Ticket, error) { return t.Store.Ticket(t.ctx, n) },
		func(tk desk.Ticket) (chat.Message, int) {
			m, says := draw(tk)
			m.Urgent = t.p.Urgent(tk.Priority)
			return m, says
		}}
}

// bringUp edits the message to what is so of the thing, unless it shows that
// already, and keeps what it says; was is what was kept before. Another process
// may do the same at this moment with the thing as it was, or is since: it is
// done again until what was kept is what is so. False if another message stands
// in its place by then.
func bringUp[T any](t *turn, s standing[T], thing T, was store.Card, shows bool) (still bool, err error) {
	for {
		m, says := s.draw(thing)
		if !shows {
			if err := s.pf.Edit(t.ctx, s.ref, s.pf.Limits().Fit(m)); err != nil && !errors.Is(err, chat.ErrGone) {
				return false, err
			}
		}
		card := store.Card{Ticket: s.ticket, Place: s.place, Message: s.ref.ID, Revision: says}
		kept, err := t.Store.SwapCard(t.ctx, was, card)
		if err != nil {
			return false, err
		}
		if was = card; !kept {
			if was, _, err = t.Store.Card(t.ctx, s.ticket, s.place); err != nil || was.Message != s.ref.ID {
				return false, err
			}
		}
		if thing, err = s.read(); err != nil {
			return false, err
		}
		if _, now := s.draw(thing); kept && now == says {
			return true, nil
		}
		shows = false
	}
}

// postStanding posts the message under the key, or finds it, and keeps it true
// from then on; s.ref is where it stands.
func postStanding[T any](t *turn, s *standing[T], at chat.Place, key string) error {
	now, err := s.read()
	if err != nil {
		return err
	}
	m, _ := s.draw(now)
	var fresh bool
	if s.ref, fresh, err = t.postOnce(t.ctx, s.pf, at, m, key); err != nil {
		return err
	}
	return keepStanding(t, *s, now, fresh)
}

// keepStanding remembers the message that was just posted, or found: that one is
// edited to what is so now.
func keepStanding[T any](t *turn, s standing[T], thing T, fresh bool) error {
	was, there, err := t.Store.Card(t.ctx, s.ticket, s.place)
	if err != nil || there && was.Message == s.ref.ID {
		return err // kept already: painting keeps it true
	}
	_, err = bringUp(t, s, thing, was, fresh)
	return err
}

// paintStanding brings the message that was posted under the key up to date; one
// that does not stand there yet will show what is so.
func paintStanding[T any](t *turn, s *standing[T], key string) error {
	post, there, err := t.Store.Post(t.ctx, postKey(s.pf, key))
	if err != nil || !there || post.Message == "" {
		return err
	}
	s.ref.ID = post.Message
	if err := json.Unmarshal([]byte(post.Place), &s.ref.Place); err != nil {
		return fmt.Errorf("bot: where %s stands: %w", key, err)
	}
	now, err := s.read()
	if err != nil {
		return err
	}
	was, _, err := t.Store.Card(t.ctx, s.ticket, s.place)
	if err != nil {
		return err
	}
	if _, says := s.draw(now); was.Message == s.ref.ID && was.Revision == says {
		return nil
	}
	_, err = bringUp(t, *s, now, was, false)
	return err
}
