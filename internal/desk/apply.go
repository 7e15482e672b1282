package desk

import "time"

func (f Opened) apply(t *Ticket, e Event) {
	t.Number, t.Kind, t.Status = e.Ticket, f.Kind, f.Status
	t.Client, t.Contact, t.Agreement, t.CameBy = f.Client, f.Contact, f.Agreement, f.CameBy
	t.Severity, t.Impact = f.Severity, f.Impact
	t.Summary, t.Description = f.Summary, f.Description
	t.Entered, t.Opened, t.OpenedBy = f.Entered, e.At, e.By.Member
	t.HandedBy, t.Request, t.Linked = f.HandedBy, f.Request, f.Linked
	t.Rank, t.Since = t.entryRank(), e.At
}

func (f Moved) apply(t *Ticket, e Event) {
	t.Status, t.Since = f.To, e.At
	if f.Worker != 0 {
		t.Worker = f.Worker
	}
	if f.Stage == Active {
		t.Begun = true
	}
	if f.Stage == Done { // what it waited for stays, for the sake of undo
		if t.Closed.IsZero() {
			t.Closed = e.At
		}
	} else {
		t.Nudges, t.Snoozed, t.Scheduled, t.Awaiting, t.Asked = nil, t0, t0, "", t0
		t.Closed, t.Unconfirmed, t.DuplicateOf = t0, false, 0
	}
	if f.Rework {
		t.Rework++
	}
}

func (f Prioritized) apply(t *Ticket, e Event) {
	if t.Priority != f.Priority { // a rank holds within one priority
		t.Rank = t.entryRank()
	}
	t.Priority, t.Prioritized, t.Pushed, t.Asked = f.Priority, e.At, false, t0
	if t.Planned.IsZero() {
		t.Planned = e.At
	}
}
func (f Unprioritized) apply(t *Ticket, e Event) { t.Priority, t.Rank = "", t.entryRank() }
func (f Ranked) apply(t *Ticket, e Event)        { t.Rank = f.Rank }
func (f Categorized) apply(t *Ticket, e Event)   { t.Category = f.Category }

func (f FieldSet) apply(t *Ticket, e Event) {
	switch f.Field {
	case "client":
		t.Client, t.Contact, t.Agreement = ClientID(f.ID), 0, ""
	case "contact":
		t.Contact = ContactID(f.ID)
	case "agreement":
		t.Agreement = f.Value
	case "kind":
		if t.Kind == Internal && Kind(f.Value) != Internal { // giving it a client is opening it: its clocks begin
			t.Entered, t.Responded, t.Planned = e.At, t0, t0
		}
		t.Kind = Kind(f.Value)
	case "severity":
		t.Severity = Level(f.Value)
	case "impact":
		t.Impact = Level(f.Value)
	case "came_by":
		t.CameBy = f.Value
	case "summary":
		t.Summary = f.Text
	case "description":
		t.Description = f.Text
	}
}

func (f SRMAsked) apply(t *Ticket, e Event) { t.Asked = e.At }

func (f QuestionAsked) apply(t *Ticket, e Event) {
	t.Questions = append(t.Questions, Question{Text: f.Text, By: e.By.Member, At: e.At})
	if f.Back != "" {
		t.Back = f.Back
	}
}

func (f QuestionAnswered) apply(t *Ticket, e Event) {
	if f.Index < len(t.Questions) {
		t.Questions[f.Index].Answer, t.Questions[f.Index].Over = f.Text, true
	}
}

func (f QuestionWithdrawn) apply(t *Ticket, e Event) {
	if f.Index < len(t.Questions) {
		t.Questions[f.Index].Over = true
	}
}

func (f Snoozed) apply(t *Ticket, e Event) { t.Snoozed = f.Until }
func (f Decided) apply(t *Ticket, e Event) {}

func (f Undone) apply(t *Ticket, e Event) {
	w := f.Was
	if t.Priority != "" && w.Priority == "" && t.Planned.Equal(t.Prioritized) { // the first was not meant
		t.Planned = t0
	}
	t.Status, t.Priority, t.Rank, t.Snoozed, t.Back = w.Status, w.Priority, w.Rank, w.Snoozed, w.Back
	t.DuplicateOf, t.Closed, t.Since = w.DuplicateOf, w.Closed, w.Since
	if !w.Prioritized.IsZero() {
		t.Prioritized = w.Prioritized
	}
	for i := w.Questions; i < len(t.Questions); i++ {
		t.Questions[i].Over = true
	}
	if d := t.Decision; d != nil {
		t.AtRisk, t.Breached = t.AtRisk&^d.AtRisk, t.Breached&^d.Breached
	}
	t.Decision = nil
}

