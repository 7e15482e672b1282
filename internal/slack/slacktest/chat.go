package slacktest

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

var methods = map[string]method{
	"chat.postMessage": (*Server).postMessage, "chat.postEphemeral": (*Server).postEphemeral,
	"chat.update": (*Server).updateMessage, "chat.delete": (*Server).deleteMessage, "chat.getPermalink": (*Server).permalink,
	"reactions.add":         (*Server).react,
	"conversations.history": (*Server).history, "conversations.replies": (*Server).replies,
	"conversations.info": (*Server).channelInfo, "conversations.list": (*Server).channelList,
	"conversations.members": (*Server).channelMembers, "conversations.open": (*Server).openConversation,
	"users.info": (*Server).userInfo, "users.list": (*Server).userList, "users.lookupByEmail": (*Server).userByEmail,
	"bots.info": (*Server).botInfo, "team.info": (*Server).teamInfo, "auth.test": (*Server).authTest,
	"views.open": (*Server).openView, "views.push": (*Server).pushView, "views.update": (*Server).updateView, "views.publish": (*Server).publishView,
	"apps.connections.open":      (*Server).openSocket,
	"files.getUploadURLExternal": (*Server).uploadURL, "files.completeUploadExternal": (*Server).completeUpload,
}

// channel finds what the app may name; a person's id stands for the direct
// message.
func (s *Server) channel(id string) (*Channel, *slackError) {
	if u := s.users[id]; u != nil {
		if u.Bot {
			return nil, no("cannot_dm_bot")
		}
		return s.openDM(id), nil
	}
	c := s.channels[id]
	if c == nil || c.Deleted || c.Private && !has(c.Members, s.BotUserID) {
		return nil, no("channel_not_found")
	}
	return c, nil
}

// writable is a channel that the app may post into.
func (s *Server) writable(id string) (*Channel, *slackError) {
	c, e := s.channel(id)
	switch {
	case e != nil:
		return nil, e
	case c.Archived:
		return nil, no("is_archived")
	case !has(c.Members, s.BotUserID) && !has(s.scopes, "chat:write.public"):
		return nil, no("not_in_channel")
	}
	return c, nil
}

// content reads text, blocks and metadata of a post; what is left out stays as
// it is in m.
func (s *Server) content(p params, m *Message) *slackError {
	if p.Has("text") {
		m.Text = p.Get("text")
	}
	if p.Has("blocks") {
		blocks, e := s.readBlocks(p.Get("blocks"), inMessage)
		if e != nil {
			return e
		}
		m.Blocks = blocks
		if e := s.showFiles(blocks); e != nil {
			return e
		}
	}
	if p.Has("metadata") {
		meta, e := readMetadata(p.Get("metadata"))
		if e != nil {
			return e
		}
		m.Metadata = meta
	}
	switch {
	case m.Text == "" && m.Blocks == nil:
		return no("no_text")
	case utf8.RuneCountInString(m.Text) > 40000:
		return no("msg_too_long")
	case blockText(m.Blocks) > 13200:
		return no("msg_blocks_too_long")
	}
	if m.Text == "" {
		s.violate("a message without text: notifications and screen readers show nothing of it")
	}
	if (p.Get("parse") == "full" || truthy(p.Get("link_names"))) && strings.Contains(m.Text, "@") {
		s.violate("names in the text come alive by parse or link_names")
	}
	return nil
}

// readMetadata takes an event type and a payload of scalars and of objects and
// lists one level deep.
func readMetadata(raw string) (json.RawMessage, *slackError) {
	var o struct {
		Type    string         `json:"event_type"`
		Payload map[string]any `json:"event_payload"`
	}
	if json.Unmarshal([]byte(raw), &o) != nil {
		return nil, no("invalid_metadata_format")
	}
	if o.Type == "" && o.Payload == nil {
		return nil, nil
	}
	if o.Type == "" || o.Payload == nil {
		return nil, no("invalid_metadata_format")
	}
	for _, v := range o.Payload {
		inner := items(v)
		for _, one := range obj(v) {
			inner = append(inner, one)
		}
		for _, one := range inner {
			if obj(one) != nil || items(one) != nil {
				return nil, no("invalid_metadata_format")
			}
		}
	}
	return json.RawMessage(raw), nil
}

