package slacktest

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Option is a choice that a search offered.
type Option struct{ Text, Value, Description string }

// kept says under which key a kind of element keeps its state, and whether that
// is a list.
var kept = map[string]struct {
	key  string
	many bool
}{
	"plain_text_input": {"value", false}, "email_text_input": {"value", false}, "url_text_input": {"value", false}, "number_input": {"value", false},
	"static_select": {"selected_option", false}, "external_select": {"selected_option", false}, "radio_buttons": {"selected_option", false},
	"multi_static_select": {"selected_options", true}, "multi_external_select": {"selected_options", true}, "checkboxes": {"selected_options", true},
	"users_select": {"selected_user", false}, "multi_users_select": {"selected_users", true},
	"conversations_select": {"selected_conversation", false}, "multi_conversations_select": {"selected_conversations", true},
	"channels_select": {"selected_channel", false}, "multi_channels_select": {"selected_channels", true},
	"datepicker": {"selected_date", false}, "timepicker": {"selected_time", false}, "datetimepicker": {"selected_date_time", false},
	"overflow": {"selected_option", false},
}

// initial is an element's state before anybody touched it.
func initial(e element) map[string]any {
	k := kept[e.Type]
	from := map[string]string{
		"value": "initial_value", "selected_option": "initial_option", "selected_options": "initial_options", "selected_user": "initial_user",
		"selected_users": "initial_users", "selected_conversation": "initial_conversation", "selected_conversations": "initial_conversations",
		"selected_channel": "initial_channel", "selected_channels": "initial_channels", "selected_date": "initial_date",
		"selected_time": "initial_time", "selected_date_time": "initial_date_time",
	}[k.key]
	v := e.raw[from]
	if v == nil && k.many {
		v = []any{}
	}
	return map[string]any{"type": e.Type, k.key: v}
}

// state is view.state.values as deliveries carry it.
func (v *view) state() map[string]map[string]any {
	all := map[string]map[string]any{}
	for _, e := range elementsOf(v.Blocks) {
		if kept[e.Type].key == "" || e.Type == "overflow" {
			continue
		}
		if all[e.BlockID] == nil {
			all[e.BlockID] = map[string]any{}
		}
		if now, ok := v.values[e.BlockID][e.ActionID]; ok {
			all[e.BlockID][e.ActionID] = now
		} else {
			all[e.BlockID][e.ActionID] = initial(e)
		}
	}
	return all
}

// set keeps a state, unless it is a choice that is not offered any more.
func (v *view) set(e element, state map[string]any) {
	if e.Type == "static_select" || e.Type == "radio_buttons" {
		chosen, _ := obj(state["selected_option"])["value"].(string)
		if chosen != "" && !slices.ContainsFunc(optionsOf(e.raw), func(o map[string]any) bool { return str(o, "value") == chosen }) {
			return
		}
	}
	if v.values[e.BlockID] == nil {
		v.values[e.BlockID] = map[string]any{}
	}
	v.values[e.BlockID][e.ActionID] = state
}

func empty(state map[string]any) bool {
	switch v := state[kept[str(state, "type")].key].(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	}
	return false
}

// choose makes the state that a person causes who types or picks value. offered
// are the results of the last search.
func (s *Server) choose(e element, value string, offered []Option) (map[string]any, error) {
	k := kept[e.Type]
	if k.key == "" {
		return nil, fmt.Errorf("%s cannot be filled in", e.Type)
	}
	state := map[string]any{"type": e.Type, k.key: nil}
	if value == "" {
		if k.many {
			state[k.key] = []any{}
		}
		return state, nil
	}
	if !k.many {
		one, err := s.pick(e, value, offered)
		state[k.key] = one
		return state, err
	}
	var list []any
	values := strings.Fields(value)
	if one, err := s.pick(e, value, offered); err == nil {
		list, values = []any{one}, nil
	}
	for _, v := range values {
		one, err := s.pick(e, v, offered)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	if most := number(e.raw, "max_selected_items", len(list)); len(list) > most {
		return nil, fmt.Errorf("%d chosen, at most %d", len(list), most)
	}
	state[k.key] = list
	return state, nil
}

var (
	aDay  = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)
	aTime = regexp.MustCompile(`^\d\d:\d\d$`)
)

// pick is one value as the element's state has it, or why the client would not
// take it.
func (s *Server) pick(e element, value string, offered []Option) (any, error) {
	switch e.Type {
	case "plain_text_input":
		least, most := number(e.raw, "min_length", 0), number(e.raw, "max_length", 3000)
		if n := typed(value); n < least || n > most {
			return nil, fmt.Errorf("%d characters, %d to %d may be typed", n, least, most)
		}
		if multiline, _ := e.raw["multiline"].(bool); !multiline && strings.Contains(value, "\n") {
			return nil, fmt.Errorf("a single line takes no line break")
		}
		return value, nil
	case "email_text_input":
		_, err := mail.ParseAddress(value)
		return value, err
	case "url_text_input":
		_, err := url.ParseRequestURI(value)
		return value, err
	case "number_input":
		return value, numberFits(e, value)
	case "users_select", "multi_users_select":
		if s.users[value] == nil {
			return nil, fmt.Errorf("no user %s", value)
		}
		return value, nil
	case "conversations_select", "multi_conversations_select", "channels_select", "multi_channels_select":
		if s.channels[value] == nil {
			return nil, fmt.Errorf("no channel %s", value)
		}
		return value, nil
	case "datepicker":
		if !aDay.MatchString(value) {
			return nil, fmt.Errorf("%q is no YYYY-MM-DD", value)
		}
		return value, nil
	case "timepicker":
		if !aTime.MatchString(value) {
			return nil, fmt.Errorf("%q is no HH:MM", value)
		}
		return value, nil
	case "datetimepicker":
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			return n, nil
		}
		at, err := time.Parse(time.RFC3339, value)
		return at.Unix(), err
	}
	for _, o := range optionsOf(e.raw) {
		if str(o, "value") == value {
			return o, nil
		}
	}
	for _, name := range []string{"initial_option", "initial_options"} {
		for _, o := range append(items(e.raw[name]), e.raw[name]) {
			if str(obj(o), "value") == value {
				return o, nil
			}
		}
	}
	for _, o := range offered {
		if o.Value == value {
			return map[string]any{"text": map[string]any{"type": "plain_text", "text": o.Text, "emoji": true}, "value": o.Value}, nil
		}
	}
	return nil, fmt.Errorf("%q is not offered", value)
}

func numberFits(e element, value string) error {
	n, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return fmt.Errorf("%q is no number", value)
	}
	if decimal, _ := e.raw["is_decimal_allowed"].(bool); !decimal && n != float64(int64(n)) {
		return fmt.Errorf("%q is not whole", value)
	}
	for name, wrong := range map[string]func(float64) bool{"min_value": func(m float64) bool { return n < m }, "max_value": func(m float64) bool { return n > m }} {
		if m, err := strconv.ParseFloat(str(e.raw, name), 64); err == nil && wrong(m) {
			return fmt.Errorf("%q is beyond %s", value, name)
		}
	}
	return nil
}
