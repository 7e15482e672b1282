package bot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// change asks for a change of the desk and says that it was made.
func (t *turn) change(i intent, f desk.DeskFact, said string, more ...chat.Text) (chat.Reply, error) {
	return t.changeAndTell(i, f, nil, said, more...)
}

// changeAndTell is change with what others are to be told of it.
func (t *turn) changeAndTell(i intent, f desk.DeskFact, then []desk.Notice, said string, more ...chat.Text) (chat.Reply, error) {
	_, err := t.Store.DoDesk(t.ctx, store.DeskRequest{By: desk.By(t.me.ID), At: t.now, Do: f, Key: t.key(i), Then: then})
	if err != nil {
		return chat.Reply{}, err
	}
	return t.line(chat.Join(append([]chat.Text{chat.Say(said)}, more...)...)), nil
}

func usage(w string) error { return &wrong{Text: "Like this: /desk " + w} }

// role is `role add MEMBER ROLE` and `role remove MEMBER ROLE`.
func (t *turn) role(i intent) (chat.Reply, error) {
	what, rest, _ := strings.Cut(i.arg("rest"), " ")
	if what != "add" && what != "remove" {
		return chat.Reply{}, usage("role add MEMBER ROLE, or role remove MEMBER ROLE")
	}
	m, rest, err := t.memberFirst(rest)
	if err != nil {
		return chat.Reply{}, err
	}
	role, err := pick("role", rest, plain(desk.Roles))
	if err != nil {
		return chat.Reply{}, err
	}
	if what == "remove" {
		then := " isn't " + string(role) + " any more."
		if role == desk.RSRM && len(t.p.With(desk.RSRM)) == 1 && t.p.Members[m].Has(desk.RSRM) {
			then += " Nobody is SRM now, so nothing new can start: /desk role add MEMBER srm"
		}
		return t.change(i, desk.RoleTaken{Member: m, Role: role}, "", t.mention(m), chat.Say(then))
	}
	return t.change(i, desk.RoleGiven{Member: m, Role: role}, "", t.mention(m), chat.Say(" is "+string(role)+" now."))
}

// memberFirst reads a member from the front of rest.
func (t *turn) memberFirst(rest string) (desk.MemberID, string, error) {
	if rest == "" {
		return 0, "", &wrong{Text: "Which member?"}
	}
	args := map[string]string{}
	left, err := t.take(args, "member", rest)
	if err != nil {
		return 0, "", err
	}
	m, err := t.member(args["member"])
	return m, left, err
}

// memberLeft is `member remove MEMBER`: somebody left the team. What they had
// started goes back to where it can be picked up, and the SRM is told.
func (t *turn) memberLeft(i intent) (chat.Reply, error) {
	rest, ok := strings.CutPrefix(i.arg("rest"), "remove ")
	if !ok {
		return chat.Reply{}, usage("member remove MEMBER")
	}
	m, _, err := t.memberFirst(rest)
	if err != nil {
		return chat.Reply{}, err
	}
	r, err := t.change(i, desk.MemberLeft{Member: m}, "", t.mention(m), chat.Say(" has left the desk; what they had started is free again."))
	if err != nil {
		return r, err
	}
	return r, t.takeBack(m)
}

// rota shows the rota, or changes it.
func (t *turn) rota(i intent) (chat.Reply, error) {
	what, rest, _ := strings.Cut(i.arg("rest"), " ")
	switch what {
	case "":
		return t.rotaCard(), nil
	case "set", "on-call":
		ms, err := t.memberList(rest)
		if err != nil {
			return chat.Reply{}, err
		}
		if what == "on-call" {
			return t.change(i, desk.OnCallSet{Members: ms}, "The on-call rota is: ", t.mentions(ms, "then"), chat.Say("."))
		}
		r := t.p.Rota
		_, _, date := r.Turn(t.now, t.p.Zone)
		return t.change(i, desk.RotaSet{Members: ms, Anchor: date, Day: r.Day, At: r.At}, "The rota is: ", t.mentions(ms, "then"), chat.Say(", this week's turn first."))
	case "override":
		m, rest, err := t.memberFirst(rest)
		if err != nil {
			return chat.Reply{}, err
		}
		from, to, err := t.interval(rest)
		if err != nil {
			return chat.Reply{}, err
		}
		return t.change(i, desk.OverrideAdded{Interval: desk.Interval{Member: m, From: from, To: to}}, "", t.mention(m), chat.Say(" is intake from "), chat.At(from, chat.DateTime), chat.Say(" to "), chat.At(to, chat.DateTime), chat.Say("."))
	case "swap":
		return t.swap(i, rest)
	}
	return chat.Reply{}, usage("rota, rota set MEMBER MEMBER…, rota on-call MEMBER…, rota override MEMBER FROM TO, rota swap WEEK")
}

