package main

import (
	"encoding/json"
	"strings"

	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// block and element are what the tests read of Slack's blocks.
type block struct {
	Type     string
	BlockID  string `json:"block_id"`
	Elements []element
	Element  element
}

type element struct {
	Type     string
	Text     json.RawMessage // an object on a button
	Value    string
	ActionID string `json:"action_id"`
	Options  []struct {
		Text  struct{ Text string }
		Value string
	}
}

func blocksOf(raw json.RawMessage) []block {
	var bs []block
	_ = json.Unmarshal(raw, &bs) // none: a message of text alone
	return bs
}

// button finds what is pressed by its label: a button, or a choice of a menu.
func button(raw json.RawMessage, label string) (action, value string, ok bool) {
	for _, b := range blocksOf(raw) {
		for _, e := range b.Elements {
			var t struct{ Text string }
			if json.Unmarshal(e.Text, &t) == nil && e.Type == "button" && t.Text == label {
				return e.ActionID, e.Value, true
			}
			for _, o := range e.Options {
				if o.Text.Text == label {
					return e.ActionID, o.Value, true
				}
			}
		}
	}
	return "", "", false
}

// input is the form's field with the name.
func input(v slacktest.View, name string) (element, bool) {
	for _, b := range blocksOf(v.Blocks) {
		if b.Type == "input" && b.Element.ActionID == name {
			return b.Element, true
		}
	}
	return element{}, false
}

// choice is the value of the option that somebody means by a word.
func choice(e element, word string) string {
	for _, o := range e.Options {
		if strings.Contains(strings.ToLower(o.Text.Text), strings.ToLower(word)) {
			return o.Value
		}
	}
	return word
}

// noticeKey is the key that a post of the desk carries, "" if it has none.
func noticeKey(m slacktest.Message) string {
	var meta struct {
		Payload struct{ Key string } `json:"event_payload"`
	}
	_ = json.Unmarshal(m.Metadata, &meta) // none: an answer to somebody
	return meta.Payload.Key
}

// card is the newest message of the channel whose text has the words and that is
// some ticket's card.
func (w *workspace) card(words string) (slacktest.Message, bool) {
	ms := w.srv.Messages(deskChannel, slackID("admin"))
	for i := len(ms) - 1; i >= 0; i-- {
		if strings.HasPrefix(noticeKey(ms[i]), "card/") && strings.Contains(ms[i].Text, words) {
			return ms[i], true
		}
	}
	return slacktest.Message{}, false
}

// direct are the messages between the desk and somebody.
func (w *workspace) direct(handle string) []slacktest.Message {
	return w.srv.Messages(w.srv.DM(slackID(handle)), slackID(handle))
}
