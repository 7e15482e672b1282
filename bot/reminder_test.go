package bot_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// At the end of their day technicians are reminded of work without time, in one
// message, with the form one press away; who has logged it is not.
func TestTimeNotLogged(t *testing.T) {
	p, at := scheduled(t)
	at("2026-03-02 09:00")
	for _, l := range []string{"/ticket new", "form client=Acme Dental|contact=Jane Porter|summary=Printer jams|description=Again."} {
		p.step("intake", l)
	}
	p.step("srm", "/ticket prioritize 1 urgent")
	p.step("tech", "/ticket start 1")
	p.step("level1", "/ticket real-time Till is dead")
	p.step("level1", "form client=Acme Dental|contact=Jane Porter|summary=Till is dead|description=Now.")
	at("2026-03-02 15:59")
	if got := strings.Join(p.news("dm-tech", "tech"), "\n"); strings.Contains(got, "logged") {
		t.Errorf("before the end of the day tech is told %q", got)
	}
	at("2026-03-02 16:00")
	mine := last(p.news("dm-tech", "tech"))
	if want := "\nTime that you have not logged yet (1)\n\n- T-1 ▲ Printer jams · Acme Dental (VIP) · begun Mon 2 Mar 09:00 [Log time] [Open]"; mine != want {
		t.Errorf("tech is told %q, want %q", mine, want)
	}
	if told := strings.Join(p.news("dm-level1", "level1"), "\n"); !strings.Contains(told, "Time that you have not logged yet (1)\n\n- T-2 Till is dead") {
		t.Errorf("level1 is told %q", told)
	}
	if got := p.news("dm-tech2", "tech2"); len(got) != 0 {
		t.Errorf("who did nothing is told %q", got)
	}
	ms := p.messages("dm-tech", "tech")
	r := p.press("tech", ms[len(ms)-1].ID, ms[len(ms)-1].Card.Rows[0].Actions[0].Action, "")
	if r.Form == nil {
		t.Fatalf("no form: %+v", r)
	}
	p.submit("tech", r.Form.ID, map[string]string{"minutes": "40", "text": "new roller"})
	before := len(p.messages("dm-tech", "tech"))
	at("2026-03-02 16:30")
	if n := len(p.messages("dm-tech", "tech")); n != before {
		t.Errorf("told again the same day")
	}
	// The next day it is still in hand, and has no time of that day.
	at("2026-03-03 16:00")
	if mine := last(p.news("dm-tech", "tech")); !strings.Contains(mine, "- T-1 ▲ Printer jams · Acme Dental (VIP) · in hand, and no time of today [Log time]") {
		t.Errorf("the next day tech is told %q", mine)
	}
	p.step("tech", "/ticket time 1 10m")
	p.step("tech", "/ticket move 1 client testing new roller")
	before = len(p.messages("dm-tech", "tech"))
	at("2026-03-04 16:00")
	if n := len(p.messages("dm-tech", "tech")); n != before {
		t.Errorf("all is logged, and tech is told %q", last(p.news("dm-tech", "tech")))
	}
}

// As the day begins everybody who owes an answer reads what waits for it, in one
// message; what has not waited for an hour of work does not count.
func TestWaitingForYourAnswer(t *testing.T) {
	p, at := scheduled(t)
	at("2026-03-02 09:00")
	for _, l := range []string{"/ticket new", "form client=Acme Dental|contact=Jane Porter|summary=Printer jams|description=Again.", "/ticket new", "form client=Acme Dental|contact=Jane Porter|summary=New server|description=For the X-rays."} {
		p.step("intake", l)
	}
	p.step("srm", "/ticket estimate 2")
	p.step("tech", "/ticket ask 1")
	p.step("tech", "/desk hand Jane wants a mouse")
	at("2026-03-02 16:30")
	p.step("tech2", "/desk hand Jane wants a keyboard")
	before := len(p.messages("dm-srm", "srm"))
	at("2026-03-03 08:00")
	if n := len(p.messages("dm-srm", "srm")); n != before {
		t.Errorf("before the day begins: %q", last(p.news("dm-srm", "srm")))
	}
	at("2026-03-03 09:00")
	want := "\nWaiting for your answer (2)\n\n- T-2 New server · Acme Dental (VIP) · waits for its estimate since Mon 2 Mar 09:00 [Estimate] [Open]\n- T-1 Printer jams · Acme Dental (VIP) · somebody asked for its priority since Mon 2 Mar 09:00 [Prioritize] [Open]"
	if got := last(p.news("dm-srm", "srm")); got != want {
		t.Errorf("the SRM is told %q, want %q", got, want)
	}
	if got := last(p.news("dm-intake", "intake")); !strings.HasPrefix(got, "\nWaiting for your answer (1)\n\n- R-1 Jane wants a mouse · @tech · 24 h [Accept] [Decline]") {
		t.Errorf("intake is told %q", got)
	}
	for _, who := range []string{"tech", "tech2", "sdm"} {
		if told := strings.Join(p.news("dm-"+who, who), "\n"); strings.Contains(told, "Waiting for your answer") {
			t.Errorf("%s is told %q", who, told)
		}
	}
	// On a day off nobody is.
	before = len(p.messages("dm-srm", "srm"))
	at("2026-03-07 09:00")
	if n := len(p.messages("dm-srm", "srm")); n != before {
		t.Errorf("on Saturday: %q", last(p.news("dm-srm", "srm")))
	}
	// The desk was down in the morning: nobody is reminded at noon.
	at("2026-03-09 12:00")
	if n := len(p.messages("dm-srm", "srm")); n != before {
		t.Errorf("late: %q", last(p.news("dm-srm", "srm")))
	}
}

// TestCountdown: the card says how much of the allowance is left, by one edit a
// minute at most, until it is over.
func TestCountdown(t *testing.T) {
	p := newSlackPlay(t, filepath.Join(t.TempDir(), "desk.db"), false)
	s := newScript(p)
	s.run("level1: /ticket real-time Till is dead\n\nlevel1 fills client=Acme Dental | contact=Jane Porter | summary=Till is dead | description=Now.")
	card := p.srv.Messages(slackDesk, slackID("tech"))[0]
	edits := func() (n int) {
		for _, c := range p.srv.Calls("chat.update") {
			if c.Params.Get("channel") == slackDesk && c.Params.Get("ts") == card.TS {
				n++
			}
		}
		return n
	}
	left := func(want string) {
		t.Helper()
		now, _ := p.srv.Message(slackDesk, card.TS)
		if has := strings.Contains(now.Text, "Real-time allowance: "); has != (want != "") || !strings.Contains(now.Text, want) {
			t.Errorf("it says %q, want %q", now.Text, want)
		}
	}
	left("15 m left")
	for _, want := range []string{"14 m left", "13 m left", "12 m left"} {
		before := edits()
		for range 6 {
			p.move(map[string]string{"advance": "10s"})
		}
		if n := edits() - before; n > 1 {
			t.Errorf("%d edits in a minute", n)
		}
		left(want)
	}
	p.move(map[string]string{"advance": "11m"})
	left("1 m left")
	p.move(map[string]string{"advance": "2m"})
	left("")
	before := edits()
	p.move(map[string]string{"advance": "20m"})
	if n := edits() - before; n != 0 {
		t.Errorf("%d edits after it was over", n)
	}
}
