package slacktest

import (
	"maps"
	"net/http"
	"strings"
)

// slackError is Slack's word for a call that is refused.
type slackError struct {
	word  string
	extra map[string]any
}

func no(word string) *slackError { return &slackError{word: word} }

// carryOut does a call and says what to answer with which status.
func (s *Server) carryOut(c *Call, p params, token string, bearer bool, bad string, f Fault) (map[string]any, int) {
	refuse := func(e *slackError) (map[string]any, int) {
		a := map[string]any{"ok": false, "error": e.word}
		maps.Copy(a, e.extra)
		return a, http.StatusOK
	}
	key := c.Method
	if c.Method == "chat.postMessage" {
		key += " " + p.Get("channel")
	}
	if after := s.limited(key, c.Method, f.RetryAfter); after > 0 {
		return map[string]any{"ok": false, "error": "ratelimited", "retry_after": after}, http.StatusTooManyRequests
	}
	if f.Status != 0 {
		return map[string]any{}, f.Status
	}
	if f.Error != "" {
		return refuse(no(f.Error))
	}
	if bad != "" {
		s.violate("%s: %s", c.Method, bad)
		return refuse(no(bad))
	}
	if e := s.authorize(c.Method, p, token, bearer); e != nil {
		return refuse(e)
	}
	do := methods[c.Method]
	if do == nil {
		s.violate("%s: no such method", c.Method)
		return refuse(&slackError{"unknown_method", map[string]any{"req_method": c.Method}})
	}
	a, e := do(s, p)
	if e != nil {
		if careless[e.word] && e != unseen {
			s.violate("%s: %s %v", c.Method, e.word, e.extra)
		}
		return refuse(e)
	}
	if a == nil {
		a = map[string]any{}
	}
	a["ok"] = true
	for _, scope := range s.scopesOf(c.Method, p) {
		s.used[scope] = true
	}
	return a, http.StatusOK
}

// careless are the errors that a careful client never causes; others come from
// what people and admins do meanwhile.
var careless = map[string]bool{
	"invalid_blocks": true, "invalid_arguments": true, "invalid_blocks_format": true, "no_text": true, "msg_too_long": true,
	"msg_blocks_too_long": true, "view_too_large": true, "push_limit_reached": true, "invalid_metadata_format": true,
	"cant_update_message": true, "cannot_dm_bot": true,
}

// authorize checks kind and place of the token, and the scopes.
func (s *Server) authorize(method string, p params, token string, bearer bool) *slackError {
	want := s.BotToken
	if method == "apps.connections.open" {
		want = s.AppToken
		if !bearer {
			s.violate("%s: the app token belongs into the Authorization header", method)
			return no("not_authed")
		}
	}
	switch {
	case token == "":
		s.violate("%s: no token", method)
		return no("not_authed")
	case s.revoked != "":
		return no(s.revoked)
	case token != want && (token == s.BotToken || token == s.AppToken):
		s.violate("%s: the wrong kind of token", method)
		return no("not_allowed_token_type")
	case token != want:
		return no("invalid_auth")
	}
	for _, scope := range s.scopesOf(method, p) {
		if !has(s.scopes, scope) {
			return &slackError{"missing_scope", map[string]any{"needed": scope, "provided": strings.Join(s.scopes, ",")}}
		}
	}
	return nil
}

type method func(*Server, params) (map[string]any, *slackError)
