package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
	"github.com/google/go-cmp/cmp"
)

func slots(st *story) {
	slot := func(duty, name string, due time.Time) store.Slot {
		return store.Slot{Duty: duty, Place: "channel", Name: name, Due: due, At: due.Add(time.Second), Times: "0 9 * * *"}
	}
	// Of eight at once one takes it, and its notices alone are saved.
	first := slot("digest", "2026-03-02T09:00-05:00", st.at)
	var mu sync.Mutex
	var winners []string
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			key := fmt.Sprint("by ", i)
			taken, err := st.s.TakeSlot(st.Context(), first, desk.Notice{Key: key, Kind: desk.Post, Place: key, Due: st.at}, desk.Notice{Key: key + " too", Kind: desk.Post, Place: "channel", Due: st.at})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				st.Error(err)
			}
			if taken {
				winners = append(winners, key, key+" too")
			}
		})
	}
	wg.Wait()
	told := keys(st.claim("A", st.at, real, 20))
	slices.Sort(told)
	if len(winners) != 2 || !slices.Equal(told, winners) {
		st.Errorf("taken by %v, told %v; want one and its two", winners, told)
	}
	second := slot("digest", "2026-03-03T09:00-05:00", st.at.Add(24*time.Hour))
	second.Late = true
	for _, o := range []store.Slot{second, slot("purge", "2026-03-03T10:00-05:00", second.Due.Add(time.Hour))} {
		if taken, err := st.s.TakeSlot(st.Context(), o); err != nil || !taken {
			st.Errorf("%s of %s: %v %v", o.Duty, o.Name, taken, err)
		}
	}
	last := func(by time.Time, want *store.Slot) {
		st.Helper()
		got, ok, err := st.s.LastSlot(st.Context(), "digest", "channel", by)
		st.ok(err)
		if ok != (want != nil) {
			st.Errorf("by %s: %+v %v", by, got, ok)
		} else if ok {
			if d := cmp.Diff(*want, got); d != "" {
				st.Errorf("by %s: -want +got %s", by, d)
			}
		}
	}
	last(first.Due.Add(-time.Microsecond), nil)
	last(first.Due, &first)
	last(second.Due.Add(-time.Microsecond), &first)
	last(second.Due.Add(999*time.Hour), &second)
	if _, ok, err := st.s.LastSlot(st.Context(), "digest", "elsewhere", second.Due); ok || err != nil {
		st.Errorf("a slot elsewhere: %v %v", ok, err)
	}
}

func purged(st *story) {
	ctx := st.Context()
	old, kept := st.at, st.at.Add(7*24*time.Hour)
	hand := func(key, body string) error {
		_, err := st.s.Hand(ctx, store.HandRequest{By: desk.By(Tess), At: st.at, Text: "a mouse", Key: desk.DeliveryKey{Key: key, Body: body}})
		return err
	}
	tell := func(key string) {
		st.Helper()
		n, err := st.s.Enqueue(ctx, desk.Notice{Key: key, Kind: desk.Post, Place: key, Due: st.at})
		st.ok(err)
		if n != 1 {
			st.Errorf("%s was not forgotten", key)
		}
	}
	take := func(duty string) {
		st.Helper()
		taken, err := st.s.TakeSlot(ctx, store.Slot{Duty: duty, Name: st.at.String(), Due: st.at})
		st.ok(err)
		if !taken {
			st.Errorf("the slot of %s was not forgotten", duty)
		}
	}
	// More than a batch of each, a week ago.
	for i := range 1100 {
		st.at = old.Add(time.Duration(i) * time.Second)
		st.ok(hand(fmt.Sprint("old/", i), "a"))
		take("daily")
	}
	st.at = old
	take("yearly")
	for _, key := range []string{"sent", "dropped", "parked", "dead"} {
		tell(key)
	}
	for _, d := range st.claim("A", st.at.Add(time.Hour), real, 5000) {
		if how := d.Key; slices.Contains([]string{"parked", "dead", "dropped"}, how) {
			st.ok(st.s.Finish(ctx, d.ID, "A", d.Revision, how))
		} else {
			st.ok(st.s.Finish(ctx, d.ID, "A", d.Revision, "sent"))
		}
	}
	tell("pending")
	st.at = kept
	st.ok(hand("new", "a"))
	tell("new")
	for _, d := range st.claim("A", st.at, real, 5000) {
		if d.Key == "new" {
			st.ok(st.s.Finish(ctx, d.ID, "A", d.Revision, "sent"))
		} else {
			st.ok(st.s.PutOff(ctx, d.ID, "A", old, "waits"))
		}
	}
	take("daily")

	st.ok(st.s.Purge(ctx, kept, real))

	if err := hand("new", "b"); !errors.Is(err, store.ErrOtherBody) {
		st.Errorf("a new delivery was forgotten: %v", err)
	}
	for _, i := range []int{0, 499, 500, 1099} {
		st.ok(hand(fmt.Sprint("old/", i), "b"))
	}
	tell("sent")
	tell("dropped")
	for _, key := range []string{"parked", "dead", "pending", "new"} {
		if n, err := st.s.Enqueue(ctx, desk.Notice{Key: key, Kind: desk.Post, Place: key, Due: st.at}); n != 0 || err != nil {
			st.Errorf("%s was forgotten, %v", key, err)
		}
	}
	// Of the slots the latest of each duty is left.
	if o, ok, err := st.s.LastSlot(ctx, "daily", "", kept.Add(-time.Second)); ok || err != nil {
		st.Errorf("kept %+v, %v", o, err)
	}
	for duty, due := range map[string]time.Time{"daily": kept, "yearly": old} {
		if o, ok, err := st.s.LastSlot(ctx, duty, "", kept); !ok || err != nil || !o.Due.Equal(due) {
			st.Errorf("the last slot of %s: %+v %v %v, want %s", duty, o, ok, err, due)
		}
	}
}

