package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// How the rules are kept, as one choice.
const (
	shadow  = "shadow"
	enforce = "enforce"
)

// wasShown begins the names under which a set-up form's token keeps what its
// fields said when it was opened: what was not changed there stays as it has
// become meanwhile.
const wasShown = "was "

// setup is the form of an admin; everybody else, and an admin who has filled it
// in, gets the list of what is there and what is missing.
func (t *turn) setup(i intent) (chat.Reply, error) {
	if !t.p.Is(desk.By(t.me.ID), desk.RAdmin, desk.Ticket{}, t.now) {
		if i.Form {
			return chat.Reply{}, &desk.Refusal{Rule: desk.ByRole, Text: "Only an admin sets the desk up.", Who: t.p.With(desk.RAdmin)}
		}
		c, err := t.setupCard()
		if err != nil {
			return chat.Reply{}, err
		}
		return t.card(nil, c), nil
	}
	if !i.Form {
		form := t.setupForm()
		shown := intent{Verb: vSetup, Place: i.Place}
		for _, f := range form.Fields {
			shown = shown.with(wasShown+f.Name, f.Value)
		}
		form.Token = t.token(shown)
		return chat.Reply{Form: form}, nil
	}
	return t.setUp(i)
}

// setupForm shows the desk as it is.
func (t *turn) setupForm() *chat.Form {
	people := func(name, label, hint string, ms []desk.MemberID) chat.Field {
		var vs []string
		for _, m := range t.here(ms) {
			vs = append(vs, t.spelled(m))
		}
		return chat.Field{Name: name, Label: label, Kind: chat.People, Hint: hint, Value: strings.Join(vs, " ")}
	}
	return &chat.Form{Title: "Set up the desk", Fields: []chat.Field{
		{Name: "channel", Label: "Channel for the tickets", Kind: chat.Channel, Value: t.channelHere(), Hint: "Where each ticket has its card. Invite Deskbell there first."},
		people("srm", "Service request manager", "Prioritizes; nothing starts without. The first is the SRM, the others are deputies.", t.srms()),
		people("rota", "Intake rota", "Who answers clients, a week each, in this order; the first has this week.", t.turns()),
		people("technicians", "Technicians", "They pull the work.", t.p.With(desk.RTechnician, desk.RLevel1)),
		{Name: "rules", Label: "Rules", Kind: chat.Choice, Required: true, Value: t.preset(), Options: []chat.Option{
			{Value: shadow, Label: "Shadow: rules only warn, all is counted"}, {Value: enforce, Label: "Enforce, as the desk's file says"}},
			Hint: "In shadow the rules that have a dial only warn. Roles and the order of statuses hold all the same."}}}
}

// srms are the SRM and the deputies, the SRM first.
func (t *turn) srms() []desk.MemberID {
	ms := t.p.With(desk.RSRM)
	for _, m := range t.p.With(desk.RSRMDeputy) {
		if !slices.Contains(ms, m) {
			ms = append(ms, m)
		}
	}
	return ms
}

// turns is the rota from the present turn on.
func (t *turn) turns() []desk.MemberID {
	at, ms := t.now, []desk.MemberID(nil)
	for range t.p.Rota.Base {
		_, to, date := t.p.Rota.Turn(at, t.p.Zone)
		ms, at = append(ms, t.p.Rota.Has(date)), to
	}
	return ms
}

// here are those whom this platform knows; the others cannot be shown in its
// form, and stay as they are.
func (t *turn) here(ms []desk.MemberID) []desk.MemberID {
	return slices.DeleteFunc(slices.Clone(ms), func(m desk.MemberID) bool { return t.idHere(m) == "" })
}

// idHere is the member's id on this platform, "" if there is none.
func (t *turn) idHere(m desk.MemberID) string {
	for _, id := range t.p.Members[m].Identities {
		if user, ok := strings.CutPrefix(id, t.in.Platform+":"); ok {
			return user
		}
	}
	return ""
}

// named: ids on this platform are words that people use, so that they are
// written as such. Elsewhere people and channels are written as mentions.
func (t *turn) named() bool { return t.in.From.ID == t.in.From.Handle }

// spelled is a member as a People field has them.
func (t *turn) spelled(m desk.MemberID) string {
	id := t.idHere(m)
	if id == "" || t.named() {
		return t.p.Handle(m)
	}
	return "<@" + id + ">"
}

// channelHere is this platform's channel as a Channel field has it.
func (t *turn) channelHere() string {
	for _, place := range t.p.Channels {
		if id, ok := strings.CutPrefix(place, t.in.Platform+":"); ok {
			if t.named() {
				return "#" + id
			}
			return "<#" + id + ">"
		}
	}
	return ""
}

// preset is the rules' mode, and shadow for a desk that was never set up.
func (t *turn) preset() string {
	if len(t.srms()) == 0 && len(t.p.Rota.Base) == 0 {
		return shadow
	}
	return t.ruleMode()
}

