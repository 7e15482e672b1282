package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/google/uuid"

	"deskbell.dev/deskbell/bot"
	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/config"
	"deskbell.dev/deskbell/internal/outbox"
	"deskbell.dev/deskbell/internal/slack"
)

// forgetful posts again without looking for what it posted before.
type forgetful struct{ chat.Platform }

func (f forgetful) Post(ctx context.Context, at chat.Place, m chat.Message, key string, _ time.Time) (chat.MessageRef, error) {
	return f.Platform.Post(ctx, at, m, key, time.Time{})
}

// naive is `deskbell serve` with a forgetful platform: what the chaos must find.
func naive() { serveWith(func(p chat.Platform) chat.Platform { return forgetful{p} }) }

// serveWith is `deskbell serve` whose outbox speaks to Slack through on, if that
// is not nil, and where whoever is on this machine may move the clock.
func serveWith(on func(chat.Platform) chat.Platform, tune ...func(*slack.Config)) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	serve := func() error {
		g := &globals{ctx: ctx, Config: os.Args[len(os.Args)-1], mask: &mask{to: os.Stderr}}
		g.log = slog.New(slog.NewTextHandler(g.mask, nil))
		f, err := config.Load(g.Config, os.LookupEnv)
		if err != nil {
			return err
		}
		s, clock, err := g.open(f)
		if err != nil {
			return err
		}
		ln, err := net.Listen("tcp", f.HTTP.Listen)
		if err != nil {
			return err
		}
		d, err := newDesk(g.log, s, clock, f, tune...)
		if err != nil {
			return err
		}
		if on != nil {
			platform := chat.Platform(d.slack)
			if d.slack == nil {
				platform = d.discord
			}
			b := bot.New(bot.Config{Store: s, Now: clock.Now, Platforms: []chat.Platform{on(platform)}, Log: g.log})
			d.box = outbox.New(s, b.Carry, clock.Now, uuid.NewString(), workers, g.log)
		}
		d.movable = true
		g.log.Info("the desk is open", "listen", ln.Addr().String())
		return errors.Join(d.serve(ctx, ln), s.Close())
	}
	if serve() != nil {
		os.Exit(exitFailed)
	}
}

// brisk is `deskbell serve` on a Slack that takes fifty posts a second into a
// channel, so that a test can live a month.
func brisk() { serveWith(nil, briskly) }

// briskNaive is the same with a forgetful Slack.
func briskNaive() {
	serveWith(func(p chat.Platform) chat.Platform { return forgetful{p} }, briskly)
}

func briskly(c *slack.Config) { c.PostEvery = 20 * time.Millisecond }
