package chattest

import (
	"deskbell.dev/deskbell/internal/chat"
)

// panics: the person is told that it went wrong, and everything else goes on.
func panics(s *stage) {
	act := chat.Action{Token: "start", Label: "Start"}
	s.post(s.here(), *card("a card", act))
	f := &chat.Form{Token: "f", Title: "A form", Fields: []chat.Field{{Name: "text", Label: "Text", Kind: chat.Line}}}
	for what, do := range map[string]func() error{
		"command": func() error { return s.Type(s.Ann.ID, s.here(), "/ticket") },
		"press": func() error {
			m := s.sees(s.Ann, s.here(), "a card")
			return s.Press(s.Ann.ID, m, s.button(m, "Start"), "")
		},
		"submit": func() error { return s.Submit(s.Ann.ID, nil) },
	} {
		if what == "submit" {
			s.answersWith(chat.Reply{Form: f})
			s.did(s.Type(s.Ann.ID, s.here(), "/ticket new"))
		}
		before := len(s.See(s.Ann.ID, s.here()))
		s.answers(func(chat.Interaction) chat.Reply { panic("the test's " + what) })
		if err := do(); err == nil && len(s.See(s.Ann.ID, s.here())) == before {
			s.Errorf("%s: nothing was said", what)
		}
		s.seesNot(s.Ann, s.here(), "the test's "+what)
		s.answersWith(chat.Reply{Message: tell("well after " + what)})
		s.did(s.Type(s.Ann.ID, s.here(), "/ticket"))
		s.sees(s.Ann, s.here(), "well after "+what)
	}
}

// silence: an empty answer shows nothing and breaks nothing.
func silence(s *stage) {
	s.post(s.here(), *card("a card", chat.Action{Token: "start", Label: "Start"}))
	f := &chat.Form{Token: "f", Title: "A form", Fields: []chat.Field{{Name: "text", Label: "Text", Kind: chat.Line}}}
	s.opens(f, chat.Reply{})
	s.did(s.Type(s.Ann.ID, s.here(), "/ticket new"))
	s.did(s.Submit(s.Ann.ID, nil))
	if _, open := s.Form(s.Ann.ID); open {
		s.Error("the form is still open")
	}
	s.answersWith(chat.Reply{})
	m := s.sees(s.Ann, s.here(), "a card")
	s.did(s.Press(s.Ann.ID, m, s.button(m, "Start"), ""))
	s.did(s.Type(s.Ann.ID, s.here(), "/ticket"))
	if n := len(s.See(s.Ann.ID, s.here())); n != 1 {
		s.Errorf("%d messages are to be seen", n)
	}
	// A message without anything in it is no reason to fall over either.
	s.answersWith(chat.Reply{Message: &chat.Message{Private: true}})
	s.did(s.Type(s.Ann.ID, s.here(), "/ticket"))
	s.answersWith(chat.Reply{Message: tell("still there")})
	s.did(s.Type(s.Ann.ID, s.here(), "/ticket"))
	s.sees(s.Ann, s.here(), "still there")
}
