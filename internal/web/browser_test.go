package web

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"github.com/chromedp/chromedp"
)

// browser is Chromium on a page of the playground.
type browser struct {
	t   *testing.T
	ctx context.Context
	dir string
}

// startBrowser skips the test where there is no Chromium. The whole browser is
// killed after a minute, so that nothing hangs.
func startBrowser(t *testing.T, flags map[string]any) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless-shell"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("skipped: no chromium or chrome on the PATH")
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1440, 860),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true),
	}
	for name, value := range flags {
		options = append(options, chromedp.Flag(name, value))
	}
	ctx, cancelTime := context.WithTimeout(context.Background(), time.Minute)
	ctx, cancelAll := chromedp.NewExecAllocator(ctx, options...)
	ctx, cancelTab := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		cancelTab()
		cancelAll()
		cancelTime()
	})
	return (&browser{t: t, ctx: ctx, dir: t.ArtifactDir()}).open()
}

// window is one more tab of the same browser.
func (b *browser) window() *browser {
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.t.Cleanup(cancel)
	return (&browser{t: b.t, ctx: ctx, dir: b.dir}).open()
}

// open starts the tab, which lives as long as the context that it starts with.
func (b *browser) open() *browser {
	b.t.Helper()
	if err := chromedp.Do(b.ctx); err != nil {
		b.t.Fatal(err)
	}
	return b
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 15*time.Second)
	defer cancel()
	for i, step := range steps {
		if err := chromedp.Do(ctx, step); err != nil {
			b.shot("failed")
			b.t.Fatalf("step %d: %v", i+1, err)
		}
	}
}

// until waits for a JavaScript condition on the page.
func (b *browser) until(js string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](js, chromedp.WithPollingTimeout(10*time.Second), chromedp.WithPollingMutation())); err != nil {
		text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.body.innerText`))
		b.shot("failed")
		b.t.Fatalf("waiting for %s: %v; the page reads:\n%s", js, err, text)
	}
}

// shows waits for words in the element.
func (b *browser) shows(css, words string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`[...document.querySelectorAll(%q)].some((e) => e.innerText.includes(%q))`, css, words))
}

func (b *browser) click(css string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(css), chromedp.NodeVisible))
}

func (b *browser) say(text string) {
	b.t.Helper()
	b.do(chromedp.SendKeys(chromedp.CSS("#text"), text+"\n"))
}

func (b *browser) shot(name string) {
	b.t.Helper()
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Logf("screenshot %s: %v", name, err)
		return
	}
	if err := os.WriteFile(filepath.Join(b.dir, name+".png"), png, 0o600); err != nil {
		b.t.Error(err)
	}
}

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
	b := startBrowser(t, nil)

	b.do(chromedp.Navigate(url + "/?as=tech"))
	b.shows("#people", "Sam Rivera")
	b.shows("#empty", "Nothing has been said here yet")
	b.until(`document.querySelector("#as").value === "tech"`)
	b.shot("empty")

	t.Log("a command, seen live in a second window")
	other := b.window()
	other.do(chromedp.Navigate(url + "/?as=srm"))
	other.shows("#people", "Sam Rivera")
	b.say("/ticket 42")
	b.shows("#messages .card-title", "Printer on floor 2 <b>won't</b> print")
	other.shows("#messages .card-title", "● Approved")
	b.until(`document.querySelectorAll(".card a").length === 1`) // javascript: is no link

	t.Log("a private answer")
	b.click(`.tries [data-say="/ticket"]`)
	b.shows("#messages .private .only", "Only visible to you")
	other.until(`document.querySelectorAll("#messages > li").length === 1`)

	t.Log("a wrong press is refused in private, a right one edits the card for all")
	other.click(`[data-action=start]`)
	other.shows("#messages .private", "T-42 is worked on by @tech")
	b.click(`[data-action=start]`)
	b.shows(".card-title", "● In progress")
	other.shows(".card-title", "● In progress")
	b.until(`document.querySelectorAll("#messages [data-action=start]:enabled").length === 1`)

	t.Log("a menu by keyboard")
	b.do(chromedp.Focus(chromedp.CSS("[data-action=move]")), chromedp.KeyEvent("\r"))
	b.until(`document.activeElement.dataset.value === "in_testing"`)
	b.shot("menu")
	b.do(chromedp.KeyEvent("\r"))
	b.shows("#messages", "pressed move=in_testing")

	t.Log("a form: dependent choice, a bad field, then a good one")
	b.click(`[data-action=new]`)
	b.until(`document.querySelector("dialog").open && document.activeElement.id === "field-client"`)
	b.until(`[...document.querySelectorAll("#field-contact option")].map((o) => o.value).join() === ",olga,other"`)
	b.do(chromedp.SendKeys(chromedp.CSS("#field-client"), "Bri"))
	b.until(`[...document.querySelectorAll("#field-contact option")].map((o) => o.value).join() === ",ben,other"`)
	b.do(chromedp.SendKeys(chromedp.CSS("#field-summary"), "bad"), chromedp.SendKeys(chromedp.CSS("#field-description"), "kept\nas typed"))
	b.click("#form .primary")
	b.shows("#field-summary-error", "Say what is broken, please.")
	b.until(`document.activeElement.id === "field-summary" && document.querySelector("#field-description").value === "kept\nas typed"`)
	b.shot("form")
	b.do(chromedp.SetValue(chromedp.CSS("#field-summary"), "Scanner is stuck"))
	b.click("#form .primary")
	b.until(`!document.querySelector("dialog").open`)
	b.shows("#messages", "T-43 Scanner is stuck")
	other.shows("#messages", "T-43 Scanner is stuck")

	t.Log("a form put aside can be taken up again")
	b.click(`.tries [data-say="/ticket new"]`)
	b.click("#cancel")
	b.shows("#notice", "nothing was saved")
	b.click("#notice button")
	b.until(`document.querySelector("dialog").open`)
	b.click("#cancel")
	b.click("#notice .close")

	t.Log("unread messages of others, and acting as them")
	if _, err := d.Post(b.ctx, chat.Place{User: "intake"}, chat.Message{Text: chat.Say("You are on duty.")}, "duty"); err != nil {
		t.Fatal(err)
	}
	b.shows(`[data-nav="as intake"] .count`, "") // badge is there
	b.click(`[data-nav="as intake"]`)
	b.until(`document.querySelector("#as").value === "intake" && location.search.includes("as=intake")`)
	b.until(`document.querySelectorAll("#messages .private").length === 0 && document.querySelectorAll("#messages > li").length > 1`)
	b.click(`#directs button`)
	b.shows("#messages", "You are on duty.")
	b.until(`!document.querySelector("#directs .count")`)

	t.Log("the clock and the mail")
	b.click(`[data-advance="15m"]`)
	b.until(`new Date(document.querySelector("#now").dateTime).toISOString() === "2026-03-02T09:15:00.000Z"`)
	b.click(`[data-to=monday]`)
	b.until(`new Date(document.querySelector("#now").dateTime).toISOString() === "2026-03-09T08:00:00.000Z"`)
	b.shows(".clock", "Mon 9 Mar 09:00") // the desk's zone, wherever the browser is
	if err := d.SendMail(b.ctx, "1", Mail{To: "olga@acme.example", Subject: "T-42 is ready", Text: "Please try.\n-- the desk", Ticket: 42}); err != nil {
		t.Fatal(err)
	}
	b.shows("#mail", "T-42 is ready")

	t.Log("threads")
	b.click(`#channels button`)
	b.shows("#messages .card-title", "Printer")
	for _, text := range []string{"SLA: nothing at risk.", "Ready for days: T-17."} {
		if _, err := d.Post(b.ctx, chat.Place{Channel: "desk", Thread: "m1"}, chat.Message{Text: chat.Say(text)}, text); err != nil {
			t.Fatal(err)
		}
	}
	b.shows(".thread-link", "2 replies")
	b.click(".thread-link")
	b.shows("#replies", "Ready for days")
	b.do(chromedp.SendKeys(chromedp.CSS("#thread-text"), "on it\n"))
	b.shows("#replies", "on it")
	b.shows(".thread-link", "3 replies")
	b.shot("thread")
}

