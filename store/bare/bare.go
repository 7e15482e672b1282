// Package bare is the reference of the benchmarks: what no help desk can do with
// less.
package bare

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/url"
	"strings"

	"github.com/mattn/go-sqlite3"
)

// Schema is what a bare transaction works on. It
// reads a ticket by its number, appends an event, updates the ticket with a
// version check and inserts a notice, durably, on the same drivers and with the
// same grouping of commits, in a schema of its own without a second index.
const Schema = `
	CREATE TABLE tickets (number BIGINT PRIMARY KEY, version BIGINT NOT NULL, state TEXT NOT NULL);
	CREATE TABLE events (ticket BIGINT NOT NULL, version BIGINT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (ticket, version));
	CREATE TABLE notices (key TEXT PRIMARY KEY, due BIGINT NOT NULL);`

// The statements of one bare transaction, in order.
const (
	Select = `SELECT version, state FROM tickets WHERE number = $1`
	Event  = `INSERT INTO events (ticket, version, body) VALUES ($1, $2, $3)`
	Update = `UPDATE tickets SET version = $2, state = $3 WHERE number = $1 AND version = $4`
	Notice = `INSERT INTO notices (key, due) VALUES ($1, $2)`
)

// What they write: a state as long as a ticket's, and an event's body.
var (
	State = strings.Repeat("s", 800)
	Body  = strings.Repeat("e", 60)
)

const batchMost = 64 // transactions a commit, as the store's own

// SQLite is the reference in a file, with so many tickets: do is one
// transaction on a ticket, returning after its commit; close ends it.
func SQLite(ctx context.Context, path string, tickets int) (do func(number int64) error, closeDB func() error, err error) {
	db, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_busy_timeout=5000")
	if err != nil {
		return nil, nil, err
	}
	schema := strings.ReplaceAll(Schema, "BIGINT PRIMARY", "INTEGER PRIMARY")
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, nil, err
	}
	for n := range tickets {
		if _, err := db.ExecContext(ctx, `INSERT INTO tickets VALUES (?, 1, ?)`, n+1, State); err != nil {
			return nil, nil, err
		}
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	type job struct {
		number int64
		done   chan error
	}
	jobs, quit := make(chan job, 1024), make(chan struct{})
	loop := func(dc any) error {
		c := dc.(*sqlite3.SQLiteConn)
		stmt := map[string]*sqlite3.SQLiteStmt{}
		run := func(text string, args ...driver.Value) (first []driver.Value, err error) {
			st := stmt[text]
			if st == nil {
				p, err := c.Prepare(strings.ReplaceAll(text, "$", "?"))
				if err != nil {
					return nil, err
				}
				st = p.(*sqlite3.SQLiteStmt)
				stmt[text] = st
			}
			if text != Select {
				_, err = st.Exec(args)
				return nil, err
			}
			rows, err := st.Query(args)
			if err != nil {
				return nil, err
			}
			defer rows.Close()
			first = make([]driver.Value, 2)
			return first, rows.Next(first)
		}
		one := func(n int64) error {
			row, err := run(Select, n)
			if err != nil {
				return err
			}
			v := row[0].(int64)
			if _, err = run(Event, n, v+1, Body); err != nil {
				return err
			}
			if _, err = run(Update, n, v+1, State, v); err != nil {
				return err
			}
			_, err = run(Notice, fmt.Sprintf("t/%d/%d", n, v), v)
			return err
		}
		batch := make([]job, 0, batchMost)
		for {
			batch = batch[:0]
			select {
			case j := <-jobs:
				batch = append(batch, j)
			case <-quit:
				return nil
			}
		gather:
			for len(batch) < batchMost {
				select {
				case j := <-jobs:
					batch = append(batch, j)
				default:
					break gather
				}
			}
			_, err := c.Exec("BEGIN IMMEDIATE", nil)
			for _, j := range batch {
				if len(batch) > 1 {
					_, _ = c.Exec("SAVEPOINT job", nil)
				}
				if e := one(j.number); e != nil {
					err = e
				}
				if len(batch) > 1 {
					_, _ = c.Exec("RELEASE job", nil)
				}
			}
			if _, e := c.Exec("COMMIT", nil); e != nil {
				err = e
			}
			for _, j := range batch {
				j.done <- err
			}
		}
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = conn.Raw(loop) }()
	do = func(n int64) error {
		j := job{n, make(chan error, 1)}
		jobs <- j
		return <-j.done
	}
	return do, func() error { close(quit); <-ended; return db.Close() }, nil
}
