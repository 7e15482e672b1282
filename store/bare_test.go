package store

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"deskbell.dev/deskbell/store/bare"
	"deskbell.dev/deskbell/store/pgtest"
)

const benchTickets = 640

// barePostgres: begin, select for update, one batch of writes, commit.
func barePostgres(b *testing.B) func(number int64) error {
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
	if _, err := pool.Exec(b.Context(), bare.Schema); err != nil {
		b.Fatal(err)
	}
	if _, err := pool.Exec(b.Context(), `INSERT INTO tickets SELECT n, 1, $1 FROM generate_series(1, $2::bigint) n`, bare.State, benchTickets); err != nil {
		b.Fatal(err)
	}
	return func(n int64) error {
		return pgx.BeginFunc(context.Background(), pool, func(t pgx.Tx) error {
			var v int64
			var state string
			if err := t.QueryRow(context.Background(), bare.Select+" FOR UPDATE", n).Scan(&v, &state); err != nil {
				return err
			}
			var batch pgx.Batch
			batch.Queue(bare.Event, n, v+1, bare.Body)
			batch.Queue(bare.Update, n, v+1, bare.State, v)
			batch.Queue(bare.Notice, fmt.Sprintf("t/%d/%d", n, v), v)
			return t.SendBatch(context.Background(), &batch).Close()
		})
	}
}
