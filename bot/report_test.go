package bot_test

import (
	"bytes"
	"encoding/json"
	"image/png"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// reported lives a week and has its report due, on Monday morning.
func reported(t *testing.T, on stage, c *core) {
	t.Helper()
	s := newScript(on)
	s.run(strings.Join([]string{
		"intake: /ticket new Till is dead", "intake fills client=Corner Bakery | contact=Olga Brandt | summary=Till is dead | description=Since this morning.",
		"srm: /ticket prioritize 1 urgent", "tech: /ticket start 1", "tech: /ticket time 1 45m",
		"clock +3h", "tech: /ticket move 1 client testing New drawer", "sdm: /ticket confirm 1 call",
		"tech2: /ticket start 1",
		"clock 2026-03-09T09:00:00Z",
	}, "\n\n"))
	if _, err := c.store.Enqueue(t.Context(), desk.Notice{Key: "report/" + reportSlot, Kind: desk.Post, Place: "channel", What: "report/" + reportSlot, Due: monday.AddDate(0, 0, 7)}); err != nil {
		t.Fatal(err)
	}
	s.line("clock +1m")
}

const reportSlot = "2026-03-09T09:00Z"

// TestReport: the root message in the channel, its parts in the thread, each with
// what it tells and two with a picture.
func TestReport(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		p := newPlay(t, url)
		reported(t, p, p.core)
		var root string
		var parts []message
		for _, m := range p.messages("desk", "tech") {
			switch {
			case strings.HasPrefix(m.Text, "Weekly report"):
				root = m.ID
				if want := "Weekly report, Mon 2 Mar 09:00 – Mon 9 Mar 09:00: 1 opened, 1 completed (0 the week before), 0 open. Half of what was completed took up to 3 h."; m.Text != want {
					t.Errorf("the root says %q, want %q", m.Text, want)
				}
			case m.Thread != "" && m.Thread == root:
				parts = append(parts, m)
			}
		}
		var titles []string
		text := ""
		for _, m := range parts {
			titles = append(titles, m.Card.Title)
			text += m.Card.Text + "\n"
		}
		if got := strings.Join(titles, ", "); got != "Flow, Lead time, Rules, Cost of urgency, Time and rota" {
			t.Fatalf("the thread has %s", got)
		}
		for _, says := range []string{
			"Opened 1, completed 1, cancelled 0. The week before: opened 0, completed 0.", "Nothing is being worked on.", "Rework: 0 moves to the left.",
			"From entry to completed, nights and weekends included: half within 3 h, 85 of 100 within 3 h.", "SLA goals breached in this time: respond 1.", "SLA resolve, of what was completed: 1 of 1 met.", "From the first start: half within 3 h",
			"Done with a warning, which enforce would have refused: complete-before-close 1, definition-of-ready 1.",
			"1 ticket became urgent: Corner Bakery 1.", "No work in progress was interrupted for it.",
			"Logged: 45 m on clients' tickets, 0 h on internal ones.", "On no ticket: 119 h 15 m of the 120 h that 3 technicians had.",
			"Intake was there for all 40 h of working time: @intake 40 h.",
		} {
			if !strings.Contains(text, says) {
				t.Errorf("it doesn't say %q:\n%s", says, text)
			}
		}
		for n, alt := range map[int]string{
			0: "Tickets by stage, 9 Feb – 9 Mar, stacked, with what was done since at the bottom. At first: triage 0, ready 0, active 0, waiting 0, done 0. In the end: triage 0, ready 0, active 0, waiting 0, done 1.",
			1: "Lead times of the 1 ticket that were completed in 9 Feb – 9 Mar, each at its day: half took up to 3 h, 85 of 100 up to 3 h.",
		} {
			url, got := p.image(parts[n].ID)
			if got != alt {
				t.Errorf("picture %d tells %q, want %q", n, got, alt)
			}
			w := httptest.NewRecorder()
			r := httptest.NewRequest("GET", "http://127.0.0.1"+url, nil)
			r.RemoteAddr = "127.0.0.1:5555"
			p.http.ServeHTTP(w, r)
			shown, err := png.Decode(w.Body)
			if w.Code != http.StatusOK || err != nil || shown.Bounds().Dx() != 1080 || shown.Bounds().Dy() != 810 {
				t.Errorf("picture %d: %d %v", n, w.Code, err)
			}
		}
	})
}

// image is where a message's picture is, and what it tells.
func (p *play) image(id string) (url, alt string) {
	var ms []struct {
		ID   string
		Card *struct {
			Image *struct{ URL, Alt string }
		}
	}
	p.call("GET", "/api/messages?in=desk&as=tech", nil, &ms)
	for _, m := range ms {
		if m.ID == id && m.Card != nil && m.Card.Image != nil {
			return m.Card.Image.URL, m.Card.Image.Alt
		}
	}
	return "", ""
}

