package discord_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/chat/chattest"
	"deskbell.dev/deskbell/internal/discord/discordtest"
)

// TestChat holds Discord to what every platform does, over both of its ways in.
func TestChat(t *testing.T) {
	for name, gateway := range map[string]bool{"http": false, "gateway": true} {
		t.Run(name, func(t *testing.T) {
			chattest.Run(t, func(t *testing.T, h chat.Handler) chattest.Rig { return newRig(t, h, gateway) })
		})
	}
}

func newRig(t *testing.T, h chat.Handler, gateway bool) chattest.Rig {
	r := &rig{desk: &desk{T: t}, refusals: map[string]string{}, forms: map[string]*chat.Form{}}
	r.asks = func(ctx context.Context, in chat.Interaction) chat.Reply { return r.drawn(h, ctx, in) }
	r.open(gateway)
	return chattest.Rig{
		Platform: r.pf, Channel: channel, Named: "desk",
		Ann:    chat.User{ID: ann, Handle: "ann", Name: "Ann Okafor"},
		Ben:    chat.User{ID: ben, Handle: "ben", Name: "Ben Rivera"},
		Zoe:    chat.User{ID: zoe, Handle: "zoe", Name: "zoe", Outside: "other workspace"},
		Absent: chattest.Absent{Channel: nowhere, User: "999999999999999999", Message: "999999999999999998"},
		Type:   r.typed, Press: r.press, Submit: r.submit, See: r.see, Form: r.form,
		Twice: func(act func() error) error {
			r.srv.Twice(true)
			defer r.srv.Twice(false)
			return act()
		},
		Delete: func(ref chat.MessageRef) error { r.srv.Delete(ref.ID); return nil },
	}
}

// rig is a server and what its people do in it.
type rig struct {
	*desk
	mu       sync.Mutex
	refusals map[string]string // what was wrong with a form, by person
	forms    map[string]*chat.Form
}

// drawn asks h, but draws a form anew by itself, as it was opened.
func (r *rig) drawn(h chat.Handler, ctx context.Context, in chat.Interaction) chat.Reply {
	if in.Kind == chat.Fill {
		r.mu.Lock()
		defer r.mu.Unlock()
		return chat.Reply{Form: r.forms[in.Token]}
	}
	reply := h(ctx, in)
	if f := reply.Form; f != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.forms[f.Token] = f
	}
	return reply
}

func (r *rig) settled(err error) error {
	r.pf.Idle()
	return err
}

func (r *rig) where(in chat.Place) string {
	if in.Channel == "" {
		return r.srv.DM(in.User)
	}
	return in.Channel
}

func (r *rig) typed(as string, in chat.Place, text string) error {
	_, rest, _ := strings.Cut(text, " ")
	return r.settled(r.types(as, r.where(in), "say", "text", rest))
}

func (r *rig) press(as string, on chattest.Seen, b chattest.Button, value string) error {
	in := on.Ref.Place.Channel
	if on.Ref.Place.Thread != "" {
		in = on.Ref.Place.Thread
	}
	m := discordtest.Message{ID: on.Ref.ID, Channel: in}
	if len(b.Options) == 0 {
		return r.settled(r.srv.Press(as, m, b.ID, 2))
	}
	for _, o := range b.Options {
		if o.Value == value && value == "" {
			value = "∅"
		}
	}
	return r.settled(r.srv.Press(as, m, b.ID, 3, value))
}

