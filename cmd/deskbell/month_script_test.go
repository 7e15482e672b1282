package main

import (
	"context"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// act is a line of the script.
type act struct {
	at        time.Time
	who, what string
}

var (
	actLine   = regexp.MustCompile(`^(\d+) (\d\d:\d\d:\d\d) +(\w+) +(.*)$`)
	number    = regexp.MustCompile(`(R?)#(\d+)`)
	timeOfDay = regexp.MustCompile(`\{(\d+) (\d\d:\d\d)\}`)
)

// script is testdata/month.txt, once for each month.
func (m *month) script() []act {
	m.t.Helper()
	text, err := os.ReadFile("testdata/month.txt")
	if err != nil {
		m.t.Fatal(err)
	}
	var acts []act
	most := map[string]int{}
	for n := range m.months {
		base := map[string]int{"": most[""], "R": most["R"]}
		for _, line := range strings.Split(string(text), "\n") {
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			f := actLine.FindStringSubmatch(line)
			if f == nil {
				m.t.Fatalf("no act: %s", line)
			}
			what := number.ReplaceAllStringFunc(f[4], func(s string) string {
				p := number.FindStringSubmatch(s)
				k, _ := strconv.Atoi(p[2]) // digits
				most[p[1]] = max(most[p[1]], base[p[1]]+k)
				dash := map[string]string{"R": "R-"}[p[1]]
				return dash + strconv.Itoa(base[p[1]]+k)
			})
			what = timeOfDay.ReplaceAllStringFunc(what, func(s string) string {
				p := timeOfDay.FindStringSubmatch(s)
				return m.of(n, p[1], p[2]+":00").Format("2006-01-02 15:04")
			})
			acts = append(acts, act{m.of(n, f[1], f[2]), f[3], what})
			if k := len(acts) - 1; k > 0 && !acts[k].at.After(acts[k-1].at) {
				m.t.Fatalf("not after what is before it: %s", line)
			}
		}
	}
	return acts
}

// of is a time of a day of the n-th month.
func (m *month) of(n int, day, clock string) time.Time {
	m.t.Helper()
	d, err := strconv.Atoi(day)
	of, err2 := time.Parse(time.TimeOnly, clock)
	if err != nil || err2 != nil {
		m.t.Fatalf("no time: %s %s", day, clock)
	}
	return m.time(n*monthDays+d, of.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)))
}

// tries is how often something is sent until nobody believes any more that it
// comes to be saved.
const tries = 60

// act has somebody do something, until the desk has saved it: what comes of no
// answer is sent again as it was.
func (m *month) act(ctx context.Context, a act) {
	m.t.Helper()
	x := m.begin(a)
	if x == nil {
		var sees []string
		for _, msg := range m.direct(a.who) {
			sees = append(sees, msg.Text)
		}
		m.t.Fatalf("%s cannot do %q: it is %s, and they read %q", a.who, a.what, m.deskNow(), sees)
	}
	for n := 0; ; n++ {
		if n == tries || ctx.Err() != nil {
			m.t.Fatalf("%s never got through with %q", a.who, a.what)
		}
		err := x.Wait(ctx)
		soon, cancel := context.WithTimeout(ctx, 2*time.Second)
		saved := m.saved(soon, x, err == nil)
		cancel()
		if saved {
			m.refused(a, x)
			break
		}
		m.harm.count("sent again")
		_ = sleep(ctx, 50*time.Millisecond)
		x = x.Again()
	}
	// Whole minutes stand in the script's favour for so long (testdata/month.txt).
	if late := m.deskNow().Sub(a.at); late > 14*time.Second {
		m.t.Errorf("%q was done %s after its time: this machine is too slow to compare what comes of it", a.what, late.Round(time.Second))
	}
}

// begin does it for the first time.
func (m *month) begin(a act) *slacktest.Delivery {
	m.t.Helper()
	u := m.srv.User(slackID(a.who))
	what, private := strings.CutPrefix(a.what, "in private ")
	if label, words, ok := strings.Cut(strings.TrimPrefix(what, "presses "), ": "); ok && strings.HasPrefix(what, "presses ") {
		l := &life{m.workspace}
		msg, ok := l.in(a.who, label, words)()
		if !ok {
			for _, c := range m.srv.Messages(digestChannel, slackID(a.who)) {
				if has(c, label) && strings.Contains(c.Text, words) {
					msg, ok = c, true
				}
			}
		}
		if !ok {
			return nil
		}
		action, value, _ := button(msg.Blocks, label)
		return u.Press(msg, action, value)
	}
	if n, words, ok := strings.Cut(strings.TrimPrefix(what, "says under "), ": "); ok && strings.HasPrefix(what, "says under ") {
		card, ok := m.cardOf(n)
		if !ok {
			return nil
		}
		before := len(m.srv.Deliveries())
		u.Say(deskChannel, card.TS, words)
		for _, x := range m.srv.Deliveries()[before:] {
			if e, is := x.Payload["event"].(map[string]any); is && e["text"] == words {
				return x
			}
		}
		return nil
	}
	where := deskChannel
	if private {
		if m.srv.DM(slackID(a.who)) == "" {
			u.OpenHome()
		}
		where = m.srv.DM(slackID(a.who))
	}
	command, rest, _ := strings.Cut(what, " ")
	return u.Slash(where, command, rest)
}

// saved waits until the delivery's outcome stands in the books, at once where
// nobody answered.
func (m *month) saved(ctx context.Context, x *slacktest.Delivery, answered bool) bool {
	key := keyOf(x)
	if x.Kind == "event" {
		key = x.EventID
	}
	for {
		n := 0
		// A request to swap is a notice with the delivery's key in its own.
		err := m.db.QueryRow(`SELECT (SELECT count(*) FROM deliveries WHERE key = $1) + (SELECT count(*) FROM notices WHERE key LIKE $2)`,
			"slack/"+key, "swap/%/slack/"+key+"/%").Scan(&n)
		if err != nil {
			m.t.Errorf("what became of %s: %v", key, err)
		}
		if n > 0 || !answered || sleep(ctx, 20*time.Millisecond) != nil {
			return n > 0
		}
	}
}

// refused fails if the desk refused what the script does.
func (m *month) refused(a act, x *slacktest.Delivery) {
	m.t.Helper()
	var outcome string
	if err := m.db.QueryRow(`SELECT coalesce(max(outcome), '') FROM deliveries WHERE key = $1`, "slack/"+keyOf(x)).Scan(&outcome); err != nil {
		m.t.Error(err)
	}
	if strings.Contains(outcome, `"no":`) {
		m.t.Errorf("%s, %s: %s was refused: %s", a.at, a.who, a.what, outcome)
	}
}
