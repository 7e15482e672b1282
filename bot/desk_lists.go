package bot

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// desk is the overview of administration.
func (t *turn) desk(intent) (chat.Reply, error) {
	duty := t.p.IntakeAt(t.now)
	c := &chat.Card{Title: chat.Say(t.p.Name)}
	c.Text = chat.Join(chat.Say("Intake: "), t.dutyLine(duty), chat.Say("\nSRM: "), t.mention(t.p.SRM(t.now)))
	if t.ruleMode() == shadow {
		c.Text = chat.Join(c.Text, chat.Say("\n"+shadowLine))
	}
	var words []string
	for _, w := range deskWords {
		if w.usage != "" {
			words = append(words, "/desk "+w.usage)
		}
	}
	c.Fields = []chat.CardField{{Name: "What you can type", Value: chat.Say(strings.Join(words, "\n"))}}
	c.Actions = t.offers([]desk.Offer{{Verb: vRequests, Label: "Requests"}, {Verb: vRota, Label: "Rota"}, {Verb: vRoles, Label: "Roles"}, {Verb: vRules, Label: "Rules"},
		{Verb: vClients, Label: "Clients"}, {Verb: vFlow, Label: "How tickets flow"}, {Verb: vSetup, Label: "Set-up"}}, 0, onList, nil, 4)
	return t.card(nil, c), nil
}

func (t *turn) dutyLine(d desk.Duty) chat.Text {
	if d.Member == 0 {
		return chat.Say("nobody is on duty")
	}
	return chat.Join(t.mention(d.Member), chat.Say(" ("+d.Why+") until "), chat.At(d.Until, chat.DateTime))
}

// setupCard says what is incomplete and how to complete it.
func (t *turn) setupCard() (*chat.Card, error) {
	undelivered, err := t.Store.Undelivered(t.ctx)
	if err != nil {
		return nil, err
	}
	c := &chat.Card{Title: chat.Say("Set-up")}
	line := func(ok bool, good, bad string) {
		s := "✓ " + good
		if !ok {
			s = "✗ " + bad
		}
		c.Text = chat.Join(c.Text, chat.Say(s+"\n"))
	}
	n := func(r ...desk.Role) int { return len(t.p.With(r...)) }
	line(n(desk.RAdmin) > 0, count(n(desk.RAdmin), "admin"), "no admin: name one in desk.admins of the configuration file")
	line(n(desk.RSRM) > 0, "an SRM prioritizes", "no SRM, so nothing can start: /desk role add MEMBER srm")
	line(len(t.p.Rota.Base) > 0, fmt.Sprintf("%d members share intake", len(t.p.Rota.Base)), "nobody is intake: /desk rota set MEMBER MEMBER")
	line(n(desk.RIntakeDeputy) > 0, "an intake deputy stands in for absences", "no intake deputy, so an absence leaves nobody: /desk role add MEMBER intake deputy")
	line(n(desk.RTechnician, desk.RLevel1) > 0, count(n(desk.RTechnician, desk.RLevel1), "technician"), "no technician: /desk role add MEMBER technician")
	line(n(desk.RSDM) > 0, "an SDM owns the digests", "no SDM; the SRM is it")
	line(len(t.p.Clients) > 1, count(len(t.p.Clients), "client"), "no clients: /desk client add NAME plan PLAN")
	line(t.catchAll() != 0, "a catch-all client for callers not known yet", "no catch-all client: add one under clients in the file: {name: Unknown caller, catch_all: true}")
	line(len(t.p.Categories) > 0, "categories", "no categories, so only what is urgent becomes ready: write some under categories in the file")
	line(t.channelHere() != "", "a channel for the cards", "no channel for the cards: /desk channel set CHANNEL")
	if t.ruleMode() == shadow {
		c.Text = chat.Join(c.Text, chat.Say(shadowLine+"\n"))
	}
	if k := undelivered["parked"]; k > 0 {
		line(false, "", count(k, "message")+" could not be delivered and wait for an admin")
	}
	if k := undelivered["dead"]; k > 0 {
		line(false, "", count(k, "message")+" could not be delivered and are not tried again; the desk's log says why")
	}
	offers := []desk.Offer{{Verb: vRoles, Label: "Roles"}, {Verb: vRota, Label: "Rota"}, {Verb: vRules, Label: "Rules"}, {Verb: vClients, Label: "Clients"}}
	if t.p.Is(desk.By(t.me.ID), desk.RAdmin, desk.Ticket{}, t.now) {
		offers = append([]desk.Offer{{Verb: vSetup, Label: "Set up"}}, offers[:3]...)
	}
	c.Actions = t.offers(offers, 0, onList, nil, 4)
	return c, nil
}

// shadowLine says what shadow mode is: what has no dial is refused all the same.
const shadowLine = "◌ Shadow mode: rules with a dial only warn; each warning is said and counted."

// roles lists the members that have any, with their skills.
func (t *turn) roles(i intent) (chat.Reply, error) {
	c := &chat.Card{Title: chat.Say("Roles")}
	for _, m := range t.p.People() {
		if len(m.Roles) == 0 {
			continue
		}
		var rs []string
		for _, r := range m.Roles {
			rs = append(rs, string(r))
		}
		line := chat.Join(t.mention(m.ID), chat.Say(" "+string(m.Name)+": "+strings.Join(rs, ", ")))
		if len(m.Skills) > 0 {
			line = chat.Join(line, chat.Say(" · skills: "+strings.Join(m.Skills, ", ")))
		}
		c.Text = chat.Join(c.Text, line, chat.Say("\n"))
	}
	c.Text = chat.Join(c.Text, chat.Say("Admins change them: /desk role add MEMBER ROLE"))
	return t.card(nil, c), nil
}

