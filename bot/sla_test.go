package bot_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/config"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/sample"
)

// promised starts the desk again with other goals.
func (w *wired) promised(resolve time.Duration) {
	w.t.Helper()
	w.ok(w.store.Close())
	w.start()
	f, err := config.Parse("desk.yaml", sample.Config)
	w.ok(err)
	f.SLA.Goals = map[string]map[string]config.Goals{"Gold": {"normal": {Respond: time.Hour, Resolve: resolve}}}
	w.ok(config.Apply(w.t.Context(), w.store, f, w.now))
	w.drain()
}

// However the process dies on its way: when the goals change, each open ticket is
// measured anew, whom it concerns is told why once, and the channel of the whole.
func TestGoalsChange(t *testing.T) {
	w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web")
	var last desk.TicketID
	for range 60 {
		last = w.opened().Number
	}
	w.drain()
	w.promised(40 * time.Hour)
	if s := w.wires[0].in("desk"); !strings.Contains(s[len(s)-1].m.Text.Flat(nil), "60 of them are due at another time now") {
		t.Errorf("the channel was told %q", s[len(s)-1].m.Text.Flat(nil))
	}
	w.now = w.now.Add(20*time.Hour + 30*time.Minute) // Tuesday 05:30: eight hours of work have passed
	w.drain()
	w.promised(2 * time.Hour)
	const why = "since the desk's goals or hours changed"
	told := func() (n int) {
		for _, s := range w.wires[0].in("sdm") {
			if strings.HasPrefix(s.key, "alerts/") { // all but the first come together
				for _, r := range s.m.Card.Rows {
					if !strings.Contains(r.Text.Flat(nil), "resolve breached") {
						continue // those that had not been answered
					}
					if n++; !strings.Contains(r.Text.Flat(nil), why) {
						t.Errorf("the SDM was told %q", r.Text.Flat(nil))
					}
				}
			}
			if strings.Contains(s.key, "/sla-breached/resolve/") {
				if n++; !strings.Contains(s.m.Text.Flat(nil), why) {
					t.Errorf("the SDM was told %q", s.m.Text.Flat(nil))
				}
			}
		}
		return n
	}
	if n := told(); n != 0 {
		t.Errorf("the SDM was told of %d in the night", n)
	}
	w.now = w.now.Add(4 * time.Hour)
	w.drain()
	if n := told(); n != 60 {
		t.Errorf("the SDM was told of %d tickets, want 60", n)
	}
	if n := len(w.wires[0].in("sdm")); n > 14 { // of 120 goals
		t.Errorf("the SDM was told by %d messages", n)
	}
	tk, err := w.store.Ticket(t.Context(), last)
	if w.ok(err); !tk.Breached.Has(desk.GoalResolve) {
		t.Errorf("%s is not recorded as breached", last)
	}
	if twice := w.wires[0].twice(); len(twice) > 0 {
		t.Errorf("twice: %v", twice)
	}
}

// While a process of another configuration runs on, it leaves the measuring to
// those that know the new promises.
func TestGoalsChangeBesideAnOldProcess(t *testing.T) {
	w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web")
	n := w.opened().Number
	w.drain()
	old, err := w.store.Policy(t.Context())
	w.ok(err)
	f, err := config.Parse("desk.yaml", sample.Config)
	w.ok(err)
	f.SLA.Goals = map[string]map[string]config.Goals{"Gold": {"normal": {Resolve: 2 * time.Hour}}}
	w.ok(config.Apply(t.Context(), w.store, f, w.now))
	now, err := w.store.Policy(t.Context())
	w.ok(err)
	for _, p := range []*desk.Policy{old, now} {
		w.store.Configure(*p)
		w.drain()
		w.now = w.now.Add(2 * time.Minute)
	}
	w.now = w.now.Add(3 * time.Hour)
	w.drain()
	if tk, err := w.store.Ticket(t.Context(), n); err != nil || !tk.Breached.Has(desk.GoalResolve) {
		t.Errorf("%s is not breached: %v", n, err)
	}
}

