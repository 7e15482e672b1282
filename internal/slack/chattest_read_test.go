package slack_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/chat/chattest"
	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// block and part are what somebody looks at of Slack's blocks.
type block struct {
	Type     string
	BlockID  string `json:"block_id"`
	Alt      string `json:"alt_text"`
	Elements []part
	Element  part
	Label    struct{ Text string }
	Optional bool
}

type part struct {
	Type      string
	ActionID  string          `json:"action_id"`
	Text      json.RawMessage // a string in rich text, an object on a button
	Value     string
	Style     any
	UserID    string `json:"user_id"`
	URL       string
	Timestamp int64
	Fallback  string
	Elements  []part
	Options   []option
}

type option struct {
	Text  struct{ Text string }
	Value string
}

func blocks(raw json.RawMessage) []block {
	var bs []block
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &bs); err != nil {
			panic(err) // the server has read them before
		}
	}
	return bs
}

func (r *rig) see(as string, in chat.Place) []chattest.Seen {
	channel := in.Channel
	if channel == "" {
		channel = r.srv.DM(in.User)
	}
	var out []chattest.Seen
	for _, m := range r.srv.Messages(channel, as) {
		out = append(out, r.read(m))
	}
	if v, open := r.srv.View(as); open && v.CallbackID != "form" {
		out = append(out, r.read(slacktest.Message{Channel: inWindow, TS: v.ID, Blocks: v.Blocks, EphemeralTo: as}))
	}
	return out
}

// read is a message as it reads: its blocks, or its text where there are none.
func (r *rig) read(m slacktest.Message) chattest.Seen {
	x := chattest.Seen{Ref: chat.MessageRef{Place: chat.Place{Channel: m.Channel, Thread: m.ThreadTS}, ID: m.TS}, Private: m.EphemeralTo != ""}
	if !x.Private {
		x.Pings = m.Mentions
	}
	for _, b := range blocks(m.Blocks) {
		switch b.Type {
		case "rich_text":
			r.rich(&x, b.Elements)
			x.Text += "\n"
		case "image":
			x.Pictures = append(x.Pictures, b.Alt)
		case "actions":
			for _, e := range b.Elements {
				x.Buttons = append(x.Buttons, buttonOf(e))
			}
		}
	}
	if len(m.Blocks) == 0 {
		x.Text = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(m.Text)
	}
	return x
}

func (r *rig) rich(x *chattest.Seen, parts []part) {
	for _, e := range parts {
		switch e.Type {
		case "rich_text_section":
			r.rich(x, e.Elements)
		case "rich_text_quote":
			r.rich(x, e.Elements)
			x.Text += "\n"
		case "user":
			x.Text += "@" + r.handles[e.UserID]
		case "broadcast", "usergroup":
			x.Everybody = true
		case "date":
			x.Text += e.Fallback
			x.Times = append(x.Times, time.Unix(e.Timestamp, 0).UTC())
		case "link":
			x.Text += words(e.Text)
			x.Links = append(x.Links, e.URL)
		default:
			x.Text += words(e.Text)
		}
	}
}

// words are those of rich text, or of a button.
func words(raw json.RawMessage) string {
	var plain string
	if json.Unmarshal(raw, &plain) == nil {
		return plain
	}
	var label struct{ Text string }
	_ = json.Unmarshal(raw, &label) // neither: no words
	return label.Text
}

func buttonOf(e part) chattest.Button {
	b := chattest.Button{ID: e.ActionID, Label: words(e.Text)}
	if e.Type == "button" {
		b.ID += "\x00" + e.Value
	}
	if style, ok := e.Style.(string); ok {
		b.Style = chat.Style(style)
	}
	b.Options = options(e.Options)
	return b
}

func options(os []option) []chat.Option {
	var out []chat.Option
	for _, o := range os {
		out = append(out, chat.Option{Value: o.Value, Label: o.Text.Text})
	}
	return out
}

// state is what stands in an input now.
type state struct {
	Value        string
	Option       option   `json:"selected_option"`
	Users        []string `json:"selected_users"`
	Conversation string   `json:"selected_conversation"`
}

func (s state) text() string {
	switch {
	case len(s.Users) > 0:
		return "<@" + strings.Join(s.Users, "> <@") + ">"
	case s.Conversation != "":
		return "<#" + s.Conversation + ">"
	}
	return s.Value + s.Option.Value
}

func (r *rig) form(as string) (chattest.Form, bool) {
	v, open := r.srv.View(as)
	if !open || v.CallbackID != "form" {
		return chattest.Form{}, false
	}
	f := chattest.Form{Title: v.Title}
	raw, err := json.Marshal(r.srv.State(v.ID))
	if err != nil {
		panic(err)
	}
	var now map[string]map[string]state
	if err := json.Unmarshal(raw, &now); err != nil {
		panic(err)
	}
	for _, b := range blocks(v.Blocks) {
		if b.Type != "input" {
			continue
		}
		name := b.Element.ActionID
		f.Fields = append(f.Fields, chattest.Field{Name: name, Label: b.Label.Text, Value: now[b.BlockID][name].text(),
			Required: !b.Optional, Options: options(b.Element.Options), Error: v.Errors[b.BlockID]})
	}
	return f, true
}

// typed is a value as Slack's client takes it: ids of people and channels.
var typed = strings.NewReplacer("<@U", "U", "<#C", "C", ">", "")

func (r *rig) submit(as string, values map[string]string) error {
	v, open := r.srv.View(as)
	if !open {
		return errors.New("no form is open")
	}
	all := map[string]string{}
	for _, b := range blocks(v.Blocks) {
		value, given := values[b.Element.ActionID]
		if !given {
			continue
		}
		if t := b.Element.Type; t == "multi_users_select" || t == "conversations_select" {
			value = typed.Replace(value)
		}
		all[b.Element.ActionID] = value
	}
	if len(all) != len(values) {
		return fmt.Errorf("the form does not ask for all of %v", values)
	}
	return r.did(r.srv.User(as).Submit(v, all))
}

func (r *rig) search(as, field, word string) []chat.Option {
	v, _ := r.srv.View(as)
	found, d := r.srv.User(as).Suggest(v, field, word)
	if err := r.did(d); err != nil {
		return nil
	}
	var out []chat.Option
	for _, o := range found {
		out = append(out, chat.Option{Value: o.Value, Label: o.Text})
	}
	return out
}

func (r *rig) choose(as, field, value string) error {
	v, open := r.srv.View(as)
	if !open {
		return errors.New("no form is open")
	}
	return r.did(r.srv.User(as).PressView(v, field, value))
}
