package bot_test

import (
	"testing"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// toldOnce presses the buttons one after the other, each a press of its own on a
// message that stands as it stood: the answer that takes its buttons away was lost.
func (p *play) toldOnce(buttons []action) {
	p.t.Helper()
	for n, a := range append(buttons, buttons...) {
		r := p.handle("tech", chat.Interaction{Kind: chat.Press, Token: a.Action, Key: "press " + string(rune('a'+n))})
		if r.Refusal != nil || r.Message == nil {
			p.t.Fatalf("%s: %+v", a.Label, r)
		}
	}
	replies := 0
	for _, e := range p.events(1) {
		if _, ok := e.What.(desk.Replied); ok {
			replies++
		}
	}
	if replies != 1 {
		p.t.Errorf("the client was told %d times", replies)
	}
}

// However often and by which button somebody says that the client was told, it
// counts once: of a reply's preview, and of a letter where the desk sends no mail.
func TestToldOnce(t *testing.T) {
	t.Run("preview", func(t *testing.T) {
		p := sqlitePlay(t)
		p.opened("Printer is jammed")
		p.step("tech", "/ticket reply 1")
		p.toldOnce(p.step("tech", "form text=We are on it.").Message.Card.Actions)
	})
	t.Run("letter", func(t *testing.T) {
		p := sqlitePlay(t)
		p.bot.Send = nil
		p.opened("Printer is jammed")
		p.step("srm", "/ticket assign 1 tech")
		p.step("tech", "/ticket clarify 1 Which tray?")
		p.drain(t.Context())
		ms := p.messages("dm-tech", "tech")
		p.toldOnce(ms[len(ms)-1].Card.Actions)
	})
}
