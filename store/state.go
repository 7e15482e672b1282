package store

import (
	"encoding/json"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"deskbell.dev/deskbell/internal/desk"
)

// encodeState is the ticket as its row keeps it: the JSON that encoding/json
// reads back into it. Every command writes one, and encoding/json would take a
// tenth of the writer's time for it; what few tickets have is left to it.
func encodeState(t *desk.Ticket) (string, error) {
	b := buffers.Get().(*[]byte)
	defer buffers.Put(b)
	w := stateWriter{b: append((*b)[:0], '{')}
	w.number("Number", int64(t.Number))
	w.text("Kind", string(t.Kind))
	w.text("Status", string(t.Status))
	w.text("Priority", string(t.Priority))
	w.number("Rank", t.Rank)
	w.number("Client", int64(t.Client))
	w.number("Contact", int64(t.Contact))
	w.text("Agreement", t.Agreement)
	w.object("Category", func() {
		w.text("Type", t.Category.Type)
		w.text("Subtype", t.Category.Subtype)
		w.text("Item", t.Category.Item)
	})
	w.text("Severity", string(t.Severity))
	w.text("Impact", string(t.Impact))
	w.text("CameBy", t.CameBy)
	w.text("Summary", string(t.Summary))
	w.text("Description", string(t.Description))
	w.instant("Entered", t.Entered)
	w.instant("Opened", t.Opened)
	w.number("OpenedBy", int64(t.OpenedBy))
	w.number("HandedBy", int64(t.HandedBy))
	w.number("Request", int64(t.Request))
	w.number("Assignee", int64(t.Assignee))
	w.number("Tester", int64(t.Tester))
	w.number("Worker", int64(t.Worker))
	w.instant("Since", t.Since)
	w.instant("Held", t.Held)
	w.instant("Prioritized", t.Prioritized)
	w.yes("Begun", t.Begun)
	if t.Questions != nil {
		w.other("Questions", t.Questions)
	}
	w.text("Back", string(t.Back))
	if t.Estimate != nil {
		w.other("Estimate", t.Estimate)
	}
	if t.Allowance != nil {
		w.other("Allowance", t.Allowance)
	}
	if t.Nudges != nil {
		w.other("Nudges", t.Nudges)
	}
	w.instant("Snoozed", t.Snoozed)
	w.instant("Scheduled", t.Scheduled)
	w.text("Awaiting", string(t.Awaiting))
	w.instant("Asked", t.Asked)
	if t.Decision != nil {
		w.object("Decision", func() { w.decision(t.Decision) })
	}
	w.number("DuplicateOf", int64(t.DuplicateOf))
	w.yes("Unconfirmed", t.Unconfirmed)
	w.instant("Closed", t.Closed)
	w.number("Linked", int64(t.Linked))
	w.number("Minutes", int64(t.Minutes))
	w.number("Rework", int64(t.Rework))
	w.instant("Told", t.Told)
	if t.Stays != nil {
		w.stays(t.Stays)
	}
	w.instant("Responded", t.Responded)
	w.instant("Planned", t.Planned)
	w.number("AtRisk", int64(t.AtRisk))
	w.number("Breached", int64(t.Breached))
	w.yes("Pushed", t.Pushed)
	w.number("Version", int64(t.Version))
	w.number("Revision", int64(t.Revision))
	w.object("LastBy", func() {
		w.number("Member", int64(t.LastBy.Member))
		w.yes("Clock", t.LastBy.Clock)
	})
	w.instant("LastAt", t.LastAt)
	*b = append(w.b, '}')
	return string(*b), w.err
}

var buffers = sync.Pool{New: func() any { return new([]byte) }}

func (w *stateWriter) decision(d *desk.Decision) {
	w.text("Verb", string(d.Verb))
	w.number("By", int64(d.By))
	w.instant("At", d.At)
	w.number("Version", int64(d.Version))
	w.object("Was", func() {
		w.text("Status", string(d.Was.Status))
		w.text("Priority", string(d.Was.Priority))
		w.number("Rank", d.Was.Rank)
		w.instant("Snoozed", d.Was.Snoozed)
		w.text("Back", string(d.Was.Back))
		w.number("Questions", int64(d.Was.Questions))
		w.number("DuplicateOf", int64(d.Was.DuplicateOf))
		w.instant("Closed", d.Was.Closed)
		w.instant("Since", d.Was.Since)
		w.instant("Prioritized", d.Was.Prioritized)
	})
	w.number("AtRisk", int64(d.AtRisk))
	w.number("Breached", int64(d.Breached))
}

func (w *stateWriter) stays(ss []desk.Stay) {
	w.name("Stays")
	w.b = append(w.b, '[')
	for n, s := range ss {
		if n > 0 {
			w.b = append(w.b, ',')
		}
		w.b = append(w.b, '{')
		w.text("Status", string(s.Status))
		w.instant("At", s.At)
		w.yes("Rework", s.Rework)
		w.yes("Undone", s.Undone)
		w.b = append(w.b, '}')
	}
	w.b = append(w.b, ']')
}

// stateWriter writes an object's fields that are not zero.
type stateWriter struct {
	b   []byte
	err error // the first
}

func (w *stateWriter) name(k string) {
	if w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
	w.b = append(append(append(w.b, '"'), k...), '"', ':')
}

func (w *stateWriter) object(k string, fields func()) {
	w.name(k)
	w.b = append(w.b, '{')
	fields()
	w.b = append(w.b, '}')
}

func (w *stateWriter) number(k string, n int64) {
	if n != 0 {
		w.name(k)
		w.b = strconv.AppendInt(w.b, n, 10)
	}
}

func (w *stateWriter) yes(k string, is bool) {
	if is {
		w.name(k)
		w.b = append(w.b, "true"...)
	}
}

func (w *stateWriter) instant(k string, t time.Time) {
	if t.IsZero() {
		return
	}
	w.name(k)
	b, err := t.AppendText(append(w.b, '"'))
	if err != nil {
		w.fail(err)
		return
	}
	w.b = append(b, '"')
}

func (w *stateWriter) text(k, s string) {
	switch {
	case s == "":
		return
	case !plain(s):
		w.other(k, s)
		return
	}
	w.name(k)
	w.b = append(append(append(w.b, '"'), s...), '"')
}

// plain: s stands in JSON as it is.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == '"' || s[i] == '\\' {
			return false
		}
	}
	return utf8.ValidString(s)
}

func (w *stateWriter) other(k string, v any) {
	w.name(k)
	b, err := json.Marshal(v)
	if err != nil {
		w.fail(err)
	}
	w.b = append(w.b, b...)
}

func (w *stateWriter) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}
