package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/outbox"
	"deskbell.dev/deskbell/store"
)

// slaLine is the clocks on a card, only while they matter and as short as can
// be: what is due next before the end, or how the answer was, and the end.
func (t *turn) slaLine(tk desk.Ticket) chat.Text {
	if t.p.Workflow.Stage(tk.Status) == desk.Done {
		return nil
	}
	clocks := t.p.Clocks(tk, t.now)
	var first *desk.Clock
	for n, c := range clocks {
		matters := c.Goal == desk.GoalRespond || c.Met.IsZero() && c.Goal == desk.GoalPlan
		if matters && (first == nil || !first.Met.IsZero() || c.Due.Before(first.Due)) {
			first = &clocks[n]
		}
	}
	var line chat.Text
	say := func(c desk.Clock) {
		between := " · "
		if line == nil {
			between = "SLA  "
		}
		line = chat.Join(line, chat.Say(between), t.clock(c))
	}
	if first != nil {
		say(*first)
	}
	for _, c := range clocks {
		if c.Goal == desk.GoalResolve {
			say(c)
		}
	}
	return line
}

// pressing is the goal that was breached first, or is due next.
func (t *turn) pressing(tk desk.Ticket) chat.Text {
	var first *desk.Clock
	clocks := t.p.Clocks(tk, t.now)
	for n, c := range clocks {
		switch breached := c.State == desk.Breach; {
		case !c.Met.IsZero() || c.Due.IsZero() && !breached:
		case first == nil, breached && first.State != desk.Breach, breached == (first.State == desk.Breach) && c.Due.Before(first.Due):
			first = &clocks[n]
		}
	}
	if first == nil {
		return nil
	}
	return t.clock(*first)
}

// clock is one goal in words.
func (t *turn) clock(c desk.Clock) chat.Text {
	name := string(c.Goal)
	switch c.State {
	case desk.Met:
		return chat.Say(name + " met in " + worked(c.Used))
	case desk.Void:
		return chat.Say(name + " void")
	case desk.Paused:
		return chat.Say(fmt.Sprintf("%s paused, %s left", name, worked(c.Limit-c.Used)))
	case desk.Breach:
		if !c.Met.IsZero() {
			return chat.Say(fmt.Sprintf("%s breached, met after %s", name, worked(c.Used)))
		}
		if c.Due.IsZero() { // by a goal of before, and not by the present one
			return chat.B(name + " breached")
		}
		return chat.Join(chat.B(name+" breached"), chat.Say(", was due "), chat.At(c.Due, chat.DateTime))
	}
	line := chat.Join(chat.Say(name+" due "), chat.At(c.Due, chat.DateTime))
	if c.AtRisk {
		line = chat.Join(line, chat.Say(" "), chat.B("(at risk)"))
	}
	return line
}

// worked is a span of working time in whole minutes: "2 d 3 h" would leave open
// how long a day is, so it is "51 h 20 m".
func worked(d time.Duration) string {
	h, m := int(d.Hours()), int(d.Minutes())%60
	switch {
	case h == 0 && m == 0:
		return "under a minute"
	case h == 0:
		return fmt.Sprintf("%d m", m)
	case m == 0:
		return fmt.Sprintf("%d h", h)
	}
	return fmt.Sprintf("%d h %d m", h, m)
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return ", since " + why
}

// goalPost tells somebody of a goal that is at risk or breached.
func (t *turn) goalPost(tk desk.Ticket, e desk.Event, what string, goal desk.Goal) (chat.Message, error) {
	clocks := t.p.Clocks(tk, t.now)
	n := slices.IndexFunc(clocks, func(c desk.Clock) bool { return c.Goal == goal })
	if n < 0 || clocks[n].State == desk.Void {
		return chat.Message{}, errOvertaken
	}
	c := clocks[n]
	text := chat.Join(chat.Say(fmt.Sprintf("%s is at risk: %s is due ", tk.Number, goal)), chat.At(c.Due, chat.DateTime), chat.Say("."))
	switch f, breached := e.What.(desk.GoalBreached); {
	case breached && !c.Met.IsZero(): // before anybody could be told
		text = chat.Say(fmt.Sprintf("%s has breached its goal: %s was met only after %s of %s%s.", tk.Number, goal, worked(c.Used), worked(c.Limit), because(f.Why)))
	case breached:
		text = chat.Join(chat.Say(fmt.Sprintf("%s has breached its goal: %s was due ", tk.Number, goal)), chat.At(f.Due, chat.DateTime), chat.Say(because(f.Why)+"."))
	case !c.AtRisk || !c.Met.IsZero():
		return chat.Message{}, errOvertaken
	}
	return chat.Message{Text: text, Card: t.ticketCard(tk, true)}, nil
}

// sla explains a ticket's clocks: each goal, and the ledger, one line a stay in a
// status, whose parts add up to wall time.
func (t *turn) sla(i intent) (chat.Reply, error) {
	tk, err := t.Store.Ticket(t.ctx, i.Ticket)
	if errors.Is(err, store.ErrNotFound) {
		return chat.Reply{}, noTicket(i.Ticket)
	}
	if err != nil {
		return chat.Reply{}, err
	}
	stays := t.stays(tk)
	const size = 12
	page := max(min(i.page(), (len(stays)-1)/size), 0)
	c := &chat.Card{Title: chat.Say(fmt.Sprintf("%s  SLA", tk.Number))}
	clocks := t.p.Clocks(tk, t.now)
	for _, k := range clocks {
		c.Text = chat.Join(c.Text, t.clock(k), chat.Say(fmt.Sprintf(" · used %s of %s\n", worked(k.Used), worked(k.Limit))))
	}
	if len(clocks) == 0 {
		c.Text = chat.Say(t.unpromised(tk) + "\n")
	}
	for _, s := range stays[page*size : min((page+1)*size, len(stays))] {
		c.Text = chat.Join(c.Text, chat.At(s.from, chat.DateTime), chat.Say(" "+t.p.Workflow.Name(s.status)+": "+s.parts()+"\n"))
	}
	var all stay
	for _, s := range stays {
		all.counted, all.off, all.paused = all.counted+s.counted, all.off+s.off, all.paused+s.paused
	}
	c.Text = chat.Join(c.Text, chat.Say("In all "), chat.B(all.parts()), chat.Say(fmt.Sprintf(" = %s since it came in. By the hours of the calendar %s.",
		worked(all.counted+all.off+all.paused), t.p.HoursOf(tk).Name())))
	return t.turned(i, c, page, (page+1)*size < len(stays)), nil
}

