package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
)

// Two sockets are held open at a time, and one that Slack refreshes is replaced
// BEFORE it closes. That is why the sockets are our own and not slack-go's
// client, which closes first, sends the answers that it still has through the
// next socket, pauses for up to five minutes, and decodes what it does not need
// to. Source: docs.slack.dev/apis/events-api/using-socket-mode.
const socketCount = 2

const (
	// frameMost is how large a frame of Slack's may be.
	frameMost = 4 << 20
	// ackMost is what an acknowledgement must stay below: Slack drops larger ones
	// without a word (slack-go #1196).
	ackMost = 20 << 10
	// dialWithin bounds the opening of a socket.
	dialWithin = 10 * time.Second
)

// link is one open socket.
type link struct {
	conn *websocket.Conn
	mu   sync.Mutex // of writing
}

func (l *link) write(frame []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.conn.SetWriteDeadline(time.Now().Add(2 * time.Second)); err != nil {
		return err
	}
	return l.conn.WriteMessage(websocket.TextMessage, frame)
}

// bye closes the socket cleanly, so that Slack does not take it for open.
func (l *link) bye() {
	text := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = l.conn.WriteControl(websocket.CloseMessage, text, time.Now().Add(time.Second)) // it is closed next in any case
	_ = l.conn.Close()
}

// watchSockets keeps the sockets open until the context ends, and returns when
// all are closed.
func (p *Platform) watchSockets(ctx context.Context) {
	var all sync.WaitGroup
	for n := range socketCount {
		all.Go(func() {
			if sleep(ctx, time.Duration(n)*p.times.pauseLeast/2) != nil {
				return
			}
			for failed := 0; sleep(ctx, p.pause(failed)) == nil; {
				began := time.Now()
				err := p.socket(ctx, &all)
				switch failed++; {
				case ctx.Err() != nil:
				case err == nil && time.Since(began) >= p.times.pauseLeast:
					failed = 0
				case err != nil:
					p.cfg.Log.Warn("slack: a socket is opened anew", "socket", n, "err", err)
				}
				var limited *slack.RateLimitedError
				if errors.As(err, &limited) && sleep(ctx, limited.RetryAfter) != nil {
					return
				}
			}
		})
	}
	all.Wait()
}

// pause is how long to stay away after so many failures in a row.
func (p *Platform) pause(failed int) time.Duration {
	if failed == 0 {
		return 0
	}
	return min(p.times.pauseLeast<<min(failed-1, 10), p.times.pauseMost)
}

// errNoSocket is why a socket could not be had, without its address: that has a
// ticket to connect.
func errNoSocket(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return fmt.Errorf("slack: no socket: %w", err)
}

// socket opens one and returns when another should take its place: nil when
// Slack asked for that, and then this one is still read by a goroutine of all
// until it ends.
func (p *Platform) socket(ctx context.Context, all *sync.WaitGroup) error {
	opening, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	_, address, err := p.client.StartSocketModeContext(opening)
	if err != nil {
		var no slack.SlackErrorResponse
		if errors.As(err, &no) {
			return fmt.Errorf("slack: no socket: %s: switch on Socket Mode in the app's settings, and set DESKBELL_SLACK_APP_TOKEN to an app-level token with connections:write", no.Err)
		}
		return errNoSocket(err)
	}
	d := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: dialWithin}
	conn, _, err := d.DialContext(opening, address, nil) // on an error the body is read already
	if err != nil {
		return errNoSocket(err)
	}
	conn.SetReadLimit(frameMost)
	l := &link{conn: conn}
	leave := make(chan error, 1) // why another is needed
	all.Go(func() {
		stop := context.AfterFunc(ctx, l.bye)
		defer stop()
		defer l.bye()
		p.read(ctx, l, leave)
	})
	return <-leave
}

// frame is what comes through a socket.
type frame struct {
	ID      string `json:"envelope_id"`
	Type    string
	Reason  string
	Payload json.RawMessage
}

