package bot

import (
	"fmt"
	"strings"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// help is what the member can do now, by their roles, with buttons.
func (t *turn) help(i intent) (chat.Reply, error) {
	is := func(r desk.Role) bool { return t.p.Is(desk.By(t.me.ID), r, desk.Ticket{}, t.now) }
	var lines []string
	var offers []desk.Offer
	add := func(v desk.Verb, label string) { offers = append(offers, desk.Offer{Verb: v, Label: label}) }
	duty := t.p.IntakeAt(t.now)
	if is(desk.RIntake) {
		lines = append(lines, fmt.Sprintf("You are intake until %s: you open clients' tickets, and what others hand in comes to you.", duty.Until.In(t.p.Zone).Format("Mon 2 Jan 15:04")))
		add(desk.VNew, "New ticket")
		add(vRequests, "Requests")
	}
	if is(desk.RSRM) {
		page, err := t.Store.List(t.ctx, store.Query{Kind: store.Triage, At: t.now, Limit: 1})
		if err != nil {
			return chat.Reply{}, err
		}
		lines = append(lines, fmt.Sprintf("You are the SRM: %d tickets wait for their priority. Nothing starts without it.", page.Total))
		add(vTriage, fmt.Sprintf("Start triage (%d)", page.Total))
		add(vQueue, "Queue")
	}
	if is(desk.RTechnician) {
		lines = append(lines, "You pull work: the top of the queue that fits you is one press away.")
		add(vNext, "Next for me")
		add(vMine, "My tickets")
		add(vQueue, "Queue")
	}
	if is(desk.RSDM) {
		lines = append(lines, "You watch delivery: what waits for the client's test can be nudged, called about, confirmed or closed. The digest shows what has waited too long.")
		add(vDigest, "Digest")
		offers = append(offers, desk.Offer{Verb: vList, Label: t.p.Workflow.Name(t.p.Workflow.With(desk.IsClientTest)), Args: map[string]string{"of": string(t.p.Workflow.With(desk.IsClientTest))}})
	}
	if is(desk.RAdmin) {
		lines = append(lines, "You are an admin: /desk setup shows what is incomplete.")
		add(vSetup, "Set-up")
	}
	if !is(desk.RIntake) {
		who := "nobody is intake now"
		if duty.Member != 0 {
			who = "@" + t.p.Handle(duty.Member) + " is intake now"
		}
		lines = append(lines, "A client told you something? Hand it to intake ("+who+").")
		add(desk.VHand, "Hand to intake")
	}
	add(vBoard, "Board")
	seen := map[desk.Verb]bool{}
	var distinct []desk.Offer
	for _, o := range offers {
		if !seen[o.Verb] {
			seen[o.Verb] = true
			distinct = append(distinct, o)
		}
	}
	c := &chat.Card{Title: chat.Say("What you can do now, " + string(t.me.Name)), Text: chat.Say(strings.Join(lines, "\n")), Actions: t.offers(distinct, 0, onList, nil, 4)}
	if i.Verb == vHelp && t.in.Kind == chat.Command && strings.Contains(t.in.Text, "help") {
		c.Text = chat.Join(c.Text, chat.Say("\n\n"+wordList()))
	}
	return t.card(nil, c), nil
}

// wordList is every word in a few lines, by what it is about.
func wordList() string {
	groups := []struct {
		name  string
		until desk.Verb // the last word of the group
	}{{"Look", vNext}, {"Triage", desk.VAsk}, {"SRM", desk.VDecline}, {"Work", desk.VMove}, {"Talk", desk.VTime}, {"End", desk.VDuplicate}, {"Explain", vWhy}}
	var lines []string
	var us []string
	for _, w := range ticketWords {
		us = append(us, w.usage)
		if w.verb == groups[len(lines)].until {
			lines = append(lines, groups[len(lines)].name+": "+strings.Join(us, " · "))
			us = nil
		}
	}
	return "/ticket and a word:\n" + strings.Join(lines, "\n") + "\n/desk and a word: hand TEXT · requests · rota · roles · clients · rules · flow · setup"
}
