package slacktest_test

import (
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// TestEveryDeliveryIsUnderstood fails in connect where slack-go cannot decode
// one.
func TestEveryDeliveryIsUnderstood(t *testing.T) {
	srv, api := workspace(t)
	a := connect(t, srv, api, func(slack.SlashCommand) any { return nil }, func(slack.InteractionCallback) any { return nil })
	ann := srv.User("U1")
	modal := form("One")
	modal.NotifyOnClose = true
	plain := func(s string) *slack.TextBlockObject {
		return slack.NewTextBlockObject("plain_text", s, false, false)
	}
	choice := slack.NewOptionsSelectBlockElement("static_select", nil, "go", slack.NewOptionBlockObject("on", plain("On"), nil))
	more := slack.NewOverflowBlockElement("more", slack.NewOptionBlockObject("off", plain("Off"), nil))
	modal.Blocks.BlockSet = append(modal.Blocks.BlockSet, slack.NewActionBlock("act", choice, more))
	if _, err := api.OpenView(trigger(srv), modal); err != nil {
		t.Fatal(err)
	}
	if _, _, err := api.PostMessage("C1", slack.MsgOptionText("T-1", false), slack.MsgOptionBlocks(slack.NewActionBlock("act", choice, more))); err != nil {
		t.Fatal(err)
	}
	if _, err := api.PostEphemeral("C1", "U1", slack.MsgOptionText("you", false), slack.MsgOptionBlocks(button("b", "v"))); err != nil {
		t.Fatal(err)
	}
	posts := srv.Messages("C1", "U1")
	v, _ := srv.View("U1")
	said := ann.Say("C1", posts[0].TS, "it is broken, see https://example.com")
	for _, d := range []*slacktest.Delivery{
		ann.Press(posts[0], "go", "on"), ann.Press(posts[0], "more", "off"), ann.Press(posts[1], "b", ""),
		ann.PressView(v, "go", "on"), ann.MessageShortcut("hand", said), ann.OpenHome(), ann.Slash("C2", "/ticket", ""),
	} {
		if err := d.Wait(soon(t)); err != nil {
			t.Error(err)
		}
	}
	ann.CloseView(v)
	ann.DeleteMessage(said)
	srv.UpdateUser("U2", func(u *slacktest.User) { u.Deleted = true })
	srv.UpdateChannel("C2", func(c *slacktest.Channel) { c.Members = []string{"U1"} })
	until(t, srv, func() bool {
		for _, d := range srv.Deliveries() {
			if status, _, _ := d.Acked(); status == 0 {
				return false
			}
		}
		return true
	})
	seen := map[string]bool{}
	for _, e := range a.events {
		seen[e.InnerEvent.Type] = true
		if m, ok := e.InnerEvent.Data.(*slackevents.MessageEvent); ok && m.User == "U1" && m.Text != "it is broken, see <https://example.com>" {
			t.Errorf("said %q", m.Text)
		}
	}
	for _, want := range []string{"message", "app_home_opened", "user_change", "group_left"} {
		if !seen[want] {
			t.Errorf("no %s among %v", want, seen)
		}
	}
	kinds := map[slack.InteractionType]int{}
	for _, i := range a.acts {
		kinds[i.Type]++
		if b := i.ActionCallback.BlockActions; len(b) == 1 && b[0].ActionID == "go" && b[0].SelectedOption.Value != "on" {
			t.Errorf("chosen = %+v", b[0])
		}
	}
	if kinds[slack.InteractionTypeBlockActions] != 4 || kinds[slack.InteractionTypeMessageAction] != 1 || kinds[slack.InteractionTypeViewClosed] != 1 {
		t.Errorf("interactions = %v", kinds)
	}
}

func TestUnescapedWordsAreAViolation(t *testing.T) {
	srv, api := workspace(t)
	srv.Tolerate()
	for _, text := range []string{
		"a &lt;b&gt; <@U1> <#C1|desk> <https://example.com|x> <!date^1^{date}|then> <mailto:a@example.com|a>", "a <b>", "1 < 2",
	} {
		if _, err := api.PostEphemeral("C1", "U1", slack.MsgOptionText(text, false)); err != nil {
			t.Fatal(err)
		}
	}
	if v := srv.Violations(); len(v) != 2 {
		t.Errorf("violations = %q", v)
	}
}
