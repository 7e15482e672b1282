package desk

import (
	"errors"
	"slices"
	"testing"
	"time"
)

// office as an admin changes it.
type boardroom struct {
	*testing.T
	p   *Policy
	now time.Time
}

func (b *boardroom) try(by Actor, f DeskFact) (DeskFact, error) { return DecideDesk(b.p, by, b.now, f) }

func (b *boardroom) do(by Actor, f DeskFact) DeskFact {
	b.Helper()
	f, err := b.try(by, f)
	if err != nil {
		b.Fatalf("%#v: %v", f, err)
	}
	next := *b.p
	next.Directory = b.p.Directory.Apply(DeskEvent{Seq: b.p.Version + 1, At: b.now, By: by, What: f})
	b.p = &next
	return f
}

func (b *boardroom) no(rule Rule, by Actor, f DeskFact) {
	b.Helper()
	_, err := b.try(by, f)
	var r *Refusal
	if !errors.As(err, &r) || r.Rule != rule {
		b.Errorf("%#v by %v: got %v, want a refusal by %s", f, by, err, rule)
		return
	}
	kindly(b.T, r)
}

func newBoardroom(t *testing.T) *boardroom {
	b := &boardroom{T: t, p: office(), now: monday}
	b.p.next.member, b.p.next.client, b.p.next.contact = standIn, unknown, notKnown
	return b
}

func TestWhoAdministers(t *testing.T) {
	b := newBoardroom(t)
	span := Interval{tech, monday, monday.Add(time.Hour)}
	facts := []DeskFact{MemberAdded{Member{Handle: "new"}}, MemberLeft{Member: tech}, RoleGiven{Member: tech, Role: RSDM}, RoleTaken{Member: tech, Role: RTechnician},
		SkillAdded{tech, "network"}, DialSet{WIPLimit, Enforce}, RotaSet{Members: []MemberID{tech}}, OnCallSet{Members: []MemberID{tech}}, OverrideAdded{span}, ChannelSet{"web:desk"},
		MemberLinked{tech, "slack:U1"}, AbsenceAdded{span}, SwapTaken{"2026-03-09", tech}}
	for _, f := range facts {
		for _, m := range []MemberID{srm, intake, sdm, tech2, observer, guest} {
			b.no(ByRole, By(m), f)
		}
		for _, by := range []Actor{By(admin), TheClock} {
			if _, err := b.try(by, f); err != nil {
				t.Errorf("%#v: %v", f, err)
			}
		}
	}
	for _, f := range []DeskFact{ClientAdded{Client{Name: "New"}}, ContactAdded{acme, Contact{Name: "Zoe"}}} {
		for _, m := range []MemberID{admin, srm, deputy, intake} {
			if _, err := b.try(By(m), f); err != nil {
				t.Errorf("%#v by %s: %v", f, names[m], err)
			}
		}
		b.no(ByRole, By(relief), f) // not intake of this instant
		b.no(ByRole, By(tech), f)
	}
	b.do(By(tech), AbsenceAdded{span}) // one's own
	b.do(By(tech), MemberLinked{tech, "slack:U1"})
	b.do(By(relief), SwapTaken{"2026-03-04", relief})
	b.no(ByRole, By(tech), SwapTaken{"2026-03-04", tech})   // not on the rota
	b.no(Present, By(admin), SwapTaken{"2026-03-04", tech}) // the first has it
}

