package bot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/bot"
	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/sample"
	"deskbell.dev/deskbell/internal/slack"
	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// slackPlay is a desk on a strict Slack server, with the sample's people in it.
type slackPlay struct {
	*core
	srv     *slacktest.Server
	pf      *slack.Platform
	handles []string
	letters []letter
	keys    map[string]bool
	private map[string]bool // messages that answer one person
}

// slackDesk is the channel with the cards.
const slackDesk = "C0DESK"

func slackID(handle string) string { return "U0" + strings.ToUpper(handle) }

// newSlackPlay has its deliveries come over sockets, or as signed HTTP.
func newSlackPlay(t *testing.T, url string, sockets bool) *slackPlay {
	t.Helper()
	srv := slacktest.New(t)
	srv.Rate("chat.postMessage", 60_000, 1000)
	cfg := bytes.ReplaceAll(sample.Config, []byte("web:desk"), []byte("slack:"+slackDesk))
	p := &slackPlay{srv: srv, keys: map[string]bool{}, private: map[string]bool{}}
	var ids []string
	for _, line := range strings.Split(string(cfg), "\n") {
		var handle, name string
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "- {handle: "); ok {
			handle, rest, _ = strings.Cut(rest, ",")
			name, _, _ = strings.Cut(strings.TrimPrefix(rest, " name: "), ",")
			cfg = bytes.ReplaceAll(cfg, []byte(`"web:`+handle+`"`), []byte(`"slack:`+slackID(handle)+`"`))
			srv.AddUser(slacktest.User{ID: slackID(handle), Name: handle, RealName: name, TZ: "UTC"})
			p.handles, ids = append(p.handles, handle), append(ids, slackID(handle))
		}
	}
	srv.AddChannel(slacktest.Channel{ID: slackDesk, Name: "desk", Members: append(ids, srv.BotUserID)})
	p.core = newCore(t, url, cfg)
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
	p.speak(pf, func(_ context.Context, key string, l bot.Letter) error {
		if !p.keys[key] {
			p.keys[key], p.letters = true, append(p.letters, letter{l.To, l.Subject, l.Text})
		}
		return nil
	})
	mux := http.NewServeMux()
	for pattern, h := range pf.Routes() {
		mux.Handle(pattern, h)
	}
	web := httptest.NewServer(mux)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); pf.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done; web.Close() })
	if sockets {
		srv.OverSockets()
	} else {
		srv.Over(web.URL)
	}
	p.until(pf.Ready)
	return p
}

// until waits for the platform to be there.
func (p *slackPlay) until(ready func(context.Context) error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for ready(ctx) != nil {
		select {
		case <-tick.C:
		case <-ctx.Done():
			p.t.Fatal("Slack was not reached: ", ready(ctx))
		}
	}
}

func (p *slackPlay) people() []string { return p.handles }

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

func (p *slackPlay) mail() []letter { return p.letters }

func (p *slackPlay) move(body map[string]string) string {
	to := p.clock()
	if d, err := time.ParseDuration(body["advance"]); err == nil {
		to = to.Add(d)
	} else if to, err = time.Parse(time.RFC3339, body["to"]); err != nil {
		p.t.Fatal(err)
	}
	now, err := p.advance(context.Background(), to)
	if err != nil {
		p.t.Fatal(err)
	}
	return now.UTC().Format(time.RFC3339)
}

// ticket is the playground's data call, which needs no platform.
func (p *slackPlay) ticket(n int) map[string]any {
	r := httptest.NewRequest("GET", fmt.Sprintf("/api/tickets/%d", n), nil)
	w := httptest.NewRecorder()
	mux := http.NewServeMux()
	for pattern, h := range p.bot.Data() {
		mux.Handle(pattern, h)
	}
	mux.ServeHTTP(w, r)
	var m map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil {
		p.t.Fatal(err)
	}
	return m
}
