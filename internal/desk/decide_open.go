package desk

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// open decides on a new ticket: rule 1 for client tickets.
func (d *deciding) open(c Open) error {
	if c.Request != 0 {
		if !d.is(RIntake) {
			return d.p.intakeDecides(d.f.Handed, d.r.At)
		}
		if d.f.Handed.Number == 0 {
			return &Refusal{Rule: Wording, Text: fmt.Sprintf("There is no %s.", c.Request)}
		}
		if err := d.f.Handed.stillOpen(); err != nil {
			return err
		}
		if c.Summary == "" {
			c.Summary = d.f.Handed.Text
		}
		if c.Description == "" {
			c.Description = d.f.Handed.Text
		}
	}
	var after []Fact // what was passed over stands after the first event
	if c.Kind == Internal {
		if err := d.by("open an internal ticket", RIntake, RTechnician, RSRM); err != nil {
			return err
		}
	} else if !d.is(RIntake) {
		r := d.notIntake(c)
		switch dial := d.p.Dial(IntakeOnly); {
		case dial == Enforce || !d.is(anyRole...): // observers hand over, whatever the dial
			return r
		case dial == Warn:
			after = append(after, Warned{r.Rule, r.Text})
		}
	}
	if err := d.opened(c); err != nil {
		return err
	}
	for _, f := range after {
		d.emit(f)
	}
	return nil
}

// opens refuses what no ticket can enter with.
func (d *deciding) opens(c Open) error {
	no := func(format string, a ...any) error {
		return &Refusal{Rule: Wording, Text: fmt.Sprintf(format, a...), Offer: []Offer{{Verb: VNew, Label: "Open a ticket"}}}
	}
	level := func(l Level) bool { return l == "" || slices.Contains(Levels, l) }
	switch {
	case !slices.Contains(Kinds, c.Kind):
		return no("The kind is defect, request or internal.")
	case c.CameBy != "" && !slices.Contains(CameBy, c.CameBy):
		return no("It came by %s.", strings.Join(CameBy[:len(CameBy)-1], ", ")+" or "+CameBy[len(CameBy)-1])
	case !level(c.Severity) || !level(c.Impact):
		return no("Severity and impact are low, medium or high.")
	case c.Agreement != "" && !slices.Contains(d.p.Clients[c.Client].Agreements, c.Agreement):
		return no("%q isn't an agreement of %s.", c.Agreement, d.p.Clients[c.Client].Name)
	}
	return nil
}

// opened checks what a ticket enters with and emits its first event.
func (d *deciding) opened(c Open) error {
	needs := &Needs{}
	if c.Kind == "" {
		c.Kind = Service
	}
	if c.Kind == Internal {
		c.Client, c.Contact, c.Agreement = 0, 0, ""
	} else if _, ok := d.p.Clients[c.Client]; !ok {
		needs.Fields = append(needs.Fields, "client")
	}
	if c.Summary = CleanLine(c.Summary, MaxSummary); c.Summary == "" {
		needs.Fields = append(needs.Fields, "summary")
	}
	if len(needs.Fields) > 0 {
		return needs
	}
	if err := d.opens(c); err != nil {
		return err
	}
	c.Description = Clean(c.Description, MaxDescription)
	if c.Agreement == "" {
		c.Agreement = d.p.onlyAgreement(c.Client)
	}
	if _, ok := d.p.ContactOf(c.Client, c.Contact); !ok {
		c.Contact = 0
	}
	entered := d.r.At
	o := Opened{Kind: c.Kind, Status: d.p.Workflow.With(IsSubmitted), Client: c.Client, Contact: c.Contact, Agreement: c.Agreement,
		CameBy: c.CameBy, Severity: c.Severity, Impact: c.Impact, Summary: c.Summary, Description: c.Description, Linked: c.Linked}
	if c.Request != 0 {
		o.Request, o.HandedBy = c.Request, d.f.Handed.By
		entered = earlier(d.f.Handed.At, entered)
	}
	o.Entered = entered
	d.emit(o)
	return nil
}

