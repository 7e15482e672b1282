// Package storetest is one suite that every engine of the store passes, and the
// small desk that it and the benchmarks work on.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/worktime"
	"deskbell.dev/deskbell/store"
)

// Monday is when the suite's stories begin: 10:00 in New York, in working hours.
var Monday = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)

// The members that Seed makes, by id.
const (
	Ann  desk.MemberID = 1 // intake
	Sam  desk.MemberID = 2 // SRM
	Tess desk.MemberID = 3 // technician, all skills
	Tom  desk.MemberID = 4 // technician, network only
	Liv  desk.MemberID = 5 // level 1
	Adam desk.MemberID = 6 // admin
)

// The client that Seed makes, and its contact.
const (
	Acme     desk.ClientID  = 1
	AcmeRuth desk.ContactID = 1
)

// Categories of the suite's desk.
var (
	Network = desk.Category{Type: "network", Subtype: "wifi", Item: "access point"}
	Printer = desk.Category{Type: "printer", Subtype: "laser", Item: "toner"}
)

// Policy is the suite's desk before its people: New York, Monday to Friday 9 to
// 17, real-time support on.
func Policy() desk.Policy {
	week := map[time.Weekday][]worktime.Window{}
	for d := time.Monday; d <= time.Friday; d++ {
		week[d] = []worktime.Window{{From: 9 * 60, To: 17 * 60}}
	}
	hours, err := worktime.New(worktime.Spec{Name: "desk", Zone: "America/New_York", Week: week})
	if err != nil {
		panic(err)
	}
	p := desk.Normal("Test desk", hours)
	p.Categories = []desk.Category{Network, Printer}
	p.Plans = []desk.Plan{{Name: "gold", Weight: 20}}
	p.RealTime = true
	return p
}

// Seed configures the store and adds the people and the client.
func Seed(ctx context.Context, s *store.Store) error {
	s.Configure(Policy())
	person := func(handle string, name desk.Text, skills []string, roles ...desk.Role) desk.MemberAdded {
		return desk.MemberAdded{Member: desk.Member{Handle: handle, Name: name, Identities: []string{"web:" + handle}, Roles: roles, Skills: skills}}
	}
	for _, f := range []desk.DeskFact{
		person("ann", "Ann Intake", nil, desk.RIntake),
		person("sam", "Sam Manager", nil, desk.RSRM),
		person("tess", "Tess Tech", nil, desk.RTechnician),
		person("tom", "Tom Tech", []string{"network"}, desk.RTechnician),
		person("liv", "Liv Level", nil, desk.RLevel1),
		person("adam", "Adam Min", nil, desk.RAdmin),
		desk.RotaSet{Members: []desk.MemberID{Ann}, Anchor: "2026-03-02", Day: time.Monday, At: 9 * 60},
		desk.ClientAdded{Client: desk.Client{Name: "Acme", Plan: "gold", Agreements: []string{"care"},
			Contacts: []desk.Contact{{Name: "Ruth", Email: "ruth@acme.example", Phone: "555 0100"}}}},
	} {
		if _, err := s.DoDesk(ctx, store.DeskRequest{By: desk.TheClock, At: Monday.Add(-time.Hour), Do: f}); err != nil {
			return fmt.Errorf("seed: %w", err)
		}
	}
	return nil
}

// story is a store under test with a clock that the test moves.
type story struct {
	*testing.T
	s  *store.Store
	at time.Time
}

func newStory(t *testing.T, s *store.Store) *story {
	t.Helper()
	if err := Seed(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return &story{t, s, Monday}
}

// do asks and passes a second.
func (st *story) do(by desk.MemberID, n desk.TicketID, c desk.Command) (store.Outcome, error) {
	st.at = st.at.Add(time.Second)
	return st.s.Do(st.Context(), desk.Request{Ticket: n, By: desk.By(by), At: st.at, Do: c})
}

// must asks what cannot be refused.
func (st *story) must(by desk.MemberID, n desk.TicketID, c desk.Command) desk.Ticket {
	st.Helper()
	out, err := st.do(by, n, c)
	if err != nil {
		st.Fatalf("%s of %s by %d: %v", c.Verb(), n, by, err)
	}
	return out.Ticket
}

// opened is a new ticket that only lacks a priority.
func (st *story) opened(summary desk.Text, c desk.Category) desk.Ticket {
	st.Helper()
	t := st.must(Ann, 0, desk.Open{Kind: desk.Service, Client: Acme, Contact: AcmeRuth, Agreement: "care", Summary: summary, Description: "About: " + summary})
	return st.must(Ann, t.Number, desk.Categorize{Category: c})
}

// ready is one that waits in the ready queue.
func (st *story) ready(summary desk.Text, c desk.Category) desk.Ticket {
	st.Helper()
	return st.must(Sam, st.opened(summary, c).Number, desk.Prioritize{Priority: "normal"})
}

func (st *story) ticket(n desk.TicketID) desk.Ticket {
	st.Helper()
	t, err := st.s.Ticket(st.Context(), n)
	if err != nil {
		st.Fatal(err)
	}
	return t
}

// refused asserts the rule that said no.
func (st *story) refused(err error, rule desk.Rule) {
	st.Helper()
	var r *desk.Refusal
	if !errors.As(err, &r) || r.Rule != rule {
		st.Fatalf("error %v, want a refusal by %s", err, rule)
	}
}

func (st *story) ok(err error) {
	st.Helper()
	if err != nil {
		st.Fatal(err)
	}
}
