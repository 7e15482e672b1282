package desk

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// DeskEvent is one fact of the second stream: members, roles, rota, clients,
// dials, channels. By is TheClock where the configuration file said it.
type DeskEvent struct {
	Seq  int64
	At   time.Time
	By   Actor
	What DeskFact
}

// DeskFact is the closed set of what can happen to the desk. A fact is also
// what is asked for: DecideDesk checks one and gives it back, its ids filled in.
type DeskFact interface {
	applyDesk(d *Directory, e DeskEvent)
	// subject is the key by which a change in chat wins over the file.
	subject() string
}

type (
	MemberAdded struct {
		Member Member
	}
	// MemberNamed is who somebody turned out to be whom the file knows by an
	// identity alone.
	MemberNamed struct {
		Member MemberID
		Handle string
		Name   Text
		Zone   string
	}
	MemberLinked struct {
		Member   MemberID
		Identity string
	}
	// MemberParted takes an identity away that is a member's no more: they left that
	// platform, and are still on another.
	MemberParted struct {
		Member   MemberID
		Identity string
	}
	// MemberLeft deactivates. Turn, here and below, is the local date of the
	// rota's present turn, which nobody loses by the change; filled in.
	MemberLeft struct {
		Member MemberID
		Turn   string `json:",omitempty"`
	}
	RoleGiven struct {
		Member MemberID
		Role   Role
		Turn   string `json:",omitempty"`
	}
	RoleTaken struct {
		Member MemberID
		Role   Role
		Turn   string `json:",omitempty"`
	}
	SkillAdded struct {
		Member MemberID
		Type   string
	}
	ClientAdded struct {
		Client Client
	}
	ContactAdded struct {
		Client  ClientID
		Contact Contact
	}
	DialSet struct {
		Rule Rule
		Dial Dial
	}
	// RotaSet replaces the weekly rota; its first member has the turn that
	// holds the instant of the event. Without Day and At those stay as they
	// are; Anchor, if empty, is filled in.
	RotaSet struct {
		Members []MemberID
		Anchor  string
		Day     time.Weekday
		At      int
	}
	// OnCallSet's first member is on call in the present turn.
	OnCallSet struct {
		Members []MemberID
		Turn    string `json:",omitempty"`
	}
	OverrideAdded struct{ Interval Interval }
	AbsenceAdded  struct{ Interval Interval }
	// SwapTaken is a turn, by its local date, that another member takes.
	SwapTaken struct {
		Date   string
		Member MemberID
	}
	ChannelSet struct{ Channel string }
)

// DecideDesk checks a change of the desk: who may make it, and whether it can
// be. The answer is the fact to record.
func DecideDesk(p *Policy, by Actor, at time.Time, f DeskFact) (DeskFact, error) {
	if err := p.mayAdminister(by, at, f); err != nil {
		return nil, err
	}
	no := func(rule Rule, format string, a ...any) error {
		return &Refusal{Rule: rule, Text: fmt.Sprintf(format, a...)}
	}
	member := func(id MemberID) error {
		if !p.Members[id].Active {
			return no(Wording, "That is no member of this desk.")
		}
		return nil
	}
	_, _, turn := p.Rota.Turn(at, p.Zone)
	switch f := f.(type) {
	case MemberAdded:
		return p.newMember(f)
	case MemberNamed:
		return p.newName(f)
	case MemberLinked:
		return p.newIdentity(f)
	case MemberParted:
		if m := p.Members[f.Member]; !slices.Contains(m.Identities, f.Identity) || len(m.Identities) < 2 {
			return nil, no(Present, "That is not one of several identities of theirs.")
		}
		return f, member(f.Member)
	case MemberLeft:
		if !by.Clock && p.lastAdmin(f.Member) { // one who left the platform is gone all the same
			return nil, no(Wording, "That is the last admin. Make another one first.")
		}
		f.Turn = turn
		return f, member(f.Member)
	case RoleGiven:
		if !slices.Contains(Roles, f.Role) {
			return nil, no(Wording, "%q is no role. Roles: %s.", f.Role, joinRoles(Roles))
		}
		if p.Members[f.Member].Has(f.Role) {
			return nil, no(Present, "%s is %s already.", p.Members[f.Member].Handle, f.Role)
		}
		f.Turn = turn
		return f, member(f.Member)
	case RoleTaken:
		if !p.Members[f.Member].Has(f.Role) {
			return nil, no(Present, "%s isn't %s.", p.Members[f.Member].Handle, f.Role)
		}
		if f.Role == RAdmin && p.lastAdmin(f.Member) {
			return nil, no(Wording, "That is the last admin. Make another one first.")
		}
		f.Turn = turn
		return f, nil
	case SkillAdded:
		typ, ok := p.knownType(f.Type)
		if !ok {
			return nil, no(Wording, "%q is no type of this desk's categories.", f.Type)
		}
		if slices.Contains(p.Members[f.Member].Skills, typ) {
			return nil, no(Present, "%s has the skill %s already.", p.Members[f.Member].Handle, typ)
		}
		f.Type = typ
		return f, member(f.Member)
	case ClientAdded:
		return p.newClient(f)
	case ContactAdded:
		return p.newContact(f)
	case DialSet:
		return p.newDial(f)
	case RotaSet:
		if len(f.Members) == 0 {
			return nil, no(Wording, "A rota needs at least one member; without one nobody is intake.")
		}
		for _, m := range f.Members {
			if err := member(m); err != nil {
				return nil, err
			}
		}
		return p.newRota(f, at)
	case OnCallSet:
		for _, m := range f.Members {
			if err := member(m); err != nil {
				return nil, err
			}
		}
		f.Turn = turn
		return f, nil
	case OverrideAdded:
		return p.newOverride(f)
	case AbsenceAdded:
		if !f.Interval.To.After(f.Interval.From) {
			return nil, no(Wording, "An absence ends after it begins.")
		}
		return f, member(f.Interval.Member)
	case SwapTaken:
		if err := member(f.Member); err != nil {
			return nil, err
		}
		return p.newSwap(f, at)
	case ChannelSet:
		if !strings.Contains(f.Channel, ":") {
			return nil, no(Wording, "%q is no channel.", f.Channel)
		}
		return f, nil
	}
	return nil, fmt.Errorf("desk: no decision for %T", f)
}

// mayAdminister: admins all; clients and contacts also SRM and intake; one's
// own absence; a week's swap whoever is on the rota.
func (p *Policy) mayAdminister(by Actor, at time.Time, f DeskFact) error {
	if by.Clock {
		return nil
	}
	roles := []Role{RAdmin}
	switch f := f.(type) {
	case ClientAdded, ContactAdded:
		roles = append(roles, RSRM, RIntake)
	case AbsenceAdded:
		if f.Interval.Member == by.Member && p.Members[by.Member].Active {
			return nil
		}
	case MemberLinked: // joins one's own; the bot had it confirmed on both
		if f.Member == by.Member && p.Members[by.Member].Active {
			return nil
		}
	case SwapTaken:
		if f.Member == by.Member && slices.Contains(p.Rota.Base, by.Member) {
			return nil
		}
	}
	for _, r := range roles {
		if p.Is(by, r, Ticket{}, at) {
			return nil
		}
	}
	return &Refusal{Rule: ByRole, Text: fmt.Sprintf("Only %s can do that.", roleList(Ticket{}, roles)), Who: p.who(Ticket{}, at, roles...)}
}
