package store

import (
	"errors"
	"iter"
	"time"

	"github.com/mattn/go-sqlite3"

	"deskbell.dev/deskbell/internal/desk"
)

// bulkLoad fills an empty SQLite desk, which nobody has open, with tickets of
// these histories until now, numbered from 1 without gaps. All is written by the
// statements and encodings of Do, but in one transaction that nothing makes
// durable. Of the notices only the timers of open tickets that are still to come
// are saved: the others were delivered.
func bulkLoad(path string, p *desk.Policy, now time.Time, histories iter.Seq2[[]desk.Event, error]) (err error) {
	c, err := (&sqlite3.SQLiteDriver{}).Open(sqliteDSN(path, ""))
	if err != nil {
		return err
	}
	t := &sqliteTx{w: &writer{stmts: map[*statement]*sqlite3.SQLiteStmt{}}, c: c.(*sqlite3.SQLiteConn)}
	defer func() {
		for _, st := range t.w.stmts {
			err = errors.Join(err, st.Close())
		}
		err = errors.Join(err, c.Close())
	}()
	if _, err := t.c.Exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -131072; BEGIN IMMEDIATE", nil); err != nil {
		return err
	}
	d := &doing{s: &Store{}, p: &snapshot{Policy: *p}}
	for events, err := range histories {
		if err != nil {
			return err
		}
		asks, err := d.loaded(events, now)
		if err != nil {
			return err
		}
		if err := t.run(asks...); err != nil {
			return err
		}
	}
	return t.run(do(indexWords, int64(0)), do(commitWriting))
}

// loaded are the statements that save a ticket with its whole history at once.
func (d *doing) loaded(events []desk.Event, now time.Time) (asks []ask, err error) {
	for _, e := range events {
		if asks, err = appendEvent(asks, e); err != nil {
			return nil, err
		}
	}
	t := desk.Fold(events)
	row, err := d.ticket(&desk.Ticket{}, &t)
	if err != nil {
		return nil, err
	}
	asks = append(asks, row...)
	if d.p.Workflow.Stage(t.Status) != desk.Done {
		asks = append(asks, deadlinesAsk(&d.p.Policy, t))
		for _, n := range desk.GoalNotices(&d.p.Policy, t, now) {
			if n.Due.After(now) {
				asks = append(asks, noticeAsk(n))
			}
		}
	}
	return asks, nil
}
