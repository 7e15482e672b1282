package bot_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// handle gives the bot what a platform would that has more than the playground.
func (p *play) handle(who string, in chat.Interaction) chat.Reply {
	p.t.Helper()
	r := p.bot.Handle(p.t.Context(), interaction(who, in))
	p.drain(p.t.Context())
	return r
}

// interaction is in as it comes from the playground's person, unless it says
// from whom.
func interaction(who string, in chat.Interaction) chat.Interaction {
	in.Platform = "web"
	if in.From.ID == "" {
		in.From = chat.User{ID: who, Handle: who, Name: who}
	}
	return in
}

func sqlitePlay(t *testing.T) *play { return newPlay(t, filepath.Join(t.TempDir(), "desk.db")) }

// printer opens T-1 for Acme Dental and returns the message that its card is.
func (p *play) printer() string {
	p.t.Helper()
	p.step("intake", "/ticket new")
	p.step("intake", "form client=Acme Dental|contact=Jane Porter|came_by=phone|summary=Printer is jammed|description=Floor 2")
	p.drain(p.t.Context())
	c, ok, err := p.store.Card(p.t.Context(), 1, "web:desk")
	if err != nil || !ok {
		p.t.Fatal("no card", err)
	}
	return c.Message
}

func (p *play) events(n desk.TicketID) []desk.Event {
	p.t.Helper()
	es, err := p.store.Events(p.t.Context(), n)
	if err != nil {
		p.t.Fatal(err)
	}
	return es
}

// history is what the ticket's history says, in words.
func (p *play) history(who string) string {
	return p.say(who, "/ticket history 1").Message.Card.Text
}

func text(r chat.Reply) string {
	if r.Message == nil {
		return ""
	}
	return r.Message.Text.Flat(nil)
}

func empty(t *testing.T, what string, r chat.Reply) {
	t.Helper()
	if r.Message != nil || r.Form != nil || r.Refusal != nil || len(r.Options) > 0 || len(r.Home) > 0 || len(r.Errors) > 0 {
		t.Errorf("%s: answered %q, %+v", what, text(r), r)
	}
}

// TestNotesOfAThread: what is said under a card is a note, silently, and follows
// its message.
func TestNotesOfAThread(t *testing.T) {
	p := sqlitePlay(t)
	card := p.printer()
	said := func(kind chat.Kind, id, words string) chat.Interaction {
		return chat.Interaction{Kind: kind, Text: words, Place: chat.Place{Channel: "desk", Thread: card}, Message: chat.MessageRef{ID: id}}
	}
	for range 2 { // delivered again
		empty(t, "a note", p.handle("tech", said(chat.Said, "9.1", "It is the fuser")))
	}
	if es := p.events(1); es[len(es)-1].What != (desk.Noted{Text: "It is the fuser", From: "web:desk/9.1"}) || len(es) != 2 {
		t.Fatalf("%+v", es)
	}
	empty(t, "a change", p.handle("tech", said(chat.Edited, "9.1", "It is the drum")))
	if h := p.history("tech"); !strings.Contains(h, "noted: “It is the drum” (changed)") || strings.Contains(h, "fuser") {
		t.Error(h)
	}
	empty(t, "what was never a note", p.handle("observer", said(chat.Edited, "9.9", "something")))
	empty(t, "a deletion", p.handle("tech", said(chat.Deleted, "9.1", "")))
	if h := p.history("tech"); !strings.Contains(h, "@tech took a note back") || strings.Contains(h, "drum") {
		t.Error(h)
	}
	empty(t, "only a picture", p.handle("tech", said(chat.Said, "9.2", "")))
	if r := p.handle("observer", said(chat.Said, "9.3", "I saw it too")); r.Refusal == nil || !r.Message.Private {
		t.Errorf("an observer's note: %+v", r)
	}
	if n := len(p.events(1)); n != 4 {
		t.Errorf("%d events, want 4", n)
	}
}

