package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/outbox"
	"deskbell.dev/deskbell/store"
)

// life is a ticket's, told on all platforms; between is called where others
// might find time to carry things out.
func (w *wired) life(between func()) {
	n := w.opened().Number
	between()
	w.do("srm", n, desk.Prioritize{Priority: "urgent"})
	between()
	w.do("tech", n, desk.Start{})
	between()
	w.settle()
}

// However the line fails and the process dies: each message stands there once,
// and what is kept up to date shows in the end what it shows on a good line.
func TestBadLine(t *testing.T) {
	checks := flag.Lookup("rapid.checks").Value
	defer checks.Set(checks.String())
	if err := checks.Set("30"); err != nil { // each is some hundred writes to the disk
		t.Fatal(err)
	}
	dir, run := t.TempDir(), 0
	good := newWired(t, filepath.Join(dir, "good.db"), "web", "other")
	seed, err := os.ReadFile(good.closed())
	good.ok(err)
	good.start()
	good.life(good.drain)
	rapid.Check(t, func(rt *rapid.T) {
		run++
		path := filepath.Join(dir, fmt.Sprint(run, ".db"))
		good.ok(os.WriteFile(path, seed, 0o600))
		w := openWired(t, path, "web", "other")
		defer func() { os.Remove(w.closed()) }()
		// Drawn before, since the outbox carries out in goroutines of its own.
		plan := rapid.SliceOfN(rapid.IntRange(0, 5), 0, 60).Draw(rt, "faults")
		w.breaks(plan)
		drained := rapid.SliceOfN(rapid.Bool(), 3, 3).Draw(rt, "drained")
		w.life(func() {
			if drained[0] {
				w.drain()
			}
			drained = drained[1:]
		})
		for i, wire := range w.wires {
			if keys := wire.twice(); len(keys) > 0 {
				rt.Errorf("posted twice on %s: %q", wire.name, keys)
			}
			for _, s := range wire.said {
				if want := good.wires[i].with(s.key); asks(s.m) || strings.HasPrefix(s.key, "card/") && flat(s.m) != flat(want.m) {
					rt.Errorf("%s shows in the end %q, on a good line %q", s.key, flat(s.m), flat(want.m))
				}
			}
			if wire.with("card/1/"+wire.name+":desk") == nil {
				rt.Errorf("no card on %s", wire.name)
			}
		}
		if left, err := w.store.Undelivered(context.Background()); err != nil || len(left) > 0 {
			rt.Errorf("left %v %v", left, err)
		}
	})
}

// asks: it calls for what is done at the end of the life.
func asks(m chat.Message) bool {
	s := flat(m)
	return strings.Contains(s, "Who takes it?") || strings.Contains(strings.ToLower(s), "yours to prioritize") || s == left
}

// left is what a message says that the test puts there.
const left = "as it was when the process died"

// A message that stands there without our having kept it, since the process
// died between the two, shows the present at once and not the past, also when
// by now it would not be posted any more.
func TestLeftBehind(t *testing.T) {
	good := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web")
	good.life(good.drain)
	kinds := map[string]int{}
	for _, s := range good.wires[0].said {
		if strings.Contains(s.key, "/copy/") {
			continue // said once and left as it is
		}
		for _, drained := range []bool{false, true} {
			w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web")
			place := chat.Place{Channel: s.where}
			if s.where != "desk" {
				place = chat.Place{User: s.where}
			}
			ref, err := w.wires[0].Post(t.Context(), place, chat.Message{Text: chat.Say(left)}, s.key, time.Time{})
			w.ok(err)
			_, _, err = w.store.BeginPost(t.Context(), "web/"+s.key, time.Now())
			w.ok(err)
			where, err := json.Marshal(ref.Place)
			w.ok(err)
			w.ok(w.store.EndPost(t.Context(), "web/"+s.key, string(where), ref.ID))
			w.life(func() {
				if drained {
					w.drain()
				}
			})
			if got := w.wires[0].with(s.key); asks(got.m) || len(w.wires[0].twice()) > 0 {
				t.Errorf("%s says %q; twice %q", s.key, flat(got.m), w.wires[0].twice())
			}
		}
		kinds[s.where]++
	}
	if d := cmp.Diff(map[string]int{"desk": 2, "srm": 1}, kinds); d != "" { // card, call, prompt
		t.Error(d)
	}
}

var since = regexp.MustCompile(`since \w+ \d+ \w+ [\d:]+`)

// flat is a message as one line, without what depends on when it was drawn.
func flat(m chat.Message) string {
	s := m.Text.Flat(nil)
	if c := m.Card; c != nil {
		s += " # " + c.Title.Flat(nil) + " " + c.Text.Flat(nil)
		for _, a := range c.Actions {
			s += " [" + a.Label + "]"
		}
	}
	return since.ReplaceAllString(s, "since")
}

