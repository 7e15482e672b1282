package chattest

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"deskbell.dev/deskbell/internal/chat"
)

func posts(s *stage) {
	root := s.post(s.here(), *say("one for all"))
	if root.Place.Channel != s.Channel || root.Place.Thread != "" || root.ID == "" {
		s.Errorf("posted at %+v", root)
	}
	thread := chat.Place{Channel: s.Channel, Thread: root.ID}
	under := s.post(thread, *say("one below"))
	for _, who := range []chat.User{s.Ann, s.Ben, s.Zoe} {
		if m := s.sees(who, s.here(), "one for all"); m.Ref.ID != root.ID || m.Ref.Place.Thread != "" || m.Private {
			s.Errorf("%s sees %+v", who.Handle, m)
		}
		if m := s.sees(who, s.here(), "one below"); m.Ref.ID != under.ID || m.Ref.Place.Thread != root.ID {
			s.Errorf("in the thread %s sees %+v", who.Handle, m)
		}
	}
	direct := s.post(s.direct(s.Ann), *say("only for Ann"))
	if direct.Place.Channel == "" || direct.Place.Channel == s.Channel {
		s.Errorf("a direct message stands at %+v", direct.Place)
	}
	s.sees(s.Ann, s.direct(s.Ann), "only for Ann")
	s.seesNot(s.Ben, s.direct(s.Ben), "only for Ann")
	s.seesNot(s.Ann, s.here(), "only for Ann")
	// The place that a reference names is one to post into.
	s.post(direct.Place, *say("and another"))
	s.sees(s.Ann, s.direct(s.Ann), "and another")
	if got := s.See(s.Ann.ID, s.direct(s.Ann)); len(got) != 2 || !strings.Contains(got[0].Text, "only for Ann") {
		s.Errorf("not in order: %+v", got)
	}
}

func postAgain(s *stage) {
	// Long enough ago that nothing of it is still on its way.
	tried := time.Now().Add(-2 * time.Minute)
	root := s.post(s.here(), *say("root"))
	for what, at := range map[string]chat.Place{"once in the channel": s.here(), "once in a thread": {Channel: s.Channel, Thread: root.ID}, "once to Ann": s.direct(s.Ann)} {
		key := s.key()
		first, err := s.Platform.Post(s.ctx, at, *say(what), key, time.Time{})
		s.did(err)
		second, err := s.Platform.Post(s.ctx, at, *say(what), key, tried)
		s.did(err)
		s.diff(what, first, second)
		in := s.here()
		if at.User != "" {
			in = at
		}
		s.sees(s.Ann, in, what)
	}
	// One that was begun and never arrived is posted now.
	if _, err := s.Platform.Post(s.ctx, s.here(), *say("never arrived"), s.key(), tried); err != nil {
		s.Error(err)
	}
	s.sees(s.Ann, s.here(), "never arrived")
	// Two keys are two messages, whatever they say.
	s.post(s.here(), *say("twin"))
	s.post(s.here(), *say("twin"))
	if n := len(s.all(s.Ann, s.here(), "twin")); n != 2 {
		s.Errorf("two posts are %d messages", n)
	}
}

// dot is the smallest picture.
func dot(s *stage) []byte {
	var b bytes.Buffer
	s.did(png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))))
	return b.Bytes()
}

// pictures: a picture stands in the message that it is posted with; in an answer
// to one person it may be words instead.
func pictures(s *stage) {
	m := card("with a picture", chat.Action{Token: "x", Label: "X"})
	m.Card.Image = &chat.Image{Name: "dot.png", PNG: dot(s), Alt: "one grey dot"}
	root := s.post(s.here(), *say("root"))
	key := s.key()
	for what, at := range map[string]chat.Place{"in a thread": {Channel: s.Channel, Thread: root.ID}, "to Ann": s.direct(s.Ann)} {
		_, err := s.Platform.Post(s.ctx, at, *m, key+what, time.Time{})
		s.did(err)
		in := s.here()
		if at.User != "" {
			in = at
		}
		if got := s.sees(s.Ann, in, "with a picture"); !slices.Equal(got.Pictures, []string{"one grey dot"}) || len(got.Buttons) != 1 {
			s.Errorf("%s: %+v", what, got)
		}
	}
	private := *m
	private.Private = true
	private.Card = &chat.Card{Title: chat.Say("only words"), Image: m.Card.Image}
	s.answersWith(chat.Reply{Message: &private})
	s.did(s.Type(s.Ann.ID, s.here(), "/ticket report"))
	if got := s.sees(s.Ann, s.here(), "only words"); !strings.Contains(got.Text+strings.Join(got.Pictures, ""), "one grey dot") {
		s.Errorf("the answer says %+v", got)
	}
}

