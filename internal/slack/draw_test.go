package slack

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"deskbell.dev/deskbell/internal/chat"
)

// nasty is what somebody could write.
func nasty() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		part := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", " ", "\n", "\x00", "\x1b[31m", "\xed\xa0\x80", "\xff", "\u202e", "\u2066", "\u202c", "\ufeff", "\u2028", "🖨️", "&lt;", "&amp;",
			"<!channel>", "<!here|x>", "<@U1>", "<@U2|bo>", "<#C1>", "<!subteam^S1>", "<http://evil.example|bank>", "*b*", "_i_", "`c`", "```", "> q", "@channel", "@ann", ":bell:", "a|b", "!2",
			"https://x.example/?a=1&b=<2>", "mailto:a@b"}),
			rapid.Map(rapid.IntRange(0, 40_000), func(n int) string { return strings.Repeat("x", n) }))
		return strings.Join(rapid.SliceOfN(part, 0, 4).Draw(t, "parts"), "")
	})
}

func texts() *rapid.Generator[chat.Text] {
	return rapid.Custom(func(t *rapid.T) chat.Text {
		span := rapid.Custom(func(t *rapid.T) chat.Span {
			s := chat.Span{Kind: rapid.SampledFrom([]chat.SpanKind{chat.Plain, chat.Bold, chat.Code, chat.Quote, chat.Link, chat.Mention, chat.Time}).Draw(t, "kind"), Text: nasty().Draw(t, "text")}
			switch s.Kind {
			case chat.Link:
				s.Ref = rapid.SampledFrom([]string{"https://ok.example/1", "", "javascript:alert(1)", "nonsense", "https://", "tel:1", "http://a.example/<!channel>"}).Draw(t, "link")
			case chat.Mention:
				s.Ref = rapid.SampledFrom([]string{"U1", "U2", "W1", "", "x", "U1>", "channel"}).Draw(t, "who")
			case chat.Time:
				s.Text, s.At = "", time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), 0)
				s.Style = rapid.SampledFrom([]chat.TimeStyle{chat.ShortTime, chat.DateTime, chat.Relative, ""}).Draw(t, "style")
			}
			return s
		})
		return rapid.SliceOfN(span, 0, 4).Draw(t, "spans")
	})
}

func manyActions() *rapid.Generator[[]chat.Action] {
	option := rapid.Custom(func(t *rapid.T) chat.Option {
		return chat.Option{Value: nasty().Draw(t, "value"), Label: nasty().Draw(t, "label")}
	})
	one := rapid.Custom(func(t *rapid.T) chat.Action {
		a := chat.Action{Token: rapid.StringMatching(`[a-z;!0-9~]{1,75}`).Draw(t, "token"), Label: nasty().Draw(t, "label"), Value: rapid.SampledFrom([]string{"", "x"}).Draw(t, "value"),
			Style: rapid.SampledFrom([]chat.Style{chat.Default, chat.Primary, chat.Danger}).Draw(t, "style")}
		if rapid.Bool().Draw(t, "menu") {
			a.Options = rapid.SliceOfN(option, 1, 130).Draw(t, "options")
		}
		return a
	})
	return rapid.SliceOfN(one, 0, 8)
}

func cards() *rapid.Generator[*chat.Card] {
	return rapid.Custom(func(t *rapid.T) *chat.Card {
		c := &chat.Card{Title: texts().Draw(t, "title"), Text: texts().Draw(t, "text"), Actions: manyActions().Draw(t, "actions")}
		for range rapid.IntRange(0, 12).Draw(t, "fields") {
			c.Fields = append(c.Fields, chat.CardField{Name: nasty().Draw(t, "name"), Value: texts().Draw(t, "field")})
		}
		for range rapid.IntRange(0, 12).Draw(t, "rows") {
			c.Rows = append(c.Rows, chat.Row{Text: texts().Draw(t, "row"), Actions: manyActions().Draw(t, "row's actions")})
		}
		return c
	})
}

// Whatever is in a message, Slack takes it, nobody is pinged but those whom it
// may ping, and somebody's words stay words.
func TestAnyMessage(t *testing.T) {
	r := newRig(t, false)
	r.srv.Rate("chat.postMessage", 0, 0)
	r.srv.Rate("views.publish", 0, 0)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		m := chat.Message{Text: texts().Draw(t, "text"), Notify: rapid.SampledFrom([][]string{nil, {"U1"}, {"U1", "U2"}, {"channel"}}).Draw(t, "notify")}
		if rapid.Bool().Draw(t, "with a card") {
			m.Card = cards().Draw(t, "card")
		}
		ref, err := r.p.Post(r.t.Context(), chat.Place{Channel: "C1"}, m, fmt.Sprint("any/", n), time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		got, _ := r.srv.Message("C1", ref.ID)
		for _, id := range got.Mentions {
			if !slices.Contains(m.Notify, id) {
				t.Fatalf("%s is pinged", id)
			}
		}
		if regexp.MustCompile(`<[^!]|<![^d]`).MatchString(got.Text) {
			t.Fatalf("something in the text is alive: %q", got.Text)
		}
		if utf8.RuneCountInString(got.Text) > maxFallback {
			t.Fatalf("%d characters of text", utf8.RuneCountInString(got.Text))
		}
		// The same in a home view.
		if m.Card != nil {
			var all []chat.Card
			for range rapid.IntRange(1, 12).Draw(t, "cards") {
				all = append(all, *m.Card)
			}
			r.p.publish(r.t.Context(), "U1", all)
			if calls := r.srv.Calls("views.publish"); len(calls) == 0 || calls[len(calls)-1].Error != "" {
				t.Fatalf("the home view: %s", calls[len(calls)-1].Error)
			}
		}
	})
}

