package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/slack/slacktest"
)

var hello = chat.Message{Text: chat.Say("hello")}

// A post whose answer was lost is found again in a channel, a thread and direct
// messages, and one that never came is posted once.
func TestAmbiguousPosts(t *testing.T) {
	for name, f := range map[string]slacktest.Fault{"after": {CutAfter: true}, "before": {CutBefore: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, false)
			root := r.card("C1")
			for n, at := range []chat.Place{{Channel: "C1"}, {Channel: "C2"}, {Channel: "C1", Thread: root.TS}, {User: "U1"}} {
				key := fmt.Sprint("t/", n)
				r.fails(map[string]slacktest.Fault{"chat.postMessage": f}, 1)
				tried := time.Now()
				if _, err := r.p.Post(t.Context(), at, hello, key, time.Time{}); !errors.Is(err, chat.ErrUnsure) {
					t.Fatalf("%+v: %v", at, err)
				}
				for range 2 {
					ref, err := r.p.Post(t.Context(), at, hello, key, tried)
					if err != nil || ref.ID == "" || ref.Place.Channel == "" {
						t.Fatalf("%+v: %v %v", at, ref, err)
					}
					m, _ := r.srv.Message(ref.Place.Channel, ref.ID)
					if !strings.Contains(string(m.Metadata), `"`+key+`"`) || m.ThreadTS != at.Thread {
						t.Errorf("%+v: found %+v", at, m)
					}
				}
				channel := at.Channel
				if channel == "" {
					channel = r.srv.DM("U1")
				}
				found := 0
				for _, m := range r.srv.Messages(channel, "U1") {
					if strings.Contains(string(m.Metadata), `"`+key+`"`) {
						found++
					}
				}
				if found != 1 {
					t.Errorf("%+v: posted %d times", at, found)
				}
			}
		})
	}
}

// Posts into a channel go at their pace, whoever sends them, and other channels
// do not wait for it.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(60 * time.Millisecond)
		began := time.Now()
		gone := make(chan time.Duration, 5)
		for n := range 5 {
			go func() {
				if err := p.wait(t.Context(), "chat.postMessage", about{where: "C1", id: fmt.Sprint("one/", n)}); err != nil {
					t.Error(err)
				}
				gone <- time.Since(began)
			}()
		}
		synctest.Wait()
		if err := p.wait(t.Context(), "chat.postMessage", about{where: "C2", id: "other"}); err != nil || time.Since(began) > 0 {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		for n := range 5 {
			if at := <-gone; at != time.Duration(n)*60*time.Millisecond {
				t.Errorf("post %d goes after %v", n, at)
			}
		}
	})
}

