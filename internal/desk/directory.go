package desk

import (
	"slices"
	"strings"
	"time"
)

// Member is one person of the team, with identities on several platforms.
type Member struct {
	ID         MemberID
	Handle     string
	Name       Text
	Zone       string   // IANA; "" is the desk's
	Identities []string // "slack:U0123"
	Roles      []Role
	Skills     []string // category types; none = all
	Active     bool
}

// Has reports whether the member was given the role.
func (m Member) Has(r Role) bool { return m.Active && slices.Contains(m.Roles, r) }

// Fits reports whether the member's skills cover a category type.
func (m Member) Fits(typ string) bool {
	return len(m.Skills) == 0 || typ == "" || slices.Contains(m.Skills, typ)
}

// Contact is a person at a client.
type Contact struct {
	ID    ContactID
	Name  Text
	Email Text
	Phone Text
}

// Client is an organisation that the desk serves.
type Client struct {
	ID         ClientID
	Name       string
	Plan       string
	VIP        bool
	CatchAll   bool // "not known yet"
	Zone       string
	Agreements []string
	Contacts   []Contact
}

// Directory is what the second stream of events makes: members, roles, rota,
// clients, dials and channels. The configuration file seeds it, changes in
// chat win.
type Directory struct {
	Version  int64 // counts desk events
	Members  map[MemberID]Member
	Clients  map[ClientID]Client
	Rota     Rota
	Dials    map[Rule]Dial
	FileDial map[Rule]Dial // as the file last said, also where chat won since
	Channels []string      // "web:desk": where cards stand, one per platform
	// Chat lists the keys of what was changed in chat, so that the file no
	// longer changes it: "dial/wip-limit", "rota", "member/slack:U1".
	Chat map[string]bool
	next struct {
		member  MemberID
		client  ClientID
		contact ContactID
	}
}

// NewDirectory is an empty one.
func NewDirectory() Directory {
	return Directory{Members: map[MemberID]Member{}, Clients: map[ClientID]Client{}, Dials: map[Rule]Dial{}, FileDial: map[Rule]Dial{}, Chat: map[string]bool{},
		Rota: Rota{Day: time.Monday, At: 9 * 60}}
}

// MemberWith finds the active or former member with the identity.
func (d *Directory) MemberWith(identity string) (Member, bool) {
	for _, m := range d.Members { // an identity is one member's
		if slices.Contains(m.Identities, identity) {
			return m, true
		}
	}
	return Member{}, false
}

// called reports whether somebody but the member has the handle, ignoring case.
func (d *Directory) called(handle string, but MemberID) bool {
	for id, m := range d.Members {
		if id != but && strings.EqualFold(m.Handle, handle) {
			return true
		}
	}
	return false
}

// Handle is the member's handle, "" for nobody.
func (d *Directory) Handle(id MemberID) string { return d.Members[id].Handle }

// With returns the active members that were given any of the roles, by id.
func (d *Directory) With(roles ...Role) []MemberID {
	var ids []MemberID
	for id, m := range d.Members {
		if slices.ContainsFunc(roles, m.Has) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// People returns all active members by id.
func (d *Directory) People() []Member {
	var ms []Member
	for _, m := range d.Members {
		if m.Active {
			ms = append(ms, m)
		}
	}
	slices.SortFunc(ms, func(a, b Member) int { return int(a.ID - b.ID) })
	return ms
}

// ClientList returns all clients by id.
func (d *Directory) ClientList() []Client {
	var cs []Client
	for _, c := range d.Clients {
		cs = append(cs, c)
	}
	slices.SortFunc(cs, func(a, b Client) int { return int(a.ID - b.ID) })
	return cs
}

// ContactOf finds a contact of the client by id.
func (d *Directory) ContactOf(c ClientID, id ContactID) (Contact, bool) {
	for _, ct := range d.Clients[c].Contacts {
		if ct.ID == id {
			return ct, true
		}
	}
	return Contact{}, false
}

// ClientNamed finds a client by its whole name, ignoring case.
func (d *Directory) ClientNamed(name string) (Client, bool) {
	for _, c := range d.Clients {
		if strings.EqualFold(c.Name, name) {
			return c, true
		}
	}
	return Client{}, false
}

// SRM is who prompts go to: the first SRM who is not away, else a deputy;
// 0 if there is none.
func (p *Policy) SRM(at time.Time) MemberID {
	for _, roles := range [][]Role{{RSRM}, {RSRMDeputy}, {RSRM, RSRMDeputy}} {
		for _, id := range p.With(roles...) {
			if !p.Rota.Away(id, at) || len(roles) == 2 {
				return id
			}
		}
	}
	return 0
}

// Is reports whether the actor holds the role for this ticket at this instant.
// Intake is the one of the instant, an SRM may be a deputy, and where there is
// no SDM the SRM is it.
func (p *Policy) Is(a Actor, r Role, t Ticket, at time.Time) bool {
	if r == RClock || a.Clock {
		return r == RClock && a.Clock
	}
	m, ok := p.Members[a.Member]
	if !ok || !m.Active {
		return false
	}
	switch r {
	case RIntake:
		return p.IntakeAt(at).Member == a.Member
	case RSRM:
		return m.Has(RSRM) || m.Has(RSRMDeputy)
	case RSDM:
		return m.Has(RSDM) || (len(p.With(RSDM)) == 0 && m.Has(RSRM))
	case RTechnician:
		return m.Has(RTechnician) || m.Has(RLevel1)
	case RAssignee:
		return t.Assignee != 0 && t.Assignee == a.Member
	case RTester:
		return t.Tester != 0 && t.Tester == a.Member
	}
	return m.Has(r)
}

// who lists the members that hold one of the roles for the ticket now, for a
// refusal's "who may".
func (p *Policy) who(t Ticket, at time.Time, roles ...Role) []MemberID {
	var ids []MemberID
	for _, r := range roles {
		switch r {
		case RIntake:
			if in := p.IntakeAt(at); in.Member != 0 {
				ids = append(ids, in.Member)
			}
		case RSRM:
			if s := p.SRM(at); s != 0 {
				ids = append(ids, s)
			}
		case RAssignee:
			ids = append(ids, t.Assignee)
		case RTester:
			ids = append(ids, t.Tester)
		case RSDM, RAdmin, RSRMDeputy, RIntakeDeputy:
			ids = append(ids, p.With(r)...)
		}
	}
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(m MemberID) bool { return m == 0 })
}

// onlyAgreement is the client's agreement where there is no choice.
func (d *Directory) onlyAgreement(c ClientID) string {
	if as := d.Clients[c].Agreements; len(as) == 1 {
		return as[0]
	}
	return ""
}
