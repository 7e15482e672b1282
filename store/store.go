package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

var (
	// ErrNotFound: there is no such ticket, request, draft or setting.
	ErrNotFound = errors.New("store: not found")
	// ErrOtherBody: the delivery key was used by a request with another body.
	ErrOtherBody = errors.New("store: this delivery key came with another body before")
	// ErrBusy: too many requests wait; nothing was changed.
	ErrBusy = errors.New("store: busy, nothing was changed")
	// ErrUnsure: the caller's context ended while the request was carried out.
	// It may have been saved; the same delivery key tells.
	ErrUnsure = errors.New("store: not known whether it was saved")
	// ErrClosed: the store was closed; nothing was changed.
	ErrClosed = errors.New("store: closed, nothing was changed")
	// ErrLocked: another process has the SQLite file open for writing.
	ErrLocked = errors.New("store: another process uses this database")
	// ErrNewerSchema: the database was made by a newer Deskbell.
	ErrNewerSchema = errors.New("store: the database was made by a newer Deskbell")
	// ErrOlderSchema: the database's schema is older than this program's.
	ErrOlderSchema = errors.New("store: the database was made by an older Deskbell")
	// ErrReadOnly: the store was opened to read; nothing was changed.
	ErrReadOnly = errors.New("store: opened to read only, nothing was changed")
	// ErrLeaseLost: the notice is not the owner's any more: its lease ended and
	// another took it, or it was finished.
	ErrLeaseLost = errors.New("store: the notice's lease was lost")
)

// Store is one desk's database. It may be used by many goroutines.
type Store struct {
	e   engine
	log *slog.Logger

	base    atomic.Pointer[desk.Policy]
	policy  atomic.Pointer[snapshot]
	loading sync.Mutex // one loads a policy at a time
	cache   cache
}

// Open opens the desk's database, makes or updates its schema first, and starts
// its writer. url is a path or sqlite:PATH, or postgres://….
//
// An SQLite file is opened by one writing process at a time (ErrLocked), and
// copied before its schema is changed. A schema newer than the program is
// refused (ErrNewerSchema).
func Open(ctx context.Context, url string, log *slog.Logger) (*Store, error) {
	e, err := openEngine(ctx, url, log)
	if err != nil {
		return nil, err
	}
	s := &Store{e: e, log: log}
	s.Configure(desk.Policy{Directory: desk.NewDirectory()})
	if e.alone() {
		if err := s.inherit(ctx, time.Now()); err != nil {
			return nil, errors.Join(err, e.close())
		}
	}
	return s, nil
}

func openEngine(ctx context.Context, url string, log *slog.Logger) (engine, error) {
	if isPostgres(url) {
		if _, _, err := migratePostgres(ctx, url, log); err != nil {
			return nil, err
		}
		return openPostgres(ctx, url)
	}
	path := sqlitePath(url)
	lock, err := lockFile(path)
	if err != nil {
		return nil, err
	}
	if _, _, err = migrateSQLite(ctx, path, log); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	e, err := openSQLite(ctx, path, lock, log)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: open %s: %w", path, err), lock.Close())
	}
	return e, nil
}

// Migrate brings the schema at url up to this program's, and says from which
// version to which. Everything that Open refuses it refuses.
func Migrate(ctx context.Context, url string, log *slog.Logger) (from, to int64, err error) {
	if isPostgres(url) {
		return migratePostgres(ctx, url, log)
	}
	path := sqlitePath(url)
	lock, err := lockFile(path)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	return migrateSQLite(ctx, path, log)
}

func isPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

func sqlitePath(url string) string { return strings.TrimPrefix(url, "sqlite:") }

// Close carries out what waits and closes the database.
func (s *Store) Close() error { return s.e.close() }

// Ping reports whether the desk can write at this moment, by writing.
func (s *Store) Ping(ctx context.Context) error {
	return s.SetSetting(ctx, "ping", "")
}

// micros is how instants are stored: microseconds UTC, 0 for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// instant is the inverse of micros, in UTC.
func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// exact is t as it comes back from the database.
func exact(t time.Time) time.Time { return instant(micros(t)) }
