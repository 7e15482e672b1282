package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/slack/slacktest"
	"deskbell.dev/deskbell/store/pgtest"
)

// DESKBELL_TEST_DAY is how long people begin new tickets in TestSlackChaos and TestDiscordChaos, 9s
// if it is not set. A night's run:
//
//	DESKBELL_TEST_DAY=10m go test ./cmd/deskbell -run 'TestSlackChaos$' -timeout 2h
//
// DESKBELL_TEST_SEED is what is drawn from, here and in TestMonth; the instants at
// which things meet are still the machine's.
const (
	dayVariable  = "DESKBELL_TEST_DAY"
	seedVariable = "DESKBELL_TEST_SEED"
)

// lanes is how many tickets are worked on at a time.
const lanes = 5

// toil is what some people do while what they rely on breaks.
type toil struct {
	length time.Duration
	cuts   int // of 60 posts that are made, so many are not answered

	mu     sync.Mutex
	rng    *rand.Rand
	tries  []try
	counts map[string]int
	hands  map[string]*sync.Mutex // a person does one thing at a time
}

func newToil(t *testing.T, handles []string) *toil {
	t.Helper()
	d := &toil{length: dayLength(t), cuts: 5, rng: rand.New(rand.NewPCG(seeded(t), 1)), counts: map[string]int{}, hands: map[string]*sync.Mutex{}}
	for _, h := range handles {
		d.hands[h] = new(sync.Mutex)
	}
	return d
}

// draw is a number below n.
func (d *toil) draw(n int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rng.IntN(n)
}

// pause lets a random time pass, as between two things that a person does, or
// until the context ends.
func (d *toil) pause(ctx context.Context, least, most time.Duration) {
	_ = sleep(ctx, least+time.Duration(d.draw(int(most-least))))
}

func (d *toil) count(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.counts[what]++
}

// day is a toil on Slack.
type day struct {
	*workspace
	*toil
	acts sync.WaitGroup
	said []string // in threads, under the toil's mu
}

// TestSlackChaos: the desk is killed and Slack goes away, again and again, while
// people work; then it grows quiet, and the books must balance.
func TestSlackChaos(t *testing.T) {
	modes := []string{"sqlite, http", "sqlite, sockets", "postgres, http", "postgres, sockets"}
	if testing.Short() { // once more, for the race detector
		modes = modes[1:3]
	}
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			url, desks := filepath.Join(t.TempDir(), "desk.db"), 1
			if strings.HasPrefix(mode, "postgres") {
				url, desks = pgtest.Schema(t), 2
			}
			d := newDay(t, url, strings.HasSuffix(mode, "sockets"))
			d.lived(desks)
			for _, wrong := range d.audit() {
				t.Error(wrong)
			}
		})
	}
}

// TestSlackChaosFinds: the same day with a desk that does not look for what it
// may have posted before; the books say so.
func TestSlackChaosFinds(t *testing.T) {
	t.Parallel()
	d := newDay(t, filepath.Join(t.TempDir(), "desk.db"), false)
	d.program, d.cuts = "deskbell-naive", 20
	d.lived(1)
	wrong := d.audit()
	if !strings.Contains(strings.Join(wrong, "\n"), "stands twice") {
		t.Errorf("no double was found, only: %q", wrong)
	}
}

// seeded is what is drawn from, said in the log.
func seeded(t *testing.T) uint64 {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv(seedVariable); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("%s: %v", seedVariable, err)
		}
	}
	t.Logf("%s=%d", seedVariable, seed)
	return seed
}

// dayLength is how long people begin new tickets.
func dayLength(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv(dayVariable)
	if text == "" {
		return 9 * time.Second
	}
	length, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("%s: %v", dayVariable, err)
	}
	return length
}

func newDay(t *testing.T, url string, sockets bool) *day {
	t.Helper()
	w := newWorkspace(t, url, sockets)
	w.srv.Tolerate() // the audit reads what was wrong itself
	return &day{workspace: w, toil: newToil(t, w.handles)}
}

