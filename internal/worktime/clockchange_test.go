package worktime

import (
	"testing"
	"time"
)

// Each example is one window, open daily, on the day of a clock change: when it
// starts, when it ends, and how much time that is.
func TestClockChanges(t *testing.T) {
	for _, tt := range []struct {
		name, zone, window string
		start, end         string
		want               time.Duration
	}{
		{"spring, all night", "America/New_York", "00:00-06:00", "Sun 2026-03-08 00:00 -0500", "Sun 2026-03-08 06:00 -0400", 5 * time.Hour},
		{"spring, starts in the gap", "America/New_York", "02:30-06:00", "Sun 2026-03-08 03:00 -0400", "Sun 2026-03-08 06:00 -0400", 3 * time.Hour},
		{"spring, ends in the gap", "America/New_York", "00:00-02:30", "Sun 2026-03-08 00:00 -0500", "Sun 2026-03-08 03:00 -0400", 2 * time.Hour},
		{"autumn, all night", "America/New_York", "00:00-06:00", "Sun 2026-11-01 00:00 -0400", "Sun 2026-11-01 06:00 -0500", 7 * time.Hour},
		{"autumn, starts in the repeated hour", "America/New_York", "01:30-06:00", "Sun 2026-11-01 01:30 -0400", "Sun 2026-11-01 06:00 -0500", 5*time.Hour + 30*time.Minute},
		{"autumn, ends in the repeated hour", "America/New_York", "00:00-01:30", "Sun 2026-11-01 00:00 -0400", "Sun 2026-11-01 01:30 -0500", 2*time.Hour + 30*time.Minute},
		{"autumn, is the repeated hour", "America/New_York", "01:00-02:00", "Sun 2026-11-01 01:00 -0400", "Sun 2026-11-01 02:00 -0500", 2 * time.Hour},
		{"autumn, ends as the repeated hour begins", "America/New_York", "00:00-01:00", "Sun 2026-11-01 00:00 -0400", "Sun 2026-11-01 01:00 -0400", time.Hour},
		{"autumn, starts as the repeated hour is over", "America/New_York", "02:00-03:00", "Sun 2026-11-01 02:00 -0500", "Sun 2026-11-01 03:00 -0500", time.Hour},
		{"half an hour in spring", "Australia/Lord_Howe", "00:00-06:00", "Sun 2026-10-04 00:00 +1030", "Sun 2026-10-04 06:00 +1100", 5*time.Hour + 30*time.Minute},
		{"half an hour in autumn", "Australia/Lord_Howe", "00:00-06:00", "Sun 2026-04-05 00:00 +1100", "Sun 2026-04-05 06:00 +1030", 6*time.Hour + 30*time.Minute},
		{"a day without midnight", "America/Santiago", "00:00-08:00", "Sun 2024-09-08 01:00 -0300", "Sun 2024-09-08 08:00 -0300", 7 * time.Hour},
		{"a night shift into a day without midnight", "America/Santiago", "22:00-06:00", "Sat 2024-09-07 22:00 -0400", "Sun 2024-09-08 06:00 -0300", 7 * time.Hour},
		{"the last hour of a day twice", "America/Santiago", "22:00-24:00", "Sat 2024-04-06 22:00 -0300", "Sun 2024-04-07 00:00 -0400", 3 * time.Hour},
		{"the day after such a day", "America/Santiago", "00:00-08:00", "Sun 2024-04-07 00:00 -0400", "Sun 2024-04-07 08:00 -0400", 8 * time.Hour},
		{"a night shift over the day that Samoa left out", "Pacific/Apia", "22:00-06:00", "Thu 2011-12-29 22:00 -1000", "Sat 2011-12-31 00:00 +1400", 2 * time.Hour},
		{"an ordinary day far from UTC", "Asia/Kathmandu", "09:00-17:00", "Mon 2026-03-02 09:00 +0545", "Mon 2026-03-02 17:00 +0545", 8 * time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := calendar(t, Spec{Name: tt.name, Zone: tt.zone, Week: daily(t, tt.window)})
			start, end := at(t, tt.start), at(t, tt.end)
			if !c.Working(start) || c.Working(start.Add(-1)) && tt.window != "22:00-06:00" {
				t.Errorf("does not start at %s", tt.start)
			}
			if !c.Working(end.Add(-1)) {
				t.Errorf("is over before %s", tt.end)
			}
			if got := c.Between(start, end); got != tt.want || end.Sub(start) != tt.want {
				t.Errorf("%v of working time in %v, want %v", got, end.Sub(start), tt.want)
			}
			// An hour further there is no more, but for windows that follow at once.
			if got := c.Between(start, end.Add(time.Hour)); got != tt.want && tt.zone != "Pacific/Apia" {
				t.Errorf("%v until an hour after the end, want %v", got, tt.want)
			}
		})
	}
}

