package worktime

import (
	"math"
	"time"
)

// Local time is reckoned in two whole numbers: a day, and a wall reading.
//
// A wall reading is what the local clock shows, in seconds since it showed
// 1970-01-01 00:00, as if no clock were ever changed. One reading may be shown
// once, never (spring) or twice (autumn); time.Date does not promise which of two
// instants it picks, so this file finds them from the zone's offsets.

const secondsPerDay = minutesPerDay * 60

// A day numbers local dates: 0 is 1970-01-01, whichever zone it is in.
type day int64

// dayOf is the day on which a wall reading falls.
func dayOf(wall int64) day {
	d := wall / secondsPerDay
	if wall%secondsPerDay < 0 {
		d--
	}
	return day(d)
}

// wall is the reading so many minutes after the midnight at which d begins.
func (d day) wall(minutes int) int64 { return int64(d)*secondsPerDay + int64(minutes)*60 }

// date is the day as people write it.
func (d day) date() Date {
	y, m, dd := time.Unix(d.wall(0), 0).UTC().Date()
	return Date{y, m, dd}
}

// weekday is the day of the week; day 0 was a Thursday.
func (d day) weekday() time.Weekday {
	return time.Weekday(((int64(d)+int64(time.Thursday))%7 + 7) % 7)
}

// The ends of a stretch that has none.
const (
	beginning = math.MinInt64
	forever   = math.MaxInt64
)

// A stretch is a run of time, in Unix seconds [from, to), during which a zone
// keeps one offset (seconds east of UTC).
type stretch struct{ from, to, offset int64 }

// A ruler finds the instants of wall readings in one zone. It remembers the
// stretch it last used, which makes a walk along the dates cheap; it belongs to
// one walk and is not shared.
type ruler struct {
	loc  *time.Location
	last stretch
}

// maxOffset, in seconds, is more than any zone has ever differed from UTC
// (Manila before 1845: 15 h 56 min).
const maxOffset = 16 * 60 * 60

// stretch is the stretch that holds the instant sec.
func (r *ruler) stretch(sec int64) stretch {
	if r.last.from <= sec && sec < r.last.to {
		return r.last
	}
	t := time.Unix(sec, 0).In(r.loc)
	_, offset := t.Zone()
	s := stretch{beginning, forever, int64(offset)}
	from, to := t.ZoneBounds()
	if !from.IsZero() {
		s.from = from.Unix()
	}
	switch {
	case to.IsZero():
	case to.Unix() > sec:
		s.to = to.Unix()
	default:
		// Beyond a zone's table, which ends in 2037 or long before, ZoneBounds takes
		// every year for 365 days and says of the 366th that it has ended (go1.26).
		const day = 24 * 60 * 60
		s.to = sec - sec%day + day // years are UTC's there
	}
	r.last = s
	return s
}

// first is the earliest instant at which the clock shows wall or later: the
// first of two showings, or the jump that leaves wall out.
func (r *ruler) first(wall int64) int64 {
	at := wall - maxOffset // too early in every zone
	for {
		s := r.stretch(at)
		if u := max(wall-s.offset, at); u < s.to || s.to == forever {
			return u
		}
		at = s.to
	}
}

// end is the instant up to which the clock still shows earlier than wall, for
// the last time: the end of a window whose To is wall.
func (r *ruler) end(wall int64) int64 {
	at := wall + maxOffset // too late in every zone
	for {
		s := r.stretch(at - 1)
		if u := min(wall-s.offset, at); u > s.from || s.from == beginning {
			return u
		}
		at = s.from
	}
}

// span is the window w of day d in elapsed time; it is empty (to not after from)
// if the clock leaves the whole window out.
func (r *ruler) span(d day, w Window) span {
	from, to := r.first(d.wall(w.From)), r.end(d.wall(w.end()))
	return span{time.Unix(from, 0).In(r.loc), time.Unix(to, 0).In(r.loc)}
}

// A span is a run of working time, [from, to).
type span struct{ from, to time.Time }
