package desk

import (
	"testing"
	"time"
)

func TestIntakeOfTheInstant(t *testing.T) {
	p := office()
	p.Rota.Overrides = []Interval{{tech, at("Wed 2026-03-04 09:00"), at("Wed 2026-03-04 12:00")}, {tech2, at("Wed 2026-03-11 09:00"), at("Wed 2026-03-11 12:00")}}
	p.Rota.Swaps = map[string]MemberID{"2026-03-09": sdm}
	p.Rota.Absences = []Interval{{intake, at("Thu 2026-03-05 09:00"), at("Fri 2026-03-06 09:00")}}
	for _, c := range []struct {
		at   string
		who  MemberID
		why  string
		till string
	}{
		{"Mon 2026-03-02 08:59", relief, "rota", "Mon 2026-03-02 09:00"}, // the week before
		{"Mon 2026-03-02 09:00", intake, "rota", "Wed 2026-03-04 09:00"}, // half-open: until the override
		{"Wed 2026-03-04 09:00", tech, "override", "Wed 2026-03-04 12:00"},
		{"Wed 2026-03-04 12:00", intake, "rota", "Thu 2026-03-05 09:00"},
		{"Thu 2026-03-05 09:00", standIn, "deputy", "Fri 2026-03-06 09:00"}, // only under a recorded absence
		{"Fri 2026-03-06 09:00", intake, "rota", "Mon 2026-03-09 09:00"},
		{"Mon 2026-03-09 09:00", sdm, "swap", "Wed 2026-03-11 09:00"},
		{"Wed 2026-03-11 10:00", tech2, "override", "Wed 2026-03-11 12:00"}, // override before swap
		{"Mon 2026-03-16 09:00", intake, "rota", "Mon 2026-03-23 09:00"},
		{"Mon 2026-03-30 08:59", relief, "rota", "Mon 2026-03-30 09:00"}, // clocks went on that Sunday
		{"Mon 2026-03-30 09:00", intake, "rota", "Mon 2026-04-06 09:00"},
		{"Mon 2026-10-26 08:59", relief, "rota", "Mon 2026-10-26 09:00"}, // and back that Sunday
		{"Mon 2026-10-26 09:00", intake, "rota", "Mon 2026-11-02 09:00"},
		{"Mon 2025-12-29 10:00", relief, "rota", "Mon 2026-01-05 09:00"}, // before the anchor
	} {
		d := p.IntakeAt(at(c.at))
		if d.Member != c.who || d.Why != c.why || !d.Until.Equal(at(c.till)) {
			t.Errorf("%s: %s (%s) until %s, want %s (%s) until %s", c.at, names[d.Member], d.Why, d.Until, names[c.who], c.why, c.till)
		}
	}
}

func TestTurnsAreWeeksOfLocalTime(t *testing.T) {
	p := office()
	for at := at("Mon 2026-01-05 09:00"); at.Year() == 2026; at = at.Add(time.Hour) {
		from, to, date := p.Rota.Turn(at, p.Zone)
		if at.Before(from) || !at.Before(to) || from.Format("Mon 15:04 2006-01-02") != "Mon 09:00 "+date || to.Format("Mon 15:04") != "Mon 09:00" {
			t.Fatalf("%s: from %s to %s", at, from, to)
		}
	}
}

func TestAfterHours(t *testing.T) {
	p := office()
	night := at("Mon 2026-03-02 20:00")
	if d := p.IntakeAt(night); d.Member != intake {
		t.Errorf("not switched on: %+v", d)
	}
	p.AfterHours = true
	if d := p.IntakeAt(night); d.Member != oncall || d.Why != "on call" || !d.Until.Equal(at("Tue 2026-03-03 09:00")) {
		t.Errorf("%+v", d)
	}
	if !p.OnCall(By(oncall), night) || p.OnCall(By(intake), night) || p.OnCall(By(oncall), monday) || p.OnCall(TheClock, night) {
		t.Error("who is on call")
	}
	p.Rota.OnCall = nil
	if d := p.IntakeAt(night); d.Member != 0 || d.Why != "nobody" {
		t.Errorf("nobody is a state of its own: %+v", d)
	}
}

func TestNobody(t *testing.T) {
	p := office()
	p.Rota.Absences = []Interval{{intake, monday, monday.Add(time.Hour)}, {standIn, monday, monday.Add(time.Hour)}}
	if d := p.IntakeAt(monday); d.Member != 0 || d.Why != "nobody" {
		t.Errorf("both away: %+v", d)
	}
	for _, n := range HandedNotices(p, Handed{Number: 1, By: tech, State: HandedOpen}, monday) {
		if n.Place != "member:9" || n.What != "nobody/1" {
			t.Errorf("the admins are told: %+v", n)
		}
	}
	// One who was deactivated is passed over, and the deputy is for absences.
	p = office()
	m := p.Members[intake]
	m.Active = false
	p.Members[intake] = m
	if d := p.IntakeAt(monday); d.Member != 0 || d.Why != "nobody" {
		t.Errorf("deactivated: %+v", d)
	}
	p.Rota.Overrides = []Interval{{intake, at("Mon 2026-03-09 09:00"), at("Mon 2026-03-16 09:00")}}
	p.Rota.Swaps = map[string]MemberID{"2026-03-09": intake}
	if d := p.IntakeAt(at("Mon 2026-03-09 10:00")); d.Member != relief {
		t.Errorf("deactivated: %+v", d)
	}
}

func TestSRMWhoIsAway(t *testing.T) {
	p := office()
	if got := p.SRM(monday); got != srm {
		t.Errorf("%d", got)
	}
	p.Rota.Absences = []Interval{{srm, monday, monday.Add(time.Hour)}}
	if got := p.SRM(monday); got != deputy {
		t.Errorf("%d", got)
	}
	p.Rota.Absences = append(p.Rota.Absences, Interval{deputy, monday, monday.Add(time.Hour)})
	if got := p.SRM(monday); got != srm {
		t.Errorf("%d", got)
	}
}

// Who leaves and who arrives, whoever is on call at the night's end; a turn
// begins on its own date only.
func TestTurnOn(t *testing.T) {
	p := office()
	p.AfterHours = true
	p.Rota.Overrides = []Interval{{tech, at("Mon 2026-03-02 08:00"), at("Mon 2026-03-02 09:00")}}
	p.Rota.Swaps = map[string]MemberID{"2026-03-09": sdm}
	p.Rota.Absences = []Interval{{intake, at("Mon 2026-03-16 09:00"), at("Tue 2026-03-17 09:00")}}
	for _, c := range []struct {
		date            string
		leaves, arrives MemberID
	}{{"2026-03-02", tech, intake}, {"2026-03-09", intake, sdm}, {"2026-03-16", sdm, standIn}, {"2026-03-23", intake, relief}, {"2026-03-30", relief, intake}} {
		turn, ok := p.TurnOn(c.date)
		if !ok || turn.Leaves != c.leaves || turn.Arrives != c.arrives || turn.From.Format("15:04 2006-01-02") != "09:00 "+c.date || turn.Until.Format("Mon 15:04") != "Mon 09:00" {
			t.Errorf("%s: %+v %v", c.date, turn, ok)
		}
	}
	for _, date := range []string{"2026-03-03", "2026-03-08", "soon"} {
		if turn, ok := p.TurnOn(date); ok {
			t.Errorf("%s: %+v", date, turn)
		}
	}
}
