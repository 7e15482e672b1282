package desk

import "slices"

// Stage groups statuses; the clocks and most rules ask for the stage.
type Stage string

const (
	Triage  Stage = "triage"
	Ready   Stage = "ready"
	Active  Stage = "active"
	Waiting Stage = "waiting"
	Done    Stage = "done"
)

// Trait is what a status means to the rules. Code asks for a trait, never for
// a status's key or name. At most one status carries each.
type Trait string

const (
	IsSubmitted    Trait = "submitted"
	IsReview       Trait = "review"
	IsNeedEstimate Trait = "needs-estimate"
	IsEstimated    Trait = "estimated"
	IsEstimateSent Trait = "estimate-sent"
	IsReady        Trait = "ready"
	IsScheduled    Trait = "scheduled"
	IsWork         Trait = "work"
	IsTestQueue    Trait = "test-queue"
	IsTesting      Trait = "testing"
	IsInstallQueue Trait = "install-queue"
	IsQuestion     Trait = "client-question"
	IsVendor       Trait = "vendor"
	IsClientTest   Trait = "client-test"
	IsNoReplicate  Trait = "cannot-replicate"
	IsCompleted    Trait = "completed"
	IsCancelled    Trait = "cancelled"
)

// StatusKey is the stable name of a status in events and interfaces.
type StatusKey string

// Status is one state of a ticket.
type Status struct {
	Key   StatusKey
	Name  string
	Stage Stage
	Trait Trait // "" for a status that a desk added
}

// Role is what a transition or a rule asks of the actor: a member's role, or a
// relation to the ticket.
type Role string

const (
	RIntake       Role = "intake" // as held: on the rota; as asked: intake of this instant
	RIntakeDeputy Role = "intake deputy"
	RSRM          Role = "srm"
	RSRMDeputy    Role = "srm deputy"
	RSDM          Role = "sdm"
	RTechnician   Role = "technician"
	RLevel1       Role = "level 1"
	RAdmin        Role = "admin"
	RAssignee     Role = "assignee"
	RTester       Role = "tester"
	RClock        Role = "clock"
)

// Roles that a member can be given, as typed.
var Roles = []Role{RIntake, RIntakeDeputy, RSRM, RSRMDeputy, RSDM, RTechnician, RLevel1, RAdmin}

// Transition is one row of the workflow's table.
type Transition struct {
	From, To StatusKey
	// Verb is the command that makes the move: VMove for a plain one.
	Verb Verb
	By   []Role
	// Why is what a plain move asks to be told ("what was done"), "" if nothing.
	Why string
	// Kinds limits the row to some kinds; empty means all.
	Kinds []Kind
}

func (tr Transition) fits(k Kind) bool { return len(tr.Kinds) == 0 || slices.Contains(tr.Kinds, k) }

// Workflow is the statuses, in order from left to right, and the transitions.
type Workflow struct {
	Statuses    []Status
	Transitions []Transition
}

// Status returns the status with the key.
func (w *Workflow) Status(k StatusKey) (Status, bool) {
	for _, s := range w.Statuses {
		if s.Key == k {
			return s, true
		}
	}
	return Status{}, false
}

// With returns the key of the status with the trait, "" if the desk left it out.
func (w *Workflow) With(t Trait) StatusKey {
	for _, s := range w.Statuses {
		if s.Trait == t && t != "" {
			return s.Key
		}
	}
	return ""
}

// In returns the keys of the statuses in the stages.
func (w *Workflow) In(stages ...Stage) []StatusKey {
	var ks []StatusKey
	for _, s := range w.Statuses {
		if slices.Contains(stages, s.Stage) {
			ks = append(ks, s.Key)
		}
	}
	return ks
}

// Stage is the stage of a status, "" if there is no such status.
func (w *Workflow) Stage(k StatusKey) Stage { s, _ := w.Status(k); return s.Stage }

// Trait is the trait of a status.
func (w *Workflow) Trait(k StatusKey) Trait { s, _ := w.Status(k); return s.Trait }

// Name is what people call the status.
func (w *Workflow) Name(k StatusKey) string { s, _ := w.Status(k); return s.Name }

// leftOf reports whether a stands before b in the workflow's order.
func (w *Workflow) leftOf(a, b StatusKey) bool {
	at := func(k StatusKey) int {
		return slices.IndexFunc(w.Statuses, func(s Status) bool { return s.Key == k })
	}
	return at(a) < at(b)
}

// Rows returns the transitions that a ticket of the kind has from the status.
func (w *Workflow) Rows(from StatusKey, k Kind) []Transition {
	var rows []Transition
	for _, tr := range w.Transitions {
		if tr.From == from && tr.fits(k) {
			rows = append(rows, tr)
		}
	}
	return rows
}

// To returns the rows from one status to another for the kind.
func (w *Workflow) To(from, to StatusKey, k Kind) []Transition {
	return slices.DeleteFunc(w.Rows(from, k), func(tr Transition) bool { return tr.To != to })
}

// open reports whether a ticket in the status is neither Completed nor
// Cancelled nor in any other status of the stage done.
func (w *Workflow) open(k StatusKey) bool { return w.Stage(k) != Done }