// swap offers a week to the others of the rota; the first to take it has it.
func (t *turn) swap(i intent, rest string) (chat.Reply, error) {
	if date := i.arg("take"); date != "" {
		return t.takeWeek(i, date)
	}
	day, err := instant(rest, t.now, t.p.Hours)
	if err != nil {
		return chat.Reply{}, &wrong{Text: "Which week? Name a day in it: /desk rota swap 2026-03-11"}
	}
	from, until, date := t.p.Rota.Turn(day, t.p.Zone)
	whose, swapped := t.p.Week(date)
	switch {
	case !until.After(t.now):
		return chat.Reply{}, &wrong{Text: "That week is over. Name a day of one that is to come: /desk rota swap 2026-03-11"}
	case swapped:
		return chat.Reply{}, &wrong{Text: "That week was taken over by @" + t.p.Handle(whose) + " already. An admin can put somebody else on: /desk rota override MEMBER FROM TO"}
	case whose != t.me.ID && !t.p.Is(desk.By(t.me.ID), desk.RAdmin, desk.Ticket{}, t.now):
		return chat.Reply{}, &desk.Refusal{Rule: desk.ByRole, Text: "Only whoever has that week can ask for it to be swapped.", Who: []desk.MemberID{whose}}
	}
	if t.in.Place.User == "" {
		m := t.swapAsked(t.me.ID, from, date)
		return chat.Reply{Message: &m}, nil
	}
	if t.channelHere() == "" {
		return chat.Reply{}, &wrong{Text: "Nobody else reads this here. Ask in a channel, or have an admin set one: /desk channel set CHANNEL"}
	}
	// Asked in private: the others read it where the cards stand.
	key := fmt.Sprintf("swap/%s/%s/%s/%d", date, t.in.Platform, t.in.Key, t.me.ID)
	if _, err := t.Store.Enqueue(t.ctx, desk.Notice{Key: key, Kind: desk.Post, Place: "channel", What: fmt.Sprintf("swap/%s/%d", date, t.me.ID), Due: t.now}); err != nil {
		return chat.Reply{}, err
	}
	return t.line(chat.Say("The others of the rota are asked where the tickets' cards stand.")), nil
}

// takeWeek gives the asked-for week to whoever pressed first. What was pressed on
// says to all who has it, also after a press that came too late.
func (t *turn) takeWeek(i intent, date string) (chat.Reply, error) {
	r, err := t.changeAndTell(i, desk.SwapTaken{Date: date, Member: t.me.ID}, t.takenNotices(date), "You are intake in the week of "+date+".")
	var no *desk.Refusal
	if late := errors.As(err, &no) && no.Rule == desk.Present; err != nil && !late || t.in.Message.ID == "" {
		return r, err
	}
	if no != nil {
		r = t.refused(no, i)
	} else if t.p, err = t.Store.Policy(t.ctx); err != nil {
		return r, err
	}
	if m, ok := t.weekTaken(date); ok {
		r.Message, r.Edit = &m, true
	}
	return r, nil
}

func (t *turn) memberList(rest string) ([]desk.MemberID, error) {
	var ms []desk.MemberID
	for rest != "" {
		m, left, err := t.memberFirst(rest)
		if err != nil {
			return nil, err
		}
		if slices.Contains(ms, m) {
			return nil, &wrong{Text: "@" + t.p.Handle(m) + " stands twice."}
		}
		ms, rest = append(ms, m), left
	}
	if len(ms) == 0 {
		return nil, &wrong{Text: "Name at least one member."}
	}
	return ms, nil
}

