package discord

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"deskbell.dev/deskbell/internal/chat"
)

const (
	// stale is how far a delivery's time may lie from ours, either way; Discord's
	// signature alone would hold for ever.
	stale    = 5 * time.Minute
	bodyMost = 1 << 20
)

// Routes are the addresses that Discord delivers to; none over the gateway.
func (p *Platform) Routes() map[string]http.Handler {
	if p.key == nil {
		return nil
	}
	return map[string]http.Handler{"POST /discord/interactions": http.HandlerFunc(p.receive)}
}

// Delivered counts the deliveries by HTTP so far: accepted, or refused for their
// signature, their time (stale), their body, or as too large.
func (p *Platform) Delivered() map[string]int64 { return p.tried.Counts() }

// receive lets only what Discord has signed come through, as long as there is room:
// 503 if not, which its client shows as a failure; 413 for too large, 401 for
// a bad signature or a time too far off, 400 for what cannot be read. Source:
// docs.discord.com/developers/interactions/overview.
func (p *Platform) receive(w http.ResponseWriter, r *http.Request) {
	if p.gate.Full() { // whoever it is, reading it would not help them
		http.Error(w, chat.Busy, http.StatusServiceUnavailable)
		return
	}
	in, ok := p.checked(w, r)
	if !ok {
		return
	}
	a := p.take(in)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(a) // Discord went away: nobody to tell
	if a.then == nil {
		return
	}
	_ = http.NewResponseController(w).Flush() // Discord is to have it before what follows
	p.work.Do(a.then)
}

// checked reads what Discord has signed; false when it was answered by a no.
func (p *Platform) checked(w http.ResponseWriter, r *http.Request) (in interaction, ok bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMost))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		p.tried.Large.Add(1)
		http.Error(w, "the body is larger than 1 MiB", http.StatusRequestEntityTooLarge)
		return in, false
	case err != nil:
		http.Error(w, "the body could not be read", http.StatusBadRequest)
		return in, false
	}
	// Checking takes longer than all else, so a crowd waits or is sent away. Whoever
	// sends their body slowly holds no place meanwhile.
	if !p.door.Enter() {
		http.Error(w, chat.Busy, http.StatusServiceUnavailable)
		return in, false
	}
	defer p.door.Leave()
	ts := r.Header.Get("X-Signature-Timestamp")
	sig, err := hex.DecodeString(r.Header.Get("X-Signature-Ed25519"))
	if err != nil || len(sig) != ed25519.SignatureSize || !ed25519.Verify(p.key, append([]byte(ts), body...), sig) {
		p.tried.Signature.Add(1)
		http.Error(w, "the signature is not Discord's", http.StatusUnauthorized)
		return in, false
	}
	at, err := strconv.ParseInt(ts, 10, 64)
	if age := time.Since(time.Unix(at, 0)); err != nil || age > stale || age < -stale {
		p.tried.Stale.Add(1)
		http.Error(w, "the request's time is missing or too far off", http.StatusUnauthorized)
		return in, false
	}
	p.tried.Accepted.Add(1)
	if err := json.Unmarshal(body, &in); err != nil {
		p.tried.Body.Add(1)
		p.cfg.Log.Warn("discord: a delivery that cannot be read", "err", err)
		http.Error(w, "the request cannot be read", http.StatusBadRequest)
		return in, false
	}
	return in, true
}

// Types of an answer. Source: docs.discord.com/developers/interactions, Interaction
// Callback Type.
const (
	toPing     = 1
	toShow     = 4
	toWait     = 5 // "is thinking", for the one person
	toWaitHere = 6 // nothing is shown; the message may be changed later
	toChange   = 7
	toSuggest  = 8
	toForm     = 9
)

// answer is an interaction's: its acknowledgement, and what follows once Discord has
// that.
type answer struct {
	Type int    `json:"type"`
	Data any    `json:"data,omitempty"`
	then func() // nil for nothing
	// lost is what the person is told another way if the acknowledgement does not
	// arrive; nil if nothing, or if it follows anyway.
	lost func() chat.Message
}

