package desk

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// everything a person could give with every argument filled in.
func everything(w *world, t Ticket) []Command {
	cs := []Command{Review{}, Prioritize{Priority: "normal"}, Prioritize{Priority: "urgent"}, DoEstim{}, DoEstim{Hours: 2, Text: "a fuser"}, Approve{}, Decline{"too dear"},
		Clarify{Question: "Which floor?"}, Answer{"The second"}, Withdraw{}, Vendor{"a fuser"}, Schedule{w.now.AddDate(0, 0, 1)}, Start{"waits longest"}, PutBack{"ill"},
		HandOver{level1, "tried two fusers"}, Assign{level1, "tried two fusers"}, Claim{}, Release{"ill"}, Park{}, RealTime{}, Confirm{"call"}, Broken{"still jams"},
		Close{"no answer"}, Reopen{"again"}, Cancel{"withdrawn"}, Duplicate{Of: 1, Why: "same printer"}, Note{Text: "x"}, Nudge{}}
	for _, s := range w.p.Workflow.Statuses {
		for _, as := range []Verb{"", VMove, VDecline, VClose, VConfirm} {
			cs = append(cs, Move{To: s.Key, Why: "because", As: as})
		}
	}
	return cs
}

// leadsTo lists the statuses that the member can bring the ticket to.
func leadsTo(w *world, t Ticket, m MemberID) string {
	var to []StatusKey
	for _, c := range everything(w, t) {
		es, err := Decide(w.p, t, Request{Ticket: t.Number, By: By(m), At: w.now, Do: c, Facts: w.facts(m, t, c)})
		if err != nil {
			continue
		}
		after := t
		for _, e := range es {
			if e.Ticket == t.Number {
				after = after.Apply(e)
			}
		}
		if after.Status != t.Status {
			to = append(to, after.Status)
		}
	}
	slices.Sort(to)
	return strings.Join(strings.Fields(fmt.Sprint(slices.Compact(to))), " ")
}

// TestTable is domain.md's table, in testdata/table.txt: who brings a ticket
// from where to where. tech is the assignee where there is one, tech2 the tester;
// everybody acts in working hours at enforce.
func TestTable(t *testing.T) {
	table, err := os.ReadFile("testdata/table.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, want := range strings.Split(strings.TrimSpace(string(table)), "\n\n") {
		seen++
		lines := strings.Split(want, "\n")
		var kind Kind
		var from StatusKey
		fmt.Sscan(lines[0], &kind, &from)
		t.Run(lines[0], func(t *testing.T) {
			s := newScene(t)
			for _, k := range DialledRules {
				s.dial(k.Rule, Enforce)
			}
			s.opened(Defect) // something to be a duplicate of
			if !s.stand(kind, from) {
				t.Fatal("it never gets there")
			}
			got := []string{lines[0]}
			for _, m := range []MemberID{intake, srm, sdm, tech, tech2, level1, admin, observer, relief, guest} {
				if to := leadsTo(s.world, s.ticket(), m); to != "[]" {
					got = append(got, fmt.Sprintf("  %s: %s", names[m], strings.Trim(to, "[]")))
				}
			}
			if g := strings.Join(got, "\n"); g != want {
				t.Errorf("got\n%s\nwant\n%s", g, want)
			}
		})
	}
	if seen != 17+14+10 { // all statuses; a request has no test and install; an internal ticket no client
		t.Errorf("the table has %d parts", seen)
	}
}
