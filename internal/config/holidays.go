package config

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/ar"
	austria "github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/nz"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/ua"
	"github.com/rickar/cal/v2/us"
	"github.com/rickar/cal/v2/za"

	"deskbell.dev/deskbell/internal/worktime"
)

// countries are the nation-wide holidays by ISO 3166 code. Of the library only
// the days are used; what is worked on others is worktime's.
var countries = map[string][]*cal.Holiday{
	"AR": ar.Holidays, "AT": austria.Holidays, "BE": be.Holidays, "BG": bg.Holidays, "BR": br.Holidays, "CA": ca.Holidays, "CH": ch.Holidays,
	"CZ": cz.Holidays, "DE": de.Holidays, "DK": dk.Holidays, "ES": es.Holidays, "FR": fr.Holidays, "GB": gb.Holidays, "GR": gr.Holidays,
	"HR": hr.Holidays, "IE": ie.Holidays, "IT": it.Holidays, "LT": lt.Holidays, "LV": lv.Holidays, "NL": nl.Holidays, "NO": no.Holidays,
	"NZ": nz.Holidays, "PL": pl.Holidays, "RO": ro.Holidays, "SE": se.Holidays, "SI": si.Holidays, "SK": sk.Holidays, "UA": ua.Holidays,
	"US": us.Holidays, "ZA": za.Holidays,
}

// The years for which a country's holidays are known: as far back as a desk's
// tickets may go, and further ahead than worktime looks.
const (
	holidaysFrom = 2010
	holidaysTo   = 2060
)

// HolidaysEnd are the calendars, in order, whose own list of holidays has none
// after the instant's year, though it has some: whoever wrote it forgot to go on.
func (f *File) HolidaysEnd(at time.Time) []string {
	var names []string
	for _, name := range sorted(f.Calendars) {
		c := f.Calendars[name]
		if c.Country == "" && len(c.Holidays) > 0 && slices.Max(c.Holidays) < strconv.Itoa(at.Year()+1) {
			names = append(names, name)
		}
	}
	return names
}

// holidaysOf are the days off of a country, moved ones where they are moved to,
// in order.
func holidaysOf(country string) []worktime.Date {
	days := map[worktime.Date]bool{}
	for _, h := range countries[country] {
		for year := holidaysFrom; year <= holidaysTo; year++ {
			if _, off := h.Calc(year); !off.IsZero() {
				y, m, d := off.Date()
				days[worktime.Date{Year: y, Month: m, Day: d}] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(days), func(a, b worktime.Date) int {
		return slices.Compare([]int{a.Year, int(a.Month), a.Day}, []int{b.Year, int(b.Month), b.Day})
	})
}
