package bot

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"deskbell.dev/deskbell/internal/desk"
)

// arguments reads an intent's arguments; the first that cannot be what is
// meant is kept, with its field.
type arguments struct {
	*turn
	i    intent
	tk   desk.Ticket
	errs []*wrong
	// looking adds nothing that is not known yet: it is only asked what would be
	// asked.
	looking bool
}

func (a *arguments) fail(field string, err error) {
	if w, ok := err.(*wrong); ok {
		a.errs = append(a.errs, &wrong{Field: field, Text: w.Text, Offer: w.Offer})
		return
	}
	a.errs = append(a.errs, &wrong{Field: field, Text: err.Error()})
}

// text reads free text, refused when it is longer than max runes or holds what
// cannot be shown.
func (a *arguments) text(field string, max int) desk.Text {
	s := a.i.arg(field)
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "�")
	}
	if n := utf8.RuneCountInString(s); n > max {
		a.fail(field, &wrong{Text: fmt.Sprintf("That is %d characters long; at most %d fit here. Nothing was changed.", n, max)})
	}
	return desk.Text(s)
}

// of reads a word of a closed set, "" if it was not given.
func of[T any](a *arguments, field, what string, things []thing[T]) T {
	var zero T
	s := strings.TrimSpace(a.i.arg(field))
	if s == "" {
		return zero
	}
	v, err := pick(what, s, things)
	if err != nil {
		a.fail(field, err)
	}
	return v
}

func (a *arguments) memberArg() desk.MemberID {
	s := a.i.arg("member")
	if s == "" {
		return 0
	}
	if a.looking {
		return a.known(s)
	}
	m, err := a.member(s)
	if err != nil {
		a.fail("member", err)
	}
	return m
}

// known is the member that the desk has by that name or mention, 0 for somebody
// who would have to be met first.
func (a *arguments) known(word string) desk.MemberID {
	if id, ok := strings.CutPrefix(word, "<@"); ok {
		id, _, _ = strings.Cut(strings.TrimSuffix(strings.TrimPrefix(id, "!"), ">"), "|")
		m, _ := a.p.MemberWith(a.in.Platform + ":" + id)
		return m.ID
	}
	m, err := pick("member", strings.TrimPrefix(word, "@"), a.members())
	if err != nil {
		return 0
	}
	return m
}

func (a *arguments) number(field string, max float64) float64 {
	s := strings.TrimSpace(a.i.arg(field))
	if s == "" {
		return 0
	}
	n, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", "."), 64)
	if err != nil || math.IsNaN(n) || n <= 0 || n > max {
		a.fail(field, &wrong{Text: fmt.Sprintf("%q is no number between 0 and %g.", clip(s), max)})
		return 0
	}
	return n
}

func (a *arguments) minutes() int {
	s := a.i.arg("minutes")
	if s == "" {
		return 0
	}
	d, ok := duration(s)
	if !ok {
		a.fail("minutes", &wrong{Text: fmt.Sprintf("%q is no length of time. Write 35m, 1h30m or 90.", clip(s))})
	}
	return int(d.Minutes())
}

// category reads the triple, each part by any unambiguous part of its name
// under what was chosen before it.
func (a *arguments) category() desk.Category {
	var c desk.Category
	level := func(field, what string, have func(desk.Category) (string, bool)) string {
		s := strings.TrimSpace(a.i.arg(field))
		if s == "" {
			return ""
		}
		var things []thing[string]
		seen := map[string]bool{}
		for _, k := range a.p.Categories {
			if n, ok := have(k); ok && !seen[n] {
				seen[n] = true
				things = append(things, thing[string]{n, "", n})
			}
		}
		v, err := pick(what, s, things)
		if err != nil {
			a.fail(field, err)
		}
		return v
	}
	c.Type = level("type", "type", func(k desk.Category) (string, bool) { return k.Type, true })
	if c.Type == "" {
		return c
	}
	c.Subtype = level("subtype", "subtype of "+c.Type, func(k desk.Category) (string, bool) { return k.Subtype, k.Type == c.Type })
	if c.Subtype == "" {
		return c
	}
	c.Item = level("item", "item of "+c.Subtype, func(k desk.Category) (string, bool) { return k.Item, k.Type == c.Type && k.Subtype == c.Subtype })
	return c
}

