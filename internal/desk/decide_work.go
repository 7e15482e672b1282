package desk

import "fmt"

// start is rules 2, 6, 7 and 8: a technician begins the work.
func (d *deciding) start(c Start) error {
	if err := d.by("start work", RTechnician); err != nil {
		return err
	}
	if err := d.ensureOpen(); err != nil {
		return err
	}
	me := d.r.By.Member
	soft := false
	switch {
	case d.stage() == Active && d.t.Assignee == me:
		return &Refusal{Rule: Present, Text: fmt.Sprintf("You have %s already; it is %s.", d.t.Number, d.name()), Offer: d.look()}
	case d.stage() == Active:
		return d.another()
	case d.t.Priority == "":
		if err := d.rule(d.unprioritized()); err != nil {
			return err
		}
		soft = d.trait() == IsSubmitted || d.trait() == IsReview
	}
	if d.trait() != IsReady && !soft {
		return d.notFrom("start it")
	}
	if d.t.Assignee != 0 && d.t.Assignee != me {
		return d.another()
	}
	urgent := d.p.Urgent(d.t.Priority)
	started := Started{}
	if urgent {
		started.Interrupted = d.f.Working
	} else if err := d.wip(); err != nil {
		return err
	}
	if !soft && d.f.Top != 0 && d.f.Top != d.t.Number {
		if err := d.skips(c.Reason); err != nil {
			return err
		}
		started.Skipped, started.Reason = d.f.Top, Clean(c.Reason, MaxText)
	}
	if d.t.Assignee != me {
		d.emit(Assigned{To: me})
	}
	d.emit(started)
	return d.move(d.p.Workflow.With(IsWork), "")
}

// wip is rule 7.
func (d *deciding) wip() error {
	if d.f.WIP < d.p.WIP {
		return nil
	}
	r := &Refusal{Rule: WIPLimit, Text: fmt.Sprintf("You have %d tickets in progress or in testing, and the limit is %d. Finish or put one back first.", d.f.WIP, d.p.WIP)}
	for _, n := range d.f.Working {
		if len(r.Offer) < 3 {
			r.Offer = append(r.Offer, Offer{Verb: VShow, Ticket: n, Label: "Open " + n.String()})
		}
	}
	return d.rule(r)
}

// skips is rule 8: at warn a reason is optional, at enforce required and enough.
func (d *deciding) skips(reason Text) error {
	text := fmt.Sprintf("%s is ahead of %s in the queue.", d.f.Top, d.t.Number)
	if d.p.Dial(PullOrder) == Enforce {
		if Clean(reason, MaxText) != "" {
			return nil
		}
		return &Needs{Fields: []string{"reason"}, Rule: PullOrder, Why: text + " Why this one first? The SRM sees the reason."}
	}
	return d.rule(&Refusal{Rule: PullOrder, Text: text})
}

// claim assigns a ticket that may be worked to oneself.
func (d *deciding) claim() error {
	if err := d.by("claim it", RTechnician); err != nil {
		return err
	}
	if err := d.ensureOpen(); err != nil {
		return err
	}
	if d.t.Assignee == d.r.By.Member {
		return &Refusal{Rule: Present, Text: fmt.Sprintf("%s is yours already.", d.t.Number),
			Offer: []Offer{{Verb: VStart, Ticket: d.t.Number, Label: "Start"}}}
	}
	if d.t.Assignee != 0 {
		return d.another()
	}
	if d.t.Priority == "" {
		r := d.unprioritized()
		r.Text = fmt.Sprintf("%s isn't prioritized yet, so nobody takes it. The SRM decides what comes next.", d.t.Number)
		if err := d.rule(r); err != nil {
			return err
		}
	}
	d.emit(Assigned{To: d.r.By.Member})
	return nil
}

// assign is the SRM's; on work in progress it is a hand-over.
func (d *deciding) assign(c Assign) error {
	if err := d.by("assign it", RSRM); err != nil {
		return err
	}
	if err := d.ensureOpen(); err != nil {
		return err
	}
	if err := d.allowed("go to another"); err != nil {
		return err
	}
	if err := d.technician(c.To); err != nil {
		return err
	}
	if c.To == d.t.Assignee {
		return &Refusal{Rule: Present, Text: fmt.Sprintf("%s is theirs already.", d.t.Number), Who: nonzero(c.To), Offer: d.look()}
	}
	if d.trait() == IsWork {
		return d.handOver(HandOver{c.To, c.Note})
	}
	d.emit(Assigned{To: c.To, Note: Clean(c.Note, MaxText)})
	return nil
}

// technician asks for a member who can have the ticket.
func (d *deciding) technician(m MemberID) error {
	if m == 0 {
		return &Needs{Fields: []string{"member"}, Why: "To which technician?"}
	}
	if mb := d.p.Members[m]; !mb.Has(RTechnician) && !mb.Has(RLevel1) {
		return &Refusal{Rule: ByRole, Text: "Tickets are assigned to technicians; that member isn't one.", Who: d.p.With(RTechnician)}
	}
	return nil
}

// release unassigns; work that has started is put back.
func (d *deciding) release(c Release) error {
	if err := d.by("release it", RAssignee, RSRM); err != nil {
		return err
	}
	if err := d.ensureOpen(); err != nil {
		return err
	}
	if d.t.UnderAllowance() {
		return d.parked()
	}
	if d.trait() == IsWork {
		return d.putBack(PutBack{c.Why})
	}
	if d.t.Assignee == 0 {
		return &Refusal{Rule: Present, Text: fmt.Sprintf("Nobody has %s.", d.t.Number), Offer: []Offer{{Verb: VClaim, Ticket: d.t.Number, Label: "Claim it"}}}
	}
	if d.stage() == Active {
		return &Refusal{Rule: StartedHasAssignee, Text: fmt.Sprintf("%s is %s, and started work always has an assignee. Hand it over instead.", d.t.Number, d.name()),
			Offer: []Offer{{Verb: VHandOver, Ticket: d.t.Number, Label: "Hand over"}}}
	}
	d.emit(Assigned{})
	return nil
}

