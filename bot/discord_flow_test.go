package bot_test

import (
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
