package desk

import "testing"

const message = "chat:desk/1"

// A message in a thread is one note, however often it comes; what it says later
// is the note, until it is taken back for good.
func TestNoteFollowsItsMessage(t *testing.T) {
	s := newScene(t)
	s.as(intake).do(Open{Kind: Service, Client: acme, Contact: anna, Summary: "Printer"})
	last := func() Fact {
		es := s.events[s.n]
		return es[len(es)-1].What
	}
	revision := func(want int, why string) {
		t.Helper()
		if got := s.ticket().Revision; got != want {
			t.Fatalf("revision %d, want %d: %s", got, want, why)
		}
	}
	s.as(tech).do(Note{Text: "the fuser", From: message}, Note{Text: "the fuser", From: message})
	revision(2, "one message is one note")
	s.as(tech).do(Amend{From: message, Text: "the fuser"})
	revision(2, "it says the same")
	s.as(tech).do(Amend{From: message, Text: "the fuser, ordered "})
	if got := last(); got != (NoteChanged{From: message, Text: "the fuser, ordered"}) {
		t.Fatalf("%#v", got)
	}
	s.as(tech2).no(ByRole, Amend{From: message, Text: "mine"})
	s.as(observer).do(Amend{From: "chat:desk/2", Text: "no note of ours"})
	revision(3, "what can be no note changes nothing")
	s.as(tech).do(Amend{From: message})
	if got := last(); got != (NoteRemoved{From: message}) {
		t.Fatalf("%#v", got)
	}
	s.as(tech).do(Amend{From: message, Text: "again"}, Note{Text: "the fuser", From: message})
	revision(4, "what was taken back stays so")
	s.as(tech).do(Note{Text: "typed"}, Note{Text: "typed"})
	revision(6, "typed notes have no message")
	if n := NoteOf(s.events[s.n], message); !n.Gone || n.By != 0 || len(n.Words) != 2 {
		t.Errorf("%+v", n)
	}
}

// What became of a message may be told before the message is: its note then says
// what it says by now, or there is none.
func TestNoteComesAfterItsChange(t *testing.T) {
	s := newScene(t)
	s.as(intake).do(Open{Kind: Service, Client: acme, Contact: anna, Summary: "Printer"})
	s.as(tech).do(Amend{From: "chat:desk/1"}, Amend{From: "chat:desk/1"}, Note{Text: "hunter2", From: "chat:desk/1"})
	if n := NoteOf(s.events[s.n], "chat:desk/1"); n.By != 0 || !n.Gone || len(n.Words) != 0 || s.ticket().Revision != 2 {
		t.Errorf("taken back before: %+v", n)
	}
	s.as(tech).do(Amend{From: "chat:desk/2", Text: "the drum"}, Amend{From: "chat:desk/2", Text: "the drum"}, Note{Text: "the fuser", From: "chat:desk/2"})
	if n := NoteOf(s.events[s.n], "chat:desk/2"); n.By != tech || n.Text != "the drum" || len(n.Words) != 2 || s.ticket().Revision != 4 {
		t.Errorf("changed before: %+v", n)
	}
	s.as(tech).do(Amend{From: "chat:desk/2"})
	if n := NoteOf(s.events[s.n], "chat:desk/2"); n.By != 0 || !n.Gone || len(n.Words) != 2 {
		t.Errorf("and taken back: %+v", n)
	}
}

// Whoever is a member no more takes their words back, and changes nothing else.
func TestNoteTakenBackByOneWhoLeft(t *testing.T) {
	s := newScene(t)
	s.as(intake).do(Open{Kind: Service, Client: acme, Contact: anna, Summary: "Printer"})
	s.as(tech).do(Note{Text: "hunter2", From: message})
	m := s.p.Members[tech]
	m.Active = false
	s.p.Members[tech] = m
	s.as(tech).no(MembersOnly, Amend{From: message, Text: "hunter3"})
	s.as(tech2).no(ByRole, Amend{From: message})
	s.as(tech).do(Amend{From: message})
	if n := NoteOf(s.events[s.n], message); !n.Gone {
		t.Errorf("%+v", n)
	}
}
