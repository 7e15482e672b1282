package storetest

import (
	"errors"
	"slices"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
	"github.com/google/go-cmp/cmp"
)

func (st *story) list(q store.Query) []desk.TicketID {
	st.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	p, err := st.s.List(st.Context(), q)
	st.ok(err)
	ns := []desk.TicketID{}
	for _, t := range p.Tickets {
		ns = append(ns, t.Number)
	}
	if q.Offset == 0 && q.Limit == 100 && p.Total != len(ns) {
		st.Errorf("%v: total %d of %d", q, p.Total, len(ns))
	}
	return ns
}

func lists(st *story) {
	st.opened("1 to triage", Network)
	st.opened("2 snoozed", Network)
	st.ready("3 in the queue, a printer", Printer)
	st.ready("4 in the queue, a network", Network)
	st.opened("5 urgent", Network)
	st.opened("6 waits for the client", Network)
	st.ready("7 in progress", Network)
	st.ready("8 cancelled", Network)
	until := st.at.Add(time.Hour)
	st.must(Sam, 2, desk.Snooze{Until: until})
	st.must(Sam, 5, desk.Prioritize{Priority: "urgent"})
	st.must(Ann, 6, desk.Clarify{Question: "which floor?"})
	st.must(Tess, 7, desk.Start{})
	st.must(Sam, 8, desk.Cancel{Why: "withdrawn"})
	st.must(Tom, 4, desk.Claim{})

	for _, c := range []struct {
		q    store.Query
		want []desk.TicketID
	}{
		{store.Query{Kind: store.Queue}, []desk.TicketID{5, 3, 4}},
		{store.Query{Kind: store.Queue, Member: Tom}, []desk.TicketID{5, 4}},
		{store.Query{Kind: store.Queue, Member: Tess}, []desk.TicketID{5, 3}},
		{store.Query{Kind: store.Queue, Offset: 1, Limit: 1}, []desk.TicketID{3}},
		{store.Query{Kind: store.Triage, At: st.at}, []desk.TicketID{1, 6}},
		{store.Query{Kind: store.Triage, At: until}, []desk.TicketID{1, 2, 6}},
		{store.Query{Kind: store.Mine, Member: Tess}, []desk.TicketID{7}},
		{store.Query{Kind: store.InStatus, Status: "approved"}, []desk.TicketID{3, 4, 5}},
		{store.Query{Kind: store.OfClient, Client: Acme}, []desk.TicketID{7, 6, 5, 4, 3, 2, 1, 8}},
		{store.Query{Kind: store.OfMember, Member: Tom}, []desk.TicketID{4}},
		{store.Query{Kind: store.Urgent}, []desk.TicketID{5}},
	} {
		if got := st.list(c.q); !slices.Equal(got, c.want) {
			st.Errorf("%+v: %v, want %v", c.q, got, c.want)
		}
	}
	p, err := st.s.List(st.Context(), store.Query{Kind: store.Queue, Offset: 2, Limit: 1})
	st.ok(err)
	if p.Total != 3 {
		st.Errorf("total %d of a page, want 3", p.Total)
	}
	board, err := st.s.Board(st.Context())
	st.ok(err)
	var got []string
	for _, r := range board {
		got = append(got, string(r.Status)+" "+strings.Repeat("|", r.Count)+" "+r.Oldest.String())
	}
	want := []string{"submitted || T-1", "approved ||| T-3", "in_progress | T-7", "waiting_for_client | T-6"}
	if !slices.Equal(got, want) {
		st.Errorf("board %q, want %q", got, want)
	}
	if !board[0].Since.Equal(st.ticket(1).Since) {
		st.Errorf("since %v", board[0].Since)
	}
}

