package bot

import (
	"fmt"
	"slices"
	"strings"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// shown is what the field said when the form was opened; now, for a form whose
// token does not tell.
func (c *changes) shown(field, now string) string {
	if was, ok := c.i.Args[wasShown+field]; ok {
		return was
	}
	return now
}

// people reads a field of people who are now those. As it was shown, it leaves
// them so. Those whom this platform does not know stay, after the others. Who is
// still to be met has a number below 0.
func (c *changes) people(field string, now []desk.MemberID) []desk.MemberID {
	here := c.here(now)
	words := strings.Fields(strings.ReplaceAll(c.i.arg(field), ",", " "))
	was, told := c.i.Args[wasShown+field]
	before, shown := strings.Fields(was), here
	if told {
		if slices.Equal(words, before) {
			return now
		}
		shown = nil
		for _, word := range before {
			if m := c.known(word); m != 0 {
				shown = append(shown, m)
			}
		}
	}
	var ms []desk.MemberID
	for _, word := range words {
		if slices.Contains(before, word) && c.known(word) == 0 {
			continue // left while the form was open
		}
		m, err := c.person(word)
		if err != nil {
			c.wrong(field, err)
			return now
		}
		if !slices.Contains(ms, m) {
			ms = append(ms, m)
		}
	}
	switch {
	case slices.Equal(ms, shown), slices.Equal(ms, here):
		return now
	case slices.Equal(here, shown):
	case field == "technicians": // no order: each change is one of its own
		both := slices.Clone(here)
		for _, m := range ms {
			if !slices.Contains(shown, m) && !slices.Contains(both, m) {
				both = append(both, m)
			}
		}
		ms = slices.DeleteFunc(both, func(m desk.MemberID) bool { return slices.Contains(shown, m) && !slices.Contains(ms, m) })
	default:
		is := "nobody is there"
		if len(here) > 0 {
			is = "it is " + c.mentions(here, "then").Flat(nil)
		}
		c.fail(field, &wrong{Text: "This was changed while the form was open: " + is + " now. Open it again with /desk setup."})
		return now
	}
	for _, m := range now {
		if !slices.Contains(here, m) && !slices.Contains(ms, m) {
			ms = append(ms, m)
		}
	}
	return ms
}

// person is a member who can have a role: a full member of the workspace. One
// whom the desk has not met, or who had left, is kept to be met.
func (c *changes) person(word string) (desk.MemberID, error) {
	who := strings.TrimPrefix(word, "@")
	if id, ok := strings.CutPrefix(word, "<@"); ok {
		who, _, _ = strings.Cut(strings.TrimSuffix(strings.TrimPrefix(id, "!"), ">"), "|")
	}
	u, err := c.platforms[c.in.Platform].Find(c.ctx, who)
	id := who
	if err == nil {
		id = u.ID
	}
	m, ok := c.p.MemberWith(c.in.Platform + ":" + id)
	switch {
	case err == nil && u.Outside != "":
		return 0, outside(u)
	case ok && m.Active:
		return m.ID, nil
	case err != nil:
		return c.member(word)
	}
	n := slices.IndexFunc(c.unmet, func(o chat.User) bool { return o.ID == u.ID })
	if n < 0 {
		n, c.unmet = len(c.unmet), append(c.unmet, u)
	}
	return desk.MemberID(-1 - n), nil
}

// meetAll meets those who are still to be met, and puts their numbers into the
// lists.
func (c *changes) meetAll(lists ...[]desk.MemberID) error {
	for n, u := range c.unmet {
		id, err := c.meet(u)
		if err != nil {
			return err
		}
		for _, ms := range lists {
			if k := slices.Index(ms, desk.MemberID(-1-n)); k >= 0 {
				ms[k] = id
			}
		}
	}
	return nil
}

// outside says why somebody can have no role.
func outside(u chat.User) error {
	return &wrong{Text: fmt.Sprintf("%s is no full member of this workspace (%s), and roles are for those.", u.Handle, u.Outside)}
}
