package discord_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/discord"
	"deskbell.dev/deskbell/internal/discord/discordtest"
)

const (
	ann     = "100000000000000001"
	ben     = "100000000000000002"
	zoe     = "100000000000000003" // of another server
	channel = "200000000000000001"
	nowhere = "200000000000000009"
)

var commands = []chat.SlashCommand{{Name: "ticket", Says: "Work with tickets.", Words: []chat.Word{
	{Name: "new", Line: "new", Says: "Open a ticket.", Fields: []chat.WordField{{Name: "summary", Says: "In a line."}}},
	{Name: "note", Line: "note", Says: "Write a note.", Fields: []chat.WordField{{Name: "ticket", Says: "Its number.", Required: true}, {Name: "text", Says: "What to note.", Required: true}}},
	{Name: "say", Says: "Anything.", Fields: []chat.WordField{{Name: "text", Says: "What is typed."}}},
	{Group: "sla", Name: "show", Line: "sla show", Says: "Show the clocks."},
}}}

// desk is a server with Ann and Ben, and Deskbell in it.
type desk struct {
	*testing.T
	srv   *discordtest.Server
	pf    *discord.Platform
	app   string
	log   *slog.Logger
	tune  func(*discord.Config)
	greet time.Duration // 0 for a short one
	lasts time.Duration
	// before changes the server before anything reaches it.
	before func(*discordtest.Server)

	asks   chat.Handler
	mu     sync.Mutex
	heard  []chat.Interaction
	reply  func(chat.Interaction) chat.Reply
	drafts map[string][]byte
}

// newDesk is delivered to by HTTP and answers by reply.
func newDesk(t *testing.T) *desk {
	d := &desk{T: t}
	d.asks = d.handle
	d.open(false)
	return d
}

// open puts everything there, over the gateway or by HTTP.
func (d *desk) open(gateway bool) {
	d.Helper()
	d.srv, d.drafts = discordtest.New(d), map[string][]byte{}
	d.srv.AddUser(discordtest.User{ID: ann, Name: "ann", Global: "Ann Okafor", Guild: discordtest.Guild})
	d.srv.AddUser(discordtest.User{ID: ben, Name: "ben", Global: "Ben Rivera", Guild: discordtest.Guild})
	d.srv.AddUser(discordtest.User{ID: zoe, Name: "zoe", Guild: "900000000000000009"})
	d.srv.AddChannel(discordtest.Channel{ID: channel, Name: "desk"})
	if d.before != nil {
		d.before(d.srv)
	}
	d.start(gateway)
}

// start runs a platform until the test ends.
func (d *desk) start(gateway bool) {
	d.Helper()
	log := d.log
	if log == nil {
		log = quiet
	}
	c := discord.Config{Token: "token", Application: discordtest.Application, APIURL: d.srv.APIURL(), Commands: commands, Handle: d.asks, Log: log,
		Desk: func(context.Context) (string, error) { return channel, nil },
		Keep: func(_ context.Context, id string, data []byte) error {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.drafts[id] = data
			return nil
		},
		Kept: func(_ context.Context, id string) ([]byte, error) {
			d.mu.Lock()
			defer d.mu.Unlock()
			if d.drafts[id] == nil {
				return nil, errors.New("not kept")
			}
			return d.drafts[id], nil
		}}
	if !gateway {
		c.PublicKey = d.srv.PublicKey()
	}
	if d.tune != nil {
		d.tune(&c)
	}
	pf, err := discord.New(c)
	if err != nil {
		d.Fatal(err)
	}
	pf.Hasten()
	if d.greet > 0 {
		pf.SetGreet(d.greet)
	}
	pf.SetLasts(d.lasts)
	mux := http.NewServeMux()
	for pattern, h := range pf.Routes() {
		mux.Handle(pattern, h)
	}
	web := httptest.NewServer(mux)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { pf.Run(ctx) })
	d.Cleanup(func() { stop(); running.Wait(); web.Close() })
	d.pf, d.app = pf, web.URL
	if d.srv.Deliver(web.URL); gateway {
		d.srv.OverGateway()
	}
	d.until("Discord is reached", func() bool { return pf.Ready(d.Context()) == nil })
}

