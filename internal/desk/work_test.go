package desk

import (
	"slices"
	"testing"
)

// Rules 2, 6, 7, 8 and 9: starting, giving away, testing.

func TestPrioritizedBeforeStart(t *testing.T) {
	s := newScene(t).approved(Defect)
	first := s.n
	for _, at := range []StatusKey{"submitted", "in_review", "needs_estimate", "estimate_ready", "estimate_pending"} {
		s.stand(Defect, at)
		s.as(tech).no(PrioritizedFirst, Start{}).offers(t, VAsk, VStart)
		s.as(tech).no(PrioritizedFirst, Claim{})
		for _, to := range []StatusKey{"in_progress", "ready_to_test", "in_testing", "ready_to_install"} {
			if r := s.as(tech).no(PrioritizedFirst, Move{To: to}); !slices.Equal(r.Who, []MemberID{srm}) || r.Offer[1].Ticket != first {
				t.Errorf("%s: %+v", at, r)
			}
		}
	}
	s.as(srm).do(Cancel{"declined"})
	s.as(tech).no(Transitions, Start{}).offers(t, VReopen)
}

func TestStartingUnprioritizedByDial(t *testing.T) {
	for _, d := range []Dial{Warn, Off} {
		s := newScene(t).dial(PrioritizedFirst, d).opened(Defect)
		s.as(srm).no(ByRole, Start{})
		s.as(tech).do(Start{}).is("in_progress")
		if got := slices.Contains(s.warned(), PrioritizedFirst); got != (d == Warn) {
			t.Errorf("%s: said %v", d, got)
		}
		// Nothing else becomes possible: not ready without the SRM, by any way.
		s.as(tech).no(PrioritizedFirst, Schedule{monday.AddDate(0, 0, 1)})
		s.as(tech).do(PutBack{"ill"}).is("submitted")
		s.as(srm).do(DoEstim{})
		s.as(tech).no(Transitions, Start{})
		s.stand(Defect, "in_review")
		s.as(tech).do(Move{To: "in_progress"}).is("in_progress")
		s.as(tech).do(HandOver{tech2, "tried the fuser"}).is("submitted")
		s.opened(Defect).as(tech).no(Transitions, Move{To: "in_testing"})
		// Back at enforce, what runs unprioritized goes nowhere but back.
		s.as(tech).do(Start{})
		s.dial(PrioritizedFirst, Enforce).as(tech).no(PrioritizedFirst, Move{To: "ready_to_test", Why: "done"})
		s.as(tech).do(Clarify{Question: "Which floor?"}, Answer{"The second"}).is("submitted")
	}
}

func TestStarting(t *testing.T) {
	s := newScene(t).approved(Defect)
	s.as(sdm).no(ByRole, Start{})
	s.as(srm).do(Assign{To: tech2})
	s.as(tech).no(StartedHasAssignee, Start{})
	s.as(tech2).do(Start{}).is("in_progress")
	if got := s.ticket(); got.Assignee != tech2 || got.Worker != tech2 || !got.Begun {
		t.Errorf("%+v", got)
	}
	s.as(tech2).no(Present, Start{})
	if r := s.as(tech).no(StartedHasAssignee, Start{}); !slices.Equal(r.Who, []MemberID{tech2}) { // told who has it
		t.Errorf("who: %v", r.Who)
	}
}

func TestWIPLimit(t *testing.T) {
	s := newScene(t).dial(WIPLimit, Enforce)
	for range 3 {
		s.started(Service)
	}
	s.approved(Service)
	s.as(tech).no(WIPLimit, Start{}).offers(t, VShow, VShow, VShow)
	s.dial(WIPLimit, Off).as(tech).do(Start{})
	s.approved(Service).dial(WIPLimit, Warn).as(tech).do(Start{})
	if !slices.Contains(s.warned(), WIPLimit) {
		t.Error("not said")
	}
	s.dial(WIPLimit, Enforce).approved(Service).as(srm).do(Prioritize{Priority: "urgent"})
	s.as(tech).do(Start{}) // urgent is exempt
	for _, e := range s.events[s.n] {
		if f, ok := e.What.(Started); ok && len(f.Interrupted) != 5 {
			t.Errorf("interrupted %v", f.Interrupted)
		}
	}
	s.as(tech).do(Clarify{Question: "Which floor?"}, Answer{"The second"}).is("in_progress") // a return is never blocked
	// Testing counts too.
	s.dial(WIPLimit, Off).started(Defect).as(tech).do(Move{To: "ready_to_test", Why: "done"})
	for range 3 {
		s.started(Service).as(srm).do(Assign{tech2, "take it"})
		s.as(tech2).do(Start{})
	}
	s.n -= 3
	s.dial(WIPLimit, Enforce).as(tech2).no(WIPLimit, Move{To: "in_testing"})
}

