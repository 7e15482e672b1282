package store

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"github.com/google/go-cmp/cmp"
)

// Nothing personal stays in a stored fact, whatever depth it stood at, and all
// of it comes back.
func TestWordsAreApart(t *testing.T) {
	at := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	for _, fact := range []any{
		desk.Opened{Kind: desk.Defect, Summary: "CANARY summary", Description: "CANARY text", Entered: at},
		desk.Noted{Text: "CANARY"},
		desk.Noted{},
		desk.Prioritized{Priority: "urgent", Expected: at},
		desk.ClientAdded{Client: desk.Client{ID: 3, Name: "Acme", Contacts: []desk.Contact{{ID: 1, Name: "CANARY Ruth", Email: "CANARY@acme.example"}, {ID: 2, Phone: "CANARY 555"}}}},
		desk.MemberAdded{Member: desk.Member{ID: 7, Handle: "tess", Name: "CANARY Tess"}},
	} {
		was := reflect.ValueOf(fact).Interface()
		name, body, words, err := encode(fact)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(body, "CANARY") {
			t.Errorf("%s keeps personal text: %s", name, body)
		}
		if d := cmp.Diff(was, fact); d != "" {
			t.Errorf("%s was changed by encoding: %s", name, d)
		}
		fields := map[string]string{}
		for _, w := range words {
			fields[w.field] = w.body
		}
		v, ok := desk.NewFact(name)
		if !ok {
			v, ok = desk.NewDeskFact(name)
		}
		if !ok {
			t.Fatal(name)
		}
		back, err := decode(v, body, fields)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(fact, back); d != "" {
			t.Errorf("%s comes back otherwise: %s", name, d)
		}
	}
}

// Erasing empties what was written and leaves the history whole; the search
// finds it no more.
func TestErasedWordsLeaveHistory(t *testing.T) {
	s, w := openWriter(t)
	err := w.submit(t.Context(), func(t tx) error {
		name, body, words, err := encode(desk.Noted{Text: "secret fuser"})
		return errors.Join(err, t.run(
			do(insertEvent, int64(1), int64(1), int64(1), int64(1), false, name, body),
			do(insertWords, int64(1), int64(1), words[0].field, words[0].salt, words[0].body)))
	})
	if err != nil {
		t.Fatal(err)
	}
	var hits int64
	search := get(func(row) error { hits++; return nil }, &statement{name: "search", sqlite: `SELECT docid FROM words_fts WHERE words_fts MATCH '"fuser"'`})
	if err := s.e.read(t.Context(), search); err != nil || hits != 1 {
		t.Fatalf("%d hits before, %v", hits, err)
	}
	erase := &statement{name: "erase", sqlite: `UPDATE words SET body = '', salt = '' WHERE ticket = 1`}
	if err := w.submit(t.Context(), func(t tx) error { return t.run(do(erase)) }); err != nil {
		t.Fatal(err)
	}
	events, err := s.Events(t.Context(), 1)
	if err != nil || len(events) != 1 || events[0].What != (desk.Noted{}) {
		t.Errorf("history after erasing: %v, %v", events, err)
	}
	hits = 0
	if err := s.e.read(t.Context(), search); err != nil || hits != 0 {
		t.Errorf("%d hits after, %v", hits, err)
	}
}
