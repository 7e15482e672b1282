package slacktest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// desk is an app behind HTTP that checks signatures and keeps what came.
type desk struct {
	*httptest.Server
	mu   sync.Mutex
	came []string
	nums []string // of retries
}

func serve(t *testing.T, srv *slacktest.Server, answer func(path, body string, w http.ResponseWriter)) *desk {
	d := &desk{}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		check, err := slack.NewSecretsVerifier(r.Header, srv.SigningSecret)
		if err == nil {
			_, _ = check.Write(body)
			err = check.Ensure()
		}
		if err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		d.mu.Lock()
		d.came = append(d.came, r.URL.Path+" "+string(body))
		d.nums = append(d.nums, r.Header.Get("X-Slack-Retry-Num"))
		d.mu.Unlock()
		answer(r.URL.Path, string(body), w)
	}))
	t.Cleanup(d.Close)
	srv.Over(d.URL)
	return d
}

func (d *desk) count(part string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, c := range d.came {
		if strings.Contains(c, part) {
			n++
		}
	}
	return n
}

func TestSignedCommandAndItsResponseURL(t *testing.T) {
	srv, _ := workspace(t)
	srv.Tolerate()
	now := time.Now()
	srv.Now = func() time.Time { return now }
	d := serve(t, srv, func(path, body string, w http.ResponseWriter) {
		if path == "/slack/commands" {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"text":"one moment"}`)
		}
	})
	c := srv.User("U1").Slash("C1", "/ticket", "contact add Ann ann@example.com of #desk & co")
	if err := c.Answered(soon(t)); err != nil {
		t.Fatal(err)
	}
	form, err := url.ParseQuery(strings.SplitN(d.came[0], " ", 2)[1])
	if want := "contact add Ann <mailto:ann@example.com|ann@example.com> of <#C1|desk> &amp; co"; err != nil || form.Get("text") != want {
		t.Errorf("text = %q, want %q", form.Get("text"), want)
	}
	answer := func(body string) string {
		res, err := http.Post(c.ResponseURL, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		raw, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	if got := answer(`{"text":"done","replace_original":true}`); got != "ok" {
		t.Errorf("first use: %s", got)
	}
	if m := srv.Messages("C1", "U1"); len(m) != 1 || m[0].Text != "done" || m[0].EphemeralTo != "U1" {
		t.Errorf("replaced = %+v", m)
	}
	if got := answer(`{"text":"all","response_type":"in_channel"}`); got != "ok" || len(srv.Messages("C1", "U2")) != 1 {
		t.Errorf("second use: %s", got)
	}
	for range 3 {
		answer(`{"text":"more"}`)
	}
	if got := answer(`{"text":"sixth"}`); !strings.Contains(got, "used_url") {
		t.Errorf("sixth use: %s", got)
	}
	late := srv.User("U1").Slash("C1", "/ticket", "")
	if err := late.Wait(soon(t)); err != nil {
		t.Fatal(err)
	}
	now = now.Add(31 * time.Minute)
	c = late
	if got := answer(`{"text":"late"}`); !strings.Contains(got, "expired_url") {
		t.Errorf("after 30 minutes: %s", got)
	}
}

func TestHostileAndRepeatedDeliveries(t *testing.T) {
	srv, _ := workspace(t)
	d := serve(t, srv, func(_, body string, w http.ResponseWriter) {
		if strings.Contains(body, "challenge") {
			_, _ = io.WriteString(w, body)
		}
	})
	if status, _ := srv.Post("/slack/commands", []byte("a=b"), time.Now(), "wrong", nil); status != http.StatusUnauthorized {
		t.Errorf("wrong secret: %d", status)
	}
	if status, _ := srv.Post("/slack/commands", []byte("a=b"), time.Now().Add(-6*time.Minute), srv.SigningSecret, nil); status != http.StatusUnauthorized {
		t.Errorf("old: %d", status)
	}
	if err := srv.VerifyURL(); err != nil {
		t.Error(err)
	}
	first := srv.User("U1").GlobalShortcut("new")
	if err := first.Wait(soon(t)); err != nil {
		t.Fatal(err)
	}
	if err := first.Again().Wait(soon(t)); err != nil {
		t.Fatal(err)
	}
	if d.count(url.QueryEscape(`"`+first.TriggerID+`"`)) != 2 {
		t.Errorf("the same did not come twice: %q", d.came)
	}
}

func TestEventsComeAgain(t *testing.T) {
	srv, _ := workspace(t)
	d := serve(t, srv, func(_, _ string, w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) })
	srv.User("U1").OpenHome()
	until(t, srv, func() bool { all := srv.Deliveries(); return len(all) == 2 && all[1].Wait(soon(t)) != nil })
	srv.RetryEvents()
	until(t, srv, func() bool { all := srv.Deliveries(); return len(all) == 3 && all[2].Wait(soon(t)) != nil })
	if got := strings.Join(d.nums, " "); got != " 1 2" {
		t.Errorf("retries = %q", got)
	}
}

func TestNoAnswerIsAViolation(t *testing.T) {
	t.Parallel()
	srv, _ := workspace(t)
	srv.Tolerate()
	hold := make(chan struct{})
	serve(t, srv, func(string, string, http.ResponseWriter) { <-hold })
	d := srv.User("U1").Slash("C1", "/ticket", "")
	err := d.Wait(soon(t))
	close(hold)
	if err == nil || err.Error() != "operation_timeout" || len(srv.Violations()) != 1 {
		t.Errorf("%v, %q", err, srv.Violations())
	}
}

func TestManyAtOnce(t *testing.T) {
	srv, api := workspace(t)
	srv.Rate("chat.update", 0, 0)
	_, ts, err := api.PostMessage("C1", slack.MsgOptionText("0", false), slack.MsgOptionBlocks(button("go", "")))
	if err != nil {
		t.Fatal(err)
	}
	serve(t, srv, func(_, body string, _ http.ResponseWriter) {
		if strings.Contains(body, "block_actions") {
			if _, _, _, err := api.UpdateMessage("C1", ts, slack.MsgOptionText("1", false)); err != nil {
				t.Error(err)
			}
		}
	})
	m, _ := srv.Message("C1", ts)
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			u := srv.User([]string{"U1", "U2"}[i%2])
			if err := u.Press(m, "go", "").Answered(soon(t)); err != nil {
				t.Error(err)
			}
			u.Say("C1", ts, "pressed")
		})
	}
	wg.Wait()
	if n := len(srv.Messages("C1", "U1")); n != 61 {
		t.Errorf("%d messages", n)
	}
}
