package slacktest

import (
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// answerURL lets the app answer an interaction later, as the interaction's
// person may see it.
type answerURL struct {
	user    string
	channel string
	origin  *Message // the message that it came from, then the last one posted
	at      time.Time
	uses    int
}

func (s *Server) newURL(user, channel string, origin *Message) string {
	id := s.id("R")
	s.urls[id] = &answerURL{user: user, channel: channel, origin: origin, at: s.Now()}
	return "http://" + s.addr + "/response/" + id
}

func urlID(target string) string { return target[strings.LastIndex(target, "/")+1:] }

// serveAnswer takes a post to a response URL; it is a [Call] of "response_url".
func (s *Server) serveAnswer(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 4<<20))
	if err != nil {
		return
	}
	s.mu.Lock()
	c := &Call{Method: "response_url", N: 1, At: s.Now()}
	for _, other := range s.calls {
		if other.Method == c.Method {
			c.N++
		}
	}
	s.calls = append(s.calls, c)
	fault := s.fault
	seen := *c
	s.mu.Unlock()
	var f Fault
	if fault != nil {
		f = fault(seen)
	}
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-s.ctx.Done():
		}
	}
	switch {
	case f.CutBefore:
		s.settle(c, 0, "")
		cut(w)
		return
	case f.RetryAfter > 0:
		s.settle(c, http.StatusTooManyRequests, "ratelimited")
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
		w.WriteHeader(http.StatusTooManyRequests)
		return
	case f.Status != 0:
		s.settle(c, f.Status, "")
		w.WriteHeader(f.Status)
		return
	case f.Error != "":
		s.settle(c, http.StatusNotFound, f.Error)
		refuseAnswer(w, f.Error)
		return
	}

	s.mu.Lock()
	word := s.takeAnswer(c, r.PathValue("id"), body)
	c.Error, c.Status, c.Cut = word, http.StatusOK, f.CutAfter
	if word != "" {
		c.Status = http.StatusNotFound
	}
	status := c.Status
	s.touch()
	s.mu.Unlock()
	if f.CutAfter {
		cut(w)
		return
	}
	if status != http.StatusOK {
		refuseAnswer(w, word)
		return
	}
	_, _ = io.WriteString(w, "ok")
}

func refuseAnswer(w http.ResponseWriter, word string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusNotFound)
	_, _ = io.WriteString(w, `{"ok":false,"error":"`+word+`"}`) // the client may be gone
}

// takeAnswer counts a use of the URL and carries it out; "" if it was done.
func (s *Server) takeAnswer(c *Call, id string, body []byte) string {
	u := s.urls[id]
	p, ok := flat(body)
	c.Params = p.Values
	switch {
	case u == nil:
		return "invalid_url"
	case !ok:
		s.violate("response_url: no JSON: %.80s", body)
		return "invalid_payload"
	case s.Now().Sub(u.at) > 30*time.Minute:
		return "expired_url"
	case u.uses >= 5:
		return "used_url"
	}
	u.uses++
	if e := s.answer(u, p); e != nil {
		if careless[e.word] {
			s.violate("response_url: %s %v", e.word, e.extra)
		}
		return e.word
	}
	return ""
}

// answer posts, replaces or deletes as a response URL or the answer to a command
// says.
func (s *Server) answer(u *answerURL, p params) *slackError {
	if truthy(p.Get("delete_original")) {
		if u.origin != nil {
			u.origin.Deleted = true
			s.show(u.origin.EphemeralTo, u.channel)
		}
		return nil
	}
	if m := u.origin; truthy(p.Get("replace_original")) && m != nil {
		if m.Deleted {
			return no("message_not_found")
		}
		after := m.copy()
		if p.Has("text") && !p.Has("blocks") {
			after.Blocks = nil
		}
		if e := s.content(p, &after); e != nil {
			return e
		}
		after.Edited = after.EphemeralTo == ""
		after.Mentions = s.mentions(&after)
		before := m.copy()
		*m = after
		s.show(m.EphemeralTo, u.channel)
		s.tell(m, "message_changed", &before)
		return nil
	}
	m := &Message{Channel: u.channel, ThreadTS: p.Get("thread_ts"), User: s.BotUserID, BotID: s.BotID, EphemeralTo: u.user}
	switch p.Get("response_type") {
	case "", "ephemeral":
	case "in_channel":
		m.EphemeralTo = ""
	default:
		return &slackError{"invalid_arguments", map[string]any{"response_type": p.Get("response_type")}}
	}
	if e := s.content(p, m); e != nil {
		return e
	}
	s.put(m)
	s.tell(m, "", nil)
	if u.origin == nil {
		u.origin = m
	}
	return nil
}
