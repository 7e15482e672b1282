package storetest

import (
	"fmt"
	"slices"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
	"pgregory.net/rapid"
)

// stale is a section's page at the instant, whose total is n.
func (st *story) stale(s desk.Section, at time.Time, offset, limit int) (ns []desk.TicketID, n int) {
	st.Helper()
	page, err := st.s.Stale(st.Context(), s, at, offset, limit)
	st.ok(err)
	for _, t := range page.Tickets {
		ns = append(ns, t.Number)
	}
	return ns, page.Total
}

// digest: Monday's tickets, as each working morning's digest shows them.
func digest(st *story) {
	for _, what := range []desk.Text{"1 to triage", "2 to estimate", "3 asked", "4 ready", "5 in progress", "6 at the client's", "7 at the client's", "8 for a vendor", "9 urgent", "10 scheduled"} {
		st.opened(what, Network)
	}
	for _, n := range []desk.TicketID{4, 5, 6, 7, 8, 10} {
		st.must(Sam, n, desk.Prioritize{Priority: "normal"})
	}
	st.must(Sam, 2, desk.DoEstim{})
	st.must(Ann, 3, desk.Clarify{Question: "which floor?"})
	for _, n := range []desk.TicketID{6, 7, 8, 5} {
		st.must(Tess, n, desk.Start{})
	}
	st.must(Tess, 6, desk.Move{To: "client_testing", Why: "done"})
	st.must(Tess, 7, desk.Move{To: "client_testing", Why: "done"})
	st.must(Tess, 8, desk.Vendor{What: "a part"})
	st.must(Sam, 9, desk.Prioritize{Priority: "urgent"})
	st.must(Sam, 10, desk.Schedule{Until: Monday.AddDate(0, 1, 0)})
	if _, err := st.s.Hand(st.Context(), store.HandRequest{By: desk.By(Tess), At: st.at, Text: "Ruth wants a new mouse"}); err != nil {
		st.Fatal(err)
	}

	morning := func(days int) time.Time { return Monday.Add(-time.Hour).AddDate(0, 0, days) }
	tuesday, wednesday, thursday, friday := morning(1), morning(2), morning(3), morning(4)
	see := func(at time.Time, s desk.Section, want ...desk.TicketID) {
		st.Helper()
		got, total := st.stale(s, at, 0, 10)
		if !slices.Equal(got, want) || total != len(want) {
			st.Errorf("%s at %s: %v of %d, want %v", s, at, got, total, want)
		}
	}
	see(st.at, desk.StaleTriage)
	see(tuesday, desk.StaleTriage, 1)
	see(st.at, desk.OpenUrgent, 9)
	see(tuesday, desk.StaleReady)
	see(wednesday, desk.StaleReady, 4, 9) // neither scheduled nor worked on
	see(tuesday, desk.StaleClientTest)
	see(wednesday, desk.StaleClientTest, 6, 7)
	see(thursday, desk.StaleWaiting) // not over 3 days
	see(friday, desk.StaleWaiting, 3)
	see(friday, desk.StaleVendor, 8)
	see(friday, desk.StaleEstimates, 2)

	// A nudge is a touch, and so is a call; neither moves it.
	st.at = wednesday
	st.must(Tess, 6, desk.Nudge{})
	see(wednesday, desk.StaleClientTest, 7)
	st.at = thursday
	st.must(Tess, 7, desk.Call{Text: "nobody there"})
	see(thursday, desk.StaleClientTest)
	see(friday, desk.StaleClientTest, 6)
	see(morning(7), desk.StaleClientTest, 6, 7) // from Thursday to Monday

	counts, err := st.s.StaleCounts(st.Context(), desk.NormalDigest().Sections, friday)
	st.ok(err)
	want := map[desk.Section]int{desk.StaleClientTest: 1, desk.OpenUrgent: 1, desk.StaleTriage: 1, desk.StaleReady: 2, desk.StaleWaiting: 1,
		desk.StaleVendor: 1, desk.StaleEstimates: 1, desk.OpenRequests: 1, desk.PressingGoals: 0}
	if fmt.Sprint(counts) != fmt.Sprint(want) {
		st.Errorf("counts %v, want %v", counts, want)
	}
}

