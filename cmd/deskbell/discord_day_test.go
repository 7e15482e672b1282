package main

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/discord/discordtest"
	"deskbell.dev/deskbell/store/pgtest"
)

// discordDay is a toil on Discord.
type discordDay struct {
	*guild
	*toil
	away bool // Discord is, under the toil's mu
}

// TestDiscordChaos: the desk is killed, the gateway fails in every way and Discord
// goes away, again and again, while people work; then it grows quiet, and the books
// must balance.
func TestDiscordChaos(t *testing.T) {
	modes := []string{"sqlite, http", "sqlite, gateway", "postgres, http", "postgres, gateway"}
	if testing.Short() { // once more, for the race detector
		modes = modes[1:2]
	}
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			url, desks := filepath.Join(t.TempDir(), "desk.db"), 1
			if strings.HasPrefix(mode, "postgres") {
				url, desks = pgtest.Schema(t), 2
			}
			d := newDiscordDay(t, url, strings.HasSuffix(mode, "gateway"))
			d.lived(desks)
			for _, wrong := range d.audit() {
				t.Error(wrong)
			}
		})
	}
}

// TestDiscordChaosFinds: the same day with a desk that does not look for what it may
// have posted before, on a Discord that forgets nonces; the books say so.
func TestDiscordChaosFinds(t *testing.T) {
	t.Parallel()
	d := newDiscordDay(t, filepath.Join(t.TempDir(), "desk.db"), false)
	d.program, d.cuts = "deskbell-naive", 20
	d.srv.Forgetful()
	d.lived(1)
	if wrong := d.audit(); !strings.Contains(strings.Join(wrong, "\n"), "stands twice") {
		t.Errorf("no double was found, only: %q", wrong)
	}
}

func newDiscordDay(t *testing.T, url string, gateway bool) *discordDay {
	t.Helper()
	g := newGuild(t, url, gateway)
	g.srv.Beat(2 * time.Second)
	return &discordDay{guild: g, toil: newToil(t, g.handles)}
}

// lived is the day from its first word until all is quiet.
func (d *discordDay) lived(desks int) {
	d.t.Helper()
	for range desks {
		d.ready()
	}
	ctx, cancel := context.WithTimeout(d.t.Context(), 2*d.length+3*time.Minute)
	defer cancel()
	d.srv.Answer(d.fault)
	evening := time.Now().Add(d.length)
	breaking, stop := context.WithDeadline(ctx, evening)
	var breaks, acts sync.WaitGroup
	breaks.Go(func() { d.breaks(breaking) })
	for lane := range lanes {
		acts.Go(func() {
			for n := 0; n == 0 || time.Now().Before(evening); n++ {
				d.count("tickets")
				d.ticket(ctx, fmt.Sprintf("Case %d-%d", lane, n))
			}
		})
	}
	acts.Wait()
	stop()
	breaks.Wait()
	d.srv.Answer(nil)
	// What failed waits longer each time, and what a killed desk had in hand for its
	// lease.
	for range 3 {
		d.later("10m")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.t.Logf("%d things done, and %v", len(d.tries), d.counts)
}

// fault is what goes wrong with about one call in twelve.
func (d *discordDay) fault(method, path string) int {
	d.mu.Lock()
	away := d.away
	d.mu.Unlock()
	if away {
		return discordtest.CutBefore
	}
	kind := d.draw(60)
	what := map[int]int{0: http.StatusTooManyRequests, 1: http.StatusServiceUnavailable, 2: discordtest.CutBefore, 3: discordtest.CutAfter}[kind]
	// The post itself is what may come twice.
	if method == "POST" && strings.HasSuffix(path, "/messages") && kind >= 60-d.cuts {
		what = discordtest.CutAfter
	}
	if what == http.StatusTooManyRequests && strings.Contains(path, "/callback") {
		what = discordtest.CutAfter // those have no limit
	}
	if what != 0 {
		d.count(fmt.Sprint("fault ", what))
	}
	return what
}

// breaks kills desks and has the gateway fail, at random instants.
func (d *discordDay) breaks(ctx context.Context) {
	for {
		if d.pause(ctx, 300*time.Millisecond, 2*time.Second); ctx.Err() != nil {
			return
		}
		switch n := d.draw(9); {
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
			d.start()
		case n == 4:
			d.setAway(true)
			d.srv.Drop(0)
			d.pause(ctx, 100*time.Millisecond, 1200*time.Millisecond)
			d.setAway(false)
			d.count("Discord away")
		case !d.gateway:
		case n == 5:
			d.srv.Ask(7, nil)
			d.count("asked to reconnect")
		case n == 6:
			d.srv.Ask(9, d.draw(2) == 0)
			d.count("session invalid")
		case n == 7:
			d.srv.Deaf(true)
			d.pause(ctx, 100*time.Millisecond, 3*time.Second)
			d.srv.Deaf(false)
			d.count("gateway silent")
		default:
			d.srv.Drop([]int{0, 1012, 4000, 4007, 4009}[d.draw(5)])
			d.count("line ended")
		}
	}
}

func (d *discordDay) setAway(on bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.away = on
}

// audit compares what people did and were told, what Discord shows and what the desk
// has saved. It says what does not fit.
func (d *discordDay) audit() []string {
	l := &ledger{db: d.books()}
	known := map[string]bool{}
	for _, id := range d.srv.Deeds() {
		known["discord/"+id], known["discord/form/"+id] = true, true
	}
	l.deeds("discord", d.tries, known)
	for n, saw := range l.tickets(d.counts["tickets"]) {
		cards := d.cards("T-" + n)
		if len(cards) != 1 {
			l.no("T-%s has %d cards", n, len(cards))
			continue
		}
		if want := saw.status + " · " + saw.priority; !strings.Contains(d.text(cards[0]), want) {
			l.no("T-%s's card does not say %q: %q", n, want, d.text(cards[0]))
		}
	}
	l.delivered()
	stands := map[int]int{} // by the mark of its key
	for _, m := range d.srv.All() {
		if len(m.Components) > 0 && m.Components[0].ID > 0 {
			if stands[m.Components[0].ID]++; stands[m.Components[0].ID] == 2 {
				l.no("%q stands twice", d.text(m))
			}
		}
	}
	return l.wrong
}
