package outbox

import (
	"fmt"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/robfig/cron/v3"
)

// When is a wall-clock schedule: the local times of a cron text, which happen
// in whatever zone it is asked for. cron reads the text and counts on a clock
// whose zone never changes; it is not asked about a zone, since it leaves out
// what lies in spring's hour and does what lies in autumn's twice.
type When struct {
	text string
	cron *cron.SpecSchedule
}

// whenFields are the five fields of a cron text, and what each may hold.
var whenFields = []struct {
	name, holds string
	read        cron.ParseOption
}{
	{"minute", "0 to 59", cron.Minute},
	{"hour", "0 to 23", cron.Hour},
	{"day of the month", "1 to 31", cron.Dom},
	{"month", "1 to 12 or jan to dec", cron.Month},
	{"day of the week", "0 to 6 or sun to sat, Sunday is 0", cron.Dow},
}

// maxWhen bounds a cron text: longer than one that names each minute.
const maxWhen = 400

// WhenError says which part of a cron text cannot be kept, and what to write.
type WhenError struct {
	Column int // of the part, counted from 1
	Text   string
}

func (e *WhenError) Error() string { return e.Text }

// ParseWhen reads a cron text of five fields, as of crontab(5): minute, hour, day
// of the month, month, day of the week; where both days are given, either will
// do. Every error is a *WhenError: other fields, a zone (which is the desk's), a
// descriptor like @daily, or a date that never comes.
func ParseWhen(text string) (When, error) {
	fields, columns := split(text)
	no := func(column int, format string, a ...any) (When, error) {
		return When{}, &WhenError{column, fmt.Sprintf(format, a...)}
	}
	const like = `write minute, hour, day of the month, month and day of the week, like "0 9 * * *" for nine o'clock every day`
	switch {
	case len(fields) == 0:
		return no(1, "there is no time; %s", like)
	case utf8.RuneCountInString(text) > maxWhen:
		return no(maxWhen+1, "a time is at most %d characters long", maxWhen)
	case strings.Contains(fields[0], "="):
		return no(columns[0], "%q: the times are the desk's own; leave the zone out and set desk.zone", fields[0])
	case strings.HasPrefix(fields[0], "@"):
		return no(columns[0], "%q is not read here; %s", fields[0], like)
	case len(fields) == len(whenFields)+1:
		return no(columns[5], "%q is a sixth field; there are five, without seconds and years: %s", fields[5], like)
	case len(fields) > len(whenFields):
		return no(columns[5], "%q is one field too many; %s", fields[5], like)
	case len(fields) < len(whenFields):
		return no(columns[len(fields)-1], "after %q the %s is missing; %s", fields[len(fields)-1], whenFields[len(fields)].name, like)
	}
	for i, f := range whenFields {
		// Of commas alone cron makes a field that nothing fits.
		if _, err := cron.NewParser(f.read).Parse(fields[i]); err != nil || strings.Trim(fields[i], ",") == "" {
			return no(columns[i], "%q is no %s; write *, a value (%s), a list 1,3, a range 1-3 or steps */2", fields[i], f.name, f.holds)
		}
	}
	w := When{text: strings.Join(fields, " ")}
	s, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(w.text)
	if err != nil {
		return no(1, "%q is no time; %s", w.text, like)
	}
	w.cron = s.(*cron.SpecSchedule) // all that comes of five fields
	w.cron.Location = time.UTC      // the clock without changes
	// Any five years have a 29 February but those round 2100; cron looks no further.
	if w.cron.Next(time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return no(columns[2], "day %s of month %s never comes; take a day that the month has", fields[2], fields[3])
	}
	return w, nil
}

// split is the text's words with their columns, counted from 1 in characters.
func split(text string) (fields []string, columns []int) {
	column, inside := 0, false
	for _, r := range text {
		column++
		switch space := strings.ContainsRune(" \t\r\n", r); {
		case space:
			inside = false
		case inside:
			fields[len(fields)-1] += string(r)
		default:
			fields, columns, inside = append(fields, string(r)), append(columns, column), true
		}
	}
	return fields, columns
}

// String is the text with single spaces.
func (w When) String() string { return w.text }

// Next is the first instant after another at which one of the local times
// happens, in zone: one that spring leaves out happens when the clock has
// jumped, one that autumn shows twice happens at its first showing. Several that
// fall on one instant are one. The zero When never happens: the zero time.
func (w When) Next(after time.Time, zone *time.Location) time.Time {
	if w.cron == nil {
		return time.Time{}
	}
	// What the clock shows has happened; what it shows for the second time, and
	// all up to that, has too, so those are passed over.
	for local := wall(after.In(zone)); ; {
		next := w.cron.Next(local)
		if next.IsZero() { // leap days round 2100; ParseWhen has seen that it comes
			local = local.AddDate(5, 0, 0)
			continue
		}
		local = next
		if at := first(local, zone); at.After(after) {
			return at
		}
	}
}

// wall is what the clock shows at t, as if it were UTC.
func wall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// first is the instant at which the zone's clock first shows local, or, if it
// never does, something later. Two changes of one clock within two days would
// be taken for one.
//
// time.ZoneBounds would do, but of a leap year's last day, beyond a zone's table,
// it says that it ends where it begins (go1.26).
func first(local time.Time, zone *time.Location) time.Time {
	const farthestZone = 16 * time.Hour // no zone is further from UTC
	from, to := local.Add(-farthestZone), local.Add(farthestZone)
	before, after := offset(from, zone), offset(to, zone)
	shown := local.Add(-before)
	if before == after {
		return shown.In(zone)
	}
	seconds := int(to.Sub(from) / time.Second)
	change := from.Add(time.Second * time.Duration(sort.Search(seconds, func(n int) bool { return offset(from.Add(time.Duration(n)*time.Second), zone) != before })))
	if shown.Before(change) {
		return shown.In(zone)
	}
	return later(local.Add(-after), change).In(zone) // what the change leaves out is shown by it
}

// offset is how far the zone's clock is ahead of UTC at t.
func offset(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}
