package bot

import (
	"slices"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// give and take change a role that somebody has not, or has.
func (c *changes) give(m desk.MemberID, r desk.Role) {
	if !c.p.Members[m].Has(r) {
		c.facts = append(c.facts, desk.RoleGiven{Member: m, Role: r})
	}
}

func (c *changes) take(m desk.MemberID, r desk.Role) {
	if c.p.Members[m].Has(r) {
		c.facts = append(c.facts, desk.RoleTaken{Member: m, Role: r})
	}
}

// srm makes the first the SRM and the others deputies.
func (c *changes) srm(ms []desk.MemberID) {
	was := c.srms()
	if slices.Equal(ms, was) {
		return
	}
	for n, m := range ms { // given before taken: nobody is without between
		if n == 0 {
			c.give(m, desk.RSRM)
			c.take(m, desk.RSRMDeputy)
		} else {
			c.give(m, desk.RSRMDeputy)
			c.take(m, desk.RSRM)
		}
	}
	for _, m := range was {
		if !slices.Contains(ms, m) {
			c.take(m, desk.RSRM)
			c.take(m, desk.RSRMDeputy)
		}
	}
}

// rota gives the first the present week. An empty field leaves the rota: a desk
// without one has nobody to answer clients.
func (c *changes) rota(ms []desk.MemberID) {
	if len(ms) == 0 || slices.Equal(ms, c.turns()) {
		return
	}
	r := c.p.Rota
	_, _, date := r.Turn(c.now, c.p.Zone)
	c.facts = append(c.facts, desk.RotaSet{Members: ms, Anchor: date, Day: r.Day, At: r.At})
}

// technicians: whoever is taken off is level 1 no more either.
func (c *changes) technicians(ms []desk.MemberID) {
	was := c.p.With(desk.RTechnician, desk.RLevel1)
	for _, m := range ms {
		if !slices.Contains(was, m) {
			c.give(m, desk.RTechnician)
		}
	}
	for _, m := range was {
		if !slices.Contains(ms, m) {
			c.take(m, desk.RTechnician)
			c.take(m, desk.RLevel1)
		}
	}
}

// rules puts every dial at warn, or back to where the file, else the default,
// has it.
func (c *changes) rules(mode string) {
	if mode != shadow && mode != enforce || mode == c.shown("rules", c.ruleMode()) || mode == c.ruleMode() {
		return
	}
	for _, r := range desk.DialledRules {
		want := desk.Warn
		if mode == enforce {
			want = r.Default
			if d, ok := c.p.FileDial[r.Rule]; ok {
				want = d
			}
		}
		if !r.Fixed && c.p.Dial(r.Rule) != want {
			c.facts = append(c.facts, desk.DialSet{Rule: r.Rule, Dial: want})
		}
	}
}

// setUpSaid says what a filled-in form changed.
func (t *turn) setUpSaid(i intent, es []desk.DeskEvent) chat.Text {
	if len(es) == 0 {
		return chat.Say("Nothing needed to change.")
	}
	var lines []chat.Text
	say := func(parts ...chat.Text) {
		if len(lines) > 0 {
			lines = append(lines, chat.Say("\n"))
		}
		lines = append(lines, parts...)
	}
	dialled := false
	for _, e := range es {
		switch f := e.What.(type) {
		case desk.ChannelSet:
			_, name := channelNamed(i.arg("channel"))
			say(chat.Say("Cards stand in " + name + " from now on."))
		case desk.RoleGiven:
			say(t.mention(f.Member), chat.Say(" is "+string(f.Role)+" now."))
		case desk.RoleTaken:
			say(t.mention(f.Member), chat.Say(" isn't "+string(f.Role)+" any more."))
		case desk.RotaSet:
			say(chat.Say("The rota is: "), t.mentions(f.Members, "then"), chat.Say(", this week's turn first."))
		case desk.DialSet:
			dialled = true
		}
	}
	switch {
	case dialled && i.arg("rules") == shadow:
		say(chat.Say("Shadow mode: rules with a dial only warn now; each warning is said and counted."))
	case dialled:
		say(chat.Say("The rules are kept as the desk's file says."))
	}
	return chat.Join(lines...)
}
