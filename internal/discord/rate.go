package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/traffic"
)

// Discord's limits. Source: docs.discord.com/developers/topics/rate-limits.
const (
	// Calls a second over all routes; answers to interactions do not count.
	globalEvery = time.Second / 50
	globalBurst = 50
	// Answers of 401, 403 and 429 within ten minutes, at which Discord shuts the
	// address out; we stop some before.
	invalidMost   = 9_000
	invalidWithin = 10 * time.Minute
	// patience is how long a call waits for its turn before it comes back with
	// *chat.Wait.
	patience = 2 * time.Second
)

// limiter keeps to Discord's rates, each route's as its answers tell them, so that
// nothing is sent that would be refused. discordgo's own sleeps without an end and
// keeps every token's route for ever.
type limiter struct {
	send http.RoundTripper

	mu      sync.Mutex
	routes  map[string]*window
	all     traffic.Turnstile
	paused  time.Time // until when Discord wants peace altogether
	invalid int       // answers since began
	began   time.Time
	ahead   *time.Duration // our clock of Discord's, as the last answer had it
}

// skew is how far our clock is ahead of Discord's; false if it never said.
func (l *limiter) skew() (time.Duration, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ahead == nil {
		return 0, false
	}
	return *l.ahead, true
}

// window is what a route has left until its reset.
type window struct {
	left  int
	reset time.Time
}

func newLimiter() *limiter {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64
	return &limiter{send: t, routes: map[string]*window{}, all: traffic.Turnstile{Every: globalEvery, Burst: globalBurst}}
}

// RoundTrip makes the call in its turn. *chat.Wait if that is far off, or if
// Discord says so.
func (l *limiter) RoundTrip(r *http.Request) (*http.Response, error) {
	route := routeOf(r.Method, r.URL.Path)
	for {
		d := l.delay(route, exempt(r.URL.Path))
		if d <= 0 {
			break
		}
		if end, ok := r.Context().Deadline(); d > patience || ok && time.Until(end) < d {
			return nil, &chat.Wait{For: d}
		}
		if err := sleep(r.Context(), d); err != nil {
			return nil, fmt.Errorf("%w: %w", errNotSent, err)
		}
	}
	res, err := l.send.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if d := l.learn(route, res); d > 0 {
		res.Body.Close()
		return nil, &chat.Wait{For: d}
	}
	return res, nil
}

// errNotSent: the call was ended before it was made.
var errNotSent = errors.New("discord: not sent")

// delay is how long the call must still wait, 0 if it goes now.
func (l *limiter) delay(route string, exempt bool) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if now.Sub(l.began) >= invalidWithin {
		l.began, l.invalid = now, 0
	}
	switch {
	case route == callback: // of one interaction each, and never limited
		return 0
	case l.invalid >= invalidMost:
		return l.began.Add(invalidWithin).Sub(now)
	case !exempt && l.paused.After(now):
		return l.paused.Sub(now)
	}
	w := l.routes[route]
	if w != nil && w.left <= 0 && w.reset.After(now) {
		return w.reset.Sub(now)
	}
	if !exempt {
		// Whoever waits here takes a new turn each time, which only makes it slower.
		if d := l.all.Pass(now, route, false); d > 0 {
			return d
		}
	}
	if w != nil {
		w.left-- // of several on their way at once each counts
	}
	return 0
}

// learn takes over what an answer says of the rates; how long to wait if it was
// refused for them.
func (l *limiter) learn(route string, res *http.Response) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if at, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		l.ahead = new(now.Sub(at))
	}
	switch res.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		l.invalid++
	}
	after := seconds(res.Header.Get("X-RateLimit-Reset-After"))
	if route == callback && res.StatusCode != http.StatusTooManyRequests {
		return 0
	}
	if left, err := strconv.Atoi(res.Header.Get("X-RateLimit-Remaining")); err == nil {
		if len(l.routes) > 1000 {
			maps.DeleteFunc(l.routes, func(_ string, w *window) bool { return w.reset.Before(now) })
		}
		l.routes[route] = &window{left, now.Add(after)}
	}
	if res.StatusCode != http.StatusTooManyRequests {
		return 0
	}
	// A body of Discord's says it as well; one of what stands before it may not.
	var body struct {
		After  float64 `json:"retry_after"`
		Global bool    `json:"global"`
	}
	raw, _ := io.ReadAll(io.LimitReader(res.Body, 1<<16))
	_ = json.Unmarshal(raw, &body)
	wait := max(seconds(res.Header.Get("Retry-After")), time.Duration(body.After*float64(time.Second)), after)
	if wait <= 0 {
		wait = 5 * time.Second
	}
	switch {
	case route == callback: // whatever stands before Discord said so, of this one
	case body.Global || res.Header.Get("X-RateLimit-Global") == "true":
		l.paused = now.Add(wait)
	default:
		l.routes[route] = &window{0, now.Add(wait)}
	}
	return wait
}

func seconds(s string) time.Duration {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f < 0 {
		return 0
	}
	return time.Duration(f * float64(time.Second))
}

// exempt reports whether it answers an interaction, which no global limit holds up.
func exempt(path string) bool {
	return strings.Contains(path, "/interactions/") || strings.Contains(path, "/webhooks/")
}

var (
	someID = regexp.MustCompile(`/[0-9]+`)
	major  = regexp.MustCompile(`/(channels|guilds)/[0-9]+|/webhooks/[0-9]+/[^/]+`)
)

// callback is the route of all acknowledgements.
const callback = "callback"

// routeOf is what shares a rate: the call with the ids of a channel, a guild or a
// webhook, and without others.
func routeOf(method, path string) string {
	if exempt(path) && strings.HasSuffix(path, "/callback") {
		return callback
	}
	lead := major.FindString(path)
	at := strings.Index(path, lead) + len(lead)
	return method + " " + lead + someID.ReplaceAllString(path[at:], "/…")
}

// sleep waits, or until the context ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
