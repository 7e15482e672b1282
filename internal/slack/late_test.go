package slack

import (
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// Whatever the handler is asked, an answer that is not there in time is said to
// be under way, and follows.
func TestLateAnswers(t *testing.T) {
	type begin func(r *rig) *slacktest.Delivery
	// Each sets the stage and returns what is done while the handler is held.
	kinds := map[string]struct {
		stage func(r *rig) begin
		told  bool // that it is not saved yet
	}{
		"command": {func(r *rig) begin {
			return func(r *rig) *slacktest.Delivery { return r.srv.User("U1").Slash("C1", "/ticket", "42") }
		}, true},
		"press": {func(r *rig) begin {
			m := r.card("C1")
			return func(r *rig) *slacktest.Delivery { return r.srv.User("U1").Press(m, "go", "") }
		}, true},
		"press in a window": {func(r *rig) begin {
			v := r.opensWindow("U1")
			return func(r *rig) *slacktest.Delivery { return r.srv.User("U1").PressView(v, "go", "") }
		}, true},
		"press in App Home": {func(r *rig) begin {
			r.srv.User("U1").CloseView(r.opensWindow("U1"))
			home, _ := r.srv.Home("U1")
			return func(r *rig) *slacktest.Delivery { return r.srv.User("U1").PressView(home, "go", "") }
		}, true},
		"submission": {func(r *rig) begin {
			v := r.opensForm("U1")
			return func(r *rig) *slacktest.Delivery {
				return r.srv.User("U1").Submit(v, map[string]string{"summary": "printer"})
			}
		}, true},
		"message shortcut": {func(r *rig) begin {
			m := r.srv.User("U2").Say("C1", "", "it is broken")
			return func(r *rig) *slacktest.Delivery { return r.srv.User("U1").MessageShortcut("add_to_ticket", m) }
		}, true},
		"global shortcut": {func(r *rig) begin {
			return func(r *rig) *slacktest.Delivery { return r.srv.User("U1").GlobalShortcut("new_request") }
		}, true},
		"words in a thread": {func(r *rig) begin {
			m := r.card("C1")
			return func(r *rig) *slacktest.Delivery { return r.says("U1", m, "hello") }
		}, false},
	}
	for name, k := range kinds {
		t.Run(name, func(t *testing.T) {
			modes(t, func(t *testing.T, sockets bool) {
				r := newRig(t, sockets)
				do := k.stage(r)
				release := r.held(private("the outcome"))
				d := do(r)
				if k.told {
					r.quick(d, time.Second)
					r.seen("U1", chat.NotYet)
				} else if !sockets && d.Wait(within(t)) == nil {
					t.Error("an event was acknowledged before it was saved")
				}
				if r.sees("U1", "the outcome") {
					t.Error("the outcome was there before it was")
				}
				release()
				r.seen("U1", "the outcome")
			})
		})
	}
}

// says has somebody write in a thread, and returns what the app was told.
func (r *rig) says(user string, under slacktest.Message, text string) *slacktest.Delivery {
	r.t.Helper()
	before := len(r.srv.Deliveries())
	r.srv.User(user).Say(under.Channel, under.TS, text)
	return r.srv.Deliveries()[before]
}

// A search that takes its time offers nothing, and the menu stays.
func TestLateSearch(t *testing.T) {
	modes(t, func(t *testing.T, sockets bool) {
		r := newRig(t, sockets)
		r.replies(func(chat.Interaction) chat.Reply {
			return chat.Reply{Form: &chat.Form{Token: "f", Title: "F", Fields: []chat.Field{{Name: "client", Label: "Client", Kind: chat.Choice}}}}
		})
		r.srv.User("U1").Slash("C1", "/ticket", "new")
		r.until("a form is open", func() bool { return r.window("U1") != "" })
		v, _ := r.srv.View("U1")
		r.held(chat.Reply{Options: []chat.Option{{Value: "a", Label: "A"}}})
		os, d := r.srv.User("U1").Suggest(v, "client", "a")
		if r.quick(d, time.Second); len(os) != 0 {
			t.Errorf("offered %v", os)
		}
	})
}

// What becomes of a submission that took its time, by what the handler says.
func TestLateSubmission(t *testing.T) {
	next := aForm()
	next.Title = "The next form"
	for name, c := range map[string]struct {
		answer chat.Reply
		shown  string
	}{
		"refused fields": {chat.Reply{Errors: map[string]string{"summary": "Say more."}}, "Say more."},
		"no such field":  {chat.Reply{Errors: map[string]string{"nowhere": "Say it."}}, "Say it."},
		"the next form":  {chat.Reply{Next: next}, `"description"`},
		"a message":      {private("opened as T-7"), "opened as T-7"},
		"nothing":        {chat.Reply{}, chat.Done},
	} {
		t.Run(name, func(t *testing.T) {
			modes(t, func(t *testing.T, sockets bool) {
				r := newRig(t, sockets)
				v := r.opensForm("U1")
				release := r.held(c.answer)
				r.quick(r.srv.User("U1").Submit(v, map[string]string{"summary": "printer", "description": "two\nlines", "kind": "request"}), time.Second)
				r.seen("U1", chat.NotYet)
				release()
				r.until("the outcome is in the window", func() bool { return strings.Contains(r.window("U1"), strings.Trim(c.shown, `"`)) })
				if len(c.answer.Errors) == 0 {
					return
				}
				// Everything typed is still there, and can be submitted again.
				r.replies(func(chat.Interaction) chat.Reply { return private("opened") })
				v, _ = r.srv.View("U1")
				r.quick(r.srv.User("U1").Submit(v, map[string]string{"summary": "printer on fire"}), time.Second)
				in := r.interactions(chat.Submit)
				got := in[len(in)-1]
				if len(in) != 2 || got.Token != "new" || got.Values["summary"] != "printer on fire" || got.Values["description"] != "two\nlines" || got.Values["kind"] != "request" {
					t.Errorf("submitted again: %+v", got)
				}
				r.seen("U1", "opened")
			})
		})
	}
}

// What becomes of a submission is not written into its window before Slack has
// put "not saved yet" there: the later of the two would stay.
func TestLateSubmissionInOrder(t *testing.T) {
	const settle = 200 * time.Millisecond
	r := newRig(t, false, func(p *Platform) { p.times.settle = settle })
	v := r.opensForm("U1")
	release := r.held(private("the outcome"))
	d := r.srv.User("U1").Submit(v, map[string]string{"summary": "printer"})
	r.quick(d, time.Second)
	acked := time.Now()
	release()
	r.seen("U1", "the outcome")
	if c := r.srv.Calls("views.update"); len(c) != 1 || c[0].At.Sub(acked) < settle/2 {
		t.Errorf("%d updates, the first after %v", len(c), c[0].At.Sub(acked))
	}
}

// The person closes the window that says "not saved yet": what follows comes
// where it was opened, and what they typed with it.
func TestLateIntoAClosedWindow(t *testing.T) {
	r := newRig(t, true)
	v := r.opensForm("U1")
	release := r.held(chat.Reply{Errors: map[string]string{"summary": "Say more."}})
	r.srv.User("U1").Submit(v, map[string]string{"summary": "printer", "description": "my long words"})
	r.seen("U1", chat.NotYet)
	open, _ := r.srv.View("U1")
	r.srv.User("U1").CloseView(open)
	release()
	r.seen("U1", "my long words")
	r.seen("U1", "Say more.")
	if got := r.reads("U2"); strings.Contains(got, "my long words") {
		t.Errorf("others see it: %s", got)
	}
}

// Slack's API hangs, cuts or refuses: the acknowledgement is there all the same,
// and the answer another way.
func TestSlackFails(t *testing.T) {
	faults := map[string]slacktest.Fault{"hangs": {Delay: 20 * time.Second}, "cuts": {CutBefore: true}, "500": {Status: 500}, "429": {RetryAfter: 2 * time.Second}}
	for name, f := range faults {
		t.Run("a form is offered by a button: "+name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, false)
			r.replies(func(chat.Interaction) chat.Reply { return chat.Reply{Form: aForm()} })
			r.fails(map[string]slacktest.Fault{"views.open": f}, 1)
			r.quick(r.srv.User("U1").Slash("C1", "/ticket", "new <now> & then"), time.Second)
			r.seen("U1", chat.NotShown)
			m := r.last("C1", "U1")
			r.until("Slack takes calls again", func() bool { return r.p.pace.delay("views.open", about{}) <= 0 })
			r.quick(r.srv.User("U1").Press(m, onceMore, ""), time.Second)
			r.until("the form is open", func() bool { v, _ := r.srv.View("U1"); return v.CallbackID == viewForm })
			in := r.interactions(chat.Command)
			if len(in) != 2 || in[1].Text != in[0].Text || in[1].Text != "/ticket new <now> & then" || in[0].Key == in[1].Key {
				t.Errorf("asked %+v", in)
			}
		})
		t.Run("an answer comes another way: "+name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, true, func(p *Platform) { p.hooks.Timeout = 200 * time.Millisecond })
			m := r.card("C1")
			r.replies(func(chat.Interaction) chat.Reply { return private("pressed") })
			r.fails(map[string]slacktest.Fault{"response_url": f}, 1)
			r.quick(r.srv.User("U1").Press(m, "go", ""), time.Second)
			r.seen("U1", "pressed")
			if strings.Contains(r.reads("U2"), "pressed") {
				t.Error("others see it")
			}
		})
	}
	for name, f := range map[string]slacktest.Fault{"cuts": {CutBefore: true}, "500": {Status: 500}, "429": {RetryAfter: time.Second}} {
		t.Run("a late answer is tried again: "+name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, true)
			v := r.opensForm("U1")
			release := r.held(private("the outcome"))
			r.srv.User("U1").Submit(v, map[string]string{"summary": "printer"})
			r.seen("U1", chat.NotYet)
			r.fails(map[string]slacktest.Fault{"views.update": f}, 1)
			release()
			r.until("the outcome is in the window", func() bool { return strings.Contains(r.window("U1"), "the outcome") })
		})
	}
}

