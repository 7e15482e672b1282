package desk

import (
	"slices"
	"testing"
	"time"
)

// Ending: rules 10 and 11, reopening, undo, duplicates.

func TestClientConfirms(t *testing.T) {
	for _, m := range []MemberID{tech, intake, srm, sdm} {
		s := newScene(t).installed()
		s.as(tech2).no(ByRole, Confirm{"call"})
		s.as(m).needs(Confirm{}, "how")
		s.as(m).needs(Confirm{"telepathy"}, "how")
		s.as(m).do(Confirm{"call"}).is("completed")
		s = newScene(t).installed()
		s.as(m).needs(Broken{}, "text")
		s.as(m).do(Broken{"page 3 jams"}).is("in_progress")
		if got := s.ticket(); got.Rework != 1 || got.Assignee != tech {
			t.Errorf("%+v", got)
		}
	}
}

func TestClosingUnconfirmed(t *testing.T) {
	s := newScene(t).installed()
	s.as(tech).do(Nudge{}).no(ByRole, Close{"silent"})
	s.as(sdm).no(Present, Nudge{})
	s.as(sdm).no(ClientConfirms, Close{"silent"}).offers(t, VNudge, VCalled, VConfirm)
	s.as(tech2).no(ByRole, Nudge{})
	s.now = at("Sat 2026-03-07 10:00")
	s.as(sdm).do(Nudge{}).no(ClientConfirms, Close{"silent"}) // Saturday is no working day
	s.now = at("Mon 2026-03-09 10:00")
	s.as(sdm).do(Nudge{}).needs(Close{}, "reason")
	s.as(sdm).do(Close{"two nudges"}).is("completed")
	if !s.ticket().Unconfirmed {
		t.Error("not counted apart")
	}
	s.as(srm).do(Reopen{"they called"}).is("in_review")
	if s.ticket().Unconfirmed || s.ticket().NudgeDays(s.p) != 0 {
		t.Error("reopened, and unconfirmed still")
	}
	s.now = monday
	for _, d := range []Dial{Warn, Off} {
		s.installed().dial(ClientConfirms, d).as(tech).no(ByRole, Close{"silent"})
		s.as(srm).needs(Close{}, "reason")
		s.as(srm).do(Close{"the SRM says so"})
		if got := slices.Contains(s.warned(), ClientConfirms); got != (d == Warn) || !s.ticket().Unconfirmed {
			t.Errorf("%s: said %v", d, got)
		}
	}
}

func TestCannotReplicate(t *testing.T) {
	s := newScene(t)
	s.stand(Defect, "cannot_replicate")
	s.as(tech).no(ByRole, Confirm{"call"})
	s.as(sdm).no(ByRole, Close{"silent"})
	s.as(intake).no(ClientConfirms, Close{"silent"})
	s.as(intake).needs(Move{To: "in_review"}, "reason")
	s.as(intake).do(Move{To: "in_review", Why: "only in the morning"}).is("in_review")
	s.stand(Defect, "cannot_replicate")
	s.as(srm).do(Confirm{"e-mail"}).is("completed")
	s.stand(Defect, "in_testing")
	s.as(tech2).do(Move{To: "cannot_replicate", Why: "printed ten"})
	s.as(intake).do(Move{To: "in_review", Why: "only in the morning"})
	if s.ticket().Tester != 0 {
		t.Error("a tester in review")
	}
}

func TestCompleteBeforeClose(t *testing.T) {
	done := func(d Dial, client ClientID, agreement string, c Category) *scene {
		s := newScene(t).dial(CompleteBeforeClose, d).dial(DefinitionOfReady, Off)
		c1 := s.p.Clients[acme]
		c1.Agreements = append(c1.Agreements, "Project") // the only one would be taken over by itself
		s.p.Clients[acme] = c1
		o := Open{Client: client, Summary: "Printer", Agreement: agreement}
		s.as(intake).do(o)
		if c.Type != "" {
			s.as(intake).do(Categorize{Category: c})
		}
		s.as(srm).do(Prioritize{Priority: "normal"})
		s.as(tech).do(Start{}, Move{To: "client_testing", Why: "done"})
		return s
	}
	for _, d := range []Dial{Off, Warn, Enforce} { // the real client always
		done(d, unknown, "", printer).as(intake).no(CompleteBeforeClose, Confirm{}).offers(t, VSet)
	}
	done(Enforce, acme, "", printer).as(intake).no(CompleteBeforeClose, Confirm{"call"}).offers(t, VCategorize, VSet)
	done(Enforce, acme, "Support 2026", Category{}).as(srm).no(CompleteBeforeClose, Confirm{"call"})
	done(Enforce, acme, "Support 2026", printer).as(intake).do(Confirm{"call"})
	s := done(Warn, acme, "", Category{})
	s.as(intake).do(Confirm{"call"})
	if !slices.Contains(s.warned(), CompleteBeforeClose) {
		t.Error("not said")
	}
	s = done(Off, acme, "", Category{})
	s.as(intake).do(Confirm{"call"})
	if len(s.warned()) != 0 {
		t.Error("said at off")
	}
	s = newScene(t).dial(CompleteBeforeClose, Enforce).started(Internal)
	s.as(tech).needs(Move{To: "completed"}, "reason")
	s.as(tech).do(Move{To: "completed", Why: "patched"}) // no client, no agreement
}

