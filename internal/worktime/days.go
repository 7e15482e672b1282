package worktime

import (
	"fmt"
	"time"
)

// A working day is a local date on which hours of its own begin. The Saturday on
// which Friday's night shift ends is none by that alone.
//
// Days are counted as they begin, once each. So where clocks once went back over
// midnight (Newfoundland: from Sunday 00:01 to Saturday 23:01), the second
// Saturday evening counts as Sunday here.

// WorkingDay says whether the local date of t is a working day. It asks about
// the date: at 03:00 on a working day the answer is yes, and Working says no.
func (c *Calendar) WorkingDay(t time.Time) bool {
	r := ruler{loc: c.loc}
	_, ok := c.opens(&r, c.day(t))
	return ok
}

// WorkingDays is the number of working days after the local date of a, up to and
// including the local date of b: 0 within one date, 1 from Friday to Monday on a
// desk that is closed at weekends. If b is before a it is WorkingDays(b, a),
// negative; so the numbers of consecutive spans add up.
//
// Of a span of more than 292 years only the first 292 count.
func (c *Calendar) WorkingDays(a, b time.Time) int {
	if b.Before(a) {
		return -c.WorkingDays(b, a)
	}
	r := ruler{loc: c.loc}
	n := 0
	for d, last := c.begun(&r, a)+1, c.begun(&r, clip(a, b)); d <= last; d++ {
		if _, ok := c.opens(&r, d); ok {
			n++
		}
	}
	return n
}

// AddDays is the start of the n-th working day after the local date of t, when
// the first window of that day begins: with n = 1, the next working morning. It is
// after t, in the calendar's zone, and WorkingDays(t, AddDays(t, n)) is n.
// AddDays(t, 0) is t.
//
// A negative n is refused. An answer beyond Horizon gives ErrHorizon.
func (c *Calendar) AddDays(t time.Time, n int) (time.Time, error) {
	if n < 0 {
		return time.Time{}, fmt.Errorf("worktime: calendar %q: cannot add %d working days: it is negative", c.name, n)
	}
	t = t.In(c.loc)
	if n == 0 {
		return t, nil
	}
	r := ruler{loc: c.loc}
	today, left := c.begun(&r, t), n
	for d := today + 1; d <= today+horizonDays; d++ {
		start, ok := c.opens(&r, d)
		if !ok {
			continue
		}
		if left--; left == 0 {
			return start, nil
		}
	}
	return time.Time{}, fmt.Errorf("worktime: calendar %q: %d working days after %s: %w", c.name, n, t.Format(time.RFC3339), ErrHorizon)
}

// DaysAgo is the instant before which something began that has lasted n working
// days by t: WorkingDays(a, t) is n or more exactly for every a before it. It is
// the midnight with which the n-th working day back begins, that of t counted if
// it is one.
//
// An n below 1 is refused. An answer further back than Horizon gives ErrHorizon.
func (c *Calendar) DaysAgo(t time.Time, n int) (time.Time, error) {
	if n < 1 {
		return time.Time{}, fmt.Errorf("worktime: calendar %q: cannot go back %d working days: it is less than one", c.name, n)
	}
	r := ruler{loc: c.loc}
	today, left := c.begun(&r, t), n
	for d := today; d > today-horizonDays; d-- {
		if _, ok := c.opens(&r, d); !ok {
			continue
		}
		if left--; left == 0 {
			return time.Unix(r.first(d.wall(0)), 0).In(c.loc), nil
		}
	}
	return time.Time{}, fmt.Errorf("worktime: calendar %q: %d working days before %s: %w", c.name, n, t.Format(time.RFC3339), ErrHorizon)
}

// begun is the latest date that has begun by t: its local date, but for evenings
// that are shown again after midnight.
func (c *Calendar) begun(r *ruler, t time.Time) day {
	d := c.day(t)
	if r.first((d + 1).wall(0)) <= t.Unix() {
		return d + 1
	}
	return d
}

// opens is the instant at which the first hours of d begin; ok is false if d is
// no working day. Windows that the zone's clock leaves out, or pushes on to
// another date, do not make one.
func (c *Calendar) opens(r *ruler, d day) (start time.Time, ok bool) {
	for _, w := range c.hours(d) {
		if s := r.span(d, w); s.from.Before(s.to) && c.day(s.from) == d {
			return s.from, true
		}
	}
	return time.Time{}, false
}
