package sample

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// life is one sample ticket: how it came, and what was done with it since.
type life struct {
	day, minute          int // working days ago, and minutes after nine; on day 0 minutes before now
	kind                 desk.Kind
	client               string // and whom, if it is not the first contact: "Delta Freight, Kim"
	cameBy               string
	category             string // Type/Subtype/Item
	severity, impact     desk.Level
	summary, description string
	steps                []step
}

// step is one command on the ticket, and when.
type step struct {
	days, today int // working days after the one before; minutes before now
	minutes     int // after the one before; 0 is as long as it usually takes
	minute      int // of a later day, after nine
	who         string
	do          func(*filling) desk.Command
	refused     bool // a rule says no, which is remembered
}

// by is a command by a member.
func by(who string, c desk.Command) step {
	return step{who: who, do: func(*filling) desk.Command { return c }}
}

// in is the step so many minutes after the one before.
func in(minutes int, s step) step { s.minutes = minutes; return s }

// refused is the step that a rule says no to.
func refused(s step) step { s.refused = true; return s }

// later is the step on a later working day, so many minutes after nine.
func later(days, minute int, s step) step { s.days, s.minute = days, minute; return s }

// ago is the step today, so many minutes before now.
func ago(minutes int, s step) step { s.today = minutes; return s }

// steps joins steps and rows of them.
func steps(parts ...any) []step {
	var out []step
	for _, p := range parts {
		switch p := p.(type) {
		case step:
			out = append(out, p)
		case []step:
			out = append(out, p...)
		default:
			panic(fmt.Sprintf("sample: %T is no step", p))
		}
	}
	return out
}

var (
	normal = by("srm", desk.Prioritize{Priority: "normal"})
	urgent = by("srm", desk.Prioritize{Priority: "urgent"})
)

func start(who string) step { return by(who, desk.Start{}) }

func to(who string, status desk.StatusKey, why string) step {
	return by(who, desk.Move{To: status, Why: desk.Text(why)})
}

func note(who, text string) step { return by(who, desk.Note{Text: desk.Text(text)}) }

func spent(who string, minutes int, on string) step {
	return by(who, desk.LogTime{Minutes: minutes, Text: desk.Text(on)})
}

func confirmed(who, how string) step { return by(who, desk.Confirm{How: how}) }

func nudge(who string) step { return by(who, desk.Nudge{}) }

// repaired is the way of a defect from its start to ready to test.
func repaired(worker, what string) []step {
	return steps(start(worker), to(worker, "ready_to_test", what))
}

// passed is the way from there to the client's test.
func passed(worker, tester, what string) []step {
	return steps(to(tester, "in_testing", ""), to(tester, "ready_to_install", ""), to(worker, "client_testing", what))
}

// done is the way of a request from its start to the client's test.
func done(worker, what string) []step {
	return steps(start(worker), to(worker, "client_testing", what))
}

// same is the SRM's word that it is a duplicate of the ticket with the summary.
func same(summary string) step {
	return step{who: "srm", minutes: 12, do: func(f *filling) desk.Command {
		return desk.Duplicate{Of: f.tickets[summary].Number}
	}}
}

// given is the SRM's assignment.
func given(to, note string) step {
	return step{who: "srm", do: func(f *filling) desk.Command {
		m, _ := f.p.MemberWith("web:" + to)
		return desk.Assign{To: m.ID, Note: desk.Text(note)}
	}}
}

// until is the SRM's schedule: so many working days before the day of now, or
// after it if negative, and minutes after nine.
func until(day, minute int) step {
	return step{who: "srm", do: func(f *filling) desk.Command {
		return desk.Schedule{Until: f.workday(day).Add(time.Duration(minute) * time.Minute)}
	}}
}

// takes is how many minutes a command usually comes after the one before.
func takes(c desk.Command) int {
	switch c := c.(type) {
	case desk.Prioritize:
		return 9
	case desk.Start:
		return 38
	case desk.Move:
		return map[desk.StatusKey]int{"ready_to_test": 52, "in_testing": 24, "ready_to_install": 17, "in_progress": 15, "client_testing": 41, "cannot_replicate": 45}[c.To]
	case desk.Confirm:
		return 65
	case desk.Broken:
		return 120
	case desk.Answer:
		return 75
	case desk.LogTime:
		return 0
	}
	return 8
}

const workday = 8 * 60 // minutes

// plan dates the commands of the n-th life.
func (f *filling) plan(n int, l life) ([]act, error) {
	open, err := f.opens(l)
	if err != nil {
		return nil, err
	}
	day, minute := l.day, l.minute
	var out []act
	for k, s := range append([]step{open}, l.steps...) {
		gap := s.minutes
		if gap == 0 && k > 0 {
			if gap = takes(s.do(f)); gap > 0 {
				gap += (5*n + 3*k) % 7 // nobody works by the gong
			}
		}
		switch {
		case s.today > 0:
			day, minute = 0, s.today
		case day == 0: // minutes before now: they become fewer
			minute -= gap
		default:
			if minute += gap; s.days > 0 {
				day, minute = day-s.days, s.minute+(5*n+3*k)%7
			} else if minute >= workday { // after work: first thing next morning
				day, minute = day-1, 5+minute%30
			}
			if day <= 0 {
				return nil, fmt.Errorf("step %d would be today", k)
			}
		}
		at := f.at(day, minute)
		out = append(out, act{at, l.summary, func(at time.Time) error { return f.give(l, s, at) }})
		if word := l.firstWord(); k == 0 && n%8 != 5 && word != nil && (day > 0 || minute > 15) { // nobody is quick each time
			answer := by("", word)
			out = append(out, act{at.Add(4 * time.Minute), l.summary, func(at time.Time) error { return f.give(l, answer, at) }})
		}
	}
	return out, nil
}

