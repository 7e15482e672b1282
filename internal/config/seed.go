package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

// Seed returns a fact that the file says and the desk does not know yet, nil
// when there is none left: record it and call again with the policy that
// follows. What was changed in chat is left alone.
func (f *File) Seed(p *desk.Policy, now time.Time) (desk.DeskFact, error) {
	fact, _, err := f.next(p, now)
	return fact, err
}

// next is Seed's fact and the path that says it.
func (f *File) next(p *desk.Policy, now time.Time) (desk.DeskFact, string, error) {
	for _, step := range []func(*desk.Policy, time.Time) (desk.DeskFact, string, error){
		f.seedMember, f.seedRole, f.seedDial, f.seedRota, f.seedOnCall, f.seedChannel, f.seedClient} {
		if fact, path, err := step(p, now); err != nil || fact != nil {
			return fact, path, err
		}
	}
	return nil, "", nil
}

// person is a member with the path that names them.
type person struct {
	Member
	path string
}

// people are the members and whoever is only named as an admin.
func (f *File) people() []person {
	var ps []person
	for n, m := range f.Desk.Members {
		ps = append(ps, person{m, fmt.Sprintf("$.desk.members[%d]", n)})
	}
	for i, id := range f.Desk.Admins {
		n := slices.IndexFunc(ps, func(m person) bool { return slices.Contains(m.Identities, id) })
		if n < 0 {
			_, handle, _ := strings.Cut(id, ":")
			ps, n = append(ps, person{Member{Handle: handle, Name: handle, Identities: []string{id}}, fmt.Sprintf("$.desk.admins[%d]", i)}), len(ps)
		}
		if !slices.Contains(ps[n].Roles, string(desk.RAdmin)) {
			ps[n].Roles = append(slices.Clone(ps[n].Roles), string(desk.RAdmin))
		}
	}
	return ps
}

// known finds the member with any of the identities, also one who left.
func known(p *desk.Policy, m Member) (desk.Member, bool) {
	for _, id := range m.Identities {
		if k, ok := p.MemberWith(id); ok {
			return k, true
		}
	}
	return desk.Member{}, false
}

// seedMember also joins an identity that was added to a member's others.
func (f *File) seedMember(p *desk.Policy, _ time.Time) (desk.DeskFact, string, error) {
	for _, m := range f.people() {
		k, ok := known(p, m.Member)
		if !ok {
			return desk.MemberAdded{Member: desk.Member{Handle: m.Handle, Name: desk.Text(m.Name), Zone: m.Zone, Identities: m.Identities, Skills: m.Skills}}, m.path, nil
		}
		for n, id := range m.Identities {
			if _, taken := p.MemberWith(id); !taken && k.Active {
				return desk.MemberLinked{Member: k.ID, Identity: id}, fmt.Sprintf("%s.identities[%d]", m.path, n), nil
			}
		}
	}
	return nil, "", nil
}

func (f *File) seedRole(p *desk.Policy, _ time.Time) (desk.DeskFact, string, error) {
	for _, m := range f.people() {
		k, _ := known(p, m.Member)
		for n, r := range m.Roles {
			fact := desk.RoleGiven{Member: k.ID, Role: desk.Role(r)}
			if k.Active && !k.Has(fact.Role) && !p.SetInChat(fact) {
				return fact, fmt.Sprintf("%s.roles[%d]", m.path, n), nil
			}
		}
	}
	return nil, "", nil
}

func (f *File) seedDial(p *desk.Policy, _ time.Time) (desk.DeskFact, string, error) {
	for _, r := range sorted(f.Rules) {
		if fact := (desk.DialSet{Rule: desk.Rule(r), Dial: desk.Dial(f.Rules[r])}); p.Dials[fact.Rule] != fact.Dial && !p.SetInChat(fact) {
			return fact, "$.rules." + r, nil
		}
	}
	return nil, "", nil
}

// seedRota: the first member of the file's rota has the present turn when the
// rota is new. Later the same members in the same round change nothing, so that
// a restart takes nobody's turn; nor does a rota that chat changed, be it by
// taking the role intake from one of them.
func (f *File) seedRota(p *desk.Policy, now time.Time) (desk.DeskFact, string, error) {
	base := f.members(p, f.Rota.Members)
	day, clock := f.turn()
	fact := desk.RotaSet{Members: base, Day: day, At: clock}
	mine := func(m desk.Member) bool { return p.SetInChat(desk.RoleGiven{Member: m.ID, Role: desk.RIntake}) }
	if len(base) == 0 || p.SetInChat(fact) || slices.ContainsFunc(p.People(), mine) ||
		sameRound(p.Rota.Base, base) && p.Rota.Day == day && p.Rota.At == clock {
		return nil, "", nil
	}
	_, _, fact.Anchor = (&desk.Rota{Day: day, At: clock}).Turn(now, p.Zone)
	return fact, "$.rota.members", nil
}

func (f *File) seedOnCall(p *desk.Policy, _ time.Time) (desk.DeskFact, string, error) {
	fact := desk.OnCallSet{Members: f.members(p, f.Rota.OnCall)}
	if p.SetInChat(fact) || sameRound(p.Rota.OnCall, fact.Members) {
		return nil, "", nil
	}
	return fact, "$.rota.on_call", nil
}

// turn is when the rota passes; check has refused what is no day or time.
func (f *File) turn() (time.Weekday, int) {
	at, _ := time.Parse("15:04", f.Rota.At)
	return time.Weekday(weekday(strings.ToLower(f.Rota.Day))), at.Hour()*60 + at.Minute()
}

// members are the handles' active members; who left is passed over.
func (f *File) members(p *desk.Policy, handles []string) []desk.MemberID {
	var ids []desk.MemberID
	for _, h := range handles {
		for _, m := range f.people() {
			if k, ok := known(p, m.Member); ok && k.Active && m.Handle == h {
				ids = append(ids, k.ID)
			}
		}
	}
	return ids
}

// sameRound reports whether b is a turned: the same order of turns, whoever is
// counted first.
func sameRound(a, b []desk.MemberID) bool {
	if len(a) != len(b) {
		return false
	}
	for n := range a {
		if slices.Equal(append(slices.Clone(a[n:]), a[:n]...), b) {
			return true
		}
	}
	return len(a) == 0
}

func (f *File) seedChannel(p *desk.Policy, _ time.Time) (desk.DeskFact, string, error) {
	for n, c := range f.Desk.Channels {
		if fact := (desk.ChannelSet{Channel: c}); !slices.Contains(p.Channels, c) && !p.SetInChat(fact) {
			return fact, fmt.Sprintf("$.desk.channels[%d]", n), nil
		}
	}
	return nil, "", nil
}

func (f *File) seedClient(p *desk.Policy, _ time.Time) (desk.DeskFact, string, error) {
	for n, c := range f.Clients {
		cl := desk.Client{Name: c.Name, Plan: c.Plan, VIP: c.VIP, CatchAll: c.CatchAll, Zone: c.Zone, Agreements: c.Agreements}
		for _, ct := range c.Contacts {
			cl.Contacts = append(cl.Contacts, desk.Contact{Name: desk.Text(ct.Name), Email: desk.Text(ct.Email), Phone: desk.Text(ct.Phone)})
		}
		if _, ok := p.ClientNamed(c.Name); !ok {
			return desk.ClientAdded{Client: cl}, fmt.Sprintf("$.clients[%d]", n), nil
		}
	}
	return nil, "", nil
}
