package desk

import "slices"

// Change is what a desk's configuration may change of the default workflow.
type Change struct {
	Rename  map[StatusKey]string
	Without []string // groups: test, install, estimate
	Add     []Status // without traits
	Moves   []Transition
}

// groups that a desk may leave out, with the statuses that go.
var groups = map[string][]Trait{
	"test":     {IsTestQueue, IsTesting},
	"install":  {IsInstallQueue},
	"estimate": {IsNeedEstimate, IsEstimated, IsEstimateSent},
}

// defaultStatuses in order; domain.md, "Statuses and their stages".
var defaultStatuses = []Status{
	{"submitted", "Submitted", Triage, IsSubmitted},
	{"in_review", "In review", Triage, IsReview},
	{"needs_estimate", "Needs estimate", Triage, IsNeedEstimate},
	{"estimate_ready", "Estimate ready", Triage, IsEstimated},
	{"estimate_pending", "Estimate pending client approval", Waiting, IsEstimateSent},
	{"approved", "Approved for action", Ready, IsReady},
	{"scheduled", "Scheduled", Ready, IsScheduled},
	{"in_progress", "In progress", Active, IsWork},
	{"ready_to_test", "Ready to test", Active, IsTestQueue},
	{"in_testing", "In testing", Active, IsTesting},
	{"ready_to_install", "Ready to install", Active, IsInstallQueue},
	{"waiting_for_client", "Waiting for client", Waiting, IsQuestion},
	{"waiting_for_vendor", "Waiting for vendor", Waiting, IsVendor},
	{"cannot_replicate", "Cannot replicate", Waiting, IsNoReplicate},
	{"client_testing", "Client testing", Waiting, IsClientTest},
	{"completed", "Completed", Done, IsCompleted},
	{"cancelled", "Cancelled", Done, IsCancelled},
}

// DefaultWorkflow is domain.md's table with every group.
func DefaultWorkflow() Workflow {
	w, err := NewWorkflow(Change{})
	if err != nil {
		panic(err) // the default is checked by a test
	}
	return w
}

