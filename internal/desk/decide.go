package desk

import (
	"fmt"
	"slices"
	"strings"
)

// Decide is the one place where it is decided what a request does to a ticket:
// the events that follow, on the ticket and, for a command that touches two, on
// the other. It changes nothing. A no is *Refusal; missing arguments are
// *Needs; both may be shown to the person as they are.
func Decide(p *Policy, t Ticket, r Request) ([]Event, error) {
	if r.At.Before(t.LastAt) {
		r.At = t.LastAt // a clock that stepped back never puts events out of order
	}
	d := &deciding{p: p, t: t}
	if o := r.Facts.Other; o != nil {
		if r.At.Before(o.LastAt) {
			r.At = o.LastAt
		}
		d.other = o
	}
	d.r, d.f = r, &d.r.Facts
	if err := d.admit(); err != nil {
		return nil, err
	}
	if err := d.do(r.Do); err != nil {
		return nil, err
	}
	d.remeasured(t)
	return d.events, nil
}

// deciding is one decision under way: t and other are folded as events come.
type deciding struct {
	p      *Policy
	t      Ticket
	other  *Ticket // nil if there is none
	r      Request
	f      *Facts // the request's
	events []Event
}

func (d *deciding) do(c Command) error {
	switch c := c.(type) {
	case Open:
		return d.open(c)
	case RealTime:
		return d.realTime(c)
	case Attach:
		return d.attach(c)
	case Review:
		return d.review()
	case Clarify:
		return d.clarify(c)
	case Answer:
		return d.answer(c)
	case Withdraw:
		return d.withdraw()
	case Categorize:
		return d.categorize(c)
	case Set:
		return d.set(c)
	case AskSRM:
		return d.askSRM()
	case Prioritize:
		return d.prioritize(c)
	case Snooze:
		return d.snooze(c)
	case Undo:
		return d.undo()
	case Extend:
		return d.extend(c)
	case DoEstim:
		return d.estimate(c)
	case Approve:
		return d.approve()
	case Decline:
		return d.decline(c)
	case Assign:
		return d.assign(c)
	case Claim:
		return d.claim()
	case Start:
		return d.start(c)
	case Release:
		return d.release(c)
	case PutBack:
		return d.putBack(c)
	case HandOver:
		return d.handOver(c)
	case Vendor:
		return d.vendor(c)
	case Schedule:
		return d.schedule(c)
	case Park:
		return d.park()
	case Move:
		return d.moveTo(c)
	case Note:
		return d.note(c)
	case Amend:
		return d.amend(c)
	case Reply:
		return d.reply(c)
	case LogTime:
		return d.logTime(c)
	case Confirm:
		return d.confirm(c)
	case Nudge:
		return d.nudge()
	case Call:
		return d.called(c)
	case Broken:
		return d.broken(c)
	case Close:
		return d.closeUnconfirmed(c)
	case Reopen:
		return d.reopen(c)
	case Cancel:
		return d.cancel(c)
	case Duplicate:
		return d.duplicate(c)
	case Timer:
		return d.timer(c)
	}
	return fmt.Errorf("desk: no decision for %T", c)
}

// admit turns away whoever is no member, a ticket that does not exist, and a
// button drawn before the ticket changed.
func (d *deciding) admit() error {
	m, known := d.p.Members[d.r.By.Member]
	a, amends := d.r.Do.(Amend)
	if takesBack := known && amends && a.Text == ""; !takesBack && !d.r.By.Clock && !m.Active {
		return &Refusal{Rule: MembersOnly, Text: "Only members of this desk can do that; an admin adds people.", Who: d.p.With(RAdmin)}
	}
	if d.r.Ticket != 0 && d.t.Number == 0 {
		return &Refusal{Rule: Wording, Text: fmt.Sprintf("There is no %s.", d.r.Ticket)}
	}
	switch d.r.Do.(type) {
	case Open:
		if d.t.Number != 0 {
			return fmt.Errorf("desk: open on %s, which is open already", d.t.Number)
		}
	case RealTime:
	default:
		if d.t.Number == 0 {
			return &Needs{Fields: []string{"ticket"}, Why: "Which ticket?"}
		}
	}
	if d.r.Version != 0 && d.r.Version != d.t.Version {
		return &Refusal{Rule: Present, Text: fmt.Sprintf("%s changed before you pressed: it is %s now. Nothing was done by your press.",
			d.t.Number, d.p.Workflow.Name(d.t.Status)), Who: nonzero(d.t.LastBy.Member), Offer: d.look()}
	}
	return nil
}

// look offers the ticket's card.
func (d *deciding) look() []Offer {
	return []Offer{{Verb: VShow, Ticket: d.t.Number, Label: "Open " + d.t.Number.String()}}
}

func nonzero(m MemberID) []MemberID {
	if m == 0 {
		return nil
	}
	return []MemberID{m}
}

