package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"deskbell.dev/deskbell/internal/chat"
)

// Person is somebody whom the visitor may act as. ID and Handle are the same.
type Person struct {
	chat.User
	Roles []string
}

// Mail is what a client was sent.
type Mail struct {
	To      string
	Subject string
	Text    string
	Ticket  int64
	At      time.Time // zero: the moment it is sent
}

// Config is what the playground needs from the desk. People is required; all
// others may be left out.
type Config struct {
	// After is called when a person's words, press or form have been answered
	// and BEFORE the answer is sent, so that what follows (cards painted,
	// posts) can be seen as soon as the answer has arrived.
	After func(ctx context.Context)
	// Now is the desk's clock, time.Now if nil.
	Now func() time.Time
	// Advance moves the desk's clock forward and returns the new time once
	// everything due until then has happened. nil: the clock cannot be moved.
	Advance func(ctx context.Context, to time.Time) (time.Time, error)
	// People lists those whom the visitor may act as, in the order shown.
	People func(ctx context.Context) ([]Person, error)
	// Zone is the desk's IANA zone, for "next Monday 09:00"; UTC if empty.
	Zone string
	// Dir is the folder of the message log; empty keeps it in memory only.
	Dir string
	Log *slog.Logger
}

// Server is the playground. It implements chat.Platform.
type Server struct {
	cfg  Config
	zone *time.Location
	mux  *http.ServeMux

	clock sync.Mutex     // one move of the clock at a time
	calls sync.WaitGroup // interactions in hand, which Close waits for

	mu       sync.Mutex // guards everything below
	handle   chat.Handler
	state    *state
	log      *journal // nil: memory only
	inflight map[string]chan struct{}
	streams  map[*stream]bool
	closed   bool
}

var _ chat.Platform = (*Server)(nil)

// New reads the message log in c.Dir, if there is one. A last line that was cut
// off by a crash is dropped; any other damage is an error.
func New(c Config) (*Server, error) {
	if c.People == nil {
		return nil, errors.New("web: Config.People is required")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return nil, fmt.Errorf("web: zone %q: %w", c.Zone, err)
	}
	s := &Server{
		cfg: c, zone: zone, mux: http.NewServeMux(), state: newState(),
		inflight: map[string]chan struct{}{}, streams: map[*stream]bool{},
	}
	if c.Dir != "" {
		if s.log, err = openJournal(c.Dir, s.state.apply); err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
	}
	s.routes()
	return s, nil
}

// SetHandler says who answers what people do. Until then they are told that
// the desk is starting. The handler needs the platform to exist first, which is
// why it is not part of Config.
func (s *Server) SetHandler(h chat.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handle = h
}

func (s *Server) routes() {
	s.Mount("POST /api/say", s.call(s.say))
	s.Mount("POST /api/press", s.call(s.press))
	s.Mount("POST /api/submit", s.call(s.submit))
	s.Mount("POST /api/seen", s.call(s.markSeen))
	s.Mount("POST /api/clock", s.call(s.moveClock))
	s.Mount("GET /api/messages", s.call(s.listMessages))
	s.Mount("GET /api/channels", s.call(s.listChannels))
	s.Mount("GET /api/mail", s.call(s.listMail))
	s.Mount("GET /api/pictures/{message}", http.HandlerFunc(s.picture))
	s.Mount("GET /events", http.HandlerFunc(s.events))
	s.Mount("GET /static/", staticFiles())
	s.Mount("GET /{$}", http.HandlerFunc(s.page))
	s.Mount("/", http.HandlerFunc(s.nothingHere))
}

// Mount adds a call behind the same guard; pattern is http.ServeMux's. It is
// for BEFORE serving starts.
func (s *Server) Mount(pattern string, h http.Handler) { s.mux.Handle(pattern, h) }

// Handler serves the page and its calls to this machine only.
func (s *Server) Handler() http.Handler { return guard(s.mux) }

// Close lets interactions in hand finish, ends the pages' streams and closes
// the log. Call it BEFORE http.Server.Shutdown, which would wait for the
// streams forever.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	for st := range s.streams {
		s.drop(st)
	}
	s.mu.Unlock()

	s.calls.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.log == nil {
		return nil
	}
	return s.log.close()
}

// person finds whom a call acts as.
func (s *Server) person(ctx context.Context, handle string) (Person, error) {
	people, err := s.cfg.People(ctx)
	if err != nil {
		return Person{}, fmt.Errorf("people: %w", err)
	}
	for _, p := range people {
		if p.Handle == handle {
			return p, nil
		}
	}
	return Person{}, refuse(http.StatusNotFound,
		"nobody here is called %q; GET /api/people lists who is", handle)
}

// now is the desk's time, as exact as the desk keeps it.
func (s *Server) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Microsecond) }
