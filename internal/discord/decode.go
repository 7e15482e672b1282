package discord

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
)

// Types of an interaction. Source:
// docs.discord.com/developers/interactions/receiving-and-responding.
const (
	inPing      = 1
	inCommand   = 2
	inComponent = 3
	inSuggest   = 4
	inModal     = 5
)

// interaction is one as Discord delivers it, over the gateway or by HTTP. It is
// decoded here and not by discordgo, which an unknown component stops.
type interaction struct {
	ID      string          `json:"id"`
	Type    int             `json:"type"`
	Token   string          `json:"token"`
	Guild   string          `json:"guild_id"`
	Channel channel         `json:"channel"`
	Member  *member         `json:"member"`
	User    *user           `json:"user"` // in direct messages
	Message *message        `json:"message"`
	Data    json.RawMessage `json:"data"`
}

// who is the id of the person.
func (in interaction) who() string {
	switch {
	case in.Member != nil:
		return in.Member.User.ID
	case in.User != nil:
		return in.User.ID
	}
	return ""
}

type channel struct {
	ID     string `json:"id"`
	Type   int    `json:"type"`
	Name   string `json:"name"`
	Parent string `json:"parent_id"`
}

// thread reports whether it hangs under a message, or under none in private.
func (c channel) thread() bool { return c.Type >= 10 && c.Type <= 12 }

type member struct {
	User  user     `json:"user"`
	Nick  string   `json:"nick"`
	Roles []string `json:"roles"`
}

type user struct {
	ID     string `json:"id"`
	Name   string `json:"username"`
	Global string `json:"global_name"`
	Bot    bool   `json:"bot"`
	System bool   `json:"system"`
}

type message struct {
	ID      string `json:"id"`
	Channel string `json:"channel_id"`
	Flags   int    `json:"flags"`
	Content string `json:"content"`
	Author  user   `json:"author"`
	At      string `json:"timestamp"`
	Files   []struct {
		Name string `json:"filename"`
		URL  string `json:"url"`
	} `json:"attachments"`
}

// data is what an interaction brings, of every type.
type data struct {
	Name     string  `json:"name"`
	Type     int     `json:"type"`
	Options  []given `json:"options"`
	Target   string  `json:"target_id"`
	Resolved struct {
		Messages map[string]message `json:"messages"`
	} `json:"resolved"`
	CustomID   string   `json:"custom_id"`
	Component  int      `json:"component_type"`
	Values     []string `json:"values"`
	Components []filled `json:"components"`
}

// filled is an input of a modal as it was submitted, within a label or a row, of
// whatever type.
type filled struct {
	Type       int      `json:"type"`
	CustomID   string   `json:"custom_id"`
	Value      string   `json:"value"`
	Values     []string `json:"values"`
	Component  *filled  `json:"component"`
	Components []filled `json:"components"`
}

// delivery is an interaction as the handler hears it, and what it takes to answer.
type delivery struct {
	chat.Interaction
	id, token string
	kind      int      // of the interaction
	alone     bool     // what it was done on, only the person sees
	asked     []string // the fields of a form that was submitted, in order
}

// decode is an interaction in the neutral words; false for one that asks for
// nothing that Deskbell does, which is answered all the same. Who did it is still to
// be filled in. Alone says that it happened where only they and Deskbell are.
func decode(in interaction, cs []chat.SlashCommand, alone bool) (delivery, bool, error) {
	var d data
	if len(in.Data) > 0 {
		if err := json.Unmarshal(in.Data, &d); err != nil {
			return delivery{}, false, fmt.Errorf("discord: interaction %s: %w", in.ID, err)
		}
	}
	out := delivery{id: in.ID, token: in.Token, kind: in.Type}
	out.Platform, out.Key, out.From = "discord", in.ID, chat.User{ID: in.who()}
	direct := ""
	if alone {
		direct = out.From.ID
	}
	out.Place = placeOf(in.Channel, direct)
	if in.Message != nil {
		out.Message = chat.MessageRef{Place: out.Place, ID: in.Message.ID}
		out.alone = in.Message.Flags&flagEphemeral != 0 || direct != ""
	}
	switch in.Type {
	case inCommand:
		if d.Type == cmdMessage {
			on, known := onMessages[d.Name]
			target, there := d.Resolved.Messages[d.Target]
			out.Kind, out.Text = chat.Shortcut, on
			out.Quoted = []chat.Quoted{quoted(target, in)}
			return out, known && there, nil
		}
		w, filled, known := wordOf(cs, d.Name, d.Options)
		out.Kind, out.Text = chat.Command, typedAs(d.Name, w, filled)
		return out, known, nil
	case inSuggest:
		w, filled, known := wordOf(cs, d.Name, d.Options)
		return out, known && out.searched(w, filled), nil
	case inComponent:
		out.Kind = chat.Press
		if out.Token, out.Value = pressed(d.CustomID); len(d.Values) > 0 {
			out.Value = chosen(d.Values[0])
		}
		return out, d.Component == tButton || d.Component == tSelect && len(d.Values) == 1, nil
	case inModal:
		var opened string
		out.Token, opened, _ = strings.Cut(d.CustomID, valued)
		out.Kind, out.Key, out.Values = chat.Submit, "form/"+opened, map[string]string{}
		out.fill(d.Components)
		return out, true, nil
	}
	return out, false, nil
}

// fill reads what stands in the inputs: people and channels as mentions, several
// parted by spaces.
func (out *delivery) fill(all []filled) {
	for _, f := range all {
		if f.Component != nil {
			out.fill([]filled{*f.Component})
		}
		out.fill(f.Components)
		if f.CustomID == "" {
			continue
		}
		out.asked = append(out.asked, f.CustomID)
		lead := map[int]string{tPeople: "<@", tChannel: "<#"}[f.Type]
		switch {
		case lead != "":
			var all []string
			for _, id := range f.Values {
				all = append(all, lead+id+">")
			}
			out.Values[f.CustomID] = strings.Join(all, " ")
		case len(f.Values) > 0:
			out.Values[f.CustomID] = chosen(f.Values[0])
		default:
			out.Values[f.CustomID] = f.Value
		}
	}
}

// placeOf is where it happened. A thread's id is that of the message that it hangs
// under.
func placeOf(c channel, direct string) chat.Place {
	if c.thread() && direct == "" {
		return chat.Place{Channel: c.Parent, Thread: c.ID}
	}
	return chat.Place{Channel: c.ID, User: direct}
}

func quoted(m message, in interaction) chat.Quoted {
	q := chat.Quoted{Author: m.Author.Name, Text: m.Content}
	if m.Author.Global != "" {
		q.Author = m.Author.Global
	}
	q.At, _ = time.Parse(time.RFC3339, m.At)
	guild := in.Guild
	if guild == "" {
		guild = "@me"
	}
	channel := m.Channel
	if channel == "" {
		channel = in.Channel.ID
	}
	q.Link = fmt.Sprintf("https://discord.com/channels/%s/%s/%s", guild, channel, m.ID)
	for _, f := range m.Files {
		q.Files = append(q.Files, f.Name+" "+f.URL)
	}
	return q
}

// epoch is when ids of Discord's begin, in milliseconds.
const epoch = 1420070400000
