package desk

import (
	"fmt"
	"slices"
	"strings"
)

// complete is rule 11 before a ticket is Completed. The real client is always
// needed; the rest goes by the dial.
func (d *deciding) complete() error {
	if d.t.Kind != Internal {
		if c, ok := d.p.Clients[d.t.Client]; !ok || c.CatchAll {
			return &Refusal{Rule: CompleteBeforeClose, Who: d.p.who(d.t, d.r.At, RIntake, RSRM),
				Text:  fmt.Sprintf("%s has no known client, and no ticket is completed so.", d.t.Number),
				Offer: []Offer{{Verb: VSet, Ticket: d.t.Number, Label: "Set the client", Args: map[string]string{"field": "client"}}}}
		}
	}
	var missing []string
	if !d.p.ValidCategory(d.t.Category) {
		missing = append(missing, "type, subtype and item")
	}
	if d.t.Kind != Internal && d.t.Agreement == "" {
		missing = append(missing, "an agreement")
	}
	if len(missing) == 0 {
		return nil
	}
	return d.rule(&Refusal{Rule: CompleteBeforeClose, Who: d.p.who(d.t, d.r.At, RIntake, RSRM, RAssignee),
		Text:  fmt.Sprintf("%s lacks %s.", d.t.Number, strings.Join(missing, " and ")),
		Offer: []Offer{{Verb: VCategorize, Ticket: d.t.Number, Label: "Categorize"}, {Verb: VSet, Ticket: d.t.Number, Label: "Set the agreement", Args: map[string]string{"field": "agreement"}}}})
}

// awaitsClient refuses unless the client's word is what is waited for, and
// would complete the ticket.
func (d *deciding) awaitsClient(what string) error {
	roles := []Role{RAssignee, RIntake, RSRM, RSDM}
	if d.trait() == IsNoReplicate {
		roles = []Role{RIntake, RSRM}
	}
	if err := d.by(what, roles...); err != nil {
		return err
	}
	if d.trait() != IsClientTest && d.trait() != IsNoReplicate {
		return d.notFrom(what)
	}
	return d.complete()
}

// confirm records the client's word and how it came (rule 10).
func (d *deciding) confirm(c Confirm) error {
	if err := d.awaitsClient("record the client's confirmation"); err != nil {
		return err
	}
	if !slices.Contains(How, c.How) {
		return &Needs{Fields: []string{"how"}, Why: "How did the client confirm: link, call, e-mail or in person?"}
	}
	d.emit(Confirmed{c.How})
	return d.move(d.p.Workflow.With(IsCompleted), "")
}

// broken records the client's word that it is not fixed.
func (d *deciding) broken(c Broken) error {
	if err := d.by("record that it is still broken", RAssignee, RIntake, RSRM, RSDM); err != nil {
		return err
	}
	if d.trait() != IsClientTest {
		return d.notFrom("record that it is still broken")
	}
	text, err := d.words(c.Text, MaxText, "text", "What does the client say is still wrong?")
	if err != nil {
		return err
	}
	return d.goBack(d.p.Workflow.With(IsWork), text)
}

// closeUnconfirmed ends it without the client's word, after two nudges on
// different working days (rule 10).
func (d *deciding) closeUnconfirmed(c Close) error {
	roles := []Role{RSRM, RSDM}
	if d.trait() == IsNoReplicate {
		roles = []Role{RIntake, RSRM}
	}
	if err := d.by("close it unconfirmed", roles...); err != nil {
		return err
	}
	if d.trait() != IsClientTest && d.trait() != IsNoReplicate {
		return d.notFrom("close it unconfirmed")
	}
	if n := d.t.NudgeDays(d.p); n < 2 {
		if err := d.rule(&Refusal{Rule: ClientConfirms,
			Text: fmt.Sprintf("%s waits for the client's word. Without it, it closes after nudges on 2 different working days; there were %d.", d.t.Number, n),
			Offer: []Offer{{Verb: VNudge, Ticket: d.t.Number, Label: "Nudge"}, {Verb: VCalled, Ticket: d.t.Number, Label: "I called"},
				{Verb: VConfirm, Ticket: d.t.Number, Label: "The client confirmed"}}}); err != nil {
			return err
		}
	}
	if err := d.complete(); err != nil {
		return err
	}
	why, err := d.words(c.Why, MaxText, "reason", "Why is it closed without the client's word?")
	if err != nil {
		return err
	}
	if err := d.move(d.p.Workflow.With(IsCompleted), ""); err != nil {
		return err
	}
	d.emit(ClosedUnconfirmed{why})
	return nil
}

