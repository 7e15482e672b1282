package desk

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// lastAdmin reports whether the desk would be without an admin but for m.
func (p *Policy) lastAdmin(m MemberID) bool {
	admins := p.With(RAdmin)
	return len(admins) == 1 && admins[0] == m
}

// newMember gives the next id, or their old one to a member who left and is
// back.
func (p *Policy) newMember(f MemberAdded) (DeskFact, error) {
	f.Member.ID = p.next.member + 1
	f.Member.Handle = string(CleanLine(Text(f.Member.Handle), 80))
	f.Member.Name = CleanLine(f.Member.Name, 80)
	f.Member.Active = true
	if f.Member.Handle == "" {
		return nil, &Needs{Fields: []string{"handle"}, Why: "What are they called?"}
	}
	for _, id := range f.Member.Identities {
		m, ok := p.MemberWith(id)
		switch {
		case ok && m.Active:
			return nil, &Refusal{Rule: Present, Text: fmt.Sprintf("%s is a member already.", m.Handle)}
		case ok:
			f.Member.ID = m.ID
		}
	}
	f.Member.Handle = p.free(f.Member.Handle, f.Member.ID)
	for _, r := range f.Member.Roles {
		if !slices.Contains(Roles, r) {
			return nil, &Refusal{Rule: Wording, Text: fmt.Sprintf("%q is no role. Roles: %s.", r, joinRoles(Roles))}
		}
	}
	return f, nil
}

// free is the handle, with a number if somebody else is called so: two platforms
// may know two people by one name.
func (p *Policy) free(handle string, m MemberID) string {
	for n, h := 2, handle; ; n++ {
		if !p.called(h, m) {
			return h
		}
		h = fmt.Sprintf("%s%d", handle, n)
	}
}

// newName gives a member the name that the platform knows them by.
func (p *Policy) newName(f MemberNamed) (DeskFact, error) {
	f.Handle, f.Name = string(CleanLine(Text(f.Handle), 80)), CleanLine(f.Name, 80)
	switch m := p.Members[f.Member]; {
	case !m.Active:
		return nil, &Refusal{Rule: Wording, Text: "That is no member of this desk."}
	case f.Handle == "" || f.Name == "":
		return nil, &Needs{Fields: []string{"handle"}, Why: "What are they called?"}
	}
	f.Handle = p.free(f.Handle, f.Member)
	return f, nil
}

// newIdentity joins an identity that is nobody's, or that of an observer, who
// loses nothing by it.
func (p *Policy) newIdentity(f MemberLinked) (DeskFact, error) {
	if !p.Members[f.Member].Active {
		return nil, &Refusal{Rule: Wording, Text: "That is no member of this desk."}
	}
	m, ok := p.MemberWith(f.Identity)
	switch {
	case f.Identity == "":
		return nil, &Needs{Fields: []string{"identity"}}
	case ok && m.ID == f.Member:
		return nil, &Refusal{Rule: Present, Text: "The two are joined already."}
	case ok && m.Active && len(m.Roles) > 0:
		return nil, &Refusal{Rule: Present, Who: p.With(RAdmin),
			Text: fmt.Sprintf("%s has roles of its own. An admin takes those first, so that no work loses its owner.", m.Handle)}
	}
	return f, nil
}

// newRota fills in what was not said: day and time as they are, and the turn
// that holds the instant for the first member.
func (p *Policy) newRota(f RotaSet, at time.Time) (DeskFact, error) {
	if f.Anchor == "" && f.Day == 0 && f.At == 0 {
		f.Day, f.At = p.Rota.Day, p.Rota.At
	}
	if f.Day < time.Sunday || f.Day > time.Saturday || f.At < 0 || f.At >= 24*60 {
		return nil, &Refusal{Rule: Wording, Text: "The turn passes on a weekday, at a time of the day."}
	}
	if f.Anchor == "" {
		next := Rota{Day: f.Day, At: f.At}
		_, _, f.Anchor = next.Turn(at, p.Zone)
	}
	if _, err := time.Parse(time.DateOnly, f.Anchor); err != nil {
		return nil, &Refusal{Rule: Wording, Text: fmt.Sprintf("%q is no date; write it like 2026-03-09.", f.Anchor)}
	}
	return f, nil
}

// newSwap names the week by the date on which its turn begins; the first to take
// it has it, as long as they are here.
func (p *Policy) newSwap(f SwapTaken, at time.Time) (DeskFact, error) {
	day, err := time.ParseInLocation(time.DateOnly, f.Date, p.Zone)
	if err != nil {
		return nil, &Refusal{Rule: Wording, Text: fmt.Sprintf("%q is no date; a week is named by a day in it, like 2026-03-09.", f.Date)}
	}
	_, until, date := p.Rota.Turn(day.Add(24*time.Hour-time.Minute), p.Zone)
	if !until.After(at) {
		return nil, &Refusal{Rule: Wording, Text: "That week is over."}
	}
	switch m, taken := p.Week(date); {
	case m == f.Member && !taken:
		return nil, &Refusal{Rule: Present, Text: "That week is yours already; somebody else takes it."}
	case taken:
		return nil, &Refusal{Rule: Present, Text: "That week is taken already.", Who: []MemberID{m}}
	}
	f.Date = date
	return f, nil
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
	f.Client.Contacts = slices.Clone(f.Client.Contacts)
	for i := range f.Client.Contacts {
		f.Client.Contacts[i].ID = p.next.contact + 1 + ContactID(i)
	}
	return f, nil
}

func (p *Policy) newContact(f ContactAdded) (DeskFact, error) {
	c, ok := p.Clients[f.Client]
	f.Contact.Name, f.Contact.Email = CleanLine(f.Contact.Name, 80), CleanLine(f.Contact.Email, 200)
	f.Contact.Phone = CleanLine(f.Contact.Phone, 60)
	switch {
	case !ok:
		return nil, &Needs{Fields: []string{"client"}}
	case f.Contact.Name == "" && f.Contact.Email == "":
		return nil, &Needs{Fields: []string{"contact"}}
	case f.Contact.Email != "" && !strings.Contains(string(f.Contact.Email), "@"):
		return nil, &Refusal{Rule: Wording, Text: "An e-mail address has an @ in it, like name@example.com."}
	}
	if f.Contact.Name == "" {
		f.Contact.Name = f.Contact.Email
	}
	for _, ct := range c.Contacts {
		if f.Contact.Email != "" && strings.EqualFold(string(ct.Email), string(f.Contact.Email)) {
			return nil, &Refusal{Rule: Present, Text: fmt.Sprintf("A contact of %s has that address already.", c.Name)}
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
