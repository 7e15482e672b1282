package desk

import "time"

// command is any command with any arguments, good and bad, the likelier ones to
// move the ticket on more often: a random walk that never gets far finds little.
func (r *randomDesk) command(n TicketID) Command {
	words := func() Text {
		return one(r, "words", Text("because"), "because", "because", "because", "because", "because", "", " \x00 ")
	}
	full := Fill{Contact: anna, Agreement: "Support 2026", Category: printer, Description: "Jams"}
	fill := func() Fill {
		return one(r, "fill", Fill{}, Fill{}, full, full, full, full, Fill{Contact: anna, Category: printer, Description: "Jams"}, Fill{Client: acme, Contact: anna, Category: vpn, Description: "Drops"},
			Fill{Client: unknown}, Fill{Kind: Internal}, Fill{Kind: Defect}, Fill{Category: Category{"No", "such", "one"}})
	}
	open := func() Open {
		return Open{Kind: one(r, "kind", Kind(""), Defect, Defect, Service, Service, Internal), Client: one(r, "client", acme, acme, bright, unknown, 0),
			Contact: one(r, "contact", anna, anna, bob, notKnown, 0), Agreement: one(r, "agreement", "", "", "Support 2026"),
			Summary: one(r, "summary", Text("Printer"), "VPN", ""), Description: one(r, "description", Text("It jams"), ""), CameBy: "phone", Request: RequestID(one(r, "request", 0, 0, 0, 3))}
	}
	member := func() MemberID { return one(r, "member", tech, tech2, level1, srm, observer, guest, 0) }
	t := r.tickets[n]
	if t.Number == 0 {
		o := open()
		return one[Command](r, "opening", o, o, RealTime{o})
	}
	rows := r.p.Workflow.Rows(t.Status, t.Kind)
	move := func() Command {
		if len(rows) > 0 && one(r, "legal", true, true, true, false) {
			tr := one(r, "row", rows...)
			for range 2 { // mostly neither cancelled nor a question
				if tr.Verb == VCancel || tr.Verb == VClarify {
					tr = one(r, "row", rows...)
				}
			}
			return Move{To: tr.To, Why: words(), As: one(r, "as", "", tr.Verb)}
		}
		return Move{To: one(r, "to", r.p.Workflow.Statuses...).Key, Why: words(), As: one(r, "as", "", VMove)}
	}
	priority := func() Command {
		return Prioritize{one(r, "priority", PriorityKey("normal"), "normal", "normal", "normal", "urgent", "", "none"), one(r, "rank", "", "", "", "", "", "top", "up", "down"), fill()}
	}
	later := r.now.Add(one(r, "later", time.Hour, 30*time.Hour, -time.Hour))
	likely := map[Stage][]string{
		Triage:  {"prioritize", "prioritize", "prioritize", "real-time"},
		Ready:   {"start", "start", "start", "prioritize"},
		Active:  {"move", "move", "move", "extend"},
		Waiting: {"answer", "answer", "confirm", "broken", "close", "close", "nudge", "nudge", "nudge"},
		Done:    {"reopen", "reopen", "undo"},
	}
	what := one(r, "command", "likely", "likely", "likely", "likely", "likely", "likely", "likely", "move", "move", "prioritize", "start", "real-time", "park", "extend",
		"answer", "confirm", "broken", "close", "nudge", "cancel", "undo", "undo", "other", "other", "other", "other")
	if what == "likely" {
		what = one(r, "likely", likely[r.p.Workflow.Stage(t.Status)]...)
	}
	switch what {
	case "move":
		return move()
	case "prioritize":
		return priority()
	case "start":
		return Start{words()}
	case "real-time":
		return RealTime{}
	case "park":
		return Park{}
	case "extend":
		return Extend{one(r, "minutes", 5, 30, 0)}
	case "answer":
		return Answer{words()}
	case "confirm":
		return Confirm{one(r, "how", "call", "link", "")}
	case "broken":
		return Broken{words()}
	case "close":
		return Close{words()}
	case "nudge":
		return Nudge{}
	case "reopen":
		return Reopen{words()}
	case "cancel":
		return Cancel{words()}
	case "undo":
		return Undo{t.DuplicateOf}
	}
	return one[Command](r, "other", Review{}, Clarify{Question: words()}, Withdraw{}, Categorize{printer, one(r, "kind", Kind(""), Defect, Service, Internal)},
		Set{Field: "client", ID: int64(one(r, "client", acme, bright, unknown))}, Set{Field: "contact", ID: int64(anna)}, Set{Field: "agreement", Value: "Support 2026"},
		Set{Field: "kind", Value: string(one(r, "kind", Defect, Service, Internal))}, Set{Field: "description", Text: words()}, Set{Field: "nonsense"},
		AskSRM{}, Snooze{later}, DoEstim{one(r, "hours", 0.0, 2), words()}, DoEstim{2, "fuser"}, Approve{}, Decline{words()}, Assign{member(), words()}, Claim{}, Release{words()},
		PutBack{words()}, HandOver{member(), words()}, Vendor{words()}, Schedule{later}, Note{Text: words()}, Note{Text: words(), From: "chat:1/2"}, Amend{"chat:1/2", one(r, "amended", Text(""), "as it is now")}, Reply{words(), one(r, "how", "sent", "")}, LogTime{5, ""},
		Call{words()}, Duplicate{TicketID(one(r, "of", 1, 2, 3, 0)), words()}, Attach{RequestID(one(r, "request", 1, 2, 3))}, Timer{one(r, "timer", TimerAllowance, TimerLeft)}, open(), RealTime{open()})
}
