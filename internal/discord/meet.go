package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"deskbell.dev/deskbell/internal/chat"
)

// meet learns who Deskbell is, in which server, and with which role people are of
// the desk.
func (p *Platform) meet(ctx context.Context) error {
	var me user
	if err := p.call(ctx, "GET", "/users/@me", nil, &me); err != nil {
		return err
	}
	var app application
	if err := p.call(ctx, "GET", "/applications/@me", nil, &app); err != nil {
		return err
	}
	var guilds []struct{ ID string }
	if err := p.call(ctx, "GET", "/users/@me/guilds", nil, &guilds); err != nil {
		return err
	}
	guild, err := p.chosen(ctx, app, guilds)
	if err != nil {
		return err
	}
	p.self, p.app, p.guild = me.ID, app, guild
	return p.findRole(ctx)
}

// chosen is the desk's server of those that the bot is in: anybody may have invited it
// into theirs.
func (p *Platform) chosen(ctx context.Context, app application, guilds []struct{ ID string }) (string, error) {
	if len(guilds) == 1 {
		return guilds[0].ID, nil
	}
	trouble := &chat.Trouble{Cause: fmt.Sprintf("the bot is in %d servers", len(guilds)), Fix: "A desk is of one: remove it from others, and switch Public Bot off in the developer portal; or name a channel of yours in desk.channels. Into yours it is invited by " + Invite(app.ID)}
	desk, err := p.deskChannel(ctx)
	if err != nil {
		return "", err
	}
	if len(guilds) == 0 || desk == "" {
		return "", trouble
	}
	var ch struct {
		Guild string `json:"guild_id"`
	}
	if err := p.call(ctx, "GET", "/channels/"+desk, nil, &ch); err != nil {
		return "", err
	}
	if !slices.ContainsFunc(guilds, func(g struct{ ID string }) bool { return g.ID == ch.Guild }) {
		return "", trouble
	}
	return ch.Guild, nil
}

// findRole learns the id of the role that makes somebody one of the desk's.
func (p *Platform) findRole(ctx context.Context) error {
	if p.cfg.Role == "" {
		return nil
	}
	var all []role
	if err := p.call(ctx, "GET", "/guilds/"+p.guild+"/roles", nil, &all); err != nil {
		return err
	}
	word := strings.TrimPrefix(p.cfg.Role, "@")
	n := slices.IndexFunc(all, func(r role) bool { return r.ID == word || strings.EqualFold(r.Name, word) })
	if n < 0 {
		return &chat.Trouble{Cause: "no role " + p.cfg.Role, Fix: "Set discord.role to one that the server has, by id or name."}
	}
	p.role = all[n].ID
	return nil
}

// commandsAt is where the server's commands are.
func (p *Platform) commandsAt() string {
	return "/applications/" + p.app.ID + "/guilds/" + p.guild + "/commands"
}

// registered reports whether the server's commands are ours.
func (p *Platform) registered(ctx context.Context) (bool, error) {
	var have []command
	if err := p.call(ctx, "GET", p.commandsAt(), nil, &have); err != nil {
		return false, err
	}
	byName := func(a, b command) int { return strings.Compare(a.Name, b.Name) }
	want := slices.SortedFunc(slices.Values(commandsOf(p.cfg.Commands)), byName)
	slices.SortFunc(have, byName)
	a, err := json.Marshal(want)
	if err != nil {
		return false, err
	}
	b, err := json.Marshal(have)
	return string(a) == string(b), err
}

// register overwrites the server's commands where they differ from ours.
func (p *Platform) register(ctx context.Context) error {
	same, err := p.registered(ctx)
	if same || err != nil {
		return err
	}
	err = p.call(ctx, "PUT", p.commandsAt(), commandsOf(p.cfg.Commands), nil)
	if code(err) == noAccess {
		return fmt.Errorf("%w: %w", &chat.Trouble{Cause: "no commands", Fix: "Deskbell may not register its commands: invite it again by " + Invite(p.app.ID)}, err)
	}
	return err
}

// registerLater registers the commands as soon as Discord lets it: only so many
// changes are taken a day.
func (p *Platform) registerLater(ctx context.Context) {
	for n := 0; ; n++ {
		pause := min(p.times.retry<<min(n, 12), p.times.refused)
		if sleep(ctx, pause) != nil {
			return
		}
		err := p.register(ctx)
		if err == nil {
			p.cfg.Log.Info("discord: the commands are registered")
			return
		}
		p.cfg.Log.Warn("discord: the commands are not registered", "err", err)
	}
}
