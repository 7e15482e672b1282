package bot

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// history is the event log, newest page last, ten lines a page.
func (t *turn) history(i intent) (chat.Reply, error) {
	es, err := t.Store.Events(t.ctx, i.Ticket)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(es) == 0 {
		return chat.Reply{}, noTicket(i.Ticket)
	}
	es = slices.DeleteFunc(es, func(e desk.Event) bool { // says nothing beside the events that it closes
		_, decided := e.What.(desk.Decided)
		return decided
	})
	es = asTheyStand(es)
	const size = 15
	page := min(i.page(), (len(es)-1)/size)
	c := &chat.Card{Title: chat.Say(fmt.Sprintf("%s  History (%d)", i.Ticket, len(es)))}
	long := t.limits().Text/size - 60 // so that no long text cuts off the lines after it
	for _, e := range es[page*size : min((page+1)*size, len(es))] {
		who := chat.Say("the clock")
		if !e.By.Clock {
			who = t.mention(e.By.Member)
		}
		c.Text = chat.Join(c.Text, chat.At(e.At, chat.DateTime), chat.Say(" "), who, chat.Say(" "+chat.Cut(t.describe(e), long)+"\n"))
	}
	return t.turned(i, c, page, (page+1)*size < len(es)), nil
}

// turned is a page of what explains a ticket, with buttons to the pages beside it.
func (t *turn) turned(i intent, c *chat.Card, page int, more bool) chat.Reply {
	j := intent{Verb: i.Verb, Ticket: i.Ticket, Place: onList}
	if page > 0 {
		c.Actions = append(c.Actions, t.button(j.with("page", strconv.Itoa(page-1)), "Earlier", chat.Default))
	}
	if more {
		c.Actions = append(c.Actions, t.button(j.with("page", strconv.Itoa(page+1)), "Later", chat.Default))
	}
	c.Actions = append(c.Actions, t.button(intent{Verb: desk.VShow, Ticket: i.Ticket, Place: onList}, "Open "+i.Ticket.String(), chat.Default))
	r := t.card(nil, c)
	r.Edit = i.arg("page") != "" && t.in.Message.ID != ""
	return r
}