// Told to wait, nothing of the family is asked before the time is over, and the
// caller is told how long.
func TestRetryAfter(t *testing.T) {
	r := newRig(t, false)
	ref, err := r.p.Post(t.Context(), chat.Place{Channel: "C1"}, hello, "first", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.p.Post(t.Context(), chat.Place{User: "U2"}, hello, "dm", time.Time{}); err != nil {
		t.Fatal(err)
	}
	calls := map[string]func() error{
		"chat.postMessage": func() error {
			_, err := r.p.Post(t.Context(), chat.Place{Channel: "C2"}, hello, "second", time.Time{})
			return err
		},
		"chat.update": func() error { return r.p.Edit(t.Context(), ref, hello) },
		"conversations.history": func() error {
			_, err := r.p.Post(t.Context(), chat.Place{Channel: "C1"}, hello, "third", time.Now())
			return err
		},
		"conversations.open": func() error {
			_, err := r.p.Post(t.Context(), chat.Place{User: "U1"}, hello, "fourth", time.Time{})
			return err
		},
		"conversations.info": func() error { _, err := r.p.Channel(t.Context(), "C1"); return err },
		"views.publish": func() error {
			return r.p.call(t.Context(), "views.publish", func(c *slack.Client) error {
				_, err := c.PublishViewContext(t.Context(), slack.PublishViewContextRequest{UserID: "U1", View: r.p.home(nil)})
				return err
			})
		},
		"users.info": func() error { _, err := r.p.who(t.Context(), "UNEW"); return err },
	}
	for method, call := range calls {
		r.p.pace.paused = map[string]time.Time{}
		r.srv.Fault(func(c slacktest.Call) slacktest.Fault {
			if c.Method == method {
				return slacktest.Fault{RetryAfter: 30 * time.Second}
			}
			return slacktest.Fault{}
		})
		var wait *chat.Wait
		if err := call(); !errors.As(err, &wait) || wait.For != 30*time.Second {
			t.Errorf("%s: %v", method, err)
		}
		before := len(r.srv.Calls(""))
		for other, call := range calls {
			if family(other) != family(method) {
				continue
			}
			if err := call(); !errors.As(err, &wait) || wait.For <= 0 || wait.For > 30*time.Second {
				t.Errorf("%s inside the pause of %s: %v", other, method, err)
			}
		}
		if n := len(r.srv.Calls("")) - before; n != 0 {
			t.Errorf("%s: %d requests inside the pause", method, n)
		}
	}
}

// Slack's words, as a caller acts on them.
func TestSortedErrors(t *testing.T) {
	type sort = func(error) bool
	is := func(want error) sort { return func(err error) bool { return errors.Is(err, want) } }
	trouble := func(where string) sort {
		return func(err error) bool {
			var t *chat.Trouble
			return errors.As(err, &t) && t.Where == where && t.Fix != "" && t.Cause != ""
		}
	}
	wait := func(err error) bool { var w *chat.Wait; return errors.As(err, &w) && w.For > 0 }
	plainly := func(err error) bool {
		var tr *chat.Trouble
		return err != nil && !wait(err) && !errors.As(err, &tr) && !errors.Is(err, chat.ErrGone) && !errors.Is(err, chat.ErrUnsure) && !errors.Is(err, chat.ErrNever)
	}
	all := map[string]sort{"ratelimited": wait, "rate_limited": wait, "message_limit_exceeded": wait,
		"msg_too_long": is(chat.ErrNever), "no_text": is(chat.ErrNever), "invalid_blocks": is(chat.ErrNever), "msg_blocks_too_long": is(chat.ErrNever), "a_new_word": is(chat.ErrNever),
		"metadata_too_large": is(chat.ErrNever), "invalid_arguments": is(chat.ErrNever), "not_found": is(chat.ErrNever), "expired_trigger_id": is(chat.ErrNever)}
	for word := range gone {
		all[word] = is(chat.ErrGone)
	}
	for word := range unsure {
		all[word] = is(chat.ErrUnsure)
	}
	for word := range passing {
		all[word] = plainly
	}
	for word := range fixes {
		if all[word] != nil {
			t.Errorf("%s is sorted twice", word)
		}
		if all[word] = trouble("C1"); ofToken[word] {
			all[word] = trouble("")
		}
	}
	for word := range ofToken {
		if fixes[word] == "" {
			t.Errorf("%s has no fix", word)
		}
	}
	r := newRig(t, false)
	for word, sorted := range all {
		r.p.pace.paused = map[string]time.Time{}
		r.fails(map[string]slacktest.Fault{"chat.postMessage": {Error: word}}, 1)
		_, err := r.p.Post(t.Context(), chat.Place{Channel: "C1"}, hello, word, time.Time{})
		if !sorted(err) {
			t.Errorf("%s: %v", word, err)
		}
		var tr *chat.Trouble
		if ready := r.p.Ready(t.Context()); errors.As(err, &tr) && ofToken[word] != (ready != nil) {
			t.Errorf("%s: ready says %v", word, ready)
		}
		if err := r.p.Edit(t.Context(), chat.MessageRef{}, hello); err == nil { // nothing is there
			t.Error("edited nothing")
		}
		r.p.trouble.Store(nil)
	}
	for status, sorted := range map[int]sort{500: is(chat.ErrUnsure), 503: is(chat.ErrUnsure), 404: plainly, 403: plainly} {
		r.fails(map[string]slacktest.Fault{"chat.postMessage": {Status: status}}, 1)
		if _, err := r.p.Post(t.Context(), chat.Place{Channel: "C1"}, hello, fmt.Sprint(status), time.Time{}); !sorted(err) {
			t.Errorf("%d: %v", status, err)
		}
	}
	// Our own time over: unsure if it was sent, and not if it never was.
	r.fails(map[string]slacktest.Fault{"chat.postMessage": {Delay: 5 * time.Second}}, 1)
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := r.p.Post(short, chat.Place{Channel: "C1"}, hello, "short", time.Time{}); !errors.Is(err, chat.ErrUnsure) {
		t.Errorf("a timeout of ours: %v", err)
	}
	if _, err := r.p.Post(short, chat.Place{Channel: "C1"}, hello, "over", time.Time{}); !plainly(err) {
		t.Errorf("ended before: %v", err)
	}
	r.srv.Stop()
	if _, err := r.p.Post(t.Context(), chat.Place{Channel: "C1"}, hello, "down", time.Time{}); err == nil || errors.Is(err, chat.ErrNever) {
		t.Errorf("no server: %v", err)
	}
	r.srv.Start()
}

// What became of channels, people and messages meanwhile.
func TestPlacesThatChanged(t *testing.T) {
	r := newRig(t, false)
	post := func(at chat.Place) error {
		_, err := r.p.Post(t.Context(), at, hello, newKey(), time.Time{})
		return err
	}
	trouble := func(err error, cause, where string) {
		t.Helper()
		var tr *chat.Trouble
		if !errors.As(err, &tr) || tr.Cause != cause || tr.Where != where || tr.Fix == "" {
			t.Errorf("%v, want %s", err, cause)
		}
	}
	ref, err := r.p.Post(t.Context(), chat.Place{Channel: "C1"}, hello, "a", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	trouble(post(chat.Place{Channel: "C3"}), "not_in_channel", "C3")
	trouble(post(chat.Place{Channel: "CNONE"}), "channel_not_found", "CNONE")
	for _, who := range []string{"UD", "UNOBODY"} {
		if err := post(chat.Place{User: who}); !errors.Is(err, chat.ErrGone) {
			t.Errorf("to %s: %v", who, err)
		}
	}
	if err := post(chat.Place{Channel: "C1", Thread: "1.000001"}); !errors.Is(err, chat.ErrGone) {
		t.Errorf("into no thread: %v", err)
	}
	channel := func(name, id string, want error) {
		t.Helper()
		if got, err := r.p.Channel(t.Context(), name); got != id || !errors.Is(err, want) {
			t.Errorf("channel %s is %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"C1", "#desk", "desk", "<#C1>", "<#C1|desk>", "DESK"} {
		channel(name, "C1", nil)
	}
	channel("secret", "C2", nil)
	channel("nowhere", "", chat.ErrUnknown)
	_, err = r.p.Channel(t.Context(), "elsewhere")
	trouble(err, "not_in_channel", "C3")
	_, err = r.p.Channel(t.Context(), "C3")
	trouble(err, "not_in_channel", "C3")

	r.srv.UpdateChannel("C1", func(c *slacktest.Channel) { c.Name = "helpdesk" })
	channel("C1", "C1", nil)
	channel("helpdesk", "C1", nil)
	if err := r.p.Edit(t.Context(), ref, hello); err != nil {
		t.Error(err)
	}
	r.srv.UpdateChannel("C1", func(c *slacktest.Channel) { c.Archived = true })
	trouble(post(chat.Place{Channel: "C1"}), "is_archived", "C1")
	trouble(r.p.Edit(t.Context(), ref, hello), "is_inactive", "C1")
	_, err = r.p.Channel(t.Context(), "C1")
	trouble(err, "is_archived", "C1")
	r.srv.UpdateChannel("C1", func(c *slacktest.Channel) { c.Archived, c.Deleted = false, true })
	trouble(post(chat.Place{Channel: "C1"}), "channel_not_found", "C1")
	r.srv.UpdateChannel("C2", func(c *slacktest.Channel) { c.Members = []string{"U1"} })
	trouble(post(chat.Place{Channel: "C2"}), "channel_not_found", "C2")
	r.srv.SetScopes([]string{"commands"})
	trouble(post(chat.Place{Channel: "C3"}), "missing_scope", "C3")
	if err := r.p.Edit(t.Context(), chat.MessageRef{Place: chat.Place{Channel: "C3"}, ID: "1.1"}, hello); err == nil {
		t.Error("edited without a scope")
	}
}

// A message that was deleted is gone for its edits.
func TestEditOfADeletedMessage(t *testing.T) {
	r := newRig(t, false)
	m := r.card("C1")
	ref := chat.MessageRef{Place: chat.Place{Channel: "C1"}, ID: m.TS}
	if err := r.p.Edit(t.Context(), ref, hello); err != nil {
		t.Fatal(err)
	}
	if now, _ := r.srv.Message("C1", m.TS); now.Text != "hello" || strings.Contains(string(now.Blocks), `"go"`) {
		t.Errorf("%+v", now)
	}
	if err := r.p.callAt(t.Context(), "chat.delete", about{where: "C1"}, func(c *slack.Client) error { _, _, err := c.DeleteMessageContext(t.Context(), "C1", m.TS); return err }); err != nil {
		t.Fatal(err)
	}
	if err := r.p.Edit(t.Context(), ref, hello); !errors.Is(err, chat.ErrGone) {
		t.Errorf("%v", err)
	}
}
