package desk

import (
	"slices"
	"testing"
)

func verbs(os []Offer) (vs []string) {
	for _, o := range os {
		vs = append(vs, o.Label)
	}
	return vs
}

// What people see on a card, the likeliest first.
func TestChoices(t *testing.T) {
	for _, c := range []struct {
		at    StatusKey
		who   MemberID
		first []string
		never []string
	}{
		{"submitted", srm, []string{"Urgent", "Normal"}, []string{"Start", "Real time", "Change priority"}},
		{"submitted", intake, []string{"Need information"}, []string{"Urgent", "Normal", "Decline", "Cancel"}},
		{"submitted", level1, []string{"Real time"}, []string{"Start", "Claim"}},
		{"submitted", observer, nil, []string{"Note", "Ask the SRM"}},
		{"approved", tech, []string{"Start", "Claim"}, []string{"Urgent", "Put back", "Change priority"}},
		{"approved", srm, []string{"Ask client"}, []string{"Start", "Snooze"}},
		{"in_progress", tech, []string{"Ready to test"}, []string{"Start", "Release"}},
		{"ready_to_test", tech2, []string{"Start testing"}, []string{"Take back"}},
		{"in_testing", tech2, []string{"Passed", "Failed"}, []string{"Confirmed"}},
		{"client_testing", sdm, []string{"Confirmed", "Still broken", "Nudge"}, []string{"Close unconfirmed"}},
		{"estimate_ready", intake, []string{"Send to client"}, []string{"Client approved"}},
		{"estimate_pending", intake, []string{"Client approved", "Client declined"}, nil},
		{"waiting_for_client", tech, []string{"Record the answer"}, nil},
		{"completed", srm, []string{"Reopen", "Note"}, []string{"Cancel", "Confirmed"}},
		{"completed", intake, nil, []string{"Categorize", "Need information"}},
	} {
		s := newScene(t)
		s.stand(Defect, c.at)
		got := verbs(Choices(s.p, s.ticket(), c.who, s.now))
		if len(got) < len(c.first) || !slices.Equal(got[:len(c.first)], c.first) {
			t.Errorf("%s for %s begins %v, want %v", c.at, names[c.who], got, c.first)
		}
		for _, l := range c.never {
			if slices.Contains(got, l) {
				t.Errorf("%s for %s has %s: %v", c.at, names[c.who], l, got)
			}
		}
	}
}

// A card that all see shows what anybody could do by their role.
func TestSharedChoices(t *testing.T) {
	s := newScene(t)
	s.stand(Defect, "in_testing")
	shared := verbs(SharedChoices(s.p, s.ticket(), s.now))
	for _, m := range []MemberID{intake, srm, sdm, tech, tech2} {
		for _, l := range verbs(Choices(s.p, s.ticket(), m, s.now)) {
			if !slices.Contains(shared, l) {
				t.Errorf("%s could %s, and the card doesn't say so: %v", names[m], l, shared)
			}
		}
	}
	s.as(tech2).do(Move{To: "ready_to_install"})
	if got := verbs(SharedChoices(s.p, s.ticket(), s.now)); got[0] != "Client testing" {
		t.Errorf("begins with %v", got)
	}
}

// The life of a ticket costs at most six messages that others see (domain.md,
// Manners), and nobody is told of their own doing.
func TestMessagesOfALife(t *testing.T) {
	s := newScene(t).installed()
	s.as(intake).do(Confirm{"call"})
	seen := 0
	for _, n := range s.notices {
		if n.Kind == Post && (n.Place == "channel" || n.Place == "thread") {
			seen++
		}
	}
	if seen > 5 { // and the card itself
		t.Errorf("%d messages: %v", seen, s.told())
	}
	want := []string{"post prompt", "mail prioritized", "post test", "post install", "mail client-test", "mail closed"}
	if got := s.told(); !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
	s.opened(Defect).as(srm).do(Prioritize{Priority: "urgent"})
	for _, n := range s.notices {
		if n.Place == "member:3" && n.What != "prompt" {
			t.Errorf("the SRM is told of their own doing: %+v", n)
		}
	}
}
