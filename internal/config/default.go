package config

import "time"

// The addresses of the two platforms, up to and including /api.
const (
	slackAPI   = "https://slack.com/api/"
	discordAPI = "https://discord.com/api"
)

// Default is the configuration of an empty file.
func Default() *File {
	return &File{
		Desk:     Desk{Name: "Deskbell", Zone: "UTC", Calendar: "office"},
		Database: Database{URL: "deskbell.db"},
		HTTP:     HTTP{Listen: "127.0.0.1:8080"},
		Slack:    Slack{APIURL: slackAPI},
		Discord:  Discord{APIURL: discordAPI},
		WIPLimit: 3,
		Priorities: []Priority{
			{Key: "urgent", Name: "Urgent", Guideline: "Work stops for a client now, or safety or data is at risk.", Urgent: true, Wait: time.Hour},
			{Key: "normal", Name: "Normal", Guideline: "Everything else: taken in order.", Default: true},
		},
		Plans:     []Plan{{"Gold", 20}, {"Silver", 10}, {"Bronze", 0}},
		Calendars: map[string]Calendar{"office": {Week: map[string][]string{"mon-fri": {"09:00-17:00"}}}},
		SLA:       SLA{AtRisk: AtRisk{Share: 75, Within: time.Hour}},
		Digest: Digest{
			At: "0 9 * * *", Weekly: "0 9 * * 1",
			Sections:   []string{"client_test", "sla", "urgent", "triage", "ready", "waiting", "vendor", "estimates", "requests"},
			Thresholds: Thresholds{ClientTest: 2, Triage: 1, Ready: 2, Waiting: 3, Estimates: 3},
			WhenEmpty:  "line",
		},
		Rota:     Rota{Day: "monday", At: "09:00"},
		RealTime: RealTime{Allowance: 15 * time.Minute, Nudge: 12 * time.Minute},
		// A desk begins with these two, since without them no request could be
		// accepted and nothing but what is urgent could become ready.
		Categories: Ordered[Category]{
			category("Access", "Account", "Locked out", "New", "Remove"),
			category("Hardware", "Computer", "Broken", "Slow", "Replacement"),
			category("Network", "Connection", "Down", "Slow", "New"),
			category("Software", "Application", "Error", "Question", "Installation"),
			category("Other", "Other", "Other"),
		},
		Clients: []Client{{Name: "Unknown caller", CatchAll: true}},
	}
}

func category(typ, subtype string, items ...string) Entry[Category] {
	return Entry[Category]{typ, Category{Subtypes: Ordered[[]string]{{subtype, items}}}}
}
