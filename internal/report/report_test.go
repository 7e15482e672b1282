package report

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/worktime"
)

var (
	berlin, _ = time.LoadLocation("Europe/Berlin")
	monday    = time.Date(2026, 3, 9, 9, 0, 0, 0, berlin) // the report's end
	weekAgo   = monday.AddDate(0, 0, -7)
)

func policy(t *testing.T) *desk.Policy {
	t.Helper()
	hours, err := worktime.New(worktime.Spec{Name: "office", Zone: "Europe/Berlin", Week: weekdays("09:00-17:00")})
	if err != nil {
		t.Fatal(err)
	}
	p := desk.Normal("Desk", hours)
	p.SLA.Goals = map[string]map[desk.PriorityKey]desk.Goals{"Gold": {"normal": {Resolve: 8 * time.Hour}}}
	p.Clients[1] = desk.Client{ID: 1, Name: "Acme", Plan: "Gold"}
	return &p
}

func weekdays(window string) map[time.Weekday][]worktime.Window {
	w, err := worktime.ParseWindow(window)
	if err != nil {
		panic(err)
	}
	week := map[time.Weekday][]worktime.Window{}
	for d := time.Monday; d <= time.Friday; d++ {
		week[d] = []worktime.Window{w}
	}
	return week
}

// ticket is one that was in the statuses from so many hours after the week's
// begin on.
func ticket(n int, stays ...any) desk.Ticket {
	t := desk.Ticket{Number: desk.TicketID(n), Kind: desk.Service, Client: 1, Priority: "normal"}
	for i := 0; i < len(stays); i += 2 {
		at := weekAgo.Add(time.Duration(stays[i+1].(float64) * float64(time.Hour)))
		t.Stays = append(t.Stays, desk.Stay{Status: desk.StatusKey(stays[i].(string)), At: at})
		t.Status, t.Since = t.Stays[len(t.Stays)-1].Status, at
	}
	t.Opened, t.Entered = t.Stays[0].At, t.Stays[0].At
	if t.Status == "completed" {
		t.Closed = t.Since
	}
	return t
}

