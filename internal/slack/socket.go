package slack

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/url"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"deskbell.dev/deskbell/internal/chat"
)

// Two sockets are open at a time, so that one goes on while Slack refreshes the
// other: slack-go closes a socket before it opens the next.
const (
	socketCount = 2
	// silence is how long a socket may go without a ping of Slack's.
	silence = 30 * time.Second
	// givesUp is the number of failed tries after which a client, whose own pauses
	// grow to five minutes, is replaced by a fresh one.
	givesUp = 5
)

// watchSockets keeps the sockets open until the context ends.
func (p *Platform) watchSockets(ctx context.Context) {
	var all sync.WaitGroup
	for n := range socketCount {
		all.Go(func() {
			for failed := 0; sleep(ctx, time.Duration(n)*200*time.Millisecond+min(time.Second<<min(failed, 4), 15*time.Second)*time.Duration(min(failed, 1))) == nil; failed++ {
				if p.socket(ctx, n) {
					failed = -1
				}
			}
		})
	}
	all.Wait()
}

// socket runs one client until it fails for good, and reports whether it had
// been connected.
func (p *Platform) socket(ctx context.Context, n int) (connected bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	sm := socketmode.New(p.client, socketmode.OptionPingInterval(silence), socketmode.OptionLog(log.New(io.Discard, "", 0)))
	ended := make(chan error, 1)
	go func() { ended <- sm.RunContext(ctx) }()
	open := false
	mark := func(is bool) {
		if is != open {
			open = is
			p.sockets.Add(map[bool]int32{true: 1, false: -1}[is])
		}
	}
	defer func() { mark(false) }()
	for {
		select {
		case e := <-sm.Events:
			switch e.Type {
			case socketmode.EventTypeHello:
				connected = true
				mark(true)
			case socketmode.EventTypeConnecting:
				mark(false)
			case socketmode.EventTypeConnectionError, socketmode.EventTypeInvalidAuth:
				if p.unconnected(e, n) {
					return connected
				}
			case socketmode.EventTypeErrorWriteFailed:
				p.cfg.Log.Warn("slack: an acknowledgement was not sent", "socket", n)
			default:
				p.hear(ctx, sm, e)
			}
		case err := <-ended:
			if ctx.Err() == nil {
				p.cfg.Log.Error("slack: a socket ended and is opened anew", "socket", n, "err", err)
			}
			return connected
		}
	}
}

// unconnected logs why a socket cannot be opened, and reports whether the client
// has tried enough.
func (p *Platform) unconnected(e socketmode.Event, n int) bool {
	c, ok := e.Data.(*slack.ConnectionErrorEvent)
	if !ok {
		p.cfg.Log.Error("slack: the app-level token is refused", "socket", n, "fix", "Set DESKBELL_SLACK_APP_TOKEN to a token with connections:write, and switch on Socket Mode.")
		return true
	}
	err := c.ErrorObj
	var u *url.Error // its text has the address, and with it a ticket to connect
	if errors.As(err, &u) {
		err = u.Err
	}
	p.cfg.Log.Warn("slack: a socket cannot be opened", "socket", n, "attempt", c.Attempt, "err", err)
	return c.Attempt >= givesUp || c.Backoff > 10*time.Second
}

// envelope is what a socket delivers in.
type envelope struct {
	ID      string `json:"envelope_id"`
	Type    string
	Payload json.RawMessage
}

// hear takes what a socket brought. What slack-go cannot decode is read from the
// raw message all the same, so that nothing goes without its acknowledgement.
func (p *Platform) hear(ctx context.Context, sm *socketmode.Client, e socketmode.Event) {
	var env envelope
	switch bad, isBad := e.Data.(*socketmode.ErrorBadMessage); {
	case e.Request != nil:
		env = envelope{e.Request.EnvelopeID, e.Request.Type, e.Request.Payload}
	case isBad:
		if json.Unmarshal(bad.Message, &env) != nil {
			p.cfg.Log.Warn("slack: a message that cannot be read", "err", bad.Cause)
		}
	}
	if env.ID == "" {
		return
	}
	p.work.do(func() {
		d, ok, err := p.decodeEnvelope(env)
		if err != nil {
			p.rejected.body.Add(1)
			p.cfg.Log.Warn("slack: a delivery that cannot be read", "type", env.Type, "err", err)
		}
		var a answer
		if ok && err == nil {
			a = p.take(ctx, d)
		}
		if a.status != 0 { // not acknowledged: Slack delivers it again
			if a.then != nil {
				a.then(ctx)
			}
			return
		}
		if err := sm.AckCtx(ctx, env.ID, a.body); err != nil {
			p.cfg.Log.Warn("slack: not acknowledged", "type", env.Type, "err", err)
		}
		if a.then != nil {
			a.then(context.WithoutCancel(ctx))
		}
	})
}

func (p *Platform) decodeEnvelope(env envelope) (d delivery, ok bool, err error) {
	switch env.Type {
	case socketmode.RequestTypeSlashCommands:
		fields := map[string]any{}
		if err := json.Unmarshal(env.Payload, &fields); err != nil {
			return d, false, err
		}
		f := url.Values{}
		for k, v := range fields {
			if s, is := v.(string); is {
				f.Set(k, s)
			}
		}
		d, err = decodeCommand(f)
		return d, err == nil, err
	case socketmode.RequestTypeInteractive:
		return decodeInteraction(env.Payload)
	case socketmode.RequestTypeEventsAPI:
		var o outer
		if err := json.Unmarshal(env.Payload, &o); err != nil {
			return d, false, err
		}
		select {
		case <-p.known:
			return p.decodeEvent(o)
		default:
			return d, false, chat.ErrUnsure
		}
	}
	return d, false, nil
}