// TestReportOnSlack: the pictures are uploaded once, also where Slack takes a
// while to look at them, and a missing permission costs the pictures alone.
func TestReportOnSlack(t *testing.T) {
	for _, c := range []struct {
		name     string
		slow     int
		scopes   []string
		pictures int
	}{
		{"at once", 0, nil, 2},
		{"a moment later", 2, nil, 2},
		{"never looked at", 1000, nil, 0},
		{"nothing can be uploaded", 0, nil, 0},
		{"without files:write", 0, []string{"app_mentions:read", "channels:history", "channels:read", "chat:write", "commands", "groups:history", "groups:read", "im:history", "im:write", "users:read"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newSlackPlay(t, filepath.Join(t.TempDir(), "desk.db"), false)
			p.srv.SlowFiles(c.slow)
			if c.scopes != nil {
				p.srv.SetScopes(c.scopes)
			}
			if c.name == "nothing can be uploaded" {
				p.srv.Fault(func(c slacktest.Call) slacktest.Fault {
					if c.Method == "files.getUploadURLExternal" {
						return slacktest.Fault{Status: 503}
					}
					return slacktest.Fault{}
				})
			}
			reported(t, p, p.core)
			for range 10 {
				p.move(map[string]string{"advance": "1m"})
			}
			root, pictures, told := "", 0, ""
			seen := map[string]int{}
			for _, m := range p.srv.Messages(slackDesk, slackID("tech")) {
				if strings.HasPrefix(m.Text, "Weekly report") {
					root = m.TS
				} else if root != "" && m.ThreadTS == root {
					told += m.Text + "\n"
					seen[m.Text]++
					pictures += shownFiles(t, p.srv, m)
				}
			}
			if pictures != c.pictures || len(seen) != 5 {
				t.Errorf("%d pictures in %d replies, want %d in 5", pictures, len(seen), c.pictures)
			}
			if up := len(p.srv.Calls("files.completeUploadExternal")); c.pictures > 0 && up != c.pictures {
				t.Errorf("uploaded %d times", up)
			}
			for text, n := range seen {
				if n != 1 {
					t.Errorf("%d times: %s", n, text)
				}
			}
			if !strings.Contains(told, "Tickets by stage, 9 Feb – 9 Mar, stacked") {
				t.Errorf("nothing tells what the picture tells: %s", told)
			}
		})
	}
}

// shownFiles counts the pictures of a message that are whole and say what they
// tell.
func shownFiles(t *testing.T, srv *slacktest.Server, m slacktest.Message) (n int) {
	t.Helper()
	var blocks []struct {
		Type string
		Alt  string              `json:"alt_text"`
		File struct{ ID string } `json:"slack_file"`
	}
	if err := json.Unmarshal(m.Blocks, &blocks); err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks {
		if b.Type != "image" {
			continue
		}
		f, ok := srv.File(b.File.ID)
		if _, err := png.Decode(bytes.NewReader(f.Bytes)); !ok || err != nil || b.Alt == "" || f.Alt != b.Alt {
			t.Errorf("picture %+v: %v, alt %q", b, err, f.Alt)
			continue
		}
		n++
	}
	return n
}

// TestReportNamesAWeek: which time /desk report is of.
func TestReportNamesAWeek(t *testing.T) {
	p := sqlitePlay(t)
	p.move(map[string]string{"to": "2026-03-05T12:00:00Z"})
	p.opened("Printer jams")
	p.move(map[string]string{"to": "2026-03-11T12:00:00Z"}) // a Wednesday
	for words, want := range map[string]string{
		"":           "Report, Wed 4 Mar 12:00 – Wed 11 Mar 12:00: 1 opened, ",
		"week":       "Report, Mon 9 Mar 00:00 – Wed 11 Mar 12:00: 0 opened, ",
		"last week":  "Report, Mon 2 Mar – Sun 8 Mar: 1 opened, ",
		"2026-03-08": "Report, Mon 2 Mar – Sun 8 Mar: 1 opened, ",
		"2026-03-09": "Report, Mon 9 Mar 00:00 – Wed 11 Mar 12:00: 0 opened, ",
		"2020-01-06": "Reports go back a year.",
		"2026-03-16": "That week has yet to come.",
		"nonsense":   "Which week? Name a day in it:",
		"2026-02-30": "Which week? Name a day in it:",
	} {
		r := p.say("observer", strings.TrimSpace("/desk report "+words))
		if r.Message == nil || !strings.HasPrefix(r.Message.Text, want) || r.Message.To != "observer" {
			t.Errorf("%q: %+v, want %q", words, r.Message, want)
		}
	}
	r := p.say("observer", "/desk report")
	pictures := r.Message.Card.Actions[0]
	p.press("observer", r.Message.ID, pictures.Action, pictures.Value)
	p.move(map[string]string{"advance": "1s"})
	if got := p.news("dm-observer", "observer"); len(got) != 2 || !strings.HasPrefix(got[0], "\nFlow") || !strings.HasPrefix(got[1], "Lead time: there is nothing to draw for") {
		t.Errorf("the pictures are %q", got)
	}
}

// TestCoverageIsOfThen: who was intake is told by the rota as it was, also after it
// was changed.
func TestCoverageIsOfThen(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		p := newPlay(t, url)
		p.move(map[string]string{"to": "2026-03-04T09:00:00Z"})
		p.step("admin", "/desk rota set intake2 intake")
		p.move(map[string]string{"to": "2026-03-09T09:00:00Z"})
		told := ""
		for _, f := range p.say("srm", "/desk report last week").Message.Card.Fields {
			told += f.Value + "\n"
		}
		if want := "Intake was there for all 40 h of working time: @intake2 24 h, @intake 16 h."; !strings.Contains(told, want) {
			t.Errorf("it doesn't say %q:\n%s", want, told)
		}
	})
}
