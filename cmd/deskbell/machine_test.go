package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
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
	"deskbell.dev/deskbell/store"
)

// machine is a desk's folder and database, and the processes of this test binary
// that run the desk.
type machine struct {
	t         *testing.T
	dir       string
	url       string // of the database
	program   string // what the processes are called as
	connected string // what one logs once its platform knows it
	env       func() []string

	mu    sync.Mutex
	desks []*process // that run
}

func (m *machine) config() string { return filepath.Join(m.dir, "deskbell.yaml") }

func (m *machine) seed(cfg []byte, seed func(context.Context, *store.Store, *config.File) error) {
	m.t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, m.url, slog.New(slog.DiscardHandler))
	if err != nil {
		m.t.Fatal(err)
	}
	f, err := config.Parse("deskbell.yaml", cfg)
	if err == nil {
		err = seed(ctx, s, f)
	}
	if err != nil {
		m.t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		m.t.Fatal(err)
	}
}

// process is one running `deskbell serve`.
type process struct {
	cmd       *exec.Cmd
	listen    string
	connected chan struct{} // closed once the platform has told it who it is
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
func (m *machine) start() *process {
	m.t.Helper()
	p := m.launch()
	if p.listen != "" {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.desks = append(m.desks, p)
	}
	return p
}

// launch runs another desk, and returns when it listens, or fails.
func (m *machine) launch() *process {
	m.t.Helper()
	p := &process{cmd: program(m.t, m.env(), "serve", "--config", m.config()), connected: make(chan struct{}), done: make(chan struct{})}
	p.cmd.Args[0] = m.program
	stderr, err := p.cmd.StderrPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		m.t.Fatal(err)
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
			if strings.Contains(lines.Text(), m.connected) {
				close(p.connected)
			}
		}
		_ = p.cmd.Wait() // its state says how it ended
	}()
	select {
	case p.listen = <-listens:
	case <-p.done:
		m.t.Errorf("the desk did not start:\n%s", p.logged())
	}
	return p
}

// kill ends a desk as a power cut would.
func (m *machine) kill(p *process) {
	m.gone(p)
	_ = p.cmd.Process.Kill() // it may have ended by itself
	<-p.done
}

func (m *machine) gone(p *process) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, d := range m.desks {
		if d == p {
			m.desks = append(m.desks[:i:i], m.desks[i+1:]...)
			return
		}
	}
}

// stop asks a desk to stop, and fails unless it does so cleanly within 10 s.
func (m *machine) stop(p *process) {
	m.t.Helper()
	began := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		m.t.Errorf("stop: %v", err)
	}
	m.gone(p)
	<-p.done
	if took, code := time.Since(began), p.cmd.ProcessState.ExitCode(); took > 10*time.Second || code != exitDone {
		m.t.Errorf("the desk stopped after %s with %d:\n%s", took, code, p.logged())
	}
}

func (m *machine) running() []*process {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]*process(nil), m.desks...)
}

// books opens the desk's database beside it, to read.
func (m *machine) books() *sql.DB { return m.open("ro") }

// open opens the desk's database beside it; mode is "ro" or "rw".
func (m *machine) open(mode string) *sql.DB {
	m.t.Helper()
	driver, at := "sqlite3", "file:"+m.url+"?mode="+mode+"&_busy_timeout=5000"
	if strings.HasPrefix(m.url, "postgres") {
		driver, at = "pgx", m.url
	}
	db, err := sql.Open(driver, at)
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { _ = db.Close() }) // read only
	return db
}

// choose sends a delivery to any desk that runs; where none does, nobody answers.
func (m *machine) choose(r *httputil.ProxyRequest) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r.Out.URL.Scheme, r.Out.URL.Host = "http", "127.0.0.1:1"
	if n := len(m.desks); n > 0 {
		r.Out.URL.Host = m.desks[rand.IntN(n)].listen
	}
}

// end kills what still runs.
func (m *machine) end() {
	for _, p := range m.running() {
		m.kill(p)
	}
}

// checked runs `deskbell check` and looks for the parts of lines. On 0 no line
// may be a fail.
func (m *machine) checked(env []string, code int, want ...string) {
	m.t.Helper()
	cmd := program(m.t, env, "check", "--config", m.config())
	var log strings.Builder
	cmd.Stderr = &log
	out, err := cmd.Output()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		m.t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != code {
		m.t.Errorf("exit code %d, want %d", got, code)
	}
	for _, part := range want {
		if !strings.Contains(string(out), part) {
			m.t.Errorf("%q is missing", part)
		}
	}
	if code == 0 && strings.Contains("\n"+string(out), "\nfail") || m.t.Failed() {
		m.t.Errorf("it said:\n%s%s", out, log.String())
	}
}

// saved is the database's file: nobody has it open, so all of it stands there.
func (m *machine) saved() []byte {
	m.t.Helper()
	b, err := os.ReadFile(m.url)
	if err != nil {
		m.t.Fatal(err)
	}
	return b
}

// reseed makes the desk anew from a changed configuration.
func (m *machine) reseed(old, by string) {
	m.t.Helper()
	m.url = filepath.Join(m.dir, "another.db")
	m.seed(m.rewrite(old, by), onDutyNow)
}

// rewrite changes the configuration.
func (m *machine) rewrite(old, by string) []byte {
	m.t.Helper()
	cfg, err := os.ReadFile(m.config())
	if err != nil || !bytes.Contains(cfg, []byte(old)) {
		m.t.Fatal(old, err)
	}
	cfg = bytes.ReplaceAll(cfg, []byte(old), []byte(by))
	if err := os.WriteFile(m.config(), cfg, 0o600); err != nil {
		m.t.Fatal(err)
	}
	return cfg
}

// later moves all desks' clocks, and returns when nothing is in hand any more.
func (m *machine) later(span string) {
	m.t.Helper()
	for _, p := range m.running() {
		if status, body := call(m.t, "POST", "http://"+p.listen+"/api/clock", `{"advance":"`+span+`"}`); status != 200 {
			m.t.Errorf("the clock: %d %s", status, body)
		}
	}
}
