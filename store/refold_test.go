package store_test

import (
	"database/sql"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
	"deskbell.dev/deskbell/store/storetest"
)

// TestRefold: tickets of a program that kept no stays are folded anew, whoever
// comes first, a command or Remeasure, and lose nothing by it.
func TestRefold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.db")
	s, err := store.Open(t.Context(), path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := storetest.Seed(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	do := func(s *store.Store, by desk.MemberID, n desk.TicketID, c desk.Command) {
		if _, err := s.Do(t.Context(), desk.Request{Ticket: n, By: desk.By(by), At: storetest.Monday.Add(time.Hour), Do: c}); err != nil {
			t.Error(err)
		}
	}
	const tickets = 25
	for n := desk.TicketID(1); n <= tickets; n++ {
		do(s, storetest.Ann, 0, desk.Open{Client: storetest.Acme, Contact: storetest.AcmeRuth, Summary: "x", Description: "y"})
		do(s, storetest.Ann, n, desk.Review{})
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`UPDATE tickets SET state = json_remove(state, '$.Stays')`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, path)
	s.Configure(storetest.Policy())
	var all sync.WaitGroup
	for n := desk.TicketID(1); n <= tickets; n++ {
		all.Go(func() { do(s, storetest.Tess, n, desk.Note{Text: "meanwhile"}) })
	}
	all.Go(func() {
		if _, err := s.Remeasure(t.Context(), 0, tickets, storetest.Monday.Add(2*time.Hour)); err != nil {
			t.Error(err)
		}
	})
	all.Wait()
	for n := desk.TicketID(1); n <= tickets; n++ {
		do(s, storetest.Tess, n, desk.Note{Text: "after it"})
		tk, err := s.Ticket(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		if tk.Revision != 4 || len(tk.Stays) != 2 {
			t.Errorf("%s is at revision %d with the stays %v", n, tk.Revision, tk.Stays)
		}
	}
}
