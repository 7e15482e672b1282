package traffic

import (
	"sync"
	"time"
)

// Tally counts what is under way.
type Tally struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed when n falls to 0; nil if nobody waits
}

// Begin counts one more.
func (t *Tally) Begin() { t.mu.Lock(); t.n++; t.mu.Unlock() }

// End counts one less.
func (t *Tally) End() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n--; t.n == 0 && t.idle != nil {
		close(t.idle)
		t.idle = nil
	}
}

// Wait returns when nothing is under way, or after the time.
func (t *Tally) Wait(most time.Duration) {
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

// Do runs f in a goroutine that is counted.
func (t *Tally) Do(f func()) {
	t.Begin()
	go func() {
		defer t.End()
		f()
	}()
}
