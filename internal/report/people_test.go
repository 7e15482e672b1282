package report

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/worktime"
)

// team has technicians 1 and 2, an SRM 3, and the rota 4, 5.
func team(t *testing.T) *desk.Policy {
	p := policy(t)
	for id, r := range map[desk.MemberID]desk.Role{1: desk.RTechnician, 2: desk.RLevel1, 3: desk.RSRM, 4: desk.RIntake, 5: desk.RIntake} {
		p.Members[id] = desk.Member{ID: id, Active: true, Roles: []desk.Role{r}}
	}
	p.Rota.Base, p.Rota.Anchor = []desk.MemberID{4, 5}, "2026-03-02"
	return p
}

func TestTimeOf(t *testing.T) {
	p := team(t)
	tuesday := weekAgo.AddDate(0, 0, 1)
	p.Rota.Absences = []desk.Interval{{Member: 2, From: tuesday, To: tuesday.AddDate(0, 0, 1)}} // eight hours
	logged := []Logged{{1, false, 30 * time.Hour}, {1, true, 4 * time.Hour}, {2, true, 5 * time.Hour}, {3, false, time.Hour}}
	want := Time{Client: 31 * time.Hour, Internal: 9 * time.Hour, Technicians: 2,
		Present: 72 * time.Hour, Unticketed: 6*time.Hour + 27*time.Hour,
		Beyond: []Beyond{{2, 5 * time.Hour, 0.125}}} // a tenth is not beyond a tenth
	if d := cmp.Diff(want, TimeOf(p, weekAgo, monday, logged)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	p.Dials[desk.TimeOnTickets] = desk.Off
	if got := TimeOf(p, weekAgo, monday, logged).Beyond; got != nil {
		t.Errorf("with the rule off the audit shows %v", got)
	}
}

func TestCoverageOf(t *testing.T) {
	p := team(t)
	wednesday := weekAgo.AddDate(0, 0, 2)
	thursday := wednesday.AddDate(0, 0, 1)
	p.Rota.Absences = []desk.Interval{{Member: 4, From: wednesday, To: thursday}, {Member: 3, From: thursday, To: thursday.Add(4 * time.Hour)}}
	p.Rota.Overrides = []desk.Interval{{Member: 5, From: thursday, To: thursday.Add(2 * time.Hour)}}
	want := Coverage{Working: 40 * time.Hour, Intake: 32 * time.Hour, SRM: 36 * time.Hour,
		By: []Shift{{4, 30 * time.Hour}, {5, 2 * time.Hour}}}
	if d := cmp.Diff(want, CoverageOf(p, weekAgo, monday)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// A week of holidays does not make a few minutes a large share, and who is always
// open does not work always.
func TestFullWeek(t *testing.T) {
	p := team(t)
	if got := TimeOf(p, weekAgo.AddDate(0, 0, 5), weekAgo.AddDate(0, 0, 6), []Logged{{1, true, 5 * time.Minute}}); got.Beyond != nil {
		t.Errorf("a Saturday: %+v", got.Beyond)
	}
	always, err := worktime.New(worktime.Spec{Name: "always", Zone: "Europe/Berlin", AllHours: true})
	if err != nil {
		t.Fatal(err)
	}
	p.Hours = always
	got := TimeOf(p, weekAgo, monday, []Logged{{1, true, 6 * time.Hour}})
	if len(got.Beyond) != 1 || got.Beyond[0].Share != 0.15 || got.Present != 80*time.Hour {
		t.Errorf("round the clock: %+v", got)
	}
}
