// Package pgtest gives tests a PostgreSQL schema of their own.
package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

var schemas atomic.Int64

// Schema makes an empty schema on the test server, dropped with the test, and
// returns a URL whose connections see it alone. It skips where there is none.
func Schema(t testing.TB) string {
	t.Helper()
	server := os.Getenv("DESKBELL_TEST_POSTGRES_URL")
	if server == "" {
		t.Skip("skipped: set DESKBELL_TEST_POSTGRES_URL to a PostgreSQL where schemas may be made, such as postgres://postgres@127.0.0.1:5432/postgres")
	}
	conn, err := pgx.Connect(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("deskbell_test_%d_%d", os.Getpid(), schemas.Add(1))
	if _, err := conn.Exec(t.Context(), "CREATE SCHEMA "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		if _, err := conn.Exec(ctx, "DROP SCHEMA "+name+" CASCADE"); err != nil {
			t.Error(err)
		}
		if err := conn.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}
