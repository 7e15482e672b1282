package store

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

// saved is what is kept of a delivery's outcome: where to find it. It is drawn
// afresh when the delivery comes again. Only a refusal is kept as it was.
type saved struct {
	Ticket desk.TicketID  `json:"t,omitempty"`
	First  int            `json:"f,omitempty"` // revisions of its events
	Last   int            `json:"l,omitempty"`
	Other  desk.TicketID  `json:"o,omitempty"`
	OFirst int            `json:"of,omitempty"`
	OLast  int            `json:"ol,omitempty"`
	Desk   int64          `json:"d,omitempty"` // desk event
	Handed desk.RequestID `json:"r,omitempty"`
	No     *desk.Refusal  `json:"no,omitempty"`
}

// delivery is what the table holds under a key.
type delivery struct {
	known        bool
	body, stored string
}

// look reads the key; with no key it reads nothing.
func (d *delivery) look(k desk.DeliveryKey) ask {
	*d = delivery{}
	return get(found(&d.known, &d.body, &d.stored), readDelivery, k.Key)
}

// outcome is what came of the delivery before, nil if it is new.
func (d *delivery) outcome(k desk.DeliveryKey) (*saved, error) {
	if !d.known || k.Key == "" {
		return nil, nil
	}
	if d.body != bodyHash(k) {
		return nil, ErrOtherBody
	}
	var s saved
	err := json.Unmarshal([]byte(d.stored), &s)
	return &s, err
}

// keyed saves the outcome under the key, if there is one.
func keyed(k desk.DeliveryKey, at time.Time, s saved) []ask {
	if k.Key == "" {
		return nil
	}
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // plain fields only
	}
	return []ask{do(insertDelivery, k.Key, bodyHash(k), micros(at), string(b))}
}

// bodyHash stands for a body, which may hold personal text.
func bodyHash(k desk.DeliveryKey) string {
	h := sha256.Sum256([]byte(k.Body))
	return base64.RawURLEncoding.EncodeToString(h[:16])
}

// refused says whose request a refusal is of.
type refused struct {
	at     time.Time
	member desk.MemberID
	verb   desk.Verb
	ticket desk.TicketID
}

// refuse records a refusal, and under its key, so that the same delivery is
// told the same. Needs record nothing; any other error is the operator's and
// comes back.
func (s *Store) refuse(t tx, err error, r refused, k desk.DeliveryKey) error {
	var needs *desk.Needs
	if errors.As(err, &needs) {
		return nil
	}
	var no *desk.Refusal
	if !errors.As(err, &no) {
		return err
	}
	asks := keyed(k, r.at, saved{Ticket: r.ticket, No: no})
	return t.run(append(asks, do(insertRefusal, micros(r.at), int64(r.member), string(r.verb), int64(r.ticket), string(no.Rule), no.Text))...)
}
