package slacktest_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"deskbell.dev/deskbell/internal/slack/slacktest"
)

func TestHistoryTellsWhatWasPostedUnderWhichKey(t *testing.T) {
	srv, api := workspace(t)
	meta := slack.SlackMetadata{EventType: "notice", EventPayload: map[string]any{"key": "k1"}}
	for i, text := range []string{"one", "two", "three"} {
		options := []slack.MsgOption{slack.MsgOptionText(text, false)}
		if i == 1 {
			options = append(options, slack.MsgOptionMetadata(meta))
		}
		if _, _, err := api.PostMessage("C2", options...); err != nil {
			t.Fatal(err)
		}
	}
	seen := srv.Messages("C2", "U1")
	if _, _, err := api.PostMessage("C2", slack.MsgOptionText("four", false), slack.MsgOptionTS(seen[0].TS)); err == nil {
		t.Error("a fourth at once was not slowed down")
	} else if limited := new(slack.RateLimitedError); !errors.As(err, &limited) || limited.RetryAfter != time.Second {
		t.Errorf("fourth: %v", err)
	}
	page, err := api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: "C2", Limit: 2, IncludeAllMetadata: true, Oldest: seen[0].TS})
	if err != nil || len(page.Messages) != 2 || page.HasMore || page.Messages[0].Text != "three" || page.Messages[1].Metadata.EventPayload["key"] != "k1" {
		t.Errorf("history = %+v, %v", page, err)
	}
	page, err = api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: "C2", Limit: 2})
	if err != nil || !page.HasMore || page.Messages[1].Metadata.EventType != "" {
		t.Errorf("history = %+v, %v", page, err)
	}
	if len(srv.Messages("C2", "U2")) != 0 {
		t.Error("somebody outside reads a private channel")
	}
	if got := strings.Join(srv.ScopesUsed(), " "); got != "chat:write groups:history" {
		t.Errorf("scopes = %s", got)
	}
}

func TestUpdateAndEphemeral(t *testing.T) {
	srv, api := workspace(t)
	_, ts, err := api.PostMessage("C1", slack.MsgOptionText("one <@U2>", false), slack.MsgOptionBlocks(button("a", "1")))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := api.UpdateMessage("C1", ts, slack.MsgOptionText("two", false)); err != nil {
		t.Fatal(err)
	}
	m, _ := srv.Message("C1", ts)
	if m.Text != "two" || !m.Edited || m.Blocks == nil || len(m.Mentions) != 0 {
		t.Errorf("updated = %+v", m)
	}
	if _, err := api.PostEphemeral("C2", "U2", slack.MsgOptionText("psst", false)); !isSlack(err, "user_not_in_channel") {
		t.Errorf("ephemeral to somebody outside: %v", err)
	}
	if _, err := api.PostEphemeral("C1", "U2", slack.MsgOptionText("psst", false)); err != nil {
		t.Fatal(err)
	}
	if len(srv.Messages("C1", "U2")) != 2 || len(srv.Messages("C1", "U1")) != 1 {
		t.Error("an ephemeral message is seen by its reader alone")
	}
	c, _, _, err := api.OpenConversation(&slack.OpenConversationParameters{Users: []string{"U1"}})
	if err != nil || c.ID != srv.DM("U1") {
		t.Errorf("DM %v, %v", c, err)
	}
}

