package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/chat/chattest"
)

// TestChat holds the playground to what every platform does.
func TestChat(t *testing.T) {
	chattest.Run(t, func(t *testing.T, h chat.Handler) chattest.Rig {
		people := []chat.User{
			{ID: "ann", Handle: "ann", Name: "Ann Okafor", Zone: "Europe/Berlin"}, {ID: "ben", Handle: "ben", Name: "Ben Rivera"},
			{ID: "zoe", Handle: "zoe", Name: "Zoe Ruiz", Outside: "guest"},
		}
		s, err := New(Config{People: func(context.Context) ([]Person, error) {
			return []Person{{User: people[0]}, {User: people[1]}, {User: people[2]}}, nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		s.SetHandler(h)
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		v := &visitor{s: s, open: map[string]*wireForm{}, errs: map[string]map[string]string{}}
		return chattest.Rig{
			Platform: s, Ann: people[0], Ben: people[1], Zoe: people[2], Channel: desk, Named: desk,
			Absent: chattest.Absent{Channel: "lobby", User: "nobody", Message: "m99999"},
			Type:   v.say, Press: v.press, Submit: v.submit, Twice: v.twice, See: v.see, Form: v.form,
		}
	})
}

// visitor acts as anybody, as the page does: it keeps open forms and what is
// typed into them.
type visitor struct {
	s    *Server
	mu   sync.Mutex
	open map[string]*wireForm // by person
	errs map[string]map[string]string
	key  string // of acts that come twice
	keys int
}

// call is answered with what the page would be; what was refused is an error.
func (v *visitor) call(path string, body map[string]any, into any) error {
	method := http.MethodGet
	if body != nil {
		method = http.MethodPost
	}
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	w := httptest.NewRecorder()
	v.s.Handler().ServeHTTP(w, request(method, path, string(b)))
	if w.Code != http.StatusOK {
		return fmt.Errorf("%s: %d %s", path, w.Code, w.Body)
	}
	return json.Unmarshal(w.Body.Bytes(), into)
}

// act does something and shows the form that it opened.
func (v *visitor) act(path, as string, body map[string]any) error {
	v.mu.Lock()
	body["as"], body["key"] = as, v.key
	v.mu.Unlock()
	var r wireReply
	if err := v.call(path, body, &r); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if path == "/api/submit" {
		if v.errs[as] = r.Errors; len(r.Errors) > 0 {
			return nil
		}
		delete(v.open, as)
	}
	if r.Form != nil {
		v.open[as] = r.Form
	}
	return nil
}

func (v *visitor) twice(act func() error) error {
	v.mu.Lock()
	v.keys++
	v.key = fmt.Sprintf("twice%d", v.keys)
	open := v.open
	v.open = map[string]*wireForm{}
	for as, f := range open {
		v.open[as] = f
	}
	v.mu.Unlock()
	err := act()
	v.mu.Lock()
	v.open = open
	v.mu.Unlock()
	err = errors.Join(err, act())
	v.mu.Lock()
	v.key = ""
	v.mu.Unlock()
	return err
}

// place is where to look and speak.
func (v *visitor) place(in chat.Place) string {
	if in.Channel == "" {
		return dmPrefix + in.User
	}
	return in.Channel
}

func (v *visitor) say(as string, in chat.Place, text string) error {
	return v.act("/api/say", as, map[string]any{"in": v.place(in), "text": text})
}

func (v *visitor) press(as string, on chattest.Seen, b chattest.Button, value string) error {
	body := map[string]any{"message": on.Ref.ID, "action": b.ID}
	if token, own, button := strings.Cut(b.ID, "\x00"); button {
		body["action"], value = token, own
	}
	body["value"] = value
	return v.act("/api/press", as, body)
}

func (v *visitor) submit(as string, values map[string]string) error {
	v.mu.Lock()
	f := v.open[as]
	if f != nil {
		for i, x := range f.Fields {
			if typed, ok := values[x.Name]; ok {
				f.Fields[i].Value = typed
			}
		}
	}
	v.mu.Unlock()
	if f == nil {
		return errors.New("no form is open")
	}
	all := map[string]string{}
	for _, x := range f.Fields {
		all[x.Name] = x.Value
	}
	return v.act("/api/submit", as, map[string]any{"form": f.ID, "values": all})
}

func (v *visitor) form(as string) (chattest.Form, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f := v.open[as]
	if f == nil {
		return chattest.Form{}, false
	}
	out := chattest.Form{Title: f.Title}
	for _, x := range f.Fields {
		out.Fields = append(out.Fields, chattest.Field{Name: x.Name, Label: x.Label, Value: x.Value, Required: x.Required, Options: options(x.Options), Error: v.errs[as][x.Name]})
	}
	return out, true
}

func options(os []wireOption) []chat.Option {
	var out []chat.Option
	for _, o := range os {
		out = append(out, chat.Option(o))
	}
	return out
}

func (v *visitor) see(as string, in chat.Place) []chattest.Seen {
	place := v.place(in)
	var ms []wireMessage
	if err := v.call("/api/messages?as="+as+"&in="+place, nil, &ms); err != nil {
		panic(err) // the suite looks only where one may
	}
	var out []chattest.Seen
	for _, m := range ms {
		x := chattest.Seen{Ref: chat.MessageRef{ID: m.ID, Place: chat.Place{Channel: m.In, Thread: m.Thread, User: owner(m.In)}}, Private: m.To != ""}
		x.Text = m.Text
		look(&x, m.Spans, m.Notify)
		if c := m.Card; c != nil {
			x.Text += "\n" + c.Title + "\n" + c.Text
			look(&x, c.TitleSpans, m.Notify)
			look(&x, c.Spans, m.Notify)
			for _, f := range c.Fields {
				x.Text += "\n" + f.Name + ": " + f.Value
				look(&x, f.Spans, m.Notify)
			}
			if c.Image != nil {
				x.Pictures = append(x.Pictures, c.Image.Alt)
			}
			for _, r := range c.Rows {
				x.Text += "\n" + r.Text
				look(&x, r.Spans, m.Notify)
				x.Buttons = append(x.Buttons, buttons(r.Actions)...)
			}
			x.Buttons = append(x.Buttons, buttons(c.Actions)...)
		}
		out = append(out, x)
	}
	return out
}

// look notes what is live in spans: the page makes elements of these alone.
func look(x *chattest.Seen, spans []wireSpan, notify []string) {
	for _, s := range spans {
		switch {
		case s.Kind == chat.Time:
			x.Times = append(x.Times, *s.At)
		case s.Kind == chat.Link:
			x.Links = append(x.Links, s.Ref)
		case s.Kind == chat.Mention && slices.Contains(notify, s.Ref) && !slices.Contains(x.Pings, s.Ref):
			x.Pings = append(x.Pings, s.Ref)
		}
	}
}

func buttons(as []wireAction) []chattest.Button {
	var out []chattest.Button
	for _, a := range as {
		b := chattest.Button{Label: a.Label, Style: a.Style, Options: options(a.Options), ID: a.Action}
		if len(a.Options) == 0 {
			b.ID += "\x00" + a.Value
		}
		out = append(out, b)
	}
	return out
}
