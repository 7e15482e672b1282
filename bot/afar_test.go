package bot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/bot"
	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/sample"
	"deskbell.dev/deskbell/internal/sample/sampletest"
)

// afar is a desk on a vendor's server, with the sample's people in it.
type afar struct {
	*core
	handles []string
	letters []letter
	keys    map[string]bool
	on      []chat.Platform
	private map[string]bool // messages that answer one person
}

// newAfar has each of the sample's people be there, with an id of the platform, and
// the cards in the channel.
func newAfar(t *testing.T, url, platform, channel string, there func(handle, name string) (id string)) afar {
	t.Helper()
	cfg, handles := sampletest.On(sample.Config, platform, channel, there)
	a := afar{handles: handles, keys: map[string]bool{}, private: map[string]bool{}}
	a.core = newCore(t, url, cfg)
	return a
}

// listen runs the platform until the test ends, beside those that run already, and
// keeps what clients are sent. It returns where the platform's routes are served, once it is ready.
func (a *afar) listen(pf interface {
	chat.Platform
	Routes() map[string]http.Handler
	Run(context.Context)
	Ready(context.Context) error
}) (url string) {
	a.t.Helper()
	a.on = append(a.on, pf)
	a.speak(func(_ context.Context, key string, l bot.Letter) error {
		if !a.keys[key] {
			a.keys[key], a.letters = true, append(a.letters, letter{l.To, l.Subject, l.Text})
		}
		return nil
	}, a.on...)
	mux := http.NewServeMux()
	for pattern, h := range pf.Routes() {
		mux.Handle(pattern, h)
	}
	web := httptest.NewServer(mux)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); pf.Run(ctx) }()
	a.t.Cleanup(func() { stop(); <-done; web.Close() })
	a.until(pf.Ready)
	return web.URL
}

// until waits for the platform to be there.
func (a *afar) until(ready func(context.Context) error) {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for ready(ctx) != nil {
		select {
		case <-tick.C:
		case <-ctx.Done():
			a.t.Fatal("the platform was not reached: ", ready(ctx))
		}
	}
}

func (a *afar) people() []string { return a.handles }

func (a *afar) mail() []letter { return a.letters }

func (a *afar) move(body map[string]string) string {
	to := a.clock()
	if d, err := time.ParseDuration(body["advance"]); err == nil {
		to = to.Add(d)
	} else if to, err = time.Parse(time.RFC3339, body["to"]); err != nil {
		a.t.Fatal(err)
	}
	now, err := a.advance(context.Background(), to)
	if err != nil {
		a.t.Fatal(err)
	}
	return now.UTC().Format(time.RFC3339)
}

// ticket is the playground's data call, which needs no platform.
func (a *afar) ticket(n int) map[string]any {
	r := httptest.NewRequest("GET", fmt.Sprintf("/api/tickets/%d", n), nil)
	w := httptest.NewRecorder()
	mux := http.NewServeMux()
	for pattern, h := range a.bot.Data() {
		mux.Handle(pattern, h)
	}
	mux.ServeHTTP(w, r)
	var m map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil {
		a.t.Fatal(err)
	}
	return m
}

// history is the ticket's, as its events read.
func (a *afar) history(n int) string {
	var lines []string
	for _, e := range a.ticket(n)["events"].([]any) {
		lines = append(lines, e.(map[string]any)["text"].(string))
	}
	return strings.Join(lines, "\n")
}
