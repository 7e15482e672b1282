package main

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/slack"
	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// looks are the calls that change nothing.
var looks = []string{"auth.test", "apps.connections.open", "conversations.info", "conversations.list", "users.info"}

// TestSlackCheck: what is wrong with a set-up is told in a line with its fix,
// and looking changes nothing.
func TestSlackCheck(t *testing.T) {
	const secret = "DESKBELL_SLACK_SIGNING_SECRET=8f742231b10e8888abcd99aaabbb85a5"
	without := func(name string) (names []string) {
		for _, s := range slack.Scopes {
			if s.Name != name {
				names = append(names, s.Name)
			}
		}
		return names
	}
	for _, c := range []struct {
		name   string
		breaks func(w *workspace)
		env    []string
		code   int
		want   []string // parts of lines
	}{
		{name: "all well", want: []string{"ok    the bot token is deskbell's in the workspace The desk", "ok    11 scopes, all that are used and no more", "ok    Socket Mode is on",
			"ok    the channel C0DESK", "ok    this machine's clock is", "ok    the intake rota has members", "ok    somebody is intake now", "ok    the database can be read"}},
		{name: "wrong token", env: []string{"DESKBELL_SLACK_BOT_TOKEN=xoxb-of-another"}, code: 1,
			want: []string{"fail  the bot token: invalid_auth. The bot token is not valid: set DESKBELL_SLACK_BOT_TOKEN"}},
		{name: "no bot token", env: []string{"DESKBELL_SLACK_BOT_TOKEN=xapp-1"}, code: 1, want: []string{"fail  DESKBELL_SLACK_BOT_TOKEN is no bot token. It begins with xoxb-"}},
		{name: "revoked", breaks: func(w *workspace) { w.srv.Revoke("token_revoked") }, code: 1,
			want: []string{"fail  the bot token: token_revoked. The bot token was revoked: install the app again"}},
		{name: "missing scope", breaks: func(w *workspace) { w.srv.SetScopes(without("im:write")) }, code: 1,
			want: []string{"fail  the scope im:write is missing: Deskbell prompts people in direct messages. The app lacks a permission: run `deskbell slack-manifest`"}},
		{name: "unused scope", breaks: func(w *workspace) { w.srv.SetScopes(append(without(""), "files:read")) },
			want: []string{"warn  the scope files:read is not used. Take it away"}},
		{name: "not in the channel", code: 1, want: []string{"fail  the channel C0DESK: not_in_channel. Invite Deskbell there: /invite @Deskbell"},
			breaks: func(w *workspace) {
				w.srv.UpdateChannel(deskChannel, func(c *slacktest.Channel) {
					c.Members = slices.DeleteFunc(c.Members, func(m string) bool { return m == w.srv.BotUserID })
				})
			}},
		{name: "archived", code: 1, want: []string{"fail  the channel C0DESK: is_archived. The channel is archived: restore it, or choose another with /desk channel set CHANNEL"},
			breaks: func(w *workspace) { w.srv.UpdateChannel(deskChannel, func(c *slacktest.Channel) { c.Archived = true }) }},
		{name: "clock far off", breaks: func(w *workspace) { w.srv.Now = func() time.Time { return time.Now().Add(10 * time.Minute) } }, code: 1,
			want: []string{"fail  this machine's clock is ", "from Slack's. Set the clock (NTP): Slack's deliveries are refused"}},
		{name: "clock somewhat off", breaks: func(w *workspace) { w.srv.Now = func() time.Time { return time.Now().Add(-2 * time.Minute) } },
			want: []string{"warn  this machine's clock is "}},
		{name: "Socket Mode off", breaks: func(w *workspace) { w.srv.SocketModeOff(true) }, code: 1,
			want: []string{"fail  Socket Mode: ", "Switch on Socket Mode in the app's settings"}},
		{name: "nothing delivered", env: []string{"DESKBELL_SLACK_APP_TOKEN="}, code: 1,
			want: []string{"fail  nothing would be delivered. Set DESKBELL_SLACK_APP_TOKEN for Socket Mode, or DESKBELL_SLACK_SIGNING_SECRET for HTTP."}},
		{name: "rota empty", breaks: func(w *workspace) { w.reseed("rota:\n  members: [intake, intake2]\n", "") }, code: 1,
			want: []string{"fail  the intake rota is empty, so no client ticket can be opened. In chat: /desk rota set MEMBER MEMBER."}},
		{name: "somebody has left", breaks: func(w *workspace) { w.srv.UpdateUser(slackID("tech2"), func(u *slacktest.User) { u.Deleted = true }) }, code: 1,
			want: []string{"fail  the member U0TECH2 (Tom Baker) can't act here: deactivated. Take them off the desk"}},
		{name: "Slack away", breaks: func(w *workspace) { w.srv.Stop() }, code: 1, want: []string{"fail  the bot token: Slack could not be asked: ", "Is the machine online"}},
		{name: "no desk to try the secret", env: []string{secret, "DESKBELL_HTTP_LISTEN=127.0.0.1:1"},
			want: []string{"warn  the desk does not run here, so the signing secret could not be tried. Run this beside a running desk."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t, filepath.Join(t.TempDir(), "desk.db"), true)
			w.srv.SetScopes(without(""))
			if c.breaks != nil {
				c.breaks(w)
			}
			before := w.saved()
			w.checked(append(w.env(), c.env...), c.code, c.want...)
			if !bytes.Equal(before, w.saved()) {
				t.Error("the database was changed")
			}
			for _, x := range w.srv.Calls("") {
				if !slices.Contains(looks, x.Method) {
					t.Errorf("%s was called", x.Method)
				}
			}
		})
	}
}

// TestSlackCheckSecret: only a running desk knows whether the secret is right,
// from what it turned away.
func TestSlackCheckSecret(t *testing.T) {
	w := newWorkspace(t, filepath.Join(t.TempDir(), "desk.db"), false)
	w.srv.SigningSecret = "8f742231b10e8888abcd99aaabbb85a5"
	p := w.ready()
	at := append(w.env(), "DESKBELL_HTTP_LISTEN="+p.listen)
	w.checked(at, 0, "warn  Slack has not delivered anything yet, so the signing secret is not tried. Type /ticket in Slack, and run this again.", "ok    the channel C0DESK")
	w.srv.SigningSecret = "00000000000000000000000000000000"
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if w.srv.User(slackID("tech")).Slash(deskChannel, "/ticket", "").Wait(ctx) == nil {
		t.Error("a wrong signature was taken")
	}
	w.checked(at, 1, "fail  1 deliveries since the start had a signature that the signing secret doesn't make, and none had the right one. Set DESKBELL_SLACK_SIGNING_SECRET to the one under Basic Information")
	w.stop(p)
}
