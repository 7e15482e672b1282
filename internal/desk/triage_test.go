package desk

import (
	"slices"
	"testing"
	"time"
)

// Prioritizing: rules 3 and 4, rank, the deck.

func TestPrioritizingApproves(t *testing.T) {
	for _, m := range []MemberID{srm, deputy} {
		s := newScene(t).opened(Defect)
		s.as(m).do(Prioritize{Priority: "normal"}).is("approved")
		s = newScene(t).opened(Defect)
		s.as(srm).do(Review{})
		s.as(m).do(Prioritize{Priority: "urgent"}).is("approved")
	}
	s := newScene(t).opened(Defect)
	for _, m := range []MemberID{intake, sdm, tech, admin, observer} {
		r := s.as(m).no(SRMPrioritizes, Prioritize{Priority: "normal"})
		if !slices.Equal(r.Who, []MemberID{srm}) {
			t.Errorf("who may: %v", r.Who)
		}
	}
	s.as(tech).no(SRMPrioritizes, Prioritize{Priority: "normal"}).offers(t, VAsk)
	s.as(srm).needs(Prioritize{}, "priority")
	s.as(srm).needs(Prioritize{Priority: "p7"}, "priority")
}

func TestPriorityElsewhereOnlyChangesIt(t *testing.T) {
	for _, at := range []StatusKey{"needs_estimate", "estimate_pending", "in_progress", "waiting_for_client", "client_testing", "scheduled"} {
		s := newScene(t)
		s.stand(Defect, at)
		s.as(srm).do(Prioritize{Priority: "urgent"}).is(at)
		if s.ticket().Priority != "urgent" {
			t.Errorf("%s: %q", at, s.ticket().Priority)
		}
		s.as(srm).no(Present, Prioritize{Priority: "urgent"})
	}
}

func TestSRMPrioritizesByDial(t *testing.T) {
	s := newScene(t).dial(SRMPrioritizes, Warn).opened(Defect)
	s.as(tech).do(Prioritize{Priority: "normal"}).is("approved")
	if !slices.Contains(s.warned(), SRMPrioritizes) {
		t.Error("not said")
	}
	s.opened(Defect).as(observer).no(SRMPrioritizes, Prioritize{Priority: "normal"})
	// A dial opens the priority, and not the fields beside it.
	s.as(tech).no(ByRole, Prioritize{Priority: "normal", Fill: Fill{Client: bright}})
	s.as(tech).no(ByRole, Extend{5})
	s.dial(SRMPrioritizes, Off).as(tech).do(Prioritize{Priority: "normal"})
	if len(s.warned()) != 0 {
		t.Error("said at off")
	}
}

func TestOnCallGivesUrgentAfterHours(t *testing.T) {
	s := newScene(t).opened(Defect)
	s.p.AfterHours = true
	s.as(oncall).no(SRMPrioritizes, Prioritize{Priority: "urgent"}) // in hours
	s.now = at("Mon 2026-03-02 20:00")
	s.as(oncall).no(SRMPrioritizes, Prioritize{Priority: "normal"})
	s.as(intake).no(SRMPrioritizes, Prioritize{Priority: "urgent"})
	s.as(oncall).do(Prioritize{Priority: "urgent"}).is("approved")
	reviews := 0
	for _, n := range s.notices { // the SRM looks at it when work begins
		if n.What == "review" {
			if reviews++; n.Place != "member:3" || n.Due.In(s.p.Zone).Format("15:04") != "09:00" {
				t.Errorf("the review is %+v", n)
			}
		}
	}
	if reviews != 1 {
		t.Errorf("%d reviews", reviews)
	}
	s.as(oncall).no(SRMPrioritizes, Prioritize{Rank: "top"})
	s.as(oncall).do(jam) // is intake
}

