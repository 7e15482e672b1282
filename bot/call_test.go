package bot_test

import (
	"slices"
	"testing"

	"deskbell.dev/deskbell/internal/chat"
)

// TestCallStaysPressable: while an urgent ticket waits to be taken, whatever
// changes on it, the call's buttons take it.
func TestCallStaysPressable(t *testing.T) {
	p := sqlitePlay(t)
	p.printer()
	p.step("srm", "/ticket prioritize 1 urgent")
	call := func() message {
		t.Helper()
		c, ok, err := p.store.Card(t.Context(), 1, "call/web:desk")
		if err != nil || !ok {
			t.Fatal("no call", err)
		}
		ms := p.messages("desk", "tech2")
		return ms[slices.IndexFunc(ms, func(m message) bool { return m.ID == c.Message })]
	}
	before := p.ticket(1)["version"]
	p.say("srm", "/ticket set 1 client Bright Law")
	if after := p.ticket(1)["version"]; after == before {
		t.Fatalf("the client changed no version: %v", after)
	}
	r := p.handle("tech2", chat.Interaction{Kind: chat.Press, Token: call().Card.Actions[0].Action})
	if tk := p.ticket(1); r.Refusal != nil || tk["assignee"] != "tech2" || tk["status"] != "in_progress" {
		t.Errorf("%q: %v, %v", text(r), tk["status"], tk["assignee"])
	}
}
