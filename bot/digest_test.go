package bot_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"deskbell.dev/deskbell/bot"
	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/outbox"
	"deskbell.dev/deskbell/store"
	"pgregory.net/rapid"
)

// due has the digest of the morning carried out: what the schedule enqueues.
func (w *wired) due(what string) {
	w.t.Helper()
	_, err := w.store.Enqueue(context.Background(), desk.Notice{Key: "digest/" + strings.TrimSuffix(what, "/late"), Kind: desk.Post, Place: "channel", What: "digest/" + what, Due: w.now})
	w.ok(err)
}

const wednesday = "2026-03-04T09:00+00:00"

// stale is a Wednesday morning on which T-1 was untouched in Client testing since
// Monday, T-2 is in triage and R-1 waits for intake.
func (w *wired) stale() {
	w.t.Helper()
	n := w.opened().Number
	w.do("srm", n, desk.Prioritize{Priority: "normal"})
	w.do("tech", n, desk.Start{})
	w.do("tech", n, desk.Move{To: "client_testing", Why: "new tray"})
	w.opened()
	_, err := w.store.Hand(context.Background(), store.HandRequest{By: desk.By(w.member("tech2")), At: w.now, Text: "Jane wants a mouse"})
	w.ok(err)
	w.settle()
	w.now = monday.AddDate(0, 0, 2)
}

// digestIn is what the digest that was due at a time says on a platform: the root
// and its replies in order, with rows and what can be pressed there.
func (w *wire) digestIn(due string) (says []string) {
	for _, s := range w.said {
		if !strings.HasPrefix(s.key, "digest/"+due) {
			continue
		}
		text := s.m.Text.Flat(nil)
		if c := s.m.Card; c != nil {
			text = c.Title.Flat(nil) + labels(c.Actions)
			for _, r := range c.Rows {
				text += "\n- " + r.Text.Flat(nil) + labels(r.Actions)
			}
		}
		if says = append(says, text); (s.thread != "") != (len(says) > 1) {
			says = append(says, "in the wrong place: "+s.thread)
		}
	}
	return says
}

func labels(as []chat.Action) (text string) {
	for _, a := range as {
		text += " [" + a.Label + "]"
	}
	return text
}

