package bot

import (
	"context"
	"fmt"
	"strings"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// call draws the message that calls for somebody to take an urgent ticket, and
// tells what it says, as callPlace keeps it.
func (t *turn) call(tk desk.Ticket) (m chat.Message, says int) {
	pr, _ := t.p.Priority(tk.Priority)
	about := func(mark string) chat.Text {
		return chat.Join(chat.B(fmt.Sprintf("%s%s %s", mark, tk.Number, tk.Summary)), chat.Say(" · "+t.clientName(tk.Client, true)+". "))
	}
	switch {
	case tk.Assignee != 0:
		return chat.Message{Text: chat.Join(about("▲ "), t.mention(tk.Assignee), chat.Say(" has it."))}, int(tk.Assignee)
	case !t.p.Urgent(tk.Priority) || t.p.Workflow.Stage(tk.Status) != desk.Ready:
		return chat.Message{Text: chat.Join(about(""), chat.Say("Nobody needs to take it any more."))}, decided
	}
	offers := []desk.Offer{{Verb: desk.VStart, Ticket: tk.Number, Label: "Start"}, {Verb: desk.VClaim, Ticket: tk.Number, Label: "Claim"}, {Verb: desk.VShow, Ticket: tk.Number, Label: "Open"}}
	return chat.Message{Text: chat.Join(about("▲ "+pr.Name+": "), chat.Say("Who takes it? Unclaimed, it goes to somebody by name.")),
		Card: &chat.Card{Actions: t.offers(offers, tk.Version, onList, nil, 3)}}, -tk.Version
}

// channelPost draws what the channel or a ticket's thread is told; what is no
// longer so is overtaken.
func (t *turn) channelPost(tk desk.Ticket, e desk.Event, what string) (chat.Message, error) {
	w := &t.p.Workflow
	open := desk.Offer{Verb: desk.VShow, Ticket: tk.Number, Label: "Open"}
	msg := func(text chat.Text, os ...desk.Offer) (chat.Message, error) {
		return chat.Message{Text: text, Card: &chat.Card{Actions: t.offers(append(os, open), tk.Version, onList, nil, 3)}}, nil
	}
	name := fmt.Sprintf("%s %s", tk.Number, tk.Summary)
	move := func(to desk.Trait, label string) desk.Offer {
		return desk.Offer{Verb: desk.VMove, Ticket: tk.Number, Label: label, Args: map[string]string{"status": string(w.With(to))}}
	}
	switch what {
	case "urgent":
		if !t.p.Urgent(tk.Priority) || w.Stage(tk.Status) != desk.Ready {
			return chat.Message{}, errOvertaken
		}
		m, _ := t.call(tk)
		return m, nil
	case "test":
		if w.Trait(tk.Status) != desk.IsTestQueue {
			return chat.Message{}, errOvertaken
		}
		f := e.What.(desk.Moved)
		text := chat.Join(chat.Say(name+" is ready to test; done by "), t.mention(tk.Worker))
		if f.Why != "" {
			text = chat.Join(text, chat.Say(": "), chat.Words(string(f.Why)))
		}
		return msg(chat.Join(text, chat.Say(". Who else tests it?")), move(desk.IsTesting, "Start testing"))
	case "install":
		if w.Trait(tk.Status) != desk.IsInstallQueue {
			return chat.Message{}, errOvertaken
		}
		return msg(chat.Join(chat.Say(name+" passed its test by "), t.mention(tk.Tester), chat.Say(" and is ready to install.")), move(desk.IsClientTest, "Installed"))
	}
	return chat.Message{}, fmt.Errorf("bot: no post %q", what)
}

// postMember draws what one member is told about a ticket or a request.
func (b *Bot) postMember(ctx context.Context, p *desk.Policy, m desk.MemberID, d store.Due) error {
	t := &turn{Bot: b, ctx: ctx, p: p, me: p.Members[m], now: b.Now()}
	switch kind, _, _ := strings.Cut(d.What, "/"); kind {
	case "trouble":
		return b.postAlarm(ctx, p, m, d)
	case "sla-risk", "sla-breached":
		return b.postAlertOf(ctx, p, m, d)
	}
	var draw func() (chat.Message, error)
	var keep desk.Ticket
	if role, ok := strings.CutPrefix(d.What, "unstaffed/"); ok {
		role, _, _ := strings.Cut(role, "/")
		draw = func() (chat.Message, error) { return t.unstaffed(desk.Role(role)) }
	} else if what, date, ok := strings.Cut(d.What, "/"); ok && (what == "arrives" || what == "hand-over-tomorrow") {
		date, _ := dated(date)
		draw = func() (chat.Message, error) { return t.turnPost(what, date) }
	} else if what, _, ok := strings.Cut(d.What, "/"); ok && (what == string(desk.RemindAnswers) || what == string(desk.RemindTime)) {
		draw = func() (chat.Message, error) { return t.reminderPost(desk.Reminder(what)) }
	} else if w, ok := desk.ReadMoved(d.What); ok {
		draw = func() (chat.Message, error) { return t.weekMoved(w) }
	} else if what, ok := strings.CutPrefix(d.What, "picture/"); ok {
		draw = func() (chat.Message, error) { return t.picturePost(what) }
	} else if code, ok := strings.CutPrefix(d.What, "link/"); ok {
		draw = func() (chat.Message, error) { return t.linkPost(code) }
	} else if what, id, ok := strings.Cut(d.What, "/"); ok && d.Ticket == 0 {
		n, _ := requestNumber(id)
		h, err := b.Store.Handed(ctx, n)
		if err != nil {
			return err
		}
		draw = func() (chat.Message, error) { return t.handedPost(h, what) }
	} else {
		tk, e, _, err := b.event(ctx, d)
		if err != nil {
			return err
		}
		if d.What == "prompt" || d.What == "asked" || d.What == "parked" || d.What == "woke" || d.What == "returned" {
			keep = tk
		}
		draw = func() (chat.Message, error) { return t.ticketPost(tk, e, d.What) }
	}
	return b.toMember(ctx, p, m, d.Key, keep, func(platform string) (chat.Message, error) {
		t.in.Platform = platform
		m, err := draw()
		m.Urgent = d.Urgent
		return m, err
	})
}

// prompt is the SRM's prompt as it should stand now.
func (t *turn) prompt(tk desk.Ticket) chat.Message {
	if t.undecided(tk) {
		return chat.Message{Text: chat.Say("Yours to prioritize:"), Card: t.deckCard(tk, "")}
	}
	os := []desk.Offer{{Verb: desk.VShow, Ticket: tk.Number, Label: "Open"}}
	if d := tk.Decision; d != nil && d.By == t.me.ID && d.Version == tk.Version && t.now.Sub(d.At) <= t.p.UndoFor {
		os = append(os, desk.Offer{Verb: desk.VUndo, Ticket: tk.Number, Label: "Undo"})
	}
	return chat.Message{Text: chat.Say("Decided."), Card: &chat.Card{Title: chat.Say(fmt.Sprintf("%s  %s", tk.Number, tk.Summary)), Text: t.statusLine(tk),
		Actions: t.offers(os, tk.Version, onPrompt, nil, 2)}}
}

// undecided reports whether the SRM has yet to prioritize it.
func (t *turn) undecided(tk desk.Ticket) bool {
	return tk.Priority == "" && t.p.Workflow.Stage(tk.Status) != desk.Done
}

// ticketPost draws what a member is told about a ticket.
func (t *turn) ticketPost(tk desk.Ticket, e desk.Event, what string) (chat.Message, error) {
	name := fmt.Sprintf("%s %s", tk.Number, tk.Summary)
	by := chat.Say("The clock")
	if !e.By.Clock {
		by = t.mention(e.By.Member)
	}
	own := func(text chat.Text) (chat.Message, error) {
		c := t.ticketCard(tk, true)
		return chat.Message{Text: text, Card: c}, nil
	}
	line := func(text chat.Text) (chat.Message, error) {
		return chat.Message{Text: text, Card: &chat.Card{Actions: t.offers([]desk.Offer{{Verb: desk.VShow, Ticket: tk.Number, Label: "Open"}}, 0, onList, nil, 1)}}, nil
	}
	if what, goal, ok := strings.Cut(what, "/"); ok {
		return t.goalPost(tk, e, what, desk.Goal(goal))
	}
	switch what {
	case "prompt", "asked", "parked", "woke", "returned":
		if what == "woke" && tk.Snoozed.After(t.now) {
			return chat.Message{}, errOvertaken // snoozed again
		}
		if tk.Priority != "" || t.p.Workflow.Stage(tk.Status) == desk.Done {
			return chat.Message{}, errOvertaken
		}
		text := chat.Say("New, and yours to prioritize:")
		switch {
		case what == "asked":
			text = chat.Join(by, chat.Say(" asks you to prioritize this:"))
		case what == "returned":
			text = chat.Say("It is back, without a priority, and yours to prioritize:")
		case what == "woke":
			text = chat.Say("You snoozed this until now; it waits for its priority:")
		case what == "parked":
			text = chat.Say("Its allowance ended without a priority; it is parked for you:")
		case tk.UnderAllowance():
			text = chat.Join(by, chat.Say(" works it in real time; prioritize it before the allowance ends:"))
		}
		return chat.Message{Text: text, Card: t.deckCard(tk, "")}, nil
	case "review":
		if !t.p.Urgent(tk.Priority) || t.p.Workflow.Stage(tk.Status) == desk.Done {
			return chat.Message{}, errOvertaken
		}
		return own(chat.Join(by, chat.Say(" was on call and made this urgent after hours. Is it?")))
	case "no-srm":
		return line(chat.Say(name + " is open, and no SRM is there to prioritize it, so it can't start. Make somebody SRM: /desk role add MEMBER srm"))
	case "left":
		return line(chat.Say(name + " is free again: whoever worked on it has left the desk."))
	case "accepted", "attached":
		return line(chat.Join(chat.Say("What you handed to intake is " + name + ". Thank you.")))
	case "urgent-yours":
		if tk.Assignee != t.me.ID || !t.p.Urgent(tk.Priority) || t.p.Workflow.Stage(tk.Status) == desk.Done {
			return chat.Message{}, errOvertaken
		}
		return own(chat.Say("This is urgent now, and it is yours:"))
	case "assigned", "pushed":
		if tk.Assignee != t.me.ID {
			return chat.Message{}, errOvertaken
		}
		if what == "pushed" {
			return own(chat.Say("Urgent, and nobody has claimed it, so it is yours now:"))
		}
		text := chat.Join(by, chat.Say(" gave you this:"))
		if f, ok := e.What.(desk.Assigned); ok && f.Note != "" {
			text = chat.Join(by, chat.Say(" gave you this, with a note: "), chat.Words(string(f.Note)))
		}
		return own(text)
	case "its-time":
		if t.p.Workflow.Trait(tk.Status) != desk.IsReady {
			return chat.Message{}, errOvertaken
		}
		return own(chat.Say("It is time: this was scheduled for now, and is ready to start."))
	case "over":
		return line(chat.Say("Your allowance on " + name + " is over; it is with the SRM now, with everything that you wrote."))
	case "answered":
		return own(chat.Join(chat.Say("The client answered: "), chat.Words(string(e.What.(desk.QuestionAnswered).Text))))
	case "back":
		return own(chat.Join(chat.Say(name+" came back to you: "), chat.Words(string(e.What.(desk.Moved).Why))))
	case "extended":
		return line(chat.Join(chat.Say("Your allowance on "+name+" runs until "), chat.At(e.What.(desk.AllowanceExtended).Until, chat.ShortTime), chat.Say(" now.")))
	case "allowance":
		if !tk.UnderAllowance() {
			return chat.Message{}, errOvertaken
		}
		return own(chat.Join(chat.Say("Your allowance ends at "), chat.At(tk.Allowance.Until, chat.ShortTime), chat.Say("; then it is parked with everything you wrote. Finish, or ask the SRM.")))
	}
	return chat.Message{}, fmt.Errorf("bot: no post %q", what)
}

// alarmPost tells an admin what keeps a platform from working; waiting is how
// many messages are parked.
func (t *turn) alarmPost(a trouble, waiting int) chat.Message {
	on := chat.Text(nil)
	if a.Where != "" {
		on = chat.Join(chat.Say(" in "), chat.Text{{Kind: chat.Code, Text: a.Where}})
	}
	if a.Dead {
		return chat.Message{Text: chat.Join(chat.Say("A message was refused on "+a.Platform), on, chat.Say(" for good: "), chat.Text{{Kind: chat.Code, Text: a.Cause}},
			chat.Say(". It isn't tried again; the desk's log says what it was about."))}
	}
	text := chat.Join(chat.Say("Something keeps Deskbell from working on "+a.Platform), on, chat.Say(": "), chat.Text{{Kind: chat.Code, Text: a.Cause}},
		chat.Say(". "+strings.TrimSuffix(a.Fix, ".")+". Nothing is lost: "+messages(max(waiting, 1), "waits", "wait")+"."))
	return chat.Message{Text: text, Card: &chat.Card{Actions: []chat.Action{t.button(intent{Verb: vRetry, Place: onList}, "Try again", chat.Primary)}}}
}

// handedPost draws what intake, the admins or the hander are told of a request.
func (t *turn) handedPost(h desk.Handed, what string) (chat.Message, error) {
	if h.By == t.me.ID && what != "declined" || h.ByWhom == t.me.ID { // their own doing: it is on the list
		return chat.Message{}, errOvertaken
	}
	if what == "declined" {
		return chat.Message{Text: chat.Join(chat.Say(h.Number.String()+" was declined by "), t.mention(h.ByWhom), chat.Say(": "), chat.Words(string(h.Why)))}, nil
	}
	if h.State != desk.HandedOpen {
		return chat.Message{}, errOvertaken
	}
	if what == "nobody" {
		return chat.Message{Text: chat.Join(chat.Say("Nobody is intake, and "+h.Number.String()+" waits: "), chat.Words(chat.Cut(string(h.Text), 300)), chat.Say("\nPut somebody on: /desk rota override MEMBER FROM TO"))}, nil
	}
	return chat.Message{Text: chat.Join(t.mention(h.By), chat.Say(" hands you "+h.Number.String()+":")), Card: &chat.Card{Text: chat.Words(string(h.Text)), Actions: t.handedActions(h, onPrompt)}}, nil
}