// What is about no ticket is said once too, in each channel that it is for,
// though the line is cut after it was said.
func TestNewsOnBadLine(t *testing.T) {
	w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web", "other")
	w.settle()
	said := []int{len(w.wires[0].said), len(w.wires[1].said)}
	for _, wire := range w.wires {
		cut := 2
		wire.after = func(string, string) error {
			if cut--; cut >= 0 {
				return chat.ErrUnsure
			}
			return nil
		}
	}
	_, err := w.store.Enqueue(t.Context(), desk.Notice{Key: "swap/web/1/9", Kind: desk.Post, Place: "channel", What: fmt.Sprintf("swap/2026-03-16/%d", w.member("intake2")), Due: w.now})
	w.ok(err)
	w.settle()
	for i, wire := range w.wires {
		if keys := wire.twice(); len(keys) > 0 || len(wire.said) != said[i]+1 {
			t.Errorf("%s: %d messages more, twice %q", wire.name, len(wire.said)-said[i], keys)
		}
	}
}

// One channel's trouble keeps no news from another, posts nothing twice, and
// each admin hears of it once a day, with the way on.
func TestTroubleInOneChannel(t *testing.T) {
	w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web", "other")
	web, other := w.wires[0], w.wires[1]
	thrownOut := func(string, string) error {
		return fmt.Errorf("other: %w", &chat.Trouble{Cause: "not_in_channel", Where: "C1", Fix: "Invite it with /invite."})
	}
	other.before = thrownOut
	n := w.opened().Number
	w.settle()
	w.do("srm", n, desk.Prioritize{Priority: "normal"})
	w.settle()
	if ms := web.in("desk"); len(ms) != 1 || !strings.Contains(flat(ms[0].m), "Normal") {
		t.Errorf("the other channel shows %d messages, %q", len(ms), flat(ms[0].m))
	}
	ms := web.in("admin")
	if len(ms) != 1 {
		t.Fatalf("the admin was told %d times", len(ms))
	}
	want := "Something keeps Deskbell from working on other in C1: not_in_channel. Invite it with /invite. Nothing is lost: 1 message waits. #   [Try again]"
	if d := cmp.Diff(want, flat(ms[0].m)); d != "" {
		t.Error(d)
	}
	press := func(who string) string {
		r := w.bot.Handle(t.Context(), chat.Interaction{Platform: "web", Kind: chat.Press, From: chat.User{ID: who}, Token: ms[0].m.Card.Actions[0].Token})
		return r.Message.Text.Flat(nil)
	}
	if got := press("tech"); !strings.HasPrefix(got, "Admins have this tried again.") {
		t.Errorf("tech is told %q", got)
	}
	other.before = nil
	if got := press("admin"); got != "1 message is tried again now." {
		t.Errorf("the admin is told %q", got)
	}
	w.settle()
	if ms := other.in("desk"); len(ms) != 1 || !strings.Contains(flat(ms[0].m), "Normal") {
		t.Errorf("mended, the channel shows %d messages", len(ms))
	}
	if got := press("admin"); got != "Nothing waits any more." {
		t.Errorf("pressed again: %q", got)
	}
	// The next day it is told anew.
	other.before, w.now = thrownOut, w.now.Add(24*time.Hour)
	w.do("tech", n, desk.Start{})
	w.settle()
	if n := len(web.in("admin")); n != 2 {
		t.Errorf("told %d times in two days", n)
	}
}

// What a platform's errors mean for a notice, and that an alarm alarms nobody.
func TestErrorsOfAPlatform(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		left map[string]int
	}{
		{"nothing", nil, nil},
		{"gone", fmt.Errorf("x: %w", chat.ErrGone), nil}, // nobody is there to read it
		{"trouble", fmt.Errorf("x: %w", &chat.Trouble{Cause: "token_revoked", Fix: "Install it anew"}), map[string]int{"parked": 2}}, // and the alarm
		{"never", fmt.Errorf("x: %w", chat.ErrNever), map[string]int{"dead": 2}},                                                     // and the alarm
		{"unsure", fmt.Errorf("x: %w", chat.ErrUnsure), map[string]int{"pending": 1}},
		{"cut", errLine, map[string]int{"pending": 1}},
		{"wait", fmt.Errorf("x: %w", &chat.Wait{For: 7 * time.Second}), map[string]int{"pending": 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web")
			admin := desk.Notice{Key: "k", Kind: desk.Post, Place: fmt.Sprintf("member:%d", w.member("tech")), What: "handed/1", Due: w.now}
			_, err := w.store.Hand(t.Context(), store.HandRequest{By: desk.By(w.member("intake")), At: w.now, Text: "hello"})
			w.ok(err)
			w.drain()
			w.wires[0].before = func(string, string) error { return c.err }
			_, err = w.store.Enqueue(t.Context(), admin)
			w.ok(err)
			for range 3 { // the alarm's own trouble is due after it
				w.drain()
			}
			left, err := w.store.Undelivered(t.Context())
			w.ok(err)
			if c.left == nil {
				c.left = map[string]int{}
			}
			if d := cmp.Diff(c.left, left); d != "" {
				t.Error(d)
			}
			if due, ok, err := w.store.NextDue(t.Context()); c.name == "wait" && (err != nil || !ok || due.Sub(w.now) != 7*time.Second) {
				t.Errorf("it comes again after %s (%v)", due.Sub(w.now), err)
			}
			// A first try that failed for sure is forgotten, an unsure one not.
			_, there, err := w.store.Post(t.Context(), "web/k")
			w.ok(err)
			if want := c.err == nil || errors.Is(c.err, chat.ErrUnsure); there != want {
				t.Errorf("in the ledger: %v, want %v", there, want)
			}
		})
	}
}

