package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// vRetry is the button under an alarm: what was parked is tried again.
const vRetry desk.Verb = "retry"

// alarmed begins the key and the What of a notice that tells an admin of a
// platform's trouble.
const alarmed = "trouble/"

// trouble is what such a notice says, as JSON in its What.
type trouble struct {
	Platform string `json:"platform"`
	Cause    string `json:"cause"`
	Where    string `json:"where,omitempty"`
	Fix      string `json:"fix"`
	Dead     bool   `json:"dead,omitempty"` // a message was given up: nothing waits
	Day      string `json:"day"`            // of the desk's zone: an alarm of yesterday is overtaken
}

// alarm tells each admin, once a day for each cause and place, of what only they
// can mend, or must know since it is given up; where is the channel or person.
// Other errors alarm nobody. It fails if that could not be written down: what it
// is about must then be tried again, or nobody would hear of it.
func (b *Bot) alarm(ctx context.Context, p *desk.Policy, platform, where string, err error) error {
	says := trouble{Platform: platform, Where: where, Day: b.today(p)}
	var tr *chat.Trouble
	switch {
	case errors.As(err, &tr):
		says.Cause, says.Where, says.Fix = tr.Cause, tr.Where, tr.Fix
	case errors.Is(err, chat.ErrGone):
		says.Cause, says.Fix = "gone", "What was posted to isn't there any more. Say where the cards stand: /desk channel set CHANNEL"
	case errors.Is(err, chat.ErrNever):
		says.Cause, says.Dead = chat.Cut(err.Error(), 200), true
	default:
		return nil
	}
	data, err := json.Marshal(says)
	if err != nil {
		return err
	}
	var ns []desk.Notice
	for _, m := range p.With(desk.RAdmin) {
		ns = append(ns, desk.Notice{Key: fmt.Sprintf("%s%s/%s/%s/%s/%d", alarmed, platform, says.Cause, says.Where, says.Day, m), Kind: desk.Post,
			Place: fmt.Sprintf("member:%d", m), What: alarmed + string(data), Due: b.Now()})
	}
	if len(ns) == 0 {
		return nil
	}
	if _, err = b.Store.Enqueue(ctx, ns...); err != nil {
		b.Log.Error("admins not alarmed", "trouble", says.Cause, "err", err)
	}
	return err
}

func (b *Bot) today(p *desk.Policy) string { return b.Now().In(p.Zone).Format("2006-01-02") }

// postAlarm tells one admin, on whichever of their platforms works.
func (b *Bot) postAlarm(ctx context.Context, p *desk.Policy, m desk.MemberID, d store.Due) error {
	var says trouble
	if err := json.Unmarshal([]byte(strings.TrimPrefix(d.What, alarmed)), &says); err != nil {
		return fmt.Errorf("bot: %q: %w", d.What, err)
	}
	if says.Day != b.today(p) {
		return errOvertaken // if it still is so, there is another
	}
	left, err := b.Store.Undelivered(ctx)
	if err != nil {
		return err
	}
	t := &turn{Bot: b, ctx: ctx, p: p, me: p.Members[m], now: b.Now()}
	return b.toMember(ctx, p, m, d.Key, desk.Ticket{}, func(platform string) (chat.Message, error) {
		t.in.Platform = platform
		return t.alarmPost(says, left["parked"]), nil
	})
}

// retryParked has everything that was parked tried again.
func (t *turn) retryParked(intent) (chat.Reply, error) {
	if !t.p.Is(desk.By(t.me.ID), desk.RAdmin, desk.Ticket{}, t.now) {
		return chat.Reply{}, &desk.Refusal{Rule: desk.ByRole, Text: "Admins have this tried again.", Who: t.p.With(desk.RAdmin)}
	}
	n, err := t.Store.Unpark(t.ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	if n == 0 {
		return t.line(chat.Say("Nothing waits any more.")), nil
	}
	return t.line(chat.Say(messages(n, "is", "are") + " tried again now.")), nil
}

// messages counts in words: "1 message waits", "3 messages wait".
func messages(n int, one, many string) string {
	if n == 1 {
		return "1 message " + one
	}
	return fmt.Sprintf("%d messages %s", n, many)
}
