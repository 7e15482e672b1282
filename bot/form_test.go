package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"deskbell.dev/deskbell/internal/chat"
)

// TestFillIsTheFirstDrawing: a form that is drawn again after a choice is the
// form, with what was typed; only what depends on a choice is narrower.
func TestFillIsTheFirstDrawing(t *testing.T) {
	p := sqlitePlay(t)
	p.printer()
	p.step("intake", "/ticket new")
	p.step("intake", "form client=Delta|contact=Mike Duval|came_by=phone|summary=VPN")
	lines := []struct{ who, line string }{{"intake", "/ticket new"}, {"intake", "/ticket categorize 1"}, {"srm", "/ticket clarify 2"}, {"srm", "/ticket duplicate 1"},
		{"srm", "/ticket set 2 description"}, {"srm", "/ticket set 2"}, {"intake", "/ticket set 1 summary"}, {"srm", "/ticket assign 2"}, {"tech", "/ticket time 1"},
		{"tech", "/desk hand"}, {"admin", "/desk setup"}, {"srm", "/ticket snooze 1"}, {"level1", "/ticket real-time"}}
	rapid.Check(t, func(rt *rapid.T) {
		from := rapid.SampledFrom(lines).Draw(rt, "form")
		form := p.handle(from.who, chat.Interaction{Kind: chat.Command, Text: from.line}).Form
		if rapid.Bool().Draw(rt, "to prioritize") {
			form = p.handle("srm", chat.Interaction{Kind: chat.Press, Token: "prioritize;1;0;l;priority=normal"}).Form
			from.who = "srm"
		}
		if form == nil {
			rt.Fatalf("%s opens no form: %+v", from.line, p.handle(from.who, chat.Interaction{Kind: chat.Command, Text: from.line}))
		}
		in := chat.Interaction{Kind: chat.Fill, Token: form.Token, Values: map[string]string{}}
		want := *form
		want.Fields = nil
		for _, f := range form.Fields {
			in.Fields = append(in.Fields, f.Name)
			switch {
			case f.Name == "client" || f.DependsOn != "" || f.Name == "type":
				in.Values[f.Name] = f.Value
			case len(f.Options) > 0:
				in.Values[f.Name] = rapid.SampledFrom(f.Options).Draw(rt, f.Name).Value
			default:
				in.Values[f.Name] = rapid.StringMatching(`[a-z ]{0,8}`).Draw(rt, f.Name)
			}
			f.Value = in.Values[f.Name]
			want.Fields = append(want.Fields, f)
		}
		again := p.handle(from.who, in).Form
		if again == nil {
			rt.Fatalf("%s is not drawn again", from.line)
		}
		if d := cmp.Diff(want, *again); d != "" {
			rt.Fatalf("%s drawn again (-first +again): %s", from.line, d)
		}
	})
}

// TestFillNarrows what depends on a choice.
func TestFillNarrows(t *testing.T) {
	p := sqlitePlay(t)
	p.printer()
	form := p.handle("intake", chat.Interaction{Kind: chat.Command, Text: "/ticket categorize 1"}).Form
	again := p.handle("intake", chat.Interaction{Kind: chat.Fill, Token: form.Token, Fields: []string{"type", "subtype", "item"},
		Values: map[string]string{"type": "Software", "subtype": "Office", "item": "Jam"}}).Form
	labels := func(f chat.Field) string {
		var ls []string
		for _, o := range f.Options {
			ls = append(ls, o.Label)
		}
		return strings.Join(ls, ", ")
	}
	if got, want := labels(again.Fields[1]), "E-mail, Office, Accounting"; got != want {
		t.Errorf("subtypes %s, want %s", got, want)
	}
	if got, want := labels(again.Fields[2]), "Crash, How to"; got != want || again.Fields[2].Value != "" {
		t.Errorf("items %s, want %s; value %q", got, want, again.Fields[2].Value)
	}
	form = p.handle("intake", chat.Interaction{Kind: chat.Command, Text: "/ticket new"}).Form
	again = p.handle("intake", chat.Interaction{Kind: chat.Fill, Token: form.Token, Fields: []string{"client", "contact", "came_by", "summary", "description"},
		Values: map[string]string{"client": "Bright Law", "summary": "Typed already"}}).Form
	if !strings.Contains(again.Fields[1].Hint, "Priya Raman") || again.Fields[3].Value != "Typed already" {
		t.Errorf("%+v", again.Fields)
	}
}

// TestNextIsWhatTheButtonOpens: a platform that can goes on with the same form
// that the button opens on all others.
func TestNextIsWhatTheButtonOpens(t *testing.T) {
	p := sqlitePlay(t)
	p.step("intake", "/ticket new")
	p.step("intake", "form client=Unknown caller|summary=VPN")
	form := p.handle("srm", chat.Interaction{Kind: chat.Press, Token: "prioritize;1;0;l;priority=normal"}).Form
	values := map[string]string{"client": "Acme Dental", "contact": "Jane Porter", "type": "Network", "subtype": "VPN", "item": "Drops", "description": "It drops"}
	in := chat.Interaction{Kind: chat.Submit, Token: form.Token, Values: map[string]string{}}
	for _, f := range form.Fields {
		in.Values[f.Name] = values[f.Name]
	}
	r := p.handle("srm", in)
	if r.Next == nil || r.Message == nil || r.Message.Card.Actions[0].Label != "Continue" {
		t.Fatalf("%+v", r)
	}
	opened := p.handle("srm", chat.Interaction{Kind: chat.Press, Token: r.Message.Card.Actions[0].Token}).Form
	opened.Token, r.Next.Token = "", "" // each names its own draft
	if d := cmp.Diff(opened, r.Next); d != "" {
		t.Errorf("-the button's +next: %s", d)
	}
}

