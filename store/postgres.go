package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// postgresEngine is a small pool: more connections than the server has cores
// only make the slowest request slower (measured).
type postgresEngine struct{ pool *pgxpool.Pool }

const maxConns = 16

func openPostgres(ctx context.Context, url string) (*postgresEngine, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return newPostgres(ctx, cfg)
}

func newPostgres(ctx context.Context, cfg *pgxpool.Config) (*postgresEngine, error) {
	cfg.MaxConns = maxConns
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return &postgresEngine{pool}, nil
}

const maxTries = 8 // of a transaction that others get in the way of

// write begins with the first statements and commits in a round trip of its
// own: a command of one batch of reads and one of writes takes three.
func (e *postgresEngine) write(ctx context.Context, fn func(tx) error) error {
	for try := 1; ; try++ {
		err := e.once(ctx, fn)
		var pg *pgconn.PgError
		if err == nil || try == maxTries || !errors.As(err, &pg) || !again[pg.Code] {
			return err
		}
	}
}

// again are the conflicts that go away: serialization failure, deadlock, and a
// key that another transaction inserted between our reading and our writing.
var again = map[string]bool{"40001": true, "40P01": true, "23505": true}

func (e *postgresEngine) once(ctx context.Context, fn func(tx) error) error {
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	t := &postgresTx{ctx: ctx, conn: conn.Conn()}
	if err := safely(fn, t); err != nil {
		return errors.Join(err, t.rollback())
	}
	if !t.begun {
		return nil
	}
	tag, err := t.conn.Exec(ctx, "COMMIT")
	switch {
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("%w: %w", ErrUnsure, err)
	case err != nil:
		return errors.Join(err, t.rollback())
	case tag.String() == "ROLLBACK":
		return errors.New("store: the transaction was rolled back")
	}
	return nil
}

// read sends all statements in one round trip.
func (e *postgresEngine) read(ctx context.Context, asks ...ask) error {
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return send(ctx, conn.Conn(), &pgx.Batch{}, asks)
}

func (e *postgresEngine) alone() bool { return false }

func (e *postgresEngine) list(ss []string) any { return ss }

func (e *postgresEngine) term(word string, prefix bool) string {
	word = "'" + word + "'" // only letters and digits: nothing to escape
	if prefix {
		word += ":*"
	}
	return word
}

func (e *postgresEngine) close() error {
	e.pool.Close()
	return nil
}

// postgresTx begins with its first statements, in the same round trip.
type postgresTx struct {
	ctx   context.Context
	conn  *pgx.Conn
	begun bool
}

func (t *postgresTx) run(asks ...ask) error {
	if len(asks) == 0 {
		return nil
	}
	b := &pgx.Batch{}
	if !t.begun {
		t.begun = true
		b.Queue("BEGIN").Exec(func(pgconn.CommandTag) error { return nil })
	}
	return send(t.ctx, t.conn, b, asks)
}

// rollback also when the caller gave up; a connection that cannot is closed by
// the pool.
func (t *postgresTx) rollback() error {
	if !t.begun || t.conn.IsClosed() {
		return nil
	}
	if _, err := t.conn.Exec(context.WithoutCancel(t.ctx), "ROLLBACK"); err != nil && !t.conn.IsClosed() {
		return errors.Join(err, t.conn.Close(context.WithoutCancel(t.ctx)))
	}
	return nil
}

func send(ctx context.Context, conn *pgx.Conn, b *pgx.Batch, asks []ask) error {
	var failed *statement
	for _, a := range asks {
		q := b.Queue(a.q.postgres, a.args...)
		if a.each == nil {
			q.Exec(func(pgconn.CommandTag) error { return nil })
			continue
		}
		q.Query(func(rows pgx.Rows) error {
			for rows.Next() {
				if err := a.each(rows); err != nil {
					failed = a.q
					rows.Close()
					return err
				}
			}
			return rows.Err()
		})
	}
	err := conn.SendBatch(ctx, b).Close()
	if err != nil && failed != nil {
		return fmt.Errorf("%s: %w", failed.name, err)
	}
	return err
}
