package bot_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestStraightThrough: the straight-through life of a defect costs at most six
// new messages that others see (domain.md, Manners); edits, private answers
// and mail apart.
func TestStraightThrough(t *testing.T) {
	p := newPlay(t, filepath.Join(t.TempDir(), "desk.db"))
	for _, step := range [][2]string{
		{"intake", "/ticket new"},
		{"intake", "form client=Acme Dental|contact=Jane Porter|came_by=phone|summary=No paper|description=Floor 2"},
		{"intake", "/ticket set 1 kind defect"},
		{"intake", "/ticket categorize 1 Hardware / Printer / Jam"},
		{"intake", "/ticket set 1 agreement managed"},
		{"srm", "/ticket prioritize 1 normal"},
		{"tech", "/ticket next"},
		{"tech", "/ticket move 1 ready to test done"},
		{"tech2", "/ticket move 1 in testing"},
		{"tech2", "/ticket move 1 ready to install"},
		{"tech", "/ticket move 1 client testing rolled out"},
		{"intake", "/ticket confirm 1 call"},
	} {
		p.step(step[0], step[1])
	}
	if got := p.ticket(1)["status"]; got != "completed" {
		t.Fatalf("the life ended %v", got)
	}
	seen := map[string]string{}
	for _, who := range []string{"intake", "srm", "sdm", "tech", "tech2", "level1", "admin", "observer", "intake2"} {
		for _, in := range []string{"desk", "dm-" + who} {
			var ms []message
			p.call("GET", "/api/messages?in="+in+"&as="+who, nil, &ms)
			for _, m := range ms {
				if m.To == "" {
					seen[m.ID] = m.In + ": " + m.Text
				}
			}
		}
	}
	if len(seen) > 6 {
		t.Errorf("%d messages that others see: %v", len(seen), seen)
	}
	t.Logf("%d messages", len(seen))
	if len(seen) < 2 {
		t.Errorf("only %d messages: the card and the SRM's prompt are missing", len(seen))
	}
}

// TestNobodyIsToldOfTheirOwn: who acts is not messaged about it.
func TestNobodyIsToldOfTheirOwn(t *testing.T) {
	p := newPlay(t, filepath.Join(t.TempDir(), "desk.db"))
	for _, step := range [][2]string{
		{"intake", "/ticket new"},
		{"intake", "form client=Acme Dental|contact=Jane Porter|came_by=phone|summary=No paper|description=Floor 2"},
		{"intake", "/ticket categorize 1 Hardware / Printer / Jam"},
		{"srm", "/ticket prioritize 1 normal"},
		{"tech", "/ticket start 1"},
		{"tech", "/ticket clarify 1 Which tray?"},
		{"tech", "/ticket answer 1 The lower one"},
	} {
		p.step(step[0], step[1])
	}
	var ms []message
	p.call("GET", "/api/messages?in=dm-tech&as=tech", nil, &ms)
	if len(ms) != 0 {
		t.Errorf("tech was told of their own doing: %v", ms)
	}
	p.step("srm", "/ticket put back 1 lunch")
	p.step("srm", "/ticket assign 1 tech")
	p.call("GET", "/api/messages?in=dm-tech&as=tech", nil, &ms)
	if len(ms) != 1 || !strings.Contains(ms[0].Text, "@srm gave you this") {
		t.Errorf("tech was not told that the SRM gave them work: %v", ms)
	}
}

// step says a line, or fills the form that the last line opened.
func (p *play) step(who, what string) reply {
	p.t.Helper()
	var r reply
	if values, ok := strings.CutPrefix(what, "form "); ok {
		vs := map[string]string{}
		for _, kv := range strings.Split(values, "|") {
			k, v, _ := strings.Cut(kv, "=")
			vs[k] = v
		}
		r = p.submit(who, p.form, vs)
	} else {
		r = p.say(who, what)
	}
	if r.Form != nil {
		p.form = r.Form.ID
	}
	if r.Refusal != nil || len(r.Errors) > 0 || r.Error != "" {
		p.t.Fatalf("%s: %s: %v %v %s", who, what, r.Refusal, r.Errors, r.Error)
	}
	return r
}

// opened opens a client ticket as intake, complete but for its priority.
func (p *play) opened(summary string) int {
	p.t.Helper()
	p.step("intake", "/ticket new")
	p.step("intake", "form client=Acme Dental|contact=Jane Porter|came_by=phone|summary="+summary+"|description=It stands on floor 2.")
	for n := 1; ; n++ {
		var m map[string]any
		if p.call("GET", fmt.Sprintf("/api/tickets/%d", n), nil, &m) == 404 {
			p.step("intake", fmt.Sprintf("/ticket categorize %d Hardware / Printer / Jam", n-1))
			return n - 1
		}
	}
}
