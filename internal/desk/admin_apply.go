package desk

import (
	"fmt"
	"maps"
	"slices"
)

// Apply is the only way the directory changes. It works on a copy: a policy in
// use by others never changes under them.
func (d Directory) Apply(e DeskEvent) Directory {
	d.Members, d.Clients = maps.Clone(d.Members), maps.Clone(d.Clients)
	d.Dials, d.FileDial, d.Chat = maps.Clone(d.Dials), maps.Clone(d.FileDial), maps.Clone(d.Chat)
	e.What.applyDesk(&d, e)
	if !e.By.Clock {
		d.Chat[e.What.subject()] = true
	}
	d.Version = e.Seq
	return d
}

// member changes one member's record.
func (d *Directory) member(id MemberID, change func(*Member)) {
	if m, ok := d.Members[id]; ok {
		m.Identities, m.Roles, m.Skills = slices.Clone(m.Identities), slices.Clone(m.Roles), slices.Clone(m.Skills)
		change(&m)
		d.Members[id] = m
	}
}

func (f MemberAdded) applyDesk(d *Directory, e DeskEvent) {
	if was, ok := d.Members[f.Member.ID]; ok { // one who came back
		f.Member.Identities = union(was.Identities, f.Member.Identities)
	}
	d.Members[f.Member.ID] = f.Member
	d.next.member = max(d.next.member, f.Member.ID)
}

func (f MemberNamed) applyDesk(d *Directory, e DeskEvent) {
	d.member(f.Member, func(m *Member) {
		if m.Handle, m.Name = f.Handle, f.Name; m.Zone == "" {
			m.Zone = f.Zone
		}
	})
}

func (f MemberLinked) applyDesk(d *Directory, e DeskEvent) {
	for id, m := range d.Members { // an identity is one member's
		if id != f.Member && slices.Contains(m.Identities, f.Identity) {
			d.member(id, func(m *Member) {
				m.Identities = slices.DeleteFunc(m.Identities, func(s string) bool { return s == f.Identity })
				m.Active = m.Active && len(m.Identities) > 0
			})
		}
	}
	d.member(f.Member, func(m *Member) { m.Identities = union(m.Identities, []string{f.Identity}) })
}

func (f MemberParted) applyDesk(d *Directory, e DeskEvent) {
	d.member(f.Member, func(m *Member) {
		m.Identities = slices.DeleteFunc(m.Identities, func(s string) bool { return s == f.Identity })
	})
}

// union is a and what of b is not in it.
func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func (f MemberLeft) applyDesk(d *Directory, e DeskEvent) {
	d.member(f.Member, func(m *Member) { m.Active = false })
	d.Rota.anchor(f.Turn)
	d.Rota.Base, d.Rota.OnCall = without(d.Rota.Base, f.Member), without(d.Rota.OnCall, f.Member)
}

func (f RoleGiven) applyDesk(d *Directory, e DeskEvent) {
	d.member(f.Member, func(m *Member) { m.Roles = append(m.Roles, f.Role) })
	if f.Role == RIntake && !slices.Contains(d.Rota.Base, f.Member) {
		d.Rota.anchor(f.Turn)
		d.Rota.Base = append(slices.Clone(d.Rota.Base), f.Member)
	}
}

func (f RoleTaken) applyDesk(d *Directory, e DeskEvent) {
	d.member(f.Member, func(m *Member) { m.Roles = slices.DeleteFunc(m.Roles, func(r Role) bool { return r == f.Role }) })
	if f.Role == RIntake {
		d.Rota.anchor(f.Turn)
		d.Rota.Base = without(d.Rota.Base, f.Member)
	}
}

func (f SkillAdded) applyDesk(d *Directory, e DeskEvent) {
	d.member(f.Member, func(m *Member) { m.Skills = append(m.Skills, f.Type) })
}

func (f ClientAdded) applyDesk(d *Directory, e DeskEvent) {
	d.Clients[f.Client.ID] = f.Client
	d.next.client = max(d.next.client, f.Client.ID)
	for _, ct := range f.Client.Contacts {
		d.next.contact = max(d.next.contact, ct.ID)
	}
}

