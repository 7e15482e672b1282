package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/web/webtest"
	"github.com/chromedp/chromedp"
	"time"
)

// states are what a visitor can have before them; each begins on a page opened
// as srm in the channel that talk fills.
var states = []struct {
	name  string
	quiet bool // nobody has said anything
	phone bool // there is no such state elsewhere
	reach func(*webtest.Browser, *fakeDesk)
}{
	{"empty", true, false, func(b *webtest.Browser, _ *fakeDesk) { b.Shows("#empty", "Nothing") }},
	{"conversation", false, false, func(*webtest.Browser, *fakeDesk) {}},
	{"direct", false, false, func(b *webtest.Browser, _ *fakeDesk) {
		b.Press("#directs button", "\r")
		b.Shows("#messages", "You are on duty")
	}},
	{"menu", false, false, func(b *webtest.Browser, _ *fakeDesk) {
		b.Press("[data-action=move]", "\r")
		b.Until(`document.activeElement.dataset.value === "in_testing"`)
	}},
	{"row menu", false, false, func(b *webtest.Browser, _ *fakeDesk) {
		b.Press(".rows .menu", "\r")
		b.Until(`document.activeElement.dataset.value === "claim"`)
	}},
	{"private", false, false, func(b *webtest.Browser, _ *fakeDesk) { b.Say("/ticket"); b.Shows(".private .only", "Only ") }},
	{"thread", false, false, func(b *webtest.Browser, _ *fakeDesk) { b.Press(".thread-link", "\r"); b.Shows("#replies", "on it") }},
	{"mail", false, false, func(b *webtest.Browser, _ *fakeDesk) { b.Press("#mail-button", "\r"); b.Shows("#mail", "your printer") }},
	{"no mail", true, false, func(b *webtest.Browser, _ *fakeDesk) { b.Press("#mail-button", "\r"); b.Shows("#mail", "No mail") }},
	{"form", false, false, func(b *webtest.Browser, _ *fakeDesk) { openTheForm(b) }},
	{"form errors", false, false, func(b *webtest.Browser, _ *fakeDesk) {
		openTheForm(b)
		b.Press("#form .primary", "\r")
		b.Shows("#field-summary-error", "Please fill this in")
	}},
	{"notice", false, false, func(b *webtest.Browser, _ *fakeDesk) {
		openTheForm(b)
		b.Press("#cancel", "\r")
		b.Shows("#notice", "put aside")
	}},
	{"gone", false, false, func(b *webtest.Browser, d *fakeDesk) {
		_ = d.Close()
		b.Until(`document.querySelector("#gone").checkVisibility()`)
	}},
	{"phone menu", false, true, func(b *webtest.Browser, _ *fakeDesk) {
		b.Press("#menu", "\r")
		b.Until(`document.querySelector("#nav").checkVisibility()`)
	}},
}

func openTheForm(b *webtest.Browser) {
	b.Say("/ticket new")
	b.Until(`document.querySelector("dialog").open`)
}

// talk is a little of everything that the page can show.
func talk(t *testing.T, d *fakeDesk) {
	t.Helper()
	d.post("/api/say", `{"as":"intake","in":"desk","text":"Good morning. The VPN at Acme is back."}`)
	d.post("/api/say", `{"as":"srm","in":"desk","text":"/ticket 42"}`)
	d.post("/api/say", `{"as":"srm","in":"desk","text":"/ticket board"}`)
	d.post("/api/say", `{"as":"tech","in":"desk","thread":"m2","text":"on it"}`)
	if _, err := d.Post(t.Context(), chat.Place{User: "srm"}, chat.Message{Text: chat.Say("You are on duty.")}, "duty", time.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := d.SendMail(t.Context(), "1", Mail{To: "olga@acme.example", Subject: "T-42: your printer", Text: "Hello Olga,\nwe are looking at it."}); err != nil {
		t.Fatal(err)
	}
}

// TestAccessible: axe-core finds nothing in any state, look, theme and size;
// nothing is wider than the screen; and who wants things still has them still.
func TestAccessible(t *testing.T) {
	axe := webtest.LoadAxe(t, "webtest")
	looks := []string{"slack", "discord"}
	if testing.Short() {
		looks = looks[:1]
	}
	for _, look := range looks {
		t.Run(look, func(t *testing.T) {
			t.Parallel()
			browser := webtest.Start(t, nil)
			// One address for all desks, so that Chromium keeps axe compiled.
			var desk atomic.Pointer[fakeDesk]
			web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { desk.Load().Handler().ServeHTTP(w, r) }))
			t.Cleanup(func() {
				_ = desk.Load().Close()
				web.Close()
			})
			for _, state := range states {
				t.Run(state.name, func(t *testing.T) {
					d := newDesk(t, "")
					desk.Store(d)
					shown := 0
					if !state.quiet {
						talk(t, d)
						shown = 3
					}
					b := browser.On(t)
					b.Prefers("light", true)
					sizes := screens
					if state.phone {
						sizes = screens[1:2]
					}
					sizes[0].set(b)
					b.Do(chromedp.Navigate(web.URL + "/?as=srm&look=" + look))
					b.Until(fmt.Sprintf(`document.querySelector("#as").value === "srm" && document.querySelectorAll("#messages > li").length === %d`, shown))
					state.reach(b, d)
					for _, s := range sizes {
						s.set(b)
						b.Prefers("light", true)
						report(t, s.name+" light", axe.Judge, b)
						if s.name == "390" {
							small := webtest.Eval[[]string](b, `[...document.querySelectorAll("button, select, input, textarea")].filter((e) =>
								e.checkVisibility() && Math.min(e.getBoundingClientRect().height, e.getBoundingClientRect().width) < 43.5).map((e) => e.outerHTML.slice(0, 100))`)
							if len(small) > 0 {
								t.Errorf("on a phone these are smaller than a finger, 44 pixels: %q", small)
							}
						}
						if over := webtest.Eval[int](b, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
							t.Errorf("%s: the page is %d pixels wider than the screen", s.name, over)
						}
						b.Shot(s.name + "-light")
						if s.scale > 1 {
							continue // the colours are those of the others
						}
						b.Prefers("dark", true)
						report(t, s.name+" dark", axe.Colours, b)
						b.Shot(s.name + "-dark")
					}
					moving := webtest.Eval[[]string](b, `[...document.querySelectorAll("*")].filter((e) => {
						const s = getComputedStyle(e);
						return s.scrollBehavior === "smooth" || (s.transitionDuration + "," + s.animationDuration).split(",").some((x) => parseFloat(x) > 0.01);
					}).map((e) => e.outerHTML.slice(0, 80))`)
					if len(moving) > 0 {
						t.Errorf("these move though less motion is wanted: %q", moving)
					}
				})
			}
		})
	}
}

// screens: the last is the first at a zoom of 200 %.
var screens = []screen{{"1440", 1440, 860, 1}, {"390", 390, 844, 1}, {"zoom200", 720, 430, 2}}

type screen struct {
	name          string
	width, height int64
	scale         float64
}

func (s screen) set(b *webtest.Browser) {
	b.Do(chromedp.EmulateViewport(s.width, s.height, chromedp.EmulateScale(s.scale)))
}

func report(t *testing.T, where string, judge func(*webtest.Browser) (broken, unsure []webtest.Finding), b *webtest.Browser) {
	t.Helper()
	broken, unsure := judge(b)
	for _, f := range broken {
		t.Errorf("%s: %s", where, f)
	}
	for _, f := range unsure {
		t.Logf("%s, axe cannot tell: %s", where, f)
	}
}
