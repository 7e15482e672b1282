package slacktest

import (
	"regexp"
	"strings"
)

var (
	entities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	// picked is a token that somebody's client put in for a name.
	picked = regexp.MustCompile(`&lt;([@#])([A-Z0-9]+)(?:\|[^&]*)?&gt;`)
	named  = regexp.MustCompile(`(^|[\s(])([@#])([\w.-]*\w)`)
	linked = regexp.MustCompile(`(^|[\s(])(https?://[^\s<>|]+[^\s<>|.,;:!?)])`)
	mailed = regexp.MustCompile(`(^|[\s(])([\w.+-]+@[\w-]+(?:\.[\w-]+)+)`)
)

// escaped is what somebody typed as Slack hands it on: people and channels as
// tokens (with their names in a command that escapes, without in a message),
// addresses as links, and &, < and > as entities.
func (s *Server) escaped(text string, labels bool) string {
	text = entities.Replace(text)
	text = linked.ReplaceAllString(text, "$1<$2>")
	text = mailed.ReplaceAllString(text, "$1<mailto:$2|$2>")
	text = picked.ReplaceAllStringFunc(text, func(hit string) string {
		g := picked.FindStringSubmatch(hit)
		return s.token(hit, g[1], g[2], "", labels)
	})
	return named.ReplaceAllStringFunc(text, func(hit string) string {
		g := named.FindStringSubmatch(hit)
		return g[1] + s.token(hit[len(g[1]):], g[2], "", g[3], labels)
	})
}

// token is what stands for the person or channel of an id or name; hit if there
// is none.
func (s *Server) token(hit, sign, id, name string, labels bool) string {
	made := func(id, label string) string {
		if labels {
			return "<" + sign + id + "|" + label + ">"
		}
		return "<" + sign + id + ">"
	}
	if sign == "@" {
		for _, u := range s.users {
			if u.ID == id || id == "" && u.Name == name {
				return made(u.ID, u.Name)
			}
		}
		return hit
	}
	for _, c := range s.channels {
		if c.IM == "" && (c.ID == id || id == "" && c.Name == name) {
			return made(c.ID, c.Name)
		}
	}
	return hit
}