// until waits for something to become true.
func (d *desk) until(what string, is func() bool) {
	d.Helper()
	soon, cancel := context.WithTimeout(d.Context(), 10*time.Second)
	defer cancel()
	for tick := time.Tick(time.Millisecond); !is(); {
		select {
		case <-tick:
		case <-soon.Done():
			d.Fatal("in vain: ", what)
		}
	}
}

func (d *desk) handle(_ context.Context, in chat.Interaction) chat.Reply {
	d.mu.Lock()
	if in.Kind != chat.Fill { // a form drawn anew is asked for by nobody
		d.heard = append(d.heard, in)
	}
	reply := d.reply
	d.mu.Unlock()
	return reply(in)
}

// taken are what was heard since it was asked last.
func (d *desk) taken() []chat.Interaction {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := d.heard
	d.heard = nil
	return all
}

// count is how much was heard since one was called last.
func (d *desk) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.heard)
}

func (d *desk) answers(f func(chat.Interaction) chat.Reply) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reply = f
}

func (d *desk) answersWith(r chat.Reply) { d.answers(func(chat.Interaction) chat.Reply { return r }) }

// one is the only thing that was heard since it was called last.
func (d *desk) one() chat.Interaction {
	d.Helper()
	d.pf.Idle()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.heard) != 1 {
		d.Fatalf("heard %+v", d.heard)
	}
	in := d.heard[0]
	d.heard = nil
	return in
}

func (d *desk) did(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
	d.pf.Idle()
}

// types has somebody use a word of /ticket; values are names and values in turn.
func (d *desk) types(who, in, word string, values ...string) error {
	var fields []discordtest.Given
	for n := 0; n+1 < len(values); n += 2 {
		fields = append(fields, discordtest.Given{Name: values[n], Type: 3, Value: values[n+1]})
	}
	return d.srv.Command(who, in, "ticket", discordtest.Given{Name: word, Type: 1, Options: fields})
}

// sees is the one message with the words that somebody sees.
func (d *desk) sees(who, in, words string) discordtest.Message {
	d.Helper()
	var found []discordtest.Message
	for _, m := range d.srv.Messages(in, who) {
		if strings.Contains(content(m.Components), words) {
			found = append(found, m)
		}
	}
	if len(found) != 1 {
		d.Fatalf("%s sees %d messages with %q: %+v", who, len(found), words, d.srv.Messages(in, who))
	}
	return found[0]
}

func (d *desk) seesNot(who, in, words string) {
	d.Helper()
	for _, m := range d.srv.Messages(in, who) {
		if strings.Contains(content(m.Components), words) {
			d.Errorf("%s sees %+v", who, m)
		}
	}
}

// content is all that there is to read.
func content(cs []discordtest.Component) string {
	var b strings.Builder
	for _, c := range cs {
		b.WriteString(c.Content + "\n" + content(c.Components))
	}
	return b.String()
}

// button is the custom_id of what is called so, or of the first menu for "".
func (d *desk) button(m discordtest.Message, label string) string {
	d.Helper()
	var find func(cs []discordtest.Component) string
	find = func(cs []discordtest.Component) string {
		for _, c := range cs {
			if c.Type == 2 && c.Label == label || c.Type == 3 && label == "" {
				return c.CustomID
			}
			if id := find(c.Components); id != "" {
				return id
			}
		}
		return ""
	}
	id := find(m.Components)
	if id == "" {
		d.Fatalf("no %q on %+v", label, m)
	}
	return id
}

var quiet = slog.New(slog.DiscardHandler)

func tell(text string) *chat.Message { return &chat.Message{Text: chat.Say(text), Private: true} }

func card(text string, as ...chat.Action) *chat.Message {
	return &chat.Message{Card: &chat.Card{Title: chat.Say(text), Actions: as}}
}
