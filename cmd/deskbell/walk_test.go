package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"

	"deskbell.dev/deskbell/internal/web/webtest"
)

// TestWalk is a visitor's first walk through the demo in a real browser: a
// request is refused to a technician, handed to intake, opened, completed,
// prioritized, pulled, worked, tested by another, installed and confirmed,
// with the mouse and the keyboard alone.
func TestWalk(t *testing.T) {
	t.Parallel()
	url := serveDemo(t)
	const n = tickets + 1
	b := webtest.Start(t, nil)
	as := func(who string) {
		b.Do(chromedp.Navigate(url + "/?as=" + who))
		b.Until(fmt.Sprintf(`document.querySelector("#as").value === %q && document.querySelectorAll("#messages > li").length > 3`, who))
	}
	last := func(label string) { // presses the newest button with the label
		press := fmt.Sprintf(`[...document.querySelectorAll("#messages button:enabled, #replies button:enabled")].filter((e) => e.innerText === %q).at(-1)`, label)
		b.Until(press + ` !== undefined`)
		b.Do(chromedp.Evaluate[chromedp.Void](press + `.click(), {}`))
	}
	fill := func(field, value string) {
		b.Until(`document.querySelector("dialog").open && !!document.querySelector("#field-` + field + `")`)
		b.Do(chromedp.SendKeys(chromedp.CSS("#field-"+field), value))
	}

	submit := func() {
		b.Click("#form .primary")
		b.Until(`!document.querySelector("dialog").open`)
	}

	as("tech")
	b.Say("/ticket new Scanner in the archive jams")
	b.Shows("#messages .private", "Only the intake member of this moment opens client tickets")
	last("Hand to intake")
	b.Until(`document.querySelector("#field-text")?.value === "Scanner in the archive jams"`)
	submit()
	b.Shows("#messages .private", "R-5 is with intake")

	as("intake")
	b.Say("/desk requests")
	b.Shows("#messages .private", "Requests for intake (2)")
	last("Accept")
	b.Shows("#messages", "R-5 is T-69 now")
	b.Say(fmt.Sprintf("/ticket clarify %d", n))
	fill("client", "Bright Law")
	fill("contact", "Priya Raman")
	submit()
	b.Shows("#messages .private", "you set the client to Bright Law")
	b.Say(fmt.Sprintf("/ticket set %d kind defect", n))
	b.Shows("#messages .private", "you set the kind to defect")

	as("srm")
	b.Say(fmt.Sprintf("/ticket prioritize %d normal top", n))
	b.Shows("#messages .private", "isn't ready yet; missing: category")
	last("Fill in and prioritize")
	fill("type", "Hardware")
	fill("subtype", "Printer")
	fill("item", "Jam")
	submit()
	b.Shows("#messages .private", "T-69 is Normal")

	as("tech")
	b.Say("/ticket next")
	b.Shows("#messages .private", "T-69 is yours, now In progress")
	last("Ready to test")
	fill("reason", "Rollers cleaned, 50 pages fed")
	submit()
	b.Shows("#messages", "T-69 is now Ready to test")

	as("tech2")
	b.Say(fmt.Sprintf("/ticket move %d in testing", n))
	b.Shows("#messages .private", "T-69 is now In testing")
	b.Say(fmt.Sprintf("/ticket %d", n))
	last("Passed")
	b.Shows("#messages", "T-69 is now Ready to install")

	as("tech")
	b.Say(fmt.Sprintf("/ticket move %d client testing Back in the archive", n))
	b.Shows("#messages .private", "T-69 is now Client testing")

	as("sdm")
	b.Say(fmt.Sprintf("/ticket confirm %d", n))
	fill("how", "call")
	submit()
	b.Shows("#messages .private", "T-69 is now Completed")
	b.Shot("walk")

	resp, err := http.Get(url + fmt.Sprintf("/api/tickets/%d", n))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var tk struct {
		Status   string
		Assignee string
		Tester   string
		HandedBy string `json:"handed_by"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&tk); err != nil {
		t.Fatal(err)
	}
	if tk.Status != "completed" || tk.Assignee != "tech" || tk.Tester != "tech2" || tk.HandedBy != "tech" {
		t.Errorf("the walk ended with %+v", tk)
	}
}
