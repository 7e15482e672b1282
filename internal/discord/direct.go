package discord

import (
	"context"
	"errors"
	"fmt"

	"deskbell.dev/deskbell/internal/chat"
)

// Who takes no direct messages of the server's members is told in a private thread
// of the desk's channel, which only they and Deskbell are in: no prompt is lost.

// channelOf is where the place is: a thread is a channel of its own, whose id is
// that of the message it hangs under; direct messages are opened first.
func (p *Platform) channelOf(ctx context.Context, at chat.Place) (string, error) {
	switch {
	case at.Thread != "":
		return at.Thread, nil
	case at.Channel != "":
		return at.Channel, nil
	}
	if id, ok := p.direct.Load(at.User); ok {
		return id.(string), nil
	}
	var opened struct{ ID string }
	if err := p.call(ctx, "POST", "/users/@me/channels", map[string]string{"recipient_id": at.User}, &opened); err != nil {
		return "", err
	}
	p.direct.Store(at.User, opened.ID)
	return opened.ID, nil
}

// instead is the private thread of somebody who takes no direct messages; it is
// begun if there is none.
func (p *Platform) instead(ctx context.Context, person string) (string, error) {
	id, err := p.privateThread(ctx, person)
	if err != nil || id != "" {
		return id, err
	}
	desk, err := p.cfg.Desk(ctx)
	if err != nil {
		return "", err
	}
	if desk == "" {
		return "", &chat.Trouble{Cause: "no direct messages", Where: person, Fix: "They take none, and there is no channel in which to tell them: /desk channel set CHANNEL, or have them allow direct messages of this server's members."}
	}
	var begun struct{ ID string }
	const private = 12
	err = p.call(ctx, "POST", "/channels/"+desk+"/threads", map[string]any{"name": forPerson(person), "type": private, "invitable": false, "auto_archive_duration": weekArchive}, &begun)
	if err == nil {
		err = p.call(ctx, "PUT", "/channels/"+begun.ID+"/thread-members/"+person, nil, nil)
	}
	if code(err) == unknownMember {
		err = fmt.Errorf("%w: %w", chat.ErrGone, err)
	}
	if err != nil {
		return "", fmt.Errorf("discord: a private thread: %w", err)
	}
	p.direct.Store(person, begun.ID)
	return begun.ID, nil
}

// privateThread is the one that there is for somebody, "" if there is none.
func (p *Platform) privateThread(ctx context.Context, person string) (string, error) {
	var all struct{ Threads []struct{ ID, Name string } }
	if err := p.call(ctx, "GET", "/guilds/"+p.guild+"/threads/active", nil, &all); err != nil {
		return "", err
	}
	for _, t := range all.Threads {
		if t.Name == forPerson(person) {
			p.direct.Store(person, t.ID)
			return t.ID, nil
		}
	}
	return "", nil
}

// forPerson is the thread's name, by which it is found again.
func forPerson(id string) string { return "Deskbell for " + id }

// toPerson does something in somebody's direct messages, or in what stands for them.
func (p *Platform) toPerson(ctx context.Context, at chat.Place, channel string, do func(channel string) error) error {
	err := do(channel)
	if at.User == "" {
		return err
	}
	var other string
	var look error
	switch code(err) {
	case noMessagesTo:
		other, look = p.instead(ctx, at.User)
	case unknownMessage: // it may stand there from before a restart
		other, look = p.privateThread(ctx, at.User)
	}
	switch {
	case look != nil && !errors.Is(look, chat.ErrGone):
		return look
	case other == "" || other == channel:
		return err
	}
	return do(other)
}
