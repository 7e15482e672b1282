package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pressly/goose/v3"

	"deskbell.dev/deskbell/internal/desk"
)

// OpenReadOnly opens the desk's database to look at it, beside a desk that runs:
// without the process lock, without changing the schema. Everything that writes
// fails with ErrReadOnly, and the database itself would refuse it too.
//
// ErrNotFound if there is no such file; ErrNewerSchema and ErrOlderSchema if the
// schema is not this program's. On SQLite the folder gets the two files that
// belong to the log (-wal, -shm) if they are missing.
func OpenReadOnly(ctx context.Context, url string, log *slog.Logger) (*Store, error) {
	open := readSQLite
	if isPostgres(url) {
		open = readPostgres
	} else {
		url = sqlitePath(url)
	}
	e, version, err := open(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("store: open %s to read: %w", shown(url), err)
	}
	if err := sameSchema(version); err != nil {
		return nil, errors.Join(err, e.close())
	}
	s := &Store{e: readOnly{e}, log: log}
	s.Configure(desk.Policy{Directory: desk.NewDirectory()})
	return s, nil
}

// readOnly is an engine that writes nothing.
type readOnly struct{ engine }

func (readOnly) write(context.Context, func(tx) error) error { return ErrReadOnly }

func (readOnly) alone() bool { return false }

// readSQLite opens the file, and says which version its schema has.
func readSQLite(ctx context.Context, path string) (engine, int64, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, 0, fmt.Errorf("there is no file: %w", ErrNotFound)
	} else if err != nil {
		return nil, 0, err
	}
	db, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=ro&_query_only=true&_busy_timeout=5000&_loc=UTC&_stmt_cache_size=100")
	if err != nil {
		return nil, 0, err
	}
	db.SetMaxOpenConns(2)
	var there bool
	var version int64
	if err = db.QueryRowContext(ctx, `SELECT count(*) > 0 FROM sqlite_master WHERE name = 'goose_db_version'`).Scan(&there); err == nil && there {
		err = db.QueryRowContext(ctx, schemaVersion).Scan(&version)
	}
	if err != nil {
		return nil, 0, errors.Join(err, db.Close())
	}
	return &sqliteEngine{reading: db}, version, nil
}

func readPostgres(ctx context.Context, url string) (engine, int64, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, 0, err
	}
	cfg.ConnConfig.RuntimeParams["default_transaction_read_only"] = "on"
	e, err := newPostgres(ctx, cfg)
	if err != nil {
		return nil, 0, err
	}
	var there bool
	var version int64
	if err = e.pool.QueryRow(ctx, `SELECT to_regclass('goose_db_version') IS NOT NULL`).Scan(&there); err == nil && there {
		err = e.pool.QueryRow(ctx, schemaVersion).Scan(&version)
	}
	if err != nil {
		return nil, 0, errors.Join(err, e.close())
	}
	return e, version, nil
}

const schemaVersion = `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`

// sameSchema refuses a schema that is not this program's.
func sameSchema(version int64) error {
	files, err := fs.Glob(migrations, "migrations/sqlite/*.sql")
	if err != nil || len(files) == 0 {
		return errors.Join(err, errors.New("store: no migrations"))
	}
	known, err := goose.NumericComponent(files[len(files)-1]) // Glob sorts
	switch {
	case err != nil:
		return fmt.Errorf("store: %w", err)
	case version > known:
		return fmt.Errorf("%w: its schema is version %d and this program knows %d. Run the newer program", ErrNewerSchema, version, known)
	case version == 0:
		return fmt.Errorf("%w: no Deskbell has used it yet. Start the desk once, or run deskbell migrate", ErrOlderSchema)
	case version < known:
		return fmt.Errorf("%w: its schema is version %d and this program's is %d. Start the desk once, or run deskbell migrate", ErrOlderSchema, version, known)
	}
	return nil
}

// shown is the address without what may hold a password.
func shown(url string) string {
	if isPostgres(url) {
		return "the PostgreSQL database"
	}
	return url
}