func TestSlackRefuses(t *testing.T) {
	srv, api := workspace(t)
	srv.Tolerate()
	srv.Rate("chat.postMessage", 0, 0)
	srv.AddChannel(slacktest.Channel{ID: "C3", Name: "away"})
	srv.AddChannel(slacktest.Channel{ID: "C4", Name: "old", Archived: true, Members: []string{srv.BotUserID}})
	post := func(channel string, o ...slack.MsgOption) error {
		_, _, err := api.PostMessage(channel, o...)
		return err
	}
	text := slack.MsgOptionText("x", false)
	section := func(n int) slack.Block {
		return slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", strings.Repeat("x", n), false, false), nil, nil)
	}
	many := slack.MsgOptionBlocks(section(2900), section(2900), section(2900), section(2900), section(2900))
	for want, err := range map[string]error{
		"channel_not_found":   post("C9", text),
		"not_in_channel":      post("C3", text),
		"is_archived":         post("C4", text),
		"no_text":             post("C1"),
		"cannot_dm_bot":       post(srv.BotUserID, text),
		"thread_not_found":    post("C1", text, slack.MsgOptionTS("1.000001")),
		"msg_too_long":        post("C1", slack.MsgOptionText(strings.Repeat("x", 40001), false)),
		"msg_blocks_too_long": post("C1", text, many),
		"invalid_blocks":      post("C1", text, slack.MsgOptionBlocks(section(3001))),
	} {
		if !isSlack(err, want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
	srv.SetScopes([]string{"users:read"})
	var missing slack.SlackErrorResponse
	if err := post("C1", text); !errors.As(err, &missing) || missing.Err != "missing_scope" {
		t.Errorf("without the scope: %v", err)
	}
	srv.Revoke("token_revoked")
	if err := post("C1", text); !isSlack(err, "token_revoked") {
		t.Errorf("revoked: %v", err)
	}
	wrong := strings.Join(srv.Violations(), "\n")
	for _, part := range []string{"no_text", "msg_too_long", "msg_blocks_too_long", "invalid_blocks"} {
		if !strings.Contains(wrong, part) {
			t.Errorf("%s is no violation: %s", part, wrong)
		}
	}
}

func TestFaults(t *testing.T) {
	srv, api := workspace(t)
	fault := slacktest.Fault{CutAfter: true}
	srv.Fault(func(c slacktest.Call) slacktest.Fault {
		if c.Method == "chat.postMessage" && c.N == 1 {
			return fault
		}
		return slacktest.Fault{}
	})
	if _, _, err := api.PostMessage("C1", slack.MsgOptionText("x", false)); err == nil {
		t.Error("the cut was not noticed")
	}
	if len(srv.Messages("C1", "U1")) != 1 {
		t.Error("it was carried out before the cut")
	}
	if calls := srv.Calls("chat.postMessage"); len(calls) != 1 || !calls[0].Cut || calls[0].Params.Get("text") != "x" {
		t.Errorf("calls = %+v", calls)
	}
	srv.Fault(func(slacktest.Call) slacktest.Fault { return slacktest.Fault{Status: 503} })
	var status slack.StatusCodeError
	if _, err := api.AuthTest(); !errors.As(err, &status) || status.Code != http.StatusServiceUnavailable {
		t.Errorf("status: %v", err)
	}
	srv.Fault(nil)
	srv.Stop()
	if _, err := api.AuthTest(); err == nil {
		t.Error("a stopped server answers")
	}
	srv.Start()
	if a, err := api.AuthTest(); err != nil || a.UserID != srv.BotUserID || a.Header.Get("Date") == "" || !strings.Contains(a.Header.Get("X-Oauth-Scopes"), "chat:write") {
		t.Errorf("auth.test = %+v, %v", a, err)
	}
}

func TestComingBackTooEarlyIsAViolation(t *testing.T) {
	srv, api := workspace(t)
	srv.Tolerate()
	now := time.Now()
	srv.Now = func() time.Time { return now }
	srv.Rate("chat.postMessage", 60, 1)
	for _, step := range []time.Duration{0, 0, 500 * time.Millisecond, 600 * time.Millisecond} {
		now = now.Add(step)
		_, _, _ = api.PostMessageContext(context.Background(), "C1", slack.MsgOptionText("x", false))
	}
	if v := srv.Violations(); len(v) != 1 || !strings.Contains(v[0], "Retry-After") {
		t.Errorf("violations = %q", v)
	}
	if len(srv.Messages("C1", "U1")) != 2 {
		t.Error("two of four may go through")
	}
}

func TestListsComeInPages(t *testing.T) {
	srv, api := workspace(t)
	users, err := api.GetUsers(slack.GetUsersOptionLimit(1))
	if err != nil || len(users) != 3 {
		t.Errorf("users = %d, %v", len(users), err)
	}
	channels, next, err := api.GetConversations(&slack.GetConversationsParameters{Types: []string{"public_channel", "private_channel"}, Limit: 1})
	if err != nil || len(channels) != 1 || next == "" || !channels[0].IsMember {
		t.Errorf("channels = %+v %q, %v", channels, next, err)
	}
	if got := strings.Join(srv.ScopesUsed(), " "); got != "channels:read groups:read users:read" {
		t.Errorf("scopes = %s", got)
	}
}
