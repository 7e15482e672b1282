package desk

import (
	"fmt"
	"slices"
	"strings"
)

// WorkflowError says what of a desk's workflow cannot be accepted, and names
// the status or transition.
type WorkflowError struct{ Text string }

func (e *WorkflowError) Error() string { return "workflow: " + e.Text }

func badWorkflow(format string, args ...any) error {
	return &WorkflowError{fmt.Sprintf(format, args...)}
}

// check refuses a workflow that breaks a promise of domain.md.
func (w *Workflow) check() error {
	keys, names := map[StatusKey]bool{}, map[string]bool{}
	for _, s := range w.Statuses {
		switch {
		case s.Key == "" || strings.TrimSpace(s.Name) == "":
			return badWorkflow("a status needs a key and a name")
		case strings.Trim(string(s.Key), "abcdefghijklmnopqrstuvwxyz0123456789_") != "":
			return badWorkflow("status key %q: lower-case letters, digits and _ only", s.Key)
		case keys[s.Key]:
			return badWorkflow("status %q stands twice", s.Key)
		case names[strings.ToLower(s.Name)]:
			return badWorkflow("two statuses are named %q", s.Name)
		case !slices.Contains([]Stage{Triage, Ready, Active, Waiting, Done}, s.Stage):
			return badWorkflow("status %q: stage %q is not one of triage, ready, active, waiting, done", s.Key, s.Stage)
		}
		keys[s.Key], names[strings.ToLower(s.Name)] = true, true
	}
	for _, tr := range w.Transitions {
		if err := w.checkRow(tr, keys); err != nil {
			return err
		}
	}
	if err := w.checkRule2(); err != nil {
		return err
	}
	return w.checkStranded()
}

// checkRow refuses a row that says nothing that can be done.
func (w *Workflow) checkRow(tr Transition, keys map[StatusKey]bool) error {
	for _, k := range []StatusKey{tr.From, tr.To} {
		if !keys[k] {
			return badWorkflow("transition %s to %s: there is no status %q", tr.From, tr.To, k)
		}
	}
	if tr.From == tr.To {
		return badWorkflow("transition %s to itself moves nothing", tr.From)
	}
	if !slices.ContainsFunc(tr.By, func(r Role) bool { return r != RClock }) {
		return badWorkflow("transition %s to %s: nobody may make it; name roles in by", tr.From, tr.To)
	}
	askable := append([]Role{RAssignee, RTester, RClock}, Roles...)
	for _, r := range tr.By {
		if !slices.Contains(askable, r) {
			return badWorkflow("transition %s to %s: there is no role %q", tr.From, tr.To, r)
		}
	}
	for _, k := range tr.Kinds {
		if !slices.Contains(Kinds, k) {
			return badWorkflow("transition %s to %s: there is no kind %q; kinds are defect, request, internal", tr.From, tr.To, k)
		}
	}
	return nil
}

// checkRule2 refuses a plain move that would make a ticket ready without
// prioritizing, active without starting, or done without the client's word.
// Every other verb is guarded where it is decided. Moves among active statuses
// stay open, and so does the way back from a waiting status that only active
// ones lead to.
func (w *Workflow) checkRule2() error {
	sources := w.sources()
	only := func(k StatusKey, stages ...Stage) bool {
		for s := range sources[k] {
			if !slices.Contains(stages, s) {
				return false
			}
		}
		return true
	}
	for _, tr := range w.Transitions {
		from, to := w.Stage(tr.From), w.Stage(tr.To)
		internal := len(tr.Kinds) == 1 && tr.Kinds[0] == Internal
		switch {
		case tr.Verb != VMove || from == to && from != Waiting:
		case from == Done:
			return badWorkflow("transition %s to %s takes up a closed ticket; let it be reopened to %s", tr.From, tr.To, w.With(IsReview))
		case to == Active && !only(tr.From, Active):
			return badWorkflow("transition %s to %s leads to active work without starting (rule prioritized-before-start); let it go through %s",
				tr.From, tr.To, w.With(IsReady))
		case to == Ready && !only(tr.From, Active, Ready):
			return badWorkflow("transition %s to %s makes a ticket ready without prioritizing (rule srm-prioritizes); let it go through %s",
				tr.From, tr.To, w.With(IsReview))
		case to == Done && w.Trait(tr.To) == IsCancelled:
			return badWorkflow("transition %s to %s: every open ticket can be cancelled already, by the SRM", tr.From, tr.To)
		case to == Done && !(from == Active && internal):
			return badWorkflow("transition %s to %s ends a ticket without the client's word (rule client-confirms)", tr.From, tr.To)
		}
	}
	return nil
}

// sources are the stages outside waiting from which tickets come into each
// status: its own stage, or for a waiting one those that lead to it, also
// through other waiting ones.
func (w *Workflow) sources() map[StatusKey]map[Stage]bool {
	from := map[StatusKey]map[Stage]bool{}
	for _, s := range w.Statuses {
		from[s.Key] = map[Stage]bool{}
		if s.Stage != Waiting {
			from[s.Key][s.Stage] = true
		}
	}
	for grew := true; grew; {
		grew = false
		for _, tr := range w.Transitions {
			if w.Stage(tr.To) != Waiting {
				continue
			}
			for s := range from[tr.From] {
				if !from[tr.To][s] {
					from[tr.To][s], grew = true, true
				}
			}
		}
	}
	return from
}

// checkStranded refuses a status that cannot be reached, or in which a ticket of
// some kind gets stuck, with no way to end but being cancelled.
func (w *Workflow) checkStranded() error {
	start, end := w.With(IsSubmitted), w.With(IsCompleted)
	all := w.reach(start, func(tr Transition) bool { return tr.Verb != VAnswer }, false) // an answer leads to nothing new
	for _, s := range w.Statuses {
		if !all[s.Key] && s.Trait != IsCancelled {
			return badWorkflow("status %q can never be reached; add a transition to it", s.Key)
		}
	}
	for _, k := range Kinds {
		// A question only leads back to where it was asked: no way on.
		on := func(tr Transition) bool { return tr.fits(k) && tr.Verb != VClarify && tr.Verb != VAnswer }
		from, to := w.reach(start, on, false), w.reach(end, on, true)
		for _, s := range w.Statuses {
			if from[s.Key] && s.Stage != Done && !to[s.Key] {
				return badWorkflow("status %q strands its tickets of kind %s: no way leads on to %s; add a transition from it", s.Key, k, w.Name(end))
			}
		}
	}
	return nil
}

// reach is every status that the rows lead to from start, or with back those
// that lead to it. Cancelling ends a ticket and leads nowhere.
func (w *Workflow) reach(start StatusKey, use func(Transition) bool, back bool) map[StatusKey]bool {
	seen, todo := map[StatusKey]bool{start: true}, []StatusKey{start}
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		for _, tr := range w.Transitions {
			a, b := tr.From, tr.To
			if back {
				a, b = b, a
			}
			if a == at && !seen[b] && tr.Verb != VCancel && use(tr) {
				seen[b], todo = true, append(todo, b)
			}
		}
	}
	return seen
}
