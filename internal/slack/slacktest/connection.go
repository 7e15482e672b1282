package slacktest

import (
	"context"
	"time"
)

// Sockets is how many connections of Socket Mode are open.
func (s *Server) Sockets() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets)
}

// WaitSockets holds until that many connections are open, and fails when ctx
// ends.
func (s *Server) WaitSockets(ctx context.Context, n int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wait(ctx, func() bool { return len(s.sockets) == n })
}

// Refresh asks the oldest connection to make room for a new one, as Slack does
// every few hours: a warning, refresh_requested, and the end of the connection
// soon after. What was sent before may still be answered.
func (s *Server) Refresh() {
	s.mu.Lock()
	var oldest *socket
	for _, k := range s.sockets {
		if !k.leaving && !k.silent {
			oldest = k
			break
		}
	}
	if oldest != nil {
		oldest.leaving = true
	}
	s.mu.Unlock()
	if oldest != nil {
		oldest.write(map[string]any{"type": "disconnect", "reason": "warning", "debug_info": debugInfo})
		oldest.leave("refresh_requested")
	}
}

// Disconnect ends all connections with the reason: "link_disabled",
// "too_many_websockets", "refresh_requested".
func (s *Server) Disconnect(reason string) {
	s.mu.Lock()
	open := append([]*socket(nil), s.sockets...)
	for _, k := range open {
		k.leaving = true
	}
	s.mu.Unlock()
	for _, k := range open {
		k.leave(reason)
	}
}

// leave tells the app to go, and lets it no longer than a deadline.
func (k *socket) leave(reason string) {
	k.write(map[string]any{"type": "disconnect", "reason": reason, "debug_info": debugInfo})
	_ = k.conn.SetReadDeadline(time.Now().Add(ackWithin))
}

// Silence leaves the open connections open and brings nothing through them any
// more: no pings, no deliveries, no answers. New ones are well.
func (s *Server) Silence() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.sockets {
		k.silent = true
		for _, d := range k.waiting {
			d.lost = true
		}
	}
}

// SocketModeOff switches Socket Mode off for the app, or on again: open
// connections end with link_disabled and no new ones are given.
func (s *Server) SocketModeOff(off bool) {
	s.mu.Lock()
	s.off = off
	s.mu.Unlock()
	if off {
		s.Disconnect("link_disabled")
	}
}

// MaxSockets sets how many connections may be open at once; 10 at first.
func (s *Server) MaxSockets(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.maxSockets = n
}
