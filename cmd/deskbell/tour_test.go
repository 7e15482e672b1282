package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"deskbell.dev/deskbell/internal/config"
	"deskbell.dev/deskbell/internal/sample"
	"deskbell.dev/deskbell/internal/web/webtest"
)

var picture = flag.String("picture", "", "write the README's screenshot to this file")

// serveDemo is the demo's page on the sample desk.
func serveDemo(t *testing.T) (url string) {
	f, err := config.Parse("sample desk", sample.Config)
	if err != nil {
		t.Fatal(err)
	}
	d, err := openDemo(t.Context(), f, t.TempDir(), slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ran := make(chan struct{})
	go func() { defer close(ran); d.box.Run(ctx) }()
	srv := httptest.NewServer(d.web.Handler())
	t.Cleanup(func() {
		stop()
		<-ran
		d.close()
		srv.Close()
	})
	return srv.URL
}

// TestTourIsAccessible has axe-core judge the tour beside real cards, wide and
// on a phone, light and dark.
func TestTourIsAccessible(t *testing.T) {
	t.Parallel()
	axe := webtest.LoadAxe(t, "../../internal/web/webtest")
	url := serveDemo(t)
	b := webtest.Start(t, nil)
	for _, width := range []int64{1440, 390} {
		b.Do(chromedp.EmulateViewport(width, 844), chromedp.Navigate(url+"/"))
		b.Shows("#tour", "New here?")
		judged(t, b, axe, fmt.Sprintf("offered, %d wide", width))
	}
	b.Click("#tour-foot .primary")
	b.Until(`document.querySelector(".tour-here")?.innerText === "Hand to intake"`)
	judged(t, b, axe, "a step on a phone")
	b.Do(chromedp.EmulateViewport(1440, 844))
	judged(t, b, axe, "a step")
}

func judged(t *testing.T, b *webtest.Browser, axe webtest.Axe, what string) {
	t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		b.Prefers(scheme, true)
		broken, _ := axe.Judge(b)
		for _, f := range broken {
			t.Errorf("%s, %s: %s", what, scheme, f)
		}
	}
}

// TestTour follows the tour as a visitor does: whatever is marked is pressed,
// and nothing else but the one choice that a form asks for.
func TestTour(t *testing.T) {
	t.Parallel()
	url := serveDemo(t)
	b := webtest.Start(t, nil)
	b.Do(chromedp.Navigate(url + "/"))
	b.Shows("#tour", "New here?")
	b.Click("#tour-foot .primary")

	press := func(step, what string) {
		t.Helper()
		b.Until(fmt.Sprintf(`document.querySelector("#tour-count").innerText === %q && document.querySelector(".tour-here")?.innerText === %q`, step, what))
		b.Do(chromedp.Click(chromedp.CSS(".tour-here"), chromedp.NodeVisible))
	}
	press("Step 1 of 7", "Hand to intake")
	press("Step 1 of 7", "Submit")
	press("Step 1 of 7", "Go on")
	press("Step 2 of 7", "Accept")
	press("Step 2 of 7", "Go on")
	b.Until(`document.querySelector(".tour-here")?.innerText === "Urgent"`)
	b.Shows("#messages dd", "Urgent: severity high × impact medium +20, Gold +20, VIP +20")
	if *picture != "" {
		shoot(t, b, *picture)
	}
	press("Step 3 of 7", "Urgent")
	press("Step 3 of 7", "Go on")
	press("Step 4 of 7", "+15 min")
	b.Shows("#mail", "We expect to start")
	press("Step 4 of 7", "Go on")
	press("Step 5 of 7", "/ticket next")
	press("Step 5 of 7", "Go on")
	press("Step 6 of 7", "Start testing")
	press("Step 6 of 7", "Passed")
	press("Step 6 of 7", "Go on")
	press("Step 7 of 7", "Confirmed")
	b.Until(`document.querySelector("dialog").open && document.querySelector(".tour-here").id === "field-how"`)
	b.Do(chromedp.SendKeys(chromedp.CSS("#field-how"), "call"))
	press("Step 7 of 7", "Submit")
	press("Step 7 of 7", "Go on")
	press("The end", "Next Monday 09:00")
	b.Shows("#tour", "deskbell init")
	b.Shows("#messages .private .card", "Client testing (")
	b.Until(`!document.querySelector(".tour-here")`)
	b.Shot("tour")

	n := after(t, b, `document.querySelector("#messages .card-title").ownerDocument.querySelectorAll("[data-verb=show][data-ticket]").length.toString()`)
	if n == "0" {
		t.Error("nothing went stale")
	}
	kept := after(t, b, `localStorage.getItem("deskbell-tour")`)
	var state struct{ Ticket int }
	if err := json.Unmarshal([]byte(kept), &state); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get(fmt.Sprintf("%s/api/tickets/%d", url, state.Ticket))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var tk struct {
		Status, Assignee, Tester, Summary string
		HandedBy                          string `json:"handed_by"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&tk); err != nil {
		t.Fatal(err)
	}
	if tk.Status != "completed" || tk.Assignee != "tech" || tk.Tester != "tech2" || tk.HandedBy != "tech" || !strings.HasPrefix(tk.Summary, "Nobody at the front desk") {
		t.Errorf("the tour ended with %+v", tk)
	}

	t.Log("taken up again after a reload, and begun anew")
	b.Do(chromedp.Navigate(url + "/"))
	b.Shows("#tour", "That is the desk")
	b.Click("#tour-foot button:last-child")
	b.Until(`document.querySelector("#tour-count").innerText === "Step 1 of 7" && document.querySelector(".tour-here")?.innerText === "Hand to intake"`)
	t.Log("left, and taken up where it was")
	b.Click("#tour-foot button:last-child")
	b.Until(`!document.querySelector("#tour").checkVisibility()`)
	b.Click("#tour-button")
	b.Shows("#tour-foot button:nth-child(2)", "Go on with step 1")
	b.Click("#tour-foot button:nth-child(2)")
	b.Until(`document.querySelector("#tour-count").innerText === "Step 1 of 7" && document.querySelector(".tour-here")?.innerText === "Hand to intake"`)

	t.Log("done by itself, step by step")
	for i := 2; i <= 8; i++ {
		for _, label := range []string{"Do it for me", "Go on"} {
			b.Until(fmt.Sprintf(`((e) => e.innerText === %q && !e.disabled)(document.querySelector("#tour-foot button:first-child"))`, label))
			b.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#tour-foot button:first-child").click(), {}`))
		}
		want := fmt.Sprintf("Step %d of 7", i)
		if i == 8 {
			want = "The end"
		}
		b.Until(fmt.Sprintf(`document.querySelector("#tour-count").innerText === %q`, want))
	}
	b.Click("#tour-foot button:first-child")
	b.Until(`!document.querySelector("#tour").checkVisibility() && document.activeElement.id === "tour-button"`)
}

func after(t *testing.T, b *webtest.Browser, js string) string {
	t.Helper()
	b.Until(`(` + js + `) !== null`)
	s, err := b.Value(js)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// shoot writes the picture of the page as it is.
func shoot(t *testing.T, b *webtest.Browser, file string) {
	t.Helper()
	png, err := b.Picture()
	if err == nil {
		err = os.WriteFile(file, png, 0o644)
	}
	if err != nil {
		t.Error(err)
	}
}
