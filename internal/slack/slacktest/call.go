package slacktest

import (
	"encoding/json"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Call is one call of the Web API, or a post to a response URL.
type Call struct {
	Method string // "chat.postMessage"; "response_url" for a post to one
	Token  string
	// Params are the arguments; those of a JSON body that are no strings are
	// written as JSON.
	Params url.Values
	N      int // of this method, from 1
	At     time.Time
	Status int    // what was answered; 0: cut or not yet
	Error  string // Slack's word, "" if it was done
	Cut    bool   // the connection was cut instead of an answer
}

// Fault is what goes wrong with a call. The first that is set decides, after
// Delay.
type Fault struct {
	Delay      time.Duration
	CutBefore  bool          // the connection is cut and nothing done
	RetryAfter time.Duration // 429 with this header, in whole seconds
	Status     int           // 5xx
	Error      string        // Slack's word
	CutAfter   bool          // it is carried out and the connection cut
}

// Fault is asked before each call is carried out, from any goroutine; nil ends
// it.
func (s *Server) Fault(f func(Call) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// Calls are those of a method so far, in order; of all methods for "".
func (s *Server) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Call
	for _, c := range s.calls {
		if method == "" || c.Method == method {
			one := *c
			one.Params = maps.Clone(c.Params)
			all = append(all, one)
		}
	}
	return all
}

type params struct{ url.Values }

// list is an argument that is an array in JSON or parted by commas in a form.
func (p params) list(name string) []string {
	raw := p.Get(name)
	var l []string
	if json.Unmarshal([]byte(raw), &l) == nil || raw == "" {
		return l
	}
	return strings.Split(raw, ",")
}

func readParams(r *http.Request) (params, string, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 4<<20))
	if err != nil {
		return params{}, "", err
	}
	p := params{url.Values{}}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case len(body) == 0:
	case kind == "application/json":
		var all map[string]json.RawMessage
		if err := json.Unmarshal(body, &all); err != nil {
			return p, "invalid_json", nil
		}
		for k, raw := range all {
			var text string
			if json.Unmarshal(raw, &text) != nil {
				text = string(raw)
			}
			if string(raw) != "null" {
				p.Set(k, text)
			}
		}
	case kind == "application/x-www-form-urlencoded":
		v, err := url.ParseQuery(string(body))
		if err != nil {
			return p, "invalid_form_data", nil
		}
		p.Values = v
	default:
		return p, "invalid_post_type", nil
	}
	for k, v := range r.URL.Query() {
		p.Values[k] = v
	}
	return p, "", nil
}

// serveAPI answers the Web API.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	p, bad, err := readParams(r)
	if err != nil {
		return
	}
	method := r.PathValue("method")
	header, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	token := header
	if !bearer {
		token = p.Get("token")
	}
	s.mu.Lock()
	c := &Call{Method: method, Token: token, Params: maps.Clone(p.Values), N: 1, At: s.Now()}
	for _, other := range s.calls {
		if other.Method == method {
			c.N++
		}
	}
	s.calls = append(s.calls, c)
	if r.URL.Query().Has("token") {
		s.violate("%s: a token in the address, where logs keep it", method)
	}
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
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
	}
	if f.CutBefore {
		s.settle(c, 0, "")
		cut(w)
		return
	}

	s.mu.Lock()
	answer, status := s.carryOut(c, p, token, bearer, bad, f)
	if f.CutAfter {
		status, c.Cut = 0, true
	}
	c.Status = status
	scopes := strings.Join(s.scopes, ",")
	now := s.Now()
	after := 0
	if status == http.StatusTooManyRequests {
		after, _ = answer["retry_after"].(int)
	}
	if ok, _ := answer["ok"].(bool); !ok {
		c.Error, _ = answer["error"].(string)
	}
	s.touch()
	s.mu.Unlock()

	if f.CutAfter {
		cut(w)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	if token == s.BotToken {
		w.Header().Set("X-OAuth-Scopes", scopes)
	}
	if after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(after))
	}
	w.WriteHeader(status)
	if status < 500 {
		_ = json.NewEncoder(w).Encode(answer) // the client may be gone
	}
}

// settle writes down the end of a call that was not answered.
func (s *Server) settle(c *Call, status int, word string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Status, c.Error, c.Cut = status, word, status == 0
	s.touch()
}

// cut ends the connection without an answer.
func cut(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			_ = conn.Close()
		}
	}
}
