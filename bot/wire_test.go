package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"deskbell.dev/deskbell/bot"
	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/config"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/outbox"
	"deskbell.dev/deskbell/internal/sample"
	"deskbell.dev/deskbell/store"
)

// wire is a chat platform in memory, on a bad line. It finds a message by its
// key only when it is told that there was a try before.
type wire struct {
	name string
	mu   sync.Mutex
	said []*said
	// before is asked before each post and edit, after only after each post, with
	// the channel or person and the key, "" of an edit. What they return, the
	// caller is told; after before's, nothing happens.
	before, after func(where, key string) error
}

type said struct {
	where, thread, key string
	m                  chat.Message
}

var (
	errLine = errors.New("the line was cut")
	errKill = errors.New("killed")
)

func (w *wire) Name() string        { return w.name }
func (w *wire) Limits() chat.Limits { return chat.Limits{} }

func where(at chat.Place) string {
	if at.User != "" {
		return at.User
	}
	return at.Channel
}

func (w *wire) Post(_ context.Context, at chat.Place, m chat.Message, key string, tried time.Time) (chat.MessageRef, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.before != nil {
		if err := w.before(where(at), key); err != nil {
			return chat.MessageRef{}, err
		}
	}
	for i, s := range w.said {
		if s.key == key && !tried.IsZero() {
			return chat.MessageRef{Place: at, ID: fmt.Sprint(i)}, nil
		}
	}
	w.said = append(w.said, &said{where(at), at.Thread, key, m})
	if w.after != nil {
		if err := w.after(where(at), key); err != nil {
			return chat.MessageRef{}, err
		}
	}
	return chat.MessageRef{Place: at, ID: fmt.Sprint(len(w.said) - 1)}, nil
}

func (w *wire) Edit(_ context.Context, ref chat.MessageRef, m chat.Message) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.before != nil {
		if err := w.before(where(ref.Place), ""); err != nil {
			return err
		}
	}
	var n int
	if _, err := fmt.Sscan(ref.ID, &n); err != nil || n >= len(w.said) {
		return chat.ErrGone
	}
	w.said[n].m = m
	return nil
}

func (w *wire) Find(context.Context, string) (chat.User, error) {
	return chat.User{}, chat.ErrUnknown
}

func (w *wire) Channel(_ context.Context, name string) (string, error) { return name, nil }

// in are the messages in a channel or with a person, in order.
func (w *wire) in(where string) (ms []*said) {
	for _, s := range w.said {
		if s.where == where {
			ms = append(ms, s)
		}
	}
	return ms
}

// with is the message with the key, nil if there is none.
func (w *wire) with(key string) *said {
	for _, s := range w.said {
		if s.key == key {
			return s
		}
	}
	return nil
}

// twice are the keys that stand there more than once.
func (w *wire) twice() (keys []string) {
	n := map[string]int{}
	for _, s := range w.said {
		if n[s.key]++; n[s.key] == 2 {
			keys = append(keys, s.key)
		}
	}
	return keys
}

// wired is the sample's desk on such platforms, which can be killed.
type wired struct {
	t     testing.TB
	path  string
	wires []*wire
	now   time.Time
	store *store.Store
	bot   *bot.Bot
	box   *outbox.Outbox
}

// openWired is one whose file is there already.
func openWired(t testing.TB, path string, names ...string) *wired {
	w := &wired{t: t, path: path, now: monday}
	for _, name := range names {
		w.wires = append(w.wires, &wire{name: name})
	}
	w.start()
	t.Cleanup(func() { w.store.Close() })
	return w
}

func newWired(t testing.TB, path string, names ...string) *wired {
	w := openWired(t, path, names...)
	w.ok(sample.OnDuty(context.Background(), w.store, w.now))
	for _, name := range names[1:] {
		_, err := w.store.DoDesk(context.Background(), store.DeskRequest{By: desk.By(w.member("admin")), At: w.now, Do: desk.ChannelSet{Channel: name + ":desk"}})
		w.ok(err)
	}
	return w
}

