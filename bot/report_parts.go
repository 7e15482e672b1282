package bot

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/report"
)

// weekPart is one reply of a report: name tells it from the others; picture, if
// any, draws its picture, nil if there is nothing to draw.
type weekPart struct {
	name, title string
	text        chat.Text
	offers      []desk.Offer
	picture     func(week) (*chat.Image, error)
}

// weekParts are all, in the order to read.
func (t *turn) weekParts(w week) []weekPart {
	return []weekPart{
		{"flow", "Flow", lines(t.flowLines(w)), t.openOldest(w), t.flowPicture},
		{"lead", "Lead time", lines(t.leadLines(w)), nil, t.leadPicture},
		{"rules", "Rules", lines(ruleLines(w)), []desk.Offer{{Verb: vRules, Label: "Rules"}}, nil},
		{"urgent", "Cost of urgency", lines(t.urgentLines(w)), nil, nil},
		{"time", "Time and rota", lines(t.timeLines(w)), []desk.Offer{{Verb: vRota, Label: "Rota"}}, nil},
	}
}

func lines(ls []chat.Text) chat.Text {
	var out chat.Text
	for n, l := range ls {
		if n > 0 {
			out = append(out, chat.Say("\n")...)
		}
		out = append(out, l...)
	}
	return out
}

func say(format string, args ...any) chat.Text { return chat.Say(fmt.Sprintf(format, args...)) }

// daysOf is the time that is reported: "Mon 2 Mar – Sun 8 Mar", or with the hours.
func (t *turn) daysOf(w week) string {
	from, to := w.From.In(t.p.Zone), w.To.In(t.p.Zone)
	if from.Hour() == 0 && from.Minute() == 0 && to.Hour() == 0 && to.Minute() == 0 { // whole days
		return from.Format("Mon 2 Jan") + " – " + to.AddDate(0, 0, -1).Format("Mon 2 Jan")
	}
	return from.Format("Mon 2 Jan 15:04") + " – " + to.Format("Mon 2 Jan 15:04")
}

// weekLine is the report in one line.
func (t *turn) weekLine(w week) string {
	line := fmt.Sprintf("%d opened, %d completed (%d the week before), %d open.", w.Opened, w.Completed, w.Before.Completed, w.Open)
	if w.Lead.N > 0 {
		line += " Half of what was completed took up to " + ago(w.Lead.Median) + "."
	}
	return line
}

func (t *turn) flowLines(w week) []chat.Text {
	in := fmt.Sprintf("Opened %d", w.Opened)
	if w.Internal > 0 {
		in += fmt.Sprintf(" (%d internal)", w.Internal)
	}
	done := fmt.Sprintf("completed %d", w.Completed)
	if w.Unconfirmed > 0 {
		done += fmt.Sprintf(" (%d without the client's word)", w.Unconfirmed)
	}
	ls := []chat.Text{say("%s, %s, cancelled %d. The week before: opened %d, completed %d.", in, done, w.Cancelled, w.Before.Opened, w.Before.Completed)}
	for _, u := range w.Work {
		line, oldest := fmt.Sprintf("%s %s: %d", sign[desk.Active], t.p.Workflow.Name(u.Status), u.N), ago(w.To.Sub(u.Since))
		if u.N == 1 {
			ls = append(ls, say("%s, %s, for %s.", line, u.Oldest, oldest))
		} else {
			ls = append(ls, say("%s, for %s at the median; the oldest, %s, for %s.", line, ago(u.Age.Median), u.Oldest, oldest))
		}
	}
	if len(w.Work) == 0 {
		ls = append(ls, chat.Say("Nothing is being worked on."))
	}
	return append(ls, say("Rework: %s to the left.", count(w.Rework, "move")))
}

// openOldest opens what has been worked on the longest.
func (t *turn) openOldest(w week) []desk.Offer {
	if len(w.Work) == 0 {
		return nil
	}
	u := slices.MinFunc(w.Work, func(a, b report.Under) int { return a.Since.Compare(b.Since) })
	return []desk.Offer{{Verb: desk.VShow, Ticket: u.Oldest, Label: "Open " + u.Oldest.String()}}
}

