package desk

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestNoWayRound gives random commands of random people at random times to a
// desk of several tickets, all dials at enforce, and looks after each at what
// must hold whatever happens. It is the promise of rule 2 and of the others
// that no sequence of commands may break. Each walk has a seed, which is said
// when it fails.
func TestNoWayRound(t *testing.T) {
	want, run, done, happened := 100_000, 0, 0, map[string]int{}
	if testing.Short() {
		want = 10_000
	}
	for seed := uint64(1); run < want; seed++ {
		rng := rand.New(rand.NewPCG(seed, 0))
		r := newRandomDesk(seeded{t, seed}, func(_ string, n int) int { return rng.IntN(n) })
		for range 500 {
			r.step()
		}
		r.end()
		run, done = run+r.run, done+r.done
		for n := range r.tickets {
			for _, e := range r.events[n] {
				happened[NameOf(e.What)]++
			}
		}
	}
	t.Logf("%d commands, %d of them done: %v", run, done, happened)
	if done < run/10 {
		t.Errorf("only %d of %d commands did something: they miss their mark", done, run)
	}
	for fact := range facts {
		if happened[fact] == 0 && !testing.Short() {
			t.Errorf("%s never happened: the commands miss their mark", fact)
		}
	}
}

// TestNoWayRoundShortly is the same by rapid, which finds fewer ways and then
// the shortest.
func TestNoWayRoundShortly(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := newRandomDesk(rt, func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, label) })
		for range 60 {
			r.step()
		}
		r.end()
	})
}

// TestDialsSoftenOnlyWhatTheyName walks with one rule off at a time: all that
// the rule does not name still holds.
func TestDialsSoftenOnlyWhatTheyName(t *testing.T) {
	steps := 800
	if testing.Short() {
		steps = 200
	}
	for rule, softened := range map[Rule]string{IntakeOnly: "d", PrioritizedFirst: "ab", SRMPrioritizes: "e", DefinitionOfReady: "f", WIPLimit: "", PullOrder: "", FourEyes: "",
		ClientConfirms: "j", CompleteBeforeClose: ""} {
		for seed, dial := range []Dial{Off, Warn} {
			rng := rand.New(rand.NewPCG(uint64(seed), 7))
			r := newRandomDesk(seeded{t, uint64(seed)}, func(_ string, n int) int { return rng.IntN(n) })
			r.p.Dials[rule], r.softened = dial, softened
			for range steps {
				r.step()
			}
			r.end()
			if r.done < steps/16 {
				t.Errorf("%s %s: only %d commands did something", rule, dial, r.done)
			}
		}
	}
}

type seeded struct {
	*testing.T
	seed uint64
}

func (s seeded) Fatalf(format string, args ...any) {
	s.Helper()
	s.T.Fatalf("seed %d: "+format, append([]any{s.seed}, args...)...)
}

// strict is the office with every dial at enforce and after hours on call.
func strict() *Policy {
	p := office()
	p.AfterHours = true
	for _, k := range DialledRules {
		p.Dials[k.Rule] = Enforce
	}
	return p
}

// randomDesk is one walk.
type randomDesk struct {
	failing
	*world
	draw      func(label string, n int) int // 0 to n-1
	byRight   map[TicketID]bool             // prioritized by whoever may
	texts     map[string]bool               // of refusals, looked at
	softened  string                        // letters of the invariants that a dial softens
	run, done int
}

type failing interface{ Fatalf(string, ...any) }

func newRandomDesk(f failing, draw func(string, int) int) *randomDesk {
	r := &randomDesk{failing: f, world: newWorld(strict(), monday), draw: draw, byRight: map[TicketID]bool{}, texts: map[string]bool{}}
	for n := RequestID(1); n <= 3; n++ {
		r.handed[n] = Handed{Number: n, By: observer, At: r.now, Text: "The client told me", State: HandedOpen}
	}
	return r
}

var everybody = []MemberID{intake, intake, relief, srm, srm, srm, deputy, sdm, tech, tech, tech2, level1, level1, admin, observer, oncall, standIn, guest}

func one[V any](r *randomDesk, label string, vs ...V) V { return vs[r.draw(label, len(vs))] }

// step lets time pass, now and then the clock act or a member leave, and gives
// one command.
func (r *randomDesk) step() {
	r.now = r.now.Add(one(r, "time passes", 0, 0, 0, time.Second, time.Minute, time.Minute, time.Minute, 4*time.Minute, 11*time.Minute, time.Hour, 7*time.Hour, 26*time.Hour))
	if r.draw("a long time", 40) == 39 {
		r.now = r.now.AddDate(0, 0, 5)
	}

	if one(r, "the clock", "works", "works", "works", "is late") == "works" {
		if err := r.fire(); err != nil {
			r.Fatalf("the clock was refused: %v", err)
		}
		r.check()
	}
	n := TicketID(one(r, "ticket", 1, 1, 2, 2, 3, 4))
	if r.draw("somebody leaves", 150) == 149 {
		r.leaves(one(r, "who leaves", tech, tech2, level1))
	}
	req := Request{Ticket: n, By: By(one(r, "who", everybody...)), Do: r.command(n)}
	if r.tickets[n].Number == 0 || isOpen(req.Do) {
		req.Ticket = 0
	}
	if one(r, "somebody who may", true, true, true, false) {
		req.By = By(r.apt(req))
	}
	switch one(r, "button", "typed", "typed", "typed", "fresh", "stale", "clock behind") {
	case "fresh":
		req.Version = r.tickets[req.Ticket].Version
	case "stale":
		req.Version = r.tickets[req.Ticket].Version + 1
	case "clock behind":
		req.At = r.now.Add(-3 * time.Minute)
	}
	r.give(req)
	if one(r, "choices", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9) == 0 {
		r.choices(n, req.By.Member)
	}
}

