package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/mattn/go-sqlite3"
)

const (
	maxBatch = 64   // jobs a commit
	maxQueue = 2048 // jobs waiting; beyond it the answer is ErrBusy
)

// writer is the one goroutine that writes to an SQLite file. It takes all jobs
// that wait, up to maxBatch, and commits them together; a job is answered after
// the commit. It does not wait for a batch to fill: while one commits, the next
// gathers.
//
// Jobs of a batch have no savepoint each, which would cost as much as a third of
// their work: a job that fails before it wrote (a refusal that was not meant to
// be saved, a stale policy) has left nothing to undo, and when one fails after
// it wrote, which takes a full disk or a bug, the batch is rolled back and its
// jobs are run again one by one.
type writer struct {
	jobs  chan *job
	quit  chan struct{}
	done  chan struct{}
	once  sync.Once
	conn  *sql.Conn
	log   *slog.Logger
	stmts map[*statement]*sqlite3.SQLiteStmt

	commits, ran atomic.Int64 // for the benchmark: commands per commit
}

// job is one transaction's work. Its caller may give up while it waits; once
// taken it is carried out whatever becomes of the caller, since a context that
// interrupted a statement would roll back the others of the batch.
type job struct {
	fn    func(tx) error
	state atomic.Int32
	err   error
	done  chan struct{}
}

const (
	waiting int32 = iota
	taken
	abandoned
)

func startWriter(conn *sql.Conn, log *slog.Logger) (*writer, error) {
	w := &writer{jobs: make(chan *job, maxQueue), quit: make(chan struct{}), done: make(chan struct{}), conn: conn, log: log,
		stmts: map[*statement]*sqlite3.SQLiteStmt{}}
	started := make(chan error, 1)
	go func() {
		defer close(w.done)
		// The driver's connection is held for good: database/sql would lock it
		// anew for each statement.
		_ = conn.Raw(func(dc any) error {
			c := dc.(*sqlite3.SQLiteConn)
			// What a savepoint may have to undo is kept in memory: in a temporary
			// file it costs a write for each page of each job.
			// A checkpoint every 16 MiB of log, not 4: a page changed by ten commits
			// is then copied once. What is erased is overwritten, not only let go.
			_, err := c.Exec("PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -32768; PRAGMA secure_delete = ON", nil)
			started <- err
			if err == nil {
				w.loop(&sqliteTx{w: w, c: c})
			}
			for _, st := range w.stmts {
				_ = st.Close() // the connection is closed next, which frees them too
			}
			return nil
		})
	}()
	return w, <-started
}

// submit queues the job and waits for its commit. When ctx ends first: nothing
// was or will be done if the job still waited (ctx's error), else it is unknown
// to the caller (ErrUnsure as well).
func (w *writer) submit(ctx context.Context, fn func(tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{fn: fn, done: make(chan struct{})}
	select {
	case <-w.quit:
		return ErrClosed
	case w.jobs <- j:
	default:
		return ErrBusy
	}
	select {
	case <-j.done:
		return j.err
	case <-w.done: // stopped with the job in the queue, or just answered
		select {
		case <-j.done:
			return j.err
		default:
			return ErrClosed
		}
	case <-ctx.Done():
		if j.state.CompareAndSwap(waiting, abandoned) {
			return ctx.Err()
		}
		return fmt.Errorf("%w: %w", ErrUnsure, ctx.Err())
	}
}

// stop lets the jobs that wait be carried out and ends the writer.
func (w *writer) stop() error {
	w.once.Do(func() { close(w.quit) })
	<-w.done
	return w.conn.Close()
}

func (w *writer) loop(t *sqliteTx) {
	batch := make([]*job, 0, maxBatch)
	for {
		batch = batch[:0]
		select {
		case j := <-w.jobs:
			batch = w.take(batch, j)
		case <-w.quit:
			select {
			case j := <-w.jobs:
				batch = w.take(batch, j)
			default:
				return
			}
		}
	gather:
		for len(batch) < maxBatch {
			select {
			case j := <-w.jobs:
				batch = w.take(batch, j)
			default:
				break gather
			}
		}
		if len(batch) > 0 {
			w.run(t, batch)
		}
	}
}

func (w *writer) take(batch []*job, j *job) []*job {
	if j.state.CompareAndSwap(waiting, taken) {
		return append(batch, j)
	}
	return batch
}

// run carries out the batch in one transaction. If that is lost as a whole, the
// jobs are run again one by one, so that each gets its own answer.
func (w *writer) run(t *sqliteTx, batch []*job) {
	err := t.together(batch)
	if err != nil && len(batch) > 1 {
		w.log.Warn("a batch was rolled back and is run again one by one", "jobs", len(batch), "error", err)
		for _, j := range batch {
			if j.err = t.together([]*job{j}); j.err == nil {
				w.commits.Add(1)
			}
		}
	} else if err != nil {
		batch[0].err = err
	} else {
		w.commits.Add(1)
	}
	w.ran.Add(int64(len(batch)))
	for _, j := range batch {
		close(j.done)
	}
}

// sqliteTx is the writer's connection with a transaction under way.
type sqliteTx struct {
	w     *writer
	c     *sqlite3.SQLiteConn
	args  [24]driver.Value
	wrote bool // the job under way
	lost  bool // the whole transaction was rolled back by an error
}

// together begins, runs the jobs, and commits. An error is of the transaction
// as a whole, of which nothing was saved; a job of several that failed before it
// wrote keeps its error to itself.
func (t *sqliteTx) together(batch []*job) error {
	t.lost = false
	if err := t.run(do(beginWriting)); err != nil {
		return err
	}
	var last int64
	err := t.run(get(scan(&last), lastWords))
	for _, j := range batch {
		if err != nil {
			break
		}
		t.wrote = false
		j.err = safely(j.fn, t)
		// A full disk or an I/O error rolls back the whole transaction, not the
		// statement: what came after it would be committed one by one.
		if t.lost = t.c.AutoCommit(); t.lost || j.err != nil && (t.wrote || len(batch) == 1) {
			err = cmp.Or(j.err, errLost)
		}
	}
	if err == nil {
		err = t.run(do(indexWords, last), do(commitWriting))
	}
	if err != nil && !t.c.AutoCommit() {
		t.lost = false
		if e := t.run(do(rollbackWriting)); e != nil && !t.c.AutoCommit() {
			err = errors.Join(err, e)
		}
	}
	return err
}

var errLost = errors.New("store: the transaction was rolled back")

func (t *sqliteTx) run(asks ...ask) error {
	for _, a := range asks {
		if t.lost {
			return errLost
		}
		st, err := t.prepared(a.q)
		if err == nil {
			t.wrote = t.wrote || !a.q.reads
			err = runSQLite(st, a, t.args[:0])
		}
		if err != nil {
			t.lost = t.c.AutoCommit()
			return fmt.Errorf("%s: %w", a.q.name, err)
		}
	}
	return nil
}

func (t *sqliteTx) prepared(q *statement) (*sqlite3.SQLiteStmt, error) {
	if st := t.w.stmts[q]; st != nil {
		return st, nil
	}
	st, err := t.c.Prepare(q.sqlite)
	if err != nil {
		return nil, err
	}
	t.w.stmts[q] = st.(*sqlite3.SQLiteStmt)
	return t.w.stmts[q], nil
}
