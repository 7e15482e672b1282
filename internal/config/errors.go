package config

import (
	"fmt"
	"regexp"
	"strings"
)

// Error is a configuration that cannot be accepted: what is wrong, where, and
// how to mend it. It never shows a secret.
type Error struct {
	File string // or the environment variable that said it
	// Line and Column count from 1; 0 where the place is not in a file.
	Line, Column int
	Text         string
	Excerpt      string // the line of the file, secrets redacted

	path string // "$.desk.members[2].roles[0]"; a key itself ends in "~"
	// Of a text value what is wrong may begin within it: at this column of it.
	value  string
	inside int
}

func (e *Error) Error() string {
	s := e.File
	if e.Line > 0 {
		s += fmt.Sprintf(":%d:%d", e.Line, e.Column)
	}
	if s != "" {
		s += ": "
	}
	if s += e.Text; e.Excerpt == "" {
		return s
	}
	number := fmt.Sprintf("%5d | ", e.Line)
	return fmt.Sprintf("%s\n%s%s\n%s^", s, number, e.Excerpt, strings.Repeat(" ", len(number)+e.Column-1))
}

// at says what is wrong with the value at a path like "$.desk.members[2].zone",
// or with the key itself if the path ends in "~". Parse and Load make a file's
// line and column of it. What looks like a secret is not told.
func at(path, format string, a ...any) error {
	return &Error{path: path, Text: secretText.ReplaceAllString(fmt.Sprintf(format, a...), redacted)}
}

// within is at for what begins at a column of the text at the path, from 1.
func within(path, text string, column int, format string, a ...any) error {
	return &Error{path: path, value: text, inside: column, Text: fmt.Sprintf(format, a...)}
}

// The secrets of the file, by key, and what looks like one wherever it stands:
// a misspelt key is when the line is shown.
var (
	secretKey  = regexp.MustCompile(`(?i)([\w-]*(?:token|secret|password|url)[\w-]*["']?\s*[:=]\s*).+`)
	secretText = regexp.MustCompile(`\bx(?:ox[a-z]|app)-[^\s"']+|[^\s"']*://[^\s"']*@[^\s"']*`)
	keyAlone   = regexp.MustCompile(`(?i)^[-\s]*[\w-]*(?:token|secret|password|url)[\w-]*["']?\s*:`)
)

// excerpt is a line of the source, without secrets. A line inside a longer
// secret is not shown at all.
func excerpt(source string, line int) string {
	lines := strings.Split(source, "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	indent := func(s string) int { return len(s) - len(strings.TrimLeft(s, " \t-")) }
	here := indent(lines[line-1])
	for up := line - 2; up >= 0 && here > 0; up-- {
		if l := lines[up]; strings.TrimSpace(l) != "" && indent(l) < here {
			if here = indent(l); keyAlone.MatchString(l) {
				return ""
			}
		}
	}
	s := secretKey.ReplaceAllString(lines[line-1], "${1}"+redacted)
	s = secretText.ReplaceAllString(s, redacted)
	s = strings.Map(func(r rune) rune {
		if r == '\t' {
			return ' ' // so that the caret stands below
		}
		return r
	}, strings.TrimRight(s, "\r"))
	if r := []rune(s); len(r) > 160 {
		s = string(r[:160]) + "…"
	}
	return s
}

// nearest is the word that s was likely meant to be, "" if none is near.
func nearest(s string, words []string) string {
	best, least := "", len(s)/3+2
	for _, w := range words {
		if d := distance(strings.ToLower(s), w); d < least {
			best, least = w, d
		}
	}
	return best
}

// distance is Levenshtein's.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := before
			if a[i] != b[j] {
				change++
			}
			before, row[j+1] = row[j+1], min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// suggest ends a sentence: the word that was likely meant, or all there are.
func suggest(s string, words []string) string {
	if w := nearest(s, words); w != "" {
		return fmt.Sprintf("did you mean %q?", w)
	}
	if len(words) == 0 {
		return "there are none"
	}
	return "there are: " + strings.Join(words, ", ")
}
