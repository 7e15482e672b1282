package bot

import (
	"context"
	"errors"
	"fmt"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// errOvertaken is a notice that a later event made untrue: dropped and counted.
var errOvertaken = errors.New("overtaken")

// mail tells the client what the event means for them, and with it the
// contacts of the ticket's duplicates. Where the desk has no mail, whoever is
// responsible gets the text to copy.
func (b *Bot) mail(ctx context.Context, p *desk.Policy, d store.Due) error {
	tk, e, later, err := b.event(ctx, d)
	if err != nil {
		return err
	}
	if overtaken(later, d.What) {
		return errOvertaken
	}
	subject, text, err := b.letterText(p, tk, e, d.What)
	if err != nil {
		return err
	}
	tickets := []desk.Ticket{tk}
	if d.What == "client-test" || d.What == "closed" {
		dups, err := b.Store.DuplicatesOf(ctx, tk.Number)
		if err != nil {
			return err
		}
		tickets = append(tickets, dups...)
	}
	for _, to := range tickets {
		ct, ok := p.ContactOf(to.Client, to.Contact)
		if !ok {
			continue
		}
		body := fmt.Sprintf("Hello %s,\n\n%s\n\n%s", ct.Name, text, p.Name)
		if d.What == "reply" {
			body = text // what was previewed is what is sent
		}
		l := Letter{To: addressed(ct), Subject: fmt.Sprintf("[%s] %s", to.Number, subject), Text: body, Ticket: int64(to.Number)}
		if to.Number != tk.Number {
			l.Text = fmt.Sprintf("Hello %s,\n\nYour %s is handled together with %s.\n\n%s\n\n%s", ct.Name, to.Number, tk.Number, text, p.Name)
		}
		if b.Send == nil {
			err = b.toCopy(ctx, p, d, e.By, to, l)
		} else {
			err = b.Send(ctx, fmt.Sprintf("%s/%d", d.Key, to.Number), l)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// event reads the ticket, the event that a notice is about, and what happened
// after it.
func (b *Bot) event(ctx context.Context, d store.Due) (tk desk.Ticket, e desk.Event, later []desk.Event, err error) {
	if tk, err = b.Store.Ticket(ctx, d.Ticket); err != nil {
		return tk, e, nil, err
	}
	es, err := b.Store.Events(ctx, d.Ticket)
	if err != nil {
		return tk, e, nil, err
	}
	if d.Revision < 1 || d.Revision > len(es) {
		return tk, e, nil, fmt.Errorf("bot: %s has no event %d", d.Ticket, d.Revision)
	}
	return tk, es[d.Revision-1], es[d.Revision:], nil
}

// overtaken reports whether what happened later makes a letter untrue: another
// status where it speaks of one, another priority where it speaks of that, and
// an undone decision always.
func overtaken(later []desk.Event, what string) bool {
	for _, e := range later {
		switch e.What.(type) {
		case desk.Undone:
			if what != "reply" && what != "nudge" && what != "undone" {
				return true
			}
		case desk.Moved:
			if what == "client-test" || what == "cannot-replicate" || what == "estimate" || what == "closed" || what == "cancelled" {
				return true
			}
		case desk.Prioritized, desk.Unprioritized:
			if what == "prioritized" {
				return true
			}
		}
	}
	return false
}

// letterText draws what the client reads; errOvertaken when it is no longer so.
func (b *Bot) letterText(p *desk.Policy, tk desk.Ticket, e desk.Event, what string) (subject, text string, err error) {
	sum := string(tk.Summary)
	now := func(t desk.Trait) bool { return p.Workflow.Trait(tk.Status) == t }
	switch what {
	case "prioritized":
		f := e.What.(desk.Prioritized)
		pr, _ := p.Priority(f.Priority)
		switch p.Workflow.Stage(tk.Status) {
		case desk.Active:
			return sum, fmt.Sprintf("We are working on “%s” now, with the priority %s.", sum, pr.Name), nil
		case desk.Done:
			return "", "", errOvertaken
		case desk.Waiting:
			if now(desk.IsClientTest) || now(desk.IsNoReplicate) { // the client has heard something newer
				return "", "", errOvertaken
			}
			return sum, fmt.Sprintf("“%s” has the priority %s. It goes on as soon as we have the answer that we wait for.", sum, pr.Name), nil
		}
		text = fmt.Sprintf("“%s” is in our queue with the priority %s.", sum, pr.Name)
		if !f.Expected.IsZero() {
			text += fmt.Sprintf(" We expect to start on %s.", f.Expected.In(p.Zone).Format("Monday 2 January"))
		}
		return sum, text, nil
	case "question":
		f := e.What.(desk.QuestionAsked)
		for _, q := range tk.Questions {
			if q.At.Equal(e.At) && q.Text == f.Text && q.Over {
				return "", "", errOvertaken
			}
		}
		return sum, fmt.Sprintf("To go on with “%s” we need to know:\n\n%s\n\nPlease answer; we wait for it.", sum, f.Text), nil
	case "client-test":
		done := "done"
		if tk.Kind == desk.Defect {
			done = "fixed"
		}
		return sum, fmt.Sprintf("We believe “%s” is %s. Please try it and tell us whether it works; we close it only on your word.", sum, done), nil
	case "cannot-replicate":
		return sum, fmt.Sprintf("We could not make “%s” happen again. When you see it next, tell us what you did just before; if it is gone, tell us that.", sum), nil
	case "estimate":
		if tk.Estimate == nil {
			return "", "", errOvertaken
		}
		return sum, fmt.Sprintf("For “%s” our estimate is:\n\n%s\n\nPlease tell us whether we should go ahead.", sum, estimate(tk.Estimate)), nil
	case "closed":
		if tk.Unconfirmed {
			return sum, fmt.Sprintf("We asked whether “%s” works and heard nothing, so we have closed it. If anything is still not right, tell us within %d days and we reopen it.", sum, int(p.ReopenFor.Hours()/24)), nil
		}
		return sum, fmt.Sprintf("“%s” is done and closed. If anything is still not right, tell us within %d days and we reopen it.", sum, int(p.ReopenFor.Hours()/24)), nil
	case "cancelled":
		if tk.DuplicateOf != 0 {
			return sum, fmt.Sprintf("“%s” is the same as %s, which we are working on already. You will hear about that one, and need not do anything.", sum, tk.DuplicateOf), nil
		}
		why := ""
		if f, ok := e.What.(desk.Moved); ok && f.Why != "" {
			why = " Reason: " + string(f.Why) + "."
		}
		return sum, fmt.Sprintf("We have closed “%s” without doing it.%s If that is wrong, tell us.", sum, why), nil
	case "undone":
		return sum, fmt.Sprintf("Please disregard our last message about “%s”: it was decided too early. We look at it again and tell you.", sum), nil
	case "reply":
		return sum, string(e.What.(desk.Replied).Text), nil
	case "nudge":
		if !now(desk.IsClientTest) && !now(desk.IsNoReplicate) {
			return "", "", errOvertaken
		}
		return sum, fmt.Sprintf("Did you get to try “%s”? A short yes or no is enough; we close it only on your word.", sum), nil
	}
	return "", "", fmt.Errorf("bot: no letter %q", what)
}

// toCopy shows the text to whoever caused it, else to whoever is responsible, to
// send or to say; only their word makes it count as told.
func (b *Bot) toCopy(ctx context.Context, p *desk.Policy, d store.Due, by desk.Actor, tk desk.Ticket, l Letter) error {
	if d.What == "reply" {
		return nil // a person said already that they sent it
	}
	m := by.Member // who asked has the client on their mind
	if !p.Members[m].Active {
		m = tk.Assignee
	}
	if m == 0 {
		m = p.SRM(b.Now())
	}
	t := &turn{Bot: b, ctx: ctx, p: p, now: b.Now(), me: p.Members[m]}
	return b.toMember(ctx, p, m, fmt.Sprintf("%s/copy/%d", d.Key, tk.Number), desk.Ticket{}, func(platform string) (chat.Message, error) {
		t.in.Platform = platform
		told := intent{Verb: desk.VReply, Ticket: tk.Number, Place: onPrompt, Args: map[string]string{"text": l.Text, "once": newID()}}
		return chat.Message{Text: chat.Say("This desk sends no mail, so please tell the client:"), Card: &chat.Card{
			Title: chat.Say(l.Subject), Text: chat.Words(l.Text), Fields: []chat.CardField{{Name: "To", Value: chat.Say(l.To)}},
			Actions: []chat.Action{t.button(told.with("how", "sent"), "I sent it", chat.Primary), t.button(told.with("how", "called"), "I called", chat.Default)}}}, nil
	})
}
