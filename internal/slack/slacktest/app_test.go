package slacktest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
	"go.uber.org/goleak"

	"deskbell.dev/deskbell/internal/slack/slacktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// workspace has two people, a public and a private channel with the app in it.
func workspace(t *testing.T) (*slacktest.Server, *slack.Client) {
	srv := slacktest.New(t)
	srv.AddUser(slacktest.User{ID: "U1", Name: "ann", RealName: "Ann Other", TZ: "Europe/Paris"})
	srv.AddUser(slacktest.User{ID: "U2", Name: "bo", RealName: "Bo"})
	srv.AddChannel(slacktest.Channel{ID: "C1", Name: "desk", Members: []string{"U1", "U2", srv.BotUserID}})
	srv.AddChannel(slacktest.Channel{ID: "C2", Name: "secret", Private: true, Members: []string{"U1", srv.BotUserID}})
	return srv, slack.New(srv.BotToken, slack.OptionAPIURL(srv.APIURL()), slack.OptionAppLevelToken(srv.AppToken))
}

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// app answers what comes through a socket; on says what to acknowledge with.
type app struct {
	mu     sync.Mutex
	events []slackevents.EventsAPIEvent
	acts   []slack.InteractionCallback
}

// connect runs an app on Socket Mode until the test ends.
func connect(t *testing.T, srv *slacktest.Server, api *slack.Client, onCommand func(slack.SlashCommand) any, onAct func(slack.InteractionCallback) any) *app {
	t.Helper()
	a := &app{}
	sm := socketmode.New(api)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = sm.RunContext(ctx) })
	wg.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case e := <-sm.Events:
				a.handle(t, sm, e, onCommand, onAct)
			}
		}
	})
	t.Cleanup(func() { cancel(); wg.Wait() })
	if err := srv.WaitSockets(soon(t), 1); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *app) handle(t *testing.T, sm *socketmode.Client, e socketmode.Event, onCommand func(slack.SlashCommand) any, onAct func(slack.InteractionCallback) any) {
	var answer any
	switch d := e.Data.(type) {
	case slack.SlashCommand:
		answer = onCommand(d)
	case slack.InteractionCallback:
		a.mu.Lock()
		a.acts = append(a.acts, d)
		a.mu.Unlock()
		answer = onAct(d)
	case slackevents.EventsAPIEvent:
		a.mu.Lock()
		a.events = append(a.events, d)
		a.mu.Unlock()
	default:
		if e.Type == socketmode.EventTypeErrorBadMessage {
			t.Errorf("slack-go does not understand: %v", e.Data)
		}
		return
	}
	var err error
	if answer == nil {
		err = sm.Ack(*e.Request)
	} else {
		err = sm.Ack(*e.Request, answer)
	}
	if err != nil {
		t.Error(err)
	}
}

func button(action, value string) slack.Block {
	return slack.NewActionBlock("row", slack.NewButtonBlockElement(action, value, slack.NewTextBlockObject("plain_text", "Press", false, false)))
}

func words(text string) map[string]any { return map[string]any{"text": text} }

// form is a modal with one required text and one choice.
func form(title string) slack.ModalViewRequest {
	plain := func(t string) *slack.TextBlockObject {
		return slack.NewTextBlockObject("plain_text", t, false, false)
	}
	choice := slack.NewOptionsSelectBlockElement("static_select", nil, "kind",
		slack.NewOptionBlockObject("defect", plain("Defect"), nil), slack.NewOptionBlockObject("request", plain("Request"), nil))
	second := slack.NewInputBlock("kind", plain("Kind"), nil, choice)
	second.Optional = true
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: plain(title), Submit: plain("Save"), CallbackID: "new", PrivateMetadata: "{}",
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock("summary", plain("Summary"), nil, slack.NewPlainTextInputBlockElement(nil, "summary")), second,
		}},
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// call makes a call by hand and says whether it was carried out.
func call(t *testing.T, srv *slacktest.Server, method string, args map[string]any) bool {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.APIURL()+method, strings.NewReader(asJSON(t, args)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+srv.BotToken)
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var answer struct{ OK bool }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return answer.OK
}
