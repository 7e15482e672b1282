package slack

import "time"

const (
	// underWay bounds the deliveries that are worked on together with the answers
	// that are still to be brought to people.
	underWay = 64
	// inLine is how many more may wait for their turn, no longer than turnWithin:
	// who presses steadily is slowed down, and only a crowd is sent away.
	inLine     = 64
	turnWithin = 100 * time.Millisecond
)

// gate lets underWay through at a time.
type gate struct{ room, line chan struct{} }

func newGate() gate {
	return gate{room: make(chan struct{}, underWay), line: make(chan struct{}, inLine)}
}

// enter reports whether there is room, now or within a short wait; then leave is
// to be called once.
func (g gate) enter() bool {
	select {
	case g.room <- struct{}{}:
		return true
	default:
	}
	select {
	case g.line <- struct{}{}:
		defer func() { <-g.line }()
	default:
		return false
	}
	wait := time.NewTimer(turnWithin)
	defer wait.Stop()
	select {
	case g.room <- struct{}{}:
		return true
	case <-wait.C:
		return false
	}
}

// full reports whether whoever comes now is sent away.
func (g gate) full() bool { return len(g.line) == cap(g.line) && len(g.room) == cap(g.room) }

func (g gate) leave() { <-g.room }