func find(st *story) {
	printer := st.opened("the printer smokes", Printer).Number
	wifi := st.opened("wifi drops, O'Brien says", Network).Number
	st.must(Tess, printer, desk.Note{Text: "called Überländer; it was the fuser"})
	st.must(Sam, wifi, desk.Cancel{Why: "fuser again"})
	for _, c := range []struct {
		words string
		want  []desk.TicketID
	}{
		{"printer", []desk.TicketID{printer}},
		{"PRINTER smok", []desk.TicketID{printer}},       // the last is a beginning
		{"smokes fuser", []desk.TicketID{printer}},       // in different texts
		{"smok printer", []desk.TicketID{}},              // only the last
		{"fuser", []desk.TicketID{printer, wifi}},        // open before closed
		{"o'brien", []desk.TicketID{wifi}},               // no syntax
		{"überländer", []desk.TicketID{printer}},         //
		{"T-2", []desk.TicketID{wifi}},                   // by number
		{"1", []desk.TicketID{printer}},                  //
		{"t-99", []desk.TicketID{}},                      //
		{"", []desk.TicketID{}},                          //
		{`" OR *) NEAR/3 (`, []desk.TicketID{}},          //
		{`printer" OR "wifi`, []desk.TicketID{}},         // OR is a word
		{"'; DROP TABLE tickets; --", []desk.TicketID{}}, //
		{`a & b | !c <-> d :* \ ' '' %_$1`, []desk.TicketID{}},
		{strings.Repeat("very ", 500), []desk.TicketID{}},
		{"\x00\xff\xfe\u202e", []desk.TicketID{}},
		{"-printer", []desk.TicketID{printer}},
	} {
		p, err := st.s.Find(st.Context(), c.words, 0, 10)
		if err != nil {
			st.Errorf("%q: %v", c.words, err)
			continue
		}
		got := []desk.TicketID{}
		for _, t := range p.Tickets {
			got = append(got, t.Number)
		}
		if !slices.Equal(got, c.want) || p.Total != len(c.want) {
			st.Errorf("%q: %v (total %d), want %v", c.words, got, p.Total, c.want)
		}
	}
	p, err := st.s.Find(st.Context(), "fuser", 1, 1)
	st.ok(err)
	if len(p.Tickets) != 1 || p.Tickets[0].Number != wifi || p.Total != 2 {
		st.Errorf("second page: %+v", p)
	}
}

func handedIn(st *story) {
	hand := func(text desk.Text, key string) (desk.Handed, error) {
		return st.s.Hand(st.Context(), store.HandRequest{By: desk.By(Tess), At: st.at, Text: text, Key: desk.DeliveryKey{Key: key, Body: string(text)}})
	}
	first, err := hand("Ruth wants a new mouse", "h1")
	st.ok(err)
	again, err := hand("Ruth wants a new mouse", "h1")
	st.ok(err)
	if d := cmp.Diff(first, again); d != "" || first.Number != 1 || first.State != desk.HandedOpen {
		st.Errorf("handed %+v; again: %s", first, d)
	}
	var needs *desk.Needs
	if _, err := hand(" ", "h2"); !errors.As(err, &needs) {
		st.Errorf("empty: %v, want needs", err)
	}
	second, err := hand("Ruth called about the wifi", "h2")
	st.ok(err)
	third, err := hand("Ruth says hello", "h3")
	st.ok(err)
	open, total, err := st.s.HandedOpen(st.Context(), 1, 1)
	st.ok(err)
	if total != 3 || len(open) != 1 || open[0].Number != second.Number {
		st.Errorf("open %v of %d", open, total)
	}

	st.at = st.at.Add(time.Hour)
	t := st.must(Ann, 0, desk.Open{Client: Acme, Request: first.Number})
	if t.Summary != "Ruth wants a new mouse" || t.HandedBy != Tess || !t.Entered.Equal(first.At) {
		st.Errorf("accepted as %+v", t)
	}
	st.must(Ann, t.Number, desk.Attach{Request: second.Number})
	if _, err := st.do(Ann, 0, desk.Open{Client: Acme, Request: first.Number}); err == nil {
		st.Error("accepted twice")
	} else {
		st.refused(err, desk.Present)
	}
	decline := store.DeclineRequest{By: desk.By(Tess), At: st.at, Number: third.Number, Why: "only a greeting"}
	_, err = st.s.DeclineHanded(st.Context(), decline)
	st.refused(err, desk.IntakeOnly)
	decline.By = desk.By(Ann)
	_, err = st.s.DeclineHanded(st.Context(), decline)
	st.ok(err)
	decline.Number = 99
	if _, err := st.s.DeclineHanded(st.Context(), decline); !errors.Is(err, store.ErrNotFound) {
		st.Errorf("R-99: %v", err)
	}
	for n, want := range map[desk.RequestID]desk.Handed{
		1: {State: desk.HandedAccepted, Ticket: t.Number, ByWhom: Ann},
		2: {State: desk.HandedAttached, Ticket: t.Number, ByWhom: Ann},
		3: {State: desk.HandedDeclined, ByWhom: Ann, Why: "only a greeting"},
	} {
		h, err := st.s.Handed(st.Context(), n)
		st.ok(err)
		if got := (desk.Handed{State: h.State, Ticket: h.Ticket, ByWhom: h.ByWhom, Why: h.Why}); got != want || h.Closed.IsZero() {
			st.Errorf("%s: %+v, want %+v", n, h, want)
		}
	}
	if open, total, err := st.s.HandedOpen(st.Context(), 0, 5); err != nil || total != 0 || len(open) != 0 {
		st.Errorf("still open: %v %d %v", open, total, err)
	}
	replays(st)
}
