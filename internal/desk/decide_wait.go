package desk

import (
	"fmt"
	"slices"
)

// clarify settles what must be known: it fills in what is missing, and asks the
// client a question, for whose answer the ticket waits. A question on a ticket
// that waits already is one more to answer.
func (d *deciding) clarify(c Clarify) error {
	if c.Fill != (Fill{}) {
		if err := d.ensureOpen(); err != nil {
			return err
		}
		if err := d.fill(c.Fill); err != nil || Clean(c.Question, MaxText) == "" {
			return err
		}
	}
	if err := d.by("ask the client", RIntake, RSRM, RAssignee, RTester); err != nil {
		return err
	}
	if d.t.Kind == Internal {
		return &Refusal{Rule: Transitions, Text: fmt.Sprintf("%s is internal, so there is no client to ask.", d.t.Number),
			Offer: []Offer{{Verb: VNote, Ticket: d.t.Number, Label: "Leave a note"}}}
	}
	if st := d.stage(); d.trait() != IsQuestion && (st == Waiting || st == Done) {
		return d.notFrom("ask the client")
	}
	if err := d.allowanceOver(); err != nil {
		return err
	}
	q := Clean(c.Question, MaxText)
	if q == "" {
		return d.unclear()
	}
	was := d.t.snapshot()
	if d.trait() == IsQuestion {
		d.emit(QuestionAsked{Text: q})
		return nil
	}
	back := d.t.Status
	if d.t.UnderAllowance() { // parks: the answer returns to Submitted (rule 5)
		back = d.p.Workflow.With(IsSubmitted)
	}
	until := d.t.Scheduled
	if err := d.move(d.p.Workflow.With(IsQuestion), ""); err != nil {
		return err
	}
	d.emit(QuestionAsked{Text: q, Back: back})
	if !until.IsZero() {
		d.emit(ScheduledFor{until})
	}
	if d.is(RSRM) && d.p.Workflow.Stage(back) == Triage {
		d.emit(Decided{VClarify, was})
	}
	return nil
}

// unclear asks for the question, or for what is missing and may be filled in.
func (d *deciding) unclear() error {
	n := &Needs{Fields: []string{"question"}, Why: "What should the client answer?"}
	for _, f := range d.p.Missing(d.t) {
		if (f == "client" || f == "contact" || f == "description") && d.maySet(f) == nil {
			n.Fields, n.Why = append(n.Fields, f), "Fill in what is known, and ask the client for the rest."
		}
	}
	return n
}

// answer records the client's answer to the oldest open question; when none is
// open the ticket goes back to where it was.
func (d *deciding) answer(c Answer) error {
	open := d.t.OpenQuestions()
	if err := d.mayAnswer(open, "record the client's answer"); err != nil {
		return err
	}
	text, err := d.words(c.Text, MaxText, "text", fmt.Sprintf("What did the client answer to %q?", d.t.Questions[open[0]].Text))
	if err != nil {
		return err
	}
	d.emit(QuestionAnswered{open[0], text})
	return d.answered(len(open))
}

// withdraw takes the latest open question back.
func (d *deciding) withdraw() error {
	open := d.t.OpenQuestions()
	if err := d.mayAnswer(open, "withdraw the question"); err != nil {
		return err
	}
	d.emit(QuestionWithdrawn{open[len(open)-1]})
	return d.answered(len(open))
}

func (d *deciding) mayAnswer(open []int, what string) error {
	if err := d.by(what, RIntake, RSRM, RAssignee, RTester); err != nil {
		return err
	}
	if err := d.ensureOpen(); err != nil {
		return err
	}
	if len(open) == 0 {
		return &Refusal{Rule: Transitions, Text: fmt.Sprintf("No question on %s is open.", d.t.Number),
			Offer: []Offer{{Verb: VClarify, Ticket: d.t.Number, Label: "Ask the client"}}}
	}
	return nil
}

func (d *deciding) answered(wereOpen int) error {
	if wereOpen > 1 || d.trait() != IsQuestion { // a reopened ticket may have kept one
		return nil
	}
	return d.goBack(d.t.Back, "")
}

