package slack

import (
	"sync"
	"time"
)

// tally counts what is under way.
type tally struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed when n falls to 0; nil if nobody waits
}

func (t *tally) begin() { t.mu.Lock(); t.n++; t.mu.Unlock() }

func (t *tally) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n--; t.n == 0 && t.idle != nil {
		close(t.idle)
		t.idle = nil
	}
}

// wait returns when nothing is under way, or after the time.
func (t *tally) wait(most time.Duration) {
	t.mu.Lock()
	if t.n == 0 {
		t.mu.Unlock()
		return
	}
	if t.idle == nil {
		t.idle = make(chan struct{})
	}
	idle := t.idle
	t.mu.Unlock()
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-idle:
	case <-timer.C:
	}
}

// do runs f in a goroutine that is counted.
func (t *tally) do(f func()) {
	t.begin()
	go func() {
		defer t.end()
		f()
	}()
}

// progress of an event.
type progress int

const (
	fresh    progress = iota // not seen
	underway                 // taken, and not done with
	over
)

// recent remembers the latest events, to know one that comes again.
type recent struct {
	mu   sync.Mutex
	keys map[string]progress
	ring []string
	at   int
}

const remembered = 4096

// begin says how far the event with the key is; a fresh one is under way from
// now on.
func (r *recent) begin(key string) progress {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keys == nil {
		r.keys, r.ring = map[string]progress{}, make([]string, remembered)
	}
	if was := r.keys[key]; was != fresh {
		return was
	}
	delete(r.keys, r.ring[r.at])
	r.keys[key], r.ring[r.at] = underway, key
	r.at = (r.at + 1) % remembered
	return fresh
}

// end says that the event is done with.
func (r *recent) end(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keys[key] == underway {
		r.keys[key] = over
	}
}

// forget makes the event fresh again.
func (r *recent) forget(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.keys, key)
}