// take answers an interaction well within Discord's three seconds. What it returns
// as then is to be called AFTER the acknowledgement was sent, without anybody
// waiting for it.
func (p *Platform) take(in interaction) answer {
	began := time.Now()
	if in.Type == inPing {
		return answer{Type: toPing}
	}
	select {
	case <-p.known:
	default:
		if in.Type == inSuggest {
			return suggestions(nil)
		}
		return p.told(delivery{}, chat.Busy)
	}
	d, known, err := decode(in, p.cfg.Commands, p.alone(p.life, in.Channel, in.who()))
	switch {
	case in.Type == inSuggest && (err != nil || !known):
		return suggestions(nil)
	case err != nil || !known:
		p.cfg.Log.Warn("discord: an interaction that Deskbell does not know", "type", in.Type, "err", err)
		return p.told(d, chat.Outdated)
	case !p.gate.Enter():
		if in.Type == inSuggest {
			return suggestions(nil)
		}
		return p.told(d, chat.Busy)
	}
	p.work.Begin()
	finish := sync.OnceFunc(func() { p.gate.Leave(); p.work.End() })
	if in.Type == inSuggest {
		return p.suggested(in, d, began, finish)
	}
	done := false
	defer func() { // a fall of ours keeps no place
		if !done {
			finish()
		}
	}()
	a := p.heard(in, d, began)
	done = a.then != nil
	if then := a.then; then != nil {
		a.then = func() { defer finish(); then() }
	}
	return a
}

// told is an answer of the platform's own.
func (p *Platform) told(d delivery, what string) answer {
	return p.shown(d, chat.Message{Text: chat.Say(what), Private: true})
}

// heard asks the handler, and says that the answer follows when it takes its time.
func (p *Platform) heard(in interaction, d delivery, began time.Time) answer {
	var ok bool
	if d.From, ok = p.from(p.life, in); !ok {
		return p.told(d, chat.WhoAreYou)
	}
	done := make(chan chat.Reply, 1)
	go func() { done <- p.ask(d) }()
	wait := time.NewTimer(p.times.soon - time.Since(began))
	defer wait.Stop()
	select {
	case r := <-done:
		return p.reply(d, r)
	case <-wait.C:
		return p.late(d, done)
	}
}

// suggested answers while somebody types: with nothing when it takes too long, since
// the next letter asks again. It is under way until the handler has answered.
func (p *Platform) suggested(in interaction, d delivery, began time.Time, finish func()) answer {
	var ok bool
	if d.From, ok = p.from(p.life, in); !ok {
		finish()
		return suggestions(nil)
	}
	done := make(chan chat.Reply, 1)
	go func() {
		defer finish()
		r, err := p.cfg.Handle.Ask(p.life, d.Interaction)
		if err != nil {
			p.cfg.Log.Error("discord: not answered", "kind", d.Kind, "err", err)
		}
		done <- r
	}()
	wait := time.NewTimer(p.times.soon - time.Since(began))
	defer wait.Stop()
	select {
	case r := <-done:
		return suggestions(r.Options)
	case <-wait.C:
		return suggestions(nil)
	}
}

// suggestion is one of what a field could be.
type suggestion struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func suggestions(all []chat.Option) answer {
	out := []suggestion{}
	for _, o := range options(all, "") {
		if o.Value != noValue {
			out = append(out, suggestion{o.Label, o.Value})
		}
	}
	return answer{Type: toSuggest, Data: map[string]any{"choices": out}}
}

// ask is the handler; who fell over is told so. A press on a form that was refused
// is answered by that form.
func (p *Platform) ask(d delivery) chat.Reply {
	if id, ok := keptForm(d); ok {
		return p.again(id)
	}
	r, err := p.cfg.Handle.Ask(p.life, d.Interaction)
	if err != nil {
		p.cfg.Log.Error("discord: not answered", "kind", d.Kind, "err", err)
		r = chat.Reply{Message: &chat.Message{Text: chat.Say(chat.Broke), Private: true}}
	}
	if len(r.Errors) > 0 { // drawn while the time for an answer is watched
		r = chat.Reply{Message: new(p.refused(d, r.Errors))}
	}
	p.cfg.After()
	return r
}
