package slack

import (
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// What is delivered twice has the same key both times, and things that are not
// the same have other keys.
func TestKeys(t *testing.T) {
	modes(t, func(t *testing.T, sockets bool) {
		r := newRig(t, sockets)
		m := r.card("C1")
		v := r.opensForm("U1")
		r.replies(func(chat.Interaction) chat.Reply { return private("done") })
		u := r.srv.User("U1")
		submit := u.Submit(v, map[string]string{"summary": "printer"})
		if err := submit.Wait(within(t)); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for kind, d := range map[chat.Kind]*slacktest.Delivery{
			chat.Command: u.Slash("C1", "/ticket", "42"), chat.Press: u.Press(m, "go", ""), chat.Submit: submit, chat.Shortcut: u.GlobalShortcut("new_request"),
		} {
			if err := d.Wait(within(t)); err != nil {
				t.Fatal(err)
			}
			r.quick(d.Again(), time.Second)
			r.p.Idle()
			in := r.interactions(kind)
			one, two := in[len(in)-2], in[len(in)-1]
			if one.Key == "" || one.Key != two.Key || seen[one.Key] {
				t.Errorf("%s: keys %q and %q", kind, one.Key, two.Key)
			}
			seen[one.Key] = true
		}
		press := r.srv.User("U1").Press(m, "more", "b")
		r.quick(press, time.Second)
		if in := r.interactions(chat.Press); in[len(in)-1].Value != "b" || seen[in[len(in)-1].Key] {
			t.Errorf("another press: %+v", in)
		}
	})
}

// An event that comes again is acknowledged once it is saved, and answered once.
func TestEventsComeAgain(t *testing.T) {
	modes(t, func(t *testing.T, sockets bool) {
		r := newRig(t, sockets)
		r.srv.Tolerate() // events that are held are late
		m := r.card("C1")
		r.replies(func(chat.Interaction) chat.Reply { return private("noted") })
		d := r.says("U1", m, "hello")
		r.quick(d, time.Second)
		r.seen("U1", "noted")
		for range 2 {
			r.quick(d.Again(), time.Second)
		}
		release := r.held(private("noted later"))
		slow := r.says("U1", m, "one more")
		r.until("it is worked on", func() bool { return len(r.interactions(chat.Said)) == 2 })
		again := slow.Again()
		if !sockets {
			if err := again.Wait(within(t)); err == nil {
				t.Error("acknowledged while it is not saved yet")
			}
		}
		release()
		r.seen("U1", "noted later")
		r.p.Idle()
		r.quick(slow.Again(), time.Second)
		if in := r.interactions(chat.Said); len(in) != 2 || in[0].Key == in[1].Key {
			t.Errorf("asked %d times: %+v", len(in), in)
		}
		if n := strings.Count(r.reads("U1"), "noted"); n != 2 {
			t.Errorf("answered %d times", n)
		}
	})
}

// A message that names Deskbell comes as two events, and is one thing said.
func TestMentionedOnce(t *testing.T) {
	modes(t, func(t *testing.T, sockets bool) {
		r := newRig(t, sockets)
		for n, ch := range []string{"C1", "C2"} {
			m := r.card(ch)
			r.srv.User("U1").Say(ch, m.TS, "<@UBOT> what is up with &lt; this")
			r.until("it was heard", func() bool { return len(r.interactions(chat.Said)) > n })
			r.settled()
			in := r.interactions(chat.Said)
			if len(in) != n+1 || !in[n].Addressed || in[n].Text != "what is up with &lt; this" || in[n].Place.Thread != m.TS || in[n].From.Name != "Ann Other" {
				t.Errorf("heard %+v", in)
			}
		}
	})
}

// settled holds until everything delivered so far was acknowledged and worked on.
func (r *rig) settled() {
	r.t.Helper()
	for _, d := range r.srv.Deliveries() {
		_ = d.Wait(within(r.t)) // what failed is seen elsewhere
	}
	r.p.Idle()
}
