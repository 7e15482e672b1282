package store

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"deskbell.dev/deskbell/internal/desk"
)

// TestStateIsTheTicket: what a row keeps is read back as the ticket that it was
// made of, whatever field is set, the one included that somebody adds tomorrow.
func TestStateIsTheTicket(t *testing.T) {
	same := func(t interface{ Fatalf(string, ...any) }, want desk.Ticket) {
		state, err := encodeState(&want)
		if err != nil {
			t.Fatalf("%v", err)
		}
		var got desk.Ticket
		if err := json.Unmarshal([]byte(state), &got); err != nil {
			t.Fatalf("%s: %v", state, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("%s\n%s", state, d)
		}
	}
	for i := range reflect.TypeFor[desk.Ticket]().NumField() {
		var one desk.Ticket
		f := reflect.ValueOf(&one).Elem().Field(i)
		rapid.Check(t, func(r *rapid.T) { fill(r, f); same(r, one) })
	}
	rapid.Check(t, func(r *rapid.T) {
		var all desk.Ticket
		fill(r, reflect.ValueOf(&all).Elem())
		same(r, all)
	})
	var late desk.Ticket
	late.Opened = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)
	if state, err := encodeState(&late); err == nil {
		t.Errorf("an instant that JSON cannot say was written: %s", state)
	}
}

// fill sets v, at any depth, to something that is not zero.
func fill(r *rapid.T, v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.UnixMicro(rapid.Int64Range(1, 1<<52).Draw(r, "at")).UTC()))
	case v.Kind() == reflect.String:
		v.SetString(rapid.OneOf(rapid.StringN(1, 40, -1), rapid.SampledFrom([]string{"a \"b\" \\c", "a\nb\x00", "é — 🛠 \u2028", "<b>&"})).Draw(r, "text"))
	case v.CanInt():
		v.SetInt(rapid.Int64Range(1, 1<<31-1).Draw(r, "number"))
	case v.CanUint():
		v.SetUint(rapid.Uint64Range(1, 255).Draw(r, "set"))
	case v.CanFloat():
		v.SetFloat(rapid.Float64Range(0.25, 1000).Draw(r, "hours"))
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(r, v.Elem())
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(r, v.Index(i))
		}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fill(r, v.Field(i))
		}
	default:
		r.Fatalf("no filling for %s", v.Type())
	}
}
