package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deskbell.dev/deskbell/internal/config"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/sample"
	"deskbell.dev/deskbell/store"
)

// tickets is how many the sample has; README.md's first walk opens the next.
const tickets = 68

func sampleFile(t *testing.T) *config.File {
	t.Helper()
	f, err := config.Parse("sample desk", sample.Config)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// filled is the demo begun at an instant.
func filled(t *testing.T, start time.Time) *demo {
	t.Helper()
	f := sampleFile(t)
	d, err := wire(t.Context(), f, t.TempDir(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.close)
	if err := d.begin(t.Context(), f, start); err != nil {
		t.Fatal(err)
	}
	return d
}

// lived is everything that the desk knows of its tickets.
type lived struct {
	Tickets []desk.Ticket
	Events  []desk.Event
}

func read(t *testing.T, s *store.Store) (l lived) {
	t.Helper()
	for n := desk.TicketID(1); ; n++ {
		tk, err := s.Ticket(t.Context(), n)
		if errors.Is(err, store.ErrNotFound) {
			return l
		}
		if err != nil {
			t.Fatal(err)
		}
		es, err := s.Events(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		l.Tickets, l.Events = append(l.Tickets, tk), append(l.Events, es...)
	}
}

// get reads one of the playground's calls into out.
func (d *demo) get(t *testing.T, path string, out any) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1"+path, nil)
	r.RemoteAddr = "127.0.0.1:1" // the guard lets only this machine in
	w := httptest.NewRecorder()
	d.web.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
		t.Fatal(err)
	}
}

// The sample is whole at whatever hour the demo is started, and the same when
// it is started at the same.
func TestSampleDesk(t *testing.T) {
	for name, start := range map[string]time.Time{
		"Monday morning":     time.Date(2027, 3, 1, 9, 30, 12, 345000, time.UTC),
		"Sunday night":       time.Date(2027, 3, 7, 3, 0, 0, 0, time.UTC),
		"Friday at midnight": time.Date(2027, 3, 5, 23, 50, 59, 0, time.UTC),
		"after New Year":     time.Date(2028, 1, 2, 14, 5, 0, 0, time.UTC),
		"now":                time.Now().UTC().Truncate(time.Microsecond),
	} {
		if testing.Short() && name != "now" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := filled(t, start)
			p, err := d.store.Policy(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			l := read(t, d.store)
			checkTickets(t, p, l, start)
			checkMessages(t, d, p, start)
			if name == "Sunday night" {
				if diff := cmp.Diff(l, read(t, filled(t, start).store)); diff != "" {
					t.Errorf("started again at the same instant: %s", diff)
				}
			}
		})
	}
}

