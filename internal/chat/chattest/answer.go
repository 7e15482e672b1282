package chattest

import (
	"fmt"
	"strings"
	"sync"

	"deskbell.dev/deskbell/internal/chat"
)

func commands(s *stage) {
	s.answersWith(chat.Reply{Message: tell("heard")})
	keys := map[string]bool{}
	for _, c := range []struct {
		who chat.User
		in  chat.Place
	}{{s.Ann, s.here()}, {s.Ben, s.here()}, {s.Ann, s.direct(s.Ann)}, {s.Ann, s.here()}} {
		const words = `/ticket new "it's" 100% <b> & T-42 ünï — 🙂`
		s.did(s.Type(c.who.ID, c.in, words))
		in := s.one()
		if in.Kind != chat.Command || in.Text != words || in.Platform != s.Platform.Name() || in.Key == "" || in.Message != (chat.MessageRef{}) {
			s.Errorf("heard %+v", in)
		}
		s.diff("from", c.who, in.From)
		if direct := c.in.User != ""; direct && in.Place.User != c.who.ID || !direct && in.Place.Channel != s.Channel || in.Place.Thread != "" {
			s.Errorf("from %+v", in.Place)
		}
		if keys[in.Key] {
			s.Errorf("the key %q came before", in.Key)
		}
		keys[in.Key] = true
	}
}

func privateAnswers(s *stage) {
	s.answersWith(chat.Reply{Message: tell("between us")})
	s.did(s.Type(s.Ann.ID, s.here(), "/ticket"))
	if m := s.sees(s.Ann, s.here(), "between us"); !m.Private {
		s.Errorf("not private: %+v", m)
	}
	s.seesNot(s.Ben, s.here(), "between us")
	// A refusal is as private as what it comes with.
	s.answersWith(chat.Reply{Message: tell("not you"), Refusal: &chat.Refusal{Rule: "intake-only", Text: "not you"}})
	s.did(s.Type(s.Ben.ID, s.here(), "/ticket new"))
	s.sees(s.Ben, s.here(), "not you")
	s.seesNot(s.Ann, s.here(), "not you")
	// To Deskbell directly there is nobody else.
	s.answersWith(chat.Reply{Message: tell("said directly")})
	s.did(s.Type(s.Ann.ID, s.direct(s.Ann), "/ticket"))
	s.sees(s.Ann, s.direct(s.Ann), "said directly")
	s.seesNot(s.Ben, s.here(), "said directly")
}

func publicAnswers(s *stage) {
	s.answersWith(chat.Reply{Message: say("for everybody")})
	s.did(s.Type(s.Ann.ID, s.here(), "/ticket"))
	for _, who := range []chat.User{s.Ann, s.Ben} {
		if m := s.sees(who, s.here(), "for everybody"); m.Private {
			s.Errorf("private to %s: %+v", who.Handle, m)
		}
	}
}

// presses come with what they were pressed on, in a channel, a thread, a direct
// message and a private answer.
func presses(s *stage) {
	with := func(text string) chat.Message {
		m := card(text, chat.Action{Token: "start", Verb: "start", Ticket: 42, Label: "Start", Style: chat.Primary, Value: "now"},
			chat.Action{Token: "more", Label: "More", Options: []chat.Option{{Value: "claim", Label: "Claim"}, {Value: "put back", Label: "Put back…"}}})
		m.Card.Rows = []chat.Row{{Text: chat.Say("a row"), Actions: []chat.Action{{Token: "row", Label: "Open", Value: "7"}}}}
		return *m
	}
	root := s.post(s.here(), with("in the channel"))
	under := s.post(chat.Place{Channel: s.Channel, Thread: root.ID}, with("in the thread"))
	direct := s.post(s.direct(s.Ann), with("to Ann"))
	private := with("private to Ann")
	private.Private = true
	s.answersWith(chat.Reply{Message: &private})
	s.did(s.Type(s.Ann.ID, s.here(), "/ticket 42"))
	s.hears()
	s.answersWith(chat.Reply{Message: tell("pressed")})
	keys := map[string]bool{}
	for _, c := range []struct {
		text string
		in   chat.Place
		ref  chat.MessageRef // ID is "" where only the platform knows it
	}{{"in the channel", s.here(), root}, {"in the thread", s.here(), under}, {"to Ann", s.direct(s.Ann), direct}, {"private to Ann", s.here(), chat.MessageRef{Place: s.here()}}} {
		m := s.sees(s.Ann, c.in, c.text)
		if b := s.button(m, "Start"); b.Style != chat.Primary {
			s.Errorf("%s: the button is %+v", c.text, b)
		}
		s.diff("options", []chat.Option{{Value: "claim", Label: "Claim"}, {Value: "put back", Label: "Put back…"}}, s.button(m, "menu").Options)
		for _, b := range []struct{ label, choose, token, value string }{{"Start", "", "start", "now"}, {"menu", "put back", "more", "put back"}, {"Open", "", "row", "7"}} {
			s.did(s.Press(s.Ann.ID, m, s.button(m, b.label), b.choose))
			in := s.one()
			if in.Kind != chat.Press || in.Token != b.token || in.Value != b.value || in.Platform != s.Platform.Name() || in.Key == "" || keys[in.Key] {
				s.Errorf("%s: heard %+v", c.text, in)
			}
			keys[in.Key] = true
			s.diff("from", s.Ann, in.From)
			if in.Message.ID == "" || c.ref.ID != "" && in.Message.ID != c.ref.ID || in.Place.Channel != c.ref.Place.Channel || in.Place.Thread != c.ref.Place.Thread {
				s.Errorf("%s: pressed at %+v on %+v, want %+v", c.text, in.Place, in.Message, c.ref)
			}
		}
	}
	if n := len(s.all(s.Ann, s.here(), "pressed")) + len(s.all(s.Ann, s.direct(s.Ann), "pressed")); n != len(keys) {
		s.Errorf("%d presses have %d answers", len(keys), n)
	}
	s.seesNot(s.Ben, s.here(), "pressed")
}

