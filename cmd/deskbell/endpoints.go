package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// maxBody is what a request may carry (contract, HTTP).
const maxBody = 1 << 20

// handler is the desk's HTTP interface. A wrong method is the ServeMux's 405.
func (d *runningDesk) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) { answer(w, http.StatusOK, map[string]bool{"ok": true}) })
	mux.HandleFunc("GET /readyz", d.ready.serve)
	mux.Handle("GET /metrics", promhttp.HandlerFor(d.metrics(), promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError,
		ErrorLog: slogErrors{d.log}, MaxRequestsInFlight: 4, Timeout: 10 * time.Second}))
	routes := map[string]http.Handler{}
	if d.slack != nil {
		maps.Copy(routes, d.slack.Routes())
	}
	if d.discord != nil {
		maps.Copy(routes, d.discord.Routes())
	}
	for pattern, h := range routes {
		mux.Handle(pattern, h)
	}
	if d.movable {
		mux.HandleFunc("POST /api/clock", d.moveClock)
	}
	return limited(mux)
}

// limited refuses a body that is too large before anybody looks at the request.
func limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > maxBody {
			w.Header().Set("Connection", "close") // the rest is not read
			answer(w, http.StatusRequestEntityTooLarge, problem{"the body is larger than 1 MiB"})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

type problem struct {
	Error string `json:"error"`
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client went away: nobody to tell
}

// check is something without which the desk does not work.
type check struct {
	name string
	try  func(context.Context) error
}

// readiness asks the checks, at most once a second however often it is asked:
// the store is tried by writing.
type readiness struct {
	checks []check

	mu    sync.Mutex
	asked time.Time
	state map[string]string
}

func (a *readiness) serve(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if time.Since(a.asked) > time.Second {
		a.asked, a.state = time.Now(), map[string]string{}
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		for _, c := range a.checks {
			if a.state[c.name] = "ok"; c.try(ctx) != nil {
				a.state[c.name] = "does not work"
			}
		}
	}
	status, ready := http.StatusOK, true
	for _, s := range a.state {
		if s != "ok" {
			status, ready = http.StatusServiceUnavailable, false
		}
	}
	answer(w, status, struct {
		Ready  bool              `json:"ready"`
		Checks map[string]string `json:"checks"`
	}{ready, a.state})
}

// moveClock is the playground's call, for tests of this process: from this
// machine only. It may take long, so it has no deadline, and goes on when the
// caller goes away.
func (d *runningDesk) moveClock(w http.ResponseWriter, r *http.Request) {
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err != nil || !peer.Addr().Unmap().IsLoopback() {
		answer(w, http.StatusForbidden, problem{"only this machine may move the clock"})
		return
	}
	var b struct{ Advance, To string }
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	err := dec.Decode(&b)
	if err == nil && dec.Decode(new(any)) != io.EOF {
		err = errors.New("more follows after it")
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		answer(w, http.StatusRequestEntityTooLarge, problem{"the body is larger than 1 MiB"})
		return
	}
	to, ok := d.target(b.Advance, b.To)
	if err != nil || !ok {
		answer(w, http.StatusBadRequest, problem{`give either {"advance":"16m"} or {"to":"2026-03-09T09:00:00Z"}`})
		return
	}
	if err := http.NewResponseController(w).SetWriteDeadline(time.Time{}); err != nil {
		d.log.Warn("moving the clock", "err", err)
	}
	now, err := d.clock.Advance(context.WithoutCancel(r.Context()), to, d.happen, d.schedule.NextDue)
	if err != nil {
		d.log.Error("moving the clock", "to", to, "err", err)
		answer(w, http.StatusBadRequest, problem{"the clock stands at " + now.Format(time.RFC3339Nano) + ": " + err.Error()})
		return
	}
	answer(w, http.StatusOK, map[string]time.Time{"now": now})
}

// target is the instant that one of the two says.
func (d *runningDesk) target(advance, to string) (time.Time, bool) {
	if (advance == "") == (to == "") {
		return time.Time{}, false
	}
	if to != "" {
		t, err := time.Parse(time.RFC3339, to)
		return t, err == nil
	}
	span, err := time.ParseDuration(advance)
	return d.clock.Now().Add(span), err == nil && span >= 0
}
