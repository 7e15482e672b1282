package bot

import (
	"fmt"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// home is the member's own page: one card for each thing that their roles make
// theirs. Everybody sees who is intake.
func (t *turn) home() chat.Reply {
	is := func(r desk.Role) bool { return t.p.Is(desk.By(t.me.ID), r, desk.Ticket{}, t.now) }
	var draw []func() (*chat.Card, error)
	if is(desk.RIntake) {
		draw = append(draw, t.intakeHome)
	}
	if is(desk.RTechnician) {
		draw = append(draw, t.workHome, t.nextHome)
	}
	if is(desk.RSRM) {
		draw = append(draw, t.triageHome)
	}
	if is(desk.RTechnician) || is(desk.RSRM) {
		draw = append(draw, t.queueHome)
	}
	if is(desk.RSRM) || is(desk.RSDM) {
		draw = append(draw, t.urgentHome)
	}
	if is(desk.RSDM) {
		draw = append(draw, t.digestHome, t.testingHome)
	}
	if is(desk.RAdmin) {
		draw = append(draw, t.setupCard)
	}
	if !is(desk.RIntake) {
		draw = append(draw, t.handHome)
	}
	var r chat.Reply
	for _, d := range draw {
		c, err := d()
		if err != nil {
			return chat.Reply{Home: []chat.Card{{Title: chat.Say("Deskbell"), Text: t.broke(err).Message.Text}}}
		}
		r.Home = append(r.Home, *c)
	}
	return r
}

// homeList is a card of a list's first rows, with the button to all of it.
func (t *turn) homeList(title, empty string, all desk.Offer, q store.Query, acts func(desk.Ticket) []desk.Offer) (*chat.Card, error) {
	if q.At = t.now; q.Limit == 0 {
		q.Limit = 5
	}
	q.Limit = min(q.Limit, t.pageSize())
	page, err := t.Store.List(t.ctx, q)
	if err != nil {
		return nil, err
	}
	c := &chat.Card{Title: chat.Say(fmt.Sprintf("%s (%d)", title, page.Total))}
	if page.Total == 0 {
		c.Title, c.Text = chat.Say(title), chat.Say(empty)
	}
	for _, tk := range page.Tickets {
		c.Rows = append(c.Rows, t.homeRow(tk, acts(tk)))
	}
	if page.Total > len(page.Tickets) {
		all.Label = fmt.Sprintf("More (%d)", page.Total-len(page.Tickets))
		c.Actions = t.offers([]desk.Offer{all}, 0, onList, nil, 1)
	}
	return c, nil
}

// homeRow is a ticket with its likeliest action before the way to open it; the
// others are in a menu.
func (t *turn) homeRow(tk desk.Ticket, os []desk.Offer) chat.Row {
	r := t.row(tk)
	open := desk.Offer{Verb: desk.VShow, Ticket: tk.Number, Label: "Open"}
	if len(os) == 0 {
		return r
	}
	all := append([]desk.Offer{os[0], open}, os[1:]...)
	if len(all) == 3 { // two buttons and a menu of one would be three buttons
		all = all[:2]
	}
	r.Actions = t.offers(all, tk.Version, onList, nil, 2)
	return r
}

// likely are the first things that the member may do with the ticket now.
func (t *turn) likely(tk desk.Ticket) []desk.Offer {
	os := desk.Choices(t.p, tk, t.me.ID, t.now)
	return os[:min(len(os), 7)]
}

func start(tk desk.Ticket) []desk.Offer {
	return []desk.Offer{{Verb: desk.VStart, Ticket: tk.Number, Label: "Start"}}
}

func (t *turn) workHome() (*chat.Card, error) {
	return t.homeList("My work", t.noWork(), desk.Offer{Verb: vMine}, store.Query{Kind: store.Mine, Member: t.me.ID, Limit: 10}, t.likely)
}

func (t *turn) nextHome() (*chat.Card, error) {
	page, err := t.Store.List(t.ctx, store.Query{Kind: store.Queue, Member: t.me.ID, At: t.now, Limit: 1})
	if err != nil {
		return nil, err
	}
	c := &chat.Card{Title: chat.Say("Next for you"), Text: chat.Say("Nothing is ready that fits you. What the SRM prioritizes comes here.")}
	for _, tk := range page.Tickets {
		c.Text, c.Rows = nil, append(c.Rows, t.homeRow(tk, start(tk)))
	}
	return c, nil
}

func (t *turn) queueHome() (*chat.Card, error) {
	isTech := t.p.Is(desk.By(t.me.ID), desk.RTechnician, desk.Ticket{}, t.now)
	return t.homeList("Ready queue", "Nothing is ready. Tickets that the SRM has prioritized would be here.", desk.Offer{Verb: vQueue}, store.Query{Kind: store.Queue}, func(tk desk.Ticket) []desk.Offer {
		var os []desk.Offer
		if isTech && (tk.Assignee == 0 || tk.Assignee == t.me.ID) {
			os = start(tk)
		}
		if t.p.Is(desk.By(t.me.ID), desk.RSRM, tk, t.now) {
			for _, r := range []struct{ rank, label string }{{"top", "Top"}, {"up", "Up"}, {"down", "Down"}} {
				os = append(os, desk.Offer{Verb: desk.VPrioritize, Ticket: tk.Number, Label: r.label, Args: map[string]string{"rank": r.rank}})
			}
		}
		return os
	})
}

// triageHome is how much waits for its priority.
func (t *turn) triageHome() (*chat.Card, error) {
	page, err := t.Store.List(t.ctx, store.Query{Kind: store.Triage, At: t.now, Limit: 1})
	if err != nil {
		return nil, err
	}
	c := &chat.Card{Title: chat.Say("Triage"), Text: chat.Say("Everything is prioritized.")}
	if page.Total > 0 {
		o := page.Tickets[0]
		c.Title = chat.Say(fmt.Sprintf("Triage (%d)", page.Total))
		c.Text = chat.Say(fmt.Sprintf("%d without a priority, %s the longest: %s. Nothing starts without one.", page.Total, o.Number, ago(t.now.Sub(o.Entered))))
		c.Actions = t.offers([]desk.Offer{{Verb: vTriage, Label: fmt.Sprintf("Start triage (%d)", page.Total)}}, 0, onList, nil, 1)
	}
	return c, nil
}

// urgentHome is what is urgent and open, and what an allowance left without a
// priority.
func (t *turn) urgentHome() (*chat.Card, error) {
	c, err := t.homeList("Urgent", "Nothing urgent is open.", desk.Offer{Verb: vUrgent}, store.Query{Kind: store.Urgent}, t.likely)
	if err != nil || !t.p.Is(desk.By(t.me.ID), desk.RSRM, desk.Ticket{}, t.now) {
		return c, err
	}
	deck, err := t.Store.List(t.ctx, store.Query{Kind: store.Triage, At: t.now, Limit: 50})
	if err != nil {
		return nil, err
	}
	room := min(t.pageSize(), len(c.Rows)+5)
	for _, tk := range deck.Tickets {
		if tk.Allowance == nil || tk.Allowance.Running || len(c.Rows) >= room {
			continue
		}
		row := t.homeRow(tk, t.likely(tk))
		row.Text = chat.Join(chat.Say("Parked: "), row.Text)
		c.Text, c.Rows = nil, append(c.Rows, row)
	}
	cost, err := t.urgencyCost()
	if len(cost) > 0 && len(c.Text) > 0 {
		c.Text = append(c.Text, chat.Say("\n")...)
	}
	c.Text = chat.Join(c.Text, cost)
	return c, err
}

// intakeHome is the turn, what was handed in, and what clients were asked.
func (t *turn) intakeHome() (*chat.Card, error) {
	duty := t.p.IntakeAt(t.now)
	c := &chat.Card{Title: chat.Join(chat.Say("You are intake until "), chat.At(duty.Until, chat.DateTime))}
	hs, total, err := t.Store.HandedOpen(t.ctx, 0, 5)
	if err != nil {
		return nil, err
	}
	for _, h := range hs {
		c.Rows = append(c.Rows, t.handedRow(h, true))
	}
	asked, err := t.Store.List(t.ctx, store.Query{Kind: store.InStatus, Status: t.p.Workflow.With(desk.IsQuestion), At: t.now, Limit: max(1, min(5, t.pageSize()-len(c.Rows)))})
	if err != nil {
		return nil, err
	}
	for _, tk := range asked.Tickets {
		c.Rows = append(c.Rows, t.homeRow(tk, []desk.Offer{{Verb: desk.VAnswer, Ticket: tk.Number, Label: "Record the answer"}}))
	}
	c.Text = chat.Say(fmt.Sprintf("%s handed in, %s to clients open.", count(total, "request"), count(asked.Total, "question")))
	c.Actions = t.offers([]desk.Offer{{Verb: desk.VNew, Label: "New ticket"}, {Verb: vRequests, Label: "Requests"}}, 0, onList, nil, 2)
	return c, nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// digestHome is the digest as it would be now.
func (t *turn) digestHome() (*chat.Card, error) {
	r, err := t.digestNow(intent{})
	if err != nil {
		return nil, err
	}
	r.Message.Card.Title, r.Message.Card.Text = chat.Say("Digest"), r.Message.Text
	return r.Message.Card, nil
}

func (t *turn) testingHome() (*chat.Card, error) {
	key := t.p.Workflow.With(desk.IsClientTest)
	return t.homeList(t.p.Workflow.Name(key), "Nothing waits for a client's test.", desk.Offer{Verb: vList, Args: map[string]string{"of": string(key)}},
		store.Query{Kind: store.InStatus, Status: key, Limit: 10}, t.likely)
}

// handHome is where everybody who is not intake takes what clients tell them.
func (t *turn) handHome() (*chat.Card, error) {
	return &chat.Card{Title: chat.Say("A client told you something?"), Text: chat.Join(chat.Say("Intake now: "), t.dutyLine(t.p.IntakeAt(t.now))),
		Actions: t.offers([]desk.Offer{{Verb: desk.VHand, Label: "Hand to intake"}, {Verb: vHelp, Label: "What can I do?"}}, 0, onList, nil, 2)}, nil
}
