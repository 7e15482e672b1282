package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"log"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/config"
	"deskbell.dev/deskbell/internal/sample"
	"deskbell.dev/deskbell/internal/slack/slacktest"
	"deskbell.dev/deskbell/store"
)

// workspace is a strict Slack with the sample's people in it, and the desk's
// folder. The desk itself runs as one or more processes of this test binary.
type workspace struct {
	t       *testing.T
	srv     *slacktest.Server
	dir     string
	url     string // of the database
	program string // what the processes are called as
	sockets bool   // Socket Mode; else signed HTTP through front
	front   *httptest.Server
	handles []string

	mu    sync.Mutex
	desks []*process // that run
}

// deskChannel is where the cards stand.
const deskChannel = "C0DESK"

func slackID(handle string) string { return "U0" + strings.ToUpper(handle) }

// newWorkspace has the sample's desk in the database at url, with the member
// intake on duty, and nobody running it yet.
func newWorkspace(t *testing.T, url string, sockets bool) *workspace {
	t.Helper()
	return openWorkspace(t, url, sockets, sample.Config, onDutyNow)
}

// onDutyNow gives the file to the desk, and the first turn to the member intake.
func onDutyNow(ctx context.Context, s *store.Store, f *config.File) error {
	now := time.Now()
	if err := config.Apply(ctx, s, f, now); err != nil {
		return err
	}
	return sample.OnDuty(ctx, s, now)
}

// openWorkspace has the sample's people with a configuration that was made of the
// sample's; seed is to give it to the desk.
func openWorkspace(t *testing.T, url string, sockets bool, cfg []byte, seed func(context.Context, *store.Store, *config.File) error) *workspace {
	t.Helper()
	w := &workspace{t: t, srv: slacktest.New(t), dir: t.TempDir(), url: url, program: "deskbell", sockets: sockets}
	cfg = bytes.ReplaceAll(cfg, []byte("web:desk"), []byte("slack:"+deskChannel))
	var ids []string
	for _, line := range strings.Split(string(cfg), "\n") {
		rest, is := strings.CutPrefix(strings.TrimSpace(line), "- {handle: ")
		if !is {
			continue
		}
		handle, rest, _ := strings.Cut(rest, ",")
		name, _, _ := strings.Cut(strings.TrimPrefix(rest, " name: "), ",")
		cfg = bytes.ReplaceAll(cfg, []byte(`"web:`+handle+`"`), []byte(`"slack:`+slackID(handle)+`"`))
		w.srv.AddUser(slacktest.User{ID: slackID(handle), Name: handle, RealName: name, TZ: "UTC"})
		w.handles, ids = append(w.handles, handle), append(ids, slackID(handle))
	}
	w.srv.AddChannel(slacktest.Channel{ID: deskChannel, Name: "desk", Members: append(ids, w.srv.BotUserID)})
	if err := os.WriteFile(w.config(), cfg, 0o600); err != nil {
		t.Fatal(err)
	}
	w.seed(cfg, seed)
	if !sockets {
		w.front = httptest.NewServer(&httputil.ReverseProxy{
			Rewrite: w.choose, Transport: &http.Transport{DisableKeepAlives: true}, ErrorLog: log.New(io.Discard, "", 0),
		})
		w.srv.Over(w.front.URL)
	}
	t.Cleanup(w.end)
	return w
}

func (w *workspace) config() string { return filepath.Join(w.dir, "deskbell.yaml") }

func (w *workspace) seed(cfg []byte, seed func(context.Context, *store.Store, *config.File) error) {
	w.t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, w.url, slog.New(slog.DiscardHandler))
	if err != nil {
		w.t.Fatal(err)
	}
	f, err := config.Parse("deskbell.yaml", cfg)
	if err == nil {
		err = seed(ctx, s, f)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		w.t.Fatal(err)
	}
}

// choose sends a delivery to any desk that runs; where none does, nobody answers.
func (w *workspace) choose(r *httputil.ProxyRequest) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r.Out.URL.Scheme, r.Out.URL.Host = "http", "127.0.0.1:1"
	if n := len(w.desks); n > 0 {
		r.Out.URL.Host = w.desks[rand.IntN(n)].listen
	}
}

