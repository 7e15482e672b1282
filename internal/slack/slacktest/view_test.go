package slacktest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// trigger is a fresh one of U1.
func trigger(srv *slacktest.Server) string { return srv.User("U1").GlobalShortcut("new").TriggerID }

func TestTypedInputStaysUnderItsIds(t *testing.T) {
	srv, api := workspace(t)
	v, err := api.OpenView(trigger(srv), form("One"))
	if err != nil {
		t.Fatal(err)
	}
	open, _ := srv.View("U1")
	ann := srv.User("U1")
	ann.Fill(open, map[string]string{"summary": "half a", "kind": "request"})
	if _, err := api.UpdateView(form("Two"), "", "stale", v.ID); !isSlack(err, "hash_conflict") {
		t.Errorf("stale hash: %v", err)
	}
	two, err := api.UpdateView(form("Two"), "", v.Hash, v.ID)
	if err != nil || two.State.Values["summary"]["summary"].Value != "half a" || two.State.Values["kind"]["kind"].SelectedOption.Value != "request" {
		t.Fatalf("updated = %+v, %v", two, err)
	}
	other := form("Three")
	other.Blocks.BlockSet[0].(*slack.InputBlock).BlockID = "another"
	three, err := api.UpdateView(other, "", "", v.ID)
	if err != nil || three.State.Values["another"]["summary"].Value != "" {
		t.Errorf("another block kept the words: %+v, %v", three, err)
	}
	if now, _ := srv.View("U1"); now.Title != "Three" || now.ID != open.ID || now.Hash == open.Hash {
		t.Errorf("view = %+v", now)
	}
}

func TestStackIsThreeHigh(t *testing.T) {
	srv, api := workspace(t)
	srv.Tolerate()
	if _, err := api.OpenView(trigger(srv), form("1")); err != nil {
		t.Fatal(err)
	}
	if _, err := api.PushView(trigger(srv), form("2")); !isSlack(err, "invalid_trigger_id") {
		t.Errorf("a trigger from outside: %v", err)
	}
	push := func(title string) error {
		top, _ := srv.View("U1")
		_, err := api.PushView(srv.User("U1").Submit(top, map[string]string{"summary": "x"}).TriggerID, form(title))
		return err
	}
	if err := push("2"); err != nil {
		t.Fatal(err)
	}
	if err := push("3"); err != nil {
		t.Fatal(err)
	}
	if err := push("4"); !isSlack(err, "push_limit_reached") {
		t.Errorf("fourth: %v", err)
	}
	all := srv.Views("U1")
	if len(all) != 3 || all[2].Title != "3" {
		t.Errorf("stack = %+v", all)
	}
}

func TestSearchingMenuAndHome(t *testing.T) {
	srv, api := workspace(t)
	plain := func(s string) *slack.TextBlockObject {
		return slack.NewTextBlockObject("plain_text", s, false, false)
	}
	connect(t, srv, api, func(slack.SlashCommand) any { return nil }, func(i slack.InteractionCallback) any {
		if i.Type == slack.InteractionTypeBlockSuggestion {
			if i.Value != "acm" || i.ActionID != "client" || i.BlockID != "client" {
				t.Errorf("search = %+v", i)
			}
			return slack.OptionsResponse{Options: []*slack.OptionBlockObject{slack.NewOptionBlockObject("acme", plain("Acme"), nil)}}
		}
		if i.Type == slack.InteractionTypeViewSubmission && i.View.State.Values["client"]["client"].SelectedOption.Value != "acme" {
			t.Errorf("state = %+v", i.View.State)
		}
		return nil
	})
	modal := form("Client")
	search := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, nil, "client")
	modal.Blocks.BlockSet = []slack.Block{slack.NewInputBlock("client", plain("Client"), nil, search)}
	if _, err := api.OpenView(trigger(srv), modal); err != nil {
		t.Fatal(err)
	}
	ann := srv.User("U1")
	v, _ := srv.View("U1")
	if got, _ := ann.Suggest(v, "client", "acm"); len(got) != 1 || got[0].Value != "acme" || got[0].Text != "Acme" {
		t.Fatalf("offered = %+v", got)
	}
	if err := ann.Submit(v, map[string]string{"client": "acme"}).Wait(soon(t)); err != nil {
		t.Fatal(err)
	}
	if _, open := srv.View("U1"); open {
		t.Error("the form is still open")
	}
	home := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{button("mine", "")}}}
	opened := ann.OpenHome()
	if _, err := api.PublishView("U1", home, ""); err != nil {
		t.Fatal(err)
	}
	if err := opened.Answered(soon(t)); err != nil {
		t.Error(err)
	}
	h, _ := srv.Home("U1")
	if err := ann.PressView(h, "mine", "").Wait(soon(t)); err != nil {
		t.Error(err)
	}
}

