package discord

import (
	"context"
	"slices"
	"sync"
	"time"

	"deskbell.dev/deskbell/internal/chat"
)

// user is somebody of the server, and whether they are one of the desk's.
func (p *Platform) user(m member) chat.User {
	u := chat.User{ID: m.User.ID, Handle: m.User.Name, Name: m.User.Name}
	for _, name := range []string{m.User.Global, m.Nick} {
		if name != "" {
			u.Name = name
		}
	}
	switch {
	case m.User.Bot || m.User.System:
		u.Outside = "bot"
	case p.role != "" && !slices.Contains(m.Roles, p.role):
		u.Outside = "guest"
	}
	return u
}

// members are those whom Discord was asked about, for a while.
type members struct {
	mu  sync.Mutex
	all map[string]seen
}

type seen struct {
	chat.User
	at time.Time
}

const (
	// memberFor is how long what Discord said about a member is taken as true.
	memberFor  = 30 * time.Second
	memberMost = 10_000
)

// from is who did it, with what the interaction says of them; false if Discord does
// not say. In direct messages it does not say whether they are of the server: that
// is asked.
func (p *Platform) from(ctx context.Context, in interaction) (chat.User, bool) {
	switch {
	case in.Member != nil:
		u := p.user(*in.Member)
		if in.Guild != p.guild && u.Outside == "" {
			u.Outside = "other workspace"
		}
		return u, true
	case in.User == nil:
		return chat.User{Outside: "bot"}, true
	case in.User.Bot || in.User.System:
		return p.user(member{User: *in.User}), true
	}
	return p.memberOf(ctx, *in.User)
}

// memberOf is somebody as the server knows them; who is none of it is of another
// workspace.
func (p *Platform) memberOf(ctx context.Context, u user) (chat.User, bool) {
	p.members.mu.Lock()
	s, ok := p.members.all[u.ID]
	p.members.mu.Unlock()
	if ok && time.Since(s.at) < memberFor {
		return s.User, true
	}
	return p.askFor(ctx, u)
}

// askFor is memberOf as Discord says it now.
func (p *Platform) askFor(ctx context.Context, u user) (chat.User, bool) {
	var s seen
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	var m member
	err := p.call(ctx, "GET", "/guilds/"+p.guild+"/members/"+u.ID, nil, &m)
	switch {
	case nobody(err):
		s.User = p.user(member{User: u})
		s.User.Outside = "other workspace"
	case err != nil:
		p.cfg.Log.Warn("discord: not known who it is", "err", err)
		return chat.User{}, false
	default:
		s.User = p.user(m)
	}
	s.at = time.Now()
	p.members.mu.Lock()
	defer p.members.mu.Unlock()
	if p.members.all == nil || len(p.members.all) >= memberMost {
		p.members.all = map[string]seen{}
	}
	p.members.all[u.ID] = s
	return s.User, true
}

// lookAfter finds out, once in a while, who of the desk's people is none of the
// server's any more: Discord tells of that only by a privileged intent. Who only lost
// the role by which they are of the desk can do nothing, and has not left.
func (p *Platform) lookAfter(ctx context.Context) {
	for sleep(ctx, p.times.leavers) == nil {
		people, err := p.cfg.People(ctx)
		if err != nil {
			p.cfg.Log.Warn("discord: who is of the desk", "err", err)
			continue
		}
		for _, id := range people {
			if sleep(ctx, p.times.leavers/3600) != nil {
				return
			}
			u, ok := p.askFor(ctx, user{ID: id, Name: id})
			if !ok || u.Outside != "other workspace" {
				continue
			}
			in := chat.Interaction{Platform: "discord", Kind: chat.Left, From: u, Key: "left/" + id}
			if r, err := p.cfg.Handle.Ask(p.life, in); err != nil || r.Again { // the next look brings it again
				p.cfg.Log.Warn("discord: who has left is not off the desk yet", "member", id, "err", err)
			}
			p.cfg.After()
		}
	}
}