// interval reads FROM TO: two times, each one or two words.
func (t *turn) interval(rest string) (from, to time.Time, err error) {
	ws := strings.Fields(rest)
	if n := slices.Index(ws, "to"); n > 0 {
		ws = slices.Delete(ws, n, n+1)
		if from, err = instant(strings.Join(ws[:n], " "), t.now, t.p.Hours); err == nil {
			to, err = instant(strings.Join(ws[n:], " "), t.now, t.p.Hours)
		}
		return from, to, err
	}
	for n := 1; n < len(ws); n++ {
		var err1, err2 error
		from, err1 = instant(strings.Join(ws[:n], " "), t.now, t.p.Hours)
		to, err2 = instant(strings.Join(ws[n:], " "), t.now, t.p.Hours)
		if err1 == nil && err2 == nil {
			return from, to, nil
		}
	}
	return from, to, &wrong{Text: "From when to when? Like 2026-03-09 09:00 to 2026-03-10 09:00, or Monday to Wednesday."}
}

// away records one's own absence; an observer has nothing to be away from.
func (t *turn) away(i intent) (chat.Reply, error) {
	if len(t.me.Roles) == 0 {
		return chat.Reply{}, &desk.Refusal{Rule: desk.ByRole, Text: "Absences are for those who have a role on this desk.", Who: t.p.With(desk.RAdmin)}
	}
	from, to, err := t.interval(i.arg("rest"))
	if err != nil {
		return chat.Reply{}, err
	}
	was := t.p
	r, err := t.change(i, desk.AbsenceAdded{Interval: desk.Interval{Member: t.me.ID, From: from, To: to}}, "You are away from ", chat.At(from, chat.DateTime), chat.Say(" to "), chat.At(to, chat.DateTime), chat.Say("."))
	if err != nil {
		return r, err
	}
	if t.p, err = t.Store.Policy(t.ctx); err != nil {
		return r, err
	}
	r.Message.Text = chat.Join(r.Message.Text, t.whoStandsIn(was, from))
	return r, nil
}

// whoStandsIn says, once somebody is away from an instant on, who does their part,
// or that nobody does and what to do.
func (t *turn) whoStandsIn(was *desk.Policy, from time.Time) chat.Text {
	var text chat.Text
	if open := desk.Uncovered(was, t.p, t.now); len(open) > 0 {
		text = chat.Join(chat.Say("\nNobody stands in as intake "), t.spans(open), chat.Say(". Ask for a swap (/desk rota swap WEEK), or an admin puts somebody on: /desk rota override MEMBER FROM TO, or /desk role add MEMBER intake deputy"))
	}
	if from.Before(t.now) {
		from = t.now
	}
	gone := t.p.Unstaffed(from)
	if t.me.Has(desk.RSRM) || t.me.Has(desk.RSRMDeputy) {
		if slices.Contains(gone, desk.RSRM) {
			text = chat.Join(text, chat.Say("\nNo SRM is there then, and no deputy, so nothing new can start. An admin makes somebody deputy: /desk role add MEMBER srm deputy"))
		} else {
			text = chat.Join(text, chat.Say(" A deputy prioritizes meanwhile."))
		}
	}
	return text
}

// skill is `skill add MEMBER TYPE`.
func (t *turn) skill(i intent) (chat.Reply, error) {
	what, rest, _ := strings.Cut(i.arg("rest"), " ")
	if what != "add" {
		return chat.Reply{}, usage("skill add MEMBER TYPE")
	}
	m, typ, err := t.memberFirst(rest)
	if err != nil {
		return chat.Reply{}, err
	}
	var types []thing[string]
	for _, o := range t.categoryOptions("type") {
		types = append(types, thing[string]{o.Value, "", o.Value})
	}
	if typ, err = pick("type", typ, types); err != nil {
		return chat.Reply{}, err
	}
	return t.change(i, desk.SkillAdded{Member: m, Type: typ}, "", t.mention(m), chat.Say(" has the skill "+typ+"."))
}

