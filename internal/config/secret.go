package config

import (
	"fmt"
	"io"
	"log/slog"
	"net/url"
)

// Secret is text that is never printed: String, logs and JSON show it redacted.
type Secret string

const redacted = "[redacted]"

func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// Format keeps every verb of fmt from showing it, %#v and wrong ones too.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue keeps slog from showing it.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText keeps JSON and YAML from showing it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads it as it stands.
func (s *Secret) UnmarshalText(b []byte) error { *s = Secret(b); return nil }

// Reveal is the secret itself, for the one place that needs it.
func (s Secret) Reveal() string { return string(s) }

// Secrets are all that the configuration holds, to be kept out of logs that
// libraries write: of a database's address its password.
func (f *File) Secrets() []string {
	var out []string
	for _, s := range []Secret{f.Slack.BotToken, f.Slack.AppToken, f.Slack.SigningSecret, f.Discord.Token} {
		if s != "" {
			out = append(out, s.Reveal())
		}
	}
	if u, err := url.Parse(f.Database.URL.Reveal()); err == nil {
		if password, ok := u.User.Password(); ok {
			out = append(out, password, url.QueryEscape(password))
		}
	}
	return out
}
