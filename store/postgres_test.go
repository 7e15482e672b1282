package store_test

import (
	"fmt"
	"testing"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
	"deskbell.dev/deskbell/store/storetest"
)

func TestPostgres(t *testing.T) {
	storetest.Run(t, func(t *testing.T) *store.Store { return openAt(t, store.NewTestSchema(t)) })
}

// Two replicas: what one changes of the desk the other follows at once.
func TestPolicyOfReplicas(t *testing.T) {
	u := store.NewTestSchema(t)
	a, b := openAt(t, u), openAt(t, u)
	if err := storetest.Seed(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	b.Configure(storetest.Policy())
	if _, err := b.Do(t.Context(), desk.Request{By: desk.By(storetest.Ann), At: storetest.Monday, Do: desk.Open{Client: storetest.Acme, Summary: "from b"}}); err != nil {
		t.Fatal(err)
	}
	claim := desk.Request{Ticket: 1, By: desk.By(storetest.Tess), At: storetest.Monday, Do: desk.Claim{}}
	if _, err := b.Do(t.Context(), claim); err == nil {
		t.Fatal("an unprioritized ticket was claimed at enforce")
	}
	if _, err := a.DoDesk(t.Context(), store.DeskRequest{By: desk.By(storetest.Adam), At: storetest.Monday, Do: desk.DialSet{Rule: desk.PrioritizedFirst, Dial: desk.Warn}}); err != nil {
		t.Fatal(err)
	}
	if out, err := b.Do(t.Context(), claim); err != nil || out.Ticket.Assignee != storetest.Tess {
		t.Fatalf("after a's change: %v, assignee %d", err, out.Ticket.Assignee)
	}
}

// A command waits for the server at most four times, whatever facts it wants.
func TestRoundTrips(t *testing.T) {
	s, trips := store.OpenCounting(t)
	if err := storetest.Seed(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	n := desk.TicketID(0)
	do := func(by desk.MemberID, n desk.TicketID, c desk.Command) (desk.Ticket, int64) {
		t.Helper()
		was := trips.Load()
		out, err := s.Do(t.Context(), desk.Request{Ticket: n, By: desk.By(by), At: storetest.Monday, Do: c,
			Key: desk.DeliveryKey{Key: fmt.Sprint(was), Body: "b"}})
		if err != nil {
			t.Fatalf("%T: %v", c, err)
		}
		return out.Ticket, trips.Load() - was
	}
	for round := range 20 {
		var other desk.TicketID
		for _, step := range []struct {
			by desk.MemberID
			c  desk.Command
		}{
			{storetest.Ann, desk.Open{Client: storetest.Acme, Contact: storetest.AcmeRuth, Summary: "wifi", Description: "drops"}},
			{storetest.Ann, desk.Categorize{Category: storetest.Network}},
			{storetest.Sam, desk.Prioritize{Priority: "normal", Rank: "top"}},
			{storetest.Tess, desk.Note{Text: "seen"}},
			{storetest.Tess, desk.Start{}},
			{storetest.Tess, desk.PutBack{Why: "no"}},
		} {
			at := n
			if _, open := step.c.(desk.Open); open {
				at, other = 0, n
			}
			ticket, took := do(step.by, at, step.c)
			n = ticket.Number
			// A connection prepares each statement once, which takes more.
			if took > 4 && round > 16 {
				t.Errorf("%T: %d round trips, want at most 4", step.c, took)
			}
		}
		if other != 0 {
			if _, took := do(storetest.Sam, n, desk.Duplicate{Of: other}); took > 4 && round > 16 {
				t.Errorf("duplicate: %d round trips, want at most 4", took)
			}
			n = other
		}
	}
}
