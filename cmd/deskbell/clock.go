package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"deskbell.dev/deskbell/store"
)

// deskClock is desk time: real time and an offset, which is saved with the
// desk's data. Only demo and the test clock of serve ever move it.
type deskClock struct {
	store *store.Store

	moving sync.Mutex // one Advance at a time

	mu     sync.RWMutex
	offset time.Duration
	still  time.Time // while it is moved, the instant that it stands at
}

const (
	offsetKey = "clock_offset"
	// maxSteps bounds one Advance, should work that is done make ever more.
	maxSteps = 100_000
	// patience is how long one Advance waits, in real time, for notices that
	// another process has in hand: longer than their lease.
	patience = 35 * time.Second
)

// errTooMuch: the clock stopped on its way because ever more fell due.
var errTooMuch = errors.New("too much falls due on the way; move the clock less far")

// newClock returns the clock with the offset that was saved.
func newClock(ctx context.Context, s *store.Store) (*deskClock, error) {
	c := &deskClock{store: s}
	return c, c.follow(ctx)
}

// follow takes over an offset that another process saved, if it is later.
func (c *deskClock) follow(ctx context.Context) error {
	text, err := c.store.Setting(ctx, offsetKey)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("the desk's clock: %w", err)
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("the desk's clock: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = max(c.offset, d)
	return nil
}

// Now is desk time in UTC, as exact as the store keeps it.
func (c *deskClock) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if !c.still.IsZero() {
		return c.still
	}
	return time.Now().Add(c.offset).UTC().Truncate(time.Microsecond)
}

// Advance moves the clock forward to an instant. On the way it stops at every
// instant at which a notice falls due, or next says that something else does, in
// order, and calls drain there, so that each thing happens at its time. It returns
// where the clock stands: at to, or with an error where it stopped. While it is
// moved the clock stands still between two stops.
func (c *deskClock) Advance(ctx context.Context, to time.Time, drain func(context.Context) error, next nextDue) (time.Time, error) {
	c.moving.Lock()
	defer c.moving.Unlock()
	if err := c.follow(ctx); err != nil {
		return c.Now(), err
	}
	to = to.UTC().Truncate(time.Microsecond)
	now := c.Now()
	if to.Before(now) && now.Sub(to) < time.Second {
		to = now // read a moment ago by whoever asks for "now"
	}
	if to.Before(now) {
		return now, fmt.Errorf("the clock cannot go back: it is %s", now.Format(time.RFC3339))
	}
	at, err := c.walk(ctx, now, to, drain, next)
	return at, errors.Join(err, c.release(ctx))
}

// nextDue is when something falls due next; false if nothing does.
type nextDue func(context.Context) (time.Time, bool, error)

// earliest is the earlier of two.
func earliest(a, b nextDue) nextDue {
	return func(ctx context.Context) (time.Time, bool, error) {
		one, ok1, err1 := a(ctx)
		two, ok2, err2 := b(ctx)
		if ok2 && (!ok1 || two.Before(one)) {
			one = two
		}
		return one, ok1 || ok2, errors.Join(err1, err2)
	}
}

// walk moves the clock from now to an instant, from stop to stop.
func (c *deskClock) walk(ctx context.Context, now, to time.Time, drain func(context.Context) error, next nextDue) (time.Time, error) {
	waited := time.Duration(0)
	for range maxSteps {
		if err := c.set(ctx, now); err != nil {
			return now, err
		}
		if err := drain(ctx); err != nil {
			return now, fmt.Errorf("at %s: %w", now.Format(time.RFC3339), err)
		}
		due, ok, err := earliest(c.store.NextDue, next)(ctx)
		switch {
		case err != nil:
			return now, err
		case ok && !due.After(now) && waited < patience: // another process has its lane in hand
			const pause = 20 * time.Millisecond
			waited += pause
			if err := sleep(ctx, pause); err != nil {
				return now, err
			}
		case ok && due.After(now) && due.Before(to):
			now = due
		case now.Equal(to):
			return to, nil
		default:
			now = to
		}
	}
	return now, errTooMuch
}

// set stops the clock at an instant and saves it BEFORE anything happens then,
// so that a desk that is killed does not come back earlier.
func (c *deskClock) set(ctx context.Context, at time.Time) error {
	offset := time.Until(at)
	if err := c.store.SetSetting(ctx, offsetKey, offset.String()); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.still, c.offset = at, offset
	return nil
}

// stand stops the clock at an instant, also one in the past, and saves nothing:
// the sample desk's history is lived so. The zero time lets the clock run on.
func (c *deskClock) stand(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.still = at
}

// release lets the clock run on from where it stands.
func (c *deskClock) release(ctx context.Context) error {
	c.mu.Lock()
	if !c.still.IsZero() {
		c.offset, c.still = time.Until(c.still), time.Time{}
	}
	offset := c.offset
	c.mu.Unlock()
	return c.store.SetSetting(context.WithoutCancel(ctx), offsetKey, offset.String())
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