func expect(t testing.TB, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("it says\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestDigestFollows: the digest that stands in the channels says, row by row, what
// was done since, however it was done, and its counts follow; yesterday's stays.
func TestDigestFollows(t *testing.T) {
	w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web", "other")
	w.stale()
	w.due(wednesday)
	w.drain()
	triage := "In triage for 1 working day or more (1)\n- T-2 No paper · Acme Dental (VIP) · ○ Submitted · 2 days [Urgent] [Open] [More]"
	waits := "Requests waiting for intake (1)\n- R-1 Jane wants a mouse · @tech2 · 2 days [Accept] [Decline]"
	expect(t, w.wires[0].digestIn(wednesday),
		"Desk digest, Wed 4 Mar: 1 waits for the client's test too long, 1 in triage too long, 1 request waits for intake. @sdm",
		"Client testing, untouched for 2 working days or more (1)\n- T-1 No paper · Acme Dental (VIP) · 2 days · @tech [Confirmed] [Nudged] [More]", triage, waits)
	if got := w.wires[0].with("digest/" + wednesday + "/web:desk").m.Notify; !slices.Equal(got, []string{"sdm"}) {
		t.Errorf("it notifies %q", got)
	}
	for _, s := range w.wires[0].said {
		if strings.Contains(s.key, "/digest/") && len(s.m.Notify) > 0 {
			t.Errorf("%s notifies %q", s.key, s.m.Notify)
		}
	}

	w.do("sdm", 1, desk.Nudge{})
	w.drain()
	nudged := "Client testing, untouched for 2 working days or more: all done\n- ✓ T-1 No paper · Acme Dental (VIP) · @sdm nudged the client [Open]"
	expect(t, w.wires[1].digestIn(wednesday)[:2], "Desk digest, Wed 4 Mar: 1 in triage too long, 1 request waits for intake. @sdm", nudged)

	// A note changes no count, and its words stay where they were written.
	w.do("tech", 2, desk.Note{Text: "secret"})
	w.drain()
	expect(t, w.wires[0].digestIn(wednesday)[2:3], strings.Replace(triage, "2 days", "2 days · @tech noted", 1))
	w.do("srm", 2, desk.Prioritize{Priority: "normal"})
	w.do("intake", 0, desk.Open{Request: 1, Kind: desk.Service, Client: 1, Summary: "Mouse"})
	w.drain()
	done := []string{"Desk digest, Wed 4 Mar: all done.", nudged,
		"In triage for 1 working day or more: all done\n- ✓ T-2 No paper · Acme Dental (VIP) · @tech noted · @srm set the priority to Normal, moved it from Submitted to Approved for action [Open]",
		"Requests waiting for intake: all done\n- ✓ R-1 Jane wants a mouse · @intake took it in: T-3 [Open]"}
	expect(t, w.wires[0].digestIn(wednesday), done...)
	expect(t, w.wires[1].digestIn(wednesday), done...)

	// What was undone is to be done again.
	w.do("srm", 2, desk.Undo{})
	w.drain()
	if got := w.wires[0].digestIn(wednesday); !strings.HasPrefix(got[0], "Desk digest, Wed 4 Mar: 1 in triage too long.") || !strings.Contains(got[2], "undid: prioritize [Urgent]") {
		t.Errorf("undone: %q", got)
	}

	// The next day's digest is the one that follows from then on.
	thursday := "2026-03-05T09:00+00:00"
	w.now = monday.AddDate(0, 0, 3)
	was := w.wires[0].digestIn(wednesday)
	w.due(thursday + "/late")
	w.drain()
	w.do("srm", 2, desk.Prioritize{Priority: "urgent"})
	w.drain()
	expect(t, w.wires[0].digestIn(wednesday), was...)
	if got := w.wires[0].digestIn(thursday); !strings.HasPrefix(got[0], "Desk digest, Thu 5 Mar: late, it was due at 09:00. ") || !strings.Contains(got[1], "✓ T-2") {
		t.Errorf("Thursday's: %q", got)
	}
	// One that was held up until a later one stands there is not posted any more.
	said := len(w.wires[0].said)
	w.due("2026-03-03T09:00+00:00")
	w.drain()
	if len(w.wires[0].said) != said {
		t.Errorf("overtaken, and posted: %q", w.wires[0].digestIn("2026-03-03T09:00+00:00"))
	}
}

// TestDigestOnBadLine: however the line fails and the process dies, also while
// people act on it, each message of the digest stands there once and says in the
// end what it says on a good line.
func TestDigestOnBadLine(t *testing.T) {
	checks := flag.Lookup("rapid.checks").Value
	defer checks.Set(checks.String())
	if err := checks.Set("12"); err != nil { // each is some hundred writes to the disk
		t.Fatal(err)
	}
	dir, run := t.TempDir(), 0
	good := newWired(t, filepath.Join(dir, "good.db"), "web", "other")
	good.stale()
	seed, err := os.ReadFile(good.closed())
	good.ok(err)
	morning := func(w *wired, between func()) {
		w.now = monday.AddDate(0, 0, 2)
		w.due(wednesday)
		between()
		w.do("sdm", 1, desk.Nudge{})
		between()
		w.do("srm", 2, desk.Prioritize{Priority: "normal"})
		w.settle()
	}
	good.start()
	var before [2][]said // the seed knows where they stand
	for i, wire := range good.wires {
		for _, s := range wire.said {
			before[i] = append(before[i], *s)
		}
	}
	morning(good, good.drain)
	rapid.Check(t, func(rt *rapid.T) {
		run++
		path := filepath.Join(dir, fmt.Sprint(run, ".db"))
		good.ok(os.WriteFile(path, seed, 0o600))
		w := openWired(t, path, "web", "other")
		defer func() { os.Remove(w.closed()) }()
		plan := rapid.SliceOfN(rapid.IntRange(0, 5), 0, 40).Draw(rt, "faults")
		for i, wire := range w.wires {
			for _, s := range before[i] {
				wire.said = append(wire.said, &s)
			}
		}
		w.breaks(plan)
		drained := rapid.SliceOfN(rapid.Bool(), 2, 2).Draw(rt, "drained")
		morning(w, func() {
			if drained[0] {
				w.drain()
			}
			drained = drained[1:]
		})
		for i, wire := range w.wires {
			if keys := wire.twice(); len(keys) > 0 {
				rt.Errorf("posted twice on %s: %q", wire.name, keys)
			}
			got, want := wire.digestIn(wednesday), good.wires[i].digestIn(wednesday)
			// What was done before it was listed doesn't stand in it.
			if got[0] != want[0] || slices.ContainsFunc(got, func(says string) bool { return !slices.Contains(want, says) }) {
				rt.Errorf("%s: %q, on a good line %q", wire.name, got, want)
			}
		}
		if left, err := w.store.Undelivered(context.Background()); err != nil || len(left) > 0 {
			rt.Errorf("left %v %v", left, err)
		}
	})
}

// TestDigestOfTwoProcesses: it says in the end what is so, though another process
// acts on a ticket, and paints that, while any of its messages is shown or edited
// and that not yet written down.
func TestDigestOfTwoProcesses(t *testing.T) {
	for at := range 20 {
		w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web")
		w.stale()
		w.due(wednesday)
		count, busy := 0, false
		slow := &held{wire: w.wires[0]}
		slow.meanwhile = func(string, chat.MessageRef) {
			if count++; busy || count-1 != at && count-2 != at {
				return
			}
			busy = true
			if count-1 == at {
				w.do("sdm", 1, desk.Nudge{})
			} else {
				w.do("srm", 2, desk.Prioritize{Priority: "normal"})
			}
			w.drain()
			busy = false
		}
		clock := func() time.Time { return w.now }
		one := bot.New(bot.Config{Store: w.store, Now: clock, Platforms: []chat.Platform{slow}, Log: slog.New(slog.DiscardHandler)})
		w.ok(outbox.New(w.store, one.Carry, clock, "one", 1, slog.New(slog.DiscardHandler)).Drain(t.Context()))
		if count <= at+1 {
			if at < 3 {
				t.Fatalf("only %d messages and edits", count)
			}
			return
		}
		got := strings.Join(w.wires[0].digestIn(wednesday), "\n")
		if !strings.HasPrefix(got, "Desk digest, Wed 4 Mar: 1 request waits for intake. @sdm") || strings.Contains(got, "- T-") {
			t.Errorf("acted on at %d, it says\n%s", at, got)
		}
	}
}

// TestDigestOfThousands: a section shows a page and says how many there are and
// how to see them; whoever asks walks all of them.
func TestDigestOfThousands(t *testing.T) {
	w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web")
	const many = 1100
	w.each(1, many, "intake", func(desk.TicketID) (desk.TicketID, desk.Command) {
		return 0, desk.Open{Summary: "Jam", Client: 1, Contact: 1, Description: "Floor 2"}
	})
	w.now = monday.AddDate(0, 0, 1)
	key := "digest/2026-03-03T09:00+00:00"
	w.ok(w.bot.Carry(t.Context(), store.Due{Notice: desk.Notice{Key: key, Kind: desk.Post, Place: "channel", What: key}}))
	posted := w.wires[0].said
	root, part := posted[0].m, posted[1].m
	if len(posted) != 2 || root.Text.Flat(nil) != "Desk digest, Tue 3 Mar: more than 1000 in triage too long. @sdm" || posted[1].thread != "0" {
		t.Fatalf("%d messages, %q", len(posted), root.Text.Flat(nil))
	}
	if part.Card.Title.Flat(nil) != "In triage for 1 working day or more (more than 1000)" || len(part.Card.Rows) != 10 || labels(part.Card.Actions) != " [Show all (more than 1000)]" {
		t.Errorf("%+v", part.Card)
	}
	token, edit := part.Card.Actions[0].Token, false
	for page := range 101 {
		r := w.bot.Handle(t.Context(), chat.Interaction{Platform: "web", From: chat.User{ID: "sdm", Handle: "sdm"}, Kind: chat.Press, Token: token, Place: chat.Place{Channel: "desk"}, Message: chat.MessageRef{ID: "1"}})
		if r.Message == nil || !r.Message.Private || r.Edit != edit || r.Message.Card.Rows[0].Actions[0].Ticket != int64(page*10+1) {
			t.Fatalf("page %d: %+v", page, r.Message)
		}
		as := r.Message.Card.Actions
		token, edit = as[min(page, 1)].Token, true // More comes after Earlier
	}
	// One that the section had no room for counts too.
	w.each(101, many, "srm", func(n desk.TicketID) (desk.TicketID, desk.Command) { return n, desk.Cancel{Why: "withdrawn"} })
	w.ok(w.bot.Carry(t.Context(), store.Due{Notice: desk.Notice{Kind: desk.Paint, Ticket: 101}}))
	if got := w.wires[0].said[0].m.Text.Flat(nil); got != "Desk digest, Tue 3 Mar: 100 in triage too long. @sdm" {
		t.Errorf("the root says %q", got)
	}
}

// each does something to tickets, many at a time.
func (w *wired) each(first, last desk.TicketID, who string, what func(desk.TicketID) (desk.TicketID, desk.Command)) {
	w.t.Helper()
	by := desk.By(w.member(who))
	var wg sync.WaitGroup
	var failed atomic.Pointer[error]
	for k := range desk.TicketID(64) {
		wg.Go(func() {
			for n := first + k; n <= last; n += 64 {
				ticket, do := what(n)
				if _, err := w.store.Do(context.Background(), desk.Request{Ticket: ticket, By: by, At: w.now, Do: do}); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		w.t.Fatal(*err)
	}
}

// TestEmptyDigest: one line, which calls nobody; or nothing, where the
// configuration says so.
func TestEmptyDigest(t *testing.T) {
	w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web")
	w.due("2026-03-02T09:00+00:00")
	w.drain()
	expect(t, w.wires[0].digestIn("2026-03-02T09:00+00:00"), "Desk digest, Mon 2 Mar: nothing is urgent, and nothing has waited too long.")
	p, err := w.store.Policy(t.Context())
	w.ok(err)
	quiet := *p
	quiet.Digest.Silent = true
	w.store.Configure(quiet)
	w.due(wednesday)
	w.drain()
	expect(t, w.wires[0].digestIn(wednesday))
}

// TestDigestElsewhere: it stands where the configuration says, and its owner is
// the SRM where there is no SDM.
func TestDigestElsewhere(t *testing.T) {
	w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web", "other")
	w.stale()
	_, err := w.store.DoDesk(t.Context(), store.DeskRequest{By: desk.By(w.member("admin")), At: w.now, Do: desk.RoleTaken{Member: w.member("sdm"), Role: desk.RSDM}})
	w.ok(err)
	p, err := w.store.Policy(t.Context())
	w.ok(err)
	base := *p
	base.Digest.Channels = []string{"other:digests"}
	base.Digest.Sections = []desk.Section{desk.StaleTriage}
	w.store.Configure(base)
	w.due(wednesday)
	w.drain()
	if got := w.wires[0].digestIn(wednesday); len(got) != 2 || got[0] != "Desk digest, Wed 4 Mar: 1 in triage too long. @srm" || len(w.wires[0].in("digests")) > 0 {
		t.Errorf("on the first platform %q", got)
	}
	if got := w.wires[1].in("digests"); len(got) != 2 {
		t.Errorf("in its own channel %d messages", len(got))
	}
}
