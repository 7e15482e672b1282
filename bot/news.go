package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
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
	if id, ok := strings.CutPrefix(d.What, desk.Settled); ok {
		n, _ := requestNumber(id)
		return foremost(b.paintRequest(ctx, p, n), b.paintDigests(ctx, p, entry{Request: n}))
	}
	switch kind, _, _ := strings.Cut(d.What, "/"); kind {
	case "digest":
		return b.postDigest(ctx, p, d)
	case "report":
		return b.postReport(ctx, p, d)
	}
	if asked, ok := strings.CutPrefix(d.What, weekTaken); ok {
		return b.paintTaken(ctx, p, asked)
	}
	posted := false
	err := b.everywhere(ctx, p, func(t *turn, pf chat.Platform, place, channel string) error {
		m, ok, err := t.news(d.What, place)
		if err != nil || !ok {
			return err
		}
		posted = true
		_, _, err = t.postOnce(ctx, pf, chat.Place{Channel: channel}, m, d.Key+"/"+place)
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
	case "goals":
		return chat.Message{Text: chat.Say("The desk's goals or hours changed. Open tickets were measured anew: " + rest + " of them are due at another time now. Why each is due then: /ticket sla 42")}, true, nil
	case "swap":
		date, who, _ := strings.Cut(rest, "/")
		m, err := strconv.ParseInt(who, 10, 64)
		from, until, err2 := t.week(date)
		if err != nil || err2 != nil {
			return chat.Message{}, false, fmt.Errorf("bot: no post %q", what)
		}
		if _, taken := t.weekTaken(date); taken || !until.After(t.now) {
			return chat.Message{}, false, nil
		}
		return t.swapAsked(desk.MemberID(m), from, date), true, nil
	case "hand-over":
		m, err := t.handOver(dated(rest))
		return m, err == nil, passed(err)
	}
	return chat.Message{}, false, fmt.Errorf("bot: no post %q", what)
}

// swapAsked asks the rota who takes the week of the member.
func (t *turn) swapAsked(m desk.MemberID, from time.Time, date string) chat.Message {
	return chat.Message{Text: chat.Join(t.mention(m), chat.Say(" asks: who of the rota takes the intake week from "), chat.At(from, chat.DateTime), chat.Say("? The first to press has it.")),
		Card: &chat.Card{Actions: []chat.Action{t.button(intent{Verb: vRota, Place: onList, Args: map[string]string{"rest": "swap", "take": date}}, "I take it", chat.Primary)}}}
}

// week is the turn that the date names, from and until when.
func (t *turn) week(date string) (from, until time.Time, err error) {
	day, err := time.ParseInLocation(time.DateOnly, date, t.p.Zone)
	if err != nil {
		return from, until, err
	}
	from, until, _ = t.p.Rota.Turn(day.Add(24*time.Hour-time.Minute), t.p.Zone)
	return from, until, nil
}

// weekTaken is what becomes of swapAsked once somebody has the week, false until
// then.
func (t *turn) weekTaken(date string) (chat.Message, bool) {
	from, _, err := t.week(date)
	m, taken := t.p.Rota.Swaps[date]
	if err != nil || !taken || !t.p.Members[m].Active {
		return chat.Message{}, false
	}
	return chat.Message{Text: chat.Join(chat.Say("The intake week from "), chat.At(from, chat.DateTime), chat.Say(" is taken: "), t.mention(m), chat.Say(" has it."))}, true
}

// weekTaken begins the What of the notice that a week was taken; its date and the
// message that was pressed on follow.
const weekTaken = "taken/"

// takenNotices have the message that was pressed on say who has the week, also if
// the answer to the press never gets there. However often the press is
// delivered, they are saved once.
func (t *turn) takenNotices(date string) []desk.Notice {
	if t.in.Message.ID == "" {
		return nil
	}
	channel := cmp.Or(t.in.Message.Place.Channel, t.in.Place.Channel)
	return []desk.Notice{{Key: fmt.Sprintf("%s%s/%d", weekTaken, date, t.me.ID), Kind: desk.Post, Place: "channel",
		What: fmt.Sprintf("%s%s/%s:%s/%s", weekTaken, date, t.in.Platform, channel, t.in.Message.ID), Due: t.now}}
}

