package desk

import "reflect"

// The closed sets by name, for whoever writes events down.
var (
	facts = named[Fact](Opened{}, Moved{}, Prioritized{}, Unprioritized{}, Ranked{}, Categorized{}, FieldSet{}, SRMAsked{},
		QuestionAsked{}, QuestionAnswered{}, QuestionWithdrawn{}, Snoozed{}, Decided{}, Undone{}, EstimateGiven{}, EstimateAnswered{},
		Assigned{}, AssigneeLeft{}, Pushed{}, Testing{}, Started{}, AllowanceStarted{}, AllowanceExtended{}, AllowanceEnded{}, AllowanceNudged{},
		VendorAwaited{}, ScheduledFor{}, Noted{}, NoteChanged{}, NoteRemoved{}, TimeLogged{}, Replied{}, Nudged{}, Called{}, Confirmed{}, ClosedUnconfirmed{},
		MarkedDuplicate{}, DuplicateFound{}, DuplicateUndone{}, RequestAttached{}, GoalAtRisk{}, GoalBreached{}, Warned{})
	deskFacts = named[DeskFact](MemberAdded{}, MemberNamed{}, MemberLinked{}, MemberParted{}, MemberLeft{}, RoleGiven{}, RoleTaken{}, SkillAdded{}, ClientAdded{},
		ContactAdded{}, DialSet{}, RotaSet{}, OnCallSet{}, OverrideAdded{}, AbsenceAdded{}, SwapTaken{}, ChannelSet{})
)

func named[F any](fs ...F) map[string]reflect.Type {
	m := map[string]reflect.Type{}
	for _, f := range fs {
		t := reflect.TypeOf(f)
		m[t.Name()] = t
	}
	return m
}

// NameOf is the stable name of a fact of either stream: its type's name.
func NameOf(fact any) string { return reflect.TypeOf(fact).Name() }

// NewFact returns a pointer to a zero ticket fact by name, to decode into, and
// false for a name of a newer program. Elem of it is the Fact.
func NewFact(name string) (reflect.Value, bool) { return newOf(facts, name) }

// NewDeskFact is NewFact for the desk's stream.
func NewDeskFact(name string) (reflect.Value, bool) { return newOf(deskFacts, name) }

func newOf(m map[string]reflect.Type, name string) (reflect.Value, bool) {
	t, ok := m[name]
	if !ok {
		return reflect.Value{}, false
	}
	return reflect.New(t), true
}