// digestAgrees: each section is all tickets that Policy.Shows says, the oldest
// first, page by page.
func digestAgrees(st *story) {
	base := Policy()
	base.SLA.Goals = map[string]map[desk.PriorityKey]desk.Goals{"gold": {"normal": {Respond: 2 * time.Hour, Resolve: 16 * time.Hour}, "urgent": {Resolve: 4 * time.Hour}}}
	st.s.Configure(base)
	rapid.Check(st.T, func(rt *rapid.T) {
		for range rapid.IntRange(1, 8).Draw(rt, "steps") {
			st.at = st.at.Add(time.Duration(rapid.IntRange(0, 30).Draw(rt, "hours")) * time.Hour)
			n := desk.TicketID(rapid.IntRange(1, 12).Draw(rt, "ticket"))
			by := rapid.SampledFrom([]desk.MemberID{Ann, Sam, Tess, Tom}).Draw(rt, "by")
			c := rapid.SampledFrom([]desk.Command{desk.Review{}, desk.Prioritize{Priority: "normal"}, desk.Prioritize{Priority: "urgent"}, desk.Start{}, desk.Clarify{Question: "which?"},
				desk.Move{To: "client_testing", Why: "done"}, desk.Nudge{}, desk.Call{Text: "soon"}, desk.Broken{Text: "no"}, desk.DoEstim{Hours: 1, Text: "1"}, desk.Vendor{What: "part"}}).Draw(rt, "command")
			if rapid.IntRange(0, 2).Draw(rt, "open") == 0 {
				by, n, c = Ann, 0, desk.Open{Client: Acme, Contact: AcmeRuth, Summary: "x", Description: "y"}
			}
			if out, err := st.do(by, n, c); err == nil && n == 0 {
				st.must(Ann, out.Ticket.Number, desk.Categorize{Category: Network})
			}
		}
		p, err := st.s.Policy(st.Context())
		st.ok(err)
		var all []desk.Ticket
		st.ok(st.s.Replay(st.Context(), func(t desk.Ticket, _ []desk.Event) error { all = append(all, t); return nil }))
		at := st.at.Add(time.Duration(rapid.IntRange(0, 200).Draw(rt, "later")) * time.Hour)
		limit := rapid.IntRange(1, 4).Draw(rt, "page")
		for _, s := range p.Digest.Sections {
			var want, got []desk.TicketID
			for _, t := range all {
				if p.Shows(s, t, at) {
					want = append(want, t.Number)
				}
			}
			for more := true; more; {
				page, total := st.stale(s, at, len(got), limit)
				if total != len(want) && s != desk.OpenRequests {
					rt.Fatalf("%s at %s: total %d, want %d", s, at, total, len(want))
				}
				got, more = append(got, page...), len(page) > 0
			}
			if s != desk.OpenUrgent && !slices.IsSortedFunc(got, func(a, b desk.TicketID) int {
				x, y := st.ticket(a), st.ticket(b)
				switch s {
				case desk.StaleClientTest:
					return x.Touched(p).Compare(y.Touched(p))
				case desk.PressingGoals:
					_, a := p.Deadlines(x)
					_, b := p.Deadlines(y)
					return a.Compare(b)
				}
				return x.Since.Compare(y.Since)
			}) {
				rt.Errorf("%s is out of order: %v", s, got)
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				rt.Fatalf("%s at %s: %v, want %v", s, at, got, want)
			}
		}
	})
}

func latestDigest(st *story) {
	now := Monday.AddDate(0, 0, 2)
	keep := func(at time.Time, body, want string) {
		st.Helper()
		got, err := st.s.KeepDigest(st.Context(), store.Digest{Place: "web:desk", At: at, Body: body}, now)
		st.ok(err)
		if got.Body != want {
			st.Errorf("kept %+v, want %q", got, want)
		}
	}
	if _, ok, err := st.s.LatestDigest(st.Context(), "web:desk"); ok || err != nil {
		st.Errorf("before the first: %v %v", ok, err)
	}
	keep(Monday, "first", "first")
	keep(Monday, "again", "first")
	keep(Monday.AddDate(0, 0, 1), "second", "second")
	keep(Monday, "late", "second")
	got, ok, err := st.s.LatestDigest(st.Context(), "web:desk")
	if err != nil || !ok || got.Body != "second" || !got.At.Equal(Monday.AddDate(0, 0, 1)) {
		st.Errorf("latest %+v %v %v", got, ok, err)
	}
	if _, ok, err := st.s.LatestDigest(st.Context(), "slack:C1"); ok || err != nil {
		st.Errorf("elsewhere: %v %v", ok, err)
	}
	now = Monday.AddDate(0, 0, 40)
	keep(now, "of a clock that is ahead", "of a clock that is ahead")
	now = Monday.AddDate(0, 0, 3)
	keep(now, "third", "third")
}
