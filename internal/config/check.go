package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/outbox"
)

// check refuses everything that the desk would refuse later, by making the
// policy and seeding an empty desk with it.
func (f *File) check() error {
	for _, check := range []func() error{f.checkAddresses, f.checkDiscord, f.checkRules, f.checkMembers, f.checkChannels, f.checkDigest, f.checkRota, f.checkClients} {
		if err := check(); err != nil {
			return err
		}
	}
	p, err := f.Policy()
	if err != nil {
		return err
	}
	return f.dryRun(p)
}

// maxFacts bounds a seeding that does not come to an end.
const maxFacts = 100_000

// dryRun seeds an empty desk.
func (f *File) dryRun(p desk.Policy) error {
	now := time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC) // any will do
	for seq := range int64(maxFacts) {
		fact, path, err := f.next(&p, now)
		if err != nil || fact == nil {
			return err
		}
		if fact, err = desk.DecideDesk(&p, desk.TheClock, now, fact); err != nil {
			return at(path, "%s", refusal(err))
		}
		p.Directory = p.Directory.Apply(desk.DeskEvent{Seq: seq + 1, At: now, By: desk.TheClock, What: fact})
	}
	return at("$", "the file contradicts itself: seeding the desk with it does not end")
}

// refusal is the sentence of a no.
func refusal(err error) string {
	var r *desk.Refusal
	var n *desk.Needs
	switch {
	case errors.As(err, &r):
		return r.Text
	case errors.As(err, &n) && n.Why != "":
		return n.Why
	}
	return err.Error()
}

func (f *File) checkAddresses() error {
	if f.Database.URL == "" {
		return at("$.database.url", "write a file's path, sqlite:PATH or postgres://…")
	}
	if scheme, _, ok := strings.Cut(f.Database.URL.Reveal(), "://"); ok && scheme != "postgres" && scheme != "postgresql" {
		return at("$.database.url", "no database is reached by %q; write a file's path, sqlite:PATH or postgres://…", scheme)
	}
	if _, port, err := net.SplitHostPort(f.HTTP.Listen); err != nil || port == "" {
		return at("$.http.listen", "%q is no address to listen on; write host and port like 127.0.0.1:8080, or :8080 for every interface", f.HTTP.Listen)
	}
	for _, a := range []struct{ path, url string }{{"$.slack.api_url", f.Slack.APIURL}, {"$.discord.api_url", f.Discord.APIURL}} {
		if u, err := url.Parse(a.url); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return at(a.path, "%q is no address; write it like https://host/api", a.url)
		}
	}
	return nil
}

var (
	idShape  = regexp.MustCompile(`^[0-9]{1,20}$`)
	keyShape = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)
)

func (f *File) checkDiscord() error {
	d := f.Discord
	switch {
	case d.ApplicationID != "" && !idShape.MatchString(d.ApplicationID):
		return at("$.discord.application_id", "%q is no application id; it is digits, under General Information in the developer portal", d.ApplicationID)
	case d.PublicKey != "" && !keyShape.MatchString(d.PublicKey):
		return at("$.discord.public_key", "%q is no public key; it is 64 hexadecimal digits, under General Information in the developer portal", d.PublicKey)
	}
	return nil
}

func (f *File) checkRules() error {
	var names, fixed []string
	for _, k := range desk.DialledRules {
		if k.Fixed {
			fixed = append(fixed, string(k.Rule))
		} else {
			names = append(names, string(k.Rule))
		}
	}
	dials := []string{string(desk.Off), string(desk.Warn), string(desk.Enforce)}
	for _, r := range sorted(f.Rules) {
		switch d := f.Rules[r]; {
		case slices.Contains(fixed, r):
			return at("$.rules."+r+"~", "%s has no dial; it always holds", r)
		case !slices.Contains(names, r):
			return at("$.rules."+r+"~", "%q is no rule; %s", r, suggest(r, names))
		case !slices.Contains(dials, d):
			return at("$.rules."+r, "%q is no dial; a dial is off, warn or enforce", d)
		}
	}
	return nil
}

// identity says whether s is a platform and somebody or something there.
func identity(s string) bool {
	platform, id, ok := strings.Cut(s, ":")
	if platform == "discord" {
		return idShape.MatchString(id) // a name there is no id
	}
	return ok && platform != "" && id != "" && !strings.ContainsAny(s, " \t\n")
}

func (f *File) checkMembers() error {
	for n, id := range f.Desk.Admins {
		if !identity(id) {
			return at(fmt.Sprintf("$.desk.admins[%d]", n), "%q is no identity; write the platform and the person's id there, like slack:U0123 or discord:80351110224678912", id)
		}
	}
	seen := map[string]bool{}
	for _, m := range f.people() {
		if err := m.check(f, seen); err != nil {
			return err
		}
	}
	return nil
}

