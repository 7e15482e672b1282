package slack

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"deskbell.dev/deskbell/internal/chat"
)

// again is the action that does a delivery once more; its value says which.
const again = "again"

// open opens a view for the person; where that came too late, a button does it
// once more.
func (p *Platform) open(ctx context.Context, d delivery, v slack.ModalViewRequest) {
	if _, err := p.openView(ctx, d, v); err != nil {
		p.cfg.Log.Info("slack: a view was not opened", "err", err)
		p.offerAgain(ctx, d)
	}
}

// openView opens v, on top of the window that was pressed in if there is one,
// and returns its id. Without a trigger nothing can be opened.
func (p *Platform) openView(ctx context.Context, d delivery, v slack.ModalViewRequest) (string, error) {
	if d.trigger == "" {
		return "", errNotTried
	}
	if d.view != nil && d.view.Type == "modal" {
		var r *slack.ViewResponse
		err := p.call(ctx, "views.push", func(c *slack.Client) (err error) { r, err = c.PushViewContext(ctx, d.trigger, v); return })
		if err == nil {
			return r.ID, nil
		}
		if errors.Is(err, chat.ErrNever) { // three are open already: this one makes room
			return d.view.ID, p.tryUpdate(ctx, d.view.ID, "", v)
		}
		return "", err
	}
	var r *slack.ViewResponse
	err := p.call(ctx, "views.open", func(c *slack.Client) (err error) { r, err = c.OpenViewContext(ctx, d.trigger, v); return })
	if err != nil {
		return "", err
	}
	return r.ID, nil
}

// offerAgain tells that it took too long, with a button that does the same.
func (p *Platform) offerAgain(ctx context.Context, d delivery) {
	a := chat.Action{Token: d.Token, Value: d.Value, Label: chat.OnceMore, Style: chat.Primary}
	if d.Kind == chat.Command {
		a.Token, a.Value = again, first(d.Text, 2000)
	}
	m := chat.Message{Text: chat.Say(chat.NotShown), Private: true}
	if d.trigger == "" { // words in a direct message: only a press can open a form
		m.Text = chat.Say(chat.ByPress)
	}
	if d.Kind == chat.Command || d.Kind == chat.Press {
		m.Card = &chat.Card{Actions: []chat.Action{a}}
	}
	d.at.Window = false
	p.show(ctx, d, m, false)
}

// unopened shows a late answer where no window could be opened.
func (p *Platform) unopened(ctx context.Context, d delivery, r chat.Reply) {
	switch {
	case r.Form != nil:
		p.offerAgain(ctx, d)
	case r.Message != nil:
		p.show(ctx, d, *r.Message, r.Edit)
	}
}

// update replaces a view; with a hash only if nothing else has since.
func (p *Platform) update(ctx context.Context, id, hash string, v slack.ModalViewRequest) {
	if err := p.tryUpdate(ctx, id, hash, v); err != nil {
		p.cfg.Log.Info("slack: a view was not updated", "err", err)
	}
}

func (p *Platform) tryUpdate(ctx context.Context, id, hash string, v slack.ModalViewRequest) error {
	return p.call(ctx, "views.update", func(c *slack.Client) error {
		_, err := c.UpdateViewContext(ctx, v, "", hash, id)
		return err
	})
}

// redraw is the form with the options that fit now.
func (p *Platform) redraw(ctx context.Context, d delivery, v slack.ModalViewRequest) {
	p.update(ctx, d.view.ID, d.view.Hash, v)
}

// fillAgain shows a form whose submission was refused after its view had gone:
// with what was typed, and above it what is wrong.
func (p *Platform) fillAgain(ctx context.Context, d delivery, id string, errs map[string]string) {
	again := d
	again.Kind, again.Fields, again.Key = chat.Fill, d.view.fields(), ""
	r := p.ask(ctx, again)
	if r.Form == nil {
		return
	}
	v := p.form(r.Form, d.at)
	var lines chat.Text
	for _, f := range r.Form.Fields {
		if text := errs[f.Name]; text != "" {
			lines = chat.Join(lines, chat.B(f.Label+": "), chat.Say(text+"\n"))
		}
	}
	if els := (drawer{zone: p.cfg.Zone}).rich(lines); len(els) > 0 {
		v.Blocks.BlockSet = append([]slack.Block{slack.NewRichTextBlock("", els...)}, v.Blocks.BlockSet...)
	}
	p.update(ctx, id, "", v)
}

// publish shows the person's own page.
func (p *Platform) publish(ctx context.Context, id string, cards []chat.Card) {
	if len(cards) == 0 {
		return
	}
	err := p.call(ctx, "views.publish", func(c *slack.Client) error {
		_, err := c.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: id, View: p.home(cards)})
		return err
	})
	if err != nil {
		p.cfg.Log.Warn("slack: a home view was not published", "err", err)
	}
}

// refreshHome draws the person's page anew after they did something from it.
func (p *Platform) refreshHome(ctx context.Context, d delivery) {
	r := p.ask(ctx, delivery{Interaction: chat.Interaction{Kind: chat.Home, From: d.From, Place: chat.Place{User: d.From.ID}}})
	p.publish(ctx, d.From.ID, r.Home)
}

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

// threadBefore are the messages of a thread before one of them, the oldest
// first, at most twenty.
func (p *Platform) threadBefore(ctx context.Context, channel string, on message) ([]message, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin*6/10)
	defer cancel()
	var ms []slack.Message
	err := p.callAt(ctx, "conversations.replies", channel, "", func(c *slack.Client) (err error) {
		ms, _, _, err = c.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{ChannelID: channel, Timestamp: on.ThreadTS, Latest: on.TS, Limit: 20})
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
	return before, err
}
