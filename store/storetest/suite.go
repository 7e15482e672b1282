package storetest

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
	"github.com/google/go-cmp/cmp"
)

// Run holds a store to its contract. open gives a new, empty one each time and
// closes it with the test.
func Run(t *testing.T, open func(t *testing.T) *store.Store) {
	for _, c := range []struct {
		name string
		run  func(*story)
	}{
		{"a ticket's life is the fold of its events", life},
		{"a delivery acts once", deliveries},
		{"numbers have no gaps", numbers},
		{"one of eight claimants wins", claims},
		{"facts: work in progress and the top of the queue", wipAndTop},
		{"facts: what is ahead and starts a day", flow},
		{"facts: allowance and least work", allowanceAndLeast},
		{"rank moves within the priority", ranks},
		{"a duplicate points to the root of its chain", duplicates},
		{"requests handed to intake", handedIn},
		{"lists and board", lists},
		{"the digest's sections", digest},
		{"the digest shows what its rule says", digestAgrees},
		{"the latest digest of a place", latestDigest},
		{"what a report goes through", reported},
		{"find takes any words", find},
		{"a refusal is recorded and touches nothing", refusals},
		{"needs consume no key", needs},
		{"notices: lanes, leases, order", noticeLanes},
		{"notices: put off while in flight", noticesInFlight},
		{"deadlines", deadlines},
		{"notices: one card at a time", oneCardAtATime},
		{"notices: parked and put off", unparked},
		{"a post is begun once", posts},
		{"a slot is taken once", slots},
		{"one has a lease", leases},
		{"what is a week old is purged", purged},
		{"a post that may be asked for again is not purged", postsKept},
		{"a changed configuration reaches open tickets", reconfigured},
		{"drafts, settings and cards", kept},
		{"the desk's stream", deskStream},
		{"notes of a thread", threadNotes},
		{"a refusal keeps no typed words", refusedWords},
		{"several changes of the desk", severalChanges},
		{"strangers are refused", strangers},
		{"random stories replay", randomStories},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(newStory(t, open(t))) })
	}
}

func life(st *story) {
	n := st.ready("printer is out of toner", Printer).Number
	st.must(Tess, n, desk.Start{})
	st.must(Tess, n, desk.Note{Text: "changed the toner"})
	st.must(Tess, n, desk.Move{To: "client_testing", Why: "new toner"})
	done := st.must(Ann, n, desk.Confirm{How: "call"})
	if done.Status != "completed" {
		st.Fatalf("status %s, want completed", done.Status)
	}
	events, err := st.s.Events(st.Context(), n)
	st.ok(err)
	var notes []desk.Text
	for i, e := range events {
		if e.Seq != i+1 {
			st.Fatalf("event %d has revision %d", i+1, e.Seq)
		}
		if note, ok := e.What.(desk.Noted); ok {
			notes = append(notes, note.Text)
		}
	}
	if !slices.Equal(notes, []desk.Text{"changed the toner"}) {
		st.Errorf("notes %q", notes)
	}
	if d := cmp.Diff(done, st.ticket(n)); d != "" {
		st.Errorf("answered and saved ticket differ: %s", d)
	}
	replays(st)
	if _, err := st.s.Ticket(st.Context(), 99); !errors.Is(err, store.ErrNotFound) {
		st.Errorf("T-99: %v, want ErrNotFound", err)
	}
}

// replays: every row is the fold of its events.
func replays(st *story) {
	st.Helper()
	err := st.s.Replay(st.Context(), func(t desk.Ticket, events []desk.Event) error {
		if d := cmp.Diff(desk.Fold(events), t); d != "" {
			st.Errorf("%s: events and row differ (-events +row): %s", t.Number, d)
		}
		return nil
	})
	st.ok(err)
}

func deliveries(st *story) {
	n := st.opened("wifi is slow", Network).Number
	revision := st.ticket(n).Revision
	r := desk.Request{Ticket: n, By: desk.By(Tess), At: st.at, Do: desk.Note{Text: "seen"}, Key: desk.DeliveryKey{Key: "slack/E1", Body: "note seen"}}
	var outs [3]store.Outcome
	var errs [3]error
	var wg sync.WaitGroup
	for i := range outs {
		wg.Go(func() { outs[i], errs[i] = st.s.Do(st.Context(), r) })
	}
	wg.Wait()
	replayed := 0
	for i, o := range outs {
		st.ok(errs[i])
		if o.Replayed {
			replayed++
		}
		if len(o.Events) != 1 || o.Events[0].Seq != revision+1 {
			st.Errorf("delivery %d: events %v, want the one of revision %d", i, o.Events, revision+1)
		}
		if d := cmp.Diff(outs[0].Events, o.Events); d != "" {
			st.Errorf("delivery %d has another outcome: %s", i, d)
		}
	}
	if replayed != 2 || st.ticket(n).Revision != revision+1 {
		st.Errorf("%d of 3 replayed, revision %d; want 2 and %d", replayed, st.ticket(n).Revision, revision+1)
	}
	r.Key.Body = "note something else"
	if _, err := st.s.Do(st.Context(), r); !errors.Is(err, store.ErrOtherBody) {
		st.Errorf("other body: %v, want ErrOtherBody", err)
	}
	// A refusal stays what it was, also when it would be done now.
	r = desk.Request{Ticket: n, By: desk.By(Tess), At: st.at, Do: desk.Claim{}, Key: desk.DeliveryKey{Key: "slack/E2", Body: "claim"}}
	_, first := st.s.Do(st.Context(), r)
	st.refused(first, desk.PrioritizedFirst)
	st.must(Sam, n, desk.Prioritize{Priority: "normal"})
	_, second := st.s.Do(st.Context(), r)
	st.refused(second, desk.PrioritizedFirst)
	if d := cmp.Diff(first, second); d != "" {
		st.Errorf("the second refusal differs: %s", d)
	}
	if n := st.ticket(n); n.Assignee != 0 {
		st.Errorf("claimed by %d after a replayed refusal", n.Assignee)
	}
}