func TestMembersAndRoles(t *testing.T) {
	b := newBoardroom(t)
	f := b.do(TheClock, MemberAdded{Member{Handle: "tech", Name: "Terry", Identities: []string{"slack:U9"}}}).(MemberAdded)
	if f.Member.Handle != "tech2" && f.Member.Handle != "tech3" || f.Member.ID != standIn+1 {
		t.Errorf("%+v", f.Member)
	}
	b.no(Present, By(admin), MemberAdded{Member{Handle: "x", Identities: []string{"slack:U9"}}})
	b.no(Wording, By(admin), MemberAdded{Member{Handle: "x", Roles: []Role{"boss"}}})
	b.no(Wording, By(admin), RoleGiven{Member: tech, Role: "boss"})
	b.no(Present, By(admin), RoleGiven{Member: tech, Role: RTechnician})
	b.no(Present, By(admin), RoleTaken{Member: tech, Role: RSRM})
	b.no(Wording, By(admin), RoleGiven{Member: guest, Role: RSRM})
	b.no(Wording, By(admin), RoleTaken{Member: admin, Role: RAdmin})
	b.no(Wording, By(admin), MemberLeft{Member: admin})
	b.do(By(admin), RoleGiven{Member: srm, Role: RAdmin})
	b.do(By(srm), RoleTaken{Member: admin, Role: RAdmin})
	b.no(Wording, By(srm), SkillAdded{tech, "Plumbing"})
	b.do(By(srm), SkillAdded{tech, "hardware"})
	b.no(Present, By(srm), SkillAdded{tech, "HARDWARE"})
	if m := b.p.Members[tech]; !m.Fits("Hardware") || m.Fits("Network") {
		t.Errorf("%+v", m)
	}
	// A person of two platforms is one member; nobody's roles are taken so.
	b.no(Present, By(tech), MemberLinked{tech, "web:srm"})
	b.do(By(tech), MemberLinked{tech, "slack:U9"})
	if m, _ := b.p.MemberWith("slack:U9"); m.ID != tech || b.p.Members[f.Member.ID].Active {
		t.Errorf("linked to %+v", m)
	}
	b.no(Present, By(tech), MemberLinked{tech, "slack:U9"})
	// One who leaves and is back is the same member, without the roles of before.
	b.do(TheClock, MemberLeft{Member: tech})
	if b.p.Is(By(tech), RTechnician, Ticket{}, monday) || slices.Contains(b.p.With(RTechnician), tech) {
		t.Error("one who left may")
	}
	back := b.do(TheClock, MemberAdded{Member{Handle: "tech", Identities: []string{"web:tech"}}}).(MemberAdded)
	if back.Member.ID != tech || !b.p.Members[tech].Active || b.p.Members[tech].Has(RTechnician) {
		t.Errorf("%+v", b.p.Members[tech])
	}
}

func TestNobodysTurnMovesWhenTheRotaChanges(t *testing.T) {
	b := newBoardroom(t)
	for week := range 8 {
		b.now = monday.AddDate(0, 0, 7*week)
		is, night := b.p.IntakeAt(b.now).Member, b.p.Rota.OnCall
		same := func(what string) {
			t.Helper()
			if got := b.p.IntakeAt(b.now).Member; got != is {
				t.Errorf("week %d: %s made %s intake in place of %s", week, what, names[got], names[is])
			}
		}
		b.do(By(admin), RoleGiven{Member: tech, Role: RIntake})
		same("one more")
		b.do(By(admin), RoleGiven{Member: tech2, Role: RIntake})
		same("another")
		b.do(By(admin), OnCallSet{Members: []MemberID{level1, oncall}})
		same("on call")
		if got := pick(b.p.Rota.OnCall, b.p.Rota.nth(weekOf(b))); got != level1 {
			t.Errorf("week %d: %s is on call", week, names[got])
		}
		b.do(By(admin), RoleTaken{Member: tech2, Role: RIntake})
		same("one less")
		b.do(By(admin), RoleTaken{Member: tech, Role: RIntake})
		same("another one less")
		b.do(By(admin), OnCallSet{Members: night})
	}
	b.do(By(admin), RotaSet{Members: []MemberID{sdm, intake}})
	if got := b.p.IntakeAt(b.now); got.Member != sdm || !got.Until.Equal(at("Mon 2026-04-27 09:00")) || !b.p.Members[sdm].Has(RIntake) || b.p.Members[relief].Has(RIntake) {
		t.Errorf("a new rota begins with %+v", got)
	}
	b.do(TheClock, MemberLeft{Member: sdm})
	if got := b.p.IntakeAt(b.now); got.Member != intake {
		t.Errorf("after who left comes %+v", got)
	}
	b.do(By(admin), RotaSet{Members: []MemberID{relief}, Day: time.Thursday, At: 12 * 60})
	if b.p.Rota.Anchor != "2026-04-16" {
		t.Errorf("anchor %s", b.p.Rota.Anchor)
	}
}

func weekOf(b *boardroom) string { _, _, d := b.p.Rota.Turn(b.now, b.p.Zone); return d }

