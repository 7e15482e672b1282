package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

// DigestMost bounds the counts of a digest: one more than that stands for "more".
const DigestMost = 1000

// Each section of the digest is found by a partial index of open tickets, and
// costs the rows that it shows; its count costs at most DigestMost + 1. What is at
// risk also costs, in the index alone, what is due before it and not at risk yet.
var (
	staleUntouched = newStale("untouched", `is_open AND touched > 0 AND touched < $1`, `touched, number`, `$2`)
	staleInStatus  = newStale("stale in status", `is_open AND status = $1 AND since < $2`, `since, number`, `$3`)
	staleOverdue   = newStale("overdue", `is_open AND due > 0 AND due < $1`, `due, number`, `$2`)
	staleAtRisk    = newStale("at risk", `is_open AND due > 0 AND due >= $1 AND risk > 0 AND risk <= $1`, `due, number`, `$2`)
	staleUrgent    = newStale("urgent and open", `is_open AND urgent`, inOrder, `$1`)

	countOpenHanded = same("count open requests", bounded(`SELECT number FROM handed WHERE state = 'open'`))

	// keepDigest: one that is later than the place's takes its place.
	keepDigest = same("keep digest", `INSERT INTO digests (place, at, body, key) VALUES ($1, $2, $3, $5)
		ON CONFLICT (place) DO UPDATE SET at = excluded.at, body = excluded.body, key = excluded.key WHERE digests.at < excluded.at OR digests.at > $4`)
	readDigest = single(same("read digest", `SELECT at, body FROM digests WHERE place = $1`))
)

func newStale(name, where, order, limit string) list {
	return list{
		same("page of "+name, `SELECT number, state FROM tickets WHERE `+where+` ORDER BY `+order+` LIMIT `+limit),
		same("count of "+name, bounded(`SELECT number FROM tickets WHERE `+where)),
	}
}

func bounded(rows string) string {
	return fmt.Sprintf(`SELECT count(*) FROM (%s LIMIT %d) c`, rows, DigestMost+1)
}

// part is one list of a section with its arguments.
type part struct {
	list
	args []any
}

// parts are the lists that make up a section of tickets at the instant: one for
// each of its statuses, so that each is a walk along an index.
func parts(p *desk.Policy, s desk.Section, at time.Time) []part {
	before := micros(p.StaleBefore(s, at))
	switch s {
	case desk.PressingGoals: // all that is overdue was due before the rest will be
		return []part{{staleOverdue, []any{micros(at)}}, {staleAtRisk, []any{micros(at)}}}
	case desk.OpenUrgent:
		return []part{{staleUrgent, nil}}
	case desk.StaleClientTest:
		return []part{{staleUntouched, []any{before}}}
	}
	var ps []part
	for _, k := range p.StatusesOf(s) {
		ps = append(ps, part{staleInStatus, []any{string(k), before}})
	}
	return ps
}

// Stale is a page of a digest's section of tickets, as of the instant: the
// longest untouched or in their status first, urgent ones in the order to take,
// those with pressing goals by when they are or were due.
// Of a total above DigestMost only that is known.
func (s *Store) Stale(ctx context.Context, section desk.Section, at time.Time, offset, limit int) (Page, error) {
	p, err := s.Policy(ctx)
	if err != nil {
		return Page{}, err
	}
	var page Page
	var asks []ask
	all := parts(p, section, at)
	counts := make([]int64, len(all))
	for i, x := range all {
		asks = append(asks, get(s.tickets(&page.Tickets), x.page, append(slices.Clone(x.args), int64(offset+limit))...),
			get(scan(&counts[i]), x.count, x.args...))
	}
	if err := s.e.read(ctx, asks...); err != nil {
		return Page{}, fmt.Errorf("store: digest's %s: %w", section, err)
	}
	if len(all) > 1 && section != desk.PressingGoals {
		slices.SortFunc(page.Tickets, func(a, b desk.Ticket) int {
			return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Number, b.Number))
		})
	}
	page.Tickets = page.Tickets[min(offset, len(page.Tickets)):min(offset+limit, len(page.Tickets))]
	for _, n := range counts {
		page.Total = min(page.Total+int(n), DigestMost+1)
	}
	return page, nil
}

// StaleCounts are how many each section shows at the instant, DigestMost + 1 for
// more than that.
func (s *Store) StaleCounts(ctx context.Context, sections []desk.Section, at time.Time) (map[desk.Section]int, error) {
	p, err := s.Policy(ctx)
	if err != nil {
		return nil, err
	}
	counts := map[desk.Section]int{}
	var asks []ask
	count := func(section desk.Section, q *statement, args ...any) {
		asks = append(asks, get(func(r row) error {
			var n int64
			err := r.Scan(&n)
			counts[section] = min(counts[section]+int(n), DigestMost+1)
			return err
		}, q, args...))
	}
	for _, section := range sections {
		if section == desk.OpenRequests {
			count(section, countOpenHanded)
			continue
		}
		for _, x := range parts(p, section, at) {
			count(section, x.count, x.args...)
		}
	}
	if err := s.e.read(ctx, asks...); err != nil {
		return nil, fmt.Errorf("store: digest's counts: %w", err)
	}
	return counts, nil
}

// Digest is the latest one that stands, or is about to stand, at a place.
type Digest struct {
	Place string
	At    time.Time // when it was due
	Key   string    // its notice's, with which those of its posts begin
	Body  string    // what it showed, in the caller's words
}

// KeepDigest keeps the digest as its place's latest, unless one that was due then
// or later is kept already, and returns the latest: of two that draw the same
// digest both get the first one's body. One that is due after now, of a clock that
// was ahead, keeps nothing from taking its place.
func (s *Store) KeepDigest(ctx context.Context, d Digest, now time.Time) (Digest, error) {
	var latest Digest
	err := s.e.write(ctx, func(t tx) error {
		latest = Digest{Place: d.Place}
		var at int64
		err := t.run(do(keepDigest, d.Place, micros(d.At), d.Body, micros(now), d.Key), get(scan(&at, &latest.Body), readDigest, d.Place))
		latest.At = instant(at)
		return err
	})
	if err != nil {
		return Digest{}, fmt.Errorf("store: keep digest of %s: %w", d.Place, err)
	}
	return latest, nil
}

// LatestDigest is the place's latest, false if it never had one.
func (s *Store) LatestDigest(ctx context.Context, place string) (Digest, bool, error) {
	d := Digest{Place: place}
	var at int64
	var ok bool
	if err := s.e.read(ctx, get(found(&ok, &at, &d.Body), readDigest, place)); err != nil {
		return Digest{}, false, fmt.Errorf("store: digest of %s: %w", place, err)
	}
	d.At = instant(at)
	return d, ok, nil
}
