package store

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

// saved is what is kept of a delivery's outcome: where to find it. It is drawn
// afresh when the delivery comes again. Only a refusal is kept as it was, without
// words that were typed.
type saved struct {
	Ticket desk.TicketID `json:"t,omitempty"`
	First  int           `json:"f,omitempty"` // revisions of its events
	Last   int           `json:"l,omitempty"`
	Other  desk.TicketID `json:"o,omitempty"`
	OFirst int           `json:"of,omitempty"`
	OLast  int           `json:"ol,omitempty"`
	Desk   int64         `json:"d,omitempty"` // desk event
	// DeskLast is the last of several desk events, 0 for one.
	DeskLast int64          `json:"dl,omitempty"`
	Handed   desk.RequestID `json:"r,omitempty"`
	No       *desk.Refusal  `json:"no,omitempty"`
}

// present is what every command reads: the policy's version, what came of a
// delivery if its key is known (a hash of its body, and what was saved), whether
// the ticket's card waits to be painted (-1 it does not, 1 urgently), and the
// ticket's row, empty if there is none.
type present struct {
	version  int64
	delivery string
	paint    int64
	state    string
}

// look reads it; there is nothing under no key, and no ticket 0.
func (d *present) look(k desk.DeliveryKey, n desk.TicketID) ask {
	*d = present{}
	return get(scan(&d.version, &d.delivery, &d.paint, &d.state), readPresent, k.Key, desk.PaintKey(n), int64(n))
}

// outcome is what came of the delivery before, nil if it is new.
func (d *present) outcome(k desk.DeliveryKey) (*saved, error) {
	if d.delivery == "" {
		return nil, nil
	}
	body, stored, _ := strings.Cut(d.delivery, " ")
	if body != bodyHash(k) {
		return nil, ErrOtherBody
	}
	var s saved
	err := json.Unmarshal([]byte(stored), &s)
	return &s, err
}

// ofRefusal is the key under which a refusal is kept.
func ofRefusal(k desk.DeliveryKey) desk.DeliveryKey {
	if k.Once {
		return desk.DeliveryKey{}
	}
	return k
}

// keyed saves the outcome under the key, if there is one.
func keyed(k desk.DeliveryKey, at time.Time, s saved) []ask {
	if k.Key == "" {
		return nil
	}
	return []ask{do(insertDelivery, k.Key, bodyHash(k), micros(at), s.text())}
}

// text is the JSON that outcome reads back; for the usual one, the events of one
// ticket, made by hand (see encodeState).
func (s saved) text() string {
	if s == (saved{Ticket: s.Ticket, First: s.First, Last: s.Last}) {
		b := strconv.AppendInt(append(make([]byte, 0, 48), `{"t":`...), int64(s.Ticket), 10)
		b = strconv.AppendInt(append(b, `,"f":`...), int64(s.First), 10)
		b = strconv.AppendInt(append(b, `,"l":`...), int64(s.Last), 10)
		return string(append(b, '}'))
	}
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // plain fields only
	}
	return string(b)
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

// closedArgs are an offer's arguments that hold no words of anybody's.
var closedArgs = []string{"as", "field", "how", "kind", "linked", "of", "priority", "rank", "status"}

// wordless is the refusal without the words that were typed, which its offers
// would carry on: those live in no other table than their own.
func wordless(no *desk.Refusal) *desk.Refusal {
	bare := *no
	bare.Offer = slices.Clone(no.Offer)
	for i, o := range bare.Offer {
		bare.Offer[i].Args = maps.Clone(o.Args)
		maps.DeleteFunc(bare.Offer[i].Args, func(k, _ string) bool { return !slices.Contains(closedArgs, k) })
	}
	return &bare
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
	asks := keyed(k, r.at, saved{Ticket: r.ticket, No: wordless(no)})
	return t.run(append(asks, do(insertRefusal, micros(r.at), int64(r.member), string(r.verb), int64(r.ticket), string(no.Rule), no.Text))...)
}
