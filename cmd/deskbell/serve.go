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
	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/config"
	"deskbell.dev/deskbell/internal/discord"
	"deskbell.dev/deskbell/internal/outbox"
	"deskbell.dev/deskbell/internal/slack"
	"deskbell.dev/deskbell/store"
)

// stopWithin is how long a clean stop may take (contract: 10 s), with a margin
// for closing the database.
const stopWithin = 8 * time.Second

// workers is how many notices are carried out at a time. One waits for a
// platform most of its time; more would only meet the platform's pace, and an
// urgent one would wait behind them.
const workers = 4

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
	d, err := newDesk(g.log, s, clock, f)
	if err != nil {
		return errors.Join(err, ln.Close(), s.Close())
	}
	if os.Getenv(testClock) == "1" {
		d.movable = true
		g.log.Warn(testClock + " is set: whoever is on this machine may move the desk's clock")
	}
	if d.slack == nil && d.discord == nil {
		g.log.Warn("no chat platform is configured, so nobody can reach this desk: set DESKBELL_SLACK_BOT_TOKEN or DESKBELL_DISCORD_TOKEN")
	}
	b := thisBuild()
	g.log.Info("the desk is open", "name", f.Desk.Name, "listen", ln.Addr().String(), "version", b.version, "commit", b.commit)
	err = d.serve(g.ctx, ln)
	g.log.Info("the desk is closed")
	return errors.Join(err, s.Close())
}

// runningDesk is one desk at work.
type runningDesk struct {
	log      *slog.Logger
	store    *store.Store
	clock    *deskClock
	box      *outbox.Outbox
	schedule *outbox.Schedule
	ready    *readiness
	slack    *slack.Platform   // nil where the desk is not on Slack
	discord  *discord.Platform // the same for Discord
	movable  bool              // POST /api/clock
}

// newDesk wires the desk of a file. tune changes what no file says of how it
// speaks to Slack.
func newDesk(log *slog.Logger, s *store.Store, clock *deskClock, f *config.File, tune ...func(*slack.Config)) (*runningDesk, error) {
	d := &runningDesk{log: log, store: s, clock: clock, ready: &readiness{checks: []check{{"store", s.Ping}}}}
	var b *bot.Bot
	var platforms []chat.Platform
	if f.Slack.BotToken != "" {
		c, err := slackConfig(f)
		if err != nil {
			return nil, err
		}
		c.Log, c.After = log, func() { d.box.Wake() }
		c.Handle = func(ctx context.Context, in chat.Interaction) chat.Reply { return b.Handle(ctx, in) }
		for _, change := range tune {
			change(&c)
		}
		if d.slack, err = slack.New(c); err != nil {
			return nil, err
		}
		platforms = append(platforms, d.slack)
		d.ready.checks = append(d.ready.checks, check{"slack", d.slack.Ready})
	}
	owner := uuid.NewString()
	if f.Discord.Token != "" {
		c := discordConfig(f)
		c.Log, c.After = log, func() { d.box.Wake() }
		c.Handle = func(ctx context.Context, in chat.Interaction) chat.Reply { return b.Handle(ctx, in) }
		c.Alone = func(ctx context.Context, do func(context.Context)) {
			outbox.Alone(ctx, s, "discord/gateway", owner, log, do)
		}
		c.Desk = d.channelOnDiscord
		c.People = d.membersOnDiscord
		c.Keep = func(ctx context.Context, id string, data []byte) error {
			return s.SaveDraft(ctx, id, data, clock.Now())
		}
		c.Kept = s.Draft
		var err error
		if d.discord, err = discord.New(c); err != nil {
			return nil, err
		}
		platforms = append(platforms, d.discord)
		d.ready.checks = append(d.ready.checks, check{"discord", d.discord.Ready})
	}
	b = bot.New(bot.Config{Store: s, Now: clock.Now, Platforms: platforms, Log: log})
	d.box = outbox.New(s, b.Carry, clock.Now, owner, workers, log)
	d.schedule = outbox.NewSchedule(s, outbox.Duties(f.DigestAt(), f.ReportAt()), clock.Now, log)
	return d, nil
}

// slackConfig is what the file says about Slack.
func slackConfig(f *config.File) (slack.Config, error) {
	zone, err := time.LoadLocation(f.Desk.Zone)
	return slack.Config{BotToken: f.Slack.BotToken.Reveal(), AppToken: f.Slack.AppToken.Reveal(), SigningSecret: f.Slack.SigningSecret.Reveal(),
		APIURL: f.Slack.APIURL, Zone: zone}, err
}

// discordConfig is what the file says about Discord.
func discordConfig(f *config.File) discord.Config {
	return discord.Config{Token: f.Discord.Token.Reveal(), Application: f.Discord.ApplicationID, PublicKey: f.Discord.PublicKey, Role: f.Discord.Role,
		APIURL: f.Discord.APIURL, Commands: bot.Commands()}
}

// channelOnDiscord is a channel of the desk's there, "" if it has none.
func (d *runningDesk) channelOnDiscord(ctx context.Context) (string, error) {
	p, err := d.store.Policy(ctx)
	if err != nil {
		return "", err
	}
	for _, id := range on("discord:", p.Channels) {
		return id, nil
	}
	return "", nil
}

// membersOnDiscord are the ids of those there who are or were more than onlookers.
func (d *runningDesk) membersOnDiscord(ctx context.Context) (ids []string, err error) {
	p, err := d.store.Policy(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range p.Members { // also of those who left: something of that may be unfinished
		if len(m.Roles) > 0 {
			ids = append(ids, on("discord:", m.Identities)...)
		}
	}
	return ids, nil
}

// serve answers and delivers until the context ends, then stops in this order:
// no new requests, those in hand, the outbox.
func (d *runningDesk) serve(ctx context.Context, ln net.Listener) error {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var hearing, working sync.WaitGroup
	if n, err := d.store.Unpark(ctx); err != nil {
		d.log.Error("parked notices", "err", err)
	} else if n > 0 {
		d.log.Info("parked notices are tried again", "count", n)
	}
	if d.slack != nil {
		hearing.Go(func() { d.slack.Run(ctx) })
	}
	if d.discord != nil {
		hearing.Go(func() { d.discord.Run(ctx) })
	}
	working.Go(func() { d.box.Run(work) })
	working.Go(func() { d.schedule.Run(work) })
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
	hearing.Wait()
	cancel()
	working.Wait()
	return err
}

// happen does what is due now by the schedule, and delivers what is due.
func (d *runningDesk) happen(ctx context.Context) error {
	return errors.Join(d.schedule.Tick(ctx), d.box.Drain(ctx))
}

// followClock takes over what another process of the same desk moved.
func (d *runningDesk) followClock(ctx context.Context) {
	for sleep(ctx, 200*time.Millisecond) == nil {
		if err := d.clock.follow(ctx); err != nil && ctx.Err() == nil {
			d.log.Error("follow the clock", "err", err)
		}
	}
}
