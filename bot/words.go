package bot

import (
	"fmt"
	"slices"
	"strings"

	"deskbell.dev/deskbell/internal/desk"
)

// Verbs of the bot's own, beside the desk's commands.
const (
	vHelp     desk.Verb = "help"
	vMine     desk.Verb = "mine"
	vQueue    desk.Verb = "queue"
	vTriage   desk.Verb = "triage"
	vUrgent   desk.Verb = "urgent"
	vList     desk.Verb = "list"
	vBoard    desk.Verb = "board"
	vFind     desk.Verb = "find"
	vNext     desk.Verb = "next"
	vHistory  desk.Verb = "history"
	vSLA      desk.Verb = "sla"
	vWhy      desk.Verb = "why"
	vDesk     desk.Verb = "desk"
	vSetup    desk.Verb = "setup"
	vRoles    desk.Verb = "roles"
	vClients  desk.Verb = "clients"
	vRota     desk.Verb = "rota"
	vRules    desk.Verb = "rules"
	vFlow     desk.Verb = "flow"
	vRole     desk.Verb = "role"
	vMember   desk.Verb = "member"
	vAway     desk.Verb = "away"
	vSkill    desk.Verb = "skill"
	vClient   desk.Verb = "client"
	vContact  desk.Verb = "contact"
	vRule     desk.Verb = "rule"
	vChannel  desk.Verb = "channel"
	vRequests desk.Verb = "requests"
	vLink     desk.Verb = "link"
	vDigest   desk.Verb = "digest"
	vReport   desk.Verb = "report"
	// vAddTo puts what a message says on a ticket as a note, vAttach a request
	// that was handed in; nobody types them.
	vAddTo  desk.Verb = "add to ticket"
	vAttach desk.Verb = "attach"
	// vRead shows a description that a card cuts.
	vRead desk.Verb = "read"
)

// word is one verb as typed: how its rest is read. Args names what the rest
// holds: a ticket's number, then fields.
type word struct {
	verb  desk.Verb
	usage string
	// ticket: a number must (or, optional, may) come first.
	ticket, optional bool
	// args: the fields that the rest fills, in order. The last takes all that
	// is left; those of closed sets take as many words as they match.
	args []string
}

