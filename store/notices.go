package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

// Due is a notice that was claimed.
type Due struct {
	ID int64
	desk.Notice
	Attempts int // this one included
}

// noticeAsk saves a notice: once by its key, or put off.
func noticeAsk(n desk.Notice) ask {
	args := []any{n.Key, string(n.Kind), int64(n.Ticket), int64(n.Revision), n.Place, n.What, micros(n.Due), n.Urgent, lane(n)}
	if !n.Replace {
		return get(skip, onceNotice, args...)
	}
	return do(upsertNotice, args...)
}

// lane is what a notice waits its turn in: a member's messages; a ticket's mail
// and timers, each; a ticket's card with all that channels are told of it, since
// two at once could both find no card and post one.
func lane(n desk.Notice) string {
	ticket := strconv.FormatInt(int64(n.Ticket), 10)
	switch {
	case n.Ticket == 0:
		return n.Place
	case n.Kind == desk.Mail, n.Kind == desk.Act:
		return string(n.Kind) + "/" + n.Place + "/" + ticket
	case n.Kind == desk.Paint, n.Place == "channel", n.Place == "thread":
		return "card/" + ticket
	}
	return n.Place
}

// Enqueue saves notices that follow from no ticket: digests, alarms. It says how
// many were new; those whose key was there already are dropped, or put off if
// they are to be replaced.
func (s *Store) Enqueue(ctx context.Context, notices ...desk.Notice) (added int, err error) {
	var n int
	err = s.e.write(ctx, func(t tx) error {
		n = 0
		var asks []ask
		for _, x := range notices {
			a := noticeAsk(x)
			if x.Replace {
				n++
			} else {
				a.each = func(row) error { n++; return nil }
			}
			asks = append(asks, a)
		}
		return t.run(asks...)
	})
	if err != nil {
		return 0, fmt.Errorf("store: enqueue: %w", err)
	}
	return n, nil
}

// Claim leases up to limit notices that are due at deskNow to owner, until
// realNow + lease: at most one in flight per lane, urgent ones first, then by due
// time. A lease that ended gives its notice back to be claimed again.
func (s *Store) Claim(ctx context.Context, owner string, deskNow, realNow time.Time, lease time.Duration, limit int) ([]Due, error) {
	var due []Due
	var any bool
	// Looking costs no commit, and there is mostly nothing.
	if err := s.e.read(ctx, get(scan(&any), anyDue, micros(deskNow), micros(realNow))); err != nil {
		return nil, fmt.Errorf("store: notices that are due: %w", err)
	}
	if !any {
		return nil, nil
	}
	err := s.e.write(ctx, func(t tx) error {
		due = nil
		return t.run(get(skip, serialiseClaims), do(endLeases, micros(realNow)),
			get(func(r row) error {
				d, err := scanDue(r)
				due = append(due, d)
				return err
			}, claimNotices, owner, micros(realNow.Add(lease)), micros(deskNow), int64(limit)))
	})
	if err != nil {
		return nil, fmt.Errorf("store: claim notices: %w", err)
	}
	sortDue(due) // UPDATE … RETURNING has no order
	return due, nil
}

// heirWaits is how long what a process had in hand when it was killed is left
// alone by the next: as long as a platform may still be carrying it out.
const heirWaits = 5 * time.Second

// inherit shortens the leases of a process that is no more: only one writes at a
// time, so all that is in flight at its start is the last one's. Left as they
// are, they would keep their lanes still for half a minute. What it did alone is
// free at once.
func (s *Store) inherit(ctx context.Context, realNow time.Time) error {
	err := s.e.write(ctx, func(t tx) error { return t.run(do(shortenLeases, micros(realNow.Add(heirWaits))), do(dropLeases)) })
	if err != nil {
		return fmt.Errorf("store: leases of the last process: %w", err)
	}
	return nil
}

func scanDue(r row) (d Due, err error) {
	var kind string
	var ticket, revision, due, attempts int64
	err = r.Scan(&d.ID, &d.Key, &kind, &ticket, &revision, &d.Place, &d.What, &due, &d.Urgent, &attempts)
	d.Kind, d.Ticket, d.Revision = desk.NoticeKind(kind), desk.TicketID(ticket), int(revision)
	d.Due, d.Attempts = instant(due), int(attempts)
	return d, err
}

// Finish ends owner's claim: how is sent, dropped, dead or parked, the last two
// perhaps with the last error ("dead: not found"). A notice that was put off
// while in flight, so that its revision is not the claimed one any more, stays
// pending instead. ErrLeaseLost when another has it.
func (s *Store) Finish(ctx context.Context, id int64, owner string, revision int, how string) error {
	state, last, _ := strings.Cut(how, ": ")
	return s.leased(ctx, "finish", finishNotice, id, owner, int64(revision), state, last)
}

// Retry gives a claimed notice back, to be claimed again from deskDue on; if it
// was put off meanwhile, from its new due time on. ErrLeaseLost as Finish.
func (s *Store) Retry(ctx context.Context, id int64, owner string, deskDue time.Time, lastErr string) error {
	return s.leased(ctx, "retry", retryNotice, id, owner, micros(deskDue), lastErr)
}

// PutOff is Retry for a try that does not count, since nothing was wrong with
// the notice: it can be put off for ever without being given up.
func (s *Store) PutOff(ctx context.Context, id int64, owner string, deskDue time.Time, why string) error {
	return s.leased(ctx, "put off", putOffNotice, id, owner, micros(deskDue), why)
}

// Unpark gives all parked notices back, due as they were, with all their tries
// before them, and says how many there were.
func (s *Store) Unpark(ctx context.Context) (int, error) {
	n := 0
	err := s.e.write(ctx, func(t tx) error {
		n = 0
		return t.run(get(func(row) error { n++; return nil }, unparkNotices))
	})
	if err != nil {
		return 0, fmt.Errorf("store: unpark notices: %w", err)
	}
	return n, nil
}

func (s *Store) leased(ctx context.Context, what string, q *statement, args ...any) error {
	var held bool
	err := s.e.write(ctx, func(t tx) error {
		held = false
		return t.run(get(func(row) error { held = true; return nil }, q, args...))
	})
	if err == nil && !held {
		err = ErrLeaseLost
	}
	if err != nil {
		return fmt.Errorf("store: %s notice %d: %w", what, args[0], err)
	}
	return nil
}

// NextDue is the earliest due time, in desk time, of the notices that wait or are
// in hand; false if there are none.
func (s *Store) NextDue(ctx context.Context) (time.Time, bool, error) {
	var us int64
	var ok bool
	if err := s.e.read(ctx, get(found(&ok, &us), nextDue)); err != nil {
		return time.Time{}, false, fmt.Errorf("store: next due notice: %w", err)
	}
	return instant(us), ok, nil
}

// Undelivered counts the notices that were neither sent nor dropped, by state:
// pending, sending, parked, dead.
func (s *Store) Undelivered(ctx context.Context) (map[string]int, error) {
	counts := map[string]int{}
	err := s.e.read(ctx, get(func(r row) error {
		var state string
		var n int64
		err := r.Scan(&state, &n)
		if n > 0 {
			counts[state] = int(n)
		}
		return err
	}, countUndelivered))
	if err != nil {
		return nil, fmt.Errorf("store: undelivered notices: %w", err)
	}
	return counts, nil
}
