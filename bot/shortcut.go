package bot

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// shortcut is what somebody chose from the platform's own menu.
func (t *turn) shortcut() intent {
	i := intent{Verb: desk.VHand, Place: onList}
	switch t.in.Text {
	case chat.AddTo:
		i.Verb = vAddTo
	case chat.NewRequest:
		if t.p.Is(desk.By(t.me.ID), desk.RIntake, desk.Ticket{}, t.now) {
			i.Verb = desk.VNew
		}
	}
	if len(t.in.Quoted) > 0 {
		i = i.with("text", t.quoted(t.in.Quoted))
	}
	return i
}

// Most of a form's field, in runes, and what of it names links and files.
const (
	maxQuoted = 3000
	maxTail   = 600
)

// quoted is a conversation as a form's text: the oldest first, the message that
// was meant (the last) marked, then its link and the files. What is too long is
// cut, the oldest before the message itself.
func (t *turn) quoted(qs []chat.Quoted) string {
	block := func(q chat.Quoted, mark string) string {
		head := q.Author
		if head == "" {
			head = "Somebody"
		}
		if !q.At.IsZero() {
			head += ", " + q.At.In(t.p.Zone).Format("Mon 2 Jan 15:04")
		}
		return strings.TrimSpace(mark + head + ":\n" + strings.TrimSpace(q.Text))
	}
	var before, tail []string
	for _, q := range qs[:len(qs)-1] {
		before = append(before, block(q, ""))
	}
	meant, mark := qs[len(qs)-1], ""
	if len(before) > 0 {
		mark = "▸ "
	}
	if meant.Link != "" {
		tail = append(tail, "Link: "+meant.Link)
	}
	for _, q := range qs {
		for _, f := range q.Files {
			tail = append(tail, "File: "+f)
		}
	}
	end := ""
	if len(tail) > 0 {
		end = "\n\n" + chat.Cut(strings.Join(tail, "\n"), maxTail)
	}
	text := chat.Cut(block(meant, mark), maxQuoted-utf8.RuneCountInString(end))
	room := maxQuoted - utf8.RuneCountInString(text+end) - 2
	if earlier := strings.Join(before, "\n\n"); earlier != "" && room > 40 {
		text = chat.Cut(earlier, room) + "\n\n" + text
	}
	return text + end
}

// addTo puts words on a ticket as a note.
func (t *turn) addTo(i intent) (chat.Reply, error) {
	if !i.Form {
		return t.ask(&desk.Needs{}, i, []string{"ticket", "text"}), nil
	}
	n, err := t.chosenTicket(i)
	if err != nil {
		return chat.Reply{}, err
	}
	note := intent{Verb: desk.VNote, Ticket: n, Place: onList, Form: true}.with("text", i.arg("text"))
	r, err := t.run(note)
	if err != nil || r.Message == nil {
		return r, err
	}
	r.Message.Card = &chat.Card{Actions: t.offers([]desk.Offer{{Verb: desk.VShow, Ticket: n, Label: "Open " + n.String()}}, 0, onList, nil, 1)}
	return r, nil
}

// attach adds a request that was handed in to a ticket that there is.
func (t *turn) attach(i intent) (chat.Reply, error) {
	if !i.Form {
		return t.ask(&desk.Needs{}, i, []string{"ticket"}), nil
	}
	n, err := t.chosenTicket(i)
	if err != nil {
		return chat.Reply{}, err
	}
	i.Verb = desk.VAccept
	return t.run(i.with("reason", fmt.Sprintf("as %d", n)))
}

// chosenTicket reads the field ticket: a number, or what only one open ticket
// has.
func (t *turn) chosenTicket(i intent) (desk.TicketID, error) {
	word := strings.TrimSpace(i.arg("ticket"))
	if n, ok := ticketNumber(word); ok {
		if _, err := t.Store.Ticket(t.ctx, n); err != nil {
			return 0, &wrong{Field: "ticket", Text: fmt.Sprintf("There is no %s.", n)}
		}
		return n, nil
	}
	if word == "" {
		return 0, &wrong{Field: "ticket", Text: "Which ticket? Its number, or words of it."}
	}
	page, err := t.Store.Find(t.ctx, word, 0, maxOptions)
	if err != nil {
		return 0, err
	}
	open := slices.DeleteFunc(page.Tickets, func(tk desk.Ticket) bool { return t.p.Workflow.Stage(tk.Status) == desk.Done })
	if len(open) != 1 {
		return 0, &wrong{Field: "ticket", Text: fmt.Sprintf("%d open tickets have %q. Its number is certain, like 42.", len(open), clip(word))}
	}
	return open[0].Number, nil
}