// ticketWords are the contract's words behind /ticket, in the order of help.
var ticketWords = []word{
	{verb: vHelp, usage: "help"},
	{verb: desk.VNew, usage: "new [summary]", args: []string{"summary"}},
	{verb: desk.VShow, usage: "42", ticket: true},
	{verb: vMine, usage: "mine"},
	{verb: vQueue, usage: "queue"},
	{verb: vTriage, usage: "triage"},
	{verb: vUrgent, usage: "urgent"},
	{verb: vList, usage: "list STATUS, CLIENT or MEMBER", args: []string{"of"}},
	{verb: vBoard, usage: "board"},
	{verb: vFind, usage: "find WORDS", args: []string{"words"}},
	{verb: vNext, usage: "next"},
	{verb: desk.VReview, usage: "review 42", ticket: true},
	{verb: desk.VClarify, usage: "clarify 42 [question]", ticket: true, args: []string{"question"}},
	{verb: desk.VAnswer, usage: "answer 42 TEXT", ticket: true, args: []string{"text"}},
	{verb: desk.VWithdraw, usage: "withdraw 42", ticket: true},
	{verb: desk.VCategorize, usage: "categorize 42 [TYPE / SUBTYPE / ITEM]", ticket: true, args: []string{"category"}},
	{verb: desk.VSet, usage: "set 42 FIELD VALUE", ticket: true, args: []string{"field", "value"}},
	{verb: desk.VAsk, usage: "ask 42", ticket: true},
	{verb: desk.VPrioritize, usage: "prioritize 42 [priority] [top|up|down]", ticket: true, args: []string{"priority+rank"}},
	{verb: desk.VSnooze, usage: "snooze 42 WHEN", ticket: true, args: []string{"when"}},
	{verb: desk.VUndo, usage: "undo 42", ticket: true},
	{verb: desk.VExtend, usage: "extend 42 MINUTES", ticket: true, args: []string{"minutes"}},
	{verb: desk.VEstimate, usage: "estimate 42", ticket: true, args: []string{"hours", "text"}},
	{verb: desk.VApprove, usage: "approve 42", ticket: true},
	{verb: desk.VDecline, usage: "decline 42 [WHY]", ticket: true, args: []string{"reason"}},
	{verb: desk.VAssign, usage: "assign 42 MEMBER", ticket: true, args: []string{"member", "note"}},
	{verb: desk.VClaim, usage: "claim 42", ticket: true},
	{verb: desk.VStart, usage: "start 42", ticket: true, args: []string{"reason"}},
	{verb: desk.VRelease, usage: "release 42", ticket: true, args: []string{"reason"}},
	{verb: desk.VPutBack, usage: "put back 42 WHY", ticket: true, args: []string{"reason"}},
	{verb: desk.VHandOver, usage: "hand over 42 MEMBER NOTE", ticket: true, args: []string{"member", "note"}},
	{verb: desk.VVendor, usage: "vendor 42 WHAT", ticket: true, args: []string{"text"}},
	{verb: desk.VSchedule, usage: "schedule 42 WHEN", ticket: true, args: []string{"when"}},
	{verb: desk.VRealTime, usage: "real-time [42 or summary]", ticket: true, optional: true, args: []string{"summary"}},
	{verb: desk.VPark, usage: "park 42", ticket: true},
	{verb: desk.VMove, usage: "move 42 STATUS [WHY]", ticket: true, args: []string{"status", "reason"}},
	{verb: desk.VNote, usage: "note 42 TEXT", ticket: true, args: []string{"text"}},
	{verb: desk.VReply, usage: "reply 42", ticket: true, args: []string{"text"}},
	{verb: desk.VTime, usage: "time 42 35m TEXT", ticket: true, args: []string{"minutes", "text"}},
	{verb: desk.VConfirm, usage: "confirm 42 HOW", ticket: true, args: []string{"how"}},
	{verb: desk.VNudge, usage: "nudge 42", ticket: true},
	{verb: desk.VCalled, usage: "called 42 TEXT", ticket: true, args: []string{"text"}},
	{verb: desk.VBroken, usage: "broken 42 TEXT", ticket: true, args: []string{"text"}},
	{verb: desk.VClose, usage: "close 42 WHY", ticket: true, args: []string{"reason"}},
	{verb: desk.VReopen, usage: "reopen 42 WHY", ticket: true, args: []string{"reason"}},
	{verb: desk.VCancel, usage: "cancel 42 WHY", ticket: true, args: []string{"reason"}},
	{verb: desk.VDuplicate, usage: "duplicate 42 of 17", ticket: true, args: []string{"of+reason"}},
	{verb: vHistory, usage: "history 42", ticket: true},
	{verb: vSLA, usage: "sla 42", ticket: true},
	{verb: vWhy, usage: "why 42", ticket: true},
}

// deskWords stand behind /desk.
var deskWords = []word{
	{verb: vDesk, usage: ""},
	{verb: vSetup, usage: "setup"},
	{verb: vRoles, usage: "roles"},
	{verb: vClients, usage: "clients"},
	{verb: vRota, usage: "rota [set MEMBER MEMBER… | on-call MEMBER… | override MEMBER FROM TO | swap WEEK]", args: []string{"rest"}},
	{verb: vRules, usage: "rules"},
	{verb: vFlow, usage: "flow"},
	{verb: vRole, usage: "role add MEMBER ROLE, role remove MEMBER ROLE", args: []string{"rest"}},
	{verb: vMember, usage: "member remove MEMBER", args: []string{"rest"}},
	{verb: vAway, usage: "away FROM TO", args: []string{"rest"}},
	{verb: vSkill, usage: "skill add MEMBER TYPE", args: []string{"rest"}},
	{verb: vClient, usage: "client add NAME [plan PLAN]", args: []string{"rest"}},
	{verb: vContact, usage: "contact add NAME E-MAIL of CLIENT", args: []string{"rest"}},
	{verb: vRule, usage: "rule RULE off|warn|enforce", args: []string{"rest"}},
	{verb: vChannel, usage: "channel set CHANNEL", args: []string{"rest"}},
	{verb: desk.VHand, usage: "hand TEXT", args: []string{"text"}},
	{verb: vRequests, usage: "requests"},
	{verb: desk.VAccept, usage: "accept R-3 [as 42]", args: []string{"rest"}},
	{verb: vHandDecline, usage: "decline R-3 WHY", args: []string{"rest"}},
	{verb: vLink, usage: "link [CODE]", args: []string{"code"}},
	{verb: vDigest, usage: "digest"},
	{verb: vReport, usage: "report [week]", args: []string{"rest"}},
}

