package chat

import "unicode/utf8"

// Limits are what one message or form of a platform can hold. Lengths in
// runes.
type Limits struct {
	Title   int // card title
	Text    int // message text, card text
	Field   int // card field value
	Label   int // button label
	Actions int // buttons of a card, its menu included
	Rows    int // rows of a card with their actions: the page size
	Options int // options of a menu
	Total   int // all texts of a message together, 0 for no such limit
}

// cutMark stands where something was cut.
const cutMark = "… (cut)"

// Cut shortens s to at most max runes; what is cut ends in "… (cut)", so that
// nobody takes the part for the whole.
func Cut(s string, max int) string {
	if max <= 0 || utf8.RuneCountInString(s) <= max {
		return s
	}
	keep := max - utf8.RuneCountInString(cutMark)
	if keep < 0 {
		keep = 0
	}
	r := []rune(s)
	return string(r[:keep]) + cutMark
}

// Fit returns m cut to the limits. The one place where limits are applied.
func (l Limits) Fit(m Message) Message {
	m.Text = l.text(m.Text, l.Text)
	if m.Card == nil {
		return m
	}
	c := *m.Card
	c.Title, c.Text = l.text(c.Title, l.Title), l.text(c.Text, l.Text)
	c.Fields = append([]CardField(nil), c.Fields...)
	for i := range c.Fields {
		c.Fields[i].Value = l.text(c.Fields[i].Value, l.Field)
	}
	c.Actions = l.actions(c.Actions)
	if len(c.Rows) > l.Rows && l.Rows > 0 {
		c.Rows = c.Rows[:l.Rows]
	}
	c.Rows = append([]Row(nil), c.Rows...)
	for i := range c.Rows {
		c.Rows[i].Text = l.text(c.Rows[i].Text, l.Text)
		c.Rows[i].Actions = l.actions(c.Rows[i].Actions)
	}
	m.Card = &c
	if over := length(m) - l.Total; l.Total > 0 && over > 0 {
		shrink(&m, over)
	}
	return m
}

// length is how long all texts of m are together.
func length(m Message) int {
	n := m.Text.runes()
	for _, t := range texts(m.Card) {
		n += t.runes()
	}
	return n
}

// texts are the card's, to be read or changed.
func texts(c *Card) []*Text {
	ts := []*Text{&c.Text, &c.Title}
	for i := range c.Fields {
		ts = append(ts, &c.Fields[i].Value)
	}
	for i := range c.Rows {
		ts = append(ts, &c.Rows[i].Text)
	}
	return ts
}

// shrink cuts the longest texts of m's card until they are over runes shorter.
func shrink(m *Message, over int) {
	var l Limits
	for ts := texts(m.Card); over > 0; {
		longest := ts[0]
		for _, t := range ts {
			if t.runes() > longest.runes() {
				longest = t
			}
		}
		was := longest.runes()
		*longest = l.text(*longest, max(was-over, was/2, 10))
		if longest.runes() >= was {
			return // nothing left that could be cut
		}
		over -= was - longest.runes()
	}
}

func (l Limits) actions(as []Action) []Action {
	out := append([]Action(nil), as...)
	if len(out) > l.Actions && l.Actions > 0 {
		out = out[:l.Actions]
	}
	for i := range out {
		out[i].Label = Cut(out[i].Label, l.Label)
		if len(out[i].Options) > l.Options && l.Options > 0 {
			out[i].Options = out[i].Options[:l.Options]
		}
	}
	return out
}

// text cuts a whole Text to most runes, keeping spans whole while they fit.
func (l Limits) text(t Text, most int) Text {
	if most <= 0 {
		return t
	}
	var out Text
	left := most
	for _, s := range t {
		n := utf8.RuneCountInString(s.Text)
		if n <= left {
			out, left = append(out, s), left-n
			continue
		}
		if s.Text = Cut(s.Text, max(left, 1)); left < utf8.RuneCountInString(cutMark) {
			s = Span{Kind: Plain, Text: cutMark} // no room for any of it
		}
		return append(out, s)
	}
	return out
}