func TestPullOrder(t *testing.T) {
	s := newScene(t).approved(Service).approved(Service)
	s.as(tech).do(Start{}) // at warn the reason is optional
	if !slices.Contains(s.warned(), PullOrder) {
		t.Error("not said")
	}
	s.dial(PullOrder, Enforce).approved(Service)
	if n := s.as(tech).needs(Start{}, "reason"); n.Rule != PullOrder {
		t.Errorf("by rule %q", n.Rule)
	}
	s.as(tech).do(Start{"their director waits"}) // required, and enough
	var f Started
	for _, e := range s.events[s.n] {
		if x, ok := e.What.(Started); ok {
			f = x
		}
	}
	if f.Skipped != 1 || f.Reason != "their director waits" {
		t.Errorf("the SRM sees %+v", f)
	}
	s.dial(PullOrder, Off).approved(Service).as(tech).do(Start{})
	// What doesn't fit one's skills, or is another's, is not the top.
	s.dial(PullOrder, Enforce).dial(WIPLimit, Off)
	m := s.p.Members[tech]
	m.Skills = []string{"Network"}
	s.p.Members[tech] = m
	s.as(intake).do(jam, Categorize{Category: vpn})
	s.as(srm).do(Prioritize{Priority: "normal"})
	s.as(tech).do(Start{})
}

func TestPutBackAndHandOver(t *testing.T) {
	s := newScene(t).started(Defect)
	s.as(tech2).no(ByRole, PutBack{"mine"})
	s.as(tech).needs(PutBack{}, "reason")
	s.as(tech).do(PutBack{"ill"}).is("approved")
	if got := s.ticket(); got.Assignee != 0 || got.Priority != "normal" || got.Rework != 1 {
		t.Errorf("%+v", got)
	}
	s.as(tech2).do(Start{})
	s.as(tech2).needs(HandOver{}, "member", "note")
	s.as(tech2).needs(HandOver{To: tech}, "note")
	s.as(tech2).no(ByRole, HandOver{sdm, "x"})
	s.as(tech2).do(HandOver{tech, "tried the fuser"}).is("approved")
	s.as(tech2).no(StartedHasAssignee, Start{})
	s.as(tech).do(Start{})
	s.as(srm).needs(Assign{To: tech2}, "note") // of started work is a hand-over
	s.as(srm).do(Assign{tech2, "you know it"}).is("approved")
	s.as(tech2).do(Release{})
	s.as(tech).do(Claim{}).no(Present, Claim{})
	s.as(tech2).no(StartedHasAssignee, Claim{})
	s.as(tech).do(Start{}).needs(Release{}, "reason")
	s.as(tech).do(Release{"ill"}).is("approved")
	s.as(srm).no(Present, Release{})
}

func TestStartedHasAssignee(t *testing.T) {
	for _, at := range []StatusKey{"ready_to_test", "in_testing", "ready_to_install"} {
		s := newScene(t)
		s.stand(Defect, at)
		s.as(tech).no(StartedHasAssignee, Release{}).offers(t, VHandOver)
		s.as(tech).do(HandOver{level1, "nothing open"}).is(at)
	}
}

func TestFourEyes(t *testing.T) {
	s := newScene(t).dial(FourEyes, Enforce).started(Defect)
	s.as(tech).do(Move{To: "ready_to_test", Why: "done"}).no(FourEyes, Move{To: "in_testing"})
	s.as(tech2).do(Move{To: "in_testing"})
	s.as(tech).no(ByRole, Move{To: "ready_to_install"})
	s.as(srm).do(Move{To: "ready_to_test"}) // let go
	if s.ticket().Tester != 0 {
		t.Error("the tester stays")
	}
	s.as(tech2).do(Move{To: "in_testing"}).needs(Move{To: "in_progress"}, "reason")
	s.as(tech2).do(Move{To: "in_progress", Why: "page 3 jams"}).is("in_progress")
	// Whoever worked on it last did the work, also without having started it.
	s.as(tech).do(Clarify{Question: "Which floor?"})
	s.as(srm).do(Assign{To: tech2})
	s.as(tech2).do(Answer{"The second"}, Move{To: "ready_to_test", Why: "now"}).no(FourEyes, Move{To: "in_testing"})
	s.as(tech).do(Move{To: "in_testing"})
	for _, d := range []Dial{Warn, Off} {
		s = newScene(t).dial(FourEyes, d).started(Defect)
		s.as(tech).do(Move{To: "ready_to_test", Why: "done"}, Move{To: "in_testing"})
		if got := slices.Contains(s.warned(), FourEyes); got != (d == Warn) {
			t.Errorf("%s: said %v", d, got)
		}
	}
}
