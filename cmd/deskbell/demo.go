package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"time"

	"deskbell.dev/deskbell/bot"
	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/config"
	"deskbell.dev/deskbell/internal/outbox"
	"deskbell.dev/deskbell/internal/sample"
	"deskbell.dev/deskbell/internal/web"
	"deskbell.dev/deskbell/store"
)

// demoCmd is the playground: the sample desk on embedded SQLite, in a browser.
type demoCmd struct {
	Listen string `default:"127.0.0.1:8080" help:"Loopback address and port."`
	Data   string `help:"Folder to keep the desk in; a temporary one otherwise." type:"path"`
	Fresh  bool   `help:"Begin anew: what is in the data folder is removed first."`
}

// Run serves the playground until the context ends.
func (c *demoCmd) Run(g *globals) error {
	ctx := g.ctx
	f, err := demoConfig(g)
	if err != nil {
		return err
	}
	ln, err := c.listen()
	if err != nil {
		return err
	}
	defer ln.Close()
	dir, done, err := c.folder(ctx, g.log)
	if err != nil {
		return err
	}
	defer done()
	d, err := openDemo(ctx, f, dir, g.log)
	if err != nil {
		return err
	}
	defer d.close()

	srv := &http.Server{Handler: d.web.Handler(), ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) }}
	go d.box.Run(ctx)
	go d.schedule.Run(ctx)
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	fmt.Fprintf(g.out, "Deskbell's playground is ready: http://%s/\n", ln.Addr())
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	d.web.Close() // first: it ends the event streams that Shutdown would wait for
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 8*time.Second)
	defer cancel()
	return srv.Shutdown(stop)
}

// folder is where the demo keeps its data, and what to do with it at the end.
func (c *demoCmd) folder(ctx context.Context, log *slog.Logger) (string, func(), error) {
	if c.Data == "" {
		dir, err := os.MkdirTemp("", "deskbell-demo-")
		return dir, func() { os.RemoveAll(dir) }, err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return "", nil, err
	}
	if c.Fresh {
		// Not under another demo that runs on it.
		s, err := store.Open(ctx, filepath.Join(c.Data, "demo.db"), log)
		if errors.Is(err, store.ErrLocked) {
			return "", nil, err
		}
		if err == nil {
			s.Close()
		}
		if err := wipe(c.Data); err != nil {
			return "", nil, err
		}
	}
	return c.Data, func() {}, nil
}

// wipe removes the demo's data from dir: the messages first, since a new desk
// would take what they hold for said.
func wipe(dir string) error {
	for _, name := range []string{"playground.jsonl", "demo.db", "demo.db-wal", "demo.db-shm"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// listen opens the port on loopback only: the playground lets anybody act as
// anybody, so nobody else may reach it.
func (c *demoCmd) listen() (net.Listener, error) {
	host, _, err := net.SplitHostPort(c.Listen)
	ip := net.ParseIP(host)
	if err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, usageError{fmt.Sprintf("--listen %s: the playground listens on loopback only, like 127.0.0.1:8080", c.Listen)}
	}
	ln, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, usageError{fmt.Sprintf("%v; another port: --listen 127.0.0.1:8081", err)}
	}
	return ln, nil
}

// demoConfig is the sample desk's, or the file that was asked for.
func demoConfig(g *globals) (*config.File, error) {
	if g.Config != "" {
		return config.Load(g.Config, os.LookupEnv)
	}
	return config.Parse("sample desk", sample.Config)
}

// demo is the playground's desk with everything that it runs on.
type demo struct {
	store    *store.Store
	clock    *deskClock
	web      *web.Server
	box      *outbox.Outbox
	schedule *outbox.Schedule
}

func (d *demo) close() {
	d.web.Close()
	d.store.Close()
}

