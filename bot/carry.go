package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/outbox"
	"deskbell.dev/deskbell/store"
)

// Carry carries one notice out; it is the outbox's handler. outbox.ErrDrop
// drops what was overtaken, outbox.ErrPark parks what an admin must mend,
// outbox.ErrDead buries what a platform will never take, *outbox.Later waits as
// long as it asks; anything else is tried again. However often a notice is
// carried, each of its messages is posted once.
func (b *Bot) Carry(ctx context.Context, d store.Due) error {
	p, err := b.Store.Policy(ctx)
	if err != nil {
		return err
	}
	switch d.Kind {
	case desk.Paint:
		if d.What == desk.Countdown {
			err = b.countdown(ctx, p, d.Ticket)
		} else {
			err = b.paint(ctx, p, d.Ticket)
		}
	case desk.Post:
		err = b.post(ctx, p, d)
	case desk.Mail:
		err = b.mail(ctx, p, d)
	case desk.Act:
		if d.Ticket == 0 {
			return b.remeasure(ctx, d)
		}
		_, err = b.Store.Do(ctx, desk.Request{Ticket: d.Ticket, By: desk.TheClock, At: b.Now(), Do: desk.Timer{Name: desk.TimerName(d.What)}})
	default:
		err = fmt.Errorf("bot: no way to carry out %q", d.Kind)
	}
	return became(err)
}

// paint brings the ticket's card up to date in every channel: however many
// changes came, one edit.
func (b *Bot) paint(ctx context.Context, p *desk.Policy, n desk.TicketID) error {
	tk, err := b.Store.Ticket(ctx, n)
	if err != nil {
		return err
	}
	return foremost(b.everywhere(ctx, p, func(t *turn, pf chat.Platform, place, channel string) error {
		if _, err := t.painted(pf, tk, place, channel); err != nil {
			return err
		}
		return t.paintCall(pf, tk, place, channel)
	}), b.paintPrompts(ctx, p, n), b.paintDigests(ctx, p, entry{Ticket: n}))
}

// countdown has the card say how much of its allowance is left, once a minute, as
// long as it runs.
func (b *Bot) countdown(ctx context.Context, p *desk.Policy, n desk.TicketID) error {
	tk, err := b.Store.Ticket(ctx, n)
	if err != nil {
		return err
	}
	now := b.Now()
	if !tk.UnderAllowance() || !now.Before(tk.Allowance.Until) {
		return errOvertaken
	}
	err = b.everywhere(ctx, p, func(t *turn, pf chat.Platform, place, channel string) error {
		card, drawn, err := t.Store.Card(ctx, n, place)
		if err != nil || !drawn || card.Revision < tk.Revision { // its paint is on the way
			return err
		}
		_, err = t.drawn(pf, tk, card, channel)
		return err
	})
	if err != nil {
		return err
	}
	left := tk.Allowance.Until.Sub(now) % time.Minute
	if left == 0 {
		left = time.Minute
	}
	return &outbox.Later{After: left}
}

// painted makes sure that the card at the place shows the ticket as it is now,
// and returns where it stands. A card that somebody deleted is painted anew.
func (t *turn) painted(pf chat.Platform, tk desk.Ticket, place, channel string) (chat.MessageRef, error) {
	card, drawn, err := t.Store.Card(t.ctx, tk.Number, place)
	if err != nil {
		return chat.MessageRef{}, err
	}
	ref := chat.MessageRef{Place: chat.Place{Channel: channel}, ID: card.Message}
	if drawn && card.Revision >= tk.Revision {
		return ref, nil
	}
	for {
		if ref, err = t.drawn(pf, tk, card, channel); err != nil {
			return ref, err
		}
		kept, err := t.Store.SwapCard(t.ctx, card, store.Card{Ticket: tk.Number, Place: place, Message: ref.ID, Revision: tk.Revision})
		if err != nil || kept {
			return ref, err
		}
		// Another process painted it meanwhile, and either may have been the last:
		// it is painted as it is now.
		if card, _, err = t.Store.Card(t.ctx, tk.Number, place); err != nil {
			return ref, err
		}
		if tk, err = t.Store.Ticket(t.ctx, tk.Number); err != nil {
			return ref, err
		}
	}
}

