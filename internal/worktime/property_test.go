package worktime

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawWeek cuts the circle of the week at random minutes, many of them at night
// when clocks change, and opens some of the pieces. So windows touch, cross
// midnight and last up to a day, and never overlap.
func drawWeek(t *rapid.T) map[time.Weekday][]Window {
	const perWeek = 7 * minutesPerDay
	minute := rapid.OneOf(
		rapid.IntRange(0, 4*60),
		rapid.IntRange(0, minutesPerDay-1),
		rapid.Map(rapid.IntRange(0, 47), func(n int) int { return n * 30 }))
	var cuts []int
	for range rapid.IntRange(2, 24).Draw(t, "cuts") {
		cuts = append(cuts, rapid.IntRange(0, 6).Draw(t, "weekday")*minutesPerDay+minute.Draw(t, "minute"))
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	week := map[time.Weekday][]Window{}
	for i, cut := range cuts {
		length := perWeek // to the next cut, round the circle
		if len(cuts) > 1 {
			length = (cuts[(i+1)%len(cuts)] - cut + perWeek) % perWeek
		}
		if i > 0 && !rapid.Bool().Draw(t, "open") {
			continue // the first piece is open, so that there are hours
		}
		from := cut % minutesPerDay
		to := from + min(length, minutesPerDay)
		if to > minutesPerDay {
			to -= minutesPerDay
		}
		week[time.Weekday(cut/minutesPerDay)] = append(week[time.Weekday(cut/minutesPerDay)], Window{from, to})
	}
	return week
}

// drawSpec is a calendar with a holiday or a special day near the moment.
func drawSpec(t *rapid.T, zone string, moment time.Time) (Spec, *Calendar) {
	spec := Spec{Name: "drawn", Zone: zone}
	if spec.AllHours = rapid.IntRange(0, 9).Draw(t, "all hours") == 0; !spec.AllHours {
		spec.Week = drawWeek(t)
	}
	near := func(label string) Date {
		y, m, d := moment.AddDate(0, 0, rapid.IntRange(-3, 6).Draw(t, label)).Date()
		return Date{y, m, d}
	}
	if rapid.Bool().Draw(t, "holidays") {
		spec.Holidays = []Date{near("holiday")}
	}
	c, err := New(spec)
	if err != nil {
		t.Fatal(err)
	}
	if rapid.Bool().Draw(t, "special") {
		with := spec
		from := rapid.IntRange(0, minutesPerDay-1).Draw(t, "from")
		with.SpecialDays = map[Date][]Window{near("special day"): {{from, rapid.IntRange(0, minutesPerDay).Draw(t, "to")}}}
		if special, err := New(with); err == nil { // else it overlaps
			return with, special
		}
	}
	return spec, c
}

// eachZone runs a property in every zone.
func eachZone(t *testing.T, property func(t *rapid.T, zone string)) {
	for _, zone := range zones {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) { property(t, zone) })
		})
	}
}

// Everything is what the walker finds by looking at the clock every minute.
func TestAgreesWithTheWalker(t *testing.T) {
	eachZone(t, func(t *rapid.T, zone string) {
		a := drawMoment(t, zone)
		b := a.Add(time.Duration(rapid.IntRange(0, 2*minutesPerDay).Draw(t, "length")) * time.Minute)
		spec, c := drawSpec(t, zone, a)
		w := walk(spec, a, b)

		if got, want := c.Between(a, b), w.between(a, b); got != want {
			t.Fatalf("Between %v and %v: %v, the walker %v", a, b, got, want)
		}
		for u := a; !u.After(b); u = u.Add(17 * time.Minute) {
			if got, want := c.Working(u), w.working[w.index(u)]; got != want {
				t.Fatalf("Working at %v: %v, the walker %v", u, got, want)
			}
		}
		if want, ok := w.next(a, b); ok {
			if got, err := c.Next(a); err != nil || !got.Equal(want) {
				t.Fatalf("Next after %v: %v (%v), the walker %v", a, got, err, want)
			}
		}
		if got, want := c.WorkingDay(a), w.opened[w.dates[w.index(a)]]; got != want {
			t.Fatalf("WorkingDay of %v: %v, the walker %v", a, got, want)
		}
		if got, want := c.WorkingDays(a, b), w.workingDays(a, b); got != want {
			t.Fatalf("WorkingDays between %v and %v: %d, the walker %d", a, b, got, want)
		}
	})
}

