package store

import (
	"context"
	"fmt"
	"runtime/debug"
)

// engine is what SQLite and PostgreSQL do differently; everything above it is
// written once.
type engine interface {
	// write runs fn in one transaction and commits it. fn may be run more than
	// once (a conflict, a batch that failed): it starts over each time and
	// leaves its answer in variables of its caller, who reads them only if
	// write returned nil.
	write(ctx context.Context, fn func(tx) error) error
	// read runs the statements outside of any transaction that writes.
	read(ctx context.Context, asks ...ask) error
	// alone: this process alone writes, one transaction at a time, so what it read
	// stays so.
	alone() bool
	// list is the engine's kind of list of texts, term its kind of search term.
	list(ss []string) any
	term(word string, prefix bool) string
	close() error
}

// tx is a transaction under way.
type tx interface {
	// run carries out the statements in order, on PostgreSQL in one round trip.
	// The answers have been read when it returns.
	run(asks ...ask) error
}

// ask is one statement with its arguments: int64, string, bool or []byte.
type ask struct {
	q    *statement
	args []any
	each func(row) error // for every row of the answer; nil if there is none
}

// row is one row of an answer.
type row interface{ Scan(dest ...any) error }

func do(q *statement, args ...any) ask { return ask{q: q, args: args} }

func get(each func(row) error, q *statement, args ...any) ask {
	return ask{q: q, args: args, each: each}
}

// scan reads the row's columns into dest; the last row wins.
func scan(dest ...any) func(row) error {
	return func(r row) error { return r.Scan(dest...) }
}

// found is scan that also tells that there was a row.
func found(ok *bool, dest ...any) func(row) error {
	return func(r row) error { *ok = true; return r.Scan(dest...) }
}

// safely runs fn; a panic in it is its transaction's error and nobody else's.
func safely(fn func(tx) error, t tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("store: panic in a transaction: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(t)
}
