package bot_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/slack"
	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// slackFlow is a play on Slack with what only Slack has.
type slackFlow struct {
	*slackPlay
	t *testing.T
}

func newSlackFlow(t *testing.T, sockets bool) *slackFlow {
	return &slackFlow{newSlackPlay(t, filepath.Join(t.TempDir(), "desk.db"), sockets), t}
}

// settled waits until every event so far is taken, and carries out what follows.
func (f *slackFlow) settled() {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for _, d := range f.srv.Deliveries() {
		if err := d.Wait(ctx); err != nil {
			f.t.Fatal(err)
		}
	}
	f.pf.Idle()
	f.drain(ctx)
}

// open opens a ticket as intake and returns its card in the channel.
func (f *slackFlow) open(summary string) slacktest.Message {
	f.t.Helper()
	r := f.say("intake", "/ticket new "+summary)
	r = f.submit("intake", r.Form.ID, map[string]string{"client": "Acme Dental", "contact": "Jane Porter"})
	if r.Message == nil {
		f.t.Fatalf("%s was not opened: %+v", summary, r)
	}
	ms := f.srv.Messages(slackDesk, slackID("observer"))
	return ms[len(ms)-1]
}

// words are all texts of blocks.
func words(raw json.RawMessage) string {
	var b strings.Builder
	for _, x := range blocksOf(raw) {
		b.WriteString(reads(x.Elements) + "\n")
		for _, e := range x.Elements {
			if l := e.label(); l != "" {
				b.WriteString("[" + l + "] ")
			}
		}
	}
	return b.String()
}

// button is the action_id of the button with the label.
func button(t *testing.T, raw json.RawMessage, label string) string {
	t.Helper()
	for _, b := range blocksOf(raw) {
		for _, e := range b.Elements {
			if e.Type == "button" && e.label() == label {
				return e.ActionID
			}
		}
	}
	t.Fatalf("no button %q in %s", label, words(raw))
	return ""
}

// TestThreadOnSlack: replies under a ticket's card are its notes, and follow
// what becomes of them; naming Deskbell makes them words for it.
func TestThreadOnSlack(t *testing.T) {
	for name, sockets := range map[string]bool{"http": false, "sockets": true} {
		t.Run(name, func(t *testing.T) {
			f := newSlackFlow(t, sockets)
			card := f.open("Printer jams")
			tech := f.srv.User(slackID("tech"))
			first := tech.Say(slackDesk, card.TS, "It is the <fuser>, I think & hope")
			second := tech.Say(slackDesk, card.TS, "password: hunter2")
			f.settled()
			if got := f.history(1); !strings.Contains(got, "It is the <fuser>, I think & hope") || !strings.Contains(got, "hunter2") {
				t.Errorf("the notes are missing:\n%s", got)
			}
			tech.EditMessage(first, "It is the tray")
			tech.DeleteMessage(second)
			f.settled()
			r := f.say("srm", "/ticket history 1")
			got := f.shownText(r)
			if !strings.Contains(got, "It is the tray") || strings.Contains(got, "fuser") || strings.Contains(got, "hunter2") {
				t.Errorf("the notes did not follow:\n%s", got)
			}
			before := len(f.srv.Messages(slackDesk, slackID("tech")))
			tech.Say(slackDesk, card.TS, "<@"+f.srv.BotUserID+"> is the tray still there?")
			f.settled()
			ms := f.srv.Messages(slackDesk, slackID("tech"))
			last := ms[len(ms)-1]
			if len(ms) != before+2 || last.EphemeralTo != slackID("tech") || !strings.Contains(last.Text, "Noted on T-1") || last.ThreadTS != card.TS {
				t.Fatalf("the mention was answered by %d messages, the last %+v", len(ms)-before-1, last)
			}
			f.press("tech", last.Channel+"/"+last.TS, button(t, last.Blocks, "Ask the client instead"), "")
			if r := f.say("intake", "/ticket 1"); !strings.Contains(f.shownText(r), "Open question") {
				if v, open := f.srv.View(slackID("tech")); open {
					f.submit("tech", v.ID, nil)
				}
			}
		})
	}
}

