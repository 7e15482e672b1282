package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/mattn/go-sqlite3"
)

// openWriter is an empty store with its writer at hand.
func openWriter(t *testing.T) (*Store, *writer) {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "desk.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, s.e.(*sqliteEngine).writer
}

// held stops the writer in a job of its own, so that what is submitted until
// release is one batch.
func held(t *testing.T, w *writer) (release func()) {
	t.Helper()
	in, out, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- w.submit(context.Background(), func(tx) error { close(in); <-out; return nil })
	}()
	<-in
	return func() {
		t.Helper()
		close(out)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// together submits the jobs as one batch and returns their answers.
func together(t *testing.T, w *writer, jobs ...func(tx) error) []error {
	t.Helper()
	release := held(t, w)
	errs := make([]error, len(jobs))
	var wg sync.WaitGroup
	for i, fn := range jobs {
		wg.Go(func() { errs[i] = w.submit(context.Background(), fn) })
		for len(w.jobs) != i+1 { // in order
			runtime.Gosched()
		}
	}
	release()
	wg.Wait()
	return errs
}

func set(key, value string) func(tx) error {
	return func(t tx) error { return t.run(do(upsertSetting, key, value)) }
}

func TestBatchKeepsTheGoodJobs(t *testing.T) {
	s, w := openWriter(t)
	before := w.commits.Load()
	boom := errors.New("boom")
	errs := together(t, w,
		set("a", "1"),
		func(t tx) error { return errors.Join(set("b", "1")(t), boom) },
		func(t tx) error { _ = set("c", "1")(t); panic("oh") },
		func(t tx) error { return t.run(do(insertRefusal, "no instant", int64(0), "", int64(0), "", "")) }, // STRICT refuses it
		set("d", "1"))
	if errs[0] != nil || !errors.Is(errs[1], boom) || errs[2] == nil || !strings.Contains(errs[2].Error(), "panic") || errs[3] == nil || errs[4] != nil {
		t.Errorf("answers %v", errs)
	}
	for key, want := range map[string]bool{"a": true, "b": false, "c": false, "d": true} {
		if _, err := s.Setting(t.Context(), key); (err == nil) != want {
			t.Errorf("%s saved: %v, want %v", key, err == nil, want)
		}
	}
	// The holder's, and one for each good job: a job that failed after writing
	// has undone the batch, which is run again one by one.
	if n := w.commits.Load() - before; n != 3 {
		t.Errorf("%d commits, want 3", n)
	}
	before = w.commits.Load()
	errs = together(t, w, set("e", "1"), func(t tx) error { return boom }, func(tx) error { panic("oh") }, set("f", "1"))
	if errs[0] != nil || !errors.Is(errs[1], boom) || errs[2] == nil || errs[3] != nil {
		t.Errorf("answers %v", errs)
	}
	if n := w.commits.Load() - before; n != 2 { // the holder's and the batch's
		t.Errorf("%d commits, want 2: who fails before writing costs the others nothing", n)
	}
}

// A full disk inside a batch rolls the whole transaction back. Only what was not
// answered may be lost, and the desk goes on when there is room again.
func TestDiskFull(t *testing.T) {
	s, w := openWriter(t)
	pages := func(n string) {
		t.Helper()
		if err := w.submit(t.Context(), func(t tx) error {
			return t.run(get(skip, &statement{name: "pages", sqlite: "PRAGMA max_page_count = " + n}))
		}); err != nil {
			t.Fatal(err)
		}
	}
	pages("60") // of 4 KiB; the empty schema takes about 50
	var jobs []func(tx) error
	for i := range 40 {
		jobs = append(jobs, set(fmt.Sprint("big", i), strings.Repeat("x", 3000)))
	}
	errs := together(t, w, jobs...)
	failed := 0
	for i, err := range errs {
		_, missing := s.Setting(t.Context(), fmt.Sprint("big", i))
		if (err == nil) != (missing == nil) {
			t.Errorf("job %d: answered %v, but reading says %v", i, err, missing)
		}
		var full sqlite3.Error
		if err != nil {
			failed++
			if !errors.As(err, &full) || full.Code != sqlite3.ErrFull {
				t.Errorf("job %d: %v, want a full disk", i, err)
			}
		}
	}
	if failed == 0 || failed == len(jobs) {
		t.Errorf("%d of %d failed, want some", failed, len(jobs))
	}
	pages("100000")
	for i, err := range together(t, w, jobs...) {
		if err != nil {
			t.Errorf("job %d with room again: %v", i, err)
		}
	}
}

func TestCallerGivesUp(t *testing.T) {
	s, w := openWriter(t)
	release := held(t, w)
	ctx, cancel := context.WithCancel(t.Context())
	waits := make(chan error)
	go func() { waits <- w.submit(ctx, set("late", "1")) }()
	for len(w.jobs) == 0 {
		runtime.Gosched()
	}
	cancel()
	if err := <-waits; !errors.Is(err, context.Canceled) || errors.Is(err, ErrUnsure) {
		t.Errorf("gave up while waiting: %v", err)
	}
	release()
	if _, err := s.Setting(t.Context(), "late"); !errors.Is(err, ErrNotFound) {
		t.Errorf("an abandoned job was carried out: %v", err)
	}

	ctx, cancel = context.WithCancel(t.Context())
	in, out := make(chan struct{}), make(chan struct{})
	go func() {
		waits <- w.submit(ctx, func(t tx) error { close(in); <-out; return set("taken", "1")(t) })
	}()
	<-in
	cancel()
	if err := <-waits; !errors.Is(err, ErrUnsure) || !errors.Is(err, context.Canceled) {
		t.Errorf("gave up when taken: %v", err)
	}
	close(out)
	if err := s.Ping(t.Context()); err != nil { // after it
		t.Fatal(err)
	}
	if _, err := s.Setting(t.Context(), "taken"); err != nil {
		t.Errorf("a taken job was dropped: %v", err)
	}
}

func TestBusyAndClosed(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "desk.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	w := s.e.(*sqliteEngine).writer
	release := held(t, w)
	for range maxQueue {
		w.jobs <- &job{fn: func(tx) error { return nil }, done: make(chan struct{})}
	}
	if err := s.SetSetting(t.Context(), "x", "y"); !errors.Is(err, ErrBusy) {
		t.Errorf("with a full queue: %v, want ErrBusy", err)
	}
	release()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := s.SetSetting(t.Context(), "x", "y"); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v, want ErrClosed", err)
	}
}

// The lock is the kernel's: this test's program runs itself as the second
// process.
func TestSecondProcessIsRefused(t *testing.T) {
	if path := os.Getenv("STORE_TEST_OPEN"); path != "" {
		_, err := Open(t.Context(), path, slog.New(slog.DiscardHandler))
		fmt.Println("second:", errors.Is(err, ErrLocked), err)
		return
	}
	path := filepath.Join(t.TempDir(), "desk.db")
	s, err := Open(t.Context(), path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), "sqlite:"+path, slog.New(slog.DiscardHandler)); !errors.Is(err, ErrLocked) {
		t.Errorf("second store of this process: %v, want ErrLocked", err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSecondProcessIsRefused$", "-test.v")
	cmd.Env = append(os.Environ(), "STORE_TEST_OPEN="+path)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "second: true") || !strings.Contains(string(out), "Stop that one first") {
		t.Errorf("second process: %v\n%s", err, out)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err = Open(t.Context(), path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("after the first closed: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
