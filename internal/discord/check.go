package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
)

// Permission is one of Discord's that Deskbell needs in its channels.
type Permission struct {
	bit  int64
	Name string // as Discord's settings call it
	Why  string // what Deskbell does by it
}

// Permissions are all that Deskbell needs, and no more. Source of the bits:
// docs.discord.com/developers/topics/permissions.
var Permissions = []Permission{
	{1 << 10, "View Channel", "sees what it posted"},
	{1 << 11, "Send Messages", "posts cards"},
	{1 << 15, "Attach Files", "posts the weekly report's pictures"},
	{1 << 16, "Read Message History", "looks whether a post whose answer was lost stands there"},
	{1 << 35, "Create Public Threads", "begins a ticket's thread"},
	{1 << 36, "Create Private Threads", "tells those who take no direct messages"},
	{1 << 38, "Send Messages in Threads", "posts into it"},
}

const administrator = 1 << 3

// Invite is the address by which an admin lets Deskbell into their server.
func Invite(application string) string {
	var all int64
	for _, p := range Permissions {
		all |= p.bit
	}
	return fmt.Sprintf("https://discord.com/oauth2/authorize?client_id=%s&scope=bot+applications.commands&permissions=%d", application, all)
}

// application is what Discord keeps of the app.
type application struct {
	ID       string `json:"id"`
	Key      string `json:"verify_key"`
	Endpoint string `json:"interactions_endpoint_url"`
	Public   bool   `json:"bot_public"`
}

// wrong says what of the app's settings keeps interactions from coming, nil if
// nothing does.
func (a application) wrong(c Config) *chat.Trouble {
	switch {
	case c.Application != "" && a.ID != c.Application:
		return &chat.Trouble{Cause: "its id", Fix: "The token is of the application " + a.ID + ": set DESKBELL_DISCORD_APPLICATION_ID to that, or the token to the other's."}
	case c.PublicKey != "" && !strings.EqualFold(a.Key, c.PublicKey):
		return &chat.Trouble{Cause: "its public key", Fix: "Set DESKBELL_DISCORD_PUBLIC_KEY to the Public Key under General Information: " + a.Key + "."}
	case c.PublicKey == "" && a.Endpoint != "":
		return &chat.Trouble{Cause: "its interactions endpoint", Fix: "Discord delivers to " + a.Endpoint + " and nothing to the gateway: clear Interactions Endpoint URL under General Information, or set DESKBELL_DISCORD_PUBLIC_KEY and serve that address."}
	case c.PublicKey != "" && a.Endpoint == "":
		return &chat.Trouble{Cause: "its interactions endpoint", Fix: "Set Interactions Endpoint URL under General Information to https://…/discord/interactions of this Deskbell while it runs, or unset DESKBELL_DISCORD_PUBLIC_KEY to use the gateway."}
	}
	return nil
}

// Check looks at everything that Discord can be asked about the configuration,
// without changing anything: the token, the application, the clock, the server, and
// whether Deskbell may do what it needs in the channels. Members are the people's
// ids.
func Check(ctx context.Context, c Config, channels, members []string) []chat.Finding {
	p, err := New(c)
	if err != nil {
		return []chat.Finding{{Level: chat.Fail, What: err.Error(), Fix: "It is the Public Key under General Information; without it the gateway is used."}}
	}
	var me user
	var app application
	if err := p.call(ctx, "GET", "/users/@me", nil, &me); err != nil {
		return []chat.Finding{found("the bot token", err)}
	}
	out := []chat.Finding{{Level: chat.OK, What: "the bot token is " + me.Name + "'s"}}
	if err := p.call(ctx, "GET", "/applications/@me", nil, &app); err != nil {
		return append(out, found("the application", err))
	}
	if t := app.wrong(c); t != nil {
		out = append(out, chat.Finding{Level: chat.Fail, What: "the application: " + t.Cause, Fix: t.Fix})
	} else {
		way := "over the gateway"
		if c.PublicKey != "" {
			way = "to " + app.Endpoint
		}
		out = append(out, chat.Finding{Level: chat.OK, What: "the application is the token's, and Discord delivers " + way})
	}
	if c.PublicKey != "" && app.Endpoint != "" && !strings.HasSuffix(app.Endpoint, "/discord/interactions") {
		out = append(out, chat.Finding{Level: chat.Warn, What: "Discord delivers to " + app.Endpoint, Fix: "Deskbell answers at /discord/interactions: does what stands before it lead there?"})
	}
	if app.Public {
		out = append(out, chat.Finding{Level: chat.Warn, What: "anybody may invite the bot into their server", Fix: "Switch Public Bot off, under Bot in the developer portal."})
	}
	out = append(out, p.checkClock()...)
	if err := p.meet(ctx); err != nil {
		return append(out, found("the server", err))
	}
	if same, err := p.registered(ctx); err != nil {
		out = append(out, found("the commands", err))
	} else if !same {
		out = append(out, chat.Finding{Level: chat.Warn, What: "the server's commands are not this version's", Fix: "`deskbell serve` registers them when it starts."})
	} else {
		out = append(out, chat.Finding{Level: chat.OK, What: "the server's commands are this version's"})
	}
	return append(append(out, p.checkChannels(ctx, channels)...), p.checkMembers(ctx, members)...)
}

