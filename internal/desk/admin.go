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
	MemberLinked struct {
		Member   MemberID
		Identity string
	}
	// MemberLeft deactivates.
	MemberLeft struct{ Member MemberID }
	RoleGiven  struct {
		Member MemberID
		Role   Role
	}
	RoleTaken struct {
		Member MemberID
		Role   Role
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
	// holds the instant of the event.
	RotaSet struct {
		Members []MemberID
		Anchor  string
		Day     time.Weekday
		At      int
	}
	OnCallSet     struct{ Members []MemberID }
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
	switch f := f.(type) {
	case MemberAdded:
		f.Member.ID = p.next.member + 1
		f.Member.Name = CleanLine(f.Member.Name, 80)
		f.Member.Active = true
		for _, id := range f.Member.Identities {
			if m, ok := p.MemberWith(id); ok {
				return nil, no(Present, "%s is a member already: %s.", id, m.Handle)
			}
		}
		return f, nil
	case MemberLinked:
		return f, member(f.Member)
	case MemberLeft:
		return f, member(f.Member)
	case RoleGiven:
		if !slices.Contains(Roles, f.Role) {
			return nil, no(Wording, "%q is no role. Roles: %s.", f.Role, joinRoles(Roles))
		}
		if p.Members[f.Member].Has(f.Role) {
			return nil, no(Present, "%s is %s already.", p.Members[f.Member].Handle, f.Role)
		}
		return f, member(f.Member)
	case RoleTaken:
		if !p.Members[f.Member].Has(f.Role) {
			return nil, no(Present, "%s isn't %s.", p.Members[f.Member].Handle, f.Role)
		}
		if f.Role == RAdmin && len(p.With(RAdmin)) == 1 {
			return nil, no(Wording, "That is the last admin. Make another one first.")
		}
		return f, nil
	case SkillAdded:
		typ, ok := p.knownType(f.Type)
		if !ok {
			return nil, no(Wording, "%q is no type of this desk's categories.", f.Type)
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
		return f, nil
	case OnCallSet:
		for _, m := range f.Members {
			if err := member(m); err != nil {
				return nil, err
			}
		}
		return f, nil
	case OverrideAdded:
		return p.newOverride(f)
	case AbsenceAdded:
		if !f.Interval.To.After(f.Interval.From) {
			return nil, no(Wording, "An absence ends after it begins.")
		}
		return f, member(f.Interval.Member)
	case SwapTaken:
		if _, err := time.Parse(time.DateOnly, f.Date); err != nil {
			return nil, no(Wording, "%q is no date; a week is named by a day in it, like 2026-03-09.", f.Date)
		}
		return f, member(f.Member)
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

func (p *Policy) newClient(f ClientAdded) (DeskFact, error) {
	f.Client.Name = string(CleanLine(Text(f.Client.Name), 80))
	if f.Client.Name == "" {
		return nil, &Needs{Fields: []string{"client"}, Why: "What is the client called?"}
	}
	if _, ok := p.ClientNamed(f.Client.Name); ok {
		return nil, &Refusal{Rule: Present, Text: fmt.Sprintf("There is a client %s already.", f.Client.Name)}
	}
	if f.Client.Plan == "" && len(p.Plans) > 0 {
		f.Client.Plan = p.Plans[len(p.Plans)-1].Name
	}
	if !slices.ContainsFunc(p.Plans, func(pl Plan) bool { return pl.Name == f.Client.Plan }) && len(p.Plans) > 0 {
		return nil, &Refusal{Rule: Wording, Text: fmt.Sprintf("%q is no plan of this desk.", f.Client.Plan)}
	}
	f.Client.ID = p.next.client + 1
	for i := range f.Client.Contacts {
		f.Client.Contacts[i].ID = p.next.contact + 1 + ContactID(i)
	}
	return f, nil
}

func (p *Policy) newContact(f ContactAdded) (DeskFact, error) {
	c, ok := p.Clients[f.Client]
	f.Contact.Name, f.Contact.Email = CleanLine(f.Contact.Name, 80), CleanLine(f.Contact.Email, 200)
	switch {
	case !ok:
		return nil, &Needs{Fields: []string{"client"}}
	case f.Contact.Name == "" && f.Contact.Email == "":
		return nil, &Needs{Fields: []string{"contact"}}
	case f.Contact.Email != "" && !strings.Contains(string(f.Contact.Email), "@"):
		return nil, &Refusal{Rule: Wording, Text: fmt.Sprintf("%q is no e-mail address.", f.Contact.Email)}
	}
	if f.Contact.Name == "" {
		f.Contact.Name = f.Contact.Email
	}
	for _, ct := range c.Contacts {
		if f.Contact.Email != "" && strings.EqualFold(string(ct.Email), string(f.Contact.Email)) {
			return nil, &Refusal{Rule: Present, Text: fmt.Sprintf("%s has that address already: %s.", c.Name, ct.Name)}
		}
	}
	f.Contact.ID = p.next.contact + 1
	return f, nil
}

func (p *Policy) newDial(f DialSet) (DeskFact, error) {
	for _, k := range DialledRules {
		if k.Rule != f.Rule {
			continue
		}
		if k.Fixed {
			return nil, &Refusal{Rule: Wording, Text: fmt.Sprintf("%s has no dial; it always holds.", f.Rule)}
		}
		if f.Dial != Off && f.Dial != Warn && f.Dial != Enforce {
			return nil, &Refusal{Rule: Wording, Text: "A dial is off, warn or enforce."}
		}
		return f, nil
	}
	return nil, &Refusal{Rule: Wording, Text: fmt.Sprintf("%q is no rule.", f.Rule)}
}

// newOverride refuses one that overlaps another.
func (p *Policy) newOverride(f OverrideAdded) (DeskFact, error) {
	i := f.Interval
	if !p.Members[i.Member].Active {
		return nil, &Refusal{Rule: Wording, Text: "That is no member of this desk."}
	}
	if !i.To.After(i.From) {
		return nil, &Refusal{Rule: Wording, Text: "An override ends after it begins."}
	}
	for _, o := range p.Rota.Overrides {
		if i.From.Before(o.To) && o.From.Before(i.To) {
			return nil, &Refusal{Rule: Present, Who: []MemberID{o.Member}, Text: fmt.Sprintf("It overlaps another override, from %s to %s.",
				o.From.In(p.Zone).Format("Mon 2 Jan 15:04"), o.To.In(p.Zone).Format("Mon 2 Jan 15:04"))}
		}
	}
	return f, nil
}

func joinRoles(rs []Role) string {
	var ss []string
	for _, r := range rs {
		ss = append(ss, string(r))
	}
	return strings.Join(ss, ", ")
}