// paintTaken brings swapAsked up to date; asked is its date, place and message.
func (b *Bot) paintTaken(ctx context.Context, p *desk.Policy, asked string) error {
	date, rest, _ := strings.Cut(asked, "/")
	place, id, _ := strings.Cut(rest, "/")
	return b.inPlaces(ctx, p, []string{place}, func(t *turn, pf chat.Platform, _, channel string) error {
		m, taken := t.weekTaken(date)
		if !taken {
			return errOvertaken
		}
		err := pf.Edit(ctx, chat.MessageRef{Place: chat.Place{Channel: channel}, ID: id}, pf.Limits().Fit(m))
		if errors.Is(err, chat.ErrGone) {
			return nil
		}
		return err
	})
}

// settledPlace is where it is kept on which prompt of a request a member pressed
// to decide it.
func settledPlace(n desk.RequestID, m desk.MemberID) string {
	return fmt.Sprintf("settled/%d/%d", n, m)
}

// paintRequest takes the buttons off the prompts of a request that was decided,
// also off the one that was pressed on: its answer may not have been shown.
func (b *Bot) paintRequest(ctx context.Context, p *desk.Policy, n desk.RequestID) error {
	h, err := b.Store.Handed(ctx, n)
	if err != nil || h.State == desk.HandedOpen {
		return err
	}
	pressed, _, err := b.Store.Card(ctx, 0, settledPlace(n, h.ByWhom))
	if err != nil {
		return err
	}
	var errs []error
	for _, m := range p.People() {
		for _, id := range m.Identities {
			platform, _, _ := strings.Cut(id, ":")
			pf, ok := b.platforms[platform]
			if !ok {
				continue
			}
			post, there, err := b.Store.Post(ctx, postKey(pf, fmt.Sprintf("r/%d/handed/%d", n, m.ID)))
			if err != nil {
				return err
			}
			if !there || post.Message == "" {
				continue
			}
			ref := chat.MessageRef{ID: post.Message}
			if err := json.Unmarshal([]byte(post.Place), &ref.Place); err != nil {
				return fmt.Errorf("bot: where %s stands: %w", n, err)
			}
			t := &turn{Bot: b, ctx: ctx, p: p, me: m, now: b.Now(), in: chat.Interaction{Platform: platform}}
			shown := t.settledPost(h)
			if h.ByWhom == m.ID && post.Message == pressed.Message {
				if shown, err = t.settledByMe(h); err != nil {
					return err
				}
			}
			if err := pf.Edit(ctx, ref, pf.Limits().Fit(shown)); err != nil && !errors.Is(err, chat.ErrGone) {
				errs = append(errs, err)
			}
		}
	}
	return foremost(errs...)
}

// settledPost is the prompt of a request that was decided.
func (t *turn) settledPost(h desk.Handed) chat.Message {
	if h.State == desk.HandedDeclined {
		return chat.Message{Text: chat.Join(t.mention(h.ByWhom), chat.Say(" declined "+h.Number.String()+": "), chat.Words(string(h.Why)))}
	}
	open := []desk.Offer{{Verb: desk.VShow, Ticket: h.Ticket, Label: "Open " + h.Ticket.String()}}
	return chat.Message{Text: chat.Join(t.mention(h.ByWhom), chat.Say(fmt.Sprintf(" took %s in: it is %s.", h.Number, h.Ticket))),
		Card: &chat.Card{Text: chat.Words(chat.Cut(string(h.Text), 300)), Actions: t.offers(open, 0, onList, nil, 1)}}
}

// settledByMe is the same for whoever decided it: the answer to that press, with
// the ticket as it is now.
func (t *turn) settledByMe(h desk.Handed) (chat.Message, error) {
	if h.State == desk.HandedDeclined {
		return chat.Message{Text: chat.Join(chat.Say(fmt.Sprintf("%s is declined; ", h.Number)), t.mention(h.By), chat.Say(" is told why."))}, nil
	}
	tk, err := t.Store.Ticket(t.ctx, h.Ticket)
	if err != nil {
		return chat.Message{}, err
	}
	line := chat.Say(fmt.Sprintf("%s is %s now.", h.Number, h.Ticket))
	if h.By != t.me.ID {
		line = chat.Join(chat.Say(fmt.Sprintf("%s is %s now; ", h.Number, h.Ticket)), t.mention(h.By), chat.Say(" is told."))
	}
	return chat.Message{Text: line, Card: t.ticketCard(tk, true)}, nil
}
