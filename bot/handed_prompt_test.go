package bot_test

import (
	"slices"
	"strings"
	"testing"

	"deskbell.dev/deskbell/internal/chat"
)

// TestPromptOfADecidedRequest: a request's prompt loses its buttons also if the
// answer to the deciding press never came to be shown, and a press on one that
// still shows them is told what became of it.
func TestPromptOfADecidedRequest(t *testing.T) {
	for label, want := range map[string]string{"Accept": "R-1 is T-1 now", "Decline": "R-1 is declined"} {
		t.Run(label, func(t *testing.T) {
			p := sqlitePlay(t)
			p.step("tech", "/desk hand Jane called about the printer")
			prompt := func() message {
				t.Helper()
				ms := p.messages("dm-intake", "intake")
				n := slices.IndexFunc(ms, func(m message) bool { return m.Card != nil })
				if n < 0 {
					return ms[len(ms)-1]
				}
				return ms[n]
			}
			before := prompt()
			k := slices.IndexFunc(before.Card.Actions, func(a action) bool { return a.Label == label })
			press := chat.Interaction{Kind: chat.Press, Token: before.Card.Actions[k].Action, Place: chat.Place{Channel: "dm-intake", User: "intake"}, Message: chat.MessageRef{ID: before.ID}}
			done := p.handle("intake", press) // nothing shows this answer
			if done.Form != nil {
				submit := press
				submit.Kind, submit.Token, submit.Values = chat.Submit, done.Form.Token, map[string]string{"reason": "Not ours"}
				done = p.handle("intake", submit)
			}
			if done.Refusal != nil || !done.Edit {
				t.Fatalf("%+v", done)
			}
			now := prompt()
			if now.ID != before.ID || !strings.HasPrefix(now.Text, want) || now.Text != text(done) {
				t.Errorf("it shows %q, the answer was %q", now.Text, text(done))
			}
			if now.Card != nil && slices.ContainsFunc(now.Card.Actions, func(a action) bool { return a.Label == "Accept" }) {
				t.Errorf("it still asks: %+v", now.Card.Actions)
			}
			press.Token = before.Card.Actions[0].Action
			if again := p.handle("intake", press); again.Refusal == nil || !again.Edit || text(again) != text(done) {
				t.Errorf("pressed again: %+v, %q", again.Refusal, text(again))
			}
			p.move(map[string]string{"to": "2026-03-03T10:30:00Z"})
			p.step("admin", "/desk rota override intake2 2026-03-03 10:00 to 2026-03-03 18:00")
			if late := p.handle("intake2", press); late.Refusal == nil || !late.Edit || !strings.HasPrefix(text(late), "@intake ") {
				t.Errorf("pressed too late by another: %+v, %q", late.Refusal, text(late))
			}
		})
	}
}
