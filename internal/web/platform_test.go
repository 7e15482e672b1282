package web

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"github.com/google/go-cmp/cmp"
)

// TestPostToOne: a private post is for one person of a place, and a reply to a
// reply hangs on the root.
func TestPostToOne(t *testing.T) {
	d := newDesk(t, "")
	ctx := context.Background()
	say := func(s string) chat.Message { return chat.Message{Text: chat.Say(s)} }
	private := chat.Message{Text: chat.Say("psst"), Private: true}
	for _, c := range []struct {
		at   chat.Place
		m    chat.Message
		want chat.MessageRef
		err  error
	}{
		{at: chat.Place{Channel: "desk"}, m: say("root"), want: chat.MessageRef{ID: "m1", Place: chat.Place{Channel: "desk"}}},
		{at: chat.Place{Channel: "desk", Thread: "m1"}, m: say("in"), want: chat.MessageRef{ID: "m2", Place: chat.Place{Channel: "desk", Thread: "m1"}}},
		{at: chat.Place{Channel: "desk", Thread: "m2"}, m: say("in too"), want: chat.MessageRef{ID: "m3", Place: chat.Place{Channel: "desk", Thread: "m1"}}},
		{at: chat.Place{Channel: "dm-tech"}, m: private, want: chat.MessageRef{ID: "m4", Place: chat.Place{Channel: "dm-tech", User: "tech"}}},
		{at: chat.Place{Channel: "desk", User: "srm"}, m: private, want: chat.MessageRef{ID: "m5", Place: chat.Place{Channel: "desk"}}},
		{at: chat.Place{}, m: say("x"), err: chat.ErrGone},
		{at: chat.Place{Channel: "dm-nobody"}, m: say("x"), err: chat.ErrGone},
	} {
		ref, err := d.Post(ctx, c.at, c.m, "", time.Time{})
		if ref != c.want || !errors.Is(err, c.err) {
			t.Errorf("post at %+v: %+v %v, want %+v %v", c.at, ref, err, c.want, c.err)
		}
	}
	if _, err := d.Post(ctx, chat.Place{Channel: "desk"}, private, "", time.Time{}); err == nil {
		t.Error("a private message for nobody was posted")
	}
	if got := ids(d.messages("tech", "desk")); got != "m1 m2 m3" {
		t.Errorf("tech sees %q", got)
	}
	if got := ids(d.messages("srm", "desk")); got != "m1 m2 m3 m5" {
		t.Errorf("srm sees %q", got)
	}
}

func TestClock(t *testing.T) {
	d := newDesk(t, "")
	for _, c := range [][2]string{
		{`{"advance":"16m"}`, `{"now":"2026-03-02T09:16:00Z"}`},
		{`{"to":"2026-03-06T18:00:00+01:00"}`, `{"now":"2026-03-06T17:00:00Z"}`},
		{`{"advance":"0s"}`, `{"now":"2026-03-06T17:00:00Z"}`},
	} {
		if code, got := d.do("POST", "/api/clock", c[0]); code != http.StatusOK || got != c[1] {
			t.Errorf("%s: %d %s, want %s", c[0], code, got, c[1])
		}
	}
	// Friday evening; the desk is in Berlin, an hour ahead of UTC.
	want := clockFace{
		Now: time.Date(2026, 3, 6, 17, 0, 0, 0, time.UTC), Zone: "Europe/Berlin",
		Workday: time.Date(2026, 3, 9, 8, 0, 0, 0, time.UTC), Monday: time.Date(2026, 3, 9, 8, 0, 0, 0, time.UTC),
	}
	if diff := cmp.Diff(want, d.clockFace()); diff != "" {
		t.Error(diff)
	}
}

