package slack

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// From App Home: a press opens a window, presses in it update it, a form goes on
// top and its outcome in its place, and the home is drawn anew after each.
func TestWindows(t *testing.T) {
	modes(t, func(t *testing.T, sockets bool) {
		r := newRig(t, sockets)
		v := r.opensWindow("U1")
		u := r.srv.User("U1")
		act := []chat.Action{{Token: "form", Label: "Form"}, {Token: "go", Label: "Go"}}
		answers := func(in chat.Interaction) chat.Reply {
			switch {
			case in.Kind == chat.Home:
				return chat.Reply{Home: []chat.Card{{Title: chat.Say("Home after " + time.Now().String())}}}
			case in.Token == "form" && in.Kind == chat.Press:
				return chat.Reply{Form: aForm()}
			case in.Kind == chat.Submit:
				return private("submitted " + in.Values["summary"])
			}
			return chat.Reply{Message: &chat.Message{Text: chat.Say("pressed " + in.Token), Card: &chat.Card{Actions: act}, Private: true}}
		}
		r.replies(answers)
		homes := func() int { return len(r.srv.Calls("views.publish")) }
		before := homes()
		r.quick(u.PressView(v, "go", ""), time.Second)
		r.seen("U1", "pressed go")
		r.p.Idle()
		if open := r.srv.Views("U1"); len(open) != 1 || open[0].ID != v.ID || homes() <= before {
			t.Errorf("%d windows, home drawn %d times", len(open), homes()-before)
		}
		for depth := 2; depth <= 4; depth++ { // at the third, the form takes the window's place
			top, _ := r.srv.View("U1")
			r.quick(u.PressView(top, "form", ""), time.Second)
			r.until("a form is on top", func() bool { f, _ := r.srv.View("U1"); return f.CallbackID == viewForm })
			form, _ := r.srv.View("U1")
			if n := len(r.srv.Views("U1")); n != min(depth, 3) {
				t.Errorf("%d windows at depth %d", n, depth)
			}
			r.replies(func(in chat.Interaction) chat.Reply {
				if in.Kind == chat.Submit {
					return chat.Reply{Message: &chat.Message{Text: chat.Say("submitted"), Card: &chat.Card{Actions: act}, Private: true}}
				}
				return answers(in)
			})
			before := homes()
			r.quick(u.Submit(form, map[string]string{"summary": "printer"}), time.Second)
			r.seen("U1", "submitted")
			r.p.Idle()
			if now, _ := r.srv.View("U1"); now.ID != form.ID || now.CallbackID != viewCard || homes() <= before {
				t.Errorf("in its place is %+v, home drawn %d times", now.CallbackID, homes()-before)
			}
		}
	})
}

// Next forms, refused fields and a no stay in the window that was submitted; an
// answer stands where the form was opened.
func TestSubmissions(t *testing.T) {
	modes(t, func(t *testing.T, sockets bool) {
		r := newRig(t, sockets)
		u := r.srv.User("U1")
		v := r.opensForm("U1")
		r.replies(func(chat.Interaction) chat.Reply {
			return chat.Reply{Errors: map[string]string{"summary": "Say more.", "elsewhere": "And this."}}
		})
		r.quick(u.Submit(v, map[string]string{"summary": "a", "description": "long"}), time.Second)
		v, _ = r.srv.View("U1")
		if !strings.Contains(v.Errors["summary"], "Say more.") || !strings.Contains(v.Errors["summary"], "And this.") {
			t.Errorf("errors %v", v.Errors)
		}
		next := aForm()
		next.Token = "next"
		r.replies(func(chat.Interaction) chat.Reply { return chat.Reply{Next: next} })
		r.quick(u.Submit(v, nil), time.Second)
		v, _ = r.srv.View("U1")
		r.replies(func(in chat.Interaction) chat.Reply {
			m := private("no").Message
			return chat.Reply{Refusal: &chat.Refusal{Rule: "r"}, Message: m}
		})
		r.quick(u.Submit(v, map[string]string{"summary": "b"}), time.Second)
		in := r.interactions(chat.Submit)
		if len(in) != 3 || in[2].Token != "next" || in[1].Values["description"] != "long" || in[1].Key == in[2].Key {
			t.Errorf("submitted %+v", in)
		}
		if v, _ := r.srv.View("U1"); v.CallbackID != viewCard {
			t.Errorf("the no stands in %+v", v)
		}
		v = r.opensForm("U1")
		r.replies(func(chat.Interaction) chat.Reply { return private(strings.Repeat("long ", 500) + "done") })
		r.quick(u.Submit(v, map[string]string{"summary": "c"}), time.Second)
		r.seen("U1", "long done")
		if _, open := r.srv.View("U1"); open || strings.Contains(r.reads("U2"), "done") {
			t.Error("the form is still open, or others see the answer")
		}
	})
}

