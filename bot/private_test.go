package bot_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// sayTo is say in the person's direct messages with Deskbell.
func (p *play) sayTo(as, text string) reply {
	var r reply
	p.call("POST", "/api/say", map[string]string{"as": as, "in": "dm-" + as, "text": text}, &r)
	return r
}

// TestWordsWithoutSlash: in a direct message the slash word may be left out,
// and a wrong word gets the nearest right one there too.
func TestWordsWithoutSlash(t *testing.T) {
	p := newPlay(t, filepath.Join(t.TempDir(), "desk.db"))
	for text, want := range map[string]string{
		"mine":                    "Your tickets",
		"start":                   "Which ticket?",
		"strat 24":                "Did you mean: /ticket start",
		"start 24":                "There is no T-24",
		"hello there, all of you": "listens to /ticket and /desk",
	} {
		r := p.sayTo("tech", text)
		if r.Message == nil || r.Message.Card == nil || !strings.Contains(r.Message.Text+r.Message.Card.Title, want) {
			t.Errorf("%q got %+v, want %q", text, r.Message, want)
		}
	}
}

// TestSwapAskedInPrivate: a week offered in a direct message reaches the others.
func TestSwapAskedInPrivate(t *testing.T) {
	p := newPlay(t, filepath.Join(t.TempDir(), "desk.db"))
	p.sayTo("intake", "/desk rota swap 2026-03-17")
	var ms []message
	p.call("GET", "/api/messages?in=desk&as=intake2", nil, &ms)
	if len(ms) != 1 || ms[0].Card == nil {
		t.Fatalf("the others see %+v", ms)
	}
	if r := p.press("intake2", ms[0].ID, ms[0].Card.Actions[0].Action, ""); r.Refusal != nil {
		t.Error(r.Refusal)
	}
	if r := p.press("intake", ms[0].ID, ms[0].Card.Actions[0].Action, ""); r.Refusal == nil || r.Refusal.Rule != "stale" {
		t.Errorf("a week that is taken was taken again: %+v", r)
	}
}

// TestPreviewIsWhatIsSent: a reply's preview shows the very text that goes out.
func TestPreviewIsWhatIsSent(t *testing.T) {
	p := newPlay(t, filepath.Join(t.TempDir(), "desk.db"))
	p.step("intake", "/ticket new")
	p.step("intake", "form client=Acme Dental|contact=Jane Porter|came_by=phone|summary=No paper")
	r := p.say("intake", "/ticket reply 1 Come \u202eyad\u202c\x07 by Friday ")
	if r.Message == nil || r.Message.Card == nil {
		t.Fatalf("no preview: %+v", r)
	}
	preview := r.Message.Card.Text
	p.press("intake", r.Message.ID, r.Message.Card.Actions[0].Action, "")
	var mail []struct{ Text string }
	p.call("GET", "/api/mail", nil, &mail)
	if len(mail) != 1 || mail[0].Text != preview || preview != "Come yad by Friday" {
		t.Errorf("previewed %q, sent %q", preview, mail)
	}
}

// TestOwnRequest: intake who hands something in is not messaged about it.
func TestOwnRequest(t *testing.T) {
	p := newPlay(t, filepath.Join(t.TempDir(), "desk.db"))
	p.say("intake", "/desk hand The client says hello")
	var ms []message
	p.call("GET", "/api/messages?in=dm-intake&as=intake", nil, &ms)
	if len(ms) != 0 {
		t.Errorf("told of their own: %+v", ms)
	}
}
