package discord

import (
	"slices"
	"strings"
	"unicode/utf8"

	"deskbell.dev/deskbell/internal/chat"
)

// The types of Discord's components that Deskbell uses. Source:
// docs.discord.com/developers/components/reference.
const (
	tRow     = 1
	tButton  = 2
	tSelect  = 3
	tInput   = 4
	tPeople  = 5
	tChannel = 8
	tText    = 10
	tGallery = 12
	tBox     = 17
	tLabel   = 18
)

// Styles of a button, and flags of a message.
const (
	primary   = 1
	secondary = 2
	danger    = 4

	flagEphemeral = 1 << 6
	flagV2        = 1 << 15
)

// What one message holds. Source: the same reference, and the message's.
const (
	componentsMost = 40
	textMost       = 4000
	labelMost      = 80
	optionsMost    = 25
	optionMost     = 100
	buttonsMost    = 5
	menuLabel      = 100
	altMost        = 1024
	rowsMost       = 6
)

// component is any of them: what it has not is left out.
type component struct {
	Type        int         `json:"type"`
	ID          int         `json:"id,omitempty"`
	CustomID    string      `json:"custom_id,omitempty"`
	Style       int         `json:"style,omitempty"`
	Label       string      `json:"label,omitempty"`
	Description string      `json:"description,omitempty"`
	Content     string      `json:"content,omitempty"`
	Placeholder string      `json:"placeholder,omitempty"`
	Options     []option    `json:"options,omitempty"`
	Required    *bool       `json:"required,omitempty"`
	Value       string      `json:"value,omitempty"`
	MinLength   int         `json:"min_length,omitempty"`
	MaxLength   int         `json:"max_length,omitempty"`
	MinValues   *int        `json:"min_values,omitempty"`
	MaxValues   int         `json:"max_values,omitempty"`
	Defaults    []preset    `json:"default_values,omitempty"`
	Items       []media     `json:"items,omitempty"`
	Accent      *int        `json:"accent_color,omitempty"`
	Components  []component `json:"components,omitempty"`
	Component   *component  `json:"component,omitempty"`
}

type option struct {
	Label   string `json:"label"`
	Value   string `json:"value"`
	Default bool   `json:"default,omitempty"`
}

// preset is a person or channel that stands in a menu already.
type preset struct {
	ID   string `json:"id"`
	Type string `json:"type"` // user, channel
}

type media struct {
	Media       file   `json:"media"`
	Description string `json:"description,omitempty"`
}

type file struct {
	URL string `json:"url"`
}

// pings says whom a message notifies: those, and nobody else whatever its words.
type pings struct {
	Parse []string `json:"parse"`
	Users []string `json:"users,omitempty"`
}

// body is a message as Discord takes it, to post, to edit with or to answer by.
type body struct {
	Flags      int         `json:"flags"`
	Components []component `json:"components"`
	Pings      pings       `json:"allowed_mentions"`
	// Attachments describe files that go with it.
	Attachments []attachment `json:"attachments,omitempty"`
	Nonce       string       `json:"nonce,omitempty"`
	Once        bool         `json:"enforce_nonce,omitempty"`
}

type attachment struct {
	ID          string `json:"id"`
	Filename    string `json:"filename"`
	Description string `json:"description,omitempty"`
}

// limits of a Discord message. Escaping makes words longer, so that bodyOf may cut
// more.
var limits = chat.Limits{Title: 250, Text: 3000, Field: 1000, Label: labelMost, Actions: 6, Rows: rowsMost, Options: optionsMost, Total: textMost - 200}

// bodyOf lays m out: its text, then its card. Of several actions with one token,
// those after the first are numbered, since Discord wants them to differ. A picture
// is shown if it goes with the message as a file; else what it tells stands there.
func bodyOf(m chat.Message, withFile bool) body {
	l := limits
	for {
		cs, length := layOut(l.Fit(m), withFile)
		last := l.Total < 400 // the rest is what can't be fitted: names
		if length > textMost && last {
			trim(cs, length-textMost)
		}
		if length <= textMost || last {
			return body{Flags: flagsOf(m), Components: cs, Pings: pingsOf(m), Attachments: attached(m, withFile)}
		}
		l.Total -= max(length-textMost, 100)
	}
}

func flagsOf(m chat.Message) int {
	if m.Private {
		return flagV2 | flagEphemeral
	}
	return flagV2
}

