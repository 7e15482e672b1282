package store

import (
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

// reads are the statements before a decision: locks in their fixed order, the
// ticket or two, the policy's version and the delivery key (after the locks, so
// that of two deliveries at once the second sees the first), and only the facts that the command wants.
func (d *doing) reads() []ask {
	w, f, n := d.r.Do.Wants(), &d.r.Facts, int64(d.r.Ticket)
	asks := make([]ask, 0, 12)
	if w.WIP {
		asks = append(asks, get(skip, lockMember, int64(d.r.By.Member)))
	}
	if d.r.Ticket == 0 || w.Neighbour != 0 || w.MinRank {
		asks = append(asks, get(func(r row) error {
			err := r.Scan(&d.numbers.tickets, &d.numbers.requests)
			f.Number = desk.TicketID(d.numbers.tickets + 1)
			return err
		}, lockDesk))
	}
	switch {
	case w.Other != 0:
		asks = append(asks, get(d.root, lockPair, n, int64(w.Other)))
	case w.Neighbour < 0:
		asks = append(asks, get(d.neighbour, lockAbove, n))
	case w.Neighbour > 0:
		asks = append(asks, get(d.neighbour, lockBelow, n))
	case d.r.Ticket != 0 && !d.s.e.alone():
		asks = append(asks, get(skip, lockTicket, n))
	}
	if w.Handed != 0 {
		asks = append(asks, get(func(r row) (err error) { f.Handed, err = scanHanded(r); return }, lockHanded, int64(w.Handed)))
	}
	asks = append(asks, d.present.look(d.r.Key, d.r.Ticket))
	return append(asks, d.facts(w)...)
}

func skip(row) error { return nil }

// root takes the root of the other's chain of duplicates, which may be the ticket
// itself, of the rows that were locked.
func (d *doing) root(r row) error {
	var n, root int64
	var state string
	if err := r.Scan(&n, &state, &root); err != nil || n != root {
		return err
	}
	return d.other(n, state)
}

// neighbour takes the one row of two that is not the ticket's.
func (d *doing) neighbour(r row) error {
	var n int64
	var state string
	if err := r.Scan(&n, &state); err != nil || n == int64(d.r.Ticket) {
		return err
	}
	return d.other(n, state)
}

func (d *doing) other(n int64, state string) error {
	t, err := d.s.cache.decode(desk.TicketID(n), state)
	d.r.Facts.Other = &t
	return err
}

func (d *doing) facts(w desk.Wants) (asks []ask) {
	f, p, n := &d.r.Facts, &d.p.Policy, int64(d.r.Ticket)
	me, work, testing := int64(d.r.By.Member), string(p.Workflow.With(desk.IsWork)), string(p.Workflow.With(desk.IsTesting))
	number := func(to *desk.TicketID) func(row) error {
		return func(r row) error { return r.Scan((*int64)(to)) }
	}
	if w.WIP {
		asks = append(asks, get(func(r row) error {
			var t desk.TicketID
			err := number(&t)(r)
			f.Working, f.WIP = append(f.Working, t), f.WIP+1
			return err
		}, readWorking, me, work, testing, n))
	}
	if w.Top {
		asks = append(asks, get(number(&f.Top), readTop, me, skills(p.Members[d.r.By.Member]), string(p.Workflow.With(desk.IsReady))))
	}
	order := int64(-1) // the ticket's own
	if w.Priority != "" {
		order = int64(p.PriorityOrder(w.Priority))
	}
	if w.MinRank {
		f.MinRank = 0
		asks = append(asks, get(scan(&f.MinRank), readMinRank, n, order))
	}
	if w.Flow {
		asks = append(asks, get(func(r row) error {
			var ahead int64
			err := r.Scan(&ahead)
			f.Ahead = int(ahead)
			return err
		}, countAhead, n, order, w.MinRank))
		asks = append(asks, d.starts())
	}
	if w.Allowance {
		asks = append(asks, get(number(&f.Allowed), readAllowed, me))
	}
	if w.Note != "" {
		asks = append(asks, d.note(w.Note))
	}
	if w.Least {
		f.Least = map[desk.MemberID]int{}
		asks = append(asks, get(func(r row) error {
			var m, open int64
			err := r.Scan(&m, &open)
			f.Least[desk.MemberID(m)] = int(open)
			return err
		}, readLeast))
	}
	return asks
}

// holder reads where else the allowance of this ticket's level 1 runs: known
// only once the ticket is, so it costs one more round trip, for undo alone.
func (d *doing) holder() error {
	a := d.was.Allowance
	if !d.r.Do.Wants().Holder || a == nil {
		return nil
	}
	var at int64
	if err := d.t.run(get(scan(&at), readAllowed, int64(a.By))); err != nil {
		return err
	}
	if n := desk.TicketID(at); n != d.r.Ticket {
		d.r.Facts.Allowed = n
	}
	return nil
}

// skills is the list as the statements want it: "|network|print|", "" for all.
func skills(m desk.Member) string {
	if len(m.Skills) == 0 {
		return ""
	}
	return "|" + strings.Join(m.Skills, "|") + "|"
}

const flowDays = 20 // working days of history that an expected start rests on

// starts counts the starts on each of the last 20 working days before today's
// local date, in desk time (domain.md, Prioritize). Today is not over, so it
// would count too little.
func (d *doing) starts() ask {
	days := workingDaysBefore(d.p, d.r.At)
	f := &d.r.Facts
	f.Starts = make([]int, len(days))
	from, to := d.r.At, d.r.At
	if len(days) > 0 {
		from, to = days[len(days)-1], startOfDay(d.r.At.In(d.p.Zone), 0)
	}
	at := map[string]int{}
	for i, day := range days {
		at[day.Format(time.DateOnly)] = i
	}
	return get(func(r row) error {
		var us int64
		if err := r.Scan(&us); err != nil {
			return err
		}
		if i, ok := at[instant(us).In(d.p.Zone).Format(time.DateOnly)]; ok {
			f.Starts[i]++
		}
		return nil
	}, readStarts, micros(from), micros(to))
}

// workingDaysBefore are the local midnights of up to flowDays working days, the
// latest first. A desk that was closed for a quarter has fewer.
func workingDaysBefore(p *snapshot, at time.Time) []time.Time {
	var days []time.Time
	today := at.In(p.Zone)
	for back := 1; len(days) < flowDays && back < 100; back++ {
		if day := startOfDay(today, back); p.Hours.WorkingDay(day.Add(12 * time.Hour)) {
			days = append(days, day)
		}
	}
	return days
}

func startOfDay(t time.Time, back int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()-back, 0, 0, 0, 0, t.Location())
}
