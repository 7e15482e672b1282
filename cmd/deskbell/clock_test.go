package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deskbell.dev/deskbell/internal/config"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/outbox"
	"deskbell.dev/deskbell/store"
)

var quiet = slog.New(slog.DiscardHandler)

func newTestClock(t *testing.T) (*store.Store, *deskClock) {
	t.Helper()
	s := newStore(t)
	c, err := newClock(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

// post is a notice of its own lane.
func post(key string, due time.Time) desk.Notice {
	return desk.Notice{Key: key, Kind: desk.Post, Place: "p/" + key, Due: due}
}

// Everything happens at its own time, in order, also what falls due by it.
func TestAdvance(t *testing.T) {
	s, c := newTestClock(t)
	start := c.Now()
	at := func(d time.Duration) time.Time { return start.Add(d) }
	var got []string
	box := outbox.New(s, func(ctx context.Context, d store.Due) error {
		got = append(got, fmt.Sprintf("%s at %s, clock off by %s", d.Key, d.Due.Sub(start), c.Now().Sub(d.Due)))
		if d.Key == "b" {
			_, err := s.Enqueue(ctx, post("b2", d.Due.Add(time.Minute)))
			return err
		}
		return nil
	}, c.Now, "test", 1, quiet)
	if _, err := s.Enqueue(t.Context(), post("d", at(10*time.Hour)), post("b", at(time.Hour)), post("c", at(2*time.Hour)), post("e", at(11*time.Hour))); err != nil {
		t.Fatal(err)
	}
	now, err := c.Advance(t.Context(), at(10*time.Hour), box.Drain, never)
	if err != nil || !now.Equal(at(10*time.Hour)) {
		t.Fatal(now, err)
	}
	want := []string{"b at 1h0m0s, clock off by 0s", "b2 at 1h1m0s, clock off by 0s", "c at 2h0m0s, clock off by 0s", "d at 10h0m0s, clock off by 0s"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := c.Advance(t.Context(), at(9*time.Hour), box.Drain, never); err == nil {
		t.Error("the clock went back")
	}
	again, err := newClock(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if d := again.Now().Sub(c.Now()).Abs(); d > time.Second || again.Now().Before(at(10*time.Hour)) {
		t.Errorf("after a restart the clock is off by %s", d)
	}
}

// A notice that keeps failing is tried with its pauses and given up; the clock
// arrives all the same.
func TestAdvancePastAFailingNotice(t *testing.T) {
	s, c := newTestClock(t)
	tries := 0
	box := outbox.New(s, func(context.Context, store.Due) error { tries++; return errors.New("always") }, c.Now, "test", 1, quiet)
	if _, err := s.Enqueue(t.Context(), post("a", c.Now().Add(time.Minute))); err != nil {
		t.Fatal(err)
	}
	to := c.Now().Add(30 * 24 * time.Hour)
	if now, err := c.Advance(t.Context(), to, box.Drain, never); err != nil || !now.Equal(to) {
		t.Error(now, err)
	}
	if tries < 5 || tries > 20 {
		t.Errorf("%d tries", tries)
	}
}

// Where draining fails the clock stays, and does not come back earlier after a
// restart.
func TestAdvanceStopsWhereDrainingFails(t *testing.T) {
	s, c := newTestClock(t)
	due := c.Now().Add(time.Hour)
	if _, err := s.Enqueue(t.Context(), post("a", due)); err != nil {
		t.Fatal(err)
	}
	failing := func(context.Context) error {
		if c.Now().Before(due) {
			return nil
		}
		return errors.New("disk full")
	}
	now, err := c.Advance(t.Context(), due.Add(time.Hour), failing, never)
	if err == nil || !now.Equal(due) {
		t.Errorf("stopped at %s with %v, want %s", now, err, due)
	}
	if again, err := newClock(t.Context(), s); err != nil || again.Now().Before(due) {
		t.Errorf("after a restart it is %s (%v)", again.Now(), err)
	}
}

// Many at once: the clock never goes back for anybody, and whoever asks for a
// time that has passed by more than a moment is told so.
func TestAdvanceAtOnce(t *testing.T) {
	_, c := newTestClock(t)
	start := c.Now()
	nothing := func(context.Context) error { return nil }
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			last := c.Now()
			for k := range 10 {
				to := start.Add(time.Duration(k*8+n) * time.Minute)
				if now, err := c.Advance(t.Context(), to, nothing, never); err == nil && (now.Before(to) || now.Sub(to) >= time.Second) {
					t.Errorf("arrived at %s instead of %s", now, to)
				}
				if now := c.Now(); now.Before(last) {
					t.Errorf("the clock went back from %s to %s", last, now)
				} else {
					last = now
				}
			}
		})
	}
	all.Wait()
}

// Another process has the lane in hand: the clock waits for it, no longer than
// its patience.
func TestAdvanceWaitsForAnother(t *testing.T) {
	s, c := newTestClock(t)
	start := c.Now()
	first, second := post("a", start.Add(time.Minute)), post("b", start.Add(2*time.Minute))
	first.Place, second.Place = "one", "one"
	if _, err := s.Enqueue(t.Context(), first, second); err != nil {
		t.Fatal(err)
	}
	if due, err := s.Claim(t.Context(), "another", start.Add(time.Minute), time.Now(), 400*time.Millisecond, 1); err != nil || len(due) != 1 {
		t.Fatal(due, err)
	}
	var got []string
	box := outbox.New(s, func(_ context.Context, d store.Due) error { got = append(got, d.Key); return nil }, c.Now, "test", 1, quiet)
	to := start.Add(3 * time.Minute)
	if _, err := c.Advance(t.Context(), to, box.Drain, never); err != nil {
		t.Fatal(err)
	}
	if err := c.follow(t.Context()); err != nil || c.Now().Sub(to) > 300*time.Millisecond {
		t.Errorf("the time that was waited is counted as desk time: %s (%v)", c.Now().Sub(to), err)
	}
	if diff := cmp.Diff([]string{"a", "b"}, got); diff != "" {
		t.Error(diff)
	}
}

// What another process has in hand is waited for: until its lease is over, if it
// is no more.
func TestAdvanceWaitsForWhatIsInHand(t *testing.T) {
	t.Parallel()
	s, c := newTestClock(t)
	if _, err := s.Enqueue(t.Context(), post("a", c.Now())); err != nil {
		t.Fatal(err)
	}
	const dead = 2 * time.Second // what is left of its lease
	if due, err := s.Claim(t.Context(), "killed", c.Now().Add(time.Second), time.Now(), dead, 1); err != nil || len(due) != 1 {
		t.Fatal(due, err)
	}
	sent := false
	box := outbox.New(s, func(context.Context, store.Due) error { sent = true; return nil }, c.Now, "test", 1, quiet)
	if _, err := c.Advance(t.Context(), c.Now().Add(time.Hour), box.Drain, never); err != nil || !sent {
		t.Errorf("it did not wait: %v", err)
	}
}

// never: nothing but notices falls due.
func never(context.Context) (time.Time, bool, error) { return time.Time{}, false, nil }

// A month on the clock: each digest of a working day and each Monday's report
// comes once, at nine, and not late; whatever else falls due on the way does too.
func TestAdvanceAMonth(t *testing.T) {
	t.Parallel()
	s, c := newTestClock(t)
	f := config.Default()
	f.Desk.Zone = "Europe/Berlin"
	if err := config.Apply(t.Context(), s, f, time.Now()); err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation(f.Desk.Zone)
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	box := outbox.New(s, func(_ context.Context, d store.Due) error {
		got = append(got, fmt.Sprintf("%s at %s", d.What, c.Now().In(zone).Format("2006-01-02 15:04:05")))
		return nil
	}, c.Now, "test", 1, quiet)
	schedule := outbox.NewSchedule(s, outbox.Duties(f.DigestAt(), f.ReportAt()), c.Now, quiet)
	happen := func(ctx context.Context) error { return errors.Join(schedule.Tick(ctx), box.Drain(ctx)) }

	now := c.Now().In(zone)
	start := time.Date(now.Year(), now.Month(), now.Day()+1, 8, 0, 0, 0, zone)
	if _, err := c.Advance(t.Context(), start, happen, schedule.NextDue); err != nil {
		t.Fatal(err)
	}
	got = nil
	end := start.AddDate(0, 0, 31)
	if at, err := c.Advance(t.Context(), end, happen, schedule.NextDue); err != nil || !at.Equal(end) {
		t.Fatal(at, err)
	}
	for day := start; day.Before(end); day = day.AddDate(0, 0, 1) {
		if day.Weekday() != time.Saturday && day.Weekday() != time.Sunday {
			due := day.Add(time.Hour)
			slot := due.Format("2006-01-02T15:04-07:00") + " at " + due.Format("2006-01-02 15:04:05")
			if want = append(want, "digest/"+slot); day.Weekday() == time.Monday {
				want = append(want, "report/"+slot)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +told %s", diff)
	}
}