// describe is an event in words after its author: "moved it to In progress".
func (t *turn) describe(e desk.Event) string {
	quoted := func(s desk.Text) string {
		if s == "" {
			return ""
		}
		return ": “" + string(s) + "”"
	}
	member := func(m desk.MemberID) string { return "@" + t.p.Handle(m) }
	clock := func(at time.Time) string { return at.In(t.p.Zone).Format("Mon 2 Jan 15:04") }
	switch f := e.What.(type) {
	case desk.Opened:
		s := "opened it" + quoted(f.Summary)
		if f.HandedBy != 0 {
			s += ", handed in by " + member(f.HandedBy)
		}
		if f.Linked != 0 {
			s += ", following " + f.Linked.String()
		}
		return s
	case desk.Moved:
		s := "moved it from " + t.p.Workflow.Name(f.From) + " to " + t.p.Workflow.Name(f.To) + quoted(f.Why)
		if f.Rework {
			s += " (rework)"
		}
		return s
	case desk.Prioritized:
		pr, _ := t.p.Priority(f.Priority)
		return "set the priority to " + pr.Name
	case desk.Unprioritized:
		return "so it has no priority"
	case desk.Ranked:
		return "changed its place in the queue"
	case desk.Categorized:
		return "categorized it as " + f.Category.String()
	case desk.FieldSet:
		return "set the " + strings.ReplaceAll(f.Field, "_", " ") + " to " + t.fieldValue(f)
	case desk.SRMAsked:
		return "asked the SRM to prioritize it"
	case desk.QuestionAsked:
		return "asked the client" + quoted(f.Text)
	case desk.QuestionAnswered:
		return "recorded the client's answer" + quoted(f.Text)
	case desk.QuestionWithdrawn:
		return "withdrew the question"
	case desk.Snoozed:
		return "snoozed it until " + clock(f.Until)
	case desk.Decided:
		return "decided: " + typed(f.Verb)
	case desk.Undone:
		return "undid: " + typed(f.Verb)
	case desk.EstimateGiven:
		return "estimated " + estimate(&desk.Estimate{Hours: f.Hours, Text: f.Text})
	case desk.EstimateAnswered:
		if f.Approved {
			return "recorded that the client approved the estimate"
		}
		return "recorded that the client declined the estimate"
	case desk.Assigned:
		if f.To == 0 {
			return "left it to anybody"
		}
		if f.To == e.By.Member {
			return "took it"
		}
		return "assigned it to " + member(f.To) + quoted(f.Note)
	case desk.AssigneeLeft:
		return "freed it, since " + member(f.Member) + " has left"
	case desk.Pushed:
		return "pushed it to " + member(f.To) + ", since nobody claimed it"
	case desk.Testing:
		if f.By == 0 {
			return "ended its testing"
		}
		return "took it for testing"
	case desk.Started:
		s := "started work"
		if f.Skipped != 0 {
			s += ", ahead of " + f.Skipped.String() + quoted(f.Reason)
		}
		for n, k := range f.Interrupted {
			s += map[bool]string{true: ", interrupting ", false: " and "}[n == 0] + k.String()
		}
		return s
	case desk.AllowanceStarted:
		return "works it in real time until " + f.Until.In(t.p.Zone).Format("15:04")
	case desk.AllowanceExtended:
		return "extended the allowance until " + f.Until.In(t.p.Zone).Format("15:04")
	case desk.AllowanceEnded:
		return "so the allowance ended"
	case desk.AllowanceNudged:
		return "said that the allowance is nearly over"
	case desk.VendorAwaited:
		return "waits for" + quoted(f.What)
	case desk.ScheduledFor:
		return "scheduled it for " + clock(f.Until)
	case desk.Noted:
		return "noted" + quoted(f.Text)
	case desk.NoteChanged:
		return "noted" + quoted(f.Text) + " (changed)"
	case desk.NoteRemoved:
		return "took a note back"
	case desk.TimeLogged:
		return fmt.Sprintf("logged %d m%s", f.Minutes, quoted(f.Text))
	case desk.Replied:
		return map[string]string{"sent": "told the client", "called": "called the client"}[f.How] + quoted(f.Text)
	case desk.Nudged:
		return "nudged the client"
	case desk.Called:
		return "called the client" + quoted(f.Text)
	case desk.Confirmed:
		return "recorded the client's confirmation (" + f.How + ")"
	case desk.ClosedUnconfirmed:
		return "closed it unconfirmed" + quoted(f.Why)
	case desk.MarkedDuplicate:
		return "marked it a duplicate of " + f.Of.String()
	case desk.DuplicateFound:
		return "marked " + f.Ticket.String() + " a duplicate of it"
	case desk.DuplicateUndone:
		return "took back that " + f.Ticket.String() + " is a duplicate of it"
	case desk.RequestAttached:
		return "added " + f.Request.String() + " from " + member(f.HandedBy) + quoted(f.Text)
	case desk.GoalAtRisk:
		return fmt.Sprintf("said that %s is at risk", f.Goal)
	case desk.GoalBreached:
		return fmt.Sprintf("recorded that %s is breached%s", f.Goal, because(f.Why))
	case desk.Warned:
		return fmt.Sprintf("went past %s: %s", f.Rule, f.Text)
	}
	return "did something that this version cannot name"
}

func (t *turn) fieldValue(f desk.FieldSet) string {
	switch f.Field {
	case "client":
		return t.p.Clients[desk.ClientID(f.ID)].Name
	case "contact":
		for _, c := range t.p.Clients {
			for _, ct := range c.Contacts {
				if ct.ID == desk.ContactID(f.ID) {
					return string(ct.Name)
				}
			}
		}
	case "summary", "description":
		return "“" + string(f.Text) + "”"
	}
	return f.Value
}

