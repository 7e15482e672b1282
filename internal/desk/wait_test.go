package desk

import (
	"testing"
	"time"
)

// Waiting, and where tickets come back to.

func TestQuestionsReturnToWhereTheyWere(t *testing.T) {
	for _, at := range []StatusKey{"submitted", "in_review", "needs_estimate", "estimate_ready", "approved", "scheduled", "in_progress", "ready_to_test", "in_testing", "ready_to_install"} {
		s := newScene(t)
		s.stand(Defect, at)
		was := s.ticket()
		s.as(intake).needs(Clarify{}, "question")
		s.as(intake).do(Clarify{Question: "Which floor?"}, Clarify{Question: "Since when?"}).is("waiting_for_client")
		s.as(intake).no(Transitions, Move{To: "completed"})
		s.as(intake).do(Answer{"The second"}).is("waiting_for_client") // one is open still
		s.as(intake).needs(Answer{}, "text")
		s.as(srm).do(Withdraw{}).is(at)
		if got := s.ticket(); got.Assignee != was.Assignee || got.Priority != was.Priority || got.Tester != was.Tester || !got.Scheduled.Equal(was.Scheduled) || got.Rework != was.Rework {
			t.Errorf("%s: back as %+v", at, got)
		}
		s.as(intake).no(Transitions, Withdraw{}).offers(t, VClarify)
	}
}

func TestReturnThatIsNoLongerAllowed(t *testing.T) {
	s := newScene(t).started(Defect)
	s.as(tech).do(Clarify{Question: "Which floor?"})
	leave(s, tech)
	if s.ticket().Assignee != 0 {
		t.Error("still assigned to one who left")
	}
	s.as(intake).do(Answer{"The second"}).is("approved")
	s.as(tech2).do(Start{})

	s = newScene(t).installed()
	leave(s, tech)
	s.as(sdm).do(Broken{"still jams"}).is("approved")

	s = newScene(t)
	s.stand(Service, "waiting_for_vendor")
	leave(s, tech)
	s.as(srm).do(Move{To: "in_progress"}).is("approved")
}

func TestPrioritizedWhileWaiting(t *testing.T) {
	s := newScene(t).opened(Defect)
	s.as(intake).do(Clarify{Question: "Which floor?"})
	s.as(srm).do(Prioritize{Priority: "normal"}).is("waiting_for_client")
	s.as(intake).do(Move{To: "approved", Why: "the second"}).is("approved") // prioritized and ready

	s.as(intake).do(Open{Client: unknown, Summary: "Somebody called"}, Clarify{Question: "Who are you?"})
	s.as(srm).do(Prioritize{Priority: "normal"})
	s.as(intake).do(Answer{"Anna"}).is("submitted") // not ready: the priority is cleared
	if s.ticket().Priority != "" {
		t.Error("the priority stays")
	}
	s.dial(DefinitionOfReady, Warn).as(intake).do(Clarify{Question: "Who are you?"})
	s.as(srm).do(Prioritize{Priority: "normal"})
	s.as(intake).do(Answer{"Anna"}).is("approved")
	if w := s.warned(); len(w) != 1 || w[0] != DefinitionOfReady {
		t.Errorf("said %v", w)
	}
}

func TestVendor(t *testing.T) {
	s := newScene(t).started(Service)
	s.as(tech).needs(Vendor{}, "text")
	s.as(tech).do(Vendor{"A fuser, by Friday"}).is("waiting_for_vendor")
	s.as(tech2).no(ByRole, Move{To: "in_progress"})
	s.as(tech).do(Move{To: "in_progress"}).is("in_progress")
	s.approved(Service).as(srm).no(Transitions, Vendor{"x"})
}

func TestSchedule(t *testing.T) {
	s := newScene(t).approved(Service)
	s.as(srm).needs(Schedule{}, "when")
	s.as(srm).needs(Schedule{monday}, "when")
	s.as(srm).do(Schedule{monday.Add(time.Hour)}, Schedule{monday.Add(2 * time.Hour)}).is("scheduled")
	s.wait(time.Hour)
	s.is("scheduled").wait(time.Hour)
	s.is("approved")
	s.as(tech).do(Start{}, Schedule{s.now.Add(time.Hour)}, Move{To: "approved"}).is("approved") // earlier
	// Due while the client is asked: it is ready when the answer comes.
	s.as(tech).do(Schedule{s.now.Add(time.Hour)}, Clarify{Question: "Will you be there?"})
	s.wait(2 * time.Hour)
	s.is("waiting_for_client").as(tech).do(Answer{"Yes"}).is("approved")
}

