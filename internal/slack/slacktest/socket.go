package slacktest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// pingEvery is how often an open connection is pinged.
const pingEvery = time.Second

// socket is one connection of Socket Mode.
type socket struct {
	s      *Server
	conn   *websocket.Conn
	writes sync.Mutex // of conn
	done   chan struct{}

	// Under the server's mu.
	silent  bool // open, but nothing goes through
	leaving bool // told to go
	waiting map[string]*Delivery
}

func (s *Server) openSocket(params) (map[string]any, *slackError) {
	if s.off {
		return nil, no("socket_mode_not_enabled")
	}
	s.used["connections:write"] = true
	id := s.id("link")
	s.tickets[id] = true
	return map[string]any{"url": "ws://" + s.addr + "/link?ticket=" + id}, nil
}

// serveSocket opens a connection of Socket Mode and stays until it ends.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	ticket := r.FormValue("ticket")
	if !s.tickets[ticket] || s.ctx.Err() != nil {
		s.mu.Unlock()
		http.Error(w, "no such ticket", http.StatusNotFound)
		return
	}
	delete(s.tickets, ticket)
	s.work.Add(1)
	s.mu.Unlock()
	defer s.work.Done()
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	k := &socket{s: s, conn: conn, done: make(chan struct{}), waiting: map[string]*Delivery{}}
	defer conn.Close()

	s.mu.Lock()
	up := s.http != nil && s.ctx.Err() == nil
	full := len(s.sockets) >= s.maxSockets
	if up && !full {
		s.sockets = append(s.sockets, k)
	}
	count := len(s.sockets)
	s.mu.Unlock()
	if !up {
		return
	}
	if full {
		k.write(map[string]any{"type": "disconnect", "reason": "too_many_websockets", "debug_info": debugInfo})
		return
	}
	k.write(map[string]any{
		"type": "hello", "num_connections": count, "connection_info": map[string]any{"app_id": s.AppID},
		"debug_info": map[string]any{"host": "applink-1", "build_number": 10, "approximate_connection_time": 18060},
	})
	s.mu.Lock()
	s.touch()
	s.begin(k.ping)
	s.mu.Unlock()
	for {
		_, raw, err := conn.ReadMessage()
		if err != nil {
			break
		}
		k.read(raw)
	}
	close(k.done)
	s.mu.Lock()
	s.sockets = slices.DeleteFunc(s.sockets, func(o *socket) bool { return o == k })
	for _, d := range k.waiting {
		d.lost = true
	}
	s.touch()
	s.mu.Unlock()
}

// upgrader takes any origin: clients of sockets name Slack's.
var upgrader = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}

var debugInfo = map[string]any{"host": "applink-1"}

func (k *socket) write(v any) bool {
	k.writes.Lock()
	defer k.writes.Unlock()
	_ = k.conn.SetWriteDeadline(time.Now().Add(ackWithin))
	return k.conn.WriteJSON(v) == nil
}

func (k *socket) ping() {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for n := 0; ; n++ {
		k.s.mu.Lock()
		silent := k.silent
		k.s.mu.Unlock()
		if !silent {
			_ = k.conn.WriteControl(websocket.PingMessage, fmt.Appendf(nil, "Ping %d", n), time.Now().Add(ackWithin))
		}
		select {
		case <-tick.C:
		case <-k.done:
			return
		}
	}
}

func (k *socket) cut() { _ = k.conn.Close() }

// read takes one frame of the app: the answer to an envelope.
func (k *socket) read(raw []byte) {
	var a struct {
		ID      string          `json:"envelope_id"`
		Payload json.RawMessage `json:"payload"`
	}
	s := k.s
	s.mu.Lock()
	silent := k.silent
	if err := json.Unmarshal(raw, &a); err != nil || a.ID == "" {
		s.violate("a frame that answers no envelope: %.80s", raw)
		s.mu.Unlock()
		return
	}
	var d *Delivery
	for _, o := range append(slices.Clone(s.sockets), k) {
		if d = o.waiting[a.ID]; d != nil && !silent {
			delete(o.waiting, a.ID)
			break
		}
	}
	if len(raw) >= 20<<10 {
		s.violate("an answer of %d bytes over a socket, which carries less than 20 KB", len(raw))
		d = nil
	}
	s.mu.Unlock()
	if d == nil || silent {
		return
	}
	kind := "application/json"
	var text string
	if string(a.Payload) == "null" {
		a.Payload = nil
	} else if json.Unmarshal(a.Payload, &text) == nil {
		a.Payload, kind = []byte(text), "text/plain"
	}
	d.take(http.StatusOK, http.Header{"Content-Type": {kind}}, a.Payload)
}

// sendSocket brings a delivery through a random open connection. Call it with
// mu held.
func (s *Server) sendSocket(d *Delivery) {
	var open []*socket
	for _, k := range s.sockets {
		if !k.leaving {
			open = append(open, k)
		}
	}
	if len(open) == 0 {
		s.begin(d.gone)
		return
	}
	k := open[rand.IntN(len(open))]
	id := s.id("envelope-")
	kind := map[string]string{"command": "slash_commands", "interaction": "interactive", "event": "events_api"}[d.Kind]
	envelope := map[string]any{"envelope_id": id, "type": kind, "accepts_response_payload": d.Kind != "event", "payload": json.RawMessage(d.raw)}
	if d.Kind == "event" {
		envelope["retry_attempt"], envelope["retry_reason"] = d.retry, d.reason
	}
	k.waiting[id] = d
	silent := k.silent
	d.lost = silent
	s.begin(func() {
		if !silent && !k.write(envelope) {
			s.mu.Lock()
			d.lost = true
			s.mu.Unlock()
		}
		ctx, cancel := context.WithTimeout(s.ctx, ackWithin)
		defer cancel()
		s.mu.Lock()
		_ = s.wait(ctx, func() bool { return !d.acked.IsZero() })
		s.mu.Unlock()
		d.late()
	})
}
