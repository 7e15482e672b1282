package slacktest

import (
	"context"
	"maps"
	"slices"
)

// open is the view as it stands now, if the person has it open.
func (p *Person) open(v View) *view {
	now, user := p.s.viewByID(v.ID)
	if now == nil || user != p.id {
		return nil
	}
	return now
}

// PressView uses a button or menu in a modal or in App Home. What is chosen
// stays chosen.
func (p *Person) PressView(v View, actionID, value string) *Delivery {
	p.s.t.Helper()
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	now := p.open(v)
	if now == nil {
		return s.dead("%s has no view %s open", p.id, v.ID)
	}
	action, err := s.action(elementsOf(now.Blocks), actionID, value, now.ID, now)
	if err != nil {
		return s.dead("press %s in view %s: %v", actionID, v.ID, err)
	}
	d := p.interaction("block_actions", map[string]any{
		"container": map[string]any{"type": "view", "view_id": now.ID}, "actions": []any{action}, "view": s.viewObject(now),
	})
	d.view, d.TriggerID = now.ID, s.newTrigger(p.id, now.Type == "modal")
	d.Payload["trigger_id"] = d.TriggerID
	return s.send(d)
}

// fill types values, by action id. Call it with mu held.
func (p *Person) fill(v *view, values map[string]string) bool {
	p.s.t.Helper()
	all := elementsOf(v.Blocks)
	for _, id := range slices.Sorted(maps.Keys(values)) {
		i := slices.IndexFunc(all, func(e element) bool { return e.ActionID == id && kept[e.Type].key != "" })
		if i < 0 {
			p.s.t.Errorf("slacktest: the form %q has no field %s", v.Title, id)
			return false
		}
		state, err := p.s.choose(all[i], values[id], p.s.offered[offer(v.ID, all[i].BlockID, id)])
		if err != nil {
			p.s.t.Errorf("slacktest: the form %q does not take %s: %v", v.Title, id, err)
			return false
		}
		v.set(all[i], state)
	}
	return true
}

// Fill types and chooses without submitting: text, an option's value, a user's
// or channel's id, "2026-03-02", "09:00"; several parted by spaces; "" empties.
func (p *Person) Fill(v View, values map[string]string) {
	p.s.t.Helper()
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	now := p.open(v)
	if now == nil {
		s.t.Errorf("slacktest: %s has no view %s open", p.id, v.ID)
		return
	}
	p.fill(now, values)
}

// Submit fills in as [Person.Fill] does and submits. The form must be on top,
// and what is required filled in.
func (p *Person) Submit(v View, values map[string]string) *Delivery {
	p.s.t.Helper()
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	now, stack := p.open(v), s.stacks[p.id]
	if now == nil || len(stack) == 0 || stack[len(stack)-1] != now {
		return s.dead("the form %s is not on top for %s", v.ID, p.id)
	}
	if !p.fill(now, values) {
		return s.dead("the form %q was not submitted", now.Title)
	}
	if now.Submit == "" {
		return s.dead("the form %q has no submit button", now.Title)
	}
	state := now.state()
	for _, e := range elementsOf(now.Blocks) {
		if e.Input && !e.Optional && empty(obj(state[e.BlockID][e.ActionID])) {
			return s.dead("the form %q requires %s", now.Title, e.ActionID)
		}
	}
	now.Errors = nil
	d := p.interaction("view_submission", map[string]any{"view": s.viewObject(now), "response_urls": []any{}})
	d.view, d.TriggerID = now.ID, s.newTrigger(p.id, true)
	d.Payload["trigger_id"] = d.TriggerID
	return s.send(d)
}

// CloseView closes a modal, all of them if it says so; the app is told if it
// asked for it.
func (p *Person) CloseView(v View) {
	p.s.t.Helper()
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	now := p.open(v)
	if now == nil || now.Type != "modal" {
		s.t.Errorf("slacktest: %s has no modal %s open", p.id, v.ID)
		return
	}
	if now.notifyOnClose {
		s.send(p.interaction("view_closed", map[string]any{"view": s.viewObject(now), "is_cleared": now.clearOnClose}))
	}
	if now.clearOnClose {
		s.stacks[p.id] = nil
		return
	}
	s.closeView(p.id, now.ID)
}

// Surface is where a menu stands: a [Message] or a [View].
type Surface interface {
	spot() (channel, id string)
}

func (m Message) spot() (string, string) { return m.Channel, m.TS }
func (v View) spot() (string, string)    { return "", v.ID }

// Suggest types into a menu that searches, and waits for what it offers.
func (p *Person) Suggest(at Surface, actionID, typed string) ([]Option, *Delivery) {
	p.s.t.Helper()
	d := p.suggest(at, actionID, typed)
	ctx, cancel := context.WithTimeout(p.s.ctx, 2*ackWithin)
	defer cancel()
	_ = d.Wait(ctx) // what failed is written in d
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return slices.Clone(d.options), d
}

func (p *Person) suggest(at Surface, actionID, typed string) *Delivery {
	p.s.t.Helper()
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	channel, id := at.spot()
	more := map[string]any{"action_id": actionID, "value": typed}
	var all []element
	spot := id
	if channel == "" {
		if v, user := s.viewByID(id); v != nil && user == p.id {
			all = elementsOf(v.Blocks)
			more["view"], more["container"] = s.viewObject(v), map[string]any{"type": "view", "view_id": id}
		}
	} else if m := s.message(channel, id); m != nil && s.sees(m, p.id) {
		all, spot = elementsOf(m.Blocks), channel+"/"+id
		more["container"] = map[string]any{"type": "message", "message_ts": id, "channel_id": channel, "is_ephemeral": m.EphemeralTo != ""}
		more["channel"] = map[string]any{"id": channel, "name": s.channels[channel].nameOf()}
		if m.EphemeralTo == "" {
			more["message"] = s.object(m, true)
		}
	}
	i := slices.IndexFunc(all, func(e element) bool {
		return e.ActionID == actionID && (e.Type == "external_select" || e.Type == "multi_external_select")
	})
	if i < 0 {
		return s.dead("no search %s there for %s", actionID, p.id)
	}
	if least := number(all[i].raw, "min_query_length", 3); len([]rune(typed)) < least {
		return s.dead("%s searches from %d characters on", actionID, least)
	}
	more["block_id"] = all[i].BlockID
	d := p.interaction("block_suggestion", more)
	d.channel, d.spot = channel, offer(spot, all[i].BlockID, actionID)
	return s.send(d)
}