func TestDefinitionOfReady(t *testing.T) {
	s := newScene(t)
	s.as(intake).do(Open{Kind: Defect, Client: unknown, Summary: "Somebody called"})
	s.as(srm).needs(Prioritize{Priority: "normal"}, "client", "contact", "description", "category")
	// The missing items, and then it is prioritized: in one go.
	s.as(srm).do(Prioritize{Priority: "normal", Fill: Fill{Client: acme, Contact: anna, Description: "Jams", Category: printer}}).is("approved")

	s.as(intake).do(Open{Kind: Defect, Client: unknown, Summary: "Smoke"})
	s.as(srm).do(Prioritize{Priority: "urgent"}).is("approved")
	if !slices.Contains(s.warned(), DefinitionOfReady) {
		t.Error("urgent went through and nothing was said")
	}
	s.as(tech).do(Open{Kind: Internal, Summary: "Patch"})
	s.as(srm).needs(Prioritize{Priority: "normal"}, "description", "category") // no client needed

	for _, d := range []Dial{Warn, Off} {
		s.dial(DefinitionOfReady, d).as(intake).do(Open{Kind: Defect, Client: unknown, Summary: "Somebody called"})
		s.as(srm).do(Prioritize{Priority: "normal"}).is("approved")
		if got := slices.Contains(s.warned(), DefinitionOfReady); got != (d == Warn) {
			t.Errorf("%s: said %v", d, got)
		}
	}
}

func TestOpenQuestionIsNotReady(t *testing.T) {
	s := newScene(t).opened(Defect)
	s.as(intake).do(Clarify{Question: "Which floor?"})
	s.as(srm).do(Cancel{"no answer"}, Reopen{"they called"}).is("in_review")
	s.as(srm).no(DefinitionOfReady, Prioritize{Priority: "normal"}).offers(t, VAnswer, VWithdraw)
	s.as(intake).do(Answer{"The second"}).is("in_review")
	s.as(srm).do(Prioritize{Priority: "normal"}).is("approved")
}

func TestRank(t *testing.T) {
	s := newScene(t)
	for range 3 {
		s.now = s.now.Add(time.Minute)
		s.approved(Defect)
	}
	order := func() (ns []TicketID) {
		for _, q := range s.queue() {
			ns = append(ns, q.Number)
		}
		return
	}
	is := func(want ...TicketID) {
		t.Helper()
		if got := order(); !slices.Equal(got, want) {
			t.Fatalf("the queue is %v, want %v", got, want)
		}
	}
	is(1, 2, 3)
	s.as(srm).do(Prioritize{Rank: "up"})
	is(1, 3, 2)
	s.as(srm).do(Prioritize{Rank: "top"})
	is(3, 1, 2)
	s.as(srm).no(Present, Prioritize{Rank: "up"})
	s.as(srm).do(Prioritize{Rank: "down"})
	is(1, 3, 2)
	s.as(tech).no(SRMPrioritizes, Prioritize{Rank: "top"})
	s.as(srm).needs(Prioritize{Rank: "sideways"}, "rank")
	s.n = 2
	s.as(srm).do(Prioritize{Priority: "urgent"})
	is(2, 1, 3)
	s.as(srm).do(Prioritize{Priority: "normal"}) // a rank holds within one priority: by age again
	s.n = 3
	s.as(srm).do(Prioritize{Priority: "urgent", Rank: "top"}, Prioritize{Priority: "normal"})
	is(1, 2, 3)
	s.started(Defect).as(srm).no(Transitions, Prioritize{Rank: "top"})
}

func TestAskingTheSRM(t *testing.T) {
	s := newScene(t).opened(Defect)
	s.as(observer).no(ByRole, AskSRM{})
	s.as(tech).do(AskSRM{}).no(Present, AskSRM{})
	s.wait(time.Hour)
	s.as(tech).do(AskSRM{})
	s.as(srm).do(Prioritize{Priority: "normal"})
	s.as(tech).no(Present, AskSRM{})
}

func TestSnooze(t *testing.T) {
	s := newScene(t).opened(Defect)
	s.as(intake).no(ByRole, Snooze{monday.Add(time.Hour)})
	s.as(srm).needs(Snooze{monday}, "when")
	s.as(srm).do(Snooze{monday.Add(time.Hour)}).is("submitted")
	s.as(srm).do(Undo{})
	if !s.ticket().Snoozed.IsZero() {
		t.Error("still snoozed")
	}
	s.as(srm).do(Prioritize{Priority: "normal"}).no(Transitions, Snooze{monday.Add(time.Hour)}).offers(t, VSchedule)
}
