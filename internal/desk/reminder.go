package desk

import (
	"time"

	"deskbell.dev/deskbell/internal/worktime"
)

// Reminder is what a member is reminded of, in their own working hours and at most
// once a working day each.
type Reminder string

const (
	// RemindAnswers, as their day begins: what waits for their answer.
	RemindAnswers Reminder = "answers"
	// RemindTime, in the last hour of their day: work without time logged.
	RemindTime Reminder = "log-time"
)

// HoursFor are the desk's working hours on the member's own clock.
func (p *Policy) HoursFor(m Member) *worktime.Calendar {
	if zone, err := time.LoadLocation(m.Zone); err == nil && m.Zone != "" {
		return p.Hours.In(zone)
	}
	return p.Hours
}

// A day with so many working hours is round the clock: then it is these hours of
// the member's clock that begin and end their day.
const (
	aroundTheClock = 20 * time.Hour
	morningHour    = 9
	lastHour       = 16
)

// Reminders are what each member may be reminded of in the hour that begins with the
// instant: those who answer for something as it begins their day, those who work
// on tickets as it ends it.
func (p *Policy) Reminders(at time.Time) map[MemberID][]Reminder {
	out := map[MemberID][]Reminder{}
	turns := map[string][2]bool{} // by zone, whose people's day begins or ends
	for _, m := range p.People() {
		if len(m.Roles) == 0 || p.Rota.Away(m.ID, at) {
			continue
		}
		turn, known := turns[m.Zone]
		if !known {
			turn[0], turn[1] = edges(p.HoursFor(m), at)
			turns[m.Zone] = turn
		}
		if turn[0] {
			out[m.ID] = append(out[m.ID], RemindAnswers)
		}
		if turn[1] && (m.Has(RTechnician) || m.Has(RLevel1)) {
			out[m.ID] = append(out[m.ID], RemindTime)
		}
	}
	return out
}

// edges reports whether the hour that begins with the instant is the first, or the
// last, of its local day's working hours.
func edges(hours *worktime.Calendar, at time.Time) (first, last bool) {
	if !hours.Working(at) {
		return false, false
	}
	l := at.In(hours.Zone())
	midnight := time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, l.Location())
	next := time.Date(l.Year(), l.Month(), l.Day()+1, 0, 0, 0, 0, l.Location())
	if hours.Between(midnight, next) >= aroundTheClock {
		return l.Hour() == morningHour, l.Hour() == lastHour
	}
	begin, err := hours.Next(midnight)
	return err == nil && at.Sub(begin) < time.Hour, hours.Between(at.Add(time.Hour), next) <= 0
}
