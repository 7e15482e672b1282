package bot

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// own is what answers a verb of the bot's own, without changing a ticket; nil for
// the desk's commands.
func (t *turn) own(v desk.Verb) func(intent) (chat.Reply, error) {
	switch v {
	case vHelp:
		return t.help
	case desk.VShow:
		return t.show
	case vMine, vQueue, vUrgent, vList, vFind:
		return t.list
	case vTriage:
		return t.triage
	case vBoard:
		return t.board
	case vNext:
		return t.next
	case vHistory:
		return t.history
	case vWhy:
		return t.why
	case vSLA:
		return t.sla
	case vFlow:
		return t.flow
	case vDesk:
		return t.desk
	case vSetup:
		return t.setup
	case vRoles:
		return t.roles
	case vClients:
		return t.clientList
	case vRota:
		return t.rota
	case vRules:
		return t.rules
	case vRole:
		return t.role
	case vMember:
		return t.memberLeft
	case vAway:
		return t.away
	case vSkill:
		return t.skill
	case vClient:
		return t.clientAdd
	case vContact:
		return t.contactAdd
	case vRule:
		return t.rule
	case vChannel:
		return t.channel
	case vRequests:
		return t.requests
	case vAddTo:
		return t.addTo
	case vAttach:
		return t.attach
	case vRead:
		return t.readAll
	case vRetry:
		return t.retryParked
	case vDigest:
		return t.digestNow
	case vReport:
		return t.reportNow
	case vLink:
		return t.link
	}
	return nil
}

func (t *turn) show(i intent) (chat.Reply, error) {
	tk, err := t.Store.Ticket(t.ctx, i.Ticket)
	if errors.Is(err, store.ErrNotFound) {
		return chat.Reply{}, noTicket(i.Ticket)
	}
	if err != nil {
		return chat.Reply{}, err
	}
	return t.card(nil, t.ticketCard(tk, true)), nil
}

// pageSize is ten rows, or what the platform holds.
func (t *turn) pageSize() int {
	if n := t.limits().Rows; n > 0 && n < 10 {
		return n
	}
	return 10
}

// page reads which page of a list is meant, from 0.
func (i intent) page() int {
	n, _ := strconv.Atoi(i.arg("page"))
	return max(n, 0)
}

// list shows one page of tickets.
func (t *turn) list(i intent) (chat.Reply, error) {
	size := t.pageSize()
	q := store.Query{At: t.now, Offset: i.page() * size, Limit: size}
	title, empty := "", ""
	var page store.Page
	var err error
	switch i.Verb {
	case vMine:
		q.Kind, q.Member = store.Mine, t.me.ID
		title, empty = "Your tickets", t.noWork()
	case vQueue:
		q.Kind = store.Queue
		title, empty = "Ready queue", "Nothing is ready. Tickets that the SRM has prioritized would be here."
	case vUrgent:
		q.Kind = store.Urgent
		title, empty = "Urgent and open", "Nothing urgent is open."
	case vList:
		if q, title, err = t.listOf(i, q); err != nil {
			return chat.Reply{}, err
		}
		empty = "No tickets there."
	case vFind:
		if i.arg("words") == "" {
			return chat.Reply{}, &wrong{Text: "Find what? /ticket find WORDS"}
		}
		title, empty = fmt.Sprintf("Found for %q", clip(i.arg("words"))), "No ticket has those words."
		page, err = t.Store.Find(t.ctx, i.arg("words"), q.Offset, q.Limit)
	}
	if err == nil && i.Verb != vFind {
		page, err = t.Store.List(t.ctx, q)
	}
	if err != nil {
		return chat.Reply{}, err
	}
	return t.listed(i, page, title, empty), nil
}

// noWork is what one's own empty list says; only technicians pull.
func (t *turn) noWork() string {
	if t.p.Is(desk.By(t.me.ID), desk.RTechnician, desk.Ticket{}, t.now) {
		return "You have no open tickets. What you start or test would be here; /ticket next takes the top of the queue."
	}
	return "You have no open tickets. What is assigned to you would be here; technicians pull from the queue."
}

