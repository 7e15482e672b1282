package traffic

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whoever is told to wait and comes back then goes through; in no stretch of
// time go more through than the rate and one burst allow; and turns come in the
// order in which they were asked for.
func TestTurnstile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ts := &Turnstile{Every: time.Second, Burst: rapid.IntRange(1, 5).Draw(t, "burst")}
		now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		begin := now
		var through []time.Time
		waiting := map[string]time.Time{}
		for n := range rapid.IntRange(1, 60).Draw(t, "calls") {
			now = now.Add(time.Duration(rapid.IntRange(0, 1500).Draw(t, "pause")) * time.Millisecond)
			for id, at := range waiting {
				if at.After(now) {
					if d := ts.Pass(now, id, false); d != at.Sub(now) {
						t.Fatalf("%s came early and is told %s, not %s", id, d, at.Sub(now))
					}
					continue
				}
				if d := ts.Pass(now, id, false); d != 0 {
					t.Fatalf("%s came in its turn and waits %s more", id, d)
				}
				through = append(through, at)
				delete(waiting, id)
			}
			id := fmt.Sprint("call ", n)
			if d := ts.Pass(now, id, false); d > 0 {
				waiting[id] = now.Add(d)
			} else {
				through = append(through, now)
			}
		}
		for _, at := range waiting {
			through = append(through, at)
		}
		for i := range through {
			n := 0
			for j := range through {
				if d := through[j].Sub(through[i]); d >= 0 && d < 10*time.Second {
					n++
				}
			}
			if most := 10 + ts.Burst; n > most {
				t.Fatalf("%d go through within 10 s from %s on, at most %d may", n, through[i].Sub(begin), most)
			}
		}
		if !ts.Idle(now.Add(time.Hour)) {
			t.Fatal("still not idle after an hour")
		}
	})
}

// However many wait, what is urgent goes within two turns, and the others keep
// theirs.
func TestUrgentGoesFirst(t *testing.T) {
	ts := &Turnstile{Every: time.Second, Burst: 1}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for n := range 120 {
		ts.Pass(now, fmt.Sprint(n), false)
	}
	for n, want := range []time.Duration{0, time.Second} {
		if d := ts.Pass(now, fmt.Sprint("urgent ", n), true); d != want {
			t.Errorf("urgent %d waits %s, want %s", n, d, want)
		}
	}
	if d := ts.Pass(now.Add(119*time.Second), "119", false); d != 0 {
		t.Errorf("the last of the others waits %s more", d)
	}
}
