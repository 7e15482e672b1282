package discord

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/traffic"
)

// Config is what a Platform is made of.
type Config struct {
	Token       string // the bot's
	Application string // its id
	// PublicKey, in hexadecimal digits, is what deliveries to Routes are signed by;
	// "" to hear of them over the gateway.
	PublicKey string
	// Role, by id or name, is what makes a member of the server one of the desk's;
	// "" for all members.
	Role string
	// APIURL is Discord's API, up to and including /api; "" is Discord's own.
	APIURL   string
	Commands []chat.SlashCommand
	Handle   chat.Handler
	// After is told when something was answered: what follows from it may be due.
	After func()
	// Alone runs what only one of several replicas may do as long as this one may,
	// again and again until ctx ends; nil where there are no others.
	Alone func(ctx context.Context, do func(context.Context))
	// Desk is a channel of the desk's, "" if it has none yet: for those who take no
	// direct messages.
	Desk func(ctx context.Context) (channel string, err error)
	// People are the ids of the desk's members here, to notice who has left; nil to
	// leave that.
	People func(ctx context.Context) ([]string, error)
	// Keep keeps what was typed into a form that was refused, for a day, and Kept
	// has it back.
	Keep func(ctx context.Context, id string, data []byte) error
	Kept func(ctx context.Context, id string) ([]byte, error)
	Log  *slog.Logger
}

// Platform is Discord, over the gateway or by signed HTTP interactions. Nothing is
// taken before Run has learnt which server (guild) the bot is in.
type Platform struct {
	cfg   Config
	key   ed25519.PublicKey // nil over the gateway
	base  string            // of version 10 of the API
	rest  *discordgo.Session
	rates *limiter
	times times

	self       string // the bot's user id
	app        application
	guild      string
	role       string        // the id of Config.Role
	known      chan struct{} // closed once they are
	direct     sync.Map      // where people are told what is for them alone, as talk, by their id
	begins     sync.Mutex    // of private threads
	identified time.Time     // when the last session was begun; hold's
	members    members
	seen       traffic.Recent // messages that were taken
	door       traffic.Gate   // for what comes by HTTP, until it is known to be Discord's
	gate       traffic.Gate   // for what is taken, until it is answered in whole
	work       traffic.Tally
	tried      traffic.Tried
	open       atomic.Bool // the gateway
	mine       atomic.Bool // this replica is to hold the gateway
	trouble    atomic.Pointer[chat.Trouble]
	life       context.Context
	end        context.CancelFunc
}

var _ chat.Platform = (*Platform)(nil)

// times are how long things may take; tests shorten them.
type times struct {
	soon     time.Duration // an answer waits so long for the handler; Discord waits three seconds
	greet    time.Duration // until the gateway says the next thing while it opens
	lasts    time.Duration // a connection that holds so long was a good one
	identify time.Duration // between two sessions that are begun
	retry    time.Duration // the least pause between two tries to open it, doubled up to
	retries  time.Duration
	refused  time.Duration // between two tries after it was closed for what an admin mends
	invalid  time.Duration // after a session was called invalid; up to five times as long
	leavers  time.Duration // between two looks at who has left
}

var usual = times{soon: 1500 * time.Millisecond, greet: 10 * time.Second, lasts: 30 * time.Second, identify: 5 * time.Second, retry: 500 * time.Millisecond, retries: 30 * time.Second,
	refused: 5 * time.Minute, invalid: time.Second, leavers: time.Hour}

const (
	restWithin = 10 * time.Second
	// stopWithin is how long what is under way may take at the end.
	stopWithin = 4 * time.Second
)

// New returns the platform; it does nothing until Run.
func New(c Config) (*Platform, error) {
	key, err := hex.DecodeString(c.PublicKey)
	if err != nil || len(key) != ed25519.PublicKeySize && len(key) != 0 {
		return nil, errors.New("discord: DESKBELL_DISCORD_PUBLIC_KEY is 64 hexadecimal digits, under General Information in the developer portal")
	}
	if len(key) == 0 {
		key = nil
	}
	if c.APIURL == "" {
		c.APIURL = "https://discord.com/api"
	}
	if c.After == nil {
		c.After = func() {}
	}
	others := c.Alone != nil
	if !others {
		c.Alone = func(ctx context.Context, do func(context.Context)) { do(ctx) }
	}
	rest, err := discordgo.New("Bot " + c.Token)
	if err != nil {
		return nil, fmt.Errorf("discord: %w", err)
	}
	rates := newLimiter()
	rest.StateEnabled, rest.ShouldRetryOnRateLimit, rest.MaxRestRetries = false, false, 0
	rest.Client = &http.Client{Timeout: restWithin, Transport: rates}
	life, end := context.WithCancel(context.Background())
	p := &Platform{cfg: c, key: key, base: strings.TrimSuffix(c.APIURL, "/") + "/v10", rest: rest, rates: rates, times: usual, known: make(chan struct{}),
		door: traffic.NewGate(), gate: traffic.NewGate(), life: life, end: end}
	p.mine.Store(key == nil && !others)
	return p, nil
}

// Name is the platform's word in identities and keys.
func (p *Platform) Name() string { return "discord" }