// read hears a socket until it ends. It tells leave once, as soon as another
// socket is needed. A socket without any traffic, pings included, is dead.
func (p *Platform) read(ctx context.Context, l *link, leave chan<- error) {
	open, leaving := false, false
	gone := func(why error) {
		if open {
			p.sockets.Add(-1)
			p.links.Delete(l)
		}
		if open = false; !leaving {
			leave <- why
		}
		leaving = true
	}
	alive := func() error {
		if leaving { // Slack closes it; no longer than this it may take
			return nil
		}
		return l.conn.SetReadDeadline(time.Now().Add(p.times.silence))
	}
	pong := l.conn.PingHandler()
	l.conn.SetPingHandler(func(data string) error {
		return errors.Join(alive(), pong(data))
	})
	for {
		if err := alive(); err != nil {
			gone(errNoSocket(err))
			return
		}
		_, raw, err := l.conn.ReadMessage()
		if err != nil {
			gone(errNoSocket(err))
			return
		}
		var f frame
		if err := json.Unmarshal(raw, &f); err != nil && f.ID == "" {
			p.tried.Body.Add(1)
			p.cfg.Log.Warn("slack: a frame that cannot be read", "err", err)
			continue
		}
		switch {
		case f.Type == "hello":
			if !open && !leaving {
				open = true
				p.sockets.Add(1)
				p.links.Store(l, true)
			}
		case f.Type == "disconnect" && (f.Reason == "warning" || f.Reason == "refresh_requested"):
			gone(nil)
			_ = l.conn.SetReadDeadline(time.Now().Add(p.times.linger)) // else the last deadline holds
		case f.Type == "disconnect":
			gone(errors.New("slack: " + f.Reason))
			return
		case f.ID != "":
			p.hear(l, f)
		}
	}
}

// hear takes what a socket brought, and never waits for what becomes of it.
func (p *Platform) hear(l *link, f frame) {
	p.work.Do(func() {
		d, ok, err := p.decodeFrame(f)
		if err != nil {
			p.tried.Body.Add(1)
			p.cfg.Log.Warn("slack: a delivery that cannot be read", "type", f.Type, "err", err)
		}
		var a answer
		if ok && err == nil {
			a = p.take(d)
		}
		if a.status == 0 {
			p.acknowledge(l, f, a.body)
		}
		if a.then != nil {
			a.then(p.life)
			if a.status != 0 && !*a.unsaved { // an event that is saved only now; Slack delivers again what is not acknowledged
				p.acknowledge(l, f, nil)
			}
		}
	})
}

// acknowledge answers through the socket that a delivery came through, or
// through another if that has closed.
func (p *Platform) acknowledge(l *link, f frame, body any) {
	type ack struct {
		ID      string `json:"envelope_id"`
		Payload any    `json:"payload,omitempty"`
	}
	b, err := json.Marshal(ack{f.ID, body})
	if err != nil || len(b) >= ackMost { // take keeps bodies small
		p.cfg.Log.Error("slack: an answer that no socket carries", "type", f.Type, "bytes", len(b), "err", err)
		b, _ = json.Marshal(ack{ID: f.ID})
	}
	if err = l.write(b); err == nil {
		return
	}
	p.links.Range(func(other, _ any) bool {
		err = other.(*link).write(b)
		return err != nil
	})
	if err != nil {
		p.cfg.Log.Warn("slack: not acknowledged", "type", f.Type, "err", err)
	}
}

func (p *Platform) decodeFrame(f frame) (d delivery, ok bool, err error) {
	switch f.Type {
	case "slash_commands":
		fields := map[string]any{}
		if err := json.Unmarshal(f.Payload, &fields); err != nil {
			return d, false, err
		}
		v := url.Values{}
		for k, field := range fields {
			if s, is := field.(string); is {
				v.Set(k, s)
			}
		}
		d, err = decodeCommand(v)
		return d, err == nil, err
	case "interactive":
		return decodeInteraction(f.Payload)
	case "events_api":
		var o outer
		if err := json.Unmarshal(f.Payload, &o); err != nil {
			return d, false, err
		}
		if o.Type != "event_callback" {
			return d, false, nil
		}
		return p.decodeEvent(o)
	}
	return d, false, nil
}
