package store_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
	"deskbell.dev/deskbell/store/storetest"
)

// TestVolume: the desk that the benchmarks measure is one that commands could have
// made, and its open tickets do not depend on its size.
func TestVolume(t *testing.T) {
	v := volume{2000, 320}
	path := v.load(t)
	s := openVolume(t, path)
	n, open, events := 0, 0, 0
	if err := s.Replay(t.Context(), func(row desk.Ticket, es []desk.Event) error {
		n, events = n+1, events+len(es)
		if d := cmp.Diff(desk.Fold(es), row); d != "" || int(row.Number) != n {
			t.Errorf("the %d. is %s; -events +row: %s", n, row.Number, d)
		}
		if row.LastAt.After(storetest.Monday) {
			t.Errorf("%s goes on until %s", row.Number, row.LastAt)
		}
		if row.Closed.IsZero() {
			open++
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if n != v.tickets || open != v.open || events < 8*n || events > 10*n {
		t.Errorf("%d tickets, %d open, %d events", n, open, events)
	}
	if tally, err := s.Tally(t.Context()); err != nil || tally.Open != v.open {
		t.Errorf("%+v, %v", tally, err)
	}
	if done, err := s.Remeasure(t.Context(), 0, v.tickets, storetest.Monday); err != nil || done.Changed > 0 {
		t.Errorf("deadlines that are wrong: %+v, %v", done, err)
	}

	db, err := sql.Open("sqlite3", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	digest := digestOf(t, s, storetest.Monday, 10)
	for section, part := range digest {
		if len(part.First) == 0 {
			t.Errorf("nothing in %s", section)
		}
	}
	if d := cmp.Diff(scanned(t, s, db, storetest.Monday, 10), digest); d != "" {
		t.Errorf("-scan +digest: %s", d)
	}
	fewer := openVolume(t, volume{v.tickets - 300, v.open}.load(t))
	if d := cmp.Diff(digest, digestOf(t, fewer, storetest.Monday, 10).renumbered(300)); d != "" {
		t.Errorf("-2,000 +1,700: %s", d)
	}

	// It goes on like any other desk.
	out, err := s.Do(t.Context(), desk.Request{By: desk.By(storetest.Ann), At: storetest.Monday.Add(time.Second), Do: desk.Open{Client: storetest.Acme, Summary: "one more"}})
	if err != nil || int(out.Ticket.Number) != v.tickets+1 {
		t.Errorf("%s, %v", out.Ticket.Number, err)
	}
	top, err := s.List(t.Context(), store.Query{Kind: store.Queue, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Do(t.Context(), desk.Request{Ticket: top.Tickets[0].Number, By: desk.By(storetest.Tess), At: storetest.Monday.Add(time.Minute), Do: desk.Claim{}}); err != nil {
		t.Error(err)
	}
	if found, err := s.Find(t.Context(), "access point", 0, 1); err != nil || found.Total == 0 {
		t.Errorf("found %+v, %v", found, err)
	}
}
