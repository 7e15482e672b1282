package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

const canary = "c4n4ry-h7Qz"

// clean fails if the canary, or most of it, is in s.
func clean(t *testing.T, what, s string) {
	t.Helper()
	if strings.Contains(s, canary) || strings.Contains(s, "h7Qz") {
		t.Errorf("%s shows the secret: %s", what, s)
	}
}

func TestSecretIsNeverPrinted(t *testing.T) {
	f, err := Parse("x.yaml", []byte("slack: {bot_token: "+canary+", app_token: "+canary+", signing_secret: "+canary+"}\n"+
		"discord: {token: "+canary+"}\ndatabase: {url: \"postgres://desk:"+canary+"@db/desk\"}\n"))
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&logged, nil), slog.NewJSONHandler(&logged, nil)} {
		slog.New(h).With("with", f.Slack.BotToken).Info("x", "file", f, "slack", f.Slack, "token", f.Discord.Token, "pointer", &f.Database.URL)
	}
	clean(t, "slog", logged.String())
	j, err := json.Marshal(f)
	clean(t, "JSON", string(j)+fmt.Sprint(err))
	y, err := yaml.Marshal(f)
	clean(t, "YAML", string(y)+fmt.Sprint(err))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		clean(t, verb, fmt.Sprintf(verb, f))
		clean(t, verb, fmt.Sprintf(verb, *f))
		clean(t, verb, fmt.Sprintf(verb, f.Database.URL))
		clean(t, verb, fmt.Sprintf(verb, []Secret{f.Slack.AppToken}))
		clean(t, verb, fmt.Sprint(errors.New("x"), f.Slack))
	}
	if x := fmt.Sprintf("%x", f.Discord.Token); strings.Contains(x, fmt.Sprintf("%x", canary)) {
		t.Errorf("%%x shows the secret: %s", x)
	}
	if got := f.Slack.BotToken.Reveal(); got != canary {
		t.Errorf("Reveal: %q", got)
	}
	if got := fmt.Sprint(Secret("")); got != "" {
		t.Errorf("no secret prints as %q: one could not see that it is missing", got)
	}
}

// A bad file with a secret in it, in every place where an error could quote it.
func TestErrorsShowNoSecret(t *testing.T) {
	for _, file := range []string{
		"slack:\n  bot_token: " + canary + "\n  bot_token: " + canary,
		"slack:\n  bot-token: " + canary,
		"slack: {bot_token: " + canary + ", typo: 1}",
		"slack: {typo: 1, bot_token: " + canary + "}",
		"slack:\n  bot_token: [" + canary + "]",
		"slack:\n  bot_token: {" + canary + ": x}",
		"slack:\n  bot_token:\n    - " + canary,
		"slack:\n  bot_token:\n    " + canary + ": x",
		"slack:\n  bot_token: *" + canary,
		"slack:\n  bot_token: !" + canary + " x",
		"slack:\n  bot_token: \"" + canary,
		"slack:\n  bot_token: '" + canary,
		"slack:\n  bot_token: " + canary + ": x",
		"slack:\n  bot_token: @" + canary,
		"slack:\n  bot_token: `" + canary,
		"slack:\n  bot_token: |\n    " + canary + "\n   x",
		"slack:\n  bot_token: \"a\n    " + canary + "\n  ",
		"slack:\n  bot_token: >\n    a\n    " + canary + "\n  b: 1\n",
		"slack:\n  xoxb-" + canary + ": 1",
		"slack: xoxb-" + canary,
		"wip_limit: xoxb-" + canary,
		"database:\n  url: mysql://desk:" + canary + "@db/x",
		"database: postgres://desk:" + canary + "@db/x",
		"database:\n  path: postgres://desk:" + canary + "@db/x",
		"database:\n  url: postgres://desk:" + canary + "@db/x\n  url: x",
		"discord:\n  token: " + canary + "\n\t\nx: y",
	} {
		_, err := Parse("x.yaml", []byte(file))
		if err == nil {
			t.Errorf("was taken:\n%s", strings.ReplaceAll(file, canary, "CANARY"))
			continue
		}
		clean(t, "the error", err.Error())
		clean(t, "the error's %#v", fmt.Sprintf("%#v", err))
	}
}

func TestErrorsOfTheEnvironmentShowNoSecret(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("secret", []byte(canary), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, env := range []map[string]string{
		{"DESKBELL_SLACK_BOT_TOKEN": canary, "DESKBELL_SLACK_BOT_TOKEN_FILE": "secret"},
		{"DESKBELL_DATABASE_URL": "mysql://desk:" + canary + "@db/x"},
		{"DESKBELL_SLACK_API_URL": "://u:" + canary + "@x"},
		{"DESKBELL_HTTP_LISTEN": "http://u:" + canary + "@x"},
	} {
		_, err := Load("", func(k string) (string, bool) { v, ok := env[k]; return v, ok })
		if err == nil {
			t.Errorf("%v was taken", env)
			continue
		}
		clean(t, "the error", err.Error())
	}
}

func TestSecrets(t *testing.T) {
	f := Default()
	f.Slack.BotToken, f.Database.URL = "xoxb-1", "postgres://desk:p%40ss@db/desk"
	if got := fmt.Sprint(f.Secrets()); got != "[xoxb-1 p@ss p%40ss]" {
		t.Errorf("Secrets: %s", got)
	}
	f.Database.URL = Secret(filepath.Join("a", "b.db"))
	if got := fmt.Sprint(f.Secrets()); got != "[xoxb-1]" {
		t.Errorf("Secrets: %s", got)
	}
}
