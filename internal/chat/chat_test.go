package chat

import (
	"context"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestFlat(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	text := Join(Say("asked by "), MentionUser("U1", "tess"), Say(" at "), At(time.Date(2026, 3, 2, 8, 5, 0, 0, time.UTC), ShortTime), Say(": "), Words("*why* <!channel>"))
	if got, want := text.Flat(berlin), "asked by @tess at 09:05: *why* <!channel>"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := At(time.Date(2026, 3, 2, 8, 5, 0, 0, time.UTC), Relative).Flat(nil), "Mon 2 Mar 08:05"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Cut never exceeds its limit, never breaks a rune, leaves what fits alone, and
// says so when it cuts.
func TestCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, max := rapid.String().Draw(t, "s"), rapid.IntRange(10, 40).Draw(t, "max")
		got := Cut(s, max)
		if n := utf8.RuneCountInString(got); n > max && utf8.RuneCountInString(s) > max {
			t.Fatalf("%d runes of at most %d", n, max)
		}
		if utf8.RuneCountInString(s) <= max && got != s {
			t.Fatalf("%q fits and became %q", s, got)
		}
		if got != s && !strings.HasSuffix(got, "… (cut)") {
			t.Fatalf("%q was cut without saying so", got)
		}
	})
}

// A text is cut wherever its limit falls, between spans and within, and says so.
func TestFitCutsBetweenSpans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var text Text
		whole := 0
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 60), 0, 5).Draw(t, "lengths") {
			text, whole = append(text, Span{Kind: Plain, Text: strings.Repeat("x", n)}), whole+n
		}
		got := Limits{Text: 40}.Fit(Message{Text: text}).Text.Flat(nil)
		if whole <= 40 && got != text.Flat(nil) {
			t.Fatalf("%q became %q", text.Flat(nil), got)
		}
		if n := utf8.RuneCountInString(got); whole > 40 && (n > 40+utf8.RuneCountInString(cutMark) || !strings.HasSuffix(got, cutMark)) {
			t.Fatalf("%d of 40: %q", n, got)
		}
	})
}

// Fit cuts every part of a message, and leaves the one that it was given alone.
func TestFit(t *testing.T) {
	long := strings.Repeat("x", 100)
	many := make([]Action, 9)
	for i := range many {
		many[i] = Action{Label: long, Options: make([]Option, 30)}
	}
	m := Message{Text: Join(Say("short "), B(long)), Card: &Card{Title: Say(long), Text: Say(long), Fields: []CardField{{"f", Say(long)}},
		Actions: many, Rows: []Row{{Say(long), many}, {Say("b"), nil}, {Say("c"), nil}}}}
	l := Limits{Title: 20, Text: 40, Field: 10, Label: 12, Actions: 5, Rows: 2, Options: 25}
	got := l.Fit(m)
	runes := func(t Text) int { return utf8.RuneCountInString(t.Flat(nil)) }
	for what, over := range map[string]bool{
		"text": runes(got.Text) > 40, "title": runes(got.Card.Title) > 20, "card text": runes(got.Card.Text) > 40, "field": runes(got.Card.Fields[0].Value) > 10,
		"actions": len(got.Card.Actions) > 5, "rows": len(got.Card.Rows) > 2, "row's actions": len(got.Card.Rows[0].Actions) > 5,
		"label": utf8.RuneCountInString(got.Card.Actions[0].Label) > 12, "options": len(got.Card.Actions[0].Options) > 25,
	} {
		if over {
			t.Errorf("%s is over its limit", what)
		}
	}
	if len(m.Card.Actions) != 9 || m.Card.Actions[0].Label != long || len(m.Card.Rows) != 3 || runes(m.Card.Title) != 100 {
		t.Error("the message itself was changed")
	}
}

// A handler that panics is an error that says where, and nothing else.
func TestAsk(t *testing.T) {
	h := Handler(func(_ context.Context, in Interaction) Reply {
		if in.Kind == Press {
			panic("out of toner")
		}
		return Reply{Message: &Message{Text: Say("well")}}
	})
	if r, err := h.Ask(t.Context(), Interaction{Kind: Command}); err != nil || r.Message.Text.Flat(nil) != "well" {
		t.Errorf("answered %+v, %v", r, err)
	}
	r, err := h.Ask(t.Context(), Interaction{Kind: Press})
	if err == nil || r.Message != nil || !strings.Contains(err.Error(), "out of toner") || !strings.Contains(err.Error(), "chat_test.go") {
		t.Errorf("answered %+v, %v", r, err)
	}
}
