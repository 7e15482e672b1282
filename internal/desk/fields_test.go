package desk

import (
	"testing"
	"time"
)

// Kind, client, category and the plain fields; stale buttons; versions.

func TestKindIsFixedOnceBegun(t *testing.T) {
	s := newScene(t).opened(Defect)
	s.as(intake).do(Set{Field: "kind", Value: "request"}, Categorize{vpn, Defect})
	s.as(intake).no(KindFixed, Set{Field: "kind", Value: "internal"})
	s.as(srm).no(KindFixed, Categorize{printer, Internal})
	s.as(srm).no(Present, Set{Field: "kind", Value: "defect"})
	s.as(srm).no(Wording, Set{Field: "kind", Value: "wish"})
	s.as(srm).do(Assign{To: tech})
	s.as(tech).no(ByRole, Categorize{printer, Service}) // kind and client: intake, SRM
	s.as(tech).no(ByRole, Set{Field: "kind", Value: "request"})
	s.as(tech).do(Categorize{Category: printer})
	s.as(srm).do(Prioritize{Priority: "normal"})
	s.as(tech).do(Start{}, PutBack{"ill"})
	s.as(srm).no(KindFixed, Set{Field: "kind", Value: "request"})
}

func TestGivingAnInternalTicketAClientIsOpening(t *testing.T) {
	s := newScene(t)
	s.stand(Internal, "approved")
	s.as(tech).no(ByRole, Set{Field: "client", ID: int64(acme)})
	s.as(srm).no(IntakeOnly, Set{Field: "client", ID: int64(acme)}).offers(t, VHand, VNew)
	s.as(srm).no(IntakeOnly, Prioritize{Priority: "urgent", Fill: Fill{Client: acme}})
	s.as(intake).no(KindFixed, Set{Field: "kind", Value: "defect"}).offers(t, VSet)
	s.as(intake).no(Wording, Set{Field: "contact", ID: int64(anna)})
	s.as(intake).no(Wording, Set{Field: "agreement", Value: "Bright"})
	s.as(intake).do(Set{Field: "client", ID: int64(acme)}).is("submitted")
	if got := s.ticket(); got.Kind != Service || got.Client != acme || got.Priority != "" {
		t.Errorf("%+v", got)
	}
	s.stand(Internal, "in_progress")
	s.as(intake).no(KindFixed, Set{Field: "client", ID: int64(acme)})
}

func TestClientAndCatchAll(t *testing.T) {
	s := newScene(t)
	s.as(intake).do(Open{Client: unknown, Summary: "Somebody called"}) // may enter so
	s.as(intake).do(Set{Field: "client", ID: int64(acme)}).no(DefinitionOfReady, Set{Field: "client", ID: int64(unknown)})
	s.as(intake).no(Present, Set{Field: "client", ID: int64(acme)})
	s.as(intake).needs(Set{Field: "client", ID: 77}, "client")
	s.as(intake).do(Set{Field: "contact", ID: int64(anna)}, Set{Field: "agreement", Value: "Support 2026"})
	s.as(srm).do(Set{Field: "client", ID: int64(bright)})
	if got := s.ticket(); got.Contact != 0 || got.Agreement != "Bright" {
		t.Errorf("kept another client's: %+v", got)
	}
	s.as(intake).no(DefinitionOfReady, Reply{"Hello", "sent"}).offers(t, VSet)
}

func TestSet(t *testing.T) {
	s := newScene(t).opened(Defect)
	s.as(tech).no(ByRole, Set{Field: "summary", Text: "x"})
	s.as(intake).do(Set{Field: "summary", Text: "VPN\ndrops"}, Set{Field: "description", Text: "Since 9"}, Set{Field: "severity", Value: "high"}, Set{Field: "impact", Value: "low"})
	if got := s.ticket(); got.Summary != "VPN drops" || got.Description != "Since 9" || got.Severity != High || got.Impact != Low {
		t.Errorf("%+v", got)
	}
	s.as(intake).needs(Set{Field: "colour"}, "field", "value")
	s.as(intake).needs(Set{Field: "summary", Text: " "}, "summary")
	s.as(intake).needs(Set{Field: "description"}, "description")
	s.as(intake).no(Wording, Set{Field: "severity", Value: "dire"})
	s.as(intake).no(Wording, Set{Field: "agreement", Value: "Bright"})
	s.as(intake).no(Wording, Set{Field: "contact", ID: int64(bob)})
	s.as(intake).needs(Categorize{}, "type", "subtype", "item", "kind")
	s.as(intake).no(Wording, Categorize{Category: Category{"Hardware", "VPN", "Jam"}})
	s.as(intake).no(Present, Categorize{Category: printer})
	s.as(srm).do(Cancel{"x"})
	s.as(intake).no(Transitions, Set{Field: "severity", Value: "low"}).offers(t, VReopen)
}

