package web

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/web/webtest"
	"github.com/chromedp/chromedp"
	"time"
)

// These tests put into the page what nobody should. In all of them webtest fails
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

// visited is the desk's page in a browser, as somebody.
func visited(t *testing.T, d *fakeDesk, as string) *webtest.Browser {
	t.Helper()
	url := serve(t, d) // before the browser, which must be closed first
	b := webtest.Start(t, nil)
	visit(b, url, as)
	return b
}

// opened is a new desk and its page, in a test that runs beside others.
func opened(t *testing.T, as string) (*fakeDesk, *webtest.Browser) {
	t.Helper()
	t.Parallel()
	d := newDesk(t, "")
	return d, visited(t, d, as)
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
	b := visited(t, d, "tech")

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
	if _, err := d.Post(t.Context(), chat.Place{Channel: "desk", Thread: "m1"}, chat.Message{Text: chat.Say(bad)}, "reply", time.Time{}); err != nil {
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
	b.Do(chromedp.Navigate(webtest.Eval[string](b, "location.origin") + "/?as=%3Cimg%20src%3Dx%20onerror%3Dpwned%3D1%3E&look=%22%3E%3Cscript%3E"))
	b.Shows("#people", "Sam Rivera")
	b.Until(`document.querySelector("#as").value !== ""`)
}

// TestHalfAnEmoji: what is no whole character is shown as a replacement, and
// what goes with it stays.
func TestHalfAnEmoji(t *testing.T) {
	d, b := opened(t, "intake")
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
	b := visited(t, d, "tech")
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
	d, b := opened(t, "intake")
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
	_, b := opened(t, "intake")
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
	_, b := opened(t, "intake")
	b.Paste("#text", js(long))
	b.Do(chromedp.KeyEvent("\r"))
	b.Until(`[...document.querySelectorAll("#messages .text")].some((e) => e.textContent.includes("lorem")) || document.querySelector("#text").value.includes("lorem") && document.querySelector("#notice").innerText.length > 10`)
	b.Until(`[...document.querySelectorAll("#messages .text")].some((e) => e.textContent.endsWith(" END")) || document.querySelector("#text").value.endsWith(" END")`)
}

// TestDoubleClick: the second click of a double click does nothing, whether it
// comes before the answer or after.
func TestDoubleClick(t *testing.T) {
	d, b := opened(t, "tech")
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
