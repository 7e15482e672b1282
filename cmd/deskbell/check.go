package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/config"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/discord"
	"deskbell.dev/deskbell/internal/slack"
	"deskbell.dev/deskbell/store"
)

type checkCmd struct{}

// Run looks at everything that can be looked at without changing anything: one
// line a finding, and an error when any is a fail.
func (checkCmd) Run(g *globals) error {
	f, err := g.load()
	if err != nil {
		return err
	}
	found := []chat.Finding{{Level: chat.OK, What: "the configuration can be used"}}
	for _, name := range f.HolidaysEnd(time.Now()) {
		found = append(found, chat.Finding{Level: chat.Warn, What: fmt.Sprintf("the holidays of the calendar %s end with this year or earlier", name),
			Fix: "Write next year's under calendars, or the country whose holidays they are."})
	}
	p, more := checkDesk(g, f)
	found = append(found, more...)
	found = append(found, checkPlatforms(g.ctx, f, p)...)
	failed := 0
	for _, x := range found {
		line := fmt.Sprintf("%-4s  %s", x.Level, x.What)
		if x.Fix != "" {
			line += ". " + x.Fix
		}
		if _, err := fmt.Fprintln(g.out, line); err != nil {
			return err
		}
		if x.Level == chat.Fail {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d checks failed", failed, len(found))
	}
	return nil
}

// checkDesk opens the database beside a running desk; the policy is nil where
// there is none yet.
func checkDesk(g *globals, f *config.File) (*desk.Policy, []chat.Finding) {
	s, err := store.OpenReadOnly(g.ctx, f.Database.URL.Reveal(), g.log)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, []chat.Finding{{Level: chat.Warn, What: "there is no database yet", Fix: "`deskbell serve` makes it on its first start."}}
	case err != nil:
		return nil, []chat.Finding{{Level: chat.Fail, What: err.Error(), Fix: "Is database.url right? `deskbell migrate` brings an older schema up to date."}}
	}
	defer s.Close()
	base, err := f.Policy()
	if err != nil {
		return nil, []chat.Finding{{Level: chat.Fail, What: err.Error()}}
	}
	s.Configure(base)
	p, err := s.Policy(g.ctx)
	if err != nil {
		return nil, []chat.Finding{{Level: chat.Fail, What: "the database cannot be read: " + err.Error(), Fix: "Restore the latest backup."}}
	}
	found := []chat.Finding{{Level: chat.OK, What: "the database can be read"}}
	waiting, err := s.Undelivered(g.ctx)
	if n := waiting["parked"] + waiting["dead"]; err == nil && n > 0 {
		found = append(found, chat.Finding{Level: chat.Warn, What: fmt.Sprintf("%d messages could not be delivered and are kept", n),
			Fix: "Mend what fails below; they are tried again when the desk starts, or by Try again in chat."})
	}
	return p, append(found, checkPeople(f, p, time.Now())...)
}

// checkPeople: without them nothing comes in, and nothing starts.
func checkPeople(f *config.File, p *desk.Policy, now time.Time) []chat.Finding {
	var found []chat.Finding
	needs := func(there bool, good, bad, fix string) {
		if there {
			found = append(found, chat.Finding{Level: chat.OK, What: good})
		} else {
			found = append(found, chat.Finding{Level: chat.Fail, What: bad, Fix: fix})
		}
	}
	if len(p.With(desk.RAdmin)) == 0 && len(f.Desk.Admins) > 0 {
		found = append(found, chat.Finding{Level: chat.Warn, What: "there is no admin yet, and the file names one", Fix: "`deskbell serve` takes over what the file says when it starts."})
	} else {
		needs(len(p.With(desk.RAdmin)) > 0, "there is an admin", "there is no admin", `Name one in desk.admins: ["slack:U0123"] or ["discord:80351110224678912"].`)
	}
	needs(len(p.With(desk.RSRM)) > 0, "there is an SRM", "there is no SRM, so nothing can start", "In chat: /desk role add MEMBER srm.")
	needs(len(p.Categories) > 0, "there are categories", "there are no categories, so nothing but what is urgent can become ready", "Write some under categories in the file; `deskbell init` shows how.")
	needs(slices.ContainsFunc(p.ClientList(), func(c desk.Client) bool { return c.CatchAll }), "there is a catch-all client", "there is no catch-all client, so intake can't accept a request of a caller not known yet",
		"Add one under clients in the file: {name: Unknown caller, catch_all: true}.")
	needs(len(p.Rota.Base) > 0, "the intake rota has members", "the intake rota is empty, so no client ticket can be opened", "In chat: /desk rota set MEMBER MEMBER.")
	if len(p.Rota.Base) > 0 {
		needs(p.IntakeAt(now).Member != 0, "somebody is intake now", "nobody is intake right now", "In chat: /desk rota override MEMBER FROM TO.")
	}
	return found
}

