package storetest

import (
	"slices"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
	"github.com/google/go-cmp/cmp"
)

// reported: more tickets than are read at a time, open and done, each once; the
// time that was logged, and what urgent work interrupted.
func reported(st *story) {
	const many = 510
	begin := st.at
	for range many {
		st.opened("one of many", Network)
	}
	for n := desk.TicketID(1); n <= many; n += 2 {
		st.must(Sam, n, desk.Cancel{Why: "withdrawn"})
	}
	half := st.at.Add(time.Microsecond)
	for n := desk.TicketID(2); n <= many; n += 2 {
		st.must(Sam, n, desk.Cancel{Why: "withdrawn"})
	}
	inside, err := st.s.Do(st.Context(), desk.Request{By: desk.By(Tess), At: st.at, Do: desk.Open{Kind: desk.Internal, Summary: "tidy up"}})
	st.ok(err)
	seen := func(since time.Time) (ns []desk.TicketID) {
		st.Helper()
		st.ok(st.s.Flowing(st.Context(), since, func(t desk.Ticket) { ns = append(ns, t.Number) }))
		slices.Sort(ns)
		return ns
	}
	if ns := seen(begin); len(ns) != many+1 || len(slices.Compact(ns)) != many+1 {
		st.Errorf("%d tickets, want %d", len(ns), many+1)
	}
	if ns := seen(half); len(ns) != many/2+1 || ns[0] != 2 || ns[many/2] != inside.Ticket.Number {
		st.Errorf("since half of it: %d tickets, from %v", len(ns), ns[:1])
	}

	from := st.at
	a, b := st.ready("slow", Network).Number, st.ready("on fire", Network).Number
	st.must(Tess, a, desk.Start{})
	st.must(Sam, b, desk.Prioritize{Priority: "urgent"})
	start := st.at
	st.must(Tess, b, desk.Start{})
	for _, l := range []desk.LogTime{{Minutes: 30}, {Minutes: 15}} {
		st.must(Tess, a, l)
	}
	st.must(Tess, inside.Ticket.Number, desk.LogTime{Minutes: 20})
	st.must(Tom, a, desk.LogTime{Minutes: 5})
	got, err := st.s.LoggedTime(st.Context(), from, st.at.Add(time.Hour))
	st.ok(err)
	want := []store.Logged{{Member: Tess, Minutes: 45}, {Member: Tess, Internal: true, Minutes: 20}, {Member: Tom, Minutes: 5}}
	slices.SortFunc(got, func(x, y store.Logged) int { return int(x.Member-y.Member)*2 + x.Minutes - y.Minutes })
	slices.SortFunc(want, func(x, y store.Logged) int { return int(x.Member-y.Member)*2 + x.Minutes - y.Minutes })
	if d := cmp.Diff(want, got); d != "" {
		st.Errorf("logged (-want +got): %s", d)
	}
	if got, err := st.s.LoggedTime(st.Context(), begin, from); err != nil || len(got) != 0 {
		st.Errorf("logged before: %v %v", got, err)
	}
	begun, last, err := st.s.Begun(st.Context(), Tess, from)
	st.ok(err)
	if len(begun) != 2 || begun[b].Before(start) || !begun[a].Before(start) || len(last) != 2 || !last[a].After(begun[b]) || !last[b].IsZero() {
		st.Errorf("begun %v, logged %v", begun, last)
	}
	if begun, last, err := st.s.Begun(st.Context(), Tom, from); err != nil || len(begun) != 0 || len(last) != 1 {
		st.Errorf("Tom began %v, logged %v, %v", begun, last, err)
	}
	es, err := st.s.Interruptions(st.Context(), from, st.at.Add(time.Hour))
	st.ok(err)
	if len(es) != 1 || es[0].Ticket != b || es[0].At.Before(start) || !slices.Equal(es[0].What.(desk.Started).Interrupted, []desk.TicketID{a}) {
		st.Errorf("interruptions: %+v", es)
	}
	if es, err := st.s.Interruptions(st.Context(), begin, from); err != nil || len(es) != 0 {
		st.Errorf("interruptions before: %v %v", es, err)
	}
}