// TestSearch answers what is typed, the likeliest first.
func TestSearch(t *testing.T) {
	p := sqlitePlay(t)
	p.printer()
	p.step("intake", "/ticket new")
	p.step("intake", "form client=Delta|contact=Mike Duval|came_by=phone|summary=Printer is slow")
	p.step("srm", "/ticket cancel 2 withdrawn")
	form := p.handle("intake", chat.Interaction{Kind: chat.Command, Text: "/ticket new"}).Form
	for _, c := range []struct{ token, field, words, values, want string }{
		{form.Token, "client", "a", "", "Acme Dental"},
		{form.Token, "client", "law", "", "Bright Law"},
		{form.Token, "client", "no such", "", ""},
		{form.Token, "contact", "porter", "client=Acme Dental", "Jane Porter · jane.porter@acme-dental.example"},
		{form.Token, "contact", "porter", "client=Bright Law", ""},
		{"duplicate;2;0;l;", "of", "printer", "", "T-1 Printer is jammed · Acme Dental"},
		{"duplicate;1;0;l;", "of", "", "", ""},
		{"add to ticket;0;0;l;", "ticket", "", "", "T-1 Printer is jammed · Acme Dental"},
		{"add to ticket;0;0;l;", "ticket", "#1", "", "T-1 Printer is jammed · Acme Dental"},
		{"add to ticket;0;0;l;", "ticket", "slow", "", ""},
		{"assign;1;0;l;", "member", "to", "", "Tom Baker"},
		{"categorize;1;0;l;", "subtype", "v", "type=Network", "VPN"},
		{"categorize;1;0;l;", "item", "", "type=Network|subtype=VPN", "Drops"},
		{"rubbish", "client", "a", "", ""},
	} {
		in := chat.Interaction{Kind: chat.Search, Token: c.token, Field: c.field, Text: c.words, Values: map[string]string{}}
		for _, kv := range strings.Split(c.values, "|") {
			k, v, _ := strings.Cut(kv, "=")
			in.Values[k] = v
		}
		got := ""
		if opts := p.handle("srm", in).Options; len(opts) > 0 {
			got = opts[0].Label
		}
		if got != c.want {
			t.Errorf("%s %q (%s): %q, want %q", c.field, c.words, c.values, got, c.want)
		}
	}
}

// TestShortcuts: a message is handed over, or put on a ticket, with its thread.
func TestShortcuts(t *testing.T) {
	p := sqlitePlay(t)
	p.printer()
	quoted := []chat.Quoted{{Author: "Jane", At: monday, Text: "Anybody there?"},
		{Author: "Tess", At: monday.Add(time.Minute), Text: "It smells of smoke", Link: "https://chat.example/p2", Files: []string{"smoke.jpg https://chat.example/f1"}}}
	use := func(who, which string) *chat.Form {
		t.Helper()
		r := p.handle(who, chat.Interaction{Kind: chat.Shortcut, Text: which, Quoted: quoted})
		if r.Form == nil {
			t.Fatalf("%s: %+v", which, r)
		}
		return r.Form
	}
	form := use("tech", chat.HandOver)
	want := "Jane, Mon 2 Mar 09:00:\nAnybody there?\n\n▸ Tess, Mon 2 Mar 09:01:\nIt smells of smoke\n\nLink: https://chat.example/p2\nFile: smoke.jpg https://chat.example/f1"
	if form.Title != "Hand to intake" || form.Fields[0].Value != want {
		t.Errorf("%s %q", form.Title, form.Fields[0].Value)
	}
	if r := p.handle("tech", chat.Interaction{Kind: chat.Submit, Token: form.Token, Values: map[string]string{"text": want}}); !strings.HasPrefix(text(r), "R-1 is with intake") {
		t.Errorf("%q", text(r))
	}
	form = use("tech", chat.AddTo)
	if form.Fields[0].Name != "ticket" || form.Fields[0].Kind != chat.Choice || len(form.Fields[0].Options) > 0 || form.Fields[1].Value != want {
		t.Errorf("%+v", form)
	}
	in := chat.Interaction{Kind: chat.Submit, Token: form.Token, Values: map[string]string{"ticket": "99", "text": "seen"}}
	if r := p.handle("tech", in); r.Errors["ticket"] == "" {
		t.Errorf("%+v", r)
	}
	in.Values["ticket"] = "1"
	if r := p.handle("tech", in); text(r) != "T-1: you noted: “seen”." || r.Message.Card.Actions[0].Label != "Open T-1" {
		t.Errorf("%q %+v", text(r), r.Message.Card)
	}
	quoted = nil
	for who, title := range map[string]string{"intake": "New ticket", "tech": "Hand to intake", "srm": "Hand to intake", "observer": "Hand to intake"} {
		if form := use(who, chat.NewRequest); form.Title != title {
			t.Errorf("%s gets %q", who, form.Title)
		}
	}
	for n := range 30 {
		quoted = append(quoted, chat.Quoted{Author: "Jane", Text: strings.Repeat("a", 200), Link: fmt.Sprint("https://chat.example/", n), Files: []string{strings.Repeat("f", 90)}})
	}
	quoted = append(quoted, chat.Quoted{Author: "Tess", Text: "the point", Link: "https://chat.example/last"})
	v := use("tech", chat.HandOver).Fields[0].Value
	if n := utf8.RuneCountInString(v); n > 3000 || n < 2500 || !strings.Contains(v, "▸ Tess:\nthe point") || !strings.Contains(v, "… (cut)") || !strings.Contains(v, "https://chat.example/last") {
		t.Errorf("%d runes: %s", n, v)
	}
}