// checkPlatforms asks each platform that is configured.
func checkPlatforms(ctx context.Context, f *config.File, p *desk.Policy) (found []chat.Finding) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	both := f.Slack.BotToken != "" && f.Discord.Token != ""
	asked := func(name, platform string, check func(channels, members []string) []chat.Finding) {
		channels, members := on(platform, f.Desk.Channels), on(platform, f.Desk.Admins)
		if p != nil {
			channels = on(platform, p.Channels)
			for _, m := range p.People() {
				members = append(members, on(platform, m.Identities)...)
			}
		}
		slices.Sort(members)
		for _, x := range check(channels, slices.Compact(members)) {
			if both {
				x.What = name + ": " + x.What
			}
			found = append(found, x)
		}
		if len(channels) == 0 {
			found = append(found, chat.Finding{Level: chat.Fail, What: "no channel for the cards on " + name, Fix: "In chat: /desk setup, or desk.channels in the file."})
		}
	}
	if f.Slack.BotToken != "" {
		asked("Slack", "slack:", func(channels, members []string) []chat.Finding {
			c, err := slackConfig(f)
			if err != nil {
				return []chat.Finding{{Level: chat.Fail, What: err.Error()}}
			}
			return slack.Check(ctx, c, channels, members)
		})
		if f.Slack.SigningSecret != "" {
			found = append(found, checkSignatures(ctx, f.HTTP.Listen)...)
		}
	}
	if f.Discord.Token != "" {
		asked("Discord", "discord:", func(channels, members []string) []chat.Finding {
			c := discordConfig(f)
			c.Desk = func(context.Context) (string, error) { return append(channels, "")[0], nil }
			return discord.Check(ctx, c, channels, members)
		})
	}
	if d := f.Discord; d.Token == "" && (d.ApplicationID != "" || d.PublicKey != "") {
		found = append(found, chat.Finding{Level: chat.Fail, What: "DESKBELL_DISCORD_TOKEN is missing", Fix: "It is the bot's token, under Bot in the developer portal."})
	}
	if len(found) == 0 {
		found = []chat.Finding{{Level: chat.Warn, What: "no chat platform is configured", Fix: "`deskbell init --slack` or `--discord` says what each needs."}}
	}
	return found
}

// on are the ids of one platform.
func on(platform string, ids []string) []string {
	var out []string
	for _, id := range ids {
		if user, ok := strings.CutPrefix(id, platform); ok {
			out = append(out, user)
		}
	}
	return out
}

// checkSignatures asks the running desk what it turned away: only deliveries
// show whether the signing secret is the right one.
func checkSignatures(ctx context.Context, listen string) []chat.Finding {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+here(listen)+"/metrics", nil)
	if err != nil {
		return nil
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return []chat.Finding{{Level: chat.Warn, What: "the desk does not run here, so the signing secret could not be tried", Fix: "Run this beside a running desk."}}
	}
	defer resp.Body.Close()
	count := map[string]string{}
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), `deskbell_slack_deliveries_total{result="`); ok {
			result, n, _ := strings.Cut(rest, `"} `)
			count[result] = n
		}
	}
	switch accepted, wrong := count["accepted"], count["signature"]; {
	case accepted == "":
		return []chat.Finding{{Level: chat.Warn, What: "what listens at " + listen + " is no desk on Slack, so the signing secret could not be tried", Fix: "Run this beside the running desk."}}
	case wrong == "0" && accepted == "0":
		return []chat.Finding{{Level: chat.Warn, What: "Slack has not delivered anything yet, so the signing secret is not tried", Fix: "Type /ticket in Slack, and run this again."}}
	case wrong == "0":
		return []chat.Finding{{Level: chat.OK, What: "the signing secret fits what Slack delivers"}}
	case accepted == "0":
		return []chat.Finding{{Level: chat.Fail, What: wrong + " deliveries since the start had a signature that the signing secret doesn't make, and none had the right one",
			Fix: "Set DESKBELL_SLACK_SIGNING_SECRET to the one under Basic Information."}}
	default:
		return []chat.Finding{{Level: chat.Warn, What: wrong + " deliveries since the start had another signature than the signing secret makes", Fix: "Slack's own fit; somebody else knocks."}}
	}
}
