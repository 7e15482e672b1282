package slack

import (
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/slack/slacktest"
	"deskbell.dev/deskbell/internal/traffic"
)

// With every slot taken each kind is told so at once, and the handler is not
// asked.
func TestBusy(t *testing.T) {
	search := &chat.Form{Token: "f", Title: "F", Fields: []chat.Field{{Name: "client", Label: "Client", Kind: chat.Choice}}}
	type begin = func(r *rig) *slacktest.Delivery
	for name, stage := range map[string]func(r *rig) begin{
		"command": func(r *rig) begin {
			return func(r *rig) *slacktest.Delivery { return r.srv.User("U1").Slash("C1", "/ticket", "42") }
		},
		"press": func(r *rig) begin {
			m := r.card("C1")
			return func(r *rig) *slacktest.Delivery { return r.srv.User("U1").Press(m, "go", "") }
		},
		"press in a window": func(r *rig) begin {
			v := r.opensWindow("U1")
			return func(r *rig) *slacktest.Delivery { return r.srv.User("U1").PressView(v, "go", "") }
		},
		"submission": func(r *rig) begin {
			v := r.opensForm("U1")
			return func(r *rig) *slacktest.Delivery {
				return r.srv.User("U1").Submit(v, map[string]string{"summary": "printer", "description": "typed"})
			}
		},
		"shortcut": func(r *rig) begin {
			return func(r *rig) *slacktest.Delivery { return r.srv.User("U1").GlobalShortcut("new_request") }
		},
		"search": func(r *rig) begin {
			r.replies(func(chat.Interaction) chat.Reply { return chat.Reply{Form: search} })
			r.srv.User("U1").Slash("C1", "/ticket", "new")
			r.until("a form is open", func() bool { return r.window("U1") != "" })
			v, _ := r.srv.View("U1")
			return func(r *rig) *slacktest.Delivery { _, d := r.srv.User("U1").Suggest(v, "client", "a"); return d }
		},
		"event": func(r *rig) begin {
			m := r.card("C1")
			return func(r *rig) *slacktest.Delivery { return r.says("U1", m, "hello") }
		},
	} {
		t.Run(name, func(t *testing.T) {
			modes(t, func(t *testing.T, sockets bool) {
				r := newRig(t, sockets)
				do := stage(r)
				r.settled()
				before := r.count()
				for range traffic.UnderWay {
					r.p.gate.Enter()
				}
				began := time.Now()
				d := do(r)
				switch name {
				case "event":
					r.srv.Tolerate() // over a socket it stays without an acknowledgement
					if err := d.Wait(within(t)); err == nil {
						t.Error("an event was acknowledged and not taken")
					}
					for range traffic.UnderWay {
						r.p.gate.Leave()
					}
					r.replies(func(chat.Interaction) chat.Reply { return private("noted") })
					r.srv.RetryEvents()
					r.seen("U1", "noted")
					return
				case "search":
					r.quick(d, 500*time.Millisecond)
				case "submission":
					r.quick(d, 500*time.Millisecond)
					v, _ := r.srv.View("U1")
					if v.Errors["summary"] != chat.Busy {
						t.Errorf("told %v", v.Errors)
					}
					if s := r.srv.State(v.ID); s["description"]["description"].(map[string]any)["value"] != "typed" {
						t.Errorf("what was typed is %v", s)
					}
				default:
					r.quick(d, 500*time.Millisecond)
					r.seen("U1", chat.Busy)
					for _, c := range r.srv.Calls("") { // what told them, if not the acknowledgement
						if took := c.At.Sub(began); took > 500*time.Millisecond {
							t.Errorf("told by %s after %v", c.Method, took)
						}
					}
				}
				if r.count() != before {
					t.Errorf("the handler was asked: %+v", r.asked[before:])
				}
			})
		})
	}
}
