package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/gorilla/websocket"

	"deskbell.dev/deskbell/internal/chat"
)

// The gateway is spoken here and not by discordgo, whose Session waits without an
// end for what does not come while it holds its lock, takes an invalid session up
// again, notices a dead line after minutes, and knows no address to resume at.

// session is what a connection goes on from after another: Discord then delivers
// what came between them.
type session struct {
	id  string
	url string // where to resume
	seq int64
}

// Reasons for which a connection ended, beside the line's own.
var (
	errReconnect = errors.New("discord: the gateway asks to connect again")
	errZombie    = errors.New("discord: a heartbeat was not answered")
	// errAnew: the session is over, the next begins anew.
	errAnew = errors.New("discord: the gateway's session is not valid any more")
)

// fatal are the codes by which Discord closes what cannot be mended by connecting
// again. Source: docs.discord.com/developers/topics/opcodes-and-status-codes.
var fatal = map[int]string{
	4004: badToken.Fix,
	4010: "Deskbell sent a shard that Discord does not take: this is a fault of Deskbell's.",
	4011: "The bot is in too many servers; a desk is of one: remove it from the others.",
	4012: "Discord does not take this version of its gateway any more: use a newer Deskbell.",
	4013: "Deskbell asked for events that do not exist: this is a fault of Deskbell's.",
	4014: "Discord does not let the bot hear the events that it asks for: this is a fault of Deskbell's.",
}

// hold keeps the gateway open until the context ends. However a connection ends, the
// next is tried, with pauses that grow while none lasts.
func (p *Platform) hold(ctx context.Context) {
	defer p.mine.Store(p.mine.Swap(true))
	var s session
	for n := 0; ctx.Err() == nil; n++ {
		began := time.Now()
		opened, err := p.connect(ctx, &s)
		if ctx.Err() != nil {
			return
		}
		lasted := opened && time.Since(began) >= p.times.lasts
		if lasted {
			n = 0
		}
		var closed *websocket.CloseError
		var trouble *chat.Trouble
		pause := min(p.times.retry<<min(n, 8), p.times.retries)
		if errors.As(err, &closed) {
			switch {
			case fatal[closed.Code] != "":
				trouble = &chat.Trouble{Cause: fmt.Sprint("gateway closed with ", closed.Code), Fix: fatal[closed.Code]}
			case closed.Code == 4007 || closed.Code == 4009: // others are resumed, or called invalid
				err = fmt.Errorf("%w: %w", errAnew, err)
			}
		}
		switch {
		case trouble != nil:
			p.trouble.Store(trouble)
			p.cfg.Log.Error("discord: "+trouble.Fix, "code", closed.Code)
			pause = p.times.refused
			s = session{}
		case errors.Is(err, errAnew):
			s = session{}
			// Discord wants one to five seconds before the next identification.
			pause = max(pause, p.times.invalid+rand.N(4*p.times.invalid))
			p.cfg.Log.Warn("discord: the gateway's session is over", "err", err)
		case errors.Is(err, errReconnect) && lasted:
			pause = 0
			p.cfg.Log.Info("discord: the gateway is opened again", "err", err)
		default:
			p.cfg.Log.Warn("discord: the gateway was closed", "err", err)
		}
		if n > 3 { // whatever stands in the way of resuming
			s = session{}
		}
		if sleep(ctx, pause+rand.N(pause/4+1)) != nil {
			return
		}
		if trouble != nil {
			p.trouble.CompareAndSwap(trouble, nil)
		}
	}
}

// address is where the gateway is, for a session that begins anew. Discord takes
// only so many of them a day, and resets the token of whoever tries more.
func (p *Platform) address(ctx context.Context) (string, error) {
	var at struct {
		URL   string
		Limit struct {
			Remaining *int
			Reset     int64 `json:"reset_after"` // milliseconds
		} `json:"session_start_limit"`
	}
	if err := p.call(ctx, "GET", "/gateway/bot", nil, &at); err != nil {
		return "", err
	}
	if l := at.Limit; l.Remaining != nil && *l.Remaining <= 0 {
		wait := time.Duration(l.Reset) * time.Millisecond
		p.cfg.Log.Error("discord: no more sessions can be begun today", "in", wait)
		if err := sleep(ctx, wait); err != nil {
			return "", err
		}
	}
	return at.URL, nil
}

