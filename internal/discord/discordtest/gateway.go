package discordtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Fault is what the gateway does wrong, or unasked.
type Fault string

// Faults of a connection while it opens.
const (
	NoHello       Fault = "says nothing at all"
	NoReady       Fault = "says nothing after hello"
	AckFirst      Fault = "acknowledges a heartbeat first"
	ReconnectSoon Fault = "asks to reconnect first"
	Garbage       Fault = "says what is no JSON"
	SevenForReady Fault = "asks to reconnect instead of being ready"
)

// gateway is what goes over sockets.
type gateway struct {
	beat     time.Duration // between heartbeats
	faults   []Fault       // of the next connections, in order
	closing  []int         // codes by which the next are closed after hello
	budget   int           // identifications that are left
	refill   time.Time     // when there are more, once it was asked
	identify int           // how many there were
	resumes  int
	lines    []*gline
	sessions map[string]*gsession
	deaf     bool // heartbeats are not acknowledged, and nothing is delivered
}

// gsession can be resumed until it is called invalid.
type gsession struct {
	id      string
	seq     int64
	backlog []dispatch
	line    *gline // nil while nobody holds it
}

type dispatch struct {
	seq  int64
	kind string
	data any
}

type gline struct {
	ws *websocket.Conn
	mu sync.Mutex
	s  *gsession
}

func (l *gline) send(op int, kind string, seq int64, data any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := map[string]any{"op": op, "d": data}
	if kind != "" {
		m["t"], m["s"] = kind, seq
	}
	_ = l.ws.WriteJSON(m) // who is gone resumes
}

// OverGateway has everything delivered over the gateway from now on.
func (s *Server) OverGateway() { s.mu.Lock(); defer s.mu.Unlock(); s.app = "" }

// Beat sets how often heartbeats are to come on connections from now on.
func (s *Server) Beat(every time.Duration) { s.mu.Lock(); defer s.mu.Unlock(); s.gate.beat = every }

// Fail has the next connections go wrong so, one after the other.
func (s *Server) Fail(faults ...Fault) { s.mu.Lock(); defer s.mu.Unlock(); s.gate.faults = faults }

// CloseNext has the next connections closed with these codes once they identify or
// resume.
func (s *Server) CloseNext(codes ...int) { s.mu.Lock(); defer s.mu.Unlock(); s.gate.closing = codes }

// Budget is how many sessions may still be begun; -1 for enough.
func (s *Server) Budget(n int) { s.mu.Lock(); defer s.mu.Unlock(); s.gate.budget = n }

// Deaf has heartbeats not acknowledged and nothing delivered, or no more.
func (s *Server) Deaf(on bool) { s.mu.Lock(); defer s.mu.Unlock(); s.gate.deaf = on }

// Sessions are how many sessions were begun and how many resumed, and how many are
// held now.
func (s *Server) Sessions() (begun, resumed, held int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.gate.sessions {
		if x.line != nil {
			held++
		}
	}
	return s.gate.identify, s.gate.resumes, held
}

// Lines are how many connections there are now.
func (s *Server) Lines() int { s.mu.Lock(); defer s.mu.Unlock(); return len(s.gate.lines) }

// Ask sends every line an operation: 1 for a heartbeat, 7 to connect again, 9 for a
// session that is invalid, with whether it can be resumed.
func (s *Server) Ask(op int, data any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.gate.lines {
		if op == 9 && data == false && l.s != nil {
			delete(s.gate.sessions, l.s.id)
		}
		l.send(op, "", 0, data)
	}
}

// Drop cuts every line without a word, or closes it with a code.
func (s *Server) Drop(code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.gate.lines {
		if code != 0 {
			l.mu.Lock()
			_ = l.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
			l.mu.Unlock()
		} else {
			l.ws.Close()
		}
	}
}

// dispatch delivers an event to every session; one that nobody holds has it when it
// is resumed.
func (s *Server) dispatch(kind string, data any) {
	for _, x := range s.gate.sessions {
		x.seq++
		x.backlog = append(x.backlog, dispatch{x.seq, kind, data})
		if x.line != nil && !s.gate.deaf {
			x.line.send(0, kind, x.seq, data)
		}
	}
}

