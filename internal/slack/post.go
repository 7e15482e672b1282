package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"deskbell.dev/deskbell/internal/chat"
)

// noticeType is the metadata's event_type under which a post carries its key.
const noticeType = "deskbell_notice"

// Post shows m in a channel, a thread, or a person's direct messages. A post
// that may have gone out at tried is looked for by the key in its metadata.
func (p *Platform) Post(ctx context.Context, at chat.Place, m chat.Message, key string, tried time.Time) (chat.MessageRef, error) {
	channel, err := p.channelOf(ctx, at)
	if err != nil {
		return chat.MessageRef{}, fmt.Errorf("slack: post %s: %w", key, err)
	}
	at.Channel = channel
	if !tried.IsZero() {
		ts, err := p.lookFor(ctx, at, key, tried)
		if err != nil {
			return chat.MessageRef{}, fmt.Errorf("slack: post %s: %w: %w", key, chat.ErrUnsure, err)
		}
		if ts != "" {
			return chat.MessageRef{Place: at, ID: ts}, nil
		}
	}
	file, err := p.uploaded(ctx, m, key)
	if err != nil {
		return chat.MessageRef{}, fmt.Errorf("slack: post %s: %w", key, err)
	}
	blocks, text := p.body(m, file.id)
	opts := []slack.MsgOption{slack.MsgOptionText(text, false), slack.MsgOptionBlocks(blocks...), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: noticeType, EventPayload: map[string]any{"key": key}})}
	if at.Thread != "" {
		opts = append(opts, slack.MsgOptionTS(at.Thread))
	}
	var ts string
	err = p.callAt(ctx, "chat.postMessage", about{where: channel, id: key, urgent: m.Urgent}, func(c *slack.Client) (err error) {
		_, ts, err = c.PostMessageContext(ctx, channel, opts...)
		return
	})
	if file.id != "" && refused(err, "invalid_blocks") {
		err = p.notYet(key, file)
	}
	if err != nil {
		return chat.MessageRef{}, fmt.Errorf("slack: post %s: %w", key, err)
	}
	p.files.Delete(key)
	return chat.MessageRef{Place: at, ID: ts}, nil
}

// channelOf is the place's channel; a person's direct messages are opened first.
func (p *Platform) channelOf(ctx context.Context, at chat.Place) (string, error) {
	if at.Channel != "" {
		return at.Channel, nil
	}
	if id, ok := p.direct.Load(at.User); ok {
		return id.(string), nil
	}
	var ch *slack.Channel
	err := p.callAt(ctx, "conversations.open", about{where: at.User}, func(c *slack.Client) (err error) {
		ch, _, _, err = c.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{at.User}, ReturnIM: true})
		return
	})
	if err != nil {
		if errors.Is(err, chat.ErrUnsure) { // asking again opens the same
			err = fmt.Errorf("%w: %s", errNotTried, err)
		}
		return "", err
	}
	p.isDirect(at.User, ch.ID)
	return ch.ID, nil
}

// isDirect remembers Deskbell's direct messages with a person.
func (p *Platform) isDirect(user, channel string) {
	p.direct.Store(user, channel)
	p.owned.Store(channel, true)
}

// own reports whether the channel is known to be between Deskbell and one person.
func (p *Platform) own(channel string) bool {
	_, ok := p.owned.Load(channel)
	return ok
}

// Reading back a post: Slack may show it a moment after it took it, and its
// clock may differ from ours by some.
const (
	clockSlack = 5 * time.Minute
	lookPages  = 20
)

// lookFor finds the post with the key since the first try, "" if there is none.
func (p *Platform) lookFor(ctx context.Context, at chat.Place, key string, since time.Time) (string, error) {
	for n := 0; ; n++ {
		ts, err := p.lookOnce(ctx, at, key, since.Add(-clockSlack))
		if err != nil || ts != "" || n > 0 || time.Since(since) > time.Minute {
			return ts, err
		}
		if err := sleep(ctx, p.times.lookAgain); err != nil {
			return "", err
		}
	}
}

