package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// Duty is something that the desk does by itself at set times (domain.md, The
// clock's other duties).
type Duty struct {
	Name  string
	Place string // where: the channels, members; its notices say it exactly
	// When are its times, in the desk's zone; they may follow from the policy.
	When func(*desk.Policy) When
	// On says which of them count; nil: all.
	On func(p *desk.Policy, at time.Time) bool
	// Tell is what a slot has people told, once; nil: nothing.
	Tell func(p *desk.Policy, o store.Slot) []desk.Notice
	// Do is housekeeping that whoever takes the slot does. It may be left undone
	// by a crash and then waits for the next slot.
	Do func(ctx context.Context, s *store.Store, at time.Time) error
}

// Duties are all of them; digest is when the daily digest is due on working days,
// weekly when the weekly report is.
func Duties(digest, weekly When) []Duty {
	return []Duty{
		{Name: "purge", When: at("0 * * * *"), Do: purge},
		{Name: "digest", Place: "channel", When: func(*desk.Policy) When { return digest }, On: workingDay, Tell: tellDigest},
		{Name: "report", Place: "channel", When: func(*desk.Policy) When { return weekly }, Tell: tellReport},
		{Name: "hand-over", Place: "channel", When: turn(0), On: hasRota, Tell: tellHandOver},
		{Name: "staffed", Place: "member", When: at("0 * * * *"), On: workingHour, Tell: tellUnstaffed},
		{Name: "reminders", Place: "member", When: at("0 * * * *"), On: anybodysHour, Tell: tellReminders},
		{Name: "hand-over-tomorrow", Place: "member", When: turn(-1), On: hasRota, Tell: tellTomorrow},
	}
}

// kept is how long is known what was carried out, in desk time or, for posts, in
// real time.
const kept = 7 * 24 * time.Hour

func purge(ctx context.Context, s *store.Store, at time.Time) error {
	return errors.Join(s.Tidy(ctx, at), s.Purge(ctx, at.Add(-kept), time.Now().Add(-kept)))
}

// at is a fixed schedule.
func at(text string) func(*desk.Policy) When {
	w, err := ParseWhen(text)
	if err != nil {
		panic(err) // of this file
	}
	return func(*desk.Policy) When { return w }
}

// turn is when the rota passes, or so many days after it.
func turn(days int) func(*desk.Policy) When {
	return func(p *desk.Policy) When {
		day := (int(p.Rota.Day) + days + 7) % 7
		return at(fmt.Sprintf("%d %d * * %d", p.Rota.At%60, p.Rota.At/60, day))(p)
	}
}

func workingDay(p *desk.Policy, at time.Time) bool { return p.Hours.WorkingDay(at) }

func workingHour(p *desk.Policy, at time.Time) bool { return p.Hours.Working(at) }

func hasRota(p *desk.Policy, _ time.Time) bool { return len(p.Rota.Base) > 0 }

// tellDigest: a digest is told by its slot, "digest/2026-03-02T09:00+01:00", with
// "/late" after it where it was missed.
func tellDigest(_ *desk.Policy, o store.Slot) []desk.Notice {
	return []desk.Notice{post(o, "digest/"+o.Name)}
}

// tellReport is told by its slot too.
func tellReport(_ *desk.Policy, o store.Slot) []desk.Notice {
	return []desk.Notice{post(o, "report/"+o.Name)}
}

// tellHandOver: the channel is told of the turn by its local date, and whoever
// arrives of what waits for them. However its time is moved on that day, it is
// told once. Where nobody comes and goes there is nothing to tell.
func tellHandOver(p *desk.Policy, o store.Slot) []desk.Notice {
	date := o.Due.In(p.Zone).Format(time.DateOnly)
	turn, ok := p.TurnOn(date)
	if !ok || turn.Leaves == turn.Arrives && turn.Arrives != 0 {
		return nil
	}
	ns := []desk.Notice{post(o, "hand-over/"+date)}
	if turn.Arrives != 0 {
		ns = append(ns, toMember(o, turn.Arrives, "arrives/"+date))
	}
	return ns
}

// tellTomorrow reminds whoever has the turn that begins on the next day.
func tellTomorrow(p *desk.Policy, o store.Slot) []desk.Notice {
	date := o.Due.In(p.Zone).AddDate(0, 0, 1).Format(time.DateOnly)
	turn, ok := p.TurnOn(date)
	if !ok || turn.Arrives == 0 || turn.Leaves == turn.Arrives {
		return nil
	}
	return []desk.Notice{toMember(o, turn.Arrives, "hand-over-tomorrow/"+date)}
}

// tellUnstaffed alarms each admin, once a day for each role that nobody is there
// for (domain.md, Rota and Prioritize).
func tellUnstaffed(p *desk.Policy, o store.Slot) []desk.Notice {
	var ns []desk.Notice
	for _, r := range p.Unstaffed(o.Due) {
		for _, m := range p.With(desk.RAdmin) {
			n := toMember(o, m, fmt.Sprintf("unstaffed/%s/%s", r, o.Due.In(p.Zone).Format(time.DateOnly)))
			n.Key += fmt.Sprintf("/%d", m)
			ns = append(ns, n)
		}
	}
	return ns
}

func anybodysHour(p *desk.Policy, at time.Time) bool { return len(p.Reminders(at)) > 0 }

// tellReminders reminds members, each by the date on their own clock. A slot that was
// missed reminds nobody: tomorrow is another day.
func tellReminders(p *desk.Policy, o store.Slot) []desk.Notice {
	if o.Late {
		return nil
	}
	var ns []desk.Notice
	for m, all := range p.Reminders(o.Due) {
		date := o.Due.In(p.HoursFor(p.Members[m]).Zone()).Format(time.DateOnly)
		for _, what := range all {
			n := toMember(o, m, fmt.Sprintf("%s/%s", what, date))
			n.Key += fmt.Sprintf("/%d", m)
			ns = append(ns, n)
		}
	}
	slices.SortFunc(ns, func(a, b desk.Notice) int { return strings.Compare(a.Key, b.Key) })
	return ns
}

func toMember(o store.Slot, m desk.MemberID, key string) desk.Notice {
	n := post(o, key)
	n.Place = fmt.Sprintf("member:%d", m)
	return n
}

// post is a notice of the slot.
func post(o store.Slot, key string) desk.Notice {
	what := key
	if o.Late {
		what += "/late"
	}
	return desk.Notice{Key: key, Kind: desk.Post, Place: o.Place, What: what, Due: o.Due}
}
