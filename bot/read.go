package bot

import (
	"fmt"
	"strconv"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// readAll offers the whole of a description that a card cuts.
func readAll(tk desk.Ticket) desk.Offer {
	return desk.Offer{Verb: vRead, Ticket: tk.Number, Label: "Read all"}
}

// readAll shows a ticket's whole description, as many pages as the platform
// needs for it.
func (t *turn) readAll(i intent) (chat.Reply, error) {
	tk, err := t.Store.Ticket(t.ctx, i.Ticket)
	if err != nil {
		return chat.Reply{}, err
	}
	size := t.limits().Text
	if size <= 0 || size > desk.MaxDescription {
		size = desk.MaxDescription
	}
	words := []rune(string(tk.Description))
	last := max(0, (len(words)-1)/size)
	page := min(i.page(), last)
	c := &chat.Card{Title: chat.Say(fmt.Sprintf("%s  %s", tk.Number, tk.Summary)), Text: chat.Words(string(words[page*size : min((page+1)*size, len(words))]))}
	turnTo := func(n int, label string) {
		c.Actions = append(c.Actions, t.button(intent{Verb: vRead, Ticket: tk.Number, Place: onList}.with("page", strconv.Itoa(n)), label, chat.Default))
	}
	if page > 0 {
		turnTo(page-1, "Earlier")
	}
	if page < last {
		turnTo(page+1, "More")
	}
	c.Actions = append(c.Actions, t.button(intent{Verb: desk.VShow, Ticket: tk.Number, Place: onList}, "Open "+tk.Number.String(), chat.Default))
	r := t.card(nil, c)
	r.Edit = i.arg("page") != "" && t.in.Message.ID != ""
	return r, nil
}
