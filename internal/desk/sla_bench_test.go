package desk

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkClocks is what the clocks of one ticket cost: linear in the statuses
// that it was in, over the same three months.
func BenchmarkClocks(b *testing.B) {
	p := office()
	for _, moves := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("statuses=%d", moves), func(b *testing.B) {
			t := Ticket{Kind: Service, Client: acme, Priority: "normal", Entered: monday}
			for n := range moves {
				t.Status = []StatusKey{"in_progress", "waiting_for_client"}[n%2]
				t.Stays = append(t.Stays, Stay{Status: t.Status, At: monday.Add(time.Duration(n) * 90 * 24 * time.Hour / time.Duration(moves))})
			}
			now := monday.AddDate(0, 3, 0)
			for b.Loop() {
				p.Clocks(t, now)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*moves), "us/status")
		})
	}
}
