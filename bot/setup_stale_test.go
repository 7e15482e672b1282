package bot_test

import (
	"slices"
	"strings"
	"testing"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/web"
)

// setupOpen is a set-up form that an admin has before them.
type setupOpen struct {
	*play
	form   *chat.Form
	values map[string]string
}

func (p *play) setUp() *setupOpen {
	p.t.Helper()
	f := &setupOpen{play: p, values: map[string]string{}}
	f.form = p.handle("admin", chat.Interaction{Kind: chat.Command, Text: "/desk setup"}).Form
	for _, x := range f.form.Fields {
		f.values[x.Name] = x.Value
	}
	return f
}

// submit sends it under the key, changed by pairs of a field and its value.
func (f *setupOpen) submit(key string, changed ...string) chat.Reply {
	for k := 0; k < len(changed); k += 2 {
		f.values[changed[k]] = changed[k+1]
	}
	return f.handle("admin", chat.Interaction{Kind: chat.Submit, Key: key, Token: f.form.Token, Values: f.values})
}

// has lists the handles of those who have the role.
func (p *play) has(r desk.Role) string {
	p.t.Helper()
	now, err := p.store.Policy(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	var hs []string
	for _, m := range now.With(r) {
		hs = append(hs, now.Handle(m))
	}
	slices.Sort(hs)
	return strings.Join(hs, " ")
}

// TestSetUpKeepsWhatChangedMeanwhile: a form that was open while others changed
// the desk changes what was changed in it, and nothing else.
func TestSetUpKeepsWhatChangedMeanwhile(t *testing.T) {
	p := sqlitePlay(t)
	f := p.setUp()
	p.step("admin", "/desk role remove tech2 technician")
	p.step("admin", "/desk role add sdm srm deputy")
	p.step("admin", "/desk member remove level1")
	p.step("admin", "/desk rota set intake intake2 sdm")
	p.step("admin", "/desk rule four-eyes enforce")
	if r := f.submit("k1"); text(r) != "Nothing needed to change." {
		t.Errorf("as it was shown: %q", text(r))
	}
	if r := f.submit("k2", "technicians", "tech tech2 level1 observer"); text(r) != "@observer is technician now." {
		t.Errorf("one more technician: %q", text(r))
	}
	if got := p.has(desk.RTechnician); got != "observer tech" {
		t.Errorf("technicians %s", got)
	}
	r := f.submit("k3", "srm", "tech srm", "rota", "intake")
	if !strings.Contains(r.Errors["srm"], "it is @srm then @sdm now") || !strings.Contains(r.Errors["rota"], "@intake2 then @sdm now") || len(r.Errors) != 2 {
		t.Errorf("changed by both: %+v", r.Errors)
	}
	if got := p.has(desk.RSRM) + ", " + p.has(desk.RSRMDeputy); got != "srm, sdm" {
		t.Errorf("SRM and deputies %s", got)
	}
}

// TestSetUpDeliveredAgain: the same submission has the same answer, whatever
// became of the desk since, and changes nothing more.
func TestSetUpDeliveredAgain(t *testing.T) {
	p := sqlitePlay(t)
	for _, c := range []struct {
		key, meanwhile, after string
		changed               []string
	}{
		{"k1", "/desk role add tech2 technician", "tech tech2", []string{"rules", "shadow", "technicians", "tech", "channel", "#desk"}},
		{"k2", "/desk role remove tech2 technician", "tech", []string{"technicians", "tech2 tech"}},
	} {
		f := p.setUp()
		first := text(f.submit(c.key, c.changed...))
		p.step("admin", c.meanwhile)
		if again := text(f.submit(c.key)); again != first || p.has(desk.RTechnician) != c.after {
			t.Errorf("%s: first %q, again %q; technicians %s", c.key, first, again, p.has(desk.RTechnician))
		}
		if r := f.submit(c.key, "srm", "tech"); r.Refusal == nil || p.has(desk.RSRM) != "srm" {
			t.Errorf("%s with another body: %q", c.key, text(r))
		}
	}
}

// TestSetUpRefused: the desk is never left without its only SRM, and nobody is
// met for a form that is refused.
func TestSetUpRefused(t *testing.T) {
	p := sqlitePlay(t)
	p.more = []web.Person{{User: chat.User{ID: "nia", Handle: "nia", Name: "Nia New"}}}
	met := func() bool {
		now, err := p.store.Policy(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, met := now.MemberWith("web:nia")
		return met
	}
	f := p.setUp()
	if r := f.submit("k1", "srm", "", "technicians", "tech nia"); len(r.Errors) != 1 || !strings.Contains(r.Errors["srm"], "at least one") {
		t.Errorf("no SRM: %+v, %q", r.Errors, text(r))
	}
	if p.has(desk.RSRM) != "srm" || met() {
		t.Errorf("SRM %s, met %v", p.has(desk.RSRM), met())
	}
	if r := f.submit("k1", "srm", "nia srm"); p.has(desk.RSRM) != "nia" || p.has(desk.RTechnician) != "nia tech" || p.has(desk.RSRMDeputy) != "srm" {
		t.Errorf("%q: %+v", text(r), r.Errors)
	}
}