func (f *slackFlow) shownText(r reply) string {
	s := newScript(f)
	s.seen = map[string]string{}
	if r.Message == nil {
		return ""
	}
	return s.shown(*r.Message)
}

// TestShortcutsOnSlack: a message anywhere is handed to intake with its thread,
// or added to a ticket that is searched for.
func TestShortcutsOnSlack(t *testing.T) {
	f := newSlackFlow(t, false)
	f.open("Printer jams")
	var all []string
	for _, h := range f.handles {
		all = append(all, slackID(h))
	}
	f.srv.AddChannel(slacktest.Channel{ID: "C0TALK", Name: "talk", Members: append(all, f.srv.BotUserID)})
	tech, tech2 := f.srv.User(slackID("tech")), f.srv.User(slackID("tech2"))
	root := tech.Say("C0TALK", "", "Acme called me")
	on := tech2.Say("C0TALK", root.TS, "The printer on floor 2 smells of smoke")
	tech.Say("C0TALK", root.TS, "later words")
	r := f.did("observer", nil, func(u *slacktest.Person) *slacktest.Delivery { return u.MessageShortcut("hand_to_intake", on) })
	if r.Form == nil || !strings.Contains(r.Form.Fields[0].Value, "Tess Kline") || !strings.Contains(r.Form.Fields[0].Value, "▸ Tom Baker") || strings.Contains(r.Form.Fields[0].Value, "later") {
		t.Fatalf("the form: %+v", r.Form)
	}
	f.submit("observer", r.Form.ID, nil)
	prompts := f.srv.Messages(f.srv.DM(slackID("intake")), slackID("intake"))
	if len(prompts) == 0 || !strings.Contains(words(prompts[len(prompts)-1].Blocks), "smells of smoke") {
		t.Errorf("intake was told: %+v", prompts)
	}
	r = f.did("tech", nil, func(u *slacktest.Person) *slacktest.Delivery { return u.MessageShortcut("add_to_ticket", on) })
	os, _ := tech.Suggest(mustView(t, f.srv, "tech"), "ticket", "printer")
	if len(os) != 1 || os[0].Value != "1" {
		t.Fatalf("the search found %+v", os)
	}
	f.submit("tech", r.Form.ID, map[string]string{"ticket": "printer"})
	if got := f.history(1); !strings.Contains(got, "smells of smoke") {
		t.Errorf("the note is missing:\n%s", got)
	}
	r = f.did("intake", nil, func(u *slacktest.Person) *slacktest.Delivery { return u.GlobalShortcut("new_request") })
	if r.Form == nil || r.Form.Title != "New ticket" {
		t.Errorf("intake's new request: %+v", r.Form)
	}
	r = f.did("srm", nil, func(u *slacktest.Person) *slacktest.Delivery { return u.GlobalShortcut("new_request") })
	if r.Form == nil || r.Form.Title != "Hand to intake" {
		t.Errorf("the SRM's new request: %+v", r.Form)
	}
}

func mustView(t *testing.T, srv *slacktest.Server, who string) slacktest.View {
	t.Helper()
	v, open := srv.View(slackID(who))
	if !open {
		t.Fatalf("%s has no window open", who)
	}
	return v
}

