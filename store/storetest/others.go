package storetest

import (
	"errors"
	"fmt"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func reconfigured(st *story) {
	normal := st.ready("normal", Network).Number
	high := st.must(Sam, st.opened("urgent", Network).Number, desk.Prioritize{Priority: "urgent"}).Number
	p := Policy()
	p.Priorities[0], p.Priorities[1] = p.Priorities[1], p.Priorities[0]
	st.s.Configure(p)
	if got := st.list(store.Query{Kind: store.Queue, Member: Tess}); len(got) != 2 || got[0] != normal || got[1] != high {
		st.Errorf("queue %v after the priorities changed places", got)
	}
	now, err := st.s.Policy(st.Context())
	st.ok(err)
	if now.Handle(Ann) != "ann" {
		st.Error("the directory was lost with the configuration")
	}
}

func kept(st *story) {
	ctx := st.Context()
	if _, err := st.s.Draft(ctx, "d"); !errors.Is(err, store.ErrNotFound) {
		st.Errorf("no draft: %v", err)
	}
	st.ok(st.s.SaveDraft(ctx, "d", []byte{0, 1, 255}, st.at))
	st.ok(st.s.SaveDraft(ctx, "e", nil, st.at.Add(24*time.Hour)))
	if d, err := st.s.Draft(ctx, "d"); err != nil || string(d) != "\x00\x01\xff" {
		st.Errorf("draft %q %v", d, err)
	}
	st.ok(st.s.SaveDraft(ctx, "f", []byte("x"), st.at.Add(24*time.Hour+time.Second)))
	if _, err := st.s.Draft(ctx, "d"); !errors.Is(err, store.ErrNotFound) {
		st.Errorf("a draft of yesterday: %v", err)
	}
	if d, err := st.s.Draft(ctx, "e"); err != nil || len(d) != 0 {
		st.Errorf("an empty draft: %q %v", d, err)
	}

	if _, err := st.s.Setting(ctx, "clock"); !errors.Is(err, store.ErrNotFound) {
		st.Errorf("no setting: %v", err)
	}
	st.ok(st.s.SetSetting(ctx, "clock", "1h"))
	st.ok(st.s.SetSetting(ctx, "clock", "2h"))
	if v, err := st.s.Setting(ctx, "clock"); err != nil || v != "2h" {
		st.Errorf("setting %q %v", v, err)
	}

	if _, ok, err := st.s.Card(ctx, 1, "web:desk"); ok || err != nil {
		st.Errorf("no card: %v %v", ok, err)
	}
	c := store.Card{Ticket: 1, Place: "web:desk", Message: "m1", Revision: 3}
	st.ok(st.s.SaveCard(ctx, c))
	c.Revision = 4
	st.ok(st.s.SaveCard(ctx, c))
	if got, ok, err := st.s.Card(ctx, 1, "web:desk"); got != c || !ok || err != nil {
		st.Errorf("card %+v %v %v", got, ok, err)
	}
	for _, swap := range []struct {
		was, now store.Card
		kept     bool
	}{
		{store.Card{}, store.Card{Ticket: 1, Place: "web:desk", Message: "m2", Revision: 5}, false}, // there is one
		{store.Card{Message: "m1", Revision: 3}, store.Card{Ticket: 1, Place: "web:desk", Message: "m1", Revision: 5}, false},
		{store.Card{Message: "m0", Revision: 4}, store.Card{Ticket: 1, Place: "web:desk", Message: "m1", Revision: 5}, false},
		{c, store.Card{Ticket: 1, Place: "web:desk", Message: "m2", Revision: 2}, true},
		{store.Card{}, store.Card{Ticket: 1, Place: "web:C2", Message: "m3", Revision: 1}, true},
	} {
		before, _, err := st.s.Card(ctx, 1, swap.now.Place)
		st.ok(err)
		kept, err := st.s.SwapCard(ctx, swap.was, swap.now)
		got, _, err2 := st.s.Card(ctx, 1, swap.now.Place)
		want := before
		if swap.kept {
			want = swap.now
		}
		if kept != swap.kept || got != want || err != nil || err2 != nil {
			st.Errorf("%+v: %v, %+v %v %v", swap, kept, got, err, err2)
		}
	}
	st.ok(st.s.Ping(ctx))
}

func deskStream(st *story) {
	ctx := st.Context()
	p, err := st.s.Policy(ctx)
	st.ok(err)
	if m := p.Members[Tess]; m.Name != "Tess Tech" || !m.Has(desk.RTechnician) {
		st.Errorf("Tess %+v", m)
	}
	if c, ok := p.ContactOf(Acme, AcmeRuth); !ok || c.Email != "ruth@acme.example" || c.Phone != "555 0100" {
		st.Errorf("Ruth %+v", c)
	}
	ask := store.DeskRequest{By: desk.By(Adam), At: st.at, Do: desk.DialSet{Rule: desk.WIPLimit, Dial: desk.Enforce}, Key: desk.DeliveryKey{Key: "k", Body: "b"}}
	first, err := st.s.DoDesk(ctx, ask)
	st.ok(err)
	second, err := st.s.DoDesk(ctx, ask)
	st.ok(err)
	if d := cmp.Diff(first, second); d != "" || first.Seq != p.Version+1 {
		st.Errorf("event %+v; again: %s", first, d)
	}
	ask.By, ask.Key = desk.By(Tess), desk.DeliveryKey{}
	_, err = st.s.DoDesk(ctx, ask)
	st.refused(err, desk.ByRole)
	now, err := st.s.Policy(ctx)
	st.ok(err)
	if now.Dial(desk.WIPLimit) != desk.Enforce || p.Dial(desk.WIPLimit) != desk.Warn {
		st.Errorf("dial now %s, before %s", now.Dial(desk.WIPLimit), p.Dial(desk.WIPLimit))
	}
	if now.Version != p.Version+1 {
		st.Errorf("version %d after %d", now.Version, p.Version)
	}
}

// randomStories: whatever people do, rows are the fold of their events.
func randomStories(st *story) {
	people := []desk.MemberID{Ann, Sam, Tess, Tom, Liv}
	text := rapid.StringMatching(`[a-zA-Zß0-9 '"%]{0,20}`)
	rapid.Check(st.T, func(rt *rapid.T) {
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			st.at = st.at.Add(time.Duration(rapid.IntRange(0, 1e9).Draw(rt, "pass")))
			words := desk.Text(text.Draw(rt, "words"))
			n := desk.TicketID(rapid.IntRange(1, 12).Draw(rt, "ticket"))
			commands := []desk.Command{desk.Note{Text: words}, desk.Review{}, desk.Categorize{Category: Network}, desk.Prioritize{Priority: "normal"},
				desk.Prioritize{Priority: "urgent", Rank: "top"}, desk.Prioritize{Rank: "up"}, desk.Prioritize{Rank: "down"}, desk.Claim{}, desk.Start{Reason: words},
				desk.Release{Why: words}, desk.Clarify{Question: words}, desk.Answer{Text: words}, desk.Duplicate{Of: n%12 + 1}, desk.Undo{Duplicate: n%12 + 1},
				desk.Snooze{Until: st.at.Add(time.Hour)}, desk.RealTime{}, desk.Park{}, desk.Cancel{Why: words}, desk.Reopen{Why: words}, desk.DoEstim{Hours: 2, Text: words},
				desk.Move{To: "client_testing", Why: "done"}, desk.Nudge{}, desk.Confirm{How: "call"}, desk.Set{Field: "summary", Text: words}}
			c := rapid.SampledFrom(commands).Draw(rt, "command")
			if rapid.IntRange(0, 5).Draw(rt, "open") == 0 {
				c, n = desk.Open{Client: Acme, Contact: AcmeRuth, Summary: words, Description: words}, 0
			}
			out, err := st.s.Do(st.Context(), desk.Request{Ticket: n, By: desk.By(rapid.SampledFrom(people).Draw(rt, "by")), At: st.at, Do: c})
			var r *desk.Refusal
			var needs *desk.Needs
			if err != nil && !errors.As(err, &r) && !errors.As(err, &needs) {
				rt.Fatalf("%T: %v", c, err)
			}
			if err == nil && out.Ticket.Number != 0 {
				if d := cmp.Diff(out.Ticket, st.ticket(out.Ticket.Number)); d != "" {
					rt.Fatalf("%T: answered and saved ticket differ: %s", c, d)
				}
			}
		}
		err := st.s.Replay(st.Context(), func(t desk.Ticket, events []desk.Event) error {
			if d := cmp.Diff(desk.Fold(events), t); d != "" {
				return fmt.Errorf("%s: events and row differ: %s", t.Number, d)
			}
			return nil
		})
		if err != nil {
			rt.Fatal(err)
		}
	})
}
