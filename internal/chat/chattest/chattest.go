// Package chattest is the one suite that every chat platform passes: what
// package chat says that a platform does, tried from where the people sit. A
// platform supplies a Rig, in its own tests.
package chattest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"github.com/google/go-cmp/cmp"
)

// Run holds a platform to its contract. open gives a new one each time, which
// asks h, and closes it with the test.
func Run(t *testing.T, open func(t *testing.T, h chat.Handler) Rig) {
	var rig Rig // to see what there is
	t.Run("it opens and closes", func(t *testing.T) {
		if rig = open(t, nobody); rig.Platform.Name() == "" {
			t.Error("the platform has no name")
		}
	})
	for _, c := range []struct {
		name  string
		run   func(*stage)
		needs func(Rig) bool // nil: every platform has it
	}{
		{"posts stand where they belong", posts, nil},
		{"a post that was tried stands once", postAgain, nil},
		{"a post to nowhere", postNowhere, nil},
		{"a picture tells what it shows", pictures, nil},
		{"edits", edits, nil},
		{"an edit of a deleted message", editDeleted, func(r Rig) bool { return r.Delete != nil }},
		{"find people", find, nil},
		{"channels", channels, nil},
		{"too much of everything is cut", cut, nil},
		{"what was cut away of a ticket's card", cutTotal, nil},
		{"commands", commands, nil},
		{"private answers are seen by one", privateAnswers, nil},
		{"public answers are seen by all", publicAnswers, nil},
		{"presses", presses, nil},
		{"a press edits what it was pressed on", pressEdits, nil},
		{"tokens come back unchanged", tokens, nil},
		{"strangers are named as such", strangers, nil},
		{"the same delivery again", again, nil},
		{"two people at once", atOnce, nil},
		{"a handler that panics", panics, nil},
		{"a handler that says nothing", silence, nil},
		{"forms come back as they stood", formUntouched, nil},
		{"forms come back as filled in", formFilled, nil},
		{"refused fields keep what was typed", formRefused, nil},
		{"a form that is answered by a no", formNo, nil},
		{"one form after another", formNext, nil},
		{"hostile words stay words", hostile, nil},
		{"hostile words come back as typed", hostileTyped, nil},
		{"mentions ping those who are meant", mentions, nil},
		{"times and links are live", times, nil},
		{"a menu that searches", search, func(r Rig) bool { return r.Search != nil }},
		{"a choice redraws the form", fill, func(r Rig) bool { return r.Choose != nil }},
		{"a person's own page", home, func(r Rig) bool { return r.Home != nil }},
		{"shortcuts", shortcuts, func(r Rig) bool { return r.Shortcut != nil }},
		{"words in a thread", said, func(r Rig) bool { return r.Write != nil }},
		{"who leaves", leaves, func(r Rig) bool { return r.Leave != nil }},
	} {
		if c.needs == nil || c.needs(rig) {
			t.Run(c.name, func(t *testing.T) { c.run(newStage(t, open)) })
		}
	}
}

// nobody says nothing.
func nobody(context.Context, chat.Interaction) chat.Reply { return chat.Reply{} }

// stage is a platform whose handler answers what a test says.
type stage struct {
	*testing.T
	Rig
	ctx context.Context

	mu     sync.Mutex
	heard  []chat.Interaction
	answer func(chat.Interaction) chat.Reply
	keys   int
}

func newStage(t *testing.T, open func(*testing.T, chat.Handler) Rig) *stage {
	s := &stage{T: t, ctx: t.Context()}
	s.Rig = open(t, s.handle)
	s.forget()
	return s
}

func (s *stage) handle(_ context.Context, in chat.Interaction) chat.Reply {
	s.mu.Lock()
	s.heard = append(s.heard, in)
	answer := s.answer
	s.mu.Unlock()
	if answer == nil {
		return chat.Reply{}
	}
	return answer(in)
}

// answers are what everything is answered with from now on.
func (s *stage) answers(f func(chat.Interaction) chat.Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = f
}

func (s *stage) answersWith(r chat.Reply) {
	s.answers(func(chat.Interaction) chat.Reply { return r })
}

// forget what the handler was asked so far.
func (s *stage) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = nil
}

// hears returns what the handler was asked since it was called last.
func (s *stage) hears() []chat.Interaction {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.heard
	s.heard = nil
	return all
}

// one is the only thing that the handler was asked, but for pages that a
// platform draws anew by itself.
func (s *stage) one() chat.Interaction {
	s.Helper()
	all := slices.DeleteFunc(s.hears(), func(in chat.Interaction) bool { return in.Kind == chat.Home })
	if len(all) != 1 {
		s.Fatalf("the handler was asked %d times: %+v", len(all), all)
	}
	return all[0]
}

func (s *stage) here() chat.Place                { return chat.Place{Channel: s.Channel} }
func (s *stage) direct(who chat.User) chat.Place { return chat.Place{User: who.ID} }

// did is for what must succeed.
func (s *stage) did(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// key is a new one.
func (s *stage) key() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys++
	return fmt.Sprintf("notice/%d", s.keys)
}

func (s *stage) post(at chat.Place, m chat.Message) chat.MessageRef {
	s.Helper()
	ref, err := s.Platform.Post(s.ctx, at, m, s.key(), time.Time{})
	s.did(err)
	return ref
}

// sees is the one message there whose text has the part; it fails if there is
// none or are several.
func (s *stage) sees(as chat.User, in chat.Place, part string) Seen {
	s.Helper()
	found := s.all(as, in, part)
	if len(found) != 1 {
		s.Fatalf("%s sees %d messages with %.60q in %+v", as.Handle, len(found), part, s.See(as.ID, in))
	}
	return found[0]
}

func (s *stage) all(as chat.User, in chat.Place, part string) []Seen {
	var found []Seen
	for _, m := range s.See(as.ID, in) {
		if strings.Contains(m.Text, part) {
			found = append(found, m)
		}
	}
	return found
}

// seesNot fails if there is any such message.
func (s *stage) seesNot(as chat.User, in chat.Place, part string) {
	s.Helper()
	if found := s.all(as, in, part); len(found) > 0 {
		s.Errorf("%s sees %+v", as.Handle, found)
	}
}

// button is the one with the label, or the first menu for "menu".
func (s *stage) button(m Seen, label string) Button {
	s.Helper()
	for _, b := range m.Buttons {
		if b.Label == label || label == "menu" && len(b.Options) > 0 {
			return b
		}
	}
	s.Fatalf("no %q among %+v of %.60q", label, m.Buttons, m.Text)
	return Button{}
}

// form is what the person has open.
func (s *stage) form(as chat.User) Form {
	s.Helper()
	f, ok := s.Form(as.ID)
	if !ok {
		s.Fatalf("%s has no form open", as.Handle)
	}
	return f
}

func (s *stage) diff(what string, want, got any) {
	s.Helper()
	if d := cmp.Diff(want, got); d != "" {
		s.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// say is a message of plain words, tell one that a single person sees.
func say(text string) *chat.Message  { return &chat.Message{Text: chat.Say(text)} }
func tell(text string) *chat.Message { return &chat.Message{Text: chat.Say(text), Private: true} }

// card is a message with these under its words.
func card(text string, as ...chat.Action) *chat.Message {
	return &chat.Message{Card: &chat.Card{Title: chat.Say(text), Actions: as}}
}
