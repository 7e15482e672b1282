package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/discord/discordtest"
	"deskbell.dev/deskbell/internal/sample"
	"deskbell.dev/deskbell/internal/sample/sampletest"
)

// guild is a strict Discord with the sample's people in it, and the desk's folder.
type guild struct {
	*machine
	srv     *discordtest.Server
	gateway bool // else signed HTTP through front
	front   *httptest.Server
	handles []string
	ids     map[string]string // by handle
}

// guildDesk is where the cards stand.
const guildDesk = "200000000000000001"

// newGuild has the sample's desk in the database at url, with the member intake on
// duty, and nobody running it yet.
func newGuild(t *testing.T, url string, gateway bool) *guild {
	t.Helper()
	g := &guild{srv: discordtest.New(t), gateway: gateway, ids: map[string]string{}}
	g.machine = &machine{t: t, dir: t.TempDir(), url: url, program: "deskbell", connected: "discord: connected", env: g.environ}
	var cfg []byte
	cfg, g.handles = sampletest.On(sample.Config, "discord", guildDesk, func(handle, name string) string {
		g.ids[handle] = fmt.Sprintf("10000000000000%04d", len(g.ids)+1)
		g.srv.AddUser(discordtest.User{ID: g.ids[handle], Name: handle, Global: name, Guild: discordtest.Guild})
		return g.ids[handle]
	})
	g.srv.AddChannel(discordtest.Channel{ID: guildDesk, Name: "desk"})
	if err := os.WriteFile(g.config(), cfg, 0o600); err != nil {
		t.Fatal(err)
	}
	g.seed(cfg, onDutyNow)
	if gateway {
		g.srv.OverGateway()
	} else {
		g.front = httptest.NewServer(&httputil.ReverseProxy{Rewrite: g.choose, Transport: &http.Transport{DisableKeepAlives: true}, ErrorLog: log.New(io.Discard, "", 0)})
		g.srv.Deliver(g.front.URL)
		g.srv.Endpoint(g.front.URL + "/discord/interactions")
	}
	t.Cleanup(func() {
		g.end()
		if g.front != nil {
			g.front.Close()
		}
	})
	return g
}

// environ is what a process of this guild is given.
func (g *guild) environ() []string {
	env := []string{"DESKBELL_DATABASE_URL=" + g.url, "DESKBELL_HTTP_LISTEN=127.0.0.1:0", testClock + "=1",
		"DESKBELL_DISCORD_TOKEN=token", "DESKBELL_DISCORD_APPLICATION_ID=" + discordtest.Application, "DESKBELL_DISCORD_API_URL=" + g.srv.APIURL()}
	if !g.gateway {
		env = append(env, "DESKBELL_DISCORD_PUBLIC_KEY="+g.srv.PublicKey())
	}
	return env
}

// ready starts a desk and waits until Discord can deliver to it.
func (g *guild) ready() *process {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(g.t.Context(), 20*time.Second)
	defer cancel()
	p := g.start()
	select {
	case <-p.connected:
	case <-ctx.Done():
		g.t.Fatalf("the desk did not connect:\n%s", p.logged())
	}
	if g.gateway && !within(ctx, func() bool { _, _, held := g.srv.Sessions(); return held > 0 }) {
		g.t.Fatalf("no gateway:\n%s", p.logged())
	}
	return p
}

// within waits for something to become true, and says whether it did in time.
func within(ctx context.Context, is func() bool) bool {
	for tick := time.Tick(5 * time.Millisecond); !is(); {
		select {
		case <-tick:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// text is all that there is to read of a message, and its buttons.
func (g *guild) text(m discordtest.Message) string {
	var b strings.Builder
	var walk func([]discordtest.Component)
	walk = func(cs []discordtest.Component) {
		for _, c := range cs {
			if c.Content != "" {
				b.WriteString(g.srv.Reads(c.Content).Text + "\n")
			}
			walk(c.Components)
		}
	}
	walk(m.Components)
	return b.String()
}

// button is the custom_id of what is called so on a message.
func (g *guild) button(m discordtest.Message, label string) (id string, ok bool) {
	var walk func([]discordtest.Component)
	walk = func(cs []discordtest.Component) {
		for _, c := range cs {
			if c.Type == 2 && c.Label == label {
				id, ok = c.CustomID, true
			}
			walk(c.Components)
		}
	}
	walk(m.Components)
	return id, ok
}

// cards are the messages of the desk's channel that are a ticket's card.
func (g *guild) cards(ticket string) (out []discordtest.Message) {
	for _, m := range g.srv.Messages(guildDesk, g.ids["admin"]) {
		if m.Channel == guildDesk && m.EphemeralTo == "" && strings.HasPrefix(g.text(m), ticket+"  ") {
			out = append(out, m)
		}
	}
	return out
}

// to are the messages that the person alone reads.
func (g *guild) to(who string) (out []discordtest.Message) {
	for _, m := range g.srv.Messages(guildDesk, g.ids[who]) {
		if m.EphemeralTo != "" {
			out = append(out, m)
		}
	}
	return append(out, g.srv.Messages(g.srv.DM(g.ids[who]), g.ids[who])...)
}
