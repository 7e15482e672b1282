package slack

import (
	"context"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"deskbell.dev/deskbell/internal/chat"
)

// quote is what a shortcut was used on, with its thread so far where Deskbell
// may read it, at most for a moment.
func (p *Platform) quote(ctx context.Context, d delivery) []chat.Quoted {
	on := *d.on
	msgs := []message{on}
	if root := on.ThreadTS; root != "" && root != on.TS {
		if before, err := p.threadBefore(ctx, d.at.Channel, on); err == nil {
			msgs = append(before, on)
		} else {
			p.cfg.Log.Info("slack: a thread was not read", "err", err)
		}
	}
	var qs []chat.Quoted
	for _, m := range msgs {
		q := chat.Quoted{Author: p.nameOf(m), At: instant(m.TS), Text: unescape(m.Text), Link: p.link(d.at.Channel, m)}
		for _, f := range m.Files {
			q.Files = append(q.Files, f.String())
		}
		qs = append(qs, q)
	}
	return qs
}

func (p *Platform) nameOf(m message) string {
	if k, ok := p.people.get(m.User); ok {
		return k.member(p.self.TeamID).Name
	}
	if m.Username != "" {
		return m.Username
	}
	return m.User
}

// link is the address of a message, as Slack's permalinks are made.
func (p *Platform) link(channel string, m message) string {
	if p.self.URL == "" || m.TS == "" {
		return ""
	}
	l := fmt.Sprintf("%sarchives/%s/p%s", p.self.URL, channel, digits(m.TS))
	if m.ThreadTS != "" && m.ThreadTS != m.TS {
		l += "?thread_ts=" + m.ThreadTS + "&cid=" + channel
	}
	return l
}

func digits(ts string) string {
	var out []byte
	for i := range len(ts) {
		if ts[i] != '.' {
			out = append(out, ts[i])
		}
	}
	return string(out)
}

// quotedMost is how many messages of a thread come along: its first, and the
// nearest.
const quotedMost = 20

// threadBefore are the messages of a thread before one of them, the oldest
// first.
func (p *Platform) threadBefore(ctx context.Context, channel string, on message) ([]message, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin*6/10)
	defer cancel()
	var ms []slack.Message
	err := p.callAt(ctx, "conversations.replies", about{where: channel}, func(c *slack.Client) (err error) {
		ms, _, _, err = c.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{ChannelID: channel, Timestamp: on.ThreadTS, Latest: on.TS, Limit: 200})
		return
	})
	var before []message
	for _, m := range ms {
		if m.Timestamp >= on.TS {
			continue
		}
		x := message{TS: m.Timestamp, ThreadTS: m.ThreadTimestamp, User: m.User, BotID: m.BotID, Username: m.Username, Text: m.Text}
		for _, f := range m.Files {
			x.Files = append(x.Files, file{f.Name, f.Permalink})
		}
		before = append(before, x)
	}
	if over := len(before) - quotedMost; over > 0 {
		before = slices.Delete(before, 1, 1+over)
	}
	return before, err
}
