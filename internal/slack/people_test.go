package slack

import (
	"net/url"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// The handler hears who it is: strangers, guests, bots and those who are gone
// are marked.
func TestWhoItIs(t *testing.T) {
	modes(t, func(t *testing.T, sockets bool) {
		r := newRig(t, sockets)
		for id, outside := range map[string]string{"U1": "", "W1": "", "UG": "guest", "UB": "bot", "UD": "deactivated", "UX": "other workspace"} {
			r.quick(r.srv.User(id).Slash("C1", "/ticket", id), time.Second)
			in := r.interactions(chat.Command)
			if got := in[len(in)-1]; got.From.ID != id || got.From.Outside != outside {
				t.Errorf("%s is %+v", id, got.From)
			}
		}
		r.srv.UpdateUser("U2", func(u *slacktest.User) { u.Guest = true })
		r.until("the change is known", func() bool { k, _ := r.p.people.get("U2"); return k.Restricted })
		r.quick(r.srv.User("U2").Slash("C1", "/ticket", "U2"), time.Second)
		if in := r.interactions(chat.Command); in[len(in)-1].From.Outside != "guest" {
			t.Errorf("%+v", in[len(in)-1].From)
		}
	})
}

// A delivery of another workspace comes from nobody of ours, whatever its id.
func TestAnotherWorkspace(t *testing.T) {
	r := newRig(t, false)
	body := []byte(url.Values{"team_id": {"T666"}, "user_id": {"U1"}, "channel_id": {"C1"}, "command": {"/ticket"}, "trigger_id": {"6.6"}}.Encode())
	if code, _ := r.srv.Post("/slack/commands", body, time.Now(), r.srv.SigningSecret, nil); code != 200 {
		t.Errorf("%d", code)
	}
	event := []byte(`{"type":"event_callback","team_id":"T666","event_id":"E6","event":{"type":"user_change","user":{"id":"U1","team_id":"T666","name":"mallory"}}}`)
	if code, _ := r.srv.Post("/slack/events", event, time.Now(), r.srv.SigningSecret, map[string]string{"Content-Type": "application/json"}); code != 200 {
		t.Errorf("%d", code)
	}
	in := r.interactions(chat.Command)
	if len(in) != 1 || in[0].From.Outside != "other workspace" {
		t.Errorf("asked %+v", in)
	}
	if u, err := r.p.Find(t.Context(), "U1"); err != nil || u.Handle != "ann" || u.Outside != "" {
		t.Errorf("U1 became %+v, %v", u, err)
	}
}

// Somebody not met yet is asked for; while Slack does not say who it is, nothing
// is done, and the person is told in time. Somebody known stays known.
func TestSlackDoesNotSayWho(t *testing.T) {
	for name, f := range map[string]slacktest.Fault{"hangs": {Delay: 20 * time.Second}, "500": {Status: 500}, "429": {RetryAfter: 2 * time.Second}} {
		t.Run(name, func(t *testing.T) {
			modes(t, func(t *testing.T, sockets bool) {
				r := newRig(t, sockets)
				m := r.card("C1")
				r.srv.AddUser(slacktest.User{ID: "UNEW", Name: "nel"})
				r.srv.UpdateChannel("C1", func(c *slacktest.Channel) { c.Members = append(c.Members, "UNEW") })
				r.srv.Fault(func(c slacktest.Call) slacktest.Fault {
					if c.Method == "users.info" {
						return f
					}
					return slacktest.Fault{}
				})
				r.quick(r.srv.User("UNEW").Slash("C1", "/ticket", "42"), 1500*time.Millisecond)
				r.seen("UNEW", chat.WhoAreYou)
				r.quick(r.srv.User("UNEW").Press(m, "go", ""), 1500*time.Millisecond)
				r.p.people.mu.Lock()
				old := r.p.people.byID["U1"]
				old.at = time.Now().Add(-time.Hour)
				r.p.people.byID["U1"] = old
				r.p.people.mu.Unlock()
				r.quick(r.srv.User("U1").Slash("C1", "/ticket", "42"), 1500*time.Millisecond)
				asked := func() []chat.Interaction { return append(r.interactions(chat.Command), r.interactions(chat.Press)...) }
				r.until("U1 is asked for", func() bool { return len(asked()) > 0 }) // perhaps after the acknowledgement
				if in := asked(); len(in) != 1 || in[0].From.ID != "U1" {
					t.Errorf("asked %+v", in)
				}
				r.srv.Tolerate() // an event that cannot be taken is not acknowledged
				event := r.says("UNEW", m, "hello")
				if !sockets && event.Wait(within(t)) == nil {
					t.Error("an event was acknowledged and lost")
				}
			})
		})
	}
}