// clientAdd is `client add NAME [plan PLAN]`.
func (t *turn) clientAdd(i intent) (chat.Reply, error) {
	name, ok := strings.CutPrefix(i.arg("rest"), "add ")
	if !ok {
		return chat.Reply{}, usage("client add NAME [plan PLAN]")
	}
	c := desk.Client{Name: strings.TrimSpace(name)}
	if n := strings.LastIndex(name, " plan "); n > 0 {
		var plans []thing[string]
		for _, p := range t.p.Plans {
			plans = append(plans, thing[string]{p.Name, "", p.Name})
		}
		plan, err := pick("plan", name[n+6:], plans)
		if err != nil {
			return chat.Reply{}, err
		}
		c = desk.Client{Name: strings.TrimSpace(name[:n]), Plan: plan}
	}
	return t.change(i, desk.ClientAdded{Client: c}, c.Name+" is a client now. Add who calls: /desk contact add NAME E-MAIL of "+c.Name)
}

// contactAdd is `contact add NAME E-MAIL of CLIENT`.
func (t *turn) contactAdd(i intent) (chat.Reply, error) {
	rest, ok := strings.CutPrefix(i.arg("rest"), "add ")
	n := strings.LastIndex(rest, " of ")
	if !ok || n < 0 {
		return chat.Reply{}, usage("contact add NAME E-MAIL of CLIENT")
	}
	client, err := t.client(rest[n+4:])
	if err != nil {
		return chat.Reply{}, err
	}
	ws := strings.Fields(rest[:n])
	if len(ws) == 0 {
		return chat.Reply{}, usage("contact add NAME E-MAIL of CLIENT")
	}
	c := desk.Contact{}
	if last := ws[len(ws)-1]; strings.Contains(last, "@") {
		c.Email = desk.Text(strings.Trim(last, "<>"))
		ws = ws[:len(ws)-1]
	}
	for n := len(ws) - 1; n > 0 && isPhone(strings.Join(ws[n:], " ")); n-- { // "+44 20 7946 0000"
		c.Phone = desk.Text(strings.Join(ws[n:], " "))
	}
	if c.Phone != "" {
		ws = ws[:len(ws)-len(strings.Fields(string(c.Phone)))]
	}
	c.Name = desk.Text(strings.Join(ws, " "))
	return t.change(i, desk.ContactAdded{Client: client, Contact: c}, fmt.Sprintf("%s is a contact of %s now.", c.Name, t.p.Clients[client].Name))
}

// isPhone: digits and what parts them, at least three of them.
func isPhone(s string) bool {
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune("+-/(). ", r):
			return false
		}
	}
	return digits >= 3
}

// rule is `rule RULE off|warn|enforce`.
func (t *turn) rule(i intent) (chat.Reply, error) {
	name, dial, _ := strings.Cut(strings.TrimSpace(i.arg("rest")), " ")
	var rules []thing[desk.Rule]
	for _, r := range desk.DialledRules {
		rules = append(rules, thing[desk.Rule]{string(r.Rule), "", r.Rule})
	}
	r, err := pick("rule", name, rules)
	if err != nil {
		return chat.Reply{}, err
	}
	d, err := pick("dial", dial, plain([]desk.Dial{desk.Off, desk.Warn, desk.Enforce}))
	if err != nil {
		return chat.Reply{}, err
	}
	return t.change(i, desk.DialSet{Rule: r, Dial: d}, fmt.Sprintf("%s is at %s now.", r, d))
}

// channel is `channel set CHANNEL`: where this platform's cards stand.
func (t *turn) channel(i intent) (chat.Reply, error) {
	word, ok := strings.CutPrefix(i.arg("rest"), "set ")
	if !ok || strings.TrimSpace(word) == "" {
		return chat.Reply{}, usage("channel set CHANNEL")
	}
	if !t.p.Is(desk.By(t.me.ID), desk.RAdmin, desk.Ticket{}, t.now) { // refused before anything is looked up for it
		return t.change(i, desk.ChannelSet{}, "")
	}
	set, name, err := t.findChannel(word)
	if err != nil {
		return chat.Reply{}, err
	}
	return t.changeAndTell(i, set, []desk.Notice{t.channelNotice(set)}, "Cards stand in "+name+" from now on.")
}
