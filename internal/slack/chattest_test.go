package slack_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	vendor "github.com/slack-go/slack"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/chat/chattest"
	"deskbell.dev/deskbell/internal/slack"
	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// TestChat holds Slack to what every platform does, over both of its ways in.
func TestChat(t *testing.T) {
	for name, sockets := range map[string]bool{"signed HTTP": false, "sockets": true} {
		t.Run(name, func(t *testing.T) {
			chattest.Run(t, func(t *testing.T, h chat.Handler) chattest.Rig { return newRig(t, h, sockets) })
		})
	}
}

// rig is a workspace and what its people do in it.
type rig struct {
	srv     *slacktest.Server
	pf      *slack.Platform
	api     *vendor.Client    // for what an admin does
	handles map[string]string // by id

	mu    sync.Mutex
	twice bool // what is done comes again
}

func newRig(t *testing.T, h chat.Handler, sockets bool) chattest.Rig {
	t.Helper()
	srv := slacktest.New(t)
	for _, method := range []string{"chat.postMessage", "chat.update", "conversations.history", "conversations.replies", "users.info"} {
		srv.Rate(method, 0, 0)
	}
	srv.AddUser(slacktest.User{ID: "U0ANN", Name: "ann", RealName: "Ann Okafor", TZ: "Europe/Berlin"})
	srv.AddUser(slacktest.User{ID: "U0BEN", Name: "ben", RealName: "Ben Rivera", TZ: "UTC"})
	srv.AddUser(slacktest.User{ID: "U0ZOE", Name: "zoe", RealName: "Zoe Ruiz", TZ: "UTC", Guest: true})
	srv.AddChannel(slacktest.Channel{ID: "C0DESK", Name: "desk", Members: []string{"U0ANN", "U0BEN", "U0ZOE", srv.BotUserID}})
	c := slack.Config{BotToken: srv.BotToken, APIURL: srv.APIURL(), PostEvery: time.Nanosecond, Handle: h, Log: slog.New(slog.DiscardHandler)}
	if sockets {
		c.AppToken = srv.AppToken
	} else {
		c.SigningSecret = srv.SigningSecret
	}
	pf, err := slack.New(c)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for pattern, h := range pf.Routes() {
		mux.Handle(pattern, h)
	}
	web := httptest.NewServer(mux)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { pf.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait(); web.Close() })
	if sockets {
		srv.OverSockets()
	} else {
		srv.Over(web.URL)
	}
	r := &rig{srv: srv, pf: pf, api: vendor.New(srv.BotToken, vendor.OptionAPIURL(srv.APIURL())), handles: map[string]string{"U0ANN": "ann", "U0BEN": "ben", "U0ZOE": "zoe"}}
	r.ready(t)
	return chattest.Rig{
		Platform: pf, Channel: "C0DESK", Named: "desk",
		Ann:    chat.User{ID: "U0ANN", Handle: "ann", Name: "Ann Okafor", Zone: "Europe/Berlin"},
		Ben:    chat.User{ID: "U0BEN", Handle: "ben", Name: "Ben Rivera", Zone: "UTC"},
		Zoe:    chat.User{ID: "U0ZOE", Handle: "zoe", Name: "Zoe Ruiz", Zone: "UTC", Outside: "guest"},
		Absent: chattest.Absent{Channel: "C0LOBBY", User: "U0NOBODY", Message: "1700000000.000100"},
		Type:   r.slash, Press: r.press, Submit: r.submit, Twice: r.again, See: r.see, Form: r.form,
		Delete: func(ref chat.MessageRef) error {
			_, _, err := r.api.DeleteMessage(ref.Place.Channel, ref.ID)
			return err
		},
		Search: r.search, Choose: r.choose, Home: r.home, Shortcut: r.shortcut, Write: r.write,
		Rewrite: func(as string, words chat.MessageRef, text string) error {
			return r.spoken(func(m slacktest.Message) { srv.User(as).EditMessage(m, text) }, words)
		},
		Unsay: func(as string, words chat.MessageRef) error {
			return r.spoken(srv.User(as).DeleteMessage, words)
		},
		Leave: func(who string) error {
			srv.UpdateUser(who, func(u *slacktest.User) { u.Deleted = true })
			return r.settled()
		},
	}
}

// ready waits until the platform is there and knows everybody.
func (r *rig) ready(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for r.pf.Ready(ctx) != nil || r.unmet(ctx) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("Slack was not reached: ", r.pf.Ready(ctx))
		}
	}
}

