package discord

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"deskbell.dev/deskbell/internal/chat"
)

// timeStyles are Discord's, which shows them in the reader's zone.
// Source: docs.discord.com/developers/reference, Timestamp Styles.
var timeStyles = map[chat.TimeStyle]string{chat.ShortTime: "t", chat.DateTime: "f", chat.Relative: "R"}

// idShape is what Discord's ids look like.
var idShape = regexp.MustCompile(`^[0-9]{1,20}$`)

// markdown is t in Discord's Markdown. Words that stand on a line of their own
// become a quotation.
func markdown(t chat.Text) string {
	var b strings.Builder
	for n, s := range t {
		text := clean(s.Text)
		switch s.Kind {
		case chat.Bold:
			b.WriteString(marked("**", text))
		case chat.Code:
			b.WriteString(codeSpan(text))
		case chat.Quote:
			alone := (b.Len() == 0 || strings.HasSuffix(b.String(), "\n")) && (n+1 == len(t) || strings.HasPrefix(t[n+1].Text, "\n"))
			if !alone || text == "" {
				b.WriteString(escape(text))
				continue
			}
			for i, line := range strings.Split(text, "\n") {
				if i > 0 {
					b.WriteByte('\n')
				}
				b.WriteString("> " + escape(line))
			}
		case chat.Link:
			if target, ok := linkable(s.Ref); ok {
				fmt.Fprintf(&b, "[%s](<%s>)", escape(text), target)
			} else {
				b.WriteString(escape(text))
			}
		case chat.Mention:
			if idShape.MatchString(s.Ref) {
				b.WriteString("<@" + s.Ref + ">")
			} else {
				b.WriteString(escape("@" + text))
			}
		case chat.Time:
			fmt.Fprintf(&b, "<t:%d:%s>", s.At.Unix(), timeStyles[s.Style])
		default:
			b.WriteString(escape(text))
		}
	}
	return b.String()
}

// marked puts marks round the text of each line, since none reaches over one.
func marked(mark, text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if inner := strings.TrimSpace(l); inner != "" { // marks hold to what is not a space
			at := strings.Index(l, inner)
			lines[i] = l[:at] + mark + escape(inner) + mark + l[at+len(inner):]
		}
	}
	return strings.Join(lines, "\n")
}

// codeSpan is text as code, or plain where a backtick of its own would end that:
// nothing escapes one there.
func codeSpan(text string) string {
	if text == "" || strings.ContainsAny(text, "`\n") {
		return escape(text)
	}
	return "`" + text + "`"
}

// special is what Markdown gives a meaning to, anywhere or at a line's beginning.
const special = "\\`*_~|[]()<>#-+@:.!"

// escape makes all of the text words: each character that may mean something else
// stands behind a backslash, but for those between two letters or digits that mean
// nothing there.
func escape(text string) string {
	var b strings.Builder
	before := '\n'
	for i, r := range text {
		if strings.ContainsRune(special, r) && !harmless(r, before, text[i+utf8.RuneLen(r):]) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}

// harmless reports whether the character means nothing where it stands: what only
// begins a line does not within one, and what parts words or ends a sentence is
// left as it is.
func harmless(r, before rune, rest string) bool {
	next, _ := utf8.DecodeRuneInString(rest)
	switch r {
	case '#', '+', '-':
		// "-# " is small print, "- " an item, "# " a heading: at a line's beginning.
		return before != '\n' && !unicode.IsSpace(before)
	case '.', '!':
		return r == '.' && !unicode.IsDigit(before) || r == '!' && next != '['
	case ':':
		return next != '/' && !unicode.IsLetter(next) // an address, an emoji's name
	case '(', ')':
		return true // nothing without the brackets, which are escaped
	}
	return false
}

// linkable is an address that a link may lead to, without what would end it.
func linkable(ref string) (string, bool) {
	u, err := url.Parse(ref)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.ContainsAny(u.Host, "<>") {
		return "", false
	}
	return strings.NewReplacer("<", "%3C", ">", "%3E", " ", "%20").Replace(ref), true
}

// clean is text without control characters, but for line ends, and without bytes
// that are no text.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\r' || unicode.IsControl(r) && r != '\n' && r != '\t' || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
}
