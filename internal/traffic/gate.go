package traffic

import "time"

const (
	// UnderWay bounds the deliveries that are worked on together with the answers
	// that are still to be brought to people.
	UnderWay = 64
	// inLine is how many more may wait for their turn, no longer than turnWithin:
	// who presses steadily is slowed down, and only a crowd is sent away.
	inLine     = 64
	turnWithin = 100 * time.Millisecond
)

// Gate lets UnderWay through at a time.
type Gate struct{ room, line chan struct{} }

// NewGate returns one that nobody has entered.
func NewGate() Gate {
	return Gate{room: make(chan struct{}, UnderWay), line: make(chan struct{}, inLine)}
}

// Enter reports whether there is room, now or within a short wait; then Leave is
// to be called once.
func (g Gate) Enter() bool {
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

// Full reports whether whoever comes now is sent away.
func (g Gate) Full() bool { return len(g.line) == cap(g.line) && len(g.room) == cap(g.room) }

// Leave makes room.
func (g Gate) Leave() { <-g.room }
