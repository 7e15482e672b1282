package traffic

import "sync"

// Progress of an event: Fresh until it is begun, Underway until it is ended, then
// Over.
type Progress int

const (
	Fresh    Progress = iota // not seen
	Underway                 // taken, and not done with
	Over
)

// Recent remembers the latest events, to know one that comes again.
type Recent struct {
	mu   sync.Mutex
	keys map[string]Progress
	ring []string
	at   int
}

const remembered = 4096

// Begin says how far the event with the key is; a fresh one is under way from
// now on.
func (r *Recent) Begin(key string) Progress {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keys == nil {
		r.keys, r.ring = map[string]Progress{}, make([]string, remembered)
	}
	if was := r.keys[key]; was != Fresh {
		return was
	}
	delete(r.keys, r.ring[r.at])
	r.keys[key], r.ring[r.at] = Underway, key
	r.at = (r.at + 1) % remembered
	return Fresh
}

// End says that the event is done with.
func (r *Recent) End(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keys[key] == Underway {
		r.keys[key] = Over
	}
}

// Forget makes the event fresh again.
func (r *Recent) Forget(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.keys, key)
}
