package config

import (
	"slices"
	"testing"
	"time"
)

// A country's holidays are days off, moved ones on the day that they are moved
// to; one's own days and half days go before them.
func TestCountryHolidays(t *testing.T) {
	f, err := Parse("x.yaml", []byte(`
desk: {zone: America/New_York}
calendars:
  office:
    country: US
    week: {mon-fri: ["09:00-17:00"]}
    holidays: [2026-11-27]
    special: {2026-11-26: ["09:00-12:00"]}
`))
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Policy()
	if err != nil {
		t.Fatal(err)
	}
	for date, want := range map[string]time.Duration{
		"2026-07-02": 8 * time.Hour, "2026-07-03": 0, // Independence Day, a Saturday, is kept on Friday
		"2026-11-26": 3 * time.Hour, "2026-11-27": 0, "2026-12-25": 0, "2041-12-25": 0,
	} {
		day, err := time.ParseInLocation(time.DateOnly, date, p.Zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Hours.Between(day, day.AddDate(0, 0, 1)); got != want {
			t.Errorf("%s has %s of work, want %s", date, got, want)
		}
	}
	for country := range countries {
		if len(holidaysOf(country)) < 5*(holidaysTo-holidaysFrom) {
			t.Errorf("%s has only %d holidays in all these years", country, len(holidaysOf(country)))
		}
	}
}

// A list of one's own that ends is told of; a country's goes on.
func TestHolidaysEnd(t *testing.T) {
	f, err := Parse("x.yaml", []byte(`
calendars:
  office: {week: {mon: ["09:00-17:00"]}, holidays: [2026-12-25, 2026-01-01]}
  next: {week: {mon: ["09:00-17:00"]}, holidays: [2026-12-25, 2027-01-01]}
  us: {week: {mon: ["09:00-17:00"]}, country: US, holidays: [2026-11-27]}
  none: {week: {mon: ["09:00-17:00"]}}
`))
	if err != nil {
		t.Fatal(err)
	}
	got := f.HolidaysEnd(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	if !slices.Equal(got, []string{"office"}) {
		t.Errorf("%v", got)
	}
}
