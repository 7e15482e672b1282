package bot

import (
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
// drops what was overtaken, outbox.ErrPark parks what an admin must mend;
// anything else is tried again.
func (b *Bot) Carry(ctx context.Context, d store.Due) error {
	p, err := b.Store.Policy(ctx)
	if err != nil {
		return err
	}
	switch d.Kind {
	case desk.Paint:
		err = b.paint(ctx, p, d.Ticket)
	case desk.Post:
		err = b.post(ctx, p, d)
	case desk.Mail:
		err = b.mail(ctx, p, d)
	case desk.Act:
		_, err = b.Store.Do(ctx, desk.Request{Ticket: d.Ticket, By: desk.TheClock, At: b.Now(), Do: desk.Timer{Name: desk.TimerName(d.What)}})
	default:
		err = fmt.Errorf("bot: no way to carry out %q", d.Kind)
	}
	switch {
	case errors.Is(err, errOvertaken):
		return outbox.ErrDrop
	case errors.Is(err, chat.ErrGone): // a channel or person that is not there: trying again helps nobody
		return fmt.Errorf("%w: %w", outbox.ErrPark, err)
	}
	return err
}

// paint brings the ticket's card up to date in every channel: however many
// changes came, one edit.
func (b *Bot) paint(ctx context.Context, p *desk.Policy, n desk.TicketID) error {
	tk, err := b.Store.Ticket(ctx, n)
	if err != nil {
		return err
	}
	for _, place := range p.Channels {
		if _, err := b.painted(ctx, p, tk, place); err != nil {
			return err
		}
		if err := b.paintCall(ctx, p, tk, place); err != nil {
			return err
		}
	}
	return b.paintPrompts(ctx, p, tk)
}

// painted makes sure that the card at the place shows the ticket as it is now,
// and returns where it stands. A card that somebody deleted is painted anew.
func (b *Bot) painted(ctx context.Context, p *desk.Policy, tk desk.Ticket, place string) (chat.MessageRef, error) {
	platform, channel, _ := strings.Cut(place, ":")
	pf, ok := b.platforms[platform]
	if !ok {
		return chat.MessageRef{}, nil // a platform that this desk no longer runs
	}
	card, drawn, err := b.Store.Card(ctx, tk.Number, place)
	if err != nil {
		return chat.MessageRef{}, err
	}
	ref := chat.MessageRef{Place: chat.Place{Channel: channel}, ID: card.Message}
	if drawn && card.Revision >= tk.Revision {
		return ref, nil
	}
	t := &turn{Bot: b, ctx: ctx, p: p, now: b.Now(), in: chat.Interaction{Platform: platform}}
	m := pf.Limits().Fit(chat.Message{Card: t.ticketCard(tk, false)})
	key := fmt.Sprintf("card/%d/%s", tk.Number, place)
	if drawn {
		if err = pf.Edit(ctx, ref, m); errors.Is(err, chat.ErrGone) {
			drawn, key = false, fmt.Sprintf("%s/after/%s", key, card.Message)
		}
	}
	if !drawn {
		ref, err = pf.Post(ctx, chat.Place{Channel: channel}, m, key, time.Time{})
	}
	if err != nil {
		return ref, err
	}
	return ref, b.Store.SaveCard(ctx, store.Card{Ticket: tk.Number, Place: place, Message: ref.ID, Revision: tk.Revision})
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
	for _, place := range p.Channels {
		platform, channel, _ := strings.Cut(place, ":")
		pf, ok := b.platforms[platform]
		if !ok {
			continue
		}
		t := &turn{Bot: b, ctx: ctx, p: p, now: b.Now(), in: chat.Interaction{Platform: platform}}
		m, err := t.channelPost(tk, e, d.What)
		if err != nil {
			return err
		}
		at := chat.Place{Channel: channel}
		if d.Place == "thread" {
			ref, err := b.painted(ctx, p, tk, place)
			if err != nil {
				return err
			}
			at.Thread = ref.ID
		}
		ref, err := pf.Post(ctx, at, pf.Limits().Fit(m), d.Key+"/"+place, time.Time{})
		if err == nil && d.What == "urgent" {
			err = b.Store.SaveCard(ctx, store.Card{Ticket: tk.Number, Place: callPlace + place, Message: ref.ID})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// callPlace is where it is kept which message called for somebody to take an
// urgent ticket, in which channel, and as its revision what it says: 0 that it
// waits to be taken, else who has it, or decided.
const callPlace = "call/"

// paintCall keeps that message true: it calls as long as the ticket is urgent
// and nobody has it, and after that has no more buttons.
func (b *Bot) paintCall(ctx context.Context, p *desk.Policy, tk desk.Ticket, place string) error {
	platform, channel, _ := strings.Cut(place, ":")
	pf, ok := b.platforms[platform]
	if !ok {
		return nil
	}
	call, there, err := b.Store.Card(ctx, tk.Number, callPlace+place)
	if err != nil || !there || call.Revision == decided {
		return err // one that ended stays so; a ticket that is urgent again calls anew
	}
	t := &turn{Bot: b, ctx: ctx, p: p, now: b.Now(), in: chat.Interaction{Platform: platform}}
	m, says := t.call(tk)
	if call.Revision == says {
		return nil
	}
	ref := chat.MessageRef{Place: chat.Place{Channel: channel}, ID: call.Message}
	if err := pf.Edit(ctx, ref, pf.Limits().Fit(m)); err != nil && !errors.Is(err, chat.ErrGone) {
		return err
	}
	call.Revision = says
	return b.Store.SaveCard(ctx, call)
}

// decided is the revision of a prompt that has said what was decided, and is
// left alone from then on.
const decided = 1 << 30

// promptPlace is where a member's prompt for a ticket is remembered.
func promptPlace(platform, user string) string { return "prompt/" + platform + ":" + user }

// paintPrompts keeps the SRM's prompts true: while the ticket is unprioritized
// they show it as it is, then what was decided.
func (b *Bot) paintPrompts(ctx context.Context, p *desk.Policy, tk desk.Ticket) error {
	for _, m := range p.With(desk.RSRM, desk.RSRMDeputy) {
		for _, id := range p.Members[m].Identities {
			platform, user, _ := strings.Cut(id, ":")
			pf, ok := b.platforms[platform]
			if !ok {
				continue
			}
			place := promptPlace(platform, user)
			card, there, err := b.Store.Card(ctx, tk.Number, place)
			if err != nil {
				return err
			}
			t := &turn{Bot: b, ctx: ctx, p: p, me: p.Members[m], now: b.Now(), in: chat.Interaction{Platform: platform}}
			again := card.Revision == decided && t.undecided(tk) // undone
			if !there || card.Revision >= tk.Revision && !again {
				continue
			}
			err = pf.Edit(ctx, chat.MessageRef{Place: chat.Place{User: user}, ID: card.Message}, pf.Limits().Fit(t.prompt(tk)))
			if err != nil && !errors.Is(err, chat.ErrGone) {
				return err
			}
			card.Revision = tk.Revision
			if !t.undecided(tk) {
				card.Revision = decided
			}
			if err := b.Store.SaveCard(ctx, card); err != nil {
				return err
			}
		}
	}
	return nil
}

// toMember posts to a member's direct messages, on the first platform that
// knows them. A prompt about the ticket keep is kept up to date afterwards.
func (b *Bot) toMember(ctx context.Context, p *desk.Policy, m desk.MemberID, key string, keep desk.Ticket, draw func(platform string) (chat.Message, error)) error {
	mb := p.Members[m]
	if !mb.Active {
		return errOvertaken
	}
	for _, id := range mb.Identities {
		platform, user, _ := strings.Cut(id, ":")
		if pf, ok := b.platforms[platform]; ok {
			msg, err := draw(platform)
			if err != nil {
				return err
			}
			msg.Notify = []string{user}
			ref, err := pf.Post(ctx, chat.Place{User: user}, pf.Limits().Fit(msg), key, time.Time{})
			if err != nil || keep.Number == 0 {
				return err
			}
			if old, there, err := b.Store.Card(ctx, keep.Number, promptPlace(platform, user)); err != nil {
				return err
			} else if there && old.Message != ref.ID {
				line := chat.Message{Text: chat.Say(keep.Number.String() + " is prompted again further down.")}
				if err := pf.Edit(ctx, chat.MessageRef{Place: chat.Place{User: user}, ID: old.Message}, line); err != nil && !errors.Is(err, chat.ErrGone) {
					return err
				}
			}
			return b.Store.SaveCard(ctx, store.Card{Ticket: keep.Number, Place: promptPlace(platform, user), Message: ref.ID, Revision: keep.Revision})
		}
	}
	return errOvertaken
}
