package main

import (
	"bytes"
	"path/filepath"
	"testing"

	"deskbell.dev/deskbell/internal/discord/discordtest"
)

// TestDiscordCheck: what is wrong with a set-up is told in a line with its fix, and
// looking changes nothing.
func TestDiscordCheck(t *testing.T) {
	for _, c := range []struct {
		name   string
		http   bool
		breaks func(g *guild)
		env    []string
		code   int
		want   []string // parts of lines
	}{
		{name: "all well", want: []string{"ok    the bot token is deskbell's", "ok    the application is the token's, and Discord delivers over the gateway", "ok    the channel #desk",
			"ok    this machine's clock is", "ok    the intake rota has members", "warn  the server's commands are not this version's. `deskbell serve` registers them"}},
		{name: "all well by HTTP", http: true, want: []string{"/discord/interactions", "ok    the channel #desk"}},
		{name: "wrong token", env: []string{"DESKBELL_DISCORD_TOKEN=another"}, code: 1, want: []string{"fail  the bot token: unauthorized. The bot's token is not valid: set DESKBELL_DISCORD_TOKEN"}},
		{name: "another application", env: []string{"DESKBELL_DISCORD_APPLICATION_ID=1"}, code: 1,
			want: []string{"fail  the application: its id. The token is of the application " + discordtest.Application}},
		{name: "another key", http: true, env: []string{"DESKBELL_DISCORD_PUBLIC_KEY=00000000000000000000000000000000000000000000000000000000000000ff"}, code: 1,
			want: []string{"fail  the application: its public key. Set DESKBELL_DISCORD_PUBLIC_KEY to the Public Key under General Information"}},
		{name: "the endpoint is set, but the gateway used", breaks: func(g *guild) { g.srv.Endpoint("https://desk.example/discord/interactions") }, code: 1,
			want: []string{"fail  the application: its interactions endpoint. Discord delivers to https://desk.example/discord/interactions and nothing to the gateway"}},
		{name: "the endpoint is not set", http: true, breaks: func(g *guild) { g.srv.Endpoint("") }, code: 1,
			want: []string{"fail  the application: its interactions endpoint. Set Interactions Endpoint URL"}},
		{name: "the endpoint is elsewhere", http: true, breaks: func(g *guild) { g.srv.Endpoint("https://desk.example/other") },
			want: []string{"warn  Discord delivers to https://desk.example/other. Deskbell answers at /discord/interactions"}},
		{name: "hidden", breaks: func(g *guild) { g.srv.Change(guildDesk, func(c *discordtest.Channel) { c.Hidden = true }) }, code: 1,
			want: []string{"fail  the channel 200000000000000001: missing access. Let Deskbell see that channel"}},
		{name: "may not post", breaks: func(g *guild) {
			g.srv.Change(guildDesk, func(c *discordtest.Channel) { c.Denied = 1<<11 | 1<<35 })
		}, code: 1, want: []string{"fail  the channel #desk does not let Deskbell: Send Messages, Create Public Threads. Allow it there"}},
		{name: "an administrator", breaks: func(g *guild) { g.srv.Grant(1 << 3) }, want: []string{"warn  Deskbell is an administrator of the server. It needs less: take that away, and invite it again by https://"}},
		{name: "somebody is not of the server", breaks: func(g *guild) {
			g.srv.AddUser(discordtest.User{ID: g.ids["tech2"], Name: "tech2", Guild: "900000000000000009"})
		}, code: 1, want: []string{"can't act here: not of the server. Take them off the desk"}},
		{name: "no such role", breaks: func(g *guild) { g.rewrite("desk:\n", "discord:\n  role: Nobody\ndesk:\n") }, code: 1, want: []string{"fail  the server: no role Nobody. Set discord.role"}},
		{name: "without the role", breaks: func(g *guild) { g.rewrite("desk:\n", "discord:\n  role: desk\ndesk:\n") }, code: 1, want: []string{"can't act here: without the role that discord.role names"}},
		{name: "Discord away", env: []string{"DESKBELL_DISCORD_API_URL=http://127.0.0.1:1/api"}, code: 1, want: []string{"fail  the bot token: ", "Is the machine online"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			g := newGuild(t, filepath.Join(t.TempDir(), "desk.db"), !c.http)
			if c.breaks != nil {
				c.breaks(g)
			}
			before := g.saved()
			g.checked(append(g.env(), c.env...), c.code, c.want...)
			if !bytes.Equal(before, g.saved()) {
				t.Error("the database was changed")
			}
			if _, puts := g.srv.Registered(); puts > 0 {
				t.Error("commands were registered")
			}
		})
	}
}
