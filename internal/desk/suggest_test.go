package desk

import (
	"strings"
	"testing"
	"time"
)

func TestSuggestion(t *testing.T) {
	p := office()
	submittedThen := []Stay{{Status: "submitted", At: at("Thu 2026-02-26 09:00")}}
	for _, c := range []struct {
		t    Ticket
		want PriorityKey
		why  string
	}{
		{Ticket{Summary: "New mouse"}, "normal", ""},
		{Ticket{Summary: "Server room smells of Smoke", Client: acme, Impact: High}, "urgent", `"smoke" 40; impact high 30; Gold 20; VIP 20`},
		{Ticket{Summary: "Smokeless downtown", Client: bright}, "normal", ""}, // whole words only
		{Ticket{Severity: High, Impact: High}, "normal", "severity high × impact high 40"},
		{Ticket{Severity: Medium, Impact: Low}, "normal", ""},
		{Ticket{Severity: Medium, Entered: monday.AddDate(0, 0, -30)}, "normal", "waits 30 days 20; severity medium 15"},
		{Ticket{Client: bright, Entered: at("Thu 2026-02-26 09:00"), Stays: submittedThen}, "normal", "SLA breached 20; waits 4 days 8"},
		{Ticket{Client: bright, Entered: at("Thu 2026-02-26 09:00"), Stays: submittedThen, Responded: monday}, "normal", "waits 4 days 8"},
		{Ticket{Client: bright, Entered: at("Fri 2026-02-27 14:00"), Stays: []Stay{{Status: "submitted", At: at("Fri 2026-02-27 14:00")}}}, "normal", "SLA at risk 10; waits 2 days 4"},
	} {
		if c.t.Entered.IsZero() {
			c.t.Entered = monday
		}
		s := p.Suggest(c.t, monday)
		var why []string
		sum := 0
		for _, r := range s.Reasons {
			why = append(why, r.Text+" "+itoa(r.Points))
			sum += r.Points
		}
		if got := strings.Join(why, "; "); s.Priority != c.want || got != c.why || sum != s.Score {
			t.Errorf("%s: %s for %q (%d), want %s for %q", c.t.Summary, s.Priority, got, s.Score, c.want, c.why)
		}
	}
}

func itoa(n int) string { return strings.TrimPrefix(TicketID(n).String(), "T-") }

func TestExpectedStart(t *testing.T) {
	p := office()
	days := func(n, of int) []int { // n starts on each of so many days of the last 20
		s := make([]int, 20)
		for i := range of {
			s[i] = n
		}
		return s
	}
	fri := at("Fri 2026-03-06 20:00")
	for name, c := range map[string]struct {
		now    time.Time
		ahead  int
		starts []int
		want   string
	}{
		"no history":                {monday, 3, nil, ""},
		"nine starts tell nothing":  {monday, 3, append(days(1, 9), 0), ""},
		"idle most days":            {monday, 3, days(5, 9), ""}, // the median day starts none
		"nothing ahead":             {monday, 0, days(2, 20), "Mon 2026-03-02 10:00"},
		"nothing ahead, closed now": {fri, 0, days(2, 20), "Mon 2026-03-09 09:00"},
		"today still":               {monday, 1, days(2, 20), "Mon 2026-03-02 10:00"},
		"tomorrow":                  {monday, 2, days(2, 20), "Tue 2026-03-03 09:00"},
		"over the weekend":          {fri, 4, days(2, 20), "Tue 2026-03-10 09:00"},
		"half a start a day":        {monday, 1, days(1, 10), "Wed 2026-03-04 09:00"},
	} {
		got := p.ExpectedStart(c.now, c.ahead, c.starts)
		if want := c.want; (want == "") != got.IsZero() || want != "" && !got.Equal(at(want)) {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
