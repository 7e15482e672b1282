package bot_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deskbell.dev/deskbell/internal/desk"
)

// TestDigestOnBothPlatforms: the digest that comes in the morning can be acted on
// where it stands, on Slack as on the playground.
func TestDigestOnBothPlatforms(t *testing.T) {
	play, err := os.ReadFile("testdata/digest.txt")
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(string(play), "# On Wednesday")
	const morning = `clock 2026-03-04T09:00:00Z

sdm presses Nudged on T-1

sdm presses Nudged on T-1

srm presses Normal on T-2

srm: /ticket prioritize 2 urgent

intake presses Accept`
	run := func(on stage, c *core) string {
		s := newScript(on)
		s.run(before)
		if _, err := c.store.Enqueue(t.Context(), desk.Notice{Key: "digest/" + wednesday, Kind: desk.Post, Place: "channel", What: "digest/" + wednesday, Due: monday.AddDate(0, 0, 2)}); err != nil {
			t.Fatal(err)
		}
		out := ""
		for _, block := range strings.Split(morning, "\n\n") {
			out += block + "\n----\n" + s.line(block) + "\n"
		}
		return out
	}
	web := sqlitePlay(t)
	want := run(web, web.core)
	for _, says := range []string{
		"[desk] Desk digest, Wed 4 Mar: 1 waits for the client's test too long, 1 SLA breached or at risk, 1 in triage too long, 1 request waits for intake. @sdm",
		"[desk, in a thread] \n  Client testing, untouched for 2 working days or more (1)\n  - T-1 Second till · Corner Bakery · 2 days · @tech [Confirmed] [Nudged] [More: Called, Still broken, Open]",
		"[desk] Desk digest, Wed 4 Mar: 1 SLA breached or at risk, 1 in triage too long, 1 request waits for intake. @sdm",
		"  - ✓ T-1 Second till · Corner Bakery · @sdm nudged the client [Open]",
		"  - ✓ T-2 ▲ Slow WiFi · Acme Dental (VIP) · @srm set the priority to Urgent, moved it from Submitted to Approved for action, recorded that resolve is breached, since it is Urgent now [Open]",
		"  - ✓ R-1 Jane wants a new mouse · @intake took it in: T-3 [Open]",
		"[desk] Desk digest, Wed 4 Mar: 2 SLA breached or at risk. @sdm",
	} {
		if !strings.Contains(want, says) {
			t.Errorf("it doesn't say %q:\n%s", says, want)
		}
	}
	slack := newSlackPlay(t, filepath.Join(t.TempDir(), "desk.db"), false)
	same(t, want, run(slack, slack.core))
}
