package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"deskbell.dev/deskbell/store/pgtest"
)

// Tables that grow with the desk's age: none is read as a whole, save through a
// partial index, which holds what is open or pending only.
var growing = []string{"tickets", "events", "words", "notices", "deliveries", "refusals", "handed", "desk_events", "desk_words", "cards", "drafts", "posts"}

// Full indexes, through which a scan is as long as the table.
var fullIndexes = regexp.MustCompile(`autoindex|_pkey|_key\b|refusals_at|words_event|drafts_at|posts_at|deliveries_at|notices_done|desk_words_owner|tickets_(member|client|duplicates|done)|events_(started|logged|breached|allowed)`)

func TestNoStatementScansSQLite(t *testing.T) {
	db := migrated(t, filepath.Join(t.TempDir(), "desk.db"))
	for _, q := range statements {
		if q.sqlite == "" {
			t.Errorf("%s has no text for SQLite", q.name)
		}
		for _, step := range scansSQLite(t, db, q) {
			t.Errorf("%s scans: %s", q.name, step)
		}
	}
	// The trap that this test is for: the partial index's predicate is left out.
	trap := &statement{name: "trap", sqlite: `SELECT t.number FROM tickets t WHERE t.status = 'approved' ORDER BY t.since`}
	if len(scansSQLite(t, db, trap)) == 0 {
		t.Error("a scan of all tickets is not seen")
	}
}

var aliases = regexp.MustCompile(`(?i)\b(?:FROM|JOIN)\s+(\w+)\s+(\w)\b`)

// scansSQLite are the steps of the statement's plan that read a growing table as
// a whole.
func scansSQLite(t *testing.T, db *sql.DB, q *statement) (scans []string) {
	t.Helper()
	names := map[string]string{} // alias → table
	for _, m := range aliases.FindAllStringSubmatch(q.sqlite, -1) {
		names[m[2]] = m[1]
	}
	for _, step := range planSQLite(t, db, q) {
		f := strings.Fields(step)
		if strings.HasPrefix(step, "SEARCH tickets USING INTEGER PRIMARY KEY (rowid>?") && q != nextTickets { // closed ones, too
			scans = append(scans, step)
		}
		if len(f) < 2 || f[0] != "SCAN" || strings.Contains(step, "VIRTUAL TABLE") {
			continue
		}
		table := cmp.Or(names[f[1]], f[1])
		if slices.Contains(growing, table) && (!strings.Contains(step, "INDEX") || fullIndexes.MatchString(step)) {
			scans = append(scans, step)
		}
	}
	return scans
}

// planSQLite are the steps of the statement's plan.
func planSQLite(t *testing.T, db *sql.DB, q *statement) (steps []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+q.sqlite, make([]any, params(q.sqlite, "?"))...)
	if err != nil {
		t.Errorf("%s: %v", q.name, err)
		return nil
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	return steps
}

// A list is counted by the index that its page walks: of any other that serves,
// more is read than is counted.
func TestCountsWalkTheIndexOfTheirPage(t *testing.T) {
	db := migrated(t, filepath.Join(t.TempDir(), "desk.db"))
	index := regexp.MustCompile(`tickets_\w+`)
	walked := map[string][]string{}
	for _, q := range statements {
		if what, list := strings.CutPrefix(q.name, "page of "); list {
			walked[what] = index.FindAllString(strings.Join(planSQLite(t, db, q), "\n"), -1)
		}
	}
	for _, q := range statements {
		if what, list := strings.CutPrefix(q.name, "count of "); list {
			if got := index.FindAllString(strings.Join(planSQLite(t, db, q), "\n"), -1); !slices.Equal(got, walked[what]) {
				t.Errorf("%s walks %v, its page %v", q.name, got, walked[what])
			}
		}
	}
	if len(walked) < 10 {
		t.Errorf("only %d lists", len(walked))
	}
}

func TestNoStatementScansPostgres(t *testing.T) {
	conn := explainer(t)
	scans := regexp.MustCompile(`Seq Scan on (\w+)`)
	for _, q := range statements {
		if q.postgres == "" {
			continue // SQLite's own
		}
		n := params(q.postgres, "$")
		if _, err := conn.Exec(t.Context(), "PREPARE q AS "+q.postgres); err != nil {
			t.Errorf("%s: %v", q.name, err)
			continue
		}
		call := "q"
		if n > 0 {
			call += "(" + strings.TrimSuffix(strings.Repeat("NULL,", n), ",") + ")"
		}
		rows, err := conn.Query(t.Context(), "EXPLAIN EXECUTE "+call)
		if err != nil {
			t.Fatalf("%s: %v", q.name, err)
		}
		steps, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatalf("%s: %v", q.name, err)
		}
		if _, err := conn.Exec(t.Context(), "DEALLOCATE q"); err != nil {
			t.Fatal(err)
		}
		for i, step := range steps {
			m := scans.FindStringSubmatch(step)
			full := strings.Contains(step, "Index") && fullIndexes.MatchString(step) && (i+1 == len(steps) || !strings.Contains(steps[i+1], "Index Cond"))
			for _, g := range growing {
				if m != nil && m[1] == g || full && strings.Contains(step, " on "+g) {
					t.Errorf("%s scans %s:\n%s", q.name, g, strings.Join(steps, "\n"))
				}
			}
		}
	}
}

func explainer(t *testing.T) *pgx.Conn {
	url := pgtest.Schema(t)
	if _, _, err := migratePostgres(t.Context(), url, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	// Tables are empty here: without this every plan is a scan of nothing. With
	// it, a scan is what is left when no index serves.
	if _, err := conn.Exec(t.Context(), "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan"); err != nil {
		t.Fatal(err)
	}
	return conn
}

// params is the highest number of a parameter.
func params(text, sign string) int {
	n := 0
	for i := 1; strings.Contains(text, fmt.Sprintf("%s%d", sign, i)); i++ {
		n = i
	}
	return n
}
