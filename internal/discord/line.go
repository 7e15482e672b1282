package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Operations of the gateway. Source:
// docs.discord.com/developers/topics/opcodes-and-status-codes.
const (
	opDispatch  = 0
	opBeat      = 1
	opIdentify  = 2
	opResume    = 6
	opReconnect = 7
	opInvalid   = 9
	opHello     = 10
	opBeaten    = 11
)

// intents are what Deskbell hears of: servers, and direct messages. None of them is
// privileged.
const intents = 1<<0 | 1<<12

const (
	// frameMost bounds what is read at a time; the list of a server's channels is the
	// largest of it.
	frameMost   = 16 << 20
	writeWithin = 5 * time.Second
	// closeAgain closes a connection so that its session can be resumed.
	closeAgain = 4000
)

// frame is what goes either way.
type frame struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  *int64          `json:"s,omitempty"`
	Kind string          `json:"t,omitempty"`
}

// line is one connection to the gateway. Nothing on it waits for ever: each read and
// write has its deadline.
type line struct {
	ws      *websocket.Conn
	session *session
	greet   time.Duration
	token   string

	mu    sync.Mutex    // of writing, and of what follows
	seq   int64         // of the last dispatch
	due   bool          // the last beat was not answered
	cause error         // why it was closed by us
	beats chan struct{} // a beat is asked for
	done  chan struct{} // closed when run returns
}

// run opens the session, calls opened when it is, then hears every dispatch until
// the line ends.
func (l *line) run(ctx context.Context, opened func(), hear func(kind string, raw json.RawMessage)) (open bool, err error) {
	var beating sync.WaitGroup
	defer func() {
		close(l.done)
		l.mu.Lock()
		l.session.seq = l.seq
		if l.cause != nil {
			err = l.cause
		}
		l.mu.Unlock()
		l.ws.Close()
		beating.Wait()
	}()
	defer context.AfterFunc(ctx, func() { l.end(websocket.CloseNormalClosure, ctx.Err()) })()
	l.seq = l.session.seq
	l.ws.SetReadLimit(frameMost)
	var hello struct {
		Every int64 `json:"heartbeat_interval"` // milliseconds
	}
	f, err := l.read(l.greet)
	if err != nil {
		return false, err
	}
	if f.Op != opHello || json.Unmarshal(f.Data, &hello) != nil || hello.Every <= 0 {
		l.end(closeAgain, fmt.Errorf("discord: the gateway says %d and not hello", f.Op))
		return false, errReconnect
	}
	every := time.Duration(hello.Every) * time.Millisecond
	if err := l.begin(); err != nil {
		return false, err
	}
	beating.Go(func() { l.beat(every) })
	patience := l.greet
	for {
		f, err := l.read(patience)
		if err != nil {
			return open, err
		}
		switch f.Op {
		case opBeat:
			select {
			case l.beats <- struct{}{}:
			default: // one is on its way
			}
		case opBeaten:
			l.mu.Lock()
			l.due = false
			l.mu.Unlock()
		case opReconnect:
			l.end(closeAgain, errReconnect)
			return open, errReconnect
		case opInvalid:
			if string(f.Data) == "true" {
				l.end(closeAgain, errReconnect)
				return open, fmt.Errorf("%w: it is to be resumed", errReconnect)
			}
			l.end(closeAgain, errAnew)
			return open, errAnew
		case opDispatch:
			if f.Seq != nil {
				l.mu.Lock()
				l.seq = *f.Seq
				l.mu.Unlock()
			}
			switch f.Kind {
			case "READY":
				var r struct {
					ID  string `json:"session_id"`
					URL string `json:"resume_gateway_url"`
				}
				if err := json.Unmarshal(f.Data, &r); err != nil || r.ID == "" {
					return open, fmt.Errorf("%w: it has no id", errAnew)
				}
				l.session.id, l.session.url = r.ID, r.URL
				fallthrough
			case "RESUMED":
				// What is silent for longer than two beats is dead.
				open, patience = true, 2*every+l.greet
				opened()
			}
			hear(f.Kind, f.Data)
		}
	}
}

// begin identifies, or resumes a session that was.
func (l *line) begin() error {
	if l.session.id != "" {
		return l.write(opResume, map[string]any{"token": l.token, "session_id": l.session.id, "seq": l.seq})
	}
	return l.write(opIdentify, map[string]any{"token": l.token, "intents": intents,
		"properties": map[string]string{"os": "linux", "browser": "deskbell", "device": "deskbell"}})
}

// beat sends a heartbeat so often, the first after a part of that. One that was not
// answered when the next is due means that nobody is there.
func (l *line) beat(every time.Duration) {
	next := time.NewTimer(rand.N(every))
	defer next.Stop()
	for {
		asked := false
		select {
		case <-l.done:
			return
		case <-l.beats:
			asked = true
		case <-next.C:
			next.Reset(every)
		}
		l.mu.Lock()
		dead, seq := l.due && !asked, l.seq
		l.due = true
		l.mu.Unlock()
		if dead {
			l.end(closeAgain, errZombie)
			return
		}
		var last any // null before the first dispatch
		if seq > 0 {
			last = seq
		}
		if err := l.write(opBeat, last); err != nil {
			l.end(closeAgain, err)
			return
		}
	}
}

func (l *line) read(within time.Duration) (f frame, err error) {
	if err := l.ws.SetReadDeadline(time.Now().Add(within)); err != nil {
		return f, err
	}
	return f, l.ws.ReadJSON(&f)
}

func (l *line) write(op int, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.ws.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return err
	}
	return l.ws.WriteJSON(frame{Op: op, Data: raw})
}

// end closes the line, for the first cause that is given.
func (l *line) end(code int, cause error) {
	l.mu.Lock()
	if l.cause == nil {
		l.cause = cause
	}
	l.mu.Unlock()
	_ = l.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
	l.ws.Close()
}