// openDemo opens the desk in dir and fills it when it is new. What a kill left
// of a filling is removed first; nobody could use that desk yet.
func openDemo(ctx context.Context, f *config.File, dir string, log *slog.Logger) (*demo, error) {
	d, err := wire(ctx, f, dir, log)
	if err != nil {
		return nil, err
	}
	if at, err := d.store.Setting(ctx, sampleKey); err == nil && at == "" {
		log.Info("the sample was not finished; it is begun anew", "dir", dir)
		d.close()
		if err := wipe(dir); err != nil {
			return nil, err
		}
		if d, err = wire(ctx, f, dir, log); err != nil {
			return nil, err
		}
	}
	if err := d.begin(ctx, f, d.clock.Now()); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

// wire puts store, bot, outbox and playground in dir together.
func wire(ctx context.Context, f *config.File, dir string, log *slog.Logger) (*demo, error) {
	s, err := store.Open(ctx, filepath.Join(dir, "demo.db"), log)
	if err != nil {
		return nil, err
	}
	clock, err := newClock(ctx, s)
	if err != nil {
		s.Close()
		return nil, err
	}
	d := &demo{store: s, clock: clock}
	var b *bot.Bot
	d.web, err = web.New(web.Config{Now: clock.Now, Zone: f.Desk.Zone, Dir: dir, Log: log,
		After: func(ctx context.Context) { d.drain(ctx, log) },
		Advance: func(ctx context.Context, to time.Time) (time.Time, error) {
			return clock.Advance(ctx, to, d.happen, d.schedule.NextDue)
		},
		People: func(ctx context.Context) ([]web.Person, error) { return people(ctx, b) }})
	if err != nil {
		s.Close()
		return nil, err
	}
	b = bot.New(bot.Config{Store: s, Now: clock.Now, Platforms: []chat.Platform{d.web}, Log: log,
		Send: func(ctx context.Context, key string, l bot.Letter) error {
			return d.web.SendMail(ctx, key, web.Mail{To: l.To, Subject: l.Subject, Text: l.Text, Ticket: l.Ticket, At: clock.Now()})
		}})
	d.web.SetHandler(b.Handle)
	for pattern, h := range b.Data() {
		d.web.Mount(pattern, h)
	}
	d.box = outbox.New(s, b.Carry, clock.Now, "demo", 1, log)
	d.schedule = outbox.NewSchedule(s, outbox.Duties(f.DigestAt(), f.ReportAt()), clock.Now, log)
	return d, nil
}

func (d *demo) drain(ctx context.Context, log *slog.Logger) {
	if err := d.box.Drain(ctx); err != nil {
		log.Error("outbox", "err", err)
	}
}

// happen does what is due now by the schedule, and delivers what is due.
func (d *demo) happen(ctx context.Context) error {
	return errors.Join(d.schedule.Tick(ctx), d.box.Drain(ctx))
}

// sampleKey is the setting that says when the sample was lived: "" while it is,
// ownDesk on somebody's own desk, which it never comes to.
const (
	sampleKey = "sample"
	ownDesk   = "own"
)

// begin seeds the desk from the file, and lives the sample tickets up to now on
// a new desk whose file is the sample's.
func (d *demo) begin(ctx context.Context, f *config.File, now time.Time) error {
	if err := config.Apply(ctx, d.store, f, now); err != nil {
		return err
	}
	if _, err := d.store.Setting(ctx, sampleKey); !errors.Is(err, store.ErrNotFound) {
		return errors.Join(err, d.box.Drain(ctx))
	}
	own, err := d.isOwn(ctx, f)
	if err != nil {
		return err
	}
	if own {
		return errors.Join(d.store.SetSetting(ctx, sampleKey, ownDesk), d.box.Drain(ctx))
	}
	if err := d.store.SetSetting(ctx, sampleKey, ""); err != nil {
		return err
	}
	defer d.clock.stand(time.Time{})
	if err := sample.Fill(ctx, d.store, now, sample.Clock{At: d.at, Today: d.web.AllSeen}); err != nil {
		return err
	}
	return d.store.SetSetting(ctx, sampleKey, now.UTC().Format(time.RFC3339))
}

// isOwn: the desk is of another file than the sample's, or was worked on.
func (d *demo) isOwn(ctx context.Context, f *config.File) (bool, error) {
	of, err := config.Parse("sample desk", sample.Config)
	if err != nil || !reflect.DeepEqual(f, of) {
		return true, err
	}
	_, noTicket := d.store.Ticket(ctx, 1)
	_, noRequest := d.store.Handed(ctx, 1)
	for _, err := range []error{noTicket, noRequest} {
		if !errors.Is(err, store.ErrNotFound) {
			return true, err
		}
	}
	return false, nil
}

// at stands the clock at an instant and carries out what is due.
func (d *demo) at(ctx context.Context, t time.Time) error {
	d.clock.stand(t)
	return d.box.Drain(ctx)
}

func people(ctx context.Context, b *bot.Bot) ([]web.Person, error) {
	ms, err := b.People(ctx)
	var out []web.Person
	for _, m := range ms {
		out = append(out, web.Person{User: chat.User{ID: m.Handle, Handle: m.Handle, Name: m.Name}, Roles: m.Roles})
	}
	return out, err
}