func numbers(st *story) {
	const each = 8
	var wg sync.WaitGroup
	for _, by := range []desk.MemberID{Ann, Ann, Tess, Ann} { // Tess is refused: rule 1
		wg.Go(func() {
			for range each {
				_, err := st.s.Do(st.Context(), desk.Request{By: desk.By(by), At: st.at, Do: desk.Open{Client: Acme, Summary: "one more"}})
				if by == Ann && err != nil {
					st.Error(err)
				}
				if by == Tess && err == nil {
					st.Error("Tess opened a client ticket")
				}
			}
		})
	}
	wg.Wait()
	var got []desk.TicketID
	st.ok(st.s.Replay(st.Context(), func(t desk.Ticket, _ []desk.Event) error { got = append(got, t.Number); return nil }))
	if len(got) != 3*each || got[0] != 1 || got[len(got)-1] != 3*each {
		st.Errorf("numbers %v, want 1 to %d", got, 3*each)
	}
}

func claims(st *story) {
	for range 5 {
		t := st.ready("claim me", Network)
		var wg sync.WaitGroup
		var mu sync.Mutex
		var winners []desk.MemberID
		for i := range 8 {
			by := []desk.MemberID{Tess, Tom, Liv}[i%3]
			wg.Go(func() {
				_, err := st.s.Do(st.Context(), desk.Request{Ticket: t.Number, By: desk.By(by), At: st.at, Do: desk.Claim{}, Version: t.Version})
				mu.Lock()
				defer mu.Unlock()
				var r *desk.Refusal
				if err == nil {
					winners = append(winners, by)
				} else if !errors.As(err, &r) || r.Rule != desk.Present {
					st.Errorf("a loser was told %v", err)
				}
			})
		}
		wg.Wait()
		if len(winners) != 1 || st.ticket(t.Number).Assignee != winners[0] {
			st.Errorf("winners %v, assignee %d", winners, st.ticket(t.Number).Assignee)
		}
	}
}

func refusals(st *story) {
	t := st.opened("wait", Network)
	_, err := st.do(Tess, t.Number, desk.Start{})
	st.refused(err, desk.PrioritizedFirst)
	if d := cmp.Diff(t, st.ticket(t.Number)); d != "" {
		st.Errorf("a refusal changed the ticket: %s", d)
	}
	counts, err := st.s.RefusalCount(st.Context(), Monday, time.Time{})
	st.ok(err)
	if counts[desk.PrioritizedFirst] != 1 || len(counts) != 1 {
		st.Errorf("counts %v", counts)
	}
	counts, err = st.s.RefusalCount(st.Context(), st.at.Add(time.Second), time.Time{})
	st.ok(err)
	if len(counts) != 0 {
		st.Errorf("counts since later %v", counts)
	}
	_, err = st.do(Tess, 99, desk.Note{Text: "who?"})
	st.refused(err, desk.Wording)
}

func needs(st *story) {
	r := desk.Request{By: desk.By(Ann), At: st.at, Do: desk.Open{Client: Acme}, Key: desk.DeliveryKey{Key: "form/1", Body: "a"}}
	_, err := st.s.Do(st.Context(), r)
	var n *desk.Needs
	if !errors.As(err, &n) || !slices.Equal(n.Fields, []string{"summary"}) {
		st.Fatalf("error %v, want needs of a summary", err)
	}
	r.Do, r.Key.Body = desk.Open{Client: Acme, Summary: "now with words"}, "b"
	out, err := st.s.Do(st.Context(), r)
	st.ok(err)
	if out.Replayed || out.Ticket.Number != 1 {
		st.Errorf("outcome %+v, want T-1 opened", out)
	}
	// A timer that does not hold changes nothing.
	out, err = st.s.Do(st.Context(), desk.Request{Ticket: 1, By: desk.TheClock, At: st.at, Do: desk.Timer{Name: desk.TimerPush}})
	st.ok(err)
	if len(out.Events) != 0 || out.Ticket.Revision != 1 {
		st.Errorf("outcome %+v of an idle timer", out)
	}
}
