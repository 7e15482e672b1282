package slack

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"deskbell.dev/deskbell/internal/chat"
)

// reply is the answer to a handler that answered in time.
func (p *Platform) reply(d delivery, r chat.Reply) answer {
	if r.Again && d.event() {
		p.seen.Forget(d.Key)
		return again()
	}
	switch d.Kind {
	case chat.Search:
		return answer{body: suggestions(r.Options)}
	case chat.Submit:
		return p.submitted(d, r)
	case chat.Left: // nobody is there to be told
		return answer{}
	case chat.Home:
		return answer{then: func(ctx context.Context) { p.publish(ctx, d.From.ID, r.Home) }}
	case chat.Fill:
		if r.Form == nil {
			return answer{}
		}
		return answer{then: func(ctx context.Context) { p.redraw(ctx, d, p.form(r.Form, d.at)) }}
	}
	switch {
	case r.Form != nil:
		return answer{then: func(ctx context.Context) { p.open(ctx, d, r.Form) }}
	case r.Message == nil:
		return answer{}
	case d.Kind == chat.Shortcut:
		return answer{then: func(ctx context.Context) { p.opened(ctx, d, *r.Message) }}
	case d.slash:
		b := p.responding(d.at, *r.Message, false)
		if b.ThreadTS = ""; small(b) {
			return answer{body: b}
		}
	}
	return answer{then: func(ctx context.Context) { p.show(ctx, d, *r.Message, r.Edit) }}
}

// submitted is the answer to a form: refused fields, the next form, a window
// with a no or with what follows from it, or the form closes and the answer
// stands where it was opened.
func (p *Platform) submitted(d delivery, r chat.Reply) answer {
	next := r.Next
	if next == nil {
		next = r.Form
	}
	switch {
	case len(r.Errors) > 0:
		return p.refusedFields(d, r.Errors)
	case next != nil:
		return p.replaced(d, p.form(next, d.at))
	case r.Message == nil:
		return answer{body: slack.NewClearViewSubmissionResponse()}
	case d.at.Window || r.Refusal != nil:
		return p.replaced(d, p.window(*r.Message, d.at))
	}
	return answer{body: slack.NewClearViewSubmissionResponse(), then: func(ctx context.Context) { p.show(ctx, d, *r.Message, r.Edit) }}
}

// replaced puts another view into the place of the submitted one: in the
// acknowledgement where it is small enough for a socket's, else after it.
func (p *Platform) replaced(d delivery, v slack.ModalViewRequest) answer {
	body := slack.NewUpdateViewSubmissionResponse(&v)
	large := !small(body)
	if large {
		w := p.waiting(d.at)
		body = slack.NewUpdateViewSubmissionResponse(&w)
	}
	if !large && !d.at.Window {
		return answer{body: body}
	}
	return answer{body: body, then: func(ctx context.Context) {
		if large {
			p.settled(ctx)
			if err := p.update(ctx, d.view.ID, "", v); err != nil {
				p.cfg.Log.Warn("slack: an answer was not shown", "kind", d.Kind, "err", err)
			}
		}
		if d.at.Window {
			p.refreshHome(ctx, d)
		}
	}}
}

// settled waits until Slack has done what an acknowledgement said: nothing tells
// when, and what is written to a view before it is overwritten by it.
func (p *Platform) settled(ctx context.Context) { _ = sleep(ctx, p.times.settle) }

// errorMost is how much of what is wrong stands under a field.
const errorMost = 500

// refusedFields keeps the form open with what was typed. What concerns no field
// of the view is told at the first.
func (p *Platform) refusedFields(d delivery, errs map[string]string) answer {
	fields := d.view.fields()
	out := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(errs)) {
		block, text := d.view.block(name), errs[name]
		if block == "" && len(fields) > 0 {
			block = d.view.block(fields[0])
		}
		if block == "" { // a view without fields, which no form of ours is
			w := p.window(chat.Message{Text: chat.Say(text)}, d.at)
			return answer{body: slack.NewUpdateViewSubmissionResponse(&w)}
		}
		out[block] = chat.Cut(strings.TrimSpace(out[block]+" "+clean(text)), errorMost)
	}
	return answer{body: slack.NewErrorsViewSubmissionResponse(out)}
}

