package desk

import (
	"fmt"
	"time"
)

// TicketID is a ticket's number: T-1, T-2, … without gaps.
type TicketID int64

func (n TicketID) String() string { return fmt.Sprintf("T-%d", int64(n)) }

// RequestID is the number of something handed to intake, …
type RequestID int64

func (n RequestID) String() string { return fmt.Sprintf("R-%d", int64(n)) }

// MemberID is a member of the desk; 0 is nobody.
type MemberID int64

// ClientID is a client of the desk; 0 is none.
type ClientID int64

// ContactID is a contact of a client; 0 is none. Unique over all clients.
type ContactID int64

// Text is what a person wrote, or another personal text (a name, an address).
// The store keeps it apart from the facts, so that erasing it keeps history.
type Text string

// Kind of ticket (domain.md, Things).
type Kind string

const (
	Defect   Kind = "defect"
	Service  Kind = "request" // a service request; Request is a person's request to the desk's rules
	Internal Kind = "internal"
)

// Level of severity or impact; "" is not known.
type Level string

const (
	Low    Level = "low"
	Medium Level = "medium"
	High   Level = "high"
)

// CameBy is how a ticket reached the desk.
var CameBy = []string{"phone", "chat", "in person", "e-mail", "portal", "internal"}

// How a client's confirmation reached us.
var How = []string{"link", "call", "e-mail", "in person"}

// Category is one valid type / subtype / item triple.
type Category struct {
	Type    string `json:",omitempty"`
	Subtype string `json:",omitempty"`
	Item    string `json:",omitempty"`
}

func (c Category) String() string { return c.Type + " / " + c.Subtype + " / " + c.Item }

// Actor is who asks: a member, or the desk's own clock.
type Actor struct {
	Member MemberID `json:",omitempty"`
	Clock  bool     `json:",omitempty"`
}

// By is the actor that a member is.
func By(m MemberID) Actor { return Actor{Member: m} }

// TheClock is the actor of timers.
var TheClock = Actor{Clock: true}

var t0 time.Time

// earlier returns the earlier of two instants, ignoring zero ones.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