// Promises that were taken back before anybody measured by them keep nobody
// waiting.
func TestGoalsTakenBack(t *testing.T) {
	w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web")
	w.opened()
	w.drain()
	_, err := w.store.Enqueue(t.Context(), desk.Remeasure(fmt.Sprintf("gone/%d", w.now.Unix()), 0, 0, w.now))
	w.ok(err)
	w.settle()
	if left, err := w.store.Undelivered(t.Context()); err != nil || len(left) > 0 {
		t.Errorf("left: %v %v", left, err)
	}
}

// TestAlertsTogether: the second alert of an hour comes as a row of one message,
// also if it was long not known whether the first one stands.
func TestAlertsTogether(t *testing.T) {
	w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web")
	w.opened()
	w.opened()
	w.drain()
	w.promised(40 * time.Hour) // an answer within the hour
	unsure := true
	w.wires[0].after = func(where, key string) error {
		if was := unsure; where == "sdm" && was {
			unsure = false
			return chat.ErrUnsure
		}
		return nil
	}
	for range 5 { // at risk after 45 minutes, and tried again
		w.now = w.now.Add(10 * time.Minute)
		w.drain()
	}
	var keys []string
	for _, s := range w.wires[0].in("sdm") {
		kind, _, _ := strings.Cut(s.key, "/")
		keys = append(keys, kind)
	}
	if got := strings.Join(keys, " "); got != "t alerts" {
		t.Errorf("the SDM was told by %q, want one of a ticket and one of the rest", got)
	}
}

// An answer that came too late, with the desk down meanwhile: the SDM hears of it
// all the same.
func TestToldOfLateAnswer(t *testing.T) {
	w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web")
	w.promised(16 * time.Hour) // and an hour to answer
	n := w.opened().Number
	w.now = w.now.Add(3 * time.Hour)
	w.do("tech", n, desk.Reply{How: "sent", Text: "Sorry."})
	w.drain()
	var told []string
	for _, s := range w.wires[0].in("sdm") {
		told = append(told, s.m.Text.Flat(nil))
	}
	if len(told) != 1 || told[0] != "T-1 has breached its goal: respond was met only after 3 h of 1 h." {
		t.Errorf("the SDM was told %q", told)
	}
}

// What others read of the clocks: parts without gaps, whose counted ones add up
// to what an open resolve goal has used.
func TestTicketDataClocks(t *testing.T) {
	w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web")
	w.opened()
	w.promised(16 * time.Hour)
	w.now = w.now.Add(26 * time.Hour)
	res := httptest.NewRecorder()
	req := httptest.NewRequest("GET", "/api/tickets/1", nil)
	req.SetPathValue("number", "1")
	w.bot.Data()["GET /api/tickets/{number}"].ServeHTTP(res, req)
	var got struct {
		SLA struct {
			Calendar string
			Paused   bool
			Goals    []struct {
				Name, State string
				Goal        float64 `json:"goal_minutes"`
				Used        float64 `json:"used_minutes"`
				Due         *time.Time
			}
			Ledger []struct {
				From, To time.Time
				Counted  bool
				Why      string
			}
		}
	}
	w.ok(json.Unmarshal(res.Body.Bytes(), &got))
	var lines []string
	for _, g := range got.SLA.Goals {
		lines = append(lines, fmt.Sprintf("%s %s %g of %g due %s", g.Name, g.State, g.Used, g.Goal, g.Due.Format(time.RFC3339)))
	}
	counted, from := time.Duration(0), monday
	for _, l := range got.SLA.Ledger {
		if !l.From.Equal(from) {
			t.Errorf("a gap before %s", l.From)
		}
		if from = l.To; l.Counted {
			counted += l.To.Sub(l.From)
		}
		lines = append(lines, fmt.Sprintf("%s %s %v", l.To.Sub(l.From), l.Why, l.Counted))
	}
	want := "respond breached 600 of 60 due 2026-03-02T10:00:00Z\nresolve running 600 of 960 due 2026-03-03T17:00:00Z\n" +
		"8h0m0s Submitted: counted true\n16h0m0s Submitted: off hours false\n2h0m0s Submitted: counted true"
	if have := strings.Join(lines, "\n"); have != want || !from.Equal(w.now) || counted.Minutes() != got.SLA.Goals[1].Used || got.SLA.Calendar != "office" || got.SLA.Paused {
		t.Errorf("%s\nwant\n%s\nand %+v", have, want, got.SLA)
	}
}
