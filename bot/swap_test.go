package bot_test

import (
	"strings"
	"testing"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/web"
)

// TestWeekTaken: the first of the rota to press has the week and hears so
// however often the press is delivered; the message says who has it, without a
// button, also if no answer gets there, and says so again to whoever pressed too
// late.
func TestWeekTaken(t *testing.T) {
	p := sqlitePlay(t)
	p.step("admin", "/desk rota set intake intake2 sdm")
	asked := p.step("intake", "/desk rota swap 2026-03-04").Message
	press := func(key string) chat.Interaction {
		return chat.Interaction{Kind: chat.Press, Key: key, Token: asked.Card.Actions[0].Action, Place: chat.Place{Channel: "desk"}, Message: chat.MessageRef{ID: asked.ID}}
	}
	for _, c := range []struct {
		who, key string
		refused  bool
	}{{"intake2", "k1", false}, {"intake2", "k1", false}, {"intake2", "k2", true}, {"sdm", "k3", true}, {"sdm", "k3", true}} {
		r := p.handle(c.who, press(c.key))
		if (r.Refusal != nil) != c.refused || c.refused && r.Refusal.Rule != string(desk.Present) {
			t.Errorf("%s, %s: %+v", c.who, c.key, r.Refusal)
		}
		if !r.Edit || r.Message.Private || r.Message.Card != nil || !strings.Contains(text(r), "is taken: @intake2 has it") {
			t.Errorf("%s, %s: %+v", c.who, c.key, r.Message)
		}
	}
	stands := func() {
		t.Helper()
		for _, m := range p.messages("desk", "tech") {
			if m.ID == asked.ID && (m.Card != nil || !strings.Contains(m.Text, "@intake2 has it")) {
				t.Errorf("it still asks: %+v", m)
			}
		}
	}
	p.drain(t.Context()) // none of the answers above was shown
	stands()
	p.press("sdm", asked.ID, asked.Card.Actions[0].Action, "")
	stands()
}

// TestDrawnAgainMeetsNobody: a form that is drawn again changes nothing, also if
// it names somebody whom only the platform knows.
func TestDrawnAgainMeetsNobody(t *testing.T) {
	p := sqlitePlay(t)
	p.printer()
	p.more = []web.Person{{User: chat.User{ID: "nia", Handle: "nia", Name: "Nia New"}}}
	form := p.handle("srm", chat.Interaction{Kind: chat.Command, Text: "/ticket assign 1"}).Form
	for _, word := range []string{"nia", "@nia", "<@nia>"} {
		again := p.handle("srm", chat.Interaction{Kind: chat.Fill, Token: form.Token, Fields: []string{"member", "note"}, Values: map[string]string{"member": word}}).Form
		if again == nil || again.Fields[0].Value != word {
			t.Errorf("%s: %+v", word, again)
		}
		again = p.handle("srm", chat.Interaction{Kind: chat.Fill, Token: "assign;1;0;l;member=" + word, Fields: []string{"note"}}).Form
		if again == nil {
			t.Errorf("%s is not drawn again", word)
		}
	}
	now, err := p.store.Policy(t.Context())
	if _, met := now.MemberWith("web:nia"); met || err != nil {
		t.Error("drawing a form added a member", err)
	}
}
