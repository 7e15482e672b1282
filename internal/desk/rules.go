package desk

// Rule is a rule of domain.md by name. The first twelve are "The rules, by
// name"; the others are "not dials".
type Rule string

const (
	IntakeOnly          Rule = "intake-only"
	PrioritizedFirst    Rule = "prioritized-before-start"
	SRMPrioritizes      Rule = "srm-prioritizes"
	DefinitionOfReady   Rule = "definition-of-ready"
	RealTimeAllowance   Rule = "real-time-allowance"
	StartedHasAssignee  Rule = "started-has-assignee"
	WIPLimit            Rule = "wip-limit"
	PullOrder           Rule = "pull-order"
	FourEyes            Rule = "four-eyes"
	ClientConfirms      Rule = "client-confirms"
	CompleteBeforeClose Rule = "complete-before-close"
	TimeOnTickets       Rule = "time-on-tickets"

	MembersOnly Rule = "members-only"
	ByRole      Rule = "roles"      // the table's "by" column
	Transitions Rule = "workflow"   // the table has no such row
	Present     Rule = "stale"      // the ticket changed meanwhile
	Wording     Rule = "words"      // what was given cannot be what is meant
	KindFixed   Rule = "kind-fixed" // domain.md, Kind
	UndoWindow  Rule = "undo"
	Duplicates  Rule = "duplicates"
)

// Dial is how strictly a rule is kept.
type Dial string

const (
	Off     Dial = "off"
	Warn    Dial = "warn"    // done, said, counted
	Enforce Dial = "enforce" // refused
)

// DialledRules in domain.md's order, with their default. Rules 5 and 6 have no
// dial and stand here as enforced.
var DialledRules = []struct {
	Rule    Rule
	Default Dial
	Fixed   bool
	Says    string
}{
	{IntakeOnly, Enforce, false, "only the intake member of this instant opens client tickets"},
	{PrioritizedFirst, Enforce, false, "nothing becomes active before the SRM has prioritized it"},
	{SRMPrioritizes, Enforce, false, "only the SRM or a deputy sets priority and rank"},
	{DefinitionOfReady, Enforce, false, "a ready ticket has a known client, a contact, a description, a category and no open question"},
	{RealTimeAllowance, Enforce, true, "level 1 may work an unprioritized client ticket for a limited time, once"},
	{StartedHasAssignee, Enforce, true, "a started ticket always has an assignee"},
	{WIPLimit, Warn, false, "a technician has at most three tickets in progress or in testing"},
	{PullOrder, Warn, false, "start the top of the ready queue that fits"},
	{FourEyes, Warn, false, "the tester is not the one who did the work"},
	{ClientConfirms, Enforce, false, "client testing ends by the client's word"},
	{CompleteBeforeClose, Warn, false, "a completed ticket has a category, a real client and an agreement"},
	{TimeOnTickets, Warn, false, "time on internal tickets is kept and shown weekly"},
}

// Refusal is a no to a person: it names the rule, who may, and the next steps.
// It is an answer, not an operator's error.
type Refusal struct {
	Rule  Rule
	Text  string     // one sentence or two, without names of people
	Who   []MemberID // who may do it
	Offer []Offer    // next steps, the likeliest first
}

func (r *Refusal) Error() string { return string(r.Rule) + ": " + r.Text }

// Offer is a next step: a command to press instead.
type Offer struct {
	Verb   Verb
	Ticket TicketID
	Label  string
	Args   map[string]string `json:",omitempty"` // by form field name
}

// Needs says what a command still has to be told. It changes nothing and
// consumes no delivery key.
type Needs struct {
	Fields []string // form field names in the order to ask
	Why    string   // one line above the form, may be ""
	Rule   Rule     // the rule that asks for them, "" if they are just arguments
	Which  []Offer  // instead of fields: which of these is meant
}

func (n *Needs) Error() string {
	if len(n.Which) > 0 {
		return "which of several is meant"
	}
	return "still needed: " + join(n.Fields)
}

func join(ss []string) string {
	out := ""
	for i, s := range ss {
		if i > 0 {
			out += ", "
		}
		out += s
	}
	return out
}
