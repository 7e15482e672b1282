package slack

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// What is not Slack's, not now or not whole is refused, and the handler is not
// asked.
func TestRefusedRequests(t *testing.T) {
	r := newRig(t, false)
	r.replies(func(chat.Interaction) chat.Reply { return private("fine") })
	now := time.Now()
	form := func(kv ...string) []byte {
		v := url.Values{"team_id": {"T100"}, "user_id": {"U1"}, "channel_id": {"C1"}, "command": {"/ticket"}, "trigger_id": {"1.2"}}
		for i := 0; i < len(kv); i += 2 {
			v.Set(kv[i], kv[i+1])
		}
		return []byte(v.Encode())
	}
	payload := func(s string) []byte { return []byte(url.Values{"payload": {s}}.Encode()) }
	const commands, interactions, events = "/slack/commands", "/slack/interactions", "/slack/events"
	secret, noHeader := r.srv.SigningSecret, map[string]string(nil)
	for name, c := range map[string]struct {
		path   string
		body   []byte
		at     time.Time
		secret string
		header map[string]string
		want   int
	}{
		"another secret":        {commands, form(), now, "another", noHeader, 401},
		"no signature":          {commands, form(), now, secret, map[string]string{"X-Slack-Signature": ""}, 401},
		"no version":            {commands, form(), now, secret, map[string]string{"X-Slack-Signature": strings.Repeat("0", 64)}, 401},
		"another version":       {commands, form(), now, secret, map[string]string{"X-Slack-Signature": "v1=" + slacktest.Sign(secret, now, form())[3:]}, 401},
		"half a signature":      {commands, form(), now, secret, map[string]string{"X-Slack-Signature": slacktest.Sign(secret, now, form())[:30]}, 401},
		"of another body":       {commands, form("text", "42"), now, secret, map[string]string{"X-Slack-Signature": slacktest.Sign(secret, now, form())}, 401},
		"of another time":       {commands, form(), now, secret, map[string]string{"X-Slack-Signature": slacktest.Sign(secret, now.Add(-time.Second), form())}, 401},
		"no time":               {commands, form(), now, secret, map[string]string{"X-Slack-Request-Timestamp": ""}, 401},
		"no number":             {commands, form(), now, secret, map[string]string{"X-Slack-Request-Timestamp": "now"}, 401},
		"the end of time":       {commands, form(), now, secret, map[string]string{"X-Slack-Request-Timestamp": "9223372036854775807"}, 401},
		"the beginning of time": {commands, form(), now, secret, map[string]string{"X-Slack-Request-Timestamp": "-9223372036854775808"}, 401},
		"stale":                 {commands, form(), now.Add(-5*time.Minute - 2*time.Second), secret, noHeader, 401},
		"of the future":         {commands, form(), now.Add(5*time.Minute + 2*time.Second), secret, noHeader, 401},
		"hardly stale":          {commands, form(), now.Add(-5*time.Minute + 5*time.Second), secret, noHeader, 200},
		"large":                 {commands, form("text", strings.Repeat("x", 1<<20)), now, secret, noHeader, 413},
		"no form":               {commands, []byte("%zz"), now, secret, noHeader, 400},
		"no user":               {commands, form("user_id", ""), now, secret, noHeader, 400},
		"no team":               {commands, form("team_id", ""), now, secret, noHeader, 400},
		"no trigger":            {commands, form("trigger_id", ""), now, secret, noHeader, 400},
		"empty":                 {commands, nil, now, secret, noHeader, 400},
		"of the certificate":    {commands, []byte("ssl_check=1"), now, secret, noHeader, 200},
		"no payload":            {interactions, form(), now, secret, noHeader, 400},
		"truncated":             {interactions, payload(`{"type":"block_actions","user":{"id":"U1"`), now, secret, noHeader, 400},
		"mis-typed":             {interactions, payload(`{"type":"block_actions","user":"U1"}`), now, secret, noHeader, 400},
		"a list":                {interactions, payload(`[]`), now, secret, noHeader, 400},
		"null":                  {interactions, payload(`null`), now, secret, noHeader, 200},
		"no view":               {interactions, payload(`{"type":"view_submission","user":{"id":"U1"},"team":{"id":"T100"}}`), now, secret, noHeader, 400},
		"a view of numbers":     {interactions, payload(`{"type":"view_submission","user":{"id":"U1"},"team":{"id":"T100"},"view":{"id":"V1","blocks":[1]}}`), now, secret, noHeader, 400},
		"a press by nobody":     {interactions, payload(`{"type":"block_actions","trigger_id":"1","team":{"id":"T100"},"actions":[{"action_id":"go"}]}`), now, secret, noHeader, 400},
		"a press of nothing":    {interactions, payload(`{"type":"block_actions","trigger_id":"1","user":{"id":"U1"},"team":{"id":"T100"},"actions":[]}`), now, secret, noHeader, 200},
		"a new type":            {interactions, payload(`{"type":"surprise"}`), now, secret, noHeader, 200},
		"no JSON":               {events, []byte("x"), now, secret, noHeader, 400},
		"no event":              {events, []byte(`{"type":"event_callback","team_id":"T100","event_id":"E1"}`), now, secret, noHeader, 400},
		"no event id":           {events, []byte(`{"type":"event_callback","team_id":"T100","event":{"type":"app_mention","user":"U1"}}`), now, secret, noHeader, 400},
		"a mis-typed event":     {events, []byte(`{"type":"event_callback","team_id":"T100","event_id":"E1","event":{"type":1}}`), now, secret, noHeader, 400},
		"a change of nobody":    {events, []byte(`{"type":"event_callback","team_id":"T100","event_id":"E1","event":{"type":"user_change","user":7}}`), now, secret, noHeader, 400},
		"a new event":           {events, []byte(`{"type":"event_callback","team_id":"T100","event_id":"E1","event":{"type":"surprise"}}`), now, secret, noHeader, 200},
	} {
		before := r.count()
		got, answer := r.srv.Post(c.path, c.body, c.at, c.secret, c.header)
		if got != c.want {
			t.Errorf("%s: %d, want %d: %s", name, got, c.want, answer)
		}
		if asked := r.count() - before; asked != 0 && name != "hardly stale" {
			t.Errorf("%s: the handler was asked", name)
		}
	}
	if err := r.srv.VerifyURL(); err != nil {
		t.Error(err)
	}
	if n := r.p.Delivered(); n["signature"] != 7 || n["stale"] != 6 || n["body"] == 0 {
		t.Errorf("counted %v", n)
	}
}

