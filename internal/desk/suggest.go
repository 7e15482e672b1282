package desk

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Reason is one part of a suggestion.
type Reason struct {
	Text   string // "impact high"
	Points int
}

// Suggestion is a priority with its reasons, the strongest first. It is shown
// and never applied by itself.
type Suggestion struct {
	Priority PriorityKey
	Score    int
	Reasons  []Reason
}

// urgentFrom is the score from which the most urgent priority is suggested.
const urgentFrom = 60

// Suggest weighs plan, VIP, severity × impact, words, SLA and age (domain.md,
// Prioritize).
func (p *Policy) Suggest(t Ticket, at time.Time) Suggestion {
	var s Suggestion
	add := func(points int, format string, a ...any) {
		if points != 0 {
			s.Reasons = append(s.Reasons, Reason{fmt.Sprintf(format, a...), points})
			s.Score += points
		}
	}
	for _, w := range p.urgentWords(t) {
		add(p.UrgentWords[w], "%q", w)
	}
	level := map[Level]int{Medium: 1, High: 2}
	if t.Severity != "" && t.Impact != "" {
		add(level[t.Severity]*level[t.Impact]*10, "severity %s × impact %s", t.Severity, t.Impact)
	} else {
		add(level[t.Severity]*15, "severity %s", t.Severity)
		add(level[t.Impact]*15, "impact %s", t.Impact)
	}
	if c, ok := p.Clients[t.Client]; ok {
		add(p.PlanWeight(c.Plan), "%s", c.Plan)
		if c.VIP {
			add(20, "VIP")
		}
	}
	add(p.pressing(t, at))
	if days := int(at.Sub(t.Entered).Hours() / 24); days > 0 {
		unit := "days"
		if days == 1 {
			unit = "day"
		}
		add(min(2*days, 20), "waits %d %s", days, unit)
	}
	slices.SortStableFunc(s.Reasons, func(a, b Reason) int { return b.Points - a.Points })
	s.Priority = p.Default
	if s.Score >= urgentFrom {
		for _, pr := range p.Priorities {
			if pr.Urgent {
				s.Priority = pr.Key
				break
			}
		}
	}
	return s
}

// pressing is what the ticket's goals add, and why.
func (p *Policy) pressing(t Ticket, at time.Time) (points int, why string) {
	for _, c := range p.Clocks(t, at) {
		switch {
		case !c.Met.IsZero():
		case c.State == Breach:
			return 20, "SLA breached"
		case c.AtRisk:
			points, why = 10, "SLA at risk"
		}
	}
	return points, why
}

// urgentWords are those of the policy that stand in the ticket's text, sorted.
func (p *Policy) urgentWords(t Ticket) []string {
	text := strings.ToLower(string(t.Summary) + " " + string(t.Description))
	var ws []string
	for w := range p.UrgentWords {
		if i := strings.Index(text, w); i >= 0 && !letterAt(text, i-1) && !letterAt(text, i+len(w)) {
			ws = append(ws, w)
		}
	}
	slices.Sort(ws)
	return ws
}

func letterAt(s string, i int) bool {
	return i >= 0 && i < len(s) && (s[i] >= 'a' && s[i] <= 'z' || s[i] >= '0' && s[i] <= '9')
}

// emergency is an urgent ticket that endangers people or everything: severity
// and impact both high, or a word that weighs 40 or more.
func (p *Policy) emergency(t Ticket) bool {
	return t.Severity == High && t.Impact == High ||
		slices.ContainsFunc(p.urgentWords(t), func(w string) bool { return p.UrgentWords[w] >= 40 })
}

// pushAt is when an unclaimed urgent ticket is pushed to a technician: it waits
// from its priority on, or since it came back to the queue or was released.
func (p *Policy) pushAt(t Ticket) time.Time {
	pr, _ := p.Priority(t.Priority)
	since := t.Prioritized
	for _, at := range []time.Time{t.Since, t.Held} {
		if at.After(since) {
			since = at
		}
	}
	if p.emergency(t) {
		return since.Add(min(pr.Wait, Emergency))
	}
	return since.Add(pr.Wait)
}
