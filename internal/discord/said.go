package discord

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/traffic"
)

// said takes words that somebody wrote to Deskbell directly: typed words, like those
// behind a command. They come over the gateway alone.
func (p *Platform) said(raw json.RawMessage) {
	var m struct {
		message
		Guild string `json:"guild_id"`
		Type  int    `json:"type"`
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		p.cfg.Log.Warn("discord: a message that cannot be read", "err", err)
		return
	}
	const plain, answering = 0, 19
	if m.Guild != "" || m.Author.ID == p.self || m.Author.Bot || m.Type != plain && m.Type != answering {
		return
	}
	if p.seen.Begin(m.ID) != traffic.Fresh { // resumed from before it
		return
	}
	defer p.seen.End(m.ID)
	p.direct.Store(m.Author.ID, talk{id: m.Channel})
	d := delivery{id: m.ID, kind: inCommand}
	d.Platform, d.Key, d.Kind, d.Text = "discord", m.ID, chat.Command, m.Content
	d.Place = chat.Place{Channel: m.Channel, User: m.Author.ID}
	if !p.gate.Enter() {
		p.bringAside(m.Author.ID, m.ID, chat.Message{Text: chat.Say(chat.Busy)})
		return
	}
	defer p.gate.Leave()
	var ok bool
	if d.From, ok = p.memberOf(p.life, m.Author); !ok {
		p.bringAside(m.Author.ID, m.ID, chat.Message{Text: chat.Say(chat.WhoAreYou)})
		return
	}
	r := p.ask(d)
	switch {
	case r.Form != nil:
		p.bringAside(m.Author.ID, m.ID, p.offer(chat.Say(chat.ByPress), r.Form))
	case r.Message != nil:
		p.bringAside(m.Author.ID, m.ID, *r.Message)
	}
}

// bringWithin is how long a late answer is tried to be shown.
const bringWithin = 2 * time.Minute

// bringAside brings an answer as a direct message: where no interaction can be
// answered, or none any more.
func (p *Platform) bringAside(user, id string, m chat.Message) {
	ctx, cancel := context.WithTimeout(p.life, bringWithin)
	defer cancel()
	var tried time.Time
	for n := 0; ; n++ {
		at := time.Now()
		_, err := p.Post(ctx, chat.Place{User: user}, m, "answer/"+id, tried)
		if err == nil {
			return
		}
		var wait *chat.Wait
		pause := 250 * time.Millisecond << min(n, 5)
		switch {
		case errors.Is(err, chat.ErrUnsure) && tried.IsZero():
			tried = at
		case errors.As(err, &wait):
			pause = wait.For
		case errors.Is(err, chat.ErrNever) || errors.Is(err, chat.ErrGone) || errors.As(err, new(*chat.Trouble)):
			p.cfg.Log.Warn("discord: an answer was not shown", "err", err)
			return
		}
		if sleep(ctx, pause) != nil {
			p.cfg.Log.Warn("discord: an answer was not shown", "err", err)
			return
		}
	}
}
