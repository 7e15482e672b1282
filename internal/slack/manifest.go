package slack

import (
	"fmt"
	"strings"
)

// Scope is a permission that the app asks for, and what for.
type Scope struct{ Name, Why string }

// filesWrite costs the pictures alone where it is missing.
const filesWrite = "files:write"

// Scopes are the bot's, all that are used and no more; a test compares them with
// what a strict server saw.
var Scopes = []Scope{
	{"app_mentions:read", "hears @Deskbell"},
	{"channels:history", "keeps replies in a ticket's thread as its notes, and finds a post whose answer was lost"},
	{"channels:read", "sees whether it is in the desk's channel"},
	{"chat:write", "posts and edits cards, prompts and answers"},
	{"commands", "offers /ticket, /desk and the shortcuts"},
	{filesWrite, "puts the pictures into the weekly report"},
	{"groups:history", "the same in a private channel"},
	{"groups:read", "the same for a private channel"},
	{"im:history", "reads what people write to it directly"},
	{"im:write", "prompts people in direct messages"},
	{"users:read", "knows who is a full member, a guest or gone, and their time zone"},
}

// events that the app subscribes to.
var events = []string{"app_home_opened", "app_mention", "message.channels", "message.groups", "message.im", "user_change"}

// Manifest is the app's manifest in YAML, which Slack takes as it stands, with
// the reason of each scope. With a base address of the desk ("https://desk.example")
// it is for signed HTTP, without one for Socket Mode.
func Manifest(name, base string) string {
	var b strings.Builder
	line := func(indent int, format string, a ...any) {
		fmt.Fprintf(&b, "%s%s\n", strings.Repeat("  ", indent), fmt.Sprintf(format, a...))
	}
	base = strings.TrimSuffix(base, "/")
	to := func(indent int, key, path string) {
		if base != "" {
			line(indent, "%s: %q", key, base+path)
		}
	}
	line(0, "display_information:")
	line(1, "name: %q", first(name, 35))
	line(1, "description: The team's help desk")
	line(0, "features:")
	line(1, "app_home:")
	line(2, "home_tab_enabled: true")
	line(2, "messages_tab_enabled: true")
	line(2, "messages_tab_read_only_enabled: false")
	line(1, "bot_user:")
	line(2, "display_name: %q", first(name, 80))
	line(2, "always_online: true")
	line(1, "shortcuts:")
	for _, s := range []struct{ name, kind, id, does string }{
		{"Hand to intake", "message", "hand_to_intake", "Hands this message to whoever is intake"},
		{"Add to ticket", "message", "add_to_ticket", "Adds this message to a ticket as a note"},
		{"New request", "global", "new_request", "Opens a ticket, or hands a request to intake"},
	} {
		line(2, "- name: %s", s.name)
		line(3, "type: %s", s.kind)
		line(3, "callback_id: %s", s.id)
		line(3, "description: %s", s.does)
	}
	line(1, "slash_commands:")
	for _, c := range []struct{ name, does, hint string }{
		{"/ticket", "Open, find and work on tickets", "new [summary] | 42 | mine | next | help"},
		{"/desk", "Hand in requests; the desk's people, rota and rules", "hand TEXT | requests | rota | setup"},
	} {
		line(2, "- command: %s", c.name)
		line(3, "description: %q", c.does)
		line(3, "usage_hint: %q", c.hint)
		line(3, "should_escape: true # people and channels come by their ids")
		to(3, "url", "/slack/commands")
	}
	line(0, "oauth_config:")
	line(1, "scopes:")
	line(2, "bot:")
	for _, s := range Scopes {
		line(3, "- %s # %s", s.Name, s.Why)
	}
	line(0, "settings:")
	line(1, "event_subscriptions:")
	to(2, "request_url", "/slack/events")
	line(2, "bot_events:")
	for _, e := range events {
		line(3, "- %s", e)
	}
	line(1, "interactivity:")
	line(2, "is_enabled: true")
	to(2, "request_url", "/slack/interactions")
	to(2, "message_menu_options_url", "/slack/interactions")
	line(1, "org_deploy_enabled: false")
	line(1, "socket_mode_enabled: %t", base == "")
	line(1, "token_rotation_enabled: false")
	return b.String()
}
