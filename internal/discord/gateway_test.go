package discord_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/discord"
	"deskbell.dev/deskbell/internal/discord/discordtest"
)

// newGatewayDesk is heard over the gateway, with heartbeats so often.
func newGatewayDesk(t *testing.T, beat time.Duration, faults ...discordtest.Fault) *desk {
	d := &desk{T: t, before: func(srv *discordtest.Server) { srv.Beat(beat); srv.Fail(faults...) }}
	d.asks = d.handle
	d.answersWith(chat.Reply{Message: tell("heard")})
	d.open(true)
	return d
}

// hears fails unless what somebody does is answered once.
func (d *desk) hears(what string) {
	d.Helper()
	d.answersWith(chat.Reply{Message: tell(what)})
	d.did(d.types(ann, channel, "new"))
	d.one()
	d.sees(ann, channel, what)
}

// sessions waits until so many were begun and resumed, and one is held.
func (d *desk) sessions(begun, resumed int) {
	d.Helper()
	d.until(fmt.Sprintf("%d sessions begun and %d resumed", begun, resumed), func() bool {
		b, r, held := d.srv.Sessions()
		return b == begun && r == resumed && held == 1 && d.pf.Ready(d.Context()) == nil
	})
}

// A gateway that says nothing, the wrong thing first or no JSON is given up, and the
// next connection works.
func TestGatewayThatDoesNotOpen(t *testing.T) {
	for _, f := range []discordtest.Fault{discordtest.NoHello, discordtest.NoReady, discordtest.AckFirst, discordtest.ReconnectSoon, discordtest.Garbage, discordtest.SevenForReady} {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			d := newGatewayDesk(t, time.Minute, f, f)
			d.sessions(1, 0)
			d.hears("after it")
		})
	}
}

// However the line ends, the session is resumed or begun anew as Discord wants it,
// and what was done meanwhile is answered.
func TestGatewayThatEnds(t *testing.T) {
	for name, c := range map[string]struct {
		end     func(*discordtest.Server)
		resumed bool
	}{
		"asked to reconnect":     {func(s *discordtest.Server) { s.Ask(7, nil) }, true},
		"invalid, but resumable": {func(s *discordtest.Server) { s.Ask(9, true) }, true},
		"invalid":                {func(s *discordtest.Server) { s.Ask(9, false) }, false},
		"cut":                    {func(s *discordtest.Server) { s.Drop(0) }, true},
		"unknown error":          {func(s *discordtest.Server) { s.Drop(4000) }, true},
		"restart":                {func(s *discordtest.Server) { s.Drop(1012) }, true},
		"timed out":              {func(s *discordtest.Server) { s.Drop(4009) }, false},
		"bad sequence":           {func(s *discordtest.Server) { s.Drop(4007) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newGatewayDesk(t, time.Minute)
			d.hears("before")
			c.end(d.srv)
			if c.resumed {
				d.hears("in between")
				d.sessions(1, 1)
			} else {
				d.sessions(2, 0)
			}
			d.hears("after")
		})
	}
}

// A gateway that does not answer heartbeats is left, and what it kept to itself comes
// by the next connection. One that asks for a heartbeat has it at once.
func TestSilentGateway(t *testing.T) {
	d := &desk{T: t, greet: time.Hour, before: func(srv *discordtest.Server) { srv.Beat(20 * time.Millisecond) }}
	d.asks = d.handle
	d.answersWith(chat.Reply{Message: tell("heard")})
	d.open(true)
	d.srv.Ask(1, nil)
	d.srv.Deaf(true)
	done := make(chan error, 1)
	go func() { done <- d.types(ann, channel, "new") }()
	d.until("the dead line is left", func() bool { _, _, held := d.srv.Sessions(); return held == 0 })
	d.srv.Deaf(false)
	d.did(<-done)
	d.one()
	d.sees(ann, channel, "heard")
	if begun, _, _ := d.srv.Sessions(); begun != 1 {
		t.Errorf("%d sessions were begun", begun)
	}
}

// What an admin must mend is told by Ready, and tried again later.
func TestRevokedToken(t *testing.T) {
	d := newGatewayDesk(t, time.Minute)
	d.srv.Token("another")
	d.srv.Drop(4004)
	d.until("the token is called bad", func() bool {
		err := d.pf.Ready(t.Context())
		return err != nil && strings.Contains(err.Error(), "DESKBELL_DISCORD_TOKEN")
	})
	if _, err := d.pf.Post(t.Context(), chat.Place{Channel: channel}, *tell("hello"), "k", time.Time{}); !errors.As(err, new(*chat.Trouble)) {
		t.Errorf("a post: %v", err)
	}
	d.srv.Token("token")
	d.sessions(2, 0)
	d.hears("again")
	d.srv.CloseNext(4014)
	d.srv.Drop(4007)
	d.sessions(3, 0)
}

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

