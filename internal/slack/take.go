package slack

import (
	"context"
	"net/http"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/traffic"
)

// answer is a delivery's: its acknowledgement at once, and what follows.
type answer struct {
	status int                   // of HTTP, 0 for 200; Slack sends an event again that gets another
	body   any                   // as JSON, nil for none
	then   func(context.Context) // nil for nothing
	// unsaved is set during then when the delivery is to come again after all.
	unsaved *bool
}

// again is what an event is answered that Slack is to send again.
func again() answer { return answer{status: http.StatusServiceUnavailable} }

// take gives a delivery to the handler. It returns well within Slack's three
// seconds. What it returns as then is to be called AFTER the acknowledgement was
// sent, without anybody waiting for it.
func (p *Platform) take(d delivery) answer {
	began := time.Now()
	select {
	case <-p.known:
	default:
		return p.busy(d)
	}
	if p.stopping.Load() || !p.gate.Enter() {
		return p.busy(d)
	}
	if d.event() {
		switch p.seen.Begin(d.Key) {
		case traffic.Over:
			p.gate.Leave()
			return answer{}
		case traffic.Underway:
			p.gate.Leave()
			return again()
		}
	}
	p.work.Begin()
	if !p.identify(p.life, &d) {
		defer p.finish(d) // once it is forgotten: nothing is over that was not taken
		return p.tell(d, chat.Message{Text: chat.Say(chat.WhoAreYou), Private: true})
	}
	done := make(chan chat.Reply, 1)
	go func() {
		done <- p.ask(p.life, d)
	}()
	within := p.times.soon
	if d.event() {
		within = p.times.eventually
	}
	wait := time.NewTimer(within - time.Since(began))
	defer wait.Stop()
	var a answer
	select {
	case r := <-done:
		p.seen.End(d.Key)
		a = p.reply(d, r)
	case <-wait.C:
		a = p.late(d, done)
	}
	then := a.then
	if then == nil {
		p.finish(d)
		return a
	}
	a.then = func(ctx context.Context) {
		defer p.finish(d)
		then(ctx)
	}
	return a
}

// finish says that nothing of the delivery is under way any more.
func (p *Platform) finish(d delivery) {
	if d.event() {
		p.seen.End(d.Key)
	}
	p.gate.Leave()
	p.work.End()
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
	// What becomes of somebody elsewhere says nothing of them here.
	if d.Kind == chat.Left && d.From.Outside != "deactivated" && d.From.Outside != "guest" {
		return chat.Reply{}
	}
	if d.on != nil {
		d.Quoted = p.quote(ctx, d)
	}
	d.Platform = p.Name()
	r, err := p.cfg.Handle.Ask(ctx, d.Interaction)
	if err != nil {
		p.cfg.Log.Error("slack: not answered", "kind", d.Kind, "err", err)
		if d.answerable() {
			r.Message = &chat.Message{Text: chat.Say(chat.Broke), Private: true}
		}
	}
	p.cfg.After()
	return r
}

// answerable reports whether somebody waits for words.
func (d delivery) answerable() bool {
	switch d.Kind {
	case chat.Command, chat.Press, chat.Submit, chat.Shortcut, chat.Said:
		return true
	}
	return false
}

// identify fills in who did it; false if Slack does not say.
func (p *Platform) identify(ctx context.Context, d *delivery) bool {
	if d.team != p.self.TeamID {
		d.From = chat.User{ID: d.From.ID, Handle: d.From.ID, Name: d.From.ID, Outside: "other workspace"}
		return true
	}
	if d.person != nil {
		p.people.keep(*d.person)
	}
	u, err := p.who(ctx, d.From.ID)
	if err != nil {
		p.cfg.Log.Warn("slack: not known who it is", "kind", d.Kind, "err", err)
		return false
	}
	d.From = u
	return true
}

// busy is the answer when nothing can be taken; nothing was given to the
// handler. An event comes again by itself.
func (p *Platform) busy(d delivery) answer {
	return p.tell(d, chat.Message{Text: chat.Say(chat.Busy), Private: true})
}

// tell answers without the handler. An event is to come again.
func (p *Platform) tell(d delivery, m chat.Message) answer {
	switch {
	case d.event():
		p.seen.Forget(d.Key)
		return again()
	case d.Kind == chat.Search:
		return answer{body: suggestions(nil)}
	case d.Kind == chat.Fill && d.view.full(): // a window would take the form's place, with what was typed
		return answer{}
	case d.Kind == chat.Submit: // what was typed stays
		return p.refusedFields(d, map[string]string{"": m.Text.Flat(nil)})
	case d.slash:
		return answer{body: p.responding(d.at, m, false)}
	case d.respond != "":
		return p.spare(m, func(ctx context.Context) { _ = p.respond(ctx, d.at, m, false) })
	}
	return p.spare(m, func(ctx context.Context) { _, _ = p.openView(ctx, d, p.window(m, d.at)) })
}

// spare tells somebody beside all that is under way, if there is room for that
// at once. Without it the delivery is not acknowledged, so that Slack itself
// tells them that it failed: nobody is left with silence.
func (p *Platform) spare(m chat.Message, tell func(context.Context)) answer {
	select {
	case p.polite <- struct{}{}:
		go func() {
			defer func() { <-p.polite }()
			ctx, cancel := context.WithTimeout(p.life, politely)
			defer cancel()
			tell(ctx)
		}()
		return answer{}
	default:
		return noRoom(m.Text)
	}
}

// noRoom is the answer that only Slack reads.
func noRoom(t chat.Text) answer {
	return answer{status: http.StatusServiceUnavailable, body: map[string]string{"text": t.Flat(nil)}}
}

// politely is how long word that Deskbell is busy may take.
const politely = 3 * time.Second
