package worktime

import (
	"errors"
	"fmt"
	"iter"
	"time"
)

// A Calendar knows when a desk, a client or a priority works. New makes one; the
// zero value is not usable. It never changes and may be shared by goroutines.
type Calendar struct {
	name    string
	loc     *time.Location
	week    [7][]Window      // sorted by From; by time.Weekday
	special map[day][]Window // sorted by From; holidays have no windows
}

// New checks spec and makes its calendar. It refuses, naming the calendar, the
// place and the text: a zone that the zone database does not know, a weekday or
// date that does not exist, a window off the clock face, windows that overlap
// (also across midnight and next to a special day), a date that is off and has
// hours, Week together with AllHours, and a calendar without any hours.
func New(spec Spec) (*Calendar, error) {
	c, err := build(spec)
	if err != nil {
		return nil, fmt.Errorf("worktime: calendar %q: %w", spec.Name, err)
	}
	return c, nil
}

func build(spec Spec) (*Calendar, error) {
	loc, err := loadZone(spec.Zone)
	if err != nil {
		return nil, err
	}
	c := &Calendar{name: spec.Name, loc: loc, special: map[day][]Window{}}
	if err := c.setWeek(spec); err != nil {
		return nil, err
	}
	if err := c.setDates(spec); err != nil {
		return nil, err
	}
	if err := c.checkOverlaps(); err != nil {
		return nil, err
	}
	if !c.hasHours() {
		return nil, errors.New("no hours at all: give at least one weekday a window such as 09:00-17:00")
	}
	return c, nil
}

// hours are the windows that start on d, in order.
func (c *Calendar) hours(d day) []Window {
	if ws, ok := c.special[d]; ok {
		return ws
	}
	return c.week[d.weekday()]
}

// Name is the name the calendar was given in its Spec.
func (c *Calendar) Name() string { return c.name }

// Zone is the calendar's time zone.
func (c *Calendar) Zone() *time.Location { return c.loc }

// In is the same hours on the clock of another zone, which is not nil: who works
// from elsewhere begins at nine there.
func (c *Calendar) In(zone *time.Location) *Calendar {
	there := *c
	there.loc = zone
	return &there
}

// reach, in dates, is how far from an instant's own date the windows that can
// hold it may start: one for a night shift, one for a date that a zone repeats
// or leaves out.
const reach = 2

// spans yields the working time of the days first to last in order, each instant
// once: when a repeated hour makes two windows meet, the later one gives way.
func (c *Calendar) spans(first, last day) iter.Seq[span] {
	return func(yield func(span) bool) {
		r := ruler{loc: c.loc}
		var done time.Time
		for d := first; d <= last; d++ {
			for _, w := range c.hours(d) {
				s := r.span(d, w)
				if s.from.Before(done) {
					s.from = done
				}
				if !s.from.Before(s.to) {
					continue
				}
				done = s.to
				if !yield(s) {
					return
				}
			}
		}
	}
}

// day is the local date of t.
func (c *Calendar) day(t time.Time) day {
	_, offset := t.In(c.loc).Zone()
	return dayOf(t.Unix() + int64(offset))
}