// lived is the day from its first word until all is quiet.
func (d *day) lived(desks int) {
	d.t.Helper()
	for range desks {
		d.ready()
	}
	ctx, cancel := context.WithTimeout(d.t.Context(), 2*d.length+3*time.Minute) // a notice that fails four times in a row waits half a minute
	defer cancel()
	d.srv.Fault(d.fault)
	evening := time.Now().Add(d.length)
	breaking, stop := context.WithDeadline(ctx, evening)
	var breaks sync.WaitGroup
	breaks.Go(func() { d.breaks(breaking) })
	for lane := range lanes {
		d.acts.Go(func() {
			for n := 0; n == 0 || time.Now().Before(evening); n++ {
				d.count("tickets")
				d.ticket(ctx, fmt.Sprintf("Case %d-%d", lane, n), (lane+n)%2 == 0)
			}
		})
	}
	d.acts.Wait()
	stop()
	breaks.Wait()
	d.quiet(ctx)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.t.Logf("%d things done, and %v", len(d.tries), d.counts)
}

// fault is what goes wrong with about one call in twelve.
func (d *day) fault(c slacktest.Call) slacktest.Fault {
	kind, f := d.draw(60), slacktest.Fault{}
	name := ""
	switch kind {
	case 0:
		f.RetryAfter, name = time.Second, "429"
	case 1:
		f.Status, name = 503, "503"
	case 2:
		f.CutBefore, name = true, "cut before"
	case 3:
		f.CutAfter, name = true, "cut after"
	case 4:
		f.Delay, name = time.Duration(50+d.draw(850))*time.Millisecond, "delayed"
	}
	// The post itself is what may come twice.
	if c.Method == "chat.postMessage" && kind >= 60-d.cuts {
		f.CutAfter, name = true, "cut after"
	}
	if name != "" {
		d.count(name)
	}
	return f
}

// breaks kills desks and takes Slack away, at random instants.
func (d *day) breaks(ctx context.Context) {
	for {
		if d.pause(ctx, 300*time.Millisecond, 2*time.Second); ctx.Err() != nil {
			return
		}
		switch n := d.draw(6); {
		case n < 4:
			all := d.running()
			if len(all) == 0 { // it was told why
				return
			}
			p := all[d.draw(len(all))]
			if n == 3 {
				d.stop(p)
				d.count("stopped")
			} else {
				d.kill(p)
				d.count("killed")
			}
			if n == 0 {
				d.pause(ctx, 0, time.Second)
			}
			if len(all) == 1 {
				// A process that was not told to wait need not: once what the last one
				// asked is answered, nobody is told anything.
				_ = d.srv.Until(ctx, func() bool {
					return !slices.ContainsFunc(d.srv.Calls(""), func(c slacktest.Call) bool { return c.Status == 0 && !c.Cut })
				})
				d.srv.Rate("auth.test", 0, 0)
			}
			d.start()
		case n == 4:
			d.srv.Stop()
			d.pause(ctx, 100*time.Millisecond, 1200*time.Millisecond)
			d.srv.Start()
			d.count("Slack away")
		default:
			d.srv.Refresh()
		}
	}
}

// quiet ends all faults and waits until nothing is to be told any more.
func (d *day) quiet(ctx context.Context) {
	d.t.Helper()
	d.srv.Fault(nil)
	// Slack sends words again for minutes, longer than a killed desk's lease lasts.
	d.later("10m")
	for range 3 { // what Slack sends again later
		if d.sockets {
			_ = d.srv.Until(ctx, func() bool { return d.srv.Sockets() >= 2*len(d.running()) })
		}
		d.srv.RetryEvents()
		_ = d.srv.Until(ctx, func() bool {
			return !slices.ContainsFunc(d.srv.Deliveries(), func(x *slacktest.Delivery) bool {
				_, _, after := x.Acked()
				return after == 0
			})
		})
	}
	// Mail waits two minutes, and what failed waits longer each time.
	d.later("10m")
}
