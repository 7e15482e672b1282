package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "deskbell.dev/deskbell"

// TestImports keeps the house's ways: who may import whom. Each room lists all
// of ours that it may use; a vendor's package stays in its own room.
func TestImports(t *testing.T) {
	rooms := map[string]struct {
		may []string // rooms of ours
		why string
	}{
		"internal/worktime":            {nil, "working time is pure arithmetic"},
		"internal/chat":                {nil, "the neutral model knows no tickets and no vendor"},
		"internal/chat/chattest":       {[]string{"internal/chat"}, "one suite for all platforms names none"},
		"internal/desk":                {[]string{"internal/worktime"}, "no rule sees a message, a database or a platform"},
		"store":                        {[]string{"internal/desk", "internal/worktime", "store/migrations"}, "the store decides nothing and talks to nobody"},
		"internal/report":              {[]string{"internal/desk"}, "figures and pictures of tickets, whoever reads them"},
		"internal/outbox":              {[]string{"store", "internal/desk"}, "the outbox delivers without knowing what it says"},
		"internal/traffic":             {nil, "it counts and spaces calls, whatever they say"},
		"internal/web":                 {[]string{"internal/chat"}, "no platform sees a ticket"},
		"internal/slack":               {[]string{"internal/chat", "internal/traffic"}, "no platform sees a ticket"},
		"internal/slack/slacktest":     {nil, "it stands in for the vendor, whoever talks to it"},
		"internal/discord":             {[]string{"internal/chat", "internal/traffic"}, "no platform sees a ticket"},
		"internal/discord/discordtest": {nil, "it stands in for the vendor, whoever talks to it"},
		"internal/config":              {[]string{"internal/desk", "internal/outbox", "internal/worktime", "store"}, "a file becomes policy, facts and times of duties, nothing else"},
		"internal/sample":              {[]string{"internal/desk", "store"}, "the sample is lived by commands"},
		"bot":                          {[]string{"internal/chat", "internal/desk", "internal/outbox", "internal/report", "internal/worktime", "store"}, "the one place where desk and chat meet"},
	}
	vendors := map[string][]string{
		"github.com/mattn/go-sqlite3":     {"store"},
		"github.com/jackc/pgx":            {"store"},
		"github.com/pressly/goose":        {"store"},
		"github.com/slack-go/slack":       {"internal/slack"},
		"github.com/gorilla/websocket":    {"internal/slack", "internal/discord"},
		"github.com/santhosh-tekuri/":     {"internal/slack/slacktest", "internal/discord/discordtest"},
		"github.com/bwmarrin/discordgo":   {"internal/discord"},
		"github.com/goccy/go-yaml":        {"internal/config"},
		"github.com/robfig/cron":          {"internal/outbox"},
		"gonum.org/":                      {"internal/report"},
		"github.com/alecthomas/kong":      {"cmd/deskbell"},
		"github.com/prometheus/":          {"cmd/deskbell"},
		"github.com/chromedp/":            {"internal/web/webtest"},
		"github.com/rogpeppe/go-internal": nil, // tests only
	}
	pure := []string{"internal/desk", "internal/worktime", "internal/chat"}
	impure := []string{"os", "log", "log/slog", "net", "net/http", "math/rand", "math/rand/v2", "crypto/rand", "database/sql", "io/fs", "os/exec", "syscall"}

	seen := map[string]bool{}
	for _, p := range packages(t) {
		room := strings.TrimPrefix(p.ImportPath, module+"/")
		seen[room] = true
		for _, imp := range p.Imports {
			if ours, ok := strings.CutPrefix(imp, module+"/"); ok && room != "cmd/deskbell" {
				rule, known := rooms[room]
				if known && !slices.Contains(rule.may, ours) {
					t.Errorf("%s imports %s: %s", room, ours, rule.why)
				}
			}
			for vendor, homes := range vendors {
				home := func(h string) bool { return room == h || strings.HasPrefix(room, h+"/") }
				if strings.HasPrefix(imp, vendor) && !slices.ContainsFunc(homes, home) {
					t.Errorf("%s imports %s, which stays in %q", room, imp, homes)
				}
			}
			if slices.Contains(pure, room) && slices.Contains(impure, imp) {
				t.Errorf("%s imports %s: a pure room has no clock, randomness, input, output or logging", room, imp)
			}
		}
	}
	for room := range rooms {
		if !seen[room] {
			t.Errorf("the rules name %s, which is not there", room)
		}
	}
}

type listed struct {
	ImportPath string
	Imports    []string // without those of tests
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var ps []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return ps
		} else if err != nil {
			t.Fatal(err)
		}
		ps = append(ps, p)
	}
}
