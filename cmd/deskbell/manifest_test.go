package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"deskbell.dev/deskbell/internal/slack"
)

// manifest is what a Slack app is made of, as far as Deskbell says it. Whatever
// else stood there would be refused.
type manifest struct {
	Display  struct{ Name, Description string } `yaml:"display_information"`
	Features struct {
		Home struct {
			Home     bool `yaml:"home_tab_enabled"`
			Messages bool `yaml:"messages_tab_enabled"`
			ReadOnly bool `yaml:"messages_tab_read_only_enabled"`
		} `yaml:"app_home"`
		Bot struct {
			Name   string `yaml:"display_name"`
			Online bool   `yaml:"always_online"`
		} `yaml:"bot_user"`
		Shortcuts []struct {
			Name, Type, Description string
			ID                      string `yaml:"callback_id"`
		}
		Commands []struct {
			Command, Description, URL string
			Hint                      string `yaml:"usage_hint"`
			Escape                    bool   `yaml:"should_escape"`
		} `yaml:"slash_commands"`
	}
	OAuth    struct{ Scopes struct{ Bot []string } } `yaml:"oauth_config"`
	Settings struct {
		Events struct {
			URL string   `yaml:"request_url"`
			Bot []string `yaml:"bot_events"`
		} `yaml:"event_subscriptions"`
		Interactivity struct {
			On      bool   `yaml:"is_enabled"`
			URL     string `yaml:"request_url"`
			Options string `yaml:"message_menu_options_url"`
		}
		Org     bool `yaml:"org_deploy_enabled"`
		Sockets bool `yaml:"socket_mode_enabled"`
		Rotate  bool `yaml:"token_rotation_enabled"`
	}
}

func TestManifest(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "deskbell.yaml")
	if err := os.WriteFile(file, []byte("desk:\n  name: \"Ada's: a desk\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, base := range []string{"", "https://desk.example", "https://desk.example/"} {
		args := []string{"slack-manifest", "--config", file}
		if base != "" {
			args = append(args, "--url", base)
		}
		out, err := program(t, nil, args...).Output()
		if err != nil {
			t.Fatal(err)
		}
		var m manifest
		if err := yaml.UnmarshalWithOptions(out, &m, yaml.Strict()); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		to := func(path string) string {
			if base == "" {
				return ""
			}
			return "https://desk.example" + path
		}
		var scopes, commands, shortcuts, urls []string
		for _, s := range slack.Scopes {
			scopes = append(scopes, s.Name)
		}
		for _, c := range m.Features.Commands {
			commands, urls = append(commands, c.Command), append(urls, c.URL)
			if !c.Escape {
				t.Errorf("%s: people would come as names", c.Command)
			}
		}
		for _, s := range m.Features.Shortcuts {
			shortcuts = append(shortcuts, s.Type+" "+s.ID)
		}
		s := m.Settings
		for what, got := range map[string][2][]string{
			"scopes":    {m.OAuth.Scopes.Bot, scopes},
			"events":    {s.Events.Bot, {"app_home_opened", "app_mention", "message.channels", "message.groups", "message.im", "user_change"}},
			"commands":  {commands, {"/ticket", "/desk"}},
			"shortcuts": {shortcuts, {"message hand_to_intake", "message add_to_ticket", "global new_request"}},
			"addresses": {append(urls, s.Events.URL, s.Interactivity.URL, s.Interactivity.Options),
				{to("/slack/commands"), to("/slack/commands"), to("/slack/events"), to("/slack/interactions"), to("/slack/interactions")}},
			"names": {{m.Display.Name, m.Features.Bot.Name}, {"Ada's: a desk", "Ada's: a desk"}},
		} {
			if !slices.Equal(got[0], got[1]) {
				t.Errorf("%q: %s are %q, want %q", base, what, got[0], got[1])
			}
		}
		h := m.Features.Home
		if s.Sockets != (base == "") || !s.Interactivity.On || s.Org || s.Rotate || !h.Home || !h.Messages || h.ReadOnly {
			t.Errorf("%q: %+v %+v", base, s, h)
		}
	}
	for _, base := range []string{"http://desk.example", "desk.example"} {
		cmd := program(t, nil, "slack-manifest", "--config", file, "--url", base)
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != exitUsage || !strings.Contains(string(out), "https:// only") {
			t.Errorf("--url %s: %v %s", base, err, out)
		}
	}
}
