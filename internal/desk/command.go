package desk

import "time"

// Verb is the contract's word for a command.
type Verb string

const (
	VNew        Verb = "new"
	VReview     Verb = "review"
	VClarify    Verb = "clarify"
	VAnswer     Verb = "answer"
	VWithdraw   Verb = "withdraw"
	VCategorize Verb = "categorize"
	VSet        Verb = "set"
	VAsk        Verb = "ask"
	VPrioritize Verb = "prioritize"
	VSnooze     Verb = "snooze"
	VUndo       Verb = "undo"
	VExtend     Verb = "extend"
	VEstimate   Verb = "estimate"
	VApprove    Verb = "approve"
	VDecline    Verb = "decline"
	VAssign     Verb = "assign"
	VClaim      Verb = "claim"
	VStart      Verb = "start"
	VRelease    Verb = "release"
	VPutBack    Verb = "put back"
	VHandOver   Verb = "hand over"
	VVendor     Verb = "vendor"
	VSchedule   Verb = "schedule"
	VRealTime   Verb = "real-time"
	VPark       Verb = "park"
	VMove       Verb = "move"
	VNote       Verb = "note"
	VReply      Verb = "reply"
	VTime       Verb = "time"
	VConfirm    Verb = "confirm"
	VNudge      Verb = "nudge"
	VCalled     Verb = "called"
	VBroken     Verb = "broken"
	VClose      Verb = "close"
	VReopen     Verb = "reopen"
	VCancel     Verb = "cancel"
	VDuplicate  Verb = "duplicate"
	VHand       Verb = "hand"
	VAccept     Verb = "accept"
	VTimer      Verb = "timer" // the clock's
	VShow       Verb = "show"  // the card: `/ticket 42`
)

// Command is the closed set of what can be asked of a ticket: the structs
// below. Zero fields are missing arguments; Decide answers Needs for those
// that it cannot do without.
type Command interface {
	Verb() Verb
	// Wants says which facts beyond the ticket the decision depends on.
	Wants() Wants
}

// Wants are declared by a command and read by the store in the transaction.
type Wants struct {
	WIP       bool        // Facts.WIP and Facts.Working of the acting member
	Top       bool        // Facts.Top for the acting member's skills
	Other     TicketID    // Facts.Other, at the root of its chain of duplicates
	Neighbour int         // Facts.Other: the ticket above (-1) or below (+1) in the ready queue
	MinRank   bool        // Facts.MinRank of the ready tickets with Priority
	Flow      bool        // Facts.Ahead and Facts.Starts, as if it had Priority, first of it with MinRank
	Priority  PriorityKey // for Flow and MinRank; "" is the ticket's own
	Handed    RequestID   // Facts.Handed
	Allowance bool        // Facts.Allowed: where the acting member's allowance runs
	Holder    bool        // Facts.Allowed: another ticket where the allowance of the holder of this one's runs
	Least     bool        // Facts.Least: open started tickets of each technician
	Note      string      // Facts.Note: the note that came from this message
}

// Facts are what a decision depends on beyond policy, ticket and request.
type Facts struct {
	WIP     int        // In progress as assignee plus In testing as tester, this ticket not counted
	Working []TicketID // those tickets
	Top     TicketID   // first of the ready queue that fits the member and is not another's; 0 if none
	Other   *Ticket    // nil if there is none
	MinRank int64
	Ahead   int   // tickets before this one in the ready queue, were it prioritized
	Starts  []int // starts on each of the last 20 working days
	Handed  Handed
	Allowed TicketID
	Least   map[MemberID]int
	Note    NoteState
	Number  TicketID // the number that a new ticket gets
}

// Fill is what a form may add on the way to another command: the missing
// items of rule 4. Zero fields stay as they are.
type Fill struct {
	Client      ClientID
	Contact     ContactID
	Agreement   string
	Category    Category
	Kind        Kind
	Severity    Level
	Impact      Level
	Description Text
	Summary     Text
}

