package desk

import (
	"fmt"
	"slices"
)

// move changes the status and what follows from it: rework is counted, a
// return to triage loses its priority, an allowance ends, whoever left loses
// the ticket. The last net under rules 2, 5 and 6: whatever command asked for
// it, nothing unprioritized and nothing without an assignee gets into an active
// status, and nothing unprioritized is ready.
func (d *deciding) move(to StatusKey, why Text) error {
	w := &d.p.Workflow
	from := d.t.Status
	allowed := d.t.UnderAllowance()
	if allowed && !slices.Contains([]Trait{IsSubmitted, IsQuestion, IsClientTest, IsCancelled, IsWork}, w.Trait(to)) {
		return d.allowed("go to " + w.Name(to))
	}
	switch w.Stage(to) {
	case Active:
		if err := d.mayBeActive(); err != nil {
			return err
		}
	case Ready:
		if err := d.mayQueue(to); err != nil {
			return err
		}
	}
	m := Moved{From: from, To: to, Stage: w.Stage(to), Why: why, Rework: !allowed && d.rework(from, to)}
	if w.Trait(from) == IsWork {
		m.Worker = d.t.Assignee
	}
	d.emit(m)
	if d.t.Allowance != nil && d.t.Allowance.Running && w.Stage(to) != Active {
		d.emit(AllowanceEnded{})
	}
	if tr := w.Trait(to); (tr == IsSubmitted || tr == IsReview) && d.t.Priority != "" {
		d.emit(Unprioritized{})
	}
	if d.t.Tester != 0 && !d.tests() {
		d.emit(Testing{})
	}
	if st := w.Stage(to); (st == Triage || st == Ready) && d.gone(d.t.Assignee) {
		d.emit(AssigneeLeft{d.t.Assignee})
	}
	return nil
}

// tests reports whether the tester still has to do with the ticket: while it is
// tested or waits in between, and once it passed.
func (d *deciding) tests() bool {
	switch st := d.stage(); {
	case st == Waiting || st == Done:
		return true
	case st == Active:
		return d.trait() != IsWork && d.trait() != IsTestQueue
	}
	return false
}

// gone reports whether the member was deactivated.
func (d *deciding) gone(m MemberID) bool { return m != 0 && !d.p.Members[m].Active }

// rework is a move to the left that undoes work or a decision; coming back
// from waiting is not.
func (d *deciding) rework(from, to StatusKey) bool {
	w := &d.p.Workflow
	switch w.Stage(from) {
	case Active:
		return w.Stage(to) != Waiting && w.Trait(to) != IsScheduled && w.leftOf(to, from)
	case Ready:
		return w.Stage(to) == Triage
	case Done:
		return true
	}
	return (w.Trait(from) == IsClientTest || w.Trait(from) == IsNoReplicate) && w.Stage(to) != Done
}

// mayBeActive is rules 2 and 6 for every way into an active status.
func (d *deciding) mayBeActive() error {
	if d.t.Priority == "" && !d.t.UnderAllowance() && d.p.Dial(PrioritizedFirst) == Enforce {
		return d.unprioritized()
	}
	if d.t.Assignee == 0 {
		return &Refusal{Rule: StartedHasAssignee, Text: fmt.Sprintf("%s has no assignee, and started work always has one. Assign it first.", d.t.Number),
			Who: d.p.who(d.t, d.r.At, RSRM), Offer: []Offer{{Verb: VClaim, Ticket: d.t.Number, Label: "Claim it"}}}
	}
	return nil
}

// mayQueue refuses to make anything ready that the SRM has not prioritized: at
// no dial is there another way.
func (d *deciding) mayQueue(to StatusKey) error {
	if d.t.Priority != "" {
		return nil
	}
	r := d.unprioritized()
	r.Text = fmt.Sprintf("%s isn't prioritized, so it can't go to %s. The SRM decides what comes next.", d.t.Number, d.p.Workflow.Name(to))
	return r
}