func (t *turn) leadLines(w week) []chat.Text {
	var breaches []string
	for _, g := range []desk.Goal{desk.GoalRespond, desk.GoalPlan, desk.GoalResolve} {
		if n := w.Breached[g]; n > 0 {
			breaches = append(breaches, fmt.Sprintf("%s %d", g, n))
		}
	}
	var ls []chat.Text
	if len(breaches) > 0 {
		ls = append(ls, chat.Say("SLA goals breached in this time: "+strings.Join(breaches, ", ")+"."))
	}
	if w.Completed == 0 {
		return append([]chat.Text{chat.Say("Nothing was completed.")}, ls...)
	}
	ls = append([]chat.Text{say("From entry to completed, nights and weekends included: half within %s, 85 of 100 within %s.%s", ago(w.Lead.Median), ago(w.Lead.P85), beforeWas(w.Before.Lead))}, ls...)
	if w.Cycle.N > 0 {
		ls = append(ls, say("From the first start: half within %s, 85 of 100 within %s.%s", ago(w.Cycle.Median), ago(w.Cycle.P85), beforeWas(w.Before.Cycle)))
	}
	for _, g := range []desk.Goal{desk.GoalRespond, desk.GoalPlan, desk.GoalResolve} {
		if k := w.Goals[g]; k.Met+k.Breached > 0 {
			ls = append(ls, say("SLA %s, of what was completed: %d of %d met.", g, k.Met, k.Met+k.Breached))
		}
	}
	return ls
}

func beforeWas(s report.Spread) string {
	if s.N == 0 {
		return ""
	}
	return fmt.Sprintf(" The week before: %s and %s.", ago(s.Median), ago(s.P85))
}

func ruleLines(w week) []chat.Text {
	refused, warned := byRule(w.Refused), byRule(w.Warned)
	if refused+warned == "" {
		return []chat.Text{chat.Say("No rule had to say no.")}
	}
	var ls []chat.Text
	if refused != "" {
		ls = append(ls, chat.Say("Refused: "+refused+"."))
	}
	if warned != "" {
		ls = append(ls, chat.Say("Done with a warning, which enforce would have refused: "+warned+"."))
	}
	return ls
}

// byRule lists the counts of the twelve rules, the most first; what else was refused,
// a word that was mistyped or a stale button, is nobody's business.
func byRule(n map[desk.Rule]int) string {
	var parts []string
	known := map[desk.Rule]bool{}
	for _, r := range desk.DialledRules {
		known[r.Rule] = true
	}
	for _, r := range slices.SortedFunc(maps.Keys(n), func(a, b desk.Rule) int { return cmp.Or(n[b]-n[a], cmp.Compare(a, b)) }) {
		if known[r] {
			parts = append(parts, fmt.Sprintf("%s %d", r, n[r]))
		}
	}
	return strings.Join(parts, ", ")
}

// urgentLines are what urgent work cost (domain.md, Urgent lane).
func (t *turn) urgentLines(w week) []chat.Text {
	u := w.Urgent
	if u.Made+u.Starts == 0 {
		return []chat.Text{chat.Say("Nothing became urgent.")}
	}
	line := count(u.Made, "ticket") + " became urgent"
	if len(u.Clients) > 0 {
		var from []string
		for _, c := range u.Clients[:min(3, len(u.Clients))] {
			from = append(from, fmt.Sprintf("%s %d", t.p.Clients[c.Client].Name, c.N))
		}
		line += ": " + strings.Join(from, ", ")
		if len(u.Clients) > 3 {
			line += " and others"
		}
	}
	ls := []chat.Text{chat.Say(line + ".")}
	if u.Starts == 0 {
		return append(ls, chat.Say("No work in progress was interrupted for it."))
	}
	stood := "which stood for " + worked(u.Held) + " of working time"
	if u.Longest != 0 {
		stood += fmt.Sprintf("; %s cost the most, %s", u.Longest, worked(u.For))
	}
	return append(ls, say("%s interrupted %s in progress, %s.", count(u.Starts, "urgent start"), count(u.Interrupted, "ticket"), stood))
}

// urgencyCost is what urgent work interrupted in the last seven days, nothing if it
// did not.
func (t *turn) urgencyCost() (chat.Text, error) {
	from := t.now.AddDate(0, 0, -7)
	starts, err := t.Store.Interruptions(t.ctx, from, t.now)
	if err != nil || len(starts) == 0 {
		return nil, err
	}
	c := report.Collect(t.p, from, t.now, starts)
	for _, e := range starts {
		tk, err := t.Store.Ticket(t.ctx, e.Ticket)
		if err != nil {
			return nil, err
		}
		c.Add(tk)
	}
	ls := t.urgentLines(week{Figures: c.Figures()})
	return chat.Join(chat.Say("In seven days "), ls[len(ls)-1]), nil
}