// TestTalkElsewhere is none of ours, and makes nobody a member, unless it names
// the desk.
func TestTalkElsewhere(t *testing.T) {
	p := sqlitePlay(t)
	p.printer()
	for _, at := range []chat.Place{{Channel: "desk"}, {Channel: "desk", Thread: "m999"}, {Channel: "kitchen", Thread: "m1"}} {
		empty(t, "talk", p.handle("stranger", chat.Interaction{Kind: chat.Said, Text: "Lunch?", Place: at, Message: chat.MessageRef{ID: "5"}}))
		empty(t, "a change of it", p.handle("stranger", chat.Interaction{Kind: chat.Edited, Text: "Lunch!", Place: at, Message: chat.MessageRef{ID: "5"}}))
	}
	policy, err := p.store.Policy(t.Context())
	if _, ok := policy.MemberWith("web:stranger"); ok || err != nil {
		t.Error("who only talks became a member", err)
	}
	r := p.handle("tech", chat.Interaction{Kind: chat.Said, Addressed: true, Text: "mine", Place: chat.Place{Channel: "desk"}, Message: chat.MessageRef{ID: "6"}})
	if r.Message == nil || r.Message.Card == nil || r.Message.Card.Title.Flat(nil) != "Your tickets" {
		t.Errorf("asked by name: %+v", r.Message)
	}
	r = p.handle("intake", chat.Interaction{Kind: chat.Said, Addressed: true, Text: "new Fan is loud", Place: chat.Place{Channel: "desk"}, Message: chat.MessageRef{ID: "7"}})
	if r.Form != nil || r.Message == nil {
		t.Fatalf("a form where none can open: %+v", r)
	}
	pressed := p.handle("intake", chat.Interaction{Kind: chat.Press, Token: r.Message.Card.Actions[0].Token})
	if pressed.Form == nil || pressed.Form.Fields[3].Name != "summary" {
		t.Errorf("the button opens %+v", pressed)
	}
}

// TestNamedInAThread: words that name the desk are a command on the thread's
// ticket if they begin like one, else a note that says so.
func TestNamedInAThread(t *testing.T) {
	p := sqlitePlay(t)
	card := p.printer()
	n := 0
	named := func(who, words string) chat.Reply {
		n++
		return p.handle(who, chat.Interaction{Kind: chat.Said, Addressed: true, Text: words, Place: chat.Place{Channel: "desk", Thread: card},
			Message: chat.MessageRef{ID: "8." + strings.Repeat("1", n)}})
	}
	last := func() desk.Fact { es := p.events(1); return es[len(es)-1].What }
	if r := named("tech", "Does it need a new fuser?"); text(r) != "Noted on T-1." || len(r.Message.Card.Actions) != 1 {
		t.Fatalf("%q %+v", text(r), r.Message.Card)
	} else if r = p.handle("intake", chat.Interaction{Kind: chat.Press, Token: r.Message.Card.Actions[0].Token}); r.Refusal != nil {
		t.Error(r.Refusal)
	}
	if m := p.ticket(1); m["status"] != "waiting_for_client" {
		t.Errorf("the question waits for nobody: %v", m["status"])
	}
	for _, c := range []struct {
		who, words string
		want       desk.Fact
	}{
		{"tech", "time 20m cabling", desk.TimeLogged{Minutes: 20, Text: "cabling"}},
		{"intake", "answer T-1 Yes, it does", nil},
		{"intake", "question Which floor?", nil},
		{"tech", "the toner is new", desk.Noted{Text: "the toner is new", From: ""}},
	} {
		r := named(c.who, c.words)
		if r.Refusal != nil || r.Form != nil {
			t.Errorf("%q: %q", c.words, text(r))
		}
		got := last()
		if note, ok := got.(desk.Noted); ok {
			note.From = ""
			got = note
		}
		if c.want != nil && got != c.want {
			t.Errorf("%q became %#v", c.words, got)
		}
	}
	asked := slices.IndexFunc(p.events(1), func(e desk.Event) bool {
		q, ok := e.What.(desk.QuestionAsked)
		return ok && q.Text == "Which floor?"
	})
	if asked < 0 {
		t.Errorf("no question in %+v", p.events(1))
	}
	before := len(p.events(1))
	if r := named("tech", "time is short"); r.Refusal == nil || !slices.ContainsFunc(r.Message.Card.Actions, func(a chat.Action) bool { return a.Label == "Keep it as a note" }) {
		t.Errorf("%q %+v", text(r), r.Message.Card)
	}
	if r := named("tech", ""); r.Message.Card == nil || !strings.HasPrefix(r.Message.Card.Title.Flat(nil), "T-1") {
		t.Errorf("no card: %+v", r.Message)
	}
	if r := named("intake", "clarify"); r.Form != nil || r.Message.Card == nil {
		t.Errorf("a form where none can open: %+v", r)
	}
	if after := len(p.events(1)); after != before {
		t.Errorf("%d events more", after-before)
	}
}

