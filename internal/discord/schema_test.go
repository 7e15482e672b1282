package discord

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/discord/discordtest"
)

// valid checks that Discord takes what is sent as the shape.
func valid(t *rapid.T, shape string, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := discordtest.Check(raw, shape); err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
}

// words are what people write, the hostile kind among it.
func words(most int) *rapid.Generator[string] {
	return rapid.Custom(func(rt *rapid.T) string {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`[*_~|<>@#:.\-\[\]()!\\ a-z0-9\n]{0,40}`), rapid.Just(strings.Repeat("*", 200)), rapid.Just(strings.Repeat("word ", 1200))).Draw(rt, "words")
		return first(s, most)
	})
}

func anyText(rt *rapid.T, label string) chat.Text {
	var t chat.Text
	for range rapid.IntRange(0, 4).Draw(rt, label) {
		kind := rapid.SampledFrom([]chat.SpanKind{chat.Plain, chat.Bold, chat.Code, chat.Quote, chat.Link, chat.Mention, chat.Time}).Draw(rt, "kind")
		s := chat.Span{Kind: kind, Text: words(4000).Draw(rt, "text")}
		switch kind {
		case chat.Link:
			s.Ref = rapid.SampledFrom([]string{"https://example.com/a?b=c", "javascript:alert(1)", "https://x> @everyone", ""}).Draw(rt, "ref")
		case chat.Mention:
			s.Ref = rapid.SampledFrom([]string{"123456789012345678", "everyone", "&1", ""}).Draw(rt, "ref")
		case chat.Time:
			s.At, s.Style = time.Unix(rapid.Int64Range(0, 4e9).Draw(rt, "at"), 0), rapid.SampledFrom([]chat.TimeStyle{chat.ShortTime, chat.DateTime, chat.Relative}).Draw(rt, "style")
		}
		t = append(t, s)
	}
	return t
}

func anyActions(rt *rapid.T) []chat.Action {
	var as []chat.Action
	for range rapid.IntRange(0, 7).Draw(rt, "actions") {
		a := chat.Action{Token: rapid.SampledFrom([]string{"start;42;7;c;", "start;42;7;c;", "x!2", "", strings.Repeat("t", chat.MaxToken)}).Draw(rt, "token"), Label: words(200).Draw(rt, "label"),
			Style: rapid.SampledFrom([]chat.Style{chat.Default, chat.Primary, chat.Danger}).Draw(rt, "style")}
		if rapid.Bool().Draw(rt, "menu") {
			for range rapid.IntRange(1, 40).Draw(rt, "options") {
				a.Options = append(a.Options, chat.Option{Value: words(150).Draw(rt, "value"), Label: words(150).Draw(rt, "label")})
			}
		}
		as = append(as, a)
	}
	return as
}

// TestMessagesAreValid: whatever is said, by whomever, Discord takes it.
func TestMessagesAreValid(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := chat.Message{Text: anyText(rt, "text"), Private: rapid.Bool().Draw(rt, "private"), Notify: rapid.SliceOfN(rapid.SampledFrom([]string{"123456789012345678", "everyone", "&12"}), 0, 3).Draw(rt, "notify")}
		if rapid.Bool().Draw(rt, "card") {
			c := &chat.Card{Title: anyText(rt, "title"), Text: anyText(rt, "card text"), Actions: anyActions(rt)}
			for range rapid.IntRange(0, 12).Draw(rt, "fields") {
				c.Fields = append(c.Fields, chat.CardField{Name: words(300).Draw(rt, "name"), Value: anyText(rt, "value")})
			}
			for range rapid.IntRange(0, 12).Draw(rt, "rows") {
				c.Rows = append(c.Rows, chat.Row{Text: anyText(rt, "row"), Actions: anyActions(rt)[:0]})
				if rapid.Bool().Draw(rt, "row's actions") {
					as := anyActions(rt)
					c.Rows[len(c.Rows)-1].Actions = as[:min(3, len(as))]
				}
			}
			if rapid.Bool().Draw(rt, "image") {
				c.Image = &chat.Image{Name: "flow.png", PNG: []byte("x"), Alt: "what it tells"}
			}
			m.Card = c
		}
		b := bodyOf(m, rapid.Bool().Draw(rt, "file"))
		valid(rt, "MessageCreateRequest", b)
	})
}

// TestFormsAreValid: whatever a form asks, Discord takes it, and each input has
// its field's name.
func TestFormsAreValid(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := &chat.Form{Token: "new;0;0;;", Title: words(100).Draw(rt, "title")}
		for n := range rapid.IntRange(1, chat.MaxFields).Draw(rt, "fields") {
			x := chat.Field{Name: string(rune('a' + n)), Label: words(100).Draw(rt, "label"), Required: rapid.Bool().Draw(rt, "required"), Hint: words(200).Draw(rt, "hint"),
				Kind:  rapid.SampledFrom([]chat.FieldKind{chat.Line, chat.Lines, chat.Choice, chat.Number, chat.People, chat.Channel}).Draw(rt, "kind"),
				Value: rapid.OneOf(words(5000), rapid.Just("<@123456789012345678> <@nobody>"), rapid.Just("<#123456789012345678|desk>")).Draw(rt, "value"), Max: rapid.SampledFrom([]int{0, 10, 9000}).Draw(rt, "max")}
			for range rapid.SampledFrom([]int{0, 3, 25, 26}).Draw(rt, "options") {
				x.Options = append(x.Options, chat.Option{Value: words(150).Draw(rt, "value"), Label: words(150).Draw(rt, "label")})
			}
			f.Fields = append(f.Fields, x)
		}
		m := modalOf(f, "1")
		valid(rt, "ModalInteractionCallbackRequest", map[string]any{"type": 9, "data": m})
		for n, c := range m.Components {
			if c.Type != tLabel || c.Component.CustomID != f.Fields[n].Name {
				rt.Fatalf("the input of %s is %+v", f.Fields[n].Name, c.Component)
			}
		}
	})
}
