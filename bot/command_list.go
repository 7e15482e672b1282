package bot

import (
	"fmt"
	"slices"
	"strings"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// groups are where the words behind /ticket stand on platforms whose commands hold
// few; the others stand by themselves.
var groups = map[string][]desk.Verb{
	"sort":      {desk.VReview, desk.VClarify, desk.VAnswer, desk.VWithdraw, desk.VCategorize, desk.VSet, desk.VAsk, desk.VPrioritize, desk.VSnooze, desk.VUndo, desk.VExtend},
	"estimates": {desk.VEstimate, desk.VApprove, desk.VDecline},
	"work":      {desk.VAssign, desk.VClaim, desk.VStart, desk.VRelease, desk.VPutBack, desk.VHandOver, desk.VVendor, desk.VSchedule, desk.VRealTime, desk.VPark, desk.VMove},
	"talk":      {desk.VNote, desk.VReply, desk.VTime},
	"end":       {desk.VConfirm, desk.VNudge, desk.VCalled, desk.VBroken, desk.VClose, desk.VReopen, desk.VCancel, desk.VDuplicate},
	"look":      {vHistory, vSLA, vWhy},
}

// fieldWords say what is meant by a field that is typed.
var fieldWords = map[string]string{
	"ticket": "Its number", "of": "A status, client, member or ticket", "words": "What to look for", "rest": "What follows: see the usage", "category": "Type / subtype / item",
	"priority": "The priority, and top, up or down", "when": "Like 2h, tomorrow 14:00, Monday", "minutes": "Like 35m or 1h30", "member": "Whom", "status": "Which status",
	"how": "link, call, e-mail or in person", "reason": "Why", "text": "The words", "note": "What to know", "summary": "What it is about", "question": "What the client is asked",
	"hours": "How many hours", "field": "Which field", "value": "What it becomes", "code": "From your other chat",
}

// Commands are the words of words.go, for platforms that list them.
func Commands() []chat.SlashCommand {
	group := map[desk.Verb]string{}
	for name, verbs := range groups {
		for _, v := range verbs {
			group[v] = name
		}
	}
	out := []chat.SlashCommand{{Name: "ticket", Says: "Open, find and work on tickets"}, {Name: "desk", Says: "Hand in requests; the desk's people, rota and rules"}}
	for n, words := range [][]word{ticketWords, deskWords} {
		for _, w := range words {
			if w.verb == vDesk {
				w.usage = "what there is" // the command alone cannot be sent where it has words
			}
			out[n].Words = append(out[n].Words, listedWord(w, group[w.verb]))
		}
	}
	return out
}

func listedWord(w word, group string) chat.Word {
	line := typed(w.verb)
	out := chat.Word{Group: group, Name: strings.ReplaceAll(line, " ", "-"), Line: line, Says: w.usage}
	switch w.verb {
	case desk.VShow, vDesk:
		out.Line = "" // the number alone; nothing at all
	}
	add := func(name string, required bool) {
		f := chat.WordField{Name: name, Says: fieldWords[name], Required: required}
		if slices.Contains(suggested, name) {
			f.Token = fmt.Sprintf("%s;0;0;;", w.verb)
		}
		out.Fields = append(out.Fields, f)
	}
	if w.ticket {
		add("ticket", !w.optional)
	}
	for _, a := range w.args {
		name, _, _ := strings.Cut(a, "+")
		add(name, false)
	}
	return out
}

// suggested are the fields for which there is something to choose from.
var suggested = []string{"ticket", "of", "category", "priority", "member", "status", "how", "field", "value"}
