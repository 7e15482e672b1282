package bot_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"deskbell.dev/deskbell/bot"
	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/discord"
	"deskbell.dev/deskbell/internal/discord/discordtest"
)

// discordPlay is a desk on a strict Discord server.
type discordPlay struct {
	afar
	srv *discordtest.Server
	pf  *discord.Platform
	ids map[string]string // by handle
	// refusals are messages that say what was wrong with a form.
	refusals map[string]bool
}

// discordDesk is the channel with the cards.
const discordDesk = "200000000000000001"

// newDiscordPlay has its deliveries come over the gateway, or as signed HTTP.
func newDiscordPlay(t *testing.T, url string, gateway bool) *discordPlay {
	t.Helper()
	p := newGuild(t)
	p.afar = newAfar(t, url, "discord", discordDesk, p.joins)
	p.begin(gateway)
	return p
}

// newGuild is a Discord server without a desk.
func newGuild(t *testing.T) *discordPlay {
	p := &discordPlay{srv: discordtest.New(t), ids: map[string]string{}, refusals: map[string]bool{}}
	p.srv.AddChannel(discordtest.Channel{ID: discordDesk, Name: "desk"})
	return p
}

// joins has somebody be there, and is their id.
func (p *discordPlay) joins(handle, name string) string {
	p.ids[handle] = fmt.Sprintf("10000000000000%04d", len(p.ids)+1)
	p.srv.AddUser(discordtest.User{ID: p.ids[handle], Name: handle, Global: name, Guild: discordtest.Guild})
	return p.ids[handle]
}

// begin runs the platform.
func (p *discordPlay) begin(gateway bool) {
	p.t.Helper()
	c := discord.Config{Token: "token", Application: discordtest.Application, APIURL: p.srv.APIURL(), Commands: bot.Commands(), Log: p.log,
		Handle: func(ctx context.Context, in chat.Interaction) chat.Reply { return p.bot.Handle(ctx, in) },
		Desk:   func(context.Context) (string, error) { return discordDesk, nil },
		Keep: func(ctx context.Context, id string, data []byte) error {
			return p.store.SaveDraft(ctx, id, data, p.clock())
		},
		Kept: func(ctx context.Context, id string) ([]byte, error) { return p.store.Draft(ctx, id) }}
	if !gateway {
		c.PublicKey = p.srv.PublicKey()
	}
	pf, err := discord.New(c)
	if err != nil {
		p.t.Fatal(err)
	}
	p.pf = pf
	p.srv.Deliver(p.listen(pf))
	if gateway {
		p.srv.OverGateway()
	}
}

// channel is "desk" or "dm-HANDLE" as Discord knows it.
func (p *discordPlay) channel(in string) string {
	if who, ok := strings.CutPrefix(in, "dm-"); ok {
		return p.srv.DM(p.ids[who])
	}
	return discordDesk
}

// say chooses what is typed elsewhere: the command's word, and its fields.
func (p *discordPlay) say(as, text string) reply {
	command, g, ok := p.srv.Typed(text)
	if !ok {
		return reply{Error: notHere}
	}
	return p.did(as, "", func() error { return p.srv.Command(p.ids[as], discordDesk, command, g) })
}

func (p *discordPlay) press(as, id, token, value string) reply {
	m, ok := p.srv.Message(id)
	if !ok {
		return reply{Error: "no such message"}
	}
	kind := 2
	var values []string
	if value != "" {
		kind, values = 3, []string{value}
	}
	return p.did(as, m.ID, func() error { return p.srv.Press(p.ids[as], m, token, kind, values...) })
}

// submit fills in what the values say, as somebody would.
func (p *discordPlay) submit(as, id string, values map[string]string) reply {
	open, ok := p.srv.Modal(p.ids[as])
	if !ok {
		return reply{Error: "the form is closed"}
	}
	chosen := map[string]string{}
	for name, value := range values {
		n := slices.IndexFunc(open.Components, func(l discordtest.Component) bool { return l.Component.CustomID == name })
		if n < 0 {
			return reply{Error: notHere}
		}
		if chosen[name], ok = p.filled(*open.Components[n].Component, value); !ok {
			return reply{Error: notHere}
		}
	}
	return p.did(as, "", func() error {
		return p.srv.Submit(p.ids[as], func(c discordtest.Component) (string, []string) {
			value, given := chosen[c.CustomID]
			switch {
			case given && c.Type == 4:
				return value, nil
			case given && c.Type == 3 && value != "":
				return "", []string{value}
			case given:
				return "", strings.Fields(value)
			case c.Type == 4:
				return c.Value, nil
			}
			return "", standingIn(c)
		})
	})
}

