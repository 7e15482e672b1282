package bot_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/web"
	"deskbell.dev/deskbell/store"
)

// TestSetUpWithMentions: where ids are no words, the form has mentions, and
// people whom the desk never met can be chosen; a guest cannot.
func TestSetUpWithMentions(t *testing.T) {
	p := sqlitePlay(t)
	p.more = []web.Person{{User: chat.User{ID: "U7", Handle: "nia", Name: "Nia New"}}, {User: chat.User{ID: "U8", Handle: "gus", Name: "Gus", Outside: "guest"}}}
	p.more[0].Handle, p.more[1].Handle = "U7", "U8" // found by id, as elsewhere
	admin := chat.User{ID: "admin", Handle: "ada", Name: "Ada"}
	form := p.handle("", chat.Interaction{Kind: chat.Command, Text: "/desk setup", From: admin}).Form
	values := map[string]string{}
	for _, f := range form.Fields {
		values[f.Name] = f.Value
	}
	if d := cmp.Diff(map[string]string{"channel": "<#desk>", "srm": "<@srm>", "rota": "<@intake> <@intake2>", "technicians": "<@tech> <@tech2> <@level1>", "rules": "enforce"}, values); d != "" {
		t.Fatal(d)
	}
	policy := func() *desk.Policy {
		t.Helper()
		p, err := p.store.Policy(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	before := policy().Version
	submit := func(change map[string]string) chat.Reply {
		in := chat.Interaction{Kind: chat.Submit, Token: form.Token, From: admin, Values: map[string]string{}}
		for k, v := range values {
			in.Values[k] = v
		}
		for k, v := range change {
			in.Values[k] = v
		}
		return p.handle("", in)
	}
	if r := submit(nil); text(r) != "Nothing needed to change." || policy().Version != before {
		t.Errorf("%q, version %d after %d", text(r), policy().Version, before)
	}
	if r := submit(map[string]string{"rota": "<@U8> <@intake>", "srm": "<@U7>", "channel": "<#nowhere>"}); len(r.Errors) != 2 || !strings.Contains(r.Errors["rota"], "guest") || r.Errors["channel"] == "" {
		t.Errorf("%+v", r)
	}
	if now := policy(); len(now.With(desk.RSRM)) != 1 || now.Handle(now.With(desk.RSRM)[0]) != "srm" {
		t.Error("a refused form changed the SRM")
	}
	r := submit(map[string]string{"srm": "<@U7> <@srm>", "technicians": "<@tech> <@tech2> <@level1> <@U7>"})
	now := policy()
	nia, ok := now.MemberWith("web:U7")
	srm, _ := now.MemberWith("web:srm")
	if !ok || !nia.Has(desk.RSRM) || !nia.Has(desk.RTechnician) || !srm.Has(desk.RSRMDeputy) || srm.Has(desk.RSRM) {
		t.Errorf("%q: %+v, %+v", text(r), nia, srm)
	}
	if r := p.handle("tech", chat.Interaction{Kind: chat.Submit, Token: form.Token, Values: values}); r.Refusal == nil || r.Refusal.Rule != string(desk.ByRole) {
		t.Errorf("a technician set the desk up: %+v", r)
	}
	if r := p.say("admin", "/desk role add U8 technician"); r.Refusal == nil {
		t.Errorf("a guest has a role: %+v", r.Message)
	}
}

// TestShadowAndBack: the dials that the file set come back, not the defaults.
func TestShadowAndBack(t *testing.T) {
	p := sqlitePlay(t)
	dial := func(r desk.Rule) desk.Dial {
		t.Helper()
		now, err := p.store.Policy(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return now.Dial(r)
	}
	rules := func(mode string) {
		t.Helper()
		form := p.handle("admin", chat.Interaction{Kind: chat.Command, Text: "/desk setup"}).Form
		values := map[string]string{}
		for _, f := range form.Fields {
			values[f.Name] = f.Value
		}
		values["rules"] = mode
		if r := p.handle("admin", chat.Interaction{Kind: chat.Submit, Token: form.Token, Values: values}); r.Refusal != nil || len(r.Errors) > 0 {
			t.Fatalf("%+v", r)
		}
	}
	if _, err := p.store.DoDesk(t.Context(), store.DeskRequest{By: desk.TheClock, At: monday, Do: desk.DialSet{Rule: desk.FourEyes, Dial: desk.Enforce}}); err != nil {
		t.Fatal(err)
	}
	before := map[desk.Rule]desk.Dial{}
	for _, r := range desk.DialledRules {
		before[r.Rule] = dial(r.Rule)
	}
	rules("shadow")
	for _, r := range desk.DialledRules {
		if got := dial(r.Rule); !r.Fixed && got != desk.Warn || r.Fixed && got != before[r.Rule] {
			t.Errorf("%s is at %s in shadow mode", r.Rule, got)
		}
	}
	rules("enforce")
	for _, r := range desk.DialledRules {
		if got := dial(r.Rule); got != before[r.Rule] {
			t.Errorf("%s is at %s, was at %s", r.Rule, got, before[r.Rule])
		}
	}
}
