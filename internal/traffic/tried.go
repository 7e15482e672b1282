package traffic

import "sync/atomic"

// Tried counts what came to the addresses that a platform delivers to, by what became
// of it: accepted, or refused for its signature, its time (stale), its body, or as too
// large.
type Tried struct{ Accepted, Signature, Stale, Body, Large atomic.Int64 }

// Counts are the counts so far, by their words.
func (t *Tried) Counts() map[string]int64 {
	return map[string]int64{"accepted": t.Accepted.Load(), "signature": t.Signature.Load(), "stale": t.Stale.Load(), "body": t.Body.Load(), "large": t.Large.Load()}
}