// No session is begun that is over the day's budget.
func TestSessionBudget(t *testing.T) {
	d := newGatewayDesk(t, time.Minute)
	d.srv.Budget(0)
	d.srv.Ask(9, false)
	d.sessions(2, 0)
	d.hears("after a pause")
}

// An acknowledgement that is lost or refused is made again in time, once; one that
// never arrives comes as a direct message.
func TestLostAcknowledgement(t *testing.T) {
	for name, status := range map[string]int{"refused": 503, "lost": -503} {
		t.Run(name, func(t *testing.T) {
			d := newGatewayDesk(t, time.Minute)
			var tries atomic.Int32
			d.srv.Answer(func(_, path string) int {
				if strings.HasSuffix(path, "/callback") && tries.Add(1) == 1 {
					return status
				}
				return 0
			})
			d.hears("once")
			d.seesNot(ann, d.srv.DM(ann), "once")
		})
	}
	t.Run("never", func(t *testing.T) {
		d := newGatewayDesk(t, time.Minute)
		d.srv.Within(200 * time.Millisecond)
		d.srv.Answer(func(_, path string) int {
			if strings.HasSuffix(path, "/callback") {
				return 404
			}
			return 0
		})
		d.answersWith(chat.Reply{Message: tell("done")})
		if d.types(ann, channel, "new") == nil {
			t.Error("it was acknowledged")
		}
		d.answersWith(chat.Reply{Form: &chat.Form{Token: "f", Title: "A form", Fields: []chat.Field{{Name: "summary", Label: "Summary"}}}})
		if d.types(ben, channel, "new") == nil {
			t.Error("it was acknowledged")
		}
		d.pf.Idle()
		d.sees(ann, d.srv.DM(ann), "done")
		m := d.sees(ben, d.srv.DM(ben), chat.NotShown)
		d.srv.Answer(nil)
		d.srv.Within(3 * time.Second)
		d.did(d.srv.Press(ben, m, d.button(m, chat.OnceMore), 2))
		if _, open := d.srv.Modal(ben); !open {
			t.Error("the form does not open")
		}
	})
}

// Words to Deskbell directly are a command; a form comes as a button.
func TestDirectWords(t *testing.T) {
	d := newGatewayDesk(t, time.Minute)
	d.srv.Say(ann, "mine, *please*")
	d.until("it is heard", func() bool { return d.count() > 0 })
	if in := d.one(); in.Kind != chat.Command || in.Text != "mine, *please*" || in.From.Name != "Ann Okafor" || in.Place.User != ann {
		t.Errorf("heard %+v", in)
	}
	d.sees(ann, d.srv.DM(ann), "heard")
	d.srv.Say(zoe, "let me in")
	d.until("it is heard", func() bool { return d.count() > 0 })
	if in := d.one(); in.From.Outside != "other workspace" {
		t.Errorf("heard %+v", in)
	}
	d.answersWith(chat.Reply{Form: &chat.Form{Token: "f", Title: "A form", Fields: []chat.Field{{Name: "summary", Label: "Summary"}}}})
	d.srv.Say(ben, "new")
	d.until("it is heard", func() bool { return d.count() > 0 })
	d.one()
	m := d.sees(ben, d.srv.DM(ben), chat.ByPress)
	d.did(d.srv.Press(ben, m, d.button(m, chat.OnceMore), 2))
	if _, open := d.srv.Modal(ben); !open {
		t.Error("the form does not open")
	}
}

// The end comes soon, also while the gateway says nothing.
func TestStopWhileItOpens(t *testing.T) {
	srv := discordtest.New(t)
	srv.Fail(discordtest.NoHello)
	srv.OverGateway()
	pf, err := discord.New(discord.Config{Token: "token", Application: discordtest.Application, APIURL: srv.APIURL(), Handle: (&desk{}).handle, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); pf.Run(ctx) }()
	d := &desk{T: t}
	d.until("a line is there", func() bool { return srv.Lines() == 1 })
	stop()
	select {
	case <-done:
	case <-time.After(3 * time.Second):
		t.Fatal("it does not end")
	}
}

