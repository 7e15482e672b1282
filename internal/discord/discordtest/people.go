package discordtest

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Option of a command, as somebody fills it in: a sub-command, a group of them, or
// a field with its value.
type Given struct {
	Name    string  `json:"name"`
	Type    int     `json:"type"`
	Value   string  `json:"value,omitempty"`
	Focused bool    `json:"focused,omitempty"`
	Options []Given `json:"options,omitempty"`
}

// Command has somebody use a slash command in a channel. Discord lets nobody send
// one that is not registered so, or that lacks what it requires.
func (s *Server) Command(user, channel, name string, options ...Given) error {
	s.mu.Lock()
	var all []offered
	err := json.Unmarshal(s.commands, &all)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if err := offers(all, Given{Name: name, Type: 1, Options: options}, func(o offered) bool { return o.Type == 1 }); err != nil {
		return err
	}
	return s.Interact(user, channel, 2, map[string]any{"name": name, "type": 1, "options": options}, nil)
}

// MessageCommand has somebody use a message's menu.
func (s *Server) MessageCommand(user, name string, on Message, words string) error {
	return s.Interact(user, on.Channel, 2, map[string]any{"name": name, "type": 3, "target_id": on.ID, "resolved": map[string]any{"messages": map[string]any{
		on.ID: map[string]any{"id": on.ID, "channel_id": on.Channel, "content": words, "author": s.person(on.Author), "timestamp": time.Now().UTC().Format(time.RFC3339)}}}}, nil)
}

func (s *Server) person(id string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.user(id)
}

// Suggest is what somebody is offered while they type: the field that is Focused.
func (s *Server) Suggest(user, channel, name string, options ...Given) ([]Option, error) {
	if err := s.Interact(user, channel, 4, map[string]any{"name": name, "type": 1, "options": options}, nil); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.suggested[user], nil
}

// offered is a command as it is registered, or one of its options.
type offered struct {
	Name     string
	Type     int
	Required bool
	Options  []offered
}

func offers(all []offered, g Given, fits func(offered) bool) error {
	n := slices.IndexFunc(all, func(o offered) bool { return o.Name == g.Name && fits(o) })
	if n < 0 {
		return problem("nothing is offered that is called %q", g.Name)
	}
	for _, x := range g.Options {
		if err := offers(all[n].Options, x, func(o offered) bool { return o.Type == x.Type }); err != nil {
			return err
		}
	}
	words := false
	for _, o := range all[n].Options {
		words = words || o.Type < 3
		if o.Required && !slices.ContainsFunc(g.Options, func(x Given) bool { return x.Name == o.Name && x.Value != "" }) {
			return problem("%s needs %s", g.Name, o.Name)
		}
	}
	if words && len(g.Options) != 1 {
		return problem("one word behind %s, not %d", g.Name, len(g.Options))
	}
	return nil
}

// Press has somebody press a button (component type 2), or choose from a menu (3).
func (s *Server) Press(user string, m Message, customID string, kind int, values ...string) error {
	s.mu.Lock()
	on := s.message(m.ID)
	s.mu.Unlock()
	data := map[string]any{"custom_id": customID, "component_type": kind}
	if kind != 2 {
		data["values"] = values
	}
	return s.Interact(user, m.Channel, 3, data, on)
}

// Submit has somebody submit the modal that they have open; values are by the
// inputs' custom_ids, others stay as they stand.
func (s *Server) Submit(user string, values func(Component) (one string, many []string)) error {
	s.mu.Lock()
	m := s.open[user]
	delete(s.open, user)
	s.mu.Unlock()
	if m == nil {
		return problem("%s has nothing open", user)
	}
	var all []map[string]any
	for _, l := range m.Components {
		in := map[string]any{"type": l.Component.Type, "custom_id": l.Component.CustomID}
		one, many := values(*l.Component)
		if l.Component.Type == 4 {
			in["value"] = one
		} else {
			in["values"] = append([]string{}, many...)
		}
		all = append(all, map[string]any{"type": 18, "component": in})
	}
	err := s.Interact(user, m.channel, 5, map[string]any{"custom_id": m.CustomID, "components": all}, m.on)
	if err != nil { // the client keeps it open
		s.mu.Lock()
		defer s.mu.Unlock()
		s.open[user] = m
	}
	return err
}

// Interact delivers an interaction, and does what is answered. Its error is that of a
// client that shows "the application did not respond".
func (s *Server) Interact(user, channel string, kind int, data any, on *Message) error {
	s.mu.Lock()
	c, u := s.channels[channel], s.users[user]
	if c == nil {
		s.mu.Unlock()
		return problem("no channel %s", channel)
	}
	id := s.idAt(time.Now().Add(-s.aged))
	g := &given{user: user, channel: channel, on: on, at: time.Now(), answered: make(chan struct{}), again: make(chan struct{}, 1)}
	s.tokens["token-"+id], s.last[user] = g, id
	in := map[string]any{"id": id, "application_id": Application, "type": kind, "token": "token-" + id, "version": 1, "data": data,
		"channel": map[string]any{"id": c.ID, "type": c.Type, "name": c.Name, "parent_id": c.Parent}, "channel_id": c.ID}
	if c.Type == 1 {
		in["user"] = s.user(user)
	} else {
		in["guild_id"], in["member"] = u.Guild, map[string]any{"user": s.user(user), "roles": append([]string{}, u.Roles...)}
	}
	if on != nil {
		flags := 1 << 15
		if on.EphemeralTo != "" {
			flags |= 1 << 6
		}
		in["message"] = map[string]any{"id": on.ID, "channel_id": on.Channel, "flags": flags}
	}
	over, twice, within := s.app == "", s.twice, s.inTime
	if over {
		s.dispatch("INTERACTION_CREATE", in)
		if twice {
			s.dispatch("INTERACTION_CREATE", in)
		}
	}
	s.mu.Unlock()
	if over {
		err := g.wait(g.answered, within)
		if twice && err == nil { // until it has come the second time, too
			err = g.wait(g.again, within)
		}
		return err
	}
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	if err = s.deliver(body, g); twice && err == nil {
		g.done = false // Discord did not get the first answer
		err = s.deliver(body, g)
	}
	return err
}

