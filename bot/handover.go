package bot

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// dated reads what follows in a notice of the schedule: its day or slot, and
// whether it comes late.
func dated(rest string) (day string, late bool) {
	day, late = strings.CutSuffix(rest, "/late")
	return day, late
}

// passed leaves out that something was overtaken.
func passed(err error) error {
	if errors.Is(err, errOvertaken) {
		return nil
	}
	return err
}

// turnOn is the turn that begins on the date, if it is still to be told: nobody
// needs to hear of one that is over, or that was moved to another day.
func (t *turn) turnOn(date string) (desk.Turn, error) {
	tn, ok := t.p.TurnOn(date)
	if !ok || !t.now.Before(tn.Until) {
		return tn, errOvertaken
	}
	return tn, nil
}

// handOver is the card at the turn: who leaves, who arrives, and what is handed
// over (domain.md, The clock's other duties).
func (t *turn) handOver(date string, late bool) (chat.Message, error) {
	tn, err := t.turnOn(date)
	if err != nil {
		return chat.Message{}, err
	}
	tally, err := t.Store.Tally(t.ctx)
	if err != nil {
		return chat.Message{}, err
	}
	_, waiting, err := t.Store.HandedOpen(t.ctx, 0, 1)
	if err != nil {
		return chat.Message{}, err
	}
	text := chat.Join(chat.B("Hand-over: "), t.comesAndGoes(tn))
	if late {
		text = chat.Join(text, chat.Say(" This comes late: the turn passed "), chat.At(tn.From, chat.DateTime), chat.Say("."))
	}
	wait := "waits"
	if waiting != 1 {
		wait = "wait"
	}
	c := &chat.Card{
		Text: chat.Say(fmt.Sprintf("%s open: %d not clarified, %d without a priority. %s %s for intake.",
			count(tally.Open, "ticket"), tally.Unclarified, tally.Unprioritized, count(waiting, "request"), wait)),
		Actions: t.offers([]desk.Offer{{Verb: vRequests, Label: "Requests"}, {Verb: vBoard, Label: "Board"}, {Verb: vRota, Label: "Rota"}}, 0, onList, nil, 3),
	}
	return chat.Message{Text: text, Card: c}, nil
}

func (t *turn) comesAndGoes(tn desk.Turn) chat.Text {
	var text chat.Text
	if tn.Leaves != 0 {
		text = chat.Join(t.mention(tn.Leaves), chat.Say(" leaves, "))
	}
	if tn.Arrives == 0 {
		if tn.Leaves != 0 {
			text = chat.Join(text, chat.Say("and "))
		}
		return chat.Join(text, chat.Say("nobody is intake now. Requests are kept. Put somebody on: /desk rota override MEMBER FROM TO"))
	}
	return chat.Join(text, t.mention(tn.Arrives), chat.Say(" is intake until "), chat.At(tn.Until, chat.DateTime), chat.Say("."))
}

// turnPost is what whoever arrives is told by themselves: the day before, when
// the turn begins; at the turn, what waits for them, with its buttons.
func (t *turn) turnPost(what, date string) (chat.Message, error) {
	tn, err := t.turnOn(date)
	if err != nil {
		return chat.Message{}, err
	}
	if what == "hand-over-tomorrow" {
		return t.tomorrow(tn, date)
	}
	_, waiting, err := t.Store.HandedOpen(t.ctx, 0, 1)
	if err != nil {
		return chat.Message{}, err
	}
	if waiting == 0 || t.p.IntakeAt(t.now).Member != t.me.ID {
		return chat.Message{}, errOvertaken
	}
	c, err := t.intakeHome()
	return chat.Message{Text: chat.Say("The turn is yours, and this waits for you:"), Card: c}, err
}

func (t *turn) tomorrow(tn desk.Turn, date string) (chat.Message, error) {
	if !t.now.Before(tn.From) || tn.Arrives != t.me.ID {
		return chat.Message{}, errOvertaken
	}
	swap := t.button(intent{Verb: vRota, Place: onList, Args: map[string]string{"rest": "swap " + date}}, "Ask for a swap", chat.Default)
	return chat.Message{Text: chat.Join(chat.Say("Your turn as intake comes: from "), chat.At(tn.From, chat.DateTime), chat.Say(" until "), chat.At(tn.Until, chat.DateTime), chat.Say(".")),
		Card: &chat.Card{Actions: []chat.Action{swap}}}, nil
}

