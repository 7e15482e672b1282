package web

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/web/webtest"
	"github.com/chromedp/chromedp"
	"time"
)

func serve(t *testing.T, d *fakeDesk) string {
	web := httptest.NewServer(d.Handler())
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		web.Close()
	})
	return web.URL
}

func TestPage(t *testing.T) {
	d := newDesk(t, "")
	url := serve(t, d)
	b := webtest.Start(t, nil)

	b.Do(chromedp.Navigate(url + "/?as=tech"))
	b.Shows("#people", "Sam Rivera")
	b.Shows("#empty", "Nothing has been said here yet")
	b.Until(`document.querySelector("#as").value === "tech"`)
	b.Shot("empty")

	t.Log("a command, seen live in a second window")
	other := b.Window()
	other.Do(chromedp.Navigate(url + "/?as=srm"))
	other.Shows("#people", "Sam Rivera")
	b.Say("/ticket 42")
	b.Shows("#messages .card-title", "Printer on floor 2 <b>won't</b> print")
	other.Shows("#messages .card-title", "● Approved")
	b.Until(`document.querySelectorAll(".card a").length === 1`) // javascript: is no link

	t.Log("a private answer")
	b.Click(`.tries [data-say="/ticket"]`)
	b.Shows("#messages .private .only", "Only visible to you")
	other.Until(`document.querySelectorAll("#messages > li").length === 1`)

	t.Log("a wrong press is refused in private, a right one edits the card for all")
	other.Click(`[data-action=start]`)
	other.Shows("#messages .private", "T-42 is worked on by @Tess Lindqvist")
	b.Click(`[data-action=start]`)
	b.Shows(".card-title", "● In progress")
	other.Shows(".card-title", "● In progress")
	b.Until(`document.querySelectorAll("#messages [data-action=start]:enabled").length === 1`)

	t.Log("a menu by keyboard")
	b.Do(chromedp.Focus(chromedp.CSS("[data-action=move]")), chromedp.KeyEvent("\r"))
	b.Until(`document.activeElement.dataset.value === "in_testing"`)
	b.Shot("menu")
	b.Do(chromedp.KeyEvent("\r"))
	b.Shows("#messages", "pressed move=in_testing")

	t.Log("a form: dependent choice, a bad field, then a good one")
	b.Click(`[data-action=new]`)
	b.Until(`document.querySelector("dialog").open && document.activeElement.id === "field-client"`)
	b.Until(`[...document.querySelectorAll("#field-contact option")].map((o) => o.value).join() === ",olga,other"`)
	b.Do(chromedp.SendKeys(chromedp.CSS("#field-client"), "Bri"))
	b.Until(`[...document.querySelectorAll("#field-contact option")].map((o) => o.value).join() === ",ben,other"`)
	b.Do(chromedp.SendKeys(chromedp.CSS("#field-summary"), "bad"), chromedp.SendKeys(chromedp.CSS("#field-description"), "kept\nas typed"))
	b.Click("#form .primary")
	b.Shows("#field-summary-error", "Say what is broken, please.")
	b.Until(`document.activeElement.id === "field-summary" && document.querySelector("#field-description").value === "kept\nas typed"`)
	b.Shot("form")
	b.Do(chromedp.SetValue(chromedp.CSS("#field-summary"), "Scanner is stuck"))
	b.Click("#form .primary")
	b.Until(`!document.querySelector("dialog").open`)
	b.Shows("#messages", "T-43 Scanner is stuck")
	other.Shows("#messages", "T-43 Scanner is stuck")

	t.Log("a form put aside can be taken up again")
	b.Click(`.tries [data-say="/ticket new"]`)
	b.Click("#cancel")
	b.Shows("#notice", "nothing was saved")
	b.Click("#notice button")
	b.Until(`document.querySelector("dialog").open`)
	b.Click("#cancel")
	b.Click("#notice .close")

	t.Log("unread messages of others, and acting as them")
	if _, err := d.Post(t.Context(), chat.Place{User: "intake"}, chat.Message{Text: chat.Say("You are on duty.")}, "duty", time.Time{}); err != nil {
		t.Fatal(err)
	}
	b.Shows(`[data-nav="as intake"] .count`, "") // badge is there
	b.Click(`[data-nav="as intake"]`)
	b.Until(`document.querySelector("#as").value === "intake" && location.search.includes("as=intake")`)
	b.Until(`document.querySelectorAll("#messages .private").length === 0 && document.querySelectorAll("#messages > li").length > 1`)
	b.Click(`#directs button`)
	b.Shows("#messages", "You are on duty.")
	b.Until(`!document.querySelector("#directs .count")`)

	t.Log("the clock and the mail")
	b.Click(`[data-advance="15m"]`)
	b.Until(`new Date(document.querySelector("#now").dateTime).toISOString() === "2026-03-02T09:15:00.000Z"`)
	b.Click(`[data-to=monday]`)
	b.Until(`new Date(document.querySelector("#now").dateTime).toISOString() === "2026-03-09T08:00:00.000Z"`)
	b.Shows(".clock", "Mon 9 Mar 09:00") // the desk's zone, wherever the browser is
	if err := d.SendMail(t.Context(), "1", Mail{To: "olga@acme.example", Subject: "T-42 is ready", Text: "Please try.\n-- the desk", Ticket: 42}); err != nil {
		t.Fatal(err)
	}
	b.Shows("#mail", "T-42 is ready")

	t.Log("threads")
	b.Click(`#channels button`)
	b.Shows("#messages .card-title", "Printer")
	for _, text := range []string{"SLA: nothing at risk.", "Ready for days: T-17."} {
		if _, err := d.Post(t.Context(), chat.Place{Channel: "desk", Thread: "m1"}, chat.Message{Text: chat.Say(text)}, text, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	b.Shows(".thread-link", "2 replies")
	b.Click(".thread-link")
	b.Shows("#replies", "Ready for days")
	b.Do(chromedp.SendKeys(chromedp.CSS("#thread-text"), "on it\n"))
	b.Shows("#replies", "on it")
	b.Shows(".thread-link", "3 replies")
	b.Shot("thread")
}

// TestPageConnectsAgain: the server stops and another takes its place.
func TestPageConnectsAgain(t *testing.T) {
	d := newDesk(t, t.TempDir())
	url := serve(t, d)
	b := webtest.Start(t, nil)
	b.Do(chromedp.Navigate(url + "/?as=tech"))
	b.Say("/ticket 42")
	b.Shows("#messages", "Approved")
	d.mu.Lock()
	for st := range d.streams {
		d.drop(st)
	}
	d.mu.Unlock()
	b.Until(`document.querySelector("#gone").checkVisibility()`)
	b.Until(`!document.querySelector("#gone").checkVisibility()`)
	d.post("/api/say", `{"as":"srm","in":"desk","text":"back"}`)
	b.Shows("#messages", "back")
}

// TestPageLooks takes pictures for a person to look at (go test -artifacts),
// and measures what one can measure: nothing wider than the screen.
func TestPageLooks(t *testing.T) {
	d := newDesk(t, "")
	url := serve(t, d)
	d.post("/api/say", `{"as":"intake","in":"desk","text":"Good morning. The VPN at Acme is back."}`)
	d.post("/api/say", `{"as":"srm","in":"desk","text":"/ticket 42"}`)
	d.post("/api/say", `{"as":"srm","in":"desk","text":"/ticket board"}`)
	d.post("/api/press", `{"as":"srm","message":"m2","action":"start"}`)
	if err := d.SendMail(context.Background(), "1", Mail{To: "olga@acme.example", Subject: "T-42: your printer", Text: "Hello Olga,\nwe are looking at it."}); err != nil {
		t.Fatal(err)
	}
	for _, scheme := range []struct {
		name  string
		flags map[string]any
	}{{"light", nil}, {"dark", map[string]any{"blink-settings": "preferredColorScheme=0"}}} {
		b := webtest.Start(t, scheme.flags)
		for _, width := range []int64{1440, 1000, 390} {
			for _, look := range []string{"slack", "discord"} {
				b.Do(chromedp.EmulateViewport(width, 844), chromedp.Navigate(url+"/?as=srm&look="+look))
				b.Shows("#messages", "Queue: 3 ready")
				b.Shows("#people, #as", "Sam Rivera")
				b.Until(`document.documentElement.scrollWidth <= innerWidth`)
				b.Shot(fmt.Sprintf("%s-%s-%d", scheme.name, look, width))
			}
		}
		b.Click("#menu")
		b.Shot(scheme.name + "-menu-390")
		b.Click("#menu")
		b.Click("#mail-button")
		b.Shot(scheme.name + "-mail-390")
		b.Click("#mail .close")
		b.Say("/ticket new")
		b.Until(`document.querySelector("dialog").open`)
		b.Shot(scheme.name + "-form-390")
	}
}
