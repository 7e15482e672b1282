package bot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"deskbell.dev/deskbell/bot"
	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/config"
	"deskbell.dev/deskbell/internal/outbox"
	"deskbell.dev/deskbell/internal/sample"
	"deskbell.dev/deskbell/internal/web"
	"deskbell.dev/deskbell/store"
	"deskbell.dev/deskbell/store/pgtest"
)

// monday is when every play begins: 2 March 2026, 09:00 UTC, a working day.
var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// core is a whole desk without anybody's platform: the sample's people and
// clients, and no ticket yet.
type core struct {
	t     testing.TB
	log   *slog.Logger
	store *store.Store
	bot   *bot.Bot
	box   *outbox.Outbox
	mu    sync.Mutex
	now   time.Time
}

func (p *core) clock() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

// engines are the databases that a play runs on.
func engines(t *testing.T, f func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) { f(t, filepath.Join(t.TempDir(), "desk.db")) })
	t.Run("postgres", func(t *testing.T) { f(t, pgtest.Schema(t)) })
}

// newCore is a desk whose people are where the configuration says.
func newCore(t testing.TB, url string, desk []byte) *core {
	t.Helper()
	ctx := context.Background()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	if os.Getenv("DESKBELL_TEST_LOG") != "" {
		log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	p := &core{t: t, log: log, now: monday}
	s, err := store.Open(ctx, url, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	p.store = s
	f, err := config.Parse("desk.yaml", desk)
	if err != nil {
		t.Fatal(err)
	}
	if err := config.Apply(ctx, s, f, p.now); err != nil {
		t.Fatal(err)
	}
	if err := sample.OnDuty(ctx, s, p.now); err != nil {
		t.Fatal(err)
	}
	return p
}

// speak gives the desk its platforms and its mail.
func (p *core) speak(send func(ctx context.Context, key string, l bot.Letter) error, on ...chat.Platform) {
	p.bot = bot.New(bot.Config{Store: p.store, Now: p.clock, Platforms: on, Log: p.log, Send: send})
	p.box = outbox.New(p.store, p.bot.Carry, p.clock, "play", 1, p.log)
}

// play is a desk behind the playground's own interface.
type play struct {
	*core
	http http.Handler
	form string       // the last that was opened
	more []web.Person // of the workspace, beside the desk's members
}

func newPlay(t testing.TB, url string) *play {
	t.Helper()
	p := &play{core: newCore(t, url, sample.Config)}
	w, err := web.New(web.Config{Now: p.clock, Advance: p.advance, Log: p.log,
		After: func(ctx context.Context) { p.drain(ctx) },
		People: func(ctx context.Context) ([]web.Person, error) {
			people, err := p.bot.People(ctx)
			var out []web.Person
			for _, m := range people {
				out = append(out, web.Person{User: chat.User{ID: m.Handle, Handle: m.Handle, Name: m.Name}, Roles: m.Roles})
			}
			return append(out, p.more...), err
		}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	p.speak(func(ctx context.Context, key string, l bot.Letter) error {
		return w.SendMail(ctx, key, web.Mail{To: l.To, Subject: l.Subject, Text: l.Text, Ticket: l.Ticket, At: p.clock()})
	}, w)
	w.SetHandler(p.bot.Handle)
	for pattern, h := range p.bot.Data() {
		w.Mount(pattern, h)
	}
	p.http = w.Handler()
	return p
}

func (p *core) drain(ctx context.Context) {
	if err := p.box.Drain(ctx); err != nil {
		p.t.Errorf("outbox: %v", err)
	}
}

// advance steps through every due instant in order, like the demo's clock.
func (p *core) advance(ctx context.Context, to time.Time) (time.Time, error) {
	for {
		due, ok, err := p.store.NextDue(ctx)
		if err != nil {
			return p.clock(), err
		}
		p.mu.Lock()
		if ok && due.After(p.now) && !due.After(to) {
			p.now = due
		} else if !ok || due.After(to) {
			p.now = to
			p.mu.Unlock()
			break
		}
		p.mu.Unlock()
		p.drain(ctx)
	}
	p.drain(ctx)
	return p.clock(), nil
}

// call is one call of the playground's interface; a status of 500 fails.
func (p *play) call(method, path string, body any, into any) int {
	p.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	r := httptest.NewRequest(method, "http://127.0.0.1"+path, bytes.NewReader(data))
	r.RemoteAddr = "127.0.0.1:5555"
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	p.http.ServeHTTP(w, r)
	if w.Code >= 500 {
		p.t.Fatalf("%s %s %s: %d %s", method, path, data, w.Code, w.Body)
	}
	if into != nil {
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
			p.t.Fatalf("%s %s: %v in %s", method, path, err, w.Body)
		}
	}
	return w.Code
}

// The interface's shapes, as a script of somebody else's would see them.
type (
	reply struct {
		Message *message
		Form    *form
		Refusal *struct{ Rule, Text string }
		Errors  map[string]string
		Error   string
	}
	message struct {
		ID, In, Thread, From, To, Text string
		Card                           *card
	}
	card struct {
		Title, Text string
		Fields      []struct{ Name, Value string }
		Actions     []action
		Rows        []row
	}
	row struct {
		Text    string
		Actions []action
	}
	action struct {
		Action, Verb, Label, Value string
		Ticket                     int
		Options                    []struct{ Value, Label string }
	}
	form struct {
		ID, Title string
		Fields    []struct {
			Name, Label, Kind, Value string
			Required                 bool
			Options                  []struct{ Value, Label string }
		}
	}
)

func (p *play) say(as, text string) reply {
	var r reply
	p.call("POST", "/api/say", map[string]string{"as": as, "in": "desk", "text": text}, &r)
	return r
}

func (p *play) press(as, message, token, value string) reply {
	var r reply
	body := map[string]string{"as": as, "message": message, "action": token}
	if value != "" {
		body["value"] = value
	}
	p.call("POST", "/api/press", body, &r)
	return r
}

func (p *play) submit(as, form string, values map[string]string) reply {
	var r reply
	p.call("POST", "/api/submit", map[string]any{"as": as, "form": form, "values": values}, &r)
	return r
}

// letter is mail to a client.
type letter struct{ To, Subject, Text string }

func (p *play) people() []string {
	var people []struct{ Handle string }
	p.call("GET", "/api/people", nil, &people)
	var hs []string
	for _, h := range people {
		hs = append(hs, h.Handle)
	}
	return hs
}

func (p *play) messages(in, as string) []message {
	var ms []message
	p.call("GET", "/api/messages?in="+in+"&as="+as, nil, &ms)
	return ms
}

func (p *play) mail() []letter {
	var ls []letter
	p.call("GET", "/api/mail", nil, &ls)
	return ls
}

func (p *play) move(body map[string]string) string {
	var now struct{ Now string }
	p.call("POST", "/api/clock", body, &now)
	return now.Now
}

func (p *play) ticket(n int) map[string]any {
	var m map[string]any
	p.call("GET", fmt.Sprintf("/api/tickets/%d", n), nil, &m)
	return m
}
