package desk

import (
	"slices"
	"time"
)

// ExpectedStart is when work on a ticket is expected to begin: tickets ahead ÷
// the median of starts a working day over the last 20 working days (domain.md,
// Prioritize). It is a working day's beginning, or now for today; zero when
// there were fewer than 10 starts, since then the history tells nothing.
func (p *Policy) ExpectedStart(now time.Time, ahead int, starts []int) time.Time {
	total := 0
	for _, n := range starts {
		total += n
	}
	if total < 10 {
		return time.Time{}
	}
	s := slices.Sorted(slices.Values(starts))
	median := float64(s[len(s)/2])
	if len(s)%2 == 0 {
		median = (median + float64(s[len(s)/2-1])) / 2
	}
	if median == 0 {
		return time.Time{}
	}
	at, err := p.Hours.Next(now)
	if days := int(float64(ahead) / median); err == nil && days > 0 {
		at, err = p.Hours.AddDays(now, days)
	}
	if err != nil {
		return time.Time{}
	}
	return at
}