// Of two replicas one holds the gateway; when its time is over the other does.
func TestOneHoldsTheGateway(t *testing.T) {
	turn := make(chan struct{}, 3)
	turn <- struct{}{}
	ends := make(chan context.CancelFunc, 2)
	d := &desk{T: t, tune: func(c *discord.Config) {
		c.Alone = func(ctx context.Context, do func(context.Context)) {
			select {
			case <-turn:
			case <-ctx.Done():
				return
			}
			mine, end := context.WithCancel(ctx)
			ends <- end
			do(mine)
			turn <- struct{}{}
			<-ctx.Done()
		}
	}}
	d.asks = d.handle
	d.open(true)
	d.sessions(1, 0)
	d.start(true) // the second waits, and is ready
	d.hears("one answers")
	(<-ends)()
	d.sessions(2, 0)
	d.hears("the other answers")
}

// A form whose submission nobody acknowledged stays open; submitted again, it is the
// same to the handler.
func TestSubmittedAgain(t *testing.T) {
	d := newGatewayDesk(t, time.Minute)
	f := &chat.Form{Token: "new;1", Title: "New ticket", Fields: []chat.Field{{Name: "summary", Label: "Summary"}}}
	d.answersWith(chat.Reply{Form: f})
	d.did(d.types(ann, channel, "new"))
	d.one()
	d.answersWith(chat.Reply{Message: tell("opened")})
	d.srv.Within(200 * time.Millisecond)
	d.srv.Answer(func(_, path string) int {
		if strings.HasSuffix(path, "/callback") {
			return 404
		}
		return 0
	})
	submit := func() error {
		return d.srv.Submit(ann, func(discordtest.Component) (string, []string) { return "Toner", nil })
	}
	if submit() == nil {
		t.Error("it was acknowledged")
	}
	first := d.one()
	d.srv.Answer(nil)
	d.did(submit())
	if again := d.one(); again.Key != first.Key || again.Token != f.Token || again.Values["summary"] != "Toner" {
		t.Errorf("heard %+v, then %+v", first, again)
	}
	d.answersWith(chat.Reply{Form: f}) // opened anew it is another
	d.did(d.types(ann, channel, "new"))
	d.one()
	d.answersWith(chat.Reply{Message: tell("opened, too")})
	d.did(submit())
	if other := d.one(); other.Key == first.Key {
		t.Error("another form has the same key")
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

// A gateway that never lasts is tried less and less often, whatever it says: sessions
// are counted by the day.
func TestGatewayThatNeverLasts(t *testing.T) {
	began := time.Now()
	faults := []discordtest.Fault{}
	for range 6 {
		faults = append(faults, discordtest.SevenForReady)
	}
	d := &desk{T: t, lasts: time.Hour, before: func(srv *discordtest.Server) { srv.Fail(faults...) }}
	d.asks = d.handle
	d.open(true)
	d.sessions(1, 0)
	if took, least := time.Since(began), (5+10+20+40+50+50)*time.Millisecond; took < least {
		t.Errorf("tried again six times within %v, want at least %v", took, least)
	}
}

// What a pause that Discord asks for, or another answer's rate, holds up, is never an
// acknowledgement.
func TestAcknowledgementsAreNotHeldUp(t *testing.T) {
	d := newGatewayDesk(t, time.Minute)
	d.srv.Pause(time.Hour)
	if _, err := d.pf.Post(t.Context(), chat.Place{Channel: channel}, *card("later"), "later", time.Time{}); !errors.As(err, new(*chat.Wait)) {
		t.Errorf("a post: %v", err)
	}
	for n := range 3 {
		d.hears(fmt.Sprint("still heard ", n))
	}
}

// What was replayed after the person was told that it failed is not done: they may
// have done it again.
func TestReplayedTooLate(t *testing.T) {
	d := newGatewayDesk(t, time.Minute)
	d.srv.Within(50 * time.Millisecond)
	d.srv.Aged(time.Minute)
	if d.types(ann, channel, "new") == nil {
		t.Error("it was acknowledged")
	}
	d.until("she is told", func() bool { d.pf.Idle(); return len(d.srv.Messages(d.srv.DM(ann), ann)) > 0 })
	d.sees(ann, d.srv.DM(ann), chat.TooLate)
	if all := d.taken(); len(all) > 0 {
		t.Errorf("heard %+v", all)
	}
	d.srv.Within(3 * time.Second)
	d.srv.Aged(2 * time.Second) // slow, and still in time
	d.hears("in time")
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