// TestHomeOnSlack: everybody's own page, by role; what is pressed there is
// answered in a window, and the page follows.
func TestHomeOnSlack(t *testing.T) {
	f := newSlackFlow(t, true)
	f.open("Printer jams")
	f.say("srm", "/ticket set 1 description It smells")
	f.say("srm", "/ticket categorize 1 Hardware / Printer / Jam")
	f.say("srm", "/ticket prioritize 1 normal")
	for who, want := range map[string][]string{
		"tech": {"My work", "Next for you", "T-1", "[Start]"}, "srm": {"Triage", "Everything is prioritized", "[Top]"}, "intake": {"You are intake until", "[New ticket]"},
		"sdm": {"Client testing", "Urgent"}, "admin": {"Set-up", "2 members share intake"}, "observer": {"Intake now: @intake", "[Hand to intake]"},
	} {
		f.srv.User(slackID(who)).OpenHome()
		f.settled()
		v, ok := f.srv.Home(slackID(who))
		for _, w := range want {
			if !ok || !strings.Contains(words(v.Blocks), w) {
				t.Errorf("%s's page lacks %q:\n%s", who, w, words(v.Blocks))
			}
		}
	}
	home, _ := f.srv.Home(slackID("tech"))
	r := f.did("tech", nil, func(u *slacktest.Person) *slacktest.Delivery {
		return u.PressView(home, button(t, home.Blocks, "Start"), "")
	})
	if !strings.Contains(f.shownText(r), "T-1 is yours, now In progress") {
		t.Errorf("Start on the page was answered by: %s", f.shownText(r))
	}
	if home, _ = f.srv.Home(slackID("tech")); !strings.Contains(words(home.Blocks), "In progress") {
		t.Errorf("the page did not follow:\n%s", words(home.Blocks))
	}
	window := mustView(t, f.srv, "tech")
	r = f.did("tech", nil, func(u *slacktest.Person) *slacktest.Delivery {
		return u.PressView(window, button(t, window.Blocks, "Note"), "")
	})
	if r.Form == nil || len(f.srv.Views(slackID("tech"))) != 2 {
		t.Fatalf("Note in the window opened %+v", r.Form)
	}
	f.submit("tech", r.Form.ID, map[string]string{"text": "the fuser is hot"})
	if got := f.history(1); !strings.Contains(got, "the fuser is hot") {
		t.Errorf("the note is missing:\n%s", got)
	}
}

// TestPeopleOnSlack: who is new is met, who is a guest is told, who has left is
// noticed and what they had started is free again.
func TestPeopleOnSlack(t *testing.T) {
	f := newSlackFlow(t, false)
	f.open("Printer jams")
	f.say("srm", "/ticket set 1 description It smells")
	f.say("srm", "/ticket categorize 1 Hardware / Printer / Jam")
	f.say("srm", "/ticket prioritize 1 normal")
	f.say("tech", "/ticket start 1")
	f.srv.AddUser(slacktest.User{ID: "U0NEW", Name: "nora", RealName: "Nora Neu"})
	f.srv.AddUser(slacktest.User{ID: "U0GUEST", Name: "gus", RealName: "Gus Guest", Guest: true})
	f.handles = append(f.handles, "new", "guest")
	f.srv.UpdateChannel(slackDesk, func(c *slacktest.Channel) { c.Members = append(c.Members, "U0NEW", "U0GUEST") })
	if got := f.shownText(f.say("new", "/ticket 1")); !strings.Contains(got, "T-1") {
		t.Errorf("somebody new is shown: %s", got)
	}
	if got := f.shownText(f.say("guest", "/ticket 1")); strings.Contains(got, "Printer") {
		t.Errorf("a guest is shown: %s", got)
	}
	f.srv.UpdateUser(slackID("tech"), func(u *slacktest.User) { u.Deleted = true })
	f.settled()
	tk := f.ticket(1)
	if tk["status"] != "approved" || tk["assignee"] != nil {
		t.Errorf("what a leaver had started is %v, with %v", tk["status"], tk["assignee"])
	}
	told := f.srv.Messages(f.srv.DM(slackID("srm")), slackID("srm"))
	if !slices.ContainsFunc(told, func(m slacktest.Message) bool { return strings.Contains(m.Text, "free again") }) {
		t.Error("the SRM was not told")
	}
}