// vHandDecline is /desk decline, which is another command than /ticket decline.
const vHandDecline desk.Verb = "decline request"

func typed(v desk.Verb) string {
	if v == vHandDecline {
		return "decline"
	}
	return string(v)
}

// parse reads a typed line. Only the verb, the number and closed sets are
// words; everything else is taken raw, quotes and apostrophes included.
func (t *turn) parse(line string) (intent, error) {
	slash, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	if i := strings.IndexAny(slash, "\n\t"); i >= 0 {
		slash, rest = slash[:i], strings.TrimSpace(line)[i:]
	}
	rest = strings.TrimSpace(rest)
	switch strings.ToLower(slash) {
	case "/ticket":
		if n, ok := ticketNumber(rest); ok {
			return intent{Verb: desk.VShow, Ticket: n}, nil
		}
		if rest == "" {
			return intent{Verb: vHelp}, nil
		}
		return t.parseWord("/ticket", ticketWords, rest)
	case "/desk":
		if rest == "" || strings.EqualFold(rest, "help") {
			return intent{Verb: vDesk}, nil
		}
		return t.parseWord("/desk", deskWords, rest)
	}
	if !strings.HasPrefix(slash, "/") { // in a direct message the slash word may be left out
		i, err := t.parse("/ticket " + strings.TrimSpace(line))
		if err == nil || i.Verb != "" || len(strings.Fields(line)) <= 2 { // longer talk was not meant as a word
			return i, err
		}
	}
	return intent{}, &wrong{Text: "Deskbell listens to /ticket and /desk; what you wrote went to nobody. /ticket help shows what you can do now.",
		Offer: []desk.Offer{{Verb: vHelp, Label: "What can I do?"}}}
}

func (t *turn) parseWord(slash string, words []word, rest string) (intent, error) {
	low := strings.ToLower(rest)
	for _, w := range words {
		v := typed(w.verb)
		after, ok := strings.CutPrefix(low, v)
		if w.verb == vDesk || !ok || (after != "" && !strings.ContainsAny(after[:1], " \n\t")) {
			continue
		}
		return t.parseArgs(slash, w, strings.TrimSpace(rest[len(v):]))
	}
	return intent{}, unknownWord(slash, words, rest)
}

// unknownWord names the nearest right word and its usage.
func unknownWord(slash string, words []word, rest string) error {
	first, after, _ := strings.Cut(rest, " ")
	typedWords := []string{strings.ToLower(first)}
	if second, _, _ := strings.Cut(after, " "); second != "" {
		typedWords = append(typedWords, strings.ToLower(first+" "+second))
	}
	best, at := words[0], 1<<30
	for _, w := range words {
		for _, tw := range typedWords {
			if d := distance(tw, typed(w.verb)); d < at {
				best, at = w, d
			}
		}
	}
	usage := "/ticket help shows what you can do."
	for _, w := range words { // "put" for "put back"
		if strings.HasPrefix(typed(w.verb), typedWords[0]) && typedWords[0] != "" && w.usage != "" {
			best, at = w, 0
			break
		}
	}
	if 2*at < len([]rune(first)) {
		as := best.usage
		if number, _, _ := strings.Cut(after, " "); best.ticket { // theirs, not the usage's
			if n, ok := ticketNumber(number); ok {
				as = strings.Replace(as, "42", n.String()[2:], 1)
			}
		}
		usage = fmt.Sprintf("Did you mean: %s %s", slash, as)
	} else if slash == "/desk" {
		usage = "/desk shows what there is."
	}
	return &wrong{Text: fmt.Sprintf("%s doesn't know %q. %s", slash, clip(first), usage),
		Offer: []desk.Offer{{Verb: vHelp, Label: "What can I do?"}}}
}

