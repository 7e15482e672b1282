package desk

// What the tests open, and how a ticket gets where they need it.

var jam = Open{Kind: Defect, Client: acme, Contact: anna, Agreement: "Support 2026", CameBy: "phone",
	Summary: "Printer won't print", Description: "Since 9, everybody on floor 2."}

// kindOf is jam as another kind.
func kindOf(k Kind) Open {
	o := jam
	o.Kind = k
	if k == Internal {
		o.Client, o.Contact, o.Agreement = 0, 0, ""
	}
	return o
}

// opened is one more ticket of the kind, categorized, and so ready to be
// prioritized.
func (s *scene) opened(k Kind) *scene {
	s.Helper()
	s.as(intake).do(kindOf(k), Categorize{Category: printer})
	return s
}

// approved is one more prioritized ticket.
func (s *scene) approved(k Kind) *scene {
	s.Helper()
	s.opened(k).as(srm).do(Prioritize{Priority: "normal"})
	return s
}

// started is one more ticket that tech works on.
func (s *scene) started(k Kind) *scene {
	s.Helper()
	s.approved(k).as(tech).do(Start{})
	return s
}

// installed is a defect that went all the way to the client's test.
func (s *scene) installed() *scene {
	s.Helper()
	s.started(Defect).as(tech).do(Move{To: "ready_to_test", Why: "fuser changed"})
	s.as(tech2).do(Move{To: "in_testing"}, Move{To: "ready_to_install"})
	s.as(tech).do(Move{To: "client_testing", Why: "fuser in"})
	return s
}

// stand brings one more ticket of the kind to the status; false if its kind
// never gets there.
func (s *scene) stand(k Kind, at StatusKey) bool {
	s.Helper()
	if k == Internal && (at == "estimate_pending" || at == "waiting_for_client" || at == "client_testing" || at == "cannot_replicate") {
		return false
	}
	if k != Defect && (at == "ready_to_test" || at == "in_testing" || at == "ready_to_install") {
		return false
	}
	switch at {
	case "submitted":
		s.opened(k)
	case "in_review":
		s.opened(k).as(srm).do(Review{})
	case "needs_estimate":
		s.opened(k).as(srm).do(DoEstim{})
	case "estimate_ready":
		s.opened(k).as(srm).do(DoEstim{}, DoEstim{Hours: 3, Text: "new fuser"})
	case "estimate_pending":
		s.opened(k).as(srm).do(DoEstim{}, DoEstim{Hours: 3, Text: "new fuser"}, Move{To: "estimate_pending"})
	case "approved":
		s.approved(k)
	case "scheduled":
		s.approved(k).as(srm).do(Schedule{s.now.AddDate(0, 0, 7)})
	case "in_progress":
		s.started(k)
	case "ready_to_test":
		s.started(k).as(tech).do(Move{To: at, Why: "fuser changed"})
	case "in_testing":
		s.started(k).as(tech).do(Move{To: "ready_to_test", Why: "fuser changed"})
		s.as(tech2).do(Move{To: at})
	case "ready_to_install":
		s.started(k).as(tech).do(Move{To: "ready_to_test", Why: "fuser changed"})
		s.as(tech2).do(Move{To: "in_testing"}, Move{To: at})
	case "waiting_for_client":
		s.started(k).as(tech).do(Clarify{Question: "Which floor?"})
	case "waiting_for_vendor":
		s.started(k).as(tech).do(Vendor{"A fuser, by Friday"})
	case "cannot_replicate":
		s.started(k).as(tech).do(Move{To: at, Why: "printed ten pages"})
	case "client_testing":
		if k == Defect {
			s.installed()
		} else {
			s.started(k).as(tech).do(Move{To: at, Why: "set up"})
		}
	case "completed":
		if k == Internal {
			s.started(k).as(tech).do(Move{To: at, Why: "done"})
		} else if s.stand(k, "client_testing") {
			s.as(intake).do(Confirm{"call"})
		}
	case "cancelled":
		s.opened(k).as(srm).do(Cancel{"declined"})
	}
	s.is(at)
	return true
}
