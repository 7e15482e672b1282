package bot

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

const (
	// looksBack is how long work without time is reminded of.
	looksBack = 7 * 24 * time.Hour
	// answerWithin is the working time after which something has waited.
	answerWithin = time.Hour
)

// reminderPost reminds a member, in one message, of all that there is; it is
// overtaken when nothing is, or their working hours are over.
func (t *turn) reminderPost(what desk.Reminder) (chat.Message, error) {
	if !t.p.HoursFor(t.me).Working(t.now) || t.p.Rota.Away(t.me.ID, t.now) {
		return chat.Message{}, errOvertaken
	}
	title, draw := "Waiting for your answer", t.unanswered
	if what == desk.RemindTime {
		title, draw = "Time that you have not logged yet", t.unlogged
	}
	rows, err := draw()
	if err != nil {
		return chat.Message{}, err
	}
	if len(rows) == 0 {
		return chat.Message{}, errOvertaken
	}
	c := &chat.Card{Title: say("%s (%d)", title, len(rows)), Rows: rows[:min(len(rows), t.pageSize())]}
	if left := len(rows) - len(c.Rows); left > 0 {
		c.Text = say("%d more are left out here.", left)
	}
	return chat.Message{Card: c}, nil
}

// all is a whole list, as far as it is counted, a page at a time: what is looked
// for may stand anywhere in it.
func (t *turn) all(q store.Query) ([]desk.Ticket, error) {
	var out []desk.Ticket
	q.At, q.Limit = t.now, 100
	for q.Offset = 0; q.Offset < store.DigestMost; q.Offset += q.Limit {
		page, err := t.Store.List(t.ctx, q)
		if err != nil {
			return nil, err
		}
		if out = append(out, page.Tickets...); len(page.Tickets) < q.Limit {
			break
		}
	}
	return out, nil
}

// unlogged is what they began within a week and logged no time on since, and what
// they have in hand and logged none on today.
func (t *turn) unlogged() ([]chat.Row, error) {
	begun, logged, err := t.Store.Begun(t.ctx, t.me.ID, t.now.Add(-looksBack))
	if err != nil {
		return nil, err
	}
	l := t.now.In(t.p.HoursFor(t.me).Zone())
	today := time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, l.Location())
	mine, err := t.all(store.Query{Kind: store.Mine, Member: t.me.ID})
	if err != nil {
		return nil, err
	}
	at := begun // when it was last worked on without time since
	maps.DeleteFunc(at, func(n desk.TicketID, from time.Time) bool { return !logged[n].Before(from) })
	inHand := map[desk.TicketID]bool{} // and has time, but none of today
	for _, tk := range mine {
		trait, last := t.p.Workflow.Trait(tk.Status), logged[tk.Number]
		has := trait == desk.IsWork && tk.Assignee == t.me.ID || trait == desk.IsTesting && tk.Tester == t.me.ID
		lately := tk.Since.After(t.now.Add(-looksBack)) || !last.IsZero()
		if has && lately && last.Before(today) && at[tk.Number].IsZero() {
			at[tk.Number], inHand[tk.Number] = tk.Since, !last.IsZero()
		}
	}
	var rows []chat.Row
	for _, n := range slices.SortedFunc(maps.Keys(at), func(a, b desk.TicketID) int { return cmp.Or(at[a].Compare(at[b]), cmp.Compare(a, b)) }) {
		tk, err := t.Store.Ticket(t.ctx, n)
		if err != nil {
			return nil, err
		}
		os := []desk.Offer{{Verb: desk.VTime, Ticket: n, Label: "Log time"}, {Verb: desk.VShow, Ticket: n, Label: "Open"}}
		text := chat.Join(t.subject(tk), chat.Say(" · begun "), chat.At(at[n], chat.DateTime))
		if inHand[n] {
			text = chat.Join(t.subject(tk), chat.Say(" · in hand, and no time of today"))
		}
		rows = append(rows, chat.Row{Text: text, Actions: t.offers(os, tk.Version, onList, nil, 2)})
	}
	return rows, nil
}

// unanswered is what has waited for their answer for an hour of working time: for
// the SRM, what somebody asked them to prioritize and estimates to send or to give
// to somebody; for whoever is to estimate, that; for intake, requests.
func (t *turn) unanswered() ([]chat.Row, error) {
	var rows []chat.Row
	waits := func(since time.Time) bool { return t.p.Hours.Between(since, t.now) >= answerWithin }
	ticket := func(tk desk.Ticket, since time.Time, what string, first desk.Offer) {
		if !waits(since) {
			return
		}
		first.Ticket = tk.Number
		text := chat.Join(t.subject(tk), chat.Say(" · "+what+" since "), chat.At(since, chat.DateTime))
		os := []desk.Offer{first, {Verb: desk.VShow, Ticket: tk.Number, Label: "Open"}}
		rows = append(rows, chat.Row{Text: text, Actions: t.offers(os, tk.Version, onList, nil, 2)})
	}
	srm := t.p.SRM(t.now) == t.me.ID
	for _, of := range []struct {
		trait desk.Trait
		what  string
		first desk.Offer
	}{
		{desk.IsNeedEstimate, "waits for its estimate", desk.Offer{Verb: desk.VEstimate, Label: "Estimate"}},
		{desk.IsEstimated, "its estimate waits to be sent", desk.Offer{Verb: desk.VMove, Label: "Send to client", Args: map[string]string{"status": string(t.p.Workflow.With(desk.IsEstimateSent))}}},
	} {
		status := t.p.Workflow.With(of.trait)
		if status == "" {
			continue // a desk without estimates
		}
		all, err := t.all(store.Query{Kind: store.InStatus, Status: status})
		if err != nil {
			return nil, err
		}
		for _, tk := range all {
			if estimates := of.trait == desk.IsNeedEstimate && tk.Assignee != 0; estimates && tk.Assignee == t.me.ID || !estimates && srm {
				ticket(tk, tk.Since, of.what, of.first)
			}
		}
	}
	if srm {
		deck, err := t.all(store.Query{Kind: store.Triage})
		if err != nil {
			return nil, err
		}
		var oldest desk.Ticket
		n := 0
		for _, tk := range deck {
			switch {
			case !tk.Asked.IsZero():
				ticket(tk, tk.Asked, "somebody asked for its priority", desk.Offer{Verb: desk.VPrioritize, Label: "Prioritize"})
			case waits(tk.Entered) && (t.p.Workflow.Trait(tk.Status) == desk.IsSubmitted || t.p.Workflow.Trait(tk.Status) == desk.IsReview):
				if n++; n == 1 || tk.Entered.Before(oldest.Entered) {
					oldest = tk
				}
			}
		}
		if n > 0 {
			text := chat.Join(chat.B(count(n, "ticket")), say(" without a priority, the longest "), t.subject(oldest), chat.Say(", since "), chat.At(oldest.Entered, chat.DateTime))
			rows = append(rows, chat.Row{Text: text, Actions: t.offers([]desk.Offer{{Verb: vTriage, Label: "Start triage"}}, 0, onList, nil, 1)})
		}
	}
	if duty := t.p.IntakeAt(t.now); duty.Member == t.me.ID && t.p.IntakeAt(t.now.Add(-time.Hour)).Member == t.me.ID { // else they have just been told

		hs, _, err := t.Store.HandedOpen(t.ctx, 0, 50)
		if err != nil {
			return nil, err
		}
		for _, h := range hs {
			if waits(h.At) {
				rows = append(rows, t.handedRow(h, true))
			}
		}
	}
	return rows, nil
}
