package bot

import (
	"errors"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// standing is a message about a ticket that is kept up to date where it stands.
// Draw is what it says of a ticket, and a number for that, kept under the place.
type standing struct {
	pf    chat.Platform
	ref   chat.MessageRef
	place string
	draw  func(desk.Ticket) (m chat.Message, says int)
}

// bringUp edits the message to what is so of the ticket, unless it shows that
// already, and keeps what it says; was is what was kept before. Another process
// may do the same at this moment with the ticket as it was, or is since: it is
// done again until what was kept is what is so. False if another message stands
// in its place by then.
func (t *turn) bringUp(s standing, tk desk.Ticket, was store.Card, shows bool) (still bool, err error) {
	for {
		m, says := s.draw(tk)
		if !shows {
			m.Urgent = t.p.Urgent(tk.Priority)
			if err := s.pf.Edit(t.ctx, s.ref, s.pf.Limits().Fit(m)); err != nil && !errors.Is(err, chat.ErrGone) {
				return false, err
			}
		}
		card := store.Card{Ticket: tk.Number, Place: s.place, Message: s.ref.ID, Revision: says}
		kept, err := t.Store.SwapCard(t.ctx, was, card)
		if err != nil {
			return false, err
		}
		if was = card; !kept {
			if was, _, err = t.Store.Card(t.ctx, tk.Number, s.place); err != nil || was.Message != s.ref.ID {
				return false, err
			}
		}
		if tk, err = t.Store.Ticket(t.ctx, tk.Number); err != nil {
			return false, err
		}
		if _, now := s.draw(tk); kept && now == says {
			return true, nil
		}
		shows = false
	}
}
