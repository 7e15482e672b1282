package desk

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/worktime"
)

// TestReminders: through two weeks, hour by hour, everybody is reminded where
// their own day begins and ends, once each, and at no other time.
func TestReminders(t *testing.T) {
	p := office()
	set := func(id MemberID, change func(*Member)) {
		m := p.Members[id]
		change(&m)
		p.Members[id] = m
	}
	set(tech2, func(m *Member) { m.Zone = "America/New_York" })
	set(tech, func(m *Member) { m.Zone = "Nowhere/Atall" }) // the desk's then
	set(observer, func(m *Member) { m.Roles = nil })
	got := map[string]int{}
	for at := monday.AddDate(0, 0, -2); at.Before(monday.AddDate(0, 0, 12)); at = at.Add(time.Hour) {
		for m, rs := range p.Reminders(at) {
			for _, r := range rs {
				got[fmt.Sprintf("%s %s %s", names[m], r, at.In(p.HoursFor(p.Members[m]).Zone()).Format("15:04"))]++
			}
		}
	}
	for key, want := range map[string]int{
		"srm answers 09:00": 10, "intake answers 09:00": 10, "tech answers 09:00": 10, "tech log-time 16:00": 10,
		"tech2 answers 09:00": 10, "tech2 log-time 16:00": 10, // of New York
	} {
		if got[key] != want {
			t.Errorf("%s: %d times, want %d; all: %v", key, got[key], want, got)
		}
		delete(got, key)
	}
	for key, n := range got {
		if n != 10 || key[len(key)-5:] != "09:00" && key[len(key)-5:] != "16:00" || strings.HasPrefix(key, names[observer]+" ") {
			t.Errorf("also %s: %d times", key, n)
		}
	}
}

// TestEdges: hours that begin or end between two full ones, a break, and a desk
// that never closes.
func TestEdges(t *testing.T) {
	week := func(windows ...string) map[time.Weekday][]worktime.Window {
		var ws []worktime.Window
		for _, w := range windows {
			x, err := worktime.ParseWindow(w)
			if err != nil {
				t.Fatal(err)
			}
			ws = append(ws, x)
		}
		return map[time.Weekday][]worktime.Window{time.Monday: ws}
	}
	for _, c := range []struct {
		name        string
		spec        worktime.Spec
		first, last []int
	}{
		{"office", worktime.Spec{Week: week("09:00-17:00")}, []int{9}, []int{16}},
		{"half hours", worktime.Spec{Week: week("08:30-16:30")}, []int{9}, []int{16}},
		{"a break", worktime.Spec{Week: week("09:00-12:00", "13:00-18:00")}, []int{9}, []int{17}},
		{"a night", worktime.Spec{Week: week("22:00-06:00")}, []int{22}, []int{23}},
		{"always", worktime.Spec{AllHours: true}, []int{9}, []int{16}},
	} {
		c.spec.Name, c.spec.Zone = c.name, "Europe/Berlin"
		hours, err := worktime.New(c.spec)
		if err != nil {
			t.Fatal(err)
		}
		var first, last []int
		for h := range 24 {
			l := monday.In(hours.Zone())
			f, e := edges(hours, time.Date(l.Year(), l.Month(), l.Day(), h, 0, 0, 0, l.Location()))
			if f {
				first = append(first, h)
			}
			if e {
				last = append(last, h)
			}
		}
		if !slices.Equal(first, c.first) || !slices.Equal(last, c.last) {
			t.Errorf("%s: first %v, last %v; want %v and %v", c.name, first, last, c.first, c.last)
		}
	}
}
