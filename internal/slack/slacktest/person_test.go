package slacktest_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// strict records what would fail a test.
type strict struct {
	testing.TB
	mu   sync.Mutex
	said []string
}

func (s *strict) Helper() {}

func (s *strict) Errorf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said = append(s.said, fmt.Sprintf(format, args...))
}

// last is what was said since it was asked last.
func (s *strict) last() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := strings.Join(s.said, "\n")
	s.said = nil
	return all
}

func TestTheClientLetsNobodyDoMoreThanSlacks(t *testing.T) {
	tb := &strict{TB: t}
	srv := slacktest.New(tb)
	api := slack.New(srv.BotToken, slack.OptionAPIURL(srv.APIURL()))
	srv.AddUser(slacktest.User{ID: "U1", Name: "ann"})
	srv.AddUser(slacktest.User{ID: "U2", Name: "bo"})
	srv.AddChannel(slacktest.Channel{ID: "C2", Name: "secret", Private: true, Members: []string{"U1", srv.BotUserID}})
	if _, _, err := api.PostMessage("C2", slack.MsgOptionText("x", false), slack.MsgOptionBlocks(button("go", "1"))); err != nil {
		t.Fatal(err)
	}
	if _, err := api.OpenView(trigger(srv), form("One")); err != nil {
		t.Fatal(err)
	}
	m := srv.Messages("C2", "U1")[0]
	v, _ := srv.View("U1")
	ann, bo := srv.User("U1"), srv.User("U2")
	for want, do := range map[string]func(){
		"does not see the message": func() { bo.Press(m, "go", "1") },
		"no such action":           func() { ann.Press(m, "stop", "") },
		`the button's value is "1"`: func() {
			ann.Press(m, "go", "2")
		},
		"does not see C2":         func() { bo.Slash("C2", "/ticket", "") },
		"cannot write into C2":    func() { bo.Say("C2", "", "hi") },
		"requires summary":        func() { ann.Submit(v, nil) },
		"has no field client":     func() { ann.Submit(v, map[string]string{"client": "x"}) },
		`"other" is not offered`:  func() { ann.Submit(v, map[string]string{"summary": "x", "kind": "other"}) },
		"takes no line break":     func() { ann.Fill(v, map[string]string{"summary": "a\nb"}) },
		"3001 characters":         func() { ann.Fill(v, map[string]string{"summary": strings.Repeat("é", 3001)}) },
		"is not on top for U2":    func() { bo.Submit(v, nil) },
		"may not change":          func() { ann.EditMessage(m, "mine") },
		"no search kind there":    func() { ann.Suggest(v, "kind", "def") },
		"without dispatch_action": func() { ann.PressView(v, "kind", "defect") },
	} {
		do()
		if got := tb.last(); !strings.Contains(got, want) {
			t.Errorf("want %q, got %q", want, got)
		}
	}
	if err := ann.SlashInThread("C2", m.TS, "/ticket", ""); err == nil {
		t.Error("a command within a thread")
	}
	if len(srv.Deliveries()) != 2 { // the bot's own message, the shortcut
		t.Errorf("%d deliveries were sent", len(srv.Deliveries()))
	}
}

// TestTypedWordsArriveEscaped: whatever is typed, an app that takes the entities
// and tokens away reads the same words again.
func TestTypedWordsArriveEscaped(t *testing.T) {
	srv, _ := workspace(t)
	undo := strings.NewReplacer("<@U1|ann>", "@ann", "<#C1|desk>", "#desk", "<mailto:a@example.com|a@example.com>", "a@example.com", "&amp;", "&", "&lt;", "<", "&gt;", ">")
	rapid.Check(t, func(r *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"@ann", "#desk", "a@example.com", "&", "<", ">", "&lt;", "words", "x@ann", "#12"}), 0, 6).Draw(r, "parts")
		text := strings.Join(parts, " ")
		d := srv.User("U1").Slash("C1", "/ticket", text)
		if got := undo.Replace(d.Payload["text"].(string)); got != text {
			r.Fatalf("%q came as %q", text, d.Payload["text"])
		}
	})
}
