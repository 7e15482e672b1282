package outbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
	"deskbell.dev/deskbell/store/storetest"
)

// post office: a store with notices, an outbox, and a clock that is moved.
type office struct {
	*testing.T
	s   *store.Store
	now time.Time
	log []string // keys in the order in which they were begun
	mu  sync.Mutex
	say func(store.Due) error
	ctx context.Context // of the last delivery
	box *Outbox
}

func newOffice(t *testing.T, workers int) *office {
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "desk.db"), log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	o := &office{T: t, s: s, now: storetest.Monday, say: func(store.Due) error { return nil }}
	o.box = New(s, func(ctx context.Context, d store.Due) error {
		o.mu.Lock()
		o.log, o.ctx = append(o.log, d.Key), ctx
		o.mu.Unlock()
		return o.say(d)
	}, func() time.Time { return o.now }, "office", workers, log)
	return o
}

func (o *office) put(ns ...desk.Notice) {
	o.Helper()
	for i := range ns {
		if ns[i].Due.IsZero() {
			ns[i].Due = o.now
		}
		if ns[i].Kind == "" {
			ns[i].Kind = desk.Post
		}
	}
	if _, err := o.s.Enqueue(o.Context(), ns...); err != nil {
		o.Fatal(err)
	}
}

// drained are the keys that one Drain carries.
func (o *office) drained() []string {
	o.Helper()
	o.log = nil
	if err := o.box.Drain(o.Context()); err != nil {
		o.Fatal(err)
	}
	return o.log
}

func (o *office) want(got []string, want ...string) {
	o.Helper()
	if d := cmp.Diff(want, got); d != "" {
		o.Errorf("(-want +got)\n%s", d)
	}
}

func (o *office) left() map[string]int {
	o.Helper()
	m, err := o.s.Undelivered(o.Context())
	if err != nil {
		o.Fatal(err)
	}
	return m
}

func TestDueOnceUrgentFirst(t *testing.T) {
	o := newOffice(t, 1)
	o.put(desk.Notice{Key: "b", Place: "member:2"}, desk.Notice{Key: "later", Place: "member:3", Due: o.now.Add(time.Hour)},
		desk.Notice{Key: "a", Place: "member:1", Urgent: true}, desk.Notice{Key: "b", Place: "member:2"})
	o.want(o.drained(), "a", "b")
	o.want(o.drained())
	o.now = o.now.Add(time.Hour)
	o.want(o.drained(), "later")
	if l := o.left(); len(l) != 0 {
		t.Errorf("left: %v", l)
	}
}

// Notices of one place come one after another, in order, whatever happens to
// the first.
func TestOnePlaceInOrder(t *testing.T) {
	o := newOffice(t, 1)
	for i := range 5 {
		o.put(desk.Notice{Key: fmt.Sprint(i), Place: "member:1", Due: o.now.Add(time.Duration(i) * time.Millisecond)})
	}
	o.now = o.now.Add(time.Minute)
	o.want(o.drained(), "0", "1", "2", "3", "4")
}

func TestWhatBecomesOfIt(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		left map[string]int
	}{
		{"done", nil, map[string]int{}},
		{"overtaken", fmt.Errorf("mail: %w", ErrDrop), map[string]int{}},
		{"refused by a rule", &desk.Refusal{Rule: desk.Transitions, Text: "no"}, map[string]int{}},
		{"something is missing", &desk.Needs{Fields: []string{"reason"}}, map[string]int{}},
		{"an admin must mend it", fmt.Errorf("channel: %w", ErrPark), map[string]int{"parked": 1}},
		{"never to be carried out", fmt.Errorf("post: %w", ErrDead), map[string]int{"dead": 1}},
		{"asked to wait", fmt.Errorf("post: %w", &Later{time.Hour}), map[string]int{"pending": 1}},
		{"failed", errors.New("the line was cut"), map[string]int{"pending": 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t, 1)
			o.put(desk.Notice{Key: "k", Place: "member:1"})
			o.say = func(store.Due) error { return c.err }
			o.want(o.drained(), "k")
			if d := cmp.Diff(c.left, o.left()); d != "" {
				t.Error(d)
			}
		})
	}
}

// A failing notice is tried again later and later, and at last given up; what
// fails keeps nothing else waiting.
func TestBackoffThenDead(t *testing.T) {
	o := newOffice(t, 1)
	o.put(desk.Notice{Key: "bad", Place: "member:1"})
	o.say = func(d store.Due) error {
		if d.Key == "bad" {
			return errors.New("no")
		}
		return nil
	}
	var pauses []time.Duration
	for n := range attempts {
		o.want(o.drained(), "bad")
		due, pending, err := o.s.NextDue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if last := n == attempts-1; pending == last {
			t.Fatalf("after try %d pending is %v", n+1, pending)
		}
		if pending {
			pauses = append(pauses, due.Sub(o.now))
			o.put(desk.Notice{Key: fmt.Sprint("good", n), Place: "member:2"})
			o.want(o.drained(), fmt.Sprint("good", n))
			o.now = due
		}
	}
	for n := 1; n < len(pauses); n++ {
		if pauses[n] < pauses[n-1]/2 { // each is off by up to a fifth
			t.Errorf("pause %d is %s after %s", n, pauses[n], pauses[n-1])
		}
	}
	if d := cmp.Diff(map[string]int{"dead": 1}, o.left()); d != "" {
		t.Error(d)
	}
}

// Run delivers when woken, and ends with its context.
func TestRunWakes(t *testing.T) {
	o := newOffice(t, 1)
	carried := make(chan string, 1)
	o.say = func(d store.Due) error { carried <- d.Key; return nil }
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { o.box.Run(ctx); close(ended) }()
	o.put(desk.Notice{Key: "k", Place: "member:1"})
	o.box.Wake()
	if got := <-carried; got != "k" {
		t.Errorf("carried %q", got)
	}
	stop()
	<-ended
}