// ruleMode is shadow while every rule that has a dial is at warn.
func (t *turn) ruleMode() string {
	for _, r := range desk.DialledRules {
		if !r.Fixed && t.p.Dial(r.Rule) != desk.Warn {
			return enforce
		}
	}
	return shadow
}

// setUp makes what the form says so: all of it or nothing, and nothing that is
// so already. The same submission again gets its first answer.
func (t *turn) setUp(i intent) (chat.Reply, error) {
	key := t.key(i)
	events, known, err := t.Store.DeskDone(t.ctx, key)
	if err != nil {
		return chat.Reply{}, err
	}
	if !known {
		c := &changes{arguments: &arguments{turn: t, i: i}}
		if err := c.read(); err != nil {
			return chat.Reply{}, err
		}
		events, err = t.Store.DoDeskAll(t.ctx, store.DeskRequests{By: desk.By(t.me.ID), At: t.now, Do: c.facts, Then: c.then, Key: key})
		if err != nil {
			return chat.Reply{}, err
		}
	}
	if t.p, err = t.Store.Policy(t.ctx); err != nil {
		return chat.Reply{}, err
	}
	card, err := t.setupCard()
	if err != nil {
		return chat.Reply{}, err
	}
	return t.card(t.setUpSaid(i, events), card), nil
}

// changes are what a filled-in set-up form changes, and how it is said.
type changes struct {
	*arguments
	facts []desk.DeskFact
	then  []desk.Notice
	unmet []chat.User
	// broken is an error that is no answer to a field.
	broken error
}

// read makes the changes of what was filled in. Nobody is met before all of it
// is found good.
func (c *changes) read() error {
	c.channel(c.i.arg("channel"))
	srm := c.people("srm", c.srms())
	technicians := c.people("technicians", c.p.With(desk.RTechnician, desk.RLevel1))
	rota := c.people("rota", c.turns())
	if len(srm) == 0 && len(c.srms()) > 0 {
		c.fail("srm", &wrong{Text: "Nothing can start without a service request manager. Name at least one."})
	}
	if c.broken != nil {
		return c.broken
	}
	if len(c.errs) > 0 {
		return errors.Join(wrongs(c.errs)...)
	}
	if err := c.meetAll(srm, technicians, rota); err != nil {
		return err
	}
	c.srm(srm)
	c.rota(rota)
	c.technicians(technicians)
	c.rules(c.i.arg("rules"))
	return nil
}

// wrong keeps why a field cannot be used.
func (c *changes) wrong(field string, err error) {
	var w *wrong
	var no *desk.Refusal
	switch {
	case errors.As(err, &w):
		c.fail(field, w)
	case errors.As(err, &no):
		c.fail(field, &wrong{Text: no.Text})
	default:
		c.broken = err
	}
}

func (c *changes) channel(word string) {
	if strings.TrimSpace(word) == "" || word == c.shown("channel", c.channelHere()) {
		return
	}
	set, _, err := c.findChannel(word)
	if err != nil {
		c.wrong("channel", err)
		return
	}
	if slices.Contains(c.p.Channels, set.Channel) {
		return
	}
	c.facts, c.then = append(c.facts, set), append(c.then, c.channelNotice(set))
}

// channelNamed is a channel as it was typed or chosen: its id or name, and what
// to call it.
func channelNamed(word string) (id, name string) {
	word = strings.TrimSpace(word)
	id, called, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(word, "<#"), ">"), "|")
	id = strings.TrimPrefix(id, "#")
	switch {
	case called != "":
		return id, "#" + called
	case strings.HasPrefix(word, "<#"):
		return id, "the channel"
	}
	return id, "#" + clip(id)
}

// findChannel is the channel that is meant, if Deskbell may post there, and what
// to call it.
func (t *turn) findChannel(word string) (set desk.ChannelSet, name string, err error) {
	id, name := channelNamed(word)
	var trouble *chat.Trouble
	found, err := t.platforms[t.in.Platform].Channel(t.ctx, id)
	switch {
	case errors.As(err, &trouble):
		return set, name, &wrong{Text: trouble.Fix}
	case errors.Is(err, chat.ErrUnknown), errors.Is(err, chat.ErrGone):
		return set, name, &wrong{Text: fmt.Sprintf("Deskbell sees no channel %s here; invite it there first. Nothing was changed.", strings.Replace(name, "the channel", "like that", 1))}
	case errors.Is(err, context.DeadlineExceeded):
		return set, name, &wrong{Text: "The channel could not be looked up just now, and nothing was changed. Try again in a moment."}
	case err != nil:
		return set, name, err
	}
	return desk.ChannelSet{Channel: t.in.Platform + ":" + found}, name, nil
}

// channelNotice has the channel told that the cards stand there.
func (t *turn) channelNotice(set desk.ChannelSet) desk.Notice {
	return desk.Notice{Key: fmt.Sprintf("channel/%s/%d", set.Channel, t.p.Version), Kind: desk.Post, Place: "channel", What: "channel/" + set.Channel, Due: t.now}
}
