package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"deskbell.dev/deskbell/internal/chat"
)

// Clocks that differ by more than this are told; from stale on Slack's
// deliveries are refused.
const skewed = time.Minute

// Check looks at everything that Slack can be asked about the configuration,
// without changing anything: tokens, scopes, the clock, Socket Mode, and whether
// Deskbell is in the channels. Members are the people's ids.
func Check(ctx context.Context, c Config, channels, members []string) []chat.Finding {
	p, err := New(c)
	if err != nil {
		return []chat.Finding{finding(chat.Fail, "slack.api_url: "+err.Error(), "Leave it out for Slack's own.")}
	}
	out := p.checkShapes()
	self, err := p.client.AuthTestContext(ctx)
	if err != nil {
		return append(out, p.found("the bot token", p.sorted(err, "")))
	}
	p.self = *self
	out = append(out, finding(chat.OK, fmt.Sprintf("the bot token is %s's in the workspace %s", self.User, self.Team), ""))
	out = append(out, checkScopes(self.Header)...)
	out = append(out, checkClock(self.Header))
	if c.AppToken != "" {
		if _, _, err := p.client.StartSocketModeContext(ctx); err != nil {
			f := p.found("Socket Mode", p.sorted(err, ""))
			f.Fix = "Switch on Socket Mode in the app's settings, and set DESKBELL_SLACK_APP_TOKEN to an app-level token with connections:write."
			out = append(out, f)
		} else {
			out = append(out, finding(chat.OK, "Socket Mode is on and the app-level token is valid", ""))
		}
	}
	for _, ch := range channels {
		_, err := p.Channel(ctx, ch)
		out = append(out, p.found("the channel "+ch, err))
	}
	for _, id := range members {
		out = append(out, p.checkMember(ctx, id)...)
	}
	return out
}

func finding(l chat.Level, what, fix string) chat.Finding {
	return chat.Finding{Level: l, What: what, Fix: fix}
}

// found is what err means for what was looked at.
func (p *Platform) found(what string, err error) chat.Finding {
	var t *chat.Trouble
	var no slack.SlackErrorResponse
	switch {
	case err == nil:
		return finding(chat.OK, what, "")
	case errors.As(err, &t):
		return finding(chat.Fail, what+": "+t.Cause, t.Fix)
	case errors.Is(err, chat.ErrGone):
		return finding(chat.Fail, what+": Slack has nobody and nothing by that id", "Is the id right? In Slack: the profile, or the channel's details, Copy ID.")
	case errors.Is(err, chat.ErrUnknown):
		return finding(chat.Fail, what+": Deskbell sees none by that name", fixes["not_in_channel"])
	case errors.As(err, &no):
		return finding(chat.Fail, what+": "+no.Err, "Look that error up in Slack's documentation.")
	}
	return finding(chat.Fail, what+": Slack could not be asked: "+err.Error(), "Is the machine online, and slack.api_url right?")
}

var secretShape = regexp.MustCompile(`^[0-9a-f]{32}$`)

// checkShapes looks at what tokens look like.
func (p *Platform) checkShapes() (out []chat.Finding) {
	c := p.cfg
	wrong := func(bad bool, what, fix string) {
		if bad {
			out = append(out, finding(chat.Fail, what, fix))
		}
	}
	wrong(!strings.HasPrefix(c.BotToken, "xoxb-"), "DESKBELL_SLACK_BOT_TOKEN is no bot token", "It begins with xoxb- and stands under OAuth & Permissions.")
	wrong(c.AppToken != "" && !strings.HasPrefix(c.AppToken, "xapp-"), "DESKBELL_SLACK_APP_TOKEN is no app-level token", "It begins with xapp- and stands under Basic Information.")
	wrong(c.AppToken == "" && c.SigningSecret == "", "nothing would be delivered", "Set DESKBELL_SLACK_APP_TOKEN for Socket Mode, or DESKBELL_SLACK_SIGNING_SECRET for HTTP.")
	if c.SigningSecret != "" && !secretShape.MatchString(c.SigningSecret) {
		out = append(out, finding(chat.Warn, "DESKBELL_SLACK_SIGNING_SECRET does not look like a signing secret", "It is 32 hexadecimal digits, under Basic Information."))
	}
	return out
}

func checkScopes(h http.Header) (out []chat.Finding) {
	have := strings.FieldsFunc(h.Get("X-OAuth-Scopes"), func(r rune) bool { return r == ',' || r == ' ' })
	if len(have) == 0 {
		return []chat.Finding{finding(chat.Warn, "Slack does not say which scopes the token has", "")}
	}
	for _, s := range Scopes {
		if !slices.Contains(have, s.Name) {
			level := chat.Fail
			if s.Name == filesWrite { // all else works
				level = chat.Warn
			}
			out = append(out, finding(level, "the scope "+s.Name+" is missing: Deskbell "+s.Why, fixes["missing_scope"]))
		}
	}
	for _, s := range have {
		if !slices.ContainsFunc(Scopes, func(k Scope) bool { return k.Name == s }) {
			out = append(out, finding(chat.Warn, "the scope "+s+" is not used", "Take it away: `deskbell slack-manifest` has what is needed."))
		}
	}
	if len(out) == 0 {
		out = []chat.Finding{finding(chat.OK, fmt.Sprintf("%d scopes, all that are used and no more", len(have)), "")}
	}
	return out
}

func checkClock(h http.Header) chat.Finding {
	at, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return finding(chat.Warn, "Slack does not say what time it is", "")
	}
	skew := time.Since(at).Round(time.Second)
	what := fmt.Sprintf("this machine's clock is %s from Slack's", skew.Abs())
	switch {
	case skew.Abs() >= stale:
		return finding(chat.Fail, what, "Set the clock (NTP): Slack's deliveries are refused from 5 minutes on.")
	case skew.Abs() > skewed:
		return finding(chat.Warn, what, "Set the clock (NTP): from 5 minutes on deliveries are refused.")
	}
	return finding(chat.OK, what, "")
}

// checkMember tells only of people who cannot act.
func (p *Platform) checkMember(ctx context.Context, id string) []chat.Finding {
	u, err := p.who(ctx, id)
	switch {
	case err != nil:
		return []chat.Finding{p.found("the member "+id, err)}
	case u.Outside != "":
		return []chat.Finding{finding(chat.Fail, fmt.Sprintf("the member %s (%s) can't act here: %s", id, u.Name, u.Outside), "Take them off the desk: /desk member remove MEMBER, or mend the id in desk.members.")}
	}
	return nil
}