// TestAnyInteraction: whatever a platform, or somebody who forges its tokens,
// brings is answered, and nothing breaks.
func TestAnyInteraction(t *testing.T) {
	p := sqlitePlay(t)
	card := p.printer()
	word := rapid.SampledFrom([]string{"", "1", "T-1", "start", "note", "clarify who?", "ask", "set", "more", "read", "attach", "setup", "add to ticket", "prioritize", "#", "<@", "<@tech>", "\x00", "ä ö"})
	rapid.Check(t, func(rt *rapid.T) {
		kinds := []chat.Kind{chat.Command, chat.Press, chat.Submit, chat.Shortcut, chat.Search, chat.Fill, chat.Home, chat.Said, chat.Edited, chat.Deleted, "unheard of"}
		in := chat.Interaction{Kind: rapid.SampledFrom(kinds).Draw(rt, "kind"), Text: word.Draw(rt, "text"), Value: word.Draw(rt, "value"), Field: word.Draw(rt, "field"),
			Fields: rapid.SliceOfN(rapid.SampledFrom([]string{"", "type", "item", "client", "ticket", "contact", "x"}), 0, 7).Draw(rt, "fields"), Addressed: rapid.Bool().Draw(rt, "addressed"),
			Place: chat.Place{Channel: "desk", Thread: rapid.SampledFrom([]string{"", card, "m0"}).Draw(rt, "thread")}, Message: chat.MessageRef{ID: word.Draw(rt, "message")},
			Values: map[string]string{word.Draw(rt, "key"): word.Draw(rt, "answer"), "ticket": word.Draw(rt, "ticket"), "srm": word.Draw(rt, "srm")}}
		in.Token = strings.Join([]string{word.Draw(rt, "verb"), rapid.SampledFrom([]string{"0", "1", "9", "x"}).Draw(rt, "number"), "0", rapid.SampledFrom([]string{"", "l", "m", "d"}).Draw(rt, "stands"), word.Draw(rt, "args")}, ";")
		who := rapid.SampledFrom([]string{"tech", "srm", "intake", "admin", "observer"}).Draw(rt, "who")
		if r := p.bot.Handle(t.Context(), interaction(who, in)); strings.Contains(text(r), "couldn't do that just now") {
			rt.Fatalf("%+v broke it", in)
		}
	})
}

// TestReadAll: what a card cuts can be read whole.
func TestReadAll(t *testing.T) {
	p := sqlitePlay(t)
	long := strings.Repeat("It hums and hums. ", 500) + "The end"
	p.step("intake", "/ticket new")
	p.step("intake", "form client=Acme Dental|contact=Jane Porter|came_by=phone|summary=Hum|description="+long)
	var got string
	r := p.handle("tech", chat.Interaction{Kind: chat.Command, Text: "/ticket 1"})
	for _, label := range []string{"Read all", "More"} {
		token, value := "", ""
		for _, a := range r.Message.Card.Actions {
			if a.Label == label {
				token = a.Token
			}
			for _, o := range a.Options {
				if o.Label == label {
					token, value = a.Token, o.Value
				}
			}
		}
		if token == "" {
			t.Fatalf("no %q on %+v", label, r.Message.Card.Actions)
		}
		r = p.handle("tech", chat.Interaction{Kind: chat.Press, Token: token, Value: value})
		got += r.Message.Card.Text.Flat(nil)
	}
	if got != long {
		t.Errorf("%d characters of %d", len(got), len(long))
	}
}
