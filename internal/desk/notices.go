package desk

import (
	"fmt"
	"strconv"
	"time"
)

// NoticeKind is how a notice is carried out.
type NoticeKind string

const (
	Paint NoticeKind = "paint" // bring the ticket's card up to date
	Post  NoticeKind = "post"  // a message to a member, a channel or a ticket's thread
	Mail  NoticeKind = "mail"  // to the client
	Act   NoticeKind = "act"   // later: a request by the clock
)

// Notice states what is to be told or done, where and when; the words are made
// when it is carried out.
type Notice struct {
	// Key makes it once: a second notice with the key is dropped, or, if
	// Replace, puts the pending one off to its own due time.
	Key      string
	Kind     NoticeKind
	Ticket   TicketID
	Revision int    // of the event that caused it
	Place    string // "channel", "thread", "member:7", "client"
	What     string // which message or timer
	Due      time.Time
	Urgent   bool
	Replace  bool
}

// Notices says what follows from the events es, after which the ticket is t.
// Events of other tickets are left to their own call.
func Notices(p *Policy, t Ticket, es []Event) []Notice {
	n := noting{p: p, t: t}
	painted := false
	for _, e := range es {
		if e.Ticket != t.Number {
			continue
		}
		if !painted {
			painted = true
			n.out = append(n.out, Notice{Key: PaintKey(t.Number), Kind: Paint, Ticket: t.Number, Revision: t.Revision,
				Place: "channel", Due: e.At, Replace: true, Urgent: p.Urgent(t.Priority)})
		}
		n.event(e, es)
	}
	n.clocks(es)
	return n.out
}

type noting struct {
	p   *Policy
	t   Ticket
	out []Notice
}

func (n *noting) add(e Event, kind NoticeKind, place, what string, due time.Time) {
	n.out = append(n.out, Notice{Key: fmt.Sprintf("t/%d/%d/%s/%s", n.t.Number, e.Seq, what, place), Kind: kind, Ticket: n.t.Number,
		Revision: e.Seq, Place: place, What: what, Due: due, Urgent: n.p.Urgent(n.t.Priority)})
}

// member tells one person, unless it was their own doing.
func (n *noting) member(e Event, m MemberID, what string) {
	if m != 0 && m != e.By.Member {
		n.add(e, Post, fmt.Sprintf("member:%d", m), what, e.At)
	}
}

func (n *noting) mail(e Event, what string, due time.Time) {
	if _, ok := n.p.ContactOf(n.t.Client, n.t.Contact); ok && n.t.Kind != Internal {
		n.add(e, Mail, "client", what, due)
	}
}

// settled has the prompt of a request brought up to date.
func (n *noting) settled(r RequestID, at time.Time) {
	if r != 0 {
		n.out = append(n.out, settled(r, at))
	}
}

// Settled begins the What of the notice that a request was decided; its number
// follows.
const Settled = "settled/"

func settled(r RequestID, at time.Time) Notice {
	return Notice{Key: fmt.Sprintf("r/%d/settled", r), Kind: Post, Place: "request", What: fmt.Sprintf("%s%d", Settled, r), Due: at}
}

func (n *noting) timer(e Event, name TimerName, due time.Time) {
	n.out = append(n.out, Notice{Key: fmt.Sprintf("timer/%d/%s", n.t.Number, name), Kind: Act, Ticket: n.t.Number, Revision: e.Seq,
		What: string(name), Due: due, Replace: true, Urgent: true})
}

func (n *noting) event(e Event, es []Event) {
	srm := n.p.SRM(e.At)
	switch f := e.What.(type) {
	case Opened:
		n.member(e, srm, "prompt")
		if srm == 0 { // nobody could prioritize it: as alarming as no intake
			for _, m := range n.p.With(RAdmin) {
				n.member(e, m, "no-srm")
			}
		}
		n.member(e, f.HandedBy, "accepted")
		n.settled(f.Request, e.At)
	case RequestAttached:
		n.member(e, f.HandedBy, "attached")
		n.settled(f.Request, e.At)
	case SRMAsked:
		n.member(e, srm, "asked")
	case Moved:
		n.moved(e, f, es)
	case Prioritized:
		if f.First { // the client is told once, not at each change
			n.mail(e, "prioritized", e.At.Add(n.p.TriageMailWait))
		}
		if n.p.Urgent(f.Priority) {
			n.add(e, Post, "channel", "urgent", e.At)
			n.member(e, n.t.Assignee, "urgent-yours")
			n.review(e, srm)
		}
		n.unclaimed(e)
	case QuestionAsked:
		due := e.At
		if has[Decided](es) {
			due = due.Add(n.p.TriageMailWait)
		}
		n.mail(e, "question", due)
	case QuestionAnswered:
		n.member(e, n.t.Assignee, "answered")
	case Undone:
		if !f.MailedAt.IsZero() && !f.MailedAt.After(e.At) {
			n.mail(e, "undone", e.At)
		}
		if n.t.UnderAllowance() { // its timers may have come and gone meanwhile
			n.allowance(e, n.t.Allowance.Until)
		}
	case Assigned:
		n.member(e, f.To, "assigned")
		n.unclaimed(e)
	case AssigneeLeft:
		n.member(e, srm, "left")
	case Testing:
		if f.By == 0 && e.By.Clock && n.t.Assignee != 0 { // a tester who left
			n.member(e, srm, "left")
		}
	case Pushed:
		n.member(e, f.To, "pushed")
	case AllowanceStarted:
		n.allowance(e, f.Until)
	case AllowanceExtended:
		n.allowance(e, f.Until)
		n.member(e, n.t.Assignee, "extended")
	case AllowanceNudged:
		n.member(e, n.t.Assignee, "allowance")
	case Snoozed:
		if srm != 0 { // a reminder to oneself
			n.add(e, Post, fmt.Sprintf("member:%d", srm), "woke", f.Until)
		}
	case AllowanceEnded:
		if n.p.Workflow.Stage(n.t.Status) == Triage || n.p.Workflow.Trait(n.t.Status) == IsQuestion {
			n.member(e, srm, "parked")
			if n.t.Allowance != nil {
				n.member(e, n.t.Allowance.By, "over")
			}
		}
	case ScheduledFor:
		n.timer(e, TimerSchedule, f.Until)
	case Replied:
		if f.How == "sent" {
			n.mail(e, "reply", e.At)
		}
	case Nudged:
		n.mail(e, "nudge", e.At)
	case GoalAtRisk:
		n.goal(e, "sla-risk/"+string(f.Goal))
	case GoalBreached:
		n.goal(e, "sla-breached/"+string(f.Goal))
	}
}