// unprioritized is rule 2's refusal.
func (d *deciding) unprioritized() *Refusal {
	r := &Refusal{Rule: PrioritizedFirst, Who: nonzero(d.p.SRM(d.r.At)),
		Text:  fmt.Sprintf("%s isn't prioritized yet, so it can't be started. The SRM decides what comes next.", d.t.Number),
		Offer: []Offer{{Verb: VAsk, Ticket: d.t.Number, Label: "Ask the SRM"}}}
	if d.f.Top != 0 && d.f.Top != d.t.Number {
		r.Offer = append(r.Offer, Offer{Verb: VStart, Ticket: d.f.Top, Label: "Take the top of the queue: " + d.f.Top.String()})
	}
	return r
}

// landing is where a return really goes: back, unless that is not allowed any
// more (domain.md: assignee gone, or unprioritized).
func (d *deciding) landing(back StatusKey) StatusKey {
	w := &d.p.Workflow
	submitted, ready := w.With(IsSubmitted), w.With(IsReady)
	st, ok := w.Status(back)
	switch {
	case !ok:
		return submitted
	case (st.Trait == IsSubmitted || st.Trait == IsReview) && d.t.Priority != "" && d.mayBeReady():
		return ready
	case st.Stage != Ready && st.Stage != Active:
		return back
	case d.t.Priority == "" && (st.Stage == Ready || d.p.Dial(PrioritizedFirst) == Enforce):
		return submitted
	case st.Trait == IsScheduled && !d.t.Scheduled.After(d.r.At):
		return ready
	case st.Stage == Ready:
		return back
	case d.t.Assignee == 0 || d.gone(d.t.Assignee):
		if d.t.Priority == "" {
			return submitted
		}
		return ready
	case st.Trait == IsTesting && (d.t.Tester == 0 || d.gone(d.t.Tester)):
		return w.With(IsTestQueue)
	}
	return back
}

// mayBeReady reports whether the ticket meets the definition of ready as
// strictly as rule 4 is kept.
func (d *deciding) mayBeReady() bool {
	return d.p.Dial(DefinitionOfReady) != Enforce || len(d.p.Missing(d.t)) == 0
}

// goBack moves to the landing of back and undoes what does not hold there.
func (d *deciding) goBack(back StatusKey, why Text) error {
	w := &d.p.Workflow
	to, until := d.landing(back), d.t.Scheduled
	if w.Stage(back) == Triage && w.Trait(to) == IsReady { // rule 4 at warn says so
		if err := d.ready(false); err != nil {
			return err
		}
	}
	if err := d.move(to, why); err != nil {
		return err
	}
	switch tr := w.Trait(to); {
	case tr == IsScheduled:
		d.emit(ScheduledFor{until})
	case tr == IsSubmitted && d.t.Assignee != 0 && back != to:
		d.emit(Assigned{})
	}
	return nil
}

// moveTo is `move`: any legal transition by its target.
func (d *deciding) moveTo(c Move) error {
	w := &d.p.Workflow
	if _, ok := w.Status(c.To); !ok {
		return &Needs{Fields: []string{"status"}, Why: "Where should it go?"}
	}
	if c.To == d.t.Status {
		return &Refusal{Rule: Transitions, Text: fmt.Sprintf("%s is %s already.", d.t.Number, d.name())}
	}
	rows := d.rowsTo(c.To)
	if len(rows) == 0 && d.stage() != Done && w.Stage(c.To) == Active && d.t.Priority == "" && !d.t.UnderAllowance() {
		switch { // says by which rule it cannot
		case d.p.Dial(PrioritizedFirst) == Enforce:
			return d.unprioritized()
		case w.Trait(c.To) == IsWork:
			return d.start(Start{Reason: c.Why})
		}
	}
	if len(rows) == 0 && d.t.UnderAllowance() {
		return d.allowed("go to " + w.Name(c.To))
	}
	if len(rows) == 0 {
		return d.notFrom("move it to " + w.Name(c.To))
	}
	if c.As != "" {
		rows = slices.DeleteFunc(rows, func(tr Transition) bool { return tr.Verb != c.As })
	}
	if mine := slices.DeleteFunc(slices.Clone(rows), func(tr Transition) bool { return !d.is(tr.By...) }); len(mine) > 0 {
		rows = mine
	}
	if len(rows) == 0 {
		return d.notFrom("do that")
	}
	for _, tr := range rows[1:] {
		if tr.Verb != rows[0].Verb {
			return d.which(rows, c.Why)
		}
	}
	return d.take(rows[0], c.Why)
}