// A later try that cannot even look says nothing of the first, whose end is not
// known.
func TestUnsureStaysUnsure(t *testing.T) {
	w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web")
	web := w.wires[0]
	w.opened()
	web.after = func(_, key string) error { web.after = nil; return chat.ErrUnsure }
	w.drain()
	web.before = func(string, string) error { return &chat.Wait{For: time.Minute} }
	w.now = w.now.Add(time.Hour)
	w.drain()
	web.before = nil
	w.settle()
	if keys := web.twice(); len(keys) > 0 || len(web.in("desk")) != 1 {
		t.Errorf("posted twice: %q", keys)
	}
}

// Many workers at once, while people go on: the same as one after another.
func TestManyWorkers(t *testing.T) {
	w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web", "other")
	w.box = outbox.New(w.store, w.bot.Carry, func() time.Time { return monday }, "many", 8, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { w.box.Run(ctx); close(ended) }()
	var ns []desk.TicketID
	for range 8 {
		ns = append(ns, w.opened().Number)
		w.box.Wake()
	}
	for i, n := range ns {
		w.do("srm", n, desk.Prioritize{Priority: []desk.PriorityKey{"urgent", "normal"}[i%2]})
		w.box.Wake()
		w.do([]string{"tech", "tech2"}[i%2], n, desk.Start{})
	}
	w.ok(w.box.Drain(t.Context()))
	stop()
	<-ended
	for _, wire := range w.wires {
		if keys := wire.twice(); len(keys) > 0 {
			t.Errorf("posted twice on %s: %q", wire.name, keys)
		}
		for _, s := range wire.said {
			if asks(s.m) {
				t.Errorf("%s asks in the end: %q", s.key, flat(s.m))
			}
		}
		for _, n := range ns {
			if c := wire.with(fmt.Sprintf("card/%d/%s:desk", n, wire.name)); c == nil || !strings.Contains(flat(c.m), "In progress") {
				t.Errorf("%s on %s: %+v", n, wire.name, c)
			}
		}
	}
}

// Words under a card that stands there without the desk's knowing it are not
// lost: they are to come again until it knows, and are then that ticket's.
func TestWordsUnderUnknownCard(t *testing.T) {
	w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web")
	w.wires[0].after = func(_, key string) error {
		if strings.HasPrefix(key, "card/") {
			return chat.ErrUnsure
		}
		return nil
	}
	w.opened()
	w.drain()
	under := func(channel, thread string) chat.Reply {
		at := chat.Place{Channel: channel, Thread: thread}
		return w.bot.Handle(t.Context(), chat.Interaction{Platform: "web", Key: "said", Kind: chat.Said, From: chat.User{ID: "tech"}, Text: "It is the fuser",
			Place: at, Message: chat.MessageRef{Place: at, ID: "9.1"}})
	}
	for i, s := range w.wires[0].said {
		if s.key != "card/1/web:desk" {
			continue
		}
		if r := under("desk", fmt.Sprint(i)); !r.Again || r.Message != nil {
			t.Errorf("the answer is %+v, want it to come again", r)
		}
		if r := under("another", fmt.Sprint(i)); r.Again {
			t.Error("words where no cards stand are to come again")
		}
		w.wires[0].after = nil
		w.settle()
		if r := under("desk", fmt.Sprint(i)); r.Again || r.Message != nil {
			t.Errorf("the answer is %+v, want silence", r)
		}
		es, err := w.store.Events(t.Context(), 1)
		w.ok(err)
		if _, is := es[len(es)-1].What.(desk.Noted); !is {
			t.Errorf("the last event is %T, want the note", es[len(es)-1].What)
		}
		return
	}
	t.Error("no card was posted")
}
