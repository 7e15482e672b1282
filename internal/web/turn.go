package web

import (
	"context"
	"encoding/json"
	"fmt"

	"deskbell.dev/deskbell/internal/chat"
)

// turn is one thing that a person did, ready to be answered.
type turn struct {
	in     chat.Interaction
	hears  bool   // the handler is asked
	spoken string // words that everybody in the place sees
	errors map[string]string
}

// take does t once and returns the answer. A client that goes away meanwhile
// changes nothing: the answer is kept under the call's keys.
func (s *Server) take(ctx context.Context, c call, t turn) (any, error) {
	first, release, err := s.claim(ctx, c)
	if err != nil || first != nil {
		return first, err
	}
	defer release()
	ctx = context.WithoutCancel(ctx)
	t.in.Platform = s.Name()
	reply := chat.Reply{Errors: t.errors}
	asked := t.hears && len(t.errors) == 0
	if asked {
		handle, err := s.handler()
		if err != nil {
			return nil, err
		}
		if reply, err = handle.Ask(ctx, t.in); err != nil {
			return nil, err
		}
	}
	answer, err := s.settle(c, t, reply)
	if err != nil {
		return nil, err
	}
	if asked {
		s.after(ctx)
	}
	return answer, nil
}

// settle makes the reply and everything that goes with it one record.
func (s *Server) settle(c call, t turn, reply chat.Reply) (json.RawMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rec record
	var out wireReply
	if t.spoken != "" {
		m := s.newMessage(t.in.Place, chat.Message{Text: chat.Say(t.spoken)}, t.in.From.ID, "", 0)
		rec.Messages = append(rec.Messages, m)
		out.Message = toMessage(m)
	}
	if reply.Message != nil {
		m := s.answering(t.in, reply, len(rec.Messages))
		rec.Messages = append(rec.Messages, m)
		out.Message = toMessage(m)
	}
	if reply.Form != nil {
		rec.Form = &form{
			ID: s.state.newFormID(), As: t.in.From.ID, Key: fresh(), Place: t.in.Place,
			Message: t.in.Message.ID, Form: *reply.Form,
		}
		out.Form = toForm(*rec.Form)
	}
	if reply.Refusal != nil {
		out.Refusal = &wireRefusal{Rule: reply.Refusal.Rule, Text: reply.Refusal.Text}
	}
	out.Errors = reply.Errors
	answered, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	if len(c.keys) > 0 && len(reply.Errors) == 0 {
		rec.Answer = &answer{Keys: c.keys, Body: c.body, JSON: string(answered)}
	}
	return answered, s.commit(rec)
}

// answering is the message that a reply makes or changes; before new ones come
// ahead of it in the same record. An edit never turns what everybody sees into
// something private, nor the other way round.
func (s *Server) answering(in chat.Interaction, reply chat.Reply, before int) message {
	if old, ok := s.state.message(in.Message.ID); ok && reply.Edit && (old.To != "" || !reply.Message.Private) {
		old.Rev = s.state.rev + 1
		old.Body = s.Limits().Fit(*reply.Message)
		return old
	}
	to := ""
	if reply.Message.Private {
		to = in.From.ID
	}
	return s.newMessage(in.Place, *reply.Message, bot, to, before)
}

func (s *Server) newMessage(at chat.Place, m chat.Message, from, to string, before int) message {
	return message{
		ID: s.state.newMessageID(before), Rev: s.state.rev + 1, At: s.now(), In: at.Channel,
		Thread: at.Thread, From: from, To: to, Body: s.Limits().Fit(m),
	}
}

// commit writes r down, applies it and tells the open pages. s.mu is held.
func (s *Server) commit(r record) error {
	if s.log != nil {
		if err := s.log.append(r); err != nil {
			return fmt.Errorf("writing down what happened: %w", err)
		}
	}
	s.state.apply(r)
	s.publish(r)
	return nil
}
