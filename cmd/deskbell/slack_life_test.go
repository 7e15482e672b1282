package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// TestSlackLife: a defect lives from a technician's first word to the client's
// confirmation, by Slack alone, on the program as it is run.
func TestSlackLife(t *testing.T) {
	for name, sockets := range map[string]bool{"http": false, "sockets": true} {
		t.Run(name, func(t *testing.T) {
			l := &life{workspace: newWorkspace(t, filepath.Join(t.TempDir(), "desk.db"), sockets)}
			desk := l.ready()
			l.live()
			l.stop(desk)
		})
	}
}

// life is one ticket's, told by what people see.
type life struct{ *workspace }

func (l *life) live() {
	const words = "Printer on floor 2 won't print"
	l.says("tech", "/ticket new "+words, "Only the intake member")
	l.presses("tech", l.in("tech", "Hand to intake", ""), "Hand to intake", "")
	l.fills("tech", map[string]string{"text": words}, "R-1 is with intake")
	l.presses("intake", l.in("intake", "Accept", "hands you R-1"), "Accept", "R-1 is T-1 now")
	card := l.shows("Submitted")
	l.says("intake", "/ticket set 1 client Acme", "Acme Dental")
	l.says("intake", "/ticket set 1 contact Jane", "Jane Porter")
	l.says("intake", "/ticket set 1 kind defect", "defect")
	l.says("intake", "/ticket categorize 1 Hardware / Printer / Jam", "Jam")
	l.presses("srm", l.in("srm", "Normal", "Hardware / Printer / Jam"), "Normal", "Approved for action")
	for _, s := range []struct{ who, does, until string }{
		{"tech", "Start", "In progress"},
		{"tech", "Ready to test", "Ready to test"},
		{"tech2", "Start testing", "In testing"},
		{"tech2", "Passed", "Ready to install"},
		{"tech", "Client testing", "Client testing"},
		{"intake", "Confirmed", "Completed"},
	} {
		l.presses(s.who, func() (slacktest.Message, bool) { m, _ := l.card("T-1"); return m, has(m, s.does) }, s.does, "")
		if v, open := l.srv.View(slackID(s.who)); open {
			values := map[string]string{}
			for name, word := range map[string]string{"why": "Roller replaced", "reason": "Roller replaced", "text": "Roller replaced", "how": "call", "priority": "normal"} {
				if e, there := input(v, name); there {
					values[name] = choice(e, word)
				}
			}
			l.fills(s.who, values, "")
		}
		if now := l.shows(s.until); now.TS != card.TS {
			l.t.Errorf("the card moved from %s to %s", card.TS, now.TS)
		}
	}
	l.messages()
}

// messages counts what others saw, at most six without edits, private answers
// and mail, and that there is one card.
func (l *life) messages() {
	l.t.Helper()
	var seen []string
	cards := 0
	take := func(m slacktest.Message) {
		if key := noticeKey(m); key != "" && !strings.Contains(key, "/copy/") {
			seen = append(seen, key+": "+m.Text)
			if strings.HasPrefix(key, "card/") {
				cards++
			}
		}
	}
	for _, m := range l.srv.Messages(deskChannel, slackID("admin")) {
		take(m)
	}
	for _, h := range l.handles {
		for _, m := range l.direct(h) {
			take(m)
		}
	}
	if len(seen) > 6 || cards != 1 {
		l.t.Errorf("%d messages, %d of them cards:\n%s", len(seen), cards, strings.Join(seen, "\n"))
	}
}

// inTime bounds what should happen within a moment.
const inTime = 15 * time.Second

// did waits for the acknowledgement and for the answer to show the words; Slack
// allows three seconds for the first, and the desk allows itself the same.
func (l *life) did(who, what string, d *slacktest.Delivery, words string) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), 3*time.Second)
	defer cancel()
	if err := d.Wait(ctx); err != nil {
		l.t.Fatalf("%s, %s: %v", who, what, err)
	}
	if err := d.Answered(ctx); err != nil {
		l.t.Fatalf("%s, %s: %v", who, what, err)
	}
	if err := l.srv.Until(ctx, func() bool { return words == "" || l.sees(who, words) }); err != nil {
		l.t.Fatalf("%s, %s: %q is not to be seen: %v", who, what, words, err)
	}
}

// sees looks through all that the person can read.
func (l *life) sees(who, words string) bool {
	for _, m := range append(l.srv.Messages(deskChannel, slackID(who)), l.direct(who)...) {
		if strings.Contains(m.Text, words) {
			return true
		}
	}
	return false
}

func (l *life) says(who, words, answer string) {
	l.t.Helper()
	command, rest, _ := strings.Cut(words, " ")
	l.did(who, words, l.srv.User(slackID(who)).Slash(deskChannel, command, rest), answer)
}

func has(m slacktest.Message, label string) bool {
	_, _, ok := button(m.Blocks, label)
	return ok
}

// in looks for the newest message that the person sees with the button and the
// words.
func (l *life) in(who, label, words string) func() (slacktest.Message, bool) {
	return func() (slacktest.Message, bool) {
		ms := append(l.srv.Messages(deskChannel, slackID(who)), l.direct(who)...)
		for i := len(ms) - 1; i >= 0; i-- {
			if has(ms[i], label) && strings.Contains(ms[i].Text, words) {
				return ms[i], true
			}
		}
		return slacktest.Message{}, false
	}
}

// presses waits until the button is there.
func (l *life) presses(who string, find func() (slacktest.Message, bool), label, answer string) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), inTime)
	defer cancel()
	var m slacktest.Message
	if err := l.srv.Until(ctx, func() (ok bool) { m, ok = find(); return ok }); err != nil {
		l.t.Fatalf("%s sees no %s: %v", who, label, err)
	}
	action, value, _ := button(m.Blocks, label)
	l.did(who, label, l.srv.User(slackID(who)).Press(m, action, value), answer)
}

func (l *life) fills(who string, values map[string]string, answer string) {
	l.t.Helper()
	v, open := l.srv.View(slackID(who))
	if !open {
		l.t.Fatalf("%s has no form", who)
	}
	l.did(who, v.Title, l.srv.User(slackID(who)).Submit(v, values), answer)
}

// shows waits until the card in the channel says it.
func (l *life) shows(words string) slacktest.Message {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), inTime)
	defer cancel()
	var m slacktest.Message
	if err := l.srv.Until(ctx, func() (ok bool) { m, ok = l.card(words); return ok }); err != nil {
		at, _ := l.card("T-1")
		l.t.Fatalf("the card does not say %q: %q", words, at.Text)
	}
	return m
}
