package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
)

// call is one thing that a person did, as it can come again.
type call struct {
	key string // what the handler gets
	// keys are what it would come again by; none for something that is new
	// each time. Each begins with its kind, so that kinds never collide.
	keys []string
	body string // fingerprint: the same key with another one is refused
}

// fingerprint is equal for calls that say the same, however their bodies were
// spaced and ordered.
func fingerprint(body []any) (string, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// fresh is a key that nobody has used.
func fresh() string { return rand.Text() }

// claim returns the first answer to c if there is one. Otherwise c is the
// caller's to do, and others with one of its keys wait until release.
func (s *Server) claim(ctx context.Context, c call) (first json.RawMessage, release func(), err error) {
	for {
		first, wait, release, err := s.tryClaim(c)
		if wait == nil {
			return first, release, err
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

func (s *Server) tryClaim(c call) (first json.RawMessage, wait <-chan struct{}, release func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range c.keys {
		a, ok := s.state.answers[k]
		if ok && a.Body != c.body {
			return nil, nil, nil, refuse(http.StatusConflict,
				"this key or form was used before with other contents, and nothing was done now; use a new key, or open the form again")
		}
		if ok {
			return json.RawMessage(a.JSON), nil, nil, nil
		}
	}
	if s.closed {
		return nil, nil, nil, refuse(http.StatusServiceUnavailable, "the playground is stopping; nothing was changed")
	}
	for _, k := range c.keys {
		if busy := s.inflight[k]; busy != nil {
			return nil, busy, nil, nil
		}
	}
	done := make(chan struct{})
	for _, k := range c.keys {
		s.inflight[k] = done
	}
	s.calls.Add(1)
	return nil, nil, func() {
		s.mu.Lock()
		for _, k := range c.keys {
			delete(s.inflight, k)
		}
		s.mu.Unlock()
		close(done)
		s.calls.Done()
	}, nil
}