func (f EstimateGiven) apply(t *Ticket, e Event) {
	t.Estimate = &Estimate{Hours: f.Hours, Text: f.Text, By: e.By.Member}
}

func (f EstimateAnswered) apply(t *Ticket, e Event) {
	if t.Estimate != nil {
		t.Estimate.Approved = f.Approved
	}
}

func (f Assigned) apply(t *Ticket, e Event) { t.Assignee, t.Held = f.To, e.At }
func (f Pushed) apply(t *Ticket, e Event)   { t.Assignee, t.Held, t.Pushed = f.To, e.At, true }
func (f Testing) apply(t *Ticket, e Event)  { t.Tester = f.By }
func (f Started) apply(t *Ticket, e Event)  { t.Worker = e.By.Member }

func (f AssigneeLeft) apply(t *Ticket, e Event) {
	if t.Assignee == f.Member {
		t.Assignee, t.Held = 0, e.At
	}
	if t.Tester == f.Member {
		t.Tester = 0
	}
}

func (f AllowanceStarted) apply(t *Ticket, e Event) {
	t.Allowance = &Allowance{By: e.By.Member, Since: e.At, Until: f.Until, Running: true}
	t.Worker = e.By.Member
}

func (f AllowanceExtended) apply(t *Ticket, e Event) {
	if t.Allowance != nil {
		t.Allowance.Until = f.Until
	}
}

func (f AllowanceEnded) apply(t *Ticket, e Event) {
	if t.Allowance != nil {
		t.Allowance.Running = false
	}
}

func (f AllowanceNudged) apply(t *Ticket, e Event) {}
func (f VendorAwaited) apply(t *Ticket, e Event)   { t.Awaiting = f.What }
func (f ScheduledFor) apply(t *Ticket, e Event)    { t.Scheduled = f.Until }
func (f Noted) apply(t *Ticket, e Event)           {}
func (f NoteChanged) apply(t *Ticket, e Event)     {}
func (f NoteRemoved) apply(t *Ticket, e Event)     {}
func (f TimeLogged) apply(t *Ticket, e Event)      { t.Minutes += f.Minutes }
func (f Replied) apply(t *Ticket, e Event)         { t.told(e.At) }
func (f Nudged) apply(t *Ticket, e Event) {
	t.Nudges = append(t.Nudges[:len(t.Nudges):len(t.Nudges)], e.At)
}
func (f Called) apply(t *Ticket, e Event)            { t.told(e.At) }
func (f Confirmed) apply(t *Ticket, e Event)         {}
func (f ClosedUnconfirmed) apply(t *Ticket, e Event) { t.Unconfirmed = true }
func (f MarkedDuplicate) apply(t *Ticket, e Event)   { t.DuplicateOf = f.Of }
func (f DuplicateFound) apply(t *Ticket, e Event)    {}
func (f DuplicateUndone) apply(t *Ticket, e Event)   {}
func (f RequestAttached) apply(t *Ticket, e Event)   {}
func (f Warned) apply(t *Ticket, e Event)            {}
func (f GoalAtRisk) apply(t *Ticket, e Event)        { t.AtRisk |= f.Goal.set() }
func (f GoalBreached) apply(t *Ticket, e Event) {
	if d := t.Decision; d != nil && !e.By.Clock && e.By.Member == d.By && e.At.Equal(d.At) { // of one command
		made := *d
		made.AtRisk, made.Breached = made.AtRisk|f.Goal.set()&^t.AtRisk, made.Breached|f.Goal.set()&^t.Breached
		t.Decision = &made
	}
	t.AtRisk |= f.Goal.set()
	t.Breached |= f.Goal.set()
}

// told: the client had a word from a person.
func (t *Ticket) told(at time.Time) {
	t.Told = at
	if t.Responded.IsZero() {
		t.Responded = at
	}
}
