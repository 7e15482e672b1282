package chattest

import (
	"strings"

	"deskbell.dev/deskbell/internal/chat"
)

// search looks for clients while one types, in a form that knows none.
func search(s *stage) {
	f := &chat.Form{Token: "f", Title: "A form", Fields: []chat.Field{{Name: "summary", Label: "Summary", Kind: chat.Line, Value: "typed"}, {Name: "client", Label: "Client", Kind: chat.Choice}}}
	var found []chat.Option
	s.answers(func(in chat.Interaction) chat.Reply {
		switch in.Kind {
		case chat.Search:
			return chat.Reply{Options: found}
		case chat.Submit:
			return chat.Reply{Message: tell("done")}
		}
		return chat.Reply{Form: f}
	})
	s.did(s.Type(s.Ann.ID, s.here(), "/ticket new"))
	s.hears()
	s.diff("nothing found", 0, len(s.Search(s.Ann.ID, "client", "zzz")))
	for n := range 150 {
		found = append(found, chat.Option{Value: "Client " + strings.Repeat("x", n%40), Label: "Client <" + strings.Repeat("x", n) + ">"})
	}
	if got := s.Search(s.Ann.ID, "client", "cli"); len(got) == 0 {
		s.Error("nothing is offered of much that was found")
	}
	s.hears()
	found = []chat.Option{{Value: "Acme Dental", Label: "Acme Dental"}, {Value: "Acme & Sons <1>", Label: "Acme & Sons <1>"}}
	s.diff("found", found, s.Search(s.Ann.ID, "client", "acme"))
	in := s.one()
	if in.Kind != chat.Search || in.Token != "f" || in.Field != "client" || in.Text != "acme" || in.Values["summary"] != "typed" {
		s.Errorf("heard %+v", in)
	}
	s.diff("from", s.Ann, in.From)
	s.did(s.Submit(s.Ann.ID, map[string]string{"client": "Acme & Sons <1>"}))
	s.diff("values", map[string]string{"summary": "typed", "client": "Acme & Sons <1>"}, s.one().Values)
}

// fill draws a form anew by what was chosen; what was typed stays.
func fill(s *stage) {
	f := func(of string) *chat.Form {
		all := &chat.Form{Token: "f", Title: "A form", Fields: []chat.Field{
			{Name: "type", Label: "Type", Kind: chat.Choice, Value: of, Options: []chat.Option{{Value: "hw", Label: "Hardware"}, {Value: "sw", Label: "Software"}}},
			{Name: "subtype", Label: "Subtype", Kind: chat.Choice, DependsOn: "type", Options: []chat.Option{{Value: "printer", Label: "Printer", Of: "hw"}, {Value: "mail", Label: "Mail", Of: "sw"}}},
			{Name: "summary", Label: "Summary", Kind: chat.Line}}}
		return all
	}
	s.answers(func(in chat.Interaction) chat.Reply {
		if in.Kind == chat.Submit {
			return chat.Reply{Message: tell("done")}
		}
		return chat.Reply{Form: f(in.Values["type"])}
	})
	s.did(s.Type(s.Ann.ID, s.here(), "/ticket new"))
	s.hears()
	for of, sub := range map[string]string{"hw": "printer", "sw": "mail"} {
		s.did(s.Choose(s.Ann.ID, "type", of))
		in := s.one()
		if in.Kind != chat.Fill || in.Token != "f" || in.Values["type"] != of || strings.Join(in.Fields, " ") != "type subtype summary" {
			s.Errorf("heard %+v", in)
		}
		open := s.form(s.Ann)
		if os := open.Fields[1].Options; len(os) != 1 || os[0].Value != sub || open.Fields[0].Value != of {
			s.Errorf("of %s there are %+v", of, open)
		}
	}
	sub := s.form(s.Ann).Fields[1].Options[0].Value
	s.did(s.Submit(s.Ann.ID, map[string]string{"subtype": sub, "summary": "typed"}))
	if in := s.one(); in.Values["subtype"] != sub || in.Values["summary"] != "typed" {
		s.Errorf("heard %+v", in)
	}
}