func (t *turn) timeLines(w week) []chat.Text {
	ls := []chat.Text{say("Logged: %s on clients' tickets, %s on internal ones.", hours(w.Time.Client), hours(w.Time.Internal))}
	if w.Time.Technicians > 0 {
		ls = append(ls, say("On no ticket: %s of the %s that %s had.", hours(w.Time.Unticketed), hours(w.Time.Present), count(w.Time.Technicians, "technician")))
	}
	percent := int(report.InternalShare * 100)
	switch {
	case t.p.Dial(desk.TimeOnTickets) == desk.Off:
	case len(w.Time.Beyond) == 0:
		ls = append(ls, say("Nobody had more than %d %% of the week on internal tickets.", percent))
	default:
		line := say("More than %d %% of the week on internal tickets: ", percent)
		for n, b := range w.Time.Beyond {
			if n > 0 {
				line = append(line, chat.Say(", ")...)
			}
			line = chat.Join(line, t.mention(b.Member), say(" %s (%.0f %%)", hours(b.Time), b.Share*100))
		}
		ls = append(ls, line)
	}
	line := chat.Say("Intake was there for " + ofAll(w.Rota.Intake, w.Rota.Working))
	for n, s := range w.Rota.By {
		line = chat.Join(line, chat.Say(map[bool]string{true: ": ", false: ", "}[n == 0]), t.mention(s.Member), chat.Say(" "+hours(s.Time)))
	}
	return append(ls, chat.Join(line, chat.Say(".")), say("An SRM or a deputy was there for %s.", ofAll(w.Rota.SRM, w.Rota.Working)))
}

func ofAll(part, all time.Duration) string {
	if part == all {
		return "all " + hours(all) + " of working time"
	}
	return hours(part) + " of the " + hours(all) + " of working time"
}

// hours is worked, with 0 for nothing.
func hours(d time.Duration) string {
	if d == 0 {
		return "0 h"
	}
	return worked(d)
}

var stageNames = map[desk.Stage]string{desk.Triage: "Triage", desk.Ready: "Ready", desk.Active: "Active", desk.Waiting: "Waiting", desk.Done: "Done"}

func (t *turn) flowPicture(w week) (*chat.Image, error) {
	if len(w.Days) == 0 {
		return nil, nil
	}
	span := t.pictured(w)
	png, ok, err := report.FlowPicture(w.Days, t.p.Zone, "Tickets by stage, "+span, "tickets", stageNames)
	if err != nil || !ok {
		return nil, err
	}
	at := func(d report.Day) string {
		var parts []string
		for _, s := range []desk.Stage{desk.Triage, desk.Ready, desk.Active, desk.Waiting, desk.Done} {
			parts = append(parts, fmt.Sprintf("%s %d", strings.ToLower(stageNames[s]), d.N[s]))
		}
		return strings.Join(parts, ", ")
	}
	first, last := w.Days[0], w.Days[len(w.Days)-1]
	return &chat.Image{Name: "flow.png", PNG: png, Alt: fmt.Sprintf("Tickets by stage, %s, stacked, with what was done since at the bottom. At first: %s. In the end: %s.", span, at(first), at(last))}, nil
}

func (t *turn) leadPicture(w week) (*chat.Image, error) {
	s := report.LeadsOf(w.Done)
	if s.N == 0 {
		return nil, nil
	}
	span := t.pictured(w)
	png, _, err := report.LeadPicture(w.Done, w.To.Add(-report.History), w.To, t.p.Zone, report.LeadWords{
		Title: "Lead times, " + span, Up: "from entry to completed", Normal: "normal", Urgent: "urgent",
		Median: "half: " + ago(s.Median), P85: "85 %: " + ago(s.P85)})
	return &chat.Image{Name: "lead.png", PNG: png, Alt: fmt.Sprintf("Lead times of the %s that were completed in %s, each at its day: half took up to %s, 85 of 100 up to %s.",
		count(s.N, "ticket"), span, ago(s.Median), ago(s.P85))}, err
}

// pictured is the time that a report's pictures show.
func (t *turn) pictured(w week) string {
	return w.To.Add(-report.History).In(t.p.Zone).Format("2 Jan") + " – " + w.To.In(t.p.Zone).Format("2 Jan")
}