func (m *person) check(f *File, seen map[string]bool) error {
	switch {
	case !tidy(m.Handle) || strings.Contains(m.Handle, " "):
		return at(m.path+".handle", "a member needs a handle, one word: %q", m.Handle)
	case seen[strings.ToLower(m.Handle)]:
		return at(m.path+".handle", "two members have the handle %q", m.Handle)
	case len(m.Identities) == 0:
		return at(m.path, "%s needs identities, at least one like slack:U0123", m.Handle)
	}
	seen[strings.ToLower(m.Handle)] = true
	for n, id := range m.Identities {
		path := fmt.Sprintf("%s.identities[%d]", m.path, n)
		if !identity(id) {
			return at(path, "%q is no identity; write the platform and the person's id there, like slack:U0123 or discord:80351110224678912", id)
		}
		if seen["="+id] {
			return at(path, "%s is two members' identity", id)
		}
		seen["="+id] = true
	}
	for n, r := range m.Roles {
		path := fmt.Sprintf("%s.roles[%d]", m.path, n)
		if desk.Role(r) == desk.RIntake {
			return at(path, "intake is whoever stands in rota.members; write %s there", m.Handle)
		}
		if !slices.Contains(desk.Roles, desk.Role(r)) {
			return at(path, "%q is no role; %s", r, suggest(r, roleNames()))
		}
	}
	for n, s := range m.Skills {
		if !slices.ContainsFunc(f.Categories, func(c Entry[Category]) bool { return c.Key == s }) {
			return at(fmt.Sprintf("%s.skills[%d]", m.path, n), "the skill %q is no type of the categories", s)
		}
	}
	if m.Zone != "" {
		if _, err := location(m.path+".zone", m.Zone); err != nil {
			return err
		}
	}
	return nil
}

func roleNames() (names []string) {
	for _, r := range desk.Roles {
		names = append(names, string(r))
	}
	return names
}

// tidy reports whether the desk would keep a name as it stands.
func tidy(s string) bool { return s != "" && string(desk.CleanLine(desk.Text(s), 80)) == s }

func (f *File) checkChannels() error {
	return checkPlatforms("$.desk.channels", f.Desk.Channels, "the desk")
}

// checkPlatforms refuses what is no channel, and two channels of one platform.
func checkPlatforms(path string, channels []string, whose string) error {
	seen := map[string]bool{}
	for n, c := range channels {
		path := fmt.Sprintf("%s[%d]", path, n)
		platform, _, _ := strings.Cut(c, ":")
		if !identity(c) {
			return at(path, "%q is no channel; write the platform and the channel's id there, like slack:C0123 or discord:199737254929760256", c)
		}
		if seen[platform] {
			return at(path, "a second channel on %s; %s has one on each platform", platform, whose)
		}
		seen[platform] = true
	}
	return nil
}

func (f *File) checkDigest() error {
	for _, w := range []struct{ path, text string }{{"$.digest.at", f.Digest.At}, {"$.digest.weekly", f.Digest.Weekly}} {
		var no *outbox.WhenError
		if _, err := outbox.ParseWhen(w.text); errors.As(err, &no) {
			return within(w.path, w.text, no.Column, "%s", no.Text)
		}
	}
	// Of a Monday, as good as any.
	first := f.ReportAt().Next(time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC), time.UTC)
	if f.ReportAt().Next(first, time.UTC).Sub(first) < 24*time.Hour {
		return at("$.digest.weekly", "%q comes more than once a day; the report is a week's, such as 0 9 * * 1", f.Digest.Weekly)
	}
	return nil
}

// DigestAt is when the daily digest is due; check has refused what is no time.
func (f *File) DigestAt() outbox.When {
	w, _ := outbox.ParseWhen(f.Digest.At)
	return w
}

// ReportAt is when the weekly report is due, which tells of the seven days before.
func (f *File) ReportAt() outbox.When {
	w, _ := outbox.ParseWhen(f.Digest.Weekly)
	return w
}

func (f *File) checkRota() error {
	if weekday(strings.ToLower(f.Rota.Day)) < 0 {
		return at("$.rota.day", "%q is no day of the week; write it like monday", f.Rota.Day)
	}
	if _, err := time.Parse("15:04", f.Rota.At); err != nil {
		return at("$.rota.at", "%q is no time of day; write it like 09:00", f.Rota.At)
	}
	var handles []string
	for _, m := range f.people() {
		handles = append(handles, m.Handle)
	}
	for _, l := range []struct {
		path string
		list []string
	}{{"$.rota.members", f.Rota.Members}, {"$.rota.on_call", f.Rota.OnCall}} {
		for n, h := range l.list {
			path := fmt.Sprintf("%s[%d]", l.path, n)
			if !slices.Contains(handles, h) {
				return at(path, "there is no member %q; %s", h, suggest(h, handles))
			}
			if slices.Contains(l.list[:n], h) {
				return at(path, "%s stands twice in the rota", h)
			}
		}
	}
	return nil
}

func (f *File) checkClients() error {
	seen, catchAll := map[string]bool{}, ""
	for n, c := range f.Clients {
		path := fmt.Sprintf("$.clients[%d]", n)
		switch {
		case !tidy(c.Name):
			return at(path, "a client needs a name of one line and at most 80 characters: %q", c.Name)
		case seen[strings.ToLower(c.Name)]:
			return at(path+".name", "two clients are called %q", c.Name)
		case c.CatchAll && catchAll != "":
			return at(path+".catch_all", "only one client is the catch-all; %q is already", catchAll)
		case c.Plan != "" && !slices.ContainsFunc(f.Plans, func(p Plan) bool { return p.Name == c.Plan }):
			return at(path+".plan", "there is no plan %q", c.Plan)
		case c.CatchAll:
			catchAll = c.Name
		}
		seen[strings.ToLower(c.Name)] = true
		if c.Zone != "" {
			if _, err := location(path+".zone", c.Zone); err != nil {
				return err
			}
		}
		for k, ct := range c.Contacts {
			path := fmt.Sprintf("%s.contacts[%d]", path, k)
			if ct.Name == "" {
				return at(path, "a contact needs a name")
			}
			if ct.Email != "" && !strings.Contains(ct.Email, "@") {
				return at(path+".email", "%q is no e-mail address; write it like name@example.com", ct.Email)
			}
		}
	}
	return nil
}