// drawn draws the ticket on its card, or on a new one if there is none (any
// more), and returns where it stands.
func (t *turn) drawn(pf chat.Platform, tk desk.Ticket, card store.Card, channel string) (ref chat.MessageRef, err error) {
	ref = chat.MessageRef{Place: chat.Place{Channel: channel}, ID: card.Message}
	m := pf.Limits().Fit(chat.Message{Card: t.ticketCard(tk, false), Urgent: t.p.Urgent(tk.Priority)})
	key := fmt.Sprintf("card/%d/%s", tk.Number, card.Place)
	stands := card.Message != ""
	for ask := key; ; {
		if stands {
			if err = pf.Edit(t.ctx, ref, m); !errors.Is(err, chat.ErrGone) {
				return ref, err
			}
			ask = key + "/after/" + ref.ID
		}
		// One that an earlier try left shows the ticket as it was then: edited.
		var fresh bool
		ref, fresh, err = t.postOnce(t.ctx, pf, chat.Place{Channel: channel}, m, ask)
		if stands = true; err != nil || fresh {
			return ref, err
		}
	}
}

// post tells a member, a ticket's thread, or the channel.
func (b *Bot) post(ctx context.Context, p *desk.Policy, d store.Due) error {
	if id, ok := strings.CutPrefix(d.Place, "member:"); ok {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return fmt.Errorf("bot: place %q: %w", d.Place, err)
		}
		return b.postMember(ctx, p, desk.MemberID(n), d)
	}
	if d.Ticket == 0 {
		return b.postNews(ctx, p, d)
	}
	tk, e, _, err := b.event(ctx, d)
	if err != nil {
		return err
	}
	return b.everywhere(ctx, p, func(t *turn, pf chat.Platform, place, channel string) error {
		key := d.Key + "/" + place
		m, err := t.channelPost(tk, e, d.What)
		if errors.Is(err, errOvertaken) && d.What == "urgent" {
			// One that stands there without our having kept it ends like the others.
			if there, e := t.begun(ctx, pf, key); e != nil || !there {
				return cmp.Or(e, err)
			}
			m, _ = t.call(tk)
		} else if err != nil {
			return err
		}
		m.Urgent = d.Urgent
		at := chat.Place{Channel: channel}
		if d.Place == "thread" {
			ref, err := t.painted(pf, tk, place, channel)
			if err != nil {
				return err
			}
			at.Thread = ref.ID
		}
		ref, fresh, err := t.postOnce(ctx, pf, at, m, key)
		if err != nil || d.What != "urgent" {
			return err
		}
		return keepStanding(t, t.standingCall(pf, tk.Number, place, ref), tk, fresh)
	})
}

// callPlace is where it is kept which message called for somebody to take an
// urgent ticket, in which channel, and as its revision what it says: less than 1
// that it waits to be taken, with buttons for that version, else who has it, or
// decided.
const callPlace = "call/"

// standingCall is that message, as it says what is so now.
func (t *turn) standingCall(pf chat.Platform, n desk.TicketID, place string, ref chat.MessageRef) standing[desk.Ticket] {
	return t.aboutTicket(pf, ref, n, callPlace+place, t.call)
}

// paintCall keeps that message true: it calls as long as the ticket is urgent
// and nobody has it, and after that has no more buttons.
func (t *turn) paintCall(pf chat.Platform, tk desk.Ticket, place, channel string) error {
	call, there, err := t.Store.Card(t.ctx, tk.Number, callPlace+place)
	if err != nil || !there || call.Revision == decided {
		return err // one that ended stays so; a ticket that is urgent again calls anew
	}
	if _, says := t.call(tk); call.Revision == says {
		return nil
	}
	ref := chat.MessageRef{Place: chat.Place{Channel: channel}, ID: call.Message}
	_, err = bringUp(t, t.standingCall(pf, tk.Number, place, ref), tk, call, false)
	return err
}
