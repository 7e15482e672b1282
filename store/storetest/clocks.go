package storetest

import (
	"fmt"
	"slices"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

// deadlines: what is overdue or at risk is found by when it is, and a change of
// what is promised measures the open tickets anew, a few at a time.
func deadlines(st *story) {
	ctx := st.Context()
	promise := func(version string, resolve time.Duration) {
		base := Policy()
		base.SLA.Version = version
		base.SLA.DefaultPlan = "gold"
		base.SLA.Goals = map[string]map[desk.PriorityKey]desk.Goals{"gold": {"normal": {Resolve: resolve}}}
		st.s.Configure(base)
	}
	promise("one", 4*time.Hour)
	var all []desk.TicketID
	for n := range 5 {
		all = append(all, st.opened(desk.Text(fmt.Sprint("ticket ", n)), Network).Number)
		st.at = st.at.Add(time.Minute)
	}
	listed := func(at time.Time) (ns []desk.TicketID) {
		page, err := st.s.Stale(ctx, desk.PressingGoals, at, 0, 10)
		st.ok(err)
		counts, err := st.s.StaleCounts(ctx, []desk.Section{desk.PressingGoals}, at)
		st.ok(err)
		if page.Total != len(page.Tickets) || counts[desk.PressingGoals] != page.Total {
			st.Errorf("%d of %d, counted %v", len(page.Tickets), page.Total, counts)
		}
		for _, t := range page.Tickets {
			ns = append(ns, t.Number)
		}
		return ns
	}
	want := func(when string, got, want []desk.TicketID) {
		if !slices.Equal(got, want) {
			st.Errorf("%s: %v, want %v", when, got, want)
		}
	}
	p, err := st.s.Policy(ctx)
	st.ok(err)
	first, err := st.s.Ticket(ctx, all[0])
	st.ok(err)
	risk, due := p.Deadlines(first)
	want("before", listed(risk.Add(-time.Second)), nil)
	want("at risk", listed(risk), all[:1])
	want("due", listed(due), all)
	want("overdue", listed(due.Add(time.Second)), all)
	promise("two", 8*time.Hour)
	want("before it is measured", listed(due.Add(time.Second)), all)
	var after desk.TicketID
	changed := 0
	for range 10 {
		done, err := st.s.Remeasure(ctx, after, 2, due.Add(time.Second))
		st.ok(err)
		changed += done.Changed
		if after = done.Last; after == 0 {
			break
		}
	}
	if changed != len(all) {
		st.Errorf("%d tickets have other deadlines, want %d", changed, len(all))
	}
	want("after", listed(due.Add(time.Second)), nil)
	promise("three", time.Hour)
	done, err := st.s.Remeasure(ctx, 0, 9, due.Add(time.Second))
	st.ok(err)
	if again, err := st.s.Remeasure(ctx, 0, 9, due.Add(time.Second)); err != nil || done.Changed != len(all) || again.Changed != 0 {
		st.Errorf("%d changed, and the second time %d, %v", done.Changed, again.Changed, err)
	}
	want("promised sooner", listed(due.Add(time.Second)), all)
	timers := 0
	for _, d := range st.claim("C", due.Add(time.Second), real, 50) {
		if d.Kind == desk.Act && d.What == string(desk.TimerGoals) {
			timers++
		}
	}
	if timers != len(all) {
		st.Errorf("the clock is to look at %d tickets, want %d", timers, len(all))
	}
}