func (f ContactAdded) applyDesk(d *Directory, e DeskEvent) {
	c := d.Clients[f.Client]
	c.Contacts = append(slices.Clone(c.Contacts), f.Contact)
	d.Clients[f.Client] = c
	d.next.contact = max(d.next.contact, f.Contact.ID)
}

func (f DialSet) applyDesk(d *Directory, e DeskEvent) {
	d.Dials[f.Rule] = f.Dial
	if e.By.Clock {
		d.FileDial[f.Rule] = f.Dial
	}
}

func (f RotaSet) applyDesk(d *Directory, e DeskEvent) {
	d.Rota.anchor(f.Anchor) // for the on-call rota, which counts from the same turn
	d.Rota.Base, d.Rota.Anchor, d.Rota.Day, d.Rota.At = f.Members, f.Anchor, f.Day, f.At
	for id, m := range d.Members { // the rota's members are the holders of the role
		in := slices.Contains(f.Members, id)
		if in != slices.Contains(m.Roles, RIntake) {
			d.member(id, func(m *Member) {
				if in {
					m.Roles = append(m.Roles, RIntake)
				} else {
					m.Roles = slices.DeleteFunc(m.Roles, func(r Role) bool { return r == RIntake })
				}
			})
		}
	}
}

func (f OnCallSet) applyDesk(d *Directory, e DeskEvent) {
	d.Rota.anchor(f.Turn)
	d.Rota.OnCall = f.Members
}

func (f OverrideAdded) applyDesk(d *Directory, e DeskEvent) {
	d.Rota.Overrides = append(slices.Clone(d.Rota.Overrides), f.Interval)
}

func (f AbsenceAdded) applyDesk(d *Directory, e DeskEvent) {
	d.Rota.Absences = append(slices.Clone(d.Rota.Absences), f.Interval)
}

func (f SwapTaken) applyDesk(d *Directory, e DeskEvent) {
	d.Rota.Swaps = maps.Clone(d.Rota.Swaps)
	if d.Rota.Swaps == nil {
		d.Rota.Swaps = map[string]MemberID{}
	}
	d.Rota.Swaps[f.Date] = f.Member
}

func (f ChannelSet) applyDesk(d *Directory, e DeskEvent) {
	platform := f.platform()
	d.Channels = slices.DeleteFunc(slices.Clone(d.Channels), func(c string) bool { return ChannelSet{Channel: c}.platform() == platform })
	d.Channels = append(d.Channels, f.Channel)
}

func (f ChannelSet) platform() string {
	for i := range f.Channel {
		if f.Channel[i] == ':' {
			return f.Channel[:i]
		}
	}
	return f.Channel
}

func (f MemberAdded) subject() string  { return "member/" + f.Member.Handle }
func (f MemberNamed) subject() string  { return fmt.Sprintf("member/%d", f.Member) }
func (f MemberLinked) subject() string { return fmt.Sprintf("member/%d", f.Member) }
func (f MemberParted) subject() string { return fmt.Sprintf("member/%d", f.Member) }
func (f MemberLeft) subject() string   { return fmt.Sprintf("member/%d", f.Member) }
func (f RoleGiven) subject() string    { return fmt.Sprintf("role/%d/%s", f.Member, f.Role) }
func (f RoleTaken) subject() string    { return fmt.Sprintf("role/%d/%s", f.Member, f.Role) }
func (f SkillAdded) subject() string   { return fmt.Sprintf("skill/%d/%s", f.Member, f.Type) }
func (f ClientAdded) subject() string  { return "client/" + f.Client.Name }
func (f ContactAdded) subject() string {
	return fmt.Sprintf("contact/%d/%s", f.Client, f.Contact.Email)
}
func (f DialSet) subject() string       { return "dial/" + string(f.Rule) }
func (f RotaSet) subject() string       { return "rota" }
func (f OnCallSet) subject() string     { return "on-call" }
func (f OverrideAdded) subject() string { return "override/" + f.Interval.From.UTC().String() }
func (f AbsenceAdded) subject() string  { return "absence/" + f.Interval.From.UTC().String() }
func (f SwapTaken) subject() string     { return "swap/" + f.Date }
func (f ChannelSet) subject() string    { return "channel/" + f.platform() }

// SetInChat reports whether what f changes was last changed in chat, so that
// the configuration file no longer decides it.
func (d *Directory) SetInChat(f DeskFact) bool { return d.Chat[f.subject()] }
