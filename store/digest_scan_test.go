package store_test

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// shown is what a digest shows: of each section a page and how many there are.
type shown map[desk.Section]shownSection

type shownSection struct {
	First []int64
	Total int
}

func (s shown) renumbered(by int64) shown {
	for section, part := range s {
		for i := range part.First {
			if section != desk.OpenRequests {
				part.First[i] += by
			}
		}
	}
	return s
}

// digestOf asks for all that a digest shows, of a store that has not just read it.
func digestOf(b testing.TB, s *store.Store, at time.Time, rows int) shown {
	store.Forget(s)
	sections := desk.NormalDigest().Sections
	counts, err := s.StaleCounts(b.Context(), sections, at)
	if err != nil {
		b.Fatal(err)
	}
	all := shown{}
	for _, section := range sections {
		part := shownSection{Total: counts[section]}
		if section == desk.OpenRequests {
			handed, _, err := s.HandedOpen(b.Context(), 0, rows)
			if err != nil {
				b.Fatal(err)
			}
			for _, h := range handed {
				part.First = append(part.First, int64(h.Number))
			}
			all[section] = part
			continue
		}
		page, err := s.Stale(b.Context(), section, at, 0, rows)
		if err != nil {
			b.Fatal(err)
		}
		for _, t := range page.Tickets {
			part.First = append(part.First, int64(t.Number))
		}
		all[section] = part
	}
	return all
}

// scanned is the same answer without an index: every row is looked at, and every
// open ticket held against the rule of every section.
func scanned(b testing.TB, s *store.Store, db *sql.DB, at time.Time, rows int) shown {
	p, err := s.Policy(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	type entry struct{ first, second, number int64 } // in the order of the section
	found := map[desk.Section][]entry{}
	everyRow(b, db, `SELECT number, state FROM tickets NOT INDEXED WHERE is_open`, func(n int64, state string) {
		var t desk.Ticket
		if err := json.Unmarshal([]byte(state), &t); err != nil {
			b.Fatal(err)
		}
		for _, section := range desk.NormalDigest().Sections {
			if p.Shows(section, t, at) {
				first, second := placeIn(p, section, t)
				found[section] = append(found[section], entry{first, second, n})
			}
		}
	})
	all := shown{}
	for _, section := range desk.NormalDigest().Sections {
		es := found[section]
		slices.SortFunc(es, func(x, y entry) int {
			return cmp.Or(cmp.Compare(x.first, y.first), cmp.Compare(x.second, y.second), cmp.Compare(x.number, y.number))
		})
		part := shownSection{Total: min(len(es), store.DigestMost+1)}
		for _, e := range es[:min(rows, len(es))] {
			part.First = append(part.First, e.number)
		}
		all[section] = part
	}
	var handed []int64
	everyRow(b, db, `SELECT number, body FROM handed NOT INDEXED WHERE state = 'open' ORDER BY number`, func(n int64, _ string) { handed = append(handed, n) })
	all[desk.OpenRequests] = shownSection{handed[:rows], len(handed)}
	return all
}

// placeIn is by what the section orders the ticket.
func placeIn(p *desk.Policy, section desk.Section, t desk.Ticket) (first, second int64) {
	switch section {
	case desk.PressingGoals:
		_, due := p.Deadlines(t)
		return due.UnixMicro(), 0
	case desk.OpenUrgent:
		return int64(p.PriorityOrder(t.Priority)), t.Rank
	case desk.StaleClientTest:
		return t.Touched(p).UnixMicro(), 0
	}
	return t.Since.UnixMicro(), 0
}

func everyRow(b testing.TB, db *sql.DB, query string, fn func(number int64, text string)) {
	rows, err := db.QueryContext(b.Context(), query)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		var text string
		if err := rows.Scan(&n, &text); err != nil {
			b.Fatal(err)
		}
		fn(n, text)
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
}