// rowsTo is the table's rows to the status; under an allowance also rule 5's.
func (d *deciding) rowsTo(to StatusKey) []Transition {
	w := &d.p.Workflow
	if d.t.UnderAllowance() && d.trait() == IsWork {
		level1 := []Role{RAssignee}
		switch w.Trait(to) {
		case IsSubmitted:
			return []Transition{{From: d.t.Status, To: to, Verb: VPark, By: []Role{RLevel1, RSRM}}}
		case IsClientTest:
			return []Transition{{From: d.t.Status, To: to, Verb: VMove, By: level1, Why: "what was done"}}
		case IsQuestion, IsCancelled:
		default:
			return nil
		}
	}
	rows := w.To(d.t.Status, to, d.t.Kind)
	if d.trait() == IsQuestion { // only back to where it was
		then := *d
		then.t.Questions = nil // as if they were answered
		back := then.landing(d.t.Back)
		rows = slices.DeleteFunc(rows, func(tr Transition) bool { return tr.Verb == VAnswer && tr.To != back })
	}
	return rows
}

// which asks what of several rows with one target is meant.
func (d *deciding) which(rows []Transition, why Text) error {
	labels := map[Verb]string{VConfirm: "The client confirmed", VClose: "Close unconfirmed", VDecline: "The client declined",
		VMove: "Back to review", VApprove: "The client approved", VEstimate: "Estimate again", VBroken: "Still broken"}
	n := &Needs{Why: fmt.Sprintf("%s can go to %s in more than one way. Which is it?", d.t.Number, d.p.Workflow.Name(rows[0].To))}
	for _, tr := range rows {
		label := labels[tr.Verb]
		if label == "" {
			label = string(tr.Verb)
		}
		o := Offer{Verb: tr.Verb, Ticket: d.t.Number, Label: label}
		if tr.Verb == VMove {
			o.Args = map[string]string{"status": string(tr.To), "as": string(VMove), "reason": string(why)}
		}
		n.Which = append(n.Which, o)
	}
	return n
}

// take makes one row's move by the row's own command.
func (d *deciding) take(tr Transition, why Text) error {
	switch tr.Verb {
	case VReview:
		return d.review()
	case VPrioritize:
		return d.prioritize(Prioritize{})
	case VEstimate:
		return d.estimate(DoEstim{Text: why})
	case VApprove:
		return d.approve()
	case VDecline:
		return d.decline(Decline{why})
	case VClarify:
		return d.clarify(Clarify{Question: why})
	case VAnswer:
		return d.answer(Answer{why})
	case VVendor:
		return d.vendor(Vendor{why})
	case VSchedule:
		return d.schedule(Schedule{})
	case VStart:
		return d.start(Start{why})
	case VPutBack:
		return d.putBack(PutBack{why})
	case VPark:
		return d.park()
	case VConfirm:
		how := ""
		if slices.Contains(How, string(why)) {
			how = string(why)
		}
		return d.confirm(Confirm{how})
	case VBroken:
		return d.broken(Broken{why})
	case VClose:
		return d.closeUnconfirmed(Close{why})
	case VReopen:
		return d.reopen(Reopen{why})
	case VCancel:
		return d.cancel(Cancel{why})
	}
	return d.plain(tr, why)
}
