package slack

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"deskbell.dev/deskbell/internal/chat"
)

// drawer draws for one audience.
type drawer struct {
	zone *time.Location
	// pings are the users whom a mention may ping; nil in what one person alone
	// sees, where a mention pings nobody and may be live for all.
	pings map[string]bool
}

// audience of a message: a private one pings nobody.
func (p *Platform) audience(m chat.Message) drawer {
	d := drawer{zone: p.cfg.Zone}
	if !m.Private {
		d.pings = map[string]bool{}
		for _, id := range m.Notify {
			d.pings[id] = true
		}
	}
	return d
}

// dateFormats are Slack's, which shows them in the reader's zone.
// Source: docs.slack.dev/messaging/formatting-message-text, Date formatting.
var dateFormats = map[chat.TimeStyle]string{
	chat.ShortTime: "{time}",
	chat.DateTime:  "{date_short_pretty} {time}",
	chat.Relative:  "{ago}",
}

// rich is t as the elements of a rich-text block. Words that stand on a line of
// their own become a quotation.
func (d drawer) rich(t chat.Text) []slack.RichTextElement {
	var out []slack.RichTextElement
	var line []slack.RichTextSectionElement
	flush := func() {
		if len(line) > 0 {
			out = append(out, slack.NewRichTextSection(line...))
			line = nil
		}
	}
	fresh := true // at the beginning of a line
	for n := 0; n < len(t); n++ {
		s := t[n]
		text := clean(s.Text)
		if s.Kind == chat.Quote && fresh && text != "" && (n+1 == len(t) || strings.HasPrefix(t[n+1].Text, "\n")) {
			flush()
			out = append(out, &slack.RichTextQuote{Type: slack.RTEQuote, Elements: []slack.RichTextSectionElement{literal(text, nil)}})
			if n+1 < len(t) { // its line ends by itself
				next := t[n+1]
				next.Text = next.Text[1:]
				t = append(append(chat.Text{}, t[:n+1]...), append(chat.Text{next}, t[n+2:]...)...)
			}
			continue
		}
		if e := d.element(s); e != nil {
			line = append(line, e)
			fresh = strings.HasSuffix(text, "\n")
		}
	}
	flush()
	return out
}

func literal(text string, style *slack.RichTextSectionTextStyle) *slack.RichTextSectionTextElement {
	return slack.NewRichTextSectionTextElement(clean(text), style)
}

// clean is s without what is no text: bytes that are none, and control
// characters. What turns the direction of writing is turned back at its end, so
// that it stays with the words it came with.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
	if !strings.ContainsAny(s, turns+isolates) {
		return s
	}
	var open []rune // what ends each turn that still holds
	for _, r := range s {
		switch {
		case r == '\n':
			open = nil // a paragraph ends them
		case strings.ContainsRune(turns, r):
			open = append(open, endTurn)
		case strings.ContainsRune(isolates, r):
			open = append(open, endIsolate)
		case (r == endTurn || r == endIsolate) && len(open) > 0 && open[len(open)-1] == r:
			open = open[:len(open)-1]
		}
	}
	slices.Reverse(open)
	return s + string(open)
}

// Characters that turn the direction of writing.
// Source: Unicode Standard Annex #9.
const (
	turns      = "\u202a\u202b\u202d\u202e"
	endTurn    = '\u202c'
	isolates   = "\u2066\u2067\u2068"
	endIsolate = '\u2069'
)

// idShape is what a person's id looks like, in organizations too.
var idShape = regexp.MustCompile(`^[UW][A-Z0-9]+$`)

// opens reports whether a link may be one; what else it could be stays text.
func opens(address string) bool {
	u, err := url.Parse(address)
	if err != nil || len(address) > 3000 {
		return false
	}
	switch u.Scheme {
	case "http", "https":
		return u.Host != ""
	case "mailto", "tel":
		return u.Opaque != ""
	}
	return false
}

// format is Slack's of a style.
func format(s chat.TimeStyle) string {
	if f, ok := dateFormats[s]; ok {
		return f
	}
	return dateFormats[chat.DateTime]
}

// element is a span, nil for an empty one.
func (d drawer) element(s chat.Span) slack.RichTextSectionElement {
	switch s.Kind {
	case chat.Mention:
		if idShape.MatchString(s.Ref) && (d.pings == nil || d.pings[s.Ref]) {
			return slack.NewRichTextSectionUserElement(s.Ref, nil)
		}
		return literal("@"+s.Text, nil)
	case chat.Time:
		fallback := chat.FormatTime(s.At.In(d.zone), s.Style)
		return slack.NewRichTextSectionDateElement(s.At.Unix(), format(s.Style), nil, &fallback)
	case chat.Link:
		if opens(s.Ref) {
			return slack.NewRichTextSectionLinkElement(s.Ref, clean(s.Text), nil)
		}
		s.Text = strings.TrimSpace(s.Text + " " + s.Ref)
	}
	if clean(s.Text) == "" {
		return nil
	}
	switch s.Kind {
	case chat.Bold:
		return literal(s.Text, &slack.RichTextSectionTextStyle{Bold: true})
	case chat.Code:
		return literal(s.Text, &slack.RichTextSectionTextStyle{Code: true})
	case chat.Quote:
		return literal(s.Text, &slack.RichTextSectionTextStyle{Italic: true})
	}
	return literal(s.Text, nil)
}

// fallback is t for notifications and screen readers: escaped, so that nothing
// in it is live but the dates.
func (d drawer) fallback(t chat.Text) string {
	var b strings.Builder
	for _, s := range t {
		switch s.Kind {
		case chat.Time:
			fmt.Fprintf(&b, "<!date^%d^%s|%s>", s.At.Unix(), format(s.Style), escape(chat.FormatTime(s.At.In(d.zone), s.Style)))
		case chat.Mention:
			b.WriteString("@" + escape(s.Text))
		case chat.Link:
			b.WriteString(escape(strings.TrimSpace(s.Text + " " + s.Ref)))
		default:
			b.WriteString(escape(s.Text))
		}
	}
	return b.String()
}

var (
	escaper   = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	unescaper = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
)

// escape keeps s from being read as Slack's markup of mentions and links.
func escape(s string) string { return escaper.Replace(clean(s)) }

// unescape is what a person typed: entities resolved, links as their address.
// Mentions stay as they are, for the words that name a member or a channel.
func unescape(s string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "<")
		b.WriteString(unescaper.Replace(before))
		if !ok {
			return b.String()
		}
		inner, after, ok := strings.Cut(rest, ">")
		if !ok {
			b.WriteString("<" + unescaper.Replace(rest))
			return b.String()
		}
		if strings.HasPrefix(inner, "@") || strings.HasPrefix(inner, "#") {
			b.WriteString("<" + inner + ">")
		} else {
			b.WriteString(unescaper.Replace(linked(inner)))
		}
		s = after
	}
}

// linked is what stands in angle brackets, as it was typed: "mailto:a@b|a@b" is
// a@b, "!here" is @here.
func linked(inner string) string {
	ref, label, labelled := strings.Cut(inner, "|")
	switch {
	case strings.HasPrefix(ref, "!subteam^") && labelled:
		return label
	case strings.HasPrefix(ref, "!date^") && labelled:
		return label
	case strings.HasPrefix(ref, "!"):
		return "@" + strings.TrimPrefix(ref, "!")
	case strings.HasPrefix(ref, "mailto:") || strings.HasPrefix(ref, "tel:"):
		_, plain, _ := strings.Cut(ref, ":")
		return plain
	case labelled && strings.Contains(ref, "://"+label): // a name that Slack made a link of
		return label
	}
	return ref
}
