package store

import (
	"context"
	"fmt"
	"time"
)

// Lease has owner do what the name says alone, until now + lasts (real time): true
// for whom it was free, or had it. Who holds it asks again before it ends.
func (s *Store) Lease(ctx context.Context, name, owner string, now time.Time, lasts time.Duration) (held bool, err error) {
	err = s.e.write(ctx, func(t tx) error {
		held = false
		return t.run(get(func(row) error { held = true; return nil }, takeLease, name, owner, micros(now.Add(lasts)), micros(now)))
	})
	if err != nil {
		return false, fmt.Errorf("store: lease of %s: %w", name, err)
	}
	return held, nil
}

// EndLease gives it to whoever asks next, if it is owner's.
func (s *Store) EndLease(ctx context.Context, name, owner string) error {
	if err := s.e.write(ctx, func(t tx) error { return t.run(do(endLease, name, owner)) }); err != nil {
		return fmt.Errorf("store: end the lease of %s: %w", name, err)
	}
	return nil
}
