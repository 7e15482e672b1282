package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
	"deskbell.dev/deskbell/store/pgtest"
	"deskbell.dev/deskbell/store/storetest"
)

// desked is an office on the suite's desk, in New York, whose schedule runs.
type desked struct {
	*office
	zone *time.Location
	sch  *Schedule
}

func newDesked(t *testing.T, at string) *desked {
	o := newOffice(t, 1)
	if err := storetest.Seed(t.Context(), o.s); err != nil {
		t.Fatal(err)
	}
	d := &desked{office: o, zone: zoneOf(t, "America/New_York")}
	d.set(at)
	d.rota(9)
	d.say = func(store.Due) error { return nil } // whose weeks moved
	d.drained()
	d.restart("0 9 * * *")
	return d
}

// rota has Ann and Tess take turns, from Mondays at the hour.
func (d *desked) rota(hour int) {
	d.Helper()
	f := desk.RotaSet{Members: []desk.MemberID{storetest.Ann, storetest.Tess}, Anchor: "2026-03-02", Day: time.Monday, At: hour * 60}
	if _, err := d.s.DoDesk(d.Context(), store.DeskRequest{By: desk.TheClock, At: d.now, Do: f}); err != nil {
		d.Fatal(err)
	}
}

// set moves the clock to a local time of New York.
func (d *desked) set(at string) {
	d.Helper()
	t, err := time.ParseInLocation("2006-01-02 15:04:05", at, d.zone)
	if err != nil {
		d.Fatal(err)
	}
	d.now = t
}

// restart is a new process, with the digest at the time.
func (d *desked) restart(digest string) {
	d.sch = NewSchedule(d.s, Duties(whenOf(d, digest), When{}), func() time.Time { return d.now }, d.box.log)
}

// at looks at the local time, and wants that to be told, and nothing else.
func (d *desked) at(local string, want ...string) {
	d.Helper()
	d.set(local)
	if err := d.sch.Tick(d.Context()); err != nil {
		d.Fatal(err)
	}
	var told []string
	d.say = func(n store.Due) error {
		if what, _, _ := strings.Cut(n.What, "/"); !slices.Contains([]string{"answers", "log-time", "moved"}, what) { // to members, each day
			told = append(told, n.What)
		}
		return nil
	}
	d.drained()
	if !slices.Equal(told, want) {
		d.Errorf("%s: told %q, want %q", local, told, want)
	}
}

func TestDuties(t *testing.T) {
	d := newDesked(t, "2026-03-05 10:00:00")                     // a Thursday
	d.at("2026-03-05 10:00:00")                                  // nothing of what was before the first look
	d.at("2026-03-06 08:59:59")                                  //
	d.at("2026-03-06 09:00:00", "digest/2026-03-06T09:00-05:00") //
	d.at("2026-03-06 09:00:01")                                  //
	d.at("2026-03-07 12:00:00")                                  // no digest at the weekend
	d.at("2026-03-08 09:00:00", "hand-over-tomorrow/2026-03-09") // clocks have changed
	d.at("2026-03-09 08:59:59")                                  //
	d.at("2026-03-09 09:00:02", "digest/2026-03-09T09:00-04:00", "hand-over/2026-03-09", "arrives/2026-03-09")
	d.at("2026-03-10 09:00:59", "digest/2026-03-10T09:00-04:00") // a moment is not late
}

// After downtime there is one catch-up of each duty, marked late, and then all
// goes on in time.
func TestDowntime(t *testing.T) {
	for _, c := range []struct{ down, up string }{{"2026-03-09 08:30:00", "2026-03-09 09:30:00"}, {"2026-03-08 09:30:00", "2026-03-09 09:30:00"}, {"2026-02-23 09:30:00", "2026-03-09 09:30:00"}} {
		d := newDesked(t, c.down)
		d.at(c.down)
		d.restart("0 9 * * *")
		want := []string{"digest/2026-03-09T09:00-04:00/late", "hand-over/2026-03-09/late", "arrives/2026-03-09/late"}
		if strings.HasPrefix(c.down, "2026-02") {
			want = slices.Insert(want, 0, "hand-over-tomorrow/2026-03-09/late")
		}
		d.at(c.up, want...)
		d.at(c.up)
		d.at("2026-03-10 08:59:59")
		d.at("2026-03-10 09:00:00", "digest/2026-03-10T09:00-04:00")
	}
	// Of a weekend it is Friday's that is caught up.
	d := newDesked(t, "2026-03-06 08:00:00")
	d.at("2026-03-06 08:00:00")
	d.at("2026-03-07 08:00:00", "digest/2026-03-06T09:00-05:00/late")
}