type (
	Open struct {
		Kind        Kind
		Client      ClientID
		Contact     ContactID
		Agreement   string
		CameBy      string
		Severity    Level
		Impact      Level
		Summary     Text
		Description Text
		Request     RequestID // accepted from
		Linked      TicketID  // follows a closed ticket
	}
	// RealTime starts work under an allowance: on a ticket, or on one that it
	// opens (Open.Summary given).
	RealTime struct{ Open Open }
	Review   struct{}
	// Clarify fills in what is missing, and asks the client a question, which
	// is then waited for; either may be left out.
	Clarify struct {
		Question Text
		Fill     Fill
	}
	Answer     struct{ Text Text }
	Withdraw   struct{}
	Categorize struct {
		Category Category
		Kind     Kind // "" leaves it
	}
	Set struct {
		Field string
		ID    int64
		Value string
		Text  Text
	}
	AskSRM     struct{}
	Prioritize struct {
		Priority PriorityKey
		Rank     string // "", top, up, down
		Fill     Fill
	}
	Snooze  struct{ Until time.Time }
	Undo    struct{ Duplicate TicketID } // Duplicate: the other ticket of a duplicate that is undone
	Extend  struct{ Minutes int }
	DoEstim struct {
		Hours float64
		Text  Text
	}
	Approve struct{}
	Decline struct{ Why Text }
	Assign  struct {
		To   MemberID
		Note Text
	}
	Claim    struct{}
	Start    struct{ Reason Text }
	Release  struct{ Why Text }
	PutBack  struct{ Why Text }
	HandOver struct {
		To   MemberID
		Note Text
	}
	Vendor   struct{ What Text }
	Schedule struct{ Until time.Time }
	Park     struct{}
	// Move is any legal transition by its target. As names the verb when two
	// rows share the target.
	Move struct {
		To  StatusKey
		Why Text
		As  Verb
	}
	// Note is internal. From is the message that it was written as, "" for none;
	// one message is one note.
	Note struct {
		Text Text
		From string
	}
	// Amend follows the message From of a note: Text is what it says now, "" that
	// it was taken back, which whoever wrote it does also as a member no more.
	Amend struct {
		From string
		Text Text
	}
	Reply struct {
		Text Text
		How  string // sent or called
	}
	LogTime struct {
		Minutes int
		Text    Text
	}
	Confirm   struct{ How string }
	Nudge     struct{}
	Call      struct{ Text Text }
	Broken    struct{ Text Text }
	Close     struct{ Why Text }
	Reopen    struct{ Why Text }
	Cancel    struct{ Why Text }
	Duplicate struct {
		Of  TicketID
		Why Text // for a target of another client
	}
	// Attach adds a handed request to the ticket.
	Attach struct{ Request RequestID }
	// Timer is a notice due later that became a request by the clock.
	Timer struct{ Name TimerName }
)

// TimerName names a ticket's timers; at most one of each is pending.
type TimerName string

const (
	TimerNudge     TimerName = "allowance-nudge"
	TimerAllowance TimerName = "allowance-over"
	TimerSchedule  TimerName = "schedule-due"
	TimerPush      TimerName = "urgent-unclaimed"
	// TimerLeft frees the ticket of a deactivated assignee or tester; due for
	// each of their open tickets when they leave.
	TimerLeft TimerName = "assignee-left"
	// TimerSLA is when a goal comes to be at risk or breached; TimerGoals is the
	// same once the desk's goals or hours have changed.
	TimerSLA   TimerName = "sla"
	TimerGoals TimerName = "sla-goals"
)

func (Open) Verb() Verb       { return VNew }
func (RealTime) Verb() Verb   { return VRealTime }
func (Review) Verb() Verb     { return VReview }
func (Clarify) Verb() Verb    { return VClarify }
func (Answer) Verb() Verb     { return VAnswer }
func (Withdraw) Verb() Verb   { return VWithdraw }
func (Categorize) Verb() Verb { return VCategorize }
func (Set) Verb() Verb        { return VSet }
func (AskSRM) Verb() Verb     { return VAsk }
func (Prioritize) Verb() Verb { return VPrioritize }
func (Snooze) Verb() Verb     { return VSnooze }
func (Undo) Verb() Verb       { return VUndo }
func (Extend) Verb() Verb     { return VExtend }
func (DoEstim) Verb() Verb    { return VEstimate }
func (Approve) Verb() Verb    { return VApprove }
func (Decline) Verb() Verb    { return VDecline }
func (Assign) Verb() Verb     { return VAssign }
func (Claim) Verb() Verb      { return VClaim }
func (Start) Verb() Verb      { return VStart }
func (Release) Verb() Verb    { return VRelease }
func (PutBack) Verb() Verb    { return VPutBack }
func (HandOver) Verb() Verb   { return VHandOver }
func (Vendor) Verb() Verb     { return VVendor }
func (Schedule) Verb() Verb   { return VSchedule }
func (Park) Verb() Verb       { return VPark }
func (Move) Verb() Verb       { return VMove }
func (Note) Verb() Verb       { return VNote }
func (Amend) Verb() Verb      { return VNote }
func (Reply) Verb() Verb      { return VReply }
func (LogTime) Verb() Verb    { return VTime }
func (Confirm) Verb() Verb    { return VConfirm }
func (Nudge) Verb() Verb      { return VNudge }
func (Call) Verb() Verb       { return VCalled }
func (Broken) Verb() Verb     { return VBroken }
func (Close) Verb() Verb      { return VClose }
func (Reopen) Verb() Verb     { return VReopen }
func (Cancel) Verb() Verb     { return VCancel }
func (Duplicate) Verb() Verb  { return VDuplicate }
func (Attach) Verb() Verb     { return VAccept }
func (Timer) Verb() Verb      { return VTimer }

