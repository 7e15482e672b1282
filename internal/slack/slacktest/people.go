package slacktest

import (
	"slices"
	"strings"
)

// User is a person, or a bot, of the workspace or beside it.
type User struct {
	ID, Name, RealName, DisplayName string
	TZ                              string // IANA zone
	Email                           string
	Guest, UltraGuest, Bot, Deleted bool
	TeamID                          string // "" for the server's own
}

// Channel is a channel or a direct message (id "D…").
type Channel struct {
	ID, Name                   string
	Private, Archived, Deleted bool
	Shared                     bool     // with another workspace
	Members                    []string // user ids; the bot's if it is in
	IM                         string   // the person of a direct message
}

// AddUser makes a person known.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.TeamID == "" {
		u.TeamID = s.TeamID
	}
	s.users[u.ID] = &u
}

// UpdateUser changes a person and tells the app by user_change.
func (s *Server) UpdateUser(id string, change func(*User)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[id]
	if u == nil {
		s.t.Errorf("slacktest: no user %s", id)
		return
	}
	change(u)
	event := map[string]any{"type": "user_change", "user": s.userObject(u), "event_ts": s.ts()}
	s.event("users:read", event)
}

// AddChannel makes a channel.
func (s *Server) AddChannel(c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Members = slices.Clone(c.Members)
	s.channels[c.ID] = &c
}

// UpdateChannel changes a channel: archived, gone, members. The app is told of
// its own coming and going.
func (s *Server) UpdateChannel(id string, change func(*Channel)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[id]
	if c == nil {
		s.t.Errorf("slacktest: no channel %s", id)
		return
	}
	was := has(c.Members, s.BotUserID)
	change(c)
	is := has(c.Members, s.BotUserID)
	kind := map[bool]string{true: "member_joined_channel", false: "channel_left"}[is]
	if kind == "channel_left" && c.Private {
		kind = "group_left"
	}
	event := map[string]any{"type": kind, "user": s.BotUserID, "channel": c.ID, "team": s.TeamID, "event_ts": s.ts()}
	scope := "channels:read"
	if c.Private {
		scope = "groups:read"
	}
	if was != is {
		s.event(scope, event)
	}
}

// DM is the direct message between the app and a person, "" if none was opened.
func (s *Server) DM(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dms[user]
}

func (s *Server) openDM(user string) *Channel {
	if id := s.dms[user]; id != "" {
		return s.channels[id]
	}
	c := &Channel{ID: s.id("D"), IM: user, Private: true, Members: []string{user, s.BotUserID}}
	s.dms[user], s.channels[c.ID] = c.ID, c
	return c
}

// by asks for the scope's prefix that fits the channel: "im:history".
func (c *Channel) by(suffix string) string {
	switch {
	case c.IM != "":
		return "im:" + suffix
	case c.Private:
		return "groups:" + suffix
	}
	return "channels:" + suffix
}

func (c *Channel) kind() string {
	switch {
	case c.IM != "":
		return "im"
	case c.Private:
		return "group"
	}
	return "channel"
}

func (s *Server) userObject(u *User) map[string]any {
	profile := map[string]any{"real_name": u.RealName, "display_name": u.DisplayName, "real_name_normalized": u.RealName, "display_name_normalized": u.DisplayName, "team": u.TeamID}
	if has(s.scopes, "users:read.email") && u.Email != "" {
		profile["email"] = u.Email
	}
	o := map[string]any{
		"id": u.ID, "team_id": u.TeamID, "name": u.Name, "deleted": u.Deleted, "real_name": u.RealName, "profile": profile,
		"is_bot": u.Bot, "is_app_user": false, "updated": s.Now().Unix(),
	}
	if u.TeamID != s.TeamID {
		o["is_stranger"] = true
	}
	if !u.Deleted {
		o["tz"], o["tz_label"], o["tz_offset"] = u.TZ, "", 0
		o["is_admin"], o["is_owner"] = false, false
		o["is_restricted"], o["is_ultra_restricted"] = u.Guest || u.UltraGuest, u.UltraGuest
	}
	return o
}

func (s *Server) channelObject(c *Channel) map[string]any {
	if c.IM != "" {
		return map[string]any{"id": c.ID, "is_im": true, "user": c.IM, "is_archived": false, "is_private": true, "created": 1}
	}
	return map[string]any{
		"id": c.ID, "name": c.Name, "name_normalized": c.Name, "is_channel": !c.Private, "is_group": c.Private, "is_im": false, "is_mpim": false,
		"is_private": c.Private, "is_archived": c.Archived, "is_member": has(c.Members, s.BotUserID), "is_shared": c.Shared, "is_ext_shared": c.Shared, "num_members": len(c.Members), "created": 1,
	}
}

// nameOf is what stands for a channel in deliveries.
func (c *Channel) nameOf() string {
	switch {
	case c.IM != "":
		return "directmessage"
	case c.Private:
		return "privategroup"
	}
	return strings.ToLower(c.Name)
}
