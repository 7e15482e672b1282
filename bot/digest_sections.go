package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// section is one part of the daily digest. Its title names its threshold as {days}
// and its one status as {status}; its tally is what the root says of so many. Its
// page are rows of it at an instant, the first to deal with first, and how many it
// has in all; its row draws one of them as it is now, with a number for what that
// says.
type section struct {
	name  desk.Section
	title string
	tally func(n int) string
	page  func(t *turn, s desk.Section, at time.Time, offset, limit int) ([]entry, int, error)
	row   func(t *turn, s desk.Section, e entry, at time.Time) (chat.Row, int, error)
}

// entry is a row of a digest: a ticket, with its revision when it was listed, or
// a request.
type entry struct {
	Ticket   desk.TicketID  `json:",omitzero"`
	Revision int            `json:",omitzero"`
	Request  desk.RequestID `json:",omitzero"`
}

// sections are all that a digest can have; the configuration says which and in
// which order.
var sections = []section{
	{desk.StaleClientTest, "{status}, untouched for {days} or more", tally("waits for the client's test too long", "wait for the client's test too long"), stalePage, ticketRow},
	{desk.PressingGoals, "SLA breached and at risk", tally("SLA breached or at risk", "SLA breached or at risk"), stalePage, ticketRow},
	{desk.OpenUrgent, "Urgent and open", tally("urgent and open", "urgent and open"), stalePage, ticketRow},
	{desk.StaleTriage, "In triage for {days} or more", tally("in triage too long", "in triage too long"), stalePage, ticketRow},
	{desk.StaleReady, "Ready, in test or to install for {days} or more", tally("ready, in test or to install too long", "ready, in test or to install too long"), stalePage, ticketRow},
	{desk.StaleWaiting, "Waiting for the client for more than {days}", tally("waits for the client's answer too long", "wait for the client's answer too long"), stalePage, ticketRow},
	{desk.StaleVendor, "Waiting for a vendor for more than {days}", tally("waits for a vendor too long", "wait for a vendor too long"), stalePage, ticketRow},
	{desk.StaleEstimates, "Estimates, for more than {days}", tally("estimate stands still", "estimates stand still"), stalePage, ticketRow},
	{desk.OpenRequests, "Requests waiting for intake", tally("request waits for intake", "requests wait for intake"), requestsPage, requestRow},
}

// sectionOf is the section with the name, false if there is none (any more).
func sectionOf(name desk.Section) (section, bool) {
	n := slices.IndexFunc(sections, func(s section) bool { return s.name == name })
	if n < 0 {
		return section{}, false
	}
	return sections[n], true
}

// titled is the section's title in the desk's words.
func (s section) titled(p *desk.Policy) string {
	status := ""
	if of := p.StatusesOf(s.name); len(of) > 0 {
		status = p.Workflow.Name(of[0])
	}
	return strings.NewReplacer("{status}", status, "{days}", count(p.Digest.After[s.name], "working day")).Replace(s.title)
}

func tally(one, more string) func(int) string {
	return func(n int) string {
		if n == 1 {
			return "1 " + one
		}
		return howMany(n) + " " + more
	}
}

// howMany writes a count of the store's, which ends at its bound.
func howMany(n int) string {
	if n > store.DigestMost {
		return fmt.Sprintf("more than %d", store.DigestMost)
	}
	return fmt.Sprint(n)
}

func stalePage(t *turn, s desk.Section, at time.Time, offset, limit int) ([]entry, int, error) {
	page, err := t.Store.Stale(t.ctx, s, at, offset, limit)
	var es []entry
	for _, tk := range page.Tickets {
		es = append(es, entry{Ticket: tk.Number, Revision: tk.Revision})
	}
	return es, page.Total, err
}

// ticketRow is a ticket of a section. What was done with it since it was listed
// is said; one that the section would not show any more has no buttons but Open.
func ticketRow(t *turn, s desk.Section, e entry, at time.Time) (chat.Row, int, error) {
	tk, err := t.Store.Ticket(t.ctx, e.Ticket)
	if err != nil {
		return chat.Row{}, 0, err
	}
	says := tk.Revision - e.Revision
	did, err := t.didSince(tk, e.Revision)
	if err != nil {
		return chat.Row{}, 0, err
	}
	if !t.p.Shows(s, tk, at) {
		return chat.Row{Text: chat.Join(chat.Say("✓ "), t.subject(tk), did), Actions: t.onlyOpen(tk.Number)}, says, nil
	}
	text := t.subject(tk)
	if s == desk.PressingGoals {
		text = chat.Join(text, chat.Say(" · "), t.pressing(tk))
	}
	if len(t.p.StatusesOf(s)) != 1 {
		st, _ := t.p.Workflow.Status(tk.Status)
		text = chat.Join(text, chat.Say(" · "+sign[st.Stage]+" "+st.Name))
	}
	text = chat.Join(text, chat.Say(" · "+ago(at.Sub(tk.Since))))
	switch touched := tk.Touched(t.p); {
	case !touched.After(tk.Since):
	case touched.Equal(tk.Told):
		text = chat.Join(text, chat.Say(" · last told "), chat.At(touched, chat.Relative))
	default:
		text = chat.Join(text, chat.Say(" · last nudged "), chat.At(touched, chat.Relative))
	}
	if tk.Assignee != 0 {
		text = chat.Join(text, chat.Say(" · "), t.mention(tk.Assignee))
	}
	return chat.Row{Text: chat.Join(text, did), Actions: t.digestActions(tk)}, says, nil
}