// TestScopes: the app asks for exactly what it uses.
func TestScopes(t *testing.T) {
	f := newSlackFlow(t, false)
	card := f.open("Printer jams")
	tech := f.srv.User(slackID("tech"))
	tech.Say(slackDesk, card.TS, "a note")
	tech.Say(slackDesk, card.TS, "<@"+f.srv.BotUserID+"> a note too")
	tech.OpenHome()
	f.settled()
	tech.Say(f.srv.DM(slackID("tech")), "", "mine")
	f.settled()
	f.srv.AddChannel(slacktest.Channel{ID: "C0PRIV", Name: "private", Private: true, Members: []string{slackID("admin"), slackID("tech"), slackID("intake"), f.srv.BotUserID}})
	f.say("admin", "/desk channel set private")
	f.drain(t.Context())
	// A post whose answer is lost is looked for, wherever it may stand.
	lost := map[string]bool{}
	f.srv.Fault(func(c slacktest.Call) slacktest.Fault {
		channel := c.Params.Get("channel")
		if c.Method == "chat.postMessage" && !lost[channel] {
			lost[channel] = true
			return slacktest.Fault{CutAfter: true}
		}
		return slacktest.Fault{}
	})
	f.say("observer", "/desk hand Jane called")
	f.open("Phone is dead")
	f.srv.Fault(nil)
	now := f.clock()
	for n := 0; n < 20; n++ { // until what was cut is tried again
		now = now.Add(time.Minute)
		if _, err := f.advance(t.Context(), now); err != nil {
			t.Fatal(err)
		}
	}
	tech.Say("C0PRIV", f.lastCard("C0PRIV").TS, "a note in private")
	f.settled()
	if _, err := f.store.Enqueue(t.Context(), desk.Notice{Key: "report", Kind: desk.Post, Place: "channel", What: "report/" + reportSlot, Due: now}); err != nil {
		t.Fatal(err)
	}
	f.drain(t.Context())
	var want []string
	for _, s := range slack.Scopes {
		want = append(want, s.Name)
	}
	used := slices.DeleteFunc(f.srv.ScopesUsed(), func(s string) bool { return s == "connections:write" }) // the app token's
	if !slices.Equal(used, want) {
		t.Errorf("used %v\nasked for %v", used, want)
	}
}

func (f *slackFlow) lastCard(channel string) slacktest.Message {
	ms := slices.DeleteFunc(f.srv.Messages(channel, slackID("tech")), func(m slacktest.Message) bool { return m.ThreadTS != "" || !strings.Contains(m.Text, "T-") })
	if len(ms) == 0 {
		f.t.Fatalf("no card in %s", channel)
	}
	return ms[len(ms)-1]
}

// TestDeletedCardOnSlack: a card that somebody deleted stands there anew after
// the next change, once.
func TestDeletedCardOnSlack(t *testing.T) {
	f := newSlackFlow(t, false)
	card := f.open("Printer jams")
	res, err := http.PostForm(f.srv.APIURL()+"chat.delete", url.Values{"token": {f.srv.BotToken}, "channel": {slackDesk}, "ts": {card.TS}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	f.say("srm", "/ticket set 1 description It smells")
	f.say("srm", "/ticket set 1 severity high")
	ms := f.srv.Messages(slackDesk, slackID("observer"))
	if len(ms) != 1 || ms[0].TS == card.TS || !strings.Contains(ms[0].Text, "severity high") {
		t.Errorf("%d messages in the channel: %+v", len(ms), ms)
	}
	if now, _ := f.srv.Message(slackDesk, card.TS); !now.Deleted {
		t.Error("the card was not deleted")
	}
}

// TestTroubleOnSlack: what only an admin can mend is parked, told once, and goes
// on when it is mended.
func TestTroubleOnSlack(t *testing.T) {
	f := newSlackFlow(t, false)
	f.srv.UpdateChannel(slackDesk, func(c *slacktest.Channel) {
		c.Members = slices.DeleteFunc(c.Members, func(id string) bool { return id == f.srv.BotUserID })
	})
	for _, summary := range []string{"Printer jams", "Phone is dead"} {
		r := f.say("intake", "/ticket new "+summary)
		f.submit("intake", r.Form.ID, map[string]string{"client": "Acme Dental"})
	}
	told := f.srv.Messages(f.srv.DM(slackID("admin")), slackID("admin"))
	if len(told) != 1 || !strings.Contains(told[0].Text, "/invite @Deskbell") {
		t.Fatalf("the admin was told %d times: %+v", len(told), told)
	}
	f.srv.UpdateChannel(slackDesk, func(c *slacktest.Channel) { c.Members = append(c.Members, f.srv.BotUserID) })
	f.press("admin", told[0].Channel+"/"+told[0].TS, button(t, told[0].Blocks, "Try again"), "")
	if ms := f.srv.Messages(slackDesk, slackID("observer")); len(ms) != 2 {
		t.Errorf("after it was mended %d cards stand there", len(ms))
	}
}
