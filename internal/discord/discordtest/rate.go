package discordtest

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// rates are the limits of routes, told with each answer as Discord does.
type rates struct {
	most    int // calls of a route within per; 0 for no limit
	per     time.Duration
	windows map[string]*rateWindow
	pause   time.Time // until when every call is refused
	refused int
}

type rateWindow struct {
	left  int
	reset time.Time
}

// Rate lets so many calls of each route through in each stretch of time.
func (s *Server) Rate(most int, per time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rates = rates{most: most, per: per, windows: map[string]*rateWindow{}}
}

// Pause refuses every call for a time, but those that answer interactions.
func (s *Server) Pause(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rates.pause = time.Now().Add(d)
}

// Refused are how many calls came too early.
func (s *Server) Refused() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rates.refused
}

var anyID = regexp.MustCompile(`/messages/[0-9]+`)

// lets says whether the call is in its rate; else it is refused.
func (x *rates) lets(w http.ResponseWriter, r *http.Request) bool {
	path := anyID.ReplaceAllString(r.URL.Path, "/messages/")
	if strings.HasSuffix(path, "/callback") {
		return true
	}
	now := time.Now()
	if x.pause.After(now) && !strings.Contains(path, "/webhooks/") {
		return x.no(w, x.pause.Sub(now), true)
	}
	if x.most == 0 {
		return true
	}
	v := x.windows[r.Method+path]
	if v == nil || !v.reset.After(now) {
		v = &rateWindow{x.most, now.Add(x.per)}
		x.windows[r.Method+path] = v
	}
	if v.left == 0 {
		return x.no(w, v.reset.Sub(now), false)
	}
	v.left--
	w.Header().Set("X-RateLimit-Limit", strconv.Itoa(x.most))
	w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(v.left))
	w.Header().Set("X-RateLimit-Reset-After", seconds(v.reset.Sub(now)))
	return true
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }

// no refuses a call that came too early.
func (x *rates) no(w http.ResponseWriter, wait time.Duration, global bool) bool {
	x.refused++
	w.Header().Set("Retry-After", seconds(wait))
	if global {
		w.Header().Set("X-RateLimit-Global", "true")
	}
	write(w, http.StatusTooManyRequests, map[string]any{"message": "You are being rate limited.", "retry_after": wait.Seconds(), "global": global})
	return false
}
