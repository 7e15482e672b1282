package bot_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"deskbell.dev/deskbell/internal/discord/discordtest"
)

// TestSuggestionsOnDiscord: whoever types a field is offered what it could be.
func TestSuggestionsOnDiscord(t *testing.T) {
	p := newDiscordPlay(t, filepath.Join(t.TempDir(), "desk.db"), true)
	for _, summary := range []string{"Printer jams", "Phone is dead"} {
		p.submit("intake", p.say("intake", "/ticket new "+summary).Form.ID, map[string]string{"client": "Acme Dental", "contact": "Jane Porter", "description": "It smells"})
	}
	word := func(group, name string, fields ...string) discordtest.Given {
		g := discordtest.Given{Name: name, Type: 1}
		for n := 0; n < len(fields); n += 2 { // the last is typed
			g.Options = append(g.Options, discordtest.Given{Name: fields[n], Type: 3, Value: fields[n+1], Focused: n+2 == len(fields)})
		}
		if group != "" {
			return discordtest.Given{Name: group, Type: 2, Options: []discordtest.Given{g}}
		}
		return g
	}
	for what, c := range map[string]struct {
		given discordtest.Given
		want  string // label=value of the first
		all   int    // how many, 0 for some
	}{
		"a ticket by a word":      {word("talk", "note", "ticket", "phone"), "T-2 Phone is dead · Acme Dental=2", 1},
		"a ticket by nothing":     {word("talk", "note", "ticket", ""), "T-1 Printer jams · Acme Dental=1", 2},
		"a member":                {word("work", "assign", "ticket", "1", "member", "tess"), "Tess Kline=tech", 1},
		"a status, from the next": {word("work", "move", "ticket", "1", "status", "in"), "In review=in_review", 0},
		"a category":              {word("sort", "categorize", "ticket", "1", "category", "jam"), "Hardware / Printer / Jam=Hardware / Printer / Jam", 1},
		"a priority":              {word("sort", "prioritize", "ticket", "1", "priority", "urg"), "Urgent=urgent", 1},
		"how":                     {word("end", "confirm", "ticket", "1", "how", "per"), "in person=in person", 1},
		"a client to list":        {word("", "list", "of", "acme"), "Acme Dental=Acme Dental", 1},
		"a field's value":         {word("sort", "set", "ticket", "1", "field", "severity", "value", "h"), "high=high", 1},
	} {
		os, err := p.srv.Suggest(p.ids["srm"], discordDesk, "ticket", c.given)
		if err != nil {
			t.Fatal(err)
		}
		if len(os) == 0 || os[0].Label+"="+os[0].Value != c.want || c.all > 0 && len(os) != c.all {
			t.Errorf("%s: %+v, want %s", what, os, c.want)
		}
	}
	// What is typed only is offered nothing, and what is chosen is understood.
	if os, err := p.srv.Suggest(p.ids["srm"], discordDesk, "ticket", word("talk", "note", "ticket", "1", "text", "x")); err != nil || len(os) > 0 {
		t.Errorf("a note's words: %+v %v", os, err)
	}
	p.say("srm", "/ticket prioritize 2 urgent")
	p.say("srm", "/ticket categorize 1 Hardware / Printer / Jam")
	if tk := p.ticket(2); tk["priority"] != "urgent" {
		t.Errorf("T-2 has %v", tk["priority"])
	}
	if !strings.Contains(p.history(1), "Jam") {
		t.Error(p.history(1))
	}
}

// open opens a ticket as intake and returns its card in the channel.
func (p *discordPlay) open(summary string) discordtest.Message {
	p.t.Helper()
	r := p.say("intake", "/ticket new "+summary)
	r = p.submit("intake", r.Form.ID, map[string]string{"client": "Acme Dental", "contact": "Jane Porter"})
	if r.Message == nil {
		p.t.Fatalf("%s was not opened: %+v", summary, r)
	}
	ms := p.srv.Messages(discordDesk, p.ids["observer"])
	return ms[len(ms)-1]
}

func (p *discordPlay) shownText(m *message) string {
	if m == nil {
		return ""
	}
	s := newScript(p)
	s.seen = map[string]string{}
	return s.shown(*m)
}

func newDiscordFlow(t *testing.T) *discordPlay {
	return newDiscordPlay(t, filepath.Join(t.TempDir(), "desk.db"), true)
}