// notIntake is rule 1's refusal.
func (d *deciding) notIntake(c Open) *Refusal {
	duty := d.p.IntakeAt(d.r.At)
	r := &Refusal{Rule: IntakeOnly, Who: nonzero(duty.Member),
		Text:  "Only the intake member of this moment opens client tickets. Hand it over and it is on their list with your words.",
		Offer: []Offer{{Verb: VHand, Label: "Hand to intake", Args: map[string]string{"text": handText(d.p, c)}}}}
	if duty.Member == 0 {
		r.Text = "Only the intake member opens client tickets, and nobody is on duty now. Hand it to intake: it is kept for whoever comes, and the admins are told."
	}
	if d.is(RTechnician, RSRM) {
		r.Offer = append(r.Offer, Offer{Verb: VNew, Label: "Open internal ticket",
			Args: map[string]string{"kind": string(Internal), "summary": string(c.Summary), "description": string(c.Description)}})
	}
	return r
}

// handText is the request that a refused form becomes, nothing of it lost.
func handText(p *Policy, c Open) string {
	text := string(c.Summary)
	if cl, ok := p.Clients[c.Client]; ok {
		text += "\nClient: " + cl.Name
		if ct, ok := p.ContactOf(c.Client, c.Contact); ok {
			text += ", " + string(ct.Name)
		}
	}
	if c.Description != "" {
		text += "\n" + string(c.Description)
	}
	return text
}

// attach adds a handed request to an existing ticket.
func (d *deciding) attach(c Attach) error {
	if !d.is(RIntake) {
		return d.p.intakeDecides(d.f.Handed, d.r.At)
	}
	if d.f.Handed.Number == 0 {
		return &Refusal{Rule: Wording, Text: fmt.Sprintf("There is no %s.", c.Request)}
	}
	if err := d.f.Handed.stillOpen(); err != nil {
		return err
	}
	if err := d.ensureOpen(); err != nil {
		return err
	}
	d.emit(RequestAttached{c.Request, d.f.Handed.By, d.f.Handed.Text})
	return nil
}

// realTime is rule 5: level 1 starts an unprioritized client ticket for a
// limited time, on a ticket that is Submitted or on one that it opens.
func (d *deciding) realTime(c RealTime) error {
	no := func(text string, offer ...Offer) error {
		return &Refusal{Rule: RealTimeAllowance, Text: text, Who: d.p.With(RLevel1), Offer: offer}
	}
	next := Offer{Verb: VAsk, Ticket: d.t.Number, Label: "Ask the SRM"}
	if d.t.Number == 0 {
		next = Offer{Verb: VHand, Label: "Hand to intake", Args: map[string]string{"text": handText(d.p, c.Open)}}
	}
	switch {
	case !d.p.RealTime:
		return no("Real-time support is switched off on this desk, so nobody works unprioritized.", next)
	case !d.is(RLevel1):
		return no("Only level 1 may start a ticket before it is prioritized.", next)
	case d.f.Allowed != 0 && d.f.Allowed != d.r.Ticket:
		return no(fmt.Sprintf("Your allowance runs on %s, and there is one at a time. Finish or park that first.", d.f.Allowed),
			Offer{Verb: VShow, Ticket: d.f.Allowed, Label: "Open " + d.f.Allowed.String()}, Offer{Verb: VPark, Ticket: d.f.Allowed, Label: "Park " + d.f.Allowed.String()})
	}
	if d.r.Ticket == 0 {
		if c.Open.Kind == "" || c.Open.Kind == Internal {
			c.Open.Kind = Service
		}
		c.Open.Request = 0 // a handed request is intake's to accept
		if err := d.opened(c.Open); err != nil {
			return err
		}
	}
	switch {
	case d.t.Kind == Internal:
		return no(fmt.Sprintf("%s is internal; the allowance is for clients.", d.t.Number), next)
	case d.t.UnderAllowance():
		return no(fmt.Sprintf("%s is worked under an allowance already.", d.t.Number), Offer{Verb: VShow, Ticket: d.t.Number, Label: "Open " + d.t.Number.String()})
	case d.t.Priority != "":
		return no(fmt.Sprintf("%s is prioritized, so it needs no allowance: start it.", d.t.Number), Offer{Verb: VStart, Ticket: d.t.Number, Label: "Start"})
	case d.t.Allowance != nil:
		return no(fmt.Sprintf("%s had its allowance, and each ticket has one. The SRM prioritizes it now.", d.t.Number), Offer{Verb: VAsk, Ticket: d.t.Number, Label: "Ask the SRM"})
	case d.trait() != IsSubmitted:
		return d.notFrom("take it in real time")
	case d.t.Assignee != 0 && d.t.Assignee != d.r.By.Member:
		return d.another()
	}
	if d.t.Assignee == 0 {
		d.emit(Assigned{To: d.r.By.Member})
	}
	d.emit(AllowanceStarted{Until: d.r.At.Add(d.p.Allowance)})
	return d.move(d.p.Workflow.With(IsWork), "")
}

