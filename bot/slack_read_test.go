package bot_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// block is what a script reads of Slack's blocks.
type block struct {
	Type     string
	BlockID  string `json:"block_id"`
	Elements []element
	Element  element
	Label    struct{ Text string }
	Optional bool
	Dispatch bool `json:"dispatch_action"`
}

type element struct {
	Type     string
	Text     json.RawMessage // a string in rich text, an object on a button
	Value    string
	ActionID string `json:"action_id"`
	UserID   string `json:"user_id"`
	Fallback string
	URL      string
	Style    json.RawMessage
	Elements []element
	Options  []struct {
		Text  struct{ Text string }
		Value string
	}
	Placeholder   struct{ Text string }
	Multiline     bool
	InitialValue  string                 `json:"initial_value"`
	InitialOption struct{ Value string } `json:"initial_option"`
	InitialUsers  []string               `json:"initial_users"`
	InitialConv   string                 `json:"initial_conversation"`
}

func blocksOf(raw json.RawMessage) []block {
	var bs []block
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &bs); err != nil {
			panic(err)
		}
	}
	return bs
}

// reads is rich text as it reads.
func reads(es []element) string {
	var b strings.Builder
	for _, e := range es {
		switch e.Type {
		case "user":
			b.WriteString("@" + strings.ToLower(strings.TrimPrefix(e.UserID, "U0")))
		case "date":
			b.WriteString(e.Fallback)
		case "rich_text_quote":
			b.WriteString(reads(e.Elements) + "\n")
		case "rich_text_section":
			b.WriteString(reads(e.Elements))
		default:
			var s string
			_ = json.Unmarshal(e.Text, &s)
			b.WriteString(s)
		}
	}
	return b.String()
}

func (e element) label() string {
	var t struct{ Text string }
	_ = json.Unmarshal(e.Text, &t)
	return t.Text
}

// shown is a message as a script reads it: each text with the buttons under it.
func (p *slackPlay) shown(m slacktest.Message) message {
	out := message{ID: m.Channel + "/" + m.TS, In: "desk", Thread: m.ThreadTS}
	for _, h := range p.handles {
		if m.Channel == p.srv.DM(slackID(h)) {
			out.In = "dm-" + h
		}
		if m.EphemeralTo == slackID(h) || p.private[out.ID] && out.In == "dm-"+h {
			out.To = h
		}
	}
	type row = struct {
		Text    string
		Actions []action
	}
	var rows []row
	for _, b := range blocksOf(m.Blocks) {
		switch b.Type {
		case "rich_text":
			rows = append(rows, row{Text: reads(b.Elements)})
		case "actions":
			if len(rows) == 0 {
				rows = append(rows, row{})
			}
			for _, e := range b.Elements {
				rows[len(rows)-1].Actions = append(rows[len(rows)-1].Actions, actionOf(e))
			}
		}
	}
	if len(m.Blocks) == 0 {
		out.Text = m.Text
		return out
	}
	card := message{}.Card
	if err := json.Unmarshal([]byte("{}"), &card); err != nil {
		panic(err)
	}
	card.Rows = append(card.Rows, rows...)
	out.Card = card
	return out
}

func actionOf(e element) action {
	a := action{Action: e.ActionID + "\x00" + e.Value, Label: e.label()}
	if e.Type != "button" {
		a.Action, a.Label = e.ActionID, "More"
		for _, o := range e.Options {
			a.Options = append(a.Options, struct{ Value, Label string }{o.Value, o.Text.Text})
		}
	}
	if parts := strings.Split(e.ActionID, ";"); len(parts) > 1 {
		_, _ = fmt.Sscan(parts[1], &a.Ticket)
	}
	return a
}

// slackForm is a modal as a script reads it.
func slackForm(v slacktest.View) *form {
	f := &form{ID: v.ID, Title: v.Title}
	f.Fields = f.Fields[:0]
	for n, b := range blocksOf(v.Blocks) {
		if b.Type == "rich_text" && n == 0 {
			f.Title = reads(b.Elements)
		}
		if b.Type != "input" {
			continue
		}
		e := b.Element
		field := struct {
			Name, Label, Kind, Value string
			Required                 bool
			Options                  []struct{ Value, Label string }
		}{Name: e.ActionID, Label: b.Label.Text, Kind: "text", Value: e.initial(), Required: !b.Optional}
		switch {
		case e.Type == "plain_text_input" && e.Multiline:
			field.Kind = "lines"
		case e.Type == "number_input":
			field.Kind = "number"
		case strings.HasSuffix(e.Type, "_select") && e.Type != "multi_users_select" && e.Type != "conversations_select":
			field.Kind = "choice"
		}
		for _, o := range e.Options {
			field.Options = append(field.Options, struct{ Value, Label string }{o.Value, o.Text.Text})
		}
		f.Fields = append(f.Fields, field)
	}
	return f
}

// initial is what stands in an input at first, people and channels by name.
func (e element) initial() string {
	var people []string
	for _, id := range e.InitialUsers {
		people = append(people, strings.ToLower(strings.TrimPrefix(id, "U0")))
	}
	if e.InitialConv == slackDesk {
		return "#desk"
	}
	return e.InitialValue + e.InitialOption.Value + strings.Join(people, " ")
}

// inputs are the view's by action id, with whether choosing redraws the form.
func inputs(v slacktest.View) map[string]block {
	out := map[string]block{}
	for _, b := range blocksOf(v.Blocks) {
		if b.Type == "input" {
			out[b.Element.ActionID] = b
		}
	}
	return out
}

// choose is the option that somebody means by a word: the one so called, or the
// only one whose name has it.
func (e element) choose(word string) (value string, ok bool) {
	var fit []string
	for _, o := range e.Options {
		if strings.EqualFold(o.Value, word) || strings.EqualFold(o.Text.Text, word) {
			return o.Value, true
		}
		if strings.Contains(strings.ToLower(o.Text.Text), strings.ToLower(word)) {
			fit = append(fit, o.Value)
		}
	}
	if len(fit) != 1 {
		return "", false
	}
	return fit[0], true
}

var (
	buttonsAt = regexp.MustCompile(`\s+`)
	refusedBy = regexp.MustCompile(`^refused by \S+$`)
)

// canonical is an outcome without what platforms lay out differently: lines and
// indents, and the rule's name, which only scripts are told.
func canonical(outcome string) string {
	var records []string
	for _, l := range strings.Split(outcome, "\n") {
		t := strings.TrimPrefix(strings.TrimSpace(l), "- ")
		if refusedBy.MatchString(t) {
			continue
		}
		if strings.HasPrefix(l, " ") && len(records) > 0 {
			records[len(records)-1] += " " + t
		} else {
			records = append(records, t)
		}
	}
	for n := range records {
		records[n] = strings.TrimSpace(buttonsAt.ReplaceAllString(records[n], " "))
	}
	return strings.Join(records, "\n")
}
