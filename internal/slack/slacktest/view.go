package slacktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// View is a modal or an App Home as a person has it open.
type View struct {
	ID, Hash             string
	Type                 string // "modal" or "home"
	CallbackID           string
	Title, Submit, Close string
	PrivateMetadata      string
	Blocks               json.RawMessage
	ExternalID           string
	User                 string            // who has it open
	Errors               map[string]string // shown under inputs, by block id
}

// view is a View with what is typed into it.
type view struct {
	View
	clearOnClose, notifyOnClose bool
	root, previous              string
	values                      map[string]map[string]any // state by block and action
	raw                         map[string]any            // as it was sent
}

func (v *view) copy() View {
	one := v.View
	one.Blocks, one.Errors = slices.Clone(v.Blocks), maps.Clone(v.Errors)
	return one
}

// View is the modal that a person sees; false if none is open.
func (s *Server) View(user string) (View, bool) {
	all := s.Views(user)
	if len(all) == 0 {
		return View{}, false
	}
	return all[len(all)-1], true
}

// Views are a person's open modals, the one on top last.
func (s *Server) Views(user string) []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []View
	for _, v := range s.stacks[user] {
		all = append(all, v.copy())
	}
	return all
}

// Home is what a person's App Home shows; false if nothing was published.
func (s *Server) Home(user string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.homes[user]; v != nil {
		return v.copy(), true
	}
	return View{}, false
}

// State is what a person has typed and chosen so far, by block and action, as
// Slack's view.state.values has it; nil if the view is gone.
func (s *Server) State(id string) map[string]map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, _ := s.viewByID(id); v != nil {
		return v.state()
	}
	return nil
}

// viewByID finds an open view and whose it is.
func (s *Server) viewByID(id string) (*view, string) {
	for user, stack := range s.stacks {
		for _, v := range stack {
			if v.ID == id {
				return v, user
			}
		}
	}
	for user, v := range s.homes {
		if v.ID == id {
			return v, user
		}
	}
	return nil, ""
}

func invalid(errs []string) *slackError {
	return &slackError{"invalid_arguments", map[string]any{"response_metadata": map[string]any{"messages": errs}}}
}

// readView checks a view and makes it, without an id.
func (s *Server) readView(raw string, kind surface, user string) (*view, *slackError) {
	var o map[string]any
	if err := json.Unmarshal([]byte(raw), &o); err != nil {
		return nil, invalid([]string{"view: " + err.Error()})
	}
	if len(raw) > 250<<10 {
		return nil, no("view_too_large")
	}
	var c check
	if str(o, "type") != string(kind) {
		c.bad("/view/type", "must be %s", kind)
	}
	if kind == inModal {
		c.text("/view/title", o["title"], 24, true)
		for _, name := range []string{"submit", "close"} {
			if v, ok := o[name]; ok {
				c.text("/view/"+name, v, 24, true)
			}
		}
	}
	c.optional("/view", o, "private_metadata", 3000)
	c.optional("/view", o, "callback_id", 255)
	c.optional("/view", o, "external_id", 255)
	raws, err := json.Marshal(o["blocks"])
	if err != nil || o["blocks"] == nil {
		c.bad("/view/blocks", "blocks are missing")
	}
	c.errs = append(c.errs, schemaErrors(map[surface]string{inModal: "ModalView", inHome: "HomeView"}[kind], o)...)
	blocks, e := s.readBlocks(string(raws), kind)
	if e != nil {
		more, _ := e.extra["errors"].([]string)
		c.errs = append(c.errs, append(more, e.word)...)
	}
	v := &view{raw: o, values: map[string]map[string]any{}}
	v.View = View{
		Type: string(kind), CallbackID: str(o, "callback_id"), PrivateMetadata: str(o, "private_metadata"), ExternalID: str(o, "external_id"),
		Title: str(obj(o["title"]), "text"), Submit: str(obj(o["submit"]), "text"), Close: str(obj(o["close"]), "text"), Blocks: blocks, User: user,
	}
	v.clearOnClose, _ = o["clear_on_close"].(bool)
	v.notifyOnClose, _ = o["notify_on_close"].(bool)
	inputs := slices.ContainsFunc(elementsOf(blocks), func(e element) bool { return e.Input })
	if inputs && v.Submit == "" && kind == inModal {
		c.bad("/view/submit", "submit is required when there is an input block")
	}
	if len(c.errs) > 0 {
		return nil, invalid(c.errs)
	}
	for _, t := range liveTexts(blocks) {
		if broadcast.MatchString(t) {
			s.violate("a live mention of a crowd in a view: %s", t)
		}
	}
	return v, nil
}

// replace puts v in the place of old, keeping what was typed under ids that
// stay.
func (s *Server) replace(old, v *view) {
	v.ID, v.root, v.previous = old.ID, old.root, old.previous
	for _, e := range elementsOf(v.Blocks) {
		if kept, ok := old.values[e.BlockID][e.ActionID]; ok && str(obj(kept), "type") == e.Type {
			v.set(e, obj(kept))
		}
	}
	v.Hash = s.hash()
	*old = *v
	s.show(v.User, "")
}

func (s *Server) hash() string { return fmt.Sprintf("%d.%s", s.Now().Unix(), s.id("h")) }

// object is the view as the Web API and deliveries carry it.
func (s *Server) viewObject(v *view) map[string]any {
	o := maps.Clone(v.raw)
	o["id"], o["team_id"], o["hash"], o["blocks"], o["state"] = v.ID, s.TeamID, v.Hash, v.Blocks, map[string]any{"values": v.state()}
	o["app_id"], o["bot_id"], o["app_installed_team_id"] = s.AppID, s.BotID, s.TeamID
	o["private_metadata"], o["callback_id"], o["external_id"] = v.PrivateMetadata, v.CallbackID, v.ExternalID
	o["root_view_id"], o["clear_on_close"], o["notify_on_close"] = v.root, v.clearOnClose, v.notifyOnClose
	o["previous_view_id"] = nil
	if v.previous != "" {
		o["previous_view_id"] = v.previous
	}
	if v.Blocks == nil {
		o["blocks"] = []any{}
	}
	for _, name := range []string{"title", "submit", "close"} {
		if _, ok := o[name]; !ok {
			o[name] = nil
		}
	}
	return o
}

// typed counts characters as Slack's client does.
func typed(text string) int { return utf8.RuneCountInString(text) }