// fill reads what a form added on the way to prioritizing.
func (a *arguments) fill() desk.Fill {
	f := desk.Fill{Category: a.category(), Description: a.text("description", desk.MaxDescription)}
	f.Client = of(a, "client", "client", a.clients())
	f.Kind = of(a, "kind", "kind", plain(desk.Kinds))
	f.Severity = of(a, "severity", "severity", plain(desk.Levels))
	f.Impact = of(a, "impact", "impact", plain(desk.Levels))
	client := f.Client
	if client == 0 {
		client = a.tk.Client
	}
	f.Agreement = a.agreement(client)
	f.Contact = a.contactArg(client)
	return f
}

func (a *arguments) agreement(client desk.ClientID) string {
	return of(a, "agreement", "agreement", plain(a.p.Clients[client].Agreements))
}

// contactArg finds the contact, adding a new one to the client.
func (a *arguments) contactArg(client desk.ClientID) desk.ContactID {
	s := a.i.arg("contact")
	if strings.TrimSpace(s) == "" || client == 0 {
		return 0
	}
	c := a.contact(client, s)
	if c.ID != 0 || len(a.errs) > 0 || a.looking {
		return c.ID
	}
	id, err := a.addContact(client, c)
	if err != nil {
		a.fail("contact", err)
	}
	return id
}

func (a *arguments) when() (t desk.Schedule) {
	s := a.i.arg("when")
	if strings.TrimSpace(s) == "" {
		return t
	}
	at, err := instant(s, a.now, a.p.Hours)
	if err != nil {
		a.fail("when", err)
		return t
	}
	if !at.After(a.now) {
		a.fail("when", &wrong{Text: "That is over already. A time to come is needed."})
	}
	return desk.Schedule{Until: at}
}

// open reads the fields of a new ticket.
func (a *arguments) open() desk.Open {
	o := desk.Open{Kind: of(a, "kind", "kind", plain(desk.Kinds)), Summary: a.text("summary", desk.MaxSummary), Description: a.text("description", desk.MaxDescription),
		CameBy: of(a, "came_by", "way it came", plain(desk.CameBy)), Client: of(a, "client", "client", a.clients()),
		Severity: of(a, "severity", "severity", plain(desk.Levels)), Impact: of(a, "impact", "impact", plain(desk.Levels))}
	if n, ok := requestNumber(a.i.arg("request")); ok {
		o.Request = n
	}
	if n, ok := ticketNumber(a.i.arg("linked")); ok {
		o.Linked = n
	}
	return o
}

