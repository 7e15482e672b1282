package bot

import (
	"testing"

	"deskbell.dev/deskbell/internal/desk"
)

// TestCommandsHold: every word is there once, in groups that hold no more than 25,
// each field says what it is, and its line leads back to its verb.
func TestCommandsHold(t *testing.T) {
	cs := Commands()
	if len(cs) != 2 || len(cs[0].Words) != len(ticketWords) || len(cs[1].Words) != len(deskWords) {
		t.Fatalf("%d commands", len(cs))
	}
	for _, c := range cs {
		in, names := map[string]int{}, map[string]bool{}
		for _, w := range c.Words {
			place := w.Group
			if place == "" {
				place = w.Name
			}
			if in[place]++; in[place] > 25 || names[w.Group+" "+w.Name] || w.Says == "" {
				t.Errorf("/%s %s %s: %d, %q", c.Name, w.Group, w.Name, in[place], w.Says)
			}
			names[w.Group+" "+w.Name] = true
			for n, f := range w.Fields {
				if f.Says == "" || f.Required && n > 0 {
					t.Errorf("/%s %s: field %+v", c.Name, w.Name, f)
				}
			}
		}
		if len(in) > 25 {
			t.Errorf("/%s has %d words and groups", c.Name, len(in))
		}
	}
	grouped := map[desk.Verb]bool{}
	for _, verbs := range groups {
		for _, v := range verbs {
			if grouped[v] {
				t.Errorf("%s is in two groups", v)
			}
			grouped[v] = true
		}
	}
}
