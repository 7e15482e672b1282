package desk

import (
	"errors"
	"slices"
	"time"
)

// Choices are the commands that the member could give for the ticket now, the
// likeliest first: Decide asked of each candidate, so that buttons cannot
// contradict rules. One that needs arguments is a choice.
func Choices(p *Policy, t Ticket, by MemberID, at time.Time) []Offer {
	return choices(p, t, []MemberID{by}, at)
}

// SharedChoices are those that anybody could give by their role: for a card
// that all see.
func SharedChoices(p *Policy, t Ticket, at time.Time) []Offer {
	who := []MemberID{p.IntakeAt(at).Member, p.SRM(at), t.Assignee, t.Tester}
	for _, r := range []Role{RTechnician, RLevel1, RSDM} {
		ids := p.With(r)
		who = append(who, ids[:min(len(ids), 2)]...)
	}
	slices.Sort(who)
	return choices(p, t, slices.DeleteFunc(slices.Compact(who), func(m MemberID) bool { return m == 0 }), at)
}

func choices(p *Policy, t Ticket, who []MemberID, at time.Time) []Offer {
	var out []Offer
	for _, c := range candidates(p, t) {
		if n := len(out); n > 0 && out[n-1].Verb == c.offer.Verb && out[n-1].Label == c.offer.Label {
			continue
		}
		for _, m := range who {
			_, err := Decide(p, t, Request{Ticket: t.Number, By: By(m), At: at, Do: c.do})
			var needs *Needs
			if err == nil || errors.As(err, &needs) {
				c.offer.Ticket = t.Number
				out = append(out, c.offer)
				break
			}
		}
	}
	return out
}

type candidate struct {
	offer Offer
	do    Command
}

// candidates are all commands worth a button in the ticket's status, the
// likeliest first.
func candidates(p *Policy, t Ticket) []candidate {
	var cs []candidate
	add := func(v Verb, label string, do Command) {
		cs = append(cs, candidate{Offer{Verb: v, Label: label}, do})
	}
	if t.Priority == "" {
		for _, pr := range p.Priorities {
			cs = append(cs, candidate{Offer{Verb: VPrioritize, Label: pr.Name, Args: map[string]string{"priority": string(pr.Key)}}, Prioritize{Priority: pr.Key}})
		}
	}
	if t.UnderAllowance() {
		add(VExtend, "Extend", Extend{})
	}
	add(VStart, "Start", Start{})
	add(VReopen, "Reopen", Reopen{})
	add(VConfirm, "Confirmed", Confirm{})
	add(VBroken, "Still broken", Broken{})
	add(VNudge, "Nudge", Nudge{})
	add(VAnswer, "Record the answer", Answer{})
	add(VApprove, "Client approved", Approve{})
	if p.Workflow.Trait(t.Status) == IsEstimateSent {
		add(VDecline, "Client declined", Decline{})
	}
	on, back := moves(p, t)
	cs = append(cs, on...)
	if p.Workflow.Trait(t.Status) == IsNeedEstimate {
		add(VEstimate, "Give the estimate", DoEstim{})
	}
	add(VRealTime, "Real time", RealTime{})
	if p.Workflow.Stage(t.Status) == Triage {
		add(VClarify, "Need information", Clarify{})
	}
	if !p.ValidCategory(t.Category) {
		add(VCategorize, "Categorize", Categorize{})
	}
	add(VClaim, "Claim", Claim{})
	if p.Workflow.Stage(t.Status) != Triage {
		add(VClarify, "Ask client", Clarify{})
	}
	add(VNote, "Note", Note{})
	add(VReply, "Reply to client", Reply{})
	add(VAsk, "Ask the SRM", AskSRM{})
	add(VReview, "Take into review", Review{})
	add(VPark, "Park", Park{})
	add(VPutBack, "Put back", PutBack{})
	if t.Assignee != 0 {
		add(VHandOver, "Hand over", HandOver{})
	}
	add(VVendor, "Wait for vendor", Vendor{})
	add(VSchedule, "Schedule", Schedule{})
	add(VCalled, "I called", Call{})
	add(VTime, "Log time", LogTime{})
	add(VAssign, "Assign", Assign{})
	if p.Workflow.Stage(t.Status) != Active {
		add(VRelease, "Release", Release{})
	}
	for _, pr := range p.Priorities {
		if t.Priority != "" && t.Priority != pr.Key { // one button if there is any to change to
			add(VPrioritize, "Change priority", Prioritize{Priority: pr.Key})
		}
	}
	if p.Workflow.Trait(t.Status) != IsNeedEstimate {
		add(VEstimate, "Needs estimate", DoEstim{})
	}
	add(VWithdraw, "Withdraw the question", Withdraw{})
	add(VClose, "Close unconfirmed", Close{})
	if p.ValidCategory(t.Category) {
		add(VCategorize, "Categorize", Categorize{})
	}
	cs = append(cs, back...)
	add(VDuplicate, "Duplicate", Duplicate{})
	if p.Workflow.Stage(t.Status) == Triage {
		add(VDecline, "Decline", Decline{})
		add(VSnooze, "Snooze", Snooze{})
	} else {
		add(VCancel, "Cancel", Cancel{})
	}
	add(VUndo, "Undo", Undo{})
	return cs
}

// moves are the rows that only `move` makes, by their target's name: the ways
// on, and the ways back.
func moves(p *Policy, t Ticket) (on, back []candidate) {
	w := &p.Workflow
	rows := w.Rows(t.Status, t.Kind)
	if t.UnderAllowance() {
		rows = []Transition{{From: t.Status, To: w.With(IsClientTest), Verb: VMove}}
	}
	for _, tr := range rows {
		if tr.Verb != VMove {
			continue
		}
		label := w.Name(tr.To)
		switch from, to := w.Trait(tr.From), w.Trait(tr.To); {
		case from == IsTestQueue && to == IsTesting:
			label = "Start testing"
		case from == IsTesting && to == IsWork:
			label = "Failed"
		case from == IsTesting && (to == IsInstallQueue || to == IsClientTest):
			label = "Passed"
		case from == IsTesting && to == IsTestQueue:
			label = "Let go"
		case to == IsWork && from == IsVendor:
			label = "Back in progress"
		case to == IsWork:
			label = "Take back"
		case from == IsWork && to == IsCompleted:
			label = "Done"
		case to == IsEstimateSent:
			label = "Send to client"
		case to == IsReview:
			label = "Back to review"
		case from == IsScheduled && to == IsReady:
			label = "Ready now"
		}
		c := candidate{Offer{Verb: VMove, Label: label, Args: map[string]string{"status": string(tr.To)}}, Move{To: tr.To, As: VMove}}
		if w.leftOf(tr.To, tr.From) && w.Trait(tr.From) != IsTesting && w.Trait(tr.From) != IsVendor || w.Trait(tr.To) == IsNoReplicate {
			back = append(back, c)
		} else {
			on = append(on, c)
		}
	}
	return on, back
}
