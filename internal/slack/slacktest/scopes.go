package slacktest

import (
	"slices"
	"sort"
)

var defaultScopes = []string{
	"app_mentions:read", "channels:history", "channels:read", "chat:write", "commands", "files:write", "groups:history", "groups:read",
	"im:history", "im:write", "team:read", "users:read", "users:read.email",
}

// SetScopes says what the bot token is granted from now on.
func (s *Server) SetScopes(scopes []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scopes = slices.Clone(scopes)
}

// Revoke answers every call with the error ("token_revoked",
// "account_inactive", "invalid_auth") until it is called with "".
func (s *Server) Revoke(err string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = err
}

// ScopesUsed are the scopes without which something that worked so far would
// not have, sorted.
func (s *Server) ScopesUsed() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for scope := range s.used {
		all = append(all, scope)
	}
	sort.Strings(all)
	return all
}

// scopesOf are what a call needs. Methods on conversations need what their
// channel asks for.
func (s *Server) scopesOf(method string, p params) []string {
	c := s.channels[p.Get("channel")]
	switch method {
	case "chat.postMessage", "chat.update", "chat.delete", "chat.postEphemeral":
		return []string{"chat:write"}
	case "conversations.history", "conversations.replies":
		if c != nil {
			return []string{c.by("history")}
		}
	case "conversations.info", "conversations.members":
		if c != nil {
			return []string{c.by("read")}
		}
	case "conversations.list":
		var all []string
		for _, kind := range conversationTypes(p) {
			all = append(all, map[string]string{"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}[kind]+":read")
		}
		return all
	case "files.getUploadURLExternal", "files.completeUploadExternal":
		return []string{"files:write"}
	case "conversations.open":
		return []string{"im:write"}
	case "users.info", "users.list", "bots.info":
		return []string{"users:read"}
	case "users.lookupByEmail":
		return []string{"users:read.email"}
	case "team.info":
		return []string{"team:read"}
	case "reactions.add":
		return []string{"reactions:write"}
	}
	return nil
}
