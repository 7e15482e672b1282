package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// Duty is something that the desk does by itself at set times (domain.md, The
// clock's other duties).
type Duty struct {
	Name  string
	Place string // where its notices go
	// When are its times, in the desk's zone; they may follow from the policy.
	When func(*desk.Policy) When
	// On says which of them count; nil: all.
	On func(p *desk.Policy, at time.Time) bool
	// Tell is what a slot has people told, once; nil: nothing.
	Tell func(p *desk.Policy, o store.Slot) []desk.Notice
	// Do is housekeeping that whoever takes the slot does. It may be left undone
	// by a crash and then waits for the next slot.
	Do func(ctx context.Context, s *store.Store, at time.Time) error
}

// Duties are all of them; digest is when the daily digest is due on working days.
func Duties(digest When) []Duty {
	return []Duty{
		{Name: "purge", When: at("0 * * * *"), Do: purge},
		{Name: "digest", Place: "channel", When: func(*desk.Policy) When { return digest }, On: workingDay, Tell: tellDigest},
		{Name: "hand-over", Place: "channel", When: turn(0), On: hasRota, Tell: tellTurn(0)},
		{Name: "hand-over-tomorrow", Place: "channel", When: turn(-1), On: hasRota, Tell: tellTurn(1)},
	}
}

// kept is how long is known what was carried out, in desk time or, for posts, in
// real time.
const kept = 7 * 24 * time.Hour

func purge(ctx context.Context, s *store.Store, at time.Time) error {
	return errors.Join(s.Tidy(ctx, at), s.Purge(ctx, at.Add(-kept), time.Now().Add(-kept)))
}

// at is a fixed schedule.
func at(text string) func(*desk.Policy) When {
	w, err := ParseWhen(text)
	if err != nil {
		panic(err) // of this file
	}
	return func(*desk.Policy) When { return w }
}

// turn is when the rota passes, or so many days after it.
func turn(days int) func(*desk.Policy) When {
	return func(p *desk.Policy) When {
		day := (int(p.Rota.Day) + days + 7) % 7
		return at(fmt.Sprintf("%d %d * * %d", p.Rota.At%60, p.Rota.At/60, day))(p)
	}
}

func workingDay(p *desk.Policy, at time.Time) bool { return p.Hours.WorkingDay(at) }

func hasRota(p *desk.Policy, _ time.Time) bool { return len(p.Rota.Base) > 0 }

// tellDigest: a digest is told by its slot, "digest/2026-03-02T09:00+01:00", with
// "/late" after it where it was missed.
func tellDigest(_ *desk.Policy, o store.Slot) []desk.Notice {
	return []desk.Notice{post(o, "digest/"+o.Name)}
}

// tellTurn: a turn is told by the local date on which it begins, so many days
// after the slot: "hand-over/2026-03-02". However its time is moved on that day,
// it is told once.
func tellTurn(days int) func(*desk.Policy, store.Slot) []desk.Notice {
	return func(p *desk.Policy, o store.Slot) []desk.Notice {
		return []desk.Notice{post(o, o.Duty+"/"+o.Due.In(p.Zone).AddDate(0, 0, days).Format(time.DateOnly))}
	}
}

// post is the slot's one notice.
func post(o store.Slot, key string) desk.Notice {
	what := key
	if o.Late {
		what += "/late"
	}
	return desk.Notice{Key: key, Kind: desk.Post, Place: o.Place, What: what, Due: o.Due}
}
