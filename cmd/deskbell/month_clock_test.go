package main

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// dayZero is the Monday two weeks before the Sunday of the next change of clocks
// whose Monday is yet to come: the desk's clock never goes back.
func dayZero(now time.Time) time.Time {
	day := time.Date(now.Year(), now.Month(), now.Day()+15, 0, 0, 0, 0, now.Location())
	for {
		next := day.AddDate(0, 0, 1)
		if next.Sub(day) != 24*time.Hour {
			return day.AddDate(0, 0, -13)
		}
		day = next
	}
}

// time is a time of a day by the desk's clocks.
func (m *month) time(day int, of time.Duration) time.Time {
	d := m.zero
	return time.Date(d.Year(), d.Month(), d.Day()+day, 0, 0, int(of/time.Second), 0, m.zone)
}

// last is the end of the last day.
func (m *month) last() time.Time { return m.time(monthDays*m.months+afterwards, 18*time.Hour) }

// way is how the clock is driven to an instant: by day's ends.
func (m *month) way(to time.Time) []time.Time {
	last := *m.target.Load()
	var out []time.Time
	for day := 0; ; day++ {
		end := m.time(day, 18*time.Hour)
		if !end.Before(to) {
			return append(out, to)
		}
		if end.After(last) {
			out = append(out, end)
		}
	}
}

// moved drives the clock to an instant. What a desk that was killed on the way
// left of it, another is asked for; a clock that went on from there until then
// has only to finish what is due.
func (m *month) moved(ctx context.Context, to time.Time) {
	m.t.Helper()
	m.target.Store(&to)
	body := `{"to":"` + to.Format(time.RFC3339) + `"}`
	for down := 0; ctx.Err() == nil; down++ {
		all := m.running()
		if len(all) == 0 {
			if _ = sleep(ctx, 20*time.Millisecond); down > 3000 {
				m.t.Fatal("no desk runs any more")
			}
			continue
		}
		status, answer, err := m.drive(ctx, all[rand.IntN(len(all))], body)
		switch {
		case err != nil:
			m.harm.count("clock cut off")
		case status == http.StatusOK:
			return
		case strings.Contains(answer, "cannot go back"):
			body = standStill
		default:
			m.t.Errorf("the clock to %s: %d %s", to, status, answer)
			return
		}
	}
}

// standStill has a desk do what is due now, by the time that was saved.
const standStill = `{"advance":"0s"}`

// drive has one desk move the clock. All others that run take over its time: they
// do by themselves within a moment, but the next act does not wait for it.
func (m *month) drive(ctx context.Context, p *process, body string) (int, string, error) {
	m.driving.Lock()
	defer m.driving.Unlock()
	status, answer, err := m.clock(ctx, p, body)
	if err != nil || status != http.StatusOK {
		return status, answer, err
	}
	m.arrived.Add(1)
	var all sync.WaitGroup
	for _, other := range m.running() {
		if other != p {
			all.Go(func() { _, _, _ = m.clock(ctx, other, standStill) }) // one that is killed does not matter
		}
	}
	all.Wait()
	return status, answer, nil
}

// begins runs another desk. Deliveries are sent to it at once if drive has yet to
// come to it, else when it has the time that was driven to while it started.
func (m *month) begins(ctx context.Context) {
	m.t.Helper()
	n := m.arrived.Load()
	p := m.launch()
	if p.listen == "" || m.joins(p, func() bool { return m.arrived.Load() == n }) {
		return
	}
	m.driving.Lock()
	defer m.driving.Unlock()
	_, _, _ = m.clock(ctx, p, standStill) // whoever asks it next finds out if it died
	m.joins(p, func() bool { return true })
}

// joins has deliveries sent to the desk if it may.
func (m *month) joins(p *process, may func() bool) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !may() {
		return false
	}
	m.desks = append(m.desks, p)
	return true
}

func (m *month) clock(ctx context.Context, p *process, body string) (int, string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.listen+"/api/clock", strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(answer), err
}

// deskNow is the desk's time as it is saved; while the clock stands, what passes
// meanwhile is more.
func (m *month) deskNow() time.Time {
	var text string
	err := m.db.QueryRow(`SELECT value FROM settings WHERE key = $1`, offsetKey).Scan(&text)
	offset, err2 := time.ParseDuration(text)
	if err != nil || err2 != nil {
		m.t.Errorf("the desk's time: %v, %v", err, err2)
	}
	return time.Now().Add(offset)
}