func (w *wired) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// start begins a process on what the last one left.
func (w *wired) start() {
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(context.Background(), w.path, log)
	w.ok(err)
	f, err := config.Parse("desk.yaml", sample.Config)
	w.ok(err)
	f.SLA.Goals = nil // what is told of goals would be told in all these weeks
	w.ok(config.Apply(context.Background(), s, f, w.now))
	var ps []chat.Platform
	for _, p := range w.wires {
		ps = append(ps, p)
	}
	clock := func() time.Time { return w.now }
	w.store, w.bot = s, bot.New(bot.Config{Store: s, Now: clock, Platforms: ps, Log: log})
	w.box = outbox.New(s, w.bot.Carry, clock, "wired", 1, log)
}

// closed ends the process in order and is its file.
func (w *wired) closed() string {
	w.ok(w.store.Close())
	return w.path
}

// kill is what after or before returns for the process to end there: nothing
// more is written.
func (w *wired) kill() error {
	w.store.Close()
	return errKill
}

func (w *wired) member(handle string) desk.MemberID {
	p, err := w.store.Policy(context.Background())
	w.ok(err)
	m, ok := p.MemberWith("web:" + handle)
	if !ok {
		w.t.Fatalf("no %s", handle)
	}
	return m.ID
}

func (w *wired) do(who string, n desk.TicketID, c desk.Command) desk.Ticket {
	w.t.Helper()
	out, err := w.store.Do(context.Background(), desk.Request{Ticket: n, By: desk.By(w.member(who)), At: w.now, Do: c})
	w.ok(err)
	return out.Ticket
}

// opened is a ticket that is ready but for its priority.
func (w *wired) opened() desk.Ticket {
	w.t.Helper()
	p, err := w.store.Policy(context.Background())
	w.ok(err)
	open := desk.Open{Summary: "No paper", Description: "Floor 2"}
	for id, c := range p.Clients {
		if c.Name == "Acme Dental" {
			open.Client, open.Contact = id, c.Contacts[0].ID
		}
	}
	t := w.do("intake", 0, open)
	return w.do("intake", t.Number, desk.Categorize{Category: desk.Category{Type: "Hardware", Subtype: "Printer", Item: "Jam"}})
}

// drain carries out what is due; after a kill the next process does.
func (w *wired) drain() {
	w.t.Helper()
	for range 50 {
		err := w.box.Drain(context.Background())
		if err == nil {
			return
		}
		if !errors.Is(err, store.ErrClosed) {
			w.t.Fatal(err)
		}
		w.now = w.now.Add(time.Minute)
		w.start()
		// The dead one's lease ends with real time; nobody waits for that here.
		due, err := w.store.Claim(context.Background(), "nobody", w.now, time.Now().Add(time.Hour), 0, 100)
		w.ok(err)
		for _, d := range due {
			w.ok(w.store.Retry(context.Background(), d.ID, "nobody", w.now, "killed"))
		}
	}
	w.t.Fatal("it never ends")
}

// settle goes on until nothing is left that waits for its time or another try.
func (w *wired) settle() {
	w.t.Helper()
	for range 200 {
		w.drain()
		due, pending, err := w.store.NextDue(context.Background())
		w.ok(err)
		if !pending {
			return
		}
		w.now = due
	}
	w.t.Fatal("it never settles")
}

// breaks has the line fail and the process die as planned: a number for each
// post and edit, before and after it, that is small where something happens.
func (w *wired) breaks(plan []int) {
	fault := func(may ...error) func(string, string) error {
		return func(string, string) (err error) {
			if len(plan) == 0 {
				return nil
			}
			if plan[0] < len(may) {
				err = may[plan[0]]
			}
			if plan = plan[1:]; errors.Is(err, errKill) {
				return w.kill()
			}
			return err
		}
	}
	for _, wire := range w.wires {
		wire.before = fault(errKill, errLine, &chat.Wait{For: time.Minute})
		wire.after = fault(errKill, chat.ErrUnsure)
	}
}
