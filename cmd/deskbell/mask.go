package main

import (
	"bytes"
	"io"
	"sync"
)

// mask is a writer that blots out the configuration's secrets. Our own code
// never prints them (config.Secret); this is for what a library might put into
// an error. A secret cut in two by two writes passes, so each write is a whole
// line, as slog's are.
type mask struct {
	to io.Writer

	mu      sync.Mutex
	secrets [][]byte
}

// shortest is the length from which a text is blotted out: a shorter one is no
// secret and would blot out words.
const shortest = 6

func (m *mask) hide(secrets ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range secrets {
		if len(s) >= shortest {
			m.secrets = append(m.secrets, []byte(s))
		}
	}
}

func (m *mask) Write(b []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := b
	for _, s := range m.secrets {
		out = bytes.ReplaceAll(out, s, []byte("[redacted]"))
	}
	if _, err := m.to.Write(out); err != nil {
		return 0, err
	}
	return len(b), nil
}