// command makes the desk's command of an intent; *wrong for what cannot be
// meant, and ok false for a verb that is the bot's own.
func (a *arguments) command() (c desk.Command, ok bool) {
	reason := func() desk.Text { return a.text("reason", desk.MaxText) }
	text := func() desk.Text { return a.text("text", desk.MaxText) }
	switch a.i.Verb {
	case desk.VNew:
		o := a.open()
		if a.mayOpen(o) {
			o.Contact = a.contactArg(o.Client)
		}
		return o, true
	case desk.VRealTime:
		o := a.open()
		if a.i.Ticket == 0 && a.p.Is(desk.By(a.me.ID), desk.RLevel1, desk.Ticket{}, a.now) {
			o.Contact = a.contactArg(o.Client)
		}
		return desk.RealTime{Open: o}, true
	case desk.VReview:
		return desk.Review{}, true
	case desk.VClarify:
		c := desk.Clarify{Question: a.text("question", desk.MaxText)}
		if a.i.Form {
			c.Fill = a.fill()
		}
		return c, true
	case desk.VAnswer:
		return desk.Answer{Text: text()}, true
	case desk.VWithdraw:
		return desk.Withdraw{}, true
	case desk.VCategorize:
		return desk.Categorize{Category: a.category(), Kind: of(a, "kind", "kind", plain(desk.Kinds))}, true
	case desk.VSet:
		return a.set(), true
	case desk.VAsk:
		return desk.AskSRM{}, true
	case desk.VPrioritize:
		p := desk.Prioritize{Priority: of(a, "priority", "priority", a.priorities()), Rank: of(a, "rank", "rank", plain([]string{"top", "up", "down"}))}
		if a.i.Form && a.p.Is(desk.By(a.me.ID), desk.RSRM, a.tk, a.now) {
			p.Fill = a.fill()
		}
		return p, true
	case desk.VSnooze:
		return desk.Snooze{Until: a.when().Until}, true
	case desk.VUndo:
		return desk.Undo{Duplicate: a.tk.DuplicateOf}, true
	case desk.VExtend:
		return desk.Extend{Minutes: a.minutes()}, true
	case desk.VEstimate:
		if s := a.i.arg("hours"); s != "" && !a.i.Form {
			if _, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimRight(s, "h"), ",", "."), 64); err != nil {
				a.i = a.i.with("text", strings.TrimSpace(s+" "+a.i.arg("text"))).with("hours", "")
			} else {
				a.i = a.i.with("hours", strings.TrimRight(s, "h"))
			}
		}
		return desk.DoEstim{Hours: a.number("hours", 10000), Text: text()}, true
	case desk.VApprove:
		return desk.Approve{}, true
	case desk.VDecline:
		return desk.Decline{Why: reason()}, true
	case desk.VAssign:
		return desk.Assign{To: a.memberArg(), Note: a.text("note", desk.MaxText)}, true
	case desk.VClaim:
		return desk.Claim{}, true
	case desk.VStart:
		return desk.Start{Reason: reason()}, true
	case desk.VRelease:
		return desk.Release{Why: reason()}, true
	case desk.VPutBack:
		return desk.PutBack{Why: reason()}, true
	case desk.VHandOver:
		return desk.HandOver{To: a.memberArg(), Note: a.text("note", desk.MaxText)}, true
	case desk.VVendor:
		return desk.Vendor{What: text()}, true
	case desk.VSchedule:
		return a.when(), true
	case desk.VPark:
		return desk.Park{}, true
	case desk.VMove:
		return desk.Move{To: of(a, "status", "status", a.statuses()), Why: reason(), As: desk.Verb(a.i.arg("as"))}, true
	case desk.VNote:
		return desk.Note{Text: text(), From: a.from}, true
	case desk.VReply:
		return desk.Reply{Text: text(), How: a.i.arg("how")}, true
	case desk.VTime:
		return desk.LogTime{Minutes: a.minutes(), Text: text()}, true
	case desk.VConfirm:
		return desk.Confirm{How: of(a, "how", "way", plain(desk.How))}, true
	case desk.VNudge:
		return desk.Nudge{}, true
	case desk.VCalled:
		return desk.Call{Text: text()}, true
	case desk.VBroken:
		return desk.Broken{Text: text()}, true
	case desk.VClose:
		return desk.Close{Why: reason()}, true
	case desk.VReopen:
		return desk.Reopen{Why: reason()}, true
	case desk.VCancel:
		if ws := strings.Fields(a.i.arg("reason")); len(ws) > 2 && strings.EqualFold(ws[0]+" "+ws[1], "duplicate of") {
			if n, ok := ticketNumber(strings.TrimRight(ws[2], ".,;:")); ok {
				return desk.Duplicate{Of: n, Why: desk.Text(after(string(reason()), 3))}, true
			}
		}
		return desk.Cancel{Why: reason()}, true
	case desk.VDuplicate:
		n, ok := ticketNumber(strings.TrimSpace(a.i.arg("of")))
		if !ok && a.i.arg("of") != "" {
			a.fail("of", &wrong{Text: fmt.Sprintf("%q is no ticket number.", clip(a.i.arg("of")))})
		}
		return desk.Duplicate{Of: n, Why: reason()}, true
	}
	return nil, false
}

// set reads `set 42 FIELD VALUE`.
func (a *arguments) set() desk.Set {
	fields := []string{"client", "contact", "agreement", "kind", "severity", "impact", "summary", "description"}
	s := desk.Set{Field: of(a, "field", "field", plain(fields))}
	if v := a.i.arg("value"); v != "" {
		a.i = a.i.with(s.Field, v)
	}
	switch s.Field {
	case "client":
		s.ID = int64(of(a, "client", "client", a.clients()))
	case "contact":
		if a.p.Is(desk.By(a.me.ID), desk.RIntake, a.tk, a.now) || a.p.Is(desk.By(a.me.ID), desk.RSRM, a.tk, a.now) {
			s.ID = int64(a.contactArg(a.tk.Client))
		} else {
			s.ID = int64(a.contact(a.tk.Client, a.i.arg("contact")).ID)
		}
	case "agreement":
		s.Value = a.agreement(a.tk.Client)
	case "kind":
		s.Value = string(of(a, "kind", "kind", plain(desk.Kinds)))
	case "severity", "impact":
		s.Value = string(of(a, s.Field, s.Field, plain(desk.Levels)))
	case "summary":
		s.Text = a.text("summary", desk.MaxSummary)
	case "description":
		s.Text = a.text("description", desk.MaxDescription)
	}
	return s
}
