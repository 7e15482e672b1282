package outbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the same zones everywhere

	"github.com/robfig/cron/v3"
)

func TestParseWhen(t *testing.T) {
	for _, c := range []struct {
		text   string
		column int // 0: it is read
		says   string
	}{
		{"0 9 * * *", 0, "0 9 * * *"},
		{"  0\t9 * *   1-5 ", 0, "0 9 * * 1-5"},
		{"*/15 8-17 1,15 jan-mar MON", 0, "*/15 8-17 1,15 jan-mar MON"},
		{"0 0 29 2 *", 0, "0 0 29 2 *"},
		{"0 0 30 2 1", 0, "0 0 30 2 1"}, // either day will do: Mondays of February
		{"0 0 ? * ?", 0, "0 0 ? * ?"},
		{"", 1, "there is no time"},
		{" \t ", 1, "there is no time"},
		{"0 9 * *", 7, `after "*" the day of the week is missing`},
		{"0", 1, `after "0" the hour is missing`},
		{"0 9 * * * 2026", 11, `"2026" is a sixth field`},
		{"0 0 9 * * *", 11, "without seconds"},
		{"0 0 9 * * * 2026", 11, "one field too many"},
		{"60 9 * * *", 1, `"60" is no minute; write *, a value (0 to 59)`},
		{"0  24 * * *", 4, `"24" is no hour`},
		{"0 9 0 * *", 5, `"0" is no day of the month`},
		{"0 9 L * *", 5, `"L" is no day of the month`},
		{"0 9 * 13 *", 7, `"13" is no month`},
		{"0 9 * * 7", 9, "Sunday is 0"},
		{"0 9 * * 1-5-6", 9, `"1-5-6" is no day of the week`},
		{"0 9 * * 5-1", 9, `"5-1" is no day of the week`},
		{"*/0 9 * * *", 1, `"*/0" is no minute`},
		{", 9 * * *", 1, `"," is no minute`},
		{"é 9 * * 8", 1, `"é" is no minute`},
		{"0 9 é * 1", 5, `"é" is no day of the month`},
		{"0 9 * * é8", 9, `"é8" is no day of the week`},
		{"TZ=UTC", 1, "the times are the desk's own"}, // cron itself panics
		{"TZ=UTC 0 9 * * *", 1, "leave the zone out"},
		{" CRON_TZ=Europe/Berlin 0 9 * * *", 2, "leave the zone out"},
		{"@daily", 1, `"@daily" is not read here`},
		{"@every 1h", 1, `"@every" is not read here`},
		{"0 0 30 2 *", 5, "day 30 of month 2 never comes"},
		{"0 0 31 4,6,9,11 *", 5, "never comes"},
		{strings.Repeat("1,", 300) + "1 9 * * *", 401, "at most 400 characters"},
	} {
		w, err := ParseWhen(c.text)
		if c.column == 0 {
			if err != nil || w.String() != c.says {
				t.Errorf("%q: %q %v, want %q", c.text, w, err, c.says)
			}
			continue
		}
		var no *WhenError
		if !errors.As(err, &no) || no.Column != c.column || !strings.Contains(no.Text, c.says) {
			t.Errorf("%q: %+v, want column %d and %q", c.text, err, c.column, c.says)
		}
	}
}

