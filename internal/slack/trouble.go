package slack

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"deskbell.dev/deskbell/internal/chat"
)

// fixes are Slack's errors that an admin must mend, with how. Those of the token
// concern everything, the others one channel.
// Source: the error tables of docs.slack.dev/reference/methods.
var fixes = map[string]string{
	"not_in_channel":    "Invite Deskbell there: /invite @Deskbell in the channel.",
	"channel_not_found": "The channel is gone, or private and without Deskbell: invite it there, or choose another with /desk channel set CHANNEL.",
	"is_inactive":       "The channel is archived: restore it, or choose another with /desk channel set CHANNEL.",
	"is_archived":       "The channel is archived: restore it, or choose another with /desk channel set CHANNEL.",
	"restricted_action": "Posting there is restricted in Slack's settings: let apps post, or choose another channel.",
	"restricted_action_non_threadable_channel": "Nobody may answer in threads of that channel: choose another with /desk channel set CHANNEL.",
	"restricted_action_thread_only_channel":    "That channel takes only answers in threads: choose another with /desk channel set CHANNEL.",
	"restricted_action_thread_locked":          "The thread is locked: whoever locked it can open it.",
	"posting_to_general_channel_denied":        "Only some may post in the general channel: let apps post there, or choose another with /desk channel set CHANNEL.",
	"channel_is_limited_access":                "Only some may post in that channel: let Deskbell, or choose another channel.",
	"team_access_denied":                       "The app has no access to this workspace: an owner must grant it.",
	"enterprise_is_restricted":                 "The organization's settings deny the app: an owner must allow it.",
	"two_factor_setup_required":                "The workspace wants two-factor authentication set up by whoever installed the app.",
	"restricted_action_read_only_channel":      "Only some may post in that channel: let Deskbell, or choose another channel.",
	"not_allowed_token_type":                   "DESKBELL_SLACK_BOT_TOKEN must be the bot token (xoxb-…).",
	"missing_scope":                            "The app lacks a permission: run `deskbell slack-manifest`, put the manifest into the app's settings and install it again.",
	"no_permission":                            "The app lacks a permission: run `deskbell slack-manifest`, put the manifest into the app's settings and install it again.",
	"token_revoked":                            "The bot token was revoked: install the app again and set DESKBELL_SLACK_BOT_TOKEN to its new token.",
	"token_expired":                            "The bot token has expired: install the app again and set DESKBELL_SLACK_BOT_TOKEN to its new token.",
	"invalid_auth":                             "The bot token is not valid: set DESKBELL_SLACK_BOT_TOKEN to the one under OAuth & Permissions.",
	"not_authed":                               "There is no bot token: set DESKBELL_SLACK_BOT_TOKEN.",
	"account_inactive":                         "The app was removed from the workspace: install it again and set DESKBELL_SLACK_BOT_TOKEN to its new token.",
	"team_access_not_granted":                  "The app has no access to this workspace: an owner must grant it.",
	"org_login_required":                       "The workspace is being moved; Slack says when it is done.",
	"access_denied":                            "The workspace's settings deny the app: an owner must allow it.",
	"ekm_access_denied":                        "The workspace's owners have suspended posting.",
	"messages_tab_disabled":                    "Direct messages to the app are off: switch on the Messages Tab under App Home.",
}

// ofToken are those of them that stop everything.
var ofToken = map[string]bool{"token_revoked": true, "token_expired": true, "invalid_auth": true, "not_authed": true, "account_inactive": true,
	"not_allowed_token_type": true, "team_access_denied": true, "enterprise_is_restricted": true, "two_factor_setup_required": true, "team_access_not_granted": true, "org_login_required": true, "access_denied": true}

// gone are errors about what is no more: a deleted message, a person who left.
var gone = map[string]bool{"message_not_found": true, "cant_update_message": true, "thread_not_found": true, "user_not_found": true,
	"users_not_found": true, "user_disabled": true, "cannot_dm_bot": true, "user_not_visible": true, "edit_window_closed": true}

// passing are those after which nothing was done and a later try may do.
var passing = map[string]bool{"update_failed": true, "rollup_error": true, "external_channel_migrating": true, "team_added_to_org": true, "accesslimited": true,
	"team_being_migrated": true, "channel_being_migrated": true}

