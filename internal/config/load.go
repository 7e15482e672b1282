package config

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// DefaultPath is the file that is read, if it is there, when none is named.
const DefaultPath = "deskbell.yaml"

// overrides are the settings that the environment may say too, and then wins:
// each NAME, or NAME_FILE with the path of a file that holds the value.
var overrides = []struct {
	name, path string
	set        func(*File, string)
}{
	{"DESKBELL_DATABASE_URL", "$.database.url", func(f *File, s string) { f.Database.URL = Secret(s) }},
	{"DESKBELL_HTTP_LISTEN", "$.http.listen", func(f *File, s string) { f.HTTP.Listen = s }},
	{"DESKBELL_SLACK_BOT_TOKEN", "$.slack.bot_token", func(f *File, s string) { f.Slack.BotToken = Secret(s) }},
	{"DESKBELL_SLACK_APP_TOKEN", "$.slack.app_token", func(f *File, s string) { f.Slack.AppToken = Secret(s) }},
	{"DESKBELL_SLACK_SIGNING_SECRET", "$.slack.signing_secret", func(f *File, s string) { f.Slack.SigningSecret = Secret(s) }},
	{"DESKBELL_SLACK_API_URL", "$.slack.api_url", func(f *File, s string) { f.Slack.APIURL = s }},
	{"DESKBELL_DISCORD_TOKEN", "$.discord.token", func(f *File, s string) { f.Discord.Token = Secret(s) }},
	{"DESKBELL_DISCORD_APPLICATION_ID", "$.discord.application_id", func(f *File, s string) { f.Discord.ApplicationID = s }},
	{"DESKBELL_DISCORD_PUBLIC_KEY", "$.discord.public_key", func(f *File, s string) { f.Discord.PublicKey = s }},
	{"DESKBELL_DISCORD_API_URL", "$.discord.api_url", func(f *File, s string) { f.Discord.APIURL = s }},
}

// Load reads the file at path, or deskbell.yaml in the current folder, if any,
// when path is empty, and then what the environment overrides. Every error is a
// configuration that cannot be accepted, most an *Error.
func Load(path string, environ func(string) (string, bool)) (*File, error) {
	f := Default()
	name := path
	if name == "" {
		name = DefaultPath
	}
	data, err := os.ReadFile(name)
	switch {
	case err == nil:
		if f, err = Parse(name, data); err != nil {
			return nil, err
		}
	case path != "" && errors.Is(err, fs.ErrNotExist):
		return nil, &Error{File: name, Text: "there is no such file; `deskbell init` writes one"}
	case path != "" || !errors.Is(err, fs.ErrNotExist):
		return nil, &Error{File: name, Text: "cannot be read: " + err.Error()}
	}
	for _, o := range overrides {
		value, err := lookup(o.name, environ)
		if err != nil {
			return nil, err
		}
		if value == "" {
			continue
		}
		o.set(f, value)
		var e *Error
		for _, check := range []func() error{f.checkAddresses, f.checkDiscord} {
			if err := check(); errors.As(err, &e) && e.path == o.path {
				e.File = o.name
				return nil, e
			}
		}
	}
	return f, nil
}

// lookup reads NAME or the file that NAME_FILE names; "" if neither is set.
func lookup(name string, environ func(string) (string, bool)) (string, error) {
	value, _ := environ(name)
	file, _ := environ(name + "_FILE")
	switch {
	case file == "":
		return value, nil
	case value != "":
		return "", &Error{File: name, Text: fmt.Sprintf("%s_FILE is set too; keep one of the two", name)}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", &Error{File: name + "_FILE", Text: "the file that it names cannot be read: " + err.Error()}
	}
	value = strings.TrimSpace(string(data))
	if value == "" {
		return "", &Error{File: name + "_FILE", Text: fmt.Sprintf("%s is empty", file)}
	}
	return value, nil
}

// Apply gives the store its settings and records what the file says and the
// desk does not know yet. Doing it again changes nothing.
func Apply(ctx context.Context, s *store.Store, f *File, now time.Time) error {
	base, err := f.Policy()
	if err != nil {
		return err
	}
	s.Configure(base)
	for range maxFacts {
		p, err := s.Policy(ctx)
		if err != nil {
			return err
		}
		fact, path, err := f.next(p, now)
		if err != nil {
			return err
		}
		if fact == nil {
			return remeasure(ctx, s, base.SLA.Version, now)
		}
		_, err = s.DoDesk(ctx, store.DeskRequest{By: desk.TheClock, At: now, Do: fact})
		if err == nil {
			continue
		}
		var no *desk.Refusal
		if newer, e := s.Policy(ctx); e == nil && newer.Version != p.Version && errors.As(err, &no) {
			continue // another replica seeds the desk too
		}
		return fmt.Errorf("config: %s: %w", strings.TrimPrefix(path, "$."), err)
	}
	return fmt.Errorf("config: the file still says something new after %d changes", maxFacts)
}
