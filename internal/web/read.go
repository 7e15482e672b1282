package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
)

// listMessages answers oldest first. `last` keeps the newest so many, for the
// page.
func (s *Server) listMessages(r *http.Request) (any, error) {
	q := r.URL.Query()
	as, in, after := q.Get("as"), q.Get("in"), q.Get("after")
	if err := need("as", as, "in", in); err != nil {
		return nil, err
	}
	if _, err := s.person(r.Context(), as); err != nil {
		return nil, err
	}
	if !sees(as, in) {
		return nil, refuse(http.StatusNotFound, "%s sees no channel %q; GET /api/channels?as=%s lists them", as, in, as)
	}
	last := 0
	if t := q.Get("last"); t != "" {
		n, err := strconv.Atoi(t)
		if err != nil || n < 1 {
			return nil, refuse(http.StatusBadRequest, "last must be a number above 0, not %q", t)
		}
		last = n
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	from := 0
	if after != "" {
		m, ok := s.state.message(after)
		if !ok || !m.visible(as) {
			return nil, refuse(http.StatusNotFound, "%s sees no message %q to list after", as, after)
		}
		from = s.state.index[after] + 1
	}
	out := []*wireMessage{}
	for _, m := range s.state.messages[from:] {
		if m.In == in && m.visible(as) {
			out = append(out, toMessage(m))
		}
	}
	if last > 0 && len(out) > last {
		out = out[len(out)-last:]
	}
	return out, nil
}

func (s *Server) listChannels(r *http.Request) (any, error) {
	as := r.URL.Query().Get("as")
	if err := need("as", as); err != nil {
		return nil, err
	}
	if _, err := s.person(r.Context(), as); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	dm := dmPrefix + as
	return []wireChannel{
		{ID: desk, Name: "desk", Unread: s.state.unread(as, desk)},
		{ID: dm, Name: "Deskbell", Direct: true, Unread: s.state.unread(as, dm)},
	}, nil
}

func (s *Server) listMail(*http.Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []wireMail{}
	for _, m := range s.state.mails {
		out = append(out, wireMail(m))
	}
	return out, nil
}

// markSeen notes that somebody has looked at a place: its unread count is 0.
func (s *Server) markSeen(r *http.Request) (any, error) {
	var b struct{ As, In string }
	if err := readBody(r, &b); err != nil {
		return nil, err
	}
	if err := need("as", b.As, "in", b.In); err != nil {
		return nil, err
	}
	if _, err := s.person(r.Context(), b.As); err != nil {
		return nil, err
	}
	if !sees(b.As, b.In) {
		return nil, refuse(http.StatusNotFound, "%s sees no channel %q", b.As, b.In)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.unread(b.As, b.In) == 0 {
		return struct{}{}, nil
	}
	return struct{}{}, s.commit(record{Seen: &seen{As: b.As, In: b.In, N: s.state.addressedTo(b.As, b.In)}})
}

// AllSeen notes that everybody has looked at everything so far.
func (s *Server) AllSeen(ctx context.Context) error {
	people, err := s.cfg.People(ctx)
	if err != nil {
		return fmt.Errorf("web: people: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range people {
		for _, in := range []string{desk, dmPrefix + p.Handle} {
			if s.state.unread(p.Handle, in) == 0 {
				continue
			}
			if err := s.commit(record{Seen: &seen{As: p.Handle, In: in, N: s.state.addressedTo(p.Handle, in)}}); err != nil {
				return fmt.Errorf("web: all seen: %w", err)
			}
		}
	}
	return nil
}
