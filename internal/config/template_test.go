package config

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// What init writes is the defaults, and nothing else.
func TestTemplateIsTheDefault(t *testing.T) {
	f, err := Parse("deskbell.yaml", Template)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Default(), f, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the template says something else than the default (-default +template):\n%s", diff)
	}
}

// Every key stands in the template, those of list items in its comments.
func TestTemplateHasEveryKey(t *testing.T) {
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Slice, reflect.Map:
			walk(typ.Elem())
		case reflect.Struct:
			for i := range typ.NumField() {
				f := typ.Field(i)
				if key := f.Tag.Get("yaml"); key != "" && !strings.Contains(string(Template), key+":") {
					t.Errorf("%s.%s: the key %q is not in the template", typ, f.Name, key)
				}
				walk(f.Type)
			}
		}
	}
	walk(reflect.TypeFor[File]())
}

// The commented examples can be taken as they stand: each belongs to the empty
// key below it.
func TestTemplateExamples(t *testing.T) {
	var out, examples []string
	for line := range strings.SplitSeq(string(Template), "\n") {
		indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
		if example, ok := strings.CutPrefix(line, indent+"#   "); ok {
			examples = append(examples, indent+"  "+example)
			continue
		}
		if strings.HasPrefix(line, indent+"#") {
			continue
		}
		if key := strings.TrimRight(line, " []{}"); key != line && len(examples) > 0 {
			out, line = append(append(out, key), examples...), ""
		}
		examples, out = nil, append(out, line)
	}
	text := strings.Join(out, "\n")
	f, err := Parse("examples.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if len(f.Desk.Members) != 1 || len(f.Workflow.Statuses) != 1 || len(f.Workflow.Transitions) != 2 {
		t.Errorf("not every example was taken: %+v", f)
	}
	_, client, _ := strings.Cut(string(Template), "\n# {name: Example Ltd")
	client, _, _ = strings.Cut(client, "\nclients:")
	client = "clients:\n  - {name: Example Ltd" + strings.ReplaceAll(client, "\n#", "\n   ")
	if f, err = Parse("client.yaml", []byte(client)); err != nil || len(f.Clients) != 1 || len(f.Clients[0].Contacts) != 1 {
		t.Errorf("the client in full: %v\n%s", err, client)
	}
}
