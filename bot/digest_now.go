package bot

import (
	"fmt"
	"strconv"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// digestNow is the digest as it would be at this moment, only for the asker: every
// section, with its rows as long as one message has room for them; the others are
// one press away.
func (t *turn) digestNow(i intent) (chat.Reply, error) {
	if name := desk.Section(i.arg("section")); name != "" {
		return t.digestSection(i, name)
	}
	g, err := t.filled(digest{Due: t.now, At: t.now})
	if err != nil {
		return chat.Reply{}, err
	}
	c, n := &chat.Card{}, map[desk.Section]int{}
	room := t.pageSize() - len(g.Parts) // beside the headings
	for _, l := range g.Parts {
		n[l.Section] = l.Total
		heading := chat.Row{Text: chat.B(t.partTitle(l.Section, l.Total))}
		l.Rows = l.Rows[:max(0, min(len(l.Rows), room))]
		if room -= len(l.Rows); len(l.Rows) < l.Total {
			all := intent{Verb: vDigest, Place: onMine, Args: map[string]string{"section": string(l.Section)}}
			heading.Actions = []chat.Action{t.button(all, "Show all", chat.Default)}
		}
		now, err := t.partNow(g, l)
		if err != nil {
			return chat.Reply{}, err
		}
		c.Rows = append(append(c.Rows, heading), now.rows...)
	}
	r := t.card(t.digestLine(g, n), c)
	r.Edit = t.onMine(i)
	return r, nil
}

// onMine reports whether the press stood on one's own digest, and not on the one
// that all see.
func (t *turn) onMine(i intent) bool { return i.Place == onMine && t.in.Message.ID != "" }

// digestSection is a page of one section as it is now.
func (t *turn) digestSection(i intent, name desk.Section) (chat.Reply, error) {
	s, ok := sectionOf(name)
	if !ok {
		return chat.Reply{}, &wrong{Text: "The digest has no such section any more.", Offer: []desk.Offer{{Verb: vDigest, Label: "Digest"}}}
	}
	size := t.pageSize()
	page := min(i.page(), store.DigestMost/size) // as far as they are counted
	es, total, err := s.page(t, name, t.now, page*size, size)
	if err != nil {
		return chat.Reply{}, err
	}
	c := &chat.Card{Title: chat.Say(t.partTitle(name, total))}
	if total == 0 {
		c.Text = chat.Say("Nothing stands here now.")
	}
	for _, e := range es {
		row, _, err := s.row(t, name, e, t.now)
		if err != nil {
			return chat.Reply{}, err
		}
		c.Rows = append(c.Rows, row)
	}
	turnTo := func(n int, label string) {
		c.Actions = append(c.Actions, t.button(intent{Verb: vDigest, Place: onMine, Args: map[string]string{"section": string(name), "page": strconv.Itoa(n)}}, label, chat.Default))
	}
	if page > 0 {
		turnTo(page-1, "Earlier")
	}
	if left := total - (page+1)*size; left > 0 {
		turnTo(page+1, fmt.Sprintf("More (%s)", howMany(left)))
	}
	c.Actions = append(c.Actions, t.button(intent{Verb: vDigest, Place: onMine}, "All sections", chat.Default))
	r := t.card(nil, c)
	r.Edit = t.onMine(i)
	return r, nil
}
