package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/web/webtest"
	"github.com/chromedp/chromedp"
)

// These tests do to the page what nobody should. In all of them webtest fails
// the test for any exception that the page does not catch.

// js is v as a JavaScript expression.
func js(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// visit opens the page as somebody and waits until it is connected.
func visit(b *webtest.Browser, url, as string) {
	b.Do(chromedp.Navigate(url + "/?as=" + as))
	b.Until(fmt.Sprintf(`document.querySelector("#as").value === %q && document.querySelectorAll("#people li").length > 0 && document.querySelector("#place").innerText.includes("desk")`, as))
}

// said says a line in the channel and waits for it: what came before it on the
// same page has arrived.
func said(b *webtest.Browser, text string) {
	b.Say(text)
	b.Shows("#messages", text)
}

func (d *fakeDesk) submits() []map[string]string {
	var all []map[string]string
	for _, in := range d.hears() {
		if in.Kind == chat.Submit {
			all = append(all, in.Values)
		}
	}
	return all
}

func (d *fakeDesk) presses() (tokens []string) {
	for _, in := range d.hears() {
		if in.Kind == chat.Press {
			tokens = append(tokens, in.Token+in.Value)
		}
	}
	return tokens
}

// TestMarkupIsWords: markup typed into every field, and shown in every place
// where the desk can show words, stays words.
func TestMarkupIsWords(t *testing.T) {
	t.Parallel()
	const bad = `<script>pwned=1</script><img src=x onerror=pwned=1>"'><svg onload=pwned=1></textarea><b>{{7*7}}&amp;`
	d := newDesk(t, "")
	d.SetHandler(func(_ context.Context, in chat.Interaction) chat.Reply {
		d.mu.Lock()
		d.heard = append(d.heard, in)
		d.mu.Unlock()
		bads := []chat.Option{{Value: bad, Label: bad}}
		switch {
		case in.Kind == chat.Press:
			return chat.Reply{Refusal: &chat.Refusal{Rule: bad, Text: "refused " + bad}}
		case in.Text == "/form":
			return chat.Reply{Form: &chat.Form{Token: bad, Title: bad, Fields: []chat.Field{
				{Name: "choice", Label: bad, Kind: chat.Choice, Hint: bad, Options: bads},
				{Name: "line", Label: bad, Kind: chat.Line, Value: bad}, {Name: "lines", Label: bad, Kind: chat.Lines, Value: bad},
				{Name: "number", Label: bad, Kind: chat.Number, Hint: bad},
			}}}
		case in.Kind == chat.Submit && in.Values["choice"] == "":
			return chat.Reply{Errors: map[string]string{"choice": bad, "line": bad, "other": bad}}
		}
		acts := []chat.Action{{Token: bad, Label: bad, Value: bad}, {Token: "menu", Label: bad, Options: bads}}
		return chat.Reply{Message: &chat.Message{Text: chat.Say("said " + bad), Card: &chat.Card{
			Title: chat.Say("title " + bad), Text: chat.Join(chat.Words(bad), chat.MentionUser(bad, bad), chat.Text{{Kind: chat.Link, Text: bad, Ref: "javascript:pwned=1"}, {Kind: chat.Code, Text: bad}}),
			Fields: []chat.CardField{{Name: bad, Value: chat.Say(bad)}}, Rows: []chat.Row{{Text: chat.Say(bad), Actions: acts}}, Actions: acts,
		}}}
	})
	url := serve(t, d)
	b := webtest.Start(t, nil)
	visit(b, url, "tech")

	b.Say("/form")
	b.Until(`document.querySelector("dialog").open`)
	for _, field := range []string{"line", "lines", "number"} {
		css := "#field-" + field
		webtest.Eval[bool](b, fmt.Sprintf(`(document.querySelector(%q).select(), true)`, css))
		b.Paste(css, js(field+bad))
	}
	b.Click("#form .primary")
	b.Shows("#field-line-error", bad)
	b.Shows("#form-note", bad)
	webtest.Eval[bool](b, `(document.querySelector("#field-choice").selectedIndex = 1) === 1`)
	b.Click("#form .primary")
	b.Until(`!document.querySelector("dialog").open`)
	b.Shows("#messages .card-title", bad)
	sent := d.submits()
	if got := sent[len(sent)-1]; got["choice"] != bad || got["line"] != "line"+bad || got["lines"] != "lines"+bad || got["number"] != "number"+bad {
		t.Errorf("the form said %q", got)
	}

	b.Click("#messages .card > .actions .act:not(.menu)")
	b.Shows("#notice", "refused "+bad)
	b.Paste("#text", js(bad))
	b.Do(chromedp.KeyEvent("\r"))
	b.Until(fmt.Sprintf(`[...document.querySelectorAll("#messages .text")].some((e) => e.textContent === %s)`, js(bad)))
	if _, err := d.Post(t.Context(), chat.Place{Channel: "desk", Thread: "m1"}, chat.Message{Text: chat.Say(bad)}, "reply"); err != nil {
		t.Fatal(err)
	}
	b.Click(".thread-link")
	b.Paste("#thread-text", js("threaded "+bad))
	b.Do(chromedp.KeyEvent("\r"))
	b.Shows("#replies", "threaded "+bad)
	if err := d.SendMail(t.Context(), "1", Mail{To: bad, Subject: bad, Text: bad}); err != nil {
		t.Fatal(err)
	}
	b.Shows("#mail", bad)
	if made := webtest.Eval[[]string](b, `[...document.querySelectorAll("[onerror], [onload], img[src=x], script:not([src]), a[href^=javascript]")].map((e) => e.outerHTML)`); len(made) > 0 || webtest.Eval[bool](b, `"pwned" in window`) {
		t.Errorf("words became elements: %q", made)
	}
	b.Do(chromedp.Navigate(url + "/?as=%3Cimg%20src%3Dx%20onerror%3Dpwned%3D1%3E&look=%22%3E%3Cscript%3E"))
	b.Shows("#people", "Sam Rivera")
	b.Until(`document.querySelector("#as").value !== ""`)
}

// TestHalfAnEmoji: what is no whole character is shown as a replacement, and
// what goes with it stays.
func TestHalfAnEmoji(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "")
	url := serve(t, d)
	b := webtest.Start(t, nil)
	visit(b, url, "intake")
	b.Paste("#text", `"half \ud83d end"`)
	b.Do(chromedp.KeyEvent("\r"))
	b.Shows("#messages", "half \ufffd end")
	b.Say("/ticket new")
	b.Paste("#field-summary", `"\udd14 summary"`)
	b.Paste("#field-description", `"\ud83d and more\n\ud83d\udd14 whole"`)
	b.Click("#form .primary")
	b.Shows("#messages", "T-43 \ufffd summary")
	if got := d.submits()[0]; got["description"] != "\ufffd and more\n🔔 whole" {
		t.Errorf("the description is %q", got["description"])
	}
}

