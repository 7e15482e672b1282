package desk

import (
	"fmt"
	"time"
)

func (d *deciding) review() error {
	if err := d.by("take it into review", RIntake, RSRM); err != nil {
		return err
	}
	if d.trait() != IsSubmitted {
		return d.notFrom("take it into review")
	}
	return d.move(d.p.Workflow.With(IsReview), "")
}

// askSRM records that somebody wants it prioritized, which prompts the SRM.
func (d *deciding) askSRM() error {
	if err := d.by("ask for a priority", anyRole...); err != nil {
		return err
	}
	if err := d.ensureOpen(); err != nil {
		return err
	}
	if d.t.Priority != "" {
		pr, _ := d.p.Priority(d.t.Priority)
		return &Refusal{Rule: Present, Text: fmt.Sprintf("%s is prioritized already: %s.", d.t.Number, pr.Name), Offer: d.look()}
	}
	if !d.t.Asked.IsZero() && d.r.At.Sub(d.t.Asked) < time.Hour {
		return &Refusal{Rule: Present, Who: nonzero(d.p.SRM(d.r.At)), Text: fmt.Sprintf("The SRM was asked about %s within the hour already.", d.t.Number), Offer: d.look()}
	}
	d.emit(SRMAsked{})
	return nil
}

// Missing lists what the definition of ready (rule 4) lacks, as form fields;
// "question" and "estimate" are open matters, not fields.
func (p *Policy) Missing(t Ticket) []string {
	var m []string
	if t.Kind != Internal {
		if c, ok := p.Clients[t.Client]; !ok || c.CatchAll {
			m = append(m, "client")
		}
		if _, ok := p.ContactOf(t.Client, t.Contact); !ok {
			m = append(m, "contact")
		}
	}
	if t.Description == "" {
		m = append(m, "description")
	}
	if !p.ValidCategory(t.Category) {
		m = append(m, "category")
	}
	if len(t.OpenQuestions()) > 0 {
		m = append(m, "question")
	}
	switch p.Workflow.Trait(t.Status) {
	case IsNeedEstimate, IsEstimated:
		m = append(m, "estimate")
	case IsEstimateSent:
		if t.Estimate == nil || !t.Estimate.Approved {
			m = append(m, "estimate")
		}
	}
	return m
}

// prioritize sets the priority, which in Submitted and In review approves for
// action (rules 3 and 4), or the rank.
func (d *deciding) prioritize(c Prioritize) error {
	if err := d.ensureOpen(); err != nil {
		return err
	}
	pr, known := d.p.Priority(c.Priority)
	onCall := d.p.OnCall(d.r.By, d.r.At)
	if !d.is(RSRM) && !(onCall && (pr.Urgent || c.Priority == "") && c.Rank == "") {
		if err := d.notSRM(onCall); err != nil {
			return err
		}
	}
	if !known && (c.Priority != "" || c.Rank == "") {
		return &Needs{Fields: []string{"priority"}, Why: "Which priority?"}
	}
	was := d.t.snapshot()
	if err := d.fill(c.Fill); err != nil {
		return err
	}
	if known {
		if err := d.givePriority(pr, c.Rank); err != nil {
			return err
		}
	}
	if c.Rank != "" {
		if err := d.rank(c.Rank); err != nil {
			return err
		}
	}
	d.emit(Decided{VPrioritize, was})
	return nil
}

func (d *deciding) notSRM(onCall bool) error {
	r := &Refusal{Rule: SRMPrioritizes, Who: nonzero(d.p.SRM(d.r.At)), Text: fmt.Sprintf("Only the SRM sets the priority and the rank of %s.", d.t.Number)}
	if onCall {
		r.Text = fmt.Sprintf("On call you may make %s urgent; everything else is for the SRM in working hours.", d.t.Number)
	}
	if d.t.Priority == "" {
		r.Offer = []Offer{{Verb: VAsk, Ticket: d.t.Number, Label: "Ask the SRM"}}
	}
	if !d.is(anyRole...) { // observers only read, whatever the dial
		return r
	}
	return d.rule(r)
}

// givePriority is the fact of a priority, and the way to ready.
func (d *deciding) givePriority(pr Priority, rank string) error {
	approving := d.trait() == IsSubmitted || d.trait() == IsReview
	if approving {
		if err := d.ready(pr.Urgent); err != nil {
			return err
		}
	} else if pr.Key == d.t.Priority && rank == "" {
		return &Refusal{Rule: Present, Text: fmt.Sprintf("%s is %s already.", d.t.Number, pr.Name)}
	}
	if pr.Key != d.t.Priority || approving {
		d.emit(Prioritized{Priority: pr.Key, First: d.t.Priority == "", Expected: d.p.ExpectedStart(d.r.At, d.f.Ahead, d.f.Starts)})
	}
	if approving {
		return d.move(d.p.Workflow.With(IsReady), "")
	}
	return nil
}

