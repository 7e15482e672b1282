// Package discordtest stands in for Discord in tests: a server that keeps one guild
// with its channels and messages, takes the API's calls as strictly as Discord
// describes them, delivers signed interactions, and shows what people see.
package discordtest

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Ids of what is always there.
const (
	Guild       = "900000000000000001"
	Application = "900000000000000002"
	Bot         = "900000000000000003"
	Role        = "900000000000000004"
	botRole     = "900000000000000005"
)

// User is a person; one of another guild than Guild is none of the desk's.
type User struct {
	ID, Name, Global, Guild string
	Roles                   []string // ids
	Closed                  bool     // to direct messages
}

// Channel is a text channel (type 0), a direct message (1), a thread (11) or a
// private one (12), in which With is.
type Channel struct {
	ID, Name, Parent string
	Type             int
	With             string // the person of a direct message
	Owner            string // of a thread
	Hidden           bool   // from the bot
	Archived, Locked bool
	Denied           int64 // permissions that the bot lacks there
}

// Message stands in a channel, for one person if EphemeralTo is set.
type Message struct {
	ID, Channel, Author string
	EphemeralTo         string
	Components          []Component
	Pings               []string
	Files               map[string][]byte
	Deleted             bool
	nonce               string
	flags               int
}

// Component is any of Discord's.
type Component struct {
	Type        int         `json:"type"`
	ID          int         `json:"id,omitempty"`
	CustomID    string      `json:"custom_id,omitempty"`
	Style       int         `json:"style,omitempty"`
	Label       string      `json:"label,omitempty"`
	Content     string      `json:"content,omitempty"`
	Placeholder string      `json:"placeholder,omitempty"`
	Options     []Option    `json:"options,omitempty"`
	Required    *bool       `json:"required,omitempty"`
	Value       string      `json:"value,omitempty"`
	Components  []Component `json:"components,omitempty"`
	Component   *Component  `json:"component,omitempty"`
	Items       []struct {
		Media       struct{ URL string }
		Description string
	} `json:"items,omitempty"`
	Defaults []struct{ ID, Type string } `json:"default_values,omitempty"`
}

// Option is a menu's.
type Option struct {
	Label   string `json:"label"`
	Value   string `json:"value"`
	Default bool   `json:"default,omitempty"`
}

// Modal is what somebody has open.
type Modal struct {
	CustomID   string      `json:"custom_id"`
	Title      string      `json:"title"`
	Components []Component `json:"components"`
	Serial     int64       `json:"-"` // tells it from those opened before
	on         *Message
	channel    string
}

// Server is Discord.
type Server struct {
	t    testing.TB
	http *httptest.Server
	key  ed25519.PrivateKey
	app  string // where interactions go

	mu        sync.Mutex
	next      int64
	users     map[string]User
	channels  map[string]*Channel
	messages  []*Message
	commands  json.RawMessage
	puts      int
	open      map[string]*Modal // by person
	forgets   bool
	twice     bool
	last      map[string]string   // what somebody did last, by person
	suggested map[string][]Option // last, by person
	begun     map[string]bool     // threads that were deleted
	gate      gateway
	token     string        // the bot's, that works
	granted   int64         // the bot's permissions
	endpoint  string        // to which interactions go by the app's settings
	lives     time.Duration // an interaction's token
	aged      time.Duration // what people do is so old when it is delivered
	guilds    []string      // that the bot is in
	inTime    time.Duration // an acknowledgement is waited for so long
	tokens    map[string]*given
	slow      func(method, path string) int // a status to answer instead, 0 for none
	rates     rates
}

// given is an interaction that may be answered by its token.
type given struct {
	user, channel string
	on, shown     *Message
	at            time.Time
	answered      chan struct{} // closed once it is acknowledged
	done          bool          // that it is
	again         chan struct{} // told when it is acknowledged once more
}

// Token changes the token that works, as an admin does who resets it.
func (s *Server) Token(now string) { s.mu.Lock(); defer s.mu.Unlock(); s.token = now }

// Aged has what people do be delivered so much later than it was done.
func (s *Server) Aged(by time.Duration) { s.mu.Lock(); defer s.mu.Unlock(); s.aged = by }

// Guilds are the servers that the bot is in, instead of the one.
func (s *Server) Guilds(ids ...string) { s.mu.Lock(); defer s.mu.Unlock(); s.guilds = ids }

// Lives sets how long an interaction can be answered, instead of 15 minutes.
func (s *Server) Lives(d time.Duration) { s.mu.Lock(); defer s.mu.Unlock(); s.lives = d }

// auth is what calls are authorized by.
func (s *Server) auth() string { return "Bot " + s.token }

// New starts a guild without people or channels. It is closed with the test.
func New(t testing.TB) *Server {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, key: key, users: map[string]User{}, channels: map[string]*Channel{}, open: map[string]*Modal{}, begun: map[string]bool{}, suggested: map[string][]Option{}, last: map[string]string{}, tokens: map[string]*given{}, commands: json.RawMessage("[]"), token: "token", granted: 377957223424, lives: 15 * time.Minute, inTime: 3 * time.Second, guilds: []string{Guild},
		gate: gateway{beat: 40 * time.Second, budget: -1, sessions: map[string]*gsession{}}}
	s.http = httptest.NewServer(s.mux())
	t.Cleanup(func() { s.Drop(0); s.http.Close() })
	return s
}

