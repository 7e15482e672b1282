package discord_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/discord/discordtest"
)

func TestAnswers(t *testing.T) {
	d := newDesk(t)
	d.answersWith(chat.Reply{Message: tell("between us")})
	d.did(d.types(ann, channel, "note", "text", `"it's" 100% <b> & T-42 ünï`, "ticket", "42"))
	in := d.one()
	if in.Kind != chat.Command || in.Text != `/ticket note 42 "it's" 100% <b> & T-42 ünï` || in.Place != (chat.Place{Channel: channel}) || in.Key == "" {
		t.Errorf("heard %+v", in)
	}
	if d := cmp.Diff(chat.User{ID: ann, Handle: "ann", Name: "Ann Okafor"}, in.From); d != "" {
		t.Error(d)
	}
	if m := d.sees(ann, channel, "between us"); m.EphemeralTo != ann {
		t.Errorf("it is not private: %+v", m)
	}
	d.seesNot(ben, channel, "between us")
	d.answersWith(chat.Reply{Message: &chat.Message{Text: chat.Say("for everybody")}})
	d.did(d.types(ann, channel, "new"))
	d.one()
	d.sees(ben, channel, "for everybody")
	d.did(d.types(ann, d.srv.DM(ann), "new"))
	if in := d.one(); in.Place.User != ann {
		t.Errorf("to Deskbell directly: %+v", in.Place)
	}
	d.sees(ann, d.srv.DM(ann), "for everybody")
}

func TestPresses(t *testing.T) {
	d := newDesk(t)
	m := *card("approved", chat.Action{Token: "start", Label: "Start", Value: "now"}, chat.Action{Token: "p", Label: "Low", Value: "low"}, chat.Action{Token: "p", Label: "High", Value: "high"},
		chat.Action{Token: "more", Label: "More", Options: []chat.Option{{Value: "", Label: "None"}, {Value: "claim", Label: "Claim"}}})
	ref := d.post(chat.Place{Channel: channel}, m)
	d.answersWith(chat.Reply{Message: tell("pressed")})
	on := d.sees(ann, channel, "approved")
	for _, c := range []struct{ label, choose, token, value string }{{"Start", "", "start", "now"}, {"Low", "", "p", "low"}, {"High", "", "p", "high"}, {"", "claim", "more", "claim"}, {"", "∅", "more", ""}} {
		kind, values := 2, []string(nil)
		if c.choose != "" {
			kind, values = 3, []string{c.choose}
		}
		d.did(d.srv.Press(ann, on, d.button(on, c.label), kind, values...))
		if in := d.one(); in.Kind != chat.Press || in.Token != c.token || in.Value != c.value || in.Message != ref {
			t.Errorf("%q: heard %+v", c.label, in)
		}
	}
	d.answersWith(chat.Reply{Message: card("in progress"), Edit: true})
	d.did(d.srv.Press(ann, on, d.button(on, "Start"), 2))
	if m := d.sees(ben, channel, "in progress"); m.ID != ref.ID || m.EphemeralTo != "" {
		t.Errorf("edited: %+v", m)
	}
	d.seesNot(ben, channel, "approved")
}

// TestWhatOneSeesStaysTheirs: an answer for one person never replaces what all see.
func TestWhatOneSeesStaysTheirs(t *testing.T) {
	d := newDesk(t)
	d.post(chat.Place{Channel: channel}, *card("a card", chat.Action{Token: "x", Label: "X"}))
	on := d.sees(ann, channel, "a card")
	d.answersWith(chat.Reply{Message: tell("for Ann's eyes"), Edit: true})
	d.did(d.srv.Press(ann, on, d.button(on, "X"), 2))
	d.sees(ann, channel, "for Ann's eyes")
	d.seesNot(ben, channel, "for Ann's eyes")
	d.sees(ben, channel, "a card")
}