// ready is rule 4. An urgent priority goes through with a warning; otherwise at
// enforce the missing items are asked for, and an open question is not one that
// a form could fill.
func (d *deciding) ready(urgent bool) error {
	missing, dial := d.p.Missing(d.t), d.p.Dial(DefinitionOfReady)
	switch {
	case len(missing) == 0 || dial == Off:
		return nil
	case urgent:
		d.emit(Warned{DefinitionOfReady, "urgent before it was ready; missing: " + join(missing)})
		return nil
	case dial == Warn:
		d.emit(Warned{DefinitionOfReady, "missing: " + join(missing)})
		return nil
	case len(d.t.OpenQuestions()) > 0:
		return &Refusal{Rule: DefinitionOfReady, Who: d.p.who(d.t, d.r.At, RIntake, RSRM, RAssignee),
			Text: fmt.Sprintf("%s has a question that the client hasn't answered. It is ready once that is answered or withdrawn.", d.t.Number),
			Offer: []Offer{{Verb: VAnswer, Ticket: d.t.Number, Label: "Record the answer"},
				{Verb: VWithdraw, Ticket: d.t.Number, Label: "Withdraw the question"}}}
	}
	return &Needs{Fields: missing, Rule: DefinitionOfReady, Why: fmt.Sprintf("%s isn't ready yet; missing: %s.", d.t.Number, join(missing))}
}

// rank moves the ticket within its priority in the ready queue.
func (d *deciding) rank(to string) error {
	if d.stage() != Ready {
		return &Refusal{Rule: Transitions, Text: fmt.Sprintf("%s is %s; only tickets in the ready queue have a rank.", d.t.Number, d.name()), Offer: d.look()}
	}
	switch {
	case to == "top":
		if d.f.MinRank < d.t.Rank || d.t.Rank == 0 {
			d.emit(Ranked{d.f.MinRank - 1})
		}
	case to != "up" && to != "down":
		return &Needs{Fields: []string{"rank"}, Why: "Top, up or down?"}
	case d.other == nil:
		return &Refusal{Rule: Present, Text: fmt.Sprintf("%s can't go further %s within its priority.", d.t.Number, to), Offer: d.look()}
	default:
		mine, theirs := d.t.Rank, d.other.Rank
		switch { // two that came in the same instant
		case mine == theirs && to == "up":
			theirs--
		case mine == theirs:
			theirs++
		}
		d.emit(Ranked{theirs})
		d.emitOther(Ranked{mine})
	}
	return nil
}

// snooze hides an unprioritized ticket from the deck; its clock runs on.
func (d *deciding) snooze(c Snooze) error {
	if err := d.by("snooze it", RSRM); err != nil {
		return err
	}
	if err := d.ensureOpen(); err != nil {
		return err
	}
	if d.t.Priority != "" {
		return &Refusal{Rule: Transitions, Text: fmt.Sprintf("%s is prioritized, so it isn't in the deck. Schedule it instead.", d.t.Number),
			Offer: []Offer{{Verb: VSchedule, Ticket: d.t.Number, Label: "Schedule"}}}
	}
	if !c.Until.After(d.r.At) {
		return &Needs{Fields: []string{"when"}, Why: "Until when? A time to come."}
	}
	was := d.t.snapshot()
	d.emit(Snoozed{c.Until})
	d.emit(Decided{VSnooze, was})
	return nil
}

// undo takes one's own last triage decision back, soon and if nothing else
// happened to it.
func (d *deciding) undo() error {
	dec := d.t.Decision
	no := func(text string) error { return &Refusal{Rule: UndoWindow, Text: text, Offer: d.look()} }
	if err := d.by("undo a decision", anyRole...); err != nil {
		return err
	}
	switch {
	case dec == nil:
		return no(fmt.Sprintf("There is no decision on %s to undo.", d.t.Number))
	case dec.By != d.r.By.Member:
		return &Refusal{Rule: UndoWindow, Who: nonzero(dec.By), Offer: d.look(),
			Text: fmt.Sprintf("The last decision on %s isn't yours; whoever made it can undo it.", d.t.Number)}
	case d.r.At.Sub(dec.At) > d.p.UndoFor:
		return no(fmt.Sprintf("Undo is for %d minutes, and the decision on %s is older.", int(d.p.UndoFor.Minutes()), d.t.Number))
	case dec.Version != d.t.Version:
		return no(fmt.Sprintf("%s changed since your decision, so it can't be undone. It is %s now.", d.t.Number, d.name()))
	}
	of, mailed := d.t.DuplicateOf, t0
	if dec.Was.Status != d.t.Status && dec.Verb != VEstimate {
		mailed = dec.At.Add(d.p.TriageMailWait)
	}
	d.emit(Undone{dec.Verb, dec.Was, mailed})
	if of != 0 && dec.Was.DuplicateOf == 0 && d.other != nil && d.other.Number == of {
		d.emitOther(DuplicateUndone{d.t.Number})
	}
	return d.restored()
}

// restored looks at what undo brought back: it must be allowed now. An allowance
// may have run out or its holder may work another, an assignee may have left, a
// time that was waited for may have passed.
func (d *deciding) restored() error {
	elsewhere := d.f.Allowed != 0 && d.f.Allowed != d.t.Number
	if d.t.UnderAllowance() {
		if elsewhere || !d.r.At.Before(d.t.Allowance.Until) {
			return d.parked()
		}
		return nil
	}
	switch to := d.landing(d.t.Status); {
	case d.stage() == Triage || d.stage() == Done:
		return nil
	case to != d.t.Status:
		return d.goBack(d.t.Status, "")
	case d.trait() == IsScheduled: // its timer may have come and gone meanwhile
		d.emit(ScheduledFor{d.t.Scheduled})
	}
	return nil
}
