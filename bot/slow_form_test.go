package bot_test

import (
	"strings"
	"testing"

	"deskbell.dev/deskbell/internal/chat"
)

// TestFormOpenedLate: a platform that was too late to open a form shows a button
// with its token instead, as often as it must. The message that the form began
// with is in it still, also a long one, and what is typed over it counts.
func TestFormOpenedLate(t *testing.T) {
	for _, words := range []string{"The printer burns", strings.Repeat("It hums. ", 200)} {
		for _, of := range []string{chat.HandOver, chat.AddTo} {
			p := sqlitePlay(t)
			p.printer()
			shown := func(r chat.Reply) string {
				t.Helper()
				for _, f := range r.Form.Fields {
					if f.Name == "text" {
						return f.Value
					}
				}
				t.Fatalf("%s: no text in %+v", of, r.Form)
				return ""
			}
			r := p.handle("tech", chat.Interaction{Kind: chat.Shortcut, Text: of, Quoted: []chat.Quoted{{Author: "Bo", Text: words}}})
			want := shown(r)
			for range 2 {
				r = p.handle("tech", chat.Interaction{Kind: chat.Press, Token: r.Form.Token})
				if got := shown(r); got != want {
					t.Fatalf("%s: opened late with %q, want %q", of, got, want)
				}
			}
			r = p.handle("tech", chat.Interaction{Kind: chat.Submit, Token: r.Form.Token, Values: map[string]string{"ticket": "1", "text": "It is off now"}})
			if r.Refusal != nil || len(r.Errors) > 0 {
				t.Fatalf("%s: %+v", of, r)
			}
			if of == chat.AddTo {
				if h := p.history("tech"); !strings.Contains(h, "It is off now") || strings.Contains(h, "burns") {
					t.Error(h)
				}
			} else if hs, _, err := p.store.HandedOpen(t.Context(), 0, 1); err != nil || len(hs) != 1 || hs[0].Text != "It is off now" {
				t.Error(hs, err)
			}
		}
	}
}
