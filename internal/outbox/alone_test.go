package outbox

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"deskbell.dev/deskbell/store"
)

// One works at a time; when its process dies or ends, the next goes on in time.
func TestAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "desk.db"), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		began := time.Now()
		if held, err := s.Lease(t.Context(), "gateway", "dead", began, aloneFor); err != nil || !held { // its process is killed now
			t.Fatal(held, err)
		}
		var mu sync.Mutex
		works := map[string]bool{}
		var all sync.WaitGroup
		start := func(owner string) context.CancelFunc {
			ctx, end := context.WithCancel(t.Context())
			all.Go(func() {
				Alone(ctx, s, "gateway", owner, slog.New(slog.DiscardHandler), func(ctx context.Context) {
					mu.Lock()
					if len(works) > 0 {
						t.Errorf("%s works beside %v", owner, works)
					}
					works[owner] = true
					mu.Unlock()
					<-ctx.Done()
					mu.Lock()
					delete(works, owner)
					mu.Unlock()
				})
			})
			return end
		}
		who := func() string {
			mu.Lock()
			defer mu.Unlock()
			for owner := range works {
				return owner
			}
			return ""
		}
		soon := func(want string, within time.Duration) {
			t.Helper()
			from := time.Now()
			for who() != want {
				if time.Since(from) > within {
					t.Fatalf("%q works after %v, want %q", who(), within, want)
				}
				time.Sleep(100 * time.Millisecond) // of virtual time
			}
		}
		endA := start("A")
		soon("A", aloneFor+aloneAsk)
		if since := time.Since(began); since < aloneFor {
			t.Errorf("A works after %v already", since)
		}
		endB := start("B")
		time.Sleep(time.Minute) // of virtual time: A renews it many times
		soon("A", 0)
		endA()
		soon("B", aloneAsk+time.Second)
		// Somebody else has it, whyever: B stops by itself.
		if err := s.EndLease(t.Context(), "gateway", "B"); err != nil {
			t.Fatal(err)
		}
		if held, err := s.Lease(t.Context(), "gateway", "C", time.Now(), time.Minute); err != nil || !held {
			t.Fatal(held, err)
		}
		soon("", aloneAsk+time.Second)
		endB()
		all.Wait()
	})
}