// TestRightToLeft: words that turn the direction do not turn what the desk
// writes around them.
func TestRightToLeft(t *testing.T) {
	t.Parallel()
	const bad = "\u202egnp.exe \u05e9\u05dc\u05d5\u05dd"
	d := newDesk(t, "")
	d.SetHandler(func(ctx context.Context, in chat.Interaction) chat.Reply {
		if in.Text != "/turn" {
			return d.answer(ctx, in)
		}
		words := chat.Join(chat.Say("BEFORE "), chat.Words(bad), chat.Say(" AFTER LAST"))
		return chat.Reply{Message: &chat.Message{Text: words, Card: &chat.Card{
			Title: words, Text: words, Fields: []chat.CardField{{Name: "Summary", Value: words}}, Rows: []chat.Row{{Text: words}},
		}}}
	})
	url := serve(t, d)
	b := webtest.Start(t, nil)
	visit(b, url, "tech")
	b.Paste("#text", js(bad))
	b.Do(chromedp.KeyEvent("\r"))
	b.Until(fmt.Sprintf(`[...document.querySelectorAll("#messages .text")].some((e) => e.textContent === %s)`, js(bad)))
	b.Say("/turn")
	b.Shows("#messages .card-title", "AFTER")
	// Where the letters stand tells the order that the eye sees.
	turned := webtest.Eval[[]string](b, `(() => {
		const out = [], texts = document.createTreeWalker(document.querySelector("#messages"), NodeFilter.SHOW_TEXT);
		const left = (n, i) => { const r = document.createRange(); r.setStart(n, i); r.setEnd(n, i + 1); return r.getBoundingClientRect().left; };
		for (let n = texts.nextNode(); n; n = texts.nextNode()) {
			const i = n.data.indexOf("AFTER");
			if (i >= 0 && left(n, i) > left(n, n.data.indexOf("LAST"))) out.push(n.parentElement.className + ": " + n.parentElement.textContent);
		}
		return out;
	})()`)
	if len(turned) > 0 {
		t.Errorf("the desk's own words are turned around in %q", turned)
	}
}

