package desk

import "time"

// Segment is a part of a ticket's time, from an instant (included) to another
// (not included), in one status.
type Segment struct {
	From, To time.Time
	Status   StatusKey
	Counts   Counting
}

// Counting is what a part of the time is to the clocks.
type Counting string

const (
	Counted  Counting = "counted"
	OffHours Counting = "off hours" // outside the calendar's working hours
	Standing Counting = "paused"    // the clocks stand, whatever the hour
)

// Ledger explains the ticket's clocks: all its time from entry until it was
// closed, or until the instant, in order and without gaps. The counted parts add
// up to what an unmet goal has used, all parts to wall time.
func (p *Policy) Ledger(t Ticket, at time.Time) []Segment {
	if p.Workflow.Stage(t.Status) == Done && t.Closed.Before(at) {
		at = t.Closed
	}
	hours := p.HoursOf(t)
	var out []Segment
	add := func(from, to time.Time, k StatusKey, c Counting) {
		if from.Before(to) {
			out = append(out, Segment{from.UTC(), to.UTC(), k, c})
		}
	}
	for _, r := range runs(t) {
		if r.to.IsZero() || r.to.After(at) {
			r.to = at
		}
		if p.paused(r.status) {
			add(r.from, r.to, r.status, Standing)
			continue
		}
		done := r.from
		for from, to := range hours.Spans(r.from, r.to) {
			add(done, from, r.status, OffHours)
			add(from, to, r.status, Counted)
			done = to
		}
		add(done, r.to, r.status, OffHours)
	}
	return out
}
