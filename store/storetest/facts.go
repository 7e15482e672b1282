package storetest

import (
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

func wipAndTop(st *story) {
	first, second, third := st.ready("one", Printer).Number, st.ready("two", Network).Number, st.ready("three", Network).Number
	urgent := st.must(Sam, st.opened("four", Printer).Number, desk.Prioritize{Priority: "urgent"}).Number

	// Tom knows networks only: his top is the second, past the urgent printer.
	started := func(by desk.MemberID, n desk.TicketID) desk.Started {
		st.Helper()
		out, err := st.do(by, n, desk.Start{})
		st.ok(err)
		for _, e := range out.Events {
			if s, ok := e.What.(desk.Started); ok {
				return s
			}
		}
		st.Fatalf("%s was not started: %v", n, out.Events)
		return desk.Started{}
	}
	if s := started(Tom, second); s.Skipped != 0 {
		st.Errorf("Tom took his top, and skipped %s", s.Skipped)
	}
	if s := started(Tess, first); s.Skipped != urgent {
		st.Errorf("Tess skipped %s, want the urgent %s", s.Skipped, urgent)
	}
	started(Tess, third)
	// What is assigned to another is not one's top.
	st.must(Sam, urgent, desk.Assign{To: Tom})
	fifth := st.ready("five", Printer).Number
	if s := started(Tess, fifth); s.Skipped != 0 {
		st.Errorf("Tess skipped %s, which is Tom's", s.Skipped)
	}
	st.must(Sam, urgent, desk.Assign{To: Tess})
	if s := started(Tess, urgent); len(s.Interrupted) != 3 || s.Interrupted[0] != first || s.Interrupted[2] != fifth {
		st.Errorf("the urgent start interrupted %v, want %s, %s, %s", s.Interrupted, first, third, fifth)
	}
	sixth := st.ready("six", Printer).Number
	out, err := st.do(Tess, sixth, desk.Start{})
	st.ok(err)
	warned := false
	for _, e := range out.Events {
		w, ok := e.What.(desk.Warned)
		warned = warned || ok && w.Rule == desk.WIPLimit
	}
	if !warned {
		st.Errorf("no warning at the limit: %v", out.Events)
	}
	replays(st)
}

func flow(st *story) {
	// Two starts on each of 20 working days, three tickets ahead: one day.
	st.at = time.Date(2026, 2, 2, 15, 0, 0, 0, time.UTC) // a Monday, four weeks before
	for day := range 28 {
		at := time.Date(2026, 2, 2+day, 15, 0, 0, 0, time.UTC)
		if wd := at.Weekday(); wd == time.Saturday || wd == time.Sunday {
			continue
		}
		for range 2 {
			st.at = at
			n := st.ready("daily", Printer).Number
			st.must(Tess, n, desk.Start{})
			st.must(Tess, n, desk.Move{To: "client_testing", Why: "done"})
		}
	}
	st.at = Monday
	for range 3 {
		st.ready("ahead", Printer)
	}
	late := st.opened("late", Printer).Number
	out, err := st.do(Sam, late, desk.Prioritize{Priority: "normal"})
	st.ok(err)
	if got, want := expected(out), time.Date(2026, 3, 3, 14, 0, 0, 0, time.UTC); !got.Equal(want) {
		st.Errorf("three ahead at two a day: expected %v, want Tuesday 9:00 in New York, %v", got, want)
	}
	out, err = st.do(Sam, st.opened("first", Printer).Number, desk.Prioritize{Priority: "normal", Rank: "top"})
	st.ok(err)
	if got := expected(out); !got.Equal(st.at) {
		st.Errorf("the top one of its priority has none ahead: expected %v, want now, %v", got, st.at)
	}
	out, err = st.do(Sam, st.opened("now", Printer).Number, desk.Prioritize{Priority: "urgent"})
	st.ok(err)
	if got := expected(out); !got.Equal(st.at) {
		st.Errorf("an urgent one has none ahead: expected %v, want now, %v", got, st.at)
	}
}

func expected(out store.Outcome) time.Time {
	for _, e := range out.Events {
		if p, ok := e.What.(desk.Prioritized); ok {
			return p.Expected
		}
	}
	return time.Time{}
}

func allowanceAndLeast(st *story) {
	first, second := st.opened("help now", Network).Number, st.opened("me too", Network).Number
	st.must(Liv, first, desk.RealTime{})
	_, err := st.do(Liv, second, desk.RealTime{})
	st.refused(err, desk.RealTimeAllowance)
	st.at = st.at.Add(15 * time.Minute)
	out, err := st.s.Do(st.Context(), desk.Request{Ticket: first, By: desk.TheClock, At: st.at, Do: desk.Timer{Name: desk.TimerAllowance}})
	st.ok(err)
	if out.Ticket.Status != "submitted" {
		st.Errorf("after the allowance: %s", out.Ticket.Status)
	}
	st.must(Liv, second, desk.RealTime{}) // free again

	// Tess has one started ticket, Tom none: the urgent one is pushed to Tom.
	busy := st.ready("busy", Network).Number
	st.must(Tess, busy, desk.Start{})
	urgent := st.must(Sam, st.opened("burning", Network).Number, desk.Prioritize{Priority: "urgent"}).Number
	st.at = st.at.Add(2 * time.Hour)
	out, err = st.s.Do(st.Context(), desk.Request{Ticket: urgent, By: desk.TheClock, At: st.at, Do: desk.Timer{Name: desk.TimerPush}})
	st.ok(err)
	if out.Ticket.Assignee != Tom {
		st.Errorf("pushed to %d, want Tom", out.Ticket.Assignee)
	}
}

func ranks(st *story) {
	var ns []desk.TicketID
	for range 4 {
		ns = append(ns, st.ready("ranked", Network).Number)
	}
	order := func() (got []desk.TicketID) {
		st.Helper()
		p, err := st.s.List(st.Context(), store.Query{Kind: store.Queue, Limit: 10})
		st.ok(err)
		for _, t := range p.Tickets {
			got = append(got, t.Number)
		}
		return got
	}
	want := func(is ...int) {
		st.Helper()
		got := order()
		for i, k := range is {
			if i >= len(got) || got[i] != ns[k] {
				st.Fatalf("queue %v, want the %v of %v", got, is, ns)
			}
		}
	}
	want(0, 1, 2, 3)
	st.must(Sam, ns[2], desk.Prioritize{Rank: "up"})
	want(0, 2, 1, 3)
	st.must(Sam, ns[0], desk.Prioritize{Rank: "down"})
	want(2, 0, 1, 3)
	st.must(Sam, ns[3], desk.Prioritize{Rank: "top"})
	want(3, 2, 0, 1)
	_, err := st.do(Sam, ns[3], desk.Prioritize{Rank: "up"})
	st.refused(err, desk.Present)
	_, err = st.do(Sam, ns[1], desk.Prioritize{Rank: "down"})
	st.refused(err, desk.Present)
	out, err := st.do(Sam, ns[1], desk.Prioritize{Rank: "up"})
	st.ok(err)
	if out.Other == nil || out.Other.Number != ns[0] {
		st.Errorf("other %v, want %s", out.Other, ns[0])
	}
	replays(st)
}

func duplicates(st *story) {
	a, b, c := st.opened("down", Network).Number, st.opened("down too", Network).Number, st.opened("down as well", Network).Number
	st.must(Sam, b, desk.Duplicate{Of: a})
	out, err := st.do(Sam, c, desk.Duplicate{Of: b})
	st.ok(err)
	if out.Ticket.DuplicateOf != a || out.Other == nil || out.Other.Number != a {
		st.Errorf("%s became a duplicate of %s, want the root %s", c, out.Ticket.DuplicateOf, a)
	}
	_, err = st.do(Sam, a, desk.Duplicate{Of: c}) // its own chain's root
	st.refused(err, desk.Duplicates)
	ds, err := st.s.DuplicatesOf(st.Context(), a)
	st.ok(err)
	if len(ds) != 2 || ds[0].Number != b || ds[1].Number != c {
		st.Errorf("duplicates %v", ds)
	}
	out, err = st.do(Sam, c, desk.Undo{Duplicate: a})
	st.ok(err)
	if out.Ticket.Status != "submitted" || out.Other == nil {
		st.Errorf("undone: %+v", out)
	}
	replays(st)
}