var long = strings.TrimSpace(strings.Repeat("lorem ipsum ", 5000)) + " END"

// TestLongWords: a note of ten thousand words gets to the desk whole.
func TestLongWords(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "")
	url := serve(t, d)
	b := webtest.Start(t, nil)
	visit(b, url, "intake")
	b.Say("/ticket new")
	b.Paste("#field-summary", js("Printer"))
	b.Paste("#field-description", js(long))
	b.Click("#form .primary")
	b.Shows("#messages", "T-43 Printer")
	if got := d.submits()[0]["description"]; got != long {
		t.Errorf("of %d bytes of a note %d arrived", len(long), len(got))
	}
	b.Until(`document.documentElement.scrollWidth <= innerWidth`)

}

// TestMoreThanAFieldTakes is said, not cut off in silence.
func TestMoreThanAFieldTakes(t *testing.T) {
	t.Parallel()
	url := serve(t, newDesk(t, ""))
	b := webtest.Start(t, nil)
	visit(b, url, "intake")
	more := strings.Repeat("x", 60)
	b.Say("/ticket new")
	b.Paste("#field-summary", js(more))
	b.Click("#form .primary")
	b.Shows("#field-summary-error", "At most 40 characters")
	b.Until(fmt.Sprintf(`document.querySelector("#field-summary").value === %s`, js(more)))
}

// TestLongTalk: a channel that does not take ten thousand words says so and
// gives them back.
func TestLongTalk(t *testing.T) {
	t.Parallel()
	url := serve(t, newDesk(t, ""))
	b := webtest.Start(t, nil)
	visit(b, url, "intake")
	b.Paste("#text", js(long))
	b.Do(chromedp.KeyEvent("\r"))
	b.Until(`[...document.querySelectorAll("#messages .text")].some((e) => e.textContent.includes("lorem")) || document.querySelector("#text").value.includes("lorem") && document.querySelector("#notice").innerText.length > 10`)
	b.Until(`[...document.querySelectorAll("#messages .text")].some((e) => e.textContent.endsWith(" END")) || document.querySelector("#text").value.endsWith(" END")`)
}

// TestDoubleClick: the second click of a double click does nothing, whether it
// comes before the answer or after.
func TestDoubleClick(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "")
	url := serve(t, d)
	b := webtest.Start(t, nil)
	visit(b, url, "tech")
	b.Say("/ticket 42")
	b.Shows(".card-title", "Approved")

	hold := make(chan struct{})
	d.SetHandler(func(ctx context.Context, in chat.Interaction) chat.Reply {
		<-hold
		return d.answer(ctx, in)
	})
	b.Do(chromedp.DoubleClick(chromedp.CSS("[data-action=start]"), chromedp.NodeVisible))
	close(hold)
	b.Shows(".card-title", "In progress")
	said(b, "one")
	if got := d.presses(); len(got) != 1 {
		t.Errorf("a double click pressed %q", got)
	}

	t.Log("the answer comes between the clicks")
	type point struct{ X, Y float64 }
	at := webtest.Eval[point](b, `(() => { const r = document.querySelector("[data-action=note]").getBoundingClientRect(); return { X: r.x + r.width / 2, Y: r.y + r.height / 2 }; })()`)
	click := func(n int) { b.Do(chromedp.MouseClickXY(at.X, at.Y, chromedp.ClickCount(n))) }
	click(1)
	b.Shows("#messages", "pressed note=internal")
	b.Until(`!document.querySelector(".act:disabled")`)
	click(2)
	said(b, "two")
	if got := d.presses(); len(got) != 2 {
		t.Errorf("a slow double click pressed %q", got[1:])
	}

	t.Log("a form")
	b.Say("/ticket new")
	b.Paste("#field-summary", js("Twice"))
	b.Do(chromedp.DoubleClick(chromedp.CSS("#form .primary"), chromedp.NodeVisible))
	b.Shows("#messages", "T-43 Twice")
	said(b, "three")
	if got := d.submits(); len(got) != 1 {
		t.Errorf("a double click submitted %d times", len(got))
	}

	t.Log("a line")
	b.Paste("#text", js("only once"))
	b.Do(chromedp.DoubleClick(chromedp.CSS("#composer button"), chromedp.NodeVisible))
	said(b, "four")
	if n := webtest.Eval[int](b, `[...document.querySelectorAll("#messages .text")].filter((e) => e.textContent === "only once").length`); n != 1 {
		t.Errorf("a double click on Send said it %d times", n)
	}
}

