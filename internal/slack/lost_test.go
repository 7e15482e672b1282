package slack

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// Words that the desk could not keep in time, and wants to hear again, are not
// acknowledged late either.
func TestLateAndAgain(t *testing.T) {
	modes(t, func(t *testing.T, sockets bool) {
		r := newRig(t, sockets)
		r.srv.Tolerate() // Slack counts what is not acknowledged
		m := r.card("C1")
		release := r.held(chat.Reply{Again: true})
		d := r.says("U1", m, "keep this")
		r.until("it is worked on", func() bool { return len(r.interactions(chat.Said)) == 1 })
		release()
		r.p.Idle()
		r.replies(func(chat.Interaction) chat.Reply { return chat.Reply{} })
		if status, _, _ := d.Acked(); status == http.StatusOK {
			t.Error("it was acknowledged though it is not kept")
		}
		d.Again()
		r.until("it is heard again", func() bool { return len(r.interactions(chat.Said)) == 2 })
	})
}

// What becomes of somebody in another workspace, or what they change about
// themselves, takes nobody off the desk.
func TestLeftElsewhere(t *testing.T) {
	r := newRig(t, false)
	left := make(chan chat.User, 10)
	r.replies(func(in chat.Interaction) chat.Reply {
		if in.Kind == chat.Left {
			left <- in.From
		}
		return private("never shown to whoever left")
	})
	for n, c := range []struct{ team, user string }{
		{"T666", `{"id":"U1","team_id":"T666","name":"mallory","deleted":true}`},
		{r.p.self.TeamID, `{"id":"U1","team_id":"` + r.p.self.TeamID + `","name":"ann","real_name":"Ann Renamed"}`},
		{r.p.self.TeamID, `{"id":"U2","team_id":"` + r.p.self.TeamID + `","name":"ben","is_restricted":true}`},
		{r.p.self.TeamID, `{"id":"U1","team_id":"` + r.p.self.TeamID + `","name":"ann","deleted":true}`},
	} {
		event := []byte(`{"type":"event_callback","team_id":"` + c.team + `","event_id":"E` + string(rune('a'+n)) + `","event":{"type":"user_change","user":` + c.user + `}}`)
		if status, _ := r.srv.Post("/slack/events", event, time.Now(), r.srv.SigningSecret, map[string]string{"Content-Type": "application/json"}); status != http.StatusOK {
			t.Errorf("%d: %d", n, status)
		}
	}
	r.p.Idle()
	if len(left) != 2 {
		t.Fatalf("%d have left", len(left))
	}
	for _, want := range []string{"guest", "deactivated"} {
		if u := <-left; u.Outside != want {
			t.Errorf("%s left as %q, want %q", u.ID, u.Outside, want)
		}
	}
	if r.sees("U1", "never shown") || r.sees("U2", "never shown") {
		t.Error("somebody who left was answered")
	}
}

// An answer that all see is not shown again where nobody knows whether it was.
func TestPublicOnce(t *testing.T) {
	r := newRig(t, true)
	release := r.held(chat.Reply{Message: &chat.Message{Text: chat.Say("who takes the week?")}})
	r.fails(map[string]slacktest.Fault{"views.open": {Error: "expired_trigger_id"}}, 1)
	r.srv.User("U1").Slash("C1", "/desk", "rota swap")
	r.seen("U1", chat.NotYet)
	r.fails(map[string]slacktest.Fault{"response_url": {CutAfter: true}}, 1)
	release()
	r.p.Idle()
	if n := strings.Count(r.reads("U2"), "who takes the week?"); n != 1 {
		t.Errorf("the others see it %d times", n)
	}
}

// A channel that other workspaces read is none for tickets.
func TestSharedChannel(t *testing.T) {
	r := newRig(t, false)
	r.srv.AddChannel(slacktest.Channel{ID: "C9", Name: "with-acme", Shared: true, Members: []string{"U1", r.srv.BotUserID}})
	for _, name := range []string{"C9", "with-acme"} {
		var trouble *chat.Trouble
		if _, err := r.p.Channel(t.Context(), name); !errors.As(err, &trouble) || !strings.Contains(trouble.Fix, "own workspace") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
