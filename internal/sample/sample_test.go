package sample

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/config"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// sampleDesk is the policy of the sample desk, and its store.
func sampleDesk(t *testing.T) (*store.Store, *desk.Policy) {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "desk.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	f, err := config.Parse("sample desk", Config)
	if err != nil {
		t.Fatal(err)
	}
	if err := config.Apply(t.Context(), s, f, time.Now()); err != nil {
		t.Fatal(err)
	}
	p, err := s.Policy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s, p
}

// Whatever hour the demo is started at: nothing is planned for later, all of an
// earlier day comes before what came today, and the order is always the same.
func TestPlanAtAnyHour(t *testing.T) {
	_, p := sampleDesk(t)
	var first []act
	for now := time.Date(2027, 12, 20, 0, 17, 31, 0, time.UTC); now.Year() < 2028 || now.YearDay() < 60; now = now.Add(221 * time.Minute) {
		f := &filling{ctx: t.Context(), p: p, now: now, tickets: map[string]desk.Ticket{}}
		acts, err := f.acts()
		if err != nil {
			t.Fatalf("started %s: %v", now, err)
		}
		if first == nil {
			first = acts
		}
		if len(acts) != len(first) {
			t.Fatalf("started %s: %d commands, %d at another hour", now, len(acts), len(first))
		}
		last := time.Time{}
		for n, a := range acts {
			old := a.at.Before(f.morning())
			switch {
			case a.at.After(now), a.at.Before(last):
				t.Fatalf("started %s: %s is at %s, after %s", now, a.what, a.at, last)
			case a.what != first[n].what:
				t.Fatalf("started %s: command %d is of %q, at another hour of %q", now, n, a.what, first[n].what)
			case old && (!p.Hours.WorkingDay(a.at) || a.at.Hour() < 9 || a.at.Hour() > 17):
				t.Fatalf("started %s: %s is at %s, when nobody works", now, a.what, a.at)
			case old && now.Sub(a.at) > 40*24*time.Hour:
				t.Fatalf("started %s: %s is at %s, long ago", now, a.what, a.at)
			}
			last = a.at
		}
	}
}

// What came today is spread over the day so far, its last hour as it is.
func TestToday(t *testing.T) {
	_, p := sampleDesk(t)
	for _, c := range []struct {
		now     string
		morning string
		ago     int
		at      string
	}{
		{"2027-03-01T15:00:00Z", "2027-03-01T09:00:00Z", 150, "2027-03-01T09:00:00Z"},
		{"2027-03-01T15:00:00Z", "2027-03-01T09:00:00Z", 105, "2027-03-01T11:30:00Z"},
		{"2027-03-01T15:00:00Z", "2027-03-01T09:00:00Z", 10, "2027-03-01T14:50:00Z"},
		{"2027-03-01T09:30:00Z", "2027-03-01T07:00:00Z", 105, "2027-03-01T07:45:00Z"},
		{"2027-03-05T23:50:00Z", "2027-03-05T15:50:00Z", 60, "2027-03-05T22:50:00Z"},
		{"2027-03-07T03:00:00Z", "2027-03-07T00:30:00Z", 142, "2027-03-07T00:38:00Z"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		f := &filling{p: p, now: now}
		if got := f.morning().Format(time.RFC3339); got != c.morning {
			t.Errorf("%s: today begins at %s, want %s", c.now, got, c.morning)
		}
		if got := f.today(c.ago).Format(time.RFC3339); got != c.at {
			t.Errorf("%s: %d minutes ago is %s, want %s", c.now, c.ago, got, c.at)
		}
	}
}
