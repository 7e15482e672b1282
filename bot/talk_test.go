package bot_test

import (
	"strings"
	"testing"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// TestTalkIsAskedBack: a sentence in a thread that begins with a verb which ends
// something does nothing yet; a press does it, or keeps it as a note.
func TestTalkIsAskedBack(t *testing.T) {
	p := sqlitePlay(t)
	card := p.printer()
	n := 0
	named := func(who, words string) chat.Reply {
		n++
		in := under(card, chat.Said, "8."+strings.Repeat("1", n), words)
		in.Addressed = true
		return p.handle(who, in)
	}
	press := func(who string, r chat.Reply, label string) chat.Reply {
		t.Helper()
		if r.Message == nil || r.Message.Card == nil {
			t.Fatalf("nothing to press: %+v", r)
		}
		for _, a := range r.Message.Card.Actions {
			if a.Label == label {
				n++
				return p.handle(who, chat.Interaction{Kind: chat.Press, Key: "press" + strings.Repeat("1", n), Token: a.Token})
			}
		}
		t.Fatalf("no %q in %+v", label, r.Message.Card.Actions)
		return chat.Reply{}
	}
	before := len(p.events(1))
	for words, label := range map[string]string{
		"cancel this only if Jane does not call back": "Cancel T-1",
		"close to the door there is another one":      "Close T-1",
		"decline it politely, please":                 "Decline T-1",
		"broken again since Monday":                   "Broken T-1",
		"duplicate of 17 perhaps, please look":        "Duplicate T-1",
		"withdraw that if she answers by mail":        "Withdraw T-1",
		"approve only what Jane signed":               "Approve T-1",
		"claim\nit when you are back, Tom":            "Claim T-1",
		"cancel T-1 once Jane agrees":                 "Cancel T-1",
	} {
		r := named("srm", words)
		if r.Message == nil || !r.Message.Private || r.Message.Card == nil || len(r.Message.Card.Actions) != 2 ||
			r.Message.Card.Actions[0].Label != label || r.Message.Card.Actions[1].Label != "Keep it as a note" {
			t.Errorf("%q: %q %+v", words, text(r), r.Message)
		}
	}
	if after := len(p.events(1)); after != before {
		t.Fatalf("something was done already: %d events more", after-before)
	}

	words := "cancel this only if Jane does not call back"
	press("srm", named("srm", words), "Keep it as a note")
	if es := p.events(1); es[len(es)-1].What != (desk.Noted{Text: desk.Text(words)}) {
		t.Errorf("%#v", es[len(es)-1].What)
	}
	press("srm", named("srm", "cancel Jane found another printer"), "Cancel T-1")
	if m := p.ticket(1); m["status"] != "cancelled" {
		t.Errorf("it is %v", m["status"])
	}
	if h := p.history("srm"); !strings.Contains(h, "Jane found another printer") {
		t.Error(h)
	}
}

// TestPlainWordsInAThread: what is a command and nothing else is done at once.
func TestPlainWordsInAThread(t *testing.T) {
	p := sqlitePlay(t)
	card := p.printer()
	for n, c := range []struct {
		who, words string
		want       desk.Fact
	}{
		{"intake", "categorize Hardware / Printer / Jam", desk.Categorized{}},
		{"srm", "prioritize normal", desk.Prioritized{}},
		{"tech", "claim T-1", desk.Assigned{}},
		{"tech", "note broken since Monday", desk.Noted{}},
	} {
		in := under(card, chat.Said, "8."+strings.Repeat("1", n+1), c.words)
		in.Addressed = true
		before := len(p.events(1))
		if r := p.handle(c.who, in); r.Refusal != nil {
			t.Errorf("%q: %q", c.words, text(r))
		}
		done := false
		for _, e := range p.events(1)[before:] {
			done = done || desk.NameOf(e.What) == desk.NameOf(c.want)
		}
		if !done {
			t.Errorf("%q did nothing: %+v", c.words, p.events(1)[before:])
		}
	}
}
