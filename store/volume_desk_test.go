package store_test

import (
	"fmt"
	"iter"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
	"deskbell.dev/deskbell/store/storetest"
)

// volume is a desk as large as one comes to be, for the benchmarks: tickets that
// came evenly until Monday, with some eight events each. Every fifth of the last
// ten weeks is still open, so that these are the same however many came before.
type volume struct{ tickets, open int }

const (
	openEvery, openWithin = 5, 70 * 24 * time.Hour
	closedWithin          = 72 * time.Hour
)

// usual is how long a normal ticket may take.
const usual = 200 * time.Hour

// promises is the suite's desk with goals that among tickets of ten weeks some
// have met, some are about to miss and some have missed.
func promises(resolve time.Duration) desk.Policy {
	p := storetest.Policy()
	p.SLA.Goals = map[string]map[desk.PriorityKey]desk.Goals{"gold": {
		"urgent": {Respond: time.Hour, Plan: 2 * time.Hour, Resolve: 8 * time.Hour},
		"normal": {Respond: 4 * time.Hour, Plan: 40 * time.Hour, Resolve: resolve},
	}}
	return p
}

// load makes the desk in a folder of the test, and returns its path.
func (v volume) load(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "desk.db")
	s, err := store.Open(t.Context(), path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := storetest.Seed(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		if _, err := s.Hand(t.Context(), store.HandRequest{By: desk.By(tess), At: storetest.Monday, Text: desk.Text(fmt.Sprintf("Ruth wants mouse %d", i))}); err != nil {
			t.Fatal(err)
		}
	}
	s.Configure(promises(usual))
	p, err := s.Policy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := store.BulkLoad(path, p, storetest.Monday, v.histories(p)); err != nil {
		t.Fatal(err)
	}
	return path
}

func openVolume(b testing.TB, path string) *store.Store {
	s := openAt(b, path)
	s.Configure(promises(usual))
	return s
}

// histories are those of all tickets, by number. What is open was decided as it
// came; what is closed copies one that was.
func (v volume) histories(p *desk.Policy) iter.Seq2[[]desk.Event, error] {
	return func(yield func([]desk.Event, error) bool) {
		var closed [][]desk.Event
		for _, life := range closedLives {
			es, err := live(p, 1, life, storetest.Monday.AddDate(0, 0, -14), closedWithin)
			if err != nil {
				yield(nil, err)
				return
			}
			closed = append(closed, es)
		}
		apart := (openWithin / time.Duration(openEvery*v.open)).Truncate(time.Microsecond)
		for left := v.tickets - 1; left >= 0; left-- {
			n, age := desk.TicketID(v.tickets-left), apart*time.Duration(left+1)
			var events []desk.Event
			var err error
			if i := left / openEvery; left%openEvery == 0 && i < v.open {
				life := slices.Concat(openLives[i%len(openLives)], []step{{0, desk.Timer{Name: desk.TimerSLA}}})
				events, err = live(p, n, life, storetest.Monday.Add(-age), age)
			} else {
				events = copied(closed[left%len(closed)], n, storetest.Monday.Add(-age-closedWithin))
			}
			if !yield(events, err) {
				return
			}
		}
	}
}

// live is the history of a ticket that lived so from its entry on, for so long:
// more and more slowly, as they do.
func live(p *desk.Policy, n desk.TicketID, life []step, entered time.Time, long time.Duration) ([]desk.Event, error) {
	var t desk.Ticket
	var all []desk.Event
	for i, s := range life {
		part := float64(i) / float64(len(life)-1)
		at := entered.Add(time.Duration(part * part * part * float64(long))).Truncate(time.Microsecond)
		r := desk.Request{Ticket: t.Number, By: desk.By(s.by), At: at, Do: s.do, Facts: desk.Facts{Number: n}}
		if s.by == 0 {
			r.By = desk.TheClock
		}
		events, err := desk.Decide(p, t, r)
		if err != nil {
			return nil, fmt.Errorf("%s in %s, at %s: %w", s.do.Verb(), t.Status, at, err)
		}
		for _, e := range events {
			t = t.Apply(e)
		}
		all = append(all, events...)
	}
	return all, nil
}

// copied is the history as another ticket's, which entered at another time.
func copied(events []desk.Event, n desk.TicketID, entered time.Time) []desk.Event {
	later := entered.Sub(events[0].At)
	var t desk.Ticket
	es := make([]desk.Event, len(events))
	for i, e := range events {
		e.Ticket, e.At = n, e.At.Add(later)
		switch f := e.What.(type) {
		case desk.Opened:
			f.Entered = f.Entered.Add(later)
			e.What = f
		case desk.Prioritized:
			f.Expected = time.Time{}
			e.What = f
		case desk.Decided:
			f.Was.Since, f.Was.Rank = t.Since, t.Rank
			e.What = f
		}
		t, es[i] = t.Apply(e), e
	}
	return es
}
