package discord

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"deskbell.dev/deskbell/internal/chat"
)

// ids keeps a message's custom_ids apart.
type ids map[string]int

// numbered is the end of a custom_id that is not of its token.
var numbered = regexp.MustCompile(`![0-9]+$`)

func (s ids) of(token string) string {
	if s[token]++; s[token] == 1 && !numbered.MatchString(token) && token != "" {
		return token
	}
	return fmt.Sprintf("%s!%d", token, s[token])
}

// valued parts a button's token from its value in a custom_id.
const valued = "\x1f"

// idMost is how long a custom_id is at most.
const idMost = 100

// pressed are the token of a custom_id and the button's value.
func pressed(id string) (token, value string) {
	token, value, _ = strings.Cut(numbered.ReplaceAllString(id, ""), valued)
	return token, value
}

// rows are the actions in rows: buttons beside each other, then each menu by itself.
func (s ids) rows(as []chat.Action) []component {
	var buttons, menus []component
	for _, a := range as {
		if len(a.Options) > 0 {
			menus = append(menus, component{Type: tRow, Components: []component{s.menu(a)}})
			continue
		}
		style := secondary
		switch a.Style {
		case chat.Primary:
			style = primary
		case chat.Danger:
			style = danger
		}
		buttons = append(buttons, component{Type: tButton, CustomID: s.of(withValue(a)), Label: word(a.Label, labelMost), Style: style})
	}
	var out []component
	for row := range slices.Chunk(buttons, buttonsMost) {
		out = append(out, component{Type: tRow, Components: row})
	}
	return append(out, menus...)
}

// withValue is the button's token, with its value if there is room for it.
func withValue(a chat.Action) string {
	if id := a.Token + valued + a.Value; a.Value != "" && utf8.RuneCountInString(id) < idMost-4 {
		return id
	}
	return a.Token
}

func (s ids) menu(a chat.Action) component {
	return component{Type: tSelect, CustomID: s.of(a.Token), Placeholder: word(a.Label, menuLabel), Options: options(a.Options, "")}
}

// options of a menu, each value once; chosen stands there already.
func options(all []chat.Option, chosen string) []option {
	var out []option
	seen := map[string]bool{}
	for _, o := range all {
		value := first(o.Value, optionMost)
		if value == "" {
			value = noValue
		}
		if seen[value] || len(out) == optionsMost {
			continue
		}
		seen[value] = true
		label := o.Label
		if label == "" {
			label = o.Value
		}
		out = append(out, option{Label: word(label, optionMost), Value: value, Default: chosen != "" && o.Value == chosen})
	}
	return out
}

// noValue stands for the value "", which Discord does not take.
const noValue = "\u2205"

// chosen is the value of a choice.
func chosen(value string) string {
	if value == noValue {
		return ""
	}
	return value
}

// word is a label: plain text, cut, and never empty.
func word(s string, most int) string {
	if s = chat.Cut(clean(s), most); s == "" {
		return "–"
	}
	return s
}

func first(s string, runes int) string {
	if r := []rune(s); len(r) > runes {
		return string(r[:runes])
	}
	return s
}
