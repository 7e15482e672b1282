package desk

import "time"

// Handed is a request that a member handed to intake (R-1, R-2, …). Nobody may
// work on it; it becomes part of a ticket, or is declined.
type Handed struct {
	Number RequestID
	By     MemberID
	At     time.Time
	Text   Text
	State  HandedState
	Ticket TicketID // accepted as, or attached to
	ByWhom MemberID // who accepted or declined
	Closed time.Time
	Why    Text
}

// HandedState is where a handed request stands.
type HandedState string

const (
	HandedOpen     HandedState = "open"
	HandedAccepted HandedState = "accepted"
	HandedAttached HandedState = "attached"
	HandedDeclined HandedState = "declined"
)

// HandIn decides on handing a new request to intake: any member may.
func HandIn(p *Policy, by Actor, at time.Time, text Text) (Handed, error) {
	if !p.Members[by.Member].Active {
		return Handed{}, &Refusal{Rule: MembersOnly, Text: "Only members of the desk hand requests to intake."}
	}
	if text = Clean(text, MaxDescription); text == "" {
		return Handed{}, &Needs{Fields: []string{"text"}, Why: "What did the client say, and who is it?"}
	}
	return Handed{By: by.Member, At: at, Text: text, State: HandedOpen}, nil
}

// DeclineHanded decides on declining h: intake of the instant, with a reason.
func DeclineHanded(p *Policy, h Handed, by Actor, at time.Time, why Text) (Handed, error) {
	if !p.Is(by, RIntake, Ticket{}, at) {
		return h, p.intakeDecides(h, at)
	}
	if err := h.stillOpen(); err != nil {
		return h, err
	}
	if why = Clean(why, MaxText); why == "" {
		return h, &Needs{Fields: []string{"reason"}, Why: "Why is it declined? The one who handed it in is told."}
	}
	h.State, h.ByWhom, h.Closed, h.Why = HandedDeclined, by.Member, at, why
	return h, nil
}

func (h Handed) stillOpen() error {
	if h.State == HandedOpen {
		return nil
	}
	text := h.Number.String() + " was " + string(h.State) + " already."
	r := &Refusal{Rule: Present, Text: text}
	if h.Ticket != 0 {
		r.Text = h.Number.String() + " was " + string(h.State) + " already: it is " + h.Ticket.String() + "."
		r.Offer = []Offer{{Verb: VShow, Ticket: h.Ticket, Label: "Open " + h.Ticket.String()}}
	}
	return r
}

func (p *Policy) intakeDecides(h Handed, at time.Time) error {
	text := "Intake decides what becomes of a request, and you are not intake now."
	if p.IntakeAt(at).Member == 0 {
		text = "Intake decides what becomes of a request, and nobody is intake now. The request is kept."
	}
	return &Refusal{Rule: IntakeOnly, Text: text, Who: p.who(Ticket{}, at, RIntake)}
}
