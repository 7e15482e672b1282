package discord

import (
	"slices"
	"strings"

	"deskbell.dev/deskbell/internal/chat"
)

// What a modal holds. Source: docs.discord.com/developers/interactions,
// Modal, and the components' reference.
const (
	titleMost      = 45
	fieldLabelMost = 45
	hintMost       = 100
	inputMost      = 4000
)

// modal is a form as Discord takes it.
type modal struct {
	CustomID   string      `json:"custom_id"`
	Title      string      `json:"title"`
	Components []component `json:"components"`
}

// modalOf is f as a modal, opened by the interaction with the id: by that it is known
// again when it is submitted a second time, since Discord's client keeps a form open
// whose submission was not acknowledged. An input's custom_id is the field's name. A choice with
// more options than a menu holds, or one that is searched, is typed: its value is
// then the name.
func modalOf(f *chat.Form, opened string) modal {
	m := modal{CustomID: f.Token + valued + opened, Title: word(f.Title, titleMost)}
	for _, x := range f.Fields {
		in := input(f, x)
		m.Components = append(m.Components, component{Type: tLabel, Label: word(x.Label, fieldLabelMost), Description: chat.Cut(clean(x.Hint), hintMost), Component: &in})
	}
	return m
}

func input(f *chat.Form, x chat.Field) component {
	required := x.Required
	none := 0
	menu := component{CustomID: x.Name, Required: &required}
	if !required {
		menu.MinValues = &none
	}
	switch x.Kind {
	case chat.People:
		menu.Type, menu.MaxValues = tPeople, optionsMost
		menu.Defaults = presets(x.Value, "<@", "user")
		return menu
	case chat.Channel:
		menu.Type = tChannel
		menu.Defaults = presets(x.Value, "<#", "channel")
		return menu
	case chat.Choice:
		os := fitting(f, x)
		if all := options(os, x.Value); len(all) > 0 && len(os) <= optionsMost {
			menu.Type, menu.Options = tSelect, all
			return menu
		}
	}
	in := component{Type: tInput, CustomID: x.Name, Style: 1, Required: &required, MaxLength: inputMost}
	if x.Kind == chat.Lines {
		in.Style = 2
	}
	if x.Max > 0 && x.Max < inputMost {
		in.MaxLength = x.Max
	}
	old := clean(x.Value)
	if in.Style == 1 {
		old = strings.Join(strings.Fields(old), " ")
	}
	in.Value = first(chat.Cut(old, in.MaxLength), in.MaxLength)
	return in
}

// fitting are the options that go with what the field depends on stands at.
func fitting(f *chat.Form, x chat.Field) []chat.Option {
	of := ""
	for _, o := range f.Fields {
		if o.Name == x.DependsOn && o.Name != "" {
			of = o.Value
		}
	}
	return slices.DeleteFunc(slices.Clone(x.Options), func(o chat.Option) bool { return o.Of != "" && of != "" && o.Of != of })
}

// presets are the people or channels that the value mentions.
func presets(value, lead, kind string) []preset {
	var out []preset
	for _, w := range strings.Fields(value) {
		if id, ok := strings.CutPrefix(w, lead); ok {
			id, _, _ = strings.Cut(strings.TrimSuffix(id, ">"), "|")
			if idShape.MatchString(id) && len(out) < optionsMost {
				out = append(out, preset{id, kind})
			}
		}
	}
	return out
}