// standingIn is what stands in a menu.
func standingIn(c discordtest.Component) (all []string) {
	for _, d := range c.Defaults {
		all = append(all, d.ID)
	}
	for _, o := range c.Options {
		if o.Default {
			all = append(all, o.Value)
		}
	}
	return all
}

// filled is a value as somebody gives it to this input; false if its menu offers no
// such thing.
func (p *discordPlay) filled(c discordtest.Component, value string) (string, bool) {
	switch c.Type {
	case 3:
		if value == "" {
			return "", true
		}
		e := element{}
		for _, o := range c.Options {
			e.Options = append(e.Options, struct {
				Text  struct{ Text string }
				Value string
			}{struct{ Text string }{o.Label}, o.Value})
		}
		return e.choose(value)
	case 5:
		var ids []string
		for _, h := range strings.Fields(value) {
			if p.ids[h] == "" {
				return "", false
			}
			ids = append(ids, p.ids[h])
		}
		return strings.Join(ids, " "), true
	case 8:
		return discordDesk, value == "#desk" || value == ""
	}
	return value, true
}

// did carries one thing out and reads off what the person is shown for it.
func (p *discordPlay) did(as, on string, do func() error) reply {
	p.t.Helper()
	id := p.ids[as]
	before := map[string]string{}
	for _, in := range []string{"desk", "dm-" + as} {
		for _, m := range p.srv.Messages(p.channel(in), id) {
			before[m.ID] = fmt.Sprint(m.Components)
		}
	}
	was, _ := p.srv.Modal(id)
	if err := do(); err != nil {
		p.t.Fatalf("%s: %v", as, err)
	}
	p.pf.Idle()
	var r reply
	if m, open := p.srv.Modal(id); open && m.Serial != was.Serial {
		r.Form = discordForm(p, m)
	} else {
		for _, in := range []string{"desk", "dm-" + as} {
			for _, m := range p.srv.Messages(p.channel(in), id) {
				old, known := before[m.ID]
				mine := m.EphemeralTo == id || strings.HasPrefix(in, "dm-") || m.ID == on
				if !mine || known && old == fmt.Sprint(m.Components) {
					continue
				}
				if !known {
					p.private[m.ID] = true
				}
				got := p.shown(m)
				r.Message = &got
			}
		}
	}
	if r.Message != nil && p.refused(as, &r) {
		return r
	}
	p.drain(context.Background())
	return r
}

// refused has the person open a form again that was refused, as the message offers,
// and reads off what was wrong.
func (p *discordPlay) refused(as string, r *reply) bool {
	m, _ := p.srv.Message(r.Message.ID)
	again := ""
	for _, row := range r.Message.Card.Rows {
		for _, a := range row.Actions {
			if a.Label == chat.OnceMore {
				again = a.Action
			}
		}
	}
	if again == "" {
		return false
	}
	if err := p.srv.Press(p.ids[as], m, again, 2); err != nil {
		p.t.Fatal(err)
	}
	open, ok := p.srv.Modal(p.ids[as])
	if !ok {
		p.t.Fatalf("%s: the form does not open again", as)
	}
	r.Errors = map[string]string{}
	for line := range strings.SplitSeq(r.Message.Card.Rows[0].Text, "\n") {
		for _, l := range open.Components {
			if text, ok := strings.CutPrefix(line, l.Label+": "); ok {
				r.Errors[l.Component.CustomID] = text
			}
		}
	}
	p.refusals[r.Message.ID] = true
	r.Message = nil
	return true
}