// Within sets how long an acknowledgement is waited for, instead of 3 seconds.
func (s *Server) Within(d time.Duration) { s.mu.Lock(); defer s.mu.Unlock(); s.inTime = d }

// wait is what the client shows when nothing is acknowledged in time.
func (g *given) wait(comes <-chan struct{}, inTime time.Duration) error {
	select {
	case <-comes:
		return nil
	case <-time.After(inTime):
		return problem("the application did not respond")
	}
}

// Say has somebody write to Deskbell directly.
func (s *Server) Say(user, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.put(&Message{Channel: s.dm(user), Author: user, Components: []Component{{Type: 10, Content: text}}})
	s.dispatch("MESSAGE_CREATE", map[string]any{"id": m.ID, "channel_id": m.Channel, "content": text, "type": 0, "author": s.user(user), "timestamp": time.Now().UTC().Format(time.RFC3339)})
}

// Last is the id of what somebody did last.
func (s *Server) Last(user string) string { s.mu.Lock(); defer s.mu.Unlock(); return s.last[user] }

// Twice has each interaction delivered a second time from now on, or no more.
func (s *Server) Twice(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.twice = on
}

// Signed is a delivery of Discord's: the body signed at the time.
func (s *Server) Signed(body []byte, at time.Time) *http.Request {
	r, err := http.NewRequest("POST", s.app+"/discord/interactions", bytes.NewReader(body))
	if err != nil {
		panic(err) // of a test's own address
	}
	ts := strconv.FormatInt(at.Unix(), 10)
	r.Header.Set("X-Signature-Timestamp", ts)
	r.Header.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(s.key, append([]byte(ts), body...))))
	r.Header.Set("Content-Type", "application/json")
	return r
}

func (s *Server) deliver(body []byte, g *given) error {
	began := time.Now()
	res, err := http.DefaultClient.Do(s.Signed(body, began))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if took := time.Since(began); res.StatusCode != 200 || took > s.inTime {
		return problem("the application did not respond: %d after %s", res.StatusCode, took)
	}
	return s.acknowledge(g, raw)
}

// callback is an acknowledgement of what came over the gateway: one, in time.
func (s *Server) callback(w http.ResponseWriter, r *http.Request, in sent) {
	g := s.tokens[r.PathValue("token")]
	switch {
	case g == nil || "token-"+r.PathValue("id") != r.PathValue("token") || time.Since(g.at) > s.inTime:
		refuse(w, 404, 10062, "Unknown interaction")
		return
	case g.done:
		select {
		case g.again <- struct{}{}:
		default:
		}
		refuse(w, 400, 40060, "Interaction has already been acknowledged.")
		return
	}
	if err := s.acknowledge(g, in.json); err != nil {
		refuse(w, 400, 50035, "Invalid Form Body")
		return
	}
	close(g.answered)
	// What an answer says of its own rate is of no other.
	w.Header().Set("X-RateLimit-Limit", "1")
	w.Header().Set("X-RateLimit-Remaining", "0")
	w.Header().Set("X-RateLimit-Reset-After", "5")
	w.WriteHeader(http.StatusNoContent)
}

// acknowledge does what an answer says.
func (s *Server) acknowledge(g *given, raw []byte) error {
	var a struct {
		Type int
		Data json.RawMessage
	}
	if err := json.Unmarshal(raw, &a); err != nil {
		return err
	}
	schema := map[int]string{4: "CreateMessageInteractionCallbackRequest", 5: "CreateMessageInteractionCallbackRequest", 6: "UpdateMessageInteractionCallbackRequest",
		7: "UpdateMessageInteractionCallbackRequest", 8: "ApplicationCommandAutocompleteCallbackRequest", 9: "ModalInteractionCallbackRequest"}[a.Type]
	if err := Check(raw, schema); err != nil {
		s.fail("%v\n%s", err, raw)
		return err
	}
	g.done = true
	var b taken
	switch a.Type {
	case 4:
		_ = json.Unmarshal(a.Data, &b)
		g.shown = s.answered(g, b)
	case 5:
		_ = json.Unmarshal(a.Data, &b)
		b.Components = []Component{{Type: 10, Content: "Deskbell is thinking…"}}
		g.shown = s.answered(g, b)
	case 6:
	case 7:
		_ = json.Unmarshal(a.Data, &b)
		if g.on == nil {
			s.fail("nothing was pressed on that could change")
			return nil
		}
		g.on.Components, g.on.Pings = b.Components, b.Pings.Users
	case 8:
		var x struct {
			Choices []struct{ Name, Value string }
		}
		_ = json.Unmarshal(a.Data, &x)
		s.suggested[g.user] = nil
		for _, c := range x.Choices {
			if c.Name == "" || c.Value == "" || len([]rune(c.Name)) > 100 || len([]rune(c.Value)) > 100 || len(x.Choices) > 25 {
				s.fail("a choice: %s", a.Data)
			}
			s.suggested[g.user] = append(s.suggested[g.user], Option{Label: c.Name, Value: c.Value})
		}
	case 9:
		s.next++
		m := &Modal{on: g.on, channel: g.channel, Serial: s.next}
		_ = json.Unmarshal(a.Data, m)
		s.open[g.user] = m
	default:
		s.fail("an answer of type %d", a.Type)
	}
	return nil
}
