package worktime

import (
	"errors"
	"testing"
	"time"
	_ "time/tzdata" // so that the tests need no zone files on the machine
)

// The layout of instants in these tests. The weekday is for the reader, and is
// checked; the offset says which of two showings of a repeated hour is meant.
const layout = "Mon 2006-01-02 15:04 -0700"

// at reads an instant in layout and fails the test if the weekday is wrong.
func at(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := time.Parse(layout, text)
	if err != nil {
		t.Fatal(err)
	}
	if got := when.Format(layout); got != text {
		t.Fatalf("the test says %q, which is %q", text, got)
	}
	return when
}

// windows reads windows as a configuration file writes them.
func windows(t testing.TB, texts ...string) []Window {
	t.Helper()
	var ws []Window
	for _, text := range texts {
		w, err := ParseWindow(text)
		if err != nil {
			t.Fatal(err)
		}
		ws = append(ws, w)
	}
	return ws
}

// weekdays gives Monday to Friday the same windows.
func weekdays(t testing.TB, texts ...string) map[time.Weekday][]Window {
	t.Helper()
	week := map[time.Weekday][]Window{}
	for wd := time.Monday; wd <= time.Friday; wd++ {
		week[wd] = windows(t, texts...)
	}
	return week
}

// daily gives all seven days the same windows.
func daily(t testing.TB, texts ...string) map[time.Weekday][]Window {
	t.Helper()
	week := weekdays(t, texts...)
	week[time.Saturday], week[time.Sunday] = windows(t, texts...), windows(t, texts...)
	return week
}

func calendar(t testing.TB, spec Spec) *Calendar {
	t.Helper()
	c, err := New(spec)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// office is the desk of most examples: New York, Monday to Friday, an hour for
// lunch, Christmas off, a short Christmas Eve.
func office(t testing.TB) *Calendar {
	return calendar(t, Spec{
		Name:        "office",
		Zone:        "America/New_York",
		Week:        weekdays(t, "09:00-12:00", "13:00-17:00"),
		Holidays:    []Date{{2026, 12, 25}},
		SpecialDays: map[Date][]Window{{2026, 12, 24}: windows(t, "09:00-12:00")},
	})
}

// nights works 22:00 to 06:00 from Monday evening to Saturday morning.
func nights(t testing.TB) *Calendar {
	return calendar(t, Spec{Name: "nights", Zone: "Europe/Berlin", Week: weekdays(t, "22:00-06:00"),
		Holidays: []Date{{2026, 5, 1}}})
}

func TestAdd(t *testing.T) {
	for _, tt := range []struct {
		name     string
		calendar *Calendar
		from     string
		d        time.Duration
		want     string
	}{
		{"within a window", office(t), "Mon 2026-03-02 09:30 -0500", time.Hour, "Mon 2026-03-02 10:30 -0500"},
		{"over lunch", office(t), "Mon 2026-03-02 11:30 -0500", time.Hour, "Mon 2026-03-02 13:30 -0500"},
		{"to the end of the day, not the next morning", office(t), "Mon 2026-03-02 16:00 -0500", time.Hour, "Mon 2026-03-02 17:00 -0500"},
		{"a minute more is the next morning", office(t), "Mon 2026-03-02 16:00 -0500", 61 * time.Minute, "Tue 2026-03-03 09:01 -0500"},
		{"over the weekend on which clocks change", office(t), "Fri 2026-03-06 16:00 -0500", 2 * time.Hour, "Mon 2026-03-09 10:00 -0400"},
		{"from off hours", office(t), "Sat 2026-03-07 12:00 -0500", time.Hour, "Mon 2026-03-09 10:00 -0400"},
		{"asked from another zone", office(t), "Mon 2026-03-02 15:30 +0100", time.Hour, "Mon 2026-03-02 10:30 -0500"},
		{"over a half day and a holiday", office(t), "Thu 2026-12-24 11:00 -0500", 2 * time.Hour, "Mon 2026-12-28 10:00 -0500"},
		{"nothing stays where it is", office(t), "Sat 2026-03-07 12:00 -0500", 0, "Sat 2026-03-07 12:00 -0500"},
		{"a working week", office(t), "Mon 2026-03-02 09:00 -0500", 35 * time.Hour, "Fri 2026-03-06 17:00 -0500"},
		{"through the night", nights(t), "Fri 2026-03-06 23:00 +0100", 3 * time.Hour, "Sat 2026-03-07 02:00 +0100"},
		{"from Friday's night to Monday's", nights(t), "Sat 2026-03-07 05:00 +0100", 2 * time.Hour, "Mon 2026-03-09 23:00 +0100"},
		{"a holiday leaves the night before", nights(t), "Fri 2026-05-01 05:00 +0200", 2 * time.Hour, "Mon 2026-05-04 23:00 +0200"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			from := at(t, tt.from)
			got, err := tt.calendar.Add(from, tt.d)
			if err != nil {
				t.Fatal(err)
			}
			if got.Format(layout) != tt.want {
				t.Errorf("%s + %v = %s, want %s", tt.from, tt.d, got.Format(layout), tt.want)
			}
			if back := tt.calendar.Between(from, got); back != tt.d {
				t.Errorf("Between gives back %v, want %v", back, tt.d)
			}
		})
	}
}