func TestStaleButton(t *testing.T) {
	s := newScene(t).opened(Defect)
	drawn := s.ticket().Version
	s.as(tech).do(Note{Text: "a note changes no version"})
	s.as(srm).do(Prioritize{Priority: "normal"})
	_, err := s.ask(Request{Ticket: s.n, By: By(deputy), Do: Review{}, Version: drawn})
	r, ok := err.(*Refusal)
	if !ok || r.Rule != Present || r.Who[0] != srm {
		t.Fatalf("%v", err)
	}
	kindly(t, r)
	if s.ticket().Revision == s.ticket().Version {
		t.Error("revision and version are not the same")
	}
	if _, err := s.ask(Request{Ticket: 7, By: By(srm), Do: Note{Text: "x"}}); err == nil || err.(*Refusal).Rule != Wording {
		t.Errorf("no such ticket: %v", err)
	}
	if _, err := s.ask(Request{By: By(srm), Do: Note{Text: "x"}}); err == nil || err.(*Needs).Fields[0] != "ticket" {
		t.Errorf("of which ticket: %v", err)
	}
	if _, err := s.ask(Request{Ticket: 1, By: By(intake), Do: jam}); err == nil {
		t.Error("opened twice")
	}
}

func TestClockThatStepsBack(t *testing.T) {
	s := newScene(t).opened(Defect).opened(Defect)
	s.now = monday.Add(time.Hour)
	s.n = 1
	s.as(tech).do(Note{Text: "later"})
	s.n = 2
	s.now = monday
	s.as(srm).do(Duplicate{Of: 1}) // touches 1, which was touched an hour from now
	for n, es := range s.events {
		for i := 1; i < len(es); i++ {
			if es[i].At.Before(es[i-1].At) {
				t.Errorf("%s: event %d before %d", n, i+1, i)
			}
		}
	}
}

func TestUrgentLane(t *testing.T) {
	s := newScene(t).opened(Defect)
	s.as(srm).do(Prioritize{Priority: "urgent"})
	s.wait(59 * time.Minute)
	if s.ticket().Assignee != 0 {
		t.Fatal("pushed too soon")
	}
	s.wait(time.Minute)
	if got := s.ticket().Assignee; got != tech { // least work, lowest number
		t.Fatalf("pushed to %d", got)
	}
	s.as(intake).do(Open{Kind: Defect, Client: acme, Contact: anna, Summary: "Smoke in the server room", Description: "It smells"}, Categorize{Category: vpn})
	m := s.p.Members[tech]
	m.Skills = []string{"Hardware"}
	s.p.Members[tech] = m
	s.as(srm).do(Prioritize{Priority: "urgent"})
	s.as(level1).do(Claim{})
	s.wait(3 * time.Minute)
	s.as(level1).do(Release{}) // waits again from here
	s.wait(2 * time.Minute)
	if s.ticket().Assignee != 0 {
		t.Fatal("pushed too soon after the release")
	}
	s.wait(time.Minute)
	if got := s.ticket().Assignee; got != tech2 {
		t.Fatalf("an emergency pushed to %d", got)
	}
	if _, err := s.ask(Request{Ticket: s.n, By: By(tech), Do: Timer{TimerPush}}); err == nil || err.(*Refusal).Rule != ByRole {
		t.Errorf("somebody plays the clock: %v", err)
	}
}

func TestTalking(t *testing.T) {
	s := newScene(t).opened(Defect)
	for _, m := range []MemberID{intake, srm, deputy, sdm, tech} {
		s.as(m).do(Reply{"Hello", "sent"}, Call{"They wait"}, Note{Text: "n"}, LogTime{5, "call"})
	}
	for _, m := range []MemberID{observer, admin} {
		s.as(m).no(ByRole, Reply{"Hello", "sent"})
		s.as(m).no(ByRole, Call{"x"})
	}
	s.as(observer).no(ByRole, Note{Text: "x"}).offers(t, VHand)
	s.as(observer).no(ByRole, LogTime{5, ""}).offers(t, VHand)
	s.as(tech).needs(LogTime{}, "minutes", "text")
	s.as(tech).needs(Note{}, "text")
	s.as(tech).needs(Call{}, "text")
	s.as(tech).needs(Reply{Text: "Hello"}, "how")
	if s.ticket().Minutes != 25 || s.ticket().Told.IsZero() {
		t.Errorf("%+v", s.ticket())
	}
	s.as(sdm).no(Transitions, Nudge{})
}

func TestMove(t *testing.T) {
	s := newScene(t).opened(Defect)
	s.as(intake).needs(Move{To: "nowhere"}, "status")
	s.as(intake).no(Transitions, Move{To: "submitted"})
	s.as(intake).no(Transitions, Move{To: "completed"})
	s.as(intake).do(Move{To: "in_review"}).is("in_review")
	s.as(srm).needs(Move{To: "approved"}, "priority") // by prioritizing, no other way
	s.as(srm).needs(Move{To: "cancelled"}, "reason")
	s.as(srm).do(Move{To: "needs_estimate"}).needs(Move{To: "in_review"}, "reason")
	s.installed()
	n, ok := mustNeed(s, Move{To: "completed", Why: "call"})
	if !ok || len(n.Which) != 2 || n.Which[0].Verb != VConfirm || n.Which[1].Verb != VClose {
		t.Fatalf("which: %+v", n)
	}
	s.as(intake).do(Move{To: "completed", Why: "call"}).is("completed") // intake has one way only
}