// TestMenuOfARedrawnCard: the focus stays with the menu.
func TestMenuOfARedrawnCard(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "")
	url := serve(t, d)
	b := webtest.Start(t, nil)
	visit(b, url, "tech")
	b.Say("/ticket 42")
	b.Shows(".card-title", "Approved")
	b.Press("[data-action=move]", "\r")
	b.Until(`document.activeElement.dataset.value === "in_testing"`)
	if err := d.Edit(t.Context(), firstMessage, *ticketCard("In progress")); err != nil {
		t.Fatal(err)
	}
	b.Shows(".card-title", "In progress")
	b.Until(`document.activeElement.closest(".menu-wrap") !== null`)
}

var firstMessage = chat.MessageRef{Place: chat.Place{Channel: "desk"}, ID: "m1"}

// TestCardChangedMeanwhile: somebody presses what the desk has since redrawn,
// which the page has not heard of.
func TestCardChangedMeanwhile(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "")
	url := serve(t, d)
	b := webtest.Start(t, nil)
	visit(b, url, "tech")
	b.Say("/ticket 42")
	b.Shows(".card-title", "Approved")
	ended := &chat.Message{Card: &chat.Card{Title: chat.Say("T-42 Completed"), Actions: []chat.Action{
		{Token: "reopen", Label: "Reopen"}, {Token: "move", Label: "More", Options: []chat.Option{{Value: "reopen", Label: "Reopen"}}}}}}

	d.deafen()
	if err := d.Edit(t.Context(), firstMessage, *ended); err != nil {
		t.Fatal(err)
	}
	d.SetHandler(func(ctx context.Context, in chat.Interaction) chat.Reply {
		if in.Token == "start" {
			return chat.Reply{Refusal: &chat.Refusal{Rule: "status", Text: "T-42 is completed."}, Message: ended, Edit: true}
		}
		return chat.Reply{Refusal: &chat.Refusal{Rule: "status", Text: "T-42 is completed by now."}}
	})
	b.Click("[data-action=note]")
	b.Shows("#notice, #messages", "completed by now")
	b.Click("[data-action=start]")
	b.Shows(".card-title", "T-42 Completed")
	b.Shows("#notice, #messages", "T-42 is completed.")
	b.Until(`!document.querySelector("[data-action=start]") && document.activeElement.closest(".message") !== null`)
}

// deafen keeps from the open pages what happens from now on, as a slow line
// would.
func (d *fakeDesk) deafen() {
	d.Server.mu.Lock()
	defer d.Server.mu.Unlock()
	for st := range d.streams {
		delete(d.streams, st)
	}
}