// putBack returns started work to the queue, free for anybody.
func (d *deciding) putBack(c PutBack) error {
	why, err := d.stopWork("put it back", c.Why, "reason", "Why is it put back? Whoever takes it next reads this.")
	if err != nil {
		return err
	}
	if err := d.goBack(d.p.Workflow.With(IsReady), why); err != nil {
		return err
	}
	if d.t.Assignee != 0 {
		d.emit(Assigned{})
	}
	return nil
}

// stopWork is what putting back and handing over have in common.
func (d *deciding) stopWork(what string, why Text, field, ask string) (Text, error) {
	if err := d.by(what, RAssignee, RSRM); err != nil {
		return "", err
	}
	if err := d.allowed("go to the queue"); err != nil {
		return "", err
	}
	if d.trait() != IsWork {
		return "", d.notFrom(what)
	}
	return d.words(why, MaxText, field, ask)
}

// allowed refuses what a ticket under an allowance may not do (rule 5).
func (d *deciding) allowed(what string) error {
	if !d.t.UnderAllowance() {
		return nil
	}
	return &Refusal{Rule: RealTimeAllowance, Who: nonzero(d.p.SRM(d.r.At)),
		Text: fmt.Sprintf("%s is worked under an allowance, so it can't %s. Until the SRM prioritizes it, it can be parked, wait for the client, go to the client's test, or be cancelled.",
			d.t.Number, what),
		Offer: []Offer{{Verb: VAsk, Ticket: d.t.Number, Label: "Ask the SRM"}, {Verb: VPark, Ticket: d.t.Number, Label: "Park it"}}}
}

// handOver gives it to another with a note of what was tried. Work in progress
// goes back to ready for the other to start.
func (d *deciding) handOver(c HandOver) error {
	if err := d.by("hand it over", RAssignee, RSRM); err != nil {
		return err
	}
	if err := d.ensureOpen(); err != nil {
		return err
	}
	if err := d.allowed("go to another"); err != nil {
		return err
	}
	if c.To == 0 {
		return &Needs{Fields: []string{"member", "note"}, Why: "To whom, and what was tried so far?"}
	}
	if err := d.technician(c.To); err != nil {
		return err
	}
	if c.To == d.t.Assignee {
		return &Refusal{Rule: Present, Text: fmt.Sprintf("%s is theirs already.", d.t.Number), Offer: d.look()}
	}
	if d.trait() != IsWork {
		note, err := d.words(c.Note, MaxText, "note", "What was tried so far?")
		if err != nil {
			return err
		}
		d.emit(Assigned{To: c.To, Note: note})
		return nil
	}
	note, err := d.stopWork("hand it over", c.Note, "note", "What was tried so far?")
	if err != nil {
		return err
	}
	if err := d.goBack(d.p.Workflow.With(IsReady), ""); err != nil {
		return err
	}
	d.emit(Assigned{To: c.To, Note: note})
	return nil
}

// plain makes a move that has no command of its own.
func (d *deciding) plain(tr Transition, why Text) error {
	w := &d.p.Workflow
	if err := d.by("move it to "+w.Name(tr.To), tr.By...); err != nil {
		return err
	}
	if err := d.allowanceOver(); err != nil {
		return err
	}
	to := w.Trait(tr.To)
	if to == IsTesting {
		return d.test(tr)
	}
	if w.Stage(tr.To) == Done && d.stage() != Done {
		if err := d.complete(); err != nil {
			return err
		}
	}
	why = Clean(why, MaxText)
	if tr.Why != "" && why == "" {
		return &Needs{Fields: []string{"reason"}, Why: fmt.Sprintf("To %s: %s?", w.Name(tr.To), tr.Why)}
	}
	switch {
	case to == IsEstimateSent && !d.hasContact():
		return &Needs{Fields: []string{"contact"}, Rule: DefinitionOfReady, Why: "Who at the client gets the estimate?"}
	case to == IsWork, w.Stage(tr.To) == Ready, w.Stage(tr.To) == Active && d.stage() == Waiting:
		return d.goBack(tr.To, why)
	}
	return d.move(tr.To, why)
}

func (d *deciding) hasContact() bool {
	_, ok := d.p.ContactOf(d.t.Client, d.t.Contact)
	return ok
}

// test takes it for testing: rules 9 and 7.
func (d *deciding) test(tr Transition) error {
	me := d.r.By.Member
	if d.t.Worker == me {
		if err := d.rule(&Refusal{Rule: FourEyes, Text: fmt.Sprintf("You did the work on %s, so another technician tests it.", d.t.Number),
			Who: without(d.p.With(RTechnician, RLevel1), me), Offer: d.look()}); err != nil {
			return err
		}
	}
	if !d.p.Urgent(d.t.Priority) {
		if err := d.wip(); err != nil {
			return err
		}
	}
	d.emit(Testing{me})
	return d.move(tr.To, "")
}

func without(ms []MemberID, m MemberID) []MemberID {
	var out []MemberID
	for _, x := range ms {
		if x != m {
			out = append(out, x)
		}
	}
	return out
}
