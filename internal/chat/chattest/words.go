package chattest

import (
	"slices"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
)

// evil are words that mean something to some platform, or to somebody's eyes.
func (s *stage) evil() []string {
	return []string{
		"<!channel> <!here|here> <!everyone> <!subteam^S1>", "@everyone @here @channel", "<@" + s.Ben.ID + "> <@!" + s.Ben.ID + "> @" + s.Ben.Handle, "<#" + s.Channel + "> <@&" + s.Channel + ">",
		"*bold* _it_ ~gone~ `code` **b** __u__ ||spoiler||", "```block``` > quote >>> all", "[text](https://evil.example) <https://evil.example|bank.example>",
		"<b>no</b> <script>alert(1)</script>", "&lt;!channel&gt; &amp; &", ":tada: :smile:", "<!date^1392734382^{date}|x> <t:1700000000:R>",
		"\u202egnihton\u202c right-to-left", "zero\u200bwidth\u2066\u2069", "\\<@" + s.Ben.ID + "> \\*", "5 < 6 > 4", "\"quoted\" 'it''s'", "%s %!d(MISSING) {{.}} ${HOME}",
	}
}

// hostile shows them wherever words can stand, and looks that each reads as it
// was written and calls nobody.
func hostile(s *stage) {
	s.answersWith(chat.Reply{Message: tell("pressed")})
	for _, w := range s.evil() {
		label := chat.Cut(w, s.Platform.Limits().Label)
		value := chat.Cut(w, 75) // as long as every menu takes
		m := chat.Message{Text: chat.Join(chat.Say("0 "+w), chat.B(" 1 "+w)), Card: &chat.Card{
			Title: chat.Join(chat.Say("2 "+w), chat.Say(" "), chat.Words(w)), Text: chat.Join(chat.Text{{Kind: chat.Code, Text: w}}, chat.Say("\n"), chat.Words(w), chat.Say("\nafter")),
			Fields:  []chat.CardField{{Name: "Said", Value: chat.Words(w)}, {Name: w, Value: chat.MentionUser(s.Ann.ID, "nobody "+w)}},
			Rows:    []chat.Row{{Text: chat.Say("3 " + w), Actions: []chat.Action{{Token: "b", Label: label}}}},
			Actions: []chat.Action{{Token: "m", Label: "More", Options: []chat.Option{{Value: value, Label: label}}}},
		}}
		ref := s.post(s.here(), m)
		ms := s.See(s.Ben.ID, s.here())
		got := ms[slices.IndexFunc(ms, func(x Seen) bool { return x.Ref.ID == ref.ID })]
		if n := strings.Count(got.Text, w); n < 9 {
			s.Errorf("%q stands there %d times, want 9: %q", w, n, got.Text)
		}
		if got.Everybody || len(got.Pings) > 0 || len(got.Links) > 0 {
			s.Errorf("%q came alive: %+v", w, got)
		}
		if got.Buttons[0].Label != label || s.button(got, "menu").Options[0].Label != label {
			s.Errorf("buttons of %q: %+v", w, got.Buttons)
		}
		s.hears()
		s.did(s.Press(s.Ben.ID, got, s.button(got, "menu"), value))
		if in := s.one(); in.Value != value {
			s.Errorf("the value %q came back as %q", value, in.Value)
		}
	}
	long := strings.Repeat("<!everyone> & ", 40_000/14)
	ref := s.post(s.here(), chat.Message{Text: chat.Words(long), Card: &chat.Card{Title: chat.Words(long), Text: chat.Words(long)}})
	ms := s.See(s.Ben.ID, s.here())
	if got := ms[slices.IndexFunc(ms, func(x Seen) bool { return x.Ref.ID == ref.ID })]; got.Everybody || strings.Count(got.Text, mark) < 3 || !strings.Contains(got.Text, "<!everyone> & <!") {
		s.Errorf("much of it: %.200q", got.Text)
	}
}