// TestBackAndForward: the browser's own buttons go through places and people.
func TestBackAndForward(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "")
	if _, err := d.Post(t.Context(), chat.Place{User: "tech"}, chat.Message{Text: chat.Say("For Tess alone.")}, "dm"); err != nil {
		t.Fatal(err)
	}
	url := serve(t, d)
	b := webtest.Start(t, nil)
	visit(b, url, "tech")
	said(b, "for all")
	b.Click("#directs button")
	b.Shows("#messages", "For Tess alone.")
	b.Click("#channels button")
	b.Shows("#messages", "for all")
	b.Click(`[data-nav="as srm"]`)
	b.Until(`document.querySelector("#as").value === "srm"`)
	b.Shows("#messages", "for all")
	b.Paste("#text", js("half a thought"))

	is := func(as, in, words string) {
		t.Helper()
		b.Until(fmt.Sprintf(`document.querySelector("#as").value === %q && location.search.includes("as=%s") && location.search.includes("in=%s") && document.querySelector("#messages").innerText.includes(%q)`, as, as, in, words))
	}
	steps := func(n int) { // not at once, so that this call has its answer
		b.Do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`setTimeout(() => history.go(%d))`, n)))
	}
	back := func() { steps(-1) }
	back()
	is("tech", "desk", "for all")
	b.Until(`document.querySelector("#text").value === "half a thought"`)
	back()
	is("tech", "dm-tech", "For Tess alone.")
	back()
	is("tech", "desk", "for all")
	steps(1)
	is("tech", "dm-tech", "For Tess alone.")
	steps(2)
	is("srm", "desk", "for all")

	t.Log("one address twice is one step")
	b.Click("#channels button")
	back()
	is("tech", "desk", "for all")

	t.Log("back while a form is open leaves no form of somebody else's behind")
	b.Press(`[data-nav="in dm-tech"]`, "\r")
	is("tech", "dm-tech", "For Tess alone.")
	webtest.Eval[bool](b, `(document.querySelector("#text").value = "") === ""`)
	b.Say("/ticket new")
	b.Until(`document.querySelector("dialog").open`)
	b.Paste("#field-summary", js("unsaved"))
	back()
	is("tech", "desk", "for all")
	b.Until(`document.querySelector("dialog").open ? document.querySelector("#field-summary").value === "unsaved" : document.querySelector("#notice").innerText.includes("put aside")`)
}

// TestNoSuchPlace: an address that names no place, or somebody else's, shows
// the channel rather than nothing for ever.
func TestNoSuchPlace(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "")
	url := serve(t, d)
	d.post("/api/say", `{"as":"intake","in":"desk","text":"Good morning."}`)
	b := webtest.Start(t, nil)
	for _, in := range []string{"nowhere", "dm-srm", "%00"} {
		b.Do(chromedp.Navigate(url + "/?as=tech&in=" + in))
		b.Shows("#messages", "Good morning.")
		b.Until(`document.querySelector("#place").innerText.includes("desk")`)
	}
}

// TestIntakeTurns: intake fills in a form, and when it is sent somebody else is
// intake. The desk refuses; the words are not lost.
func TestIntakeTurns(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "")
	url := serve(t, d)
	b := webtest.Start(t, nil)
	visit(b, url, "intake")
	b.Say("/ticket new")
	b.Paste("#field-summary", js("Printer"))
	b.Paste("#field-description", js("long and well considered"))
	d.SetHandler(func(context.Context, chat.Interaction) chat.Reply {
		return chat.Reply{
			Refusal: &chat.Refusal{Rule: "intake-only", Text: "Sam is intake now."},
			Message: &chat.Message{Private: true, Text: chat.Say("Sam is intake now; hand it over.")},
		}
	})
	b.Click("#form .primary")
	b.Shows("#messages, #form-note, #notice", "Sam is intake now")
	b.Until(`!document.querySelector("#form .primary").disabled && (document.querySelector("dialog").open || document.querySelector("#notice button:not(.close)")?.checkVisibility())`)
	if !webtest.Eval[bool](b, `document.querySelector("dialog").open`) {
		b.Click("#notice button:not(.close)")
	}
	b.Until(`document.querySelector("#field-description").checkVisibility() && document.querySelector("#field-description").value === "long and well considered"`)
}

// TestFormPutAsideKeepsWords: a form that is closed by mistake comes back as it
// was left.
func TestFormPutAsideKeepsWords(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "")
	url := serve(t, d)
	b := webtest.Start(t, nil)
	visit(b, url, "intake")
	b.Say("/ticket new")
	b.Paste("#field-description", js("half written"))
	b.Do(chromedp.KeyEvent("\x1b"))
	b.Until(`!document.querySelector("dialog").open`)
	b.Click("#notice button:not(.close)")
	b.Until(`document.querySelector("dialog").open && document.querySelector("#field-description").value === "half written"`)
}

