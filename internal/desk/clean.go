package desk

import (
	"strings"
	"unicode"
)

// Longest accepted texts, in runes. A title must fit a card on every platform.
const (
	MaxSummary     = 150
	MaxText        = 3000
	MaxDescription = 10000
)

// Clean drops what no reader should meet in somebody's words: NUL and other
// control characters save newline and tab, bidirectional overrides, and
// surrogate halves; then trims, and cuts to max runes. The bot refuses text
// that is too long before it gets here; the cut is the last defence.
func Clean(s Text, max int) Text {
	s = Text(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r == unicode.ReplacementChar,
			r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E, r == 0x200F, r == 0xFEFF:
			return -1
		}
		return r
	}, strings.ReplaceAll(string(s), "\r\n", "\n")))
	s = Text(strings.TrimSpace(string(s)))
	if r := []rune(string(s)); len(r) > max {
		s = Text(strings.TrimSpace(string(r[:max])))
	}
	return s
}

// CleanLine is Clean for one line: line breaks and runs of space become one
// space.
func CleanLine(s Text, max int) Text {
	return Clean(Text(strings.Join(strings.Fields(string(Clean(s, 4*max))), " ")), max)
}
