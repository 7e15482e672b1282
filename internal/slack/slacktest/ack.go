package slacktest

import (
	"bytes"
	"encoding/json"
	"strings"
)

// apply does what the answer to a delivery says. Call it with mu held.
func (s *Server) apply(d *Delivery, contentType string) {
	body := bytes.TrimSpace(d.body)
	switch str(d.Payload, "type") {
	case "": // a command
		s.applyCommand(d, body, contentType)
	case "view_submission":
		s.applySubmission(d, body)
	case "block_suggestion":
		s.applyOptions(d, body)
	case "event_callback":
	default:
		if len(body) > 0 {
			s.violate("an answer to %s shows nothing: %.80s", d.name(), body)
		}
	}
}

// applyCommand shows what a command was answered with: nothing, words or a
// message.
func (s *Server) applyCommand(d *Delivery, body []byte, contentType string) {
	if len(body) == 0 {
		return
	}
	if !strings.HasPrefix(contentType, "application/json") {
		s.put(&Message{Channel: d.channel, User: s.BotUserID, BotID: s.BotID, Text: string(body), EphemeralTo: d.user})
		return
	}
	p, ok := flat(body)
	if !ok {
		s.violate("the answer to %s is no message: %.80s", d.name(), body)
		d.failed = "dispatch_failed"
		return
	}
	if u := s.urls[urlID(d.ResponseURL)]; u != nil {
		if e := s.answer(u, p); e != nil {
			s.violate("the answer to %s: %s %v", d.name(), e.word, e.extra)
			d.failed = e.word
		}
	}
}

// flat reads a JSON object as arguments of a call.
func flat(body []byte) (params, bool) {
	var all map[string]json.RawMessage
	if json.Unmarshal(body, &all) != nil {
		return params{}, false
	}
	p := params{map[string][]string{}}
	for k, raw := range all {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		if string(raw) != "null" {
			p.Set(k, text)
		}
	}
	return p, true
}

// trouble is what a person sees whose form was answered wrongly.
func (s *Server) trouble(d *Delivery, format string, args ...any) {
	s.violate("the answer to a submission: "+format, args...)
	d.failed = "view_submission_failed"
}

// applySubmission closes, replaces or keeps open the modal that was submitted.
func (s *Server) applySubmission(d *Delivery, body []byte) {
	v, user := s.viewByID(d.view)
	if v == nil {
		return // closed meanwhile
	}
	if len(body) == 0 {
		s.closeView(user, v.ID)
		return
	}
	var a struct {
		Action string            `json:"response_action"`
		View   json.RawMessage   `json:"view"`
		Errors map[string]string `json:"errors"`
	}
	if err := json.Unmarshal(body, &a); err != nil {
		s.trouble(d, "%v", err)
		return
	}
	switch a.Action {
	case "":
		if string(body) != "{}" {
			s.trouble(d, "no response_action: %.80s", body)
			return
		}
		s.closeView(user, v.ID)
	case "clear":
		s.stacks[user] = nil
		s.touch()
	case "update", "push":
		next, e := s.readView(string(a.View), inModal, user)
		if e == nil && a.Action == "push" {
			e = s.push(user, next)
		} else if e == nil {
			s.replace(v, next)
		}
		if e != nil {
			s.trouble(d, "%s: %s %v", a.Action, e.word, e.extra)
		}
	case "errors":
		inputs := map[string]bool{}
		for _, e := range elementsOf(v.Blocks) {
			inputs[e.BlockID] = inputs[e.BlockID] || e.Input
		}
		for block := range a.Errors {
			if !inputs[block] {
				s.trouble(d, "an error for %q, which is no input of the view", block)
				return
			}
		}
		if len(a.Errors) == 0 {
			s.trouble(d, "errors without any")
			return
		}
		v.Errors = a.Errors
		s.show(user, "")
	default:
		s.trouble(d, "response_action %q", a.Action)
	}
}

// closeView takes a modal away; those below it come to light.
func (s *Server) closeView(user, id string) {
	for i, v := range s.stacks[user] {
		if v.ID == id {
			s.stacks[user] = s.stacks[user][:i]
			break
		}
	}
	s.touch()
}

// applyOptions takes the choices that a search found.
func (s *Server) applyOptions(d *Delivery, body []byte) {
	var a struct {
		Options []map[string]any `json:"options"`
		Groups  []map[string]any `json:"option_groups"`
	}
	if err := json.Unmarshal(body, &a); err != nil {
		s.violate("the answer to a search: %v: %.80s", err, body)
		d.failed = "invalid_options"
		return
	}
	all := a.Options
	for _, g := range a.Groups {
		for _, o := range items(g["options"]) {
			all = append(all, obj(o))
		}
	}
	var c check
	if len(all) > 100 {
		c.bad("/options", "no more than 100 allowed, has %d", len(all))
	}
	for _, o := range all {
		c.option("/options", o)
		d.options = append(d.options, Option{Text: str(obj(o["text"]), "text"), Value: str(o, "value"), Description: str(obj(o["description"]), "text")})
	}
	if len(c.errs) > 0 {
		s.violate("the answer to a search: %v", c.errs)
		d.failed, d.options = "invalid_options", nil
	}
	s.offered[d.spot] = d.options
	s.touch()
}