func checkTickets(t *testing.T, p *desk.Policy, l lived, start time.Time) {
	if len(l.Tickets) != tickets {
		t.Errorf("%d tickets, want %d", len(l.Tickets), tickets)
	}
	in := map[desk.StatusKey]int{}
	deck, allowances, urgent, declined, unconfirmed, duplicates, rework := 0, 0, 0, 0, 0, 0, 0
	for _, tk := range l.Tickets {
		in[tk.Status]++
		stage := p.Workflow.Stage(tk.Status)
		if tk.Priority == "" && stage != desk.Done {
			deck++
		}
		if left := time.Duration(0); tk.UnderAllowance() {
			allowances++
			if left = tk.Allowance.Until.Sub(start); left < 3*time.Minute || left > 7*time.Minute {
				t.Errorf("%s's allowance has %s left", tk.Number, left)
			}
		}
		if p.Urgent(tk.Priority) && p.Workflow.Trait(tk.Status) == desk.IsWork {
			urgent++
		}
		if tk.Estimate != nil && !tk.Estimate.Approved && stage == desk.Done {
			declined++
		}
		if tk.Unconfirmed {
			unconfirmed++
		}
		if tk.DuplicateOf != 0 {
			duplicates++
		}
		if tk.Rework > 0 {
			rework++
		}
		if s := p.Suggest(tk, start); tk.Status == "submitted" && p.Urgent(s.Priority) && len(s.Reasons) < 3 {
			t.Errorf("%s: urgent is suggested with %v", tk.Number, s.Reasons)
		}
	}
	for _, s := range p.Workflow.Statuses {
		if in[s.Key] == 0 {
			t.Errorf("no ticket is %s", s.Name)
		}
	}
	if in["approved"] < 8 || in["submitted"] < 3 || in["client_testing"] < 4 {
		t.Errorf("tickets by status: %v", in)
	}
	got := []int{allowances, urgent, declined, unconfirmed, duplicates}
	if diff := cmp.Diff([]int{1, 1, 1, 2, 1}, got); diff != "" {
		t.Errorf("allowances, urgent in work, declined, unconfirmed, duplicates: %s", diff)
	}
	if deck != 6 || rework < 4 {
		t.Errorf("%d in the deck, %d with rework", deck, rework)
	}
	suggested := 0
	for _, tk := range l.Tickets {
		if tk.Priority == "" && tk.Status == "submitted" && p.Urgent(p.Suggest(tk, start).Priority) {
			suggested++
		}
	}
	if suggested != 1 {
		t.Errorf("urgent is suggested for %d tickets of the deck", suggested)
	}
	due, rung := map[desk.TicketID]time.Time{}, 0 // what the clock does, and when
	for _, e := range l.Events {
		switch f := e.What.(type) {
		case desk.AllowanceStarted:
			due[e.Ticket] = f.Until
		case desk.ScheduledFor:
			due[e.Ticket] = f.Until
		case desk.Moved:
			if !e.By.Clock {
				break
			}
			if rung++; !e.At.Equal(due[e.Ticket]) {
				t.Errorf("the clock moved %s at %s, due %s", e.Ticket, e.At, due[e.Ticket])
			}
		}
		if e.At.After(start) {
			t.Errorf("%s has an event at %s, after %s", e.Ticket, e.At, start)
		}
		if w, ok := e.What.(desk.Warned); ok {
			t.Errorf("%s: somebody went past %s: %s", e.Ticket, w.Rule, w.Text)
		}
	}
	if rung != 2 {
		t.Errorf("the clock parked or returned %d tickets, want one each", rung)
	}
	if intake, _ := p.MemberWith("web:intake"); p.IntakeAt(start).Member != intake.ID || p.IntakeAt(start.Add(23*time.Hour)).Member != intake.ID {
		t.Error("the member intake is not on duty")
	}
}

func checkMessages(t *testing.T, d *demo, p *desk.Policy, start time.Time) {
	type line struct {
		ID, Thread string
		At         time.Time
	}
	old := start.Add(-8 * time.Hour)
	check := func(where string, ls []line, unread int) {
		last := time.Time{}
		for n, l := range ls {
			if l.At.Before(last) || l.At.After(start) {
				t.Errorf("%s: %s is of %s, after one of %s", where, l.ID, l.At, last)
			}
			if last = l.At; n >= len(ls)-unread && l.At.Before(old) {
				t.Errorf("%s: %s of %s is unread", where, l.ID, l.At)
			}
		}
	}
	unread := map[string]int{}
	for _, m := range p.People() {
		var cs []struct {
			ID     string
			Unread int
		}
		d.get(t, "/api/channels?as="+m.Handle, &cs)
		for _, c := range cs {
			unread[c.ID] = c.Unread
			var ls []line
			d.get(t, "/api/messages?as="+m.Handle+"&in="+c.ID, &ls)
			if check(c.ID, ls, c.Unread); c.ID == "desk" && len(ls) < tickets {
				t.Errorf("%d messages in the desk's channel", len(ls))
			}
		}
	}
	for where, most := range map[string]int{"desk": 15, "dm-srm": 8, "dm-intake": 2} {
		if n := unread[where]; n < 1 || n > most {
			t.Errorf("%s: %d unread, want 1 to %d", where, n, most)
		}
	}
	var mails []line
	d.get(t, "/api/mail", &mails)
	if check("mail", mails, 0); len(mails) < 60 {
		t.Errorf("%d mails", len(mails))
	}
	open, _, err := d.store.HandedOpen(t.Context(), 0, 10)
	if err != nil || len(open) != 1 {
		t.Errorf("requests that wait: %v, %v", open, err)
	}
	left, err := d.store.Undelivered(t.Context())
	if err != nil || left["parked"]+left["dead"]+left["sending"] != 0 {
		t.Errorf("notices left: %v, %v", left, err)
	}
	if due, ok, err := d.store.NextDue(t.Context()); err != nil || !ok || !due.After(start) {
		t.Errorf("the next notice is due at %s (%v, %v)", due, ok, err)
	}
}

