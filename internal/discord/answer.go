package discord

import (
	"context"
	"errors"
	"time"

	"deskbell.dev/deskbell/internal/chat"
)

// reply is the answer to a handler that answered in time.
func (p *Platform) reply(d delivery, r chat.Reply) answer {
	switch {
	case r.Form != nil && d.kind != inModal:
		return p.form(d, r.Form)
	case empty(r) && d.kind == inComponent:
		return answer{Type: toWaitHere}
	case empty(r): // Discord wants something there; it is taken away again
		return answer{Type: toWait, Data: map[string]int{"flags": flagEphemeral}, then: func() { p.bring(d, r) }}
	}
	m, edit := p.says(d, r)
	if edit {
		b := bodyOf(m, false)
		b.Flags &^= flagEphemeral // it stays what it is
		return answer{Type: toChange, Data: b, lost: func() chat.Message { return m }}
	}
	return p.shown(d, m)
}

// empty reports whether there is nothing to show.
func empty(r chat.Reply) bool { return r.Form == nil && r.Message == nil }

// says is what a reply comes to in words, and whether it takes the place of what was
// pressed on.
func (p *Platform) says(d delivery, r chat.Reply) (m chat.Message, edit bool) {
	if r.Form != nil { // a form cannot follow a form, nor an answer that came late
		return p.offer(chat.Say(chat.NotShown), r.Form), false
	}
	m = *r.Message
	// What all see never becomes what is for one.
	return m, r.Edit && d.Message.ID != "" && (d.alone || !m.Private)
}

// shown shows m where it happened; in direct messages nobody else reads.
func (p *Platform) shown(d delivery, m chat.Message) answer {
	if d.Place.User != "" {
		m.Private = false
	}
	return answer{Type: toShow, Data: bodyOf(m, false), lost: func() chat.Message { return m }}
}

// form opens f.
func (p *Platform) form(d delivery, f *chat.Form) answer {
	return answer{Type: toForm, Data: modalOf(f, d.id), lost: func() chat.Message { return p.offer(chat.Say(chat.NotShown), f) }}
}

// late acknowledges what takes its time, and brings the answer when it is there.
func (p *Platform) late(d delivery, done <-chan chat.Reply) answer {
	a := answer{Type: toWait, Data: map[string]int{"flags": flagEphemeral}}
	if d.kind == inComponent {
		a = answer{Type: toWaitHere}
	}
	a.then = func() { p.bring(d, <-done) }
	return a
}

// bring shows a late answer: what waits for it becomes it, what is for all is posted,
// and what the token cannot do any more comes as a direct message.
func (p *Platform) bring(d delivery, r chat.Reply) {
	ctx, cancel := context.WithTimeout(p.life, bringWithin)
	defer cancel()
	hook := "/webhooks/" + p.app.ID + "/" + d.token
	var m chat.Message
	var edit bool
	if !empty(r) {
		m, edit = p.says(d, r)
	}
	first := func(m chat.Message) error {
		return p.call(ctx, "PATCH", hook+"/messages/@original", bodyOf(m, false), nil)
	}
	said := false
	more := func(m chat.Message) error { return p.call(ctx, "POST", hook, bodyOf(m, false), nil) }
	show := func() error {
		switch {
		case empty(r) && d.kind == inComponent:
			return nil
		case empty(r):
			return p.call(ctx, "DELETE", hook+"/messages/@original", nil, nil)
		case edit:
			return first(m)
		case d.kind == inComponent:
			return more(m)
		case m.Private || d.Place.User != "":
			return first(m)
		}
		if !said {
			if err := more(m); err != nil {
				return err
			}
			said = true // whatever becomes of the rest
		}
		return first(chat.Message{Text: chat.Say(chat.Done), Private: true})
	}
	var err error
	for n := range 4 {
		// What comes right behind the acknowledgement may be ahead of it: not there is
		// tried again.
		if err = show(); err == nil || errors.Is(err, chat.ErrNever) && code(err) != unknownWebhook || errors.Is(err, chat.ErrUnsure) && !m.Private && !edit {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(250 * time.Millisecond << n):
		}
	}
	switch {
	case err == nil:
	case empty(r) || said:
		p.cfg.Log.Warn("discord: an answer was not shown in whole", "kind", d.Kind, "err", err)
	default:
		p.cfg.Log.Info("discord: answered another way", "kind", d.Kind, "err", err)
		p.bringAside(d.From.ID, d.id, m)
	}
}
