package main

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/config"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// newStore is an empty desk in a temporary folder, with the default settings.
func newStore(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "desk.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // some tests close it before
	if err := config.Apply(t.Context(), s, config.Default(), time.Now()); err != nil {
		t.Fatal(err)
	}
	return s
}

// serving runs a desk on a free port until the test ends.
func serving(t *testing.T, movable bool) (*runningDesk, string) {
	t.Helper()
	s := newStore(t)
	clock, err := newClock(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	d, err := newDesk(slog.New(slog.DiscardHandler), s, clock, config.Default())
	if err != nil {
		t.Fatal(err)
	}
	d.movable = movable
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- d.serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return d, "http://" + ln.Addr().String()
}

// call is one request with its status and body.
func call(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, strings.TrimSpace(string(b))
}

func TestEndpoints(t *testing.T) {
	_, url := serving(t, false)
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/healthz", "", 200, `{"ok":true}`},
		{"GET", "/readyz", "", 200, `{"ready":true,"checks":{"store":"ok"}}`},
		{"POST", "/healthz", "", 405, "Method Not Allowed"},
		{"DELETE", "/readyz", "", 405, "Method Not Allowed"},
		{"PUT", "/metrics", "", 405, "Method Not Allowed"},
		{"GET", "/", "", 404, "404 page not found"},
		{"POST", "/api/clock", `{"advance":"1m"}`, 404, "404 page not found"},
		{"POST", "/healthz", strings.Repeat("x", maxBody+1), 413, `{"error":"the body is larger than 1 MiB"}`},
	} {
		if status, body := call(t, c.method, url+c.path, c.body); status != c.status || body != c.want {
			t.Errorf("%s %s: %d %s, want %d %s", c.method, c.path, status, body, c.status, c.want)
		}
	}
}

func TestNotReady(t *testing.T) {
	d, url := serving(t, false)
	if err := d.store.Close(); err != nil {
		t.Fatal(err)
	}
	if status, body := call(t, "GET", url+"/readyz", ""); status != 503 || body != `{"ready":false,"checks":{"store":"does not work"}}` {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := call(t, "GET", url+"/healthz", ""); status != 200 {
		t.Errorf("healthz: %d; the process still answers", status)
	}
}

func TestMetrics(t *testing.T) {
	d, url := serving(t, false)
	if _, err := d.store.Enqueue(t.Context(), desk.Notice{Key: "later", Kind: desk.Post, Place: "channel", Due: d.clock.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	_, err := d.store.DoDesk(t.Context(), store.DeskRequest{By: desk.By(7), At: d.clock.Now(), Do: desk.DialSet{Rule: desk.FourEyes, Dial: desk.Off}})
	if err == nil {
		t.Fatal("a stranger turned a dial")
	}
	_, body := call(t, "GET", url+"/metrics", "")
	for _, want := range []string{`deskbell_notices{state="pending"} 1`, `deskbell_notices{state="dead"} 0`, `deskbell_refusals{rule="roles"} 1`,
		`deskbell_build_info{commit=`, "go_goroutines ", "process_resident_memory_bytes "} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing in\n%s", want, body)
		}
	}
}

func TestTestClock(t *testing.T) {
	d, url := serving(t, true)
	before := d.clock.Now()
	if status, body := call(t, "POST", url+"/api/clock", `{"advance":"16m"}`); status != 200 || !strings.HasPrefix(body, `{"now":"`) {
		t.Errorf("%d %s", status, body)
	}
	if got := d.clock.Now().Sub(before); got < 16*time.Minute || got > 17*time.Minute {
		t.Errorf("the clock moved by %s", got)
	}
	for _, body := range []string{``, `{}`, `{"advance":"-1m"}`, `{"advance":"soon"}`, `{"to":"2020-01-01T00:00:00Z"}`, `{"to":"tomorrow"}`,
		`{"advance":"1m","to":"2099-01-01T00:00:00Z"}`, `{"advance":"1m"} {}`, `{"by":"1m"}`, `[]`} {
		if status, answer := call(t, "POST", url+"/api/clock", body); status != 400 || !strings.HasPrefix(answer, `{"error":"`) {
			t.Errorf("%s: %d %s", body, status, answer)
		}
	}
	if status, _ := call(t, "GET", url+"/api/clock", ""); status != 405 {
		t.Errorf("GET: %d", status)
	}
}

func TestHere(t *testing.T) {
	for listen, want := range map[string]string{":8080": "127.0.0.1:8080", "0.0.0.0:80": "127.0.0.1:80", "[::]:80": "127.0.0.1:80", "10.0.0.7:80": "10.0.0.7:80", "desk:80": "desk:80"} {
		if got := here(listen); got != want {
			t.Errorf("%s is reached at %s, want %s", listen, got, want)
		}
	}
}

// listening finds in the log where the program listens.
var listening = regexp.MustCompile(`listen=(\S+)`)

func TestStopsOnSIGTERM(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "desk.db")
	token := filepath.Join(dir, "token")
	if err := os.WriteFile(token, []byte("xoxb-canary77"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := program(t, []string{"DESKBELL_DATABASE_URL=" + db, "DESKBELL_HTTP_LISTEN=127.0.0.1:0", "DESKBELL_SLACK_BOT_TOKEN_FILE=" + token}, "serve")
	cmd.Dir = dir
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }()
	var log strings.Builder
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		log.WriteString(lines.Text() + "\n")
		m := listening.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		if status, _ := call(t, "GET", "http://"+m[1]+"/healthz", ""); status != 200 {
			t.Errorf("healthz: %d", status)
		}
		health := program(t, []string{"DESKBELL_HTTP_LISTEN=" + m[1]}, "healthcheck")
		if out, err := health.CombinedOutput(); err != nil {
			t.Errorf("healthcheck: %v\n%s", err, out)
		}
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	stopping := time.Now()
	if err := cmd.Wait(); err != nil {
		t.Errorf("exit: %v", err)
	}
	if took := time.Since(stopping); took > 10*time.Second {
		t.Errorf("it took %s to stop", took)
	}
	if !strings.Contains(log.String(), "the desk is closed") || strings.Contains(log.String(), "canary") {
		t.Errorf("the log:\n%s", log.String())
	}
	s, err := store.Open(t.Context(), db, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("the database was not let go: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
