package bot

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// Letter is mail to a client.
type Letter struct {
	To, Subject, Text string
	Ticket            int64
}

// Config is what a Bot is made of.
type Config struct {
	Store *store.Store
	// Now is desk time.
	Now       func() time.Time
	Platforms []chat.Platform
	// Send delivers mail to a client, once for each key; nil where the desk
	// has no mail.
	Send func(ctx context.Context, key string, l Letter) error
	Log  *slog.Logger
}

// Bot is the conversation of one desk on all its platforms.
type Bot struct {
	Config
	platforms map[string]chat.Platform
	prompting promptLocks
}

// New returns a bot; it does nothing until it is asked.
func New(c Config) *Bot {
	b := &Bot{Config: c, platforms: map[string]chat.Platform{}}
	for _, p := range c.Platforms {
		b.platforms[p.Name()] = p
	}
	return b
}

// turn is one interaction being answered.
type turn struct {
	*Bot
	ctx context.Context
	in  chat.Interaction
	p   *desk.Policy
	me  desk.Member
	now time.Time
	// from is the message that a note is written as, "" for none.
	from string
}

// Handle answers an interaction; it is a chat.Handler. An operator's error is
// logged here and told without details: nothing was changed.
func (b *Bot) Handle(ctx context.Context, in chat.Interaction) chat.Reply {
	t := &turn{Bot: b, ctx: ctx, in: in, now: b.Now()}
	var err error
	if t.p, err = b.Store.Policy(ctx); err != nil {
		return t.broke(err)
	}
	switch {
	case in.Kind == chat.Left:
		return t.left()
	case in.Kind == chat.Deleted: // one's own words, whoever one is by now
		return t.amended()
	case in.From.Outside != "":
		return t.outsider()
	case in.Kind == chat.Said:
		return t.heard()
	case in.Kind == chat.Edited:
		return t.amended()
	}
	if err := t.arrive(); err != nil {
		return t.broke(err)
	}
	switch in.Kind {
	case chat.Home:
		return t.home()
	case chat.Search:
		return t.search()
	case chat.Fill:
		return t.fill()
	}
	return t.act(t.intent())
}

// act does what is meant and draws the answer, also of a no.
func (t *turn) act(i intent, err error) chat.Reply {
	if err != nil {
		return t.no(err, i)
	}
	r, err := t.run(i)
	if err != nil {
		return t.no(err, i)
	}
	return r
}

// arrive finds out who speaks; a full workspace member that the desk does not
// know yet, or who had left it, becomes an observer.
func (t *turn) arrive() error {
	id := t.in.Platform + ":" + t.in.From.ID
	m, ok := t.p.MemberWith(id)
	if !ok || !m.Active {
		_, err := t.Store.DoDesk(t.ctx, store.DeskRequest{By: desk.TheClock, At: t.now, Do: desk.MemberAdded{Member: desk.Member{
			Handle: t.in.From.Handle, Name: desk.Text(t.in.From.Name), Zone: t.in.From.Zone, Identities: []string{id}}}})
		if r := (*desk.Refusal)(nil); err != nil && !errors.As(err, &r) {
			return err
		}
		if t.p, err = t.Store.Policy(t.ctx); err != nil {
			return err
		}
		m, _ = t.p.MemberWith(id)
	}
	t.me = m
	return t.learnName(m)
}

// learnName gives a member whom the file knows by their id alone the name that the
// platform has for them.
func (t *turn) learnName(m desk.Member) error {
	from := t.in.From
	if m.Handle != from.ID || string(m.Name) != from.ID || from.Handle == "" || from.Handle == from.ID {
		return nil
	}
	_, err := t.Store.DoDesk(t.ctx, store.DeskRequest{By: desk.TheClock, At: t.now, Do: desk.MemberNamed{Member: m.ID, Handle: from.Handle, Name: desk.Text(from.Name), Zone: from.Zone}})
	if err != nil {
		return err
	}
	t.p, err = t.Store.Policy(t.ctx)
	t.me = t.p.Members[m.ID]
	return err
}

// broke is the answer when the desk itself failed. What nobody waits for, and
// nobody would do again, is asked for once more.
func (t *turn) broke(err error) chat.Reply {
	t.Log.Error("interaction failed", "kind", t.in.Kind, "platform", t.in.Platform, "err", err)
	switch t.in.Kind {
	case chat.Left, chat.Edited, chat.Deleted:
		return chat.Reply{Again: true}
	}
	text := "Deskbell couldn't do that just now, and nothing was changed. Try again in a moment."
	if errors.Is(err, store.ErrBusy) {
		text = "Deskbell is busy; nothing was changed. Try again in a moment."
	}
	return t.line(chat.Say(text))
}

// line is a private one-line answer.
func (t *turn) line(text chat.Text) chat.Reply {
	return chat.Reply{Message: &chat.Message{Text: text, Private: true}}
}

// card is a private answer with a card.
func (t *turn) card(text chat.Text, c *chat.Card) chat.Reply {
	return chat.Reply{Message: &chat.Message{Text: text, Card: c, Private: true}}
}

// limits of the platform spoken on.
func (t *turn) limits() chat.Limits { return t.platforms[t.in.Platform].Limits() }

// mention addresses a member on a platform; a member who is not there is named.
func mention(p *desk.Policy, m desk.MemberID, platform string) chat.Text {
	mb, ok := p.Members[m]
	if !ok {
		return chat.Say("nobody")
	}
	for _, id := range mb.Identities {
		if user, found := strings.CutPrefix(id, platform+":"); found {
			return chat.MentionUser(user, mb.Handle)
		}
	}
	return chat.Say("@" + mb.Handle)
}

func (t *turn) mention(m desk.MemberID) chat.Text { return mention(t.p, m, t.in.Platform) }

// mentions lists members: "@a, @b or @c".
func (t *turn) mentions(ms []desk.MemberID, last string) chat.Text {
	var out chat.Text
	for i, m := range ms {
		switch {
		case i > 0 && i == len(ms)-1:
			out = append(out, chat.Say(" "+last+" ")...)
		case i > 0:
			out = append(out, chat.Say(", ")...)
		}
		out = append(out, t.mention(m)...)
	}
	return out
}