func (c Open) Wants() Wants     { return Wants{Handed: c.Request} }
func (RealTime) Wants() Wants   { return Wants{Allowance: true} }
func (Review) Wants() Wants     { return Wants{} }
func (Clarify) Wants() Wants    { return Wants{} }
func (Answer) Wants() Wants     { return Wants{} }
func (Withdraw) Wants() Wants   { return Wants{} }
func (Categorize) Wants() Wants { return Wants{} }
func (Set) Wants() Wants        { return Wants{} }
func (AskSRM) Wants() Wants     { return Wants{} }
func (c Prioritize) Wants() Wants {
	w := Wants{Flow: c.Priority != "", Priority: c.Priority}
	switch c.Rank {
	case "top":
		w.MinRank = true
	case "up":
		w.Neighbour = -1
	case "down":
		w.Neighbour = +1
	}
	return w
}
func (Snooze) Wants() Wants      { return Wants{} }
func (c Undo) Wants() Wants      { return Wants{Other: c.Duplicate, Holder: true} }
func (Extend) Wants() Wants      { return Wants{} }
func (DoEstim) Wants() Wants     { return Wants{} }
func (Approve) Wants() Wants     { return Wants{} }
func (Decline) Wants() Wants     { return Wants{} }
func (Assign) Wants() Wants      { return Wants{} }
func (Claim) Wants() Wants       { return Wants{} }
func (Start) Wants() Wants       { return Wants{WIP: true, Top: true} }
func (Release) Wants() Wants     { return Wants{} }
func (PutBack) Wants() Wants     { return Wants{} }
func (HandOver) Wants() Wants    { return Wants{} }
func (Vendor) Wants() Wants      { return Wants{} }
func (Schedule) Wants() Wants    { return Wants{} }
func (Park) Wants() Wants        { return Wants{} }
func (Move) Wants() Wants        { return Wants{WIP: true, Top: true} }
func (c Note) Wants() Wants      { return Wants{Note: c.From} }
func (c Amend) Wants() Wants     { return Wants{Note: c.From} }
func (Reply) Wants() Wants       { return Wants{} }
func (LogTime) Wants() Wants     { return Wants{} }
func (Confirm) Wants() Wants     { return Wants{} }
func (Nudge) Wants() Wants       { return Wants{} }
func (Call) Wants() Wants        { return Wants{} }
func (Broken) Wants() Wants      { return Wants{} }
func (Close) Wants() Wants       { return Wants{} }
func (Reopen) Wants() Wants      { return Wants{} }
func (Cancel) Wants() Wants      { return Wants{} }
func (c Duplicate) Wants() Wants { return Wants{Other: c.Of} }
func (c Attach) Wants() Wants    { return Wants{Handed: c.Request} }
func (c Timer) Wants() Wants     { return Wants{Least: c.Name == TimerPush} }

// Request is one command of one actor at one instant.
type Request struct {
	Ticket TicketID // 0 for one that opens
	By     Actor
	At     time.Time
	Do     Command
	// Version is the ticket's when the button was drawn; 0 for typed words,
	// which act on the present ticket.
	Version int
	Key     DeliveryKey
	Facts   Facts // filled in by the store
}

// DeliveryKey makes a delivery that comes twice act once. Body tells two
// different requests under one key apart. Once says that it is of a deed and not of
// one delivery: a refusal is not kept under it, so that the deed may still be done.
type DeliveryKey struct {
	Key, Body string
	Once      bool
}
