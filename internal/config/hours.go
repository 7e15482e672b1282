package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/worktime"
)

// hours are the desk's working hours. All other calendars are checked too.
func (f *File) hours() (*worktime.Calendar, error) {
	for _, name := range sorted(f.Calendars) {
		if _, err := f.Calendars[name].calendar(name, f.Desk.Zone); err != nil {
			return nil, err
		}
	}
	return f.named("$.desk.calendar", f.Desk.Calendar)
}

// named is the calendar that the path names.
func (f *File) named(path, name string) (*worktime.Calendar, error) {
	c, ok := f.Calendars[name]
	if !ok {
		return nil, at(path, "there is no calendar %q; %s", name, suggest(name, sorted(f.Calendars)))
	}
	return c.calendar(name, f.Desk.Zone)
}

// weekdays by time.Weekday; a file may write them out.
var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

func weekday(s string) int {
	return slices.IndexFunc(weekdays, func(d string) bool { return s == d || s == d[:3] })
}

func (c Calendar) calendar(name, zone string) (*worktime.Calendar, error) {
	path := "$.calendars." + name
	if c.Zone != "" {
		zone = c.Zone
	}
	if _, err := location(path+".zone", zone); err != nil {
		return nil, err
	}
	spec := worktime.Spec{Name: name, Zone: zone, AllHours: c.AllHours, Week: map[time.Weekday][]worktime.Window{}, SpecialDays: map[worktime.Date][]worktime.Window{}}
	for _, days := range sorted(c.Week) {
		path := path + ".week." + days
		ws, err := windows(path, c.Week[days])
		if err != nil {
			return nil, err
		}
		which, ok := dayRange(days)
		if !ok {
			return nil, at(path+"~", "%q is no day or range of days; write mon, or mon-fri", days)
		}
		for _, d := range which {
			spec.Week[d] = append(spec.Week[d], ws...)
		}
	}
	if _, known := countries[c.Country]; !known && c.Country != "" {
		return nil, at(path+".country", "the holidays of %q aren't known; %s. Write the days off under holidays instead", c.Country, suggest(c.Country, sorted(countries)))
	}
	for n, h := range c.Holidays {
		d, err := worktime.ParseDate(h)
		if err != nil {
			return nil, at(fmt.Sprintf("%s.holidays[%d]", path, n), "%s", bare(err))
		}
		spec.Holidays = append(spec.Holidays, d)
	}
	for _, day := range sorted(c.Special) {
		path := path + ".special." + day
		d, err := worktime.ParseDate(day)
		if err != nil {
			return nil, at(path+"~", "%s", bare(err))
		}
		if spec.SpecialDays[d], err = windows(path, c.Special[day]); err != nil {
			return nil, err
		}
	}
	for _, d := range holidaysOf(c.Country) {
		if _, own := spec.SpecialDays[d]; !own { // a half day of our own, perhaps
			spec.Holidays = append(spec.Holidays, d)
		}
	}
	cal, err := worktime.New(spec)
	if err != nil {
		return nil, at(path+"~", "%s", bare(err))
	}
	return cal, nil
}

func windows(path string, texts []string) ([]worktime.Window, error) {
	var ws []worktime.Window
	for n, t := range texts {
		w, err := worktime.ParseWindow(t)
		if err != nil {
			return nil, at(fmt.Sprintf("%s[%d]", path, n), "%s", bare(err))
		}
		ws = append(ws, w)
	}
	return ws, nil
}

// dayRange reads "mon" or "mon-fri".
func dayRange(s string) ([]time.Weekday, bool) {
	from, to, ranged := strings.Cut(strings.ToLower(s), "-")
	a, b := weekday(from), weekday(to)
	if !ranged {
		b = a
	}
	if a < 0 || b < 0 {
		return nil, false
	}
	var ds []time.Weekday
	for d := a; ; d = (d + 1) % 7 {
		ds = append(ds, time.Weekday(d))
		if d == b {
			return ds, true
		}
	}
}

// bare is worktime's error without its name.
func bare(err error) string { return strings.TrimPrefix(err.Error(), "worktime: ") }

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
