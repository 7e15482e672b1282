package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"deskbell.dev/deskbell/internal/config"
)

type initCmd struct {
	Slack   bool `help:"Also say what a desk on Slack needs."`
	Discord bool `help:"Also say what a desk on Discord needs."`
}

// Run writes the file, never over another.
func (c initCmd) Run(g *globals) error {
	path := g.Config
	if path == "" {
		path = config.DefaultPath
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // someone may put a secret into it
	if errors.Is(err, fs.ErrExist) {
		return usageError{fmt.Sprintf("%s is there already and stays as it is; name another: deskbell init --config other.yaml", path)}
	}
	if err != nil {
		return err
	}
	_, err = file.Write(config.Template)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return c.tell(g.out, path)
}

// tell prints what comes next.
func (c initCmd) tell(w io.Writer, path string) error {
	var steps []string
	step := func(text string, a ...any) { steps = append(steps, fmt.Sprintf(text, a...)) }
	step("Open %s: the desk's name and time zone, its members, rota.members, categories and clients.", path)
	if c.Slack {
		step("Slack (this version keeps the settings and doesn't connect yet): create an app in your workspace's app settings and install it.\n" +
			"   DESKBELL_SLACK_BOT_TOKEN is its bot token (xoxb-…). Then one of the two:\n" +
			"   DESKBELL_SLACK_APP_TOKEN (xapp-…, Socket Mode: no public address is needed), or\n" +
			"   DESKBELL_SLACK_SIGNING_SECRET, with /slack/commands, /slack/interactions and /slack/events reachable from the outside.\n" +
			"   desk.admins: [\"slack:U…\"], your own member id, and desk.channels: [\"slack:C…\"].")
	}
	if c.Discord {
		step("Discord (this version keeps the settings and doesn't connect yet): create an application with a bot in the developer portal.\n" +
			"   DESKBELL_DISCORD_TOKEN is the bot's token, DESKBELL_DISCORD_APPLICATION_ID the application's id.\n" +
			"   With DESKBELL_DISCORD_PUBLIC_KEY interactions come to /discord/interactions; without it the gateway is used.\n" +
			"   Invite: https://discord.com/oauth2/authorize?client_id=APPLICATION_ID&scope=bot+applications.commands\n" +
			"   desk.admins: [\"discord:…\"], your own user id, and desk.channels: [\"discord:…\"].")
	}
	if !c.Slack && !c.Discord {
		step("Choose where the team chats: deskbell init --slack or --discord says what each needs.")
	}
	step("Keep secrets out of the file: give each by its environment variable, or its path by NAME_FILE.")
	step("Run it: deskbell serve --config %s", path)
	_, err := fmt.Fprintf(w, "%s is written.\n\n", path)
	for n, s := range steps {
		if err == nil {
			_, err = fmt.Fprintf(w, "%d. %s\n", n+1, s)
		}
	}
	return err
}
