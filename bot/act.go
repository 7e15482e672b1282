package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// run does what the intent says and draws the answer.
func (t *turn) run(i intent) (chat.Reply, error) {
	if do := t.own(i.Verb); do != nil {
		return do(i)
	}
	if i.Verb == desk.VHand || i.Verb == desk.VAccept || i.Verb == vHandDecline {
		return t.handed(i)
	}
	a := &arguments{turn: t, i: i}
	// A press without arguments reads nothing from the ticket that Do does not.
	if i.Ticket != 0 && (t.in.Kind != chat.Press || len(i.Args) > 0 || i.Verb == desk.VUndo) {
		tk, err := t.Store.Ticket(t.ctx, i.Ticket)
		if errors.Is(err, store.ErrNotFound) {
			return chat.Reply{}, noTicket(i.Ticket)
		}
		if err != nil {
			return chat.Reply{}, err
		}
		a.tk = tk
	}
	do, ok := a.command()
	if !ok {
		return chat.Reply{}, &wrong{Text: "That is from another version of Deskbell. /ticket help shows what you can do.", Offer: []desk.Offer{{Verb: vHelp, Label: "What can I do?"}}}
	}
	if len(a.errs) > 0 {
		return chat.Reply{}, errors.Join(wrongs(a.errs)...)
	}
	out, err := t.Store.Do(t.ctx, desk.Request{Ticket: i.Ticket, By: desk.By(t.me.ID), At: t.now, Do: do, Version: i.Version, Key: t.key(i)})
	if err != nil {
		return chat.Reply{}, err
	}
	return t.done(i, out)
}

func wrongs(ws []*wrong) []error {
	var es []error
	for _, w := range ws {
		es = append(es, w)
	}
	return es
}

func noTicket(n desk.TicketID) error {
	return &wrong{Text: fmt.Sprintf("There is no %s. /ticket find WORDS searches.", n), Offer: []desk.Offer{{Verb: vMine, Label: "My tickets"}}}
}

// key identifies the delivery; the body tells two requests under one key apart.
// Buttons that do one thing once share a word, whoever presses which how often: it
// is done by the first press, and any other has its outcome.
func (t *turn) key(i intent) desk.DeliveryKey {
	if once := i.arg("once"); once != "" {
		return desk.DeliveryKey{Key: "once/" + once, Body: fmt.Sprintf("%s|%d", i.Verb, i.Ticket), Once: true}
	}
	if t.in.Key == "" {
		return desk.DeliveryKey{}
	}
	h := sha256.New()
	fmt.Fprintf(h, "%d|%s|%d|%s|%s|%s", t.me.ID, i.Verb, i.Ticket, t.in.Text, t.in.Token, t.in.Value)
	keys := make([]string, 0, len(t.in.Values))
	for k := range t.in.Values {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		fmt.Fprintf(h, "|%q=%q", k, t.in.Values[k])
	}
	return desk.DeliveryKey{Key: t.in.Platform + "/" + t.in.Key, Body: hex.EncodeToString(h.Sum(nil))}
}

// mayOpen asks the rules whether the member could open it, before anything
// else is created for it.
func (t *turn) mayOpen(o desk.Open) bool {
	r := desk.Request{By: desk.By(t.me.ID), At: t.now, Do: o, Facts: desk.Facts{Number: 1}}
	if o.Request != 0 {
		h, err := t.Store.Handed(t.ctx, o.Request)
		if err != nil {
			return false
		}
		r.Facts.Handed = h
	}
	_, err := desk.Decide(t.p, desk.Ticket{}, r)
	return err == nil
}

// addContact adds a new contact to a client.
func (t *turn) addContact(client desk.ClientID, c desk.Contact) (desk.ContactID, error) {
	e, err := t.Store.DoDesk(t.ctx, store.DeskRequest{By: desk.By(t.me.ID), At: t.now, Do: desk.ContactAdded{Client: client, Contact: c}})
	if err != nil {
		var r *desk.Refusal
		if errors.As(err, &r) {
			return 0, &wrong{Text: r.Text}
		}
		return 0, err
	}
	if t.p, err = t.Store.Policy(t.ctx); err != nil {
		return 0, err
	}
	return e.What.(desk.ContactAdded).Contact.ID, nil
}

// lookUp finds a person on the platform whom the desk has not met, and adds
// them as an observer.
func (t *turn) lookUp(who string) (desk.MemberID, error) {
	u, err := t.platforms[t.in.Platform].Find(t.ctx, who)
	if errors.Is(err, chat.ErrUnknown) || err == nil && u.ID == "" {
		return 0, &wrong{Text: fmt.Sprintf("Nobody here is called %q.", clip(who))}
	}
	if err != nil {
		return 0, err
	}
	if m, ok := t.p.MemberWith(t.in.Platform + ":" + u.ID); ok && m.Active {
		return m.ID, nil
	} else if ok {
		return t.back(m)
	}
	if u.Outside != "" {
		return 0, outside(u)
	}
	return t.meet(u)
}