// Short words come to the reader as they were written, and long ones say where
// they were cut.
func TestWordsStayTheSame(t *testing.T) {
	p, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		words := nasty().Draw(t, "words")
		kind := rapid.SampledFrom([]chat.SpanKind{chat.Plain, chat.Bold, chat.Code, chat.Quote}).Draw(t, "kind")
		blocks, text := p.body(chat.Message{Text: chat.Text{{Kind: kind, Text: words}}}, "")
		want := clean(words)
		got := literals(t, blocks)
		if utf8.RuneCountInString(words) > p.Limits().Text {
			if !strings.HasSuffix(strings.TrimRight(got, "\u202c\u2069"), "… (cut)") || len(got) > len(want) {
				t.Fatalf("cut without saying so: %.100q", got)
			}
			return
		}
		if got != want {
			t.Fatalf("%q became %q", want, got)
		}
		if read := unescape(text); strings.TrimSpace(want) != "" && utf8.RuneCountInString(text) < maxFallback && read != want {
			t.Fatalf("%q is read as %q", want, read)
		}
		if plainly := strings.TrimRight(want, "\u202c\u2069"); !strings.Contains(words, "\u202c") && !hasControls(words) && plainly != strings.TrimRight(words, "\u202c\u2069") {
			t.Fatalf("%q was cleaned to %q", words, want)
		}
	})
}

func hasControls(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError
	})
}

// literals are all text elements of rich text, one after the other.
func literals(t *rapid.T, blocks []slack.Block) string {
	raw, err := json.Marshal(blocks)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			if s, ok := v["text"].(string); ok && v["type"] == "text" {
				b.WriteString(s)
			}
			walk(v["elements"])
		}
	}
	var all any
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	walk(all)
	return b.String()
}

// Whatever a form asks, Slack opens it, and what stands there comes back.
func TestAnyForm(t *testing.T) {
	r := newRig(t, false)
	r.srv.Rate("views.open", 0, 0)
	option := rapid.Custom(func(t *rapid.T) chat.Option {
		return chat.Option{Value: nasty().Draw(t, "value"), Label: nasty().Draw(t, "label"), Of: rapid.SampledFrom([]string{"", "", "a", "b"}).Draw(t, "of")}
	})
	rapid.Check(t, func(t *rapid.T) {
		f := &chat.Form{Token: rapid.StringMatching(`[a-z;]{1,75}`).Draw(t, "token"), Title: nasty().Draw(t, "title")}
		for n := range rapid.IntRange(1, chat.MaxFields).Draw(t, "fields") {
			x := chat.Field{Name: fmt.Sprint("field_", n), Label: nasty().Draw(t, "label"), Hint: nasty().Draw(t, "hint"), Max: rapid.SampledFrom([]int{0, 1, 20, 9000}).Draw(t, "max"),
				Kind:  rapid.SampledFrom([]chat.FieldKind{chat.Line, chat.Lines, chat.Choice, chat.Number, chat.People, chat.Channel}).Draw(t, "kind"),
				Value: rapid.OneOf(nasty(), rapid.SampledFrom([]string{"", "4", "<@U1> <@U2|bo>", "<#C1>", "<@>"})).Draw(t, "already")}
			if x.Kind == chat.Choice {
				x.Options = rapid.SliceOfN(option, 0, 130).Draw(t, "options")
				if len(x.Options) > 0 && rapid.Bool().Draw(t, "chosen") {
					x.Value = x.Options[len(x.Options)-1].Value
				}
			}
			if n > 0 && rapid.Bool().Draw(t, "depends") {
				x.DependsOn = "field_0"
			}
			f.Fields = append(f.Fields, x)
		}
		r.replies(func(chat.Interaction) chat.Reply { return chat.Reply{Form: f} })
		if err := r.srv.User("U1").Slash("C1", "/ticket", "new").Wait(r.t.Context()); err != nil {
			t.Fatal(err)
		}
		r.p.Idle()
		v, open := r.srv.View("U1")
		if c := r.srv.Calls("views.open"); !open || c[len(c)-1].Error != "" {
			t.Fatalf("not opened: %+v", c[len(c)-1].Error)
		}
		// Refused after its view had gone, it is the same again.
		var old view
		raw, _ := json.Marshal(map[string]any{"id": v.ID, "title": map[string]string{"text": v.Title}, "blocks": v.Blocks, "private_metadata": v.PrivateMetadata, "state": map[string]any{"values": r.srv.State(v.ID)}})
		if err := json.Unmarshal(raw, &old); err != nil || old.read() != nil {
			t.Fatal(err)
		}
		d := delivery{view: &old, at: old.meta()}
		if err := r.p.tryUpdate(r.t.Context(), v.ID, "", r.p.refill(d, map[string]string{"field_0": nasty().Draw(t, "error")})); err != nil {
			t.Fatal(err)
		}
		if after := r.srv.State(v.ID); len(after) != len(old.State.Values) {
			t.Fatalf("%d fields became %d", len(old.State.Values), len(after))
		}
		for block, fields := range r.srv.State(v.ID) {
			for name, now := range fields {
				var s state
				raw, _ := json.Marshal(now)
				if err := json.Unmarshal(raw, &s); err != nil || s.text() != old.State.Values[block][name].text() {
					t.Fatalf("%s was %q and is %q", name, old.State.Values[block][name].text(), s.text())
				}
			}
		}
	})
}