// A window that the clock leaves out is no time, and its day no working day.
func TestWindowInsideTheGap(t *testing.T) {
	c := calendar(t, Spec{Name: "gap", Zone: "Europe/Berlin", Week: daily(t, "02:15-02:45")})
	sunday := at(t, "Sun 2026-03-29 12:00 +0200")
	if got := c.Between(sunday.Add(-24*time.Hour), sunday); got != 0 || c.WorkingDay(sunday) {
		t.Errorf("on the Sunday: %v, working day %v", got, c.WorkingDay(sunday))
	}
	next, err := c.AddDays(at(t, "Sat 2026-03-28 12:00 +0100"), 1)
	if err != nil || next.Format(layout) != "Mon 2026-03-30 02:15 +0200" {
		t.Errorf("the next working day starts at %v (%v)", next, err)
	}
}

// Two windows that meet in the repeated hour count its instants once.
func TestWindowsThatMeetInTheRepeatedHour(t *testing.T) {
	c := calendar(t, Spec{Name: "break", Zone: "America/New_York", Week: daily(t, "00:00-01:15", "01:45-06:00")})
	midnight, six := at(t, "Sun 2026-11-01 00:00 -0400"), at(t, "Sun 2026-11-01 06:00 -0500")
	if got := c.Between(midnight, six); got != 7*time.Hour {
		t.Errorf("%v, want the 7h that pass", got)
	}
}

// Newfoundland used to repeat the hour before one minute past midnight. Friday's
// shift ends on Saturday at the second 23:30, so it holds that minute of Sunday.
func TestRepeatedHourAcrossMidnight(t *testing.T) {
	c := calendar(t, Spec{Name: "Friday", Zone: "America/St_Johns",
		Week: map[time.Weekday][]Window{time.Friday: windows(t, "23:30-23:30")}})
	start, end := at(t, "Fri 2010-11-05 23:30 -0230"), at(t, "Sat 2010-11-06 23:30 -0330")
	if sunday := at(t, "Sun 2010-11-07 00:00 -0230"); !c.Working(sunday) || c.Between(start, sunday) != 24*time.Hour+30*time.Minute {
		t.Errorf("at the first midnight: working %v, after %v", c.Working(sunday), c.Between(start, sunday))
	}
	if got := c.Between(start, end.Add(time.Hour)); got != 25*time.Hour || c.Working(end) {
		t.Errorf("%v, working at the end %v", got, c.Working(end))
	}
}

// 24×7 is the time that elapses, whatever the clocks do.
func TestAllHours(t *testing.T) {
	for _, zone := range zones {
		c := calendar(t, Spec{Name: "always", Zone: zone, AllHours: true})
		a, b := time.Date(2011, 1, 1, 7, 0, 0, 1, time.UTC), time.Date(2026, 12, 1, 0, 30, 0, 0, time.UTC)
		if got := c.Between(a, b); got != b.Sub(a) {
			t.Errorf("%s: %v of %v", zone, got, b.Sub(a))
		}
		if got, err := c.Add(a, 8765*time.Hour); err != nil || !got.Equal(a.Add(8765*time.Hour)) {
			t.Errorf("%s: a year on is %v (%v)", zone, got, err)
		}
	}
}
