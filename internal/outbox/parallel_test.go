package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// slow makes each delivery take that long, and counts how many were in hand at
// once.
func (o *office) slow(d time.Duration) (most *int) {
	most = new(int)
	var mu sync.Mutex
	in := 0
	o.say = func(store.Due) error {
		mu.Lock()
		in++
		*most = max(*most, in)
		mu.Unlock()
		time.Sleep(d) // what carrying one out takes
		mu.Lock()
		in--
		mu.Unlock()
		return nil
	}
	return most
}

// Different places are served at the same time, as many as there are workers,
// the urgent first.
func TestParallel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, 4)
		for i := range 12 {
			o.put(desk.Notice{Key: fmt.Sprint("n", i), Place: fmt.Sprint("member:", i), Urgent: i >= 8})
		}
		most := o.slow(10 * time.Second)
		start := time.Now()
		got := o.drained()
		if took := time.Since(start); took != 30*time.Second || *most != 4 {
			t.Errorf("12 of 10 s took %s, %d at once; want 30 s and 4", took, *most)
		}
		first := slices.Clone(got[:4])
		slices.Sort(first)
		o.want(first, "n10", "n11", "n8", "n9")
		if l := o.left(); len(l) != 0 || len(got) != 12 {
			t.Errorf("carried %v, left %v", got, l)
		}
	})
}

// However many wait for a worker, and however long: none is claimed before one
// is free, so that no lease ends while a notice only waits.
func TestNoLeaseIsLostByWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, 2)
		for i := range 20 {
			o.put(desk.Notice{Key: fmt.Sprint(i), Place: fmt.Sprint("member:", i)})
		}
		o.slow(within - time.Second)
		got := o.drained()
		slices.Sort(got)
		if len(slices.Compact(got)) != 20 || len(got) != 20 || len(o.left()) != 0 {
			t.Errorf("carried %v, left %v; want 20, each once", got, o.left())
		}
	})
}

// A delivery that hangs is ended before its lease, and tried again.
func TestHangingDeliveryEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, 2)
		o.put(desk.Notice{Key: "k", Place: "member:1"})
		o.say = func(store.Due) error { <-o.ctx.Done(); return o.ctx.Err() }
		start := time.Now()
		o.want(o.drained(), "k")
		if took := time.Since(start); took >= lease {
			t.Errorf("it held for %s of a lease of %s", took, lease)
		}
		o.say = func(store.Due) error { return nil }
		o.now = o.now.Add(time.Minute)
		o.want(o.drained(), "k")
	})
}

// What a platform asks for is kept to the instant, and may be asked for ever.
func TestLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, 1)
		o.put(desk.Notice{Key: "k", Place: "member:1"})
		o.say = func(store.Due) error { return fmt.Errorf("post: %w", &Later{90 * time.Second}) }
		for range 3 * attempts {
			o.want(o.drained(), "k")
			o.now = o.now.Add(90*time.Second - time.Microsecond)
			o.want(o.drained())
			o.now = o.now.Add(time.Microsecond)
		}
		// Nor does it count among the tries of a failure after it.
		o.say = func(store.Due) error { return errors.New("cut") }
		o.want(o.drained(), "k")
		if l := o.left(); l["pending"] != 1 {
			t.Errorf("left %v, want it pending", l)
		}
	})
}

// While one hangs, what comes to other places is served within a second, and at
// once when woken; what is in hand when the process stops is given back.
func TestRunBesideAHangingOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, 2)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		began := make(chan string, 9)
		o.box.carry = func(ctx context.Context, d store.Due) error {
			began <- d.Key
			if d.Key == "hangs" {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}
		o.put(desk.Notice{Key: "hangs", Place: "member:1"})
		go func() { o.box.Run(ctx); close(ended) }()
		if got := <-began; got != "hangs" {
			t.Fatal(got)
		}
		start := time.Now()
		o.put(desk.Notice{Key: "second", Place: "member:2"})
		if got := <-began; got != "second" || time.Since(start) > idle {
			t.Errorf("%s after %s", got, time.Since(start))
		}
		synctest.Wait()
		start = time.Now()
		o.put(desk.Notice{Key: "third", Place: "member:3"})
		o.box.Wake()
		if got := <-began; got != "third" || time.Since(start) != 0 {
			t.Errorf("%s %s after it was woken for", got, time.Since(start))
		}
		synctest.Wait()
		start = time.Now()
		stop()
		<-ended
		if time.Since(start) != 0 {
			t.Errorf("the stop took %s", time.Since(start))
		}
		due, err := o.s.Claim(context.WithoutCancel(t.Context()), "next process", o.now, time.Now(), lease, 9)
		if err != nil || len(due) != 1 || due[0].Key != "hangs" || due[0].Attempts != 1 {
			t.Errorf("the next process finds %+v %v", due, err)
		}
	})
}

// Whatever comes to whichever place, in two processes at once: each notice is
// carried once, those of a place one after another in their order.
func TestEachOnceInOrder(t *testing.T) {
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		o := newOffice(t, rapid.IntRange(1, 8).Draw(rt, "workers"))
		defer o.s.Close()
		var mu sync.Mutex
		got, busy := map[string][]string{}, map[string]bool{}
		carry := func(_ context.Context, d store.Due) error {
			mu.Lock()
			if busy[d.Place] {
				rt.Errorf("two at once in %s", d.Place)
			}
			busy[d.Place] = true
			got[d.Place] = append(got[d.Place], d.Key)
			mu.Unlock()
			defer func() { mu.Lock(); busy[d.Place] = false; mu.Unlock() }()
			return nil
		}
		o.box.carry = carry
		other := New(o.s, carry, o.box.now, "other", 3, o.box.log)
		want := map[string][]string{}
		for i, place := range rapid.SliceOfN(rapid.SampledFrom([]string{"member:1", "member:2", "member:3", "channel"}), 0, 25).Draw(rt, "places") {
			key := fmt.Sprint(run, "/", i)
			o.put(desk.Notice{Key: key, Place: place, Due: o.now.Add(time.Duration(i-100) * time.Second)})
			want[place] = append(want[place], key)
		}
		var both sync.WaitGroup
		for _, box := range []*Outbox{o.box, other} {
			both.Go(func() {
				if err := box.Drain(t.Context()); err != nil {
					rt.Error(err)
				}
			})
		}
		both.Wait()
		if err := o.box.Drain(t.Context()); err != nil { // what the other had in hand when one looked last
			rt.Error(err)
		}
		for place, keys := range want {
			if !slices.Equal(keys, got[place]) {
				rt.Errorf("%s: %v, want %v", place, got[place], keys)
			}
		}
		if l := o.left(); len(l) != 0 {
			rt.Errorf("left %v", l)
		}
	})
}