// TestPageConnectsAgain: the server stops and another takes its place.
func TestPageConnectsAgain(t *testing.T) {
	d := newDesk(t, t.TempDir())
	url := serve(t, d)
	b := startBrowser(t, nil)
	b.do(chromedp.Navigate(url + "/?as=tech"))
	b.say("/ticket 42")
	b.shows("#messages", "Approved")
	d.mu.Lock()
	for st := range d.streams {
		d.drop(st)
	}
	d.mu.Unlock()
	b.until(`document.querySelector("#gone").checkVisibility()`)
	b.until(`!document.querySelector("#gone").checkVisibility()`)
	d.post("/api/say", `{"as":"srm","in":"desk","text":"back"}`)
	b.shows("#messages", "back")
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
		b := startBrowser(t, scheme.flags)
		for _, width := range []int64{1440, 1000, 390} {
			for _, look := range []string{"slack", "discord"} {
				b.do(chromedp.EmulateViewport(width, 844), chromedp.Navigate(url+"/?as=srm&look="+look))
				b.shows("#messages", "Queue: 3 ready")
				b.shows("#people, #as", "Sam Rivera")
				b.until(`document.documentElement.scrollWidth <= innerWidth`)
				b.shot(fmt.Sprintf("%s-%s-%d", scheme.name, look, width))
			}
		}
		b.click("#menu")
		b.shot(scheme.name + "-menu-390")
		b.click("#menu")
		b.click("#mail-button")
		b.shot(scheme.name + "-mail-390")
		b.click("#mail .close")
		b.say("/ticket new")
		b.until(`document.querySelector("dialog").open`)
		b.shot(scheme.name + "-form-390")
	}
}
