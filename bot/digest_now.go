package bot

import (
	"fmt"
	"strconv"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// digestNow is the digest as it would be at this moment, only for the asker:
// all its rows if they fit one message, else its sections, each one press away.
func (t *turn) digestNow(i intent) (chat.Reply, error) {
	if name := desk.Section(i.arg("section")); name != "" {
		return t.digestSection(i, name)
	}
	g := digest{Due: t.now, At: t.now}
	n := map[desk.Section]int{}
	rows := 0
	for _, name := range t.p.Digest.Sections {
		s, ok := sectionOf(name)
		if !ok {
			continue
		}
		es, total, err := s.page(t, name, g.At, 0, t.pageSize())
		if err != nil {
			return chat.Reply{}, err
		}
		if n[name] = total; total > 0 {
			g.Parts = append(g.Parts, listed{name, es, total})
			rows += 1 + total // with its heading
		}
	}
	c := &chat.Card{}
	for _, l := range g.Parts {
		heading := chat.B(t.partTitle(l.Section, l.Total))
		if rows > t.pageSize() {
			open := intent{Verb: vDigest, Place: onMine, Args: map[string]string{"section": string(l.Section)}}
			c.Rows = append(c.Rows, chat.Row{Text: heading, Actions: []chat.Action{t.button(open, "Show", chat.Default)}})
			continue
		}
		c.Rows = append(c.Rows, chat.Row{Text: heading})
		now, err := t.partNow(g, l)
		if err != nil {
			return chat.Reply{}, err
		}
		c.Rows = append(c.Rows, now.rows...)
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
	es, total, err := s.page(t, name, t.now, i.page()*size, size)
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
	if n := i.page(); n > 0 {
		turnTo(n-1, "Earlier")
	}
	if left := total - (i.page()+1)*size; left > 0 {
		turnTo(i.page()+1, fmt.Sprintf("More (%s)", howMany(left)))
	}
	c.Actions = append(c.Actions, t.button(intent{Verb: vDigest, Place: onMine}, "All sections", chat.Default))
	r := t.card(nil, c)
	r.Edit = t.onMine(i)
	return r, nil
}