func TestClockSteps(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps [][]string
	}{
		{"back an hour", [][]string{{"2026-03-10 08:30:00"}, {"2026-03-10 09:00:00"}, {"2026-03-10 09:00:01"}, {"2026-03-11 09:00:00", "digest/2026-03-11T09:00-04:00"}}},
		{"back a day", [][]string{{"2026-03-09 09:30:00"}, {"2026-03-10 09:00:00"}, {"2026-03-11 09:00:00", "digest/2026-03-11T09:00-04:00"}}},
		{"back two weeks, where all is purged", [][]string{{"2026-02-24 09:30:00"}, {"2026-02-25 09:00:00", "digest/2026-02-25T09:00-05:00"}}},
		{"ahead an hour", [][]string{{"2026-03-10 10:30:00"}, {"2026-03-11 09:00:00", "digest/2026-03-11T09:00-04:00"}}},
		{"ahead a day and back", [][]string{{"2026-03-11 09:30:00", "digest/2026-03-11T09:00-04:00/late"}, {"2026-03-10 09:31:00"}, {"2026-03-11 09:00:00"}, {"2026-03-12 09:00:00", "digest/2026-03-12T09:00-04:00"}}},
		{"ahead a year and back", [][]string{{"2027-03-10 09:30:00", "hand-over-tomorrow/2027-03-08/late", "hand-over/2027-03-08/late", "arrives/2027-03-08/late", "digest/2027-03-10T09:00-05:00/late"}, {"2026-03-10 09:31:00"}, {"2026-03-11 09:00:00", "digest/2026-03-11T09:00-04:00"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesked(t, "2026-03-10 08:00:00")
			d.at("2026-03-10 08:00:00")
			d.at("2026-03-10 09:00:00", "digest/2026-03-10T09:00-04:00")
			for _, step := range c.steps {
				d.at(step[0], step[1:]...)
			}
		})
	}
}

// New times begin now: what they had been earlier today is not caught up.
func TestTimesChange(t *testing.T) {
	d := newDesked(t, "2026-03-10 08:00:00")
	d.at("2026-03-10 08:00:00")
	d.at("2026-03-10 09:00:00", "digest/2026-03-10T09:00-04:00")
	d.restart("30 8 * * *")
	d.at("2026-03-11 08:45:00") // under the old time it is not yet due, under the new one it was
	d.at("2026-03-11 09:30:00")
	d.at("2026-03-12 08:30:00", "digest/2026-03-12T08:30-04:00")
	d.restart("0 9 * * *") // and back
	d.at("2026-03-12 09:30:00")
	d.at("2026-03-13 09:00:00", "digest/2026-03-13T09:00-04:00")
	d.restart("0 9 * * *") // no change: what is missed is caught up
	d.at("2026-03-16 08:00:00", "hand-over-tomorrow/2026-03-16/late")
	d.rota(7) // in chat, while it runs
	d.at("2026-03-16 08:01:00")
	d.rota(10)
	d.at("2026-03-16 09:00:00", "digest/2026-03-16T09:00-04:00")
	d.at("2026-03-16 10:00:00", "hand-over/2026-03-16", "arrives/2026-03-16")
	d.rota(11) // the turn has been told
	d.at("2026-03-16 11:00:00")
}

// Side by side, two configurations each go on with their own times.
func TestTwoConfigurations(t *testing.T) {
	d := newDesked(t, "2026-03-10 08:00:00")
	d.at("2026-03-10 08:00:00")
	old := d.sch
	d.restart("30 8 * * *")
	next := d.sch
	for at := d.now; at.Before(d.now.Add(70 * time.Minute)); at = at.Add(time.Minute) {
		d.sch = old
		local := at.Format("2006-01-02 15:04:05")
		var want []string
		if strings.Contains(local, " 09:00") {
			want = []string{"digest/2026-03-10T09:00-04:00"}
		}
		d.at(local, want...)
		d.sch, want = next, nil
		if strings.Contains(local, " 08:30") {
			want = []string{"digest/2026-03-10T08:30-04:00"}
		}
		d.at(local, want...)
		if strings.Contains(local, " 09:01") {
			return
		}
	}
	t.Error("the hour did not pass")
}

