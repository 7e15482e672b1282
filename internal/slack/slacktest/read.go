package slacktest

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// page cuts a list at its cursor and limit, and says where the next page begins.
func page[T any](p params, all []T, usual int) ([]T, map[string]any, *slackError) {
	start := 0
	if c := p.Get("cursor"); c != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(c, "next:"))
		if err != nil || n > len(all) {
			return nil, nil, no("invalid_cursor")
		}
		start = n
	}
	limit := usual
	if l := p.Get("limit"); l != "" {
		n, err := strconv.Atoi(l)
		if err != nil || n < 0 || n > 1000 {
			return nil, nil, no("invalid_limit")
		}
		limit = cmp.Or(n, usual)
	}
	end, next := min(start+limit, len(all)), ""
	if end < len(all) {
		next = "next:" + strconv.Itoa(end)
	}
	return all[start:end], map[string]any{"next_cursor": next}, nil
}

// readable is a channel whose messages the app may read.
func (s *Server) readable(id string) (*Channel, *slackError) {
	c := s.channels[id]
	if c == nil || c.Deleted || c.Private && !has(c.Members, s.BotUserID) {
		return nil, no("channel_not_found")
	}
	if !has(c.Members, s.BotUserID) {
		return nil, no("not_in_channel")
	}
	return c, nil
}

func (s *Server) history(p params) (map[string]any, *slackError) {
	c, e := s.readable(p.Get("channel"))
	if e != nil {
		return nil, e
	}
	return s.read(p, c, func(m *Message) bool { return m.ThreadTS == "" || m.ThreadTS == m.TS }, true)
}

func (s *Server) replies(p params) (map[string]any, *slackError) {
	c, e := s.readable(p.Get("channel"))
	if e != nil {
		return nil, e
	}
	root := p.Get("ts")
	if e := s.thread(c, root); e != nil || root == "" {
		return nil, no("thread_not_found")
	}
	return s.read(p, c, func(m *Message) bool { return m.ThreadTS == root || m.TS == root }, false)
}

// read answers history and replies. Bounds are exclusive unless asked otherwise.
func (s *Server) read(p params, c *Channel, which func(*Message) bool, newestFirst bool) (map[string]any, *slackError) {
	inclusive := truthy(p.Get("inclusive"))
	within := func(ts string) bool {
		after, before := p.Get("oldest"), p.Get("latest")
		return (after == "" || stampLess(after, ts) || inclusive && after == ts) && (before == "" || stampLess(ts, before) || inclusive && before == ts)
	}
	var all []*Message
	for _, m := range s.messages[c.ID] {
		if m.EphemeralTo == "" && !m.Deleted && which(m) && (within(m.TS) || !newestFirst && m.TS == p.Get("ts")) {
			all = append(all, m)
		}
	}
	if newestFirst {
		slices.Reverse(all)
	}
	part, meta, e := page(p, all, 100)
	if e != nil {
		return nil, e
	}
	out := make([]any, 0, len(part))
	for _, m := range part {
		out = append(out, s.object(m, truthy(p.Get("include_all_metadata"))))
	}
	return map[string]any{"messages": out, "has_more": meta["next_cursor"] != "", "response_metadata": meta}, nil
}

// stampLess orders stamps, which may come with less than six digits.
func stampLess(a, b string) bool {
	x, _ := strconv.ParseFloat(a, 64)
	y, _ := strconv.ParseFloat(b, 64)
	return x < y
}

func (s *Server) channelInfo(p params) (map[string]any, *slackError) {
	c := s.channels[p.Get("channel")]
	if c == nil || c.Deleted || c.Private && !has(c.Members, s.BotUserID) {
		return nil, no("channel_not_found")
	}
	return map[string]any{"channel": s.channelObject(c)}, nil
}

func conversationTypes(p params) []string {
	if kinds := p.list("types"); len(kinds) > 0 {
		return kinds
	}
	return []string{"public_channel"}
}

