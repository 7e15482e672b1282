package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// TestOutsiders: who is no full member is refused whatever they do, to
// themselves, and becomes no member; talk of theirs is left alone.
func TestOutsiders(t *testing.T) {
	p := sqlitePlay(t)
	card := p.printer()
	guest := chat.User{ID: "U9", Handle: "gus", Name: "Gus", Outside: "guest"}
	thread := chat.Place{Channel: "desk", Thread: card}
	for n, in := range []chat.Interaction{
		{Kind: chat.Command, Text: "/ticket start 1"}, {Kind: chat.Command, Text: "nonsense"},
		{Kind: chat.Press, Token: "start;1;0;c;"}, {Kind: chat.Submit, Token: "note;1;0;c;", Values: map[string]string{"text": "mine"}},
		{Kind: chat.Shortcut, Text: chat.HandOver}, {Kind: chat.Said, Addressed: true, Text: "start", Place: thread},
	} {
		in.From, in.Key = guest, fmt.Sprint("k", n)
		for range 2 { // the same delivery counts once
			r := p.handle("", in)
			if r.Refusal == nil || r.Refusal.Rule != string(desk.MembersOnly) || r.Message == nil || !r.Message.Private || r.Form != nil || !strings.Contains(text(r), "hand it to intake") {
				t.Errorf("%s %q: %+v", in.Kind, in.Text, r)
			}
		}
	}
	for _, in := range []chat.Interaction{{Kind: chat.Said, Text: "hello", Place: thread}, {Kind: chat.Edited, Text: "hello", Place: thread}, {Kind: chat.Deleted, Place: thread},
		{Kind: chat.Search, Token: "add to ticket;0;0;l;", Field: "ticket", Text: "printer"}, {Kind: chat.Fill, Token: "new;0;0;l;"}, {Kind: chat.Left}} {
		in.From = guest
		empty(t, string(in.Kind), p.handle("", in))
	}
	if r := p.handle("", chat.Interaction{Kind: chat.Home, From: guest}); len(r.Home) != 1 || len(r.Home[0].Actions) > 0 {
		t.Errorf("a guest's page: %+v", r.Home)
	}
	counts, err := p.store.RefusalCount(t.Context(), monday.Add(-time.Hour), time.Time{})
	if err != nil || counts[desk.MembersOnly] != 6 {
		t.Errorf("%d refusals are recorded, want 6: %v", counts[desk.MembersOnly], err)
	}
	policy, err := p.store.Policy(t.Context())
	if _, ok := policy.MemberWith("web:U9"); ok || err != nil {
		t.Error("a guest became a member", err)
	}
	if n := len(p.events(1)); n != 1 {
		t.Errorf("a guest changed a ticket: %d events", n)
	}
}

// TestLeft: whoever is gone from the platform is a member no more, and what they
// had started can be picked up; told again, nothing happens again.
func TestLeft(t *testing.T) {
	p := sqlitePlay(t)
	p.opened("Printer is jammed")
	p.step("srm", "/ticket prioritize 1 normal")
	p.step("tech", "/ticket start 1")
	var after int
	for n := range 2 {
		empty(t, "gone", p.handle("tech", chat.Interaction{Kind: chat.Left, From: chat.User{ID: "tech", Outside: "deactivated"}}))
		if m := p.ticket(1); m["status"] != "approved" || m["assignee"] != nil {
			t.Fatalf("%v %v", m["status"], m["assignee"])
		}
		if es := len(p.events(1)); n == 0 {
			after = es
		} else if es != after {
			t.Errorf("%d events after the second time, %d after the first", es, after)
		}
	}
	policy, err := p.store.Policy(t.Context())
	if m, _ := policy.MemberWith("web:tech"); m.Active || err != nil {
		t.Errorf("still a member: %+v %v", m, err)
	}
}

// TestHome: each role finds what is theirs, and every button there works without
// a message under it.
func TestHome(t *testing.T) {
	p := sqlitePlay(t)
	p.opened("Printer is jammed")
	p.opened("VPN drops")
	p.opened("Scanner is slow")
	p.step("srm", "/ticket prioritize 1 normal")
	p.step("srm", "/ticket prioritize 2 urgent")
	p.step("tech", "/ticket start 2")
	p.step("tech2", "/desk hand Jane says hello")
	titles := func(who string) string {
		var ts []string
		r := p.handle(who, chat.Interaction{Kind: chat.Home})
		for _, c := range r.Home {
			ts = append(ts, c.Title.Flat(nil))
			if len(c.Rows) > 10 || len(c.Actions) > 5 {
				t.Errorf("%s: %q has %d rows, %d actions", who, c.Title.Flat(nil), len(c.Rows), len(c.Actions))
			}
			actions := c.Actions
			for _, row := range c.Rows {
				if len(row.Actions) > 3 || len(row.Actions) == 3 && len(row.Actions[2].Options) == 0 {
					t.Errorf("%s: %q has more than two buttons and a menu", who, row.Text.Flat(nil))
				}
				actions = append(actions, row.Actions...)
			}
			for _, a := range actions {
				in := chat.Interaction{Kind: chat.Press, Token: a.Token}
				if len(a.Options) > 0 || a.Verb == string(desk.VStart) || a.Verb == string(desk.VAccept) {
					continue // they change what the other buttons are about
				}
				pressed := p.handle(who, in)
				if pressed.Refusal != nil && pressed.Refusal.Rule != string(desk.Present) || pressed.Edit && pressed.Message.Private == false || pressed.Form == nil && pressed.Message == nil {
					t.Errorf("%s presses %s: %+v", who, a.Label, pressed)
				}
			}
		}
		return strings.Join(ts, " | ")
	}
	for who, want := range map[string]string{
		"tech":     "My work (1) | Next for you | Ready queue (1) | A client told you something?",
		"srm":      "Triage (1) | Ready queue (1) | Urgent (1) | A client told you something?",
		"intake":   "You are intake until Tue 3 Mar 09:00",
		"sdm":      "Urgent (1) | Digest | Client testing | A client told you something?",
		"admin":    "Set-up | A client told you something?",
		"observer": "A client told you something?",
	} {
		if got := titles(who); got != want {
			t.Errorf("%s sees %s\nwant %s", who, got, want)
		}
	}
}
