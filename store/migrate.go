package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // database/sql's "pgx", for goose
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// The migrations of both engines, numbered alike. Each is one transaction and
// is never edited after a release.
//
//go:embed migrations
var migrations embed.FS

func migrateSQLite(ctx context.Context, path string, log *slog.Logger) (from, to int64, err error) {
	db, err := sql.Open("sqlite3", sqliteDSN(path, ""))
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	backup := func(version int64) error {
		if version == 0 { // new
			return nil
		}
		return backupSQLite(ctx, db, fmt.Sprintf("%s.before-%d", path, version+1), log)
	}
	return migrate(ctx, goose.DialectSQLite3, db, "sqlite", backup)
}

func migratePostgres(ctx context.Context, url string, log *slog.Logger) (from, to int64, err error) {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	locker, err := lock.NewPostgresSessionLocker() // several replicas may start at once
	if err != nil {
		return 0, 0, err
	}
	notice := func(version int64) error {
		if version > 0 {
			log.Info("the schema is updated; PostgreSQL's own backups are the way back", "from", version)
		}
		return nil
	}
	return migrate(ctx, goose.DialectPostgres, db, "postgres", notice, goose.WithSessionLocker(locker))
}

// migrate refuses a newer schema, calls before if there is something to do, and
// does it.
func migrate(ctx context.Context, dialect goose.Dialect, db *sql.DB, dir string, before func(version int64) error, opts ...goose.ProviderOption) (from, to int64, err error) {
	files, err := fs.Sub(migrations, "migrations/"+dir)
	if err != nil {
		return 0, 0, err
	}
	p, err := goose.NewProvider(dialect, db, files, append(opts, goose.WithDisableGlobalRegistry(true))...)
	if err != nil {
		return 0, 0, fmt.Errorf("store: migrate: %w", err)
	}
	from, to, err = p.GetVersions(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("store: read the schema's version: %w", err)
	}
	if from > to {
		return from, to, fmt.Errorf("%w: its schema is version %d and this program knows %d. Run the newer program, or go back to the backup that was made before it", ErrNewerSchema, from, to)
	}
	if from == to {
		return from, to, nil
	}
	if err := before(from); err != nil {
		return from, from, err
	}
	if _, err := p.Up(ctx); err != nil {
		return from, from, fmt.Errorf("store: migrate from %d to %d: %w", from, to, err)
	}
	return from, to, nil
}

// backupSQLite copies the database, whole and checked by SQLite, to a new file.
// A copy left by an earlier try is replaced.
func backupSQLite(ctx context.Context, db *sql.DB, to string, log *slog.Logger) error {
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO '"+strings.ReplaceAll(to, "'", "''")+"'"); err != nil {
		return fmt.Errorf("store: backup before migrating, to %s: %w", to, err)
	}
	log.Info("the database was copied before its schema is changed", "copy", to)
	return nil
}
