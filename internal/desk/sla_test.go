package desk

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"deskbell.dev/deskbell/internal/worktime"
)

// clocks are the ticket's goals as text: "resolve running 2h0m0s of 16h0m0s due
// Wed 2026-03-04 10:00".
func (s *scene) clocks() string {
	var out []string
	for _, c := range s.p.Clocks(s.ticket(), s.now) {
		line := fmt.Sprintf("%s %s %s of %s", c.Goal, c.State, c.Used, c.Limit)
		if !c.Due.IsZero() {
			line += " due " + c.Due.In(s.p.Zone).Format("Mon 15:04")
		}
		if c.AtRisk {
			line += " at risk"
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func (s *scene) clocksAre(want ...string) *scene {
	s.Helper()
	if got := s.clocks(); got != strings.Join(want, "\n") {
		s.Errorf("%s: the clocks are\n%s\nwant\n%s", s.now.In(s.p.Zone).Format("Mon 15:04"), got, strings.Join(want, "\n"))
	}
	return s
}

// goalsTold are the goals that somebody was told of: "breached/resolve sdm Tue 09:00".
func (s *scene) goalsTold() string {
	var out []string
	for _, n := range s.notices {
		if what, ok := strings.CutPrefix(n.What, "sla-"); ok && n.Ticket == s.n {
			var m MemberID
			fmt.Sscanf(n.Place, "member:%d", &m)
			out = append(out, fmt.Sprintf("%s %s %s", what, names[m], n.Due.In(s.p.Zone).Format("Mon 15:04")))
		}
	}
	return strings.Join(out, "\n")
}

func (s *scene) toldGoals(want ...string) *scene {
	s.Helper()
	if got := s.goalsTold(); got != strings.Join(want, "\n") {
		s.Errorf("told of\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	return s
}

func (s *scene) until(text string) *scene {
	s.Helper()
	s.wait(at(text).Sub(s.now))
	return s
}

// Until it is prioritized the default priority's goals run, from the entry on.
// Waiting for the client gives time back; a person's word ends respond.
func TestClocks(t *testing.T) {
	s := newScene(t) // Monday 10:00
	s.opened(Service)
	s.clocksAre("respond running 0s of 2h0m0s due Mon 12:00", "resolve running 0s of 16h0m0s due Wed 10:00")
	s.until("Mon 2026-03-02 11:00").as(intake).do(Clarify{Question: "Which floor?"})
	s.clocksAre("respond paused 1h0m0s of 2h0m0s", "resolve paused 1h0m0s of 16h0m0s")
	s.until("Tue 2026-03-03 10:00").as(intake).do(Answer{Text: "Two"})
	s.clocksAre("respond running 1h0m0s of 2h0m0s due Tue 11:00 at risk", "resolve running 1h0m0s of 16h0m0s due Wed 17:00")
	s.until("Tue 2026-03-03 10:30").as(tech).do(Reply{How: "sent", Text: "On it."})
	s.clocksAre("respond met 1h30m0s of 2h0m0s", "resolve running 1h30m0s of 16h0m0s due Wed 17:00")
	s.as(srm).do(Prioritize{Priority: "normal"})
	s.as(tech).do(Start{}, Vendor{"a part"}) // the vendor is ours to chase
	s.until("Wed 2026-03-04 10:00").clocksAre("respond met 1h30m0s of 2h0m0s", "resolve running 9h0m0s of 16h0m0s due Wed 17:00")
	s.as(srm).do(Cancel{"withdrawn"})
	s.clocksAre("respond void 1h30m0s of 2h0m0s", "resolve void 9h0m0s of 16h0m0s")
}

// At risk and breached are told once each, in working hours, to the assignee and
// the SDM; a breached goal stays so.
func TestAlerts(t *testing.T) {
	s := newScene(t)
	s.opened(Service)
	s.until("Tue 2026-03-03 08:00")
	s.toldGoals("risk/respond sdm Mon 11:00", "breached/respond sdm Mon 12:01")
	s.as(srm).do(Prioritize{Priority: "normal"}, Assign{To: tech})
	s.until("Wed 2026-03-04 18:00") // 16 h are used up on Wednesday at 10:00
	s.toldGoals("risk/respond sdm Mon 11:00", "breached/respond sdm Mon 12:01", "risk/resolve sdm Tue 14:00", "risk/resolve tech Tue 14:00",
		"breached/resolve sdm Wed 10:01", "breached/resolve tech Wed 10:01")
	s.as(tech).do(Reply{How: "called", Text: "Sorry."})
	s.clocksAre("respond breached 23h0m0s of 2h0m0s", "resolve breached 23h0m0s of 16h0m0s due Wed 10:00")
}

// Another priority measures the whole history: it may breach at once and then
// says why; whoever did it knows, and the others are told in working hours.
func TestBreachedByPriority(t *testing.T) {
	s := newScene(t)
	s.opened(Service)
	s.as(intake).do(Reply{How: "sent", Text: "We have it."})
	s.as(srm).do(Prioritize{Priority: "normal"})
	s.until("Mon 2026-03-02 20:00").as(srm).do(Prioritize{Priority: "urgent"}) // 7 h were used
	es := s.events[s.n]
	f, ok := es[len(es)-1].What.(GoalBreached)
	if !ok || f.Goal != GoalResolve || f.Why != "it is Urgent now" || !f.Due.Equal(at("Mon 2026-03-02 14:00")) {
		t.Errorf("the last event is %+v", es[len(es)-1].What)
	}
	s.toldGoals("breached/resolve sdm Tue 09:00")
	s.as(srm).do(Prioritize{Priority: "normal"})
	s.clocksAre("respond met 0s of 2h0m0s", "resolve breached 7h0m0s of 16h0m0s due Wed 10:00")
	s.until("Thu 2026-03-05 12:00").toldGoals("breached/resolve sdm Tue 09:00") // no second time
}

// A priority that was pressed by mistake and undone takes back what it breached,
// and what was told with it; what was breached before stays so.
func TestUndoneBreach(t *testing.T) {
	s := newScene(t)
	s.opened(Service)
	s.as(srm).do(Prioritize{Priority: "normal"})
	s.until("Mon 2026-03-02 16:00") // respond, within 2 h, is breached by the clock
	before := s.ticket()
	s.as(srm).do(Prioritize{Priority: "urgent"})
	if got := s.ticket(); !got.Breached.Has(GoalResolve) || !got.Breached.Has(GoalRespond) {
		t.Errorf("breached %v", got.Breached)
	}
	s.as(srm).do(Undo{})
	if got := s.ticket(); got.Breached != before.Breached || got.AtRisk != before.AtRisk || !got.Breached.Has(GoalRespond) {
		t.Errorf("breached %v, at risk %v; before %v, %v", got.Breached, got.AtRisk, before.Breached, before.AtRisk)
	}
	s.clocksAre("respond breached 6h0m0s of 2h0m0s due Mon 12:00", "resolve running 6h0m0s of 16h0m0s due Wed 10:00")
}

// The time spent closed is given back, and the first prioritization counts once
// it was not undone.
func TestReopenedAndUndone(t *testing.T) {
	s := newScene(t)
	s.opened(Service)
	s.as(srm).do(Prioritize{Priority: "normal"})
	s.wait(5 * time.Minute)
	s.as(srm).do(Undo{})
	if !s.ticket().Planned.IsZero() {
		t.Error("an undone priority counts as the plan")
	}
	s.as(srm).do(Prioritize{Priority: "urgent"})
	s.as(tech).do(Start{}, Move{To: "client_testing", Why: "new cable"}, Confirm{"call"})
	s.clocksAre("respond paused 5m0s of 30m0s", "plan met 5m0s of 15m0s", "resolve met 5m0s of 4h0m0s")
	s.until("Fri 2026-03-06 10:00").as(srm).do(Reopen{"again"}, Prioritize{Priority: "urgent"})
	s.clocksAre("respond running 5m0s of 30m0s due Fri 10:25", "plan met 5m0s of 15m0s", "resolve running 5m0s of 4h0m0s due Fri 13:55")
}

// Whose hours: the client's, else the priority's, else the desk's.
func TestHoursOf(t *testing.T) {
	s := newScene(t)
	always, err := worktime.New(worktime.Spec{Name: "always", Zone: "UTC", AllHours: true})
	if err != nil {
		t.Fatal(err)
	}
	s.opened(Service)
	s.as(intake).do(Reply{How: "sent", Text: "We have it."})
	s.p.SLA.PriorityHours = map[PriorityKey]*worktime.Calendar{"urgent": always}
	s.as(srm).do(Prioritize{Priority: "urgent"})
	s.until("Mon 2026-03-02 18:00").clocksAre("respond met 0s of 30m0s", "plan met 0s of 15m0s", "resolve breached 8h0m0s of 4h0m0s due Mon 14:00")
	s.p.SLA.ClientHours = map[string]*worktime.Calendar{"Acme Dental": s.p.Hours}
	s.clocksAre("respond met 0s of 30m0s", "plan met 0s of 15m0s", "resolve breached 7h0m0s of 4h0m0s due Mon 14:00")
	s.as(intake).do(Set{Field: "client", ID: int64(bright)})
	s.clocksAre("resolve breached 8h0m0s of 8h0m0s due Mon 18:00")
	s.as(tech).do(Open{Kind: Internal, Summary: "tidy the van"})
	s.clocksAre("")
}

// What is due as the day ends is breached when the next day begins: an answer in
// the evening is in time.
func TestDueAtTheDaysEnd(t *testing.T) {
	s := newScene(t)
	s.until("Mon 2026-03-02 15:00").opened(Service) // respond within 2 h
	s.until("Mon 2026-03-02 20:00").clocksAre("respond running 2h0m0s of 2h0m0s due Mon 17:00 at risk", "resolve running 2h0m0s of 16h0m0s due Wed 15:00")

	s.as(tech).do(Reply{How: "sent", Text: "Tomorrow."})
	s.clocksAre("respond met 2h0m0s of 2h0m0s", "resolve running 2h0m0s of 16h0m0s due Wed 15:00")

	s = newScene(t)
	s.until("Mon 2026-03-02 15:00").opened(Service)
	s.until("Tue 2026-03-03 09:01").toldGoals("risk/respond sdm Mon 16:00", "breached/respond sdm Tue 09:01")
}

// For any history, at any instant: the ledger has no gaps, its counted parts are
// what an unmet goal used, all its parts are wall time, and a due instant is when
// the limit is used up.
func TestLedgerAddsUp(t *testing.T) {
	p := office()
	moves := []StatusKey{"submitted", "in_review", "approved", "in_progress", "waiting_for_client", "waiting_for_vendor", "client_testing", "completed", "cannot_replicate", "scheduled"}
	rapid.Check(t, func(rt *rapid.T) {
		gap := rapid.Custom(func(rt *rapid.T) time.Duration {
			return time.Duration(rapid.Int64Range(0, int64(rapid.SampledFrom([]time.Duration{time.Hour, 24 * time.Hour, 30 * 24 * time.Hour}).Draw(rt, "scale"))).Draw(rt, "gap")).Truncate(time.Microsecond)
		})
		now := monday.Add(gap.Draw(rt, "start"))
		tk := Ticket{Kind: Service, Client: acme, Priority: rapid.SampledFrom([]PriorityKey{"", "normal", "urgent"}).Draw(rt, "priority"), Entered: now}
		now = now.Add(gap.Draw(rt, "opened"))
		for range rapid.IntRange(1, 8).Draw(rt, "moves") {
			tk.Status = rapid.SampledFrom(moves).Draw(rt, "to")
			tk.Stays = append(tk.Stays, Stay{Status: tk.Status, At: now})
			tk.Closed = now
			now = now.Add(gap.Draw(rt, "stay"))
		}
		end := now
		if p.Workflow.Stage(tk.Status) == Done {
			end = tk.Closed
		}
		var wall, counted time.Duration
		from := tk.Entered
		for _, s := range p.Ledger(tk, now) {
			if !s.From.Equal(from) || !s.From.Before(s.To) {
				rt.Fatalf("a gap or nothing at %s: %+v", from, s)
			}
			if d := s.To.Sub(s.From); s.Counts == Counted {
				counted += d
			}
			wall += s.To.Sub(s.From)
			from = s.To
		}
		if wall != end.Sub(tk.Entered) {
			rt.Fatalf("the ledger is %s long, wall time %s", wall, end.Sub(tk.Entered))
		}
		for _, c := range p.Clocks(tk, now) {
			if c.Used != counted {
				rt.Fatalf("%s used %s, the ledger counts %s", c.Goal, c.Used, counted)
			}
			if !c.Met.IsZero() {
				continue
			}
			if c.Due.IsZero() == (c.State == Running || c.Used >= c.Limit) {
				rt.Fatalf("%s is %s and due %s", c.Goal, c.State, c.Due)
			}
			if used := p.meter(tk).used(c.Due); !c.Due.IsZero() && used != c.Limit {
				rt.Fatalf("when %s is due %s are used of %s", c.Goal, used, c.Limit)
			}
		}
	})
}

// Undoing something else leaves the first prioritization what it was.
func TestUndoneSomethingElse(t *testing.T) {
	s := newScene(t)
	s.opened(Service)
	s.as(srm).do(Prioritize{Priority: "normal"}, Move{To: "in_review", Why: "too early"})
	s.wait(30 * time.Minute)
	s.as(srm).do(Snooze{Until: s.now.Add(time.Hour)}, Undo{})
	if s.ticket().Planned.IsZero() {
		t.Error("it was planned, and is not any more")
	}
}

// A breached goal stays in the digest, whatever is promised since.
func TestBreachedStaysShown(t *testing.T) {
	s := newScene(t)
	s.opened(Service)
	s.as(intake).do(Reply{How: "sent", Text: "We have it."})
	s.as(srm).do(Prioritize{Priority: "urgent"})
	s.until("Mon 2026-03-02 16:00").as(srm).do(Prioritize{Priority: "normal"})
	s.clocksAre("respond met 0s of 2h0m0s", "resolve breached 6h0m0s of 16h0m0s due Wed 10:00")
	s.wait(time.Minute)
	if !s.p.Shows(PressingGoals, s.ticket(), s.now) {
		t.Error("it is not shown")
	}
	s.as(intake).do(Clarify{Question: "Which floor?"})
	if s.wait(time.Minute); !s.p.Shows(PressingGoals, s.ticket(), s.now) {
		t.Error("it is not shown while it waits")
	}
}

// What a priority breaches while the ticket waits for its client is said with
// the reason, too.
func TestBreachedWhileWaiting(t *testing.T) {
	s := newScene(t)
	s.opened(Service)
	s.as(srm).do(Prioritize{Priority: "normal"})
	s.until("Mon 2026-03-02 16:00").as(intake).do(Reply{How: "sent", Text: "?"}, Clarify{Question: "Which floor?"})
	s.as(srm).do(Prioritize{Priority: "urgent"})
	es := s.events[s.n]
	if f, ok := es[len(es)-1].What.(GoalBreached); !ok || f.Why != "it is Urgent now" {
		t.Errorf("the last event is %+v", es[len(es)-1].What)
	}
}

// An answer that came too late is recorded so, also where the clock had no time
// to say it before; longer promises do not change that.
func TestAnsweredTooLate(t *testing.T) {
	s := newScene(t)
	s.opened(Service)
	s.now = at("Mon 2026-03-02 13:00") // the desk was down meanwhile
	s.as(tech).do(Reply{How: "sent", Text: "Sorry."})
	s.p.SLA.Goals["Gold"]["normal"] = Goals{Respond: 8 * time.Hour}
	s.clocksAre("respond breached 3h0m0s of 8h0m0s")
}

// An internal ticket's clocks begin when it is given a client.
func TestInternalGetsClient(t *testing.T) {
	s := newScene(t)
	s.as(tech).do(Open{Kind: Internal, Summary: "odd noise", Description: "in the rack"})
	s.until("Thu 2026-03-05 10:00").as(intake).do(Set{Field: "client", ID: int64(acme)})
	s.clocksAre("respond running 0s of 2h0m0s due Thu 12:00", "resolve running 0s of 16h0m0s due Mon 10:00")
}