func TestFigures(t *testing.T) {
	p := policy(t)
	back := ticket(5, "submitted", -200., "in_progress", -190., "approved", 20., "in_progress", 30.)
	back.Stays[2].Rework = true
	urgent := ticket(6, "submitted", 1., "approved", 1.5, "in_progress", 2., "completed", 4.)
	urgent.Priority, urgent.Prioritized = "urgent", weekAgo.Add(90*time.Minute)
	internal := ticket(8, "submitted", 10.)
	internal.Kind, internal.Client = desk.Internal, 0
	unconfirmed := ticket(2, "submitted", 0., "in_progress", 24., "client_testing", 26., "completed", 28.)
	unconfirmed.Unconfirmed = true
	starts := []desk.Event{{Ticket: 6, At: weekAgo.Add(2 * time.Hour), What: desk.Started{Interrupted: []desk.TicketID{5, 7}}}}
	c := Collect(p, weekAgo, monday, starts)
	for _, tk := range []desk.Ticket{
		ticket(1, "submitted", -100., "in_progress", -50., "completed", -10.), // the week before
		unconfirmed,
		ticket(3, "submitted", 0., "in_progress", 1., "completed", 2.),
		ticket(4, "submitted", 5., "cancelled", 6.),
		back, urgent,
		ticket(7, "submitted", -30., "in_progress", -24., "client_testing", 50.),
		internal,
		ticket(9, "submitted", 167., "completed", 169.), // done after the week
		ticket(10, "submitted", 168.),                   // opened after it
		unconfirmed,                                     // again
	} {
		c.Add(tk)
	}
	f := c.Figures()
	f.Days, f.Done = nil, nil
	h := func(n float64) time.Duration { return time.Duration(n * float64(time.Hour)) }
	want := Figures{From: weekAgo, To: monday,
		Flow: Flow{Opened: 6, Internal: 1, Completed: 3, Unconfirmed: 1,
			Lead: Spread{3, h(3), h(28)}, Cycle: Spread{3, h(2), h(4)}},
		Before: Flow{Opened: 2, Completed: 1, Lead: Spread{1, h(90), h(90)}, Cycle: Spread{1, h(40), h(40)}},
		Rework: 1, Cancelled: 1, Open: 4,
		Work:  []Under{{Status: "in_progress", N: 1, Age: Spread{1, h(358), h(358)}, Oldest: 5, Since: weekAgo.Add(h(-190))}},
		Goals: map[desk.Goal]Kept{desk.GoalResolve: {Met: 1, Breached: 1}},
		// Two tickets stood for two hours each.
		Urgent: Urgency{Made: 1, Starts: 1, Interrupted: 2, Held: h(4), Longest: 6, For: h(4), Clients: []FromClient{{1, 1}}},
	}
	if d := cmp.Diff(want, f); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// TestDays: at each midnight every ticket is in one stage, and what was done
// before the picture begins is left out.
func TestDays(t *testing.T) {
	c := Collect(policy(t), weekAgo, monday, nil)
	c.Add(ticket(1, "submitted", -2000., "completed", -1900.))
	c.Add(ticket(2, "submitted", 0., "in_progress", 15., "completed", 39.5))
	f := c.Figures()
	if n := len(f.Days); n != 29 || !f.Days[28].At.Equal(monday) || f.Days[0].At.Hour() != 0 {
		t.Fatalf("%d days, from %s to %s", n, f.Days[0].At, f.Days[n-1].At)
	}
	got := map[string]map[desk.Stage]int{}
	for _, d := range f.Days {
		if len(d.N) > 0 {
			got[d.At.Format("2 Jan 15:04")] = d.N
		}
	}
	done := map[desk.Stage]int{desk.Done: 1}
	want := map[string]map[desk.Stage]int{"3 Mar 00:00": {desk.Active: 1}, "4 Mar 00:00": {desk.Active: 1}, "5 Mar 00:00": done,
		"6 Mar 00:00": done, "7 Mar 00:00": done, "8 Mar 00:00": done, "9 Mar 00:00": done, "9 Mar 09:00": done}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		of   []time.Duration
		want Spread
	}{
		{nil, Spread{}},
		{[]time.Duration{5}, Spread{1, 5, 5}},
		{[]time.Duration{4, 1, 3, 2}, Spread{4, 2, 4}},
		{[]time.Duration{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, Spread{10, 5, 9}},
	} {
		if got := spread(c.of); got != c.want {
			t.Errorf("spread(%v) = %v, want %v", c.of, got, c.want)
		}
	}
}

// TestNotMeant: what was undone is neither cancelled, nor done, nor rework.
func TestNotMeant(t *testing.T) {
	c := Collect(policy(t), weekAgo, monday, nil)
	cancelled := ticket(1, "submitted", 1., "cancelled", 2., "submitted", 2.1)
	cancelled.Stays[1].Undone = true
	back := ticket(2, "submitted", 1., "in_progress", 2., "needs_estimate", 3., "in_progress", 3.1)
	back.Stays[2].Rework, back.Stays[2].Undone = true, true
	c.Add(cancelled)
	c.Add(back)
	if f := c.Figures(); f.Cancelled != 0 || f.Rework != 0 || f.Open != 2 {
		t.Errorf("cancelled %d, rework %d, open %d", f.Cancelled, f.Rework, f.Open)
	}
}

// TestHeldAcross: what an urgent start held up is in the week in which it stood.
func TestHeldAcross(t *testing.T) {
	friday, tuesday := monday.AddDate(0, 0, -3).Add(7*time.Hour), monday.AddDate(0, 0, 1).Add(7*time.Hour) // 16:00
	urgent := desk.Ticket{Number: 1, Opened: friday, Entered: friday, Status: "completed", Stays: []desk.Stay{{Status: "in_progress", At: friday}, {Status: "completed", At: tuesday}}}
	starts := []desk.Event{{Ticket: 1, At: friday, What: desk.Started{Interrupted: []desk.TicketID{7}}}}
	var held []time.Duration
	var n []int
	for _, from := range []time.Time{weekAgo, monday} {
		c := Collect(policy(t), from, from.AddDate(0, 0, 7), starts)
		c.Add(urgent)
		u := c.Figures().Urgent
		held, n = append(held, u.Held), append(n, u.Starts)
	}
	if held[0] != time.Hour || held[1] != 15*time.Hour || n[0] != 1 || n[1] != 0 {
		t.Errorf("held %v, starts %v", held, n)
	}
}

// TestGivenAClient: an internal ticket that was given a client was opened twice,
// and its lead time is from then on.
func TestGivenAClient(t *testing.T) {
	c := Collect(policy(t), weekAgo, monday, nil)
	tk := ticket(1, "submitted", -20., "in_progress", 30., "completed", 40.)
	tk.Entered = weekAgo.Add(10 * time.Hour)
	c.Add(tk)
	f := c.Figures()
	if f.Opened != 1 || f.Internal != 0 || f.Before.Opened != 1 || f.Before.Internal != 1 || f.Lead.Median != 30*time.Hour {
		t.Errorf("%+v", f.Flow)
	}
}

// TestOwnWorkflow: a done status of the desk's own completes, one that was left out
// since has the stage that it had, and what moves just at the end still stands.
func TestOwnWorkflow(t *testing.T) {
	p := policy(t)
	w, err := desk.NewWorkflow(desk.Change{Without: []string{"test"}, Add: []desk.Status{{Key: "filed", Name: "Filed", Stage: desk.Done}},
		Moves: []desk.Transition{{From: "in_progress", To: "filed", By: []desk.Role{desk.RAssignee}, Kinds: []desk.Kind{desk.Internal}}}})
	if err != nil {
		t.Fatal(err)
	}
	p.Workflow = w
	c := Collect(p, weekAgo, monday, nil)
	c.Add(ticket(1, "submitted", 1., "in_progress", 2., "filed", 3.))
	c.Add(ticket(2, "submitted", 1., "ready_to_test", 2., "client_testing", 100.))
	c.Add(ticket(3, "submitted", 1., "approved", 168.))
	f := c.Figures()
	if f.Completed != 1 || f.Open != 2 {
		t.Errorf("completed %d, open %d", f.Completed, f.Open)
	}
	for _, d := range f.Days {
		n := 0
		for s, k := range d.N {
			if n += k; s == "" {
				t.Errorf("%s: %d tickets in no stage", d.At, k)
			}
		}
		if d.At.After(weekAgo.Add(time.Hour)) && n != 3 {
			t.Errorf("%s: %d tickets of 3: %v", d.At, n, d.N)
		}
	}
	if last := f.Days[len(f.Days)-1].N; last[desk.Triage] != 1 {
		t.Errorf("at the end: %v", last)
	}
}

// TestReopened: it counts where it was completed; how, is not known any more.
func TestReopened(t *testing.T) {
	c := Collect(policy(t), weekAgo, monday, nil)
	tk := ticket(1, "submitted", 1., "completed", 2., "in_review", 200., "completed", 210.)
	tk.Unconfirmed = true
	c.Add(tk)
	if f := c.Figures(); f.Completed != 1 || f.Unconfirmed != 0 || len(f.Goals) != 0 {
		t.Errorf("%+v %v", f.Flow, f.Goals)
	}
}

// TestClocksChange: the time before is the same days of the week before, also where
// an hour was left out in between.
func TestClocksChange(t *testing.T) {
	from := time.Date(2026, 3, 30, 9, 0, 0, 0, berlin) // the day after
	c := Collect(policy(t), from, from.AddDate(0, 0, 7), nil)
	c.Add(desk.Ticket{Number: 1, Opened: time.Date(2026, 3, 23, 9, 30, 0, 0, berlin), Stays: []desk.Stay{{Status: "submitted"}}})
	if f := c.Figures(); f.Before.Opened != 1 {
		t.Errorf("before: %+v", f.Before)
	}
}
