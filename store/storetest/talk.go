package storetest

import (
	"errors"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
	"github.com/google/go-cmp/cmp"
)

// threadNotes: a card is found by its message, and a note of its thread is
// changed and taken back with what it was written as; its words go.
func threadNotes(st *story) {
	ctx := st.Context()
	n := st.opened("out of toner", Printer).Number
	st.ok(st.s.SaveCard(ctx, store.Card{Ticket: n, Place: "chat:C1", Message: "17.5", Revision: 1}))
	for place, want := range map[string]desk.TicketID{"chat:C1": n, "chat:C2": 0} {
		if got, err := st.s.CardAt(ctx, place, "17.5"); got != want || err != nil {
			st.Errorf("in %s: %s, %v", place, got, err)
		}
	}
	found := func(words string, want int) {
		st.Helper()
		page, err := st.s.Find(ctx, words, 0, 10)
		st.ok(err)
		if page.Total != want {
			st.Errorf("%q finds %d, want %d", words, page.Total, want)
		}
	}
	const from = "chat:C1/18.0"
	st.must(Tess, n, desk.Note{Text: "secretfuser broken", From: from})
	st.must(Tess, n, desk.Note{Text: "typed by hand"})
	found("secretfuser", 1)
	st.must(Tess, n, desk.Note{Text: "secretfuser broken", From: from})
	st.must(Tess, n, desk.Amend{From: from, Text: "drum broken"})
	found("secretfuser", 0)
	found("drum", 1)
	_, err := st.do(Tom, n, desk.Amend{From: from, Text: "mine"})
	st.refused(err, desk.ByRole)
	st.must(Tess, n, desk.Amend{From: from, Text: "drum broken"})
	st.must(Tess, n, desk.Amend{From: from})
	found("drum", 0)
	found("typed", 1)
	events, err := st.s.Events(ctx, n)
	st.ok(err)
	var facts []desk.Fact
	for _, e := range events {
		switch e.What.(type) {
		case desk.Noted, desk.NoteChanged, desk.NoteRemoved:
			facts = append(facts, e.What)
		}
	}
	if d := cmp.Diff([]desk.Fact{desk.Noted{From: from}, desk.Noted{Text: "typed by hand"}, desk.NoteChanged{From: from}, desk.NoteRemoved{From: from}}, facts); d != "" {
		st.Error(d)
	}
	replays(st)
}

// refusedWords: a refusal that comes again offers what was typed, while the
// ticket still gives the same refusal; it is drawn from the delivery, and from no
// copy that was kept.
func refusedWords(st *story) {
	n := st.opened("out of toner", Printer).Number
	e, err := st.s.DoDesk(st.Context(), store.DeskRequest{By: desk.TheClock, At: st.at, Do: desk.MemberAdded{Member: desk.Member{Handle: "obi"}}})
	st.ok(err)
	obi := e.What.(desk.MemberAdded).Member.ID
	ask := desk.Request{Ticket: n, By: desk.By(obi), At: st.at, Do: desk.Note{Text: "secretfuser broken"}, Key: desk.DeliveryKey{Key: "said", Body: "b"}}
	offered := func() (text string) {
		st.Helper()
		_, err := st.s.Do(st.Context(), ask)
		st.refused(err, desk.ByRole)
		var no *desk.Refusal
		if errors.As(err, &no) && len(no.Offer) == 1 && no.Offer[0].Verb == desk.VHand {
			return no.Offer[0].Args["text"]
		}
		st.Fatalf("offered %+v", no)
		return ""
	}
	want := "About " + n.String() + ": secretfuser broken"
	for range 2 {
		if got := offered(); got != want {
			st.Errorf("offers %q, want %q", got, want)
		}
	}
	_, err = st.s.DoDesk(st.Context(), store.DeskRequest{By: desk.TheClock, At: st.at, Do: desk.RoleGiven{Member: obi, Role: desk.RTechnician}})
	st.ok(err)
	if got := offered(); got != "" { // the same answer, though by now they may
		st.Errorf("the words were kept: %q", got)
	}
	if counts, err := st.s.RefusalCount(st.Context(), st.at.Add(-time.Minute), time.Time{}); err != nil || counts[desk.ByRole] != 1 {
		st.Errorf("%d refusals, want 1: %v", counts[desk.ByRole], err)
	}
	if notes := st.ticket(n).Revision; notes != 2 {
		st.Errorf("revision %d, want 2", notes)
	}
}

