package bot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// no draws whatever stands between the person and what they asked: a rule, a
// missing argument, a word that cannot be meant, or a failure of ours.
func (t *turn) no(err error, i intent) chat.Reply {
	var refusal *desk.Refusal
	var needs *desk.Needs
	var w *wrong
	switch {
	case errors.As(err, &refusal):
		return t.refused(refusal, i)
	case errors.As(err, &needs):
		return t.needs(needs, i)
	case errors.As(err, &w):
		return t.wrongs(err, i)
	case errors.Is(err, store.ErrOtherBody):
		return t.wrongs(&wrong{Text: "This was sent already with other words, so it wasn't done again. Open it anew to change something."}, i)
	case errors.Is(err, store.ErrNotFound):
		return t.wrongs(&wrong{Text: "That doesn't exist (any more). /ticket find WORDS searches."}, i)
	}
	return t.broke(err)
}

// refused is a rule's no: what, who may, and the next step as buttons.
func (t *turn) refused(r *desk.Refusal, i intent) chat.Reply {
	text := chat.Say(r.Text)
	who := slices.DeleteFunc(slices.Clone(r.Who), func(m desk.MemberID) bool { return m == t.me.ID })
	if r.Rule == desk.Present && i.Version != 0 && len(who) == 0 && len(r.Who) > 0 {
		text = chat.Join(text, chat.Say(" You changed it yourself."))
	}
	if len(who) > 0 {
		lead := " Who may: "
		switch r.Rule {
		case desk.Present:
			lead = " By "
		case desk.StartedHasAssignee:
			lead = " That is "
		case desk.PrioritizedFirst, desk.SRMPrioritizes:
			lead = " Ask "
		}
		text = chat.Join(text, chat.Say(lead), t.mentions(who, "or"), chat.Say("."))
	}
	reply := t.line(text)
	if i.Verb == desk.VNew && i.Form {
		keepTyped(r.Offer, i)
	}
	reply.Message.Card = &chat.Card{Actions: t.offers(t.nextStep(r.Offer, i), present, onList, nil, 3)}
	if r.Rule == desk.Present && i.Version != 0 { // a stale button: redraw what it stood on
		if tk, err := t.Store.Ticket(t.ctx, i.Ticket); err == nil {
			reply.Message.Card = t.ticketCard(tk, true)
			reply.Edit = i.Place == onMine || i.Place == onPrompt
			if i.Form && tk.Version != i.Version { // nothing typed is lost
				i.Form, i.Version, i.Place = false, tk.Version, onList
				keep := &reply.Message.Card.Actions
				*keep = append([]chat.Action{t.button(i, "Do it as it stands now", chat.Primary)}, *keep...)
				if n := t.limits().Actions; n > 1 && len(*keep) > n {
					*keep = slices.Delete(*keep, n-1, len(*keep)-1) // the menu stays
				}
			}
		}
	}
	reply.Refusal = &chat.Refusal{Rule: string(r.Rule), Text: text.Flat(nil)}
	return reply
}

// nextStep is what a no offers: never nothing.
func (t *turn) nextStep(os []desk.Offer, i intent) []desk.Offer {
	if len(os) > 0 {
		return os
	}
	if i.Ticket != 0 {
		if _, err := t.Store.Ticket(t.ctx, i.Ticket); err == nil {
			return []desk.Offer{{Verb: desk.VShow, Ticket: i.Ticket, Label: "Open " + i.Ticket.String()}}
		}
	}
	return []desk.Offer{{Verb: vHelp, Label: "What can I do?"}}
}

// keepTyped puts everything that was typed into a refused form into what is
// handed to intake instead; names that the desk does not know yet included.
func keepTyped(os []desk.Offer, i intent) {
	text := i.arg("summary")
	for _, f := range []string{"client", "contact", "came_by"} {
		if v := i.arg(f); v != "" {
			text += "\n" + fieldLabel(f) + ": " + v
		}
	}
	if v := i.arg("description"); v != "" {
		text += "\n" + v
	}
	for _, o := range os {
		if o.Verb == desk.VHand {
			o.Args["text"] = text
		}
	}
}

// wrongs answers words and fields that cannot be meant. Fields of a submitted
// form come back with it; everything else is a line with the usage.
func (t *turn) wrongs(err error, i intent) chat.Reply {
	var all []*wrong
	collect(err, &all)
	if i.Form {
		errs := map[string]string{}
		for _, w := range all {
			if _, there := t.in.Values[w.Field]; there {
				errs[w.Field] = w.Text
			}
		}
		if len(errs) > 0 {
			return chat.Reply{Errors: errs}
		}
	}
	var lines []string
	var offers []desk.Offer
	for _, w := range all {
		lines, offers = append(lines, w.Text), append(offers, w.Offer...)
	}
	reply := t.line(chat.Say(strings.Join(lines, "\n")))
	reply.Message.Card = &chat.Card{Actions: t.offers(t.nextStep(offers, i), present, onList, nil, 3)}
	reply.Refusal = &chat.Refusal{Rule: string(desk.Wording), Text: strings.Join(lines, "\n")}
	return reply
}