// moved tells who is called on by the new status.
func (n *noting) moved(e Event, f Moved, es []Event) {
	w := &n.p.Workflow
	if w.Stage(f.To) == Triage && w.Stage(f.From) != Triage && f.From != "" && n.t.Priority == "" && !has[AllowanceEnded](es) {
		n.member(e, n.p.SRM(e.At), "returned") // an edit of the old prompt would reach nobody
	}
	switch n.p.Workflow.Trait(f.To) {
	case IsReady:
		if e.By.Clock && w.Trait(f.From) == IsScheduled { // what was agreed for now
			told := n.t.Assignee
			if told == 0 {
				told = n.p.SRM(e.At)
			}
			n.member(e, told, "its-time")
		}
		n.unclaimed(e)
	case IsTestQueue:
		n.add(e, Post, "thread", "test", e.At)
	case IsInstallQueue:
		n.add(e, Post, "thread", "install", e.At)
	case IsClientTest:
		n.mail(e, "client-test", e.At)
	case IsNoReplicate:
		n.mail(e, "cannot-replicate", e.At)
	case IsEstimateSent:
		n.mail(e, "estimate", e.At)
	case IsCompleted:
		n.mail(e, "closed", e.At)
	case IsCancelled:
		n.mail(e, "cancelled", e.At.Add(n.p.TriageMailWait))
	case IsWork:
		if n.p.Workflow.Trait(f.From) != IsReady {
			n.member(e, n.t.Assignee, "back")
		}
	}
}

// review has the SRM look, when work begins, at what the on-call member made
// urgent after hours (domain.md, Rota).
func (n *noting) review(e Event, srm MemberID) {
	if srm == 0 || srm == e.By.Member || !n.p.OnCall(e.By, e.At) {
		return
	}
	if morning, err := n.p.Hours.Next(e.At); err == nil {
		n.add(e, Post, fmt.Sprintf("member:%d", srm), "review", morning.UTC())
	}
}

// unclaimed starts the wait of the urgent lane (domain.md, Urgent lane).
func (n *noting) unclaimed(e Event) {
	if n.p.Workflow.Trait(n.t.Status) == IsReady && n.p.Urgent(n.t.Priority) && n.t.Assignee == 0 && !n.t.Pushed {
		n.timer(e, TimerPush, n.p.pushAt(n.t))
	}
}

// Countdown is the What of the notice that has a card say each minute how much of
// its allowance is left.
const Countdown = "countdown"

func (n *noting) allowance(e Event, until time.Time) {
	n.out = append(n.out, Notice{Key: fmt.Sprintf("%s/%d", Countdown, n.t.Number), Kind: Paint, Ticket: n.t.Number, Revision: e.Seq,
		Place: "channel", What: Countdown, Due: e.At.Add(time.Minute), Replace: true})
	n.timer(e, TimerNudge, until.Add(n.p.AllowanceNudge-n.p.Allowance))
	n.timer(e, TimerAllowance, until)
}

func has[F Fact](es []Event) bool {
	for _, e := range es {
		if _, ok := e.What.(F); ok {
			return true
		}
	}
	return false
}

// HandedNotices says what follows from a request handed in or declined.
func HandedNotices(p *Policy, h Handed, at time.Time) []Notice {
	post := func(m MemberID, what string) Notice {
		return Notice{Key: fmt.Sprintf("r/%d/%s/%d", h.Number, what, m), Kind: Post, Place: fmt.Sprintf("member:%d", m),
			What: fmt.Sprintf("%s/%d", what, h.Number), Due: at}
	}
	if h.State == HandedDeclined {
		ns := []Notice{settled(h.Number, at)}
		if h.By != h.ByWhom {
			ns = append(ns, post(h.By, "declined"))
		}
		return ns
	}
	if h.State != HandedOpen {
		return nil
	}
	switch in := p.IntakeAt(at).Member; in {
	case 0:
	case h.By: // their own doing: it is on their list
		return nil
	default:
		return []Notice{post(in, "handed")}
	}
	var out []Notice
	for _, m := range p.With(RAdmin) {
		out = append(out, post(m, "nobody"))
	}
	return out
}

// PaintKey is the one key of the notice that a ticket's card is to be painted.
func PaintKey(n TicketID) string { return "paint/" + strconv.FormatInt(int64(n), 10) }
