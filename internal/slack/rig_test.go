package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/slack/slacktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is the platform on a strict Slack, with a handler of the test's own.
type rig struct {
	t    *testing.T
	srv  *slacktest.Server
	p    *Platform
	stop func() // ends Run and waits for it

	mu     sync.Mutex
	asked  []chat.Interaction
	handle chat.Handler
}

// newRig has deliveries come over sockets, or over HTTP. It fails at its end if
// the log has a secret in it.
func newRig(t *testing.T, sockets bool, change ...func(*Platform)) *rig {
	t.Helper()
	srv := slacktest.New(t)
	srv.Rate("chat.postMessage", 60_000, 1000)
	for _, u := range []slacktest.User{
		{ID: "U1", Name: "ann", RealName: "Ann Other", TZ: "Europe/Paris"}, {ID: "U2", Name: "bo", RealName: "Bo"},
		{ID: "UG", Name: "gus", Guest: true}, {ID: "UB", Name: "robo", Bot: true}, {ID: "UD", Name: "dee", Deleted: true},
		{ID: "UX", Name: "xi", TeamID: "T999"}, {ID: "W1", Name: "wes", RealName: "Wes"},
	} {
		srv.AddUser(u)
	}
	everybody := []string{"U1", "U2", "UG", "UX", "W1", srv.BotUserID}
	srv.AddChannel(slacktest.Channel{ID: "C1", Name: "desk", Members: everybody})
	srv.AddChannel(slacktest.Channel{ID: "C2", Name: "secret", Private: true, Members: everybody})
	srv.AddChannel(slacktest.Channel{ID: "C3", Name: "elsewhere", Members: []string{"U1", "U2"}})
	r := &rig{t: t, srv: srv, handle: func(context.Context, chat.Interaction) chat.Reply { return chat.Reply{} }}
	var log lockedBuffer
	c := Config{BotToken: srv.BotToken, APIURL: srv.APIURL(), PostEvery: time.Microsecond, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Handle: func(ctx context.Context, in chat.Interaction) chat.Reply {
			r.mu.Lock()
			if in.Kind != chat.Left {
				r.asked = append(r.asked, in)
			}
			h := r.handle
			r.mu.Unlock()
			return h(ctx, in)
		}}
	if sockets {
		c.AppToken = srv.AppToken
	} else {
		c.SigningSecret = srv.SigningSecret
	}
	p, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	p.times.soon, p.times.eventually, p.times.settle = 60*time.Millisecond, 60*time.Millisecond, 20*time.Millisecond
	p.times.pauseLeast, p.times.pauseMost, p.times.lookAgain = 5*time.Millisecond, 50*time.Millisecond, 10*time.Millisecond
	p.times.triggers, p.times.patience = 300*time.Millisecond, 5*time.Second
	for _, f := range change {
		f(p)
	}
	r.p = p
	mux := http.NewServeMux()
	for pattern, h := range p.Routes() {
		mux.Handle(pattern, h)
	}
	web := httptest.NewServer(mux)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); p.Run(ctx) }()
	r.stop = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(func() {
		r.stop()
		web.Close()
		for what, secret := range map[string]string{"the bot token": srv.BotToken, "the app token": srv.AppToken, "the signing secret": srv.SigningSecret,
			"a response_url": "/response/", "a socket's ticket": "ticket="} {
			if strings.Contains(log.String(), secret) {
				t.Errorf("%s stands in the log:\n%s", what, log.String())
			}
		}
		if t.Failed() {
			t.Log(log.String())
		}
	})
	if sockets {
		srv.OverSockets()
		if err := srv.WaitSockets(within(t), 2); err != nil {
			t.Fatal(err)
		}
	} else {
		srv.Over(web.URL)
	}
	r.until("the platform is ready", func() bool { return p.Ready(t.Context()) == nil })
	r.until("everybody is known", func() bool { _, ok := p.people.get("W1"); return ok })
	return r
}

// modes runs a test over signed HTTP and over sockets.
func modes(t *testing.T, f func(t *testing.T, sockets bool)) {
	for name, sockets := range map[string]bool{"http": false, "sockets": true} {
		t.Run(name, func(t *testing.T) { t.Parallel(); f(t, sockets) })
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}
func (l *lockedBuffer) String() string { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// until holds until something is so, ten seconds at most.
func (r *rig) until(what string, ok func() bool) {
	r.t.Helper()
	ctx := within(r.t)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			r.t.Fatalf("not so after ten seconds: %s\nmessages: %s\nwindow: %s", what, r.reads("U1"), r.window("U1"))
		}
	}
}

// replies has the handler answer so from now on.
func (r *rig) replies(h func(chat.Interaction) chat.Reply) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.handle = func(_ context.Context, in chat.Interaction) chat.Reply { return h(in) }
}

// held has the handler answer only once the returned function was called.
func (r *rig) held(answer chat.Reply) (release func()) {
	gate := make(chan struct{})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.handle = func(ctx context.Context, in chat.Interaction) chat.Reply {
		if in.Kind == chat.Home {
			return chat.Reply{Home: []chat.Card{{Title: chat.Say("Home")}}}
		}
		select {
		case <-gate:
		case <-ctx.Done():
		}
		return answer
	}
	release = sync.OnceFunc(func() { close(gate) })
	r.t.Cleanup(release)
	return release
}

