package outbox

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
	"deskbell.dev/deskbell/store/storetest"
)

// told counts what was carried out.
func (o *office) told(t interface{ Fatal(...any) }) map[string]int {
	counts := map[string]int{}
	o.say = func(d store.Due) error { counts[d.What]++; return nil }
	if err := o.box.Drain(o.Context()); err != nil {
		t.Fatal(err)
	}
	return counts
}

// run is one history: a duty of its own in a store that all histories share.
type run struct {
	*office
	duties []Duty
}

func (r *run) process() *Schedule {
	now := r.now // of that moment: replicas' clocks may differ
	return NewSchedule(r.s, r.duties, func() time.Time { return now }, r.box.log)
}

func newRun(o *office, n int, text string) *run {
	w, err := ParseWhen(text)
	if err != nil {
		o.Fatal(err)
	}
	when := func(*desk.Policy) When { return w }
	tell := func(_ *desk.Policy, s store.Slot) []desk.Notice {
		return []desk.Notice{post(s, s.Duty+"/"+s.Name)}
	}
	return &run{o, []Duty{{Name: fmt.Sprint("purge", n), When: at("0 */6 * * *"), Do: purge}, {Name: fmt.Sprint("duty", n), Place: "channel", When: when, Tell: tell}}}
}

// Whatever is killed, whichever way the clocks step, however many replicas look
// at once: nothing is told twice, but what a clock that was far ahead had
// forgotten: a week after it.
func TestNothingIsToldTwice(t *testing.T) {
	o := newOffice(t, 1)
	if err := storetest.Seed(t.Context(), o.s); err != nil {
		t.Fatal(err)
	}
	n, told := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		o.now = storetest.Monday
		r := newRun(o, n, rapid.SampledFrom([]string{"0 9 * * *", "*/20 * * * *", "30 2 * * 0", "0 0 1 * *"}).Draw(rt, "times"))
		replicas := []*Schedule{r.process(), r.process()}
		all, ahead := map[string]int{}, o.now
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			o.now = o.now.Add(rapid.SampledFrom([]time.Duration{time.Second, time.Minute, 10 * time.Minute, time.Hour, 7 * time.Hour, 24 * time.Hour, 9 * 24 * time.Hour, 60 * 24 * time.Hour,
				-time.Second, -time.Hour, -24 * time.Hour, -9 * 24 * time.Hour, -60 * 24 * time.Hour}).Draw(rt, "step"))
			if rapid.Bool().Draw(rt, "killed") {
				replicas[0] = r.process()
			}
			for i, s := range replicas {
				now := o.now.Add(time.Duration(i) * time.Second * time.Duration(rapid.IntRange(-90, 90).Draw(rt, "skew")))
				s.now, ahead = func() time.Time { return now }, later(ahead, now)
			}
			var both sync.WaitGroup
			for _, s := range replicas {
				both.Go(func() {
					if err := s.Tick(context.Background()); err != nil {
						rt.Error(err)
					}
				})
			}
			both.Wait()
			for what, count := range o.told(rt) {
				key := strings.TrimSuffix(what, "/late")
				due, err := time.Parse(slotLayout, key[strings.Index(key, "/")+1:])
				if err != nil {
					rt.Fatal(err)
				}
				if count += all[key]; count > 1 && due.After(ahead.Add(-kept)) {
					rt.Fatalf("%s was told %d times", key, count)
				}
				all[key] = count
				told++
			}
		}
	})
	if told == 0 {
		t.Error("nothing was told at all")
	}
}

// Where nothing stops and no clock steps, each slot is told once and in time,
// whenever it is looked, and however many look.
func TestEachSlotIsToldOnce(t *testing.T) {
	o := newOffice(t, 1)
	if err := storetest.Seed(t.Context(), o.s); err != nil {
		t.Fatal(err)
	}
	n := 0
	zone := zoneOf(t, "America/New_York")
	rapid.Check(t, func(rt *rapid.T) {
		n++
		text := rapid.SampledFrom([]string{"30 2 * * *", "30 1 * * *", "*/20 1-3 * * *"}).Draw(rt, "times")
		// The day before a change of the clock, and two more.
		start := rapid.SampledFrom([]time.Time{time.Date(2026, 3, 7, 5, 0, 0, 0, time.UTC), time.Date(2026, 10, 31, 4, 0, 0, 0, time.UTC)}).Draw(rt, "start")
		o.now = start.Add(-time.Minute)
		r := newRun(o, n, text)
		r.duties = r.duties[1:]
		replicas := []*Schedule{r.process(), r.process(), r.process()}
		pace := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "pace"), 1))
		all, looked := map[string]int{}, o.now
		for ; o.now.Before(start.Add(watched)); o.now = o.now.Add(time.Second + time.Duration(pace.Int64N(int64(59*time.Second)))) {
			// Most looks find nothing; they are left out.
			now := o.now
			if next := r.duties[0].When(nil).Next(looked, zone); next.After(now.Add(3 * time.Minute)) {
				o.now = next.Add(-2 * time.Minute)
				continue
			}
			looked = now
			s := replicas[pace.IntN(len(replicas))]
			s.now = func() time.Time { return now }
			if err := s.Tick(context.Background()); err != nil {
				rt.Fatal(err)
			}
			for key, count := range o.told(rt) {
				all[key] += count
			}
		}
		want := walked([]string{text}, start, zone)[text]
		var got []string
		for key, count := range all {
			got = append(got, key[strings.Index(key, "/")+1:])
			if count != 1 {
				rt.Errorf("%s was told %d times", key, count)
			}
		}
		slices.Sort(got)
		var names []string
		for _, due := range want {
			names = append(names, due.In(zone).Format(slotLayout))
		}
		slices.Sort(names)
		if d := cmp.Diff(names, got); d != "" || len(got) < 2 {
			rt.Errorf("-want +told %s", d)
		}
	})
}
