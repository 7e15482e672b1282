package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"deskbell.dev/deskbell/internal/config"
	"deskbell.dev/deskbell/internal/discord"
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
		step("%s", "Discord: on discord.com/developers/applications choose New Application; no privileged intent is needed.\n"+
			"   DESKBELL_DISCORD_TOKEN is the bot's token, under Bot (Reset Token shows it once). Switch Public Bot off there.\n"+
			"   DESKBELL_DISCORD_APPLICATION_ID is the Application ID, under General Information.\n"+
			"   Invite it into your server, with what it needs and no more:\n   "+discord.Invite(cmp.Or(os.Getenv("DESKBELL_DISCORD_APPLICATION_ID"), "APPLICATION_ID"))+"\n"+
			"   No public address is needed. Or, instead of the gateway: DESKBELL_DISCORD_PUBLIC_KEY (General Information), and there, while Deskbell runs,\n"+
			"   Interactions Endpoint URL: https://…/discord/interactions.\n"+
			"   desk.admins: [\"discord:…\"], your own user id (Settings, Advanced, Developer Mode; then right click on yourself, Copy User ID).")
	}
	if !c.Slack && !c.Discord {
		step("Choose where the team chats: deskbell init --slack or --discord says what each needs.")
	}
	step("Keep secrets out of the file: give each by its environment variable, or its path by NAME_FILE.")
	step("Look whether all is right: deskbell check --config %s", path)
	step("Run it: deskbell serve --config %s", path)
	if c.Slack {
		step("In Slack: invite Deskbell into the desk's channel, /invite @Deskbell. Then /desk setup there: channel, SRM, intake rota, technicians, and shadow mode to begin with.")
	}
	switch {
	case c.Slack && c.Discord:
		step("Both at once: after /desk setup in one, join yourself in the other by /desk link, and give it its channel there: /desk channel set CHANNEL. Others join themselves by /desk link.")
	case c.Discord:
		step("In Discord: /desk setup, in the desk's channel: channel, SRM, intake rota, technicians, and shadow mode to begin with.")
	}
	_, err := fmt.Fprintf(w, "%s %s.\n\n", path, became)
	for n, s := range steps {
		if err == nil {
			_, err = fmt.Fprintf(w, "%d. %s\n", n+1, s)
		}
	}
	return err
}
