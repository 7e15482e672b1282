package desk

import "time"

// Event is one fact of a ticket's history; never edited.
type Event struct {
	Ticket TicketID
	Seq    int // from 1, without gaps: the ticket's revision after it
	At     time.Time
	By     Actor
	What   Fact
}

// Fact is the closed set of what can happen to a ticket: the structs below.
// Fields of type Text are personal; all others are kept when those are erased.
type Fact interface{ apply(t *Ticket, e Event) }

type (
	// Opened is a ticket's first event.
	Opened struct {
		Kind        Kind
		Status      StatusKey
		Client      ClientID  `json:",omitempty"`
		Contact     ContactID `json:",omitempty"`
		Agreement   string    `json:",omitempty"`
		CameBy      string    `json:",omitempty"`
		Severity    Level     `json:",omitempty"`
		Impact      Level     `json:",omitempty"`
		Summary     Text
		Description Text      `json:",omitempty"`
		Entered     time.Time // opened, or handed in if earlier
		HandedBy    MemberID  `json:",omitempty"`
		Request     RequestID `json:",omitempty"`
		Linked      TicketID  `json:",omitempty"`
	}
	// Moved is every change of status.
	Moved struct {
		From, To StatusKey
		Stage    Stage // of To, as the workflow was then
		Why      Text  `json:",omitempty"`
		Rework   bool  `json:",omitempty"` // to the left
		// Worker is whose work it leaves, where From is being worked on.
		Worker  MemberID `json:",omitempty"`
		Undoing bool     `json:",omitempty"`
	}
	// Prioritized sets the priority; First if there was none, which the client
	// is told. Expected is when work is expected to start, zero if the history
	// does not tell.
	Prioritized struct {
		Priority PriorityKey
		First    bool      `json:",omitempty"`
		Expected time.Time `json:",omitzero"`
	}
	Unprioritized struct{}
	// Ranked sets the place within the priority.
	Ranked      struct{ Rank int64 }
	Categorized struct{ Category Category }
	// FieldSet changes one plain field: ID for client and contact, Value for
	// closed sets, Text for what people write.
	FieldSet struct {
		Field string
		ID    int64  `json:",omitempty"`
		Value string `json:",omitempty"`
		Text  Text   `json:",omitempty"`
	}
	SRMAsked      struct{}
	QuestionAsked struct {
		Text Text
		Back StatusKey
	}
	QuestionAnswered struct {
		Index int
		Text  Text
	}
	QuestionWithdrawn struct{ Index int }
	Snoozed           struct{ Until time.Time }
	// Decided closes a triage decision: Was is what undo restores.
	Decided struct {
		Verb Verb
		Was  Snapshot
	}
	// Undone restores Was. MailedAt is when the undone decision's mail was due,
	// zero if it had none: before now, the contact was told and is told again.
	Undone struct {
		Verb     Verb
		Was      Snapshot
		MailedAt time.Time `json:",omitzero"`
	}
	EstimateGiven struct {
		Hours float64
		Text  Text `json:",omitempty"`
	}
	EstimateAnswered struct{ Approved bool }
	// Assigned gives the ticket to a member, 0 to nobody.
	Assigned struct {
		To   MemberID
		Note Text `json:",omitempty"`
	}
	// Pushed is the urgent lane's assignment.
	Pushed  struct{ To MemberID }
	Testing struct{ By MemberID } // 0: no tester
	// AssigneeLeft frees the ticket of a member who was deactivated.
	AssigneeLeft struct{ Member MemberID }
	// Started is work beginning; Skipped is the top of the queue that was
	// passed over, Interrupted what an urgent start pushed aside.
	Started struct {
		Skipped     TicketID   `json:",omitempty"`
		Reason      Text       `json:",omitempty"`
		Interrupted []TicketID `json:",omitempty"`
	}
	AllowanceStarted  struct{ Until time.Time }
	AllowanceExtended struct{ Until time.Time }
	AllowanceEnded    struct{}
	AllowanceNudged   struct{}
	VendorAwaited     struct{ What Text }
	ScheduledFor      struct{ Until time.Time }
	// Noted is an internal note. From is the message that it was written as:
	// "slack:C1/1772442000.000100".
	Noted struct {
		Text Text
		From string `json:",omitempty"`
	}
	// NoteChanged and NoteRemoved follow that message; the words before go. They
	// may come before it: then they are not a note's until it comes.
	NoteChanged struct {
		From string
		Text Text
	}
	NoteRemoved struct{ From string }
	TimeLogged  struct {
		Minutes  int
		Text     Text `json:",omitempty"`
		Internal bool `json:",omitempty"` // the ticket was, then
	}
	// Replied is a client-visible word by a person: sent or called.
	Replied struct {
		How  string // "sent" or "called"
		Text Text
	}
	Nudged    struct{}
	Called    struct{ Text Text }
	Confirmed struct{ How string }
	// ClosedUnconfirmed is an end without the client's word, counted apart.
	ClosedUnconfirmed struct{ Why Text }
	// MarkedDuplicate is on the ticket that ends, DuplicateFound on the other.
	MarkedDuplicate struct{ Of TicketID }
	DuplicateFound  struct{ Ticket TicketID }
	DuplicateUndone struct{ Ticket TicketID }
	// RequestAttached is a handed request that belongs to this ticket.
	RequestAttached struct {
		Request  RequestID
		HandedBy MemberID
		Text     Text
	}
	// GoalAtRisk and GoalBreached are what was told of an SLA goal, once each. Due is
	// when it was, or would be, used up; Why is what made that so beside the time.
	GoalAtRisk struct {
		Goal Goal
		Due  time.Time
	}
	GoalBreached struct {
		Goal Goal
		Due  time.Time
		Why  string `json:",omitempty"`
	}
	// Warned is a rule that was passed over at warn.
	Warned struct {
		Rule Rule
		Text string
	}
)

// Apply is the only way a ticket changes. Version rises with status, assignee,
// priority, kind or client; revision with every event.
func (t Ticket) Apply(e Event) Ticket {
	was := t
	// Apply works on a value: what it changes behind a pointer is copied.
	t.Questions = append([]Question(nil), t.Questions...)
	if t.Allowance != nil {
		a := *t.Allowance
		t.Allowance = &a
	}
	if t.Estimate != nil {
		x := *t.Estimate
		t.Estimate = &x
	}
	e.What.apply(&t, e)
	if t.Status != was.Status {
		moved, _ := e.What.(Moved)
		t.Stays = append(was.Stays[:len(was.Stays):len(was.Stays)], Stay{Status: t.Status, At: e.At, Rework: moved.Rework})
		if _, undone := e.What.(Undone); undone && len(was.Stays) > 0 {
			t.Stays[len(was.Stays)-1].Undone = true // of a copy: there was no room for one more
		}
	}
	if t.Status != was.Status || t.Assignee != was.Assignee || t.Priority != was.Priority ||
		t.Kind != was.Kind || t.Client != was.Client {
		t.Version++
	}
	if d, ok := e.What.(Decided); ok {
		t.Decision = &Decision{Verb: d.Verb, By: e.By.Member, At: e.At, Version: t.Version, Was: d.Was}
	}
	t.Revision, t.LastBy, t.LastAt = e.Seq, e.By, e.At
	return t
}

// Fold is the ticket that the events make, in order.
func Fold(es []Event) Ticket {
	var t Ticket
	for _, e := range es {
		t = t.Apply(e)
	}
	return t
}
