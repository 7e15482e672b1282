package outbox

import (
	"context"
	"log/slog"
	"time"

	"deskbell.dev/deskbell/store"
)

const (
	// aloneFor is how long a lease lasts without being renewed, and aloneAsk how often
	// it is asked for: when a process dies, another goes on within their sum.
	aloneFor = 9 * time.Second
	aloneAsk = 3 * time.Second
	// aloneSpare is how long before its end a holder that cannot renew it stops.
	aloneSpare = 2 * time.Second
)

// Alone runs do as long as owner has the lease of the name, again and again until ctx
// ends; of several processes one does. Times are real time.
func Alone(ctx context.Context, s *store.Store, name, owner string, log *slog.Logger, do func(context.Context)) {
	ask := time.NewTicker(aloneAsk)
	defer ask.Stop()
	var stop context.CancelFunc
	var done chan struct{}
	var until time.Time
	end := func() {
		if stop == nil {
			return
		}
		stop()
		<-done
		stop = nil
	}
	defer func() {
		end()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), aloneSpare)
		defer cancel()
		if err := s.EndLease(ctx, name, owner); err != nil {
			log.Warn("a lease ends by itself", "name", name, "err", err)
		}
	}()
	for {
		now := time.Now()
		asking, cancel := context.WithTimeout(ctx, aloneAsk)
		held, err := s.Lease(asking, name, owner, now, aloneFor)
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case held:
			until = now.Add(aloneFor)
		case err != nil:
			log.Error("a lease", "name", name, "err", err)
		}
		// Who cannot ask goes on until shortly before others may begin.
		if err == nil && !held || err != nil && time.Until(until) < aloneSpare+aloneAsk {
			end()
		}
		if held && stop == nil {
			mine, cancel := context.WithCancel(ctx)
			stop, done = cancel, make(chan struct{})
			go func() { defer close(done); do(mine) }()
		}
		select {
		case <-ask.C:
		case <-ctx.Done():
			return
		}
	}
}