// collect gathers the wrongs of a joined error.
func collect(err error, all *[]*wrong) {
	if w, ok := err.(*wrong); ok {
		*all = append(*all, w)
	} else if j, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range j.Unwrap() {
			collect(e, all)
		}
	}
}

// needs asks for what is missing: a form, a choice between ways, or, for typed
// words that rule 4 stops, the list.
func (t *turn) needs(n *desk.Needs, i intent) chat.Reply {
	if len(n.Which) > 0 {
		return t.which(n, i)
	}
	fields, matters := expand(n)
	if n.Rule == desk.DefinitionOfReady && (i.Place == "" && !i.Form || len(fields) == 0) {
		return t.unready(n, i, fields, matters)
	}
	if !i.Form {
		return t.ask(n, i, fields)
	}
	errs := map[string]string{}
	for _, f := range fields {
		if v, there := t.in.Values[f]; there {
			errs[f] = "This is needed."
			if strings.TrimSpace(v) != "" {
				errs[f] = "This can't be used. " + n.Why
			}
		}
	}
	if len(errs) > 0 {
		return chat.Reply{Errors: errs}
	}
	// A submitted form is never answered by a form: what is left comes as a card
	// whose button opens the next one, with everything typed so far.
	i.Form = false
	if i.Place == "" { // a press from here on, whatever it began as
		i.Place = onList
	}
	next := t.button(i, "Continue", chat.Primary)
	reply := t.card(chat.Say(strings.TrimSpace(n.Why+" One more step: "+strings.Join(labels(fields), ", ")+".")), &chat.Card{Actions: []chat.Action{next}})
	reply.Next = t.opens(i, n)
	return reply
}

// unready is rule 4 in words: the missing list, and the way on.
func (t *turn) unready(n *desk.Needs, i intent, fields, matters []string) chat.Reply {
	reply := t.line(chat.Say(n.Why))
	var as []chat.Action
	if len(fields) > 0 {
		j := i
		j.Place = onList
		as = append(as, t.button(j, "Fill in and prioritize", chat.Primary))
	}
	if slices.Contains(matters, "question") {
		as = append(as, t.button(intent{Verb: desk.VAnswer, Ticket: i.Ticket, Place: onList}, "Record the answer", chat.Default))
	}
	if slices.Contains(matters, "estimate") {
		as = append(as, t.button(intent{Verb: desk.VEstimate, Ticket: i.Ticket, Place: onList}, "Give the estimate", chat.Default))
	}
	reply.Message.Card = &chat.Card{Actions: as}
	reply.Refusal = &chat.Refusal{Rule: string(n.Rule), Text: n.Why}
	return reply
}

// which shows the ways that are meant as buttons. A reply to the client is a
// preview: what is shown is what is sent.
func (t *turn) which(n *desk.Needs, i intent) chat.Reply {
	extra := map[string]string{}
	for _, k := range []string{"reason", "text"} {
		if v := i.arg(k); v != "" {
			extra[k] = v
		}
	}
	if i.Verb == desk.VReply { // the client is told once
		extra["once"] = newID()
	}
	card := &chat.Card{Actions: t.offers(n.Which, present, onList, extra, 4)}
	if i.Verb != desk.VReply {
		return t.card(chat.Say(n.Why), card)
	}
	tk, err := t.Store.Ticket(t.ctx, i.Ticket)
	if err != nil {
		return t.no(err, i)
	}
	ct, _ := t.p.ContactOf(tk.Client, tk.Contact)
	card.Title = chat.Say(fmt.Sprintf("Reply to the client on %s", tk.Number))
	card.Text = chat.Words(string(desk.Clean(desk.Text(i.arg("text")), desk.MaxText)))
	card.Fields = []chat.CardField{{Name: "To", Value: chat.Say(addressed(ct))}}
	if ct.Phone != "" {
		card.Fields = append(card.Fields, chat.CardField{Name: "Phone", Value: chat.Say(string(ct.Phone))})
	}
	return t.card(chat.Say("This is what the client reads. Copy and send it, or call; only then does it count as told."), card)
}

func addressed(c desk.Contact) string {
	if c.Email == "" {
		return string(c.Name)
	}
	return fmt.Sprintf("%s <%s>", c.Name, c.Email)
}

// since says when something was, as the reader needs it.
func since(at time.Time) chat.Text { return chat.Join(chat.Say("since "), chat.At(at, chat.DateTime)) }
