package slacktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// ackWithin is how long Slack waits for an answer to a delivery.
const ackWithin = 3 * time.Second

// Delivery is something that the app was sent.
type Delivery struct {
	Kind        string // "command", "interaction" or "event"
	TriggerID   string
	ResponseURL string
	EventID     string
	Payload     map[string]any // of an interaction or event; a command's fields

	s       *Server
	user    string
	channel string
	view    string    // id of the view that it came from
	since   int       // what was shown before
	began   time.Time // real time
	acked   time.Time // real time, zero while it is open
	status  int
	body    []byte
	failed  string // what Slack tells the person: "operation_timeout"
	lost    bool   // the way there broke, no fault of the app
	scope   string // of an event
	retry   int
	reason  string // of a retry
	noRetry bool
	options []Option
	spot    string // of a search
	raw     []byte // Payload as JSON
}

// Slack's paths below the app's base URL.
var paths = map[string]string{"command": "/slack/commands", "interaction": "/slack/interactions", "event": "/slack/events"}

// Deliveries are all so far, in order.
func (s *Server) Deliveries() []*Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*Delivery(nil), s.deliveries...)
}

// Over sends what follows as signed POSTs to paths below the URL.
func (s *Server) Over(base string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = strings.TrimSuffix(base, "/")
}

// OverSockets sends what follows through one of the open connections of Socket
// Mode. That is what a new server does.
func (s *Server) OverSockets() { s.Over("") }

// send takes a delivery on its way. Call it with mu held.
func (s *Server) send(d *Delivery) *Delivery {
	raw, err := json.Marshal(d.Payload)
	if err != nil {
		panic("slacktest: " + err.Error()) // made by this package alone
	}
	d.raw, d.Payload = raw, map[string]any{}
	if err := json.Unmarshal(raw, &d.Payload); err != nil {
		panic("slacktest: " + err.Error())
	}
	d.s, d.since, d.began = s, len(s.shown), time.Now()
	s.deliveries = append(s.deliveries, d)
	if base := s.over; base != "" {
		s.begin(func() { d.post(base) })
		return d
	}
	s.sendSocket(d)
	return d
}

// dead is a delivery that was never sent, because the person's client would not
// have.
func (s *Server) dead(format string, args ...any) *Delivery {
	s.t.Helper()
	s.t.Errorf("slacktest: "+format, args...)
	return &Delivery{s: s, failed: fmt.Sprintf(format, args...), acked: time.Now(), since: len(s.shown)}
}

// Again sends the very same once more, with the same ids.
func (d *Delivery) Again() *Delivery {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	return d.s.send(d.twin())
}

func (d *Delivery) twin() *Delivery {
	return &Delivery{
		Kind: d.Kind, TriggerID: d.TriggerID, ResponseURL: d.ResponseURL, EventID: d.EventID, Payload: d.Payload,
		user: d.user, channel: d.channel, view: d.view, spot: d.spot, scope: d.scope,
	}
}

// Wait holds until the delivery was answered. It fails with what Slack tells the
// person if it was not answered well, and when ctx ends.
func (d *Delivery) Wait(ctx context.Context) error {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	if err := d.s.wait(ctx, func() bool { return !d.acked.IsZero() }); err != nil {
		return err
	}
	if d.failed != "" {
		return errors.New(d.failed)
	}
	return nil
}

// Acked is the answer so far: its HTTP status (0 if there is none; 200 over
// sockets), body, and how long it took.
func (d *Delivery) Acked() (status int, body []byte, after time.Duration) {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	if d.acked.IsZero() {
		return 0, nil, 0
	}
	return d.status, append([]byte(nil), d.body...), d.acked.Sub(d.began)
}

// Answered holds until the person, or the place, has seen something come of it:
// a message, an edit, a form, an error in a form, options. It fails when ctx
// ends.
func (d *Delivery) Answered(ctx context.Context) error {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	seen := func() bool {
		if len(d.options) > 0 {
			return true
		}
		for _, x := range d.s.shown[d.since:] {
			here := x.channel == "" || x.channel == d.channel || x.channel == d.s.dms[d.user]
			if x.user == d.user && d.user != "" || x.user == "" && here {
				return true
			}
		}
		return false
	}
	if err := d.s.wait(ctx, seen); err != nil {
		if d.failed != "" {
			return fmt.Errorf("nothing was shown: Slack said %s", d.failed)
		}
		return fmt.Errorf("nothing was shown: %w", err)
	}
	return nil
}

// wire is a delivery's body and content type over HTTP.
func (d *Delivery) wire() ([]byte, string) {
	const form = "application/x-www-form-urlencoded"
	switch d.Kind {
	case "command":
		v := url.Values{}
		for k, one := range d.Payload {
			v.Set(k, fmt.Sprint(one))
		}
		return []byte(v.Encode()), form
	case "interaction":
		return []byte(url.Values{"payload": {string(d.raw)}}.Encode()), form
	}
	return d.raw, "application/json"
}

// take writes down the answer and does what it says.
func (d *Delivery) take(status int, header http.Header, body []byte) {
	s := d.s
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.touch()
	if !d.acked.IsZero() {
		return
	}
	d.acked, d.status, d.body = time.Now(), status, body
	d.noRetry = header.Get("X-Slack-No-Retry") == "1"
	if status < 200 || status > 299 {
		d.fail("http_error")
		return
	}
	if d.scope != "" {
		s.used[d.scope] = true
	}
	s.apply(d, header.Get("Content-Type"))
}

// late ends the wait for an answer.
func (d *Delivery) late() {
	s := d.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if !d.acked.IsZero() {
		return
	}
	d.acked = time.Now()
	if !d.lost && s.ctx.Err() == nil {
		s.violate("no answer within %v to %s", ackWithin, d.name())
	}
	d.fail("operation_timeout")
}

// gone ends a delivery that could not be brought.
func (d *Delivery) gone() {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	if d.acked.IsZero() {
		d.acked = time.Now()
		d.fail("dispatch_failed")
	}
}

// fail is what Slack tells the person; events it sends again, once at once.
func (d *Delivery) fail(word string) {
	d.failed = word
	d.s.touch()
	if d.Kind == "event" && d.retry == 0 && !d.noRetry && d.s.over != "" && d.s.ctx.Err() == nil {
		d.s.again(d)
	}
}

func (s *Server) again(d *Delivery) {
	e := d.twin()
	e.retry, e.reason = d.retry+1, "http_error"
	if d.failed == "operation_timeout" {
		e.reason = "http_timeout"
	}
	s.send(e)
}

// RetryEvents sends what Slack would later: each event that was not answered
// well so far, up to the third time.
func (s *Server) RetryEvents() {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := map[string]*Delivery{}
	for _, d := range s.deliveries {
		if d.Kind == "event" {
			last[d.EventID] = d
		}
	}
	for _, d := range append([]*Delivery(nil), s.deliveries...) {
		if last[d.EventID] == d && d.failed != "" && d.retry < 3 && !d.noRetry {
			s.again(d)
		}
	}
}

func (d *Delivery) name() string {
	for _, k := range []string{"command", "type"} {
		if v, ok := d.Payload[k].(string); ok && v != "event_callback" {
			return v
		}
	}
	return d.Kind + " " + str(obj(d.Payload["event"]), "type")
}