func TestRotaChangesThatAreRefused(t *testing.T) {
	b := newBoardroom(t)
	nine, twelve, five := at("Tue 2026-03-03 09:00"), at("Tue 2026-03-03 12:00"), at("Tue 2026-03-03 17:00")
	b.do(By(admin), OverrideAdded{Interval{tech, nine, twelve}})
	b.no(Present, By(admin), OverrideAdded{Interval{tech2, twelve.Add(-time.Second), five}})
	b.no(Present, By(admin), OverrideAdded{Interval{tech2, nine.Add(-time.Hour), five}})
	b.do(By(admin), OverrideAdded{Interval{tech2, twelve, five}}) // half-open: they touch
	b.no(Wording, By(admin), OverrideAdded{Interval{tech2, five, five}})
	b.no(Wording, By(admin), OverrideAdded{Interval{guest, five, five.Add(1)}})
	b.no(Wording, By(admin), AbsenceAdded{Interval{tech, five, nine}})
	b.no(Wording, By(admin), RotaSet{})
	b.no(Wording, By(admin), RotaSet{Members: []MemberID{guest}})
	b.no(Wording, By(admin), RotaSet{Members: []MemberID{tech}, Day: 9, At: 60})
	b.no(Wording, By(admin), RotaSet{Members: []MemberID{tech}, Anchor: "soon"})
	b.no(Wording, By(admin), OnCallSet{Members: []MemberID{guest}})
	b.no(Wording, By(admin), SwapTaken{"next week", tech})
	b.no(Wording, By(admin), SwapTaken{"2026-02-25", tech})
	b.no(Wording, By(admin), SwapTaken{"2026-03-09", guest})
	b.no(Wording, By(admin), ChannelSet{"desk"})
	if f := b.do(By(admin), SwapTaken{"2026-03-12", tech}).(SwapTaken); f.Date != "2026-03-09" {
		t.Errorf("the week is named by %s", f.Date)
	}
	if got := b.p.IntakeAt(at("Mon 2026-03-09 09:00")); got.Member != tech || got.Why != "swap" {
		t.Errorf("%+v", got)
	}
}

func TestClientsAndDials(t *testing.T) {
	b := newBoardroom(t)
	f := b.do(By(intake), ClientAdded{Client{Name: " New\nShop ", Contacts: []Contact{{Name: "Zoe"}}}}).(ClientAdded)
	if c := b.p.Clients[f.Client.ID]; c.Name != "New Shop" || c.Plan != "Basic" || c.ID != unknown+1 || c.Contacts[0].ID != notKnown+1 {
		t.Errorf("%+v", c)
	}
	b.no(Present, By(intake), ClientAdded{Client{Name: "new shop"}})
	b.no(Wording, By(intake), ClientAdded{Client{Name: "Third", Plan: "Diamond"}})
	b.no(Present, By(intake), ContactAdded{acme, Contact{Email: "ANNA@acme.example"}})
	b.no(Wording, By(intake), ContactAdded{acme, Contact{Email: "anna"}})
	ct := b.do(By(srm), ContactAdded{acme, Contact{Email: "zoe@acme.example"}}).(ContactAdded)
	if got, ok := b.p.ContactOf(acme, ct.Contact.ID); !ok || got.Name != "zoe@acme.example" || ct.Contact.ID != notKnown+2 {
		t.Errorf("%+v", got)
	}
	b.no(Wording, By(admin), DialSet{"be-nice", Off})
	b.no(Wording, By(admin), DialSet{RealTimeAllowance, Off})
	b.no(Wording, By(admin), DialSet{StartedHasAssignee, Warn})
	b.no(Wording, By(admin), DialSet{WIPLimit, "loud"})
	before := b.p
	b.do(By(admin), DialSet{WIPLimit, Enforce})
	if b.p.Dial(WIPLimit) != Enforce || before.Dial(WIPLimit) != Warn {
		t.Error("a policy in use changed under its users")
	}
	if !b.p.SetInChat(DialSet{WIPLimit, Off}) || b.p.SetInChat(DialSet{FourEyes, Off}) {
		t.Error("chat wins over the file for what it changed, and no more")
	}
	b.do(By(admin), ChannelSet{"web:desk"})
	b.do(By(admin), ChannelSet{"slack:C1"})
	b.do(By(admin), ChannelSet{"web:help"})
	if !slices.Equal(b.p.Channels, []string{"slack:C1", "web:help"}) {
		t.Errorf("%v", b.p.Channels)
	}
}
