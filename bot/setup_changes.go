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
		c.say(c.mention(m), chat.Say(" is "+string(r)+" now."))
	}
}

func (c *changes) take(m desk.MemberID, r desk.Role) {
	if c.p.Members[m].Has(r) {
		c.facts = append(c.facts, desk.RoleTaken{Member: m, Role: r})
		c.say(c.mention(m), chat.Say(" isn't "+string(r)+" any more."))
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
	c.say(chat.Say("The rota is: "), c.mentions(ms, "then"), chat.Say(", this week's turn first."))
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
	if mode != shadow && mode != enforce || mode == c.ruleMode() {
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
	if mode == shadow {
		c.say(chat.Say("Shadow mode: rules with a dial only warn now; each warning is said and counted."))
	} else {
		c.say(chat.Say("The rules are kept as the desk's file says."))
	}
}
