package store

import (
	"context"
	"strconv"
	"strings"
	"unicode"
)

const maxTerms = 8 // of a search; more only narrow it further

// Find searches what people wrote: summary, description, notes, answers. A
// ticket is found when each word stands somewhere in it, the last one as a
// beginning; or by its number ("42", "T-42"), which comes first. Open ones come
// before closed ones, newer before older. Nothing that is typed is an error.
func (s *Store) Find(ctx context.Context, words string, offset, limit int) (Page, error) {
	terms := terms(words)
	number := numberIn(words)
	if len(terms) == 0 {
		return Page{}, nil
	}
	quoted := make([]string, len(terms))
	for i, t := range terms {
		quoted[i] = s.e.term(t, i == len(terms)-1)
	}
	return s.page(ctx, findPage, findCount, []any{s.e.list(quoted), number}, offset, limit)
}

// terms splits as the engines' tokenizers do: letters, marks and digits. Nothing
// else is left in a term, so that none can be mistaken for the query's syntax.
func terms(words string) []string {
	ts := strings.FieldsFunc(words, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) })
	return ts[:min(len(ts), maxTerms)]
}

// numberIn is the ticket that the words name, 0 if none.
func numberIn(words string) int64 {
	w := strings.TrimSpace(words)
	if len(w) > 2 && strings.EqualFold(w[:2], "t-") {
		w = w[2:]
	}
	n, err := strconv.ParseInt(w, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
