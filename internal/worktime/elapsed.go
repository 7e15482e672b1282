package worktime

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"time"
)

// Horizon is how far ahead Add, Next and AddDays look, in elapsed time: five
// years of 366 days. What lies beyond is an error and not a long search.
const Horizon = horizonDays * 24 * time.Hour

const horizonDays = 5 * 366

// ErrHorizon is wrapped by every error that says that an answer lies further
// ahead than Horizon, for instance because only holidays are left.
var ErrHorizon = errors.New("more than five years ahead")

// Add is the earliest instant, not before t, by which d of working time has
// passed since t. So it may fall on the end of a window (16:00 plus one hour is
// 17:00, not the next morning), and Add(t, 0) is t, in working time or not. The
// answer is in the calendar's zone.
//
// A negative d is refused. An answer beyond Horizon gives ErrHorizon.
func (c *Calendar) Add(t time.Time, d time.Duration) (time.Time, error) {
	if d < 0 {
		return time.Time{}, fmt.Errorf("worktime: calendar %q: cannot add %v of working time: it is negative", c.name, d)
	}
	t = t.In(c.loc)
	if d == 0 {
		return t, nil
	}
	limit, left := t.Add(Horizon), d
	for s := range c.ahead(t, limit) {
		length := s.to.Sub(s.from)
		if left > length {
			left -= length
			continue
		}
		if u := s.from.Add(left); !u.After(limit) {
			return u, nil
		}
		break
	}
	return time.Time{}, fmt.Errorf("worktime: calendar %q: %v of working time after %s: %w", c.name, d, t.Format(time.RFC3339), ErrHorizon)
}

// Between is the working time in [a, b), as elapsed time; if b is before a it is
// the same amount, negative. For any three instants Between(a, c) is
// Between(a, b) + Between(b, c).
//
// A duration holds 292 years; of a longer span only the first 292 years count.
func (c *Calendar) Between(a, b time.Time) time.Duration {
	a, b = a.In(c.loc), b.In(c.loc)
	if b.Before(a) {
		return -c.Between(b, a)
	}
	var total time.Duration
	for from, to := range c.Spans(a, clip(a, b)) {
		total += to.Sub(from)
	}
	return total
}

// Next is the first working instant that is not before t: t itself in working
// time, otherwise the start of the next window. The answer is in the calendar's
// zone. If there is none within Horizon, the error is ErrHorizon.
func (c *Calendar) Next(t time.Time) (time.Time, error) {
	t = t.In(c.loc)
	for s := range c.ahead(t, t.Add(Horizon)) {
		return s.from, nil
	}
	return time.Time{}, fmt.Errorf("worktime: calendar %q: next working time after %s: %w", c.name, t.Format(time.RFC3339), ErrHorizon)
}

// Spans yields the working time in [a, b) in order, as stretches from an instant
// (included) to another (not included), in the calendar's zone. None is empty;
// their lengths add up to Between(a, b).
func (c *Calendar) Spans(a, b time.Time) iter.Seq2[time.Time, time.Time] {
	return func(yield func(from, to time.Time) bool) {
		a, b := a.In(c.loc), b.In(c.loc)
		for s := range c.ahead(a, b) {
			if s.to.After(b) {
				s.to = b
			}
			if !yield(s.from, s.to) {
				return
			}
		}
	}
}

// Working says whether t is in working time. The start of a window is, its end
// is not.
func (c *Calendar) Working(t time.Time) bool {
	t = t.In(c.loc)
	for range c.ahead(t, t.Add(1)) {
		return true
	}
	return false
}

// ahead yields what spans yields from a on: those that start before b, the first
// cut to start at a if need be, the last not cut.
func (c *Calendar) ahead(a, b time.Time) iter.Seq[span] {
	return func(yield func(span) bool) {
		for s := range c.spans(c.day(a)-reach, c.day(b)+reach) {
			if !s.from.Before(b) {
				return
			}
			if !s.to.After(a) {
				continue
			}
			if s.from.Before(a) {
				s.from = a
			}
			if !yield(s) {
				return
			}
		}
	}
}

// clip brings b, which is not before a, so near that the distance fits a
// Duration.
func clip(a, b time.Time) time.Time {
	if b.Sub(a) == math.MaxInt64 { // Sub stops there
		return a.Add(math.MaxInt64)
	}
	return b
}
