package slack

import (
	"context"

	"github.com/slack-go/slack"

	"deskbell.dev/deskbell/internal/chat"
)

// onceMore is the action that does a command once more; its value says which.
const onceMore = "again"

// valueMost is what a button's value holds, in runes.
const valueMost = 2000

// open opens a form for the person; where that came too late, a button does it
// once more.
func (p *Platform) open(ctx context.Context, d delivery, f *chat.Form) {
	_, err := p.openView(ctx, d, p.form(f, d.at))
	if err == nil || refused(err, "exchanged_trigger_id") { // a delivery that came twice has opened it already
		return
	}
	p.cfg.Log.Info("slack: a form was not opened", "kind", d.Kind, "err", err)
	p.offerAgain(ctx, d, f)
}

// opened shows a message in a window of its own, or where else there is a place
// for it.
func (p *Platform) opened(ctx context.Context, d delivery, m chat.Message) {
	_, err := p.openView(ctx, d, p.window(m, d.at))
	if err == nil || refused(err, "exchanged_trigger_id") {
		return
	}
	d.at.Window = false
	m.Private = true
	p.show(ctx, d, m, false)
}

// openView opens v, on top of the window that was pressed in if there is one,
// and returns its id. Without a trigger, or when that has expired, nothing can
// be opened.
func (p *Platform) openView(ctx context.Context, d delivery, v slack.ModalViewRequest) (string, error) {
	if d.trigger == "" {
		return "", errNotTried
	}
	ctx, cancel := context.WithTimeout(ctx, p.times.triggers)
	defer cancel()
	var r *slack.ViewResponse
	if d.view == nil || d.view.Type != "modal" {
		err := p.call(ctx, "views.open", func(c *slack.Client) (err error) { r, err = c.OpenViewContext(ctx, d.trigger, v); return })
		if err != nil {
			return "", err
		}
		return r.ID, nil
	}
	if !d.view.full() {
		err := p.call(ctx, "views.push", func(c *slack.Client) (err error) { r, err = c.PushViewContext(ctx, d.trigger, v); return })
		if err == nil {
			return r.ID, nil
		}
		if !refused(err, "push_limit_reached") {
			return "", err
		}
	}
	return d.view.ID, p.tryUpdate(ctx, d.view.ID, "", v)
}

// offerAgain tells that it took too long, with a button that opens the form.
func (p *Platform) offerAgain(ctx context.Context, d delivery, f *chat.Form) {
	a := chat.Action{Token: f.Token, Label: chat.OnceMore, Style: chat.Primary}
	switch d.Kind {
	case chat.Command:
		if len([]rune(d.Text)) <= valueMost { // else the form begins where the words would have led
			a.Token, a.Value = onceMore, d.Text
		}
	case chat.Press:
		a.Token, a.Value = d.Token, d.Value
	}
	m := chat.Message{Text: chat.Say(chat.NotShown), Private: true, Card: &chat.Card{Actions: []chat.Action{a}}}
	if d.trigger == "" { // words in a direct message: only a press can open a form
		m.Text = chat.Say(chat.ByPress)
	}
	d.at.Window = false
	p.show(ctx, d, m, false)
}

// update replaces a view; with a hash only if nothing else has since.
func (p *Platform) update(ctx context.Context, id, hash string, v slack.ModalViewRequest) error {
	return p.persist(ctx, func() error { return p.tryUpdate(ctx, id, hash, v) })
}

func (p *Platform) tryUpdate(ctx context.Context, id, hash string, v slack.ModalViewRequest) error {
	return p.call(ctx, "views.update", func(c *slack.Client) error {
		_, err := c.UpdateViewContext(ctx, v, "", hash, id)
		return err
	})
}

// redraw is the form with the options that fit now. When something else was
// chosen meanwhile, that is drawn by its own delivery.
func (p *Platform) redraw(ctx context.Context, d delivery, v slack.ModalViewRequest) {
	if err := p.update(ctx, d.view.ID, d.view.Hash, v); err != nil && !refused(err, "hash_conflict") {
		p.cfg.Log.Info("slack: a form was not drawn anew", "err", err)
	}
}

// publish shows the person's own page.
func (p *Platform) publish(ctx context.Context, id string, cards []chat.Card) {
	if len(cards) == 0 {
		return
	}
	err := p.persist(ctx, func() error {
		return p.call(ctx, "views.publish", func(c *slack.Client) error {
			_, err := c.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: id, View: p.home(cards)})
			return err
		})
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
