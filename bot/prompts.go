package bot

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// decided is the revision of a prompt that has said what was decided, and is
// left alone from then on.
const decided = 1 << 30

// promptPlace is where a member's prompt for a ticket is remembered.
func promptPlace(platform, user string) string { return "prompt/" + platform + ":" + user }

// promptLocks let one at a time touch the prompts of a ticket: they are posted
// in their members' lanes and painted in the ticket's. Between processes bringUp
// sees to it.
type promptLocks [64]sync.Mutex

// hold locks the ticket's prompts until the answer is called.
func (l *promptLocks) hold(n desk.TicketID) (release func()) {
	mu := &l[uint64(n)%uint64(len(l))]
	mu.Lock()
	return mu.Unlock
}

// paintPrompts keeps the SRM's prompts true: while the ticket is unprioritized
// they show it as it is, then what was decided.
func (b *Bot) paintPrompts(ctx context.Context, p *desk.Policy, n desk.TicketID) error {
	defer b.prompting.hold(n)()
	tk, err := b.Store.Ticket(ctx, n)
	if err != nil {
		return err
	}
	var errs []error
	for _, m := range p.With(desk.RSRM, desk.RSRMDeputy) {
		for _, id := range p.Members[m].Identities {
			platform, user, _ := strings.Cut(id, ":")
			pf, ok := b.platforms[platform]
			if !ok {
				continue
			}
			t := &turn{Bot: b, ctx: ctx, p: p, me: p.Members[m], now: b.Now(), in: chat.Interaction{Platform: platform}}
			if err := t.paintPrompt(pf, tk, user); err != nil {
				errs = append(errs, err, b.alarm(ctx, p, platform, user, err))
			}
		}
	}
	return foremost(errs...)
}

func (t *turn) paintPrompt(pf chat.Platform, tk desk.Ticket, user string) error {
	card, there, err := t.Store.Card(t.ctx, tk.Number, promptPlace(pf.Name(), user))
	if err != nil {
		return err
	}
	again := card.Revision == decided && t.undecided(tk) // undone
	if !there || card.Revision >= tk.Revision && !again {
		return nil
	}
	_, err = bringUp(t, t.standingPrompt(pf, tk.Number, user, card.Message), tk, card, false)
	return err
}

// standingPrompt is the member's prompt, as it says what is so now.
func (t *turn) standingPrompt(pf chat.Platform, n desk.TicketID, user, message string) standing[desk.Ticket] {
	ref := chat.MessageRef{Place: chat.Place{User: user}, ID: message}
	return t.aboutTicket(pf, ref, n, promptPlace(pf.Name(), user), func(tk desk.Ticket) (chat.Message, int) {
		if !t.undecided(tk) {
			return t.prompt(tk), decided
		}
		return t.prompt(tk), tk.Revision
	})
}

// keepPrompt remembers the prompt for drawn that was just posted, or found, and
// brings it up to date if the ticket changed meanwhile. One before it points to
// it from then on.
func (t *turn) keepPrompt(pf chat.Platform, drawn desk.Ticket, user, message string, fresh bool) error {
	defer t.prompting.hold(drawn.Number)()
	tk, err := t.Store.Ticket(t.ctx, drawn.Number)
	if err != nil {
		return err
	}
	old, there, err := t.Store.Card(t.ctx, tk.Number, promptPlace(pf.Name(), user))
	if err != nil {
		return err
	}
	if there && old.Message != message {
		if err := t.pointDown(pf, tk, user, old.Message); err != nil {
			return err
		}
	}
	still, err := bringUp(t, t.standingPrompt(pf, tk.Number, user, message), tk, old, fresh && tk.Revision == drawn.Revision)
	if err == nil && !still {
		return t.pointDown(pf, tk, user, message)
	}
	return err
}

// pointDown has a prompt that another took the place of say so.
func (t *turn) pointDown(pf chat.Platform, tk desk.Ticket, user, message string) error {
	line := chat.Message{Text: chat.Say(tk.Number.String() + " is prompted again further down.")}
	err := pf.Edit(t.ctx, chat.MessageRef{Place: chat.Place{User: user}, ID: message}, line)
	if errors.Is(err, chat.ErrGone) {
		return nil
	}
	return err
}

// toMember posts to a member's direct messages, on the first platform that
// knows them and works. A prompt about the ticket keep is kept up to date
// afterwards.
func (b *Bot) toMember(ctx context.Context, p *desk.Policy, m desk.MemberID, key string, keep desk.Ticket, draw func(platform string) (chat.Message, error)) error {
	mb := p.Members[m]
	if !mb.Active {
		return errOvertaken
	}
	last := errOvertaken // nobody's platform
	for _, id := range mb.Identities {
		platform, user, _ := strings.Cut(id, ":")
		pf, ok := b.platforms[platform]
		if !ok {
			continue
		}
		t := &turn{Bot: b, ctx: ctx, p: p, me: mb, now: b.Now(), in: chat.Interaction{Platform: platform}}
		if last = t.toUser(pf, user, key, keep, draw); !lasting(last) {
			return last
		}
		if errors.Is(last, chat.ErrGone) {
			last = errOvertaken // they are gone, and nobody is there to read it
			continue
		}
		if !strings.HasPrefix(key, alarmed) { // never an alarm about an alarm
			if err := b.alarm(ctx, p, platform, user, last); err != nil {
				return err
			}
		}
	}
	return last
}

// toUser is toMember on one platform.
func (t *turn) toUser(pf chat.Platform, user, key string, keep desk.Ticket, draw func(platform string) (chat.Message, error)) error {
	msg, err := draw(pf.Name())
	if errors.Is(err, errOvertaken) && keep.Number != 0 {
		// One that stands there without our having kept it ends like the others.
		if there, e := t.begun(t.ctx, pf, key); e != nil || !there {
			return cmp.Or(e, err)
		}
		msg, err = t.prompt(keep), nil
	}
	if err != nil {
		return err
	}
	msg.Notify = []string{user}
	ref, fresh, err := t.postOnce(t.ctx, pf, chat.Place{User: user}, msg, key)
	if err != nil || keep.Number == 0 {
		return err
	}
	return t.keepPrompt(pf, keep, user, ref.ID, fresh)
}
