// Package store keeps the desk: tickets as the fold of their events, the desk's
// own stream of events, what follows from both (notices), and who was told no.
//
// From the bottom up: engine.go says what the engines do differently, which is
// transactions, and sqlite.go, sqlite_writer.go and postgres.go do it; sql_*.go
// and statements.go are all the SQL there is. words.go takes personal text out
// of facts and puts it back. policy.go caches the policy that the settings and
// the desk's events make. On these stands do.go, the one way to change a ticket:
// facts.go reads what the decision depends on, desk decides, save.go writes what
// follows, all in one transaction. desk.go and handed.go do the same for the
// desk itself and for requests handed to intake. The rest reads: read.go,
// lists.go, find.go, digest.go, report.go, unlogged.go; notices.go is the outbox's side, kept.go what platforms
// and forms remember.
//
// Instants are microseconds UTC; what comes back is in UTC.
package store