// subject is what a row is about: number, sign of urgency, summary, client.
func (t *turn) subject(tk desk.Ticket) chat.Text {
	text := chat.B(tk.Number.String())
	if t.p.Urgent(tk.Priority) {
		text = chat.Join(text, chat.Say(" ▲"))
	}
	whom := t.clientName(tk.Client, false)
	if tk.Kind == desk.Internal {
		whom = "internal"
	}
	return chat.Join(text, chat.Say(fmt.Sprintf(" %s · %s", chat.Cut(string(tk.Summary), 80), whom)))
}

// digestActions are two buttons and a menu of what may be done with the ticket:
// by anybody, or, in an answer to one person, by them.
func (t *turn) digestActions(tk desk.Ticket) []chat.Action {
	var os []desk.Offer
	if t.me.ID != 0 {
		os = desk.Choices(t.p, tk, t.me.ID, t.now)
	} else {
		os = desk.SharedChoices(t.p, tk, t.now)
	}
	open := desk.Offer{Verb: desk.VShow, Ticket: tk.Number, Label: "Open"}
	if t.p.Workflow.Trait(tk.Status) == desk.IsClientTest {
		os = append(whatTheClientSaid(os), open)
	} else {
		first := 1
		if len(os) == 0 || os[0].Verb == desk.VNote || os[0].Verb == desk.VReply { // no way on
			first = 0
		}
		os = slices.Insert(os[:min(len(os), 7)], first, open)
	}
	if len(os) == 3 { // two buttons and a menu of one would be three buttons
		os = os[:2]
	}
	return t.offers(os, tk.Version, onList, nil, 2)
}

// onlyOpen is what is left to press on a row that is dealt with.
func (t *turn) onlyOpen(n desk.TicketID) []chat.Action {
	return []chat.Action{t.button(intent{Verb: desk.VShow, Ticket: n, Place: onList}, "Open", chat.Default)}
}

// whatTheClientSaid are the ways to end or to touch what waits for the client's
// test, in the words of a list of what happened.
func whatTheClientSaid(os []desk.Offer) []desk.Offer {
	var out []desk.Offer
	for _, w := range []struct {
		verb  desk.Verb
		label string
	}{{desk.VConfirm, "Confirmed"}, {desk.VNudge, "Nudged"}, {desk.VCalled, "Called"}, {desk.VBroken, "Still broken"}, {desk.VClose, "Close unconfirmed"}} {
		if n := slices.IndexFunc(os, func(o desk.Offer) bool { return o.Verb == w.verb }); n >= 0 {
			o := os[n]
			o.Label = w.label
			out = append(out, o)
		}
	}
	return out
}

// didSince says what was done with the ticket after a revision, the last three
// commands of it: " · @sdm nudged the client". What anybody wrote is left out.
func (t *turn) didSince(tk desk.Ticket, revision int) (chat.Text, error) {
	if tk.Revision <= revision {
		return nil, nil
	}
	es, err := t.Store.EventsAfter(t.ctx, tk.Number, revision)
	if err != nil {
		return nil, err
	}
	type command struct {
		by  desk.Actor
		at  time.Time
		did []string
	}
	var cs []command
	for _, e := range es {
		if is, did := t.outcome(e); is == "" && did == "" || e.By.Clock && clocked(e.What) {
			continue // goes without saying, or stands there
		}
		did, _, _ := strings.Cut(t.describe(e), ": “")
		if n := len(cs); n > 0 && cs[n-1].by == e.By && cs[n-1].at.Equal(e.At) {
			cs[n-1].did = append(cs[n-1].did, did)
		} else {
			cs = append(cs, command{e.By, e.At, []string{did}})
		}
	}
	var text chat.Text
	for _, c := range cs[max(0, len(cs)-3):] {
		who := chat.Say("the clock")
		if !c.by.Clock {
			who = t.mention(c.by.Member)
		}
		text = chat.Join(text, chat.Say(" · "), who, chat.Say(" "+strings.Join(c.did, ", ")))
	}
	return text, nil
}

func requestsPage(t *turn, _ desk.Section, _ time.Time, offset, limit int) ([]entry, int, error) {
	hs, total, err := t.Store.HandedOpen(t.ctx, offset, limit)
	var es []entry
	for _, h := range hs {
		es = append(es, entry{Request: h.Number})
	}
	return es, total, err
}

func requestRow(t *turn, _ desk.Section, e entry, at time.Time) (chat.Row, int, error) {
	h, err := t.Store.Handed(t.ctx, e.Request)
	if err != nil {
		return chat.Row{}, 0, err
	}
	text := chat.Join(chat.B(h.Number.String()), chat.Say(" "), chat.Words(chat.Cut(string(h.Text), 160)))
	switch h.State {
	case desk.HandedOpen:
		row := chat.Row{Text: chat.Join(text, chat.Say(" · "), t.mention(h.By), chat.Say(" · "+ago(at.Sub(h.At))))}
		if t.me.ID == 0 || t.p.Is(desk.By(t.me.ID), desk.RIntake, desk.Ticket{}, t.now) {
			row.Actions = t.handedActions(h, onList)
		}
		return row, 0, nil
	case desk.HandedDeclined:
		return chat.Row{Text: chat.Join(chat.Say("✓ "), text, chat.Say(" · "), t.mention(h.ByWhom), chat.Say(" declined it"))}, 1, nil
	}
	return chat.Row{Text: chat.Join(chat.Say("✓ "), text, chat.Say(" · "), t.mention(h.ByWhom), chat.Say(" took it in: "+h.Ticket.String())), Actions: t.onlyOpen(h.Ticket)}, 1, nil
}

// clocked reports whether it tells of a goal, which a row shows by itself.
func clocked(f desk.Fact) bool {
	switch f.(type) {
	case desk.GoalAtRisk, desk.GoalBreached:
		return true
	}
	return false
}
