package bot

import (
	"errors"
	"fmt"
	"strings"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// manners is what the hander may tell the client: new requests go through the
// published channels, and why that serves them better.
const manners = "For the client, next time: “I have passed this on for you. The fastest way is our published channel: there somebody is always on duty, it gets a number at once, and it does not wait for me.”"

// handWhat stands above the form that hands something to intake.
const handWhat = "What did the client say, who is it, and how can they be reached?"

// handed answers /desk hand, accept and decline.
func (t *turn) handed(i intent) (chat.Reply, error) {
	if i.Verb == desk.VHand {
		return t.handIn(i)
	}
	decide := t.declineHanded
	if i.Verb == desk.VAccept {
		decide = t.accept
	}
	if n, _ := t.handedArgs(i); n != 0 && t.onPrompt(i) { // BEFORE it is decided: it is painted also if nobody lives to answer
		if err := t.Store.SaveCard(t.ctx, store.Card{Place: settledPlace(n, t.me.ID), Message: t.in.Message.ID}); err != nil {
			t.Log.Error("a request's prompt will be painted as others see it", "request", n, "err", err)
		}
	}
	r, err := decide(i)
	var no *desk.Refusal
	if errors.As(err, &no) && no.Rule == desk.Present && t.onPrompt(i) { // decided already
		n, _ := t.handedArgs(i)
		return t.tooLate(no, i, n)
	}
	return r, err
}

// declineHanded declines a handed request, with a reason.
func (t *turn) declineHanded(i intent) (chat.Reply, error) {
	n, why := t.handedArgs(i)
	if n == 0 {
		return chat.Reply{}, &wrong{Text: "Which request? /desk decline R-3 WHY", Offer: []desk.Offer{{Verb: vRequests, Label: "Requests"}}}
	}
	h, err := t.Store.DeclineHanded(t.ctx, store.DeclineRequest{By: desk.By(t.me.ID), At: t.now, Number: n, Why: desk.Text(why), Key: t.key(i)})
	if err != nil {
		return chat.Reply{}, t.noHanded(err, n)
	}
	return t.settled(i, h)
}

func (t *turn) noHanded(err error, n desk.RequestID) error {
	if errors.Is(err, store.ErrNotFound) {
		return &wrong{Text: fmt.Sprintf("There is no %s.", n), Offer: []desk.Offer{{Verb: vRequests, Label: "Requests"}}}
	}
	return err
}

// handIn hands words to intake. A pressed offer opens the form, pre-filled.
func (t *turn) handIn(i intent) (chat.Reply, error) {
	if t.in.Kind == chat.Press || t.in.Kind == chat.Shortcut || strings.TrimSpace(i.arg("text")) == "" && !i.Form {
		return t.ask(&desk.Needs{Why: handWhat}, i, []string{"text"}), nil
	}
	a := &arguments{turn: t, i: i}
	text := a.text("text", desk.MaxDescription)
	if len(a.errs) > 0 {
		return chat.Reply{}, errors.Join(wrongs(a.errs)...)
	}
	h, err := t.Store.Hand(t.ctx, store.HandRequest{By: desk.By(t.me.ID), At: t.now, Text: text, Key: t.key(i)})
	if err != nil {
		return chat.Reply{}, err
	}
	duty := t.p.IntakeAt(t.now)
	line := chat.Join(chat.Say(fmt.Sprintf("%s is with intake: ", h.Number)), t.mention(duty.Member), chat.Say(". You'll hear what becomes of it."))
	if duty.Member == 0 {
		line = chat.Say(fmt.Sprintf("%s is kept. Nobody is intake right now; the admins are told, and whoever comes next finds it.", h.Number))
	}
	return t.line(chat.Join(line, chat.Say("\n"+manners))), nil
}

// handedArgs reads "R-3 WHY" or the fields of a button or form.
func (t *turn) handedArgs(i intent) (desk.RequestID, string) {
	word, rest := i.arg("request"), i.arg("reason")
	if word == "" {
		word, rest, _ = strings.Cut(strings.TrimSpace(i.arg("rest")), " ")
		if i.Form {
			rest = i.arg("reason")
		}
	}
	n, _ := requestNumber(word)
	return n, strings.TrimSpace(rest)
}

// accept makes a handed request a ticket, in one press with the hander
// credited, or attaches it to an existing one.
func (t *turn) accept(i intent) (chat.Reply, error) {
	n, rest := t.handedArgs(i)
	if n == 0 {
		return chat.Reply{}, &wrong{Text: "Which request? /desk accept R-3, or /desk accept R-3 as 42", Offer: []desk.Offer{{Verb: vRequests, Label: "Requests"}}}
	}
	h, err := t.Store.Handed(t.ctx, n)
	if err != nil {
		return chat.Reply{}, t.noHanded(err, n)
	}
	req := desk.Request{By: desk.By(t.me.ID), At: t.now, Key: t.key(i)}
	if rest != "" {
		words := strings.Fields(strings.ToLower(rest))
		tn, ok := ticketNumber(words[len(words)-1])
		if !ok || len(words) != 2 || words[0] != "as" { // never a ticket of its own by a slip
			return chat.Reply{}, &wrong{Text: "As which ticket? /desk accept R-3 as 42", Offer: []desk.Offer{{Verb: vRequests, Label: "Requests"}}}
		}
		req.Ticket, req.Do = tn, desk.Attach{Request: n}
	} else {
		first, _, _ := strings.Cut(string(h.Text), "\n")
		req.Do = desk.Open{Kind: desk.Service, Client: t.catchAll(), Request: n, Summary: desk.CleanLine(desk.Text(chat.Cut(first, 140)), desk.MaxSummary)}
	}
	if _, err := t.Store.Do(t.ctx, req); err != nil {
		return chat.Reply{}, err
	}
	if h, err = t.Store.Handed(t.ctx, n); err != nil {
		return chat.Reply{}, err
	}
	return t.settled(i, h)
}

// onPrompt reports whether the press stood on a prompt that can be redrawn.
func (t *turn) onPrompt(i intent) bool { return i.Place == onPrompt && t.in.Message.ID != "" }

// settled answers for a request that is off the list: the prompt that it came
// with goes, and its buttons with it.
func (t *turn) settled(i intent, h desk.Handed) (chat.Reply, error) {
	m, err := t.settledByMe(h)
	if err != nil {
		return chat.Reply{}, err
	}
	if t.onPrompt(i) {
		return chat.Reply{Message: &m, Edit: true}, nil
	}
	m.Private = true
	return chat.Reply{Message: &m}, nil
}

// tooLate answers a press on the prompt of a request that was decided before,
// by the same person or another: it shows now what became of it.
func (t *turn) tooLate(no *desk.Refusal, i intent, n desk.RequestID) (chat.Reply, error) {
	r := t.refused(no, i)
	h, err := t.Store.Handed(t.ctx, n)
	if err != nil || h.State == desk.HandedOpen {
		return r, err
	}
	m := t.settledPost(h)
	if h.ByWhom == t.me.ID {
		if m, err = t.settledByMe(h); err != nil {
			return r, err
		}
	}
	r.Message, r.Edit = &m, true
	return r, nil
}

// catchAll is the client that means "not known yet".
func (t *turn) catchAll() desk.ClientID {
	for _, c := range t.p.ClientList() {
		if c.CatchAll {
			return c.ID
		}
	}
	return 0
}

// requests lists what waits for intake.
func (t *turn) requests(i intent) (chat.Reply, error) {
	size := t.pageSize()
	hs, total, err := t.Store.HandedOpen(t.ctx, i.page()*size, size)
	if err != nil {
		return chat.Reply{}, err
	}
	c := &chat.Card{Title: chat.Say(fmt.Sprintf("Requests for intake (%d)", total))}
	if total == 0 {
		c.Text = chat.Say("Nothing waits. What members hand in would be here.")
	}
	intake := t.p.Is(desk.By(t.me.ID), desk.RIntake, desk.Ticket{}, t.now)
	for _, h := range hs {
		c.Rows = append(c.Rows, t.handedRow(h, intake))
	}
	turnTo := func(n int, label string) {
		c.Actions = append(c.Actions, t.button(intent{Verb: vRequests, Place: onList}.with("page", fmt.Sprint(n)), label, chat.Default))
	}
	if i.page() > 0 {
		turnTo(i.page()-1, "Earlier")
	}
	if (i.page()+1)*size < total {
		turnTo(i.page()+1, "More")
	}
	r := t.card(nil, c)
	r.Edit = i.arg("page") != "" && t.in.Message.ID != ""
	return r, nil
}

// handedRow is a request in a list; intake decides on it there.
func (t *turn) handedRow(h desk.Handed, intake bool) chat.Row {
	r := chat.Row{Text: chat.Join(chat.B(h.Number.String()), chat.Say(" "), chat.Words(chat.Cut(string(h.Text), 160)), chat.Say(" · "), t.mention(h.By), chat.Say(" · "+ago(t.now.Sub(h.At))))}
	if intake {
		r.Actions = t.handedActions(h, onList)
	}
	return r
}

func (t *turn) handedActions(h desk.Handed, place string) []chat.Action {
	req := map[string]string{"request": h.Number.String()}
	as := []chat.Action{
		t.button(intent{Verb: desk.VAccept, Place: place, Args: req}, "Accept", chat.Primary),
		t.button(intent{Verb: vHandDecline, Place: place, Args: req}, "Decline", chat.Default),
	}
	if place == onPrompt { // a row of a list has room for two
		as = append(as, t.button(intent{Verb: vAttach, Place: place, Args: req}, "Attach", chat.Default))
	}
	return as
}
