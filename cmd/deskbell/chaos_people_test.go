package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// try is one thing that a person did and that must stand in the books.
type try struct {
	who, what string
	mark      string // words of its own, "" for none
	key       string // of the delivery
	acked     bool   // Slack did not tell them that it failed
	told      string // what they read of it
}

// keyOf is what tells the delivery from all others.
func keyOf(x *slacktest.Delivery) string {
	if v, ok := x.Payload["view"].(map[string]any); ok && x.Payload["type"] == "view_submission" {
		return fmt.Sprint(v["id"], "/", v["hash"])
	}
	return x.TriggerID
}

// did does one thing and reads what comes of it. mark is kept in the books,
// "-" marks what changes nothing.
func (d *day) did(ctx context.Context, who, what, mark string, do func(*slacktest.Person) *slacktest.Delivery) try {
	d.hands[who].Lock()
	defer d.hands[who].Unlock()
	return d.handsFree(ctx, who, what, mark, do)
}

func (d *day) handsFree(ctx context.Context, who, what, mark string, do func(*slacktest.Person) *slacktest.Delivery) try {
	d.pause(ctx, 20*time.Millisecond, 300*time.Millisecond)
	before := map[string]bool{}
	for _, m := range d.to(who) {
		before[m.Channel+m.TS] = true
	}
	x := do(d.srv.User(slackID(who)))
	a := try{who: who, what: what, mark: mark, key: keyOf(x), acked: x.Wait(ctx) == nil}
	if a.acked {
		soon, cancel := context.WithTimeout(ctx, 2500*time.Millisecond)
		_ = x.Answered(soon) // they look at what stands there
		cancel()
	}
	_, body, _ := x.Acked()
	var said struct{ Text string }
	_ = json.Unmarshal(body, &said) // no text: what is shown is read below
	a.told = said.Text
	if strings.Contains(string(body), `"errors"`) {
		a.told += string(body)
	}
	for _, m := range d.to(who) {
		if !before[m.Channel+m.TS] {
			a.told += "\n" + m.Text
		}
	}
	if mark != "-" {
		d.mu.Lock()
		d.tries = append(d.tries, a)
		d.mu.Unlock()
	}
	if a.acked && d.draw(10) == 0 { // a wire may bring the same twice
		_ = x.Again().Wait(ctx)
	}
	return a
}

// to are the messages that the person alone reads.
func (d *day) to(who string) []slacktest.Message {
	var out []slacktest.Message
	for _, m := range append(d.srv.Messages(deskChannel, slackID(who)), d.direct(who)...) {
		if m.EphemeralTo != "" || m.Channel != deskChannel {
			out = append(out, m)
		}
	}
	return out
}

// slash types a command where the cards stand.
func (d *day) slash(ctx context.Context, who, words, mark string) try {
	command, rest, _ := strings.Cut(words, " ")
	return d.did(ctx, who, words, mark, func(u *slacktest.Person) *slacktest.Delivery {
		return u.Slash(deskChannel, command, rest)
	})
}

// shows asks what the ticket is now, until it is told.
func (d *day) shows(ctx context.Context, who, ticket, words string) bool {
	for ctx.Err() == nil {
		if a := d.slash(ctx, who, "/ticket "+ticket, "-"); a.acked && strings.Contains(a.told, "T-"+ticket) {
			return strings.Contains(a.told, words)
		}
		d.pause(ctx, 100*time.Millisecond, 400*time.Millisecond)
	}
	return false
}

// until does it again and again, with a mark of its own each time, until the
// ticket says the words; with no words until it was answered.
func (d *day) until(ctx context.Context, who, ticket, words, mark string, do func(mark string) try) {
	var a try
	for n := 0; ctx.Err() == nil; n++ {
		m := mark
		if m != "" {
			m = fmt.Sprintf("%s, %d", mark, n)
		}
		a = do(m)
		switch {
		case a.acked && strings.Contains(a.told, unchanged):
		case words == "" && a.acked, words != "" && d.shows(ctx, who, ticket, words):
			return
		}
		d.pause(ctx, 100*time.Millisecond, 400*time.Millisecond)
	}
	d.t.Errorf("%s never came to %q on T-%s; last it was %q, acknowledged: %t, and told %q", who, words, ticket, a.what, a.acked, a.told)
}

// unchanged is what the desk says when it did not take something.
const unchanged = "nothing was changed"

// types a command, in which %s is the mark.
func (d *day) types(ctx context.Context, who, ticket, command, words, mark string) {
	d.until(ctx, who, ticket, words, mark, func(m string) try {
		if m != "" {
			return d.slash(ctx, who, fmt.Sprintf(command, m), m)
		}
		return d.slash(ctx, who, command, "")
	})
}

// presses a button of the ticket's card, or types the words if the card does not
// show it in time.
func (d *day) presses(ctx context.Context, who, ticket, label, words, instead string) {
	var last try
	d.until(ctx, who, ticket, words, "", func(string) try {
		if strings.Contains(last.told, "Nothing was done by your press") { // the card is old
			return d.slash(ctx, who, instead, "")
		}
		soon, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		var m slacktest.Message
		err := d.srv.Until(soon, func() (ok bool) {
			m, ok = d.cardOf(ticket)
			return ok && has(m, label)
		})
		if err != nil {
			return d.slash(ctx, who, instead, "")
		}
		action, value, _ := button(m.Blocks, label)
		last = d.did(ctx, who, label, "", func(u *slacktest.Person) *slacktest.Delivery { return u.Press(m, action, value) })
		return last
	})
}

// cardOf is the ticket's card in the channel.
func (w *workspace) cardOf(ticket string) (slacktest.Message, bool) {
	for _, m := range w.srv.Messages(deskChannel, slackID("admin")) {
		if strings.HasPrefix(noticeKey(m), "card/"+ticket+"/") {
			return m, true
		}
	}
	return slacktest.Message{}, false
}

// says something in the thread under the ticket's card.
func (d *day) says(ctx context.Context, who, ticket, words string) {
	if m, ok := d.cardOf(ticket); ok {
		d.mu.Lock()
		d.said = append(d.said, words)
		d.mu.Unlock()
		d.srv.User(slackID(who)).Say(deskChannel, m.TS, words)
	}
}
