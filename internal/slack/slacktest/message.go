package slacktest

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Message is a message as a person sees it.
type Message struct {
	Channel, TS string
	ThreadTS    string // of the thread's first message; "" outside of threads
	User        string // who wrote it; the app's own user for the app
	BotID       string // of the app, "" for people
	Text        string
	Blocks      json.RawMessage
	EphemeralTo string // who alone sees it
	Edited      bool
	Metadata    json.RawMessage
	Deleted     bool
	Mentions    []string // user ids that it pings
}

// Messages are those of a channel as a person sees them, threads included,
// oldest first.
func (s *Server) Messages(channel, asUser string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Message
	for _, m := range s.messages[channel] {
		if s.sees(m, asUser) {
			all = append(all, m.copy())
		}
	}
	return all
}

// Message is one message as it is now, deleted ones too; false if it never was.
func (s *Server) Message(channel, ts string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.message(channel, ts); m != nil {
		return m.copy(), true
	}
	return Message{}, false
}

func (m *Message) copy() Message {
	one := *m
	one.Blocks, one.Metadata, one.Mentions = slices.Clone(m.Blocks), slices.Clone(m.Metadata), slices.Clone(m.Mentions)
	return one
}

func (s *Server) sees(m *Message, user string) bool {
	c := s.channels[m.Channel]
	return c != nil && !m.Deleted && (!c.Private || has(c.Members, user)) && (m.EphemeralTo == "" || m.EphemeralTo == user)
}

func (s *Server) message(channel, ts string) *Message {
	for _, m := range s.messages[channel] {
		if m.TS == ts {
			return m
		}
	}
	return nil
}

// put adds a message; one of the app is something shown.
func (s *Server) put(m *Message) *Message {
	m.TS = s.ts()
	m.Mentions = s.mentions(m)
	s.messages[m.Channel] = append(s.messages[m.Channel], m)
	if m.BotID != "" {
		s.show(m.EphemeralTo, m.Channel)
	}
	s.touch()
	return m
}

// object is the message as the Web API and deliveries carry it.
func (s *Server) object(m *Message, metadata bool) map[string]any {
	o := map[string]any{"type": "message", "ts": m.TS, "text": m.Text, "user": m.User, "team": s.TeamID}
	if m.BotID != "" {
		o["bot_id"], o["app_id"] = m.BotID, s.AppID
	}
	if m.Blocks != nil {
		o["blocks"] = m.Blocks
	}
	if m.ThreadTS != "" {
		o["thread_ts"] = m.ThreadTS
	}
	if m.Edited {
		o["edited"] = map[string]any{"user": m.User, "ts": m.TS}
	}
	if metadata && m.Metadata != nil {
		o["metadata"] = m.Metadata
	}
	replies := 0
	for _, r := range s.messages[m.Channel] {
		if r.ThreadTS == m.TS && r.TS != m.TS && r.EphemeralTo == "" && !r.Deleted {
			replies++
		}
	}
	if replies > 0 {
		o["thread_ts"], o["reply_count"] = m.TS, replies
	}
	return o
}

var (
	broadcast = regexp.MustCompile(`<!(channel|here|everyone|subteam\^)[^>]*>`)
	known     = regexp.MustCompile(`<(?:[@#][A-Z0-9]+|!(?:channel|here|everyone|(?:subteam|date)\^[^<>|]*)|(?:https?://|mailto:|tel:|slack://)[^<>|]*)(?:\|[^<>]*)?>`)
	mention   = regexp.MustCompile(`<@([UW][A-Z0-9]+)(\|[^>]*)?>`)
)

// mentions lists whom a message pings. Pinging a crowd is a violation when the
// app does it.
func (s *Server) mentions(m *Message) []string {
	var all []string
	texts := append(liveTexts(m.Blocks), m.Text)
	for _, t := range texts {
		if hit := loose(t); hit != "" && m.BotID != "" {
			s.violate("somebody's < was not escaped in %s: %.80s", m.Channel, hit)
		}
		if hit := broadcast.FindString(t); hit != "" && m.BotID != "" {
			s.violate("a live mention of a crowd in %s: %s", m.Channel, hit)
		}
		for _, hit := range mention.FindAllStringSubmatch(t, -1) {
			if !has(all, hit[1]) {
				all = append(all, hit[1])
			}
		}
	}
	return all
}

// liveTexts are the texts in which mentions are alive; those of rich text are
// written as mrkdwn would have them.
func liveTexts(raw json.RawMessage) []string {
	var all []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		case map[string]any:
			switch str(v, "type") {
			case "mrkdwn":
				all = append(all, str(v, "text"))
			case "markdown": // where a < of one's own is allowed
				all = append(all, broadcast.FindAllString(str(v, "text"), -1)...)
			case "broadcast":
				all = append(all, "<!"+str(v, "range")+">")
			case "usergroup":
				all = append(all, "<!subteam^"+str(v, "usergroup_id")+">")
			case "user":
				all = append(all, "<@"+str(v, "user_id")+">")
			}
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	var blocks any
	if json.Unmarshal(raw, &blocks) == nil {
		walk(blocks)
	}
	slices.Sort(all)
	return all
}

// loose is the first < that begins no token of Slack's, with what follows it.
func loose(text string) string {
	rest := known.ReplaceAllString(text, "")
	if i := strings.IndexByte(rest, '<'); i >= 0 {
		return rest[i:]
	}
	return ""
}

// blockText is how many characters of text blocks hold together.
func blockText(raw json.RawMessage) int {
	n := 0
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		case map[string]any:
			for k, inner := range v {
				if t, ok := inner.(string); ok && k == "text" {
					n += utf8.RuneCountInString(t)
				}
				walk(inner)
			}
		}
	}
	var blocks any
	if json.Unmarshal(raw, &blocks) == nil {
		walk(blocks)
	}
	return n
}