func TestEstimates(t *testing.T) {
	pending := func(prioritized bool) *scene {
		s := newScene(t)
		s.stand(Defect, "needs_estimate")
		if prioritized {
			s.as(srm).do(Prioritize{Priority: "normal"})
		}
		s.as(tech).needs(DoEstim{}, "hours", "text")
		s.as(tech).needs(DoEstim{Hours: -1, Text: "x"}, "hours", "text")
		s.as(tech).do(DoEstim{0, "900 EUR, a new fuser"}).is("estimate_ready")
		s.as(tech).no(ByRole, Move{To: "estimate_pending"})
		s.as(intake).do(Move{To: "estimate_pending"})
		return s
	}
	pending(false).as(intake).do(Approve{}).is("in_review")
	pending(true).as(srm).do(Approve{}).is("approved")
	s := pending(true)
	s.as(tech).no(ByRole, Approve{})
	s.as(intake).do(Decline{"too dear"}).is("in_review")
	if s.ticket().Priority != "" {
		t.Error("the priority stays")
	}
	s = pending(true)
	s.as(srm).do(Set{Field: "client", ID: int64(bright)}, Approve{}).is("in_review") // no contact any more
	s = pending(false)
	if n, ok := mustNeed(s, Move{To: "in_review"}); !ok || len(n.Which) != 2 || n.Which[0].Verb != VDecline || n.Which[1].Args["as"] != "move" {
		t.Errorf("two ways to In review: %+v", n)
	}
	s.as(srm).needs(Move{To: "in_review", As: VMove}, "reason")
	s.as(srm).do(Move{To: "in_review", As: VMove, Why: "another way"}).is("in_review")
	s.as(intake).do(Open{Client: acme, Summary: "No contact"})
	s.as(srm).do(DoEstim{}, DoEstim{1, "an hour"}).needs(Move{To: "estimate_pending"}, "contact")
	s.p.Workflow, _ = NewWorkflow(Change{Without: []string{"estimate"}})
	s.opened(Defect).as(srm).no(Transitions, DoEstim{})
}

func mustNeed(s *scene, c Command) (*Needs, bool) {
	_, err := s.as(srm).try(c)
	n, ok := err.(*Needs)
	return n, ok
}

// leave deactivates the member and lets the clock free what they had.
func leave(s *scene, m MemberID) {
	s.Helper()
	s.p.Directory = s.p.Directory.Apply(DeskEvent{Seq: 1, At: s.now, By: TheClock, What: MemberLeft{Member: m}})
	if _, err := s.ask(Request{Ticket: s.n, By: TheClock, Do: Timer{TimerLeft}}); err != nil {
		s.Fatal(err)
	}
}

func TestWhoLeavesFreesTheirTickets(t *testing.T) {
	for at, want := range map[StatusKey]StatusKey{"in_progress": "approved", "ready_to_test": "approved", "ready_to_install": "approved", "client_testing": "client_testing", "scheduled": "scheduled"} {
		s := newScene(t)
		s.stand(Defect, at)
		if s.ticket().Assignee == 0 {
			s.as(srm).do(Assign{To: tech})
		}
		leave(s, tech)
		s.is(want)
		if got := s.ticket(); got.Assignee != 0 || got.Priority != "normal" {
			t.Errorf("%s: %+v", at, got)
		}
		if told := s.told(); told[len(told)-1] != "post left" {
			t.Errorf("%s: the SRM isn't told: %v", at, told)
		}
	}
	s := newScene(t)
	s.stand(Defect, "in_testing")
	leave(s, tech2)
	if told := s.told(); told[len(told)-1] != "post left" {
		t.Errorf("the SRM isn't told: %v", told)
	}
	s.is("ready_to_test").as(level1).do(Move{To: "in_testing"})
	s.opened(Defect).as(level1).do(RealTime{})
	leave(s, level1)
	s.is("submitted")
}
