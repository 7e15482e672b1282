package bot

import (
	"slices"
	"strings"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// maxOptions is the most that a search answers, which is what a platform shows.
const maxOptions = 100

// search answers what somebody types into a field, or a menu, with what it could
// be, the likeliest first.
func (t *turn) search() chat.Reply {
	i, err := t.parseToken(t.in.Token)
	if err != nil {
		return chat.Reply{}
	}
	for k, v := range t.in.Values {
		i = i.with(k, v)
	}
	name := t.in.Field
	if name == "" {
		name = i.arg("menu")
	}
	if n, ok := ticketNumber(i.arg("ticket")); ok && i.Ticket == 0 { // of a command
		i.Ticket = n
	}
	var tk desk.Ticket
	if i.Ticket != 0 && name != "ticket" {
		if tk, err = t.Store.Ticket(t.ctx, i.Ticket); err != nil {
			return chat.Reply{}
		}
	}
	var opts []chat.Option
	switch {
	case name == "":
	case name == "of" && i.Verb == vList:
		opts = append(append(options(t.statuses()), options(t.clients())...), options(t.members())...)
	case name == "category":
		for _, c := range t.p.Categories {
			opts = append(opts, chat.Option{Value: c.String(), Label: c.String()})
		}
	case name == "value":
		opts = t.field(i.arg("field"), tk, i).Options
	case name == "ticket" || name == "of":
		if opts, err = t.ticketOptions(i, tk); err != nil {
			t.Log.Error("search failed", "field", name, "err", err)
		}
		return chat.Reply{Options: opts}
	case name == "contact":
		opts = t.contactOptions(t.chosenClient(tk, i))
	case name == "srm" || name == "rota" || name == "technicians":
		for _, m := range t.p.People() {
			opts = append(opts, chat.Option{Value: t.spelled(m.ID), Label: string(m.Name)})
		}
	default:
		opts = t.narrowed(t.field(name, tk, i)).Options
	}
	return chat.Reply{Options: best(t.in.Text, opts)}
}

// best are the options that hold the words: whole ones first, then those that
// begin with them, then the rest.
func best(words string, opts []chat.Option) []chat.Option {
	w := fold(words)
	place := func(o chat.Option) int {
		at := 3
		for _, s := range []string{fold(o.Label), fold(o.Value)} {
			switch {
			case s == w:
				at = min(at, 0)
			case strings.HasPrefix(s, w):
				at = min(at, 1)
			case strings.Contains(s, w):
				at = min(at, 2)
			}
		}
		return at
	}
	out := slices.DeleteFunc(slices.Clone(opts), func(o chat.Option) bool { return place(o) == 3 })
	slices.SortStableFunc(out, func(a, b chat.Option) int { return place(a) - place(b) })
	return out[:min(len(out), maxOptions)]
}

// contactOptions are a client's contacts; the value is what tells them apart.
func (t *turn) contactOptions(client desk.ClientID) []chat.Option {
	var opts []chat.Option
	cs := t.p.Clients[client].Contacts
	for _, c := range cs {
		o := chat.Option{Value: string(c.Name), Label: string(c.Name)}
		if c.Email != "" && string(c.Email) != o.Label {
			o.Label += " · " + string(c.Email)
			if slices.ContainsFunc(cs, func(d desk.Contact) bool { return d.ID != c.ID && fold(string(d.Name)) == fold(string(c.Name)) }) {
				o.Value = string(c.Email)
			}
		}
		opts = append(opts, o)
	}
	return opts
}

// doneToo are the words that are also said of tickets that are done.
var doneToo = map[desk.Verb]bool{desk.VShow: true, desk.VReopen: true, desk.VNote: true, vHistory: true, vSLA: true, vWhy: true}

// ticketOptions are open tickets by number or words; before anything is typed,
// those of the same client, one's own, and what waits first.
func (t *turn) ticketOptions(i intent, tk desk.Ticket) ([]chat.Option, error) {
	var found []desk.Ticket
	page := func(p store.Page, err error) error {
		found = append(found, p.Tickets...)
		return err
	}
	var err error
	if words := strings.TrimPrefix(strings.TrimSpace(t.in.Text), "#"); words != "" {
		err = page(t.Store.Find(t.ctx, words, 0, maxOptions))
	} else {
		qs := []store.Query{{Kind: store.Mine, Member: t.me.ID}, {Kind: store.Triage}, {Kind: store.Queue}}
		if tk.Client != 0 {
			qs = append([]store.Query{{Kind: store.OfClient, Client: tk.Client}}, qs...)
		}
		for _, q := range qs {
			q.At, q.Limit = t.now, 20
			if err == nil {
				err = page(t.Store.List(t.ctx, q))
			}
		}
	}
	var opts []chat.Option
	seen := map[desk.TicketID]bool{tk.Number: true}
	for _, f := range found {
		if seen[f.Number] || t.p.Workflow.Stage(f.Status) == desk.Done && !doneToo[i.Verb] {
			continue
		}
		seen[f.Number] = true
		opts = append(opts, t.ticketOption(f))
	}
	return opts[:min(len(opts), maxOptions)], err
}

// ticketOption is a ticket in a list to choose from: "T-42 Printer jams · Acme".
func (t *turn) ticketOption(tk desk.Ticket) chat.Option {
	whose := "internal"
	if tk.Kind != desk.Internal {
		whose = t.p.Clients[tk.Client].Name
	}
	const most = 75 // what the narrowest platform shows
	whose = " · " + chat.Cut(whose, 30)
	label := tk.Number.String() + " " + string(tk.Summary)
	return chat.Option{Value: tk.Number.String()[2:], Label: chat.Cut(label, most-len([]rune(whose))) + whose}
}
