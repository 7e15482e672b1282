package store

import "deskbell.dev/deskbell/store/pgtest"

// What the tests from outside need of the inside.
var (
	NewTestSchema = pgtest.Schema
	OpenCounting  = openCounting
	BarePostgres  = barePostgres
	BulkLoad      = bulkLoad
)

const (
	BenchTickets = benchTickets
	HeirWaits    = heirWaits
)

// Commits is how many commits carried how many commands so far; zeros on
// PostgreSQL.
func Commits(s *Store) (commits, ran int64) {
	if e, ok := s.e.(*sqliteEngine); ok {
		return e.writer.commits.Load(), e.writer.ran.Load()
	}
	return 0, 0
}

// Forget makes the store read the next tickets as if it never had.
func Forget(s *Store) {
	s.cache.mu.Lock()
	defer s.cache.mu.Unlock()
	s.cache.m = nil
}
