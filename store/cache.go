package store

import (
	"encoding/json"
	"fmt"
	"sync"

	"deskbell.dev/deskbell/internal/desk"
)

// cache spares decoding the tickets that were written or read last. An entry is
// good only for the very text that it was made of, so it cannot be stale.
type cache struct {
	mu sync.Mutex
	m  map[desk.TicketID]*cached
}

type cached struct {
	state string
	t     desk.Ticket
}

const cacheSize = 1024

// decode is the ticket that a row's state says.
func (c *cache) decode(n desk.TicketID, state string) (desk.Ticket, error) {
	if t, ok := c.known(n, state); ok {
		return t, nil
	}
	var t desk.Ticket
	if err := json.Unmarshal([]byte(state), &t); err != nil {
		return t, fmt.Errorf("store: %s cannot be read: %w", n, err)
	}
	c.keep(&t, state)
	return t, nil
}

// encode is the row's state of the ticket.
func (c *cache) encode(t *desk.Ticket) (string, error) {
	state, err := encodeState(t)
	if err == nil {
		c.keep(t, state)
	}
	return state, err
}

func (c *cache) known(n desk.TicketID, state string) (t desk.Ticket, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.m[n]; e != nil && e.state == state {
		return e.t, true
	}
	return t, false
}

func (c *cache) keep(t *desk.Ticket, state string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.m[t.Number]
	if e == nil {
		if c.m == nil || len(c.m) >= cacheSize {
			c.m = make(map[desk.TicketID]*cached, cacheSize)
		}
		e = &cached{}
		c.m[t.Number] = e
	}
	e.state, e.t = state, *t
}
