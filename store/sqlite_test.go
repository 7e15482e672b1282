package store_test

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
	"deskbell.dev/deskbell/store/storetest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openAt(t testing.TB, url string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), url, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T) *store.Store { return openAt(t, filepath.Join(t.TempDir(), "desk.db")) })
}

// TestInherits: what a killed desk had in hand comes back before its lease ends,
// though not before a platform may have carried it out.
func TestInherits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.db")
	s, err := store.Open(t.Context(), path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	due := desk.Notice{Key: "t/1/1/prompt", Kind: desk.Post, Place: "member:1", Due: time.Now()}
	if _, err := s.Enqueue(t.Context(), due); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	claim := func(s *store.Store, owner string, at time.Time) int {
		got, err := s.Claim(t.Context(), owner, now.Add(time.Minute), at, 30*time.Second, 9)
		if err != nil {
			t.Fatal(err)
		}
		return len(got)
	}
	if n := claim(s, "killed", now); n != 1 {
		t.Fatalf("%d claimed, want 1", n)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	heir, opened := openAt(t, path), time.Now()
	if n := claim(heir, "heir", now.Add(store.HeirWaits-time.Millisecond)); n != 0 {
		t.Errorf("%d claimed at once", n)
	}
	if n := claim(heir, "heir", opened.Add(store.HeirWaits)); n != 1 {
		t.Errorf("%d claimed after %s, want 1", n, store.HeirWaits)
	}
}

// What the last process did alone, the next may do at once.
func TestLeasesOfTheLastProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.db")
	for _, owner := range []string{"first", "second"} {
		s, err := store.Open(t.Context(), path, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if held, err := s.Lease(t.Context(), "gateway", owner, time.Now(), time.Minute); err != nil || !held {
			t.Errorf("%s has it: %t %v", owner, held, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
