package desk

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"testing/quick"
	"time"
	"unicode"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for in, want := range map[Text]Text{
		" Don't \"quote\" me ":       "Don't \"quote\" me",
		"a\r\nb\tc\rd\x00e":          "a\nb\tcde",
		"gpj.\u202Eexe":              "gpj.exe",
		"\uFEFFx\u200E\u2066y\u2069": "xy",
		"\xff\xfe":                   "",
		"👩‍👩‍👧":                      "👩‍👩‍👧",
		"ä öü":                       "ä öü",
	} {
		if got := Clean(in, 100); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := Clean("äöü xyz", 4); got != "äöü" {
		t.Errorf("cut to %q", got)
	}
	if got := CleanLine("one\n two\t\u2028three ", 100); got != "one two three" {
		t.Errorf("a line: %q", got)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "x", "\x00", "a\r\n b", "\u202Eabc", "\xed\xa0\x80", strings.Repeat("ä ", 99)} {
		f.Add(s, 10)
	}
	f.Fuzz(func(t *testing.T, s string, max int) {
		if max < 0 || max > 1000 {
			max = 100
		}
		for _, got := range []Text{Clean(Text(s), max), CleanLine(Text(s), max)} {
			switch {
			case !utf8.ValidString(string(got)), utf8.RuneCountInString(string(got)) > max, strings.TrimSpace(string(got)) != string(got):
				t.Fatalf("%q: %q", s, got)
			case Clean(got, max) != got:
				t.Fatalf("%q: not the same cleaned again: %q", s, got)
			}
			for _, r := range string(got) {
				if unicode.IsControl(r) && r != '\n' && r != '\t' || r >= 0x202A && r <= 0x202E {
					t.Fatalf("%q: %U stays", s, r)
				}
			}
		}
		if l := CleanLine(Text(s), max); strings.ContainsAny(string(l), "\n\t") {
			t.Fatalf("%q: more than a line: %q", s, l)
		}
	})
}

// TestFactsAreWrittenAndReadBack: each fact, filled with anything, is the same
// after JSON, by its name.
func TestFactsAreWrittenAndReadBack(t *testing.T) {
	for name, typ := range facts {
		v, ok := NewFact(name)
		if !ok || NameOf(v.Elem().Interface()) != name {
			t.Fatalf("%s: not by its name", name)
		}
		roundTrip(t, name, typ)
	}
	for name, typ := range deskFacts {
		if _, ok := NewDeskFact(name); !ok {
			t.Fatalf("%s: not by its name", name)
		}
		roundTrip(t, name, typ)
	}
	if _, ok := NewFact("OfANewerProgram"); ok {
		t.Error("knows what it cannot know")
	}
}

func roundTrip(t *testing.T, name string, typ reflect.Type) {
	t.Helper()
	same := func(seed int64) bool {
		v := reflect.New(typ).Elem()
		fill(v, seed)
		b, err := json.Marshal(v.Interface())
		back := reflect.New(typ)
		return err == nil && json.Unmarshal(b, back.Interface()) == nil && reflect.DeepEqual(v.Interface(), back.Elem().Interface())
	}
	if err := quick.Check(same, &quick.Config{MaxCount: 20}); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// fill sets every field to something that depends on the seed.
func fill(v reflect.Value, seed int64) {
	seed = seed % 1000
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(seed*1000, 0).UTC()))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), seed+int64(i))
		}
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), seed)
		fill(v.Index(1), seed+1)
	case v.Kind() == reflect.String:
		v.SetString(strings.Repeat("ä", int(seed&3)))
	case v.Kind() == reflect.Bool:
		v.SetBool(seed%2 == 0)
	case v.Kind() == reflect.Float64:
		v.SetFloat(float64(seed) / 4)
	case v.CanInt():
		v.SetInt(seed)
	}
}
