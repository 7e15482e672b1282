package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// pressed fails unless every press is acknowledged.
func (r *rig) pressed(m slacktest.Message, times int) {
	r.t.Helper()
	for range times {
		r.quick(r.srv.User("U1").Press(m, "go", ""), time.Second)
	}
}

// Slack refreshes one socket after the other while people press.
func TestRefreshWithoutAGap(t *testing.T) {
	r := newRig(t, true, func(p *Platform) { p.times.linger = 300 * time.Millisecond })
	m := r.card("C1")
	r.replies(func(chat.Interaction) chat.Reply { return private("pressed") })
	for n := range 6 {
		r.srv.Refresh()
		r.pressed(m, 3)
		if err := r.p.Ready(t.Context()); err != nil {
			t.Error(err)
		}
		r.until("another is open", func() bool { return r.opened(3 + n) })
	}
	if n := len(r.interactions(chat.Press)); n != 18 {
		t.Errorf("%d presses of 18", n)
	}
}

// A press that is under way when its socket is refreshed is acknowledged all the
// same.
func TestRefreshDuringAPress(t *testing.T) {
	r := newRig(t, true, func(p *Platform) { p.times.soon = 400 * time.Millisecond })
	m := r.card("C1")
	for round := range 4 {
		release := r.held(private("pressed"))
		n := len(r.interactions(chat.Press))
		d := r.srv.User("U1").Press(m, "go", "")
		r.until("the handler was asked", func() bool { return len(r.interactions(chat.Press)) > n })
		r.srv.Refresh()
		r.srv.Refresh()
		release()
		r.quick(d, time.Second)
		r.until("others are open", func() bool { return r.opened(4 + 2*round) })
	}
}

// Whatever ends the sockets, they are there again soon, and Ready says when.
func TestSocketsComeBack(t *testing.T) {
	for name, c := range map[string]struct{ end, mend func(s *slacktest.Server) }{
		"link_disabled":       {func(s *slacktest.Server) { s.SocketModeOff(true) }, func(s *slacktest.Server) { s.SocketModeOff(false) }},
		"too_many_websockets": {func(s *slacktest.Server) { s.MaxSockets(0); s.Disconnect("too_many_websockets") }, func(s *slacktest.Server) { s.MaxSockets(10) }},
		"the server is down":  {(*slacktest.Server).Stop, (*slacktest.Server).Start},
		"the token is refused": {func(s *slacktest.Server) { s.Revoke("invalid_auth"); s.Disconnect("link_disabled") },
			func(s *slacktest.Server) { s.Revoke("") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, true)
			m := r.card("C1")
			c.end(r.srv)
			r.until("it is said not to be ready", func() bool { return r.p.Ready(t.Context()) != nil })
			for range 3 { // it stays so for some tries
				n := len(r.srv.Calls("apps.connections.open"))
				if name != "the server is down" {
					r.until("it was tried again", func() bool { return len(r.srv.Calls("apps.connections.open")) > n })
				}
				if r.p.Ready(t.Context()) == nil {
					t.Error("ready without a socket")
				}
			}
			c.mend(r.srv)
			r.until("it is ready", func() bool { return r.p.Ready(t.Context()) == nil })
			if err := r.srv.WaitSockets(within(t), 2); err != nil {
				t.Fatal(err)
			}
			r.pressed(m, 3)
		})
	}
}

// A socket through which nothing comes any more, pings included, is replaced.
func TestSilentSocket(t *testing.T) {
	r := newRig(t, true, func(p *Platform) { p.times.silence = 1500 * time.Millisecond })
	m := r.card("C1")
	r.srv.Silence()
	r.until("others are open", func() bool { return r.opened(4) && r.srv.Sockets() == 2 })
	r.pressed(m, 2)
}

// opened reports whether so many sockets were opened so far, and the last two
// are open.
func (r *rig) opened(n int) bool {
	return len(r.srv.Calls("apps.connections.open")) >= n && r.p.sockets.Load() == 2
}

// The pauses between tries double and are bounded.
func TestPauses(t *testing.T) {
	p := &Platform{times: usual}
	if p.pause(0) != 0 || p.pause(1) != 500*time.Millisecond || p.pause(2) != time.Second || p.pause(60) != 15*time.Second {
		t.Errorf("%v %v %v %v", p.pause(0), p.pause(1), p.pause(2), p.pause(60))
	}
}

// Run ends only when what was taken is acknowledged and answered.
func TestCleanStop(t *testing.T) {
	r := newRig(t, true, func(p *Platform) { p.times.soon = 500 * time.Millisecond })
	m := r.card("C1")
	release := r.held(private("pressed"))
	var ds []*slacktest.Delivery
	for range 20 {
		ds = append(ds, r.srv.User("U1").Press(m, "go", ""))
	}
	r.until("all are worked on", func() bool { return len(r.interactions(chat.Press)) == 20 })
	var stopped sync.WaitGroup
	stopped.Go(r.stop)
	r.until("it is stopping", r.p.stopping.Load)
	late := r.srv.User("U2").Press(m, "go", "")
	release()
	stopped.Wait()
	for _, d := range append(ds, late) {
		r.quick(d, 3*time.Second)
	}
	if n := strings.Count(r.reads("U1"), "pressed"); n != 20 {
		t.Errorf("%d of 20 answered", n)
	}
	r.seen("U2", chat.Busy)
	if n := len(r.interactions(chat.Press)); n != 20 {
		t.Errorf("%d presses", n)
	}
	if err := r.srv.WaitSockets(within(t), 0); err != nil {
		t.Errorf("%d sockets are still open: %v", r.srv.Sockets(), err)
	}
}