// apt is somebody who may give the command, if there is one: people who know
// what they do get further into the desk than monkeys.
func (r *randomDesk) apt(req Request) MemberID {
	able := []MemberID{srm, tech, intake, level1, sdm, relief, tech2, oncall}
	first, t := r.draw("from", len(able)), r.tickets[req.Ticket]
	for i := range able {
		m := able[(first+i)%len(able)]
		if _, err := Decide(r.p, t, Request{Ticket: req.Ticket, By: By(m), At: r.now, Do: req.Do, Facts: r.facts(m, t, req.Do)}); err == nil {
			return m
		}
	}
	return req.By.Member
}

func isOpen(c Command) bool {
	switch c := c.(type) {
	case Open:
		return true
	case RealTime:
		return c.Open.Summary != ""
	}
	return false
}

// leaves deactivates the member for a while: their tickets are freed, and one
// who is as new as the one who left takes the place.
func (r *randomDesk) leaves(m MemberID) {
	p := *r.p
	p.Directory = r.p.Directory.Apply(DeskEvent{Seq: r.p.Version + 1, At: r.now, By: TheClock, What: MemberLeft{Member: m}})
	r.p = &p
	for n := range r.tickets {
		r.give(Request{Ticket: n, By: TheClock, Do: Timer{TimerLeft}})
		if t := r.tickets[n]; r.p.Workflow.Stage(t.Status) == Active && t.Assignee == m {
			r.Fatalf("%s is %s and its assignee left", n, t.Status)
		}
	}
	back := *r.p
	back.Directory = r.p.Directory.Apply(DeskEvent{Seq: r.p.Version + 1, At: r.now, By: TheClock, What: MemberAdded{Member: office().Members[m]}})
	r.p = &back
}

// give asks, and looks at what came of it.
func (r *randomDesk) give(req Request) {
	r.run++
	was := r.tickets[req.Ticket]
	at := req.At
	if at.IsZero() {
		at = r.now
	}
	es, err := r.ask(req)
	var no *Refusal
	var needs *Needs
	switch {
	case err == nil:
		if len(es) > 0 {
			r.done++
		}
	case errors.As(err, &no):
		if seen := r.texts[no.Text]; seen {
			break
		}
		r.texts[no.Text] = true
		if no.Rule == "" || no.Text == "" || unkind.MatchString(no.Text) {
			r.Fatalf("%#v: an unkind refusal: %+v", req.Do, no)
		}
	case !errors.As(err, &needs):
		r.Fatalf("%#v: %v", req.Do, err)
	}
	r.caused(req, was, at, es)
	r.check()
}

// choices: what is offered is never refused.
func (r *randomDesk) choices(n TicketID, by MemberID) {
	t := r.tickets[n]
	if t.Number == 0 {
		return
	}
	for _, o := range Choices(r.p, t, by, r.now) {
		req := Request{Ticket: n, By: By(by), At: r.now, Do: answered(r.world, t, o)}
		if req.Do == nil {
			r.Fatalf("no command for the offer %+v", o)
		}
		_, err := Decide(r.p, t, req)
		var no *Refusal
		if errors.As(err, &no) {
			r.Fatalf("%s is offered to %s on a ticket that is %s, and refused once its form is filled in: %v", o.Label, names[by], t.Status, err)
		}
	}
}

// answered is the offer's command with its form filled in.
func answered(w *world, t Ticket, o Offer) Command {
	if o.Verb == VPrioritize && o.Args == nil { // "change priority" to the other one
		o.Args = map[string]string{"priority": "urgent"}
		if t.Priority == "urgent" {
			o.Args["priority"] = "normal"
		}
	}
	switch o.Verb {
	case VPrioritize:
		return Prioritize{Priority: PriorityKey(o.Args["priority"])}
	case VMove:
		return Move{To: StatusKey(o.Args["status"]), Why: "because", As: VMove}
	case VAssign:
		for _, m := range []MemberID{tech, tech2} {
			if m != t.Assignee {
				return Assign{m, "because"}
			}
		}
	case VHandOver:
		for _, m := range []MemberID{tech, tech2} {
			if m != t.Assignee {
				return HandOver{m, "because"}
			}
		}
	case VCategorize:
		if t.Category == printer {
			return Categorize{Category: vpn}
		}
		return Categorize{Category: printer}
	case VDuplicate:
		return Duplicate{} // which one, is asked
	}
	return map[Verb]Command{VExtend: Extend{5}, VStart: Start{"because"}, VConfirm: Confirm{"call"}, VBroken: Broken{"jams"}, VNudge: Nudge{}, VAnswer: Answer{"yes"},
		VApprove: Approve{}, VDecline: Decline{"no"}, VEstimate: DoEstim{2, "fuser"}, VRealTime: RealTime{}, VClarify: Clarify{Question: "which?"}, VClaim: Claim{}, VNote: Note{Text: "n"},
		VReply: Reply{"r", "sent"}, VAsk: AskSRM{}, VReview: Review{}, VPark: Park{}, VPutBack: PutBack{"ill"}, VVendor: Vendor{"fuser"}, VSchedule: Schedule{w.now.Add(time.Hour)},
		VCalled: Call{"c"}, VTime: LogTime{5, ""}, VRelease: Release{"ill"}, VWithdraw: Withdraw{}, VClose: Close{"silent"}, VSnooze: Snooze{w.now.Add(time.Hour)}, VCancel: Cancel{"no"},
		VReopen: Reopen{"again"}, VUndo: Undo{}}[o.Verb]
}