// meet adds a person of the platform as an observer, or back.
func (t *turn) meet(u chat.User) (desk.MemberID, error) {
	e, err := t.Store.DoDesk(t.ctx, store.DeskRequest{By: desk.TheClock, At: t.now, Do: desk.MemberAdded{Member: desk.Member{
		Handle: u.Handle, Name: desk.Text(u.Name), Zone: u.Zone, Identities: []string{t.in.Platform + ":" + u.ID}}}})
	if err != nil {
		return 0, err
	}
	if t.p, err = t.Store.Policy(t.ctx); err != nil {
		return 0, err
	}
	return e.What.(desk.MemberAdded).Member.ID, nil
}

// done draws what a command did: a line, with the ticket's card where that was
// pressed, and warnings in words.
func (t *turn) done(i intent, out store.Outcome) (chat.Reply, error) {
	tk := out.Ticket
	text := t.said(tk, out.Events)
	warned := false
	for _, e := range out.Events {
		if w, ok := e.What.(desk.Warned); ok && e.Ticket == tk.Number {
			warned = true
			text = chat.Join(text, chat.Say(fmt.Sprintf("\nMind %s: %s", w.Rule, w.Text)))
		}
	}
	switch i.Place {
	case onDeck:
		return t.deckAfter(i, tk, text)
	case onMine:
		return chat.Reply{Message: &chat.Message{Text: text, Card: t.ticketCard(tk, true), Private: true}, Edit: !i.Form || t.in.Message.ID != ""}, nil
	case onPrompt:
		if len(out.Events) == 0 || tk.Priority == "" && t.p.Workflow.Stage(tk.Status) == desk.Triage {
			return t.line(text), nil // still to be decided: the outbox repaints the prompt
		}
		if warned { // the prompt is repainted, and with it the warning would go
			return t.line(text), nil
		}
		m := t.prompt(tk)
		m.Text = text
		return chat.Reply{Message: &m, Edit: t.in.Message.ID != ""}, nil
	}
	if slices.Contains([]desk.Verb{desk.VNew, desk.VRealTime, desk.VAccept, desk.VStart, vNext}, i.Verb) {
		r := t.card(text, t.ticketCard(tk, true))
		r.Edit = i.Verb == desk.VNew && t.in.Kind == chat.Press // an offer is taken once
		return r, nil
	}
	if d := tk.Decision; d != nil && d.By == t.me.ID && d.Version == tk.Version && d.At.Equal(tk.LastAt) && i.Verb != desk.VUndo {
		return t.card(text, &chat.Card{Actions: []chat.Action{t.button(intent{Verb: desk.VUndo, Ticket: tk.Number, Version: tk.Version, Place: onList}, "Undo", chat.Default)}}), nil
	}
	return t.line(text), nil
}

// said is one line for a command's events: the strongest of them.
func (t *turn) said(tk desk.Ticket, es []desk.Event) chat.Text {
	var is, you []string
	for _, e := range es {
		if e.Ticket != tk.Number {
			continue
		}
		if state, did := t.outcome(e); state != "" {
			is = append(is, state)
		} else if did != "" {
			you = append(you, did)
		}
	}
	switch {
	case len(is) > 0:
		for n := range is[1:] { // "is yours, now In progress"
			is[n+1] = strings.TrimPrefix(is[n+1], "is ")
		}
		return chat.Say(fmt.Sprintf("%s %s.", tk.Number, strings.Join(is, ", ")))
	case len(you) > 0:
		return chat.Say(fmt.Sprintf("%s: you %s.", tk.Number, strings.Join(you, ", ")))
	}
	return chat.Say(fmt.Sprintf("%s: nothing needed to change.", tk.Number))
}

// outcome is an event as its own author reads it: what the ticket is now, or
// what they did; neither for what goes without saying.
func (t *turn) outcome(e desk.Event) (is, did string) {
	switch f := e.What.(type) {
	case desk.Opened:
		return "is open: “" + string(f.Summary) + "”", ""
	case desk.Moved:
		return "is now " + t.p.Workflow.Name(f.To), ""
	case desk.Prioritized:
		pr, _ := t.p.Priority(f.Priority)
		if !f.Expected.IsZero() {
			return "is " + pr.Name + " (expected start " + f.Expected.In(t.p.Zone).Format("Mon 2 Jan") + ")", ""
		}
		return "is " + pr.Name, ""
	case desk.Assigned:
		switch {
		case f.To == 0:
			return "is free for anybody", ""
		case f.To == t.me.ID:
			return "is yours", ""
		}
		return "is assigned to @" + t.p.Handle(f.To), ""
	case desk.FieldSet:
		if f.Text != "" {
			return "", "set the " + f.Field
		}
	case desk.Undone:
		return "is back as it was before your decision", ""
	case desk.Replied:
		return map[string]string{"sent": "has your reply; it counts as told", "called": "has your call; it counts as told"}[f.How], ""
	case desk.Decided, desk.Warned, desk.Started, desk.AllowanceEnded, desk.Unprioritized, desk.Testing:
		return "", ""
	}
	return "", t.describe(e)
}
