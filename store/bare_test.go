package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/mattn/go-sqlite3"

	"deskbell.dev/deskbell/store/pgtest"
)

// The bare reference of the benchmarks: what no help desk can do with less. It
// reads a ticket by its number, appends an event, updates the ticket with a
// version check and inserts a notice, durably, on the same drivers and with the
// same grouping of commits, in a schema of its own without a second index.
const bareSchema = `
	CREATE TABLE tickets (number BIGINT PRIMARY KEY, version BIGINT NOT NULL, state TEXT NOT NULL);
	CREATE TABLE events (ticket BIGINT NOT NULL, version BIGINT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (ticket, version));
	CREATE TABLE notices (key TEXT PRIMARY KEY, due BIGINT NOT NULL);`

const (
	bareSelect = `SELECT version, state FROM tickets WHERE number = $1`
	bareEvent  = `INSERT INTO events (ticket, version, body) VALUES ($1, $2, $3)`
	bareUpdate = `UPDATE tickets SET version = $2, state = $3 WHERE number = $1 AND version = $4`
	bareNotice = `INSERT INTO notices (key, due) VALUES ($1, $2)`
)

var (
	bareState = strings.Repeat("s", 800) // as long as a ticket's
	bareBody  = strings.Repeat("e", 60)
)

const benchTickets = 640

// bare does one transaction on the ticket.
type bare func(number int64) error

func bareSQLite(b *testing.B) bare {
	db, err := sql.Open("sqlite3", sqliteDSN(filepath.Join(b.TempDir(), "bare.db"), ""))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	schema := strings.ReplaceAll(bareSchema, "BIGINT PRIMARY", "INTEGER PRIMARY")
	if _, err := db.ExecContext(b.Context(), schema); err != nil {
		b.Fatal(err)
	}
	for n := range benchTickets {
		if _, err := db.ExecContext(b.Context(), `INSERT INTO tickets VALUES (?, 1, ?)`, n+1, bareState); err != nil {
			b.Fatal(err)
		}
	}
	conn, err := db.Conn(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	type bareJob struct {
		number int64
		done   chan error
	}
	jobs, quit := make(chan bareJob, 1024), make(chan struct{})
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
			if text != bareSelect {
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
			row, err := run(bareSelect, n)
			if err != nil {
				return err
			}
			v := row[0].(int64)
			if _, err = run(bareEvent, n, v+1, bareBody); err != nil {
				return err
			}
			if _, err = run(bareUpdate, n, v+1, bareState, v); err != nil {
				return err
			}
			_, err = run(bareNotice, fmt.Sprintf("t/%d/%d", n, v), v)
			return err
		}
		batch := make([]bareJob, 0, maxBatch)
		for {
			batch = batch[:0]
			select {
			case j := <-jobs:
				batch = append(batch, j)
			case <-quit:
				return nil
			}
		gather:
			for len(batch) < maxBatch {
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
	b.Cleanup(func() { close(quit); <-ended; _ = conn.Close() })
	return func(n int64) error {
		j := bareJob{n, make(chan error, 1)}
		jobs <- j
		return <-j.done
	}
}

// barePostgres: begin, select for update, one batch of writes, commit.
func barePostgres(b *testing.B) bare {
	cfg, err := pgxpool.ParseConfig(pgtest.Schema(b))
	if err != nil {
		b.Fatal(err)
	}
	cfg.MaxConns = maxConns
	pool, err := pgxpool.NewWithConfig(b.Context(), cfg)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	if _, err := pool.Exec(b.Context(), bareSchema); err != nil {
		b.Fatal(err)
	}
	if _, err := pool.Exec(b.Context(), `INSERT INTO tickets SELECT n, 1, $1 FROM generate_series(1, $2::bigint) n`, bareState, benchTickets); err != nil {
		b.Fatal(err)
	}
	return func(n int64) error {
		return pgx.BeginFunc(context.Background(), pool, func(t pgx.Tx) error {
			var v int64
			var state string
			if err := t.QueryRow(context.Background(), bareSelect+" FOR UPDATE", n).Scan(&v, &state); err != nil {
				return err
			}
			var batch pgx.Batch
			batch.Queue(bareEvent, n, v+1, bareBody)
			batch.Queue(bareUpdate, n, v+1, bareState, v)
			batch.Queue(bareNotice, fmt.Sprintf("t/%d/%d", n, v), v)
			return t.SendBatch(context.Background(), &batch).Close()
		})
	}
}