// listed draws a page with its rows and the way to the other pages.
func (t *turn) listed(i intent, page store.Page, title, empty string) chat.Reply {
	size := t.pageSize()
	c := &chat.Card{Title: chat.Say(fmt.Sprintf("%s (%d)", title, page.Total))}
	if page.Total == 0 {
		c.Title, c.Text = chat.Say(title), chat.Say(empty)
	}
	isTech := t.p.Is(desk.By(t.me.ID), desk.RTechnician, desk.Ticket{}, t.now)
	for _, tk := range page.Tickets {
		var extra []desk.Offer
		if i.Verb == vQueue {
			if isTech && (tk.Assignee == 0 || tk.Assignee == t.me.ID) {
				extra = append(extra, desk.Offer{Verb: desk.VStart, Ticket: tk.Number, Label: "Start"})
			}
			if t.p.Is(desk.By(t.me.ID), desk.RSRM, tk, t.now) {
				for _, r := range []string{"top", "up", "down"} {
					extra = append(extra, desk.Offer{Verb: desk.VPrioritize, Ticket: tk.Number, Label: strings.ToUpper(r[:1]) + r[1:], Args: map[string]string{"rank": r}})
				}
			}
		}
		c.Rows = append(c.Rows, t.row(tk, extra...))
	}
	turnTo := func(n int, label string) {
		j := i
		j.Place = onList
		c.Actions = append(c.Actions, t.button(j.with("page", strconv.Itoa(n)), label, chat.Default))
	}
	if n := i.page(); n > 0 {
		turnTo(n-1, "Earlier")
	}
	if n := i.page(); (n+1)*size < page.Total {
		turnTo(n+1, fmt.Sprintf("More (%d)", page.Total-(n+1)*size))
	}
	r := t.card(nil, c)
	r.Edit = i.arg("page") != "" && t.in.Message.ID != ""
	return r
}

// listOf reads `list STATUS|CLIENT|MEMBER`.
func (t *turn) listOf(i intent, q store.Query) (store.Query, string, error) {
	of := i.arg("of")
	type target struct {
		status desk.StatusKey
		client desk.ClientID
		member desk.MemberID
	}
	var things []thing[target]
	for _, s := range t.statuses() {
		things = append(things, thing[target]{s.name, s.also, target{status: s.value}})
	}
	for _, c := range t.clients() {
		things = append(things, thing[target]{c.name, c.also, target{client: c.value}})
	}
	for _, m := range t.members() {
		things = append(things, thing[target]{m.name, m.also, target{member: m.value}})
	}
	if of == "" {
		return q, "", &wrong{Text: "List what? /ticket list STATUS, CLIENT or MEMBER"}
	}
	if _, gone := t.departed(of); gone || strings.HasPrefix(of, "<@") || strings.HasPrefix(of, "@") {
		m, err := t.member(of)
		q.Kind, q.Member = store.OfMember, m
		return q, string(t.p.Members[m].Name), err
	}
	v, err := pick("status, client or member", of, things)
	switch {
	case err != nil:
		return q, "", err
	case v.status != "":
		q.Kind, q.Status = store.InStatus, v.status
		return q, t.p.Workflow.Name(v.status), nil
	case v.client != 0:
		q.Kind, q.Client = store.OfClient, v.client
		return q, t.p.Clients[v.client].Name, nil
	}
	q.Kind, q.Member = store.OfMember, v.member
	return q, string(t.p.Members[v.member].Name), nil
}

// board is counts by status with the oldest of each.
func (t *turn) board(intent) (chat.Reply, error) {
	rows, err := t.Store.Board(t.ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	c := &chat.Card{Title: chat.Say("Board")}
	for _, s := range t.p.Workflow.Statuses {
		for _, r := range rows {
			if r.Status != s.Key || s.Stage == desk.Done {
				continue
			}
			c.Text = chat.Join(c.Text, chat.Say(fmt.Sprintf("%s %s: %d, oldest %s (%s)\n", sign[s.Stage], s.Name, r.Count, r.Oldest, ago(t.now.Sub(r.Since)))))
		}
	}
	if len(c.Text) == 0 {
		c.Text = chat.Say("No ticket is open.")
	}
	c.Actions = t.offers([]desk.Offer{{Verb: vQueue, Label: "Ready queue"}, {Verb: vTriage, Label: "Triage"}, {Verb: vMine, Label: "My tickets"}}, 0, onList, nil, 3)
	return t.card(nil, c), nil
}

// next pulls the top of the ready queue that fits.
func (t *turn) next(i intent) (chat.Reply, error) {
	page, err := t.Store.List(t.ctx, store.Query{Kind: store.Queue, Member: t.me.ID, At: t.now, Limit: 1})
	if err != nil {
		return chat.Reply{}, err
	}
	if len(page.Tickets) == 0 || !t.p.Is(desk.By(t.me.ID), desk.RTechnician, desk.Ticket{}, t.now) {
		if t.p.Is(desk.By(t.me.ID), desk.RTechnician, desk.Ticket{}, t.now) {
			return t.line(chat.Say("Nothing is ready that fits your skills and isn't somebody else's. What the SRM prioritizes comes here.")), nil
		}
		return chat.Reply{}, &desk.Refusal{Rule: desk.ByRole, Text: "Technicians pull work from the queue; you aren't one.", Who: t.p.With(desk.RTechnician),
			Offer: []desk.Offer{{Verb: vQueue, Label: "Show the queue"}}}
	}
	i.Verb, i.Ticket = desk.VStart, page.Tickets[0].Number
	return t.run(i)
}
