package store

import (
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"deskbell.dev/deskbell/store/pgtest"
)

func TestMigrationsAreNumberedAlike(t *testing.T) {
	names := func(dir string) (ns []string) {
		files, err := fs.Glob(migrations, "migrations/"+dir+"/*.sql")
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, f := range files {
			ns = append(ns, filepath.Base(f))
		}
		return ns
	}
	if d := cmp.Diff(names("sqlite"), names("postgres")); d != "" {
		t.Error(d)
	}
}

// The two schemas have the same tables and columns, save what full-text search
// adds to each.
func TestSchemasAreAlike(t *testing.T) {
	u := pgtest.Schema(t)
	if _, _, err := migratePostgres(t.Context(), u, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = current_schema()
		AND table_name NOT LIKE 'goose%' AND column_name <> 'terms' ORDER BY table_name COLLATE "C", column_name COLLATE "C"`)
	if err != nil {
		t.Fatal(err)
	}
	postgres, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	db := migrated(t, filepath.Join(t.TempDir(), "desk.db"))
	var sqlite []string
	lines, err := db.QueryContext(t.Context(), `SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'
		AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE 'words_fts%' ORDER BY m.name, c.name`)
	if err != nil {
		t.Fatal(err)
	}
	defer lines.Close()
	for lines.Next() {
		var name string
		if err := lines.Scan(&name); err != nil {
			t.Fatal(err)
		}
		sqlite = append(sqlite, name)
	}
	if d := cmp.Diff(sqlite, postgres); d != "" || len(sqlite) < 50 {
		t.Errorf("%d columns; -sqlite +postgres: %s", len(sqlite), d)
	}
}

func migrated(t *testing.T, path string) *sql.DB {
	t.Helper()
	if _, _, err := migrateSQLite(t.Context(), path, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", sqliteDSN(path, ""))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestNewerSchemaIsRefused(t *testing.T) {
	const newer = `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, `
	refused := func(t *testing.T, url string) {
		t.Helper()
		_, err := Open(t.Context(), url, slog.New(slog.DiscardHandler))
		if !errors.Is(err, ErrNewerSchema) || !strings.Contains(err.Error(), "9000") {
			t.Errorf("open: %v, want ErrNewerSchema", err)
		}
		if _, _, err := Migrate(t.Context(), url, slog.New(slog.DiscardHandler)); !errors.Is(err, ErrNewerSchema) {
			t.Errorf("migrate: %v, want ErrNewerSchema", err)
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "desk.db")
		if _, err := migrated(t, path).ExecContext(t.Context(), newer+"1)"); err != nil {
			t.Fatal(err)
		}
		refused(t, path)
	})
	t.Run("postgres", func(t *testing.T) {
		u := pgtest.Schema(t)
		if from, to, err := Migrate(t.Context(), u, slog.New(slog.DiscardHandler)); err != nil || from != 0 || to < 1 {
			t.Fatal(from, to, err)
		}
		conn, err := pgx.Connect(t.Context(), u)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(t.Context())
		if _, err := conn.Exec(t.Context(), newer+"true)"); err != nil {
			t.Fatal(err)
		}
		refused(t, u)
	})
}

func TestBackupBeforeMigrating(t *testing.T) {
	path := filepath.Join(t.TempDir(), "it's a desk.db")
	db := migrated(t, path)
	if _, err := db.ExecContext(t.Context(), `INSERT INTO settings VALUES ('kept', 'yes')`); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a copy of an earlier try is replaced
		if err := backupSQLite(t.Context(), db, path+".before-2", slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
	}
	var v string
	if err := migrated(t, path+".before-2").QueryRowContext(t.Context(), `SELECT value FROM settings WHERE key = 'kept'`).Scan(&v); err != nil || v != "yes" {
		t.Errorf("the copy says %q, %v", v, err)
	}
}
