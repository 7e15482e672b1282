package slack

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"deskbell.dev/deskbell/internal/chat"
)

// What one message can hold. Slack's own limits are 3,000 characters a section,
// 50 blocks, 25 actions a block, 75 a label, 100 options a menu (facts of
// @slack/types), and by bolt-js#2509 some 13,200 characters of blocks in all.
const (
	maxFallback = 4000
	maxOption   = 75
	maxTotal    = 12_000
	fieldsMost  = 25
	nameMost    = 80   // a field's name
	menusMost   = 6000 // characters of all menus of a message
	menuLabel   = 20   // characters of a label where there is no more room
	blocksMost  = 11_800
	altMost     = 1000 // what a picture tells
)

// Limits of a Slack message.
func (p *Platform) Limits() chat.Limits {
	return chat.Limits{Title: 300, Text: 3000, Field: 2500, Label: 75, Actions: 6, Rows: 10, Options: 100, Total: maxTotal}
}

// body is m as Slack takes it: blocks, and the same as text. Its picture, if any,
// was uploaded as the file; for "" what the picture tells stands in its place.
func (p *Platform) body(m chat.Message, file string) (blocks []slack.Block, text string) {
	limits := p.Limits()
	m = limits.Fit(m)
	if limits.Total = blocksMost - beside(m); limits.Total < maxTotal {
		m = limits.Fit(m)
	}
	menus := menusMost
	d := p.audience(m)
	var lines []string
	add := func(t chat.Text) {
		if els := d.rich(t); len(els) > 0 {
			blocks = append(blocks, slack.NewRichTextBlock("", els...))
			lines = append(lines, d.fallback(t))
		}
	}
	add(m.Text)
	if c := m.Card; c != nil {
		add(heading(c))
		var fields chat.Text
		for n, f := range c.Fields[:min(len(c.Fields), fieldsMost)] {
			if n > 0 {
				fields = chat.Join(fields, chat.Say("\n"))
			}
			fields = chat.Join(fields, field(f))
		}
		add(fields)
		switch {
		case c.Image == nil:
		case file == "":
			add(chat.Say(first(c.Image.Alt, altMost)))
		default:
			alt := first(c.Image.Alt, altMost)
			blocks = append(blocks, slack.NewImageBlockSlackFile(&slack.SlackFileObject{ID: file}, alt, "", nil))
			lines = append(lines, d.fallback(chat.Say(alt)))
		}
		for _, r := range c.Rows {
			add(r.Text)
			blocks = append(blocks, actions(r.Actions, &menus)...)
		}
		blocks = append(blocks, actions(c.Actions, &menus)...)
	}
	if len(lines) == 0 { // Slack wants some text
		lines = []string{"Deskbell"}
	}
	return blocks, cutFallback(strings.Join(lines, "\n"))
}

// beside is how many characters stand beside the texts of m, at most: names,
// labels, menus.
func beside(m chat.Message) (n int) {
	if m.Card == nil {
		return 0
	}
	count := func(as []chat.Action) {
		for _, a := range as {
			n += utf8.RuneCountInString(a.Label)
		}
	}
	for _, f := range m.Card.Fields[:min(len(m.Card.Fields), fieldsMost)] {
		n += min(utf8.RuneCountInString(f.Name), nameMost) + 3
	}
	if m.Card.Image != nil {
		n += min(utf8.RuneCountInString(m.Card.Image.Alt), altMost)
	}
	menus := 0
	for _, r := range append(m.Card.Rows, chat.Row{Actions: m.Card.Actions}) {
		count(r.Actions)
		for _, a := range r.Actions {
			for _, o := range a.Options {
				menus += min(utf8.RuneCountInString(o.Label+o.Value), maxOption)
			}
		}
	}
	return n + min(menus, menusMost)
}

// heading is a card's title, bold, with its text under it.
func heading(c *chat.Card) chat.Text {
	var t chat.Text
	for _, s := range c.Title {
		if s.Kind == chat.Plain {
			s.Kind = chat.Bold
		}
		t = append(t, s)
	}
	if len(t) > 0 && len(c.Text) > 0 {
		t = append(t, chat.Say("\n")...)
	}
	return append(t, c.Text...)
}

func field(f chat.CardField) chat.Text {
	f.Name = chat.Cut(f.Name, nameMost)
	lead := chat.B(f.Name + ": ")
	if len(f.Value) > 0 && f.Value[0].Kind == chat.Quote {
		lead = chat.Join(chat.B(f.Name+":"), chat.Say("\n"))
	}
	return chat.Join(lead, f.Value)
}