// Limits of a Discord message.
func (p *Platform) Limits() chat.Limits { return limits }

// Run learns who Deskbell is and in which server, registers the commands if they
// are others than those that are there, and holds the gateway open unless Discord
// delivers by HTTP, until the context ends; then it waits for what is under way.
// Nothing of it goes on after it has returned. It is called once.
func (p *Platform) Run(ctx context.Context) {
	defer p.rates.send.(*http.Transport).CloseIdleConnections()
	defer p.end()
	for n := 0; ; n++ {
		err := p.meet(ctx)
		if err == nil {
			p.trouble.Store(nil)
			break
		}
		pause := min(p.times.retry<<min(n, 8), p.times.retries)
		var trouble *chat.Trouble
		switch {
		case ctx.Err() != nil:
		case errors.As(err, &trouble): // it does not pass by itself
			p.trouble.Store(trouble)
			p.cfg.Log.Error("discord: "+trouble.Fix, "cause", trouble.Cause)
			pause = p.times.refused / 5
		default:
			p.cfg.Log.Error("discord: not connected", "err", err)
		}
		if sleep(ctx, pause) != nil {
			return
		}
	}
	var registering sync.WaitGroup
	defer registering.Wait()
	if err := p.register(ctx); err != nil { // the commands of before still work
		p.cfg.Log.Error("discord: the commands are not registered", "err", err)
		registering.Go(func() { p.registerLater(ctx) })
	}
	close(p.known)
	if t := p.app.wrong(p.cfg); t != nil { // it may be mended while Deskbell runs
		p.cfg.Log.Error("discord: "+t.Fix, "cause", t.Cause)
	}
	p.cfg.Log.Info("discord: connected", "server", p.guild, "by", map[bool]string{true: "signed HTTP", false: "the gateway"}[p.key != nil])
	p.cfg.Alone(ctx, p.replica)
	<-ctx.Done()
	p.work.Wait(stopWithin)
	p.end()
	p.work.Wait(time.Second)
}

// replica is what one of several does.
func (p *Platform) replica(ctx context.Context) {
	var looking sync.WaitGroup
	if p.cfg.People != nil {
		looking.Go(func() { p.lookAfter(ctx) })
	}
	if p.key == nil {
		p.hold(ctx)
	}
	<-ctx.Done()
	looking.Wait()
}

// Idle waits until nothing that was taken is still to be answered.
func (p *Platform) Idle() { p.work.Wait(time.Hour) }

// Ready says what keeps Discord from working, nil if nothing is known to.
func (p *Platform) Ready(context.Context) error {
	if t := p.trouble.Load(); t != nil {
		return t
	}
	if err := p.met(); err != nil {
		return err
	}
	if p.mine.Load() && !p.open.Load() {
		return errors.New("discord: the gateway is not open")
	}
	return nil
}

// errNotYet: nothing can be said before Discord has told who Deskbell is.
var errNotYet = errors.New("discord: not connected yet")

// met reports whether it has.
func (p *Platform) met() error {
	select {
	case <-p.known:
		return nil
	default:
		return errNotYet
	}
}

// Find looks a member of the server up, by id, mention, name or handle. ErrUnknown
// if nobody or several are called that.
func (p *Platform) Find(ctx context.Context, who string) (chat.User, error) {
	if err := p.met(); err != nil {
		return chat.User{}, err
	}
	word := strings.TrimPrefix(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(who), "<@"), ">"), "@")
	id, _, _ := strings.Cut(word, "|")
	var found []member
	path := "/guilds/" + p.guild + "/members/"
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	switch {
	case word == "":
		return chat.User{}, fmt.Errorf("discord: nobody: %w", chat.ErrUnknown)
	case idShape.MatchString(id):
		var m member
		if err := p.call(ctx, "GET", path+id, nil, &m); err != nil && !nobody(err) {
			return chat.User{}, err
		} else if err == nil {
			found = append(found, m)
		}
	default:
		var all []member
		if err := p.call(ctx, "GET", path+"search?limit=100&query="+url.QueryEscape(word), nil, &all); err != nil {
			return chat.User{}, err
		}
		for _, m := range all { // it searches by beginnings
			if u := p.user(m); strings.EqualFold(u.Handle, word) || strings.EqualFold(u.Name, word) {
				found = append(found, m)
			}
		}
	}
	if len(found) != 1 {
		return chat.User{}, fmt.Errorf("discord: %q: %w", who, chat.ErrUnknown)
	}
	return p.user(found[0]), nil
}

// Channel is the id of a text channel of the server, by id, mention or name.
func (p *Platform) Channel(ctx context.Context, name string) (string, error) {
	if err := p.met(); err != nil {
		return "", err
	}
	word := strings.TrimPrefix(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(name), "<#"), ">"), "#")
	var all []struct {
		ID, Name string
		Type     int
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if err := p.call(ctx, "GET", "/guilds/"+p.guild+"/channels", nil, &all); err != nil {
		return "", err
	}
	for _, c := range all {
		if c.Type == 0 && (c.ID == word || strings.EqualFold(c.Name, word)) {
			return c.ID, nil
		}
	}
	return "", fmt.Errorf("discord: channel %q: %w", name, chat.ErrUnknown)
}
