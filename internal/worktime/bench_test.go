package worktime

import (
	"testing"
	"time"
)

var quarter = time.Date(2027, 2, 1, 8, 0, 0, 0, time.UTC)

// A quarter year with two windows a day, holidays and a clock change.
func BenchmarkBetween90Days(b *testing.B) {
	c := office(b)
	for b.Loop() {
		c.Between(quarter, quarter.AddDate(0, 0, 90))
	}
}

func BenchmarkAdd40Hours(b *testing.B) {
	c := office(b)
	for b.Loop() {
		if _, err := c.Add(quarter, 40*time.Hour); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNext(b *testing.B) {
	c := office(b)
	for b.Loop() {
		if _, err := c.Next(quarter); err != nil {
			b.Fatal(err)
		}
	}
}

// The longest search there is: nothing within the horizon.
func BenchmarkHorizon(b *testing.B) {
	c := calendar(b, Spec{Name: "fair", Zone: "Europe/Berlin",
		SpecialDays: map[Date][]Window{{2026, 6, 1}: windows(b, "10:00-12:00")}})
	for b.Loop() {
		if _, err := c.Next(quarter); err == nil {
			b.Fatal("found working time")
		}
	}
}
