package bot_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/slack"
	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// slackPlay is a desk on a strict Slack server.
type slackPlay struct {
	afar
	srv *slacktest.Server
	pf  *slack.Platform
}

// slackDesk is the channel with the cards.
const slackDesk = "C0DESK"

func slackID(handle string) string { return "U0" + strings.ToUpper(handle) }

// newSlackPlay has its deliveries come over sockets, or as signed HTTP.
func newSlackPlay(t *testing.T, url string, sockets bool) *slackPlay {
	t.Helper()
	srv := slacktest.New(t)
	srv.Rate("chat.postMessage", 60_000, 1000)
	p := &slackPlay{srv: srv}
	var ids []string
	p.afar = newAfar(t, url, "slack", slackDesk, func(handle, name string) string {
		srv.AddUser(slacktest.User{ID: slackID(handle), Name: handle, RealName: name, TZ: "UTC"})
		ids = append(ids, slackID(handle))
		return slackID(handle)
	})
	srv.AddChannel(slacktest.Channel{ID: slackDesk, Name: "desk", Members: append(ids, srv.BotUserID)})
	c := slack.Config{BotToken: srv.BotToken, APIURL: srv.APIURL(), PostEvery: time.Microsecond, Log: p.log,
		Handle: func(ctx context.Context, in chat.Interaction) chat.Reply { return p.bot.Handle(ctx, in) }}
	if sockets {
		c.AppToken = srv.AppToken
	} else {
		c.SigningSecret = srv.SigningSecret
	}
	pf, err := slack.New(c)
	if err != nil {
		t.Fatal(err)
	}
	p.pf = pf
	url = p.listen(pf)
	if sockets {
		srv.OverSockets()
	} else {
		srv.Over(url)
	}
	return p
}

// channel is "desk" or "dm-HANDLE" as Slack knows it.
func (p *slackPlay) channel(in string) string {
	if who, ok := strings.CutPrefix(in, "dm-"); ok {
		return p.srv.DM(slackID(who))
	}
	return slackDesk
}

func (p *slackPlay) say(as, text string) reply {
	command, rest, _ := strings.Cut(text, " ")
	return p.did(as, nil, func(u *slacktest.Person) *slacktest.Delivery { return u.Slash(slackDesk, command, rest) })
}

func (p *slackPlay) press(as, id, token, value string) reply {
	token, own, _ := strings.Cut(token, "\x00") // a button's value goes with it by itself
	if value == "" {
		value = own
	}
	if id, ok := strings.CutPrefix(id, "view:"); ok {
		v, open := p.srv.View(slackID(as))
		if !open || v.ID != id {
			return reply{Error: "the window is closed"}
		}
		return p.did(as, nil, func(u *slacktest.Person) *slacktest.Delivery { return u.PressView(v, token, value) })
	}
	channel, ts, _ := strings.Cut(id, "/")
	m, ok := p.srv.Message(channel, ts)
	if !ok {
		return reply{Error: "no such message"}
	}
	return p.did(as, &m, func(u *slacktest.Person) *slacktest.Delivery { return u.Press(m, token, value) })
}

// notHere is an outcome that this platform cannot come to: its menus do not let
// anybody choose what they do not offer.
const notHere = "cannot be done on this platform"

// submit fills in what the values say, as somebody would: what is searched by
// searching, and first a choice for which the form is drawn anew.
func (p *slackPlay) submit(as, id string, values map[string]string) reply {
	p.t.Helper()
	v, open := p.srv.View(slackID(as))
	if !open || v.ID != id {
		return reply{Error: "the form is closed"}
	}
	u := p.srv.User(slackID(as))
	typed := map[string]string{}
	for name, value := range values {
		in, there := inputs(v)[name]
		if !there {
			return reply{Error: notHere}
		}
		if typed[name], there = p.typed(u, v, in, value); !there {
			return reply{Error: notHere}
		}
	}
	for _, name := range []string{"type", "subtype", "item"} { // in this order
		value, given := typed[name]
		if v, _ = p.srv.View(slackID(as)); !given || !inputs(v)[name].Dispatch {
			continue
		}
		delete(typed, name)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := u.PressView(v, name, value).Answered(ctx); err != nil {
			p.t.Fatalf("%s chose %s: %v", as, name, err)
		}
		p.pf.Idle()
	}
	v, _ = p.srv.View(slackID(as))
	return p.did(as, nil, func(u *slacktest.Person) *slacktest.Delivery { return u.Submit(v, typed) })
}

// typed is a value as somebody gives it to this input; false if its menu offers
// no such thing.
func (p *slackPlay) typed(u *slacktest.Person, v slacktest.View, in block, value string) (string, bool) {
	switch in.Element.Type {
	case "external_select":
		os, _ := u.Suggest(v, in.Element.ActionID, value)
		if len(os) != 1 {
			return "", false
		}
		return os[0].Value, true
	case "static_select":
		if value == "" {
			return "", true
		}
		return in.Element.choose(value)
	case "multi_users_select":
		var ids []string
		for _, h := range strings.Fields(value) {
			if !slices.Contains(p.handles, h) {
				return "", false
			}
			ids = append(ids, slackID(h))
		}
		return strings.Join(ids, " "), true
	case "conversations_select":
		return slackDesk, value == "#desk" || value == ""
	}
	return value, true
}

// did carries one thing out and reads off what the person is shown for it.
func (p *slackPlay) did(as string, on *slacktest.Message, do func(*slacktest.Person) *slacktest.Delivery) reply {
	p.t.Helper()
	id := slackID(as)
	before := map[string]string{}
	for _, in := range []string{"desk", "dm-" + as} {
		for _, m := range p.srv.Messages(p.channel(in), id) {
			before[m.Channel+"/"+m.TS] = string(m.Blocks) + m.Text
		}
	}
	was, _ := p.srv.View(id)
	d := do(p.srv.User(id))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := d.Wait(ctx); err != nil {
		p.t.Fatalf("%s: %v", as, err)
	}
	if err := d.Answered(ctx); err != nil {
		p.t.Fatalf("%s was shown nothing: %v", as, err)
	}
	p.pf.Idle()
	var r reply
	v, open := p.srv.View(id)
	switch {
	case open && len(v.Errors) > 0:
		r.Errors = map[string]string{}
		for block, text := range v.Errors {
			name, _, _ := strings.Cut(block, "@")
			r.Errors[name] = text
		}
	case open && (v.ID != was.ID || v.Hash != was.Hash):
		if v.CallbackID == "form" {
			r.Form = slackForm(v)
		} else {
			m := p.shown(slacktest.Message{TS: "view:" + v.ID, Blocks: v.Blocks, EphemeralTo: id})
			m.ID = "view:" + v.ID
			r.Message = &m
		}
	default:
		for _, in := range []string{"desk", "dm-" + as} {
			for _, m := range p.srv.Messages(p.channel(in), id) {
				old, known := before[m.Channel+"/"+m.TS]
				mine := m.EphemeralTo == id || strings.HasPrefix(in, "dm-") || on != nil && m.TS == on.TS
				if !mine || known && old == string(m.Blocks)+m.Text {
					continue
				}
				if !known {
					p.private[m.Channel+"/"+m.TS] = true
				}
				got := p.shown(m)
				r.Message = &got
			}
		}
	}
	p.drain(context.Background())
	return r
}

func (p *slackPlay) messages(in, as string) []message {
	var out []message
	for _, m := range p.srv.Messages(p.channel(in), slackID(as)) {
		out = append(out, p.shown(m))
	}
	return out
}
