package bot

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/worktime"
)

var spanRE = regexp.MustCompile(`^(?:in )?(\d{1,4}(?:[.,]\d)?)\s*(m|min|mins|minutes?|h|hours?|d|days?|w|weeks?)$`)

// duration reads "35m", "1h30", "2 h", "1.5h", or bare minutes.
func duration(s string) (time.Duration, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if n, err := strconv.Atoi(s); err == nil {
		return time.Duration(n) * time.Minute, n > 0 && n < 1e6
	}
	if d, err := time.ParseDuration(strings.ReplaceAll(s, " ", "")); err == nil {
		return d, d > 0
	}
	if m := regexp.MustCompile(`^(\d+)h(\d+)$`).FindStringSubmatch(s); m != nil {
		h, _ := strconv.Atoi(m[1])
		mins, _ := strconv.Atoi(m[2])
		return time.Duration(h)*time.Hour + time.Duration(mins)*time.Minute, true
	}
	if m := spanRE.FindStringSubmatch(s); m != nil {
		n, err := strconv.ParseFloat(strings.ReplaceAll(m[1], ",", "."), 64)
		unit := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[m[2][0]]
		return time.Duration(n * float64(unit)), err == nil && n > 0
	}
	return 0, false
}

var days = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// instant reads a time to come, in zone: "2h", "tomorrow", "tomorrow 14:00",
// "monday", "fri 9:30", "16:00", "2026-03-09", "2026-03-09 14:00", or RFC 3339.
// A day without a time means when the desk's work begins on it.
func instant(s string, now time.Time, hours *worktime.Calendar) (time.Time, error) {
	zone := hours.Zone()
	raw, s := s, strings.ToLower(strings.Join(strings.Fields(s), " "))
	bad := &wrong{Text: fmt.Sprintf("%q is no time that Deskbell can read. Try 2h, tomorrow 14:00, Monday, or 2026-03-09 14:00.", clip(raw))}
	if at, err := time.Parse(time.RFC3339, strings.ToUpper(s)); err == nil {
		return at, nil
	}
	if d, ok := duration(s); ok && strings.ContainsAny(s, "mhdw") {
		return now.Add(d), nil
	}
	day, clock, _ := strings.Cut(strings.TrimPrefix(s, "next "), " ")
	clock = strings.TrimPrefix(clock, "at ")
	local := now.In(zone)
	var date time.Time
	switch {
	case strings.Contains(day, ":"):
		day, clock, date = "", day, local
	case day == "today":
		date = local
	case day == "tomorrow":
		date = local.AddDate(0, 0, 1)
	default:
		if d, err := time.ParseInLocation(time.DateOnly, day, zone); err == nil {
			date = d
			break
		}
		for n, name := range days {
			if len(day) >= 3 && strings.HasPrefix(name, day) {
				ahead := (n - int(local.Weekday()) + 6) % 7
				date = local.AddDate(0, 0, ahead+1)
			}
		}
	}
	if date.IsZero() {
		return time.Time{}, bad
	}
	y, m, d := date.Date()
	if clock == "" {
		at, err := hours.Next(time.Date(y, m, d, 0, 0, 0, 0, zone))
		if err != nil || at.Before(now) {
			at = now.Add(time.Hour)
		}
		return at, nil
	}
	c, err := time.Parse("15:04", clock)
	if err != nil {
		if c, err = time.Parse("15", clock); err != nil {
			return time.Time{}, bad
		}
	}
	at := time.Date(y, m, d, c.Hour(), c.Minute(), 0, 0, zone)
	if day == "" && !at.After(now) {
		at = time.Date(y, m, d+1, c.Hour(), c.Minute(), 0, 0, zone)
	}
	return at, nil
}

// ago says how long since, or until, in one unit: "5 days", "2 h", "35 m".
func ago(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	switch {
	case d < time.Minute:
		return "a moment"
	case d < time.Hour:
		return fmt.Sprintf("%d m", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
