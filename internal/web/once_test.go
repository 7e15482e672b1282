package web

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"deskbell.dev/deskbell/internal/chat"
	"time"
)

func TestSameKeySameAnswer(t *testing.T) {
	dir := t.TempDir()
	d := newDesk(t, dir)
	body := `{"as":"tech","in":"desk","text":"/ticket 42","key":"k1"}`
	_, first := d.do("POST", "/api/say", body)
	_, again := d.do("POST", "/api/say", ` {"key":"k1", "text":"/ticket 42","in":"desk","as":"tech"} `)
	if first != again || len(d.hears()) != 1 {
		t.Errorf("again:\n%s\nfirst:\n%s\nheard %d times", again, first, len(d.hears()))
	}
	if d.hears()[0].Key != "say:k1" {
		t.Errorf("key %q", d.hears()[0].Key)
	}
	code, text := d.do("POST", "/api/say", `{"as":"tech","in":"desk","text":"/ticket 43","key":"k1"}`)
	if code != http.StatusConflict || !strings.Contains(text, "nothing was done") {
		t.Errorf("another body: %d %s", code, text)
	}
	if code, _ := d.do("POST", "/api/say", `{"as":"srm","in":"desk","text":"/ticket 42","key":"k1"}`); code != http.StatusConflict {
		t.Errorf("another person: %d", code)
	}
	// Kinds do not collide.
	if r := d.post("/api/press", `{"as":"tech","message":"m1","action":"start","key":"k1"}`); r.Message.ID != "m1" {
		t.Errorf("press under the same key: %+v", r)
	}
	// The first answer is the first answer, though the message has changed.
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = newDesk(t, dir)
	if _, again := d.do("POST", "/api/say", body); again != first || len(d.hears()) != 0 {
		t.Errorf("after a restart:\n%s\nfirst:\n%s", again, first)
	}
}

func TestWithoutKeyEachIsNew(t *testing.T) {
	d := newDesk(t, "")
	for range 2 {
		d.post("/api/say", `{"as":"tech","in":"desk","text":"/ticket 42"}`)
	}
	h := d.hears()
	if len(h) != 2 || h[0].Key == h[1].Key || !strings.HasPrefix(h[0].Key, "say:") {
		t.Errorf("heard %+v", h)
	}
}

func TestAtOnceIsOnce(t *testing.T) {
	d := newDesk(t, "")
	var entered sync.WaitGroup
	entered.Add(1)
	hold := make(chan struct{})
	d.SetHandler(func(ctx context.Context, in chat.Interaction) chat.Reply {
		entered.Done() // a second time panics
		<-hold
		return d.answer(ctx, in)
	})
	answers := make([]string, 8)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() {
			_, answers[i] = d.do("POST", "/api/say", `{"as":"tech","in":"desk","text":"/ticket 42","key":"k"}`)
		})
	}
	entered.Wait()
	// One that gives up waiting does not disturb the others.
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r := request("POST", "/api/say", `{"as":"tech","in":"desk","text":"/ticket 42","key":"k"}`).WithContext(ctx)
	if w := newRecorder(d, r); w.Code != http.StatusInternalServerError {
		t.Errorf("given up: %d", w.Code)
	}
	close(hold)
	all.Wait()
	for _, a := range answers {
		if a != answers[0] || !strings.Contains(a, `"m1"`) {
			t.Errorf("answers differ: %s", a)
		}
	}
	if got := ids(d.messages("tech", "desk")); got != "m1" {
		t.Errorf("messages %q", got)
	}
}

func TestDoubleSubmitUnderTwoKeys(t *testing.T) {
	d := newDesk(t, "")
	d.post("/api/say", `{"as":"intake","in":"desk","text":"/ticket new"}`)
	var all sync.WaitGroup
	answers := make([]string, 2)
	for i, key := range []string{"a", "b"} {
		all.Go(func() {
			_, answers[i] = d.do("POST", "/api/submit", `{"as":"intake","form":"f1","values":{"summary":"P"},"key":"`+key+`"}`)
		})
	}
	all.Wait()
	if answers[0] != answers[1] || len(d.hears()) != 2 {
		t.Errorf("answers %v, heard %d", answers, len(d.hears()))
	}
}

