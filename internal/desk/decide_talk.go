package desk

import (
	"fmt"
	"slices"
	"time"
)

// anyRole are the roles that make somebody part of the work; observers read.
var anyRole = []Role{RIntake, RSRM, RSDM, RTechnician, RAssignee, RTester, RAdmin}

func (d *deciding) note(c Note) error {
	if err := d.by("write a note", anyRole...); err != nil {
		if h, ok := err.(*Refusal); ok {
			h.Offer = []Offer{{Verb: VHand, Label: "Hand to intake", Args: map[string]string{"text": fmt.Sprintf("About %s: %s", d.t.Number, c.Text)}}}
		}
		return err
	}
	text, err := d.words(c.Text, MaxText, "text", "What should be noted? The client never sees it.")
	if err != nil {
		return err
	}
	if d.f.Note.By != 0 || d.f.Note.Gone { // the message came before
		return nil
	}
	if d.f.Note.Text != "" { // what it says by now came before
		text = d.f.Note.Text
	}
	d.emit(Noted{Text: text, From: c.From})
	return nil
}

func (d *deciding) logTime(c LogTime) error {
	if err := d.by("log time", anyRole...); err != nil {
		return err
	}
	if c.Minutes < 1 || c.Minutes > 24*60 {
		return &Needs{Fields: []string{"minutes", "text"}, Why: "How many minutes, 1 to 1440, and for what?"}
	}
	d.emit(TimeLogged{c.Minutes, Clean(c.Text, MaxText), d.t.Kind == Internal})
	return nil
}

// reply is a word to the client: previewed (How is empty), then sent or called.
func (d *deciding) reply(c Reply) error {
	if err := d.by("reply to the client", RIntake, RSRM, RSDM, RTechnician); err != nil {
		return err
	}
	if d.t.Kind == Internal {
		return &Refusal{Rule: Transitions, Text: fmt.Sprintf("%s is internal, so there is no client to reply to.", d.t.Number),
			Offer: []Offer{{Verb: VNote, Ticket: d.t.Number, Label: "Leave a note"}}}
	}
	if !d.hasContact() {
		return &Refusal{Rule: DefinitionOfReady, Text: fmt.Sprintf("%s has no contact, so a reply would reach nobody. Set one first.", d.t.Number),
			Who: d.p.who(d.t, d.r.At, RIntake, RSRM), Offer: []Offer{{Verb: VSet, Ticket: d.t.Number, Label: "Set the contact", Args: map[string]string{"field": "contact"}}}}
	}
	text, err := d.words(c.Text, MaxText, "text", "What should the client read?")
	if err != nil {
		return err
	}
	if c.How != "sent" && c.How != "called" {
		return &Needs{Fields: []string{"how"}, Which: []Offer{
			{Verb: VReply, Ticket: d.t.Number, Label: "I sent it", Args: map[string]string{"how": "sent"}},
			{Verb: VReply, Ticket: d.t.Number, Label: "I called", Args: map[string]string{"how": "called"}}}}
	}
	d.emit(Replied{c.How, text})
	return nil
}

func (d *deciding) nudge() error {
	if err := d.by("nudge the client", RSDM, RSRM, RIntake, RAssignee); err != nil {
		return err
	}
	if d.trait() != IsClientTest && d.trait() != IsNoReplicate {
		return d.notFrom("nudge the client")
	}
	today := d.r.At.In(d.p.Zone).Format("2006-01-02")
	if slices.ContainsFunc(d.t.Nudges, func(n time.Time) bool { return n.In(d.p.Zone).Format("2006-01-02") == today }) {
		return &Refusal{Rule: Present, Text: fmt.Sprintf("The client was nudged about %s today already; a nudge counts once a working day.", d.t.Number),
			Offer: []Offer{{Verb: VCalled, Ticket: d.t.Number, Label: "I called"}}}
	}
	d.emit(Nudged{})
	return nil
}

func (d *deciding) called(c Call) error {
	if err := d.by("record a call", RIntake, RSRM, RSDM, RTechnician); err != nil {
		return err
	}
	if d.t.Kind == Internal {
		return &Refusal{Rule: Transitions, Text: fmt.Sprintf("%s is internal, so there is no client to call.", d.t.Number)}
	}
	text, err := d.words(c.Text, MaxText, "text", "What was said on the call?")
	if err != nil {
		return err
	}
	d.emit(Called{text})
	return nil
}

// timer is the clock's: what was due is looked at again, and done only if it
// still holds.
func (d *deciding) timer(c Timer) error {
	if !d.r.By.Clock {
		return d.by("do what the clock does", RClock)
	}
	t := d.t
	switch c.Name {
	case TimerNudge:
		if t.UnderAllowance() && !d.r.At.Before(t.Allowance.Until.Add(d.p.AllowanceNudge-d.p.Allowance)) && d.r.At.Before(t.Allowance.Until) {
			d.emit(AllowanceNudged{})
		}
	case TimerAllowance:
		if t.UnderAllowance() && d.trait() == IsWork && !d.r.At.Before(t.Allowance.Until) {
			return d.parked()
		}
	case TimerSchedule:
		if d.trait() == IsScheduled && !t.Scheduled.IsZero() && !d.r.At.Before(t.Scheduled) {
			return d.goBack(d.p.Workflow.With(IsReady), "")
		}
	case TimerPush:
		return d.push()
	case TimerLeft:
		return d.left()
	case TimerSLA:
		d.alert("")
	case TimerGoals:
		d.alert("the desk's goals or hours changed")
	}
	return nil
}

// left frees the ticket of whoever was deactivated: started work goes back to
// where it can be picked up. Done tickets keep their names.
func (d *deciding) left() error {
	gone, tester := d.gone(d.t.Assignee), d.gone(d.t.Tester)
	switch {
	case d.stage() == Done || !gone && !tester:
		return nil
	case !gone && d.trait() == IsTesting:
		return d.goBack(d.t.Status, "")
	case !gone:
		d.emit(Testing{})
		return nil
	}
	member := d.t.Assignee
	if d.stage() == Active {
		if err := d.goBack(d.t.Status, ""); err != nil {
			return err
		}
	}
	if d.gone(d.t.Assignee) {
		d.emit(AssigneeLeft{member})
	}
	return nil
}

// push gives an urgent ticket that nobody claimed to the technician with the
// least started work, of those whose skills fit if there is one; the lowest
// number among equals.
func (d *deciding) push() error {
	if d.trait() != IsReady || !d.p.Urgent(d.t.Priority) || d.t.Assignee != 0 || d.t.Pushed || d.r.At.Before(d.p.pushAt(d.t)) {
		return nil
	}
	var best, fits MemberID
	for _, m := range d.p.With(RTechnician) {
		if d.p.Rota.Away(m, d.r.At) {
			continue
		}
		if best == 0 || d.f.Least[m] < d.f.Least[best] {
			best = m
		}
		if d.p.Members[m].Fits(d.t.Category.Type) && (fits == 0 || d.f.Least[m] < d.f.Least[fits]) {
			fits = m
		}
	}
	if fits != 0 {
		best = fits
	}
	if best != 0 {
		d.emit(Pushed{best})
	}
	return nil
}