// hostileTyped types them into commands and forms.
func hostileTyped(s *stage) {
	f := &chat.Form{Token: "f", Title: "Words", Fields: []chat.Field{{Name: "line", Label: "Line", Kind: chat.Line}, {Name: "lines", Label: "Lines", Kind: chat.Lines}}}
	for _, w := range s.evil() {
		shown := *f
		shown.Title = chat.Cut(w, 20)
		shown.Fields = slices.Clone(f.Fields)
		label := chat.Cut(w, 40)
		shown.Fields[0].Label, shown.Fields[0].Hint, shown.Fields[0].Value = label, w, w
		s.opens(&shown, chat.Reply{Message: say("you wrote " + w)})
		s.did(s.Type(s.Ann.ID, s.here(), "/ticket new x"))
		if open := s.form(s.Ann); open.Title != shown.Title || open.Fields[0].Label != label || open.Fields[0].Value != w {
			s.Errorf("%q stands in the form as %+v", w, open)
		}
		s.hears()
		s.did(s.Submit(s.Ann.ID, map[string]string{"lines": w + "\n" + w}))
		s.diff(w, map[string]string{"line": w, "lines": w + "\n" + w}, s.one().Values)
		if m := s.sees(s.Ben, s.here(), "you wrote "+w); m.Everybody || len(m.Pings) > 0 {
			s.Errorf("%q came alive: %+v", w, m)
		}
	}
	// Typed, names and addresses may come as the platform's own tokens; all else
	// comes as it is.
	s.answersWith(chat.Reply{Message: tell("heard")})
	for _, w := range s.evil() {
		if strings.ContainsAny(w, "@#") || strings.Contains(w, "://") {
			continue
		}
		s.hears()
		s.did(s.Type(s.Ann.ID, s.here(), "/ticket note 42 "+w))
		if in := s.one(); in.Text != "/ticket note 42 "+w {
			s.Errorf("%q was heard as %q", w, in.Text)
		}
	}
}

func mentions(s *stage) {
	both := chat.Join(chat.Say("asked by "), chat.MentionUser(s.Ann.ID, s.Ann.Handle), chat.Say(" for "), chat.MentionUser(s.Ben.ID, s.Ben.Handle), chat.Say("."))
	reads := "asked by @" + s.Ann.Handle + " for @" + s.Ben.Handle + "."
	for what, notify := range map[string][]string{"nobody": nil, "one": {s.Ben.ID}, "both": {s.Ann.ID, s.Ben.ID}} {
		for part, m := range map[string]chat.Message{
			"text": {Text: both}, "title": {Card: &chat.Card{Title: both}}, "card": {Card: &chat.Card{Title: chat.Say("T"), Text: both}},
			"field": {Card: &chat.Card{Title: chat.Say("T"), Fields: []chat.CardField{{Name: "F", Value: both}}}}, "row": {Card: &chat.Card{Title: chat.Say("T"), Rows: []chat.Row{{Text: both}}}},
		} {
			m.Notify = notify
			ref := s.post(s.here(), m)
			ms := s.See(s.Ben.ID, s.here())
			got := ms[slices.IndexFunc(ms, func(x Seen) bool { return x.Ref.ID == ref.ID })]
			slices.Sort(got.Pings)
			want := slices.Sorted(slices.Values(notify))
			if !slices.Equal(got.Pings, want) || got.Everybody || !strings.Contains(got.Text, reads) {
				s.Errorf("%s in the %s: pings %q, want %q: %q", what, part, got.Pings, want, got.Text)
			}
		}
	}
	// An answer to one person may name others, and tells them nothing.
	s.answersWith(chat.Reply{Message: &chat.Message{Text: both, Private: true}})
	s.did(s.Type(s.Ann.ID, s.here(), "/ticket 42"))
	if m := s.all(s.Ann, s.here(), reads); !m[len(m)-1].Private {
		s.Errorf("not private: %+v", m)
	}
}

func times(s *stage) {
	at := time.Date(2026, 3, 2, 14, 5, 0, 0, time.UTC)
	link := chat.Text{{Kind: chat.Link, Text: "the manual", Ref: "https://example.com/manual?a=1&b=<2>"}}
	parts := chat.Join(chat.At(at, chat.ShortTime), chat.Say(" / "), chat.At(at.Add(time.Hour), chat.DateTime), chat.Say(" / "), chat.At(at.Add(2*time.Hour), chat.Relative), chat.Say(" see "), link)
	s.post(s.here(), chat.Message{Text: chat.Join(chat.Say("at "), parts)})
	s.post(s.here(), chat.Message{Card: &chat.Card{Title: chat.Join(chat.Say("card "), parts)}})
	s.post(s.here(), chat.Message{Card: &chat.Card{Title: chat.Say("T"), Fields: []chat.CardField{{Name: "Due", Value: chat.Join(chat.Say("field "), parts)}}}})
	for _, where := range []string{"at ", "card ", "field "} {
		m := s.sees(s.Ann, s.here(), where+"14:05 / Mon 2 Mar 15:05 / Mon 2 Mar 16:05 see the manual")
		s.diff(where+"times", []time.Time{at, at.Add(time.Hour), at.Add(2 * time.Hour)}, m.Times)
		s.diff(where+"links", []string{"https://example.com/manual?a=1&b=<2>"}, m.Links)
	}
}