// A body is not read beyond what it may have, and nothing but POST is taken.
func TestLargeBodies(t *testing.T) {
	p, err := New(Config{BotToken: "xoxb-1", SigningSecret: "s", Log: discard(), Handle: func(context.Context, chat.Interaction) chat.Reply { return chat.Reply{} }})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for pattern, h := range p.Routes() {
		mux.Handle(pattern, h)
	}
	body := &endless{}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/slack/events", body))
	if w.Code != http.StatusRequestEntityTooLarge || body.read > 2<<20 {
		t.Errorf("%d after %d bytes", w.Code, body.read)
	}
	for _, path := range []string{"/slack/commands", "/slack/interactions", "/slack/events"} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusMethodNotAllowed {
			t.Errorf("GET %s: %d", path, w.Code)
		}
	}
	// Before it is known whose workspace it is nothing is taken.
	b := []byte(url.Values{"team_id": {"T1"}, "user_id": {"U1"}, "command": {"/ticket"}, "trigger_id": {"1"}}.Encode())
	req := httptest.NewRequest(http.MethodPost, "/slack/commands", bytes.NewReader(b))
	req.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(time.Now().Unix(), 10))
	req.Header.Set("X-Slack-Signature", slacktest.Sign("s", time.Now(), b))
	w = httptest.NewRecorder()
	mux.ServeHTTP(w, req)
	if !strings.Contains(w.Body.String(), chat.Busy) {
		t.Errorf("told %d %s", w.Code, w.Body)
	}
}

type endless struct{ read int }

func (e *endless) Read(b []byte) (int, error) {
	e.read += len(b)
	if e.read > 64<<20 {
		return 0, io.EOF
	}
	return len(b), nil
}

