package worktime

import (
	"testing"
	"time"
)

// The last day of a leap year beyond a zone's table, of which time.ZoneBounds says
// that it ends before it: hours are found there as on any other day.
func TestLastDayOfALeapYear(t *testing.T) {
	for _, zone := range []string{"Australia/Lord_Howe", "Europe/Berlin", "America/New_York"} {
		c, err := New(Spec{Name: "desk", Zone: zone, Week: map[time.Weekday][]Window{time.Monday: {{From: 9 * 60, To: 17 * 60}}}})
		if err != nil {
			t.Fatal(err)
		}
		eve := time.Date(2040, time.December, 31, 0, 0, 0, 0, c.Zone()) // a Monday
		got, err := c.Next(eve)
		if want := eve.Add(9 * time.Hour); err != nil || !got.Equal(want) {
			t.Errorf("%s: %s %v, want %s", zone, got, err, want)
		}
		if between := c.Between(eve.AddDate(0, 0, -1), eve.AddDate(0, 0, 2)); between != 8*time.Hour {
			t.Errorf("%s: %s", zone, between)
		}
	}
}
