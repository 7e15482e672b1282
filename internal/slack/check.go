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

// Level of a Finding.
type Level string

const (
	OK   Level = "ok"
	Warn Level = "warn"
	Fail Level = "fail"
)

// Finding is one line of a diagnosis: what was looked at, what is so, and how to
// mend it.
type Finding struct {
	Level Level
	What  string
	Fix   string // "" where nothing is to be done
}

// Clocks that differ by more than this are told; from stale on Slack's
// deliveries are refused.
const skewed = time.Minute

// Check looks at everything that Slack can be asked about the configuration,
// without changing anything: tokens, scopes, the clock, Socket Mode, and whether
// Deskbell is in the channels. Members are the people's ids.
func Check(ctx context.Context, c Config, channels, members []string) []Finding {
	p, err := New(c)
	if err != nil {
		return []Finding{{Fail, "slack.api_url: " + err.Error(), "Leave it out for Slack's own."}}
	}
	out := p.checkShapes()
	self, err := p.client.AuthTestContext(ctx)
	if err != nil {
		return append(out, p.finding("the bot token", p.sorted(err, "")))
	}
	p.self = *self
	out = append(out, Finding{OK, fmt.Sprintf("the bot token is %s's in the workspace %s", self.User, self.Team), ""})
	out = append(out, checkScopes(self.Header)...)
	out = append(out, checkClock(self.Header))
	if c.AppToken != "" {
		if _, _, err := p.client.StartSocketModeContext(ctx); err != nil {
			f := p.finding("Socket Mode", p.sorted(err, ""))
			f.Fix = "Switch on Socket Mode in the app's settings, and set DESKBELL_SLACK_APP_TOKEN to an app-level token with connections:write."
			out = append(out, f)
		} else {
			out = append(out, Finding{OK, "Socket Mode is on and the app-level token is valid", ""})
		}
	}
	for _, ch := range channels {
		_, err := p.Channel(ctx, ch)
		out = append(out, p.finding("the channel "+ch, err))
	}
	for _, id := range members {
		out = append(out, p.checkMember(ctx, id)...)
	}
	return out
}

// finding is what err means for what was looked at.
func (p *Platform) finding(what string, err error) Finding {
	var t *chat.Trouble
	var no slack.SlackErrorResponse
	switch {
	case err == nil:
		return Finding{OK, what, ""}
	case errors.As(err, &t):
		return Finding{Fail, what + ": " + t.Cause, t.Fix}
	case errors.Is(err, chat.ErrUnknown):
		return Finding{Fail, what + ": Deskbell sees none by that name", fixes["not_in_channel"]}
	case errors.As(err, &no):
		return Finding{Fail, what + ": " + no.Err, "Look that error up in Slack's documentation."}
	}
	return Finding{Fail, what + ": Slack could not be asked: " + err.Error(), "Is the machine online, and slack.api_url right?"}
}

var secretShape = regexp.MustCompile(`^[0-9a-f]{32}$`)

// checkShapes looks at what tokens look like.
func (p *Platform) checkShapes() (out []Finding) {
	c := p.cfg
	wrong := func(bad bool, what, fix string) {
		if bad {
			out = append(out, Finding{Fail, what, fix})
		}
	}
	wrong(!strings.HasPrefix(c.BotToken, "xoxb-"), "DESKBELL_SLACK_BOT_TOKEN is no bot token", "It begins with xoxb- and stands under OAuth & Permissions.")
	wrong(c.AppToken != "" && !strings.HasPrefix(c.AppToken, "xapp-"), "DESKBELL_SLACK_APP_TOKEN is no app-level token", "It begins with xapp- and stands under Basic Information.")
	wrong(c.AppToken == "" && c.SigningSecret == "", "nothing would be delivered", "Set DESKBELL_SLACK_APP_TOKEN for Socket Mode, or DESKBELL_SLACK_SIGNING_SECRET for HTTP.")
	if c.SigningSecret != "" && !secretShape.MatchString(c.SigningSecret) {
		out = append(out, Finding{Warn, "DESKBELL_SLACK_SIGNING_SECRET does not look like a signing secret", "It is 32 hexadecimal digits, under Basic Information."})
	}
	return out
}

func checkScopes(h http.Header) (out []Finding) {
	have := strings.FieldsFunc(h.Get("X-OAuth-Scopes"), func(r rune) bool { return r == ',' || r == ' ' })
	if len(have) == 0 {
		return []Finding{{Warn, "Slack does not say which scopes the token has", ""}}
	}
	for _, s := range Scopes {
		if !slices.Contains(have, s.Name) {
			out = append(out, Finding{Fail, "the scope " + s.Name + " is missing: Deskbell " + s.Why, fixes["missing_scope"]})
		}
	}
	for _, s := range have {
		if !slices.ContainsFunc(Scopes, func(k Scope) bool { return k.Name == s }) {
			out = append(out, Finding{Warn, "the scope " + s + " is not used", "Take it away: `deskbell slack-manifest` has what is needed."})
		}
	}
	if len(out) == 0 {
		out = []Finding{{OK, fmt.Sprintf("%d scopes, all that are used and no more", len(have)), ""}}
	}
	return out
}

func checkClock(h http.Header) Finding {
	at, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return Finding{Warn, "Slack does not say what time it is", ""}
	}
	skew := time.Since(at).Round(time.Second)
	what := fmt.Sprintf("this machine's clock is %s from Slack's", skew.Abs())
	switch {
	case skew.Abs() >= stale:
		return Finding{Fail, what, "Set the clock (NTP): Slack's deliveries are refused from 5 minutes on."}
	case skew.Abs() > skewed:
		return Finding{Warn, what, "Set the clock (NTP): from 5 minutes on deliveries are refused."}
	}
	return Finding{OK, what, ""}
}

// checkMember tells only of people who cannot act.
func (p *Platform) checkMember(ctx context.Context, id string) []Finding {
	u, err := p.who(ctx, id)
	switch {
	case err != nil:
		return []Finding{p.finding("the member "+id, err)}
	case u.Outside != "":
		return []Finding{{Fail, fmt.Sprintf("the member %s (%s) can't act here: %s", id, u.Name, u.Outside), "Take them off the desk: /desk member remove MEMBER, or mend the id in desk.members."}}
	}
	return nil
}
