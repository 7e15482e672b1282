package discord

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"deskbell.dev/deskbell/internal/chat"
)

// Discord closes every form that is submitted, and opens one only for a press. A form
// that is to be filled in again, or that could not be opened, is kept for a day, and
// the person has a button that opens it as it stood.

// keptToken begins the token of that button.
const keptToken = "form;"

// offer is a message whose button opens the form.
func (p *Platform) offer(text chat.Text, f *chat.Form) chat.Message {
	var b [10]byte
	_, _ = rand.Read(b[:])
	id := hex.EncodeToString(b[:])
	raw, err := json.Marshal(f)
	if err == nil {
		err = p.cfg.Keep(p.life, id, raw)
	}
	m := chat.Message{Text: text, Private: true, Card: &chat.Card{}}
	if err != nil {
		p.cfg.Log.Error("discord: a form was not kept", "err", err)
		return m
	}
	m.Card.Actions = []chat.Action{{Token: keptToken + id, Label: chat.OnceMore, Style: chat.Primary}}
	return m
}

// keptForm is the id of the form that a press opens again, false if it does
// something else.
func keptForm(d delivery) (id string, ok bool) {
	if d.Kind != chat.Press {
		return "", false
	}
	return strings.CutPrefix(d.Token, keptToken)
}

// again is the form that was kept.
func (p *Platform) again(id string) chat.Reply {
	raw, err := p.cfg.Kept(p.life, id)
	f := new(chat.Form)
	if err == nil {
		err = json.Unmarshal(raw, f)
	}
	if err != nil {
		p.cfg.Log.Warn("discord: a form that was not kept", "err", err)
		return chat.Reply{Message: &chat.Message{Text: chat.Say(chat.Forgotten), Private: true}}
	}
	return chat.Reply{Form: f}
}

// refused says what is wrong with a form that was filled in, and offers it as it
// stood. The handler draws it anew, since Discord gives back only what was typed.
func (p *Platform) refused(d delivery, errs map[string]string) chat.Message {
	in := d.Interaction
	in.Kind, in.Fields = chat.Fill, d.asked
	r, err := p.cfg.Handle.Ask(p.life, in)
	if err != nil {
		p.cfg.Log.Error("discord: a form was not drawn again", "err", err)
	}
	f := r.Form
	if f == nil { // at least what was typed is not lost
		f = &chat.Form{}
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
	m := chat.Message{Text: wrong, Private: true, Card: &chat.Card{}}
	if len(f.Fields) > 0 {
		m = p.offer(wrong, f)
	}
	for _, name := range d.asked { // also should the form be forgotten
		if v := d.Values[name]; v != "" {
			m.Card.Fields = append(m.Card.Fields, chat.CardField{Name: name, Value: chat.Words(v)})
		}
	}
	return m
}