// estimate is asked for by the SRM and given by a technician or the SRM.
func (d *deciding) estimate(c DoEstim) error {
	w := &d.p.Workflow
	to := w.With(IsNeedEstimate)
	if to == "" {
		return &Refusal{Rule: Transitions, Text: "This desk works without estimates."}
	}
	if d.trait() == IsNeedEstimate {
		if err := d.by("give the estimate", RTechnician, RSRM); err != nil {
			return err
		}
		text := Clean(c.Text, MaxText)
		if !(c.Hours >= 0 && c.Hours <= 10000) || text == "" {
			return &Needs{Fields: []string{"hours", "text"}, Why: "What will it take: hours, or a price in the text, and what is in it?"}
		}
		d.emit(EstimateGiven{c.Hours, text})
		return d.move(w.With(IsEstimated), "")
	}
	if err := d.by("ask for an estimate", RSRM); err != nil {
		return err
	}
	if !slices.Contains([]Trait{IsSubmitted, IsReview, IsWork}, d.trait()) {
		return d.notFrom("ask for an estimate")
	}
	was := d.t.snapshot()
	if err := d.move(to, Clean(c.Text, MaxText)); err != nil {
		return err
	}
	d.emit(Decided{VEstimate, was})
	return nil
}

// approve records that the client accepts the estimate: ready if prioritized
// and otherwise complete (rule 4), else back to review.
func (d *deciding) approve() error {
	if err := d.estimateSent("record that the client approved"); err != nil {
		return err
	}
	d.emit(EstimateAnswered{true})
	if d.t.Priority == "" || !d.mayBeReady() {
		return d.move(d.p.Workflow.With(IsReview), "")
	}
	if err := d.ready(false); err != nil {
		return err
	}
	return d.move(d.p.Workflow.With(IsReady), "")
}

// decline records that the client says no to the estimate; on a ticket that the
// SRM still triages it cancels as declined.
func (d *deciding) decline(c Decline) error {
	if d.trait() != IsEstimateSent && d.stage() == Triage {
		why := Clean(c.Why, MaxText)
		if why == "" {
			return d.cancel(Cancel{})
		}
		return d.cancel(Cancel{"declined: " + why})
	}
	if err := d.estimateSent("record that the client declined"); err != nil {
		return err
	}
	d.emit(EstimateAnswered{false})
	return d.move(d.p.Workflow.With(IsReview), Clean(c.Why, MaxText))
}

func (d *deciding) estimateSent(what string) error {
	if err := d.by(what, RIntake, RSRM); err != nil {
		return err
	}
	if d.trait() != IsEstimateSent {
		return d.notFrom(what)
	}
	return nil
}

// vendor waits for somebody outside. The clock runs on.
func (d *deciding) vendor(c Vendor) error {
	if err := d.by("let it wait for a vendor", RAssignee, RSRM); err != nil {
		return err
	}
	if d.trait() != IsWork {
		return d.notFrom("let it wait for a vendor")
	}
	if err := d.allowed("wait for a vendor"); err != nil {
		return err
	}
	what, err := d.words(c.What, MaxText, "text", "What is awaited, from whom, and by when?")
	if err != nil {
		return err
	}
	if err := d.move(d.p.Workflow.With(IsVendor), ""); err != nil {
		return err
	}
	d.emit(VendorAwaited{what})
	return nil
}

// schedule puts it off until a time, or to another time.
func (d *deciding) schedule(c Schedule) error {
	if err := d.by("schedule it", RSRM, RAssignee); err != nil {
		return err
	}
	if !slices.Contains([]Trait{IsReady, IsWork, IsScheduled}, d.trait()) {
		return d.notFrom("schedule it")
	}
	if err := d.allowed("be scheduled"); err != nil {
		return err
	}
	if err := d.mayQueue(d.p.Workflow.With(IsScheduled)); err != nil {
		return err
	}
	if !c.Until.After(d.r.At) {
		return &Needs{Fields: []string{"when"}, Why: "When? A time to come."}
	}
	if d.trait() != IsScheduled {
		if err := d.move(d.p.Workflow.With(IsScheduled), ""); err != nil {
			return err
		}
	}
	d.emit(ScheduledFor{c.Until})
	return nil
}
