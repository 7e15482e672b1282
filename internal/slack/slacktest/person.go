package slacktest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Person acts as somebody would in their Slack client. What the client would not
// let them do fails the test and sends nothing.
type Person struct {
	s  *Server
	id string
}

// User is a person to act as; the id was given to [Server.AddUser].
func (s *Server) User(id string) *Person {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users[id] == nil {
		s.t.Errorf("slacktest: no user %s", id)
		s.users[id] = &User{ID: id, Name: strings.ToLower(id), TeamID: s.TeamID}
	}
	return &Person{s, id}
}

// Slash types a command into a channel or direct message.
func (p *Person) Slash(channel, command, text string) *Delivery {
	p.s.t.Helper()
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	if c == nil || c.Private && !has(c.Members, p.id) {
		return s.dead("%s does not see %s", p.id, channel)
	}
	u := s.users[p.id]
	d := &Delivery{Kind: "command", user: p.id, channel: channel, TriggerID: s.newTrigger(p.id, false), ResponseURL: s.newURL(p.id, channel, nil), scope: "commands"}
	d.Payload = map[string]any{
		"token": "verification", "team_id": s.TeamID, "team_domain": "desk", "channel_id": channel, "channel_name": c.nameOf(),
		"user_id": p.id, "user_name": u.Name, "command": command, "text": s.escaped(text, true), "api_app_id": s.AppID,
		"is_enterprise_install": "false", "response_url": d.ResponseURL, "trigger_id": d.TriggerID,
	}
	return s.send(d)
}

// SlashInThread is what Slack refuses: a command of an app within a thread.
func (p *Person) SlashInThread(channel, threadTS, command, text string) error {
	return fmt.Errorf("%s is not supported in threads", command)
}

