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
	s.as(tech).do(Amend{From: "chat:desk/2", Text: "no note of ours"})
	revision(3, "what is no note changes nothing")
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