// why says what blocks the ticket and who can unblock it.
func (t *turn) why(i intent) (chat.Reply, error) {
	tk, err := t.Store.Ticket(t.ctx, i.Ticket)
	if err != nil {
		return chat.Reply{}, err
	}
	w := &t.p.Workflow
	text := chat.Say(fmt.Sprintf("%s is %s. ", tk.Number, w.Name(tk.Status)))
	srm := t.mention(t.p.SRM(t.now))
	say := func(parts ...chat.Text) { text = chat.Join(append([]chat.Text{text}, parts...)...) }
	switch st := w.Stage(tk.Status); {
	case st == desk.Done:
		say(chat.Say("Nothing blocks it; it is done."))
	case w.Trait(tk.Status) == desk.IsQuestion:
		for _, q := range tk.OpenQuestions() {
			say(chat.Say("The client was asked "), chat.Words(string(tk.Questions[q].Text)), chat.Say(" by "), t.mention(tk.Questions[q].By), chat.Say(". "))
		}
		say(chat.Say("The answer, or taking the question back, brings it back to where it was."))
	case w.Trait(tk.Status) == desk.IsClientTest:
		say(chat.Say(fmt.Sprintf("It waits for the client's word. Nudged %s; after 2 the SDM or SRM may close it unconfirmed.", times(tk.NudgeDays(t.p)))))
	case w.Trait(tk.Status) == desk.IsVendor:
		say(chat.Say("Awaited: "), chat.Words(string(tk.Awaiting)), chat.Say(". "), t.mention(tk.Assignee), chat.Say(" or "), srm, chat.Say(" takes it back."))
	case tk.Priority == "":
		say(chat.Say("It isn't prioritized, so nothing starts; "), srm, chat.Say(" decides."))
		if m := t.p.Missing(tk); len(m) > 0 {
			say(chat.Say(" Missing for that: " + strings.Join(m, ", ") + "."))
		}
	case st == desk.Ready && tk.Assignee == 0:
		say(chat.Say("Nothing blocks it: any technician may start it."))
	case st == desk.Ready:
		say(chat.Say("It is for "), t.mention(tk.Assignee), chat.Say(" to start."))
	case w.Trait(tk.Status) == desk.IsTestQueue:
		say(chat.Say("It waits for a technician other than "), t.mention(tk.Worker), chat.Say(" to test it."))
	case w.Trait(tk.Status) == desk.IsInstallQueue:
		say(chat.Say("It waits for a technician to install it."))
	case w.Trait(tk.Status) == desk.IsTesting:
		say(t.mention(tk.Tester), chat.Say(" tests it."))
	default:
		say(t.mention(tk.Assignee), chat.Say(" has it."))
	}
	return t.card(text, &chat.Card{Actions: t.offers(desk.Choices(t.p, tk, t.me.ID, t.now), tk.Version, onList, nil, 3)}), nil
}

// flow shows the statuses with the moves that the reader may make.
func (t *turn) flow(intent) (chat.Reply, error) {
	c := &chat.Card{Title: chat.Say("How tickets flow")}
	kind := map[desk.Kind]string{desk.Defect: "defects", desk.Service: "requests", desk.Internal: "internal"}
	for _, s := range t.p.Workflow.Statuses {
		var ways []string
		seen := map[string]bool{}
		for _, tr := range t.p.Workflow.Transitions {
			if tr.From != s.Key || tr.Verb == desk.VAnswer || !t.mayMake(tr) {
				continue
			}
			way := t.p.Workflow.Name(tr.To)
			if len(tr.Kinds) == 1 {
				way += " (" + kind[tr.Kinds[0]] + ")"
			}
			if !seen[way] {
				seen[way] = true
				ways = append(ways, way)
			}
		}
		line := chat.Join(chat.Say(sign[s.Stage]+" "), chat.B(s.Name))
		if len(ways) > 0 {
			line = chat.Join(line, chat.Say(" → "+strings.Join(ways, ", ")))
		}
		c.Text = chat.Join(c.Text, line, chat.Say("\n"))
	}
	return t.card(chat.Say("Arrows are the moves that you may make."), c), nil
}

// mayMake reports whether the reader could make the move on some ticket.
func (t *turn) mayMake(tr desk.Transition) bool {
	mine := desk.Ticket{Assignee: t.me.ID, Tester: t.me.ID}
	if !t.p.Is(desk.By(t.me.ID), desk.RTechnician, mine, t.now) {
		mine = desk.Ticket{}
	}
	for _, r := range tr.By {
		if t.p.Is(desk.By(t.me.ID), r, mine, t.now) {
			return true
		}
	}
	return false
}
