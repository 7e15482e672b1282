package slacktest_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"deskbell.dev/deskbell/internal/slack/slacktest"
)

func TestCommandButtonFormOverSockets(t *testing.T) {
	srv, api := workspace(t)
	a := connect(t, srv, api, func(c slack.SlashCommand) any {
		if c.Text != "new for <@U2|bo> &lt;now&gt;" || c.ChannelName != "desk" || c.UserID != "U1" {
			t.Errorf("command = %+v", c)
		}
		if _, _, err := api.PostMessage(c.ChannelID, slack.MsgOptionText("T-1", false), slack.MsgOptionBlocks(button("start", "1"))); err != nil {
			t.Error(err)
		}
		return words("opened")
	}, func(i slack.InteractionCallback) any {
		switch i.Type {
		case slack.InteractionTypeBlockActions:
			if i.ActionCallback.BlockActions[0].Value != "1" || i.Container.ChannelID != "C1" || i.Message.Text != "T-1" {
				t.Errorf("press = %+v", i)
			}
			if _, err := api.OpenView(i.TriggerID, form("New")); err != nil {
				t.Error(err)
			}
		case slack.InteractionTypeViewSubmission:
			v := i.View.State.Values
			if v["summary"]["summary"].Value == "no" {
				return slack.NewErrorsViewSubmissionResponse(map[string]string{"summary": "Say more."})
			}
			if v["summary"]["summary"].Value != "printer" || v["kind"]["kind"].SelectedOption.Value != "defect" {
				t.Errorf("state = %+v", v)
			}
			next := form("Next")
			return slack.NewPushViewSubmissionResponse(&next)
		}
		return nil
	})
	ann := srv.User("U1")
	d := ann.Slash("C1", "/ticket", "new for @bo <now>")
	if err := d.Wait(soon(t)); err != nil {
		t.Fatal(err)
	}
	if err := d.Answered(soon(t)); err != nil {
		t.Fatal(err)
	}
	seen := srv.Messages("C1", "U1")
	if len(seen) != 2 || seen[0].Text != "T-1" || seen[1].Text != "opened" || seen[1].EphemeralTo != "U1" || len(srv.Messages("C1", "U2")) != 1 {
		t.Fatalf("seen = %+v", seen)
	}
	press := ann.Press(seen[0], "start", "1")
	if err := press.Answered(soon(t)); err != nil {
		t.Fatal(err)
	}
	v, _ := srv.View("U1")
	if v.Title != "New" || v.CallbackID != "new" {
		t.Fatalf("view = %+v", v)
	}
	if err := ann.Submit(v, map[string]string{"summary": "no"}).Wait(soon(t)); err != nil {
		t.Fatal(err)
	}
	if v, _ := srv.View("U1"); v.Errors["summary"] != "Say more." {
		t.Fatalf("errors = %v", v.Errors)
	}
	if err := ann.Submit(v, map[string]string{"summary": "printer", "kind": "defect"}).Wait(soon(t)); err != nil {
		t.Fatal(err)
	}
	if all := srv.Views("U1"); len(all) != 2 || all[1].Title != "Next" {
		t.Fatalf("stack = %+v", all)
	}
	ann.CloseView(srv.Views("U1")[1])
	if len(srv.Views("U1")) != 1 {
		t.Error("the form below did not come to light")
	}
	said := ann.Say("C1", seen[0].TS, "hello <@UBOT>")
	ann.EditMessage(said, "bye")
	until(t, srv, func() bool { a.mu.Lock(); defer a.mu.Unlock(); return len(a.events) == 4 })
	var mentioned, changed bool
	for _, e := range a.events {
		switch e := e.InnerEvent.Data.(type) {
		case *slackevents.AppMentionEvent:
			mentioned = e.ThreadTimeStamp == seen[0].TS && e.User == "U1"
		case *slackevents.MessageEvent:
			changed = changed || e.SubType == "message_changed" && e.Message.Text == "bye"
		}
	}
	if !mentioned || !changed {
		t.Errorf("mentioned %v, changed %v", mentioned, changed)
	}
	want := "app_mentions:read channels:history chat:write commands connections:write"
	until(t, srv, func() bool { return strings.Join(srv.ScopesUsed(), " ") == want })
}

// until holds until ok, at most ten seconds.
func until(t *testing.T, srv *slacktest.Server, ok func() bool) {
	t.Helper()
	if err := srv.Until(soon(t), ok); err != nil {
		t.Fatal(err)
	}
}

func TestTriggersAreShort(t *testing.T) {
	srv, api := workspace(t)
	now := time.Now()
	srv.Now = func() time.Time { return now }
	d := srv.User("U1").GlobalShortcut("new")
	now = now.Add(4 * time.Second)
	if _, err := api.OpenView(d.TriggerID, form("Late")); !isSlack(err, "expired_trigger_id") {
		t.Errorf("late: %v", err)
	}
	d = srv.User("U1").GlobalShortcut("new")
	if _, err := api.OpenView(d.TriggerID, form("Once")); err != nil {
		t.Error(err)
	}
	if _, err := api.OpenView(d.TriggerID, form("Twice")); !isSlack(err, "exchanged_trigger_id") {
		t.Errorf("twice: %v", err)
	}
}

func isSlack(err error, word string) bool {
	var e slack.SlackErrorResponse
	return errors.As(err, &e) && e.Err == word || err != nil && err.Error() == word
}