func (p *Platform) lookOnce(ctx context.Context, at chat.Place, key string, since time.Time) (string, error) {
	oldest, cursor := fmt.Sprintf("%d.000000", since.Unix()), ""
	for range lookPages {
		var page []slack.Message
		err := p.callAt(ctx, "conversations.history", about{where: at.Channel}, func(c *slack.Client) error {
			if at.Thread != "" {
				ms, _, next, err := c.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{ChannelID: at.Channel, Timestamp: at.Thread,
					Oldest: oldest, Cursor: cursor, Limit: 200, IncludeAllMetadata: true})
				page, cursor = ms, next
				return err
			}
			h, err := c.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: at.Channel, Oldest: oldest, Cursor: cursor, Limit: 200, IncludeAllMetadata: true})
			if err == nil {
				page, cursor = h.Messages, h.ResponseMetaData.NextCursor
			}
			return err
		})
		if err != nil {
			return "", err
		}
		for _, m := range page {
			if m.BotID == p.self.BotID && m.Metadata.EventType == noticeType && m.Metadata.EventPayload["key"] == key {
				return m.Timestamp, nil
			}
		}
		if cursor == "" {
			break
		}
	}
	return "", nil
}

// Edit replaces the message. ErrGone if it was deleted, or cannot be changed.
func (p *Platform) Edit(ctx context.Context, ref chat.MessageRef, m chat.Message) error {
	channel, err := p.channelOf(ctx, ref.Place)
	if err != nil {
		return fmt.Errorf("slack: edit %s: %w", ref.ID, err)
	}
	blocks, text := p.body(m, "")
	err = p.callAt(ctx, "chat.update", about{where: channel, id: ref.ID, urgent: m.Urgent}, func(c *slack.Client) error {
		_, _, _, err := c.UpdateMessageContext(ctx, channel, ref.ID, slack.MsgOptionText(text, false), slack.MsgOptionBlocks(blocks...), slack.MsgOptionParse(false)) // else it is parsed as a client's, unlike a post
		return err
	})
	if err != nil {
		return fmt.Errorf("slack: edit %s: %w", ref.ID, err)
	}
	return nil
}

// Channel is the id of a channel that Deskbell is in, by id or name.
func (p *Platform) Channel(ctx context.Context, name string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	name = strings.TrimPrefix(name, "#")
	if ids := mentioned(name, "<#"); len(ids) == 1 {
		name = ids[0]
	}
	if name == "" {
		return "", fmt.Errorf("slack: a channel without a name: %w", chat.ErrUnknown)
	}
	var ch *slack.Channel
	err := p.callAt(ctx, "conversations.info", about{where: name}, func(c *slack.Client) (err error) {
		ch, err = c.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: name})
		return
	})
	var t *chat.Trouble
	switch {
	case err == nil && ch.IsArchived:
		return "", &chat.Trouble{Cause: "is_archived", Where: name, Fix: fixes["is_archived"]}
	case err == nil && (ch.IsExtShared || ch.IsPendingExtShared):
		return "", shared(name)
	case err == nil && !ch.IsMember:
		return "", &chat.Trouble{Cause: "not_in_channel", Where: name, Fix: fixes["not_in_channel"]}
	case err == nil:
		return ch.ID, nil
	case errors.As(err, &t) && t.Cause == "channel_not_found":
		return p.joined(ctx, name)
	}
	return "", fmt.Errorf("slack: channel %s: %w", name, err)
}

// shared refuses a channel that people of other workspaces read.
func shared(channel string) error {
	return &chat.Trouble{Cause: "shared with another workspace", Where: channel, Fix: "Its people would read every ticket: choose a channel of your own workspace."}
}

// joined finds the name among the channels; one that Deskbell is not in is an
// admin's to mend.
func (p *Platform) joined(ctx context.Context, name string) (string, error) {
	for cursor := ""; ; {
		var chs []slack.Channel
		err := p.call(ctx, "conversations.list", func(c *slack.Client) (err error) {
			chs, cursor, err = c.GetConversationsContext(ctx, &slack.GetConversationsParameters{Cursor: cursor, Limit: 200,
				Types: []string{"public_channel", "private_channel"}, ExcludeArchived: true})
			return
		})
		if err != nil {
			return "", fmt.Errorf("slack: channel %s: %w", name, err)
		}
		for _, ch := range chs {
			if !strings.EqualFold(ch.Name, name) {
				continue
			}
			if ch.IsExtShared || ch.IsPendingExtShared {
				return "", shared(ch.ID)
			}
			if ch.IsMember {
				return ch.ID, nil
			}
			return "", &chat.Trouble{Cause: "not_in_channel", Where: ch.ID, Fix: fixes["not_in_channel"]}
		}
		if cursor == "" {
			return "", fmt.Errorf("slack: channel %s: %w", name, chat.ErrUnknown)
		}
	}
}