// clientList lists clients with plan and contacts, ten a page.
func (t *turn) clientList(i intent) (chat.Reply, error) {
	cs := t.p.ClientList()
	size := t.pageSize()
	page := min(i.page(), max(0, (len(cs)-1)/size))
	c := &chat.Card{Title: chat.Say(fmt.Sprintf("Clients (%d)", len(cs)))}
	for _, cl := range cs[page*size : min((page+1)*size, len(cs))] {
		var who []string
		for _, ct := range cl.Contacts {
			who = append(who, string(ct.Name))
		}
		text := chat.Join(chat.B(t.clientName(cl.ID, true)), chat.Say(" · "+strings.Join(append([]string{strings.Join(cl.Agreements, ", ")}, who...), " · ")))
		c.Rows = append(c.Rows, chat.Row{Text: text, Actions: t.offers([]desk.Offer{{Verb: vList, Label: "Tickets", Args: map[string]string{"of": cl.Name}}}, 0, onList, nil, 1)})
	}
	j := intent{Verb: vClients, Place: onList}
	if page > 0 {
		c.Actions = append(c.Actions, t.button(j.with("page", strconv.Itoa(page-1)), "Earlier", chat.Default))
	}
	if (page+1)*size < len(cs) {
		c.Actions = append(c.Actions, t.button(j.with("page", strconv.Itoa(page+1)), "More", chat.Default))
	}
	r := t.card(nil, c)
	r.Edit = i.arg("page") != "" && t.in.Message.ID != ""
	return r, nil
}

// rotaCard shows who is intake now and in the weeks to come.
func (t *turn) rotaCard() chat.Reply {
	c := &chat.Card{Title: chat.Say("Intake rota"), Text: chat.Join(chat.Say("Now: "), t.dutyLine(t.p.IntakeAt(t.now)), chat.Say("\n"))}
	at := t.now
	for range 4 {
		from, to, _ := t.p.Rota.Turn(at, t.p.Zone)
		mid := from.Add(to.Sub(from) / 2)
		c.Text = chat.Join(c.Text, chat.Say("From "), chat.At(from, chat.DateTime), chat.Say(": "), t.mention(t.p.IntakeAt(mid).Member), chat.Say("\n"))
		at = to
	}
	if t.p.AfterHours && len(t.p.Rota.OnCall) > 0 {
		c.Text = chat.Join(c.Text, chat.Say("On call outside working hours: "), t.mentions(t.p.Rota.OnCall, "then"), chat.Say("\n"))
	}
	for _, o := range t.p.Rota.Overrides {
		if o.To.After(t.now) {
			c.Text = chat.Join(c.Text, chat.Say("Override: "), t.mention(o.Member), chat.Say(" from "), chat.At(o.From, chat.DateTime), chat.Say(" to "), chat.At(o.To, chat.DateTime), chat.Say("\n"))
		}
	}
	for _, a := range t.p.Rota.Absences {
		if a.To.After(t.now) {
			c.Text = chat.Join(c.Text, chat.Say("Away: "), t.mention(a.Member), chat.Say(" from "), chat.At(a.From, chat.DateTime), chat.Say(" to "), chat.At(a.To, chat.DateTime), chat.Say("\n"))
		}
	}
	return t.card(nil, c)
}

// rules shows the dials, where each is set, and what was refused lately.
func (t *turn) rules(intent) (chat.Reply, error) {
	refused, err := t.Store.RefusalCount(t.ctx, t.now.AddDate(0, 0, -7), time.Time{})
	if err != nil {
		return chat.Reply{}, err
	}
	warned, err := t.Store.WarningCount(t.ctx, t.now.AddDate(0, 0, -7), time.Time{})
	if err != nil {
		return chat.Reply{}, err
	}
	c := &chat.Card{Title: chat.Say("Rules")}
	for n, r := range desk.DialledRules {
		dial := string(t.p.Dial(r.Rule))
		if r.Fixed {
			dial = "always"
		}
		from := ""
		switch _, set := t.p.Dials[r.Rule]; {
		case t.p.SetInChat(desk.DialSet{Rule: r.Rule}):
			from = ", set in chat"
		case set:
			from = ", from the file"
		}
		line := fmt.Sprintf(" [%s%s] %s", dial, from, r.Says)
		var lately []string
		if k := refused[r.Rule]; k > 0 {
			lately = append(lately, count(k, "refusal"))
		}
		if k := warned[r.Rule]; k > 0 {
			lately = append(lately, count(k, "warning"))
		}
		if len(lately) > 0 {
			line += " · " + strings.Join(lately, ", ") + " in 7 days"
		}
		c.Text = chat.Join(c.Text, chat.Say(fmt.Sprintf("%d. ", n+1)), chat.B(string(r.Rule)), chat.Say(line+"\n"))
	}
	c.Text = chat.Join(c.Text, chat.Say("Admins turn a dial: /desk rule RULE off|warn|enforce"))
	return t.card(nil, c), nil
}
