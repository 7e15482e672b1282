package web

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"testing"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/web/webtest"
	"github.com/chromedp/chromedp"
	"time"
)

// These tests change something behind the page's back: a card, the place, who
// may, another tab, the server.

// TestMenuOfARedrawnCard: the focus stays with the menu.
func TestMenuOfARedrawnCard(t *testing.T) {
	d, b := opened(t, "tech")
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
	d, b := opened(t, "tech")
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
	if _, err := d.Post(t.Context(), chat.Place{User: "tech"}, chat.Message{Text: chat.Say("For Tess alone.")}, "dm", time.Time{}); err != nil {
		t.Fatal(err)
	}
	b := visited(t, d, "tech")
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
	d, b := opened(t, "intake")
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
	_, b := opened(t, "intake")
	b.Say("/ticket new")
	b.Paste("#field-description", js("half written"))
	b.Do(chromedp.KeyEvent("\x1b"))
	b.Until(`!document.querySelector("dialog").open`)
	b.Click("#notice button:not(.close)")
	b.Until(`document.querySelector("dialog").open && document.querySelector("#field-description").value === "half written"`)
}

// TestSecondTab: the same person twice sees the same, once each.
func TestSecondTab(t *testing.T) {
	d, b := opened(t, "tech")
	other := b.Window()
	visit(other, webtest.Eval[string](b, "location.origin"), "tech")
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
	if _, err := d.Post(t.Context(), chat.Place{User: "tech"}, chat.Message{Text: chat.Say("Seen once.")}, "dm", time.Time{}); err != nil {
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
