package bot

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// postNews tells the channels what is about no ticket: that cards stand there,
// or that somebody asks to swap a week.
func (b *Bot) postNews(ctx context.Context, p *desk.Policy, d store.Due) error {
	posted := false
	err := b.everywhere(ctx, p, func(t *turn, pf chat.Platform, place, channel string) error {
		m, ok, err := t.news(d.What, place)
		if err != nil || !ok {
			return err
		}
		posted = true
		_, _, err = b.postOnce(ctx, pf, chat.Place{Channel: channel}, m, d.Key+"/"+place)
		return err
	})
	if err == nil && !posted {
		return errOvertaken
	}
	return err
}

// news draws it for one place; false if it is not for there, or not so any more.
func (t *turn) news(what, place string) (chat.Message, bool, error) {
	kind, rest, _ := strings.Cut(what, "/")
	switch kind {
	case "channel":
		return chat.Message{Text: chat.Say("The tickets' cards stand here from now on.")}, rest == place, nil
	case "swap":
		date, who, _ := strings.Cut(rest, "/")
		m, err := strconv.ParseInt(who, 10, 64)
		day, err2 := time.ParseInLocation(time.DateOnly, date, t.p.Zone)
		if err != nil || err2 != nil {
			return chat.Message{}, false, fmt.Errorf("bot: no post %q", what)
		}
		from, until, _ := t.p.Rota.Turn(day.Add(24*time.Hour-time.Minute), t.p.Zone)
		if _, taken := t.p.Rota.Swaps[date]; taken || !until.After(t.now) {
			return chat.Message{}, false, nil
		}
		return t.swapAsked(desk.MemberID(m), from, date), true, nil
	}
	return chat.Message{}, false, fmt.Errorf("bot: no post %q", what)
}

// swapAsked asks the rota who takes the week of the member.
func (t *turn) swapAsked(m desk.MemberID, from time.Time, date string) chat.Message {
	return chat.Message{Text: chat.Join(t.mention(m), chat.Say(" asks: who of the rota takes the intake week from "), chat.At(from, chat.DateTime), chat.Say("? The first to press has it.")),
		Card: &chat.Card{Actions: []chat.Action{t.button(intent{Verb: vRota, Place: onList, Args: map[string]string{"rest": "swap", "take": date}}, "I take it", chat.Primary)}}}
}
