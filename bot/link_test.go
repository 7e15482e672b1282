package bot_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// both is one desk on Slack and on Discord, where everybody is too.
type both struct {
	*testing.T
	slack   *slackPlay
	discord *discordPlay
}

func newBoth(t *testing.T) *both {
	b := &both{t, newSlackPlay(t, filepath.Join(t.TempDir(), "desk.db"), true), newGuild(t)}
	b.discord.afar = b.slack.afar
	for _, h := range b.slack.handles {
		b.discord.joins(h, strings.ToUpper(h[:1])+h[1:])
	}
	b.discord.begin(true)
	return b
}

// shows is what somebody is told.
func (b *both) shows(on stage, r reply) string {
	b.Helper()
	if r.Error != "" || r.Message == nil {
		b.Fatalf("%+v", r)
	}
	s := newScript(on)
	s.seen = map[string]string{}
	return s.shown(*r.Message)
}

// says fails unless the answer has the words.
func (b *both) says(on stage, who, line, want string) string {
	b.Helper()
	got := b.shows(on, on.say(who, line))
	if !strings.Contains(got, want) {
		b.Fatalf("%s: %s\nshows %s, want %q", who, line, got, want)
	}
	return got
}

// presses has somebody press the newest button with the label where they are told
// things by themselves.
func (b *both) presses(on stage, who, label string) string {
	b.Helper()
	ms := on.messages("dm-"+who, who)
	for n := len(ms) - 1; n >= 0; n-- {
		if ms[n].Card == nil {
			continue
		}
		for _, r := range ms[n].Card.Rows {
			for _, a := range r.Actions {
				if a.Label == label {
					return b.shows(on, on.press(who, ms[n].ID, a.Action, ""))
				}
			}
		}
	}
	b.Fatalf("%s sees no %s", who, label)
	return ""
}

var aCode = regexp.MustCompile(`/desk link ([A-Z2-7]{8})`)

// code is the one that somebody is given.
func (b *both) code(on stage, who string) string {
	b.Helper()
	m := aCode.FindStringSubmatch(b.says(on, who, "/desk link", "Within 15 minutes"))
	if m == nil {
		b.Fatal("no code")
	}
	return m[1]
}

// join makes somebody one member in both chats.
func (b *both) join(who string) {
	b.Helper()
	code := b.code(b.slack, who)
	b.says(b.discord, who, "/desk link "+code, "One step is left")
	b.slack.drain(b.Context())
	if got := b.presses(b.slack, who, "That's me"); !strings.Contains(got, "one member now") {
		b.Fatal(got)
	}
}

// TestOneDeskInBothChats: each chat has its card of a ticket, both are painted, and
// what one began on Slack the same person ends on Discord.
func TestOneDeskInBothChats(t *testing.T) {
	b := newBoth(t)
	for _, who := range []string{"admin", "intake", "srm", "tech"} {
		b.join(who)
	}
	b.says(b.discord, "admin", "/desk channel set <#"+discordDesk+">", "Cards stand")
	r := b.slack.submit("intake", b.slack.say("intake", "/ticket new Printer jams").Form.ID, map[string]string{"client": "Acme Dental", "contact": "Jane Porter", "description": "It smells"})
	if r.Message == nil {
		t.Fatalf("%+v", r)
	}
	onBoth := func(words string) {
		t.Helper()
		b.slack.drain(t.Context())
		for name, on := range map[string]stage{"Slack": b.slack, "Discord": b.discord} {
			cards := 0
			for _, m := range on.messages("desk", "observer") {
				if m.Thread == "" && m.To == "" && strings.Contains(b.shows(on, reply{Message: &m}), words) {
					cards++
				}
			}
			if cards != 1 {
				t.Errorf("%s has %d cards with %q", name, cards, words)
			}
		}
	}
	onBoth("Submitted")
	b.says(b.discord, "srm", "/ticket categorize 1 Hardware / Printer / Jam", "T-1")
	b.says(b.slack, "srm", "/ticket prioritize 1 normal", "T-1")
	b.says(b.discord, "tech", "/ticket start 1", "In progress")
	onBoth("In progress")
	b.says(b.slack, "tech", "/ticket move 1 client testing new fuser", "Client testing")
	b.says(b.discord, "intake", "/ticket confirm 1 call", "Completed")
	onBoth("Completed")
	if tk := b.slack.ticket(1); tk["status"] != "completed" {
		t.Errorf("T-1 is %v", tk["status"])
	}
}

