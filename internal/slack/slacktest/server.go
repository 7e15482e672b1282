package slacktest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Server is one Slack workspace with one installed app.
type Server struct {
	BotToken      string // of the Web API
	AppToken      string // of Socket Mode
	SigningSecret string
	TeamID        string
	BotUserID     string // the app as a member of channels
	BotID         string // the app as an author
	AppID         string
	// Now is the clock of trigger ids, response URLs, rate limits and message
	// stamps. Set it before the first call; deadlines of deliveries are real time.
	Now func() time.Time

	t    testing.TB
	addr string
	ctx  context.Context // ends with the test
	end  context.CancelFunc
	work sync.WaitGroup // everything that the server has running

	mu       sync.Mutex
	changed  *sync.Cond // of mu: something that somebody may wait for
	changes  int        // so far
	http     *http.Server
	tolerate bool
	wrong    []string

	users    map[string]*User
	channels map[string]*Channel
	dms      map[string]string // by user
	messages map[string][]*Message
	stamp    int64 // of the last message, in microseconds
	next     int   // of everything that is counted

	scopes  []string
	used    map[string]bool
	revoked string

	stacks map[string][]*view // open modals, the top last
	homes  map[string]*view
	// offered are the choices that searches found, by their menu.
	offered map[string][]Option

	triggers map[string]*trigger
	urls     map[string]*answerURL

	fault   func(Call) Fault
	calls   []*Call
	files   map[string]*File
	slow    int // messages with a new file that are refused before it is seen
	rates   map[string]rate
	buckets map[string]*bucket

	over       string // base URL of signed deliveries
	sockets    []*socket
	tickets    map[string]bool // of sockets that were asked for and not opened
	off        bool
	maxSockets int
	deliveries []*Delivery
	shown      []showing
}

// New starts a workspace without people or channels on a free loopback port. It
// is closed when t ends, which fails for each of [Server.Violations].
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{
		BotToken: "xoxb-2000-3000-bot", AppToken: "xapp-1-A100-4000-app", SigningSecret: "8f742231b10e8888abcd99yyyzzz85a5",
		TeamID: "T100", BotUserID: "UBOT", BotID: "BBOT", AppID: "A100",
		Now: time.Now, t: t,
		users: map[string]*User{}, channels: map[string]*Channel{}, dms: map[string]string{}, messages: map[string][]*Message{},
		scopes: slices.Clone(defaultScopes), used: map[string]bool{},
		stacks: map[string][]*view{}, homes: map[string]*view{}, offered: map[string][]Option{},
		triggers: map[string]*trigger{}, urls: map[string]*answerURL{}, files: map[string]*File{},
		rates: defaultRates(), buckets: map[string]*bucket{}, tickets: map[string]bool{}, maxSockets: 10,
	}
	s.changed = sync.NewCond(&s.mu)
	s.ctx, s.end = context.WithCancel(context.Background())
	s.users[s.BotUserID] = &User{ID: s.BotUserID, Name: "deskbell", RealName: "Deskbell", Bot: true, TeamID: s.TeamID}
	s.Start()
	t.Cleanup(s.close)
	return s
}

// APIURL is the base of the Web API: "http://127.0.0.1:PORT/api/".
func (s *Server) APIURL() string { return "http://" + s.address() + "/api/" }

func (s *Server) address() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addr
}

// Start listens again after [Server.Stop], on the same port and with all that
// was there before.
func (s *Server) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http != nil {
		return
	}
	addr := s.addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		s.t.Errorf("slacktest: %v", err)
		return
	}
	s.addr = l.Addr().String()
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveAPI)
	mux.HandleFunc("POST /response/{id}", s.serveAnswer)
	mux.HandleFunc("POST /upload/{id}", s.serveUpload)
	mux.HandleFunc("/link", s.serveSocket)
	h := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	s.http = h
	s.work.Go(func() {
		if err := h.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.t.Errorf("slacktest: %v", err)
		}
	})
}

// Stop takes the whole server down: connections are cut, calls are refused.
// What it knows stays.
func (s *Server) Stop() {
	s.mu.Lock()
	h := s.http
	s.http = nil
	open := slices.Clone(s.sockets)
	s.mu.Unlock()
	for _, k := range open {
		k.cut()
	}
	if h != nil {
		if err := h.Close(); err != nil {
			s.t.Errorf("slacktest: %v", err)
		}
	}
}

func (s *Server) close() {
	s.mu.Lock()
	s.end() // under mu: nothing is begun after it
	s.mu.Unlock()
	s.Stop()
	s.mu.Lock()
	s.touch()
	s.mu.Unlock()
	s.work.Wait()
	if s.tolerate {
		return
	}
	for _, w := range s.wrong {
		s.t.Errorf("slacktest: violation: %s", w)
	}
}

// Tolerate lets the test end well in spite of violations.
func (s *Server) Tolerate() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tolerate = true
}

// Violations are what a careful client would not have done, in order.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.wrong)
}

func (s *Server) violate(format string, args ...any) {
	s.wrong = append(s.wrong, fmt.Sprintf(format, args...))
}

// id makes a new one: "V7".
func (s *Server) id(prefix string) string {
	s.next++
	return fmt.Sprintf("%s%d", prefix, s.next)
}

// ts is the stamp of a new message: seconds with six digits, never twice.
func (s *Server) ts() string {
	s.stamp = max(s.stamp+1, s.Now().UnixMicro())
	return fmt.Sprintf("%d.%06d", s.stamp/1e6, s.stamp%1e6)
}

// wait holds until ok or the end of ctx. Call it with mu held.
func (s *Server) wait(ctx context.Context, ok func() bool) error {
	stop := context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.changed.Broadcast()
	})
	defer stop()
	for !ok() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if s.ctx.Err() != nil {
			return errors.New("slacktest: the test is over")
		}
		s.changed.Wait()
	}
	return nil
}

// begin runs f until the test ends. Call it with mu held.
func (s *Server) begin(f func()) {
	if s.ctx.Err() == nil {
		s.work.Go(f)
	}
}

// touch wakes whoever waits for a change. Call it with mu held.
func (s *Server) touch() {
	s.changes++
	s.changed.Broadcast()
}

// Until holds until ok, which is asked again after each change of the server and
// may call any of its methods. It fails when ctx ends.
func (s *Server) Until(ctx context.Context, ok func() bool) error {
	for {
		s.mu.Lock()
		before := s.changes
		s.mu.Unlock()
		if ok() {
			return nil
		}
		s.mu.Lock()
		err := s.wait(ctx, func() bool { return s.changes != before })
		s.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

// showing is something new that somebody could see.
type showing struct {
	user    string // who alone sees it, "" for all of the channel
	channel string
}

func (s *Server) show(user, channel string) {
	s.shown = append(s.shown, showing{user, channel})
	s.touch()
}

func has(list []string, v string) bool { return slices.Contains(list, v) }

func truthy(v string) bool { return v == "true" || v == "1" || strings.EqualFold(v, "t") }
