package desk

import (
	"slices"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/worktime"
)

// PriorityKey is the stable name of a priority; "" is unprioritized.
type PriorityKey string

// Priority is one choice of the SRM's.
type Priority struct {
	Key       PriorityKey
	Name      string
	Guideline string
	Urgent    bool
	// Wait is how long an urgent ticket may stay unclaimed before it is pushed.
	Wait time.Duration
}

// Plan is a client's service plan.
type Plan struct {
	Name   string
	Weight int // adds to the suggestion of a priority
}

// Policy is everything that a decision depends on beside the ticket: settings
// from the configuration file, and the Directory that chat changes too. It is
// never changed in place; a new version replaces it.
type Policy struct {
	Name string
	Zone *time.Location // desk time
	// Hours are the desk's working hours.
	Hours      *worktime.Calendar
	Workflow   Workflow
	Priorities []Priority // the most urgent first
	Default    PriorityKey
	Categories []Category
	// Checklist is what must be known for a type ("" for all types): questions
	// to the client, in order.
	Checklist map[string][]string
	// UrgentWords raise the suggested priority, each by its weight.
	UrgentWords map[string]int
	Plans       []Plan
	SLA         SLA

	WIP            int           // rule 7
	RealTime       bool          // rule 5
	Allowance      time.Duration // rule 5, wall time
	AllowanceNudge time.Duration
	UndoFor        time.Duration
	TriageMailWait time.Duration
	ReopenFor      time.Duration
	AfterHours     bool // the on-call rota is intake outside Hours
	// MailDelivered says that mail to clients is carried out by the desk; if
	// not, the text is shown to copy and a person says that it was sent.
	MailDelivered bool

	Digest Digest

	Directory
}

// Normal returns a policy with domain.md's defaults: default workflow,
// priorities and dials, no people.
func Normal(name string, hours *worktime.Calendar) Policy {
	p := Policy{
		Name: name, Zone: hours.Zone(), Hours: hours,
		Workflow: DefaultWorkflow(),
		Priorities: []Priority{
			{"urgent", "Urgent", "Work stops for a client now, or safety or data is at risk.", true, time.Hour},
			{"normal", "Normal", "Everything else: taken in order.", false, 0},
		},
		Default: "normal",
		WIP:     3, Allowance: 15 * time.Minute, AllowanceNudge: 12 * time.Minute,
		UndoFor: 10 * time.Minute, TriageMailWait: 2 * time.Minute, ReopenFor: 14 * 24 * time.Hour,
		UrgentWords: map[string]int{"smoke": 40, "fire": 40, "down": 25, "outage": 30, "ransomware": 45, "data loss": 40, "everyone": 20, "nobody can": 25, "breach": 40},
	}
	p.SLA = SLA{Share: 0.75, Within: time.Hour}
	p.Digest = NormalDigest()
	p.Directory = NewDirectory()
	return p
}

// Emergency is the wait of the most urgent lane: a ticket whose words suggest
// danger is pushed sooner (domain.md, Urgent lane).
const Emergency = 3 * time.Minute

// Dial returns how strictly the rule is kept now.
func (p *Policy) Dial(r Rule) Dial {
	if d, ok := p.Dials[r]; ok {
		return d
	}
	for _, k := range DialledRules {
		if k.Rule == r {
			return k.Default
		}
	}
	return Enforce
}

// Priority returns the priority with the key.
func (p *Policy) Priority(k PriorityKey) (Priority, bool) {
	for _, pr := range p.Priorities {
		if pr.Key == k {
			return pr, true
		}
	}
	return Priority{}, false
}

// PriorityOrder is the place of a priority in the queue, 0 the most urgent;
// unprioritized comes last.
func (p *Policy) PriorityOrder(k PriorityKey) int {
	for i, pr := range p.Priorities {
		if pr.Key == k {
			return i
		}
	}
	return len(p.Priorities)
}

// Urgent reports whether the priority carries the trait urgent.
func (p *Policy) Urgent(k PriorityKey) bool { pr, _ := p.Priority(k); return pr.Urgent }

// ValidCategory reports whether the triple stands in the configuration's tree.
func (p *Policy) ValidCategory(c Category) bool { return slices.Contains(p.Categories, c) }

// knownType reports whether some category has the type, ignoring case.
func (p *Policy) knownType(t string) (string, bool) {
	for _, c := range p.Categories {
		if strings.EqualFold(c.Type, t) {
			return c.Type, true
		}
	}
	return "", false
}

// PlanWeight is what the plan adds to a suggested priority.
func (p *Policy) PlanWeight(name string) int {
	for _, pl := range p.Plans {
		if pl.Name == name {
			return pl.Weight
		}
	}
	return 0
}
