package desk

import (
	"slices"
	"time"
)

// Section is one part of the daily digest, by its name in the configuration.
type Section string

const (
	StaleClientTest Section = "client_test" // Client testing, untouched
	PressingGoals   Section = "sla"         // breached, and at risk
	OpenUrgent      Section = "urgent"
	StaleTriage     Section = "triage"
	StaleReady      Section = "ready"     // ready, or waiting to be tested or installed
	StaleWaiting    Section = "waiting"   // for the client's word
	StaleVendor     Section = "vendor"    // waiting for a vendor
	StaleEstimates  Section = "estimates" // any estimate status
	OpenRequests    Section = "requests"  // handed in and waiting for intake
)

// Digest says what the daily digest shows, and where (domain.md, "The clock's
// other duties").
type Digest struct {
	Sections []Section // in the order to show
	// After is from how many working days on a ticket is shown; for waiting,
	// vendor and estimates, when more have passed than so many.
	After map[Section]int
	// Silent: a day with nothing to show has no digest, not even one line.
	Silent bool
	// Channels are where it stands, at most one a platform ("slack:C0123"); on
	// the other platforms it stands where the cards do.
	Channels []string
}

// stale is what a section of tickets takes by their status, and how long that
// must last. A status that a desk added is in triage, ready or waiting by its
// stage.
type stale struct {
	days   int
	over   bool // more than so many, not so many or more
	traits []Trait
	stage  Stage // of added statuses
}

var staleSections = map[Section]stale{
	StaleClientTest: {days: 2, traits: []Trait{IsClientTest}},
	StaleTriage:     {days: 1, traits: []Trait{IsSubmitted, IsReview}, stage: Triage},
	StaleReady:      {days: 2, traits: []Trait{IsReady, IsTestQueue, IsTesting, IsInstallQueue}, stage: Ready},
	StaleWaiting:    {days: 3, over: true, traits: []Trait{IsQuestion, IsNoReplicate}, stage: Waiting},
	StaleVendor:     {days: 3, over: true, traits: []Trait{IsVendor}},
	StaleEstimates:  {days: 3, over: true, traits: []Trait{IsNeedEstimate, IsEstimated, IsEstimateSent}},
}

// NormalDigest is domain.md's: every section.
func NormalDigest() Digest {
	d := Digest{After: map[Section]int{}, Sections: []Section{StaleClientTest, PressingGoals, OpenUrgent, StaleTriage, StaleReady, StaleWaiting, StaleVendor, StaleEstimates, OpenRequests}}
	for s, rule := range staleSections {
		d.After[s] = rule.days
	}
	return d
}

// Over reports whether the section shows what has lasted more than After's
// working days, and not those that have lasted just so many.
func (s Section) Over() bool { return staleSections[s].over }

// StatusesOf are the statuses of the section's tickets, in the workflow's order;
// none for a section that does not go by status.
func (p *Policy) StatusesOf(s Section) []StatusKey {
	rule, ok := staleSections[s]
	var keys []StatusKey
	for _, st := range p.Workflow.Statuses {
		if ok && (slices.Contains(rule.traits, st.Trait) || st.Trait == "" && rule.stage == st.Stage) {
			keys = append(keys, st.Key)
		}
	}
	return keys
}

// StaleBefore is the instant before which a ticket came into its status, or was
// last touched in Client testing, that the section shows at the instant. It is
// zero, so that nothing is shown, for a section that does not go by status and
// for a desk that has not worked so many days.
func (p *Policy) StaleBefore(s Section, at time.Time) time.Time {
	rule, ok := staleSections[s]
	if !ok {
		return time.Time{}
	}
	days := p.Digest.After[s]
	if rule.over {
		days++
	}
	before, err := p.Hours.DaysAgo(at, days)
	if err != nil { // only holidays behind
		return time.Time{}
	}
	return before
}

// Shows reports whether the section shows the ticket at the instant.
func (p *Policy) Shows(s Section, t Ticket, at time.Time) bool {
	switch s {
	case PressingGoals:
		risk, due := p.Deadlines(t)
		return !due.IsZero() && (due.Before(at) || !risk.IsZero() && !risk.After(at))
	case OpenUrgent:
		return p.Workflow.open(t.Status) && p.Urgent(t.Priority)
	case StaleClientTest:
		touched := t.Touched(p)
		return !touched.IsZero() && touched.Before(p.StaleBefore(s, at))
	}
	return slices.Contains(p.StatusesOf(s), t.Status) && t.Since.Before(p.StaleBefore(s, at))
}

// Touched is when somebody last did something for the client's word on a ticket
// in Client testing: moved it there, nudged, called or wrote to the client. It is
// zero in any other status.
func (t Ticket) Touched(p *Policy) time.Time {
	if p.Workflow.Trait(t.Status) != IsClientTest {
		return time.Time{}
	}
	last := t.Since
	for _, at := range append([]time.Time{t.Told}, t.Nudges...) {
		if at.After(last) {
			last = at
		}
	}
	return last
}