// found is what err means for what was looked at.
func found(what string, err error) chat.Finding {
	var t *chat.Trouble
	switch {
	case err == nil:
		return chat.Finding{Level: chat.OK, What: what}
	case errors.As(err, &t):
		return chat.Finding{Level: chat.Fail, What: what + ": " + t.Cause, Fix: t.Fix}
	case errors.As(err, new(*json.SyntaxError)):
		return chat.Finding{Level: chat.Fail, What: what + ": what answers is not Discord", Fix: "Is discord.api_url right, and no proxy's page in between?"}
	case errors.Is(err, chat.ErrUnknown) || errors.Is(err, chat.ErrGone):
		return chat.Finding{Level: chat.Fail, What: what + ": the server has none by that id", Fix: "Is the id right? With Developer Mode on (User Settings, Advanced): right click, Copy ID."}
	}
	return chat.Finding{Level: chat.Fail, What: what + ": " + strings.TrimPrefix(err.Error(), "discord: "), Fix: "Is the machine online, and discord.api_url right?"}
}

// Clocks that differ by more than this are told; from stale on deliveries are
// refused.
const skewed = time.Minute

func (p *Platform) checkClock() []chat.Finding {
	skew, known := p.rates.skew()
	what := fmt.Sprintf("this machine's clock is %s from Discord's", skew.Abs().Round(time.Second))
	switch {
	case !known:
		return nil
	case skew.Abs() >= stale && p.key != nil:
		return []chat.Finding{{Level: chat.Fail, What: what, Fix: "Set the clock (NTP): Discord's deliveries are refused from 5 minutes on."}}
	case skew.Abs() > skewed:
		return []chat.Finding{{Level: chat.Warn, What: what, Fix: "Set the clock (NTP): SLA clocks and digests go by it."}}
	}
	return []chat.Finding{{Level: chat.OK, What: what}}
}

// role is one of the server's, with what it allows.
type role struct {
	ID    string
	Name  string
	Allow int64 `json:"permissions,string"`
}

// overwrite is what a channel allows and denies a role or a member beside that.
type overwrite struct {
	ID    string
	Allow int64 `json:"allow,string"`
	Deny  int64 `json:"deny,string"`
}

// checkChannels says which of Permissions Deskbell lacks, by channel.
func (p *Platform) checkChannels(ctx context.Context, channels []string) (out []chat.Finding) {
	var roles []role
	var me member
	err := p.call(ctx, "GET", "/guilds/"+p.guild+"/roles", nil, &roles)
	if err == nil {
		err = p.call(ctx, "GET", "/guilds/"+p.guild+"/members/"+p.self, nil, &me)
	}
	if err != nil {
		return []chat.Finding{found("Deskbell's permissions", err)}
	}
	var base int64
	for _, r := range roles {
		if r.ID == p.guild || slices.Contains(me.Roles, r.ID) { // that of everyone has the server's id
			base |= r.Allow
		}
	}
	if base&administrator != 0 {
		out = append(out, chat.Finding{Level: chat.Warn, What: "Deskbell is an administrator of the server", Fix: "It needs less: take that away, and invite it again by " + Invite(p.app.ID)})
	}
	for _, id := range channels {
		var ch struct {
			Name       string
			Guild      string          `json:"guild_id"`
			Overwrites json.RawMessage `json:"permission_overwrites"`
		}
		if err := p.call(ctx, "GET", "/channels/"+id, nil, &ch); err != nil {
			out = append(out, found("the channel "+id, err))
			continue
		}
		var over []overwrite
		_ = json.Unmarshal(ch.Overwrites, &over) // without them the server's hold
		may := allowed(base, over, p.guild, me)
		var lacks []string
		for _, need := range Permissions {
			if may&need.bit == 0 {
				lacks = append(lacks, need.Name)
			}
		}
		switch {
		case ch.Guild != p.guild:
			out = append(out, chat.Finding{Level: chat.Fail, What: "the channel #" + ch.Name + " is of another server", Fix: "A desk is of one server: choose one of its channels."})
		case len(lacks) > 0:
			out = append(out, chat.Finding{Level: chat.Fail, What: "the channel #" + ch.Name + " does not let Deskbell: " + strings.Join(lacks, ", "), Fix: "Allow it there, for Deskbell's role: Edit Channel, Permissions."})
		default:
			out = append(out, chat.Finding{Level: chat.OK, What: "the channel #" + ch.Name})
		}
	}
	return out
}

// allowed are the member's permissions in a channel. Source:
// docs.discord.com/developers/topics/permissions, Permission Overwrites.
func allowed(base int64, over []overwrite, guild string, m member) int64 {
	if base&administrator != 0 {
		return -1
	}
	var allow, deny int64
	for _, o := range over {
		switch {
		case o.ID == guild:
			base = base&^o.Deny | o.Allow
		case slices.Contains(m.Roles, o.ID):
			allow, deny = allow|o.Allow, deny|o.Deny
		}
	}
	base = base&^deny | allow
	for _, o := range over {
		if o.ID == m.User.ID {
			base = base&^o.Deny | o.Allow
		}
	}
	return base
}

// checkMembers tells only of people who cannot act.
func (p *Platform) checkMembers(ctx context.Context, members []string) (out []chat.Finding) {
	for _, id := range members {
		u, ok := p.memberOf(ctx, user{ID: id, Name: id})
		switch {
		case !ok:
			out = append(out, chat.Finding{Level: chat.Fail, What: "the member " + id + ": Discord could not be asked", Fix: "Run this again."})
		case u.Outside != "":
			out = append(out, chat.Finding{Level: chat.Fail, What: fmt.Sprintf("the member %s (%s) can't act here: %s", id, u.Name, outsiders[u.Outside]),
				Fix: "Take them off the desk: /desk member remove MEMBER, or mend the id in desk.members."})
		}
	}
	return out
}

// outsiders are the reasons in words.
var outsiders = map[string]string{"bot": "a bot", "guest": "without the role that discord.role names", "other workspace": "not of the server"}