// TestLink: nothing is joined without both saying so, nor by anybody else, too late,
// or where roles would be lost.
func TestLink(t *testing.T) {
	b := newBoth(t)
	b.says(b.discord, "tech", "/ticket start 1", "no T-1")
	code := b.code(b.slack, "tech")
	b.says(b.slack, "tech2", "/desk link "+code, "That code is from here")
	b.says(b.discord, "tech", "/desk link nonsense", "not known")
	b.slack.move(map[string]string{"advance": "16m"})
	b.says(b.discord, "tech", "/desk link "+code, "older than 15 minutes")
	code = b.code(b.slack, "tech")
	b.says(b.discord, "observer", "/desk link "+strings.ToLower(code), "One step is left") // not tech
	b.says(b.discord, "tech", "/desk link "+code, "Somebody else has typed that code")
	b.slack.drain(t.Context())
	// A button grants nothing: neither to the one who typed the code nor to others.
	for platform, id := range map[string]string{"discord": b.discord.ids["observer"], "slack": slackID("tech2")} {
		r := b.slack.bot.Handle(t.Context(), chat.Interaction{Platform: platform, Kind: chat.Press, Key: "forged", From: chat.User{ID: id, Handle: id, Name: id}, Token: "link;0;0;m;as=me&code=" + code})
		if r.Message == nil || !strings.Contains(r.Message.Text.Flat(nil), "whoever asked for the code") {
			t.Errorf("on %s: %+v", platform, r)
		}
	}
	if got := b.presses(b.slack, "tech", "Not me"); !strings.Contains(got, "Nothing was joined") {
		t.Error(got)
	}
	b.says(b.discord, "observer", "/desk roles", "@tech")
	// Asked for where one has no roles: the one who has keeps them.
	code = b.code(b.discord, "tech")
	b.says(b.slack, "tech", "/desk link "+code, "One step is left")
	b.slack.drain(t.Context())
	if got := b.presses(b.discord, "tech", "That's me"); !strings.Contains(got, "one member now") {
		t.Error(got)
	}
	b.says(b.discord, "tech", "/desk link", "one member in all")
	b.says(b.slack, "tech", "/desk link "+code, "one member already")
	// Two who both have roles.
	b.join("admin")
	b.says(b.slack, "admin", "/desk role add <@"+slackID("tech2")+"> sdm", "sdm")
	b.discord.say("tech2", "/ticket") // Deskbell meets them there
	b.says(b.discord, "admin", "/desk role add <@"+b.discord.ids["tech2"]+"> sdm", "sdm")
	code = b.code(b.slack, "tech2")
	b.says(b.discord, "tech2", "/desk link "+code, "One step is left")
	b.slack.drain(t.Context())
	if got := b.presses(b.slack, "tech2", "That's me"); !strings.Contains(got, "has roles of its own") {
		t.Error(got)
	}
	// Once an admin has taken them, the same press joins; and no later one says otherwise.
	b.says(b.discord, "admin", "/desk role remove <@"+b.discord.ids["tech2"]+"> sdm", "sdm")
	stale := b.slack.messages("dm-tech2", "tech2")
	if got := b.presses(b.slack, "tech2", "That's me"); !strings.Contains(got, "one member now") {
		t.Error(got)
	}
	pressed := 0
	for _, m := range stale {
		for _, row := range m.Card.Rows {
			for _, a := range row.Actions {
				if a.Label != "That's me" && a.Label != "Not me" {
					continue
				}
				pressed++
				r := b.slack.bot.Handle(t.Context(), chat.Interaction{Platform: "slack", Kind: chat.Press, Key: "late " + a.Label, From: chat.User{ID: slackID("tech2"), Handle: "tech2", Name: "tech2"}, Token: strings.Split(a.Action, "\x00")[0]})
				if r.Message == nil || !strings.Contains(r.Message.Text.Flat(nil), "one member already") {
					t.Errorf("%s afterwards: %+v", a.Label, r.Message)
				}
			}
		}
	}
	if pressed != 2 {
		t.Errorf("pressed %d buttons", pressed)
	}
}

// TestLinkedMemberLeaves: who leaves one chat of two stays, with all that is theirs;
// who leaves both has left.
func TestLinkedMemberLeaves(t *testing.T) {
	b := newBoth(t)
	b.join("tech")
	leaves := func(platform, id string) desk.Member {
		t.Helper()
		b.slack.bot.Handle(t.Context(), chat.Interaction{Platform: platform, Kind: chat.Left, From: chat.User{ID: id, Outside: "other workspace"}})
		p, err := b.slack.store.Policy(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range p.Members {
			if m.Handle == "tech" {
				return m
			}
		}
		t.Fatal("tech is not there")
		return desk.Member{}
	}
	if m := leaves("slack", slackID("tech")); !m.Active || len(m.Identities) != 1 || !m.Has(desk.RTechnician) {
		t.Errorf("after Slack: %+v", m)
	}
	b.says(b.discord, "tech", "/ticket mine", "")
	if m := leaves("discord", b.discord.ids["tech"]); m.Active {
		t.Errorf("after both: %+v", m)
	}
}