func TestErrorsAreNotRemembered(t *testing.T) {
	d := newDesk(t, "")
	d.post("/api/say", `{"as":"intake","in":"desk","text":"/ticket new"}`)
	if r := d.post("/api/submit", `{"as":"intake","form":"f1","values":{"summary":"bad"},"key":"k"}`); r.Errors["summary"] == "" {
		t.Fatalf("%+v", r)
	}
	if r := d.post("/api/submit", `{"as":"intake","form":"f1","values":{"summary":"good"},"key":"k"}`); r.Message == nil {
		t.Errorf("%+v", r)
	}
}

// TestGoneClientIsAnsweredAllTheSame: who hangs up finds the answer later.
func TestGoneClientIsAnsweredAllTheSame(t *testing.T) {
	d := newDesk(t, "")
	ctx, cancel := context.WithCancel(context.Background())
	d.SetHandler(func(c context.Context, in chat.Interaction) chat.Reply {
		cancel()
		if c.Err() != nil {
			t.Error("the handler is cancelled with the client")
		}
		return d.answer(c, in)
	})
	body := `{"as":"tech","in":"desk","text":"/ticket 42","key":"k"}`
	newRecorder(d, request("POST", "/api/say", body).WithContext(ctx))
	d.post("/api/say", body)
	if len(d.hears()) != 1 {
		t.Errorf("heard %d times", len(d.hears()))
	}
}

func TestRestartKeepsEverything(t *testing.T) {
	dir := t.TempDir()
	d := newDesk(t, dir)
	ctx := context.Background()
	d.post("/api/say", `{"as":"srm","in":"desk","text":"/ticket 42"}`)
	d.post("/api/press", `{"as":"tech","message":"m1","action":"start"}`)
	d.post("/api/say", `{"as":"intake","in":"desk","text":"/ticket new"}`)
	ref, err := d.Post(ctx, chat.Place{Channel: "desk", Thread: "m1"}, *boardCard(), "board", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.SendMail(ctx, "mail/1", Mail{To: "olga@acme.example", Subject: "T-42", Text: "Done.", Ticket: 42}); err != nil {
		t.Fatal(err)
	}
	d.do("POST", "/api/seen", `{"as":"tech","in":"desk"}`)
	views := []string{"/api/messages?as=tech&in=desk", "/api/mail", "/api/channels?as=tech", "/api/channels?as=srm"}
	before := map[string]string{}
	for _, v := range views {
		_, before[v] = d.do("GET", v, "")
	}

	// The process dies: no Close, and half a line is on disk.
	log := filepath.Join(dir, journalName)
	f, err := os.OpenFile(log, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"Messages":[{"ID":"m9","In":"de`); err != nil {
		t.Fatal(err)
	}
	f.Close()

	d2 := newDesk(t, dir)
	for _, v := range views {
		if _, after := d2.do("GET", v, ""); after != before[v] {
			t.Errorf("%s\nbefore %s\n after %s", v, before[v], after)
		}
	}
	if again, err := d2.Post(ctx, chat.Place{Channel: "desk"}, *boardCard(), "board", time.Time{}); err != nil || again != ref {
		t.Errorf("posted again: %v %v, want %v", again, err, ref)
	}
	if err := d2.SendMail(ctx, "mail/1", Mail{To: "x"}); err != nil {
		t.Error(err)
	}
	if _, mail := d2.do("GET", "/api/mail", ""); mail != before["/api/mail"] {
		t.Errorf("sent again: %s", mail)
	}
	if r := d2.post("/api/submit", `{"as":"intake","form":"f1","values":{"summary":"P"}}`); r.Message.ID != "m3" {
		t.Errorf("the form from before: %+v", r.Message)
	}
	if err := d2.Close(); err != nil {
		t.Fatal(err)
	}
	if got := ids(newDesk(t, dir).messages("tech", "desk")); got != "m1 m2 m3" {
		t.Errorf("a torn line damaged what came after it: %q", got)
	}
}

func TestDamagedLogIsRefused(t *testing.T) {
	dir := t.TempDir()
	text := "{}\n{not json\n{}\n"
	if err := os.WriteFile(filepath.Join(dir, journalName), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := New(Config{Dir: dir, People: newDesk(t, "").cfg.People})
	if err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("error %v", err)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, journalName)); string(got) != text {
		t.Errorf("the damaged log was changed to %q", got)
	}
}