// late answers when the handler takes its time: a window says that it is not
// saved yet, and becomes the answer.
func (p *Platform) late(d delivery, done <-chan chat.Reply) answer {
	switch {
	case d.Kind == chat.Submit:
		w := p.waiting(d.at)
		return answer{body: slack.NewUpdateViewSubmissionResponse(&w), then: func(ctx context.Context) {
			r := <-done
			p.settled(ctx)
			p.arrived(ctx, d, d.view.ID, r)
		}}
	case d.Kind == chat.Search:
		return answer{body: suggestions(nil), then: func(context.Context) { <-done }}
	case d.Kind == chat.Home || d.Kind == chat.Fill || d.event():
		var a answer
		if d.event() && d.Kind != chat.Home { // not saved: Slack is to send it again if this process ends before it is
			a = again()
		}
		a.unsaved = new(bool)
		a.then = func(ctx context.Context) {
			late := p.reply(d, <-done)
			*a.unsaved = late.status != 0
			if late.then != nil {
				late.then(ctx)
			}
		}
		return a
	}
	return answer{then: func(ctx context.Context) {
		id, err := p.openView(ctx, d, p.waiting(d.at))
		if err == nil {
			p.arrived(ctx, d, id, <-done)
			return
		}
		var r chat.Reply
		select {
		case r = <-done:
		default:
			within, cancel := context.WithTimeout(ctx, 5*time.Second)
			p.showOnce(within, d, chat.Message{Text: chat.Say(chat.NotYet), Private: true}, false)
			cancel()
			r = <-done
		}
		p.unopened(ctx, d, r)
	}}
}

// arrived puts a late answer into the window that waits for it, or where there
// is a place for it if that was closed.
func (p *Platform) arrived(ctx context.Context, d delivery, id string, r chat.Reply) {
	next := r.Form
	if next == nil {
		next = r.Next
	}
	var v slack.ModalViewRequest
	switch {
	case len(r.Errors) > 0:
		v = p.refill(d, r.Errors)
	case next != nil:
		v = p.form(next, d.at)
	case r.Message != nil:
		v = p.window(*r.Message, d.at)
	default:
		v = p.window(chat.Message{Text: chat.Say(chat.Done)}, d.at)
	}
	if err := p.update(ctx, id, "", v); err != nil {
		p.cfg.Log.Info("slack: answered another way", "kind", d.Kind, "err", err)
		p.unopened(ctx, d, r)
		return
	}
	if r.Message != nil && r.Edit && !d.at.Window {
		p.show(ctx, d, *r.Message, true)
	}
	if d.at.Window {
		p.refreshHome(ctx, d)
	}
}

// unopened shows a late answer where no window is open for it.
func (p *Platform) unopened(ctx context.Context, d delivery, r chat.Reply) {
	d.at.Window = false
	switch {
	case len(r.Errors) > 0: // with what was typed, which is nowhere else any more
		p.show(ctx, d, chat.Message{Text: d.view.typed(r.Errors), Private: true}, false)
	case r.Form != nil:
		p.offerAgain(ctx, d, r.Form)
	case r.Message != nil:
		p.show(ctx, d, *r.Message, r.Edit)
	default:
		p.show(ctx, d, chat.Message{Text: chat.Say(chat.Done), Private: true}, false)
	}
}

// persist tries what may be done twice until it is done, Slack refuses it, or
// the patience is over.
func (p *Platform) persist(ctx context.Context, do func() error) error {
	ctx, cancel := context.WithTimeout(ctx, p.times.patience)
	defer cancel()
	for n := 0; ; n++ {
		err := do()
		var wait *chat.Wait
		var trouble *chat.Trouble
		pause := 250 * time.Millisecond << min(n, 5)
		switch {
		case err == nil, errors.Is(err, chat.ErrGone), errors.Is(err, chat.ErrNever), errors.As(err, &trouble):
			return err
		case errors.As(err, &wait):
			pause = wait.For
		}
		if deadline, _ := ctx.Deadline(); time.Until(deadline) < pause || sleep(ctx, pause) != nil {
			return err
		}
	}
}