func (r *rig) unmet(ctx context.Context) bool {
	for _, handle := range r.handles {
		if _, err := r.pf.Find(ctx, handle); err != nil {
			return true
		}
	}
	return false
}

// did carries something out, twice if it is to come again, and waits until all
// that follows from it is done. What Slack tells the person is an error.
func (r *rig) did(d *slacktest.Delivery) error {
	r.mu.Lock()
	twice := r.twice
	r.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := d.Wait(ctx)
	r.pf.Idle()
	if twice {
		err = errors.Join(err, d.Again().Wait(ctx))
		r.pf.Idle()
	}
	return err
}

// settled waits for all deliveries so far.
func (r *rig) settled() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for _, d := range r.srv.Deliveries() {
		if err := d.Wait(ctx); err != nil {
			return err
		}
	}
	r.pf.Idle()
	return nil
}

func (r *rig) again(act func() error) error {
	r.mu.Lock()
	r.twice = true
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		r.twice = false
		r.mu.Unlock()
	}()
	return act()
}

// channel is where the place is, opened if it is somebody's direct messages.
func (r *rig) channel(in chat.Place) (string, error) {
	if in.Channel != "" {
		return in.Channel, nil
	}
	if id := r.srv.DM(in.User); id != "" {
		return id, nil
	}
	c, _, _, err := r.api.OpenConversation(&vendor.OpenConversationParameters{Users: []string{in.User}})
	if err != nil {
		return "", err
	}
	return c.ID, nil
}

func (r *rig) slash(as string, in chat.Place, text string) error {
	channel, err := r.channel(in)
	if err != nil {
		return err
	}
	command, rest, _ := strings.Cut(text, " ")
	return r.did(r.srv.User(as).Slash(channel, command, rest))
}

// Where something stands that is no message of a channel.
const (
	inWindow = "window"
	inHome   = "home"
)

func (r *rig) press(as string, on chattest.Seen, b chattest.Button, value string) error {
	id, own, _ := strings.Cut(b.ID, "\x00")
	if value == "" {
		value = own
	}
	u := r.srv.User(as)
	switch on.Ref.Place.Channel {
	case inHome:
		v, _ := r.srv.Home(as)
		return r.did(u.PressView(v, id, value))
	case inWindow:
		v, _ := r.srv.View(as)
		return r.did(u.PressView(v, id, value))
	}
	m, ok := r.srv.Message(on.Ref.Place.Channel, on.Ref.ID)
	if !ok {
		return fmt.Errorf("no message %s", on.Ref.ID)
	}
	return r.did(u.Press(m, id, value))
}

func (r *rig) home(as string) (chattest.Seen, error) {
	d := r.srv.User(as).OpenHome()
	if d == nil {
		return chattest.Seen{}, errors.New("the app hears of no home")
	}
	if err := r.did(d); err != nil {
		return chattest.Seen{}, err
	}
	v, ok := r.srv.Home(as)
	if !ok {
		return chattest.Seen{}, errors.New("nothing was published")
	}
	return r.read(slacktest.Message{Channel: inHome, TS: v.ID, Blocks: v.Blocks, EphemeralTo: as}), nil
}

func (r *rig) shortcut(as, name string, on chat.MessageRef) error {
	id := strings.ReplaceAll(name, " ", "_")
	if on.ID == "" {
		return r.did(r.srv.User(as).GlobalShortcut(id))
	}
	m, ok := r.srv.Message(on.Place.Channel, on.ID)
	if !ok {
		return fmt.Errorf("no message %s", on.ID)
	}
	return r.did(r.srv.User(as).MessageShortcut(id, m))
}

func (r *rig) write(as string, under chat.MessageRef, text string) (chat.MessageRef, error) {
	m := r.srv.User(as).Say(under.Place.Channel, under.ID, text)
	at := chat.Place{Channel: m.Channel, Thread: m.ThreadTS}
	return chat.MessageRef{Place: at, ID: m.TS}, r.settled()
}

// spoken does something to what somebody wrote.
func (r *rig) spoken(do func(slacktest.Message), words chat.MessageRef) error {
	m, ok := r.srv.Message(words.Place.Channel, words.ID)
	if !ok {
		return fmt.Errorf("no message %s", words.ID)
	}
	do(m)
	return r.settled()
}
