package web

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
)

// Name is the platform's word in identities and keys.
func (s *Server) Name() string { return "web" }

// Limits are wide, so that a script reads whole tickets; a page of rows is what
// fits a screen.
func (s *Server) Limits() chat.Limits {
	return chat.Limits{Title: 300, Text: 8000, Field: 2000, Label: 75, Actions: 6, Rows: 10, Options: 100}
}

// Post shows m in a channel, a thread, or a person's direct messages. A private
// m in a channel is for at.User. The same key posts once, across restarts too.
// ErrGone if there is no such place, thread or person.
func (s *Server) Post(ctx context.Context, at chat.Place, m chat.Message, key string, _ time.Time) (chat.MessageRef, error) {
	if at.Channel == "" {
		at.Channel = dmPrefix + at.User
	} else if whose := owner(at.Channel); whose != "" {
		at.User = whose
	}
	to := ""
	if m.Private {
		to = at.User
	}
	if err := s.reachable(ctx, at, m.Private); err != nil {
		return chat.MessageRef{}, fmt.Errorf("web: post %s: %w", key, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if id, ok := s.state.posted[key]; ok && key != "" {
		was, _ := s.state.message(id)
		return was.ref(), nil
	}
	if at.Thread != "" {
		root, ok := s.state.message(s.state.root(at.Thread))
		if !ok || root.In != at.Channel {
			return chat.MessageRef{}, fmt.Errorf("web: post %s: thread %s: %w", key, at.Thread, chat.ErrGone)
		}
		at.Thread = root.ID
	}
	msg := s.newMessage(at, m, bot, to, 0)
	if err := s.commit(record{Messages: []message{msg}, PostKey: key}); err != nil {
		return chat.MessageRef{}, fmt.Errorf("web: post %s: %w", key, err)
	}
	return msg.ref(), nil
}

func (s *Server) reachable(ctx context.Context, at chat.Place, private bool) error {
	for _, who := range []string{at.User, owner(at.Channel)} {
		if who == "" {
			continue
		}
		if _, err := s.person(ctx, who); errors.As(err, new(failure)) {
			return fmt.Errorf("%s: %w", who, chat.ErrGone)
		} else if err != nil {
			return err
		}
	}
	if private && at.User == "" {
		return errors.New("a private message needs the person it is for")
	}
	if at.Channel != desk && owner(at.Channel) == "" {
		return fmt.Errorf("channel %q: %w", at.Channel, chat.ErrGone)
	}
	return nil
}

// Edit replaces what a message shows; who sees it stays as it is.
func (s *Server) Edit(_ context.Context, ref chat.MessageRef, m chat.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	was, ok := s.state.message(ref.ID)
	if !ok {
		return fmt.Errorf("web: edit %s: %w", ref.ID, chat.ErrGone)
	}
	was.Body = s.Limits().Fit(m)
	if err := s.commit(record{Messages: []message{was}}); err != nil {
		return fmt.Errorf("web: edit %s: %w", ref.ID, err)
	}
	return nil
}

// Find looks a person up by handle, @handle, <@handle> or whole name; handles
// go first. ErrUnknown if nobody or several are called that.
func (s *Server) Find(ctx context.Context, who string) (chat.User, error) {
	people, err := s.cfg.People(ctx)
	if err != nil {
		return chat.User{}, fmt.Errorf("web: people: %w", err)
	}
	word := strings.TrimSpace(who)
	if inner, ok := strings.CutPrefix(word, "<@"); ok {
		word, _, _ = strings.Cut(strings.TrimSuffix(inner, ">"), "|")
	}
	word = strings.TrimPrefix(word, "@")
	var named []chat.User
	for _, p := range people {
		if strings.EqualFold(p.Handle, word) {
			return p.User, nil
		}
		if strings.EqualFold(p.Name, word) {
			named = append(named, p.User)
		}
	}
	if len(named) != 1 {
		return chat.User{}, fmt.Errorf("web: %q: %w", who, chat.ErrUnknown)
	}
	return named[0], nil
}

// Channel knows the one that the playground has.
func (s *Server) Channel(_ context.Context, name string) (string, error) {
	if name != desk {
		return "", fmt.Errorf("web: channel %q: %w", name, chat.ErrUnknown)
	}
	return desk, nil
}

// SendMail shows m in the mail pane. The same key sends once, across restarts
// too.
func (s *Server) SendMail(_ context.Context, key string, m Mail) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.mailKeys[key] {
		return nil
	}
	if m.At.IsZero() {
		m.At = s.now()
	}
	m.At = m.At.UTC()
	if err := s.commit(record{Mail: &m, MailKey: key}); err != nil {
		return fmt.Errorf("web: mail %s: %w", key, err)
	}
	return nil
}
