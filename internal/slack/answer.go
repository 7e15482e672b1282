package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/slack-go/slack"

	"deskbell.dev/deskbell/internal/chat"
)

// response is what a slash command's acknowledgement and a response_url take.
type response struct {
	Type     string        `json:"response_type,omitempty"`
	Replace  bool          `json:"replace_original"`
	ThreadTS string        `json:"thread_ts,omitempty"`
	Text     string        `json:"text"`
	Blocks   []slack.Block `json:"blocks,omitempty"`
}

// responding is m as an answer to what happened at. In Deskbell's own direct
// messages nobody else reads, so what is private there can stay; those between
// people have ids that look the same.
func (p *Platform) responding(at meta, m chat.Message, edit bool) response {
	r := response{Type: slack.ResponseTypeEphemeral, Replace: edit, ThreadTS: at.Thread}
	if !m.Private || p.own(at.Channel) {
		r.Type = slack.ResponseTypeInChannel
	}
	if edit {
		r.Type = ""
	}
	r.Blocks, r.Text = p.body(m, "")
	return r
}

// small reports whether an acknowledgement may carry it: Slack drops those of 20
// KB over a socket without a word.
func small(body any) bool {
	b, err := json.Marshal(body)
	return err == nil && len(b) < 18<<10
}

// suggestions are the options of a search, as many as an acknowledgement carries.
func suggestions(os []chat.Option) any {
	found := []*slack.OptionBlockObject{}
	size := 0
	for _, o := range os[:min(len(os), p100)] {
		option := option(o)
		b, err := json.Marshal(option)
		if size += len(b) + 1; err != nil || size > 17<<10 {
			break
		}
		found = append(found, option)
	}
	return map[string]any{"options": found}
}

// show brings an answer to the person: into the window that they pressed in, in
// place of the message, or under it for them alone.
func (p *Platform) show(ctx context.Context, d delivery, m chat.Message, edit bool) {
	if d.at.Window && d.Kind != chat.Submit {
		p.showInWindow(ctx, d, m)
		return
	}
	if m.Private && d.at.Message != "" && !d.at.Ephemeral && !strings.HasPrefix(d.at.Channel, "D") {
		edit = false // what all see never becomes what is for one
	}
	respond := d.at.Respond != ""
	err := p.persist(ctx, func() error {
		if respond {
			err := p.respond(ctx, d.at, m, edit)
			if err == nil {
				return nil
			}
			if errors.Is(err, chat.ErrUnsure) && !m.Private && !edit { // others may see it already
				return fmt.Errorf("%w: %w", chat.ErrNever, err)
			}
			respond = false
			p.cfg.Log.Info("slack: answered another way", "err", err)
		}
		err := p.reach(ctx, d, m, edit)
		if errors.Is(err, chat.ErrUnsure) && !m.Private { // others may see it already
			return fmt.Errorf("%w: %w", chat.ErrNever, err)
		}
		return err
	})
	if err != nil {
		p.cfg.Log.Warn("slack: an answer was not shown", "kind", d.Kind, "err", err)
	}
}

// showOnce is show without trying again.
func (p *Platform) showOnce(ctx context.Context, d delivery, m chat.Message, edit bool) {
	if d.at.Respond != "" && p.respond(ctx, d.at, m, edit) == nil {
		return
	}
	if err := p.reach(ctx, d, m, edit); err != nil {
		p.cfg.Log.Info("slack: an answer was not shown", "kind", d.Kind, "err", err)
	}
}

// showInWindow puts an answer into the window that was pressed in, or opens one
// over the home view.
func (p *Platform) showInWindow(ctx context.Context, d delivery, m chat.Message) {
	if d.view != nil && d.view.Type == "modal" {
		if err := p.update(ctx, d.view.ID, "", p.window(m, d.at)); err != nil {
			d.at.Window = false
			p.show(ctx, d, m, false)
		}
	} else {
		p.opened(ctx, d, m)
	}
	p.refreshHome(ctx, d)
}

// respond uses the response_url.
func (p *Platform) respond(ctx context.Context, at meta, m chat.Message, edit bool) error {
	u, err := url.Parse(at.Respond)
	if err != nil || !p.trusted(u) {
		return errors.New("slack: a response_url that is not Slack's")
	}
	body, err := json.Marshal(p.responding(at, m, edit))
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := p.hooks.Do(req)
	if err != nil {
		err = fmt.Errorf("slack: response_url: %w", errors.Unwrap(err)) // the address is a secret
		if !notSent(err) {
			err = fmt.Errorf("%w: %w", chat.ErrUnsure, err)
		}
		return err
	}
	defer res.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(res.Body, 512))
	var no struct {
		OK    *bool
		Error string
	}
	if json.Unmarshal(said, &no) == nil && no.OK != nil && !*no.OK {
		return fmt.Errorf("slack: response_url: %s", no.Error)
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("slack: response_url: %s", res.Status)
	}
	return nil
}

// trusted keeps answers from going anywhere else: exactly Slack's host for
// them, or the host of the Web API that was configured.
func (p *Platform) trusted(u *url.URL) bool {
	if u.User != nil {
		return false
	}
	return u.Scheme == "https" && u.Host == "hooks.slack.com" || u.Scheme == p.base.Scheme && u.Host == p.base.Host
}

// reach answers without a response_url: by changing the message, in the channel
// (for the one person, unless it is meant for all), or in their direct messages.
func (p *Platform) reach(ctx context.Context, d delivery, m chat.Message, edit bool) error {
	if edit && d.at.Message != "" && !d.at.Ephemeral {
		err := p.Edit(ctx, chat.MessageRef{Place: chat.Place{Channel: d.at.Channel, User: d.From.ID}, ID: d.at.Message}, m)
		if !errors.Is(err, chat.ErrGone) {
			return err
		}
	}
	blocks, text := p.body(m, "")
	opts := []slack.MsgOption{slack.MsgOptionText(text, false), slack.MsgOptionBlocks(blocks...), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl()}
	if ch := d.at.Channel; ch != "" && !strings.HasPrefix(ch, "D") {
		in := opts
		if d.at.Thread != "" {
			in = append(in, slack.MsgOptionTS(d.at.Thread))
		}
		method := "chat.postEphemeral"
		if !m.Private {
			method = "chat.postMessage"
		}
		err := p.callAt(ctx, method, about{where: ch, id: d.Key}, func(c *slack.Client) (err error) {
			if m.Private {
				_, err = c.PostEphemeralContext(ctx, ch, d.From.ID, in...)
			} else {
				_, _, err = c.PostMessageContext(ctx, ch, in...)
			}
			return err
		})
		var t *chat.Trouble
		if !errors.As(err, &t) && !errors.Is(err, chat.ErrGone) && !errors.Is(err, chat.ErrNever) {
			return err
		}
	}
	channel, err := p.channelOf(ctx, chat.Place{User: d.From.ID})
	if err != nil {
		return err
	}
	return p.callAt(ctx, "chat.postMessage", about{where: channel, id: d.Key}, func(c *slack.Client) error {
		_, _, err := c.PostMessageContext(ctx, channel, opts...)
		return err
	})
}