// emit appends the fact to the ticket's history.
func (d *deciding) emit(f Fact) {
	e := Event{Ticket: d.t.Number, Seq: d.t.Revision + 1, At: d.r.At, By: d.r.By, What: f}
	if o, ok := f.(Opened); ok && d.t.Number == 0 {
		e.Ticket, e.What = d.f.Number, o
	}
	d.t = d.t.Apply(e)
	d.events = append(d.events, e)
}

// emitOther appends the fact to the other ticket's history.
func (d *deciding) emitOther(f Fact) {
	e := Event{Ticket: d.other.Number, Seq: d.other.Revision + 1, At: d.r.At, By: d.r.By, What: f}
	o := d.other.Apply(e)
	d.other = &o
	d.events = append(d.events, e)
}

// is reports whether the actor holds one of the roles for this ticket now.
func (d *deciding) is(roles ...Role) bool {
	held := func(r Role) bool { return d.p.Is(d.r.By, r, d.t, d.r.At) }
	// Who is intake takes longest to find, so it is asked last.
	return slices.ContainsFunc(roles, func(r Role) bool { return r != RIntake && held(r) }) ||
		slices.Contains(roles, RIntake) && held(RIntake)
}

// by refuses whoever holds none of the roles; what names the act: "put it back".
func (d *deciding) by(what string, roles ...Role) error {
	if d.is(roles...) {
		return nil
	}
	r := &Refusal{Rule: ByRole, Who: d.p.who(d.t, d.r.At, roles...),
		Text: fmt.Sprintf("Only %s can %s.", roleList(d.t, roles), what)}
	if d.t.Number != 0 {
		r.Text = fmt.Sprintf("%s: only %s can %s.", d.t.Number, roleList(d.t, roles), what)
		r.Offer = []Offer{{Verb: VNote, Ticket: d.t.Number, Label: "Leave a note"}}
		if !d.is(anyRole...) {
			r.Offer = []Offer{{Verb: VHand, Label: "Hand to intake", Args: map[string]string{"text": fmt.Sprintf("About %s: ", d.t.Number)}}}
		}
	}
	return r
}

// roleList is "the assignee or the SRM" with those that nobody holds left out.
func roleList(t Ticket, roles []Role) string {
	names := map[Role]string{RIntake: "the intake member", RSRM: "the SRM", RSDM: "the SDM", RTechnician: "a technician",
		RLevel1: "level 1", RAdmin: "an admin", RAssignee: "the assignee", RTester: "the tester", RClock: "the clock",
		RSRMDeputy: "the SRM's deputy", RIntakeDeputy: "the intake deputy"}
	var out []string
	for _, r := range roles {
		if (r == RAssignee && t.Assignee == 0) || (r == RTester && t.Tester == 0) {
			continue
		}
		out = append(out, names[r])
	}
	switch len(out) {
	case 0:
		return "its assignee (nobody has it)"
	case 1:
		return out[0]
	}
	return strings.Join(out[:len(out)-1], ", ") + " or " + out[len(out)-1]
}

// rule keeps a dialled rule that is broken: at enforce it refuses, at warn the
// warning goes into the history, at off nothing happens.
func (d *deciding) rule(r *Refusal) error {
	switch d.p.Dial(r.Rule) {
	case Enforce:
		return r
	case Warn:
		d.emit(Warned{r.Rule, r.Text})
	}
	return nil
}

// status and stage of the ticket now.
func (d *deciding) trait() Trait { return d.p.Workflow.Trait(d.t.Status) }
func (d *deciding) stage() Stage { return d.p.Workflow.Stage(d.t.Status) }
func (d *deciding) name() string { return d.p.Workflow.Name(d.t.Status) }

// notFrom refuses an act that the workflow does not have from here, and lists
// what it has.
func (d *deciding) notFrom(act string) error {
	var ways []string
	for _, tr := range d.p.Workflow.Rows(d.t.Status, d.t.Kind) {
		if n := d.p.Workflow.Name(tr.To); !slices.Contains(ways, n) && tr.Verb != VAnswer {
			ways = append(ways, n)
		}
	}
	text := fmt.Sprintf("%s is %s, so you can't %s.", d.t.Number, d.name(), act)
	if len(ways) > 0 {
		text += " From here it can go to " + strings.Join(ways, ", ") + "."
	}
	return &Refusal{Rule: Transitions, Text: text, Offer: d.look()}
}

// ensureOpen refuses to change a ticket that is done.
func (d *deciding) ensureOpen() error {
	if d.stage() != Done {
		return nil
	}
	return &Refusal{Rule: Transitions, Text: fmt.Sprintf("%s is %s. It can be reopened first.", d.t.Number, d.name()),
		Who:   d.p.who(d.t, d.r.At, RSRM, RIntake),
		Offer: []Offer{{Verb: VReopen, Ticket: d.t.Number, Label: "Reopen"}}}
}

// words cleans a required text; the field is asked for when it is empty.
func (d *deciding) words(s Text, max int, field, why string) (Text, error) {
	if s = Clean(s, max); s == "" {
		return "", &Needs{Fields: []string{field}, Why: why}
	}
	return s, nil
}
