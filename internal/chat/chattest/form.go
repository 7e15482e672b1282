package chattest

import (
	"maps"

	"deskbell.dev/deskbell/internal/chat"
)

// everyField is a form with a field of each kind and something in all of them.
func (s *stage) everyField() *chat.Form {
	return &chat.Form{Token: "new:1", Title: "New ticket", Fields: []chat.Field{
		{Name: "summary", Label: "Summary", Kind: chat.Line, Required: true, Max: 80, Value: "it's <b> & \"broken\""},
		{Name: "description", Label: "Description", Kind: chat.Lines, Value: "first line\n\n  third & last"},
		{Name: "kind", Label: "Kind", Kind: chat.Choice, Required: true, Value: "defect", Options: []chat.Option{{Value: "request", Label: "Request"}, {Value: "defect", Label: "Defect"}}},
		{Name: "hours", Label: "Hours", Kind: chat.Number, Value: "1.5"},
		{Name: "members", Label: "Members", Kind: chat.People, Value: "<@" + s.Ann.ID + "> <@" + s.Ben.ID + ">"},
	}}
}

// opens answers commands and presses with the form, and submissions with r.
func (s *stage) opens(f *chat.Form, r chat.Reply) {
	s.answers(func(in chat.Interaction) chat.Reply {
		if in.Kind == chat.Submit {
			return r
		}
		return chat.Reply{Form: f}
	})
}

// stands are the values that an open form shows.
func (f Form) stands() map[string]string {
	vs := map[string]string{}
	for _, x := range f.Fields {
		vs[x.Name] = x.Value
	}
	return vs
}

func initial(f *chat.Form) map[string]string {
	vs := map[string]string{}
	for _, x := range f.Fields {
		vs[x.Name] = x.Value
	}
	return vs
}

// formUntouched opens the form by a command, by a press on what all see and by
// one on what one sees, in the channel and directly, and submits it as it is.
func formUntouched(s *stage) {
	f := s.everyField()
	button := chat.Action{Token: "new", Label: "Open a ticket"}
	root := s.post(s.here(), *card("public", button))
	private := card("private", button)
	private.Private = true
	s.answersWith(chat.Reply{Message: private})
	s.did(s.Type(s.Ann.ID, s.here(), "/ticket"))
	s.post(s.direct(s.Ann), *card("direct", button))
	keys := map[string]bool{}
	press := func(in chat.Place, text string) error {
		m := s.sees(s.Ann, in, text)
		return s.Press(s.Ann.ID, m, s.button(m, "Open a ticket"), "")
	}
	for _, c := range []struct {
		what string
		act  func() error
		in   chat.Place
		on   string
	}{
		{"command", func() error { return s.Type(s.Ann.ID, s.here(), "/ticket new") }, s.here(), ""},
		{"press", func() error { return press(s.here(), "public") }, s.here(), root.ID},
		{"private", func() error { return press(s.here(), "private") }, s.here(), ""},
		{"direct", func() error { return press(s.direct(s.Ann), "direct") }, s.direct(s.Ann), ""},
	} {
		s.opens(f, chat.Reply{Message: tell("opened by " + c.what)})
		s.hears()
		s.did(c.act())
		before := s.one()
		open := s.form(s.Ann)
		s.diff(c.what+": what stands there", initial(f), open.stands())
		for i, x := range open.Fields {
			if want := f.Fields[i]; open.Title != f.Title || x.Name != want.Name || x.Label != want.Label || x.Required != want.Required || x.Error != "" {
				s.Errorf("%s: field %+v, want %+v", c.what, x, want)
			}
		}
		if got := open.Fields[2].Options; len(got) != 2 || got[0] != f.Fields[2].Options[0] {
			s.Errorf("%s: options %+v", c.what, got)
		}
		if _, open := s.Form(s.Ben.ID); open {
			s.Errorf("%s: the form is open for somebody else", c.what)
		}
		s.did(s.Submit(s.Ann.ID, nil))
		in := s.one()
		if in.Kind != chat.Submit || in.Token != f.Token || in.Platform != s.Platform.Name() || in.Key == "" || in.Key == before.Key || keys[in.Key] {
			s.Errorf("%s: heard %+v", c.what, in)
		}
		keys[in.Key] = true
		s.diff(c.what+": from", s.Ann, in.From)
		s.diff(c.what+": values", initial(f), in.Values)
		if in.Place.Channel != before.Place.Channel || c.on != "" && in.Message.ID != c.on {
			s.Errorf("%s: submitted at %+v on %+v, opened at %+v", c.what, in.Place, in.Message, before.Place)
		}
		if _, open := s.Form(s.Ann.ID); open {
			s.Errorf("%s: the form is still open", c.what)
		}
		s.sees(s.Ann, c.in, "opened by "+c.what)
		s.seesNot(s.Ben, s.here(), "opened by "+c.what)
	}
}