func TestBetween(t *testing.T) {
	for _, tt := range []struct {
		name     string
		calendar *Calendar
		a, b     string
		want     time.Duration
	}{
		{"a day with lunch", office(t), "Mon 2026-03-02 00:00 -0500", "Tue 2026-03-03 00:00 -0500", 7 * time.Hour},
		{"a weekend", office(t), "Fri 2026-03-06 17:00 -0500", "Mon 2026-03-09 09:00 -0400", 0},
		{"a week", office(t), "Sun 2026-03-01 12:00 -0500", "Sun 2026-03-08 12:00 -0400", 35 * time.Hour},
		{"Christmas week", office(t), "Mon 2026-12-21 00:00 -0500", "Mon 2026-12-28 00:00 -0500", 24 * time.Hour},
		{"backwards is negative", office(t), "Mon 2026-03-02 11:00 -0500", "Mon 2026-03-02 10:00 -0500", -time.Hour},
		{"a night", nights(t), "Fri 2026-03-06 12:00 +0100", "Sat 2026-03-07 12:00 +0100", 8 * time.Hour},
		{"the night of a holiday", nights(t), "Fri 2026-05-01 12:00 +0200", "Sat 2026-05-02 12:00 +0200", 0},
		{"the night before a holiday", nights(t), "Thu 2026-04-30 12:00 +0200", "Fri 2026-05-01 12:00 +0200", 8 * time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.calendar.Between(at(t, tt.a), at(t, tt.b)); got != tt.want {
				t.Errorf("from %s to %s: %v, want %v", tt.a, tt.b, got, tt.want)
			}
		})
	}
}

func TestNext(t *testing.T) {
	for _, tt := range []struct {
		name     string
		calendar *Calendar
		from     string
		want     string
		working  bool
	}{
		{"inside a window", office(t), "Mon 2026-03-02 10:00 -0500", "Mon 2026-03-02 10:00 -0500", true},
		{"the start belongs to the window", office(t), "Mon 2026-03-02 09:00 -0500", "Mon 2026-03-02 09:00 -0500", true},
		{"the end does not", office(t), "Mon 2026-03-02 12:00 -0500", "Mon 2026-03-02 13:00 -0500", false},
		{"Friday evening", office(t), "Fri 2026-03-06 17:00 -0500", "Mon 2026-03-09 09:00 -0400", false},
		{"the afternoon of a half day", office(t), "Thu 2026-12-24 14:00 -0500", "Mon 2026-12-28 09:00 -0500", false},
		{"a Friday night's Saturday", nights(t), "Sat 2026-03-07 03:00 +0100", "Sat 2026-03-07 03:00 +0100", true},
		{"a night shift's Saturday noon", nights(t), "Sat 2026-03-07 12:00 +0100", "Mon 2026-03-09 22:00 +0100", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			from := at(t, tt.from)
			got, err := tt.calendar.Next(from)
			if err != nil {
				t.Fatal(err)
			}
			if got.Format(layout) != tt.want {
				t.Errorf("next after %s is %s, want %s", tt.from, got.Format(layout), tt.want)
			}
			if w := tt.calendar.Working(from); w != tt.working {
				t.Errorf("working at %s: %v, want %v", tt.from, w, tt.working)
			}
		})
	}
}

