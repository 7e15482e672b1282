package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// alertsTogether is how long after an alert of a goal the next ones of the same
// member come in one message, which grows: on a Monday morning there may be many.
const alertsTogether = time.Hour

// alerts are what a member was told of goals since the first, which has a message
// of its own.
type alerts struct {
	First time.Time
	Key   string // of the first one's notice
	Rest  []alert
}

type alert struct {
	Ticket desk.TicketID
	Seq    int
	What   string
	Why    string // it is breached, beside the time
}

// postAlertOf tells a member of a goal: by a message of its own, or, soon after
// another, in the one that holds the rest. However often it is carried, it stands
// there once: a member's messages are one lane.
func (b *Bot) postAlertOf(ctx context.Context, p *desk.Policy, m desk.MemberID, d store.Due) error {
	t := &turn{Bot: b, ctx: ctx, p: p, me: p.Members[m], now: b.Now()}
	known, err := t.alerts()
	if err != nil {
		return err
	}
	this := alert{Ticket: d.Ticket, Seq: d.Revision, What: d.What}
	again, err := t.anyBegun(d.Key)
	if err != nil {
		return err
	}
	tk, e, _, err := b.event(ctx, d)
	if err != nil {
		return err
	}
	if f, ok := e.What.(desk.GoalBreached); ok {
		this.Why = f.Why
	}
	// By when they arose and not by when they are told, which may be tried again,
	// and by the minute: many goals are a whole hour apart.
	arose := e.At.Truncate(time.Minute)
	first := known.First.IsZero() || arose.Sub(known.First).Abs() >= alertsTogether
	for _, id := range t.me.Identities { // on whichever it is drawn, it is still so or not
		if platform, _, _ := strings.Cut(id, ":"); b.platforms[platform] != nil {
			t.in.Platform = platform
		}
	}
	if t.in.Platform == "" {
		return errOvertaken
	}
	if _, err := t.ticketPost(tk, e, d.What); err != nil {
		return err
	}
	if first && !again { // BEFORE it is posted: others do not wait until it stands for sure
		known = alerts{First: arose, Key: d.Key}
		if err := t.keepAlerts(known); err != nil {
			return err
		}
	}
	if again || known.Key == d.Key {
		return b.toMember(ctx, p, m, d.Key, desk.Ticket{}, func(platform string) (chat.Message, error) {
			t.in.Platform = platform
			msg, err := t.ticketPost(tk, e, d.What)
			msg.Urgent = d.Urgent
			return msg, err
		})
	}
	n := 0
	for n < len(known.Rest) && known.Rest[n] != this {
		n++
	}
	if n == len(known.Rest) {
		known.Rest = append(known.Rest, this)
		if err := t.keepAlerts(known); err != nil {
			return err
		}
	}
	return t.postRest(known, n)
}

func (t *turn) alertsKey() string { return fmt.Sprintf("alerts/%d", t.me.ID) }

func (t *turn) alerts() (a alerts, err error) {
	data, err := t.Store.Draft(t.ctx, t.alertsKey())
	if errors.Is(err, store.ErrNotFound) {
		return a, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &a)
	}
	return a, err
}

func (t *turn) keepAlerts(a alerts) error {
	data, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return t.Store.SaveDraft(t.ctx, t.alertsKey(), data, t.now)
}

// anyBegun reports whether a post with the key stands on any platform, or may.
func (t *turn) anyBegun(key string) (bool, error) {
	for _, pf := range t.platforms {
		if there, err := t.begun(t.ctx, pf, key); err != nil || there {
			return there, err
		}
	}
	return false, nil
}

// postRest posts the message that holds the n-th of the rest, with those beside it,
// or brings it up to date.
func (t *turn) postRest(a alerts, n int) error {
	last := errOvertaken // nobody's platform
	for _, id := range t.me.Identities {
		platform, user, _ := strings.Cut(id, ":")
		pf, ok := t.platforms[platform]
		if !ok || !t.me.Active {
			continue
		}
		t.in.Platform = platform
		size := t.pageSize()
		page := n / size
		rest := a.Rest[page*size : min((page+1)*size, len(a.Rest))]
		c := &chat.Card{Title: say("More goals at risk or breached (%d)", len(rest))}
		for _, x := range rest {
			row, err := t.alertRow(x)
			if err != nil {
				return err
			}
			c.Rows = append(c.Rows, row)
		}
		m := chat.Message{Card: c, Notify: []string{user}}
		key := fmt.Sprintf("%s/%d/%d", t.alertsKey(), a.First.UnixMicro(), page)
		ref, fresh, err := t.postOnce(t.ctx, pf, chat.Place{User: user}, m, key)
		if err == nil && !fresh {
			if err = pf.Edit(t.ctx, ref, pf.Limits().Fit(m)); errors.Is(err, chat.ErrGone) {
				err = nil // they took it away
			}
		}
		if last = err; !lasting(err) {
			return err
		}
	}
	return last
}

// alertRow is one of them as it is now.
func (t *turn) alertRow(x alert) (chat.Row, error) {
	tk, err := t.Store.Ticket(t.ctx, x.Ticket)
	if err != nil {
		return chat.Row{}, err
	}
	what, goal, _ := strings.Cut(x.What, "/")
	says := goal + " at risk"
	if what == "sla-breached" {
		says = goal + " breached"
	}
	for _, c := range t.p.Clocks(tk, t.now) {
		if string(c.Goal) == goal && !c.Due.IsZero() && c.Met.IsZero() {
			return chat.Row{Text: chat.Join(t.subject(tk), chat.Say(" · "), chat.B(says), chat.Say(", due "), chat.At(c.Due, chat.DateTime), chat.Say(because(x.Why))), Actions: t.digestActions(tk)}, nil
		}
	}
	return chat.Row{Text: chat.Join(t.subject(tk), chat.Say(" · "), chat.B(says), chat.Say(because(x.Why))), Actions: t.digestActions(tk)}, nil
}
