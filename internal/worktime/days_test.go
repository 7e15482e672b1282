package worktime

import (
	"errors"
	"testing"
)

func TestWorkingDay(t *testing.T) {
	for _, tt := range []struct {
		name     string
		calendar *Calendar
		at       string
		want     bool
	}{
		{"a Monday at night", office(t), "Mon 2026-03-02 03:00 -0500", true},
		{"a Saturday", office(t), "Sat 2026-03-07 10:00 -0500", false},
		{"a holiday", office(t), "Fri 2026-12-25 10:00 -0500", false},
		{"a half day, when it is over", office(t), "Thu 2026-12-24 18:00 -0500", true},
		{"the date is the desk's: Monday in Berlin, Sunday in New York", office(t), "Mon 2026-03-02 03:00 +0100", false},
		{"Friday's night shift makes no Saturday", nights(t), "Sat 2026-03-07 03:00 +0100", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.calendar.WorkingDay(at(t, tt.at)); got != tt.want {
				t.Errorf("%s: %v, want %v", tt.at, got, tt.want)
			}
		})
	}
}

func TestWorkingDays(t *testing.T) {
	for _, tt := range []struct {
		name string
		a, b string
		want int
	}{
		{"within a date", "Mon 2026-03-02 09:00 -0500", "Mon 2026-03-02 17:00 -0500", 0},
		{"a night makes a day", "Mon 2026-03-02 23:00 -0500", "Tue 2026-03-03 01:00 -0500", 1},
		{"over the weekend", "Fri 2026-03-06 16:00 -0500", "Mon 2026-03-09 09:00 -0400", 1},
		{"into the weekend", "Fri 2026-03-06 16:00 -0500", "Sun 2026-03-08 23:00 -0400", 0},
		{"over Christmas", "Wed 2026-12-23 12:00 -0500", "Mon 2026-12-28 08:00 -0500", 2},
		{"backwards is negative", "Wed 2026-03-04 09:00 -0500", "Mon 2026-03-02 12:00 -0500", -2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := office(t).WorkingDays(at(t, tt.a), at(t, tt.b)); got != tt.want {
				t.Errorf("from %s to %s: %d, want %d", tt.a, tt.b, got, tt.want)
			}
		})
	}
}

func TestAddDays(t *testing.T) {
	for _, tt := range []struct {
		name     string
		calendar *Calendar
		from     string
		n        int
		want     string
	}{
		{"tomorrow morning", office(t), "Mon 2026-03-02 15:00 -0500", 1, "Tue 2026-03-03 09:00 -0500"},
		{"before opening it is still tomorrow", office(t), "Mon 2026-03-02 06:00 -0500", 1, "Tue 2026-03-03 09:00 -0500"},
		{"from Friday", office(t), "Fri 2026-03-06 15:00 -0500", 2, "Tue 2026-03-10 09:00 -0400"},
		{"from Saturday", office(t), "Sat 2026-03-07 15:00 -0500", 1, "Mon 2026-03-09 09:00 -0400"},
		{"over Christmas", office(t), "Thu 2026-12-24 10:00 -0500", 1, "Mon 2026-12-28 09:00 -0500"},
		{"none is now", office(t), "Sat 2026-03-07 15:00 -0500", 0, "Sat 2026-03-07 15:00 -0500"},
		{"nights start in the evening", nights(t), "Sat 2026-03-07 03:00 +0100", 1, "Mon 2026-03-09 22:00 +0100"},
		{"Newfoundland's second Saturday evening, when Sunday has begun", calendar(t, Spec{Name: "St. John's", Zone: "America/St_Johns", AllHours: true}),
			"Sat 2010-11-06 23:30 -0330", 1, "Mon 2010-11-08 00:00 -0330"},
		{"Samoa goes from Thursday to Saturday", calendar(t, Spec{Name: "Apia", Zone: "Pacific/Apia", Week: daily(t, "09:00-17:00", "20:00-04:00")}),
			"Thu 2011-12-29 12:00 -1000", 1, "Sat 2011-12-31 09:00 +1400"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			from := at(t, tt.from)
			got, err := tt.calendar.AddDays(from, tt.n)
			if err != nil {
				t.Fatal(err)
			}
			if got.Format(layout) != tt.want {
				t.Errorf("%s + %d working days = %s, want %s", tt.from, tt.n, got.Format(layout), tt.want)
			}
			if back := tt.calendar.WorkingDays(from, got); back != tt.n {
				t.Errorf("WorkingDays gives back %d, want %d", back, tt.n)
			}
		})
	}
}

func TestDaysAgo(t *testing.T) {
	for _, tt := range []struct {
		name string
		from string
		n    int
		want string
	}{
		{"today", "Wed 2026-03-04 09:00 -0500", 1, "Wed 2026-03-04 00:00 -0500"},
		{"Monday's is two working days old on Wednesday", "Wed 2026-03-04 09:00 -0500", 2, "Tue 2026-03-03 00:00 -0500"},
		{"over the weekend", "Mon 2026-03-09 09:00 -0400", 2, "Fri 2026-03-06 00:00 -0500"},
		{"a Sunday is not counted", "Sun 2026-03-08 09:00 -0400", 1, "Fri 2026-03-06 00:00 -0500"},
		{"over Christmas", "Mon 2026-12-28 08:00 -0500", 3, "Wed 2026-12-23 00:00 -0500"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := office(t).DaysAgo(at(t, tt.from), tt.n)
			if err != nil || got.Format(layout) != tt.want {
				t.Errorf("%d working days before %s: %s %v, want %s", tt.n, tt.from, got.Format(layout), err, tt.want)
			}
		})
	}
	if _, err := office(t).DaysAgo(at(t, "Wed 2026-03-04 09:00 -0500"), 0); err == nil {
		t.Error("no days at all are not refused")
	}
	if _, err := office(t).DaysAgo(at(t, "Wed 2026-03-04 09:00 -0500"), 5*366); !errors.Is(err, ErrHorizon) {
		t.Errorf("five years of working days: %v, want ErrHorizon", err)
	}
}
