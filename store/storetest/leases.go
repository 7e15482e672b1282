package storetest

import (
	"sync"
	"sync/atomic"
	"time"
)

func leases(st *story) {
	has := func(name, owner string, at time.Time, want bool) {
		st.Helper()
		held, err := st.s.Lease(st.Context(), name, owner, at, 10*time.Second)
		if st.ok(err); held != want {
			st.Errorf("%s at %s: %s has it is %v", name, at, owner, held)
		}
	}
	// Of eight at once one has it.
	var won atomic.Int32
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			held, err := st.s.Lease(st.Context(), "raced", string(rune('a'+n)), real, time.Minute)
			if err != nil {
				st.Error(err)
			}
			if held {
				won.Add(1)
			}
		})
	}
	if all.Wait(); won.Load() != 1 {
		st.Errorf("%d have it", won.Load())
	}
	has("gateway", "A", real, true)
	has("gateway", "B", real.Add(9*time.Second), false)
	has("other", "B", real, true)
	has("gateway", "A", real.Add(9*time.Second), true) // longer
	has("gateway", "B", real.Add(18*time.Second), false)
	has("gateway", "B", real.Add(19*time.Second), true)
	has("gateway", "A", real.Add(20*time.Second), false)
	st.ok(st.s.EndLease(st.Context(), "gateway", "A")) // not A's any more
	has("gateway", "A", real.Add(20*time.Second), false)
	st.ok(st.s.EndLease(st.Context(), "gateway", "B"))
	has("gateway", "A", real.Add(20*time.Second), true)
}
