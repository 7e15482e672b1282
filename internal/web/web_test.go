package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// fakeDesk stands where bot stands: it answers a few commands with every shape
// that there is, and remembers what it heard.
type fakeDesk struct {
	*Server
	t *testing.T

	mu    sync.Mutex
	now   time.Time
	heard []chat.Interaction
	after func(context.Context)
}

func newDesk(t *testing.T, dir string) *fakeDesk {
	t.Helper()
	d := &fakeDesk{t: t, now: monday}
	s, err := New(Config{
		Dir: dir, Zone: "Europe/Berlin",
		Now: func() time.Time { d.mu.Lock(); defer d.mu.Unlock(); return d.now },
		People: func(context.Context) ([]Person, error) {
			var all []Person
			for _, p := range []struct{ handle, name, role string }{
				{"intake", "Ines Okafor", "intake"}, {"srm", "Sam Rivera", "srm"}, {"tech", "Tess Lindqvist", "technician"},
			} {
				all = append(all, Person{chat.User{ID: p.handle, Handle: p.handle, Name: p.name}, []string{p.role}})
			}
			return all, nil
		},
		Advance: func(_ context.Context, to time.Time) (time.Time, error) {
			d.mu.Lock()
			defer d.mu.Unlock()
			if to.Before(d.now) {
				return d.now, errors.New("it only goes forward")
			}
			d.now = to
			return to, nil
		},
		After: func(ctx context.Context) {
			if d.after != nil {
				d.after(ctx)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	d.Server = s
	s.SetHandler(d.answer)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func (d *fakeDesk) answer(_ context.Context, in chat.Interaction) chat.Reply {
	d.mu.Lock()
	d.heard = append(d.heard, in)
	d.mu.Unlock()
	switch {
	case in.Text == "/ticket new" || in.Token == "new":
		return chat.Reply{Form: newTicketForm()}
	case in.Text == "/ticket 42":
		return chat.Reply{Message: ticketCard("Approved")}
	case in.Text == "/ticket board":
		return chat.Reply{Message: boardCard()}
	case in.Kind == chat.Command:
		return chat.Reply{Message: &chat.Message{Private: true, Card: &chat.Card{
			Title: chat.Say("What you can do now"), Text: chat.Say("You heard: " + in.Text),
			Actions: []chat.Action{{Token: "new", Verb: "new", Label: "Open a ticket", Style: chat.Primary}},
		}}}
	case in.Token == "start" && in.From.ID != "tech":
		return chat.Reply{
			Refusal: &chat.Refusal{Rule: "assignee-only", Text: "T-42 is for @tech."},
			Message: &chat.Message{Private: true, Text: chat.Join(chat.Say("T-42 is worked on by "), chat.MentionUser("tech", "tech"), chat.Say(", who can start it."))},
		}
	case in.Token == "start":
		return chat.Reply{Edit: true, Message: ticketCard("In progress")}
	case in.Kind == chat.Submit && in.Values["summary"] == "bad":
		return chat.Reply{Errors: map[string]string{"summary": "Say what is broken, please."}}
	case in.Kind == chat.Submit:
		return chat.Reply{Message: &chat.Message{Text: chat.Join(chat.Say("T-43 "), chat.Words(in.Values["summary"]))}}
	}
	return chat.Reply{Message: &chat.Message{Text: chat.Say("pressed " + in.Token + "=" + in.Value)}}
}

func newTicketForm() *chat.Form {
	return &chat.Form{Token: "new:1", Title: "New ticket", Fields: []chat.Field{
		{Name: "client", Label: "Client", Kind: chat.Choice, Required: true, Value: "Acme Dental", Options: []chat.Option{{Value: "Acme Dental", Label: "Acme Dental"}, {Value: "Bright Law", Label: "Bright Law"}}},
		{Name: "contact", Label: "Contact", Kind: chat.Choice, DependsOn: "client", Hint: "Who called or wrote.", Options: []chat.Option{
			{Value: "olga", Label: "Olga (office)", Of: "Acme Dental"}, {Value: "ben", Label: "Ben (partner)", Of: "Bright Law"}, {Value: "other", Label: "Somebody else"}}},
		{Name: "summary", Label: "Summary", Kind: chat.Line, Required: true, Max: 40},
		{Name: "hours", Label: "Hours", Kind: chat.Number},
		{Name: "description", Label: "Description", Kind: chat.Lines},
	}}
}

func ticketCard(status string) *chat.Message {
	return &chat.Message{Notify: []string{"tech"}, Card: &chat.Card{
		Title: chat.Join(chat.Say("T-42  "), chat.Words("Printer on floor 2 <b>won't</b> print"), chat.Say("   ● "+status+" · Normal")),
		Text: chat.Join(chat.Say("Acme Dental (Gold) · Olga, by phone · assigned to "), chat.MentionUser("tech", "tech"), chat.Say(" since "), chat.At(monday.Add(-35*time.Minute), chat.ShortTime),
			chat.Say("\nHardware / Printer / Jam · impact low · see "), chat.Text{{Kind: chat.Link, Text: "the manual", Ref: "https://example.com/manual"}, {Kind: chat.Link, Text: " not a link", Ref: "javascript:alert(1)"}}),
		Fields: []chat.CardField{{Name: "Respond", Value: chat.Say("met in 12 min")}, {Name: "Resolve", Value: chat.Join(chat.Say("due "), chat.At(monday.Add(130*time.Minute), chat.Relative))}},
		Actions: []chat.Action{
			{Token: "start", Verb: "start", Ticket: 42, Label: "Start", Style: chat.Primary},
			{Token: "note", Verb: "note", Ticket: 42, Label: "Note", Value: "internal"},
			{Token: "cancel", Verb: "cancel", Ticket: 42, Label: "Cancel", Style: chat.Danger},
			{Token: "move", Verb: "move", Ticket: 42, Label: "More", Options: []chat.Option{{Value: "in_testing", Label: "In testing"}, {Value: "scheduled", Label: "Schedule…"}}},
		},
	}}
}

func boardCard() *chat.Message {
	card := &chat.Card{Title: chat.Say("Queue: 3 ready"), Text: chat.Say("Oldest first.")}
	for _, line := range []string{"T-31  Acme Dental · VPN drops every afternoon · 2 days", "T-17  Bright Law · Scanner sends blank pages · 5 days · last nudged Thu", "T-40  Bright Law · Outlook asks for a password · 1 h"} {
		card.Rows = append(card.Rows, chat.Row{Text: chat.Say(line), Actions: []chat.Action{
			{Token: "open" + line[:4], Verb: "show", Label: "Open"},
			{Token: "more" + line[:4], Verb: "move", Label: "More", Options: []chat.Option{{Value: "claim", Label: "Claim"}, {Value: "snooze", Label: "Snooze"}}},
		}})
	}
	return &chat.Message{Card: card}
}

func (d *fakeDesk) hears() []chat.Interaction {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]chat.Interaction(nil), d.heard...)
}

// request is a call as this machine's own script makes it.
func request(method, path, body string) *http.Request {
	r := httptest.NewRequest(method, "http://127.0.0.1:8080"+path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:40000"
	return r
}

func (d *fakeDesk) do(method, path, body string) (int, string) {
	d.t.Helper()
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, request(method, path, body))
	b, err := io.ReadAll(w.Result().Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return w.Code, string(b)
}

// post makes a call that must succeed.
func (d *fakeDesk) post(path, body string) wireReply {
	d.t.Helper()
	code, text := d.do("POST", path, body)
	if code != http.StatusOK {
		d.t.Fatalf("POST %s %s: %d %s", path, body, code, text)
	}
	return decode[wireReply](d.t, text)
}

func (d *fakeDesk) messages(as, in string) []wireMessage {
	d.t.Helper()
	code, text := d.do("GET", "/api/messages?as="+as+"&in="+in, "")
	if code != http.StatusOK {
		d.t.Fatalf("messages: %d %s", code, text)
	}
	return decode[[]wireMessage](d.t, text)
}

func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var v T
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

func ids(ms []wireMessage) string {
	var out []string
	for _, m := range ms {
		out = append(out, m.ID)
	}
	return strings.Join(out, " ")
}

func newRecorder(d *fakeDesk, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, r)
	return w
}
