package desk

import (
	"reflect"
	"slices"
	"strings"
	"time"
)

// broken says that an invariant, by its letter, does not hold, unless a dial is
// meant to soften just that one.
func (r *randomDesk) broken(letter, format string, args ...any) {
	if !strings.Contains(r.softened, letter) {
		r.Fatalf("("+letter+") "+format, args...)
	}
}

// caused looks at the events of one command: who may have caused each.
func (r *randomDesk) caused(req Request, was Ticket, at time.Time, es []Event) {
	by := req.By
	for i, e := range es {
		t := was
		if e.Ticket != was.Number { // one that opened, or the other of two
			t = Fold(r.events[e.Ticket][:e.Seq-1])
		}
		now := t.Apply(e)
		if e.Seq != t.Revision+1 || e.At.Before(t.LastAt) {
			r.broken("g", "%s: event %d at %v after %d at %v", e.Ticket, e.Seq, e.At, t.Revision, t.LastAt)
		}
		changed := t.Status != now.Status || t.Assignee != now.Assignee || t.Priority != now.Priority || t.Kind != now.Kind || t.Client != now.Client
		if now.Revision != e.Seq || (now.Version != t.Version) != changed || now.Version < t.Version {
			r.broken("g", "%s: version %d after %d, revision %d, by %#v", e.Ticket, now.Version, t.Version, now.Revision, e.What)
		}
		mine := r.p.Is(by, RSRM, t, e.At)
		switch f := e.What.(type) {
		case Opened:
			allowed := slices.ContainsFunc(es, func(e Event) bool { _, ok := e.What.(AllowanceStarted); return ok })
			if f.Kind != Internal && r.p.IntakeAt(at).Member != by.Member && !allowed {
				r.broken("d", "%s opened a client ticket at %v", names[by.Member], at)
			}
		case Prioritized:
			if onCall := r.p.OnCall(by, e.At) && r.p.Urgent(f.Priority); !mine && !onCall {
				r.broken("e", "%s gave the priority %s at %v", names[by.Member], f.Priority, e.At)
			}
			r.byRight[e.Ticket] = true
		case Ranked:
			if !mine {
				r.broken("e", "%s ranked", names[by.Member])
			}
		case Moved:
			r.moved(e, f, t, es[:i], req)
		case FieldSet:
			if f.Field == "kind" && (t.Begun || Kind(f.Value) == Internal) {
				r.broken("i", "%s became %s, begun %v", e.Ticket, f.Value, t.Begun)
			}
		case AllowanceStarted:
			if t.Allowance != nil || !r.p.Members[by.Member].Has(RLevel1) {
				r.broken("h", "%s: a second allowance, or not level 1's", e.Ticket)
			}
		}
		if (t.Kind == Internal) != (now.Kind == Internal) && t.Number != 0 && now.Kind == Internal {
			r.broken("i", "a client's ticket became internal")
		}
		if e.Ticket == was.Number {
			was = now
		}
	}
}

// moved looks at one change of status.
func (r *randomDesk) moved(e Event, f Moved, t Ticket, before []Event, req Request) {
	w := &r.p.Workflow
	switch {
	case f.Stage == Active && t.Priority == "" && !t.UnderAllowance():
		r.broken("b", "%s went to %s unprioritized", e.Ticket, f.To)
	case f.Stage == Active && t.Priority != "" && !r.byRight[e.Ticket]:
		r.broken("b", "%s went to %s and no SRM prioritized it", e.Ticket, f.To)
	}
	if w.Trait(f.To) == IsReady && w.Stage(f.From) == Triage {
		warned := slices.ContainsFunc(before, func(e Event) bool { w, ok := e.What.(Warned); return ok && w.Rule == DefinitionOfReady })
		if missing := r.p.Missing(t); len(missing) > 0 && !(warned && r.p.Urgent(t.Priority)) {
			r.broken("f", "%s was approved and lacks %v", e.Ticket, missing)
		}
	}
	if w.Trait(f.To) != IsCompleted {
		return
	}
	switch c := r.p.Clients[t.Client]; w.Trait(f.From) {
	case IsClientTest, IsNoReplicate:
		confirmed := slices.ContainsFunc(before, func(e Event) bool { _, ok := e.What.(Confirmed); return ok })
		if !confirmed && t.NudgeDays(r.p) < 2 || c.ID == 0 || c.CatchAll {
			r.broken("j", "%s was completed by %#v: confirmed %v, %d nudges, client %q", e.Ticket, req.Do, confirmed, t.NudgeDays(r.p), c.Name)
		}
	default:
		if t.Kind != Internal {
			r.broken("j", "%s was completed from %s", e.Ticket, f.From)
		}
	}
}

// check looks at every ticket as it stands.
func (r *randomDesk) check() {
	running := map[MemberID]TicketID{}
	for n, t := range r.tickets {
		if stage := r.p.Workflow.Stage(t.Status); stage == Active {
			switch {
			case t.Priority == "" && !t.UnderAllowance():
				r.broken("a", "%s is %s without a priority or an allowance", n, t.Status)
			case t.Assignee == 0:
				r.broken("c", "%s is %s without an assignee", n, t.Status)
			}
		} else if t.Allowance != nil && t.Allowance.Running {
			r.broken("a", "the allowance of %s runs on while it is %s", n, t.Status)
		}
		if t.Priority == "" && r.p.Workflow.Stage(t.Status) == Ready {
			r.broken("r", "%s is ready without a priority", n)
		}
		if t.UnderAllowance() {
			if o, ok := running[t.Allowance.By]; ok {
				r.broken("h", "%s has allowances on %s and %s", names[t.Allowance.By], n, o)
			}
			running[t.Allowance.By] = n
		}
	}
}

// end: every row is the fold of its events.
func (r *randomDesk) end() {
	for n, t := range r.tickets {
		if f := Fold(r.events[n]); t.Revision != len(r.events[n]) || !reflect.DeepEqual(f, t) {
			r.broken("g", "%s is not the fold of its %d events:\n%+v\n%+v", n, len(r.events[n]), t, f)
		}
	}
}
