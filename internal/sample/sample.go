// Package sample is the playground's desk: its people and clients (desk.yaml)
// and its tickets, whose histories are made by real commands through store.Do.
package sample

import (
	"context"
	_ "embed"
	"fmt"
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

// Fill puts intake on duty and lives the sample tickets up to now. The desk
// must have been seeded from Config and hold no ticket.
func Fill(ctx context.Context, s *store.Store, now time.Time) error {
	p, err := s.Policy(ctx)
	if err != nil {
		return err
	}
	f := &filling{ctx: ctx, s: s, p: p, now: now}
	for _, l := range lives {
		f.live(l)
	}
	if f.err != nil {
		return fmt.Errorf("sample desk: %w", f.err)
	}
	return OnDuty(ctx, s, now)
}

// OnDuty makes the member intake the one on duty for the FirstDay.
func OnDuty(ctx context.Context, s *store.Store, now time.Time) error {
	p, err := s.Policy(ctx)
	if err != nil {
		return err
	}
	intake, ok := p.MemberWith("web:intake")
	if !ok {
		return fmt.Errorf("sample desk: nobody is called intake")
	}
	_, err = s.DoDesk(ctx, store.DeskRequest{By: desk.TheClock, At: now, Do: desk.OverrideAdded{
		Interval: desk.Interval{Member: intake.ID, From: now, To: now.Add(FirstDay)}}})
	return err
}

// filling lives one ticket after another; the first error ends it.
type filling struct {
	ctx context.Context
	s   *store.Store
	p   *desk.Policy
	now time.Time
	at  time.Time
	n   desk.TicketID
	err error
}

// workday is nine o'clock of the n-th working day before now.
func (f *filling) workday(n int) time.Time {
	l := f.now.In(f.p.Zone)
	d := time.Date(l.Year(), l.Month(), l.Day(), 9, 0, 0, 0, f.p.Zone)
	for k := 0; k < n; {
		if d = d.AddDate(0, 0, -1); f.p.Hours.WorkingDay(d) {
			k++
		}
	}
	return d
}

func (f *filling) member(handle string) desk.MemberID {
	for _, m := range f.p.People() {
		if m.Handle == handle {
			return m.ID
		}
	}
	return f.p.IntakeAt(f.at).Member // "intake of that moment"
}

// do gives one command as the member; "" is the intake of that moment.
func (f *filling) do(by string, c desk.Command) {
	if f.err != nil {
		return
	}
	out, err := f.s.Do(f.ctx, desk.Request{Ticket: f.n, By: desk.By(f.member(by)), At: f.at, Do: c})
	if err != nil {
		f.err = fmt.Errorf("ticket %d, %s by %q: %w", f.n, c.Verb(), by, err)
		return
	}
	f.n = out.Ticket.Number
	f.at = f.at.Add(7 * time.Minute)
}

func (f *filling) live(l life) {
	c, ok := f.p.ClientNamed(l.client)
	if !ok && f.err == nil {
		f.err = fmt.Errorf("no client %q", l.client)
		return
	}
	f.n, f.at = 0, f.workday(l.days).Add(time.Duration(l.minute)*time.Minute)
	if last := f.now.Add(-3 * time.Hour); f.at.After(last) {
		f.at = last.Add(time.Duration(l.minute) * time.Second)
	}
	o := desk.Open{Kind: l.kind, Client: c.ID, Summary: desk.Text(l.summary), Description: desk.Text(l.description), CameBy: l.cameBy, Severity: l.severity, Impact: l.impact}
	if len(c.Contacts) > 0 {
		o.Contact, o.Agreement = c.Contacts[0].ID, c.Agreements[0]
	}
	f.do("", o)
	for _, s := range l.steps {
		s(f)
	}
}
