package slack

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"deskbell.dev/deskbell/internal/chat"
)

// soon is how long an acknowledgement waits for the handler, of the three
// seconds that Slack gives: what comes later is answered by a window that could
// still be opened in time.
const soon = 1200 * time.Millisecond

// answer is a delivery's: its acknowledgement at once, and what follows.
type answer struct {
	status int                   // of HTTP, 0 for 200; Slack sends an event again that gets another
	body   any                   // as JSON, nil for none
	then   func(context.Context) // nil for nothing
}

// take gives a delivery to the handler. It returns within soon, and a moment for
// somebody not met before. What it returns as then is to be called in its own
// goroutine AFTER the acknowledgement was sent.
func (p *Platform) take(ctx context.Context, d delivery) answer {
	began := time.Now()
	select {
	case <-p.known:
	default:
		return p.busy(d)
	}
	if p.stopping.Load() {
		return p.busy(d)
	}
	if d.event() && p.seen.again(d.Key) {
		return answer{}
	}
	select {
	case p.slots <- struct{}{}:
	default:
		if d.event() {
			p.seen.forget(d.Key)
		}
		return p.busy(d)
	}
	p.work.begin()
	ctx = context.WithoutCancel(ctx)
	if !p.identify(ctx, &d) {
		<-p.slots
		p.work.end()
		return p.tell(d, chat.Message{Text: chat.Say(chat.WhoAreYou), Private: true})
	}
	done := make(chan chat.Reply, 1)
	go func() {
		r := p.ask(ctx, d)
		<-p.slots
		done <- r
	}()
	wait := time.NewTimer(soon - time.Since(began))
	defer wait.Stop()
	var a answer
	select {
	case r := <-done:
		a = p.reply(d, r)
	case <-wait.C:
		a = p.late(d, done)
	}
	if a.then == nil {
		p.work.end()
		return a
	}
	then := a.then
	a.then = func(ctx context.Context) {
		defer p.work.end()
		then(ctx)
	}
	return a
}

// event reports whether nobody looks at this moment for an answer: Slack sends
// such a delivery again when it is not acknowledged.
func (d delivery) event() bool {
	switch d.Kind {
	case chat.Said, chat.Edited, chat.Deleted, chat.Left, chat.Home:
		return true
	}
	return d.Kind == chat.Command && d.trigger == ""
}

// ask is the handler, with what it needs beside the delivery.
func (p *Platform) ask(ctx context.Context, d delivery) chat.Reply {
	if d.Kind == chat.Left && d.From.Outside == "" {
		return chat.Reply{}
	}
	if d.on != nil {
		d.Quoted = p.quote(ctx, d)
	}
	d.Platform = p.Name()
	r := p.cfg.Handle(ctx, d.Interaction)
	p.cfg.After()
	return r
}

// identify fills in who did it; false if Slack does not say.
func (p *Platform) identify(ctx context.Context, d *delivery) bool {
	if d.person != nil {
		p.people.keep(*d.person)
	}
	if d.team != p.self.TeamID {
		d.From = chat.User{ID: d.From.ID, Handle: d.From.ID, Name: d.From.ID, Outside: "other workspace"}
		return true
	}
	u, err := p.who(ctx, d.From.ID)
	if err != nil {
		p.cfg.Log.Warn("slack: not known who it is", "kind", d.Kind, "err", err)
		return false
	}
	d.From = u
	return true
}

