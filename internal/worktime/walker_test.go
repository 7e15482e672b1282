package worktime

import (
	"slices"
	"time"

	"pgregory.net/rapid"
)

// The walker is the definition in doc.go, word for word: it looks at the local
// clock once a minute, and a window counts from the first to the last minute in
// which the clock shows one of its times. It knows nothing of offsets.
type walker struct {
	start   time.Time // of minute 0
	working []bool    // a minute each
	dates   []int     // the local date of each, as number
	opened  map[int]bool
}

// margin is how much more than asked the walker sees at both ends.
const margin = 2 * 24 * time.Hour

// walk looks at every minute from margin before a to margin after b, both whole
// minutes.
func walk(spec Spec, a, b time.Time) *walker {
	loc, err := time.LoadLocation(spec.Zone)
	if err != nil {
		panic(err)
	}
	n := int((b.Sub(a) + 2*margin) / time.Minute)
	w := &walker{a.Add(-margin), make([]bool, n), make([]int, n), map[int]bool{}}
	seen := map[shift]*minutes{}
	var today Date
	var near []shift     // what may be on today: its own shifts and the night's before
	var shown []*minutes // of each in near
	for now := range n {
		local := w.start.Add(time.Duration(now) * time.Minute).In(loc)
		hour, minute, _ := local.Clock()
		y, m, d := local.Date()
		if date := (Date{y, m, d}); date != today {
			today, near, shown = date, append(shiftsOf(spec, date), shiftsOf(spec, before(date))...), nil
			for _, s := range near {
				if seen[s] == nil {
					seen[s] = &minutes{first: -1}
				}
				shown = append(shown, seen[s])
			}
		}
		for i, s := range near {
			shows := hour*60 + minute
			if s.date != today {
				shows += minutesPerDay
			}
			if shows < s.window.From || s.window.end() <= shows {
				continue
			}
			if shown[i].first < 0 {
				shown[i].first = now
				if s.date == today {
					w.opened[number(today)] = true
				}
			}
			shown[i].last = now
		}
		w.dates[now] = number(today)
	}
	for _, m := range seen {
		for i := m.first; 0 <= i && i <= m.last; i++ {
			w.working[i] = true
		}
	}
	return w
}

// A shift is one window of one date.
type shift struct {
	date   Date
	window Window
}

// The first and last minute, counted from the walker's start, in which the clock
// showed a time of a shift; first is -1 until it did.
type minutes struct{ first, last int }

func shiftsOf(spec Spec, date Date) (shifts []shift) {
	for _, w := range hoursOf(spec, date) {
		shifts = append(shifts, shift{date, w})
	}
	return shifts
}

// number writes 2 March 2026 as 20260302, to compare.
func number(date Date) int { return date.Year*10000 + int(date.Month)*100 + date.Day }

func before(date Date) Date {
	y, m, d := time.Date(date.Year, date.Month, date.Day-1, 12, 0, 0, 0, time.UTC).Date()
	return Date{y, m, d}
}

// hoursOf reads the hours of a date from the Spec itself.
func hoursOf(spec Spec, date Date) []Window {
	for _, h := range spec.Holidays {
		if h == date {
			return nil
		}
	}
	if ws, ok := spec.SpecialDays[date]; ok {
		return ws
	}
	if spec.AllHours {
		return []Window{{0, minutesPerDay}}
	}
	return spec.Week[time.Date(date.Year, date.Month, date.Day, 0, 0, 0, 0, time.UTC).Weekday()]
}

func (w *walker) index(t time.Time) int { return int(t.Sub(w.start) / time.Minute) }

func (w *walker) between(a, b time.Time) (total time.Duration) {
	for _, works := range w.working[w.index(a):w.index(b)] {
		if works {
			total += time.Minute
		}
	}
	return total
}

// next is the first working minute from t to b; ok is false if there is none.
func (w *walker) next(t, b time.Time) (next time.Time, ok bool) {
	for i := w.index(t); i < w.index(b); i++ {
		if w.working[i] {
			return w.start.Add(time.Duration(i) * time.Minute), true
		}
	}
	return time.Time{}, false
}

// workingDays counts the opened dates after the latest that the clock has shown
// by a, up to the latest by b.
func (w *walker) workingDays(a, b time.Time) (n int) {
	latest := func(t time.Time) int { return slices.Max(w.dates[w.index(t)-minutesPerDay : w.index(t)+1]) }
	from, to := latest(a), latest(b)
	for date := range w.opened {
		if from < date && date <= to {
			n++
		}
	}
	return n
}

// zones are the zones in which properties are tried: both hemispheres, half and
// quarter hours, midnight gaps, DST backwards, days left out and repeated.
var zones = []string{
	"UTC", "America/New_York", "Europe/Berlin", "Europe/London", "Europe/Dublin", "Australia/Sydney",
	"Australia/Lord_Howe", "America/Santiago", "America/Havana", "America/St_Johns", "Asia/Kolkata", "Asia/Kathmandu",
	"Africa/Casablanca", "Asia/Tehran", "Asia/Beirut", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia", "Pacific/Kwajalein",
}

// changes are a zone's clock changes from 1969 to 2029.
func changes(zone string) (all []time.Time) {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	t := time.Date(1969, 1, 1, 0, 0, 0, 0, loc)
	for {
		_, end := t.ZoneBounds()
		if end.IsZero() || end.Year() >= 2030 {
			return all
		}
		all, t = append(all, end), end
	}
}

var changesOf = func() map[string][]time.Time {
	m := map[string][]time.Time{}
	for _, zone := range zones {
		m[zone] = changes(zone)
	}
	return m
}()

// drawMoment is an instant within a few days of a clock change, if the zone has
// any, on a whole minute.
func drawMoment(t *rapid.T, zone string) time.Time {
	moment := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	if all := changesOf[zone]; len(all) > 0 {
		moment = rapid.SampledFrom(all).Draw(t, "change").UTC()
	}
	return moment.Add(time.Duration(rapid.IntRange(-2*minutesPerDay, 2*minutesPerDay).Draw(t, "minutes")) * time.Minute)
}
