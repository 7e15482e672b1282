package worktime

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// This file is what New refuses, and in which words. Each error names the place;
// New puts the calendar's name in front.

// loadZone refuses the two names that time.LoadLocation takes but that name no
// zone: "" (UTC by accident) and "Local" (the machine's).
func loadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("zone %q names no zone: write an IANA name such as Europe/Berlin or UTC", name)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("zone %q is not known: write an IANA name such as Europe/Berlin (%w)", name, err)
	}
	return loc, nil
}

func (c *Calendar) setWeek(spec Spec) error {
	for _, wd := range slices.Sorted(maps.Keys(spec.Week)) {
		ws := spec.Week[wd]
		if wd < time.Sunday || wd > time.Saturday {
			return fmt.Errorf("weekday %d does not exist: Sunday is 0, Saturday 6", int(wd))
		}
		if spec.AllHours && len(ws) > 0 {
			return fmt.Errorf("%s has hours (%s) although the calendar has all hours: give one of the two", wd, list(ws))
		}
		sorted, err := sortWindows(wd.String(), ws)
		if err != nil {
			return err
		}
		c.week[wd] = sorted
	}
	if spec.AllHours {
		for wd := range c.week {
			c.week[wd] = []Window{allDay}
		}
	}
	return nil
}

func (c *Calendar) setDates(spec Spec) error {
	for _, date := range slices.SortedFunc(maps.Keys(spec.SpecialDays), compareDates) {
		ws := spec.SpecialDays[date]
		d, ok := date.day()
		if !ok {
			return fmt.Errorf("special day %s does not exist", date)
		}
		sorted, err := sortWindows("special day "+date.String(), ws)
		if err != nil {
			return err
		}
		c.special[d] = sorted
	}
	for _, date := range spec.Holidays {
		d, ok := date.day()
		if !ok {
			return fmt.Errorf("holiday %s does not exist", date)
		}
		if ws := c.special[d]; len(ws) > 0 {
			return fmt.Errorf("%s is a holiday and also a special day with hours (%s): keep one of the two", date, list(ws))
		}
		c.special[d] = nil
	}
	return nil
}

func compareDates(a, b Date) int { return strings.Compare(a.String(), b.String()) }

// sortWindows copies the windows of one day in order, after checking each.
func sortWindows(place string, ws []Window) ([]Window, error) {
	for _, w := range ws {
		if !w.valid() {
			return nil, fmt.Errorf("%s: window from minute %d to %d is off the clock: From is 0 to 1439, To 0 to 1440", place, w.From, w.To)
		}
	}
	return slices.SortedFunc(slices.Values(ws), func(a, b Window) int { return a.From - b.From }), nil
}

func list(ws []Window) string {
	var texts []string
	for _, w := range ws {
		texts = append(texts, w.String())
	}
	return strings.Join(texts, ", ")
}

// allDay is the window of a calendar with AllHours.
var allDay = Window{0, minutesPerDay}

// checkOverlaps refuses windows that cover a minute twice, where an instant would
// belong to two dates. A window lasts a day at most, so it can only meet its
// neighbours of the same day and those of the next.
func (c *Calendar) checkOverlaps() error {
	for wd := range c.week {
		next := (wd + 1) % 7
		if err := meet(time.Weekday(wd).String(), c.week[wd], time.Weekday(next).String(), c.week[next]); err != nil {
			return err
		}
	}
	for _, d := range slices.Sorted(maps.Keys(c.special)) {
		for _, first := range []day{d - 1, d} {
			if err := meet(first.date().String(), c.hours(first), (first + 1).date().String(), c.hours(first+1)); err != nil {
				return err
			}
		}
	}
	return nil
}

// meet checks the windows of one day against each other and, across midnight,
// against those of the day after. Both lists are sorted.
func meet(name string, today []Window, nextName string, tomorrow []Window) error {
	for i, w := range today {
		if i+1 < len(today) && today[i+1].From < w.end() {
			return fmt.Errorf("%s: windows %s and %s overlap", name, w, today[i+1])
		}
	}
	if len(today) == 0 || len(tomorrow) == 0 {
		return nil
	}
	if w := today[len(today)-1]; w.end()-minutesPerDay > tomorrow[0].From {
		return fmt.Errorf("window %s of %s runs past midnight into %s of %s: they overlap", w, name, tomorrow[0], nextName)
	}
	return nil
}

func (c *Calendar) hasHours() bool {
	for _, ws := range c.week {
		if len(ws) > 0 {
			return true
		}
	}
	for _, ws := range c.special {
		if len(ws) > 0 {
			return true
		}
	}
	return false
}