// TestLateAnswers: what takes longer than Discord waits is acknowledged, and comes.
func TestLateAnswers(t *testing.T) {
	d := newDesk(t)
	d.pf.SetSoon(0)
	hold := make(chan struct{})
	d.answers(func(in chat.Interaction) chat.Reply {
		<-hold
		switch {
		case in.Text == "/ticket new for all":
			return chat.Reply{Message: &chat.Message{Text: chat.Say("for everybody")}}
		case in.Kind == chat.Press:
			return chat.Reply{Message: card("in progress"), Edit: true}
		}
		return chat.Reply{Message: tell("for you")}
	})
	d.post(chat.Place{Channel: channel}, *card("approved", chat.Action{Token: "x", Label: "X"}))
	on := d.sees(ann, channel, "approved")
	for _, err := range []error{d.types(ann, channel, "new"), d.types(ben, channel, "new", "summary", "for all"), d.srv.Press(ann, on, d.button(on, "X"), 2)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	d.sees(ben, channel, "approved") // nothing was said yet
	tried := map[string]bool{}       // the first try of each change fails
	d.srv.Answer(func(method, path string) int {
		if method != "PATCH" || tried[path] {
			return 0
		}
		tried[path] = true
		return 503
	})
	close(hold)
	d.pf.Idle()
	d.sees(ann, channel, "for you")
	d.seesNot(ben, channel, "for you")
	d.sees(ann, channel, "for everybody")
	d.sees(ann, channel, "in progress")
	d.seesNot(ann, channel, "thinking")
}

func TestForms(t *testing.T) {
	d := newDesk(t)
	f := &chat.Form{Token: "new;1", Title: "New ticket", Fields: []chat.Field{
		{Name: "summary", Label: "Summary", Kind: chat.Line, Required: true, Value: "it's <b>"},
		{Name: "kind", Label: "Kind", Kind: chat.Choice, Value: "defect", Options: []chat.Option{{Value: "request", Label: "Request"}, {Value: "defect", Label: "Defect"}}},
		{Name: "members", Label: "Members", Kind: chat.People, Value: "<@" + ann + ">"},
	}}
	wrong := map[string]string{"summary": "Say what is broken, please."}
	d.answers(func(in chat.Interaction) chat.Reply {
		switch {
		case in.Kind != chat.Submit:
			return chat.Reply{Form: f}
		case in.Values["summary"] == "bad":
			return chat.Reply{Errors: wrong}
		}
		return chat.Reply{Message: tell("opened")}
	})
	d.did(d.types(ann, channel, "new"))
	d.one()
	// fill has the person leave all as it stands but for the summary.
	fill := func(summary string) {
		t.Helper()
		d.did(d.srv.Submit(ann, func(c discordtest.Component) (string, []string) {
			switch c.CustomID {
			case "summary":
				return summary, nil
			case "kind":
				return "", []string{"defect"}
			}
			return "", []string{ann, ben}
		}))
	}
	fill("bad")
	if d := cmp.Diff(map[string]string{"summary": "bad", "kind": "defect", "members": "<@" + ann + "> <@" + ben + ">"}, d.one().Values); d != "" {
		t.Error(d)
	}
	m := d.sees(ann, channel, "Say what is broken, please.")
	d.seesNot(ben, channel, "Say what is broken")
	d.did(d.srv.Press(ann, m, d.button(m, chat.OnceMore), 2))
	open, ok := d.srv.Modal(ann)
	if !ok || open.Components[0].Component.Value != "bad" || len(open.Components[2].Component.Defaults) != 2 {
		t.Fatalf("open again: %+v", open)
	}
	fill("Toner")
	if in := d.one(); in.Token != f.Token || in.Values["summary"] != "Toner" {
		t.Errorf("heard %+v", in)
	}
	d.sees(ann, channel, "opened")
}

// TestAHandlerThatFalls is said, and all else goes on.
func TestAHandlerThatFalls(t *testing.T) {
	d := newDesk(t)
	d.answers(func(chat.Interaction) chat.Reply { panic("the test's") }) // the fall that the platform must survive
	d.did(d.types(ann, channel, "new"))
	d.one()
	if m := d.sees(ann, channel, "Something went wrong inside Deskbell"); strings.Contains(content(m.Components), "the test's") {
		t.Errorf("it says %+v", m)
	}
}

// TestRefusedInTime: that a form is drawn anew takes its time like the rest; the
// acknowledgement does not wait for it.
func TestRefusedInTime(t *testing.T) {
	f := &chat.Form{Token: "f", Title: "A form", Fields: []chat.Field{{Name: "summary", Label: "Summary"}}}
	hold := make(chan struct{})
	d := &desk{T: t, asks: func(_ context.Context, in chat.Interaction) chat.Reply {
		switch in.Kind {
		case chat.Submit:
			return chat.Reply{Errors: map[string]string{"summary": "Too short."}}
		case chat.Fill:
			<-hold
		}
		return chat.Reply{Form: f}
	}}
	d.open(false)
	if err := d.types(ann, channel, "new"); err != nil {
		t.Fatal(err)
	}
	d.pf.SetSoon(0)
	if err := d.srv.Submit(ann, func(discordtest.Component) (string, []string) { return "x", nil }); err != nil {
		t.Fatal(err)
	}
	close(hold)
	d.pf.Idle()
	d.sees(ann, channel, "Too short.")
}