// cutFallback keeps the text within what Slack shows, never within a date.
func cutFallback(s string) string {
	if len([]rune(s)) <= maxFallback {
		return s
	}
	cut := string([]rune(s)[:maxFallback-10])
	if i := strings.LastIndex(cut, "<!date^"); i >= 0 && !strings.Contains(cut[i:], ">") {
		cut = cut[:i]
	}
	return cut + "… (cut)"
}

// actions is the block of as, none for none. Menus is how many characters the
// message's menus may still have.
func actions(as []chat.Action, menus *int) []slack.Block {
	if len(as) == 0 {
		return nil
	}
	seen := map[string]int{}
	var els []slack.BlockElement
	for _, a := range as {
		seen[a.Token]++
		els = append(els, action(actionID(a.Token, seen[a.Token]), a, menus))
	}
	return []slack.Block{slack.NewActionBlock("", els...)}
}

// numbered is the end of an action's id that is not of its token.
var numbered = regexp.MustCompile(`![0-9]+$`)

// actionID is the id of the n-th action with the token in a block, where Slack
// wants them to differ: those after the first are numbered, and those whose token
// looks as if it were.
func actionID(token string, n int) string {
	if n == 1 && !numbered.MatchString(token) && token != "" {
		return token
	}
	return fmt.Sprintf("%s!%d", token, n)
}

// pressed is the token of an action's id.
func pressed(id string) string { return numbered.ReplaceAllString(id, "") }

// overflowMost is how many options Slack's "⋯" holds; longer menus are selects.
const overflowMost = 5

func action(id string, a chat.Action, menus *int) slack.BlockElement {
	if len(a.Options) == 0 {
		b := slack.NewButtonBlockElement(id, first(a.Value, 2000), plain(a.Label, maxOption))
		switch a.Style {
		case chat.Primary:
			b.Style = slack.StylePrimary
		case chat.Danger:
			b.Style = slack.StyleDanger
		}
		return b
	}
	os := options(a.Options)
	for n, o := range os { // what there is no room for is left out, never all of it
		size := utf8.RuneCountInString(o.Text.Text)
		if size > *menus || n == p100 {
			if os = os[:max(n, 1)]; n == 0 {
				o.Text = plain(o.Text.Text, menuLabel)
			}
			break
		}
		*menus -= size
	}
	if len(os) <= overflowMost {
		return slack.NewOverflowBlockElement(id, os...)
	}
	return slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain(a.Label, maxOption), id, os...)
}

// options of a menu, each value once.
func options(all []chat.Option) (os []*slack.OptionBlockObject) {
	seen := map[string]bool{}
	for _, o := range all {
		b := option(o)
		if seen[b.Value] {
			continue
		}
		seen[b.Value] = true
		os = append(os, b)
	}
	return os
}

// noValue stands for the value "", which Slack does not take.
const noValue = "\u2205"

// chosen is the value of a choice.
func chosen(value string) string {
	if value == noValue {
		return ""
	}
	return value
}

// option is o; a value or label that is too long keeps its beginning, by which
// the handler still finds what is meant.
func option(o chat.Option) *slack.OptionBlockObject {
	label, value := o.Label, first(strings.ToValidUTF8(o.Value, ""), maxOption)
	if label == "" {
		label = o.Value
	}
	if value == "" {
		value = noValue
	}
	return slack.NewOptionBlockObject(value, plain(label, maxOption), nil)
}

func first(s string, runes int) string {
	if r := []rune(s); len(r) > runes {
		return string(r[:runes])
	}
	return s
}

// plain is text that Slack shows as it is, no emoji made of it, cut to so many
// characters; Slack takes none without any.
func plain(s string, most int) *slack.TextBlockObject {
	emoji := false
	if s = clean(s); utf8.RuneCountInString(s) > most { // what turns the writing is not cut in two
		s = chat.Cut(strings.Map(func(r rune) rune {
			if strings.ContainsRune(turns+isolates, r) || r == endTurn || r == endIsolate {
				return -1
			}
			return r
		}, s), most)
	}
	if strings.TrimSpace(s) == "" {
		s = "–"
	}
	return &slack.TextBlockObject{Type: slack.PlainTextType, Text: s, Emoji: &emoji}
}
