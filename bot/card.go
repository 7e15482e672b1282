package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// sign of a stage: a shape, so that status is never told by colour alone.
var sign = map[desk.Stage]string{desk.Triage: "○", desk.Ready: "◇", desk.Active: "●", desk.Waiting: "◐", desk.Done: "✓"}

// ticketCard is the one picture of a ticket. Mine shows what only the reader
// may do, and the description; otherwise it is the shared card.
func (t *turn) ticketCard(tk desk.Ticket, mine bool) *chat.Card {
	c := &chat.Card{Title: chat.Say(fmt.Sprintf("%s  %s", tk.Number, tk.Summary))}
	lines := []chat.Text{t.statusLine(tk), t.whomLine(tk), t.categoryLine(tk)}
	for _, l := range []chat.Text{t.clockLine(tk, mine), t.openLine(tk), t.slaLine(tk)} {
		if len(l) > 0 {
			lines = append(lines, l)
		}
	}
	for i, l := range lines {
		if i > 0 {
			c.Text = append(c.Text, chat.Say("\n")...)
		}
		c.Text = append(c.Text, l...)
	}
	place, choices := onCard, []desk.Offer(nil)
	if mine {
		place, choices = onMine, desk.Choices(t.p, tk, t.me.ID, t.now)
		if tk.Description != "" {
			c.Fields = append(c.Fields, chat.CardField{Name: "Description", Value: chat.Words(string(tk.Description))})
		}
		for _, q := range tk.OpenQuestions() {
			c.Fields = append(c.Fields, chat.CardField{Name: "Open question", Value: chat.Words(string(tk.Questions[q].Text))})
		}
		if tk.Estimate != nil {
			c.Fields = append(c.Fields, chat.CardField{Name: "Estimate", Value: chat.Say(estimate(tk.Estimate))})
		}
	} else {
		choices = desk.SharedChoices(t.p, tk, t.now)
		choices = slices.DeleteFunc(choices, func(o desk.Offer) bool { return o.Verb == desk.VUndo })
	}
	if most := t.limits().Field; mine && most > 0 && utf8.RuneCountInString(string(tk.Description)) > most {
		choices = append(choices, readAll(tk))
	}
	choices = append(choices, desk.Offer{Verb: vHistory, Ticket: tk.Number, Label: "History"}, desk.Offer{Verb: vWhy, Ticket: tk.Number, Label: "What blocks it?"})
	c.Actions = t.offers(choices, tk.Version, place, nil, 4)
	return c
}

func (t *turn) statusLine(tk desk.Ticket) chat.Text {
	s, _ := t.p.Workflow.Status(tk.Status)
	line := chat.Join(chat.Say(sign[s.Stage]+" "), chat.B(s.Name))
	switch {
	case tk.Priority != "":
		pr, _ := t.p.Priority(tk.Priority)
		mark := ""
		if pr.Urgent {
			mark = "▲ "
		}
		line = chat.Join(line, chat.Say(" · "+mark+pr.Name))
	case s.Stage != desk.Done:
		line = chat.Join(line, chat.Say(" · not prioritized"))
	}
	if tk.Unconfirmed {
		line = chat.Join(line, chat.Say(" · unconfirmed"))
	}
	if tk.DuplicateOf != 0 {
		line = chat.Join(line, chat.Say(" · duplicate of "+tk.DuplicateOf.String()))
	}
	return chat.Join(line, chat.Say(" · "), since(tk.Since))
}

func (t *turn) whomLine(tk desk.Ticket) chat.Text {
	var who chat.Text
	if tk.Kind == desk.Internal {
		who = chat.Say("Internal")
	} else {
		who = chat.Say(t.clientName(tk.Client, true))
		by := []string{}
		if ct, ok := t.p.ContactOf(tk.Client, tk.Contact); ok {
			by = append(by, string(ct.Name))
		}
		if tk.CameBy != "" {
			by = append(by, map[bool]string{true: tk.CameBy, false: "by " + tk.CameBy}[tk.CameBy == "in person"])
		}
		if len(by) > 0 {
			who = chat.Join(who, chat.Say(" · "+strings.Join(by, ", ")))
		}
	}
	if tk.HandedBy != 0 {
		who = chat.Join(who, chat.Say(" · handed in by "), t.mention(tk.HandedBy))
	}
	if tk.Assignee != 0 {
		who = chat.Join(who, chat.Say(" · assigned to "), t.mention(tk.Assignee))
	}
	if tk.Tester != 0 {
		who = chat.Join(who, chat.Say(" · tested by "), t.mention(tk.Tester))
	}
	return who
}

func (t *turn) clientName(id desk.ClientID, plan bool) string {
	c := t.p.Clients[id]
	var marks []string
	if plan && c.Plan != "" && !c.CatchAll {
		marks = append(marks, c.Plan)
	}
	if c.VIP {
		marks = append(marks, "VIP")
	}
	if len(marks) == 0 {
		return c.Name
	}
	return c.Name + " (" + strings.Join(marks, ", ") + ")"
}

