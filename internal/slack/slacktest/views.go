package slacktest

import (
	"slices"
	"time"
)

// trigger lets the app open something for the person who just did something.
type trigger struct {
	user  string
	at    time.Time
	used  bool
	stack bool // it was done in a modal
}

// newTrigger makes a trigger id that lasts three seconds.
func (s *Server) newTrigger(user string, inStack bool) string {
	id := s.id("1337.42.")
	s.triggers[id] = &trigger{user: user, at: s.Now(), stack: inStack}
	return id
}

// exchange uses a trigger id up.
func (s *Server) exchange(id string) (*trigger, *slackError) {
	t := s.triggers[id]
	switch {
	case t == nil:
		return nil, no("invalid_trigger_id")
	case t.used:
		return nil, no("exchanged_trigger_id")
	case s.Now().Sub(t.at) > 3*time.Second:
		return nil, no("expired_trigger_id")
	}
	return t, nil
}

// taken reports whether another view than own has the external id.
func (s *Server) taken(v *view, own string) bool {
	if v.ExternalID == "" {
		return false
	}
	same := func(o *view) bool { return o.ExternalID == v.ExternalID && o.ID != own }
	for _, stack := range s.stacks {
		if slices.ContainsFunc(stack, same) {
			return true
		}
	}
	for _, h := range s.homes {
		if same(h) {
			return true
		}
	}
	return false
}

// push puts a new modal on top of a stack.
func (s *Server) push(user string, v *view) *slackError {
	stack := s.stacks[user]
	if len(stack) >= 3 {
		return no("push_limit_reached")
	}
	v.ID, v.Hash = s.id("V"), s.hash()
	v.root = v.ID
	if len(stack) > 0 {
		v.root, v.previous = stack[0].ID, stack[len(stack)-1].ID
	}
	s.stacks[user] = append(stack, v)
	s.show(user, "")
	return nil
}

func (s *Server) openView(p params) (map[string]any, *slackError) {
	t, e := s.exchange(triggerOf(p))
	if e != nil {
		return nil, e
	}
	v, e := s.readView(p.Get("view"), inModal, t.user)
	if e != nil {
		return nil, e
	}
	if s.taken(v, "") {
		return nil, no("duplicate_external_id")
	}
	t.used = true
	s.stacks[t.user] = nil
	if e := s.push(t.user, v); e != nil {
		return nil, e
	}
	return map[string]any{"view": s.viewObject(v)}, nil
}

func triggerOf(p params) string {
	if id := p.Get("trigger_id"); id != "" {
		return id
	}
	return p.Get("interactivity_pointer")
}

func (s *Server) pushView(p params) (map[string]any, *slackError) {
	t, e := s.exchange(triggerOf(p))
	if e != nil {
		return nil, e
	}
	if !t.stack {
		s.violate("views.push: the trigger is not of a modal")
		return nil, no("invalid_trigger_id")
	}
	v, e := s.readView(p.Get("view"), inModal, t.user)
	if e != nil {
		return nil, e
	}
	if len(s.stacks[t.user]) == 0 {
		return nil, no("not_found")
	}
	if s.taken(v, "") {
		return nil, no("duplicate_external_id")
	}
	if e := s.push(t.user, v); e != nil {
		return nil, e
	}
	t.used = true
	return map[string]any{"view": s.viewObject(v)}, nil
}

func (s *Server) updateView(p params) (map[string]any, *slackError) {
	old, user := s.viewByID(p.Get("view_id"))
	if ext := p.Get("external_id"); old == nil && ext != "" {
		for u, stack := range s.stacks {
			for _, v := range stack {
				if v.ExternalID == ext {
					old, user = v, u
				}
			}
		}
	}
	if old == nil {
		return nil, no("not_found")
	}
	if h := p.Get("hash"); h != "" && h != old.Hash {
		return nil, no("hash_conflict")
	}
	v, e := s.readView(p.Get("view"), surface(old.Type), user)
	if e != nil {
		return nil, e
	}
	if s.taken(v, old.ID) {
		return nil, no("duplicate_external_id")
	}
	s.replace(old, v)
	return map[string]any{"view": s.viewObject(old)}, nil
}

func (s *Server) publishView(p params) (map[string]any, *slackError) {
	u := s.users[p.Get("user_id")]
	if u == nil || u.Bot {
		return nil, no("user_not_found")
	}
	old := s.homes[u.ID]
	if h := p.Get("hash"); h != "" && (old == nil || h != old.Hash) {
		return nil, no("hash_conflict")
	}
	v, e := s.readView(p.Get("view"), inHome, u.ID)
	if e != nil {
		return nil, e
	}
	if old != nil {
		s.replace(old, v)
		return map[string]any{"view": s.viewObject(old)}, nil
	}
	v.ID, v.Hash = s.id("V"), s.hash()
	v.root = v.ID
	s.homes[u.ID] = v
	s.show(u.ID, "")
	return map[string]any{"view": s.viewObject(v)}, nil
}
