package discord

import (
	"slices"
	"strings"

	"deskbell.dev/deskbell/internal/chat"
)

// Types of an application command and of its options. Source:
// docs.discord.com/developers/interactions/application-commands.
const (
	cmdSlash   = 1
	cmdMessage = 3

	optWord  = 1 // sub-command
	optGroup = 2
	optText  = 3

	saysMost = 100
)

// command is one as Discord registers it; those of messages have no description.
type command struct {
	Type    int             `json:"type"`
	Name    string          `json:"name"`
	Says    string          `json:"description,omitempty"`
	Default string          `json:"default_member_permissions,omitempty"`
	Options []commandOption `json:"options,omitempty"`
}

// viewers are those who see a channel: they may use the commands there, until an
// admin says otherwise in the server's settings. What they may do by them is for the
// handler to say.
const viewers = "1024"

type commandOption struct {
	Type     int             `json:"type"`
	Name     string          `json:"name"`
	Says     string          `json:"description"`
	Required bool            `json:"required,omitempty"`
	Suggests bool            `json:"autocomplete,omitempty"`
	Options  []commandOption `json:"options,omitempty"`
}

// onMessages are the menus of a message, by Discord's name for them.
var onMessages = map[string]string{"Hand to intake": chat.HandOver, "Add to ticket": chat.AddTo}

// commandsOf are what is registered: the slash commands, each word a sub-command,
// and the messages' menus, in a fixed order, so that they can be compared.
func commandsOf(cs []chat.SlashCommand) []command {
	var out []command
	for _, c := range cs {
		cmd := command{Type: cmdSlash, Name: c.Name, Says: word(c.Says, saysMost), Default: viewers}
		for _, w := range c.Words {
			sub := commandOption{Type: optWord, Name: w.Name, Says: word(w.Says, saysMost)}
			for _, f := range w.Fields {
				sub.Options = append(sub.Options, commandOption{Type: optText, Name: f.Name, Says: word(f.Says, saysMost), Required: f.Required, Suggests: f.Token != ""})
			}
			if w.Group == "" {
				cmd.Options = append(cmd.Options, sub)
				continue
			}
			n := slices.IndexFunc(cmd.Options, func(o commandOption) bool { return o.Type == optGroup && o.Name == w.Group })
			if n < 0 {
				n = len(cmd.Options)
				cmd.Options = append(cmd.Options, commandOption{Type: optGroup, Name: w.Group, Says: word(w.Group, saysMost)})
			}
			cmd.Options[n].Options = append(cmd.Options[n].Options, sub)
		}
		out = append(out, cmd)
	}
	for _, name := range []string{"Hand to intake", "Add to ticket"} {
		out = append(out, command{Type: cmdMessage, Name: name, Default: viewers})
	}
	return out
}

// given is what somebody chose of a command.
type given struct {
	Name    string  `json:"name"`
	Type    int     `json:"type"`
	Value   any     `json:"value"`
	Focused bool    `json:"focused"` // it is typed right now
	Options []given `json:"options"`
}

// wordOf finds the word that was chosen of a command, and its fields; false for one
// that is not of the command any more.
func wordOf(cs []chat.SlashCommand, name string, options []given) (chat.Word, []given, bool) {
	n := slices.IndexFunc(cs, func(c chat.SlashCommand) bool { return c.Name == name })
	if n < 0 || len(options) != 1 {
		return chat.Word{}, nil, false
	}
	group, sub := "", options[0]
	if sub.Type == optGroup && len(sub.Options) == 1 {
		group, sub = sub.Name, sub.Options[0]
	}
	k := slices.IndexFunc(cs[n].Words, func(w chat.Word) bool { return w.Group == group && w.Name == sub.Name })
	if k < 0 {
		return chat.Word{}, nil, false
	}
	return cs[n].Words[k], sub.Options, true
}

// typedAs is the line that a word of a command stands for: its word as it is typed,
// and the fields' values in the order of the word.
func typedAs(command string, w chat.Word, filled []given) string {
	parts := []string{"/" + command}
	if w.Line != "" {
		parts = append(parts, w.Line)
	}
	for _, f := range w.Fields {
		for _, o := range filled {
			if s, ok := o.Value.(string); ok && o.Name == f.Name && strings.TrimSpace(s) != "" {
				parts = append(parts, strings.TrimSpace(s))
			}
		}
	}
	return strings.Join(parts, " ")
}

// searched is the field that is typed, and what the others hold; false if there is
// nothing to choose from for it.
func (out *delivery) searched(w chat.Word, filled []given) bool {
	out.Kind, out.Values = chat.Search, map[string]string{}
	for _, o := range filled {
		s, _ := o.Value.(string)
		n := slices.IndexFunc(w.Fields, func(f chat.WordField) bool { return f.Name == o.Name })
		switch {
		case n < 0:
		case o.Focused:
			out.Token, out.Field, out.Text = w.Fields[n].Token, o.Name, s
		default:
			out.Values[o.Name] = s
		}
	}
	return out.Token != ""
}