// reopen takes a closed ticket back into review, within a time.
func (d *deciding) reopen(c Reopen) error {
	roles := []Role{RSRM, RIntake}
	if d.trait() == IsCancelled {
		roles = roles[:1]
	}
	if err := d.by("reopen it", roles...); err != nil {
		return err
	}
	if d.stage() != Done {
		return d.notFrom("reopen it")
	}
	if d.trait() != IsCancelled && d.r.At.Sub(d.t.Closed) > d.p.ReopenFor {
		return &Refusal{Rule: Transitions, Text: fmt.Sprintf("%s was completed more than %d days ago. A new ticket that follows it is the way.", d.t.Number, int(d.p.ReopenFor.Hours()/24)),
			Who: d.p.who(d.t, d.r.At, RIntake),
			Offer: []Offer{{Verb: VNew, Label: "Open a ticket that follows " + d.t.Number.String(),
				Args: map[string]string{"linked": fmt.Sprint(int64(d.t.Number)), "summary": string(d.t.Summary), "client": d.p.Clients[d.t.Client].Name}}}}
	}
	why, err := d.words(c.Why, MaxText, "reason", "Why is it reopened?")
	if err != nil {
		return err
	}
	return d.move(d.p.Workflow.With(IsReview), why)
}

// cancel ends any open ticket: the SRM, with a reason.
func (d *deciding) cancel(c Cancel) error {
	if err := d.by("cancel it", RSRM); err != nil {
		return err
	}
	if err := d.ensureOpen(); err != nil {
		return err
	}
	why, err := d.words(c.Why, MaxText, "reason", "Why: declined, withdrawn, not a request, or in your words? The client reads it.")
	if err != nil {
		return err
	}
	was := d.t.snapshot()
	if err := d.move(d.p.Workflow.With(IsCancelled), why); err != nil {
		return err
	}
	d.emit(Decided{VCancel, was})
	return nil
}

// duplicate cancels the ticket in favour of the other, which is the root of
// its own chain.
func (d *deciding) duplicate(c Duplicate) error {
	if err := d.by("mark it a duplicate", RSRM); err != nil {
		return err
	}
	if err := d.ensureOpen(); err != nil {
		return err
	}
	no := func(format string, a ...any) error {
		return &Refusal{Rule: Duplicates, Text: fmt.Sprintf(format, a...), Offer: []Offer{{Verb: VShow, Ticket: d.t.Number, Label: "Open " + d.t.Number.String()}}}
	}
	switch o := d.other; {
	case c.Of == 0:
		return &Needs{Fields: []string{"of"}, Why: "Of which ticket?"}
	case c.Of == d.t.Number:
		return no("%s can't be a duplicate of itself.", d.t.Number)
	case o == nil:
		return no("There is no %s.", c.Of)
	case o.Number == d.t.Number:
		return no("%s is a duplicate of %s already.", c.Of, d.t.Number)
	case !d.p.Workflow.open(o.Status):
		return no("%s is %s; a duplicate points to an open ticket.", o.Number, d.p.Workflow.Name(o.Status))
	case o.Client != d.t.Client && Clean(c.Why, MaxText) == "":
		return &Needs{Fields: []string{"reason"}, Why: fmt.Sprintf("%s is another client's. Why is it the same all the same?", o.Number), Rule: Duplicates}
	}
	was := d.t.snapshot()
	d.emit(MarkedDuplicate{d.other.Number})
	if err := d.move(d.p.Workflow.With(IsCancelled), Text("duplicate of "+d.other.Number.String()+orEmpty(": ", Clean(c.Why, MaxText)))); err != nil {
		return err
	}
	d.emit(Decided{VDuplicate, was})
	d.emitOther(DuplicateFound{d.t.Number})
	return nil
}

func orEmpty(prefix string, s Text) string {
	if s == "" {
		return ""
	}
	return prefix + string(s)
}