// unsure are those after which Slack may have done it.
var unsure = map[string]bool{"internal_error": true, "fatal_error": true, "service_unavailable": true, "request_timeout": true}

// unsaid is how long to wait where Slack does not say.
const unsaid = 30 * time.Second

// sorted is err as a caller acts on it. Where names the channel or person. A
// timeout of our own means that the request was sent and its end is not known.
func (p *Platform) sorted(err error, where string) error {
	if err == nil {
		return nil
	}
	var limited *slack.RateLimitedError
	var no slack.SlackErrorResponse
	var status slack.StatusCodeError
	var unread *strconv.NumError
	switch {
	case errors.As(err, &limited):
		return &chat.Wait{For: max(limited.RetryAfter, time.Second)}
	case errors.As(err, &unread): // a Retry-After that is no number
		return &chat.Wait{For: unsaid}
	case errors.As(err, &no):
		return p.refusal(no, where)
	case errors.As(err, &status) && status.Code == http.StatusTooManyRequests:
		return &chat.Wait{For: unsaid}
	case errors.As(err, &status) && status.Code < 500: // of something on the way: Slack's own answers are 200
		return err
	case notSent(err):
		return err
	}
	return fmt.Errorf("%w: %w", chat.ErrUnsure, err)
}

// refusal is an error that Slack names.
func (p *Platform) refusal(no slack.SlackErrorResponse, where string) error {
	fix, mendable := fixes[no.Err]
	switch {
	case no.Err == "ratelimited" || no.Err == "rate_limited" || no.Err == "message_limit_exceeded":
		return &chat.Wait{For: unsaid}
	case gone[no.Err]:
		return fmt.Errorf("slack: %s: %w", no.Err, chat.ErrGone)
	case unsure[no.Err]:
		return fmt.Errorf("slack: %s: %w", no.Err, chat.ErrUnsure)
	case passing[no.Err]:
		return fmt.Errorf("slack: %s", no.Err)
	case mendable:
		if ofToken[no.Err] {
			where = ""
		}
		if no.Needed != "" {
			fix += " It needs " + no.Needed + "."
		}
		t := &chat.Trouble{Cause: no.Err, Where: where, Fix: fix}
		if ofToken[no.Err] && p.trouble.Swap(t) == nil {
			p.cfg.Log.Error("slack: nothing works until this is mended", "cause", no.Err, "fix", fix)
		}
		return t
	}
	return fmt.Errorf("slack: %w: %w", chat.ErrNever, no)
}

// refused reports whether Slack's word for the error is this.
func refused(err error, word string) bool {
	var no slack.SlackErrorResponse
	return errors.As(err, &no) && no.Err == word
}

// notSent reports errors from before anything was sent: no such host, refused
// connections, and a context that had ended already.
func notSent(err error) bool {
	var op *net.OpError
	var cert *tls.CertificateVerificationError
	return errors.As(err, &cert) || errors.As(err, &op) && op.Op == "dial" || errors.Is(err, errNotTried)
}

// errNotTried: the call was not made at all.
var errNotTried = errors.New("slack: not tried")

// call makes one call of the Web API at the pace that Slack allows; its error is
// sorted. A pause that Slack asked for, unless it ends in a moment, is answered
// by *chat.Wait without asking again.
func (p *Platform) call(ctx context.Context, method string, do func(*slack.Client) error) error {
	return p.callAt(ctx, method, about{}, do)
}

// about says what a call is about: a channel or a person, and there the message
// that the id tells from others: a post's key, an edit's timestamp. An urgent
// one goes before all others.
type about struct {
	where, id string
	urgent    bool
}

// callAt is call about a channel or a person.
func (p *Platform) callAt(ctx context.Context, method string, a about, do func(*slack.Client) error) error {
	if err := p.pace.wait(ctx, method, a); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%w: %w", errNotTried, err)
	}
	err := p.sorted(do(p.client), a.where)
	var w *chat.Wait
	var t *chat.Trouble
	switch {
	case err == nil:
		p.trouble.Store(nil)
	case errors.As(err, &w):
		p.pace.pause(method, w.For)
	case errors.As(err, &t) && ofToken[t.Cause]:
	case ctx.Err() != nil && !notSent(err):
		p.cfg.Log.Debug("slack: not waited for", "method", method)
	}
	return err
}