// TestSecondTab: the same person twice sees the same, once each.
func TestSecondTab(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "")
	url := serve(t, d)
	b := webtest.Start(t, nil)
	visit(b, url, "tech")
	other := b.Window()
	visit(other, url, "tech")
	said(b, "from the first")
	other.Shows("#messages", "from the first")
	other.Say("/ticket")
	b.Shows(".private", "Only visible to you")
	b.Say("/ticket 42")
	for _, tab := range []*webtest.Browser{b, other} {
		tab.Shows(".card-title", "Approved")
	}
	t.Log("both fill in a form")
	for i, tab := range []*webtest.Browser{b, other} {
		tab.Say("/ticket new")
		tab.Paste("#field-summary", js(fmt.Sprint("from tab ", i)))
	}
	other.Click("#form .primary")
	b.Shows("#messages", "from tab 1")
	b.Until(`document.querySelector("dialog").open && document.querySelector("#field-summary").value === "from tab 0"`)
	b.Click("#form .primary")
	other.Shows("#messages", "from tab 0")
	t.Log("both press")
	b.Click("[data-action=start]")
	other.Shows(".card-title", "In progress")
	other.Click("[data-action=note]")
	b.Shows("#messages", "pressed note=internal")
	for i, tab := range []*webtest.Browser{b, other} {
		if n := webtest.Eval[int](tab, `document.querySelectorAll("#messages > li").length`); n != 6 {
			t.Errorf("tab %d shows %d messages, want 6", i, n)
		}
	}
	if _, err := d.Post(t.Context(), chat.Place{User: "tech"}, chat.Message{Text: chat.Say("Seen once.")}, "dm"); err != nil {
		t.Fatal(err)
	}
	for _, tab := range []*webtest.Browser{b, other} {
		tab.Until(`document.querySelector("#directs .count") !== null`)
	}
	other.Click("#directs button")
	other.Shows("#messages", "Seen once.")
	b.Until(`document.querySelector("#directs .count") === null`)
}

// TestServerGoneAndBack: what is typed, sent and filled in while the server is
// away gets there once it is back, with the same folder at the same address.
func TestServerGoneAndBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := "127.0.0.1:0"
	start := func() (*fakeDesk, func()) {
		t.Helper()
		d := newDesk(t, dir)
		l, err := net.Listen("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		at = l.Addr().String()
		web := &http.Server{Handler: d.Handler()}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = web.Serve(l)
		}()
		stop := func() {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
			_ = web.Close()
			<-ended
		}
		return d, stop
	}
	_, stop := start()
	defer func() { stop() }()
	b := webtest.Start(t, nil)
	visit(b, "http://"+at, "intake")
	b.Say("/ticket 42")
	b.Shows(".card-title", "Approved")
	b.Paste("#text", js("typed before"))

	stop()
	b.Until(`document.querySelector("#gone").checkVisibility()`)
	b.Press("#text", "\r")
	b.Shows("#notice", "did not answer")
	b.Shows("#notice button", "Try again")
	_, stop = start()
	b.Until(`!document.querySelector("#gone").checkVisibility()`)
	b.Shows(".card-title", "Approved")
	b.Click("#notice button:not(.close)")
	b.Shows("#messages", "typed before")
	b.Until(`document.querySelectorAll("#messages > li").length === 2`)

	t.Log("a form is open")
	b.Say("/ticket new")
	b.Paste("#field-summary", js("Filled in before"))
	stop()
	b.Until(`document.querySelector("#gone").checkVisibility()`)
	b.Click("#form .primary")
	b.Shows("#form-note", "did not answer")
	b.Until(`document.querySelector("dialog").open && document.querySelector("#field-summary").value === "Filled in before"`)
	var d *fakeDesk
	d, stop = start()
	b.Until(`!document.querySelector("#gone").checkVisibility()`)
	b.Until(`document.querySelector("dialog").open && document.querySelector("#field-summary").value === "Filled in before"`)
	b.Click("#form .primary")
	b.Shows("#messages", "T-43 Filled in before")
	if got := d.submits(); len(got) != 1 {
		t.Errorf("submitted %d times", len(got))
	}

	t.Log("two things are done meanwhile, and both can be tried again")
	stop()
	b.Until(`document.querySelector("#gone").checkVisibility()`)
	b.Click("[data-action=note]")
	b.Shows("#notice", "did not answer")
	b.Paste("#text", js("said while away"))
	b.Do(chromedp.KeyEvent("\r"))
	d, stop = start()
	b.Until(`!document.querySelector("#gone").checkVisibility()`)
	for range 2 {
		b.Click("#notice button:not(.close)")
	}
	b.Shows("#messages", "said while away")
	b.Shows("#messages", "pressed note=internal")
	if got := d.presses(); len(got) != 1 {
		t.Errorf("pressed %q", got)
	}
}