func TestMentionsOfCrowdsAreViolations(t *testing.T) {
	srv, api := workspace(t)
	srv.Tolerate()
	for _, text := range []string{"<!channel>", "<!subteam^S1|team>", "&lt;!here&gt;", "<@U2> hi"} {
		if _, err := api.PostEphemeral("C1", "U1", slack.MsgOptionText(text, false)); err != nil {
			t.Fatal(err)
		}
	}
	if v := srv.Violations(); len(v) != 2 {
		t.Errorf("violations = %q", v)
	}
	all := srv.Messages("C1", "U1")
	if last := all[len(all)-1]; len(last.Mentions) != 1 || last.Mentions[0] != "U2" {
		t.Errorf("mentions = %v", last.Mentions)
	}
}

// TestLimits sends what is a little too much, as JSON by hand.
func TestLimits(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	section := `{"type":"section","text":{"type":"mrkdwn","text":"x"}}`
	list := func(n int, item string) string {
		return strings.TrimSuffix(strings.Repeat(item+",", n), ",")
	}
	option := `{"text":{"type":"plain_text","text":"o"},"value":"o"}`
	inputBlock := `{"type":"input","label":{"type":"plain_text","text":"l"},"element":{"type":"plain_text_input","action_id":"a"}}`
	actions := func(e string) string { return `{"type":"actions","elements":[` + e + `]}` }
	press := `{"type":"button","action_id":"a","text":{"type":"plain_text","text":"b"}}`
	modal := func(more, blocks string) string {
		return `{"type":"modal","title":{"type":"plain_text","text":"t"}` + more + `,"blocks":[` + blocks + `]}`
	}
	for name, c := range map[string]struct {
		view bool
		json string
		ok   bool
	}{
		"50 blocks":                   {false, "[" + list(50, section) + "]", true},
		"51 blocks":                   {false, "[" + list(51, section) + "]", false},
		"input in a message":          {false, "[" + inputBlock + "]", false},
		"alert in a message":          {false, `[{"type":"alert","text":{"type":"mrkdwn","text":"x"}}]`, false},
		"empty text":                  {false, `[{"type":"section","text":{"type":"mrkdwn","text":""}}]`, false},
		"section without text":        {false, `[{"type":"section"}]`, false},
		"the same block twice":        {false, `[{"type":"divider","block_id":"b"},{"type":"divider","block_id":"b"}]`, false},
		"the same action twice":       {false, "[" + actions(press+","+press) + "]", false},
		"header of 151":               {false, `[{"type":"header","text":{"type":"plain_text","text":"` + x(151) + `"}}]`, false},
		"button of 76":                {false, "[" + actions(`{"type":"button","action_id":"a","text":{"type":"plain_text","text":"`+x(76)+`"}}`) + "]", false},
		"button in mrkdwn":            {false, "[" + actions(`{"type":"button","action_id":"a","text":{"type":"mrkdwn","text":"x"}}`) + "]", false},
		"style of its own":            {false, "[" + actions(`{"type":"button","action_id":"a","style":"default","text":{"type":"plain_text","text":"x"}}`) + "]", false},
		"menu without options":        {false, "[" + actions(`{"type":"static_select","action_id":"a","options":[]}`) + "]", false},
		"menu of 100":                 {false, "[" + actions(`{"type":"static_select","action_id":"a","options":[`+list(100, option)+`]}`) + "]", true},
		"menu of 101":                 {false, "[" + actions(`{"type":"static_select","action_id":"a","options":[`+list(101, option)+`]}`) + "]", false},
		"overflow of 6":               {false, "[" + actions(`{"type":"overflow","action_id":"a","options":[`+list(6, option)+`]}`) + "]", false},
		"chosen that is not offered":  {false, "[" + actions(`{"type":"static_select","action_id":"a","options":[`+option+`],"initial_option":{"text":{"type":"plain_text","text":"p"},"value":"p"}}`) + "]", false},
		"a block nobody knows":        {false, `[{"type":"song"}]`, false},
		"modal":                       {true, modal(`,"submit":{"type":"plain_text","text":"s"}`, inputBlock), true},
		"inputs without submit":       {true, modal("", inputBlock), false},
		"submit of 25":                {true, modal(`,"submit":{"type":"plain_text","text":"`+x(25)+`"}`, section), false},
		"private_metadata of 3001":    {true, modal(`,"private_metadata":"`+x(3001)+`"`, section), false},
		"100 blocks in a modal":       {true, modal("", list(100, section)), true},
		"101 blocks in a modal":       {true, modal("", list(101, section)), false},
		"a home where a modal is due": {true, `{"type":"home","blocks":[]}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			srv, _ := workspace(t)
			srv.Tolerate()
			var ok bool
			if c.view {
				ok = call(t, srv, "views.open", map[string]any{"trigger_id": trigger(srv), "view": json.RawMessage(c.json)})
			} else {
				ok = call(t, srv, "chat.postMessage", map[string]any{"channel": "C1", "text": "x", "blocks": json.RawMessage(c.json)})
			}
			if ok != c.ok || ok != (len(srv.Violations()) == 0) {
				t.Errorf("taken %v, want %v; violations %q", ok, c.ok, srv.Violations())
			}
		})
	}
}
