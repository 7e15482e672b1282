package desk

import "time"

// Ticket is one piece of work: the fold of its events. The zero Ticket is one
// that was not opened yet.
type Ticket struct {
	Number   TicketID    `json:",omitzero"`
	Kind     Kind        `json:",omitzero"`
	Status   StatusKey   `json:",omitzero"`
	Priority PriorityKey `json:",omitzero"`
	// Rank orders tickets of one priority, smaller first: by age (entryRank)
	// unless the SRM ranked it.
	Rank      int64     `json:",omitzero"`
	Client    ClientID  `json:",omitzero"`
	Contact   ContactID `json:",omitzero"`
	Agreement string    `json:",omitzero"`
	Category  Category  `json:",omitzero"`
	Severity  Level     `json:",omitzero"`
	Impact    Level     `json:",omitzero"`
	CameBy    string    `json:",omitzero"`

	Summary     Text `json:",omitzero"`
	Description Text `json:",omitzero"`

	// Entered is when the clocks began: opened, or handed in if earlier.
	Entered  time.Time `json:",omitzero"`
	Opened   time.Time `json:",omitzero"`
	OpenedBy MemberID  `json:",omitzero"`
	HandedBy MemberID  `json:",omitzero"`
	Request  RequestID `json:",omitzero"`

	Assignee MemberID `json:",omitzero"`
	Tester   MemberID `json:",omitzero"`
	// Worker did the work last, for rule four-eyes.
	Worker      MemberID  `json:",omitzero"`
	Since       time.Time `json:",omitzero"` // in this status
	Held        time.Time `json:",omitzero"` // with this assignee
	Prioritized time.Time `json:",omitzero"` // the present priority was given
	// Begun is set from the first active status on; the kind is fixed then.
	Begun bool `json:",omitzero"`

	Questions []Question `json:",omitzero"`
	// Back is where a waiting ticket returns to.
	Back      StatusKey   `json:",omitzero"`
	Estimate  *Estimate   `json:",omitzero"`
	Allowance *Allowance  `json:",omitzero"`
	Nudges    []time.Time `json:",omitzero"` // in this stay in Client testing
	Snoozed   time.Time   `json:",omitzero"`
	Scheduled time.Time   `json:",omitzero"`
	Awaiting  Text        `json:",omitzero"` // what the vendor is to do
	Asked     time.Time   `json:",omitzero"`
	Decision  *Decision   `json:",omitzero"`

	DuplicateOf TicketID  `json:",omitzero"`
	Unconfirmed bool      `json:",omitzero"`
	Closed      time.Time `json:",omitzero"`
	Linked      TicketID  `json:",omitzero"`
	Minutes     int       `json:",omitzero"` // time logged
	Rework      int       `json:",omitzero"`
	Told        time.Time `json:",omitzero"` // last word that the client had from a person
	// Stays are the statuses that it was in, in order; the last is the present one.
	// They, and the four after them, are what its clocks are measured by.
	Stays     []Stay    `json:",omitzero"`
	Responded time.Time `json:",omitzero"` // first word that the client had from a person
	Planned   time.Time `json:",omitzero"` // first prioritized
	AtRisk    GoalSet   `json:",omitzero"` // told of
	Breached  GoalSet   `json:",omitzero"` // for good
	Pushed    bool      `json:",omitzero"` // urgent lane: pushed since it was prioritized

	// Version rises when status, assignee, priority, kind or client change;
	// Revision counts events.
	Version  int       `json:",omitzero"`
	Revision int       `json:",omitzero"`
	LastBy   Actor     `json:",omitzero"`
	LastAt   time.Time `json:",omitzero"`
}

// Stay is a time in one status, until the next begins. Rework: it came there by a
// move to the left that undid work or a decision. Undone: it was not meant, and the
// next one undid it.
type Stay struct {
	Status StatusKey
	At     time.Time
	Rework bool `json:",omitzero"`
	Undone bool `json:",omitzero"`
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
	Prioritized time.Time `json:",omitzero"`
}

// Decision is the last triage decision, for undo.
type Decision struct {
	Verb    Verb
	By      MemberID
	At      time.Time
	Version int
	Was     Snapshot
	// AtRisk and Breached are the goals that it made so: undoing it takes them back.
	AtRisk   GoalSet `json:",omitzero"`
	Breached GoalSet `json:",omitzero"`
}

// entryRank is the rank by age: milliseconds and, so that no two are alike and
// trading places always moves both, the number.
func (t Ticket) entryRank() int64 { return t.Entered.UnixMilli()<<10 + int64(t.Number)&1023 }

func (t Ticket) snapshot() Snapshot {
	return Snapshot{t.Status, t.Priority, t.Rank, t.Snoozed, t.Back, len(t.Questions), t.DuplicateOf, t.Closed, t.Since, t.Prioritized}
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