func postNowhere(s *stage) {
	elsewhere := s.post(s.direct(s.Ann), *say("not of the channel"))
	for what, at := range map[string]chat.Place{
		"an unknown channel":        {Channel: s.Absent.Channel},
		"an unknown thread":         {Channel: s.Channel, Thread: s.Absent.Message},
		"a thread of another place": {Channel: s.Channel, Thread: elsewhere.ID},
		"an unknown person":         {User: s.Absent.User},
	} {
		ref, err := s.Platform.Post(s.ctx, at, *say("lost"), s.key(), time.Time{})
		var t *chat.Trouble
		if mend := at.Thread == "" && errors.As(err, &t) && t.Fix != ""; !errors.Is(err, chat.ErrGone) && !mend {
			s.Errorf("posted to %s: %+v, %v", what, ref, err)
		}
	}
	s.seesNot(s.Ann, s.here(), "lost")
}

func edits(s *stage) {
	root := s.post(s.here(), *card("before", chat.Action{Token: "old", Label: "Old"}))
	under := s.post(chat.Place{Channel: s.Channel, Thread: root.ID}, *say("below before"))
	direct := s.post(s.direct(s.Ann), *say("direct before"))
	for _, e := range []struct {
		ref chat.MessageRef
		m   *chat.Message
		in  chat.Place
	}{{root, card("after", chat.Action{Token: "new", Label: "New"}), s.here()}, {under, say("below it now"), s.here()}, {direct, say("direct now"), s.direct(s.Ann)}} {
		s.did(s.Platform.Edit(s.ctx, e.ref, *e.m))
	}
	for _, who := range []chat.User{s.Ann, s.Ben} {
		m := s.sees(who, s.here(), "after")
		if m.Ref.ID != root.ID || len(m.Buttons) != 1 || m.Buttons[0].Label != "New" {
			s.Errorf("edited: %+v", m)
		}
		if m := s.sees(who, s.here(), "below it now"); m.Ref.ID != under.ID || m.Ref.Place.Thread != root.ID {
			s.Errorf("edited in the thread: %+v", m)
		}
		s.seesNot(who, s.here(), "before")
	}
	s.sees(s.Ann, s.direct(s.Ann), "direct now")
	// The same again is as good.
	s.did(s.Platform.Edit(s.ctx, direct, *say("direct now")))
	if n := len(s.See(s.Ann.ID, s.direct(s.Ann))); n != 1 {
		s.Errorf("an edit made it %d messages", n)
	}
	gone := chat.MessageRef{Place: s.here(), ID: s.Absent.Message}
	if err := s.Platform.Edit(s.ctx, gone, *say("lost")); !errors.Is(err, chat.ErrGone) {
		s.Errorf("an edit of what never was: %v", err)
	}
}

func editDeleted(s *stage) {
	for _, at := range []chat.Place{s.here(), s.direct(s.Ann)} {
		ref := s.post(at, *say("soon gone"))
		s.did(s.Delete(ref))
		if err := s.Platform.Edit(s.ctx, ref, *say("lost")); !errors.Is(err, chat.ErrGone) {
			s.Errorf("an edit of a deleted message: %v", err)
		}
		s.seesNot(s.Ann, at, "lost")
	}
}

func find(s *stage) {
	for _, who := range []chat.User{s.Ann, s.Ben} {
		for _, word := range []string{"<@" + who.ID + ">", "<@" + who.ID + "|" + who.Handle + ">", who.Handle, "@" + who.Handle, strings.ToUpper(who.Handle), " " + who.Handle + " ", who.Name, strings.ToUpper(who.Name)} {
			got, err := s.Platform.Find(s.ctx, word)
			if err != nil {
				s.Errorf("%q: %v", word, err)
			}
			s.diff(word, who, got)
		}
	}
	for _, word := range []string{"", " ", "@", "<@>", "nobody at all", s.Ann.Handle[:2], "<@" + s.Absent.User + ">", s.Ann.Name[:2]} {
		if got, err := s.Platform.Find(s.ctx, word); !errors.Is(err, chat.ErrUnknown) {
			s.Errorf("%q is %+v, %v", word, got, err)
		}
	}
}