// TestShortcutsOnDiscord: a message anywhere is handed to intake, or added to a
// ticket.
func TestShortcutsOnDiscord(t *testing.T) {
	p := newDiscordFlow(t)
	p.open("Printer jams")
	on := discordtest.Message{ID: "700000000000000001", Channel: discordDesk, Author: p.ids["tech2"]}
	use := func(who, name string) reply {
		return p.did(who, "", func() error {
			return p.srv.MessageCommand(p.ids[who], name, on, "The printer on floor 2 smells of smoke")
		})
	}
	r := use("observer", "Hand to intake")
	if r.Form == nil || !strings.Contains(r.Form.Fields[0].Value, "smells of smoke") || !strings.Contains(r.Form.Fields[0].Value, "Tom Baker") {
		t.Fatalf("the form: %+v", r.Form)
	}
	p.submit("observer", r.Form.ID, nil)
	if ms := p.messages("dm-intake", "intake"); len(ms) == 0 || !strings.Contains(p.shownText(&ms[len(ms)-1]), "smells of smoke") {
		t.Errorf("intake was told: %+v", ms)
	}
	r = use("tech", "Add to ticket")
	p.submit("tech", r.Form.ID, map[string]string{"ticket": "printer"})
	if got := p.history(1); !strings.Contains(got, "smells of smoke") {
		t.Errorf("the note is missing:\n%s", got)
	}
}

// TestPeopleOnDiscord: who is new is met, also in direct messages; who is of another
// server is told nothing of the desk.
func TestPeopleOnDiscord(t *testing.T) {
	p := newDiscordFlow(t)
	p.open("Printer jams")
	p.joins("nora", "Nora Neu")
	p.joins("gus", "Gus Guest")
	p.srv.AddUser(discordtest.User{ID: p.ids["gus"], Name: "gus", Guild: "900000000000000009"})
	p.handles = append(p.handles, "nora", "gus")
	if got := p.shownText(p.say("nora", "/ticket 1").Message); !strings.Contains(got, "T-1") {
		t.Errorf("somebody new is shown: %s", got)
	}
	for _, who := range []string{"nora", "gus"} {
		p.srv.Say(p.ids[who], "/ticket 1")
	}
	p.until(func(context.Context) error {
		if len(p.messages("dm-nora", "nora")) < 2 || len(p.messages("dm-gus", "gus")) < 2 {
			return errors.New("not answered yet")
		}
		return nil
	})
	for who, want := range map[string]bool{"nora": true, "gus": false} {
		ms := p.messages("dm-"+who, who)
		if got := p.shownText(&ms[len(ms)-1]); strings.Contains(got, "Printer") != want {
			t.Errorf("%s is shown: %s", who, got)
		}
	}
	if got := p.shownText(p.say("gus", "/ticket 1").Message); strings.Contains(got, "Printer") {
		t.Errorf("a stranger is shown: %s", got)
	}
}

// TestDeletedCardOnDiscord: a card that somebody deleted stands there anew after the
// next change, once.
func TestDeletedCardOnDiscord(t *testing.T) {
	p := newDiscordFlow(t)
	card := p.open("Printer jams")
	p.srv.Delete(card.ID)
	p.say("srm", "/ticket set 1 description It smells")
	p.say("srm", "/ticket set 1 severity high")
	ms := p.messages("desk", "observer")
	if len(ms) != 1 || ms[0].ID == card.ID || !strings.Contains(p.shownText(&ms[0]), "severity high") {
		t.Errorf("%d messages in the channel: %+v", len(ms), ms)
	}
}

// TestTroubleOnDiscord: what only an admin can mend is parked, told once, and goes on
// when it is mended.
func TestTroubleOnDiscord(t *testing.T) {
	p := newDiscordFlow(t)
	p.srv.Change(discordDesk, func(c *discordtest.Channel) { c.Hidden = true })
	for _, summary := range []string{"Printer jams", "Phone is dead"} {
		r := p.say("intake", "/ticket new "+summary)
		p.submit("intake", r.Form.ID, map[string]string{"client": "Acme Dental"})
	}
	told := p.messages("dm-admin", "admin")
	if len(told) != 1 || !strings.Contains(p.shownText(&told[0]), "in the channel's permissions") {
		t.Fatalf("the admin was told %d times: %+v", len(told), told)
	}
	p.srv.Change(discordDesk, func(c *discordtest.Channel) { c.Hidden = false })
	for _, r := range told[0].Card.Rows {
		for _, a := range r.Actions {
			if a.Label == "Try again" {
				p.press("admin", told[0].ID, a.Action, "")
			}
		}
	}
	cards := 0
	for _, m := range p.messages("desk", "observer") {
		if strings.Contains(p.shownText(&m), "Submitted") {
			cards++
		}
	}
	if cards != 2 {
		t.Errorf("after it was mended %d cards stand there", cards)
	}
}
