package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"deskbell.dev/deskbell/internal/chat"
)

// stale is how far a delivery's time may lie from ours, either way.
const stale = 5 * time.Minute

// bodyMost is how large a delivery may be.
const bodyMost = 1 << 20

// Delivered counts the deliveries so far: accepted, or refused for their
// signature, their time (stale), their body, or as too large.
func (p *Platform) Delivered() map[string]int64 {
	return p.tried.Counts()
}

// Routes are the addresses that Slack delivers to, nil without a signing secret.
// A body is read up to 1 MiB.
func (p *Platform) Routes() map[string]http.Handler {
	if p.cfg.SigningSecret == "" {
		return nil
	}
	return map[string]http.Handler{
		"POST /slack/commands": p.signed(func(w http.ResponseWriter, r *http.Request, body []byte) error {
			f, err := url.ParseQuery(string(body))
			if err != nil {
				return err
			}
			if f.Get("ssl_check") == "1" {
				return nil
			}
			d, err := decodeCommand(f)
			if err == nil {
				p.serve(w, d)
			}
			return err
		}),
		"POST /slack/interactions": p.signed(func(w http.ResponseWriter, r *http.Request, body []byte) error {
			f, err := url.ParseQuery(string(body))
			if err != nil {
				return err
			}
			d, ok, err := decodeInteraction([]byte(f.Get("payload")))
			if ok && err == nil {
				p.serve(w, d)
			}
			return err
		}),
		"POST /slack/events": p.signed(p.serveEvent),
	}
}

func (p *Platform) serveEvent(w http.ResponseWriter, r *http.Request, body []byte) error {
	var o outer
	if err := json.Unmarshal(body, &o); err != nil {
		return err
	}
	if o.Type == "url_verification" {
		w.Header().Set("Content-Type", "application/json")
		return json.NewEncoder(w).Encode(map[string]string{"challenge": o.Challenge})
	}
	if o.Type == "app_rate_limited" {
		p.cfg.Log.Warn("slack: more events than Slack delivers; some are lost")
	}
	if o.Type != "event_callback" {
		return nil
	}
	select {
	case <-p.known:
	default:
		w.WriteHeader(http.StatusServiceUnavailable) // Slack sends it again
		return nil
	}
	d, ok, err := p.decodeEvent(o)
	if ok && err == nil {
		p.serve(w, d)
	}
	return err
}

// serve answers a delivery; what follows its acknowledgement goes on after it.
func (p *Platform) serve(w http.ResponseWriter, d delivery) {
	p.serveAnswer(w, p.take(d))
}

func (p *Platform) serveAnswer(w http.ResponseWriter, a answer) {
	if a.body != nil {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	if a.status != 0 {
		w.WriteHeader(a.status)
	}
	if a.body != nil {
		_ = json.NewEncoder(w).Encode(a.body) // Slack went away: nobody to tell
	}
	if a.then == nil {
		return
	}
	if a.body != nil { // Slack is to have it before what follows
		_ = http.NewResponseController(w).Flush()
	}
	p.work.Do(func() { a.then(p.life) })
}

// signed lets only what Slack has signed come through: 413 for too large, 401
// for a bad signature or a time too far off, 400 for what cannot be read.
// Source: docs.slack.dev/authentication/verifying-requests-from-slack.
func (p *Platform) signed(next func(http.ResponseWriter, *http.Request, []byte) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.gate.Full() && len(p.polite) == cap(p.polite) { // whoever it is, reading it would not help them
			p.serveAnswer(w, noRoom(chat.Say(chat.Busy)))
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMost))
		var large *http.MaxBytesError
		switch {
		case errors.As(err, &large):
			p.tried.Large.Add(1)
			http.Error(w, "the body is larger than 1 MiB", http.StatusRequestEntityTooLarge)
			return
		case err != nil:
			http.Error(w, "the body could not be read", http.StatusBadRequest)
			return
		}
		ts := r.Header.Get("X-Slack-Request-Timestamp")
		at, err := strconv.ParseInt(ts, 10, 64)
		if age := time.Since(time.Unix(at, 0)); err != nil || age > stale || age < -stale {
			p.tried.Stale.Add(1)
			http.Error(w, "the request's time is missing or too far off", http.StatusUnauthorized)
			return
		}
		mac := hmac.New(sha256.New, []byte(p.cfg.SigningSecret))
		_, _ = io.WriteString(mac, "v0:"+ts+":")
		mac.Write(body)
		got, err := hex.DecodeString(trimVersion(r.Header.Get("X-Slack-Signature")))
		if err != nil || !hmac.Equal(got, mac.Sum(nil)) {
			p.tried.Signature.Add(1)
			http.Error(w, "the signature is not Slack's", http.StatusUnauthorized)
			return
		}
		p.tried.Accepted.Add(1)
		if err := next(w, r, body); err != nil {
			p.tried.Body.Add(1)
			p.cfg.Log.Warn("slack: a delivery that cannot be read", "path", r.URL.Path, "err", err)
			http.Error(w, "the request cannot be read", http.StatusBadRequest)
		}
	})
}

func trimVersion(sig string) string {
	if len(sig) > 3 && sig[:3] == "v0=" {
		return sig[3:]
	}
	return "-" // no hex
}
