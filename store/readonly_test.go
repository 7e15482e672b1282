package store

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"deskbell.dev/deskbell/store/pgtest"
)

// Beside a running desk one reads what it writes, and writes nothing.
func TestReadOnlyBesideAWriter(t *testing.T) {
	for name, url := range map[string]string{"sqlite": filepath.Join(t.TempDir(), "it's 100% a desk.db"), "postgres": pgtest.Schema(t)} {
		t.Run(name, func(t *testing.T) {
			ctx, log := t.Context(), slog.New(slog.DiscardHandler)
			desk, err := Open(ctx, url, log)
			if err != nil {
				t.Fatal(err)
			}
			defer desk.Close()
			look, err := OpenReadOnly(ctx, url, log)
			if err != nil {
				t.Fatal(err)
			}
			defer look.Close()
			for n := range 3 {
				want := fmt.Sprint(n)
				if err := desk.SetSetting(ctx, "k", want); err != nil {
					t.Fatal(err)
				}
				if v, err := look.Setting(ctx, "k"); err != nil || v != want {
					t.Errorf("reads %q %v, want %q", v, err, want)
				}
				if err := look.SetSetting(ctx, "k", "mine"); !errors.Is(err, ErrReadOnly) {
					t.Errorf("wrote: %v, want ErrReadOnly", err)
				}
			}
			if err := look.Ping(ctx); !errors.Is(err, ErrReadOnly) {
				t.Errorf("ping: %v, want ErrReadOnly", err)
			}
			// Not only by our own word: the database refuses as well.
			if err := look.e.(readOnly).engine.read(ctx, do(upsertSetting, "k", "mine")); err == nil {
				t.Error("the database let a reader write")
			}
			if v, err := desk.Setting(ctx, "k"); err != nil || v != "2" {
				t.Errorf("the desk reads %q %v", v, err)
			}
		})
	}
}

// A desk that is stopped is read as well, and left as it is.
func TestReadOnlyWithoutADesk(t *testing.T) {
	ctx, log := t.Context(), slog.New(slog.DiscardHandler)
	path := filepath.Join(t.TempDir(), "desk.db")
	if _, err := OpenReadOnly(ctx, path, log); !errors.Is(err, ErrNotFound) {
		t.Errorf("no file: %v, want ErrNotFound", err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("a file was made: %v", err)
	}
	desk, err := Open(ctx, "sqlite:"+path, log)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(desk.SetSetting(ctx, "k", "v"), desk.Close()); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	look, err := OpenReadOnly(ctx, "sqlite:"+path, log)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := look.Setting(ctx, "k"); err != nil || v != "v" {
		t.Errorf("reads %q %v", v, err)
	}
	if err := look.Close(); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the file was changed: %v", err)
	}
}

// A schema of another program's age is told, and not touched.
func TestReadOnlyOtherSchema(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	path := filepath.Join(t.TempDir(), "desk.db")
	db := migrated(t, path)
	url := pgtest.Schema(t)
	if _, err := OpenReadOnly(t.Context(), url, log); !errors.Is(err, ErrOlderSchema) {
		t.Errorf("an empty database: %v, want ErrOlderSchema", err)
	}
	if _, _, err := migratePostgres(t.Context(), url, log); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, c := range []struct {
		change string
		want   error
	}{
		{`DELETE FROM goose_db_version WHERE version_id > 1`, ErrOlderSchema},
		{`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, %s)`, ErrNewerSchema},
	} {
		for url, exec := range map[string]func(string) error{
			path: func(q string) error { _, err := db.ExecContext(t.Context(), q); return err },
			url:  func(q string) error { _, err := conn.Exec(t.Context(), q); return err },
		} {
			q := c.change
			if c.want == ErrNewerSchema {
				q = fmt.Sprintf(q, map[bool]string{true: "1", false: "true"}[url == path])
			}
			if err := exec(q); err != nil {
				t.Fatal(err)
			}
			if _, err := OpenReadOnly(t.Context(), url, log); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", shown(url), err, c.want)
			}
		}
	}
}