func (s *Server) channelList(p params) (map[string]any, *slackError) {
	kinds := conversationTypes(p)
	var all []any
	for _, id := range slices.Sorted(maps.Keys(s.channels)) {
		c := s.channels[id]
		kind := map[bool]string{false: "public_channel", true: "private_channel"}[c.Private]
		if c.IM != "" {
			kind = "im"
		}
		if c.Deleted || !has(kinds, kind) || c.Private && !has(c.Members, s.BotUserID) || c.Archived && truthy(p.Get("exclude_archived")) {
			continue
		}
		all = append(all, s.channelObject(c))
	}
	part, meta, e := page(p, all, 100)
	if e != nil {
		return nil, e
	}
	return map[string]any{"channels": part, "response_metadata": meta}, nil
}

func (s *Server) channelMembers(p params) (map[string]any, *slackError) {
	c := s.channels[p.Get("channel")]
	if c == nil || c.Deleted || c.Private && !has(c.Members, s.BotUserID) {
		return nil, no("channel_not_found")
	}
	part, meta, e := page(p, c.Members, 100)
	if e != nil {
		return nil, e
	}
	return map[string]any{"members": part, "response_metadata": meta}, nil
}

func (s *Server) openConversation(p params) (map[string]any, *slackError) {
	if id := p.Get("channel"); id != "" {
		if c := s.channels[id]; c != nil {
			return map[string]any{"channel": s.channelObject(c)}, nil
		}
		return nil, no("channel_not_found")
	}
	ids := p.list("users")
	if len(ids) != 1 {
		return nil, no("users_list_not_supplied")
	}
	u := s.users[ids[0]]
	switch {
	case u == nil:
		return nil, no("user_not_found")
	case u.Bot:
		return nil, no("cannot_dm_bot")
	case u.Deleted:
		return nil, no("user_disabled")
	}
	was := s.dms[u.ID] != ""
	c := s.openDM(u.ID)
	return map[string]any{"channel": s.channelObject(c), "already_open": was, "no_op": was}, nil
}

func (s *Server) userInfo(p params) (map[string]any, *slackError) {
	u := s.users[p.Get("user")]
	if u == nil {
		return nil, no("user_not_found")
	}
	return map[string]any{"user": s.userObject(u)}, nil
}

func (s *Server) userList(p params) (map[string]any, *slackError) {
	var all []any
	for _, id := range slices.Sorted(maps.Keys(s.users)) {
		all = append(all, s.userObject(s.users[id]))
	}
	part, meta, e := page(p, all, 1000)
	if e != nil {
		return nil, e
	}
	return map[string]any{"members": part, "cache_ts": s.Now().Unix(), "response_metadata": meta}, nil
}

func (s *Server) userByEmail(p params) (map[string]any, *slackError) {
	for _, u := range s.users {
		if u.Email != "" && strings.EqualFold(u.Email, p.Get("email")) && !u.Deleted {
			return map[string]any{"user": s.userObject(u)}, nil
		}
	}
	return nil, no("users_not_found")
}

func (s *Server) botInfo(p params) (map[string]any, *slackError) {
	if p.Get("bot") != s.BotID {
		return nil, no("bot_not_found")
	}
	return map[string]any{"bot": map[string]any{"id": s.BotID, "deleted": false, "name": "deskbell", "updated": 1, "app_id": s.AppID, "user_id": s.BotUserID}}, nil
}

func (s *Server) teamInfo(params) (map[string]any, *slackError) {
	return map[string]any{"team": map[string]any{"id": s.TeamID, "name": "The desk", "domain": "desk", "url": "https://desk.slack.com/"}}, nil
}

func (s *Server) authTest(params) (map[string]any, *slackError) {
	return map[string]any{
		"url": "https://desk.slack.com/", "team": "The desk", "user": s.users[s.BotUserID].Name, "team_id": s.TeamID,
		"user_id": s.BotUserID, "bot_id": s.BotID, "is_enterprise_install": false,
	}, nil
}