// connect opens one connection and hears it to its end. It reports whether the
// gateway was open.
func (p *Platform) connect(ctx context.Context, s *session) (opened bool, err error) {
	url := s.url
	if s.id == "" {
		if err := sleep(ctx, time.Until(p.identified.Add(p.times.identify))); err != nil {
			return false, err
		}
		if url, err = p.address(ctx); err != nil {
			return false, err
		}
		p.identified = time.Now()
	}
	dialing, cancel := context.WithTimeout(ctx, p.times.greet)
	defer cancel()
	ws, res, err := websocket.DefaultDialer.DialContext(dialing, url+"/?v=10&encoding=json", nil)
	if err != nil {
		return false, err
	}
	res.Body.Close()
	l := &line{ws: ws, session: s, greet: p.times.greet, token: p.rest.Token, beats: make(chan struct{}, 1), done: make(chan struct{})}
	defer p.open.Store(false)
	return l.run(ctx, func() { p.open.Store(true) }, p.dispatched)
}

// dispatched is an event of Discord's.
func (p *Platform) dispatched(kind string, raw json.RawMessage) {
	switch kind {
	case "INTERACTION_CREATE":
		began := time.Now()
		p.aside(func() { p.delivered(raw, began) })
	case "MESSAGE_CREATE":
		p.aside(func() { p.said(raw) })
	case "GUILD_DELETE":
		var g struct {
			ID          string
			Unavailable bool
		}
		if json.Unmarshal(raw, &g) == nil && g.ID == p.guild && !g.Unavailable {
			p.cfg.Log.Error("discord: Deskbell was removed from the server; invite it again")
		}
	}
}

// aside does something beside what comes next, and outlives its falling over.
func (p *Platform) aside(do func()) {
	p.work.Do(func() {
		defer func() {
			if r := recover(); r != nil {
				p.cfg.Log.Error("discord: an event could not be taken", "panic", r)
			}
		}()
		do()
	})
}

// ackWithin is how long an acknowledgement may take from when Deskbell heard of the
// interaction; Discord takes none after three seconds.
const ackWithin = 2800 * time.Millisecond

// overdueAfter is how old an interaction may be when Deskbell hears of it: Discord
// takes no answer after three seconds, and its clock is told by the second.
const overdueAfter = 4 * time.Second

// overdue reports whether nobody waits any more for the interaction's answer: its id
// tells when it was, by Discord's clock.
func (p *Platform) overdue(id string) bool {
	skew, known := p.rates.skew()
	n, err := strconv.ParseInt(id, 10, 64)
	return err == nil && known && time.Since(time.UnixMilli(n>>22+epoch)) > overdueAfter+skew
}

// delivered answers an interaction that came over the gateway.
func (p *Platform) delivered(raw json.RawMessage, began time.Time) {
	var in interaction
	if err := json.Unmarshal(raw, &in); err != nil {
		p.cfg.Log.Warn("discord: an interaction that cannot be read", "err", err)
		return
	}
	if p.overdue(in.ID) {
		// Replayed by a connection that was resumed; the person was told long ago that
		// it failed, and may have done it again.
		p.cfg.Log.Info("discord: an interaction came too late", "type", in.Type)
		if in.Type != inSuggest {
			p.bringAside(in.who(), in.ID, chat.Message{Text: chat.Say(chat.TooLate)})
		}
		return
	}
	a := p.take(in)
	ctx, cancel := context.WithDeadline(p.life, began.Add(ackWithin))
	defer cancel()
	path := "/interactions/" + in.ID + "/" + in.Token + "/callback"
	err := p.call(ctx, "POST", path, a, nil)
	for n := 0; n < 3 && ctx.Err() == nil && (errors.Is(err, chat.ErrUnsure) || errors.As(err, new(*chat.Wait))); n++ {
		if sleep(ctx, 100*time.Millisecond<<n) == nil {
			err = p.call(ctx, "POST", path, a, nil)
		}
	}
	if code(err) == acknowledged { // the first try came through
		err = nil
	}
	if err != nil {
		p.cfg.Log.Warn("discord: an interaction was not acknowledged", "err", err)
		if a.lost != nil {
			p.bringAside(in.who(), in.ID, a.lost())
		}
	}
	if a.then != nil {
		a.then()
	}
}
