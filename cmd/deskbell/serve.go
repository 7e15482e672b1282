package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"

	"deskbell.dev/deskbell/bot"
	"deskbell.dev/deskbell/internal/outbox"
	"deskbell.dev/deskbell/store"
)

// stopWithin is how long a clean stop may take (contract: 10 s), with a margin
// for closing the database.
const stopWithin = 8 * time.Second

// workers is how many notices are carried out at a time. One waits for a
// platform most of its time; more would only meet the platform's pace.
const workers = 8

// testClock, set to 1, lets tests of this process move its clock.
const testClock = "DESKBELL_TEST_CLOCK"

type serveCmd struct{}

// Run serves the desk until the context ends.
func (serveCmd) Run(g *globals) error {
	f, err := g.load()
	if err != nil {
		return err
	}
	s, clock, err := g.open(f)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", f.HTTP.Listen)
	if err != nil {
		return errors.Join(usageError{fmt.Sprintf("http.listen: %v; another address: DESKBELL_HTTP_LISTEN=127.0.0.1:8081", err)}, s.Close())
	}
	d := newDesk(g.log, s, clock)
	if os.Getenv(testClock) == "1" {
		d.movable = true
		g.log.Warn(testClock + " is set: whoever is on this machine may move the desk's clock")
	}
	if f.Slack.BotToken != "" || f.Discord.Token != "" {
		g.log.Warn("this version connects to no chat platform yet; the tokens are not used")
	}
	b := thisBuild()
	g.log.Info("the desk is open", "name", f.Desk.Name, "listen", ln.Addr().String(), "version", b.version, "commit", b.commit)
	err = d.serve(g.ctx, ln)
	g.log.Info("the desk is closed")
	return errors.Join(err, s.Close())
}

// runningDesk is one desk at work.
type runningDesk struct {
	log     *slog.Logger
	store   *store.Store
	clock   *deskClock
	box     *outbox.Outbox
	ready   *readiness
	movable bool // POST /api/clock
}

func newDesk(log *slog.Logger, s *store.Store, clock *deskClock) *runningDesk {
	b := bot.New(bot.Config{Store: s, Now: clock.Now, Log: log})
	return &runningDesk{
		log: log, store: s, clock: clock,
		box:   outbox.New(s, b.Carry, clock.Now, uuid.NewString(), workers, log),
		ready: &readiness{checks: []check{{"store", s.Ping}}},
	}
}

// serve answers and delivers until the context ends, then stops in this order:
// no new requests, those in hand, the outbox.
func (d *runningDesk) serve(ctx context.Context, ln net.Listener) error {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var working sync.WaitGroup
	working.Go(func() { d.box.Run(work) })
	if d.movable {
		working.Go(func() { d.followClock(work) })
	}
	srv := &http.Server{
		Handler: d.handler(), ErrorLog: slog.NewLogLogger(d.log.Handler(), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return work },
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 64 << 10,
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		stop, cancelStop := context.WithTimeout(work, stopWithin)
		defer cancelStop()
		if err = srv.Shutdown(stop); errors.Is(err, context.DeadlineExceeded) {
			err = errors.Join(fmt.Errorf("some requests were cut off: not done within %s", stopWithin), srv.Close())
		}
	}
	cancel()
	working.Wait()
	return err
}

// followClock takes over what another process of the same desk moved.
func (d *runningDesk) followClock(ctx context.Context) {
	for sleep(ctx, 200*time.Millisecond) == nil {
		if err := d.clock.follow(ctx); err != nil && ctx.Err() == nil {
			d.log.Error("follow the clock", "err", err)
		}
	}
}