// unstaffed alarms an admin that nobody is there whom the desk can't do without.
func (t *turn) unstaffed(r desk.Role) (chat.Message, error) {
	if !slices.Contains(t.p.Unstaffed(t.now), r) {
		return chat.Message{}, errOvertaken
	}
	text := "Nobody is intake now, so no client ticket can be opened; requests are kept. Put somebody on: /desk rota override MEMBER FROM TO"
	if r == desk.RSRM {
		text = "No SRM is there now, and no deputy, so nothing new can be prioritized or started. Make somebody deputy: /desk role add MEMBER srm deputy"
	}
	return chat.Message{Text: chat.Say(text), Card: &chat.Card{Actions: t.offers([]desk.Offer{{Verb: vRota, Label: "Rota"}, {Verb: vRoles, Label: "Roles"}}, 0, onList, nil, 2)}}, nil
}

// weekMoved tells a member how a change of the rota moved their turns; whoever is
// intake by it at once sees what waits for them.
func (t *turn) weekMoved(w desk.WeekMoved) (chat.Message, error) {
	w = w.Still(t.p, t.me.ID, t.now)
	if len(w.Gained)+len(w.Lost) == 0 {
		return chat.Message{}, errOvertaken
	}
	text, what := chat.Say("The rota changed."), "intake"
	if !w.By.Clock {
		text = chat.Join(chat.Say("The rota changed, by "), t.mention(w.By.Member), chat.Say("."))
	}
	if w.OnCall {
		what = "on call"
	}
	if len(w.Gained) > 0 {
		text = chat.Join(text, chat.Say("\nYou are "+what+" "), t.spans(w.Gained), chat.Say("."))
	}
	if len(w.Lost) > 0 {
		lead := "\nYou are not " + what + " any more "
		if len(w.Gained) > 0 {
			lead = "\nNot any more "
		}
		text = chat.Join(text, chat.Say(lead), t.spans(w.Lost), chat.Say("."))
	}
	os := []desk.Offer{{Verb: vRota, Label: "Rota"}}
	if w.OnCall || len(w.Gained) == 0 {
		return chat.Message{Text: text, Card: &chat.Card{Actions: t.offers(os, 0, onList, nil, 2)}}, nil
	}
	if !w.Gained[0].From.After(t.now) && t.p.IntakeAt(t.now).Member == t.me.ID {
		c, err := t.intakeHome()
		return chat.Message{Text: text, Card: c}, err
	}
	actions := t.offers(os, 0, onList, nil, 2)
	for _, g := range w.Gained { // a week of their own, and not a day of somebody else's
		from, _, date := t.p.Rota.Turn(g.From, t.p.Zone)
		if m, swapped := t.p.Week(date); m == t.me.ID && !swapped && from.Equal(g.From) {
			actions = append(actions, t.button(intent{Verb: vRota, Place: onList, Args: map[string]string{"rest": "swap " + date}}, "Ask for a swap", chat.Default))
			break
		}
	}
	return chat.Message{Text: text, Card: &chat.Card{Actions: actions}}, nil
}

// spans names the first three.
func (t *turn) spans(ss []desk.Span) chat.Text {
	var text chat.Text
	for n, s := range ss[:min(3, len(ss))] {
		if n > 0 {
			text = append(text, chat.Say(", and ")...)
		}
		from := chat.Say("now")
		if s.From.After(t.now) {
			from = chat.Join(chat.Say("from "), chat.At(s.From, chat.DateTime))
		}
		text = chat.Join(text, from, chat.Say(" until "), chat.At(s.To, chat.DateTime))
	}
	switch more := len(ss) - 3; {
	case more == 1:
		text = chat.Join(text, chat.Say(", and once more"))
	case more > 1:
		text = chat.Join(text, say(", and %d times more", more))
	}
	return text
}