// A large view does not fit a socket's acknowledgement, and comes after it.
func TestLargeAnswers(t *testing.T) {
	r := newRig(t, true)
	v := r.opensForm("U1")
	words := strings.Repeat("<&>€", 740)
	r.replies(func(chat.Interaction) chat.Reply {
		return chat.Reply{Refusal: &chat.Refusal{}, Message: &chat.Message{Private: true, Text: chat.Say(words), Card: &chat.Card{Text: chat.Say(words), Title: chat.Say("the end")}}}
	})
	r.quick(r.srv.User("U1").Submit(v, map[string]string{"summary": "a"}), time.Second)
	r.seen("U1", "the end")
	r.quick(r.srv.User("U1").Slash("C1", "/ticket", "42"), time.Second)
	r.until("the answer is there", func() bool {
		ms := r.srv.Messages("C1", "U1")
		return len(ms) > 0 && strings.Contains(string(ms[len(ms)-1].Blocks), "the end")
	})
}

// A message shortcut brings what was written with its thread, who wrote it, where,
// and what was attached.
func TestShortcuts(t *testing.T) {
	modes(t, func(t *testing.T, sockets bool) {
		r := newRig(t, sockets)
		r.replies(func(chat.Interaction) chat.Reply { return chat.Reply{Form: aForm()} })
		root := r.srv.User("U2").Say("C1", "", "the printer <burns> & smokes")
		r.srv.User("W1").Say("C1", root.TS, "which one?")
		last := r.srv.User("U2").Say("C1", root.TS, "the red one, see https://a.example/x?y=1&z=2")
		r.srv.User("W1").Say("C1", root.TS, "later words")
		r.quick(r.srv.User("U1").MessageShortcut("hand_to_intake", last), time.Second)
		r.until("it was asked", func() bool { return len(r.interactions(chat.Shortcut)) == 1 }) // a window may be there before
		r.until("a form is open", func() bool { return r.window("U1") != "" })
		in := r.interactions(chat.Shortcut)[0]
		var got []string
		for _, q := range in.Quoted {
			got = append(got, q.Author+": "+q.Text)
			if !strings.HasPrefix(q.Link, "https://desk.slack.com/archives/C1/p") || time.Since(q.At).Abs() > time.Minute {
				t.Errorf("%+v", q)
			}
		}
		if want := "Bo: the printer <burns> & smokes|Wes: which one?|Bo: the red one, see https://a.example/x?y=1&z=2"; strings.Join(got, "|") != want || in.Text != chat.HandOver {
			t.Errorf("%s: %q", in.Text, got)
		}
		if !strings.Contains(in.Quoted[2].Link, "thread_ts="+root.TS) {
			t.Errorf("link %s", in.Quoted[2].Link)
		}
		// Where the thread cannot be read there is still the message.
		r.srv.Rate("conversations.replies", 1, 0)
		r.fails(map[string]slacktest.Fault{"conversations.replies": {Error: "not_in_channel"}}, 10)
		r.quick(r.srv.User("U1").MessageShortcut("add_to_ticket", last), time.Second)
		r.until("it was asked", func() bool { return len(r.interactions(chat.Shortcut)) == 2 })
		if in := r.interactions(chat.Shortcut)[1]; len(in.Quoted) != 1 || in.Text != chat.AddTo {
			t.Errorf("%+v", in)
		}
		r.quick(r.srv.User("U1").GlobalShortcut("new_request"), time.Second)
		r.until("it was asked", func() bool { return len(r.interactions(chat.Shortcut)) == 3 })
		if in := r.interactions(chat.Shortcut)[2]; in.Text != chat.NewRequest || in.Quoted != nil {
			t.Errorf("%+v", in)
		}
	})
}

// Of a long thread come its first message and the nearest.
func TestLongThreads(t *testing.T) {
	r := newRig(t, false)
	r.replies(func(chat.Interaction) chat.Reply { return chat.Reply{Form: aForm()} })
	root := r.srv.User("U2").Say("C1", "", "word 0")
	last := root
	for n := range 40 {
		last = r.srv.User("U2").Say("C1", root.TS, fmt.Sprint("word ", n+1))
	}
	r.settled()
	r.quick(r.srv.User("U1").MessageShortcut("add_to_ticket", last), time.Second)
	r.p.Idle()
	q := r.interactions(chat.Shortcut)[0].Quoted
	if len(q) != quotedMost+1 || q[0].Text != "word 0" || q[1].Text != "word 21" || q[quotedMost].Text != "word 40" {
		t.Errorf("%d: %+v", len(q), q)
	}
}