// firstWord is what intake tells the client soon after a ticket came in; nil
// where there is nobody to be told.
func (l life) firstWord() desk.Command {
	switch {
	case l.kind == desk.Internal || strings.HasPrefix(l.client, "Unknown"):
		return nil
	case strings.HasSuffix(l.cameBy, "phone"):
		return desk.Call{Text: "Taken down on the phone; they know what comes next."}
	}
	return desk.Reply{How: "sent", Text: "Thank you, we have it. We will come back to you as soon as it is prioritized."}
}

// opens is how the ticket comes in: by intake, or by level 1 or a technician
// who is named before a colon ("level1: phone").
func (f *filling) opens(l life) (step, error) {
	name, contact, _ := strings.Cut(l.client, ", ")
	c, ok := f.p.ClientNamed(name)
	if !ok {
		return step{}, fmt.Errorf("no client %q", name)
	}
	o := desk.Open{Kind: l.kind, Client: c.ID, Summary: desk.Text(l.summary), Description: desk.Text(l.description), Severity: l.severity, Impact: l.impact}
	for n, ct := range c.Contacts {
		if n == 0 || contact != "" && strings.HasPrefix(string(ct.Name), contact) {
			o.Contact, o.Agreement = ct.ID, c.Agreements[0]
		}
	}
	who, came, named := strings.Cut(l.cameBy, ": ")
	if !named {
		who, came = "", l.cameBy
	}
	if r, ok := strings.CutPrefix(who, "R-"); ok { // accepted from a request
		who = ""
		if _, err := fmt.Sscan(r, &o.Request); err != nil {
			return step{}, err
		}
	}
	o.CameBy = came
	if who == "level1" && l.kind != desk.Internal {
		return by(who, desk.RealTime{Open: o}), nil
	}
	return by(who, o), nil
}

// give does one step of a life, and after the first fills in the category.
func (f *filling) give(l life, s step, at time.Time) error {
	t := f.tickets[l.summary]
	if s.who == "assignee" { // the clock may have said who that is
		var err error
		if t, err = f.s.Ticket(f.ctx, t.Number); err != nil {
			return err
		}
	}
	by, c := f.member(s.who, t, at), s.do(f)
	out, err := f.s.Do(f.ctx, desk.Request{Ticket: t.Number, By: by, At: at, Do: c})
	if no := (*desk.Refusal)(nil); s.refused && errors.As(err, &no) {
		return nil
	}
	if err != nil || s.refused {
		return fmt.Errorf("%s by %q: %w", c.Verb(), s.who, cmp.Or(err, errors.New("nothing refused it")))
	}
	told := desk.Notices(f.p, out.Ticket, out.Events)
	if t.Number == 0 && l.category != "" {
		p := strings.Split(l.category, "/")
		if out, err = f.s.Do(f.ctx, desk.Request{Ticket: out.Ticket.Number, By: by, At: at, Do: desk.Categorize{
			Category: desk.Category{Type: p[0], Subtype: p[1], Item: p[2]}}}); err != nil {
			return fmt.Errorf("categorize by %q: %w", s.who, err)
		}
	}
	for _, n := range told {
		if n.Kind != desk.Paint || t.Number == 0 {
			f.stops = append(f.stops, n.Due)
		}
	}
	f.tickets[l.summary] = out.Ticket
	return nil
}

// errand is a request handed to intake, and what became of it.
type errand struct {
	day, minute int
	by          string
	text        string
	decline     desk.RequestID // declines that one instead, with text as the reason
	attach      desk.RequestID // attaches that one to the ticket with the summary text
}

func (f *filling) errand(e errand) act {
	return act{f.at(e.day, e.minute), "request", func(at time.Time) (err error) {
		by := f.member(e.by, desk.Ticket{}, at)
		f.stops = append(f.stops, at)
		switch {
		case e.decline != 0:
			_, err = f.s.DeclineHanded(f.ctx, store.DeclineRequest{By: by, At: at, Number: e.decline, Why: desk.Text(e.text)})
		case e.attach != 0:
			t := f.tickets[e.text]
			_, err = f.s.Do(f.ctx, desk.Request{Ticket: t.Number, By: by, At: at, Do: desk.Attach{Request: e.attach}})
		default:
			_, err = f.s.Hand(f.ctx, store.HandRequest{By: by, At: at, Text: desk.Text(e.text)})
		}
		return err
	}}
}
