package main

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/config"
	"deskbell.dev/deskbell/internal/sample"
	"deskbell.dev/deskbell/internal/sample/sampletest"
	"deskbell.dev/deskbell/internal/slack/slacktest"
	"deskbell.dev/deskbell/store"
)

// workspace is a strict Slack with the sample's people in it, and the desk's
// folder. The desk itself runs as one or more processes of this test binary.
type workspace struct {
	*machine
	srv     *slacktest.Server
	sockets bool // Socket Mode; else signed HTTP through front
	front   *httptest.Server
	handles []string
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
	w := &workspace{srv: slacktest.New(t), sockets: sockets}
	w.machine = &machine{t: t, dir: t.TempDir(), url: url, program: "deskbell", connected: "slack: connected", env: w.environ}
	var ids []string
	cfg, w.handles = sampletest.On(cfg, "slack", deskChannel, func(handle, name string) string {
		w.srv.AddUser(slacktest.User{ID: slackID(handle), Name: handle, RealName: name, TZ: "UTC"})
		ids = append(ids, slackID(handle))
		return slackID(handle)
	})
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
	t.Cleanup(func() {
		w.end()
		if w.front != nil {
			w.front.Close()
		}
	})
	return w
}

// environ is what a process of this workspace is given.
func (w *workspace) environ() []string {
	env := []string{"DESKBELL_DATABASE_URL=" + w.url, "DESKBELL_HTTP_LISTEN=127.0.0.1:0", testClock + "=1",
		"DESKBELL_SLACK_BOT_TOKEN=" + w.srv.BotToken, "DESKBELL_SLACK_API_URL=" + w.srv.APIURL()}
	if w.sockets {
		return append(env, "DESKBELL_SLACK_APP_TOKEN="+w.srv.AppToken)
	}
	return append(env, "DESKBELL_SLACK_SIGNING_SECRET="+w.srv.SigningSecret)
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