func (s *Server) socketURL() string { return "ws" + strings.TrimPrefix(s.http.URL, "http") }

// serveGateway is one connection.
func (s *Server) serveGateway(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	l := &gline{ws: ws}
	defer ws.Close()
	s.mu.Lock()
	var fault Fault
	if len(s.gate.faults) > 0 {
		fault, s.gate.faults = s.gate.faults[0], s.gate.faults[1:]
	}
	beat := s.gate.beat
	s.gate.lines = append(s.gate.lines, l)
	s.mu.Unlock()
	if q := r.URL.Query(); q.Get("v") != "10" || q.Get("encoding") != "json" {
		s.fail("a gateway of version %q in %q", q.Get("v"), q.Get("encoding"))
	}
	defer s.hangUp(l)
	switch fault {
	case NoHello:
	case AckFirst:
		l.send(11, "", 0, nil)
	case ReconnectSoon:
		l.send(7, "", 0, nil)
	case Garbage:
		l.mu.Lock()
		_ = ws.WriteMessage(websocket.TextMessage, []byte("{no"))
		l.mu.Unlock()
	default:
		l.send(10, "", 0, map[string]any{"heartbeat_interval": beat.Milliseconds()})
	}
	for {
		var f struct {
			Op int
			D  json.RawMessage
		}
		if err := ws.ReadJSON(&f); err != nil {
			return
		}
		if fault == SevenForReady && f.Op == 2 {
			l.send(7, "", 0, nil)
		}
		if fault != "" {
			continue
		}
		if !s.asked(l, f.Op, f.D) {
			return
		}
	}
}

// hangUp leaves the session to be resumed.
func (s *Server) hangUp(l *gline) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gate.lines = slices.DeleteFunc(s.gate.lines, func(x *gline) bool { return x == l })
	if l.s != nil && l.s.line == l {
		l.s.line = nil
	}
}

// asked is what the bot sent; false ends the connection.
func (s *Server) asked(l *gline, op int, d json.RawMessage) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	closeWith := func(code int) bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		_ = l.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
		return false
	}
	if (op == 2 || op == 6) && len(s.gate.closing) > 0 {
		code := s.gate.closing[0]
		s.gate.closing = s.gate.closing[1:]
		return closeWith(code)
	}
	var in struct {
		Token   string
		Intents int
		Session string `json:"session_id"`
		Seq     int64
	}
	_ = json.Unmarshal(d, &in)
	switch op {
	case 1:
		if !s.gate.deaf {
			l.send(11, "", 0, nil)
		}
	case 2:
		if in.Token != s.auth() {
			return closeWith(4004)
		}
		if in.Intents&(1<<1|1<<8|1<<15) != 0 { // members, presences, message content
			return closeWith(4014)
		}
		if s.gate.budget == 0 && time.Now().Before(s.gate.refill) {
			s.fail("a session was begun that is over the day's budget")
		}
		if s.gate.budget--; s.gate.budget < 0 {
			s.gate.budget = -1
		}
		s.gate.identify++
		x := &gsession{id: s.id(), line: l, seq: 1}
		l.s = x
		s.gate.sessions[x.id] = x
		l.send(0, "READY", 1, map[string]any{"v": 10, "session_id": x.id, "resume_gateway_url": s.socketURL() + "/resume", "user": map[string]string{"id": Bot},
			"guilds": []map[string]any{{"id": Guild, "unavailable": true}}, "application": map[string]string{"id": Application}})
	case 6:
		x := s.gate.sessions[in.Session]
		if x == nil || in.Token != s.auth() {
			l.send(9, "", 0, false)
			return true
		}
		s.gate.resumes++
		x.line, l.s = l, x
		for _, e := range x.backlog {
			if e.seq > in.Seq {
				l.send(0, e.kind, e.seq, e.data)
			}
		}
		x.seq++
		l.send(0, "RESUMED", x.seq, nil)
	}
	return true
}
