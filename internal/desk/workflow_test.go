package desk

import (
	"strings"
	"testing"
)

func TestWorkflowsThatAreRefused(t *testing.T) {
	row := func(from, to StatusKey, by ...Role) Transition {
		if by == nil {
			by = []Role{RTechnician}
		}
		return Transition{From: from, To: to, By: by}
	}
	add := func(stage Stage, rows ...Transition) Change {
		return Change{Add: []Status{{Key: "x", Name: "Extra", Stage: stage}}, Moves: rows}
	}
	for name, c := range map[string]struct {
		change Change
		says   string
	}{
		"a group that isn't":           {Change{Without: []string{"triage"}}, `no group "triage"`},
		"renaming what isn't":          {Change{Rename: map[StatusKey]string{"x": "Y"}}, `no status "x"`},
		"renaming what was left out":   {Change{Without: []string{"test"}, Rename: map[StatusKey]string{"in_testing": "QA"}}, `no status "in_testing"`},
		"no name":                      {Change{Rename: map[StatusKey]string{"approved": " "}}, "a key and a name"},
		"one name twice":               {Change{Rename: map[StatusKey]string{"approved": "in PROGRESS"}}, "two statuses"},
		"one key twice":                {Change{Add: []Status{{Key: "approved", Name: "Also", Stage: Triage}}}, "stands twice"},
		"a key for people":             {Change{Add: []Status{{Key: "On hold", Name: "On hold", Stage: Triage}}}, "lower-case"},
		"no such stage":                {Change{Add: []Status{{Key: "x", Name: "X", Stage: "limbo"}}}, `stage "limbo"`},
		"a move to what isn't":         {Change{Moves: []Transition{row("approved", "x")}}, `no status "x"`},
		"a move to itself":             {Change{Moves: []Transition{row("approved", "approved")}}, "moves nothing"},
		"a move by nobody":             {Change{Moves: []Transition{{From: "approved", To: "in_review"}}}, "nobody may"},
		"a move by the clock":          {Change{Moves: []Transition{row("approved", "in_review", RClock)}}, "nobody may"},
		"no such role":                 {Change{Moves: []Transition{row("approved", "in_review", "boss")}}, `no role "boss"`},
		"no such kind":                 {Change{Moves: []Transition{{From: "approved", To: "in_review", By: []Role{RSRM}, Kinds: []Kind{"wish"}}}}, `no kind "wish"`},
		"never reached":                {add(Triage, row("x", "in_review")), "never be reached"},
		"stranded":                     {add(Waiting, row("in_progress", "x")), "strands"},
		"stranded but for a question":  {add(Active, row("in_progress", "x")), "strands"},
		"one kind stranded":            {add(Active, row("in_progress", "x"), Transition{From: "x", To: "in_progress", By: []Role{RTechnician}, Kinds: []Kind{Defect}}), "kind request"},
		"triage to active":             {Change{Moves: []Transition{row("submitted", "in_progress", RSRM)}}, "prioritized-before-start"},
		"ready to active":              {Change{Moves: []Transition{row("approved", "ready_to_test")}}, "prioritized-before-start"},
		"triage to ready":              {Change{Moves: []Transition{row("in_review", "approved", RSRM)}}, "srm-prioritizes"},
		"question to active":           {Change{Moves: []Transition{row("waiting_for_client", "in_progress")}}, "prioritized-before-start"},
		"estimate to ready":            {Change{Moves: []Transition{row("estimate_pending", "scheduled")}}, "srm-prioritizes"},
		"by waiting in between":        {add(Waiting, row("in_review", "x"), row("x", "in_progress")), "prioritized-before-start"},
		"by waiting in between, ready": {add(Waiting, row("in_review", "x"), row("x", "approved")), "srm-prioritizes"},
		"by waiting before start":      {add(Waiting, row("approved", "x"), row("x", "in_progress")), "prioritized-before-start"},
		"by ready in between":          {add(Ready, row("in_review", "x"), row("x", "approved")), "srm-prioritizes"},
		"by an added active":           {add(Active, row("submitted", "x"), row("x", "in_progress")), "prioritized-before-start"},
		"by an added vendor":           {Change{Moves: []Transition{row("in_review", "waiting_for_vendor")}}, "prioritized-before-start"},
		"by done":                      {Change{Moves: []Transition{row("cancelled", "in_progress")}}, "reopened"},
		"by completed":                 {Change{Moves: []Transition{row("completed", "approved")}}, "reopened"},
		"round the client":             {Change{Moves: []Transition{row("client_testing", "completed")}}, "client-confirms"},
		"round the client, waiting":    {Change{Moves: []Transition{row("waiting_for_client", "completed")}}, "client-confirms"},
		"round the client, archived":   {add(Done, row("client_testing", "x")), "client-confirms"},
		"round the client, from work":  {Change{Moves: []Transition{row("in_progress", "completed")}}, "client-confirms"},
		"cancelled by others":          {Change{Moves: []Transition{row("submitted", "cancelled")}}, "cancelled already"},
		"two waiting in between": {Change{Add: []Status{{Key: "x", Name: "X", Stage: Waiting}, {Key: "y", Name: "Y", Stage: Waiting}},
			Moves: []Transition{row("in_review", "x"), row("x", "y"), row("y", "in_progress")}}, "prioritized-before-start"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewWorkflow(c.change)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want one that says %q", err, c.says)
			}
		})
	}
}