func (t *turn) parseArgs(slash string, w word, rest string) (intent, error) {
	i := intent{Verb: w.verb, Args: map[string]string{}}
	if w.ticket {
		first, after, _ := strings.Cut(rest, " ")
		if k := strings.IndexAny(first, "\n\t"); k >= 0 {
			first, after = first[:k], rest[k:]
		}
		n, ok := ticketNumber(first)
		switch {
		case ok:
			i.Ticket, rest = n, strings.TrimSpace(after)
		case !w.optional && first == "":
			return i, &wrong{Text: fmt.Sprintf("Which ticket? %s %s", slash, w.usage), Offer: []desk.Offer{{Verb: vMine, Label: "My tickets"}}}
		case !w.optional:
			return i, &wrong{Text: fmt.Sprintf("%q is no ticket number; they look like 42, T-42 or #42. %s %s", clip(first), slash, w.usage),
				Offer: []desk.Offer{{Verb: vMine, Label: "My tickets"}}}
		}
	}
	for n, a := range w.args {
		if rest == "" {
			break
		}
		var err error
		if n == len(w.args)-1 {
			err = t.last(i.Args, a, rest)
		} else {
			rest, err = t.take(i.Args, a, rest)
		}
		if err != nil {
			return i, err
		}
	}
	return i, nil
}

// take reads one argument from the front and returns what is left.
func (t *turn) take(args map[string]string, name, rest string) (string, error) {
	switch name {
	case "status":
		var cands []thing[string]
		for _, s := range t.statuses() {
			cands = append(cands, thing[string]{s.name, s.also, string(s.value)})
		}
		v, after, err := longest("status", rest, cands)
		args[name] = v
		return after, err
	case "member":
		var cands []thing[string]
		for _, m := range t.members() {
			cands = append(cands, thing[string]{m.name, m.also, m.also})
		}
		if strings.HasPrefix(rest, "<@") || strings.HasPrefix(rest, "@") {
			break
		}
		if gone, after := t.departedFirst(rest, cands); gone != "" {
			args[name] = gone
			return after, nil
		}
		if v, after, err := longest("member", rest, cands); err == nil {
			args[name] = v
			return after, nil
		}
	}
	first, after, _ := strings.Cut(rest, " ")
	args[name] = first
	return strings.TrimSpace(after), nil
}

// longest takes the most words of rest that name one of the things: whole names
// before parts of names.
func longest[T any](what, rest string, things []thing[T]) (T, string, error) {
	words := strings.Fields(rest)
	whole := func(w string) bool {
		return slices.ContainsFunc(things, func(th thing[T]) bool { return fold(th.name) == fold(w) || fold(th.also) == fold(w) })
	}
	most := min(len(words), 6)
	for n := most; n > 0; n-- {
		if w := strings.Join(words[:n], " "); whole(w) {
			v, err := pick(what, w, things)
			return v, after(rest, n), err
		}
	}
	var firstErr error
	for n := most; n > 0; n-- {
		v, err := pick(what, strings.Join(words[:n], " "), things)
		if err == nil {
			return v, after(rest, n), nil
		}
		firstErr = err
		if strings.Contains(err.Error(), "could be") {
			break // the longest run that fits at all is ambiguous: list it
		}
	}
	var zero T
	return zero, "", firstErr
}

// after is rest without its first n words, the remainder raw.
func after(rest string, n int) string {
	for ; n > 0; n-- {
		rest = strings.TrimLeft(rest, " \t\n")
		if i := strings.IndexAny(rest, " \t\n"); i >= 0 {
			rest = rest[i:]
		} else {
			rest = ""
		}
	}
	return strings.TrimSpace(rest)
}

// last reads the argument that takes all that is left.
func (t *turn) last(args map[string]string, name, rest string) error {
	switch name {
	case "status", "member":
		left, err := t.take(args, name, rest)
		if err == nil && left != "" {
			return &wrong{Text: fmt.Sprintf("%q is more than a %s.", clip(rest), name)}
		}
		return err
	case "category":
		parts := strings.Split(rest, "/")
		for i, f := range []string{"type", "subtype", "item"} {
			if i < len(parts) {
				args[f] = strings.TrimSpace(parts[i])
			}
		}
	case "priority+rank":
		for _, w := range strings.Fields(rest) {
			if slices.Contains([]string{"top", "up", "down"}, strings.ToLower(w)) {
				args["rank"] = strings.ToLower(w)
				continue
			}
			args["priority"] = strings.TrimSpace(args["priority"] + " " + w)
		}
	case "of+reason":
		if first := strings.Fields(rest)[0]; strings.EqualFold(first, "of") {
			rest = after(rest, 1)
		}
		if of := strings.Fields(rest); len(of) > 0 {
			args["of"] = of[0]
		}
		if why := after(rest, 1); why != "" {
			args["reason"] = why
		}
	default:
		args[name] = rest
	}
	return nil
}