// submit fills in what is open. Discord closes it; if something was wrong with it,
// the person opens it again as the message offers.
func (r *rig) submit(as string, values map[string]string) error {
	open, ok := r.srv.Modal(as)
	if !ok {
		return errors.New("no form is open")
	}
	for name := range values {
		if !slices.ContainsFunc(open.Components, func(c discordtest.Component) bool { return c.Component.CustomID == name }) {
			return fmt.Errorf("the form does not ask for %s", name)
		}
	}
	r.mu.Lock()
	delete(r.refusals, as)
	r.mu.Unlock()
	before := len(r.srv.Messages(channel, as))
	err := r.settled(r.srv.Submit(as, func(c discordtest.Component) (string, []string) {
		value, given := values[c.CustomID]
		if !given {
			value = standing(c)
		}
		if c.Type == 4 {
			return value, nil
		}
		if value == "" {
			return "", nil
		}
		return "", strings.Fields(strings.NewReplacer("<@", "", "<#", "", ">", "").Replace(value))
	}))
	all := r.srv.Messages(channel, as)
	for _, m := range all[min(before, len(all)):] {
		if x := r.read(m); x.Private && slices.ContainsFunc(x.Buttons, func(b chattest.Button) bool { return b.Label == chat.OnceMore }) {
			r.mu.Lock()
			r.refusals[as] = x.Text
			r.mu.Unlock()
			err = errors.Join(err, r.settled(r.srv.Press(as, m, r.button(m, chat.OnceMore), 2)))
		}
	}
	return err
}

// standing is what stands in an input, as the handler is told it.
func standing(c discordtest.Component) string {
	lead := map[int]string{5: "<@", 8: "<#"}[c.Type]
	var all []string
	for _, d := range c.Defaults {
		all = append(all, lead+d.ID+">")
	}
	for _, o := range c.Options {
		if o.Default {
			all = append(all, o.Value)
		}
	}
	if len(all) > 0 {
		return strings.Join(all, " ")
	}
	return c.Value
}

func (r *rig) form(as string) (chattest.Form, bool) {
	m, ok := r.srv.Modal(as)
	if !ok {
		return chattest.Form{}, false
	}
	r.mu.Lock()
	wrong := strings.Split(r.refusals[as], "\n")
	r.mu.Unlock()
	f := chattest.Form{Title: m.Title}
	for _, l := range m.Components {
		c := l.Component
		x := chattest.Field{Name: c.CustomID, Label: l.Label, Value: standing(*c), Required: c.Required != nil && *c.Required, Options: options(c.Options)}
		for _, line := range wrong {
			if text, ok := strings.CutPrefix(line, l.Label+": "); ok && x.Error == "" {
				x.Error = text
			}
		}
		f.Fields = append(f.Fields, x)
	}
	return f, true
}

func options(all []discordtest.Option) []chat.Option {
	var out []chat.Option
	for _, o := range all {
		if o.Value == "∅" {
			o.Value = ""
		}
		out = append(out, chat.Option{Value: o.Value, Label: o.Label})
	}
	return out
}

func (r *rig) see(as string, in chat.Place) []chattest.Seen {
	var out []chattest.Seen
	for _, m := range r.srv.Messages(r.where(in), as) {
		out = append(out, r.read(m))
	}
	return out
}

// read is a message as it reads.
func (r *rig) read(m discordtest.Message) chattest.Seen {
	x := chattest.Seen{Ref: chat.MessageRef{Place: chat.Place{Channel: m.Channel}, ID: m.ID}, Private: m.EphemeralTo != ""}
	if parent := r.srv.Parent(m.Channel); parent != "" {
		x.Ref.Place = chat.Place{Channel: parent, Thread: m.Channel}
	}
	mentioned := map[string]bool{}
	var walk func(cs []discordtest.Component)
	walk = func(cs []discordtest.Component) {
		for _, c := range cs {
			switch c.Type {
			case 2:
				x.Buttons = append(x.Buttons, chattest.Button{ID: c.CustomID, Label: c.Label, Style: map[int]chat.Style{1: chat.Primary, 4: chat.Danger}[c.Style]})
			case 3:
				x.Buttons = append(x.Buttons, chattest.Button{ID: c.CustomID, Options: options(c.Options)})
			case 10:
				read := r.srv.Reads(c.Content)
				x.Text += read.Text + "\n"
				x.Links, x.Times, x.Everybody = append(x.Links, read.Links...), append(x.Times, read.Times...), x.Everybody || read.Everybody
				for _, id := range read.Mentions {
					mentioned[id] = true
				}
			case 12:
				for _, i := range c.Items {
					x.Pictures = append(x.Pictures, i.Description)
				}
			}
			walk(c.Components)
		}
	}
	walk(m.Components)
	for _, id := range m.Pings {
		if mentioned[id] && !x.Private {
			x.Pings = append(x.Pings, id)
		}
	}
	return x
}