// severalChanges of the desk are made together or not at all, once for each
// delivery, with what is to be told.
func severalChanges(st *story) {
	ctx := st.Context()
	ask := store.DeskRequests{By: desk.By(Adam), At: st.at, Key: desk.DeliveryKey{Key: "form", Body: "b"},
		Do:   []desk.DeskFact{desk.RoleGiven{Member: Tess, Role: desk.RSDM}, desk.RoleGiven{Member: Tess, Role: desk.RSDM}},
		Then: []desk.Notice{{Key: "told", Kind: desk.Post, Place: "channel", What: "w", Due: st.at.Add(-time.Hour)}}}
	p, err := st.s.Policy(ctx)
	st.ok(err)
	version := p.Version
	told := func() time.Time {
		due, _, err := st.s.NextDue(ctx)
		st.ok(err)
		return due
	}
	_, err = st.s.DoDeskAll(ctx, ask)
	st.refused(err, desk.Present) // the second, on the desk that the first makes
	if p, err = st.s.Policy(ctx); err != nil || p.Version != version || p.Members[Tess].Has(desk.RSDM) || told().Equal(ask.Then[0].Due) {
		st.Errorf("something of a refused request was saved: version %d, %v", p.Version, err)
	}
	ask.Do = []desk.DeskFact{desk.RoleGiven{Member: Tess, Role: desk.RSDM}, desk.DialSet{Rule: desk.FourEyes, Dial: desk.Off}, desk.ChannelSet{Channel: "chat:C9"}}
	ask.Key.Key = "form again"
	first, err := st.s.DoDeskAll(ctx, ask)
	st.ok(err)
	again, err := st.s.DoDeskAll(ctx, ask)
	st.ok(err)
	if d := cmp.Diff(first, again); d != "" || len(first) != 3 || first[2].Seq != version+3 {
		st.Errorf("again: %s, %v", d, first)
	}
	if p, err = st.s.Policy(ctx); err != nil || p.Version != version+3 || p.Dial(desk.FourEyes) != desk.Off || !p.Members[Tess].Has(desk.RSDM) || !told().Equal(ask.Then[0].Due) {
		st.Errorf("version %d, %v", p.Version, err)
	}
	// What came of a delivery is known, also if it was nothing.
	if done, known, err := st.s.DeskDone(ctx, ask.Key); !known || err != nil || !cmp.Equal(done, first) {
		st.Errorf("done %v %v %v", done, known, err)
	}
	none := store.DeskRequests{By: desk.By(Adam), At: st.at, Key: desk.DeliveryKey{Key: "form of nothing", Body: "b"}}
	for _, want := range []bool{false, true} {
		if done, known, err := st.s.DeskDone(ctx, none.Key); known != want || len(done) > 0 || err != nil {
			st.Errorf("of nothing: %v %v %v", done, known, err)
		}
		done, err := st.s.DoDeskAll(ctx, none)
		if st.ok(err); len(done) > 0 {
			st.Errorf("nothing did %v", done)
		}
	}
	if _, _, err := st.s.DeskDone(ctx, desk.DeliveryKey{Key: none.Key.Key, Body: "c"}); !errors.Is(err, store.ErrOtherBody) {
		st.Errorf("another body: %v", err)
	}
	none.Key.Body, none.Do = "c", ask.Do
	if _, err := st.s.DoDeskAll(ctx, none); !errors.Is(err, store.ErrOtherBody) {
		st.Errorf("another body: %v", err)
	}
}

// strangers are refused under no member, once for each delivery.
func strangers(st *story) {
	no := &desk.Refusal{Rule: desk.MembersOnly, Text: "Members only."}
	for _, key := range []string{"a", "a", "b"} {
		st.ok(st.s.RefuseStranger(st.Context(), store.StrangerRefusal{At: st.at, Verb: desk.VStart, Key: desk.DeliveryKey{Key: key, Body: key}, No: no}))
	}
	counts, err := st.s.RefusalCount(st.Context(), st.at.Add(-time.Minute), time.Time{})
	st.ok(err)
	if counts[desk.MembersOnly] != 2 {
		st.Errorf("%d refusals, want 2", counts[desk.MembersOnly])
	}
}
