package discordtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// taken is a message's body that was checked.
type taken struct {
	Flags      int
	Components []Component
	Pings      struct {
		Parse []string
		Users []string
	} `json:"allowed_mentions"`
	Nonce string
	Once  bool `json:"enforce_nonce"`
}

// take checks what a message is made of; false after refusing it.
func (s *Server) take(w http.ResponseWriter, in sent, schema string) (taken, bool) {
	var b taken
	err := Check(in.json, schema)
	if err == nil {
		err = json.Unmarshal(in.json, &b)
	}
	if err != nil {
		s.fail("%v\n%s", err, in.json)
		refuse(w, 400, 50035, "Invalid Form Body")
		return b, false
	}
	return b, true
}

func (s *Server) create(w http.ResponseWriter, r *http.Request, in sent) {
	c := s.channels[r.PathValue("channel")]
	switch {
	case c == nil:
		refuse(w, 404, 10003, "Unknown Channel")
		return
	case c.Hidden:
		refuse(w, 403, 50001, "Missing Access")
		return
	case c.Type == 1 && s.users[c.With].Closed:
		refuse(w, 403, 50007, "Cannot send messages to this user")
		return
	case c.Locked:
		refuse(w, 403, 50013, "Missing Permissions")
		return
	}
	c.Archived = false // a message brings it back
	b, ok := s.take(w, in, "MessageCreateRequest")
	if !ok {
		return
	}
	for _, m := range s.messages {
		if b.Once && !s.forgets && b.Nonce != "" && m.nonce == b.Nonce && m.Channel == c.ID {
			write(w, 200, s.wire(m))
			return
		}
	}
	m := s.put(&Message{Channel: c.ID, Author: Bot, Components: b.Components, Pings: b.Pings.Users, Files: in.files, nonce: b.Nonce, flags: b.Flags})
	write(w, 200, s.wire(m))
}

func (s *Server) wire(m *Message) map[string]any {
	return map[string]any{"id": m.ID, "channel_id": m.Channel, "author": map[string]string{"id": m.Author}, "components": m.Components, "flags": m.flags}
}

// list is what stands after a message, the newest first.
func (s *Server) list(w http.ResponseWriter, r *http.Request, _ sent) {
	channel, after := r.PathValue("channel"), r.URL.Query().Get("after")
	if s.channels[channel] == nil {
		refuse(w, 404, 10003, "Unknown Channel")
		return
	}
	all := []map[string]any{}
	for _, m := range slices.Backward(s.messages) {
		if m.Channel == channel && !m.Deleted && m.EphemeralTo == "" && (len(m.ID) > len(after) || len(m.ID) == len(after) && m.ID > after) && len(all) < 100 {
			all = append(all, s.wire(m))
		}
	}
	write(w, 200, all)
}

func (s *Server) edit(w http.ResponseWriter, r *http.Request, in sent) {
	m := s.message(r.PathValue("message"))
	switch {
	case s.channels[r.PathValue("channel")] == nil:
		refuse(w, 404, 10003, "Unknown Channel")
		return
	case s.channels[r.PathValue("channel")].Archived:
		refuse(w, 400, 50083, "Thread is archived")
		return
	case m == nil || m.Deleted || m.EphemeralTo != "" || m.Channel != r.PathValue("channel"):
		refuse(w, 404, 10008, "Unknown Message")
		return
	}
	if b, ok := s.take(w, in, "MessageEditRequestPartial"); ok {
		m.Components, m.Pings = b.Components, nil
		write(w, 200, s.wire(m))
	}
}

// thread begins one under a message: it has the message's id.
func (s *Server) thread(w http.ResponseWriter, r *http.Request, in sent) {
	root := s.message(r.PathValue("message"))
	switch {
	case root == nil || root.Deleted || root.Channel != r.PathValue("channel"):
		refuse(w, 404, 10008, "Unknown Message")
		return
	case s.channels[root.ID] != nil || s.begun[root.ID]:
		refuse(w, 400, 160004, "A thread has already been created for this message")
		return
	}
	var b struct{ Name string }
	if json.Unmarshal(in.json, &b) != nil || b.Name == "" || len(b.Name) > 100 {
		s.fail("a thread's name: %s", in.json)
	}
	s.channels[root.ID] = &Channel{ID: root.ID, Name: b.Name, Parent: root.Channel, Type: 11}
	write(w, 201, map[string]any{"id": root.ID})
}

// original changes what a deferred answer shows, or the message that was pressed on.
func (s *Server) original(w http.ResponseWriter, r *http.Request, in sent) {
	g := s.tokens[r.PathValue("token")]
	if g == nil || time.Since(g.at) > s.lives {
		refuse(w, 401, 50027, "Invalid Webhook Token")
		return
	}
	if !g.done { // the acknowledgement is still on its way
		refuse(w, 404, 10015, "Unknown Webhook")
		return
	}
	b, ok := s.take(w, in, "IncomingWebhookUpdateForInteractionCallbackRequestPartial")
	if !ok {
		return
	}
	m := g.shown
	if m == nil {
		m = g.on
	}
	if m == nil {
		refuse(w, 404, 10008, "Unknown Message")
		return
	}
	m.Components = b.Components
	write(w, 200, s.wire(m))
}

// follow is one more answer.
func (s *Server) follow(w http.ResponseWriter, r *http.Request, in sent) {
	g := s.tokens[r.PathValue("token")]
	if g == nil || time.Since(g.at) > s.lives {
		refuse(w, 401, 50027, "Invalid Webhook Token")
		return
	}
	if !g.done { // the acknowledgement is still on its way
		refuse(w, 404, 10015, "Unknown Webhook")
		return
	}
	if b, ok := s.take(w, in, "IncomingWebhookInteractionRequest"); ok {
		write(w, 200, s.wire(s.answered(g, b)))
	}
}

// answered shows an answer where the interaction was.
func (s *Server) answered(g *given, b taken) *Message {
	m := &Message{Channel: g.channel, Author: Bot, Components: b.Components, Pings: b.Pings.Users, flags: b.Flags}
	if b.Flags&(1<<6) != 0 {
		m.EphemeralTo = g.user
	}
	return s.put(m)
}
