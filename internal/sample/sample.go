// Package sample is the playground's desk: its people and clients (desk.yaml)
// and its tickets, whose histories are lived by real commands in the order of
// time. life.go is the words that a history is written in; history.go, underway.go
// and queue.go are the histories.
package sample

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// Config is the sample desk's configuration file.
//
//go:embed desk.yaml
var Config []byte

// FirstDay is how long the member intake is on duty from the demo's beginning.
const FirstDay = 24 * time.Hour

// Clock is the desk's clock while the sample is lived.
type Clock struct {
	// At stands the clock at an instant and carries out whatever is due there.
	At func(context.Context, time.Time) error
	// Today is called once, where what came today begins.
	Today func(context.Context) error
}

// Fill lives the sample tickets up to now, where it leaves the clock, and has
// the member intake on duty today and for the FirstDay. The desk must have been
// seeded from Config and hold no ticket. The same now makes the same tickets; whatever weekday and hour it is,
// nothing happens after it.
func Fill(ctx context.Context, s *store.Store, now time.Time, clock Clock) error {
	p, err := s.Policy(ctx)
	if err != nil {
		return err
	}
	f := &filling{ctx: ctx, s: s, p: p, now: now, tickets: map[string]desk.Ticket{}}
	acts, err := f.acts()
	if err != nil {
		return fmt.Errorf("sample desk: %w", err)
	}
	morning := false
	for _, a := range acts {
		if !morning && !a.at.Before(f.morning()) {
			morning = true
			if err := f.begin(clock); err != nil {
				return err
			}
		}
		if err := f.until(clock, a.at); err != nil {
			return err
		}
		if err := a.do(a.at); err != nil {
			return fmt.Errorf("sample desk: %s, %s: %w", a.what, a.at.Format(time.DateTime), err)
		}
	}
	if err := f.until(clock, now); err != nil {
		return err
	}
	return clock.At(ctx, now)
}

// until stops at every instant before at where something is to be told or done.
// A card whose ticket only changed is painted at the next of them.
func (f *filling) until(clock Clock, at time.Time) error {
	slices.SortFunc(f.stops, time.Time.Compare)
	for len(f.stops) > 0 && f.stops[0].Before(at) {
		stop := f.stops[0]
		for len(f.stops) > 0 && f.stops[0].Equal(stop) {
			f.stops = f.stops[1:]
		}
		if err := clock.At(f.ctx, stop); err != nil {
			return err
		}
	}
	return nil
}

// begin goes to where today begins, and puts intake on duty.
func (f *filling) begin(clock Clock) error {
	if err := f.until(clock, f.morning()); err != nil {
		return err
	}
	if err := clock.At(f.ctx, f.morning()); err != nil {
		return err
	}
	if err := onDuty(f.ctx, f.s, f.now, f.morning()); err != nil {
		return err
	}
	var err error
	if f.p, err = f.s.Policy(f.ctx); err != nil {
		return err
	}
	return clock.Today(f.ctx)
}

// OnDuty makes the member intake the one on duty for the FirstDay.
func OnDuty(ctx context.Context, s *store.Store, now time.Time) error {
	return onDuty(ctx, s, now, now)
}

func onDuty(ctx context.Context, s *store.Store, now, from time.Time) error {
	p, err := s.Policy(ctx)
	if err != nil {
		return err
	}
	people := p.People()
	n := slices.IndexFunc(people, func(m desk.Member) bool { return m.Handle == "intake" })
	if n < 0 {
		return fmt.Errorf("sample desk: nobody is called intake")
	}
	_, err = s.DoDesk(ctx, store.DeskRequest{By: desk.TheClock, At: now, Do: desk.OverrideAdded{
		Interval: desk.Interval{Member: people[n].ID, From: from, To: now.Add(FirstDay)}}})
	return err
}

// filling is the sample on its way.
type filling struct {
	ctx     context.Context
	s       *store.Store
	p       *desk.Policy
	now     time.Time
	tickets map[string]desk.Ticket // by summary, as each command left it
	stops   []time.Time            // when something is to be told or done
}

// act is one thing that somebody does.
type act struct {
	at   time.Time
	what string
	do   func(at time.Time) error
}

// acts are all lives' and errands' in the order of time.
func (f *filling) acts() ([]act, error) {
	var all []act
	for n, l := range slices.Concat(history, underway, queue, today) {
		as, err := f.plan(n, l)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.summary, err)
		}
		all = append(all, as...)
	}
	for _, e := range errands {
		all = append(all, f.errand(e))
	}
	slices.SortStableFunc(all, func(a, b act) int { return a.at.Compare(b.at) })
	if last := all[len(all)-1]; last.at.After(f.now) {
		return nil, fmt.Errorf("%s is at %s, to come", last.what, last.at.Format(time.DateTime))
	}
	return all, nil
}

// workday is nine o'clock of the n-th working day before the day of now, or
// after it if n is negative.
func (f *filling) workday(n int) time.Time {
	l := f.now.In(f.p.Zone)
	d := time.Date(l.Year(), l.Month(), l.Day(), 9, 0, 0, 0, f.p.Zone)
	step := -1
	if n < 0 {
		step, n = 1, -n
	}
	for n > 0 {
		if d = d.AddDate(0, 0, step); f.p.Hours.WorkingDay(d) {
			n--
		}
	}
	return d
}

// The youngest part of the sample keeps its distance from now, so that the
// allowance that runs out and the like are there at any hour; what came before
// it today is spread over the day so far.
const (
	fresh    = time.Hour
	shortest = 150 * time.Minute
	longest  = 8 * time.Hour
)

// morning is where what came today begins: nine o'clock if that was some hours
// ago, and at night and on free days the last few hours.
func (f *filling) morning() time.Time {
	span := shortest
	if f.p.Hours.WorkingDay(f.now) {
		span = min(max(f.now.Sub(f.workday(0)), shortest), longest)
	}
	return f.now.Add(-span)
}

// today is so many minutes before now, 0 to 150; what is older than an hour is
// spread over the day.
func (f *filling) today(ago int) time.Time {
	d := time.Duration(ago) * time.Minute
	if d > fresh {
		stretch := float64(f.now.Sub(f.morning())-fresh) / float64(shortest-fresh)
		d = fresh + time.Duration(float64(d-fresh)*stretch)
	}
	return f.now.Add(-d).Truncate(time.Second)
}

// at is a life's time: day 0 is today.
func (f *filling) at(day, minute int) time.Time {
	if day == 0 {
		return f.today(minute)
	}
	return f.workday(day).Add(time.Duration(minute) * time.Minute)
}

// member is who has the handle; "" is the intake of that moment, "assignee" the
// ticket's.
func (f *filling) member(who string, t desk.Ticket, at time.Time) desk.Actor {
	switch who {
	case "":
		return desk.By(f.p.IntakeAt(at).Member)
	case "assignee":
		return desk.By(t.Assignee)
	}
	m, _ := f.p.MemberWith("web:" + who)
	return desk.By(m.ID)
}
