package report

import (
	"math"
	"slices"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

// History is how far back the pictures look: four weeks.
const History = 28 * 24 * time.Hour

// Figures are what is reported of the time from From (included) to To (not
// included); what stands, stands as of To. A ticket that was opened again counts
// where it was completed.
type Figures struct {
	From, To time.Time
	Flow
	Before Flow // of the same days of the week before

	Rework    int // moves to the left
	Cancelled int
	Open      int // at To
	Work      []Under
	Goals     map[desk.Goal]Kept
	Urgent    Urgency

	Days []Day      // of the History before To, in order
	Done []Finished // in that History, by when
}

// Flow is what came and went.
type Flow struct {
	Opened, Internal int // internal ones included
	Completed        int
	Unconfirmed      int // of those
	Lead, Cycle      Spread
}

// Spread is how long some things took, elapsed time.
type Spread struct {
	N           int
	Median, P85 time.Duration
}

// Under is what is in one active status at the end, with the age of that work
// since it was first started.
type Under struct {
	Status desk.StatusKey
	N      int
	Age    Spread
	Oldest desk.TicketID
	Since  time.Time // of the oldest
}

// Kept is how many completed tickets kept a promise.
type Kept struct{ Met, Breached int }

// Day is how many tickets were in each stage at an instant; of the stage done only
// those that came there within the History.
type Day struct {
	At time.Time
	N  map[desk.Stage]int
}

// Finished is a ticket that was completed.
type Finished struct {
	At     time.Time
	Lead   time.Duration
	Urgent bool
}

// Urgency is what urgent work cost.
type Urgency struct {
	Made        int // tickets that became urgent, and were not called otherwise since
	Starts      int // urgent starts that interrupted something
	Interrupted int // tickets in progress that stood for it
	// Held is for how long within the time, in working time, from each such start,
	// also of one before, until the urgent ticket was not in progress any more; of
	// two tickets that stood, both count.
	Held    time.Duration
	Longest desk.TicketID // the urgent ticket that held up the most
	For     time.Duration // how much
	Clients []FromClient  // whose were made urgent, the most first
}

// FromClient is a count of a client's.
type FromClient struct {
	Client desk.ClientID
	N      int
}

// spread sorts ds and tells how long they took.
func spread(ds []time.Duration) Spread {
	if len(ds) == 0 {
		return Spread{}
	}
	slices.Sort(ds)
	return Spread{len(ds), rank(ds, 0.5), rank(ds, 0.85)}
}

// rank is the percentile by nearest rank of sorted ds: the smallest of them that
// at least the share is not above.
func rank(ds []time.Duration, share float64) time.Duration {
	return ds[max(0, int(math.Ceil(share*float64(len(ds))))-1)]
}