func postsKept(st *story) {
	ctx := st.Context()
	ns := []desk.Notice{{Key: "t/7/3/test/thread", Place: "thread"}, {Key: "digest/2026-03-02T09:00-05:00", Place: "channel"}, {Key: "t/8/1/prompt/member:2", Place: "member:2"}}
	for i := range ns {
		ns[i].Kind, ns[i].Due = desk.Post, st.at
	}
	_, err := st.s.Enqueue(ctx, ns...)
	st.ok(err)
	st.opened("its card is not painted yet", Network) // T-1
	_, err = st.s.Hand(ctx, store.HandRequest{By: desk.By(Tess), At: st.at, Text: "R-1, and it stays open"})
	st.ok(err)
	for _, d := range st.claim("A", st.at.Add(time.Minute), real, 50) {
		switch d.Key {
		case ns[0].Key:
			st.ok(st.s.Finish(ctx, d.ID, "A", d.Revision, "parked: no scope"))
		case ns[1].Key:
			st.ok(st.s.Finish(ctx, d.ID, "A", d.Revision, "dead: no such channel")) // nobody tries it again
		case ns[2].Key: // in hand
		case "paint/1":
			st.ok(st.s.PutOff(ctx, d.ID, "A", st.at, "waits"))
		default:
			st.ok(st.s.Finish(ctx, d.ID, "A", d.Revision, "sent"))
		}
	}
	_, err = st.s.KeepDigest(ctx, store.Digest{Place: "slack:C1", At: st.at, Key: "digest/2026-03-09T09:00-04:00"}, st.at)
	st.ok(err)
	kept := []string{"slack/digest/2026-03-09T09:00-04:00/digest/sla/slack:C1", "slack/t/7/3/test/thread/slack:C1", "slack/t/8/1/prompt/member:2", "slack/card/1/slack:C1", "slack/r/1/handed/1", "slack/new"}
	gone := []string{"slack/digest/2026-03-02T09:00-05:00/slack:C1", "slack/card/2/slack:C1", "slack/r/2/handed/1", "slack/t/7/2/test/thread/slack:C1"}
	for n := range 600 { // more than a batch
		gone = append(gone, fmt.Sprintf("slack/t/%d/1/prompt/member:2", 1000+n))
	}
	for _, key := range slices.Concat(kept, gone) {
		at := real
		if key == "slack/new" {
			at = at.Add(time.Hour)
		}
		if _, began, err := st.s.BeginPost(ctx, key, at); err != nil || !began {
			st.Fatal(key, began, err)
		}
	}
	st.ok(st.s.Purge(ctx, st.at, real.Add(time.Hour)))
	for _, key := range kept {
		if _, ok, err := st.s.Post(ctx, key); !ok || err != nil {
			st.Errorf("%s is forgotten, %v", key, err)
		}
	}
	for _, key := range gone {
		if _, ok, err := st.s.Post(ctx, key); ok || err != nil {
			st.Errorf("%s is kept, %v", key, err)
		}
	}
}
