package web

import (
	"context"
	"net/http"
	"strings"
	"unicode/utf8"

	"deskbell.dev/deskbell/internal/chat"
)

type sayBody struct {
	As     string `json:"as"`
	In     string `json:"in"`
	Thread string `json:"thread"`
	Text   string `json:"text"`
	Key    string `json:"key"`
}

type pressBody struct {
	As      string  `json:"as"`
	Message string  `json:"message"`
	Action  string  `json:"action"`
	Value   *string `json:"value"`
	Key     string  `json:"key"`
}

type submitBody struct {
	As     string `json:"as"`
	Form   string `json:"form"`
	Values values `json:"values"`
	Key    string `json:"key"`
}

// say takes a typed line. One that begins with a slash, and everything said to
// Deskbell directly, goes to the handler; the rest is people talking.
func (s *Server) say(r *http.Request) (any, error) {
	var b sayBody
	if err := readBody(r, &b); err != nil {
		return nil, err
	}
	if err := need("as", b.As, "in", b.In, "text", strings.TrimSpace(b.Text)); err != nil {
		return nil, err
	}
	who, err := s.person(r.Context(), b.As)
	if err != nil {
		return nil, err
	}
	if !sees(b.As, b.In) {
		return nil, refuse(http.StatusNotFound, "%s sees no channel %q; GET /api/channels?as=%s lists them", b.As, b.In, b.As)
	}
	place := chat.Place{Channel: b.In, User: owner(b.In)}
	if b.Thread != "" {
		if place.Thread, err = s.thread(b); err != nil {
			return nil, err
		}
	}
	c, err := calling("say", b.Key, b.As, b.In, b.Thread, b.Text)
	if err != nil {
		return nil, err
	}
	command := strings.HasPrefix(strings.TrimSpace(b.Text), "/")
	if n, most := utf8.RuneCountInString(b.Text), s.Limits().Text; !command && n > most {
		return nil, refuse(http.StatusRequestEntityTooLarge, "that is %d characters, and a message holds %d; nothing was said. Say it in parts.", n, most)
	}
	turn := turn{hears: command || place.User != "", in: chat.Interaction{
		Kind: chat.Command, Key: c.key, From: who.User, Place: place, Text: b.Text,
	}}
	if !command {
		turn.spoken = b.Text
	}
	return s.take(r.Context(), c, turn)
}

// press takes a button or a menu's choice. The action's token goes on as given:
// the message may have been redrawn meanwhile, and the handler judges anew.
func (s *Server) press(r *http.Request) (any, error) {
	var b pressBody
	if err := readBody(r, &b); err != nil {
		return nil, err
	}
	if err := need("as", b.As, "message", b.Message, "action", b.Action); err != nil {
		return nil, err
	}
	who, err := s.person(r.Context(), b.As)
	if err != nil {
		return nil, err
	}
	m, err := s.seenMessage(b.As, b.Message)
	if err != nil {
		return nil, err
	}
	c, err := calling("press", b.Key, b.As, b.Message, b.Action, b.Value)
	if err != nil {
		return nil, err
	}
	in := chat.Interaction{
		Kind: chat.Press, Key: c.key, From: who.User, Place: m.place(), Token: b.Action, Message: m.ref(),
	}
	switch a, ok := findAction(m.Body.Card, b.Action); {
	case b.Value != nil:
		in.Value = *b.Value
	case ok && len(a.Options) > 0:
		return nil, refuse(http.StatusBadRequest, "%q is a menu: say which of its options with the key \"value\"", a.Label)
	case ok:
		in.Value = a.Value
	}
	return s.take(r.Context(), c, turn{hears: true, in: in})
}

// submit takes a filled-in form. A form is answered once: the same submission
// again gets the first answer, unless that was refused fields.
func (s *Server) submit(r *http.Request) (any, error) {
	var b submitBody
	if err := readBody(r, &b); err != nil {
		return nil, err
	}
	if err := need("as", b.As, "form", b.Form); err != nil {
		return nil, err
	}
	if b.Values == nil {
		return nil, refuse(http.StatusBadRequest, "the key \"values\" is missing: an object of answers by field name")
	}
	who, err := s.person(r.Context(), b.As)
	if err != nil {
		return nil, err
	}
	f, origin, err := s.openForm(b)
	if err != nil {
		return nil, err
	}
	c, err := calling("submit", b.Key, b.Form, b.Values)
	if err != nil {
		return nil, err
	}
	if b.Key == "" {
		c.key = "submit:" + f.Key
	}
	c.keys = append(c.keys, "form:"+f.ID)
	in := chat.Interaction{
		Kind: chat.Submit, Key: c.key, From: who.User, Place: f.Place,
		Token: f.Form.Token, Message: origin, Values: filled(f.Form, b.Values),
	}
	return s.take(r.Context(), c, turn{hears: true, in: in, errors: lacking(f.Form, in.Values)})
}

// calling is the call that says what under key.
func calling(kind, key string, what ...any) (call, error) {
	if len(key) > 200 {
		return call{}, refuse(http.StatusBadRequest, "the key is longer than 200 bytes")
	}
	body, err := fingerprint(what)
	if err != nil {
		return call{}, err
	}
	if key == "" {
		return call{key: kind + ":" + fresh(), body: body}, nil
	}
	key = kind + ":" + key
	return call{key: key, keys: []string{key}, body: body}, nil
}

// thread is the root that a line in a thread hangs on.
func (s *Server) thread(b sayBody) (string, error) {
	m, err := s.seenMessage(b.As, b.Thread)
	if err != nil {
		return "", err
	}
	if m.In != b.In {
		return "", refuse(http.StatusBadRequest, "message %s stands in %s, not in %s", m.ID, m.In, b.In)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.root(m.ID), nil
}

func (s *Server) seenMessage(as, id string) (message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.state.message(id)
	if !ok || !m.visible(as) {
		return message{}, refuse(http.StatusNotFound, "%s sees no message %q; GET /api/messages?as=%s&in=desk lists them", as, id, as)
	}
	return m, nil
}

func (s *Server) openForm(b submitBody) (form, chat.MessageRef, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.state.forms[b.Form]
	if !ok {
		return form{}, chat.MessageRef{}, refuse(http.StatusNotFound, "there is no form %q; a command or a press opens one", b.Form)
	}
	if f.As != b.As {
		return form{}, chat.MessageRef{}, refuse(http.StatusForbidden, "form %s was opened for somebody else, not for %s", f.ID, b.As)
	}
	if m, ok := s.state.message(f.Message); ok {
		return f, m.ref(), nil
	}
	return f, chat.MessageRef{}, nil
}

func findAction(c *chat.Card, token string) (chat.Action, bool) {
	if c == nil {
		return chat.Action{}, false
	}
	all := c.Actions
	for _, r := range c.Rows {
		all = append(all[:len(all):len(all)], r.Actions...)
	}
	for _, a := range all {
		if a.Token == token {
			return a, true
		}
	}
	return chat.Action{}, false
}

// handler is who answers, or why nobody does.
func (s *Server) handler() (chat.Handler, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.handle == nil {
		return nil, refuse(http.StatusServiceUnavailable, "the desk is still starting; nothing was changed")
	}
	return s.handle, nil
}

func (s *Server) after(ctx context.Context) {
	if s.cfg.After != nil {
		s.cfg.After(ctx)
	}
}
