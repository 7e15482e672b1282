package discord

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/traffic"
)

// Config is what a Platform is made of.
type Config struct {
	Token       string // the bot's
	Application string // its id
	// PublicKey, in hexadecimal digits, is what deliveries to Handler are signed by.
	PublicKey string
	// APIURL is Discord's API, up to and including /api; "" is Discord's own.
	APIURL   string
	Commands []chat.SlashCommand
	Handle   chat.Handler
	// After is told when something was answered: what follows from it may be due.
	After func()
	Log   *slog.Logger
}

// Platform is Discord by signed HTTP interactions. Nothing is taken before Run has
// learnt which server (guild) the bot is in.
type Platform struct {
	cfg  Config
	key  ed25519.PublicKey
	base string // of version 10 of the API
	rest *discordgo.Session
	soon time.Duration // an answer waits so long for the handler

	self   string // the bot's user id
	guild  string
	known  chan struct{} // closed once they are
	direct sync.Map      // channels of direct messages, by person's id
	typed  sync.Map      // forms that were refused, with what was typed, by id
	work   traffic.Tally
	life   context.Context
	end    context.CancelFunc
}

var _ chat.Platform = (*Platform)(nil)

const (
	// answerWithin is when an interaction is acknowledged at the latest; Discord
	// waits three seconds.
	answerWithin = 1500 * time.Millisecond
	restWithin   = 10 * time.Second
	// stopWithin is how long what is under way may take at the end.
	stopWithin = 4 * time.Second
)

// New returns the platform; it does nothing until Run.
func New(c Config) (*Platform, error) {
	key, err := hex.DecodeString(c.PublicKey)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, errors.New("discord: the public key is 64 hexadecimal digits")
	}
	if c.APIURL == "" {
		c.APIURL = "https://discord.com/api"
	}
	if c.After == nil {
		c.After = func() {}
	}
	rest, err := discordgo.New("Bot " + c.Token)
	if err != nil {
		return nil, fmt.Errorf("discord: %w", err)
	}
	rest.StateEnabled, rest.ShouldRetryOnRateLimit, rest.MaxRestRetries = false, false, 0
	rest.Client = &http.Client{Timeout: restWithin}
	life, end := context.WithCancel(context.Background())
	return &Platform{cfg: c, key: key, base: strings.TrimSuffix(c.APIURL, "/") + "/v10", rest: rest, soon: answerWithin, known: make(chan struct{}), life: life, end: end}, nil
}

// Name is the platform's word in identities and keys.
func (p *Platform) Name() string { return "discord" }

// Limits of a Discord message.
func (p *Platform) Limits() chat.Limits { return limits }

// Run learns who Deskbell is and in which server, registers the commands if they
// are others than those that are there, and waits for the context to end, then for
// what is under way.
func (p *Platform) Run(ctx context.Context) {
	defer p.end()
	for n := 0; ; n++ {
		err := p.meet(ctx)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return
		}
		p.cfg.Log.Error("discord: not connected", "err", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(min(time.Second<<min(n, 5), 30*time.Second)):
		}
	}
	close(p.known)
	<-ctx.Done()
	p.work.Wait(stopWithin)
}

// Idle waits until nothing that was taken is still to be answered.
func (p *Platform) Idle() { p.work.Wait(time.Hour) }

// Ready says what keeps Discord from working, nil if nothing is known to.
func (p *Platform) Ready(context.Context) error {
	select {
	case <-p.known:
		return nil
	default:
		return errors.New("discord: not connected yet")
	}
}

func (p *Platform) meet(ctx context.Context) error {
	var me user
	if err := p.call(ctx, "GET", "/users/@me", nil, &me); err != nil {
		return err
	}
	var guilds []struct{ ID string }
	if err := p.call(ctx, "GET", "/users/@me/guilds", nil, &guilds); err != nil {
		return err
	}
	if len(guilds) != 1 {
		return fmt.Errorf("discord: the bot is in %d servers, and a desk is of one: invite it to yours, and remove it from others", len(guilds))
	}
	p.self, p.guild = me.ID, guilds[0].ID
	return p.register(ctx)
}

// register overwrites the server's commands where they differ from ours.
func (p *Platform) register(ctx context.Context) error {
	path := "/applications/" + p.cfg.Application + "/guilds/" + p.guild + "/commands"
	want := commandsOf(p.cfg.Commands)
	var have []command
	if err := p.call(ctx, "GET", path, nil, &have); err != nil {
		return err
	}
	byName := func(a, b command) int { return strings.Compare(a.Name, b.Name) }
	sorted := slices.SortedFunc(slices.Values(want), byName)
	slices.SortFunc(have, byName)
	a, err := json.Marshal(sorted)
	if err != nil {
		return err
	}
	if b, err := json.Marshal(have); err == nil && string(a) == string(b) {
		return nil
	}
	return p.call(ctx, "PUT", path, want, nil)
}

// Find looks a member of the server up, by id, mention, name or handle. ErrUnknown
// if nobody or several are called that.
func (p *Platform) Find(ctx context.Context, who string) (chat.User, error) {
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
		if err := p.call(ctx, "GET", path+id, nil, &m); err != nil && code(err) != unknownMember {
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
			if u := from(interaction{Member: &m}, p.guild); strings.EqualFold(u.Handle, word) || strings.EqualFold(u.Name, word) {
				found = append(found, m)
			}
		}
	}
	if len(found) != 1 {
		return chat.User{}, fmt.Errorf("discord: %q: %w", who, chat.ErrUnknown)
	}
	return from(interaction{Member: &found[0]}, p.guild), nil
}

// Channel is the id of a text channel of the server, by id, mention or name.
func (p *Platform) Channel(ctx context.Context, name string) (string, error) {
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
