package desk

import (
	"strings"
	"testing"
	"time"
)

// Rule 1, and what a ticket enters with.

func TestOnlyIntakeOpensClientTickets(t *testing.T) {
	s := newScene(t)
	s.as(intake).do(jam).is("submitted")
	if got := s.ticket(); got.Number != 1 || got.Version != 1 || got.Revision != 1 || got.Kind != Defect || !got.Entered.Equal(monday) {
		t.Errorf("opened as %+v", got)
	}
	for _, m := range []MemberID{relief, srm, deputy, sdm, tech, level1, admin, observer, standIn} {
		r := s.as(m).no(IntakeOnly, jam)
		if r.Who[0] != intake || r.Offer[0].Verb != VHand || !strings.Contains(r.Offer[0].Args["text"], "Acme Dental") {
			t.Errorf("%s: refused without a way on: %+v", names[m], r)
		}
	}
	s.as(tech).no(IntakeOnly, jam).offers(t, VHand, VNew) // contract.md: also *Open internal ticket*
	s.as(observer).no(IntakeOnly, jam).offers(t, VHand)
	s.as(guest).no(MembersOnly, jam)
	s.as(intake).needs(Open{}, "client", "summary")
}

func TestFormThatOutlivesTheTurn(t *testing.T) {
	s := newScene(t)
	s.now = at("Mon 2026-03-09 09:00")
	if r := s.as(intake).no(IntakeOnly, jam); !strings.Contains(r.Offer[0].Args["text"], "everybody on floor 2") {
		t.Errorf("the text is lost: %+v", r.Offer)
	}
	s.as(relief).do(jam)
}

func TestNobodyOnDuty(t *testing.T) {
	s := newScene(t)
	s.p.Rota.Absences = []Interval{{intake, monday.Add(-time.Hour), monday.Add(time.Hour)}, {standIn, monday.Add(-time.Hour), monday.Add(time.Hour)}}
	if r := s.as(intake).no(IntakeOnly, jam); len(r.Who) != 0 || !strings.Contains(r.Text, "nobody is on duty") {
		t.Errorf("nobody on duty says %q", r.Text)
	}
}

func TestIntakeOnlyByDial(t *testing.T) {
	s := newScene(t).dial(IntakeOnly, Warn)
	s.as(tech).do(jam)
	if w := s.warned(); len(w) != 1 || w[0] != IntakeOnly {
		t.Errorf("warned of %v", w)
	}
	s.as(observer).no(IntakeOnly, jam) // observers read; a dial makes nothing else possible
	s.dial(IntakeOnly, Off).as(sdm).do(jam)
	if w := s.warned(); len(w) != 0 {
		t.Errorf("off, and warned of %v", w)
	}
}

func TestInternalTickets(t *testing.T) {
	s := newScene(t)
	for _, m := range []MemberID{intake, tech, level1, srm, deputy} {
		s.as(m).do(kindOf(Internal))
	}
	for _, m := range []MemberID{sdm, admin, observer, relief} {
		s.as(m).no(ByRole, kindOf(Internal))
	}
	s.as(tech).do(Open{Kind: Internal, Client: acme, Contact: anna, Summary: "Patch the printers"})
	if got := s.ticket(); got.Client != 0 || got.Contact != 0 {
		t.Errorf("an internal ticket has a client: %+v", got)
	}
	s.as(intake).no(Transitions, Clarify{Question: "Which?"})
	s.as(tech).no(Transitions, Reply{"Hello", "sent"})
	s.as(tech).no(Transitions, Call{"Hello"})
}

func TestWhatCannotEnter(t *testing.T) {
	s := newScene(t)
	for what, change := range map[string]func(*Open){
		"kind":      func(o *Open) { o.Kind = "wish" },
		"came by":   func(o *Open) { o.CameBy = "pigeon" },
		"severity":  func(o *Open) { o.Severity = "dire" },
		"impact":    func(o *Open) { o.Impact = "dire" },
		"agreement": func(o *Open) { o.Agreement = "Bright" },
	} {
		t.Run(what, func(t *testing.T) {
			o := jam
			change(&o)
			(&scene{world: s.world, T: t}).as(intake).no(Wording, o)
		})
	}
	o := jam
	o.Contact = bob // Bright's
	s.as(intake).do(o)
	if s.ticket().Contact != 0 {
		t.Error("another client's contact")
	}
}

func TestHandedRequests(t *testing.T) {
	s := newScene(t)
	h, err := HandIn(s.p, By(observer), monday, " The client told me in person… ")
	if err != nil || h.Text != "The client told me in person…" {
		t.Fatalf("%+v, %v", h, err)
	}
	h.Number = 1
	s.handed[1] = h
	s.now = monday.Add(time.Hour)
	s.as(srm).no(IntakeOnly, Open{Request: 1, Client: acme})
	s.as(intake).do(Open{Request: 1, Client: acme})
	if got := s.ticket(); got.HandedBy != observer || got.Request != 1 || !got.Entered.Equal(monday) || got.Summary == "" {
		t.Errorf("accepted as %+v", got)
	}
	s.as(intake).no(Present, Open{Request: 1, Client: acme}).offers(t, VShow)
	s.as(intake).no(Wording, Open{Request: 7, Client: acme})
	s.handed[2] = Handed{Number: 2, By: tech, At: monday, Text: "Again", State: HandedOpen}
	s.as(tech).no(IntakeOnly, Attach{2})
	s.as(intake).do(Attach{2})
	s.as(intake).no(Present, Attach{2})
	// A form of real-time support cannot accept what is intake's to accept.
	s.handed[3] = Handed{Number: 3, By: tech, At: monday, Text: "Again", State: HandedOpen}
	s.as(level1).do(RealTime{Open{Request: 3, Client: acme, Summary: "On the phone"}})
	if s.ticket().Request != 0 || s.handed[3].State != HandedOpen {
		t.Error("level 1 accepted a handed request")
	}
}

func TestDecliningHandedRequests(t *testing.T) {
	p := office()
	h := Handed{Number: 1, By: observer, At: monday, Text: "Again", State: HandedOpen}
	if _, err := DeclineHanded(p, h, By(tech), monday, "no"); err == nil || err.(*Refusal).Rule != IntakeOnly {
		t.Errorf("a technician declines: %v", err)
	}
	if _, err := DeclineHanded(p, h, By(intake), monday, ""); err == nil || err.(*Needs).Fields[0] != "reason" {
		t.Errorf("declined without a reason: %v", err)
	}
	no, err := DeclineHanded(p, h, By(intake), monday, "not ours")
	if err != nil || no.State != HandedDeclined || no.Why != "not ours" || no.ByWhom != intake {
		t.Errorf("%+v, %v", no, err)
	}
	if _, err := HandIn(p, By(guest), monday, "x"); err == nil {
		t.Error("a guest hands in")
	}
}
