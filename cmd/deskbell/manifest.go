package main

import (
	"fmt"
	"io"
	"strings"

	"deskbell.dev/deskbell/internal/slack"
)

type manifestCmd struct {
	URL string `name:"url" placeholder:"https://…" help:"Address of the desk from outside, for signed HTTP; without it the manifest is for Socket Mode."`
}

// Run prints the manifest of the Slack app.
func (c manifestCmd) Run(g *globals) error {
	f, err := g.load()
	if err != nil {
		return err
	}
	if c.URL != "" && !strings.HasPrefix(c.URL, "https://") {
		return usageError{fmt.Sprintf("--url %s: Slack delivers to https:// only; leave it out for Socket Mode", c.URL)}
	}
	_, err = io.WriteString(g.out, slack.Manifest(f.Desk.Name, c.URL))
	return err
}
