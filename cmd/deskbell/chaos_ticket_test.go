package main

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// ticket lives one ticket, from the first word to the client's.
func (d *day) ticket(ctx context.Context, words string, handed bool) {
	if handed {
		d.hand(ctx, words)
		d.accept(ctx, words)
	} else {
		d.open(ctx, words)
	}
	n := d.number(ctx, words)
	if n == "" {
		d.t.Errorf("%s: no card in time", words)
		return
	}
	for _, s := range []struct{ set, shows string }{
		{"set %t client Acme", "Acme Dental"}, {"set %t contact Jane", "Jane Porter"},
		{"set %t kind defect", "defect"}, {"categorize %t Hardware / Printer / Jam", "Hardware / Printer / Jam"},
	} {
		d.types(ctx, "intake", n, "/ticket "+strings.ReplaceAll(s.set, "%t", n), s.shows, "")
	}
	d.presses(ctx, "srm", n, "Normal", "Approved for action", "/ticket prioritize "+n+" normal")
	d.types(ctx, "tech", n, "/ticket note "+n+" %s", "", words+": first note")
	d.presses(ctx, "tech", n, "Start", "In progress", "/ticket start "+n)
	d.says(ctx, "tech", n, words+": in the thread")
	d.swap(ctx, n)
	d.types(ctx, "tech", n, "/ticket move "+n+" ready to test %s", "Ready to test", words+": done")
	d.presses(ctx, "tech2", n, "Start testing", "In testing", "/ticket move "+n+" in testing")
	d.types(ctx, "tech2", n, "/ticket move "+n+" ready to install %s", "Ready to install", words+": tested")
	d.says(ctx, "tech2", n, words+": also in the thread")
	d.types(ctx, "tech", n, "/ticket move "+n+" client testing %s", "Client testing", words+": installed")
	d.types(ctx, "intake", n, "/ticket note "+n+" %s", "", words+": last note")
	d.types(ctx, "intake", n, "/ticket confirm "+n+" call", "Completed", "")
}

// swap asks the rota from the admin's direct messages, so that the channel is
// told what is about no ticket.
func (d *day) swap(ctx context.Context, n string) {
	weeks, err := strconv.Atoi(n)
	if err != nil {
		d.t.Errorf("the ticket %q", n)
	}
	week := time.Now().AddDate(0, 0, 14+7*weeks).Format(time.DateOnly)
	d.until(ctx, "admin", n, "", "", func(string) try {
		return d.did(ctx, "admin", "rota swap", "-", func(u *slacktest.Person) *slacktest.Delivery {
			if d.srv.DM(slackID("admin")) == "" {
				u.OpenHome()
			}
			return u.Slash(d.srv.DM(slackID("admin")), "/desk", "rota swap "+week)
		})
	})
}

// number is the ticket's, as its card in the channel says.
func (d *day) number(ctx context.Context, words string) string {
	var n string
	_ = d.srv.Until(ctx, func() bool {
		if m, ok := d.card(words); ok {
			n = strings.Split(noticeKey(m), "/")[1]
		}
		return n != ""
	})
	return n
}

// form does what opens a form until it is open, and submits it until it is
// taken: the same form as long as it stands there.
func (d *day) form(ctx context.Context, who string, open func(), fill func(slacktest.View) map[string]string) {
	d.hands[who].Lock()
	defer d.hands[who].Unlock()
	for ctx.Err() == nil {
		var v slacktest.View
		if v, _ = d.srv.View(slackID(who)); v.CallbackID != "form" {
			if v.ID != "" {
				d.srv.User(slackID(who)).CloseView(v)
			}
			open()
			soon, cancel := context.WithTimeout(ctx, 2*time.Second)
			err := d.srv.Until(soon, func() bool { v, _ = d.srv.View(slackID(who)); return v.CallbackID == "form" })
			cancel()
			if err != nil {
				continue
			}
		}
		values := fill(v)
		if values == nil {
			continue
		}
		a := d.handsFree(ctx, who, v.Title, "", func(u *slacktest.Person) *slacktest.Delivery { return u.Submit(v, values) })
		if a.acked && !strings.Contains(a.told, unchanged) {
			return
		}
	}
}

// hand is a technician who may not open it and hands it to intake.
func (d *day) hand(ctx context.Context, words string) {
	d.form(ctx, "tech", func() {
		d.handsFree(ctx, "tech", "/ticket new "+words, "-", func(u *slacktest.Person) *slacktest.Delivery { return u.Slash(deskChannel, "/ticket", "new "+words) })
		ms := d.to("tech")
		for i := len(ms) - 1; i >= 0; i-- {
			if action, value, ok := button(ms[i].Blocks, "Hand to intake"); ok {
				d.handsFree(ctx, "tech", "Hand to intake", "-", func(u *slacktest.Person) *slacktest.Delivery { return u.Press(ms[i], action, value) })
				return
			}
		}
	}, func(slacktest.View) map[string]string { return map[string]string{"text": words} })
}

var isTicket = regexp.MustCompile(`is T-\d+`)

// accept is intake who is told of it and takes it.
func (d *day) accept(ctx context.Context, words string) {
	for ctx.Err() == nil {
		var m slacktest.Message
		soon, cancel := context.WithTimeout(ctx, 20*time.Second)
		err := d.srv.Until(soon, func() bool {
			for _, x := range d.direct("intake") {
				if strings.Contains(x.Text, words) && (has(x, "Accept") || isTicket.MatchString(x.Text)) {
					m = x
					return true
				}
			}
			return false
		})
		cancel()
		if err != nil { // it is not told again: the list has it
			d.t.Logf("%s: intake was not told in time", words)
			continue
		}
		action, value, ok := button(m.Blocks, "Accept")
		if !ok {
			return
		}
		a := d.did(ctx, "intake", "Accept", "", func(u *slacktest.Person) *slacktest.Delivery { return u.Press(m, action, value) })
		if a.acked && !strings.Contains(a.told, unchanged) {
			return
		}
	}
}

// open is intake who fills in the form.
func (d *day) open(ctx context.Context, words string) {
	d.form(ctx, "intake", func() {
		d.handsFree(ctx, "intake", "/ticket new "+words, "-", func(u *slacktest.Person) *slacktest.Delivery { return u.Slash(deskChannel, "/ticket", "new "+words) })
	}, func(v slacktest.View) map[string]string {
		values := map[string]string{"summary": words, "description": "As the client told it."}
		e, _ := input(v, "client")
		if e.Type != "external_select" {
			values["client"] = choice(e, "Unknown caller")
			return values
		}
		os, _ := d.srv.User(slackID("intake")).Suggest(v, "client", "Unknown")
		if len(os) == 0 {
			return nil // nobody answers just now
		}
		values["client"] = os[0].Value
		return values
	})
}