// table returns domain.md's transitions for the statuses that w has. Rows whose
// end was left out are not there; work then passes to the next group.
func (w *Workflow) table() []Transition {
	var rows []Transition
	add := func(verb Verb, from []Trait, to Trait, why string, kinds []Kind, by ...Role) {
		for _, f := range from {
			fk, tk := w.With(f), w.With(to)
			if fk != "" && tk != "" && fk != tk {
				rows = append(rows, Transition{From: fk, To: tk, Verb: verb, By: by, Why: why, Kinds: kinds})
			}
		}
	}
	row := func(verb Verb, from, to StatusKey, kinds []Kind, by ...Role) {
		rows = append(rows, Transition{From: from, To: to, Verb: verb, By: by, Kinds: kinds})
	}
	one := func(t Trait) []Trait { return []Trait{t} }
	client := []Kind{Defect, Service}

	add(VReview, one(IsSubmitted), IsReview, "", nil, RIntake, RSRM)
	add(VPrioritize, []Trait{IsSubmitted, IsReview}, IsReady, "", nil, RSRM, RIntake)
	add(VMove, one(IsReady), IsReview, "", nil, RSRM)
	add(VEstimate, []Trait{IsSubmitted, IsReview, IsWork}, IsNeedEstimate, "", nil, RSRM)
	add(VEstimate, one(IsNeedEstimate), IsEstimated, "", nil, RTechnician, RSRM)
	add(VMove, one(IsEstimated), IsNeedEstimate, "", nil, RSRM)
	add(VMove, one(IsEstimated), IsEstimateSent, "", client, RIntake, RSRM)
	add(VApprove, one(IsEstimateSent), IsReady, "", nil, RIntake, RSRM)
	add(VDecline, one(IsEstimateSent), IsReview, "", nil, RIntake, RSRM)
	add(VMove, []Trait{IsNeedEstimate, IsEstimated, IsEstimateSent}, IsReview, "reason", nil, RSRM)
	for _, s := range w.Statuses {
		if s.Stage != Waiting && s.Stage != Done {
			row(VClarify, s.Key, w.With(IsQuestion), client, RIntake, RSRM, RAssignee, RTester)
			row(VAnswer, w.With(IsQuestion), s.Key, client, RIntake, RSRM, RAssignee, RTester)
		}
	}
	add(VVendor, one(IsWork), IsVendor, "", nil, RAssignee, RSRM)
	add(VMove, one(IsVendor), IsWork, "", nil, RAssignee, RSRM)
	add(VSchedule, []Trait{IsReady, IsWork}, IsScheduled, "", nil, RSRM, RAssignee)
	add(VMove, one(IsScheduled), IsReady, "", nil, RSRM, RAssignee, RClock)
	add(VStart, one(IsReady), IsWork, "", nil, RTechnician)
	add(VPutBack, one(IsWork), IsReady, "", nil, RAssignee, RSRM)

	test, install := w.With(IsTestQueue) != "", w.With(IsInstallQueue) != ""
	afterTest := IsClientTest
	if install {
		afterTest = IsInstallQueue
	}
	afterWork := afterTest
	if test {
		afterWork = IsTestQueue
	}
	add(VMove, one(IsWork), afterWork, "what was done", []Kind{Defect}, RAssignee)
	add(VMove, one(IsWork), IsClientTest, "what was done", []Kind{Service}, RAssignee)
	add(VMove, one(IsWork), IsCompleted, "what was done", []Kind{Internal}, RAssignee)
	add(VMove, one(IsTestQueue), IsTesting, "", nil, RTechnician)
	add(VMove, one(IsTestQueue), IsWork, "", nil, RAssignee, RSRM)
	add(VMove, one(IsTesting), afterTest, "", nil, RTester)
	add(VMove, one(IsTesting), IsWork, "what failed", nil, RTester)
	add(VMove, one(IsTesting), IsTestQueue, "", nil, RTester, RSRM)
	add(VMove, one(IsInstallQueue), IsClientTest, "what was installed", nil, RTechnician)
	add(VMove, one(IsInstallQueue), IsWork, "", nil, RAssignee, RSRM)
	add(VMove, []Trait{IsWork, IsTesting}, IsNoReplicate, "what was tried", client, RAssignee, RTester)
	add(VMove, one(IsNoReplicate), IsReview, "the new information", nil, RIntake, RSRM)
	add(VConfirm, one(IsNoReplicate), IsCompleted, "", nil, RIntake, RSRM)
	add(VClose, one(IsNoReplicate), IsCompleted, "", nil, RIntake, RSRM)
	add(VConfirm, one(IsClientTest), IsCompleted, "", nil, RAssignee, RIntake, RSRM, RSDM)
	add(VBroken, one(IsClientTest), IsWork, "", nil, RAssignee, RIntake, RSRM, RSDM)
	add(VClose, one(IsClientTest), IsCompleted, "", nil, RSRM, RSDM)
	for _, s := range w.Statuses {
		switch {
		case s.Trait == IsCancelled:
			row(VReopen, s.Key, w.With(IsReview), nil, RSRM)
		case s.Stage == Done:
			row(VReopen, s.Key, w.With(IsReview), nil, RSRM, RIntake)
		default:
			row(VCancel, s.Key, w.With(IsCancelled), nil, RSRM)
		}
	}
	return rows
}

// NewWorkflow is the default changed as c says. Refused, with the status or row
// named: a change that strands tickets, takes a needed status away, or opens a
// way to an active stage round rule 2.
func NewWorkflow(c Change) (Workflow, error) {
	var w Workflow
	gone := map[Trait]bool{}
	for _, g := range c.Without {
		ts, ok := groups[g]
		if !ok {
			return w, badWorkflow("there is no group %q to leave out; groups are test, install, estimate", g)
		}
		for _, t := range ts {
			gone[t] = true
		}
	}
	for _, s := range defaultStatuses {
		if !gone[s.Trait] {
			w.Statuses = append(w.Statuses, s)
		}
	}
	for k, name := range c.Rename {
		i := slices.IndexFunc(w.Statuses, func(s Status) bool { return s.Key == k })
		if i < 0 {
			return w, badWorkflow("rename: there is no status %q", k)
		}
		w.Statuses[i].Name = name
	}
	for _, s := range c.Add {
		s.Trait = ""
		w.Statuses = append(w.Statuses, s)
	}
	w.Transitions = w.table()
	for _, m := range c.Moves {
		m.Verb = VMove
		w.Transitions = append(w.Transitions, m)
	}
	return w, w.check()
}
