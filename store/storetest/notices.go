package storetest

import (
	"errors"
	"slices"
	"sync"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

const lease = time.Minute

// real is the suite's real time, apart from desk time.
var real = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

func (st *story) claim(owner string, at, now time.Time, limit int) []store.Due {
	st.Helper()
	due, err := st.s.Claim(st.Context(), owner, at, now, lease, limit)
	st.ok(err)
	return due
}

func keys(due []store.Due) (ks []string) {
	for _, d := range due {
		ks = append(ks, d.Key)
	}
	return ks
}

func noticeLanes(st *story) {
	post := func(key, place string, due time.Duration, urgent bool) desk.Notice {
		return desk.Notice{Key: key, Kind: desk.Post, Place: place, What: "hello", Due: st.at.Add(due * time.Microsecond), Urgent: urgent}
	}
	n, err := st.s.Enqueue(st.Context(), post("b", "member:2", 2, false), post("a", "member:2", 1, false), post("c", "member:3", 3, false),
		post("later", "member:4", 3600e6, false), post("u", "member:5", 4, true), post("a", "member:2", 9, false))
	st.ok(err)
	if n != 5 {
		st.Errorf("%d of 5 new notices", n)
	}
	now := st.at.Add(time.Minute)
	if due, ok, err := st.s.NextDue(st.Context()); err != nil || !ok || !due.Equal(st.at.Add(time.Microsecond)) {
		st.Errorf("next due %v %v %v, want %v", due, ok, err, st.at.Add(time.Microsecond))
	}
	// Eight workers at once: everything once, one in flight per lane.
	var mu sync.Mutex
	var got []store.Due
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			due, err := st.s.Claim(st.Context(), string(rune('A'+i)), now, real, lease, 2)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				st.Error(err)
			}
			got = append(got, due...)
		})
	}
	wg.Wait()
	ks := keys(got)
	slices.Sort(ks)
	if !slices.Equal(ks, []string{"a", "c", "u"}) {
		st.Fatalf("claimed %v, want a, c, u", ks)
	}
	if got := st.claim("Z", now, real, 9); len(got) != 0 {
		st.Errorf("claimed %v while all lanes are busy", keys(got))
	}
	// Leases that ended give their notices back, and the old owner has lost them.
	over := real.Add(lease)
	again := st.claim("Z", now, over, 9)
	if ks := keys(again); !slices.Equal(ks, []string{"u", "a", "c"}) { // urgent first, then by due time
		st.Fatalf("claimed %v after the leases ended, want u, a, c", ks)
	}
	if again[1].Attempts != 2 {
		st.Errorf("attempt %d, want 2", again[1].Attempts)
	}
	if err := st.s.Finish(st.Context(), again[0].ID, "A", 0, "sent"); !errors.Is(err, store.ErrLeaseLost) {
		st.Errorf("finish by a stranger: %v", err)
	}
	st.ok(st.s.Finish(st.Context(), again[0].ID, "Z", 0, "sent"))
	if err := st.s.Finish(st.Context(), again[0].ID, "Z", 0, "sent"); !errors.Is(err, store.ErrLeaseLost) {
		st.Errorf("finish twice: %v", err)
	}
	st.ok(st.s.Retry(st.Context(), again[1].ID, "Z", now.Add(time.Minute), "429"))
	st.ok(st.s.Finish(st.Context(), again[2].ID, "Z", 0, "dead: no such user"))
	if ks := keys(st.claim("Z", now, over, 9)); !slices.Equal(ks, []string{"b"}) {
		st.Errorf("claimed %v, want b while a is put off", ks)
	}
	counts, err := st.s.Undelivered(st.Context())
	st.ok(err)
	if counts["pending"] != 2 || counts["sending"] != 1 || counts["dead"] != 1 || counts["sent"] != 0 {
		st.Errorf("undelivered %v", counts)
	}
	// What was done once is not done again.
	n, err = st.s.Enqueue(st.Context(), post("u", "member:5", 0, true))
	st.ok(err)
	if n != 0 {
		st.Error("a sent notice was saved again")
	}
}

func noticesInFlight(st *story) {
	t := st.opened("paint me", Network)
	paints := func(owner string, now time.Time) (ps []store.Due) {
		for _, d := range st.claim(owner, st.at.Add(time.Hour), now, 50) {
			if d.Kind == desk.Paint {
				ps = append(ps, d)
			} else {
				st.ok(st.s.Finish(st.Context(), d.ID, owner, d.Revision, "sent"))
			}
		}
		return ps
	}
	ps := paints("A", real)
	if len(ps) != 1 {
		st.Fatalf("paints %+v, want one: two changes cost one edit", ps)
	}
	// The ticket changes while its card is painted.
	t = st.must(Ann, t.Number, desk.Note{Text: "one more line"})
	if more := paints("B", real); len(more) != 0 {
		st.Errorf("painted twice at once: %+v", more)
	}
	st.ok(st.s.Finish(st.Context(), ps[0].ID, "A", ps[0].Revision, "sent"))
	ps = paints("B", real)
	if len(ps) != 1 || ps[0].Revision != t.Revision || ps[0].Attempts != 1 {
		st.Fatalf("after finishing: %+v, want revision %d, first attempt", ps, t.Revision)
	}
	// The same with a retry: the new due time wins over the retry's.
	st.must(Ann, t.Number, desk.Note{Text: "and another"})
	st.ok(st.s.Retry(st.Context(), ps[0].ID, "B", st.at.Add(48*time.Hour), "429"))
	ps = paints("C", real)
	if len(ps) != 1 {
		st.Fatalf("after the retry: %+v", ps)
	}
	st.ok(st.s.Finish(st.Context(), ps[0].ID, "C", ps[0].Revision, "sent"))
	if ps = paints("D", real); len(ps) != 0 {
		st.Errorf("painted without a change: %+v", ps)
	}
	// A ticket's timer: one, put off, and again after it fired.
	timer := func(due time.Time, revision int) desk.Notice {
		return desk.Notice{Key: "timer/1/x", Kind: desk.Act, Ticket: 1, Revision: revision, What: "x", Due: due, Replace: true, Urgent: true}
	}
	_, err := st.s.Enqueue(st.Context(), timer(st.at.Add(2*time.Hour), 90))
	st.ok(err)
	_, err = st.s.Enqueue(st.Context(), timer(st.at.Add(3*time.Hour), 91))
	st.ok(err)
	if due := st.claim("A", st.at.Add(2*time.Hour), real, 9); len(due) != 0 {
		st.Errorf("a timer that was put off fired: %v", keys(due))
	}
	if due := st.claim("A", st.at.Add(3*time.Hour), real, 9); len(due) != 1 || due[0].Revision != 91 || due[0].Place != "" || due[0].What != "x" {
		st.Errorf("fired %+v", due)
	}
}
