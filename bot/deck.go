package bot

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// deckState is one walk through the triage deck, kept as a draft for a day.
type deckState struct {
	Total int
	Seen  []desk.TicketID // decided or skipped, in order
	Did   map[string]int  // "urgent": 2, "asked": 1, "skipped": 3
	Last  desk.TicketID
}

// triage starts the deck: all unprioritized tickets one after another.
func (t *turn) triage(i intent) (chat.Reply, error) {
	if !t.p.Is(desk.By(t.me.ID), desk.RSRM, desk.Ticket{}, t.now) && !t.p.Is(desk.By(t.me.ID), desk.RIntake, desk.Ticket{}, t.now) {
		return t.triageList(i)
	}
	st := deckState{Did: map[string]int{}}
	id := i.arg("deck")
	if id == "" {
		id = newID()
	} else if data, err := t.Store.Draft(t.ctx, id); err == nil {
		_ = json.Unmarshal(data, &st) // a deck that cannot be read starts anew
		if n, ok := ticketNumber(i.arg("skip")); ok {
			st.mark(n, "skipped")
		}
	}
	return t.deal(id, st, nil, t.in.Message.ID != "" && i.Place == onDeck)
}

// triageList is what is in triage, for those who do not decide on it.
func (t *turn) triageList(i intent) (chat.Reply, error) {
	size := t.pageSize()
	page, err := t.Store.List(t.ctx, store.Query{Kind: store.Triage, At: t.now, Offset: i.page() * size, Limit: size})
	if err != nil {
		return chat.Reply{}, err
	}
	return t.listed(i, page, "Not prioritized yet", "Everything is prioritized."), nil
}

func (st *deckState) mark(n desk.TicketID, did string) {
	if !slices.Contains(st.Seen, n) {
		st.Seen = append(st.Seen, n)
	}
	if st.Did == nil {
		st.Did = map[string]int{}
	}
	st.Did[did]++
	st.Last = n
}

// deal shows the deck's next ticket, or its end.
func (t *turn) deal(id string, st deckState, said chat.Text, edit bool) (chat.Reply, error) {
	page, err := t.Store.List(t.ctx, store.Query{Kind: store.Triage, At: t.now, Limit: len(st.Seen) + 1})
	if err != nil {
		return chat.Reply{}, err
	}
	left := page.Total
	var tk *desk.Ticket
	for k := range page.Tickets {
		if slices.Contains(st.Seen, page.Tickets[k].Number) {
			left--
		} else if tk == nil {
			tk = &page.Tickets[k]
		}
	}
	st.Total = len(st.Seen) + left
	data, err := json.Marshal(st)
	if err != nil {
		return chat.Reply{}, err
	}
	if err := t.Store.SaveDraft(t.ctx, id, data, t.now); err != nil {
		return chat.Reply{}, err
	}
	var c *chat.Card
	if tk == nil {
		c = t.deckEnd(st)
	} else {
		c = t.deckCard(*tk, id)
		c.Title = chat.Join(chat.Say(fmt.Sprintf("%d of %d  ", len(st.Seen)+1, st.Total)), c.Title)
	}
	if last, err := t.Store.Ticket(t.ctx, st.Last); st.Last != 0 && err == nil {
		if d := last.Decision; d != nil && d.By == t.me.ID && d.Version == last.Version && t.now.Sub(d.At) <= t.p.UndoFor {
			c.Actions = append(c.Actions, t.button(intent{Verb: desk.VUndo, Ticket: last.Number, Version: last.Version, Place: onDeck, Args: map[string]string{"deck": id}}, "Undo "+last.Number.String(), chat.Default))
		}
	}
	r := t.card(said, c)
	r.Edit = edit
	return r, nil
}

// deckWords is how much of a description a prompt shows, in runes.
const deckWords = 600