func TestReopening(t *testing.T) {
	s := newScene(t).installed()
	s.as(srm).do(Confirm{"call"})
	s.as(tech).no(ByRole, Reopen{"again"})
	s.as(intake).needs(Reopen{}, "reason")
	closed := s.now
	s.now = closed.AddDate(0, 0, 14).Add(time.Second)
	if r := s.as(srm).no(Transitions, Reopen{"again"}); r.Offer[0].Verb != VNew || r.Offer[0].Args["linked"] != "1" {
		t.Errorf("no way on: %+v", r)
	}
	s.now = closed.AddDate(0, 0, 14)
	s.as(srm).do(Reopen{"again"}).is("in_review")
	if got := s.ticket(); got.Priority != "" || !got.Closed.IsZero() {
		t.Errorf("%+v", got)
	}
	s.as(srm).do(Cancel{"withdrawn"})
	s.as(intake).no(ByRole, Reopen{"again"})
	s.now = s.now.AddDate(0, 1, 0)
	s.as(srm).do(Reopen{"again"}).is("in_review")
}

func TestDuplicates(t *testing.T) {
	s := newScene(t).opened(Defect).opened(Defect).opened(Defect)
	s.as(tech).no(ByRole, Duplicate{Of: 1})
	s.as(srm).needs(Duplicate{}, "of")
	s.as(srm).no(Duplicates, Duplicate{Of: 3})
	s.as(srm).no(Duplicates, Duplicate{Of: 9})
	s.as(srm).do(Duplicate{Of: 2}).is("cancelled")
	if got := s.ticket(); got.DuplicateOf != 2 {
		t.Errorf("%+v", got)
	}
	s.n = 2
	s.as(srm).no(Duplicates, Duplicate{Of: 3}) // whose root it is
	s.as(srm).do(Duplicate{Of: 1})
	s.opened(Defect).as(srm).do(Duplicate{Of: 3}) // chains end at the root
	if got := s.ticket(); got.DuplicateOf != 1 {
		t.Errorf("root: %+v", got)
	}
	s.as(srm).do(Undo{Duplicate: 1}).is("submitted")
	if last := s.events[1][len(s.events[1])-1].What; last != (DuplicateUndone{4}) || s.ticket().DuplicateOf != 0 {
		t.Errorf("the other is told %v", last)
	}
	o := jam
	o.Client, o.Contact, o.Agreement = bright, bob, ""
	s.as(intake).do(o)
	s.as(srm).needs(Duplicate{Of: 1}, "reason")
	s.as(srm).do(Duplicate{1, "one landlord"})
	s.as(srm).do(Reopen{"it isn't"})
	if s.ticket().DuplicateOf != 0 {
		t.Error("reopened, and a duplicate still")
	}
	s.as(srm).do(Cancel{"x"})
	s.opened(Defect).as(srm).no(Duplicates, Duplicate{Of: 5}) // closed
}

func TestUndo(t *testing.T) {
	s := newScene(t).opened(Defect)
	s.as(srm).no(UndoWindow, Undo{})
	s.as(srm).do(Prioritize{Priority: "normal"})
	s.as(deputy).no(UndoWindow, Undo{})
	s.as(observer).no(ByRole, Undo{})
	s.as(srm).do(Undo{}).is("submitted")
	if got := s.ticket(); got.Priority != "" || slices.Contains(s.told(), "mail undone") {
		t.Errorf("%+v, told %v", got, s.told())
	}
	s.as(srm).no(UndoWindow, Undo{})
	s.as(srm).do(Prioritize{Priority: "normal"})
	s.wait(3 * time.Minute) // its mail is out
	s.as(srm).do(Undo{})
	if !slices.Contains(s.told(), "mail undone") {
		t.Errorf("the contact isn't told again: %v", s.told())
	}
	s.as(srm).do(Prioritize{Priority: "normal"})
	s.wait(10 * time.Minute)
	s.as(srm).do(Prioritize{Priority: "urgent"})
	s.wait(11 * time.Minute)
	s.as(srm).no(UndoWindow, Undo{})
	s.as(srm).do(Prioritize{Priority: "normal"})
	s.as(tech).do(Claim{})
	s.as(srm).no(UndoWindow, Undo{}) // changed since

	for _, at := range []StatusKey{"submitted", "scheduled", "waiting_for_vendor", "in_testing", "client_testing"} {
		s.stand(Defect, at)
		if at == "client_testing" {
			s.as(sdm).do(Nudge{})
		}
		was := s.ticket()
		s.as(srm).do(Cancel{"withdrawn"}, Undo{}).is(at)
		if got := s.ticket(); got.Priority != was.Priority || got.Assignee != was.Assignee || got.Tester != was.Tester || got.Awaiting != was.Awaiting ||
			!got.Scheduled.Equal(was.Scheduled) || len(got.Nudges) != len(was.Nudges) || !got.Closed.IsZero() || !got.Since.Equal(was.Since) {
			t.Errorf("%s: undone to %+v", at, got)
		}
	}
	s.approved(Service).as(srm).do(Schedule{s.now.Add(time.Minute)}, Cancel{"x"})
	s.wait(2 * time.Minute)
	s.as(srm).do(Undo{}).is("approved") // what was waited for is past
}