// pingsOf are those whom the message may notify; one that a single person sees
// notifies nobody.
func pingsOf(m chat.Message) pings {
	p := pings{Parse: []string{}}
	for _, id := range m.Notify {
		if idShape.MatchString(id) && !m.Private && !slices.Contains(p.Users, id) {
			p.Users = append(p.Users, id)
		}
	}
	return p
}

func attached(m chat.Message, withFile bool) []attachment {
	if !withFile || m.Card == nil || m.Card.Image == nil {
		return nil
	}
	return []attachment{{"0", m.Card.Image.Name, chat.Cut(m.Card.Image.Alt, altMost)}}
}

// layOut is m in components, as many as a message holds, and how long its texts
// are together.
func layOut(m chat.Message, withFile bool) (out []component, length int) {
	ids, room := ids{}, componentsMost
	put := func(into *[]component, cs ...component) {
		for _, c := range cs {
			if n := c.count(); n <= room {
				*into, room, length = append(*into, c), room-n, length+utf8.RuneCountInString(c.Content)
			}
		}
	}
	if s := markdown(m.Text); s != "" {
		put(&out, text(s))
	}
	c := m.Card
	if c == nil {
		if len(out) == 0 {
			put(&out, text("–")) // Discord wants something
		}
		return out, length
	}
	room-- // the box
	actions := ids.rows(c.Actions)
	for _, a := range actions { // what can be done has its room before the rows
		room -= a.count()
	}
	box := component{Type: tBox}
	if s := heading(c); s != "" {
		put(&box.Components, text(s))
	}
	fields := ""
	for _, f := range c.Fields {
		fields += field(f)
	}
	if fields != "" {
		put(&box.Components, text(fields[1:]))
	}
	switch {
	case c.Image == nil:
	case withFile:
		put(&box.Components, component{Type: tGallery, Items: []media{{file{"attachment://" + c.Image.Name}, chat.Cut(c.Image.Alt, altMost)}}})
	default:
		put(&box.Components, text(escape(c.Image.Alt)))
	}
	for _, r := range c.Rows {
		row := append([]component{text(markdown(r.Text))}, ids.rows(r.Actions)...)
		n := 0
		for _, x := range row {
			n += x.count()
		}
		if n <= room { // a row is there with all of its buttons, or not at all
			put(&box.Components, row...)
		}
	}
	box.Components = append(box.Components, actions...)
	if len(box.Components) > 0 {
		out = append(out, box)
	}
	if len(out) == 0 {
		out = []component{text("–")}
	}
	return out, length
}

// trim cuts the longest texts until they are over runes shorter together.
func trim(cs []component, over int) {
	var all []*component
	var walk func([]component)
	walk = func(cs []component) {
		for i := range cs {
			if cs[i].Content != "" {
				all = append(all, &cs[i])
			}
			walk(cs[i].Components)
		}
	}
	walk(cs)
	slices.SortFunc(all, func(a, b *component) int { return len(b.Content) - len(a.Content) })
	for _, c := range all {
		was := utf8.RuneCountInString(c.Content)
		c.Content = strings.TrimRight(chat.Cut(c.Content, max(was-over, 20)), "\\")
		if over -= was - utf8.RuneCountInString(c.Content); over <= 0 {
			return
		}
	}
}

func text(s string) component {
	if s == "" {
		s = "–"
	}
	return component{Type: tText, Content: s}
}

// count is how many components it is with all that it holds.
func (c component) count() int {
	n := 1
	for _, x := range c.Components {
		n += x.count()
	}
	return n
}

func heading(c *chat.Card) string {
	var title chat.Text
	for _, s := range c.Title {
		if s.Kind == chat.Plain || s.Kind == "" {
			s.Kind = chat.Bold
		}
		title = append(title, s)
	}
	if len(title) > 0 && len(c.Text) > 0 {
		title = append(title, chat.Say("\n")...)
	}
	return markdown(append(title, c.Text...))
}

// field is a name and its value, on lines that begin with a line's end.
func field(f chat.CardField) string {
	lead := chat.B(chat.Cut(f.Name, labelMost) + ":")
	if len(f.Value) > 0 && f.Value[0].Kind == chat.Quote {
		return "\n" + markdown(chat.Join(lead, chat.Say("\n"), f.Value))
	}
	return "\n" + markdown(chat.Join(lead, chat.Say(" "), f.Value))
}