// interactions are those that the handler was asked, of a kind.
func (r *rig) interactions(kind chat.Kind) (of []chat.Interaction) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, in := range r.asked {
		if in.Kind == kind {
			of = append(of, in)
		}
	}
	return of
}

// quick fails unless the delivery was acknowledged, and that early.
func (r *rig) quick(d *slacktest.Delivery, most time.Duration) {
	r.t.Helper()
	if err := d.Wait(within(r.t)); err != nil {
		r.t.Errorf("the delivery was not acknowledged well: %v", err)
	}
	if _, _, after := d.Acked(); after > most {
		r.t.Errorf("acknowledged after %v", after)
	}
}

// reads is all that a person sees in channels and direct messages.
func (r *rig) reads(user string) string {
	var all []string
	for _, ch := range []string{"C1", "C2", "C3", r.srv.DM(user)} {
		for _, m := range r.srv.Messages(ch, user) {
			all = append(all, m.Text)
		}
	}
	return strings.Join(all, "\n")
}

// window is the JSON of the blocks of the window on top, "" if none is open.
func (r *rig) window(user string) string {
	v, ok := r.srv.View(user)
	if !ok {
		return ""
	}
	return string(v.Blocks)
}

// sees reports whether a person is shown the words anywhere.
func (r *rig) sees(user, words string) bool {
	home, _ := r.srv.Home(user)
	inJSON, _ := json.Marshal(words)
	quoted := strings.Trim(string(inJSON), `"`)
	return strings.Contains(r.reads(user), words) || strings.Contains(r.window(user), quoted) || strings.Contains(string(home.Blocks), quoted)
}

func (r *rig) seen(user, words string) {
	r.t.Helper()
	r.until(user+" sees "+words, func() bool { return r.sees(user, words) })
}

// card posts one with a button "go" into a channel and returns it as it stands.
func (r *rig) card(channel string) slacktest.Message {
	r.t.Helper()
	ref, err := r.p.Post(r.t.Context(), chat.Place{Channel: channel}, chat.Message{Card: &chat.Card{Title: chat.Say("T-1"), Actions: []chat.Action{
		{Token: "go", Label: "Go"}, {Token: "more", Label: "More", Options: []chat.Option{{Value: "a", Label: "A"}, {Value: "b", Label: "B"}}},
	}}}, newKey(), time.Time{})
	if err != nil {
		r.t.Fatal(err)
	}
	m, _ := r.srv.Message(channel, ref.ID)
	return m
}

var keys atomic.Int64

// newKey is one that no other post has.
func newKey() string { return fmt.Sprint("key/", keys.Add(1)) }

func private(text string) chat.Reply {
	return chat.Reply{Message: &chat.Message{Text: chat.Say(text), Private: true}}
}

// aForm has a text, lines and a choice.
func aForm() *chat.Form {
	return &chat.Form{Token: "new", Title: "A new ticket", Fields: []chat.Field{
		{Name: "summary", Label: "Summary", Kind: chat.Line, Required: true}, {Name: "description", Label: "Description", Kind: chat.Lines},
		{Name: "kind", Label: "Kind", Kind: chat.Choice, Options: []chat.Option{{Value: "defect", Label: "Defect"}, {Value: "request", Label: "Request"}}},
	}}
}

// opensForm has the person open aForm by a command, and returns the window.
func (r *rig) opensForm(user string) slacktest.View {
	r.t.Helper()
	r.replies(func(in chat.Interaction) chat.Reply { return chat.Reply{Form: aForm()} })
	r.srv.User(user).Slash("C1", "/ticket", "new")
	var v slacktest.View
	r.until("a form is open", func() bool { v, _ = r.srv.View(user); return v.CallbackID == viewForm })
	return v
}

// opensWindow has the person press a button that opens a window with a button
// "go", in App Home.
func (r *rig) opensWindow(user string) slacktest.View {
	r.t.Helper()
	go1 := []chat.Action{{Token: "go", Label: "Go"}}
	r.replies(func(in chat.Interaction) chat.Reply {
		if in.Kind == chat.Home {
			return chat.Reply{Home: []chat.Card{{Title: chat.Say("My work"), Actions: go1}}}
		}
		return chat.Reply{Message: &chat.Message{Card: &chat.Card{Title: chat.Say("T-1"), Actions: go1}, Private: true}}
	})
	r.srv.User(user).OpenHome()
	r.until("the home is there", func() bool { _, ok := r.srv.Home(user); return ok })
	home, _ := r.srv.Home(user)
	r.srv.User(user).PressView(home, "go", "")
	var v slacktest.View
	r.until("a window is open", func() bool { v, _ = r.srv.View(user); return v.CallbackID == viewCard })
	r.p.Idle()
	return v
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// count is how often the handler was asked so far.
func (r *rig) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.asked)
}