// unpromised says why a ticket has no goals.
func (t *turn) unpromised(tk desk.Ticket) string {
	if tk.Kind == desk.Internal {
		return "Nothing is promised for internal tickets."
	}
	return "Nothing is promised for this client's plan and this priority."
}

// stay is a time in one status and what of it counts, in whole minutes of the
// clock, so that the parts add up as they are shown.
type stay struct {
	from                 time.Time
	status               desk.StatusKey
	counted, off, paused time.Duration
}

func (s stay) parts() string {
	var parts []string
	for _, p := range []struct {
		d    time.Duration
		name string
	}{{s.counted, "counted"}, {s.off, "off hours"}, {s.paused, "paused"}} {
		if p.d > 0 {
			parts = append(parts, p.name+" "+worked(p.d))
		}
	}
	if len(parts) == 0 {
		return worked(0)
	}
	return strings.Join(parts, " + ")
}

func (t *turn) stays(tk desk.Ticket) []stay {
	var out []stay
	for _, s := range t.p.Ledger(tk, t.now) {
		if n := len(out); n == 0 || out[n-1].status != s.Status {
			out = append(out, stay{from: s.From, status: s.Status})
		}
		last := &out[len(out)-1]
		d := s.To.Truncate(time.Minute).Sub(s.From.Truncate(time.Minute))
		switch s.Counts {
		case desk.Counted:
			last.counted += d
		case desk.OffHours:
			last.off += d
		default:
			last.paused += d
		}
	}
	return out
}

// besideAnother is how long two configurations may run side by side, as while
// replicas are replaced; one that is gone by then was taken back.
const besideAnother = time.Hour

// remeasure carries the notice that the promises changed one step on; the last
// step tells the channels, if any deadline is another now.
func (b *Bot) remeasure(ctx context.Context, d store.Due) error {
	run, after, changed, ok := desk.Remeasuring(d.What)
	if !ok {
		return fmt.Errorf("%w: no way to do %q", outbox.ErrDead, d.What)
	}
	p, err := b.Store.Policy(ctx)
	if err != nil {
		return err
	}
	version, began, _ := strings.Cut(run, "/")
	if version != p.SLA.Version {
		// A process of another configuration is to measure, if one still runs.
		since, err := strconv.ParseInt(began, 10, 64)
		if err != nil || b.Now().Sub(time.Unix(since, 0)) > besideAnother {
			return outbox.ErrDrop
		}
		return &outbox.Later{After: time.Minute}
	}
	if after > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(store.RemeasurePause):
		}
	}
	done, err := b.Store.Remeasure(ctx, after, store.RemeasureAtOnce, b.Now())
	if err != nil {
		return err
	}
	changed += done.Changed
	next := desk.Remeasure(run, done.Last, changed, b.Now())
	if done.Last == 0 {
		if changed == 0 {
			return nil
		}
		next = desk.Notice{Key: "goals/" + run, Kind: desk.Post, Place: "channel", What: fmt.Sprintf("goals/%d", changed), Due: b.Now()}
	}
	_, err = b.Store.Enqueue(ctx, next)
	return err
}

// slaJSON is the contract's sla of a ticket.
type slaJSON struct {
	Calendar string       `json:"calendar"`
	Paused   bool         `json:"paused"`
	Goals    []goalJSON   `json:"goals"`
	Ledger   []ledgerJSON `json:"ledger"`
}

type goalJSON struct {
	Name  desk.Goal      `json:"name"`
	Goal  float64        `json:"goal_minutes"`
	Used  float64        `json:"used_minutes"`
	Due   *time.Time     `json:"due"`
	State desk.GoalState `json:"state"`
}

type ledgerJSON struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Counted bool      `json:"counted"`
	Why     string    `json:"why"`
}

// slaData is nil where nothing is promised.
func (t *turn) slaData(tk desk.Ticket) *slaJSON {
	clocks := t.p.Clocks(tk, t.now)
	if len(clocks) == 0 {
		return nil
	}
	out := &slaJSON{Calendar: t.p.HoursOf(tk).Name(), Paused: t.p.ClocksStand(tk)}
	for _, c := range clocks {
		g := goalJSON{c.Goal, c.Limit.Minutes(), c.Used.Minutes(), nil, c.State}
		if !c.Due.IsZero() && c.State != desk.Paused {
			due := c.Due.UTC()
			g.Due = &due
		}
		out.Goals = append(out.Goals, g)
	}
	for _, s := range t.p.Ledger(tk, t.now) {
		why := fmt.Sprintf("%s: %s", t.p.Workflow.Name(s.Status), s.Counts)
		out.Ledger = append(out.Ledger, ledgerJSON{s.From, s.To, s.Counts == desk.Counted, why})
	}
	return out
}
