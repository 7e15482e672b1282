package store_test

import (
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store/storetest"
)

// step is one command of a ticket's life.
type step struct {
	by desk.MemberID // 0 is the clock
	do desk.Command
}

// Lives begin alike: opened and answered, then planned, then started; more is how
// they go on.
func opened(kind desk.Kind, more ...step) []step {
	return append([]step{
		{ann, desk.Open{Kind: kind, Client: storetest.Acme, Contact: storetest.AcmeRuth, Agreement: "care", Severity: desk.Medium, Impact: desk.Low,
			Summary: "the wifi drops", Description: "since this morning, on the second floor; the printers there are gone too"}},
		{ann, desk.Reply{How: "called", Text: "we look into it today"}},
		{ann, desk.Categorize{Category: storetest.Network}},
	}, more...)
}

func planned(kind desk.Kind, more ...step) []step {
	return opened(kind, append([]step{{sam, desk.Prioritize{Priority: "normal"}}}, more...)...)
}

func started(kind desk.Kind, more ...step) []step {
	return planned(kind, append([]step{{tess, desk.Start{}}, {tess, desk.Note{Text: "looked at it with the client; the access point restarts at noon"}}}, more...)...)
}

var (
	ann, sam, tess = storetest.Ann, storetest.Sam, storetest.Tess
	toClient       = desk.Move{To: "client_testing", Why: "a new power supply"}
	tested         = []step{{tess, desk.Move{To: "ready_to_test", Why: "a new power supply"}}, {storetest.Tom, desk.Move{To: "in_testing"}}}

	// openLives end in every open status, and in an urgent ticket.
	openLives = [][]step{
		opened(desk.Defect),
		opened(desk.Service, step{ann, desk.Review{}}),
		opened(desk.Service, step{sam, desk.DoEstim{}}),
		opened(desk.Service, step{sam, desk.DoEstim{}}, step{tess, desk.DoEstim{Hours: 3, Text: "two access points"}}),
		opened(desk.Service, step{sam, desk.DoEstim{}}, step{tess, desk.DoEstim{Hours: 3, Text: "two access points"}}, step{sam, desk.Move{To: "estimate_pending"}}),
		opened(desk.Service, step{ann, desk.Clarify{Question: "which floor?"}}),
		planned(desk.Service),
		planned(desk.Service, step{sam, desk.Schedule{Until: storetest.Monday.AddDate(0, 1, 0)}}),
		opened(desk.Defect, step{sam, desk.Prioritize{Priority: "urgent"}}),
		started(desk.Service),
		started(desk.Defect, tested[:1]...),
		started(desk.Defect, tested...),
		started(desk.Defect, append(tested[:2:2], step{storetest.Tom, desk.Move{To: "ready_to_install"}})...),
		started(desk.Service, step{tess, desk.Vendor{What: "a part"}}),
		started(desk.Defect, step{tess, desk.Move{To: "cannot_replicate", Why: "all restarts"}}),
		started(desk.Service, step{tess, toClient}),
	}
	closedLives = [][]step{
		started(desk.Service, step{tess, toClient}, step{ann, desk.Confirm{How: "call"}}),
		opened(desk.Service, step{ann, desk.Clarify{Question: "which floor?"}}, step{sam, desk.Cancel{Why: "it works again"}}),
		opened(desk.Defect, step{sam, desk.Cancel{Why: "it works again"}}),
	}
)