// Whatever is read goes on for ever, strictly forward; whatever is not is
// refused at a column of the text.
func FuzzParseWhen(f *testing.F) {
	for _, s := range []string{"0 9 * * *", "TZ=UTC", "@every 1s", "*/7 2 29 2 *", "0 0 30 2 *", "0-59/3 1,2 * jan sun", "1 2 3 4 5 6", "0 0 * 1 *", "-1 +1 */-1 1/9 ?", ""} {
		f.Add(s)
	}
	zone := zoneOf(f, "Australia/Lord_Howe")
	f.Fuzz(func(t *testing.T, text string) {
		w, err := ParseWhen(text)
		var no *WhenError
		if err != nil {
			if !errors.As(err, &no) || no.Column < 1 || no.Column > max(len([]rune(text)), 1) || no.Text == "" {
				t.Errorf("%q is refused by %#v", text, err)
			}
			return
		}
		if again, err := ParseWhen(w.String()); err != nil || again.String() != w.String() {
			t.Errorf("%q is written %q, which is read as %q, %v", text, w, again, err)
		}
		at := time.Date(2097, time.January, 1, 0, 0, 0, 0, time.UTC) // no leap day for seven years
		for range 3 {
			next := w.Next(at, zone)
			if !next.After(at) || next.Year() > 2200 {
				t.Fatalf("%q: %s comes after %s", text, next, at)
			}
			at = next
		}
	})
}

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func whenOf(t testing.TB, text string) When {
	t.Helper()
	w, err := ParseWhen(text)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// What cron alone gets wrong.
func TestNextAtClockChanges(t *testing.T) {
	for _, c := range []struct {
		zone, text, after string
		want              []string
	}{
		{"America/New_York", "30 2 * * *", "2026-03-07T12:00:00Z", []string{"2026-03-08T03:00-04:00", "2026-03-09T02:30-04:00"}},
		{"America/New_York", "30 1 * * *", "2026-10-31T12:00:00Z", []string{"2026-11-01T01:30-04:00", "2026-11-02T01:30-05:00"}},
		{"America/New_York", "*/30 1-2 * * *", "2026-11-01T05:29:00Z", []string{"2026-11-01T01:30-04:00", "2026-11-01T02:00-05:00", "2026-11-01T02:30-05:00"}},
		{"America/New_York", "*/20 * * * *", "2026-03-08T06:30:00Z", []string{"2026-03-08T01:40-05:00", "2026-03-08T03:00-04:00", "2026-03-08T03:20-04:00"}},
		{"America/Santiago", "0 0 * * *", "2026-09-05T12:00:00Z", []string{"2026-09-06T01:00-03:00", "2026-09-07T00:00-03:00"}},
		{"Australia/Lord_Howe", "15 2 * * *", "2026-10-03T00:00:00Z", []string{"2026-10-04T02:30+11:00", "2026-10-05T02:15+11:00"}},
		{"Pacific/Apia", "0 9 * * *", "2011-12-29T20:00:00Z", []string{"2011-12-31T00:00+14:00", "2011-12-31T09:00+14:00"}},
		{"Europe/Berlin", "0 9 29 2 *", "2096-03-01T00:00:00Z", []string{"2104-02-29T09:00+01:00"}},
		{"Australia/Lord_Howe", "0 0 * 1 *", "2104-12-30T18:00:00Z", []string{"2105-01-01T00:00+11:00"}},
		{"UTC", "0 9 * * 1-5", "2026-03-06T09:00:00Z", []string{"2026-03-09T09:00+00:00"}},
	} {
		at, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for w, zone := whenOf(t, c.text), zoneOf(t, c.zone); len(got) < len(c.want); {
			at = w.Next(at, zone)
			got = append(got, at.Format(slotLayout))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s in %s: %v, want %v", c.text, c.zone, got, c.want)
		}
	}
	if next := (When{}).Next(time.Now(), time.UTC); !next.IsZero() {
		t.Errorf("no time at all happens at %s", next)
	}
}

// The matrix: ten years of clock changes in twelve zones, for eight schedules.
// Next agrees with a walker that goes through real time minute by minute and
// looks at the clock: whatever the clock shows, or has jumped over, for the
// first time, is due.
func TestEachLocalTimeOnce(t *testing.T) {
	zones := []string{"America/New_York", "America/Santiago", "America/St_Johns", "America/Havana", "Europe/London", "Europe/Berlin",
		"Africa/Casablanca", "Africa/Cairo", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Chatham", "Antarctica/Troll"}
	texts := []string{"0 9 * * *", "0 9 * * 1-5", "30 2 * * *", "30 1 * * *", "0 0 * * *", "*/15 * * * *", "7 0-4 * * 0", "45 23,1,2 1-15 * 6"}
	changes, slots := 0, 0
	for _, name := range zones {
		zone := zoneOf(t, name)
		for _, day := range daysOfChange(zone) {
			changes++
			want := walked(texts, day, zone)
			for _, text := range texts {
				w := whenOf(t, text)
				var got []time.Time
				for at := day.Add(-time.Microsecond); ; {
					if at = w.Next(at, zone); !at.Before(day.Add(watched)) {
						break
					}
					got = append(got, at)
				}
				slots += len(got)
				if !slices.EqualFunc(got, want[text], time.Time.Equal) {
					t.Errorf("%s in %s from %s:\n%v\nwant\n%v", text, name, day, got, want[text])
				}
			}
		}
	}
	if changes < 300 || slots < 50_000 {
		t.Errorf("only %d days and %d slots were looked at", changes, slots)
	}
}

const watched = 52 * time.Hour // the day before the change, its own, and a little

// daysOfChange are, for ten years, a day before each change of the zone's clock,
// a plain day of each year, and the turn of a leap year beyond its table.
func daysOfChange(zone *time.Location) (days []time.Time) {
	for at := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2036; at = at.Add(24 * time.Hour) {
		if offset(at, zone) != offset(at.Add(24*time.Hour), zone) || at.YearDay() == 160 {
			days = append(days, at.Add(-24*time.Hour))
		}
	}
	return append(days, time.Date(2040, time.December, 30, 0, 0, 0, 0, time.UTC))
}

// walked is what is due in the watched time by each text, found by looking at
// the clock each minute of it: all local times after the latest that it ever
// showed, up to what it shows now.
func walked(texts []string, from time.Time, zone *time.Location) map[string][]time.Time {
	due, fit := map[string][]time.Time{}, map[string]func(time.Time) bool{}
	for _, text := range texts {
		fit[text] = fits(text)
	}
	seen := wall(from.Add(-time.Minute).In(zone))
	for at := from; at.Before(from.Add(watched)); at = at.Add(time.Minute) {
		shown := wall(at.In(zone))
		hit := map[string]bool{}
		for ; seen.Before(shown); seen = seen.Add(time.Minute) {
			for _, text := range texts {
				if !hit[text] && fit[text](seen.Add(time.Minute)) {
					hit[text], due[text] = true, append(due[text], at)
				}
			}
		}
	}
	return due
}

// fits reads a plain cron text without cron.
func fits(text string) func(time.Time) bool {
	var sets [5][60]bool
	fields := strings.Fields(text)
	for i, field := range fields {
		for part := range strings.SplitSeq(field, ",") {
			from, to, step := 0, 59, 1
			if n, err := fmt.Sscanf(part, "%d-%d", &from, &to); n == 1 {
				to = from
			} else if err != nil {
				_, _ = fmt.Sscanf(part, "*/%d", &step) // or a star alone
			}
			for ; from <= to; from += step {
				sets[i][from] = true
			}
		}
	}
	return func(t time.Time) bool {
		dom, dow := sets[2][t.Day()], sets[4][t.Weekday()]
		day := dom && dow
		if fields[2] != "*" && fields[4] != "*" {
			day = dom || dow
		}
		return sets[0][t.Minute()] && sets[1][t.Hour()] && sets[3][t.Month()] && day
	}
}

// cron's own counting is not enough: the test of the tests.
func TestCronAloneSkipsAndRepeats(t *testing.T) {
	zone := zoneOf(t, "America/New_York")
	s, err := cron.ParseStandard("30 2 * * *")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(s.Next(time.Date(2026, 3, 7, 12, 0, 0, 0, zone))); !strings.HasPrefix(got, "2026-03-09") {
		t.Errorf("cron does not leave out the spring gap any more: %s", got)
	}
}