// interaction has what all interactions carry.
func (p *Person) interaction(kind string, more map[string]any) *Delivery {
	s, u := p.s, p.s.users[p.id]
	d := &Delivery{Kind: "interaction", user: p.id, Payload: map[string]any{
		"type": kind, "token": "verification", "api_app_id": s.AppID, "team": map[string]any{"id": s.TeamID, "domain": "desk"},
		"user":       map[string]any{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": u.TeamID},
		"enterprise": nil, "is_enterprise_install": false,
	}}
	maps.Copy(d.Payload, more)
	return d
}

// seen is the message as it stands now, if the person sees it.
func (p *Person) seen(m Message) *Message {
	now := p.s.message(m.Channel, m.TS)
	if now == nil || !p.s.sees(now, p.id) {
		return nil
	}
	return now
}

// Press uses a button, menu or overflow menu of a message: value is the chosen
// option's, or tells buttons of one action apart. A button that went away since m
// was read may still be pressed, as by somebody quick.
func (p *Person) Press(m Message, actionID, value string) *Delivery {
	p.s.t.Helper()
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	now := p.seen(m)
	if now == nil {
		return s.dead("%s does not see the message %s in %s", p.id, m.TS, m.Channel)
	}
	action, err := s.action(slices.Concat(elementsOf(now.Blocks), elementsOf(m.Blocks)), actionID, value, m.Channel+"/"+m.TS, nil)
	if err != nil {
		return s.dead("press %s in message %s: %v", actionID, m.TS, err)
	}
	d := p.interaction("block_actions", map[string]any{
		"container": map[string]any{"type": "message", "message_ts": m.TS, "channel_id": m.Channel, "is_ephemeral": now.EphemeralTo != ""},
		"channel":   map[string]any{"id": m.Channel, "name": s.channels[m.Channel].nameOf()},
		"actions":   []any{action}, "state": map[string]any{"values": stateOf(action)},
	})
	if now.ThreadTS != "" {
		obj(d.Payload["container"])["thread_ts"] = now.ThreadTS
	}
	if now.EphemeralTo == "" {
		d.Payload["message"] = s.object(now, true)
	}
	d.channel = m.Channel
	d.TriggerID, d.ResponseURL = s.newTrigger(p.id, false), s.newURL(p.id, m.Channel, now)
	d.Payload["trigger_id"], d.Payload["response_url"] = d.TriggerID, d.ResponseURL
	return s.send(d)
}

// stateOf is the state of a message after an action.
func stateOf(action map[string]any) map[string]any {
	k := kept[str(action, "type")].key
	if k == "" || str(action, "type") == "overflow" {
		return map[string]any{}
	}
	return map[string]any{str(action, "block_id"): map[string]any{str(action, "action_id"): map[string]any{"type": action["type"], k: action[k]}}}
}

// action is what block_actions says of one press. With v the choice is kept in
// the view.
func (s *Server) action(all []element, actionID, value, at string, v *view) (map[string]any, error) {
	err := fmt.Errorf("no such action")
	for _, e := range all {
		if e.ActionID != actionID {
			continue
		}
		a := map[string]any{"type": e.Type, "action_id": e.ActionID, "block_id": e.BlockID, "action_ts": s.ts()}
		if e.Type == "button" {
			if own := str(e.raw, "value"); value != "" && own != value {
				err = fmt.Errorf("the button's value is %q", own)
				continue
			} else if own != "" {
				a["value"] = own
			}
			a["text"] = e.raw["text"]
			return a, nil
		}
		if e.Input && !e.Dispatch {
			err = fmt.Errorf("an input without dispatch_action tells nothing")
			continue
		}
		state, wrong := s.choose(e, value, s.offered[offer(at, e.BlockID, e.ActionID)])
		if wrong != nil {
			err = wrong
			continue
		}
		maps.Copy(a, state)
		if v != nil && e.Type != "overflow" {
			v.set(e, state)
		}
		return a, nil
	}
	return nil, err
}

// offer names the choices that a search found for an element.
func offer(at, block, action string) string { return strings.Join([]string{at, block, action}, "\x00") }

// MessageShortcut uses a shortcut of the app on a message, which no ephemeral
// one offers.
func (p *Person) MessageShortcut(callbackID string, m Message) *Delivery {
	p.s.t.Helper()
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	now := p.seen(m)
	if now == nil || now.EphemeralTo != "" {
		return s.dead("no shortcut on the message %s for %s", m.TS, p.id)
	}
	d := p.interaction("message_action", map[string]any{
		"callback_id": callbackID, "action_ts": s.ts(), "message_ts": m.TS, "message": s.object(now, true),
		"channel": map[string]any{"id": m.Channel, "name": s.channels[m.Channel].nameOf()},
	})
	d.channel, d.scope = m.Channel, "commands"
	d.TriggerID, d.ResponseURL = s.newTrigger(p.id, false), s.newURL(p.id, m.Channel, nil)
	d.Payload["trigger_id"], d.Payload["response_url"] = d.TriggerID, d.ResponseURL
	return s.send(d)
}

// GlobalShortcut uses a shortcut of the app from the search or the + menu.
func (p *Person) GlobalShortcut(callbackID string) *Delivery {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	d := p.interaction("shortcut", map[string]any{"callback_id": callbackID, "action_ts": s.ts()})
	d.scope, d.TriggerID = "commands", s.newTrigger(p.id, false)
	d.Payload["trigger_id"] = d.TriggerID
	return s.send(d)
}

// OpenHome opens the app's home; nil if the app hears of no events.
func (p *Person) OpenHome() *Delivery {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	e := map[string]any{"type": "app_home_opened", "user": p.id, "channel": s.openDM(p.id).ID, "tab": "home", "event_ts": s.ts()}
	if v := s.homes[p.id]; v != nil {
		e["view"] = s.viewObject(v)
	}
	return s.event("", e)
}

// Say writes into a channel, or a thread of it. Mentions are typed as <@U1> or
// @name.
func (p *Person) Say(channel, threadTS, text string) Message {
	p.s.t.Helper()
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	if c == nil || c.Archived || c.Deleted || !has(c.Members, p.id) || s.thread(c, threadTS) != nil {
		s.t.Errorf("slacktest: %s cannot write into %s %s", p.id, channel, threadTS)
		return Message{}
	}
	m := s.put(&Message{Channel: channel, ThreadTS: threadTS, User: p.id, Text: s.escaped(text, false)})
	s.tell(m, "", nil)
	return m.copy()
}

// EditMessage changes what the person wrote.
func (p *Person) EditMessage(m Message, text string) { p.change(m, &text) }

// DeleteMessage takes back what the person wrote.
func (p *Person) DeleteMessage(m Message) { p.change(m, nil) }

func (p *Person) change(m Message, text *string) {
	p.s.t.Helper()
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	now := p.seen(m)
	if now == nil || now.User != p.id {
		s.t.Errorf("slacktest: %s may not change the message %s", p.id, m.TS)
		return
	}
	before := now.copy()
	if text == nil {
		now.Deleted = true
		s.tell(now, "message_deleted", &before)
		return
	}
	now.Text, now.Edited = s.escaped(*text, false), true
	now.Mentions = s.mentions(now)
	s.tell(now, "message_changed", &before)
}
