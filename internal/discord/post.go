package discord

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"deskbell.dev/deskbell/internal/chat"
)

// nonceMost is how long a nonce is at most; Discord takes one within a few minutes
// once, if that is asked for.
const nonceMost = 25

// mark is what a post carries of its key: a nonce, and an id of its first component,
// which comes back with the message when it is read.
func mark(key string) (nonce string, id int) {
	sum := sha256.Sum256([]byte(key))
	nonce = strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:15]))
	return nonce[:min(len(nonce), nonceMost)], int(binary.BigEndian.Uint32(sum[16:])>>2) + 1
}

// Post shows m in a channel, a thread, or a person's direct messages. A post that
// may have gone out at tried is looked for by its mark.
func (p *Platform) Post(ctx context.Context, at chat.Place, m chat.Message, key string, tried time.Time) (chat.MessageRef, error) {
	if err := p.met(); err != nil { // whose posts to look for
		return chat.MessageRef{}, err
	}
	channel, err := p.channelOf(ctx, at)
	if err != nil {
		return chat.MessageRef{}, fmt.Errorf("discord: post %s: %w", key, err)
	}
	m.Private = false // who sees it is where it stands
	b := bodyOf(m, true)
	var id int
	b.Nonce, id = mark(key)
	b.Components[0].ID, b.Once = id, true
	var ref chat.MessageRef
	err = p.toPerson(ctx, at, channel, func(channel string) error {
		ref.Place = at
		if at.Channel == "" {
			ref.Place.Channel = channel
		}
		if !tried.IsZero() {
			found, err := p.lookFor(ctx, channel, id, tried)
			if err != nil {
				return fmt.Errorf("%w: %w", chat.ErrUnsure, err)
			}
			if ref.ID = found; found != "" {
				return nil
			}
		}
		var posted message
		err := p.within(ctx, at, func() error { return p.send(ctx, "POST", "/channels/"+channel+"/messages", b, m, &posted) })
		ref.ID = posted.ID
		return err
	})
	if err != nil {
		return chat.MessageRef{}, fmt.Errorf("discord: post %s: %w", key, err)
	}
	return ref, nil
}

// send is a call with a message's body and its picture, if it has one.
func (p *Platform) send(ctx context.Context, method, path string, b body, m chat.Message, into any) error {
	if m.Card == nil || m.Card.Image == nil || len(b.Attachments) == 0 {
		return p.call(ctx, method, path, b, into)
	}
	f := &discordgo.File{Name: m.Card.Image.Name, ContentType: "image/png", Reader: bytes.NewReader(m.Card.Image.PNG)}
	return p.callWithFile(ctx, method, path, b, f, into)
}

// Reading back a post: our clock and Discord's may differ by some, and it stands
// among the latest.
const (
	clockSlack = 5 * time.Minute
	pageMost   = 100
	pagesMost  = 20
)

// lookFor finds the post with the mark since the first try, "" if there is none.
func (p *Platform) lookFor(ctx context.Context, channel string, id int, since time.Time) (string, error) {
	after := strconv.FormatInt((since.Add(-clockSlack).UnixMilli()-epoch)<<22, 10)
	for range pagesMost {
		var page []struct {
			ID         string
			Author     user
			Components []component
		}
		err := p.call(ctx, "GET", fmt.Sprintf("/channels/%s/messages?after=%s&limit=%d", channel, after, pageMost), nil, &page)
		if err != nil {
			if code(err) == unknownChannel {
				return "", nil // a thread that was not begun
			}
			return "", err
		}
		for _, m := range page { // the newest first
			if m.Author.ID == p.self && len(m.Components) > 0 && m.Components[0].ID == id {
				return m.ID, nil
			}
		}
		if len(page) < pageMost {
			return "", nil
		}
		after = page[0].ID
	}
	return "", fmt.Errorf("discord: more than %d messages since then", pagesMost*pageMost)
}

// Edit replaces the message. ErrGone if it was deleted.
func (p *Platform) Edit(ctx context.Context, ref chat.MessageRef, m chat.Message) error {
	if err := p.met(); err != nil {
		return err
	}
	channel, err := p.channelOf(ctx, ref.Place)
	if err != nil {
		return fmt.Errorf("discord: edit %s: %w", ref.ID, err)
	}
	m.Private = false
	b := bodyOf(m, false)
	err = p.toPerson(ctx, ref.Place, channel, func(channel string) error {
		return p.within(ctx, ref.Place, func() error { return p.call(ctx, "PATCH", "/channels/"+channel+"/messages/"+ref.ID, b, nil) })
	})
	if err != nil {
		return fmt.Errorf("discord: edit %s: %w", ref.ID, err)
	}
	return nil
}
