package discord_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
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

// No session is begun that is over the day's budget.
func TestSessionBudget(t *testing.T) {
	d := newGatewayDesk(t, time.Minute)
	d.srv.Budget(0)
	d.srv.Ask(9, false)
	d.sessions(2, 0)
	d.hears("after a pause")
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
