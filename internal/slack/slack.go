package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/traffic"
)

// Config is what a Platform is made of.
type Config struct {
	BotToken string
	// AppToken: deliveries come over Socket Mode.
	AppToken string
	// SigningSecret: deliveries come as signed HTTP requests to Handler.
	SigningSecret string
	// APIURL is Slack's Web API, up to and including /api/; "" is Slack's own.
	APIURL string
	// Zone is the desk's: times in fallback texts stand in it.
	Zone *time.Location
	// PostEvery is the least time between two posts into one channel, 0 for
	// Slack's own second.
	PostEvery time.Duration
	Handle    chat.Handler
	// After is told when something was answered: what follows from it may be due.
	After func()
	Log   *slog.Logger
}

// Platform is Slack. Nothing is taken before Run has learnt which workspace the
// token is for.
type Platform struct {
	cfg    Config
	client *slack.Client
	hooks  *http.Client // for response_url
	base   *url.URL     // of the Web API

	self   slack.AuthTestResponse
	known  chan struct{} // closed once self is
	people people
	direct sync.Map // channels of direct messages by person's id
	owned  sync.Map // the same channels
	files  sync.Map // pictures that were uploaded, as upload, by their post's key
	pace   pacer
	seen   traffic.Recent // events that were taken
	gate   traffic.Gate   // for what is taken, until it is answered in whole
	polite chan struct{}  // courtesies under way
	work   traffic.Tally

	life     context.Context // ends when Run has ended
	end      context.CancelFunc
	times    times
	stopping atomic.Bool
	sockets  atomic.Int32 // open ones
	links    sync.Map     // the same, as *link
	trouble  atomic.Pointer[chat.Trouble]
	tried    traffic.Tried
}

// times are how long things may take; tests shorten them.
type times struct {
	soon       time.Duration // an acknowledgement waits so long for the handler: what comes later is answered by a window that can still be opened
	eventually time.Duration // the same for an event, at which nobody looks
	silence    time.Duration // without any traffic a socket is dead
	pauseLeast time.Duration // between two tries to open a socket, doubled up to
	pauseMost  time.Duration
	linger     time.Duration // a socket that Slack refreshes is heard for so long
	settle     time.Duration // after an acknowledgement, until its view can be replaced
	lookAgain  time.Duration // until a post is looked for a second time
	triggers   time.Duration // a trigger_id's life: no window opens later
	patience   time.Duration // a late answer is tried for so long to be shown
}

var usual = times{soon: 1200 * time.Millisecond, eventually: 2200 * time.Millisecond, silence: 30 * time.Second, pauseLeast: 500 * time.Millisecond,
	pauseMost: 15 * time.Second, linger: 10 * time.Second, settle: 250 * time.Millisecond, lookAgain: 1500 * time.Millisecond,
	triggers: 3 * time.Second, patience: 30 * time.Second}

const (
	// stopWithin is how long what is under way may take at the end.
	stopWithin = 4 * time.Second
	// apiWithin bounds one call of Slack's Web API.
	apiWithin = 10 * time.Second
)

// New returns the platform; it does nothing until Run.
func New(c Config) (*Platform, error) {
	if c.APIURL == "" {
		c.APIURL = slack.APIURL
	}
	if !strings.HasSuffix(c.APIURL, "/") {
		c.APIURL += "/"
	}
	u, err := url.Parse(c.APIURL)
	if err != nil {
		return nil, fmt.Errorf("slack: %w", err)
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.PostEvery == 0 {
		c.PostEvery = time.Second
	}
	if c.After == nil {
		c.After = func() {}
	}
	if c.Log == nil { // Check says itself what it finds
		c.Log = slog.New(slog.DiscardHandler)
	}
	tr := http.DefaultTransport.(*http.Transport).Clone()
	tr.MaxIdleConnsPerHost = 64
	hc := &http.Client{Timeout: apiWithin, Transport: tr}
	life, end := context.WithCancel(context.Background())
	return &Platform{
		cfg: c, base: u, life: life, end: end, times: usual, polite: make(chan struct{}, 4), known: make(chan struct{}), pace: newPacer(c.PostEvery), gate: traffic.NewGate(),
		client: slack.New(c.BotToken, slack.OptionAPIURL(c.APIURL), slack.OptionHTTPClient(hc), slack.OptionAppLevelToken(c.AppToken)),
		hooks: &http.Client{Timeout: 5 * time.Second, Transport: tr,
			CheckRedirect: func(*http.Request, []*http.Request) error {
				return errors.New("slack: a response_url does not redirect")
			}},
	}, nil
}

// Name is the platform's word in identities and keys.
func (p *Platform) Name() string { return "slack" }

// Run learns who Deskbell is in the workspace and who is in it, and keeps the
// sockets open, until the context ends; then it waits for what is under way.
// Nothing of it goes on after it has returned. It is called once.
func (p *Platform) Run(ctx context.Context) {
	defer p.hooks.CloseIdleConnections()
	defer p.end()
	if p.meet(ctx) != nil {
		return
	}
	sockets, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var running sync.WaitGroup
	running.Go(func() {
		if err := p.meetAll(ctx); err != nil && ctx.Err() == nil {
			p.cfg.Log.Warn("slack: people are asked for one by one", "err", err)
		}
	})
	if p.cfg.AppToken != "" {
		running.Go(func() { p.watchSockets(sockets) })
	}
	<-ctx.Done()
	p.stopping.Store(true) // what comes now is told to come again
	p.work.Wait(stopWithin)
	stop()
	p.end()
	running.Wait()
	p.work.Wait(time.Second)
}

// meet asks which workspace the token is for until Slack says.
func (p *Platform) meet(ctx context.Context) error {
	for n := 0; ; n++ {
		var self *slack.AuthTestResponse
		err := p.call(ctx, "auth.test", func(c *slack.Client) (err error) { self, err = c.AuthTestContext(ctx); return })
		if err == nil {
			p.self = *self
			close(p.known)
			p.cfg.Log.Info("slack: connected", "workspace", self.Team, "as", self.User)
			return nil
		}
		if ctx.Err() == nil {
			p.cfg.Log.Error("slack: not connected", "err", err)
		}
		if err := sleep(ctx, min(time.Second<<min(n, 5), 30*time.Second)); err != nil {
			return err
		}
	}
}

// Idle waits until nothing that was taken is still to be answered.
func (p *Platform) Idle() { p.work.Wait(time.Hour) }

// Ready says what keeps Slack from working, nil if nothing does: the token, or
// no socket is open.
func (p *Platform) Ready(context.Context) error {
	select {
	case <-p.known:
	default:
		return errors.New("slack: not connected yet")
	}
	if t := p.trouble.Load(); t != nil {
		return t
	}
	if p.cfg.AppToken != "" && p.sockets.Load() == 0 {
		return errors.New("slack: no socket is open")
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
