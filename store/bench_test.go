package store_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
	"deskbell.dev/deskbell/store/bare"
	"deskbell.dev/deskbell/store/storetest"
)

// BenchmarkDo sets the store beside the bare reference (bare_test.go), taking
// turns within one run, since absolute rates move with the machine's load. The
// goals: sqlite ≥ 0.5 of bare and ≥ 20 commands a commit at 64 callers, ≥ 0.7 at
// one; postgres ≥ 0.5 at 8.
func BenchmarkDo(b *testing.B) {
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("sqlite/callers=%d", callers), func(b *testing.B) {
			compare(b, callers, openBench(b, filepath.Join(b.TempDir(), "desk.db")), bareSQLite(b))
		})
	}
	b.Run("postgres/callers=8", func(b *testing.B) {
		compare(b, 8, openBench(b, store.NewTestSchema(b)), store.BarePostgres(b))
	})
}

// bareSQLite is the bare reference in a temporary folder.
func bareSQLite(b *testing.B) func(int64) error {
	do, closeDB, err := bare.SQLite(b.Context(), filepath.Join(b.TempDir(), "bare.db"), store.BenchTickets)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = closeDB() })
	return do
}

// openBench is a desk with tickets in the ready queue.
func openBench(b *testing.B, url string) *store.Store {
	s := openAt(b, url)
	if err := storetest.Seed(b.Context(), s); err != nil {
		b.Fatal(err)
	}
	for n := desk.TicketID(1); n <= store.BenchTickets; n++ {
		for _, r := range []desk.Request{
			{By: desk.By(storetest.Ann), Do: desk.Open{Client: storetest.Acme, Contact: storetest.AcmeRuth, Agreement: "care", Summary: "the wifi drops", Description: "since this morning, on the second floor"}},
			{By: desk.By(storetest.Ann), Ticket: n, Do: desk.Categorize{Category: storetest.Network}},
			{By: desk.By(storetest.Sam), Ticket: n, Do: desk.Prioritize{Priority: "normal"}},
		} {
			r.At = storetest.Monday.Add(time.Duration(n) * time.Second)
			if _, err := s.Do(b.Context(), r); err != nil {
				b.Fatal(err)
			}
		}
	}
	return s
}

// mix is the i-th command on a ticket: a note, a field, a claim, a release.
func mix(i int) (by desk.MemberID, c desk.Command) {
	switch i % 4 {
	case 0:
		return storetest.Tess, desk.Note{Text: "looked at it with the client; the access point restarts at noon"}
	case 1:
		return storetest.Tess, desk.Claim{}
	case 2:
		return storetest.Sam, desk.Set{Field: "severity", Value: string(desk.Levels[i/4%3])}
	}
	return storetest.Tess, desk.Release{}
}

func compare(b *testing.B, callers int, s *store.Store, reference func(int64) error) {
	const rounds = 5
	var done atomic.Int64
	at := storetest.Monday.Add(24 * time.Hour)
	turn := make([]int, store.BenchTickets+1) // of each ticket; a caller has its own tickets
	ours := func(caller, i int) error {
		n := 1 + caller + callers*(i%(store.BenchTickets/callers))
		by, c := mix(turn[n])
		turn[n]++
		k := done.Add(1)
		_, err := s.Do(b.Context(), desk.Request{Ticket: desk.TicketID(n), By: desk.By(by), At: at.Add(time.Duration(k) * time.Millisecond), Do: c,
			Key: desk.DeliveryKey{Key: fmt.Sprintf("slack/%d", k), Body: "some words of a request"}})
		return err
	}
	theirs := func(caller, i int) error {
		return reference(int64(1 + caller + callers*(i%(store.BenchTickets/callers))))
	}
	each := max(b.N/callers/rounds, 1)
	var us, them time.Duration
	commits, ran := store.Commits(s)
	b.ResetTimer()
	for range rounds {
		them += race(b, callers, each, theirs)
		us += race(b, callers, each, ours)
	}
	b.StopTimer()
	ops := float64(rounds * each * callers)
	b.ReportMetric(ops/us.Seconds(), "ops/s")
	b.ReportMetric(ops/them.Seconds(), "bare-ops/s")
	b.ReportMetric(them.Seconds()/us.Seconds(), "of-bare")
	if c, r := store.Commits(s); c > commits {
		b.ReportMetric(float64(r-ran)/float64(c-commits), "cmds/commit")
	}
}

// race runs each callers' share at once.
func race(b *testing.B, callers, each int, do func(caller, i int) error) time.Duration {
	start := time.Now()
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for i := range each {
				if err := do(c, i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(start)
}