func pressEdits(s *stage) {
	act := chat.Action{Token: "start", Label: "Start"}
	root := s.post(s.here(), *card("approved", act))
	s.answersWith(chat.Reply{Message: card("in progress", act), Edit: true})
	s.did(s.Press(s.Ann.ID, s.sees(s.Ann, s.here(), "approved"), s.button(s.sees(s.Ann, s.here(), "approved"), "Start"), ""))
	for _, who := range []chat.User{s.Ann, s.Ben} {
		if m := s.sees(who, s.here(), "in progress"); m.Ref.ID != root.ID || m.Private {
			s.Errorf("%s sees %+v", who.Handle, m)
		}
		s.seesNot(who, s.here(), "approved")
	}
	secret := tell("for Ann's eyes")
	s.answersWith(chat.Reply{Message: secret, Edit: true})
	m := s.sees(s.Ann, s.here(), "in progress")
	s.did(s.Press(s.Ann.ID, m, s.button(m, "Start"), ""))
	s.seesNot(s.Ben, s.here(), "for Ann's eyes")
	s.sees(s.Ann, s.here(), "for Ann's eyes")
	s.sees(s.Ben, s.here(), "in progress")
	// What one person sees stays theirs, whatever replaces it.
	private := card("mine", act)
	private.Private = true
	s.answersWith(chat.Reply{Message: private})
	s.did(s.Type(s.Ann.ID, s.here(), "/ticket 42"))
	for n, text := range []string{"still mine", "mine for good"} {
		s.answersWith(chat.Reply{Message: card(text, act), Edit: true})
		before := s.sees(s.Ann, s.here(), "mine")
		s.did(s.Press(s.Ann.ID, before, s.button(before, "Start"), ""))
		if m := s.sees(s.Ann, s.here(), "mine"); !m.Private || !strings.Contains(m.Text, text) {
			s.Errorf("edit %d: %+v", n, m)
		}
		s.seesNot(s.Ben, s.here(), "mine")
	}
}

// tokens use every character that one may have, up to the longest. What a button
// says beside its token is short; what a menu's choice says may be a name.
func tokens(s *stage) {
	const all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	var as []chat.Action
	for _, t := range []string{all + all[:chat.MaxToken-len(all)], "a;42;7", "a"} {
		as = append(as, chat.Action{Token: t, Label: "B" + fmt.Sprint(len(as)), Value: "urgent/2: a"}, chat.Action{Token: t + "~"[:min(1, chat.MaxToken-len(t))], Label: "M" + fmt.Sprint(len(as)),
			Options: []chat.Option{{Value: all[:60], Label: "L"}, {Value: "urgent/2: a b", Label: "U"}}})
	}
	for _, a := range as {
		s.post(s.here(), *card(a.Label+" here", a))
		m := s.sees(s.Ann, s.here(), a.Label+" here")
		choices := a.Options
		if len(choices) == 0 {
			choices = []chat.Option{{}}
		}
		for _, o := range choices {
			s.did(s.Press(s.Ann.ID, m, m.Buttons[0], o.Value))
			if in := s.one(); in.Token != a.Token || in.Value != a.Value+o.Value {
				s.Errorf("%q %q came back as %q %q", a.Token, a.Value+o.Value, in.Token, in.Value)
			}
		}
	}
	// Two buttons of one token are told apart by their values.
	s.post(s.here(), *card("twins", chat.Action{Token: "p", Label: "Low", Value: "low"}, chat.Action{Token: "p", Label: "High", Value: "high"}))
	m := s.sees(s.Ann, s.here(), "twins")
	for label, value := range map[string]string{"Low": "low", "High": "high"} {
		s.did(s.Press(s.Ann.ID, m, s.button(m, label), ""))
		if in := s.one(); in.Token != "p" || in.Value != value {
			s.Errorf("%s came back as %q %q", label, in.Token, in.Value)
		}
	}
	form := chat.Form{Token: as[0].Token, Title: "Token", Fields: []chat.Field{{Name: "text", Label: "Text", Kind: chat.Line}}}
	s.answers(func(in chat.Interaction) chat.Reply {
		if in.Kind == chat.Submit {
			return chat.Reply{Message: tell("done")}
		}
		return chat.Reply{Form: &form}
	})
	s.did(s.Type(s.Ann.ID, s.here(), "/ticket new"))
	s.did(s.Submit(s.Ann.ID, nil))
	if all := s.hears(); len(all) != 2 || all[1].Token != form.Token {
		s.Errorf("a form's token came back in %+v", all)
	}
}