// An expired trigger opens nothing, in any kind: a button does, or the message
// stands elsewhere.
func TestExpiredTriggers(t *testing.T) {
	for name, c := range map[string]struct {
		do     func(r *rig) *slacktest.Delivery
		button string
	}{
		"command":  {func(r *rig) *slacktest.Delivery { return r.srv.User("U1").Slash("C1", "/ticket", "new") }, onceMore},
		"press":    {func(r *rig) *slacktest.Delivery { return r.srv.User("U1").Press(r.card("C1"), "go", "") }, "go"},
		"shortcut": {func(r *rig) *slacktest.Delivery { return r.srv.User("U1").GlobalShortcut("new_request") }, "new"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, true)
			r.replies(func(chat.Interaction) chat.Reply { return chat.Reply{Form: aForm()} })
			r.fails(map[string]slacktest.Fault{"views.open": {Error: "expired_trigger_id"}}, 1)
			c.do(r)
			r.seen("U1", chat.NotShown)
			channel := "C1"
			if name == "shortcut" {
				channel = r.srv.DM("U1")
			}
			r.srv.User("U1").Press(r.last(channel, "U1"), c.button, "")
			r.until("the form is open", func() bool { v, _ := r.srv.View("U1"); return v.CallbackID == viewForm })
		})
	}
}

// fails has the methods fail so often, from now on.
func (r *rig) fails(how map[string]slacktest.Fault, times int) {
	left := make(chan struct{}, times)
	for range times {
		left <- struct{}{}
	}
	r.srv.Fault(func(c slacktest.Call) slacktest.Fault {
		f, ok := how[c.Method]
		if !ok {
			return slacktest.Fault{}
		}
		select {
		case <-left:
			return f
		default:
			return slacktest.Fault{}
		}
	})
}

// last is the latest message that a person sees in a channel.
func (r *rig) last(channel, user string) slacktest.Message {
	r.t.Helper()
	ms := r.srv.Messages(channel, user)
	if len(ms) == 0 {
		r.t.Fatalf("%s sees nothing in %s", user, channel)
	}
	return ms[len(ms)-1]
}