// env is what a process of this workspace is given.
func (w *workspace) env() []string {
	env := []string{"DESKBELL_DATABASE_URL=" + w.url, "DESKBELL_HTTP_LISTEN=127.0.0.1:0", testClock + "=1",
		"DESKBELL_SLACK_BOT_TOKEN=" + w.srv.BotToken, "DESKBELL_SLACK_API_URL=" + w.srv.APIURL()}
	if w.sockets {
		return append(env, "DESKBELL_SLACK_APP_TOKEN="+w.srv.AppToken)
	}
	return append(env, "DESKBELL_SLACK_SIGNING_SECRET="+w.srv.SigningSecret)
}

// process is one running `deskbell serve`.
type process struct {
	cmd       *exec.Cmd
	listen    string
	connected chan struct{} // closed once Slack has told it who it is
	done      chan struct{} // closed at its end

	mu  sync.Mutex
	log strings.Builder
}

func (p *process) logged() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// start runs another desk, and returns when it listens and is sent deliveries.
func (w *workspace) start() *process {
	w.t.Helper()
	p := w.launch()
	if p.listen != "" {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.desks = append(w.desks, p)
	}
	return p
}

// launch runs another desk, and returns when it listens, or fails.
func (w *workspace) launch() *process {
	w.t.Helper()
	p := &process{cmd: program(w.t, w.env(), "serve", "--config", w.config()), connected: make(chan struct{}), done: make(chan struct{})}
	p.cmd.Args[0] = w.program
	stderr, err := p.cmd.StderrPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		w.t.Fatal(err)
	}
	listens := make(chan string, 1)
	go func() {
		defer close(p.done)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			p.mu.Lock()
			fmt.Fprintln(&p.log, lines.Text())
			p.mu.Unlock()
			if m := listening.FindStringSubmatch(lines.Text()); m != nil {
				listens <- m[1]
			}
			if strings.Contains(lines.Text(), "slack: connected") {
				close(p.connected)
			}
		}
		_ = p.cmd.Wait() // its state says how it ended
	}()
	select {
	case p.listen = <-listens:
	case <-p.done:
		w.t.Errorf("the desk did not start:\n%s", p.logged())
	}
	return p
}

// ready starts a desk and waits until Slack can deliver to it.
func (w *workspace) ready() *process {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer cancel()
	p := w.start()
	select {
	case <-p.connected:
	case <-ctx.Done():
		w.t.Fatalf("the desk did not connect:\n%s", p.logged())
	}
	if w.sockets {
		if err := w.srv.Until(ctx, func() bool { return w.srv.Sockets() >= 2 }); err != nil {
			w.t.Fatalf("no sockets: %v\n%s", err, p.logged())
		}
	}
	return p
}

// kill ends a desk as a power cut would.
func (w *workspace) kill(p *process) {
	w.gone(p)
	_ = p.cmd.Process.Kill() // it may have ended by itself
	<-p.done
}

func (w *workspace) gone(p *process) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, d := range w.desks {
		if d == p {
			w.desks = append(w.desks[:i:i], w.desks[i+1:]...)
			return
		}
	}
}

// stop asks a desk to stop, and fails unless it does so cleanly within 10 s.
func (w *workspace) stop(p *process) {
	w.t.Helper()
	began := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		w.t.Errorf("stop: %v", err)
	}
	w.gone(p)
	<-p.done
	if took, code := time.Since(began), p.cmd.ProcessState.ExitCode(); took > 10*time.Second || code != exitDone {
		w.t.Errorf("the desk stopped after %s with %d:\n%s", took, code, p.logged())
	}
}

func (w *workspace) running() []*process {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]*process(nil), w.desks...)
}

func (w *workspace) end() {
	for _, p := range w.running() {
		w.kill(p)
	}
	if w.front != nil {
		w.front.Close()
	}
}

// books opens the desk's database beside it, to read.
func (w *workspace) books() *sql.DB { return w.open("ro") }

// open opens the desk's database beside it; mode is "ro" or "rw".
func (w *workspace) open(mode string) *sql.DB {
	w.t.Helper()
	driver, at := "sqlite3", "file:"+w.url+"?mode="+mode+"&_busy_timeout=5000"
	if strings.HasPrefix(w.url, "postgres") {
		driver, at = "pgx", w.url
	}
	db, err := sql.Open(driver, at)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = db.Close() }) // read only
	return db
}
