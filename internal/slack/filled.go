package slack

import (
	"encoding/json"
	"strings"

	"github.com/slack-go/slack"

	"deskbell.dev/deskbell/internal/chat"
)

// view is a modal or home view with what was filled in.
type view struct {
	ID              string
	Type            string
	Hash            string
	CallbackID      string `json:"callback_id"`
	PrivateMetadata string `json:"private_metadata"`
	RootID          string `json:"root_view_id"`
	PreviousID      string `json:"previous_view_id"`
	Title           struct{ Text string }
	Blocks          []json.RawMessage
	inputs          []block // of Blocks, in order
	State           struct {
		Values map[string]map[string]state
	}
}

// state is one input's, by its type.
type state struct {
	Type                 string
	Value                *string
	SelectedOption       *selected `json:"selected_option"`
	SelectedUsers        []string  `json:"selected_users"`
	SelectedConversation string    `json:"selected_conversation"`
}

type selected struct {
	Text  json.RawMessage `json:"text"`
	Value string          `json:"value"`
}

// block is an input of a form.
type block struct {
	Type    string
	BlockID string `json:"block_id"`
	Label   struct{ Text string }
}

// field is the name of the input's field: what its block_id begins with.
func (b block) field() string {
	name, _, _ := strings.Cut(b.BlockID, "@")
	return name
}

// read finds the view's inputs.
func (v *view) read() error {
	for _, raw := range v.Blocks {
		var b block
		if err := json.Unmarshal(raw, &b); err != nil {
			return err
		}
		if b.Type == "input" {
			v.inputs = append(v.inputs, b)
		}
	}
	return nil
}

func (s state) text() string {
	switch {
	case s.SelectedOption != nil:
		return chosen(s.SelectedOption.Value)
	case len(s.SelectedUsers) > 0:
		return "<@" + strings.Join(s.SelectedUsers, "> <@") + ">"
	case s.SelectedConversation != "":
		return "<#" + s.SelectedConversation + ">"
	case s.Value != nil:
		return *s.Value
	}
	return ""
}

// values are what the view holds, by field.
func (v *view) values() map[string]string {
	vs := map[string]string{}
	for _, block := range v.State.Values {
		for name, s := range block {
			vs[name] = s.text()
		}
	}
	return vs
}

// fields are the form's inputs in order.
func (v *view) fields() []string {
	var fs []string
	for _, b := range v.inputs {
		fs = append(fs, b.field())
	}
	return fs
}

// block is the block_id of the field's input, "" if the view has none.
func (v *view) block(name string) string {
	for _, b := range v.inputs {
		if b.field() == name {
			return b.BlockID
		}
	}
	return ""
}

// full reports whether no window can be opened over the view: three are open.
func (v *view) full() bool { return v.PreviousID != "" && v.PreviousID != v.RootID }

func (v *view) meta() meta {
	var m meta
	_ = json.Unmarshal([]byte(v.PrivateMetadata), &m) // one that is not ours remembers nothing
	return m
}

// typed is what was typed, with what is wrong with it: for a form that is gone.
func (v *view) typed(errs map[string]string) chat.Text {
	values := v.values()
	lines := chat.B(v.Title.Text)
	for _, b := range v.inputs {
		name := b.field()
		if errs[name] == "" && values[name] == "" {
			continue
		}
		lines = chat.Join(lines, chat.Say("\n"), chat.B(b.Label.Text+": "), chat.Say(errs[name]))
		if values[name] != "" {
			lines = chat.Join(lines, chat.Say("\n"), chat.Words(values[name]))
		}
		delete(errs, name)
	}
	for _, text := range errs {
		lines = chat.Join(lines, chat.Say("\n"+text))
	}
	return lines
}

// asSent is a block as Slack had it.
type asSent struct {
	kind string
	raw  json.RawMessage
}

func (b asSent) BlockType() slack.MessageBlockType { return slack.MessageBlockType(b.kind) }
func (b asSent) ID() string                        { return "" }

// MarshalJSON is the block unchanged.
func (b asSent) MarshalJSON() ([]byte, error) { return b.raw, nil }

// refill is a form whose submission was refused after its view had gone: as it
// was, with what was typed, and above it what is wrong.
func (p *Platform) refill(d delivery, errs map[string]string) slack.ModalViewRequest {
	var wrong chat.Text
	for _, b := range d.view.inputs {
		if text := errs[b.field()]; text != "" {
			wrong = chat.Join(wrong, chat.B(b.Label.Text+": "), chat.Say(text+"\n"))
		}
	}
	for name, text := range errs {
		if d.view.block(name) == "" {
			wrong = chat.Join(wrong, chat.Say(text+"\n"))
		}
	}
	var blocks []slack.Block
	if els := (drawer{zone: p.cfg.Zone}).rich(wrong); len(els) > 0 {
		blocks = append(blocks, slack.NewRichTextBlock(wrongBlock, els...))
	}
	for _, raw := range d.view.Blocks {
		if b, ok := d.view.filled(raw); ok {
			blocks = append(blocks, b)
		}
	}
	v := modal(viewForm, d.view.Title.Text, d.at, blocks)
	v.Submit, v.Close = plain("Submit", titleMost), plain("Cancel", titleMost)
	return v
}

// wrongBlock is what was wrong the last time; the next time it says something else.
const wrongBlock = "wrong"

// filled is the block with what was typed into it as its beginning; false for
// what was wrong the last time.
func (v *view) filled(raw json.RawMessage) (slack.Block, bool) {
	var b map[string]any
	if json.Unmarshal(raw, &b) != nil || b["block_id"] == wrongBlock {
		return nil, false
	}
	kind, _ := b["type"].(string)
	id, _ := b["block_id"].(string)
	e, isInput := b["element"].(map[string]any)
	if !isInput {
		return asSent{kind, raw}, true
	}
	name, _ := e["action_id"].(string)
	s := v.State.Values[id][name]
	for _, old := range []string{"initial_value", "initial_option", "initial_users", "initial_conversation"} {
		delete(e, old)
	}
	switch {
	case s.SelectedOption != nil:
		e["initial_option"] = offered(e, s.SelectedOption)
	case len(s.SelectedUsers) > 0:
		e["initial_users"] = s.SelectedUsers
	case s.SelectedConversation != "":
		e["initial_conversation"] = s.SelectedConversation
	case s.Value != nil && *s.Value != "":
		e["initial_value"] = *s.Value
	}
	out, err := json.Marshal(b)
	return asSent{kind, out}, err == nil
}

// offered is the choice as the menu has it, which Slack compares exactly.
func offered(menu map[string]any, s *selected) any {
	all, _ := menu["options"].([]any)
	for _, o := range all {
		if m, ok := o.(map[string]any); ok && m["value"] == s.Value {
			return m
		}
	}
	return s
}
