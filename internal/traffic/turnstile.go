package traffic

import "time"

// Turnstile lets calls through at a rate, some at once after a pause, and gives
// everybody else a turn of their own, so that whoever must wait comes back once
// and not again and again. It is the generic cell rate algorithm with
// reservations. What is urgent waits for nobody but what is urgent too. Instants
// are real time.
type Turnstile struct {
	Every time.Duration // between two calls in the long run
	Burst int           // calls at once after a pause, at least 1
	full  time.Time     // when everything let through or promised so far is used up
	turns map[string]time.Time
	ahead time.Time // when the next urgent one may go
}

// forgotten is how long after its time a turn is kept for somebody who does not
// come.
const forgotten = time.Minute

// Pass is how long the call has to wait, 0 if it may go now. A wait is a turn:
// the same id that comes then goes through.
func (t *Turnstile) Pass(now time.Time, id string, urgent bool) time.Duration {
	if urgent {
		return t.first(now)
	}
	if at, ok := t.turns[id]; ok {
		if at.After(now) {
			return at.Sub(now)
		}
		delete(t.turns, id)
		if now.Sub(at) < forgotten {
			return 0
		}
	}
	if t.full.Before(now) {
		t.full = now
	}
	at := t.full.Add(-time.Duration(t.Burst-1) * t.Every)
	t.full = t.full.Add(t.Every)
	if !at.After(now) {
		return 0
	}
	if t.turns == nil {
		t.turns = map[string]time.Time{}
	}
	if len(t.turns) > 1000 {
		t.Idle(now)
	}
	t.turns[id] = at
	return at.Sub(now)
}

// first is pass for what is urgent: the others' turns stay as they were promised,
// and those who come after it wait for it.
func (t *Turnstile) first(now time.Time) time.Duration {
	if t.ahead.After(now) {
		return t.ahead.Sub(now)
	}
	t.ahead = now.Add(t.Every)
	if t.full.Before(now) {
		t.full = now
	}
	t.full = t.full.Add(t.Every)
	return 0
}

// Idle reports whether nobody was let through or waits that matters any more,
// and drops the turns of those who did not come.
func (t *Turnstile) Idle(now time.Time) bool {
	for id, at := range t.turns {
		if now.Sub(at) >= forgotten {
			delete(t.turns, id)
		}
	}
	return len(t.turns) == 0 && !t.full.After(now)
}
