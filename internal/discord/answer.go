package discord

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strings"
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
		return answer{Type: toChange, Data: b}
	}
	return p.shown(d, m)
}

// empty reports whether there is nothing to show.
func empty(r chat.Reply) bool { return r.Form == nil && r.Message == nil && len(r.Errors) == 0 }

// says is what a reply comes to in words, and whether it takes the place of what was
// pressed on.
func (p *Platform) says(d delivery, r chat.Reply) (m chat.Message, edit bool) {
	switch {
	case len(r.Errors) > 0:
		return p.refused(d, r.Errors), false
	case r.Form != nil: // a form cannot follow a form, nor an answer that came late
		return p.offer(chat.NotShown, r.Form), false
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
	return answer{Type: toShow, Data: bodyOf(m, false)}
}

// form opens f, and remembers it should it be refused.
func (p *Platform) form(d delivery, f *chat.Form) answer {
	p.typed.Store("open/"+d.From.ID, f)
	return answer{Type: toForm, Data: modalOf(f)}
}

// keptForm begins the custom_id of a button that opens a form again, as it stood.
const keptForm = "form;"

// offer is a message whose button opens the form.
func (p *Platform) offer(text string, f *chat.Form) chat.Message {
	var b [8]byte
	_, _ = rand.Read(b[:])
	id := hex.EncodeToString(b[:])
	p.typed.Store(id, f)
	time.AfterFunc(24*time.Hour, func() { p.typed.Delete(id) })
	return chat.Message{Text: chat.Say(text), Private: true, Card: &chat.Card{Actions: []chat.Action{{Token: keptForm + id, Label: chat.OnceMore, Style: chat.Primary}}}}
}

// kept is the form that a press opens again, false if it does something else.
func (p *Platform) kept(d delivery) (*chat.Form, bool) {
	id, ok := strings.CutPrefix(d.Token, keptForm)
	if !ok || d.Kind != chat.Press {
		return nil, false
	}
	f, ok := p.typed.Load(id)
	if !ok {
		return nil, false
	}
	return f.(*chat.Form), true
}

// refused says what is wrong with a form that was filled in, and opens it again with
// what was typed: Discord closes every form.
func (p *Platform) refused(d delivery, errs map[string]string) chat.Message {
	f := &chat.Form{Token: d.Token}
	if open, ok := p.typed.Load("open/" + d.From.ID); ok && open.(*chat.Form).Token == d.Token {
		was := *open.(*chat.Form)
		was.Fields = slices.Clone(was.Fields)
		f = &was
	}
	wrong := chat.Text{}
	for n, x := range f.Fields {
		if v, ok := d.Values[x.Name]; ok {
			f.Fields[n].Value = v
		}
		if errs[x.Name] != "" {
			wrong = chat.Join(wrong, chat.B(x.Label+": "), chat.Say(errs[x.Name]+"\n"))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(errs)) {
		if !slices.ContainsFunc(f.Fields, func(x chat.Field) bool { return x.Name == name }) {
			wrong = chat.Join(wrong, chat.Say(errs[name]+"\n"))
		}
	}
	m := chat.Message{Private: true, Card: &chat.Card{}}
	if len(f.Fields) > 0 {
		m = p.offer("", f)
	}
	for _, name := range slices.Sorted(maps.Keys(d.Values)) { // also should the form be forgotten
		if v := d.Values[name]; v != "" {
			m.Card.Fields = append(m.Card.Fields, chat.CardField{Name: name, Value: chat.Words(v)})
		}
	}
	m.Text = wrong
	return m
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

// bringWithin is how long a late answer is tried to be shown.
const bringWithin = 2 * time.Minute

// bring shows a late answer: what waits for it becomes it, what is for all is posted,
// and what the token cannot do any more comes as a direct message.
func (p *Platform) bring(d delivery, r chat.Reply) {
	ctx, cancel := context.WithTimeout(p.life, bringWithin)
	defer cancel()
	hook := "/webhooks/" + p.cfg.Application + "/" + d.token
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
	if err != nil && !empty(r) && !said {
		p.cfg.Log.Info("discord: answered another way", "kind", d.Kind, "err", err)
		_, err = p.Post(ctx, chat.Place{User: d.From.ID}, m, "answer/"+d.id, time.Time{})
	}
	if err != nil {
		p.cfg.Log.Warn("discord: an answer was not shown", "kind", d.Kind, "err", err)
	}
}