func TestWorkflowsOfTheirOwn(t *testing.T) {
	by := []Role{RTechnician}
	w, err := NewWorkflow(Change{
		Rename: map[StatusKey]string{"approved": "To do"},
		Add: []Status{{"parts", "Waiting for parts", Waiting, IsWork}, {"legal", "With legal", Triage, ""}, {"polish", "Polishing", Active, ""},
			{"planned", "Planned", Ready, ""}, {"archived", "Archived", Done, ""}},
		Moves: []Transition{{From: "in_progress", To: "parts", By: by, Why: "which parts"}, {From: "parts", To: "in_progress", By: by},
			{From: "in_review", To: "legal", By: by}, {From: "legal", To: "in_review", By: by}, {From: "in_progress", To: "polish", By: by}, {From: "polish", To: "in_progress", By: by},
			{From: "approved", To: "planned", By: by}, {From: "planned", To: "approved", By: by}, {From: "completed", To: "archived", By: by}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if w.Name("approved") != "To do" || w.Trait("parts") != "" || w.With("") != "" {
		t.Error("names and traits")
	}
	s := newScene(t)
	s.p.Workflow = w
	s.started(Service).as(tech).needs(Move{To: "parts"}, "reason")
	s.as(tech).do(Move{To: "parts", Why: "a fuser"}, Move{To: "in_progress"}, Move{To: "polish"}, Clarify{Question: "Which floor?"}, Answer{"The second"}).is("polish")
	s.as(srm).do(Cancel{"x"}, Reopen{"y"})
	s.as(tech).do(Move{To: "legal"})
	s.as(srm).do(Clarify{Question: "Which floor?"}, Withdraw{}).is("legal")
	s.as(tech).do(Move{To: "in_review"})
	s.as(srm).do(Prioritize{Priority: "normal"})
	s.as(tech).do(Move{To: "planned"}).no(Transitions, Start{})
	leave(s, tech)
	s.is("planned").as(level1).do(Move{To: "approved"}, Start{})
	s.as(level1).do(Move{To: "parts", Why: "a fuser"})
	leave(s, level1)
	s.as(tech2).do(Move{To: "in_progress"}).is("approved")
	s = newScene(t)
	s.p.Workflow = w
	s.opened(Defect).as(level1).do(RealTime{})
	s.as(level1).no(RealTimeAllowance, Move{To: "polish"})
	s.as(level1).no(RealTimeAllowance, Move{To: "parts", Why: "x"})
	s.stand(Service, "completed")
	closed := s.now
	s.now = s.now.AddDate(0, 0, 10)
	s.as(tech).do(Move{To: "archived"})
	s.now = closed.AddDate(0, 0, 15)
	s.as(srm).no(Transitions, Reopen{"again"}).offers(t, VNew) // counted from when it was completed
}

func TestGroupsLeftOut(t *testing.T) {
	for _, c := range []struct {
		without []string
		then    StatusKey
	}{{[]string{"test"}, "ready_to_install"}, {[]string{"install"}, "ready_to_test"}, {[]string{"test", "install", "estimate"}, "client_testing"}} {
		s := newScene(t)
		var err error
		if s.p.Workflow, err = NewWorkflow(Change{Without: c.without}); err != nil {
			t.Fatal(err)
		}
		s.started(Defect).as(tech).do(Move{To: c.then, Why: "done"})
		if c.then == "ready_to_test" {
			s.as(tech2).do(Move{To: "in_testing"}, Move{To: "client_testing"}).is("client_testing")
		}
	}
}