func (p *discordPlay) messages(in, as string) []message {
	var out []message
	for _, m := range p.srv.Messages(p.channel(in), p.ids[as]) {
		if !p.refusals[m.ID] { // they stand on the form elsewhere
			out = append(out, p.shown(m))
		}
	}
	return out
}

// shown is a message as a script reads it: each text with the buttons under it.
func (p *discordPlay) shown(m discordtest.Message) message {
	out := message{ID: m.ID, In: "desk", Card: &card{}}
	if p.srv.Parent(m.Channel) != "" {
		out.Thread = m.Channel
	}
	for _, h := range p.handles {
		if m.Channel == p.srv.DM(p.ids[h]) {
			out.In = "dm-" + h
		}
		if m.EphemeralTo == p.ids[h] || p.private[m.ID] && out.In == "dm-"+h {
			out.To = h
		}
	}
	rows := &out.Card.Rows
	var walk func([]discordtest.Component)
	walk = func(cs []discordtest.Component) {
		for _, c := range cs {
			switch c.Type {
			case 10:
				*rows = append(*rows, row{Text: p.srv.Reads(c.Content).Text})
			case 12:
				for _, i := range c.Items {
					*rows = append(*rows, row{Text: i.Description})
				}
			case 2, 3:
				if len(*rows) == 0 {
					*rows = append(*rows, row{})
				}
				a := action{Action: c.CustomID, Label: c.Label}
				if c.Type == 3 {
					a.Label = c.Placeholder
				}
				for _, o := range c.Options {
					a.Options = append(a.Options, struct{ Value, Label string }{o.Value, o.Label})
				}
				if parts := strings.Split(c.CustomID, ";"); len(parts) > 1 {
					_, _ = fmt.Sscan(parts[1], &a.Ticket)
				}
				last := &(*rows)[len(*rows)-1]
				last.Actions = append(last.Actions, a)
			}
			walk(c.Components)
		}
	}
	walk(m.Components)
	return out
}

// discordForm is a modal as a script reads it.
func discordForm(p *discordPlay, m discordtest.Modal) *form {
	f := &form{ID: fmt.Sprint(m.Serial), Title: m.Title}
	for _, l := range m.Components {
		c := l.Component
		field := struct {
			Name, Label, Kind, Value string
			Required                 bool
			Options                  []struct{ Value, Label string }
		}{Name: c.CustomID, Label: l.Label, Kind: "text", Value: c.Value, Required: c.Required != nil && *c.Required}
		switch {
		case c.Type == 4 && c.Style == 2:
			field.Kind = "lines"
		case c.Type == 3:
			field.Kind = "choice"
			field.Value = strings.Join(standingIn(*c), " ")
		case c.Type == 5:
			var names []string
			for _, id := range standingIn(*c) {
				for h, x := range p.ids {
					if x == id {
						names = append(names, h)
					}
				}
			}
			field.Value = strings.Join(names, " ")
		case c.Type == 8 && slices.Equal(standingIn(*c), []string{discordDesk}):
			field.Value = "#desk"
		}
		for _, o := range c.Options {
			field.Options = append(field.Options, struct{ Value, Label string }{o.Value, o.Label})
		}
		f.Fields = append(f.Fields, field)
	}
	return f
}

var (
	anInput  = regexp.MustCompile(`: (choice|number|text)\b`)
	aButton  = regexp.MustCompile(`\[[^\]]*\]( \[[^\]]*\])+`)
	otherWay = map[string]string{ // by what is done, why it comes to something else here
		"intake fills ticket=printer": "the answer takes the place of the refusal, and the prompt follows by itself",
		"sdm: /desk digest":           "a message holds fewer rows",
	}
)

// asOnDiscord is an outcome without what only Discord lays out differently: a modal
// has no numbers and searches nothing, and menus stand below the buttons.
func asOnDiscord(outcome string) string {
	outcome = anInput.ReplaceAllString(outcome, ": a line")
	return aButton.ReplaceAllStringFunc(outcome, func(s string) string {
		all := strings.SplitAfter(s, "]")
		for n := range all {
			all[n] = strings.TrimSpace(all[n])
		}
		slices.Sort(all)
		return strings.TrimSpace(strings.Join(all, " "))
	})
}
