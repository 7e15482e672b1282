package store_test

import (
	"database/sql"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deskbell.dev/deskbell/store/storetest"
)

// BenchmarkDigestScale sets the digest of a desk with 1,000,000 tickets beside
// the same answer by a scan of all of them, and beside the digest of a desk with
// the same open tickets among 100,000; taking turns, ratios of each round, the
// median of the rounds. The goals: of-scan ≤ 0.05, of-100k ≤ 1.3. of-pass is of the
// least that any scan takes, counting the open ones, and of-10-rows what four times
// the rows cost. It writes 3 GB and takes three minutes.
func BenchmarkDigestScale(b *testing.B) {
	const large, small, rows = 1_000_000, 100_000, 10
	at := storetest.Monday
	path := volume{large, 20_000}.load(b)
	million, fewer := openVolume(b, path), openVolume(b, volume{small, 20_000}.load(b))
	db, err := sql.Open("sqlite3", "file:"+path+"?mode=ro")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	ours, theirs := digestOf(b, million, at, rows), scanned(b, million, db, at, rows)
	if d := cmp.Diff(theirs, ours); d != "" {
		b.Fatal("-scan +digest:", d)
	}
	if d := cmp.Diff(ours, digestOf(b, fewer, at, rows).renumbered(large-small)); d != "" {
		b.Fatal("-1,000,000 +100,000:", d)
	}
	const rounds, times = 9, 20
	var took, ofScan, ofPass, of100k, of10 []float64
	for b.Loop() {
		for range rounds {
			t := clocked(times, func() { digestOf(b, million, at, rows) })
			took = append(took, t)
			of100k = append(of100k, t/clocked(times, func() { digestOf(b, fewer, at, rows) }))
			of10 = append(of10, clocked(times, func() { digestOf(b, million, at, 4*rows) })/t)
			ofScan = append(ofScan, t/clocked(1, func() { scanned(b, million, db, at, rows) }))
			ofPass = append(ofPass, t/clocked(1, func() {
				everyRow(b, db, `SELECT count(*), '' FROM tickets NOT INDEXED WHERE is_open`, func(int64, string) {})
			}))
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(1000*median(took), "ms/digest")
	b.ReportMetric(median(ofScan), "of-scan")
	b.ReportMetric(median(ofPass), "of-pass")
	b.ReportMetric(median(of100k), "of-100k")
	b.ReportMetric(median(of10), "of-10-rows")
}

// clocked is how many seconds a run takes, the median of n.
func clocked(n int, run func()) float64 {
	var took []float64
	for range n {
		start := time.Now()
		run()
		took = append(took, time.Since(start).Seconds())
	}
	return median(took)
}

func median(of []float64) float64 {
	s := slices.Sorted(slices.Values(of))
	return s[len(s)/2]
}
