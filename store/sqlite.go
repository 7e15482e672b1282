package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"

	"github.com/mattn/go-sqlite3"
)

// sqliteEngine is one writer, which groups commits (sqlite_writer.go), and a
// pool of connections that only read.
type sqliteEngine struct {
	writer  *writer
	writing *sql.DB
	reading *sql.DB
	lock    io.Closer
}

// sqliteDSN: a transaction that will write takes the lock at once (a deferred
// one fails when it wants to write later), and a commit is on the disk when it
// is answered.
func sqliteDSN(path string, more string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_foreign_keys=on&_busy_timeout=5000&_loc=UTC" + more
}

// openSQLite opens the file at path, with its schema made already. The engine
// owns the lock from then on.
func openSQLite(ctx context.Context, path string, lock io.Closer, log *slog.Logger) (*sqliteEngine, error) {
	writing, err := sql.Open("sqlite3", sqliteDSN(path, ""))
	if err != nil {
		return nil, err
	}
	writing.SetMaxOpenConns(1)
	reading, err := sql.Open("sqlite3", sqliteDSN(path, "&_query_only=true&_stmt_cache_size=100"))
	if err != nil {
		return nil, errors.Join(err, writing.Close())
	}
	reading.SetMaxOpenConns(8)
	reading.SetMaxIdleConns(8)
	e := &sqliteEngine{writing: writing, reading: reading, lock: lock}
	conn, err := writing.Conn(ctx)
	if err == nil {
		e.writer, err = startWriter(conn, log)
	}
	if err != nil {
		return nil, errors.Join(err, reading.Close(), writing.Close())
	}
	return e, nil
}

func (e *sqliteEngine) write(ctx context.Context, fn func(tx) error) error {
	return e.writer.submit(ctx, fn)
}

// read runs several statements in one transaction, so that they see one state.
func (e *sqliteEngine) read(ctx context.Context, asks ...ask) (err error) {
	conn, err := e.reading.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return conn.Raw(func(dc any) (err error) {
		c := dc.(*sqlite3.SQLiteConn)
		if len(asks) > 1 {
			if _, err := c.Exec("BEGIN", nil); err != nil {
				return err
			}
			defer func() {
				_, e := c.Exec("ROLLBACK", nil)
				err = errors.Join(err, e)
			}()
		}
		for _, a := range asks {
			if err := ctx.Err(); err != nil {
				return err
			}
			st, err := c.Prepare(a.q.sqlite)
			if err != nil {
				return fmt.Errorf("%s: %w", a.q.name, err)
			}
			err = runSQLite(st.(*sqlite3.SQLiteStmt), a, nil)
			if err := errors.Join(err, st.Close()); err != nil {
				return fmt.Errorf("%s: %w", a.q.name, err)
			}
		}
		return nil
	})
}

func (e *sqliteEngine) alone() bool { return true }

func (e *sqliteEngine) list(ss []string) any {
	b, _ := json.Marshal(ss) // a list of strings has no error
	return string(b)
}

func (e *sqliteEngine) term(word string, prefix bool) string {
	if prefix {
		word += "*"
	}
	return `"` + word + `"` // quoted, so that OR and NEAR are words
}

func (e *sqliteEngine) close() error {
	if e.writer == nil { // opened to read
		return e.reading.Close()
	}
	return errors.Join(e.writer.stop(), e.reading.Close(), e.writing.Close(), e.lock.Close())
}

// runSQLite binds, steps and scans. It queries also what has no answer: the
// driver binds and steps a query in one call of C, where Exec takes one call for
// each argument. args is scratch space.
func runSQLite(st *sqlite3.SQLiteStmt, a ask, args []driver.Value) error {
	for _, v := range a.args {
		args = append(args, v)
	}
	rows, err := st.Query(args)
	if err != nil {
		return err
	}
	r := sqliteRow{make([]driver.Value, len(rows.Columns()))}
	for {
		if err = rows.Next(r.values); err != nil {
			break
		}
		if err = a.each(r); err != nil || a.q.single {
			break
		}
	}
	if err == io.EOF {
		err = nil
	}
	return errors.Join(err, rows.Close())
}

type sqliteRow struct{ values []driver.Value }

// Scan knows the few types that the schema has.
func (r sqliteRow) Scan(dest ...any) error {
	if len(dest) != len(r.values) {
		return fmt.Errorf("store: %d columns for %d variables", len(r.values), len(dest))
	}
	for i, v := range r.values {
		ok := true
		switch d := dest[i].(type) {
		case *int64:
			*d, ok = v.(int64)
		case *string:
			*d, ok = v.(string)
		case *[]byte:
			*d, ok = v.([]byte)
		case *bool:
			var n int64
			n, ok = v.(int64)
			*d = n != 0
		default:
			ok = false
		}
		if !ok {
			return fmt.Errorf("store: column %d: cannot read %T into %T", i+1, v, dest[i])
		}
	}
	return nil
}