func strangers(s *stage) {
	s.post(s.here(), *card("a card", chat.Action{Token: "start", Label: "Start"}))
	s.answersWith(chat.Reply{Message: tell("not for you")})
	s.did(s.Type(s.Zoe.ID, s.here(), "/ticket"))
	s.diff("who types", s.Zoe, s.one().From)
	m := s.sees(s.Zoe, s.here(), "a card")
	s.did(s.Press(s.Zoe.ID, m, s.button(m, "Start"), ""))
	s.diff("who presses", s.Zoe, s.one().From)
	if s.Zoe.Outside == "" || s.Ann.Outside != "" {
		s.Errorf("the rig's people: %+v %+v", s.Zoe, s.Ann)
	}
}

// again: what comes twice is known by its key, if it reaches the handler at all.
func again(s *stage) {
	s.post(s.here(), *card("a card", chat.Action{Token: "start", Label: "Start"}))
	m := s.sees(s.Ann, s.here(), "a card")
	form := chat.Form{Token: "f", Title: "A form", Fields: []chat.Field{{Name: "text", Label: "Text", Kind: chat.Line}}}
	seen := map[string]bool{}
	for what, act := range map[string]func() error{
		"command": func() error { return s.Type(s.Ann.ID, s.here(), "/ticket") },
		"press":   func() error { return s.Press(s.Ann.ID, m, s.button(m, "Start"), "") },
		"submit":  func() error { return s.Submit(s.Ann.ID, map[string]string{"text": "once"}) },
	} {
		if what == "submit" {
			s.answersWith(chat.Reply{Form: &form})
			s.did(s.Type(s.Ann.ID, s.here(), "/ticket new"))
		}
		s.hears()
		s.answersWith(chat.Reply{Message: tell("answered")})
		s.did(s.Twice(act))
		all := s.hears()
		if len(all) == 0 || len(all) > 2 || all[0].Key == "" || seen[all[0].Key] {
			s.Errorf("%s: heard %+v", what, all)
			continue
		}
		seen[all[0].Key] = true
		s.diff(what+" again", all[0], all[len(all)-1])
	}
}

func atOnce(s *stage) {
	s.post(s.here(), *card("a card", chat.Action{Token: "start", Label: "Start"}))
	s.answers(func(in chat.Interaction) chat.Reply {
		return chat.Reply{Message: tell("for " + in.From.Handle + ", who did " + string(in.Kind) + ".")}
	})
	const each = 8
	var both sync.WaitGroup
	for _, who := range []chat.User{s.Ann, s.Ben} {
		m := s.sees(who, s.here(), "a card")
		b := s.button(m, "Start")
		both.Go(func() {
			for range each {
				if err := s.Press(who.ID, m, b, ""); err != nil {
					s.Error(err)
				}
				if err := s.Type(who.ID, s.here(), "/ticket"); err != nil {
					s.Error(err)
				}
			}
		})
	}
	both.Wait()
	keys := map[string]bool{}
	for _, in := range s.hears() {
		keys[in.Key] = true
	}
	if len(keys) != 4*each {
		s.Errorf("%d acts have %d keys", 4*each, len(keys))
	}
	for _, who := range []chat.User{s.Ann, s.Ben} {
		for _, kind := range []chat.Kind{chat.Press, chat.Command} {
			if n := len(s.all(who, s.here(), "for "+who.Handle+", who did "+string(kind))); n != each {
				s.Errorf("%s sees %d answers to %d times %s", who.Handle, n, each, kind)
			}
		}
	}
	s.seesNot(s.Ann, s.here(), "for "+s.Ben.Handle)
	s.seesNot(s.Ben, s.here(), "for "+s.Ann.Handle)
}