func home(s *stage) {
	s.answers(func(in chat.Interaction) chat.Reply {
		if in.Kind == chat.Home {
			return chat.Reply{Home: []chat.Card{{Title: chat.Say("My work")}, {Title: chat.Say("Queue of " + in.From.Handle), Actions: []chat.Action{{Token: "next", Label: "Next", Value: "1"}}}}}
		}
		return chat.Reply{Message: tell("started")}
	})
	page, err := s.Home(s.Ann.ID)
	s.did(err)
	in := s.hears()
	if len(in) != 1 || in[0].Kind != chat.Home || in[0].From != s.Ann || in[0].Place != s.direct(s.Ann) {
		s.Errorf("heard %+v", in)
	}
	if !strings.Contains(page.Text, "My work") || !strings.Contains(page.Text, "Queue of "+s.Ann.Handle) {
		s.Errorf("the page reads %q", page.Text)
	}
	s.did(s.Press(s.Ann.ID, page, s.button(page, "Next"), ""))
	if in := s.one(); in.Kind != chat.Press || in.Token != "next" || in.Value != "1" || in.From != s.Ann {
		s.Errorf("heard %+v", in)
	}
	s.sees(s.Ann, s.here(), "started")
}

// shortcuts on a message tell its words; they are answered by a form.
func shortcuts(s *stage) {
	ref := s.post(s.here(), *say("the client called & said <no>"))
	f := &chat.Form{Token: "hand", Title: "Hand to intake", Fields: []chat.Field{{Name: "text", Label: "Text", Kind: chat.Lines}}}
	for name, on := range map[string]chat.MessageRef{chat.HandOver: ref, chat.AddTo: ref, chat.NewRequest: {}} {
		s.opens(f, chat.Reply{Message: tell("handed by " + name)})
		s.did(s.Shortcut(s.Ann.ID, name, on))
		in := s.one()
		if in.Kind != chat.Shortcut || in.Text != name || in.From != s.Ann {
			s.Errorf("heard %+v", in)
		}
		if on.ID != "" && (len(in.Quoted) != 1 || !strings.Contains(in.Quoted[0].Text, "the client called & said <no>") || in.Quoted[0].Link == "" || in.Quoted[0].At.IsZero()) {
			s.Errorf("quoted %+v", in.Quoted)
		}
		s.did(s.Submit(s.Ann.ID, map[string]string{"text": "for " + name}))
		if in := s.one(); in.Kind != chat.Submit || in.Values["text"] != "for "+name {
			s.Errorf("heard %+v", in)
		}
		if n := len(s.all(s.Ann, s.here(), "handed by "+name)) + len(s.all(s.Ann, s.direct(s.Ann), "handed by "+name)); n != 1 {
			s.Errorf("%s has %d answers", name, n)
		}
	}
}

// said: words under a message of Deskbell come with where they stand, and so
// does what becomes of them.
func said(s *stage) {
	root := s.post(s.here(), *say("T-42"))
	const words = "it's the <b> toner & nothing else"
	ref, err := s.Write(s.Ann.ID, root, words)
	s.did(err)
	first := s.one()
	if first.Kind != chat.Said || first.Text != words || first.From != s.Ann || first.Message.ID != ref.ID || first.Place.Thread != root.ID || first.Place.Channel != s.Channel || first.Addressed {
		s.Errorf("heard %+v", first)
	}
	s.did(s.Rewrite(s.Ann.ID, ref, "the drum"))
	if in := s.one(); in.Kind != chat.Edited || in.Text != "the drum" || in.Message.ID != ref.ID || in.From != s.Ann || in.Place.Thread != root.ID || in.Key == first.Key {
		s.Errorf("heard %+v", in)
	}
	s.did(s.Unsay(s.Ann.ID, ref))
	if in := s.one(); in.Kind != chat.Deleted || in.Message.ID != ref.ID || in.From != s.Ann || in.Place.Thread != root.ID {
		s.Errorf("heard %+v", in)
	}
	// What is answered stands in the thread.
	s.answersWith(chat.Reply{Message: tell("noted")})
	if _, err := s.Write(s.Ann.ID, root, "one more"); err != nil {
		s.Error(err)
	}
	if m := s.sees(s.Ann, s.here(), "noted"); !m.Private || m.Ref.Place.Thread != root.ID {
		s.Errorf("answered at %+v", m)
	}
	s.seesNot(s.Ben, s.here(), "noted")
}

func leaves(s *stage) {
	s.did(s.Leave(s.Ben.ID))
	in := s.one()
	if in.Kind != chat.Left || in.From.ID != s.Ben.ID || in.From.Outside == "" {
		s.Errorf("heard %+v", in)
	}
	if u, err := s.Platform.Find(s.ctx, "<@"+s.Ben.ID+">"); err == nil && u.Outside == "" {
		s.Errorf("still a member: %+v", u)
	}
}