func TestUnread(t *testing.T) {
	d := newDesk(t, "")
	d.post("/api/say", `{"as":"srm","in":"desk","text":"/ticket 42"}`)
	d.post("/api/say", `{"as":"tech","in":"desk","text":"/ticket"}`)
	for _, c := range [][2]string{
		{"tech", `[{"id":"desk","name":"desk","direct":false,"unread":2},{"id":"dm-tech","name":"Deskbell","direct":true,"unread":0}]`},
		{"srm", `[{"id":"desk","name":"desk","direct":false,"unread":1},{"id":"dm-srm","name":"Deskbell","direct":true,"unread":0}]`},
	} {
		if _, got := d.do("GET", "/api/channels?as="+c[0], ""); got != c[1] {
			t.Errorf("%s: %s, want %s", c[0], got, c[1])
		}
	}
	d.do("POST", "/api/seen", `{"as":"tech","in":"desk"}`)
	if _, got := d.do("GET", "/api/channels?as=tech", ""); strings.Contains(got, `"unread":2`) {
		t.Errorf("still unread: %s", got)
	}
}

// TestEvents listens as tech and as srm while things happen.
func TestEvents(t *testing.T) {
	d := newDesk(t, "")
	web := httptest.NewServer(d.Handler())
	defer web.Close()
	defer d.Close()
	listen := func(as string) func() (name, data string) {
		res, err := web.Client().Get(web.URL + "/events?as=" + as)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() })
		lines := bufio.NewReader(res.Body)
		return func() (name, data string) {
			for {
				line, err := lines.ReadString('\n')
				if err == io.EOF {
					return "end", ""
				} else if err != nil {
					t.Fatal(err)
				}
				if s, ok := strings.CutPrefix(line, "event: "); ok {
					name = strings.TrimSpace(s)
				}
				if s, ok := strings.CutPrefix(line, "data: "); ok {
					return name, strings.TrimSpace(s)
				}
			}
		}
	}
	tech, srm := listen("tech"), listen("srm")
	expect := func(who string, next func() (string, string), name, part string) {
		t.Helper()
		for {
			got, data := next()
			if got == "people" && name != "people" {
				continue
			}
			if got != name || !strings.Contains(data, part) {
				t.Errorf("%s is told %s %s, want %s with %s", who, got, data, name, part)
			}
			return
		}
	}
	expect("tech", tech, "hello", `"zone":"Europe/Berlin"`)
	expect("tech", tech, "people", `{"handle":"tech","name":"Tess Lindqvist","roles":["technician"],"unread":{}}`)
	expect("srm", srm, "hello", `"monday":"2026-03-09T08:00:00Z"`)

	d.post("/api/say", `{"as":"tech","in":"desk","text":"/ticket"}`)
	expect("tech", tech, "message", `"id":"m1"`)
	expect("tech", tech, "people", `"unread":{"desk":1}`)
	d.post("/api/say", `{"as":"srm","in":"desk","text":"/ticket 42"}`)
	expect("tech", tech, "message", `"id":"m2"`)
	expect("srm", srm, "message", `"id":"m2"`) // and nothing of m1
	if err := d.Edit(context.Background(), chat.MessageRef{ID: "m2"}, chat.Message{Text: chat.Say("gone")}); err != nil {
		t.Fatal(err)
	}
	expect("srm", srm, "message", `"text":"gone"`)
	if err := d.SendMail(context.Background(), "1", Mail{To: "olga@acme.example", Subject: "T-42"}); err != nil {
		t.Fatal(err)
	}
	expect("srm", srm, "mail", `"to":"olga@acme.example"`)
	d.do("POST", "/api/clock", `{"advance":"15m"}`)
	expect("srm", srm, "clock", `"now":"2026-03-02T09:15:00Z"`)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	expect("srm", srm, "end", "")
	if code, _ := d.do("POST", "/api/say", `{"as":"srm","in":"desk","text":"/ticket"}`); code != http.StatusServiceUnavailable {
		t.Errorf("said to a stopped playground: %d", code)
	}
}

// TestSlowPageIsLetGo: a page that does not read holds nobody up.
func TestSlowPageIsLetGo(t *testing.T) {
	d := newDesk(t, "")
	st := d.open("tech")
	for range cap(st.events) + 1 {
		d.post("/api/say", `{"as":"tech","in":"desk","text":"hi"}`)
	}
	n := 0
	for range st.events {
		n++
	}
	if n != cap(st.events) {
		t.Errorf("%d events before the end", n)
	}
}
