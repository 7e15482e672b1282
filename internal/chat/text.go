package chat

import (
	"strings"
	"time"
	"unicode/utf8"
)

// SpanKind says how a platform renders a Span.
type SpanKind string

// The closed set of spans.
const (
	Plain   SpanKind = "plain"
	Bold    SpanKind = "bold"
	Code    SpanKind = "code"
	Quote   SpanKind = "quote" // a person's own words, unaltered
	Link    SpanKind = "link"
	Mention SpanKind = "mention"
	Time    SpanKind = "time"
)

// TimeStyle says what of an instant is shown, always in the reader's zone.
type TimeStyle string

const (
	ShortTime TimeStyle = "time"     // 14:25
	DateTime  TimeStyle = "datetime" // Tue 3 Mar 14:25
	Relative  TimeStyle = "relative" // in 2 h, since Thu; absolute on hover
)

// Span is a piece of text of one kind.
type Span struct {
	Kind SpanKind
	// Text is what is shown: plain text, a link's label, a mention's fallback
	// name. Never markup.
	Text string
	// Ref is a link's URL, or the platform's id of the mentioned user.
	Ref string
	// At and Style are set for Time only.
	At    time.Time
	Style TimeStyle
}

// Text is what a person reads, in order.
type Text []Span

// Say is a Text of one plain span.
func Say(s string) Text { return Text{{Kind: Plain, Text: s}} }

// Join appends the spans of all parts.
func Join(parts ...Text) Text {
	var t Text
	for _, p := range parts {
		t = append(t, p...)
	}
	return t
}

// B is a bold span.
func B(s string) Text { return Text{{Kind: Bold, Text: s}} }

// Words is what a person wrote, as a quotation.
func Words(s string) Text { return Text{{Kind: Quote, Text: s}} }

// At is the instant t, shown in the reader's zone.
func At(t time.Time, style TimeStyle) Text {
	return Text{{Kind: Time, At: t.UTC(), Style: style}}
}

// MentionUser addresses one person; name is shown where the platform cannot.
// It notifies only if the message lists the same user in Message.Notify.
func MentionUser(id, name string) Text {
	return Text{{Kind: Mention, Ref: id, Text: name}}
}

// Flat is t without any styling, its times in zone (UTC if nil): the fallback
// for screen readers and for platforms that show a string.
func (t Text) Flat(zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	var b strings.Builder
	for _, s := range t {
		switch s.Kind {
		case Mention:
			b.WriteString("@" + s.Text)
		case Time:
			b.WriteString(FormatTime(s.At.In(zone), s.Style))
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

// FormatTime writes an instant in its own zone. A Relative time is written as
// DateTime, since a string does not age well.
func FormatTime(t time.Time, style TimeStyle) string {
	if style == ShortTime {
		return t.Format("15:04")
	}
	return t.Format("Mon 2 Jan 15:04")
}

// runes is how long t is without styling.
func (t Text) runes() (n int) {
	for _, s := range t {
		n += utf8.RuneCountInString(s.Text)
	}
	return n
}