// reply is the answer to a handler that answered in time.
func (p *Platform) reply(d delivery, r chat.Reply) answer {
	if r.Again && d.event() {
		p.seen.forget(d.Key)
		return answer{status: http.StatusServiceUnavailable}
	}
	switch d.Kind {
	case chat.Search:
		return answer{body: suggestions(r.Options)}
	case chat.Submit:
		return p.submitted(d, r)
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
		return answer{then: func(ctx context.Context) { p.open(ctx, d, p.form(r.Form, d.at)) }}
	case r.Message != nil && d.Kind == chat.Shortcut:
		return answer{then: func(ctx context.Context) { p.open(ctx, d, p.window(*r.Message, d.at)) }}
	case r.Message != nil && d.slash && d.respond != "":
		if b := p.responding(d.at, *r.Message, false); small(b) {
			b.ThreadTS = ""
			return answer{body: b}
		}
	case r.Message == nil:
		return answer{}
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
	var then func(context.Context)
	if d.at.Window {
		then = func(ctx context.Context) { p.refreshHome(ctx, d) }
	}
	body := slack.NewUpdateViewSubmissionResponse(&v)
	if small(body) {
		return answer{body: body, then: then}
	}
	w := p.waiting(d.at)
	return answer{body: slack.NewUpdateViewSubmissionResponse(&w), then: func(ctx context.Context) {
		p.update(ctx, d.view.ID, "", v)
		if then != nil {
			then(ctx)
		}
	}}
}

// refusedFields keeps the form open with what was typed. A field that the view
// does not show is told at the first that it does.
func (p *Platform) refusedFields(d delivery, errs map[string]string) answer {
	out := map[string]string{}
	for name, text := range errs {
		block := d.view.block(name)
		if block == "" {
			for _, f := range d.view.fields() {
				block, text = d.view.block(f), name+": "+text
				break
			}
		}
		out[block] = text
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
			p.arrived(ctx, d, d.view.ID, <-done)
		}}
	case d.Kind == chat.Search:
		return answer{body: suggestions(nil), then: func(context.Context) { <-done }}
	case d.event() && d.Kind != chat.Home: // not saved: Slack sends it again
		p.seen.forget(d.Key)
		return answer{status: http.StatusServiceUnavailable, then: func(context.Context) { <-done }}
	case d.Kind == chat.Home || d.Kind == chat.Fill:
		return answer{then: func(ctx context.Context) {
			if a := p.reply(d, <-done); a.then != nil {
				a.then(ctx)
			}
		}}
	}
	return answer{then: func(ctx context.Context) {
		id, err := p.openView(ctx, d, p.waiting(d.at))
		if err != nil {
			p.show(ctx, d, chat.Message{Text: chat.Say(chat.NotYet), Private: true}, false)
		}
		r := <-done
		if err == nil {
			p.arrived(ctx, d, id, r)
			return
		}
		p.unopened(ctx, d, r)
	}}
}

// arrived puts a late answer into the window that waits for it.
func (p *Platform) arrived(ctx context.Context, d delivery, id string, r chat.Reply) {
	switch {
	case r.Form != nil:
		p.update(ctx, id, "", p.form(r.Form, d.at))
	case r.Next != nil:
		p.update(ctx, id, "", p.form(r.Next, d.at))
	case len(r.Errors) > 0:
		p.fillAgain(ctx, d, id, r.Errors)
	case r.Message != nil:
		p.update(ctx, id, "", p.window(*r.Message, d.at))
		if r.Edit && !d.at.Window {
			p.show(ctx, d, *r.Message, true)
		}
	}
}

// busy is the answer when nothing can be taken; nothing was given to the
// handler. An event comes again by itself.
func (p *Platform) busy(d delivery) answer {
	if d.event() {
		return answer{status: http.StatusServiceUnavailable}
	}
	return p.tell(d, chat.Message{Text: chat.Say(chat.Busy), Private: true})
}

// tell answers without the handler.
func (p *Platform) tell(d delivery, m chat.Message) answer {
	switch {
	case d.Kind == chat.Search:
		return answer{body: suggestions(nil)}
	case d.Kind == chat.Submit: // what was typed stays
		errs := map[string]string{}
		for _, f := range d.view.fields() {
			errs[d.view.block(f)] = m.Text.Flat(nil)
			break
		}
		return answer{body: slack.NewErrorsViewSubmissionResponse(errs)}
	case d.event():
		return answer{}
	case d.respond != "":
		// A slash command shows its acknowledgement; a press is shown it by its
		// response_url, as far as there is room for that too.
		if d.slash {
			return answer{body: p.responding(d.at, m, false)}
		}
		return answer{then: func(ctx context.Context) { p.spare(func() { _ = p.respond(ctx, d.at, m, false) }) }}
	}
	return answer{then: func(ctx context.Context) {
		p.spare(func() { _, _ = p.openView(ctx, d, p.window(m, d.at)) })
	}}
}

// spare does what is polite and not needed, if not too much of it is going on.
func (p *Platform) spare(do func()) {
	select {
	case p.polite <- struct{}{}:
		do()
		<-p.polite
	default:
	}
}

// tally counts what is under way.
type tally struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed when n falls to 0; nil if nobody waits
}

func (t *tally) begin() { t.mu.Lock(); t.n++; t.mu.Unlock() }

func (t *tally) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n--; t.n == 0 && t.idle != nil {
		close(t.idle)
		t.idle = nil
	}
}

// wait returns when nothing is under way, or after the time.
func (t *tally) wait(most time.Duration) {
	t.mu.Lock()
	if t.n == 0 {
		t.mu.Unlock()
		return
	}
	if t.idle == nil {
		t.idle = make(chan struct{})
	}
	idle := t.idle
	t.mu.Unlock()
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-idle:
	case <-timer.C:
	}
}

// do runs f in a goroutine that is counted.
func (t *tally) do(f func()) {
	t.begin()
	go func() {
		defer t.end()
		f()
	}()
}
