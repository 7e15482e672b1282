package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/config"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/outbox"
	"deskbell.dev/deskbell/internal/sample"
	"deskbell.dev/deskbell/internal/sample/sampletest"
	"deskbell.dev/deskbell/store"
)

// The benchmarks of Slack run the program and the reference as processes of
// their own, and press buttons of theirs by signed HTTP, in turns within one
// run, since absolute rates move with the machine's load.
const (
	loadTickets = 640
	loadSecret  = "0123456789abcdef0123456789abcdef"
)

// vendor is Slack as far as the load needs it: it takes everything at once, and
// counts what comes to response_urls.
type vendor struct {
	*httptest.Server
	answers atomic.Int64
	told    sync.Map // word by the press's number
}

// word is what a press was told, and when.
type word struct {
	at   time.Time
	busy bool
}

func newVendor(b *testing.B) *vendor {
	v := &vendor{}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/api/auth.test":
			fmt.Fprint(w, `{"ok":true,"url":"https://desk.slack.com/","team":"desk","user":"deskbell","team_id":"T0","user_id":"U0BOT","bot_id":"B0"}`)
		case "/api/users.list":
			fmt.Fprint(w, `{"ok":true,"members":[{"id":"U0TECH","team_id":"T0","name":"tech","real_name":"Tess Kline","tz":"UTC"}],"response_metadata":{"next_cursor":""}}`)
		case "/api/chat.update", "/api/chat.postMessage": // as often as Slack lets it
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusTooManyRequests)
		case "/actions":
			v.answers.Add(1)
			v.told.Store(r.URL.RawQuery, word{time.Now(), bytes.Contains(body, []byte("nothing was changed"))})
			fmt.Fprint(w, "ok")
		default:
			fmt.Fprint(w, `{"ok":true,"channel":{"id":"D0"},"ts":"1.1"}`)
		}
	}))
	b.Cleanup(v.Close)
	return v
}

// all waits until every press was answered by its response_url.
func (v *vendor) all(b *testing.B, ps ...*presses) {
	var n int64
	for _, p := range ps {
		n += p.n.Load()
	}
	for until := time.Now().Add(10 * time.Second); v.answers.Load() < n; time.Sleep(time.Millisecond) { // a benchmark asks how far the others are
		if time.Now().After(until) {
			b.Fatalf("%d of %d presses were answered", v.answers.Load(), n)
		}
	}
}

// subject is a process under load, and how it is pressed.
type subject struct {
	url   string
	pid   int
	press pressing
}

// pressing sends one press and tells how it was answered: status 0 if not at all.
type pressing func(c *http.Client, base string, body []byte) (status int, answer []byte, took time.Duration)

// cpu is what the process has used so far, user and system.
// Source: proc(5), /proc/PID/stat, fields 14 and 15, in ticks of 10 ms.
func (s subject) cpu(b *testing.B) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.pid))
	if err != nil {
		b.Fatal(err)
	}
	f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+2:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

var rssLine = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

// rss is its resident memory in MB.
func (s subject) rss(b *testing.B) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid))
	if err != nil {
		b.Fatal(err)
	}
	kb, _ := strconv.Atoi(string(rssLine.FindSubmatch(status)[1]))
	return float64(kb) / 1024
}

// started runs a command until the benchmark ends, and waits for the line that
// says where it listens.
func started(b *testing.B, cmd *exec.Cmd, env ...string) subject {
	cmd.Env = append(os.Environ(), env...)
	cmd.Dir = b.TempDir()
	out, err := cmd.StderrPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if m := listening.FindStringSubmatch(lines.Text()); m != nil {
			go func() {
				for lines.Scan() {
				}
			}()
			return subject{url: "http://" + m[1], pid: cmd.Process.Pid}
		}
	}
	b.Fatalf("%s did not start", cmd.Args[0])
	return subject{}
}

// ours is the program on a desk on Slack with tickets in the ready queue.
func ours(b *testing.B, v *vendor) subject {
	s := loaded(b, "slack", "C0DESK", func(handle, _ string) string { return slackID(handle) },
		"DESKBELL_SLACK_BOT_TOKEN=xoxb-load", "DESKBELL_SLACK_SIGNING_SECRET="+loadSecret, "DESKBELL_SLACK_API_URL="+v.URL+"/api/")
	s.press = press
	return s
}

// loaded is the program on a desk on a platform with tickets in the ready queue.
func loaded(b *testing.B, platform, channel string, id func(handle, name string) string, env ...string) subject {
	dir := b.TempDir()
	file, db := filepath.Join(dir, "desk.yaml"), filepath.Join(dir, "desk.db")
	cfg, _ := sampletest.On(sample.Config, platform, channel, id)
	if err := os.WriteFile(file, cfg, 0o600); err != nil {
		b.Fatal(err)
	}
	fill(b, db, cfg)
	// The program itself: this test binary is more than twice as large.
	program := filepath.Join(dir, "deskbell")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	s := started(b, exec.Command(program, "serve", "--config", file), append(env, "DESKBELL_DATABASE_URL="+db, "DESKBELL_HTTP_LISTEN=127.0.0.1:0")...)
	for { // until it knows its workspace
		res, err := http.Get(s.url + "/readyz")
		if err != nil {
			b.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return s
		}
	}
}

func fill(b *testing.B, db string, cfg []byte) {
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(b.Context(), db, log)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	f, err := config.Parse("desk.yaml", cfg)
	if err != nil {
		b.Fatal(err)
	}
	at := time.Now().Add(-time.Hour)
	if err := config.Apply(b.Context(), s, f, at); err != nil {
		b.Fatal(err)
	}
	if err := sample.OnDuty(b.Context(), s, at); err != nil {
		b.Fatal(err)
	}
	p, err := s.Policy(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	who := func(handle string) desk.Actor {
		for _, m := range p.People() {
			if m.Handle == handle {
				return desk.By(m.ID)
			}
		}
		b.Fatal("nobody is called ", handle)
		return desk.Actor{}
	}
	client, _ := p.ClientNamed("Acme Dental")
	c := p.Categories[0]
	for n := desk.TicketID(1); n <= loadTickets; n++ {
		for _, r := range []desk.Request{
			{By: who("intake"), Do: desk.Open{Client: client.ID, Contact: client.Contacts[0].ID, Summary: "the wifi drops", Description: "since this morning"}},
			{By: who("srm"), Ticket: n, Do: desk.Categorize{Category: c}},
			{By: who("srm"), Ticket: n, Do: desk.Prioritize{Priority: "normal"}},
		} {
			r.At = at
			if _, err := s.Do(b.Context(), r); err != nil {
				b.Fatal(err)
			}
		}
	}
	// What those commands gave rise to is not what is measured.
	drop := func(context.Context, store.Due) error { return outbox.ErrDrop }
	if err := outbox.New(s, drop, func() time.Time { return at.Add(time.Hour) }, "fill", 1, log).Drain(b.Context()); err != nil {
		b.Fatal(err)
	}
}