// deckCard is the SRM's prompt for a ticket: what it is, the suggestion with
// its reasons, and every decision as a button.
func (t *turn) deckCard(tk desk.Ticket, deck string) *chat.Card {
	c := &chat.Card{Title: chat.Say(fmt.Sprintf("%s  %s", tk.Number, tk.Summary))}
	c.Text = chat.Join(t.statusLine(tk), chat.Say("\n"), t.whomLine(tk), chat.Say("\n"), t.categoryLine(tk))
	if tk.Description != "" {
		c.Text = chat.Join(c.Text, chat.Say("\n"), chat.Words(chat.Cut(string(tk.Description), deckWords)))
	}
	c.Fields = []chat.CardField{{Name: "Suggested", Value: chat.Say(t.suggested(tk))}}
	place, extra := onPrompt, map[string]string(nil)
	if deck != "" {
		place, extra = onDeck, map[string]string{"deck": deck}
	}
	choices := desk.Choices(t.p, tk, t.me.ID, t.now)
	order := []desk.Verb{desk.VPrioritize, desk.VClarify, desk.VDuplicate, desk.VEstimate, desk.VDecline, desk.VSnooze, desk.VCategorize, desk.VReview, desk.VAssign, desk.VNote, desk.VReply}
	choices = slices.DeleteFunc(choices, func(o desk.Offer) bool { return !slices.Contains(order, o.Verb) })
	slices.SortStableFunc(choices, func(a, b desk.Offer) int { return slices.Index(order, a.Verb) - slices.Index(order, b.Verb) })
	shown := 3
	if n := len(t.p.Priorities); n > 2 {
		shown = n
	}
	if utf8.RuneCountInString(string(tk.Description)) > deckWords {
		choices = append(choices, readAll(tk))
	}
	choices = append(choices, desk.Offer{Verb: desk.VShow, Ticket: tk.Number, Label: "Open"})
	c.Actions = t.offers(choices, tk.Version, place, extra, min(shown, 4))
	suggestion := string(t.p.Suggest(tk, t.now).Priority)
	for n, a := range c.Actions {
		if a.Verb == string(desk.VPrioritize) && a.Value == suggestion {
			c.Actions[n].Style = chat.Primary
		}
	}
	if deck != "" {
		c.Actions = append(c.Actions, t.button(intent{Verb: vTriage, Place: onDeck, Args: map[string]string{"deck": deck, "skip": fmt.Sprint(int64(tk.Number))}}, "Skip", chat.Default))
	}
	return c
}

// suggested is the suggestion in words: `Urgent: "smoke" +40, Gold +20`.
func (t *turn) suggested(tk desk.Ticket) string {
	s := t.p.Suggest(tk, t.now)
	pr, _ := t.p.Priority(s.Priority)
	var rs []string
	for _, r := range s.Reasons {
		rs = append(rs, fmt.Sprintf("%s %+d", r.Text, r.Points))
	}
	if len(rs) == 0 {
		return pr.Name + ": nothing speaks for more"
	}
	return pr.Name + ": " + strings.Join(rs, ", ")
}

// deckAfter takes the deck on after a decision on one of its tickets.
func (t *turn) deckAfter(i intent, tk desk.Ticket, said chat.Text) (chat.Reply, error) {
	id := i.arg("deck")
	st := deckState{}
	if data, err := t.Store.Draft(t.ctx, id); err == nil {
		_ = json.Unmarshal(data, &st) // a deck that cannot be read starts anew
	}
	if i.Verb == desk.VUndo {
		st.Seen = slices.DeleteFunc(st.Seen, func(n desk.TicketID) bool { return n == tk.Number })
		st.Last = 0
	} else if tk.Priority != "" || t.p.Workflow.Stage(tk.Status) != desk.Triage || tk.Snoozed.After(t.now) || i.Verb == desk.VEstimate {
		did := map[desk.Verb]string{desk.VClarify: "asked", desk.VDuplicate: "duplicate", desk.VEstimate: "to estimate", desk.VDecline: "declined", desk.VSnooze: "snoozed"}[i.Verb]
		if pr, ok := t.p.Priority(tk.Priority); ok && did == "" {
			did = strings.ToLower(pr.Name)
		}
		if did == "" {
			did = "changed"
		}
		st.mark(tk.Number, did)
	}
	return t.deal(id, st, said, !i.Form || t.in.Message.ID != "")
}

// deckEnd says what was done and what waits.
func (t *turn) deckEnd(st deckState) *chat.Card {
	c := &chat.Card{Title: chat.Say("Triage is done"), Text: chat.Say("Nothing waits for its priority now; what is snoozed comes back at its time.")}
	if len(st.Seen) > 0 {
		var did []string
		for _, k := range []string{"urgent", "normal", "asked", "duplicate", "to estimate", "declined", "snoozed", "changed", "skipped"} {
			if n := st.Did[k]; n > 0 {
				did = append(did, fmt.Sprintf("%d %s", n, k))
			}
		}
		for k, n := range st.Did {
			if !slices.Contains([]string{"urgent", "normal", "asked", "duplicate", "to estimate", "declined", "snoozed", "changed", "skipped"}, k) {
				did = append(did, fmt.Sprintf("%d %s", n, k))
			}
		}
		c.Text = chat.Say(fmt.Sprintf("%d done: %s.", len(st.Seen), strings.Join(did, ", ")))
	}
	if page, err := t.Store.List(t.ctx, store.Query{Kind: store.InStatus, Status: t.p.Workflow.With(desk.IsReady), At: t.now, Limit: 1}); err == nil && len(page.Tickets) > 0 {
		o := page.Tickets[0]
		c.Text = chat.Join(c.Text, chat.Say(fmt.Sprintf(" Oldest ready: %s, %s.", o.Number, ago(t.now.Sub(o.Entered)))))
	}
	c.Actions = t.offers([]desk.Offer{{Verb: vQueue, Label: "Ready queue"}}, 0, onList, nil, 1)
	return c
}
