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
	Day      string `json:"day"` // of the desk's zone: an alarm of yesterday is overtaken
}

// alarm tells each admin, once a day for each cause and place, of a trouble that
// only they can mend. Other errors alarm nobody.
func (b *Bot) alarm(ctx context.Context, p *desk.Policy, platform string, err error) {
	var tr *chat.Trouble
	if !errors.As(err, &tr) {
		return
	}
	says := trouble{platform, tr.Cause, tr.Where, tr.Fix, b.today(p)}
	data, err := json.Marshal(says)
	var ns []desk.Notice
	for _, m := range p.With(desk.RAdmin) {
		ns = append(ns, desk.Notice{Key: fmt.Sprintf("%s%s/%s/%s/%s/%d", alarmed, platform, tr.Cause, tr.Where, says.Day, m), Kind: desk.Post,
			Place: fmt.Sprintf("member:%d", m), What: alarmed + string(data), Due: b.Now()})
	}
	if err == nil && len(ns) > 0 {
		_, err = b.Store.Enqueue(ctx, ns...)
	}
	if err != nil {
		b.Log.Error("admins not alarmed", "trouble", tr, "err", err)
	}
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