func TestNextDue(t *testing.T) {
	d := newDesked(t, "2026-03-06 16:00:00")
	for _, want := range []string{"2026-03-08T09:00-04:00", "2026-03-09T09:00-04:00", "2026-03-09T10:00-04:00"} { // the reminder; digest and turn; whether somebody is there
		next, ok, err := d.sch.NextDue(t.Context())
		if err != nil || !ok || next.In(d.zone).Format(slotLayout) != want {
			t.Errorf("next due %s %v %v, want %s", next, ok, err, want)
		}
		d.now = next
	}
	d.sch = NewSchedule(d.s, nil, func() time.Time { return d.now }, d.box.log)
	if next, ok, err := d.sch.NextDue(t.Context()); ok || err != nil {
		t.Errorf("nothing is due at %s (%v)", next, err)
	}
}

// A duty that fails keeps no other from being done, and waits for its next slot.
func TestADutyFails(t *testing.T) {
	d := newDesked(t, "2026-03-10 08:59:00")
	tries := 0
	fails := Duty{Name: "fails", When: at("* * * * *"), Do: func(context.Context, *store.Store, time.Time) error { tries++; return errors.New("disk full") }}
	d.sch.duties = append([]Duty{fails}, d.sch.duties...)
	d.at("2026-03-10 08:59:00")
	d.set("2026-03-10 09:00:00")
	if err := d.sch.Tick(t.Context()); err == nil || !strings.Contains(err.Error(), "duty fails: disk full") {
		t.Errorf("the tick says %v", err)
	}
	d.at("2026-03-10 09:00:01", "digest/2026-03-10T09:00-04:00")
	if tries != 1 {
		t.Errorf("%d tries", tries)
	}
}

// Run looks once a second.
func TestRunIsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesked(t, "2026-03-10 08:59:50")
		began := time.Now()
		base := d.now
		d.sch = NewSchedule(d.s, Duties(whenOf(t, "0 9 * * *"), When{}), func() time.Time { return base.Add(time.Since(began)) }, d.box.log)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { d.sch.Run(ctx); close(ended) }()
		for d.left()["pending"] == 0 {
			time.Sleep(100 * time.Millisecond) // of virtual time
			synctest.Wait()
		}
		if took := time.Since(began); took < 10*time.Second || took > 11*time.Second+100*time.Millisecond {
			t.Errorf("due after 10 s, told after %s", took)
		}
		stop()
		<-ended
	})
}

// Replicas on PostgreSQL, each with its own connection: every slot once.
func TestReplicas(t *testing.T) {
	url := pgtest.Schema(t)
	var replicas []*Schedule
	now := storetest.Monday
	var s *store.Store
	for i := range 3 {
		var err error
		if s, err = store.Open(t.Context(), url, slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		if i == 0 {
			err = storetest.Seed(t.Context(), s)
		}
		if s.Configure(storetest.Policy()); err != nil {
			t.Fatal(err)
		}
		replicas = append(replicas, NewSchedule(s, Duties(whenOf(t, "0 * * * *"), When{}), func() time.Time { return now }, slog.New(slog.DiscardHandler)))
	}
	told := 0
	for range 30 {
		var all sync.WaitGroup
		for _, r := range replicas {
			all.Go(func() {
				if err := r.Tick(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for {
			due, err := s.Claim(t.Context(), "one", now, now, time.Hour, 50)
			if err != nil {
				t.Fatal(err)
			}
			if len(due) == 0 {
				break
			}
			for _, d := range due {
				if strings.HasPrefix(d.What, "digest/") {
					told++
				}
				if err := s.Finish(t.Context(), d.ID, "one", d.Revision, "sent"); err != nil {
					t.Fatal(err)
				}
				if strings.HasSuffix(d.What, "late") {
					t.Errorf("late: %s", d.What)
				}
			}
		}
		now = now.Add(30 * time.Minute).Truncate(30 * time.Minute)
	}
	// From 10:00 of a Monday for 14 and a half hours.
	if told != 14 {
		t.Errorf("%d digests, want 14", told)
	}
	counts, err := s.Undelivered(t.Context())
	if err != nil || len(counts) != 0 {
		t.Error(fmt.Sprint(counts), err)
	}
}
