package store

import (
	"context"
	"fmt"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

// Slot is one time at which a duty of the desk falls due, in one place, such as
// the digest of a morning. Its name is the local time with its offset, so that
// it is the same for every process and happens once, whatever the clock does.
type Slot struct {
	Duty, Place string
	// Name is like 2026-03-02T09:00+01:00; what begins with "from " is no slot but
	// says that the duty goes on from its Due.
	Name string
	Due  time.Time // desk time
	Late bool      // caught up after it was missed
	At   time.Time // when it was taken, desk time
	// Times is the schedule that it is of: a duty whose times are others now does
	// not catch up.
	Times string
}

// TakeSlot saves the slot and, with it, the notices that follow. False if it was
// taken before, by whomever; then nothing is saved.
func (s *Store) TakeSlot(ctx context.Context, o Slot, notices ...desk.Notice) (bool, error) {
	taken := false
	err := s.e.write(ctx, func(t tx) error {
		taken = false
		// The insert waits for another that has the slot in hand.
		err := t.run(get(func(row) error { taken = true; return nil }, insertSlot,
			o.Duty, o.Place, o.Name, micros(o.Due), o.Late, micros(o.At), o.Times))
		if err != nil || !taken || len(notices) == 0 {
			return err
		}
		var asks []ask
		for _, n := range notices {
			asks = append(asks, noticeAsk(n))
		}
		return t.run(asks...)
	})
	if err != nil {
		return false, fmt.Errorf("store: take %s of %s: %w", o.Duty, o.Name, err)
	}
	return taken, nil
}

// LastSlot is the latest slot of the duty in the place that was due by an
// instant; false if there is none.
func (s *Store) LastSlot(ctx context.Context, duty, place string, by time.Time) (Slot, bool, error) {
	o := Slot{Duty: duty, Place: place}
	var due, at int64
	var ok bool
	if err := s.e.read(ctx, get(found(&ok, &o.Name, &due, &o.Late, &at, &o.Times), lastSlot, duty, place, micros(by))); err != nil {
		return Slot{}, false, fmt.Errorf("store: last slot of %s: %w", duty, err)
	}
	o.Due, o.At = instant(due), instant(at)
	return o, ok, nil
}