// another refuses to act on a ticket that is somebody else's.
func (d *deciding) another() error {
	return &Refusal{Rule: StartedHasAssignee, Who: nonzero(d.t.Assignee),
		Text:  fmt.Sprintf("%s is assigned to somebody else, who can hand it over.", d.t.Number),
		Offer: []Offer{{Verb: VNote, Ticket: d.t.Number, Label: "Leave a note"}}}
}

// extend lengthens a running allowance: the SRM only.
func (d *deciding) extend(c Extend) error {
	if err := d.by("extend an allowance", RSRM); err != nil {
		return err
	}
	if !d.t.UnderAllowance() {
		return &Refusal{Rule: RealTimeAllowance, Text: fmt.Sprintf("No allowance runs on %s, so there is nothing to extend.", d.t.Number),
			Offer: []Offer{{Verb: VPrioritize, Ticket: d.t.Number, Label: "Prioritize"}}}
	}
	if c.Minutes < 1 || c.Minutes > 240 {
		return &Needs{Fields: []string{"minutes"}, Why: "By how many minutes, 1 to 240?"}
	}
	until := d.t.Allowance.Until
	if until.Before(d.r.At) {
		until = d.r.At
	}
	d.emit(AllowanceExtended{until.Add(time.Duration(c.Minutes) * time.Minute)})
	return nil
}

// park ends an allowance by hand or by the clock: back to Submitted, with
// everything written kept.
func (d *deciding) park() error {
	if !d.is(RLevel1, RSRM, RClock) {
		return d.by("park it", RLevel1, RSRM)
	}
	if !d.t.UnderAllowance() || d.trait() != IsWork {
		return &Refusal{Rule: RealTimeAllowance, Text: fmt.Sprintf("No allowance runs on %s, so there is nothing to park.", d.t.Number), Offer: d.look()}
	}
	return d.parked()
}

func (d *deciding) parked() error {
	if err := d.move(d.p.Workflow.With(IsSubmitted), ""); err != nil {
		return err
	}
	d.emit(Assigned{})
	return nil
}

// allowanceOver refuses to go on under an allowance whose time has passed; the
// clock parks it in a moment.
func (d *deciding) allowanceOver() error {
	if !d.t.UnderAllowance() || d.r.At.Before(d.t.Allowance.Until) {
		return nil
	}
	return &Refusal{Rule: RealTimeAllowance, Who: nonzero(d.p.SRM(d.r.At)),
		Text:  fmt.Sprintf("The allowance on %s is over. It waits for the SRM now; only the SRM extends it.", d.t.Number),
		Offer: []Offer{{Verb: VAsk, Ticket: d.t.Number, Label: "Ask the SRM"}, {Verb: VPark, Ticket: d.t.Number, Label: "Park it"}}}
}
