package worktime

import (
	"fmt"
	"strings"
	"time"
)

// minutesPerDay is the length of a local day as a clock face shows it. How long
// the day really lasts is up to the zone.
const minutesPerDay = 24 * 60

// A Spec describes a calendar in the words of a configuration file. Hand it to
// New, which checks it and copies what it needs.
type Spec struct {
	Name string // what error messages call the calendar
	Zone string // IANA name, such as Europe/Berlin; "" and "Local" are refused

	// Week holds the hours of each weekday; a weekday that is missing or has
	// no windows is a day off. Order does not matter; overlaps are refused,
	// also with a window of the night before.
	Week map[time.Weekday][]Window

	// AllHours is 24×7 and takes the place of Week, which must then be empty.
	// Holidays and SpecialDays still apply, if there are any.
	AllHours bool

	Holidays    []Date            // dates off for the whole day
	SpecialDays map[Date][]Window // dates with hours of their own instead of the weekday's
}

// A Window is a stretch of the local clock, in minutes since midnight: From is
// 0 to 1439 and inside, To is 0 to 1440 and outside. A To that is not after From
// is on the next date (22:00-06:00 lasts eight hours, 09:00-09:00 a whole day).
type Window struct{ From, To int }

// ParseWindow reads a window written as HH:MM-HH:MM, such as "09:00-17:00",
// "22:00-06:00" or "00:00-24:00". Spaces around either time and a single-digit
// hour are allowed. The error names the text.
func ParseWindow(text string) (Window, error) {
	left, right, ok := strings.Cut(text, "-")
	from, okFrom := parseClock(left)
	to, okTo := parseClock(right)
	if !ok || !okFrom || !okTo {
		return Window{}, fmt.Errorf("worktime: %q is not a window: write it as HH:MM-HH:MM, such as 09:00-17:00", text)
	}
	if from == minutesPerDay {
		return Window{}, fmt.Errorf("worktime: window %q starts at 24:00: write 00:00 on the next day", text)
	}
	return Window{from, to}, nil
}

// parseClock reads H:MM or HH:MM, up to 24:00, as minutes since midnight.
func parseClock(text string) (minutes int, ok bool) {
	hour, minute, ok := strings.Cut(strings.TrimSpace(text), ":")
	if !ok || len(hour) < 1 || len(hour) > 2 || len(minute) != 2 {
		return 0, false
	}
	h, okH := parseDigits(hour)
	m, okM := parseDigits(minute)
	minutes = h*60 + m
	return minutes, okH && okM && m < 60 && minutes <= minutesPerDay
}

// parseDigits reads decimal digits and nothing else (strconv.Atoi takes signs).
func parseDigits(text string) (n int, ok bool) {
	for _, r := range text {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = n*10 + int(r-'0')
	}
	return n, true
}

// String writes the window as ParseWindow reads it.
func (w Window) String() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", w.From/60, w.From%60, w.To/60, w.To%60)
}

// end is the minute after the window's last, counted from the midnight at which
// its date begins: above 1440 for a window that crosses midnight.
func (w Window) end() int {
	if w.To <= w.From {
		return w.To + minutesPerDay
	}
	return w.To
}

// valid says whether both ends are on the clock face.
func (w Window) valid() bool {
	return 0 <= w.From && w.From < minutesPerDay && 0 <= w.To && w.To <= minutesPerDay
}

// A Date is a day of the Gregorian calendar, in whatever zone it is used in.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads a date written as YYYY-MM-DD. The error names the text.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Date{}, fmt.Errorf("worktime: %q is not a date: write it as YYYY-MM-DD, such as 2026-12-25", text)
	}
	y, m, d := t.Date()
	return Date{y, m, d}, nil
}

// String writes the date as ParseDate reads it.
func (d Date) String() string {
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// day numbers the date; valid is false for one that no calendar shows, such as
// 30 February.
func (d Date) day() (number day, valid bool) {
	t := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
	number = dayOf(t.Unix())
	return number, number.date() == d
}
