package store_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/outbox"
	"deskbell.dev/deskbell/store"
	"deskbell.dev/deskbell/store/storetest"
)

// BenchmarkRemeasure gives a desk with 20,000 open tickets 150 commands a second
// while all open tickets are measured anew, by shorter promises each round, with
// the alarms that come of it; every other second the measuring stands still. The
// goal: p99-ratio, of a round's commands beside it to those undisturbed, the median
// of the rounds, ≤ 3. Times count from when a command was to be sent. It takes four
// minutes.
func BenchmarkRemeasure(b *testing.B) {
	const rounds, turn = 3, time.Second
	w := newWorkday(b, openVolume(b, volume{100_000, 20_000}.load(b)))
	var alone, beside, ratios, took []float64
	for b.Loop() {
		w.serve(b.Context(), turn) // the first are slower
		for range rounds {
			var q, d []float64
			measuring, start := w.shorten(), time.Now()
			for measuring.Err() == nil {
				w.still.Lock()
				q = append(q, w.serve(b.Context(), turn)...)
				w.still.Unlock()
				d = append(d, w.serve(measuring, turn)...)
			}
			alone, beside, ratios = append(alone, p99(q)), append(beside, p99(d)), append(ratios, p99(d)/p99(q))
			took = append(took, time.Since(start).Seconds()*float64(len(d))/float64(len(q)+len(d)))
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(1000*median(alone), "p99-ms-undisturbed")
	b.ReportMetric(1000*median(beside), "p99-ms-beside")
	b.ReportMetric(median(ratios), "p99-ratio")
	b.ReportMetric(median(took), "s/run")
}

func p99(of []float64) float64 {
	s := slices.Sorted(slices.Values(of))
	return s[len(s)*99/100]
}

// workday is a desk at work: people's commands, and an outbox whose messages reach
// everybody at once.
type workday struct {
	testing.TB
	s       *store.Store
	box     *outbox.Outbox
	began   time.Time
	tickets []desk.TicketID // those that people work on, which wait in the queue
	turns   map[desk.TicketID]int
	sent    int
	goal    time.Duration
	over    context.CancelFunc // of the run of measuring anew
	still   sync.Mutex         // held while it is to stand still
}

func newWorkday(b testing.TB, s *store.Store) *workday {
	w := &workday{TB: b, s: s, began: time.Now(), turns: map[desk.TicketID]int{}, goal: usual, over: func() {}}
	queue, err := s.List(b.Context(), store.Query{Kind: store.Queue, Limit: 1000})
	if err != nil {
		b.Fatal(err)
	}
	for _, t := range queue.Tickets {
		w.tickets = append(w.tickets, t.Number)
	}
	w.box = outbox.New(s, w.carry, w.now, "bench", 4, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(b.Context())
	var running sync.WaitGroup
	running.Go(func() { w.box.Run(ctx) })
	b.Cleanup(func() { stop(); running.Wait() })
	return w
}

func (w *workday) now() time.Time { return storetest.Monday.Add(time.Since(w.began)) }

// serve sends commands evenly for so long, or until the context ends, whether or
// not those before were answered, and returns how many seconds each took.
func (w *workday) serve(ctx context.Context, long time.Duration) []float64 {
	const each = time.Second / 150
	ctx, cancel := context.WithTimeout(ctx, long)
	defer cancel()
	var mu sync.Mutex
	var took []float64
	var under sync.WaitGroup
	for due := time.Now(); ; due = due.Add(each) {
		select {
		case <-ctx.Done():
			under.Wait()
			return took
		case <-time.After(time.Until(due)):
		}
		w.sent++
		n := w.tickets[w.sent%len(w.tickets)]
		by, c := mix(w.turns[n])
		w.turns[n]++
		key := desk.DeliveryKey{Key: fmt.Sprintf("slack/%d", w.sent), Body: "some words of a request"}
		under.Go(func() {
			_, err := w.s.Do(w.Context(), desk.Request{Ticket: n, By: desk.By(by), At: w.now(), Do: c, Key: key})
			answered := time.Since(due).Seconds()
			w.box.Wake()
			if err != nil {
				w.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, answered)
		})
	}
}

// shorten promises the clients more and begins to measure open tickets by it; the
// context ends when all are.
func (w *workday) shorten() context.Context {
	ctx, over := context.WithCancel(w.Context())
	w.over, w.goal = over, w.goal-10*time.Hour
	w.s.Configure(promises(w.goal))
	if _, err := w.s.Enqueue(ctx, desk.Remeasure(fmt.Sprintf("%s/0", w.goal), 0, 0, w.now())); err != nil {
		w.Fatal(err)
	}
	w.box.Wake()
	return ctx
}

// carry does what bot does with the clock's notices; other messages reach everybody
// at once.
func (w *workday) carry(ctx context.Context, d store.Due) error {
	if d.Kind != desk.Act {
		return nil
	}
	run, after, changed, ok := desk.Remeasuring(d.What)
	if !ok {
		_, err := w.s.Do(ctx, desk.Request{Ticket: d.Ticket, By: desk.TheClock, At: w.now(), Do: desk.Timer{Name: desk.TimerName(d.What)}})
		return err
	}
	if after > 0 {
		<-time.After(store.RemeasurePause)
	}
	w.still.Lock()
	defer w.still.Unlock()
	done, err := w.s.Remeasure(ctx, after, store.RemeasureAtOnce, w.now())
	if err != nil {
		return err
	}
	if changed += done.Changed; done.Last == 0 {
		if changed == 0 {
			w.Error("no deadline is another")
		}
		w.over()
		return nil
	}
	_, err = w.s.Enqueue(ctx, desk.Remeasure(run, done.Last, changed, w.now()))
	return err
}
