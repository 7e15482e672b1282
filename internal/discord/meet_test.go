package discord_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/discord"
	"deskbell.dev/deskbell/internal/discord/discordtest"
)

// The same where Discord delivers by HTTP: a call tells it.
func TestRevokedTokenByHTTP(t *testing.T) {
	d := newDesk(t)
	d.srv.Token("another")
	if _, err := d.pf.Post(t.Context(), chat.Place{Channel: channel}, *tell("hello"), "k", time.Time{}); !errors.As(err, new(*chat.Trouble)) {
		t.Errorf("a post: %v", err)
	}
	if err := d.pf.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "DESKBELL_DISCORD_TOKEN") {
		t.Errorf("ready: %v", err)
	}
	d.answersWith(chat.Reply{Message: tell("still heard")}) // answers need no token
	d.did(d.types(ann, channel, "new"))
	if err := d.pf.Ready(t.Context()); err == nil {
		t.Error("an answer made it ready")
	}
	d.srv.Token("token")
	d.post(chat.Place{Channel: channel}, *card("hello"))
	if err := d.pf.Ready(t.Context()); err != nil {
		t.Errorf("ready: %v", err)
	}
}

// Who has left the server is noticed, and nobody else: neither who lost the role that
// makes them of the desk, nor all of them when an admin takes the role away.
func TestWhoHasLeft(t *testing.T) {
	in := func(id string, roles ...string) discordtest.User {
		return discordtest.User{ID: id, Name: id, Guild: discordtest.Guild, Roles: roles}
	}
	d := &desk{T: t, before: func(srv *discordtest.Server) {
		srv.AddUser(in(ann, discordtest.Role))
		srv.AddUser(in(ben, discordtest.Role))
	}, tune: func(c *discord.Config) {
		c.Role = "@desk"
		c.People = func(context.Context) ([]string, error) { return []string{ann, ben}, nil }
	}}
	d.asks = d.handle
	d.answersWith(chat.Reply{})
	d.open(false)
	d.srv.AddUser(in(ann)) // without the role
	d.srv.AddUser(discordtest.User{ID: ben, Name: "ben", Guild: "900000000000000009"})
	looks := 0 // Ben comes last in a look: then Ann was looked at, too
	d.until("it is noticed twice", func() bool {
		for _, in := range d.taken() {
			if in.Kind != chat.Left || in.From.ID != ben {
				t.Fatalf("heard %+v", in)
			}
			looks++
		}
		return looks >= 2
	})
}

// Nothing is said before Discord has told who Deskbell is: its earlier posts would
// not be known.
func TestBeforeItIsKnown(t *testing.T) {
	srv := discordtest.New(t)
	srv.AddChannel(discordtest.Channel{ID: channel, Name: "desk"})
	pf, err := discord.New(discord.Config{Token: "token", APIURL: srv.APIURL(), Handle: (&desk{}).handle, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	_, posted := pf.Post(t.Context(), chat.Place{Channel: channel}, *card("once"), "k", time.Now())
	_, found := pf.Find(t.Context(), "ann")
	_, there := pf.Channel(t.Context(), "desk")
	for what, err := range map[string]error{"post": posted, "edit": pf.Edit(t.Context(), chat.MessageRef{Place: chat.Place{Channel: channel}, ID: "1"}, *card("x")), "find": found, "channel": there} {
		if err == nil || errors.Is(err, chat.ErrGone) || errors.Is(err, chat.ErrNever) || errors.Is(err, chat.ErrUnknown) || errors.As(err, new(*chat.Trouble)) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if len(srv.All()) > 0 {
		t.Error("something was posted")
	}
}

// Of several servers the desk's is the one that its channel is in; without a channel
// an admin is told what to do.
func TestSeveralServers(t *testing.T) {
	d := &desk{T: t, before: func(srv *discordtest.Server) { srv.Guilds("900000000000000009", discordtest.Guild) }}
	d.asks = d.handle
	d.answersWith(chat.Reply{Message: tell("heard")})
	d.open(false)
	d.hears("in ours")
	pf, err := discord.New(discord.Config{Token: "token", APIURL: d.srv.APIURL(), PublicKey: d.srv.PublicKey(), Handle: d.asks, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	pf.Hasten()
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { pf.Run(ctx) })
	d.until("it says why", func() bool {
		err := pf.Ready(ctx)
		return errors.As(err, new(*chat.Trouble)) && strings.Contains(err.Error(), "Public Bot")
	})
	stop()
	running.Wait()
}

// What keeps the commands from being registered keeps nothing else from working; they
// are registered when it is over.
func TestCommandsAreRegisteredLater(t *testing.T) {
	var full atomic.Bool
	full.Store(true)
	d := &desk{T: t, before: func(srv *discordtest.Server) {
		srv.Answer(func(method, path string) int {
			if method == "PUT" && strings.HasSuffix(path, "/commands") && full.Load() {
				return 503
			}
			return 0
		})
	}}
	d.asks = d.handle
	d.open(false)
	d.post(chat.Place{Channel: channel}, *card("a card"))
	if _, puts := d.srv.Registered(); puts > 0 {
		t.Error("they were registered")
	}
	full.Store(false)
	d.until("they are registered", func() bool { _, puts := d.srv.Registered(); return puts == 1 })
}
