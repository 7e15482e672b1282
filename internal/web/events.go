package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// event is what an open page is told. A page keeps nothing over a break: it
// fetches everything again after "hello", and so no event needs a number.
type event struct {
	name string
	data any
}

// stream is one open page. What it cannot take in time ends it; the page
// connects again.
type stream struct {
	as     string
	events chan event
}

const heartbeat = 15 * time.Second // also how often the page's clock ticks

// events streams to a page what its person may see: hello, message (new or
// changed), mail, clock, people (with unread counts).
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	as := r.URL.Query().Get("as")
	if _, err := s.person(r.Context(), as); err != nil {
		writeError(w, err)
		return
	}
	st := s.open(as)
	if st == nil {
		writeError(w, refuse(http.StatusServiceUnavailable, "the playground is stopping"))
		return
	}
	defer func() {
		s.mu.Lock()
		s.drop(st)
		s.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	send := func(e event) bool {
		data, err := json.Marshal(e.data)
		if err == nil {
			// A page that went to sleep must not hold the stream for good. Not
			// every ResponseWriter can set it, which does no harm.
			_ = out.SetWriteDeadline(time.Now().Add(heartbeat))
			_, err = fmt.Fprintf(w, "retry: 1000\nevent: %s\ndata: %s\n\n", e.name, data)
		}
		return err == nil && out.Flush() == nil
	}
	if !send(event{"hello", s.clockFace()}) || !send(s.everybody(r)) {
		return
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	stale := false // people: sent once for a burst of events
	for {
		var e event
		var ok bool
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
			e = event{"clock", s.clockFace()}
		case e, ok = <-st.events:
			if !ok {
				return
			}
		}
		if e.name == "people" {
			stale = true
		} else if !send(e) {
			return
		}
		if stale && len(st.events) == 0 {
			if !send(s.everybody(r)) {
				return
			}
			stale = false
		}
	}
}

func (s *Server) open(as string) *stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	st := &stream{as: as, events: make(chan event, 256)}
	s.streams[st] = true
	return st
}

// drop ends st once. s.mu is held.
func (s *Server) drop(st *stream) {
	if s.streams[st] {
		delete(s.streams, st)
		close(st.events)
	}
}

// publish tells the open pages about r. s.mu is held.
func (s *Server) publish(r record) {
	for _, m := range r.Messages {
		now, _ := s.state.message(m.ID)
		w := toMessage(now)
		for st := range s.streams {
			if now.visible(st.as) {
				s.push(st, event{"message", w})
			}
		}
	}
	if r.Mail != nil {
		s.tell(event{"mail", wireMail(*r.Mail)})
	}
	if len(r.Messages) > 0 || r.Seen != nil {
		s.tell(event{name: "people"})
	}
}

func (s *Server) tell(e event) {
	for st := range s.streams {
		s.push(st, e)
	}
}

func (s *Server) push(st *stream, e event) {
	select {
	case st.events <- e:
	default:
		s.drop(st)
	}
}

// everybody is who there is, with how many messages they have not looked at.
func (s *Server) everybody(r *http.Request) event {
	people, err := s.cfg.People(r.Context())
	if err != nil {
		s.cfg.Log.Warn("people for the page", "err", err)
	}
	all := []wirePerson{}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range people {
		w := wirePerson{Handle: p.Handle, Name: p.Name, Roles: p.Roles, Unread: map[string]int{}}
		for _, place := range []string{desk, dmPrefix + p.Handle} {
			if n := s.state.unread(p.Handle, place); n > 0 {
				w.Unread[place] = n
			}
		}
		all = append(all, w)
	}
	return event{"people", all}
}