func (t *turn) categoryLine(tk desk.Ticket) chat.Text {
	var parts []string
	if tk.Category.Type != "" {
		parts = append(parts, tk.Category.String())
	}
	parts = append(parts, map[desk.Kind]string{desk.Defect: "defect", desk.Service: "request", desk.Internal: "internal"}[tk.Kind])
	for _, l := range []struct {
		name string
		v    desk.Level
	}{{"severity", tk.Severity}, {"impact", tk.Impact}} {
		if l.v != "" {
			parts = append(parts, l.name+" "+string(l.v))
		}
	}
	if st := t.p.Workflow.Stage(tk.Status); st != desk.Done {
		if m := t.p.Missing(tk); len(m) > 0 {
			parts = append(parts, "missing: "+strings.Join(m, ", "))
		}
	}
	return chat.Say(strings.Join(parts, " · "))
}

// clockLine is what time it is about, only while it matters. What is left of an
// allowance is counted down on the channel's card alone: no other is painted.
func (t *turn) clockLine(tk desk.Ticket, mine bool) chat.Text {
	switch {
	case tk.UnderAllowance() && mine:
		return chat.Join(chat.Say("Real-time allowance until "), chat.At(tk.Allowance.Until, chat.ShortTime), chat.Say(", then it is parked"))
	case tk.UnderAllowance():
		left := (tk.Allowance.Until.Sub(t.now) + time.Minute - 1) / time.Minute
		return chat.Join(say("Real-time allowance: %d m left, until ", max(0, left)), chat.At(tk.Allowance.Until, chat.ShortTime), chat.Say(", then it is parked"))
	case !tk.Scheduled.IsZero() && t.p.Workflow.Trait(tk.Status) == desk.IsScheduled:
		return chat.Join(chat.Say("Scheduled for "), chat.At(tk.Scheduled, chat.DateTime))
	case tk.Snoozed.After(t.now):
		return chat.Join(chat.Say("Snoozed until "), chat.At(tk.Snoozed, chat.DateTime))
	case len(tk.Nudges) > 0 && t.p.Workflow.Stage(tk.Status) == desk.Waiting:
		return chat.Join(chat.Say("Nudged "+times(tk.NudgeDays(t.p))+", last "), chat.At(tk.Nudges[len(tk.Nudges)-1], chat.Relative))
	}
	return nil
}

// times counts working days: "on 1 working day".
func times(days int) string {
	if days == 1 {
		return "on 1 working day"
	}
	return fmt.Sprintf("on %d working days", days)
}

// openLine is what is waited for.
func (t *turn) openLine(tk desk.Ticket) chat.Text {
	if q := tk.OpenQuestions(); len(q) > 0 && t.p.Workflow.Trait(tk.Status) == desk.IsQuestion {
		return chat.Join(chat.Say("Asked: "), chat.Words(chat.Cut(string(tk.Questions[q[0]].Text), 200)))
	}
	if tk.Awaiting != "" {
		return chat.Join(chat.Say("Awaited: "), chat.Words(chat.Cut(string(tk.Awaiting), 200)))
	}
	return nil
}

func estimate(e *desk.Estimate) string {
	s := string(e.Text)
	if e.Hours > 0 && !strings.Contains(s, "hours") {
		s = fmt.Sprintf("%g h: %s", e.Hours, s)
	}
	return s
}

// row is a ticket in a list: number, summary, client, age, sign of urgency.
func (t *turn) row(tk desk.Ticket, extra ...desk.Offer) chat.Row {
	s, _ := t.p.Workflow.Status(tk.Status)
	text := chat.B(tk.Number.String())
	if t.p.Urgent(tk.Priority) {
		text = chat.Join(text, chat.Say(" ▲"))
	}
	text = chat.Join(text, chat.Say(fmt.Sprintf(" %s · ", chat.Cut(string(tk.Summary), 80))))
	if tk.Kind == desk.Internal {
		text = chat.Join(text, chat.Say("internal"))
	} else {
		text = chat.Join(text, chat.Say(t.clientName(tk.Client, false)))
	}
	text = chat.Join(text, chat.Say(fmt.Sprintf(" · %s %s · %s", sign[s.Stage], s.Name, ago(t.now.Sub(tk.Since)))))
	if tk.Assignee != 0 {
		text = chat.Join(text, chat.Say(" · "), t.mention(tk.Assignee))
	}
	offers := append([]desk.Offer{{Verb: desk.VShow, Ticket: tk.Number, Label: "Open"}}, extra...)
	return chat.Row{Text: text, Actions: t.offers(offers, tk.Version, onList, nil, 2)}
}