func channels(s *stage) {
	for _, word := range []string{s.Channel, s.Named} {
		if got, err := s.Platform.Channel(s.ctx, word); got != s.Channel || err != nil {
			s.Errorf("%q is %q, %v", word, got, err)
		}
	}
	for _, word := range []string{"", s.Absent.Channel, "nowhere"} {
		if got, err := s.Platform.Channel(s.ctx, word); !errors.Is(err, chat.ErrUnknown) {
			s.Errorf("%q is %q, %v", word, got, err)
		}
	}
}

const mark = "… (cut)" // as chat.Cut has it

// cut is over each limit, alone and together.
func cut(s *stage) {
	l := s.Platform.Limits()
	long := func(n int) chat.Text { return chat.Say(strings.Repeat("ä", n)) }
	many := make([]chat.Action, l.Actions+3)
	for i := range many {
		many[i] = chat.Action{Token: "t" + strings.Repeat("x", i), Label: strings.Repeat("L", l.Label+1)}
	}
	menu := chat.Action{Token: "menu", Label: "More", Options: make([]chat.Option, l.Options+1)}
	for i := range menu.Options {
		menu.Options[i] = chat.Option{Value: "v" + strings.Repeat("y", i%60) + string(rune('a'+i%26)), Label: "Option"}
	}
	rows := make([]chat.Row, l.Rows+1)
	for i := range rows {
		rows[i] = chat.Row{Text: chat.Say("a row"), Actions: []chat.Action{{Token: "r" + strings.Repeat("z", i), Label: "Open"}}}
	}
	for what, m := range map[string]chat.Message{
		"text":      {Text: long(l.Text + 1)},
		"title":     {Card: &chat.Card{Title: long(l.Title + 1)}},
		"card text": {Card: &chat.Card{Title: chat.Say("T"), Text: long(l.Text + 1)}},
		"field":     {Card: &chat.Card{Title: chat.Say("T"), Fields: []chat.CardField{{Name: "F", Value: long(l.Field + 1)}}}},
		"buttons":   {Card: &chat.Card{Title: chat.Say("T" + mark), Actions: many}},
		"options":   {Card: &chat.Card{Title: chat.Say("T" + mark), Actions: []chat.Action{menu}}},
		"rows":      {Card: &chat.Card{Title: chat.Say("T" + mark), Rows: rows}},
		"40,000":    {Text: long(40_000)},
		"all": {Text: long(l.Text + 1), Card: &chat.Card{Title: long(l.Title + 1), Text: long(l.Text + 1), Actions: many,
			Fields: []chat.CardField{{Name: "F", Value: long(l.Field + 1)}, {Name: "G", Value: long(l.Field + 1)}}, Rows: rows}},
	} {
		ref := s.post(s.here(), m)
		i := slices.IndexFunc(s.See(s.Ann.ID, s.here()), func(x Seen) bool { return x.Ref.ID == ref.ID })
		if i < 0 {
			s.Errorf("%s: not to be seen", what)
			continue
		}
		got := s.See(s.Ann.ID, s.here())[i]
		if !strings.Contains(got.Text, mark) {
			s.Errorf("%s: cut without saying so: %d runes", what, utf8.RuneCountInString(got.Text))
		}
		wanted := 0
		if m.Card != nil {
			wanted = min(len(m.Card.Actions), l.Actions) + min(len(m.Card.Rows), l.Rows)
		}
		if len(got.Buttons) != wanted {
			s.Errorf("%s: %d buttons, want %d", what, len(got.Buttons), wanted)
		}
		for _, b := range got.Buttons {
			if utf8.RuneCountInString(b.Label) > l.Label || len(b.Options) > l.Options {
				s.Errorf("%s: a button of %d runes, %d options", what, len(b.Label), len(b.Options))
			}
		}
	}
}

// cutTotal: the words give way to what can be pressed, and each part still says
// something.
func cutTotal(s *stage) {
	l := s.Platform.Limits()
	m := chat.Message{Card: &chat.Card{Title: chat.Say("T-42 Printer"), Text: chat.Say(strings.Repeat("word ", l.Text/5)),
		Actions: []chat.Action{{Token: "start", Label: "Start"}}}}
	for range 10 {
		m.Card.Fields = append(m.Card.Fields, chat.CardField{Name: "Field", Value: chat.Say(strings.Repeat("value ", l.Field/6))})
	}
	s.post(s.here(), m)
	got := s.sees(s.Ann, s.here(), "T-42 Printer")
	s.button(got, "Start")
	if n := strings.Count(got.Text, "value"); n < 10 || strings.Count(got.Text, "word") == 0 {
		s.Errorf("%d words of ten fields are left", n)
	}
}
