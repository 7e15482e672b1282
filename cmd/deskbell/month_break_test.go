package main

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// harm is what happens to the desk of a month.
type harm struct {
	cuts int // of 400 posts that are made, so many are not answered
	all  int // acts of the script
	done atomic.Int64
	// calls are how many Slack was asked for.
	calls atomic.Int64

	mu     sync.Mutex
	rng    *rand.Rand // nil: nothing happens
	counts map[string]int
	ended  bool // nothing happens any more
}

// draw is a number below n.
func (h *harm) draw(n int) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.rng.IntN(n)
}

func (h *harm) count(what string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.counts[what]++
}

// over is whether the script is done.
func (h *harm) over() bool { return h.done.Load() > int64(h.all) }

// within lets a random time pass.
func (h *harm) within(ctx context.Context, most time.Duration) {
	_ = sleep(ctx, time.Duration(h.draw(int(most))))
}

// How often all desks are killed in a month in a hurry.
const (
	killsOfOne  = 12
	killsOfMany = 4
)

// breaks kills desks at random instants, until the script is done.
func (m *month) breaks(ctx context.Context, desks int) {
	if m.harm.rng == nil {
		return
	}
	defer func() {
		m.harm.mu.Lock()
		defer m.harm.mu.Unlock()
		m.harm.ended = true
	}()
	if !m.hurry {
		for !m.harm.over() && ctx.Err() == nil {
			m.harm.within(ctx, 40*time.Second)
			m.spare(ctx)
			all := m.running()
			m.kill(all[m.harm.draw(len(all))])
			m.harm.count("killed")
			m.harm.within(ctx, 3*time.Second)
			m.begins(ctx)
		}
		return
	}
	times := killsOfOne
	if desks > 1 {
		times = killsOfMany
	}
	var after []int
	for range times {
		after = append(after, m.harm.draw(m.harm.all))
	}
	slices.Sort(after)
	for _, n := range after {
		for m.harm.done.Load() < int64(n) && ctx.Err() == nil {
			_ = sleep(ctx, 5*time.Millisecond)
		}
		m.moment(ctx)
		m.fall(ctx, desks)
	}
}

// moment lets an instant come at which desks are killed: any, or one at which it
// matters most, as they ask Slack for something, or as a digest falls due.
func (m *month) moment(ctx context.Context) {
	switch m.harm.draw(3) {
	case 0:
		m.harm.within(ctx, 250*time.Millisecond)
		return
	case 1:
		asked := m.harm.calls.Load()
		for m.harm.calls.Load() == asked && !m.harm.over() && sleep(ctx, time.Millisecond) == nil {
		}
	default:
		due := m.time(0, 9*time.Hour)
		for day := 1; due.Before(*m.target.Load()); day++ {
			due = m.time(day, 9*time.Hour)
		}
		for m.deskNow().Before(due) && !m.harm.over() && sleep(ctx, time.Millisecond) == nil {
		}
	}
	m.harm.within(ctx, 12*time.Millisecond)
}

// fall kills all desks one after the other, and has as many begin anew.
func (m *month) fall(ctx context.Context, desks int) {
	m.t.Helper()
	for n := range desks {
		if n > 0 {
			m.harm.within(ctx, []time.Duration{10, 400}[m.harm.draw(2)]*time.Millisecond)
		}
		m.spare(ctx)
		all := m.running()
		if len(all) == 0 { // it was told why
			return
		}
		m.kill(all[m.harm.draw(len(all))])
		m.harm.count("killed")
	}
	m.expire(ctx)
	var all sync.WaitGroup
	for range desks {
		all.Go(func() { m.begins(ctx) })
	}
	all.Wait()
}

// spare waits while what somebody does at a set time has yet to be done: it may
// come some seconds late, and no later (testdata/month.txt).
func (m *month) spare(ctx context.Context) {
	for ctx.Err() == nil && !m.harm.over() && m.deskNow().Sub(*m.target.Load()) > 3*time.Second {
		_ = sleep(ctx, 20*time.Millisecond)
	}
}

// expire ends the leases of desks that are all dead, once Slack has done with what
// they asked, as half a minute would. A month has no time for many of these; the
// nights' runs wait for each.
func (m *month) expire(ctx context.Context) {
	m.t.Helper()
	_ = m.srv.Until(ctx, func() bool {
		return !slices.ContainsFunc(m.srv.Calls(""), func(c slacktest.Call) bool { return c.Status == 0 && !c.Cut })
	})
	r, err := m.db.ExecContext(ctx, `UPDATE notices SET lease = $1 WHERE state = 'sending'`, time.Now().UnixMicro())
	if err != nil {
		m.t.Errorf("the leases: %v", err)
		return
	}
	if n, _ := r.RowsAffected(); n > 0 {
		m.harm.count("killed with something in hand")
	}
}

// postTimes are the desk's times at which each post was made, by its key.
type postTimes struct {
	mu sync.Mutex
	at map[string]time.Time
}

func (p *postTimes) keep(key string, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at[key] = at
}

func (p *postTimes) of(key string) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at[key]
}

// watch writes down when what is posted, and has one call in 25 go wrong.
func (m *month) watch(c slacktest.Call) slacktest.Fault {
	m.harm.calls.Add(1)
	if key := callKey(c); key != "" {
		m.told.keep(key, m.deskNow())
	}
	m.harm.mu.Lock()
	defer m.harm.mu.Unlock()
	f, name := slacktest.Fault{}, ""
	if m.harm.rng == nil || m.harm.ended {
		return f
	}
	switch kind := m.harm.rng.IntN(400); {
	case c.Method == "chat.postMessage" && kind >= 400-m.harm.cuts:
		f.CutAfter, name = true, "cut after"
	case kind < 1: // a second of peace each
		f.RetryAfter, name = time.Second, "429"
	case kind < 4:
		f.Status, name = 503, "503"
	case kind < 7:
		f.CutBefore, name = true, "cut before"
	case kind < 13:
		f.CutAfter, name = true, "cut after"
	case kind < 16:
		f.Delay, name = time.Duration(m.harm.rng.IntN(int(400*time.Millisecond))), "delayed"
	}
	if name != "" {
		m.harm.counts[name]++
	}
	return f
}

// callKey is the key of what a call posts, "" if it posts nothing.
func callKey(c slacktest.Call) string {
	if c.Method != "chat.postMessage" {
		return ""
	}
	return noticeKey(slacktest.Message{Metadata: json.RawMessage(c.Params.Get("metadata"))})
}