// Add is the earliest instant at which Between gives the duration back, and
// AddDays the first of its day at which WorkingDays gives the number back.
func TestAddUndoesBetween(t *testing.T) {
	eachZone(t, func(t *rapid.T, zone string) {
		a := drawMoment(t, zone).Add(time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "nanoseconds")))
		_, c := drawSpec(t, zone, a)
		d := time.Duration(rapid.Int64Range(1, int64(200*time.Hour)).Draw(t, "duration"))

		u, err := c.Add(a, d)
		if err != nil {
			if early := c.Between(a, a.Add(Horizon)); early >= d {
				t.Fatalf("Add(%v, %v): %v, but %v are ahead", a, d, err, early)
			}
			return
		}
		if got := c.Between(a, u); got != d {
			t.Fatalf("Add(%v, %v) = %v, Between gives %v", a, d, u, got)
		}
		if got := c.Between(a, u.Add(-1)); got != d-1 {
			t.Fatalf("Add(%v, %v) = %v, a nanosecond before it was %v", a, d, u, got)
		}

		n := rapid.IntRange(1, 10).Draw(t, "days")
		v, err := c.AddDays(a, n)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.WorkingDays(a, v); got != n || !v.After(a) || !c.Working(v) || !c.WorkingDay(v) {
			t.Fatalf("AddDays(%v, %d) = %v: %d working days, working %v", a, n, v, got, c.Working(v))
		}
		w, err := c.DaysAgo(a, n)
		if err != nil {
			t.Fatal(err)
		}
		if at, before := c.WorkingDays(w, a), c.WorkingDays(w.Add(-1), a); at >= n || before != n {
			t.Fatalf("DaysAgo(%v, %d) = %v: %d working days, %d a nanosecond before it", a, n, w, at, before)
		}
	})
}

// The parts of a span add up, in whatever order its instants come; and no more
// is counted than elapses.
func TestBetweenAddsUp(t *testing.T) {
	eachZone(t, func(t *rapid.T, zone string) {
		instant := rapid.Custom(func(t *rapid.T) time.Time {
			return drawMoment(t, zone).Add(time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "nanoseconds")))
		})
		a := instant.Draw(t, "a")
		near := rapid.Int64Range(-int64(40*24*time.Hour), int64(40*24*time.Hour))
		b, m := a.Add(time.Duration(near.Draw(t, "b"))), a.Add(time.Duration(near.Draw(t, "m")))
		_, c := drawSpec(t, zone, a)

		if whole, parts := c.Between(a, b), c.Between(a, m)+c.Between(m, b); whole != parts {
			t.Fatalf("%v to %v is %v, by way of %v it is %v", a, b, whole, m, parts)
		}
		if whole, parts := c.WorkingDays(a, b), c.WorkingDays(a, m)+c.WorkingDays(m, b); whole != parts {
			t.Fatalf("%v to %v is %d working days, by way of %v it is %d", a, b, whole, m, parts)
		}
		if got, passed := c.Between(a, b), b.Sub(a); got.Abs() > passed.Abs() || int64(got)*int64(passed.Hours()) < 0 {
			t.Fatalf("%v of the %v from %v to %v", got, passed, a, b)
		}
	})
}

// Next never goes back, lands in working time, and passes none over.
func TestNextIsTheFirst(t *testing.T) {
	eachZone(t, func(t *rapid.T, zone string) {
		a := drawMoment(t, zone).Add(time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "nanoseconds")))
		_, c := drawSpec(t, zone, a)
		u, err := c.Next(a)
		if err != nil {
			t.Fatal(err)
		}
		if u.Before(a) || !c.Working(u) || c.Between(a, u) != 0 {
			t.Fatalf("Next(%v) = %v: working %v, %v passed over", a, u, c.Working(u), c.Between(a, u))
		}
		if c.Working(a) != u.Equal(a) {
			t.Fatalf("Next(%v) = %v, but Working is %v", a, u, c.Working(a))
		}
	})
}
