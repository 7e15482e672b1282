package desk

import (
	"slices"
	"testing"
	"time"
)

// Rule 5, in full.

func TestAllowance(t *testing.T) {
	s := newScene(t).opened(Defect)
	s.as(tech).no(RealTimeAllowance, RealTime{}).offers(t, VAsk)
	s.as(level1).do(RealTime{}).is("in_progress")
	if got := s.ticket(); got.Assignee != level1 || got.Priority != "" || !got.Allowance.Until.Equal(monday.Add(15*time.Minute)) {
		t.Fatalf("%+v", got)
	}
	s.as(level1).do(Note{Text: "rebooted it"}, Reply{"We are on it", "called"})
	s.wait(11 * time.Minute)
	if slices.Contains(s.told(), "post allowance") {
		t.Error("nudged before 12")
	}
	s.wait(time.Minute)
	if !slices.Contains(s.told(), "post allowance") {
		t.Error("not nudged at 12")
	}
	s.wait(2 * time.Minute)
	s.is("in_progress").wait(time.Minute)
	s.is("submitted") // by the clock, at 15
	if got := s.ticket(); got.Assignee != 0 || got.Told.IsZero() || !slices.Contains(s.told(), "post parked") || got.Rework != 0 {
		t.Errorf("parked as %+v, told %v", got, s.told())
	}
	s.as(level1).no(RealTimeAllowance, RealTime{}).offers(t, VAsk) // once a ticket
	s.as(level1).no(PrioritizedFirst, Start{})
	s.as(srm).do(Prioritize{Priority: "normal"})
	s.as(level1).no(RealTimeAllowance, RealTime{}).offers(t, VStart)
	s.as(level1).do(Start{})
}

func TestAllowanceOnANewTicket(t *testing.T) {
	s := newScene(t)
	s.as(level1).do(RealTime{Open{Client: acme, Contact: anna, Summary: "On the phone"}}).is("in_progress")
	if s.ticket().OpenedBy != level1 || s.ticket().Kind != Service { // the one exception to rule 1
		t.Errorf("%+v", s.ticket())
	}
	s.as(level1).no(RealTimeAllowance, RealTime{Open{Client: acme, Summary: "Another"}}).offers(t, VShow, VPark) // one at a time
	s.as(level1).do(Park{}).is("submitted")
	s.as(level1).do(RealTime{Open{Client: acme, Summary: "Another"}})
	s.as(tech).no(RealTimeAllowance, RealTime{Open{Client: acme, Summary: "Another"}}).offers(t, VHand)
	s.p.RealTime = false
	s.as(level1).do(Park{}).no(RealTimeAllowance, RealTime{Open{Client: acme, Summary: "Another"}}).offers(t, VHand)
}

func TestWhereAnAllowanceDoesNotHold(t *testing.T) {
	s := newScene(t)
	s.as(tech).do(kindOf(Internal))
	s.as(level1).no(RealTimeAllowance, RealTime{})
	s.stand(Defect, "in_review")
	s.as(level1).no(Transitions, RealTime{})
	s.opened(Defect).as(srm).do(Assign{To: tech})
	s.as(level1).no(StartedHasAssignee, RealTime{})
}

func TestWhatATicketUnderAnAllowanceMayDo(t *testing.T) {
	under := func() *scene {
		s := newScene(t).opened(Defect)
		s.as(level1).do(RealTime{})
		return s
	}
	for _, to := range []StatusKey{"in_review", "needs_estimate", "approved", "scheduled", "ready_to_test", "in_testing", "ready_to_install", "waiting_for_vendor", "cannot_replicate", "completed"} {
		for _, m := range []MemberID{level1, srm} {
			under().as(m).no(RealTimeAllowance, Move{To: to, Why: "because"}).offers(t, VAsk, VPark)
		}
	}
	s := under()
	for _, c := range []Command{PutBack{"x"}, HandOver{tech, "x"}, Vendor{"x"}, Vendor{}, Schedule{}, Schedule{monday.AddDate(0, 0, 1)}, HandOver{}} {
		s.as(level1).no(RealTimeAllowance, c)
	}
	for _, c := range []Command{Assign{}, Assign{tech, "x"}, DoEstim{}} {
		s.as(srm).no(RealTimeAllowance, c)
	}
	s.as(level1).do(Move{To: "client_testing", Why: "rebooted"}).is("client_testing")
	s.as(intake).do(Broken{"no"}).is("submitted") // unprioritized: not back to work
	s = under()
	s.as(level1).do(Clarify{Question: "Which floor?"}).is("waiting_for_client")
	if !slices.Contains(s.told(), "post parked") {
		t.Error("the SRM isn't told")
	}
	s.as(intake).do(Answer{"The second"}).is("submitted")
	s = under()
	s.as(srm).do(Cancel{"not a request"}).is("cancelled")
	s = under()
	s.as(level1).do(Release{}).is("submitted")
	s = under()
	s.as(srm).do(Prioritize{Priority: "normal"}) // from then on it is like any other
	s.as(level1).do(Move{To: "ready_to_test", Why: "done"})
	s.wait(20 * time.Minute)
	s.is("ready_to_test")
}

func TestOnlyTheSRMExtends(t *testing.T) {
	s := newScene(t).opened(Defect)
	s.as(level1).do(RealTime{}).no(ByRole, Extend{10})
	s.wait(13 * time.Minute)
	s.as(srm).needs(Extend{}, "minutes")
	s.as(srm).do(Extend{10})
	s.wait(11 * time.Minute)
	s.is("in_progress").wait(time.Minute)
	s.is("submitted")
	s.as(srm).no(RealTimeAllowance, Extend{10})
}

func TestTheClockIsLate(t *testing.T) {
	s := newScene(t).opened(Defect)
	s.as(level1).do(RealTime{})
	s.now = monday.Add(16 * time.Minute) // and the clock has not been by
	s.as(level1).no(RealTimeAllowance, Move{To: "client_testing", Why: "done"}).offers(t, VAsk, VPark)
	s.as(level1).no(RealTimeAllowance, Clarify{Question: "Which floor?"})
	s.as(srm).do(Extend{10}).is("in_progress")
	s.as(level1).do(Move{To: "client_testing", Why: "done"})
}

func TestUndoAroundAnAllowance(t *testing.T) {
	under := func(t *testing.T) *scene {
		s := &scene{world: newWorld(office(), monday), T: t}
		s.opened(Defect).as(level1).do(RealTime{})
		return s
	}
	t.Run("of a priority resumes it, and its timer", func(t *testing.T) {
		s := under(t)
		s.as(srm).do(Prioritize{Priority: "urgent"}, Undo{}).is("in_progress")
		s.wait(15 * time.Minute)
		s.is("submitted")
	})
	t.Run("of a priority after expiry parks", func(t *testing.T) {
		s := under(t)
		s.wait(10 * time.Minute)
		s.as(srm).do(Prioritize{Priority: "urgent"})
		s.wait(6 * time.Minute)
		s.is("in_progress").as(srm).do(Undo{}).is("submitted")
	})
	t.Run("of a priority parks if level 1 works another by now", func(t *testing.T) {
		s := under(t)
		s.as(srm).do(Prioritize{Priority: "urgent"})
		s.as(level1).do(RealTime{Open{Client: acme, Summary: "Another"}})
		s.n = 1
		s.as(srm).do(Undo{}).is("submitted")
	})
	t.Run("of a cancellation parks", func(t *testing.T) {
		s := under(t)
		s.as(srm).do(Cancel{"not a request"}, Undo{}).is("submitted")
	})
}
