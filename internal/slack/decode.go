package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"deskbell.dev/deskbell/internal/chat"
)

// delivery is one thing that Slack delivered, as far as Deskbell needs it.
type delivery struct {
	chat.Interaction
	team    string
	slash   bool     // a slash command, whose acknowledgement is shown
	trigger string   // opens one view within three seconds
	respond string   // response_url: five answers within thirty minutes
	at      meta     // where the answer belongs
	view    *view    // the view that it happened in
	on      *message // what a shortcut was used on
	person  *user    // of user_change: the person as they are now
}

// payload is an interaction, of every type.
type payload struct {
	Type        string
	Team        struct{ ID string }
	User        struct{ ID string }
	Channel     struct{ ID string }
	TriggerID   string `json:"trigger_id"`
	ResponseURL string `json:"response_url"`
	CallbackID  string `json:"callback_id"`
	Container   struct {
		Type      string
		MessageTS string `json:"message_ts"`
		ThreadTS  string `json:"thread_ts"`
		Ephemeral bool   `json:"is_ephemeral"`
		ChannelID string `json:"channel_id"`
	}
	Message message
	Actions []struct {
		ActionID       string `json:"action_id"`
		BlockID        string `json:"block_id"`
		Type           string
		Value          string
		SelectedOption struct{ Value string } `json:"selected_option"`
	}
	View     *view
	ActionID string `json:"action_id"` // of a block_suggestion
	Value    string
}

// message is what somebody wrote.
type message struct {
	TS       string
	ThreadTS string `json:"thread_ts"`
	User     string
	BotID    string `json:"bot_id"`
	Username string
	Text     string
	Files    []file
}

// decodeCommand reads a slash command's fields.
func decodeCommand(f url.Values) (delivery, error) {
	d := delivery{slash: true, team: f.Get("team_id"), trigger: f.Get("trigger_id"), respond: f.Get("response_url")}
	d.Kind, d.Key, d.From.ID = chat.Command, f.Get("trigger_id"), f.Get("user_id")
	d.Text = strings.TrimSpace(f.Get("command") + " " + unescape(f.Get("text")))
	d.Place = place(f.Get("channel_id"), "", d.From.ID)
	d.at = meta{Channel: f.Get("channel_id"), Respond: d.respond}
	return d, d.complete()
}

// complete refuses what lacks whom it is from.
func (d *delivery) complete() error {
	if d.From.ID == "" || d.team == "" {
		return fmt.Errorf("slack: a %s without its user or team", d.Kind)
	}
	if d.Key == "" && d.Kind != chat.Search && d.Kind != chat.Fill {
		return fmt.Errorf("slack: a %s without its trigger", d.Kind)
	}
	return nil
}

// place is where something stands; direct messages have ids that begin with D.
func place(channel, thread, user string) chat.Place {
	pl := chat.Place{Channel: channel, Thread: thread}
	if strings.HasPrefix(channel, "D") || channel == "" {
		pl.User = user
	}
	return pl
}

// decodeInteraction reads a payload; ok is false for types that need no answer
// but the acknowledgement.
func decodeInteraction(data []byte) (d delivery, ok bool, err error) {
	var in payload
	if err := json.Unmarshal(data, &in); err != nil {
		return d, false, fmt.Errorf("slack: a payload that cannot be read: %w", err)
	}
	if in.View != nil {
		if err := in.View.read(); err != nil {
			return d, false, fmt.Errorf("slack: a view that cannot be read: %w", err)
		}
	}
	d = delivery{team: in.Team.ID, trigger: in.TriggerID, respond: in.ResponseURL, view: in.View}
	d.From.ID, d.Key = in.User.ID, in.TriggerID
	channel := in.Channel.ID
	if channel == "" {
		channel = in.Container.ChannelID
	}
	thread := in.Message.ThreadTS
	if thread == "" {
		thread = in.Container.ThreadTS
	}
	if thread == in.Container.MessageTS { // a root with replies stands in the channel
		thread = ""
	}
	d.at = meta{Channel: channel, Thread: thread, Message: in.Container.MessageTS, Ephemeral: in.Container.Ephemeral, Respond: in.ResponseURL}
	if in.View != nil {
		d.at = in.View.meta()
		d.at.Window = d.at.Window || in.View.Type == "home"
		channel, thread = d.at.Channel, d.at.Thread
	}
	d.Place = place(channel, thread, d.From.ID)
	ok = true
	switch in.Type {
	case "block_actions":
		ok = d.action(in)
	case "view_submission":
		if in.View == nil || in.View.ID == "" {
			return d, false, errors.New("slack: a submission without its view")
		}
		d.Kind, d.Token, d.Values = chat.Submit, d.at.Token, in.View.values()
		d.Key = in.View.ID + "/" + in.View.Hash
		if d.at.Message != "" {
			d.Message = chat.MessageRef{Place: d.Place, ID: d.at.Message}
		}
	case "block_suggestion":
		d.Kind, d.Text, d.Token = chat.Search, in.Value, pressed(in.ActionID)
		if in.View != nil && in.View.CallbackID == viewForm {
			d.Token, d.Field, d.Values = d.at.Token, in.ActionID, in.View.values()
		}
	case "message_action", "shortcut":
		d.shortcut(in)
	default: // view_closed and what comes to be
		return d, false, nil
	}
	return d, ok, d.complete()
}

// action reads a press; false if it needs nothing done: a link button.
func (d *delivery) action(in payload) bool {
	if len(in.Actions) == 0 {
		return false
	}
	a := in.Actions[0]
	if in.View != nil && in.View.CallbackID == viewForm { // a choice on which others depend
		d.Kind, d.Token, d.Values, d.Fields = chat.Fill, d.at.Token, in.View.values(), in.View.fields()
		return true
	}
	d.Kind, d.Token, d.Value = chat.Press, pressed(a.ActionID), a.Value
	if a.SelectedOption.Value != "" {
		d.Value = chosen(a.SelectedOption.Value)
	}
	if d.Token == onceMore {
		d.Kind, d.Text, d.Token, d.Value = chat.Command, d.Value, "", ""
		return true
	}
	switch {
	case in.View != nil && in.View.Type == "modal":
		d.Message = chat.MessageRef{Place: d.Place, ID: in.View.ID}
	case in.View == nil:
		d.Message = chat.MessageRef{Place: d.Place, ID: in.Container.MessageTS}
	}
	return a.Type != "button" || a.ActionID != ""
}

// shortcuts by their callback_id, as the manifest has them.
var shortcuts = map[string]string{"hand_to_intake": chat.HandOver, "add_to_ticket": chat.AddTo, "new_request": chat.NewRequest}

func (d *delivery) shortcut(in payload) {
	d.Kind, d.Text = chat.Shortcut, shortcuts[in.CallbackID]
	if in.Type == "message_action" {
		d.on = &in.Message
		d.at.Message = "" // the answer does not replace somebody's words
	}
}
