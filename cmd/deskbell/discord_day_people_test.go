package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/discord/discordtest"
)

// did does one thing and reads what comes of it; mark is kept in the books, "-" marks
// what changes nothing. Key is the delivery's, "" for that of the interaction.
func (d *discordDay) did(ctx context.Context, who, what, mark, key string, do func() error) try {
	d.pause(ctx, 20*time.Millisecond, 300*time.Millisecond)
	before := map[string]string{}
	for _, m := range d.to(who) {
		before[m.ID] = d.text(m)
	}
	a := try{who: who, what: what, mark: mark, acked: do() == nil, key: key}
	if key == "" {
		a.key = d.srv.Last(d.ids[who])
	}
	if a.acked { // they look at what stands there
		soon, cancel := context.WithTimeout(ctx, 700*time.Millisecond)
		within(soon, func() bool {
			a.told = ""
			for _, m := range d.to(who) {
				if text := d.text(m); text != before[m.ID] {
					a.told += text + parted
				}
			}
			return a.told != "" && !strings.Contains(a.told, "thinking")
		})
		cancel()
	}
	if mark != "-" {
		d.mu.Lock()
		d.tries = append(d.tries, a)
		d.mu.Unlock()
	}
	return a
}

// parted stands between the messages that somebody is told.
const parted = "\x00"

// types a command where the cards stand.
func (d *discordDay) types(ctx context.Context, who, line, mark string) try {
	command, g, ok := d.srv.Typed(line)
	if !ok {
		d.t.Errorf("nobody can choose %s", line)
	}
	d.hands[who].Lock()
	defer d.hands[who].Unlock()
	return d.did(ctx, who, line, mark, "", func() error { return d.srv.Command(d.ids[who], guildDesk, command, g) })
}

// until does it again and again, with a mark of its own each time, until the ticket
// says the words; with no words until it was answered.
func (d *discordDay) until(ctx context.Context, who, ticket, words, mark string, do func(mark string) try) {
	var a try
	for n := 0; ctx.Err() == nil; n++ {
		m := mark
		if m != "" {
			m = fmt.Sprintf("%s, %d", mark, n)
		}
		a = do(m)
		if a.acked && !strings.Contains(a.told, unchanged) && (words == "" || d.shows(ctx, who, ticket, words)) {
			return
		}
		d.pause(ctx, 100*time.Millisecond, 400*time.Millisecond)
	}
	d.t.Errorf("%s never came to %q on %s; last it was %q, acknowledged: %t, and told %q", who, words, ticket, a.what, a.acked, a.told)
}

// shows asks what the ticket is now, until it is told.
func (d *discordDay) shows(ctx context.Context, who, ticket, words string) bool {
	for ctx.Err() == nil {
		a := d.types(ctx, who, "/ticket "+ticket[2:], "-")
		for text := range strings.SplitSeq(a.told, parted) { // others may be told them at the same time
			if strings.HasPrefix(text, ticket+"  ") {
				return strings.Contains(text, words)
			}
		}
		d.pause(ctx, 100*time.Millisecond, 400*time.Millisecond)
	}
	return false
}

// ticket lives one ticket, from the first word to the client's.
func (d *discordDay) ticket(ctx context.Context, words string) {
	d.open(ctx, words)
	ticket := ""
	if !within(ctx, func() bool { ticket = d.called(words); return ticket != "" }) {
		d.t.Errorf("%s: no card in time", words)
		return
	}
	says := func(who, command, words, mark string) {
		d.until(ctx, who, ticket, words, mark, func(m string) try {
			line := strings.ReplaceAll(command, "%t", ticket[2:])
			if m != "" {
				line += " " + m
			}
			return d.types(ctx, who, line, m)
		})
	}
	says("intake", "/ticket set %t client Acme", "Acme Dental", "")
	says("intake", "/ticket set %t contact Jane", "Jane Porter", "")
	says("intake", "/ticket set %t kind defect", "defect", "")
	says("intake", "/ticket categorize %t Hardware / Printer / Jam", "Hardware / Printer / Jam", "")
	d.presses(ctx, "srm", ticket, "Normal", "Approved for action", "/ticket prioritize "+ticket[2:]+" normal")
	says("tech", "/ticket note %t", "", words+": first note")
	d.presses(ctx, "tech", ticket, "Start", "In progress", "/ticket start "+ticket[2:])
	says("tech", "/ticket move %t ready to test", "Ready to test", words+": done")
	d.presses(ctx, "tech2", ticket, "Start testing", "In testing", "/ticket move "+ticket[2:]+" in testing")
	says("tech2", "/ticket move %t ready to install", "Ready to install", words+": tested")
	says("tech", "/ticket move %t client testing", "Client testing", words+": installed")
	says("intake", "/ticket note %t", "", words+": last note")
	says("intake", "/ticket confirm %t call", "Completed", "")
}

// called is the number of the ticket with the words, as its card says; "" if there is
// none yet.
func (d *discordDay) called(words string) string {
	for _, m := range d.srv.Messages(guildDesk, d.ids["admin"]) {
		if number, rest, ok := strings.Cut(d.text(m), "  "); ok && strings.HasPrefix(rest, words+"\n") {
			return number
		}
	}
	return ""
}

// presses a button of the ticket's card, or types the words if the card does not show
// it in time.
func (d *discordDay) presses(ctx context.Context, who, ticket, label, words, instead string) {
	d.until(ctx, who, ticket, words, "", func(string) try {
		soon, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		var card discordtest.Message
		var id string
		if !within(soon, func() (ok bool) {
			if all := d.cards(ticket); len(all) > 0 {
				card = all[0]
				id, ok = d.button(card, label)
			}
			return ok
		}) || d.draw(4) == 0 { // or they like words better
			return d.types(ctx, who, instead, "")
		}
		d.hands[who].Lock()
		defer d.hands[who].Unlock()
		return d.did(ctx, who, label, "", "", func() error { return d.srv.Press(d.ids[who], card, id, 2) })
	})
}

// open is intake who fills in the form: the same again as long as it stands there.
func (d *discordDay) open(ctx context.Context, words string) {
	d.hands["intake"].Lock()
	defer d.hands["intake"].Unlock()
	who := d.ids["intake"]
	for ctx.Err() == nil {
		m, open := d.srv.Modal(who)
		if !open {
			command, g, _ := d.srv.Typed("/ticket new " + words)
			d.did(ctx, "intake", "/ticket new "+words, "-", "", func() error { return d.srv.Command(who, guildDesk, command, g) })
			if m, open = d.srv.Modal(who); !open {
				continue
			}
		}
		_, key, _ := strings.Cut(m.CustomID, "\x1f")
		a := d.did(ctx, "intake", m.Title, "", "form/"+key, func() error {
			return d.srv.Submit(who, func(c discordtest.Component) (string, []string) {
				for _, o := range c.Options {
					if o.Label == "Unknown caller" {
						return "", []string{o.Value}
					}
				}
				if c.CustomID == "description" {
					return "As the client told it.", nil
				}
				return c.Value, nil
			})
		})
		if a.acked && !strings.Contains(a.told, unchanged) {
			return
		}
	}
}