// Files come along with names and addresses.
func TestFilesComeAlong(t *testing.T) {
	p, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	d, ok, err := decodeInteraction([]byte(`{"type":"message_action","callback_id":"add_to_ticket","trigger_id":"1","user":{"id":"U1"},"team":{"id":"T1"},"channel":{"id":"C1"},
		"message":{"ts":"1712345678.000100","user":"U9","text":"see","files":[{"name":"a.png","permalink":"https://f.example/a"}]}}`))
	if err != nil || !ok {
		t.Fatal(err)
	}
	q := p.quote(t.Context(), d)
	if len(q) != 1 || len(q[0].Files) != 1 || q[0].Files[0] != "a.png https://f.example/a" || q[0].At.Unix() != 1712345678 || q[0].Author != "U9" {
		t.Errorf("%+v", q)
	}
}

// Words to Deskbell directly are a command; where they need a form, a button
// opens it.
func TestWordsThatNeedAForm(t *testing.T) {
	modes(t, func(t *testing.T, sockets bool) {
		r := newRig(t, sockets)
		ref, err := r.p.Post(t.Context(), chat.Place{User: "U1"}, hello, "dm", time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		r.replies(func(chat.Interaction) chat.Reply { return chat.Reply{Form: aForm()} })
		r.srv.User("U1").Say(ref.Place.Channel, "", "new printer <burns>")
		r.seen("U1", chat.ByPress)
		r.p.Idle()
		r.quick(r.srv.User("U1").Press(r.last(ref.Place.Channel, "U1"), onceMore, ""), time.Second)
		r.until("a form is open", func() bool { return r.window("U1") != "" })
		in := r.interactions(chat.Command)
		if len(in) != 2 || in[0].Text != "new printer <burns>" || in[1].Text != in[0].Text || in[0].Place.User != "U1" {
			t.Errorf("asked %+v", in)
		}
		// The same button, answered by a message.
		r.replies(func(chat.Interaction) chat.Reply { return private("here it is") })
		r.quick(r.srv.User("U1").Press(r.last(ref.Place.Channel, "U1"), onceMore, ""), time.Second)
		r.seen("U1", "here it is")
	})
}

// Words in threads, changed and taken back, are heard; links that unfold, words
// outside of threads, and bots' are not.
func TestThreadWords(t *testing.T) {
	modes(t, func(t *testing.T, sockets bool) {
		r := newRig(t, sockets)
		m := r.card("C1")
		u := r.srv.User("U1")
		said := u.Say("C1", m.TS, "first words")
		r.until("it was heard", func() bool { return len(r.interactions(chat.Said)) == 1 })
		u.EditMessage(said, "first words") // nothing but an unfolded link
		u.EditMessage(said, "second words")
		r.until("the change was heard", func() bool { return len(r.interactions(chat.Edited)) == 1 })
		u.DeleteMessage(said)
		r.until("it was taken back", func() bool { return len(r.interactions(chat.Deleted)) == 1 })
		outside := u.Say("C1", "", "not in a thread")
		u.EditMessage(outside, "still not")
		u.DeleteMessage(outside)
		if _, err := r.p.Post(t.Context(), chat.Place{Channel: "C1", Thread: m.TS}, hello, "own", time.Time{}); err != nil {
			t.Fatal(err)
		}
		r.settled()
		said1, edited, deleted := r.interactions(chat.Said), r.interactions(chat.Edited), r.interactions(chat.Deleted)
		if len(said1) != 1 || len(edited) != 1 || len(deleted) != 1 {
			t.Fatalf("%d said, %d edited, %d deleted", len(said1), len(edited), len(deleted))
		}
		for _, in := range []chat.Interaction{said1[0], edited[0], deleted[0]} {
			if in.Message.ID != said.TS || in.Place.Thread != m.TS || in.From.ID != "U1" || in.Place.Channel != "C1" {
				t.Errorf("%+v", in)
			}
		}
		if edited[0].Text != "second words" || said1[0].Text != "first words" {
			t.Errorf("%q, %q", said1[0].Text, edited[0].Text)
		}
	})
}