func formFilled(s *stage) {
	for _, c := range []struct {
		name   string
		filled map[string]string
	}{
		{"over what stood there", map[string]string{"summary": "Toner", "description": "a\nb", "kind": "request", "hours": "0.25", "members": "<@" + s.Ben.ID + ">"}},
		{"emptied", map[string]string{"description": "", "hours": "", "members": ""}},
	} {
		f := s.everyField()
		s.opens(f, chat.Reply{Message: say("done " + c.name)})
		s.did(s.Type(s.Ann.ID, s.here(), "/ticket new"))
		s.hears()
		s.did(s.Submit(s.Ann.ID, c.filled))
		want := initial(f)
		maps.Copy(want, c.filled)
		s.diff(c.name, want, s.one().Values)
		s.sees(s.Ben, s.here(), "done "+c.name)
	}
	// What nothing stands in, a channel among it.
	empty := &chat.Form{Token: "e", Title: "Channel", Fields: []chat.Field{
		{Name: "line", Label: "Line", Kind: chat.Line}, {Name: "kind", Label: "Kind", Kind: chat.Choice, Options: []chat.Option{{Value: "a", Label: "A"}}},
		{Name: "hours", Label: "Hours", Kind: chat.Number}, {Name: "where", Label: "Where", Kind: chat.Channel}, {Name: "who", Label: "Who", Kind: chat.People}}}
	for _, filled := range []map[string]string{{"line": "x", "kind": "a", "hours": "3", "where": "<#" + s.Channel + ">", "who": "<@" + s.Ann.ID + ">"}, {}} {
		s.opens(empty, chat.Reply{Message: tell("done")})
		s.did(s.Type(s.Ann.ID, s.here(), "/ticket new"))
		s.hears()
		s.did(s.Submit(s.Ann.ID, filled))
		got := s.one().Values
		for _, x := range empty.Fields {
			if got[x.Name] != filled[x.Name] {
				s.Errorf("%s is %q, want %q", x.Name, got[x.Name], filled[x.Name])
			}
		}
	}
}

// formRefused: one stays where one was, with what one typed and what is wrong.
func formRefused(s *stage) {
	f := s.everyField()
	s.opens(f, chat.Reply{Errors: map[string]string{"summary": "Say what is broken, please.", "hours": "At most a day."}})
	s.did(s.Type(s.Ann.ID, s.here(), "/ticket new"))
	typed := map[string]string{"summary": "bad", "hours": "99", "description": "typed with care"}
	s.did(s.Submit(s.Ann.ID, typed))
	want := initial(f)
	maps.Copy(want, typed)
	open := s.form(s.Ann)
	s.diff("what stands there", want, open.stands())
	for _, x := range open.Fields {
		if want := map[string]string{"summary": "Say what is broken, please.", "hours": "At most a day."}[x.Name]; x.Error != want {
			s.Errorf("under %s stands %q, want %q", x.Name, x.Error, want)
		}
	}
	s.hears()
	s.opens(f, chat.Reply{Message: tell("done")})
	s.did(s.Submit(s.Ann.ID, map[string]string{"summary": "good"}))
	want["summary"] = "good"
	s.diff("mended", want, s.one().Values)
	if _, open := s.Form(s.Ann.ID); open {
		s.Error("the form is still open")
	}
	s.sees(s.Ann, s.here(), "done")
}

// formNo: a no is read, and its button works.
func formNo(s *stage) {
	f := &chat.Form{Token: "f", Title: "A form", Fields: []chat.Field{{Name: "text", Label: "Text", Kind: chat.Line}}}
	no := card("Only intake opens tickets.", chat.Action{Token: "hand", Label: "Hand to intake"})
	no.Private = true
	s.opens(f, chat.Reply{Message: no, Refusal: &chat.Refusal{Rule: "intake-only", Text: "Only intake opens tickets."}})
	s.did(s.Type(s.Ann.ID, s.here(), "/ticket new"))
	s.did(s.Submit(s.Ann.ID, map[string]string{"text": "x"}))
	m := s.sees(s.Ann, s.here(), "Only intake")
	s.seesNot(s.Ben, s.here(), "Only intake")
	s.hears()
	s.answersWith(chat.Reply{Message: tell("handed over")})
	s.did(s.Press(s.Ann.ID, m, s.button(m, "Hand to intake"), ""))
	if in := s.one(); in.Kind != chat.Press || in.Token != "hand" {
		s.Errorf("heard %+v", in)
	}
	s.sees(s.Ann, s.here(), "handed over")
}

// formNext: the next form is there at once, or behind the message's button.
func formNext(s *stage) {
	first := &chat.Form{Token: "one", Title: "First", Fields: []chat.Field{{Name: "type", Label: "Type", Kind: chat.Line}}}
	second := &chat.Form{Token: "two", Title: "Second", Fields: []chat.Field{{Name: "item", Label: "Item", Kind: chat.Line, Value: "Toner"}}}
	more := card("One more question.", chat.Action{Token: "next", Label: "Go on"})
	more.Private = true
	s.answers(func(in chat.Interaction) chat.Reply {
		switch {
		case in.Kind == chat.Command:
			return chat.Reply{Form: first}
		case in.Kind == chat.Press && in.Token == "next":
			return chat.Reply{Form: second}
		case in.Token == "one":
			return chat.Reply{Next: second, Message: more}
		}
		return chat.Reply{Message: tell("all said: " + in.Values["item"])}
	})
	s.did(s.Type(s.Ann.ID, s.here(), "/ticket new"))
	s.did(s.Submit(s.Ann.ID, map[string]string{"type": "Printer"}))
	if f, open := s.Form(s.Ann.ID); !open || f.Title != "Second" {
		m := s.sees(s.Ann, s.here(), "One more question.")
		s.did(s.Press(s.Ann.ID, m, s.button(m, "Go on"), ""))
	}
	f := s.form(s.Ann)
	if f.Title != "Second" || len(f.Fields) != 1 || f.Fields[0].Value != "Toner" {
		s.Fatalf("the next form is %+v", f)
	}
	s.hears()
	s.did(s.Submit(s.Ann.ID, map[string]string{"item": "Drum"}))
	if in := s.one(); in.Token != "two" || in.Values["item"] != "Drum" || in.Place.Channel != s.Channel {
		s.Errorf("heard %+v", in)
	}
	s.sees(s.Ann, s.here(), "all said: Drum")
	s.seesNot(s.Ben, s.here(), "all said")
}
