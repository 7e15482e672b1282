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
		if err := c.tell(g.out, path, "stays as it is"); err != nil {
			return err
		}
		return usageError{fmt.Sprintf("%s is there already and stays as it is; name another: deskbell init --config other.yaml", path)}
	}
	if err != nil {
		return err
	}
	_, err = file.Write(config.Template)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return c.tell(g.out, path, "is written")
}

// tell prints what comes next.
func (c initCmd) tell(w io.Writer, path, became string) error {
	var steps []string
	step := func(text string, a ...any) { steps = append(steps, fmt.Sprintf(text, a...)) }
	step("Open %s: the desk's name and time zone, its members, rota.members, categories and clients.", path)
	if c.Slack {
		step("Slack: run `deskbell slack-manifest --config %s`, and on api.slack.com/apps choose Create New App, From a manifest; paste it, and install the app.\n"+
			"   DESKBELL_SLACK_BOT_TOKEN is the Bot User OAuth Token (xoxb-…), under OAuth & Permissions.\n"+
			"   DESKBELL_SLACK_APP_TOKEN is an app-level token with connections:write (xapp-…), under Basic Information: no public address is needed.\n"+
			"   Or, instead of that: `deskbell slack-manifest --url https://…` and DESKBELL_SLACK_SIGNING_SECRET, with /slack/ reachable from outside.\n"+
			"   desk.admins: [\"slack:U…\"], your own member id (your profile in Slack, ⋮, Copy member ID).", path)
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
	step("Look whether all is right: deskbell check --config %s", path)
	step("Run it: deskbell serve --config %s", path)
	if c.Slack {
		step("Invite Deskbell into the desk's channel: /invite @Deskbell. Then /desk setup there: channel, SRM, intake rota, technicians, and shadow mode to begin with.")
	}
	_, err := fmt.Fprintf(w, "%s %s.\n\n", path, became)
	for n, s := range steps {
		if err == nil {
			_, err = fmt.Fprintf(w, "%d. %s\n", n+1, s)
		}
	}
	return err
}