// An answer in a direct message between two people is for one of them alone; in
// Deskbell's own it stays.
func TestDirectMessages(t *testing.T) {
	r := newRig(t, true)
	r.srv.AddChannel(slacktest.Channel{ID: "D9", Private: true, Members: []string{"U1", "U2"}})
	r.replies(func(chat.Interaction) chat.Reply { return private("between us") })
	r.quick(r.srv.User("U1").Slash("D9", "/ticket", "42"), time.Second)
	r.p.Idle()
	var texts []string
	for _, m := range r.srv.Messages("D9", "U2") {
		texts = append(texts, m.Text)
	}
	if len(texts) != 0 {
		t.Errorf("the other reads %q", texts)
	}
	ref, err := r.p.Post(t.Context(), chat.Place{User: "U1"}, chat.Message{Text: chat.Say("hello")}, "dm", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	r.quick(r.srv.User("U1").Slash(ref.Place.Channel, "/ticket", "42"), time.Second)
	if m := r.last(ref.Place.Channel, "U1"); m.Text != "between us" || m.EphemeralTo != "" {
		t.Errorf("%+v", m)
	}
}

// Answers go to Slack's own host over https, or to the host of the configured
// API, and nowhere else.
func TestTrusted(t *testing.T) {
	for api, table := range map[string]map[string]bool{
		"": {
			"https://hooks.slack.com/actions/T/1/x": true, "http://hooks.slack.com/x": false, "https://hooks.slack.com.evil.example/x": false,
			"https://evil.example/hooks.slack.com": false, "https://hooks.slack.com@evil.example/x": false, "https://user@hooks.slack.com/x": false,
			"https://hooks.slack.com:8443/x": false, "https://a.hooks.slack.com/x": false, "https://169.254.169.254/x": false, "//hooks.slack.com/x": false,
			"ftp://hooks.slack.com/x": false, "https://HOOKS.slack.com.": false, "https://hooks.slack.com\\@evil.example": false, "": false, "https:hooks.slack.com": false,
			"http://localhost/x": false, "https://hooks.slack.com%2eevil.example/": false, "https://hooks.slack.com%00.evil.example/": false,
		},
		"http://127.0.0.1:9/api/": {"http://127.0.0.1:9/response/1": true, "http://127.0.0.1:10/response/1": false, "https://127.0.0.1:9/x": false,
			"http://127.0.0.1/x": false, "http://127.0.0.1:9@evil.example/x": false, "http://localhost:9/x": false, "https://hooks.slack.com/x": true},
	} {
		p, err := New(Config{APIURL: api})
		if err != nil {
			t.Fatal(err)
		}
		for address, want := range table {
			u, err := url.Parse(address)
			if got := err == nil && p.trusted(u); got != want {
				t.Errorf("%q with %q: trusted %v", address, api, got)
			}
		}
	}
}

// A response_url that redirects, or is not Slack's, gets nothing; the answer
// comes another way.
func TestUntrustedResponse(t *testing.T) {
	r := newRig(t, false)
	hit := make(chan struct{}, 10)
	evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hit <- struct{}{} }))
	t.Cleanup(evil.Close)
	r.replies(func(in chat.Interaction) chat.Reply { return private("answer to " + in.Token) })
	body := url.Values{"payload": {fmt.Sprintf(`{"type":"block_actions","trigger_id":"9","user":{"id":"U1"},"team":{"id":"T100"},"response_url":%q,
		"container":{"channel_id":"C1","message_ts":"1.1"},"actions":[{"action_id":"evil","type":"button"}]}`, evil.URL+"/x")}}.Encode()
	r.srv.Post("/slack/interactions", []byte(body), time.Now(), r.srv.SigningSecret, nil)
	r.seen("U1", "answer to evil")
	if len(hit) > 0 {
		t.Error("an answer went elsewhere")
	}
}

// After five answers a response_url is used up: the sixth comes another way.
func TestFiveAnswers(t *testing.T) {
	r := newRig(t, true)
	m := r.card("C1")
	r.replies(func(in chat.Interaction) chat.Reply { return private("answer " + in.Key) })
	d := r.srv.User("U1").Press(m, "go", "")
	for range 6 {
		r.quick(d, time.Second)
		r.p.Idle()
		d = d.Again()
	}
	r.quick(d, time.Second)
	r.p.Idle()
	if n := strings.Count(r.reads("U1"), "answer"); n != 7 {
		t.Errorf("%d answers of 7", n)
	}
	if len(r.srv.Calls("chat.postEphemeral")) == 0 {
		t.Error("no other way was taken")
	}
}