// A desk that is kept is filled once; a filling that was killed begins anew,
// and somebody's own desk gets none.
func TestSampleOnce(t *testing.T) {
	t.Parallel()
	f, dir := sampleFile(t), t.TempDir()
	count := func(f *config.File, dir string) int {
		t.Helper()
		d, err := openDemo(t.Context(), f, dir, quiet)
		if err != nil {
			t.Fatal(err)
		}
		defer d.close()
		return len(read(t, d.store).Tickets)
	}
	if n := count(f, dir); n != tickets {
		t.Errorf("a new desk has %d tickets", n)
	}
	journal := filepath.Join(dir, "playground.jsonl")
	before, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	if n := count(f, dir); n != tickets {
		t.Errorf("after a restart there are %d tickets", n)
	}
	if after, err := os.ReadFile(journal); err != nil || string(after) != string(before) {
		t.Errorf("a restart said something new: %d bytes, then %d (%v)", len(before), len(after), err)
	}

	s, err := store.Open(t.Context(), filepath.Join(dir, "demo.db"), quiet)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.SetSetting(t.Context(), sampleKey, ""), s.Close()); err != nil {
		t.Fatal(err)
	}
	if n := count(f, dir); n != tickets {
		t.Errorf("after a kill there are %d tickets", n)
	}

	own, err := config.Parse("own.yaml", []byte(strings.Replace(string(sample.Config), "Northwind IT", "Our desk", 1)))
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	for _, file := range []*config.File{own, f} { // the second time the file was forgotten
		if n := count(file, dir); n != 0 {
			t.Errorf("somebody's own desk has %d tickets", n)
		}
	}

	// Without its mark, of an older version, it is known by what was done in it.
	d, err := openDemo(t.Context(), f, dir, quiet)
	if err != nil {
		t.Fatal(err)
	}
	p, err := d.store.Policy(t.Context())
	if err == nil {
		tech, _ := p.MemberWith("web:tech")
		_, err = d.store.Hand(t.Context(), store.HandRequest{By: desk.By(tech.ID), At: d.clock.Now(), Text: "Our own words"})
	}
	if err != nil {
		t.Fatal(err)
	}
	if own, err := d.isOwn(t.Context(), f); err != nil || !own {
		t.Errorf("a desk with a request in it is taken for a new one (%v)", err)
	}
	d.close()
}

// TestFreshLeavesARunningDemo: what another process works on is not removed.
func TestFreshLeavesARunningDemo(t *testing.T) {
	dir := t.TempDir()
	d, err := wire(t.Context(), sampleFile(t), dir, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := (&demoCmd{Data: dir, Fresh: true}).folder(t.Context(), quiet); !errors.Is(err, store.ErrLocked) {
		t.Errorf("--fresh beside a running demo: %v", err)
	}
	d.close()
	if _, _, err := (&demoCmd{Data: dir, Fresh: true}).folder(t.Context(), quiet); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "demo.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("--fresh left the desk there (%v)", err)
	}
}
