package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/config"
	"deskbell.dev/deskbell/internal/sample"
	"deskbell.dev/deskbell/internal/slack/slacktest"
	"deskbell.dev/deskbell/store"
	"deskbell.dev/deskbell/store/pgtest"
)

// DESKBELL_TEST_MONTHS is how many months TestMonth lives; if it is not set it is
// one, in a hurry: Slack takes 50 posts a second into a channel, and the leases
// of what was killed end at once. A night's run, where all is as slow as it is:
//
//	DESKBELL_TEST_MONTHS=6 go test ./cmd/deskbell -run 'TestMonth$' -timeout 12h
const monthsVariable = "DESKBELL_TEST_MONTHS"

// monthZone has clocks that change.
const monthZone = "Europe/Berlin"

// digestChannel is where the digests stand.
const digestChannel = "C0DIGEST"

// month is a desk that lives testdata/month.txt, while it is killed or in peace.
type month struct {
	*workspace
	zone   *time.Location
	zero   time.Time // day 0, 00:00
	months int
	hurry  bool
	db     *sql.DB // the desk's, to read

	harm harm
	// target is where the clock is driven to; it has arrived so often. Whoever
	// moves it holds driving: two processes at once would take it back.
	target  atomic.Pointer[time.Time]
	arrived atomic.Int64
	driving sync.Mutex
	told    postTimes
}

// TestMonth: a month on the desk's clock tells the same, at the same desk time,
// whether nothing happens to the desk or whether its processes are killed again
// and again, also while they move the clock; on SQLite, and with three replicas
// on PostgreSQL.
func TestMonth(t *testing.T) {
	t.Parallel()
	seed := seeded(t)
	peace := newMonth(t, filepath.Join(t.TempDir(), "desk.db"))
	peace.lived(1)
	want := peace.books()
	for _, wrong := range append(want.doubles(), peace.lacks(want)...) {
		t.Errorf("in peace: %s", wrong)
	}
	for _, c := range []struct {
		name  string
		desks int
		naive bool // posts again without looking for what stands there: found out
	}{{"three replicas on postgres", 3, false}, {"sqlite", 1, false}, {"naive", 1, true}} {
		if testing.Short() && c.desks == 1 || c.naive && !peace.hurry { // once more, for the race detector; all night
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			url := filepath.Join(t.TempDir(), "desk.db")
			if c.desks > 1 {
				url = pgtest.Schema(t)
			}
			m := newMonth(t, url)
			m.harm.rng = rand.New(rand.NewPCG(seed, uint64(c.desks)))
			if c.naive {
				m.program, m.harm.cuts = "deskbell-brisk-naive", 60
			}
			m.lived(c.desks)
			got := m.books()
			wrong := append(got.doubles(), want.differ(got)...)
			if c.naive {
				if !strings.Contains(strings.Join(wrong, "\n"), "stands twice") {
					t.Errorf("no double was found, only: %q", wrong)
				}
				return
			}
			for _, w := range wrong {
				t.Error(w)
			}
		})
	}
}

// newMonth has the desk in the database at url, on the morning of day 0.
func newMonth(t *testing.T, url string) *month {
	t.Helper()
	m := &month{months: 1, hurry: true, told: postTimes{at: map[string]time.Time{}}, harm: harm{counts: map[string]int{}}}
	if text := os.Getenv(monthsVariable); text != "" {
		var err error
		if m.months, err = strconv.Atoi(text); err != nil || m.months < 1 {
			t.Fatalf("%s: %q", monthsVariable, text)
		}
		m.hurry = false
	}
	var err error
	if m.zone, err = time.LoadLocation(monthZone); err != nil {
		t.Fatal(err)
	}
	m.zero = dayZero(time.Now().In(m.zone))
	morning := m.time(0, 7*time.Hour)
	m.target.Store(&morning)
	m.workspace = openWorkspace(t, url, false, monthConfig(t), func(ctx context.Context, s *store.Store, f *config.File) error {
		if err := s.SetSetting(ctx, offsetKey, time.Until(morning).String()); err != nil {
			return err
		}
		return config.Apply(ctx, s, f, morning)
	})
	m.srv.Tolerate() // what a killed desk owes Slack, TestSlackChaos looks at
	m.srv.AddChannel(slacktest.Channel{ID: digestChannel, Name: "digest", Members: append(m.ids(), m.srv.BotUserID)})
	if m.hurry {
		m.program = "deskbell-brisk"
		for _, method := range []string{"chat.postMessage", "chat.update", "conversations.history", "conversations.replies", "conversations.open", "auth.test", "users.list"} {
			m.srv.Rate(method, 0, 0)
		}
	}
	m.db = m.workspace.open("rw")
	return m
}

// monthConfig is the sample's, with clocks that change, four on the rota, working
// hours that do not begin with the digest, and the digest in a channel of its own.
func monthConfig(t *testing.T) []byte {
	t.Helper()
	cfg := sample.Config
	for _, change := range []struct{ from, to string }{
		{"zone: UTC", "zone: " + monthZone + "\n  calendar: shop"},
		{"  calendar: office\n", ""},
		{"members: [intake, intake2]", "members: [intake, intake2, observer, sdm]"},
	} {
		if !bytes.Contains(cfg, []byte(change.from)) {
			t.Fatalf("the sample says no %q any more", change.from)
		}
		cfg = bytes.Replace(cfg, []byte(change.from), []byte(change.to), 1)
	}
	return fmt.Appendf(cfg, "calendars:\n  shop: {week: {mon-fri: [\"08:00-17:00\"]}}\ndigest: {channels: [\"slack:%s\"]}\n", digestChannel)
}

func (m *month) ids() []string {
	var ids []string
	for _, h := range m.handles {
		ids = append(ids, slackID(h))
	}
	return ids
}

// monthDays is how long a month's script is, afterwards a little of what it left
// behind.
const (
	monthDays  = 28
	afterwards = 2
)

// lived is the time from day 0 until all is quiet after the last day.
func (m *month) lived(desks int) {
	m.t.Helper()
	began := time.Now()
	for range desks {
		m.ready()
	}
	m.srv.Fault(m.watch)
	acts := m.script()
	if m.harm.cuts > 0 { // cards stand twice, and the desk hears only what is said under one
		acts = slices.DeleteFunc(acts, func(a act) bool { return strings.HasPrefix(a.what, "says ") })
	}
	m.harm.all = len(acts)
	ctx, cancel := context.WithCancel(m.t.Context())
	var breaks sync.WaitGroup
	defer breaks.Wait()
	defer cancel()
	breaks.Go(func() { m.breaks(ctx, desks) })
	for _, a := range acts {
		for _, to := range m.way(a.at) {
			m.moved(ctx, to)
		}
		m.act(ctx, a)
		m.harm.done.Add(1)
	}
	for _, to := range m.way(m.last()) {
		m.moved(ctx, to)
	}
	m.harm.done.Add(1) // nothing breaks any more
	breaks.Wait()
	// What failed is tried again after a while, and what a killed one had in hand
	// when its lease is over.
	for range 2 {
		m.moved(ctx, m.deskNow().Add(10*time.Minute))
	}
	m.t.Logf("%d days with %d acts in %s: %v", monthDays*m.months+afterwards, len(acts), time.Since(began).Round(100*time.Millisecond), m.harm.counts)
}
