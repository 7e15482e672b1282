package discord

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"deskbell.dev/deskbell/internal/chat"
)

// Who takes no direct messages of the server's members is told in a private thread
// of the desk's channel, which only they and Deskbell are in: no prompt is lost.

// talk is the channel in which somebody is told what is for them alone.
type talk struct {
	id     string
	thread bool // a private thread, since they take no direct messages
}

// channelOf is where the place is: a thread is a channel of its own, whose id is
// that of the message it hangs under; direct messages are opened first.
func (p *Platform) channelOf(ctx context.Context, at chat.Place) (string, error) {
	switch {
	case at.Thread != "":
		return at.Thread, nil
	case at.Channel != "":
		return at.Channel, nil
	}
	if t, ok := p.direct.Load(at.User); ok {
		return t.(talk).id, nil
	}
	var opened struct{ ID string }
	if err := p.call(ctx, "POST", "/users/@me/channels", map[string]string{"recipient_id": at.User}, &opened); err != nil {
		return "", err
	}
	p.direct.Store(at.User, talk{id: opened.ID})
	return opened.ID, nil
}

// instead is the private thread of somebody who takes no direct messages, with them
// in it; it is begun if there is none.
func (p *Platform) instead(ctx context.Context, person string) (string, error) {
	p.begins.Lock() // one is enough
	defer p.begins.Unlock()
	desk, err := p.deskChannel(ctx)
	if err != nil {
		return "", err
	}
	if desk == "" {
		return "", &chat.Trouble{Cause: "no direct messages", Where: person, Fix: "They take none, and there is no channel in which to tell them: /desk channel set CHANNEL, or have them allow direct messages of this server's members."}
	}
	id, err := p.privateThread(ctx, person)
	if err != nil {
		return "", err
	}
	if id == "" {
		var begun struct{ ID string }
		const private = 12
		err = p.call(ctx, "POST", "/channels/"+desk+"/threads", map[string]any{"name": forPerson(person), "type": private, "invitable": false, "auto_archive_duration": weekArchive}, &begun)
		if err != nil {
			return "", fmt.Errorf("discord: a private thread: %w", err)
		}
		id = begun.ID
	}
	p.direct.Store(person, talk{id, true})
	return id, p.invite(ctx, id, person)
}

// deskChannel is a channel of the desk's, "" if it has none.
func (p *Platform) deskChannel(ctx context.Context) (string, error) {
	if p.cfg.Desk == nil {
		return "", nil
	}
	return p.cfg.Desk(ctx)
}

// invite has the person be in their thread, also if they had left it.
func (p *Platform) invite(ctx context.Context, thread, person string) error {
	err := p.call(ctx, "PUT", "/channels/"+thread+"/thread-members/"+person, nil, nil)
	if code(err) == unknownMember || code(err) == unknownUser {
		return fmt.Errorf("%w: %w", chat.ErrGone, err)
	}
	return err
}

// privateThread is the one that Deskbell began for somebody in a channel of the
// desk's, "" if there is none. Threads of others are none, whatever they are called.
func (p *Platform) privateThread(ctx context.Context, person string) (string, error) {
	desk, err := p.deskChannel(ctx)
	if err != nil || desk == "" {
		return "", err
	}
	type thread struct {
		ID, Name string
		Type     int
		Owner    string `json:"owner_id"`
		Parent   string `json:"parent_id"`
	}
	var all struct{ Threads []thread }
	if err := p.call(ctx, "GET", "/guilds/"+p.guild+"/threads/active", nil, &all); err != nil {
		return "", err
	}
	slices.SortFunc(all.Threads, func(a, b thread) int { return cmp.Or(len(a.ID)-len(b.ID), cmp.Compare(a.ID, b.ID)) }) // the oldest
	for _, t := range all.Threads {
		if t.Name == forPerson(person) && t.Type == 12 && t.Owner == p.self && t.Parent == desk {
			p.direct.Store(person, talk{t.ID, true})
			return t.ID, nil
		}
	}
	return "", nil
}

// forPerson is the thread's name, by which it is found again.
func forPerson(id string) string { return "Deskbell for " + id }

// alone reports whether the channel is between the person and Deskbell: direct
// messages, or the thread that stands for them.
func (p *Platform) alone(ctx context.Context, c channel, person string) bool {
	if c.Type != 12 || c.Name != forPerson(person) {
		return c.Type == 1
	}
	if t, ok := p.direct.Load(person); ok && t.(talk).id == c.ID {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second) // somebody waits for an answer
	defer cancel()
	id, err := p.privateThread(ctx, person)
	return err == nil && id == c.ID
}

// toPerson does something in somebody's direct messages, or in what stands for them.
func (p *Platform) toPerson(ctx context.Context, at chat.Place, channel string, do func(channel string) error) error {
	if at.User == "" {
		return do(channel)
	}
	if t, ok := p.direct.Load(at.User); ok && t.(talk) == (talk{channel, true}) {
		if err := p.invite(ctx, channel, at.User); err != nil && code(err) != unknownChannel {
			return err
		}
	}
	err := do(channel)
	other, look := "", error(nil)
	switch code(err) {
	case noMessagesTo:
		other, look = p.instead(ctx, at.User)
	case unknownMessage: // it may stand there from before a restart
		other, look = p.privateThread(ctx, at.User)
	case archivedThread:
		if look = p.call(ctx, "PATCH", "/channels/"+channel, map[string]bool{"archived": false}, nil); look == nil {
			return do(channel)
		}
	case unknownChannel: // somebody deleted the thread
		p.direct.Delete(at.User)
		if other, look = p.channelOf(ctx, chat.Place{User: at.User}); look == nil && other != channel {
			if err = do(other); code(err) == noMessagesTo {
				other, look = p.instead(ctx, at.User)
			} else {
				return err
			}
		}
	}
	switch {
	case look != nil && !errors.Is(look, chat.ErrGone):
		return look
	case other == "" || other == channel:
		return err
	}
	return do(other)
}
