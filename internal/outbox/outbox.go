// Package outbox carries out due notices: it claims them with a lease, hands
// each to the conversation, and finishes, retries, parks or buries it. What a
// notice says and where it goes is the conversation's; when it is due is desk
// time; leases and pauses are real time. Its Schedule does the desk's own duties
// (duties.go) at their times (when.go), mostly by saving such notices.
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

// What a handler says of a notice beside nil (done), *Later and an error (try
// again).
var (
	// ErrDrop: a later event made it untrue; it is not sent and counted.
	ErrDrop = errors.New("outbox: overtaken")
	// ErrPark: an admin must mend something first; kept for a retry by hand.
	ErrPark = errors.New("outbox: needs an admin")
	// ErrDead: it can never be carried out; kept to be looked at.
	ErrDead = errors.New("outbox: cannot be carried out")
)

// Later is what a handler says of a notice that must wait: it comes again after
// exactly that time, and the try does not count.
type Later struct{ After time.Duration }

func (l *Later) Error() string { return "outbox: not before " + l.After.String() }

const (
	lease = 30 * time.Second
	// within is what a delivery may take from its claim on: less than the lease,
	// so that what became of it is written down before another may have it.
	within   = 25 * time.Second
	closing  = 2 * time.Second // to write that down when the process stops
	attempts = 20              // with back-off about two days
	idle     = time.Second
)

// Handler carries one notice out. Its context ends before the notice's lease.
type Handler func(context.Context, store.Due) error

// Outbox delivers one store's notices.
type Outbox struct {
	store   *store.Store
	carry   Handler
	now     func() time.Time // desk time
	owner   string
	workers int
	log     *slog.Logger
	wake    chan struct{}
	one     sync.Mutex // Drain and Run never work at the same time
}

// New returns an outbox that carries out at most so many notices at a time as
// there are workers, at least 1; with 1 one after another, urgent ones first,
// then by due time. Owner must be unique among the running processes.
func New(s *store.Store, carry Handler, now func() time.Time, owner string, workers int, log *slog.Logger) *Outbox {
	return &Outbox{store: s, carry: carry, now: now, owner: owner, workers: max(workers, 1), log: log, wake: make(chan struct{}, 1)}
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

// Drain delivers everything that is due now, what falls due by it included, and
// returns when nothing is due and nothing in hand. An error of the store ends it
// as soon as what is in hand is done.
func (o *Outbox) Drain(ctx context.Context) error {
	o.one.Lock()
	defer o.one.Unlock()
	tick := time.NewTicker(idle)
	defer tick.Stop()
	done := make(chan error)
	var failed error
	for busy := 0; ; {
		if failed == nil {
			failed = ctx.Err()
		}
		if failed == nil {
			// No more than can be begun at once: a lease runs while a notice waits.
			n, err := o.begin(ctx, o.workers-busy, done)
			busy, failed = busy+n, err
		}
		if busy == 0 {
			return failed
		}
		select { // an end frees a worker and perhaps a lane; the rest may bring more
		case err := <-done:
			busy, failed = busy-1, errors.Join(failed, err)
		case <-tick.C:
		case <-o.wake:
		}
	}
}

// begin claims as many as there are free workers and delivers each on its own,
// telling done when it ended. It says how many it began.
func (o *Outbox) begin(ctx context.Context, free int, done chan<- error) (int, error) {
	if free == 0 {
		return 0, nil
	}
	claimed := time.Now()
	due, err := o.store.Claim(ctx, o.owner, o.now(), claimed, lease, free)
	for _, d := range due {
		go func() { done <- o.deliver(ctx, d, claimed.Add(within)) }()
	}
	return len(due), err
}

// deliver carries one notice out and writes down what became of it, also when
// the process stops meanwhile. If the lease ran out, whoever holds the notice
// now does that.
func (o *Outbox) deliver(ctx context.Context, d store.Due, until time.Time) error {
	work, cancel := context.WithDeadline(ctx, until)
	err := o.carry(work, d)
	cancel()
	stopped := ctx.Err()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	if stopped == nil {
		end = ctx
	}
	var later *Later
	switch how := o.became(d, err, stopped != nil); {
	case how != "":
		err = o.store.Finish(end, d.ID, o.owner, d.Revision, how)
	case stopped != nil:
		err = o.store.PutOff(end, d.ID, o.owner, o.now(), err.Error())
	case errors.As(err, &later):
		o.log.Debug("notice was asked to wait", "key", d.Key, "for", later.After)
		err = o.store.PutOff(end, d.ID, o.owner, o.now().Add(later.After), err.Error())
	default:
		o.log.Warn("notice will be tried again", "key", d.Key, "err", err)
		err = o.store.Retry(end, d.ID, o.owner, o.now().Add(backoff(d.Attempts-1)), err.Error())
	}
	if errors.Is(err, store.ErrLeaseLost) {
		o.log.Warn("notice took longer than its lease", "key", d.Key)
		return nil
	}
	return err
}

// became is the end of a notice after err, "" if it is to be tried again. A
// refusal by a rule ends a timer: what it would have done is no longer right.
// That the process stopped is not the notice's fault.
func (o *Outbox) became(d store.Due, err error, stopped bool) string {
	var refusal *desk.Refusal
	var needs *desk.Needs
	var later *Later
	switch {
	case err == nil:
		return "sent"
	case errors.Is(err, ErrDrop), errors.As(err, &refusal), errors.As(err, &needs):
		return "dropped"
	case errors.Is(err, ErrPark):
		o.log.Warn("notice parked", "key", d.Key, "err", err)
		return "parked: " + err.Error()
	case errors.Is(err, ErrDead):
		o.log.Error("notice cannot be carried out", "key", d.Key, "err", err)
		return "dead: " + err.Error()
	case stopped, errors.As(err, &later):
		return ""
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
