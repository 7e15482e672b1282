package bot_test

import (
	"strings"
	"testing"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/web"
)

// left has tech leave the desk, with tech2 still there.
func (p *play) left() {
	p.t.Helper()
	p.handle("tech", chat.Interaction{Kind: chat.Left, From: chat.User{ID: "tech", Outside: "guest"}})
	if here, _ := p.here(); here {
		p.t.Fatal("tech is still here")
	}
}

// here reports whether the desk has tech as a member, and with which roles.
func (p *play) here() (bool, []desk.Role) {
	p.t.Helper()
	policy, err := p.store.Policy(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	m, _ := policy.MemberWith("web:tech")
	return m.Active, m.Roles
}

// TestBackByWords: whoever had left and is a full member of the workspace again
// is given roles by handle, name or mention, and nobody else is meant by it.
func TestBackByWords(t *testing.T) {
	for _, words := range []string{"tech", "@tech", "<@tech>", "<@tech|tech>", "Tess Technician"} {
		p := sqlitePlay(t)
		name := ""
		for _, m := range p.staff() {
			if m.Handle == "tech" {
				name = string(m.Name)
			}
		}
		words = strings.ReplaceAll(words, "Tess Technician", name)
		p.left()
		r := p.say("admin", "/desk role add "+words+" technician")
		if here, _ := p.here(); here || r.Refusal == nil || strings.Contains(r.Message.Text, "tech2") {
			t.Errorf("%q while they are gone: %+v", words, r.Message)
		}
		p.more = []web.Person{{User: chat.User{ID: "tech", Handle: "tech", Name: name, Outside: "guest"}}}
		if r = p.say("admin", "/desk role add "+words+" technician"); r.Refusal == nil || !strings.Contains(r.Message.Text, "guest") {
			t.Errorf("%q as a guest: %+v", words, r.Message)
		}
		p.more[0].Outside = ""
		r = p.say("admin", "/desk role add "+words+" technician")
		if here, roles := p.here(); !here || len(roles) != 1 || roles[0] != desk.RTechnician || r.Refusal != nil {
			t.Errorf("%q: %v %v, %+v", words, here, roles, r.Message)
		}
	}
}

// staff are the members of the desk.
func (p *play) staff() []desk.Member {
	p.t.Helper()
	policy, err := p.store.Policy(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return policy.People()
}

// TestDepartedIsNobodyElse: the handle of somebody who has left is no
// abbreviation of another's, wherever a member is named.
func TestDepartedIsNobodyElse(t *testing.T) {
	p := sqlitePlay(t)
	p.printer()
	p.step("srm", "/ticket categorize 1 Hardware / Printer / Jam")
	p.step("srm", "/ticket prioritize 1 normal")
	p.step("tech2", "/ticket start 1")
	p.left()
	before := len(p.events(1))
	for who, words := range map[string]string{"srm": "/ticket assign 1 tech", "tech2": "/ticket hand over 1 tech tried the router", "sdm": "/ticket list tech", "admin": "/desk rota override tech tomorrow to Friday"} {
		if r := p.say(who, words); r.Refusal == nil || r.Message.Text != "@tech has left this desk." {
			t.Errorf("%s: %+v", words, r.Message)
		}
	}
	if after := len(p.events(1)); after != before {
		t.Errorf("%d events more", after-before)
	}
}

// TestBackByThemselves: a full member of the workspace is an observer again as
// soon as they come.
func TestBackByThemselves(t *testing.T) {
	p := sqlitePlay(t)
	p.printer()
	p.left()
	r := p.handle("tech", chat.Interaction{Kind: chat.Command, Key: "hand", Text: "/desk hand Jane called"})
	if here, roles := p.here(); !here || len(roles) != 0 || r.Refusal != nil {
		t.Errorf("%v %v, %q", here, roles, text(r))
	}
	if r = p.handle("tech", chat.Interaction{Kind: chat.Command, Key: "note", Text: "/ticket note 1 mine"}); r.Refusal == nil || r.Refusal.Rule != string(desk.ByRole) {
		t.Errorf("an old role came back: %q", text(r))
	}
}
