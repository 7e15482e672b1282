package config

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

func environ(env map[string]string) func(string) (string, bool) {
	return func(k string) (string, bool) { v, ok := env[k]; return v, ok }
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestLoad(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "token", "xoxb-from-file\n")
	f, err := Load("", environ(nil))
	if err != nil || f.Desk.Name != "Deskbell" {
		t.Fatalf("no file: %v, %v", f, err)
	}
	write(t, DefaultPath, "desk: {name: Here}\nslack: {bot_token: xoxb-in-the-file}\nhttp: {listen: \":1\"}\n")
	f, err = Load("", environ(map[string]string{"DESKBELL_SLACK_BOT_TOKEN_FILE": "token", "DESKBELL_HTTP_LISTEN": ":2", "DESKBELL_DISCORD_TOKEN": "",
		"DESKBELL_DATABASE_URL": "postgres://x", "DESKBELL_SLACK_APP_TOKEN": "a", "DESKBELL_SLACK_SIGNING_SECRET": "s", "DESKBELL_SLACK_API_URL": "http://127.0.0.1:1/api/",
		"DESKBELL_DISCORD_APPLICATION_ID": "5", "DESKBELL_DISCORD_PUBLIC_KEY": strings.Repeat("ab", 32), "DESKBELL_DISCORD_API_URL": "http://127.0.0.1:2/api"}))
	if err != nil {
		t.Fatal(err)
	}
	got := []string{f.Desk.Name, f.Slack.BotToken.Reveal(), f.HTTP.Listen, f.Database.URL.Reveal(), f.Slack.AppToken.Reveal(), f.Slack.SigningSecret.Reveal(), f.Slack.APIURL,
		f.Discord.Token.Reveal(), f.Discord.ApplicationID, f.Discord.PublicKey, f.Discord.APIURL}
	want := []string{"Here", "xoxb-from-file", ":2", "postgres://x", "a", "s", "http://127.0.0.1:1/api/", "", "5", strings.Repeat("ab", 32), "http://127.0.0.1:2/api"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "empty", "\n")
	write(t, "bad.yaml", "desk:\n  zone: Mars\n")
	for name, c := range map[string]struct {
		path string
		env  map[string]string
		want string
	}{
		"both":          {"", map[string]string{"DESKBELL_DISCORD_TOKEN": "x", "DESKBELL_DISCORD_TOKEN_FILE": "empty"}, "DESKBELL_DISCORD_TOKEN: DESKBELL_DISCORD_TOKEN_FILE is set too; keep one of the two"},
		"no such value": {"", map[string]string{"DESKBELL_DISCORD_TOKEN_FILE": "nowhere"}, "DESKBELL_DISCORD_TOKEN_FILE: the file that it names cannot be read: open nowhere: no such file or directory"},
		"empty":         {"", map[string]string{"DESKBELL_DISCORD_TOKEN_FILE": "empty"}, "DESKBELL_DISCORD_TOKEN_FILE: empty is empty"},
		"bad value":     {"", map[string]string{"DESKBELL_HTTP_LISTEN": "8080"}, `DESKBELL_HTTP_LISTEN: "8080" is no address to listen on; write host and port like 127.0.0.1:8080, or :8080 for every interface`},
		"no such file":  {"nowhere.yaml", nil, "nowhere.yaml: there is no such file; `deskbell init` writes one"},
		"a folder":      {".", nil, ".: cannot be read: read .: is a directory"},
		"bad file":      {"bad.yaml", nil, "bad.yaml:2:9: there is no time zone \"Mars\"; write an IANA name such as Europe/Berlin\n    2 |   zone: Mars\n                ^"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(c.path, environ(c.env))
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("no *Error: %v", err)
			}
			if diff := cmp.Diff(c.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

const team = `desk:
  admins: ["slack:U1"]
  channels: ["slack:C1"]
  members:
    - {handle: ann, name: Ann, identities: ["slack:U1"], roles: [srm]}
    - {handle: bob, name: Bob, identities: ["slack:U2"], roles: [technician, level 1]}
    - {handle: cy, name: Cy, identities: ["slack:U3"]}
rules: {four-eyes: enforce}
rota: {members: [bob, cy, ann], on_call: [ann, bob]}
clients: [{name: Acme, plan: Gold, contacts: [{name: Jo, email: jo@acme.example}]}]
`

var monday = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

func openStore(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), filepath.Join(t.TempDir(), "desk.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// apply reads the text and applies it; it returns the desk's policy after it.
func apply(t *testing.T, s *store.Store, text string, now time.Time) *desk.Policy {
	t.Helper()
	f, err := Parse("team.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := Apply(context.Background(), s, f, now); err != nil {
		t.Fatal(err)
	}
	p, err := s.Policy(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// say records a change by a member, 0 the desk itself, as chat does.
func say(t *testing.T, s *store.Store, by desk.MemberID, now time.Time, facts ...desk.DeskFact) {
	t.Helper()
	actor := desk.By(by)
	if by == 0 {
		actor = desk.TheClock
	}
	for _, f := range facts {
		if _, err := s.DoDesk(context.Background(), store.DeskRequest{By: actor, At: now, Do: f}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestApplyTwiceChangesNothing(t *testing.T) {
	s := openStore(t)
	p := apply(t, s, team, monday)
	bob, _ := p.MemberWith("slack:U2")
	if got := p.IntakeAt(monday).Member; got != bob.ID || !bob.Has(desk.RLevel1) || len(p.With(desk.RAdmin)) != 1 || p.Dial(desk.FourEyes) != desk.Enforce || len(p.Clients) != 1 {
		t.Errorf("intake %d, bob %+v, admins %v, four-eyes %s, clients %d", got, bob, p.With(desk.RAdmin), p.Dial(desk.FourEyes), len(p.Clients))
	}
	for week := range 7 {
		now := monday.AddDate(0, 0, 7*week)
		before := p.IntakeAt(now).Member
		again := apply(t, s, team, now)
		if again.Version != p.Version || again.IntakeAt(now).Member != before {
			t.Errorf("week %d: version %d instead of %d, intake %d instead of %d", week, again.Version, p.Version, again.IntakeAt(now).Member, before)
		}
	}
}

func TestChatWinsOverTheFile(t *testing.T) {
	s := openStore(t)
	p := apply(t, s, team, monday)
	ann, _ := p.MemberWith("slack:U1")
	bob, _ := p.MemberWith("slack:U2")
	say(t, s, ann.ID, monday,
		desk.DialSet{Rule: desk.FourEyes, Dial: desk.Off},
		desk.RoleTaken{Member: bob.ID, Role: desk.RLevel1},
		desk.RotaSet{Members: []desk.MemberID{ann.ID, bob.ID}},
		desk.OnCallSet{Members: []desk.MemberID{bob.ID}},
		desk.ChannelSet{Channel: "slack:C9"})
	p, _ = s.Policy(context.Background())
	again := apply(t, s, strings.Replace(team, "[ann, bob]", "[cy]", 1), monday.AddDate(0, 0, 9))
	if again.Version != p.Version {
		t.Errorf("the file changed what was said in chat: version %d instead of %d", again.Version, p.Version)
	}
	if again.Dial(desk.FourEyes) != desk.Off || again.Members[bob.ID].Has(desk.RLevel1) || len(again.Rota.Base) != 2 || again.Channels[0] != "slack:C9" {
		t.Errorf("dial %s, bob %+v, rota %+v, channels %v", again.Dial(desk.FourEyes), again.Members[bob.ID], again.Rota, again.Channels)
	}
}

// Whoever left stays away, in the file or not, and takes nobody's turn along.
func TestWhoLeftStaysAway(t *testing.T) {
	s := openStore(t)
	p := apply(t, s, team, monday)
	ann, _ := p.MemberWith("slack:U1")
	cy, _ := p.MemberWith("slack:U3")
	say(t, s, ann.ID, monday, desk.MemberLeft{Member: cy.ID})
	p, _ = s.Policy(context.Background())
	for week := range 4 {
		if again := apply(t, s, team, monday.AddDate(0, 0, 7*week)); again.Version != p.Version || again.Members[cy.ID].Active {
			t.Errorf("week %d: version %d instead of %d, cy %+v", week, again.Version, p.Version, again.Members[cy.ID])
		}
	}
}

// Taking the role intake in chat changes the rota, so the file's is over.
func TestIntakeTakenInChat(t *testing.T) {
	s := openStore(t)
	p := apply(t, s, team, monday)
	ann, _ := p.MemberWith("slack:U1")
	cy, _ := p.MemberWith("slack:U3")
	say(t, s, ann.ID, monday, desk.RoleTaken{Member: cy.ID, Role: desk.RIntake})
	if again := apply(t, s, team, monday); len(again.Rota.Base) != 2 {
		t.Errorf("the file gave the role back: %+v", again.Rota)
	}
}

func TestFileGrows(t *testing.T) {
	s := openStore(t)
	apply(t, s, team, monday)
	p := apply(t, s, strings.NewReplacer(
		`identities: ["slack:U2"]`, `identities: ["slack:U2", "discord:9"]`,
		"[bob, cy, ann]", "[bob, ann, cy]", "enforce}", "warn}", "[{name: Acme", "[{name: New}, {name: Acme").Replace(team), monday)
	bob, ok := p.MemberWith("discord:9")
	if !ok || bob.Handle != "bob" || p.Dial(desk.FourEyes) != desk.Warn || len(p.Clients) != 2 || p.Members[p.Rota.Base[1]].Handle != "ann" {
		t.Errorf("bob %+v, dial %s, %d clients, rota %v", bob, p.Dial(desk.FourEyes), len(p.Clients), p.Rota.Base)
	}
}

// Somebody in chat has the handle already: the file's member gets another, and
// the file's rota means its own.
func TestHandleTakenInChat(t *testing.T) {
	s := openStore(t)
	apply(t, s, "", monday)
	say(t, s, 0, monday, desk.MemberAdded{Member: desk.Member{Handle: "cy", Identities: []string{"slack:U77"}}})
	p := apply(t, s, team, monday)
	cy, _ := p.MemberWith("slack:U3")
	if again := apply(t, s, team, monday); again.Version != p.Version || p.Rota.Base[1] != cy.ID {
		t.Errorf("version %d instead of %d, rota %v, cy is %d", again.Version, p.Version, p.Rota.Base, cy.ID)
	}
}
