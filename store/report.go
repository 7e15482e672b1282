package store

import (
	"context"
	"fmt"
	"math"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

// reportBatch is how many tickets are read at a time, so that no reader is in the
// way of writers for long.
const reportBatch = 500

var (
	openAfter = same("open after", `SELECT number, state FROM tickets WHERE `+allOpen+` AND number > $1 ORDER BY number LIMIT $2`)
	doneAfter = same("done after", `SELECT number, state FROM tickets WHERE NOT is_open AND (since, number) > ($1, $2) ORDER BY since, number LIMIT $3`)
	// sumLogged: what is internal, or was when it was logged, has no client.
	sumLogged   = differs("sum logged")
	sumBreached = differs("sum breached")
	interrupted = same("interrupted", `SELECT ticket, revision, at, by_member, by_clock, fact, body FROM events WHERE fact = 'Started' AND at >= $1 AND at < $2
		AND replace(body, '"Interrupted"', '') <> body ORDER BY at, ticket`)
)

// Flowing calls fn with every open ticket, and with those that came into the
// status in which they are done since an instant. One that is moved meanwhile may
// come twice, as it was before and after. It costs what there is of both, and holds
// a few hundred at a time.
func (s *Store) Flowing(ctx context.Context, since time.Time, fn func(desk.Ticket)) error {
	page := func(q *statement, args ...any) ([]desk.Ticket, error) {
		var ts []desk.Ticket
		if err := s.e.read(ctx, get(s.tickets(&ts), q, append(args, int64(reportBatch))...)); err != nil {
			return nil, fmt.Errorf("store: %s: %w", q.name, err)
		}
		for _, t := range ts {
			fn(t)
		}
		return ts, nil
	}
	from, number := micros(since)-1, int64(1)<<62 // none at that instant
	done := func() error {
		for {
			ts, err := page(doneAfter, from, number)
			if err != nil {
				return err
			}
			if len(ts) > 0 {
				last := ts[len(ts)-1]
				from, number = micros(last.Since), int64(last.Number)
			}
			if len(ts) < reportBatch {
				return nil
			}
		}
	}
	if err := done(); err != nil {
		return err
	}
	var after desk.TicketID
	for {
		ts, err := page(openAfter, int64(after))
		if err != nil {
			return err
		}
		if len(ts) < reportBatch {
			break
		}
		after = ts[len(ts)-1].Number
	}
	return done() // what was done since it began
}

// Logged is time that a member logged on tickets.
type Logged struct {
	Member   desk.MemberID
	Internal bool // on internal tickets
	Minutes  int
}

// LoggedTime sums the time that was logged from an instant to another, by member,
// on internal and on other tickets.
func (s *Store) LoggedTime(ctx context.Context, from, to time.Time) ([]Logged, error) {
	var out []Logged
	err := s.e.read(ctx, get(func(r row) error {
		var member, internal, minutes int64
		err := r.Scan(&member, &internal, &minutes)
		out = append(out, Logged{desk.MemberID(member), internal == 1, int(minutes)})
		return err
	}, sumLogged, micros(from), micros(to)))
	if err != nil {
		return nil, fmt.Errorf("store: logged time: %w", err)
	}
	return out, nil
}

// BreachCount is how often each goal was breached from an instant to another, as it
// was recorded.
func (s *Store) BreachCount(ctx context.Context, from, to time.Time) (map[desk.Goal]int, error) {
	counts := map[desk.Goal]int{}
	err := s.e.read(ctx, get(func(r row) error {
		var goal string
		var n int64
		err := r.Scan(&goal, &n)
		counts[desk.Goal(goal)] = int(n)
		return err
	}, sumBreached, micros(from), micros(to)))
	if err != nil {
		return nil, fmt.Errorf("store: breaches: %w", err)
	}
	return counts, nil
}

// Interruptions are the Started events from an instant to another that pushed
// other work aside, in order; what people wrote is left out.
func (s *Store) Interruptions(ctx context.Context, from, to time.Time) ([]desk.Event, error) {
	var all []factRow
	if err := s.e.read(ctx, get(factRows(&all), interrupted, micros(from), micros(to))); err != nil {
		return nil, fmt.Errorf("store: interruptions: %w", err)
	}
	return decodeEvents(all, nil)
}

// RefusalCount is how often each rule refused from an instant to another; a zero
// one is no end.
func (s *Store) RefusalCount(ctx context.Context, from, to time.Time) (map[desk.Rule]int, error) {
	return s.byRule(ctx, "refusals", countRefusals, from, to)
}

// WarningCount is how often each rule was passed over at warn, which enforce would
// have refused.
func (s *Store) WarningCount(ctx context.Context, from, to time.Time) (map[desk.Rule]int, error) {
	return s.byRule(ctx, "warnings", countWarnings, from, to)
}

func (s *Store) byRule(ctx context.Context, what string, q *statement, from, to time.Time) (map[desk.Rule]int, error) {
	counts := map[desk.Rule]int{}
	end := int64(math.MaxInt64)
	if !to.IsZero() {
		end = micros(to)
	}
	err := s.e.read(ctx, get(func(r row) error {
		var rule string
		var n int64
		err := r.Scan(&rule, &n)
		counts[desk.Rule(rule)] = int(n)
		return err
	}, q, micros(from), end))
	if err != nil {
		return nil, fmt.Errorf("store: %s: %w", what, err)
	}
	return counts, nil
}

// DirectoryFrom is the desk's directory from an instant on.
type DirectoryFrom struct {
	From      time.Time
	Directory desk.Directory
}

// Directories are the desk's directories of the time from an instant to another, in
// order: that of its beginning, and one for each change.
func (s *Store) Directories(ctx context.Context, from, to time.Time) ([]DirectoryFrom, error) {
	events, err := s.deskEvents(ctx, 0)
	if err != nil {
		return nil, err
	}
	d := desk.NewDirectory()
	var out []DirectoryFrom
	for _, e := range events {
		if !e.At.Before(to) {
			break
		}
		if e.At.After(from) && len(out) == 0 {
			out = append(out, DirectoryFrom{from, d})
		}
		if d = d.Apply(e); e.At.After(from) {
			out = append(out, DirectoryFrom{e.At, d})
		}
	}
	if len(out) == 0 {
		out = append(out, DirectoryFrom{from, d})
	}
	return out, nil
}