// A calendar that is open once is asked for more than there is: each answer is
// an error, in bounded time, and says what was asked.
func TestHorizon(t *testing.T) {
	once := calendar(t, Spec{Name: "fair", Zone: "UTC",
		SpecialDays: map[Date][]Window{{2026, 6, 1}: windows(t, "10:00-12:00")}})
	eve, after := at(t, "Sun 2026-05-31 00:00 +0000"), at(t, "Tue 2026-06-02 00:00 +0000")

	if got, err := once.Add(eve, 2*time.Hour); err != nil || got.Format(layout) != "Mon 2026-06-01 12:00 +0000" {
		t.Errorf("the two hours there are end at %v (%v)", got, err)
	}
	_, errAdd := once.Add(eve, 2*time.Hour+1)
	_, errNext := once.Next(after)
	_, errDays := once.AddDays(eve, 2)
	always := calendar(t, Spec{Name: "always", Zone: "UTC", AllHours: true})
	if got, err := always.Add(eve, Horizon); err != nil || got.Sub(eve) != Horizon {
		t.Errorf("the horizon itself: %v (%v)", got, err)
	}
	_, errFar := always.Add(eve.Add(time.Hour), Horizon+1)
	for _, tt := range []struct {
		err  error
		want string
	}{
		{errAdd, `worktime: calendar "fair": 2h0m0.000000001s of working time after 2026-05-31T00:00:00Z: more than five years ahead`},
		{errNext, `worktime: calendar "fair": next working time after 2026-06-02T00:00:00Z: more than five years ahead`},
		{errDays, `worktime: calendar "fair": 2 working days after 2026-05-31T00:00:00Z: more than five years ahead`},
		{errFar, `worktime: calendar "always": 43920h0m0.000000001s of working time after 2026-05-31T01:00:00Z: more than five years ahead`},
	} {
		if !errors.Is(tt.err, ErrHorizon) || tt.err.Error() != tt.want {
			t.Errorf("got  %v\nwant %s", tt.err, tt.want)
		}
	}

	if _, err := once.Add(eve, -time.Minute); err == nil || errors.Is(err, ErrHorizon) {
		t.Errorf("a negative duration gives %v", err)
	}
	if _, err := once.AddDays(eve, -1); err == nil || errors.Is(err, ErrHorizon) {
		t.Errorf("a negative number of days gives %v", err)
	}
}

// Instants at the ends of time give an answer, in bounded time.
func TestEndsOfTime(t *testing.T) {
	c, end := office(t), time.Unix(1<<55, 0)
	if got := c.Between(time.Time{}, end); got <= 0 {
		t.Errorf("between the ends of time: %v", got)
	}
	if got := c.WorkingDays(time.Time{}, end); got <= 0 {
		t.Errorf("between the ends of time: %d working days", got)
	}
	for _, when := range []time.Time{{}, end} {
		if next, err := c.Next(when); err != nil || next.Before(when) {
			t.Errorf("next after %v: %v, %v", when, next, err)
		}
	}
}

// TestIn: the same hours on another clock, and the calendar itself unchanged.
func TestIn(t *testing.T) {
	window, err := ParseWindow("09:00-17:00")
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Spec{Name: "office", Zone: "Europe/Berlin", Week: map[time.Weekday][]Window{time.Monday: {window}}, Holidays: []Date{{2026, time.March, 9}}})
	if err != nil {
		t.Fatal(err)
	}
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	there := c.In(tokyo)
	nine := time.Date(2026, time.March, 2, 9, 0, 0, 0, tokyo)
	if !there.Working(nine) || there.Working(nine.Add(8*time.Hour)) || there.Working(nine.AddDate(0, 0, 7)) || c.Working(nine) || c.Zone().String() != "Europe/Berlin" {
		t.Error("nine o'clock in Tokyo")
	}
}
