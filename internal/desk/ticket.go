package desk

import "time"

// Ticket is one piece of work: the fold of its events. The zero Ticket is one
// that was not opened yet.
type Ticket struct {
	Number   TicketID
	Kind     Kind
	Status   StatusKey
	Priority PriorityKey
	// Rank orders tickets of one priority, smaller first: the moment of entry
	// in microseconds unless the SRM ranked it.
	Rank      int64
	Client    ClientID
	Contact   ContactID
	Agreement string
	Category  Category
	Severity  Level
	Impact    Level
	CameBy    string

	Summary     Text
	Description Text

	// Entered is when the clocks began: opened, or handed in if earlier.
	Entered  time.Time
	Opened   time.Time
	OpenedBy MemberID
	HandedBy MemberID
	Request  RequestID

	Assignee MemberID
	Tester   MemberID
	// Worker did the work last, for rule four-eyes.
	Worker      MemberID
	Since       time.Time // in this status
	Held        time.Time // with this assignee
	Prioritized time.Time // the present priority was given
	// Begun is set from the first active status on; the kind is fixed then.
	Begun bool

	Questions []Question
	// Back is where a waiting ticket returns to.
	Back      StatusKey
	Estimate  *Estimate
	Allowance *Allowance
	Nudges    []time.Time // in this stay in Client testing
	Snoozed   time.Time
	Scheduled time.Time
	Awaiting  Text // what the vendor is to do
	Asked     time.Time
	Decision  *Decision

	DuplicateOf TicketID
	Unconfirmed bool
	Closed      time.Time
	Linked      TicketID
	Minutes     int // time logged
	Rework      int
	Told        time.Time // last word that the client had from a person
	Pushed      bool      // urgent lane: pushed since it was prioritized

	// Version rises when status, assignee, priority, kind or client change;
	// Revision counts events.
	Version  int
	Revision int
	LastBy   Actor
	LastAt   time.Time
}

// Question is one that the client was asked.
type Question struct {
	Text   Text
	By     MemberID
	At     time.Time
	Answer Text
	Over   bool // answered or withdrawn
}

// Estimate is what a piece of work would take.
type Estimate struct {
	Hours    float64
	Text     Text
	By       MemberID
	Approved bool
}

// Allowance is level 1's permission to work unprioritized (rule 5). A ticket
// has at most one, ever.
type Allowance struct {
	By      MemberID
	Since   time.Time
	Until   time.Time
	Running bool
}

// Snapshot is what a triage decision may have changed.
type Snapshot struct {
	Status      StatusKey
	Priority    PriorityKey `json:",omitempty"`
	Rank        int64
	Snoozed     time.Time `json:",omitzero"`
	Back        StatusKey `json:",omitempty"`
	Questions   int       `json:",omitempty"`
	DuplicateOf TicketID  `json:",omitempty"`
	Closed      time.Time `json:",omitzero"`
	Since       time.Time `json:",omitzero"`
}

// Decision is the last triage decision, for undo.
type Decision struct {
	Verb    Verb
	By      MemberID
	At      time.Time
	Version int
	Was     Snapshot
}

func (t Ticket) snapshot() Snapshot {
	return Snapshot{t.Status, t.Priority, t.Rank, t.Snoozed, t.Back, len(t.Questions), t.DuplicateOf, t.Closed, t.Since}
}

// OpenQuestions are those neither answered nor withdrawn, by index.
func (t Ticket) OpenQuestions() []int {
	var open []int
	for i, q := range t.Questions {
		if !q.Over {
			open = append(open, i)
		}
	}
	return open
}

// UnderAllowance reports whether level 1 works it unprioritized right now.
func (t Ticket) UnderAllowance() bool {
	return t.Allowance != nil && t.Allowance.Running && t.Priority == ""
}

// NudgeDays counts the different working days, in desk time, on which the
// client was nudged in this stay in Client testing.
func (t Ticket) NudgeDays(p *Policy) int {
	days := map[string]bool{}
	for _, n := range t.Nudges {
		if p.Hours.WorkingDay(n) {
			days[n.In(p.Zone).Format(time.DateOnly)] = true
		}
	}
	return len(days)
}