// A handler that never answers does not keep Run from ending.
func TestStopWithinBounds(t *testing.T) {
	r := newRig(t, true)
	r.held(private("never"))
	r.srv.User("U1").Slash("C1", "/ticket", "42")
	r.seen("U1", chat.NotYet)
	began := time.Now()
	r.stop()
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("stopped after %v", took)
	}
}

// rawSocket is a Slack that sends what it likes through sockets and notes what
// comes back.
type rawSocket struct {
	web  *httptest.Server
	send chan string
	got  chan map[string]any
}

func newRawSocket(t *testing.T) *rawSocket {
	s := &rawSocket{send: make(chan string), got: make(chan map[string]any, 100)}
	mux := http.NewServeMux()
	reply := func(v any) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(v) }
	}
	mux.HandleFunc("/api/auth.test", reply(map[string]any{"ok": true, "team_id": "T1", "user_id": "UBOT"}))
	mux.HandleFunc("/api/users.list", reply(map[string]any{"ok": true, "members": []any{map[string]any{"id": "U1", "team_id": "T1", "name": "ann"}}}))
	mux.HandleFunc("/api/users.info", reply(map[string]any{"ok": true, "user": map[string]any{"id": "U1", "team_id": "T1", "name": "ann"}}))
	mux.HandleFunc("/api/apps.connections.open", func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "url": "ws://" + r.Host + "/link"})
	})
	mux.HandleFunc("/link", func(w http.ResponseWriter, r *http.Request) {
		up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
		conn, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		_ = conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello"}`))
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			for {
				var m map[string]any
				if conn.ReadJSON(&m) != nil {
					return
				}
				s.got <- m
			}
		}()
		for {
			select {
			case raw := <-s.send:
				_ = conn.WriteMessage(websocket.TextMessage, []byte(raw))
			case <-gone:
				return
			}
		}
	})
	s.web = httptest.NewServer(mux)
	t.Cleanup(s.web.Close)
	return s
}

// Envelopes that cannot be read are acknowledged or left, and the next one is
// answered as ever.
func TestMalformedEnvelopes(t *testing.T) {
	s := newRawSocket(t)
	p, err := New(Config{BotToken: "xoxb-1", AppToken: "xapp-1", APIURL: s.web.URL + "/api/", Log: discard(), Handle: func(_ context.Context, in chat.Interaction) chat.Reply {
		if in.Text == "/ticket large" {
			return private(strings.Repeat("<&>", 4000))
		}
		return private("fine")
	}})
	if err != nil {
		t.Fatal(err)
	}
	p.times.patience = 10 * time.Millisecond // this server shows nothing
	p.people.keep(user{ID: "U1", TeamID: "T1", Name: "ann"})
	ctx, cancel := context.WithCancel(t.Context())
	var run sync.WaitGroup
	run.Go(func() { p.Run(ctx) })
	defer func() { cancel(); run.Wait() }()
	defer func() { // an answer that no socket carries is acknowledged without it
		p.links.Range(func(l, _ any) bool {
			p.acknowledge(l.(*link), frame{ID: "large"}, strings.Repeat("x", ackMost))
			if m := <-s.got; m["envelope_id"] != "large" || len(m) > 1 {
				t.Errorf("acknowledged with %.80v", m)
			}
			return true
		})
	}()
	for n, c := range []struct {
		raw   string
		acked bool
	}{
		{`not json`, false}, {`{`, false}, {`[]`, false}, {`null`, false}, {`{"type":"hello"}`, false}, {`{"type":"surprise"}`, false},
		{`{"envelope_id":"e","type":"surprise","payload":{}}`, true},
		{`{"envelope_id":"e","type":"slash_commands","payload":[1]}`, true},
		{`{"envelope_id":"e","type":"slash_commands"}`, true},
		{`{"envelope_id":"e","type":"interactive","payload":{"type":"block_actions","view":7}}`, true},
		{`{"envelope_id":"e","type":"interactive","payload":{"type":"view_submission","view":{"blocks":["x"]},"user":{"id":"U1"},"team":{"id":"T1"}}}`, true},
		{`{"envelope_id":"e","type":"events_api","payload":{"type":"event_callback","team_id":"T1","event_id":"E1","event":{"type":["message"]}}}`, true},
		{`{"envelope_id":7,"type":"interactive"}`, false},
		{`{"envelope_id":"e","type":"slash_commands","payload":{"command":"/ticket","text":"large","user_id":"U1","team_id":"T1","channel_id":"C1","trigger_id":"1"}}`, true},
	} {
		s.send <- c.raw
		if c.acked {
			if m := <-s.got; m["envelope_id"] != "e" || len(m) > 1 {
				t.Errorf("%d: %s: acknowledged with %v", n, c.raw, m)
			}
		}
		s.send <- `{"envelope_id":"good","type":"slash_commands","payload":{"command":"/ticket","user_id":"U1","team_id":"T1","channel_id":"C1","trigger_id":"1.` + string(rune('a'+n)) + `","is_enterprise_install":{}}}`
		m := <-s.got
		body, _ := m["payload"].(map[string]any)
		if m["envelope_id"] != "good" || body["text"] != "fine" {
			t.Errorf("%d: after %s: %v", n, c.raw, m)
		}
	}
}