func (s *Server) thread(c *Channel, ts string) *slackError {
	if ts == "" {
		return nil
	}
	if root := s.message(c.ID, ts); root == nil || root.Deleted || root.EphemeralTo != "" {
		return no("thread_not_found")
	}
	return nil
}

func (s *Server) postMessage(p params) (map[string]any, *slackError) {
	c, e := s.writable(p.Get("channel"))
	if e != nil {
		return nil, e
	}
	if e := s.thread(c, p.Get("thread_ts")); e != nil {
		return nil, e
	}
	m := &Message{Channel: c.ID, ThreadTS: p.Get("thread_ts"), User: s.BotUserID, BotID: s.BotID}
	if e := s.content(p, m); e != nil {
		return nil, e
	}
	s.put(m)
	s.tell(m, "", nil)
	return map[string]any{"channel": c.ID, "ts": m.TS, "message": s.object(m, true)}, nil
}

func (s *Server) postEphemeral(p params) (map[string]any, *slackError) {
	c, e := s.writable(p.Get("channel"))
	if e != nil {
		return nil, e
	}
	user := p.Get("user")
	if !has(c.Members, user) {
		return nil, no("user_not_in_channel")
	}
	m := &Message{Channel: c.ID, ThreadTS: p.Get("thread_ts"), User: s.BotUserID, BotID: s.BotID, EphemeralTo: user}
	if e := s.content(p, m); e != nil {
		return nil, e
	}
	s.put(m)
	return map[string]any{"message_ts": m.TS}, nil
}

// own is a message of the app that it may change.
func (s *Server) own(p params, otherwise string) (*Message, *slackError) {
	c, e := s.channel(p.Get("channel"))
	if e != nil {
		return nil, e
	}
	m := s.message(c.ID, p.Get("ts"))
	switch {
	case m == nil || m.Deleted || m.EphemeralTo != "":
		return nil, no("message_not_found")
	case m.BotID != s.BotID:
		return nil, no(otherwise)
	}
	return m, nil
}

func (s *Server) updateMessage(p params) (map[string]any, *slackError) {
	m, e := s.own(p, "cant_update_message")
	if e != nil {
		return nil, e
	}
	if s.channels[m.Channel].Archived {
		return nil, no("is_inactive")
	}
	before := m.copy()
	after := m.copy()
	if e := s.content(p, &after); e != nil {
		return nil, e
	}
	after.Edited = true
	after.Mentions = s.mentions(&after)
	*m = after
	s.show("", m.Channel)
	s.tell(m, "message_changed", &before)
	return map[string]any{"channel": m.Channel, "ts": m.TS, "text": m.Text, "message": s.object(m, true)}, nil
}

func (s *Server) deleteMessage(p params) (map[string]any, *slackError) {
	m, e := s.own(p, "cant_delete_message")
	if e != nil {
		return nil, e
	}
	before := m.copy()
	m.Deleted = true
	s.show("", m.Channel)
	s.tell(m, "message_deleted", &before)
	return map[string]any{"channel": m.Channel, "ts": m.TS}, nil
}

func (s *Server) permalink(p params) (map[string]any, *slackError) {
	c, e := s.channel(p.Get("channel"))
	if e != nil {
		return nil, e
	}
	m := s.message(c.ID, p.Get("message_ts"))
	if m == nil || m.Deleted {
		return nil, no("message_not_found")
	}
	link := fmt.Sprintf("https://desk.slack.com/archives/%s/p%s", c.ID, strings.ReplaceAll(m.TS, ".", ""))
	if m.ThreadTS != "" {
		link += "?thread_ts=" + m.ThreadTS + "&cid=" + c.ID
	}
	return map[string]any{"channel": c.ID, "permalink": link}, nil
}

func (s *Server) react(p params) (map[string]any, *slackError) {
	c, e := s.channel(p.Get("channel"))
	if e != nil {
		return nil, e
	}
	m := s.message(c.ID, p.Get("timestamp"))
	switch {
	case m == nil || m.Deleted:
		return nil, no("message_not_found")
	case p.Get("name") == "":
		return nil, no("no_reaction")
	}
	s.show("", c.ID)
	return nil, nil
}
