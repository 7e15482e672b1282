package bot_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deskbell.dev/deskbell/internal/desk"
)

// unchanged runs f and fails if any ticket changed.
func (p *play) unchanged(f func()) {
	p.t.Helper()
	before := p.rows()
	f()
	if d := cmp.Diff(before, p.rows()); d != "" {
		p.t.Errorf("something changed:\n%s", d)
	}
}

// rows are all tickets as they stand, each checked against its events.
func (p *core) rows() map[desk.TicketID]desk.Ticket {
	p.t.Helper()
	out := map[desk.TicketID]desk.Ticket{}
	err := p.store.Replay(context.Background(), func(t desk.Ticket, es []desk.Event) error {
		if d := cmp.Diff(t, desk.Fold(es)); d != "" {
			return fmt.Errorf("%s is not the fold of its events (-row +fold):\n%s", t.Number, d)
		}
		out[t.Number] = t
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return out
}

// TestLongAndOddTexts: a form with what does not fit comes back with the field
// named and nothing changed; what fits is kept as it was written.
func TestLongAndOddTexts(t *testing.T) {
	p := newPlay(t, filepath.Join(t.TempDir(), "desk.db"))
	n := p.opened("Printer jams")
	for _, c := range []struct{ line, field, value string }{
		{"/ticket new", "summary", strings.Repeat("x", 40_000)},
		{"/ticket new", "summary", strings.Repeat("é", 151)},
		{"/ticket new", "description", strings.Repeat("😀", 10_001)},
		{"/ticket new", "client", "No such company"},
		{"/ticket new", "came_by", "pigeon"},
		{"/ticket new", "summary", "\u202e\u2066 \x00"},
		{fmt.Sprintf("/ticket clarify %d", n), "question", strings.Repeat("y", 3001)},
		{fmt.Sprintf("/ticket time %d", n), "minutes", "-5"},
		{fmt.Sprintf("/ticket time %d", n), "minutes", "a while"},
	} {
		t.Run(c.field+" "+c.value[:min(len(c.value), 10)], func(t *testing.T) {
			p.unchanged(func() {
				f := p.step("intake", c.line).Form
				if f == nil {
					t.Fatalf("%s opens no form", c.line)
				}
				values := map[string]string{"client": "Acme Dental", "summary": "fine"}
				values[c.field] = c.value
				r := p.submit("intake", f.ID, values)
				if r.Errors[c.field] == "" || r.Message != nil {
					t.Errorf("%s was taken: %+v", c.field, r)
				}
			})
		})
	}
	const odd = "<!channel> @everyone <@U1> *b* `c` \"q\" it's & \u05e9\u05dc\u05d5\u05dd 😀"
	f := p.step("intake", "/ticket new").Form
	p.submit("intake", f.ID, map[string]string{"client": "Acme Dental", "summary": odd + "\u202e\x00", "description": odd})
	if got := p.ticket(n + 1); got["summary"] != odd || got["description"] != odd {
		t.Errorf("written %q, kept %q and %q", odd, got["summary"], got["description"])
	}
}

// TestForgedPresses: a token proves nothing. Whatever is pressed by whoever may
// not, no ticket changes and there is an answer.
func TestForgedPresses(t *testing.T) {
	p := newPlay(t, filepath.Join(t.TempDir(), "desk.db"))
	n := p.opened("Printer jams")
	var ms []message
	p.call("GET", "/api/messages?in=desk&as=observer", nil, &ms)
	verbs := []string{"prioritize;%d;0;c;priority=urgent", "start;%d;0;c;", "review;%d;0;m;", "assign;%d;0;c;member=tech", "cancel;%d;0;c;reason=no",
		"move;%d;0;c;status=in_progress", "approve;%d;0;c;", "extend;%d;0;c;minutes=60", "timer;%d;0;c;", "real-time;%d;0;c;", "duplicate;%d;0;c;of=1",
		"set;%d;0;c;field=client&client=Bright Law", "confirm;%d;0;c;how=call", "note;%d;0;c;text=x", "start;%d;999;c;", "start;99999;0;c;", "start;-1;0;c;",
		"", ";;;;", "start", "more;%d;0;c;", "undo;%d;0;d;deck=nothing", "show;%d;0;p;~nodraft", "rule;0;0;l;rest=intake-only off", "role;0;0;l;rest=add observer srm",
		"accept;0;0;l;request=R-1", "decline request;0;0;l;request=R-1"}
	p.unchanged(func() {
		for _, v := range verbs {
			if strings.Contains(v, "%d") {
				v = fmt.Sprintf(v, n)
			}
			for _, value := range []string{"", "prioritize?priority=urgent", "start", "%zz"} {
				r := p.press("observer", ms[0].ID, v, value)
				if r.Message == nil && r.Form == nil && r.Error == "" && len(r.Errors) == 0 {
					t.Errorf("%q %q by an observer: silence", v, value)
				}
			}
		}
	})
	if r := p.say("observer", "/desk rules"); strings.Contains(r.Message.Card.Text, "intake-only [off") {
		t.Error("an observer turned a dial")
	}
}

// TestStaleButton: a button drawn before the ticket changed acts on nothing and
// shows how it is now; of two who press at once one wins, the other is told who.
func TestStaleButton(t *testing.T) {
	p := newPlay(t, filepath.Join(t.TempDir(), "desk.db"))
	n := p.opened("Printer jams")
	p.step("srm", fmt.Sprintf("/ticket prioritize %d normal", n))
	var ms []message
	p.call("GET", "/api/messages?in=desk&as=tech", nil, &ms)
	token := ""
	for _, a := range ms[0].Card.Actions {
		if a.Verb == "start" {
			token = a.Action
		}
	}
	if token == "" {
		t.Fatalf("no start button on %v", ms[0].Card.Actions)
	}
	var mu sync.Mutex
	won, told := 0, 0
	var wg sync.WaitGroup
	for _, who := range []string{"tech", "tech2", "level1"} {
		wg.Go(func() {
			r := p.press(who, ms[0].ID, token, "")
			mu.Lock()
			defer mu.Unlock()
			switch {
			case r.Refusal == nil:
				won++
			case r.Refusal.Rule == "stale" && strings.Contains(r.Refusal.Text, "@"):
				told++
			default:
				t.Errorf("%s: %+v", who, r.Refusal)
			}
		})
	}
	wg.Wait()
	if won != 1 || told != 2 {
		t.Errorf("%d won and %d were told who did", won, told)
	}
}

// TestSameKey: the same delivery twice acts once and gets its first answer; the
// same key with other words is refused.
func TestSameKey(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		p := newPlay(t, url)
		n := p.opened("Printer jams")
		body := map[string]string{"as": "intake", "in": "desk", "text": fmt.Sprintf("/ticket note %d seen it", n), "key": "k1"}
		var first, again reply
		p.call("POST", "/api/say", body, &first)
		p.call("POST", "/api/say", body, &again)
		if d := cmp.Diff(first, again); d != "" {
			t.Errorf("the second answer differs:\n%s", d)
		}
		body["text"] = fmt.Sprintf("/ticket note %d something else", n)
		var other reply
		if code := p.call("POST", "/api/say", body, &other); code < 400 && other.Refusal == nil {
			t.Errorf("the same key with another body was taken: %+v", other)
		}
		notes := 0
		for _, e := range p.ticket(n)["events"].([]any) {
			if e.(map[string]any)["type"] == "noted" {
				notes++
			}
		}
		if notes != 1 {
			t.Errorf("%d notes", notes)
		}
	})
}
