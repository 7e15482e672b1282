// Package outbox carries out due notices: it claims them with a lease, hands
// each to the conversation, and finishes, retries, parks or buries it. What a
// notice says and where it goes is the conversation's; when it is due is desk
// time; leases and pauses are real time.
package outbox

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// What a handler says of a notice beside nil (done) and an error (try again).
var (
	// ErrDrop: a later event made it untrue; it is not sent and counted.
	ErrDrop = errors.New("outbox: overtaken")
	// ErrPark: an admin must mend something first; kept for a retry by hand.
	ErrPark = errors.New("outbox: needs an admin")
)

const (
	lease    = 30 * time.Second
	batch    = 16
	attempts = 20 // with back-off about two days
	idle     = time.Second
)

// Handler carries one notice out.
type Handler func(context.Context, store.Due) error

// Outbox delivers one store's notices.
type Outbox struct {
	store *store.Store
	carry Handler
	now   func() time.Time // desk time
	owner string
	log   *slog.Logger
	wake  chan struct{}
	one   sync.Mutex // Drain and Run never work at the same time
}

// New returns an outbox. Owner must be unique among the running processes.
func New(s *store.Store, carry Handler, now func() time.Time, owner string, log *slog.Logger) *Outbox {
	return &Outbox{store: s, carry: carry, now: now, owner: owner, log: log, wake: make(chan struct{}, 1)}
}

// Wake tells Run that something may be due.
func (o *Outbox) Wake() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// Run delivers until the context ends, looking when woken and once a second.
func (o *Outbox) Run(ctx context.Context) {
	tick := time.NewTicker(idle)
	defer tick.Stop()
	for {
		if err := o.Drain(ctx); err != nil && ctx.Err() == nil {
			o.log.Error("outbox", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-o.wake:
		}
	}
}

// Drain delivers everything that is due now, what falls due by it included.
func (o *Outbox) Drain(ctx context.Context) error {
	o.one.Lock()
	defer o.one.Unlock()
	for {
		due, err := o.store.Claim(ctx, o.owner, o.now(), time.Now(), lease, batch)
		if err != nil {
			return err
		}
		if len(due) == 0 {
			return nil
		}
		for _, d := range due {
			if err := o.deliver(ctx, d); err != nil {
				return err
			}
		}
	}
}

// deliver carries one notice out and writes down what became of it. If the
// lease ran out meanwhile, whoever holds the notice now does that.
func (o *Outbox) deliver(ctx context.Context, d store.Due) error {
	err := o.carry(ctx, d)
	if ctx.Err() != nil {
		return ctx.Err() // the lease runs out and another delivers it
	}
	if how := o.became(d, err); how != "" {
		err = o.store.Finish(ctx, d.ID, o.owner, d.Revision, how)
	} else {
		o.log.Warn("notice will be tried again", "key", d.Key, "err", err)
		err = o.store.Retry(ctx, d.ID, o.owner, o.now().Add(backoff(d.Attempts-1)), err.Error())
	}
	if errors.Is(err, store.ErrLeaseLost) {
		o.log.Warn("notice took longer than its lease", "key", d.Key)
		return nil
	}
	return err
}

// became is the end of a notice after err, "" if it is to be tried again. A
// refusal by a rule ends a timer: what it would have done is no longer right.
func (o *Outbox) became(d store.Due, err error) string {
	var refusal *desk.Refusal
	var needs *desk.Needs
	switch {
	case err == nil:
		return "sent"
	case errors.Is(err, ErrDrop), errors.As(err, &refusal), errors.As(err, &needs):
		return "dropped"
	case errors.Is(err, ErrPark):
		o.log.Warn("notice parked", "key", d.Key, "err", err)
		return "parked: " + err.Error()
	case d.Attempts >= attempts:
		o.log.Error("notice given up", "key", d.Key, "attempts", d.Attempts, "err", err)
		return "dead: " + err.Error()
	}
	return ""
}

// backoff doubles from 2 s to at most 6 h, within ± 20 % so that many failures
// do not come back together.
func backoff(attempt int) time.Duration {
	d := min(2*time.Second<<min(attempt, 20), 6*time.Hour)
	return d + time.Duration((rand.Float64()-0.5)*0.4*float64(d))
}