// APIURL is the base of the API, up to and including /api.
func (s *Server) APIURL() string { return s.http.URL + "/api" }

// PublicKey is what interactions are signed by, in hexadecimal digits.
func (s *Server) PublicKey() string { return hex.EncodeToString(s.key.Public().(ed25519.PublicKey)) }

// Deliver says where interactions go from now on.
func (s *Server) Deliver(url string) { s.mu.Lock(); defer s.mu.Unlock(); s.app = url }

// Endpoint sets the address in the app's settings, and Grant what the bot may do.
func (s *Server) Endpoint(url string) { s.mu.Lock(); defer s.mu.Unlock(); s.endpoint = url }

// Grant is Endpoint for the bot's permissions.
func (s *Server) Grant(bits int64) { s.mu.Lock(); defer s.mu.Unlock(); s.granted = bits }

// What Answer may say beside a status: the line is cut before the call is carried out,
// or after it.
const (
	CutBefore = 1
	CutAfter  = -1
)

// Answer has f decide which calls are answered by an error's status, 0 for none;
// below zero they are carried out, and answered by that status. 429 asks for a second.
func (s *Server) Answer(f func(method, path string) int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slow = f
}

// Deeds are the ids of what people did so far.
func (s *Server) Deeds() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for token := range s.tokens {
		all = append(all, strings.TrimPrefix(token, "token-"))
	}
	return all
}

// All are the messages that stand anywhere and that everybody there sees, oldest
// first.
func (s *Server) All() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, m := range s.messages {
		if !m.Deleted && m.EphemeralTo == "" {
			out = append(out, *m)
		}
	}
	return out
}

// AddUser and AddChannel put somebody and something there.
func (s *Server) AddUser(u User) { s.mu.Lock(); defer s.mu.Unlock(); s.users[u.ID] = u }

// AddChannel is AddUser for a channel.
func (s *Server) AddChannel(c Channel) { s.mu.Lock(); defer s.mu.Unlock(); s.channels[c.ID] = &c }

// Registered are the commands, and how often they were overwritten.
func (s *Server) Registered() (json.RawMessage, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commands, s.puts
}

// Forgetful has no nonce known again from now on.
func (s *Server) Forgetful() { s.mu.Lock(); defer s.mu.Unlock(); s.forgets = true }

// Forget the nonces, as Discord does after a few minutes.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.messages {
		m.nonce = ""
	}
}

// Delete takes a message away, as an admin does.
func (s *Server) Delete(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.message(id); m != nil {
		m.Deleted = true
	}
}

// Modal is what the person has open, false if nothing is.
func (s *Server) Modal(user string) (Modal, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.open[user]
	if m == nil {
		return Modal{}, false
	}
	return *m, true
}

// Message is the one with the id, false if there is none.
func (s *Server) Message(id string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.message(id)
	if m == nil || m.Deleted {
		return Message{}, false
	}
	return *m, true
}

// Messages are those of a channel and its threads that the person sees, oldest
// first.
func (s *Server) Messages(channel, user string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, m := range s.messages {
		c := s.channels[m.Channel]
		within := m.Channel == channel || c != nil && c.Parent == channel && (c.Type == 11 || c.Type == 12 && c.With == user)
		if !m.Deleted && within && (m.EphemeralTo == "" || m.EphemeralTo == user) {
			out = append(out, *m)
		}
	}
	return out
}

// Change changes a channel or a thread; one whose id becomes "" is gone.
func (s *Server) Change(id string, change func(*Channel)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[id]
	if change(c); c.ID == "" {
		delete(s.channels, id)
		s.begun[id] = true
	}
}

// Named is what a channel or thread is called.
func (s *Server) Named(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[id]; c != nil {
		return c.Name
	}
	return ""
}

// Parent is the channel that a thread is in, "" for what is no thread.
func (s *Server) Parent(thread string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[thread]; c != nil {
		return c.Parent
	}
	return ""
}

// DM is the channel of the person's direct messages, opened if need be.
func (s *Server) DM(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dm(user)
}

func (s *Server) dm(user string) string {
	for id, c := range s.channels {
		if c.Type == 1 && c.With == user {
			return id
		}
	}
	id := s.id()
	s.channels[id] = &Channel{ID: id, Type: 1, With: user}
	return id
}

// id is a new snowflake, later than all before.
func (s *Server) id() string { return s.idAt(time.Now()) }

func (s *Server) idAt(at time.Time) string {
	s.next++
	return strconv.FormatInt((at.UnixMilli()-1420070400000)<<22|s.next&0xfff, 10)
}

func (s *Server) message(id string) *Message {
	n := slices.IndexFunc(s.messages, func(m *Message) bool { return m.ID == id })
	if n < 0 {
		return nil
	}
	return s.messages[n]
}

// put adds a message.
func (s *Server) put(m *Message) *Message {
	m.ID = s.id()
	s.messages = append(s.messages, m)
	return m
}

func (s *Server) user(id string) map[string]any {
	u := s.users[id]
	return map[string]any{"id": u.ID, "username": u.Name, "global_name": u.Global}
}

// fail is a fault of the client's, which Discord would refuse too.
func (s *Server) fail(format string, args ...any) {
	s.t.Errorf("discordtest: "+format, args...)
}

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}

func refuse(w http.ResponseWriter, status, code int, text string) {
	write(w, status, map[string]any{"code": code, "message": text})
}

func problem(format string, args ...any) error { return fmt.Errorf(format, args...) }