// A token comes back from its action's id, however often it stands in a block.
func TestTokensRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token, n := rapid.StringMatching(`[a-z;!0-9~%]{0,75}`).Draw(t, "token"), rapid.IntRange(1, 30).Draw(t, "n")
		if got := pressed(actionID(token, n)); got != token {
			t.Fatalf("%q became %q", token, got)
		}
		other, m := rapid.StringMatching(`[a-z;!0-9~%]{0,75}`).Draw(t, "other"), rapid.IntRange(1, 30).Draw(t, "m")
		if (token != other || n != m) && actionID(token, n) == actionID(other, m) {
			t.Fatalf("%q %d and %q %d have one id", token, n, other, m)
		}
	})
}

// What is searched is found, whatever its options are, and fits a socket.
func TestAnySearch(t *testing.T) {
	r := newRig(t, true)
	r.replies(func(chat.Interaction) chat.Reply {
		return chat.Reply{Form: &chat.Form{Token: "f", Title: "F", Fields: []chat.Field{{Name: "client", Label: "Client", Kind: chat.Choice}}}}
	})
	r.srv.User("U1").Slash("C1", "/ticket", "new")
	r.until("a form is open", func() bool { return r.window("U1") != "" })
	v, _ := r.srv.View("U1")
	for _, label := range []string{"", "Müller & Söhne <!channel>", strings.Repeat("€", 90), strings.Repeat("<", 90)} {
		var all []chat.Option
		for n := range 130 {
			all = append(all, chat.Option{Value: fmt.Sprint(n), Label: label})
		}
		r.replies(func(chat.Interaction) chat.Reply { return chat.Reply{Options: append(all, chat.Option{})} })
		os, d := r.srv.User("U1").Suggest(v, "client", "a")
		if r.quick(d, time.Second); len(os) < 20 {
			t.Errorf("%.20q: %d offered", label, len(os))
		}
	}
}

// What a tired technician sees of a card, and hears of it.
func TestACardReads(t *testing.T) {
	p, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	blocks, text := p.body(chat.Message{Notify: []string{"U1"}, Card: &chat.Card{Title: chat.Say("T-42 Printer <3rd floor>"), Text: chat.Words("It's on fire"),
		Fields: []chat.CardField{{Name: "For", Value: chat.MentionUser("U1", "ann")}, {Name: "By", Value: chat.MentionUser("U2", "bo")}, {Name: "Due", Value: chat.At(at, chat.DateTime)}},
		Rows:   []chat.Row{{Text: chat.Say("a row"), Actions: []chat.Action{{Token: "x", Label: "X"}}}},
		Actions: []chat.Action{{Token: "start;42", Label: "Start", Style: chat.Primary}, {Token: "cancel;42", Label: "Cancel", Style: chat.Danger},
			{Token: "more;42", Label: "More", Options: []chat.Option{{Value: "a", Label: "A"}}}}}}, "")
	if want := "T-42 Printer &lt;3rd floor&gt;\nIt's on fire\nFor: @ann\nBy: @bo\nDue: <!date^1772442000^{date_short_pretty} {time}|Mon 2 Mar 09:00>\na row"; text != want {
		t.Errorf("text is %q, want %q", text, want)
	}
	raw, err := json.Marshal(blocks)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, b := range blocks {
		kinds = append(kinds, string(b.BlockType()))
	}
	if got := strings.Join(kinds, " "); got != "rich_text rich_text rich_text actions actions" {
		t.Errorf("blocks: %s", got)
	}
	for _, want := range []string{`"user_id":"U1"`, `"text":"@bo"`, `"style":"primary"`, `"style":"danger"`, `"type":"overflow"`, `"type":"date"`, `"type":"rich_text_quote"`, `"bold":true`} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("no %s in %s", want, raw)
		}
	}
	if strings.Contains(string(raw), "U2") || strings.Contains(string(raw), "mrkdwn") {
		t.Errorf("alive: %s", raw)
	}
}
