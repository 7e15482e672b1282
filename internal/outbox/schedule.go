package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// slotLayout is a slot's name: the local time with its offset.
const slotLayout = "2006-01-02T15:04-07:00"

const (
	// lateAfter is how long after its time a slot is taken before it is called
	// late: longer than a process needs to be replaced by the next.
	lateAfter = time.Minute
	// farthest bounds how far back or ahead slots are looked for, should a clock be
	// far off or a duty's day never come.
	farthest = 366 * 24 * time.Hour
)

// Schedule does a desk's duties at their times. A slot is done by whoever takes
// it in the store, so any number of processes may run the same schedule.
//
// Of the slots that were missed, by a stopped process or by a clock that was put
// forward, the latest is caught up, marked late; so is none before the desk's
// first look, nor by times that have just been changed. A clock that was put back
// does nothing again of the week that is known (store.Purge).
type Schedule struct {
	store  *store.Store
	duties []Duty
	now    func() time.Time // desk time
	log    *slog.Logger

	one sync.Mutex // one Tick at a time
	// begun are the times by which this process does each duty: while two
	// configurations run side by side, each goes on with its own.
	begun map[string]string
}

// NewSchedule returns a schedule of the duties, which has done nothing yet.
func NewSchedule(s *store.Store, duties []Duty, now func() time.Time, log *slog.Logger) *Schedule {
	return &Schedule{store: s, duties: duties, now: now, log: log, begun: map[string]string{}}
}

// Run does what is due until the context ends, looking once a second.
func (s *Schedule) Run(ctx context.Context) {
	tick := time.NewTicker(idle)
	defer tick.Stop()
	for {
		if err := s.Tick(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("schedule", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Tick does what is due now; one duty that fails keeps no other from being done.
func (s *Schedule) Tick(ctx context.Context) error {
	s.one.Lock()
	defer s.one.Unlock()
	p, err := s.store.Policy(ctx)
	if err != nil {
		return err
	}
	now := s.now()
	var errs []error
	for _, d := range s.duties {
		if err := s.do(ctx, p, d, now); err != nil {
			errs = append(errs, fmt.Errorf("outbox: duty %s: %w", d.Name, err))
		}
	}
	return errors.Join(errs...)
}

// do takes the duty's latest slot since the last one that was taken.
func (s *Schedule) do(ctx context.Context, p *desk.Policy, d Duty, now time.Time) error {
	times := d.When(p).String() + " " + p.Zone.String()
	// What is known only for later times, by a clock that was ahead, is no reason
	// to wait for them.
	last, known, err := s.store.LastSlot(ctx, d.Name, d.Place, now)
	if err != nil {
		return err
	}
	o := store.Slot{Duty: d.Name, Place: d.Place, At: now, Times: times}
	if !known || last.Times != times && s.begun[d.Name] != times {
		o.Name, o.Due = "from "+now.UTC().Format(time.RFC3339Nano), now
		if _, err = s.store.TakeSlot(ctx, o); err == nil {
			s.begun[d.Name] = times
		}
		return err
	}
	s.begun[d.Name] = times
	for due := range d.slots(p, later(last.Due, now.Add(-farthest)), now) {
		o.Due = due
	}
	if o.Due.IsZero() {
		return nil
	}
	o.Name, o.Late = o.Due.In(p.Zone).Format(slotLayout), now.Sub(o.Due) > lateAfter
	var ns []desk.Notice
	if d.Tell != nil {
		ns = d.Tell(p, o)
	}
	taken, err := s.store.TakeSlot(ctx, o, ns...)
	if err != nil || !taken {
		return err
	}
	s.log.Info("duty", "name", d.Name, "slot", o.Name, "late", o.Late)
	if d.Do != nil {
		return d.Do(ctx, s.store, now)
	}
	return nil
}

// NextDue is the earliest slot after now that has people told something; false
// if there is none within a year. For housekeeping no clock needs to stop.
func (s *Schedule) NextDue(ctx context.Context) (time.Time, bool, error) {
	p, err := s.store.Policy(ctx)
	if err != nil {
		return time.Time{}, false, err
	}
	now := s.now()
	var next time.Time
	for _, d := range s.duties {
		if d.Tell == nil {
			continue
		}
		for due := range d.slots(p, now, now.Add(farthest)) {
			if next.IsZero() || due.Before(next) {
				next = due
			}
			break
		}
	}
	return next, !next.IsZero(), nil
}

// slots are the duty's times after an instant up to another (included), in order.
func (d Duty) slots(p *desk.Policy, after, until time.Time) func(yield func(time.Time) bool) {
	return func(yield func(time.Time) bool) {
		w := d.When(p)
		for at := w.Next(after, p.Zone); !at.IsZero() && !at.After(until); at = w.Next(at, p.Zone) {
			if (d.On == nil || d.On(p, at)) && !yield(at) {
				return
			}
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
