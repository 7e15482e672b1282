// Package webtest drives the playground's page in a real Chromium, for tests.
package webtest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Browser is Chromium on a page of the playground.
type Browser struct {
	t   *testing.T
	ctx context.Context
	dir string
}

// Start skips the test where there is no Chromium. The whole browser is
// killed after three minutes, so that nothing hangs.
func Start(t *testing.T, flags map[string]any) *Browser {
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
	ctx, cancelTime := context.WithTimeout(context.Background(), 3*time.Minute)
	ctx, cancelAll := chromedp.NewExecAllocator(ctx, options...)
	ctx, cancelTab := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		cancelTab()
		cancelAll()
		cancelTime()
	})
	return (&Browser{t: t, ctx: ctx, dir: t.ArtifactDir()}).open()
}

// Window is one more tab of the same browser.
func (b *Browser) Window() *Browser {
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.t.Cleanup(cancel)
	return (&Browser{t: b.t, ctx: ctx, dir: b.dir}).open()
}

// On is the same tab, used by a subtest.
func (b *Browser) On(t *testing.T) *Browser {
	return &Browser{t: t, ctx: b.ctx, dir: t.ArtifactDir()}
}

// open starts the tab, which lives as long as the context that it starts with.
func (b *Browser) open() *Browser {
	b.t.Helper()
	if err := chromedp.Do(b.ctx); err != nil {
		b.t.Fatal(err)
	}
	b.watch()
	return b
}

// watch fails the test at its end for every exception that the page did not
// catch and every error in its console. A call that failed is none: to tell it
// is the page's part, to look for that the test's.
func (b *Browser) watch() {
	var mu sync.Mutex
	var faults []string
	err := chromedp.Listen(b.ctx, func(ev any) {
		fault := ""
		switch ev := ev.(type) {
		case *runtime.EventExceptionThrown:
			d := ev.ExceptionDetails
			fault = fmt.Sprintf("%s at %s:%d", d.Text, d.URL, d.LineNumber+1)
			if d.Exception != nil {
				fault += ": " + d.Exception.Description
			}
		case *runtime.EventConsoleAPICalled:
			if ev.Type == runtime.ConsoleAPICalledTypeError || ev.Type == runtime.ConsoleAPICalledTypeAssert {
				fault = "console." + string(ev.Type)
				for _, a := range ev.Args {
					fault += " " + string(a.Value) + a.Description
				}
			}
		case *log.EventEntryAdded:
			if ev.Entry.Level == log.EntryLevelError && ev.Entry.Source != log.EntrySourceNetwork {
				fault = fmt.Sprintf("%s: %s", ev.Entry.Source, ev.Entry.Text)
			}
		}
		if fault != "" {
			mu.Lock()
			defer mu.Unlock()
			faults = append(faults, fault)
		}
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		// Events come in order, so those before this answer have been heard.
		_, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`true`))
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			b.t.Errorf("the page does not answer at the end: %v", err)
		}
		if len(faults) > 0 {
			b.t.Errorf("%d faults of the page:\n%s", len(faults), strings.Join(faults, "\n"))
		}
	})
}

// Do carries the steps out, each within the test's patience.
func (b *Browser) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 15*time.Second)
	defer cancel()
	for i, step := range steps {
		if err := chromedp.Do(ctx, step); err != nil {
			b.Shot("failed")
			b.t.Fatalf("step %d: %v", i+1, err)
		}
	}
}

// Until waits for a JavaScript condition on the page.
func (b *Browser) Until(js string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](js, chromedp.WithPollingTimeout(30*time.Second), chromedp.WithPollingInterval(25*time.Millisecond))); err != nil {
		text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.body.innerText`))
		b.Shot("failed")
		b.t.Fatalf("waiting for %s: %v; the page reads:\n%s", js, err, text)
	}
}

// Shows waits for words in the element.
func (b *Browser) Shows(css, words string) {
	b.t.Helper()
	b.Until(fmt.Sprintf(`[...document.querySelectorAll(%q)].some((e) => e.innerText.includes(%q))`, css, words))
}

// Value is what a JavaScript expression gives, a text.
func (b *Browser) Value(js string) (string, error) {
	return chromedp.Run(b.ctx, chromedp.Evaluate[string](js))
}

// Click presses what the selector finds. Where the page redraws it between the
// finding and the pressing, it is found anew.
func (b *Browser) Click(css string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 15*time.Second)
	defer cancel()
	for {
		err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(css), chromedp.NodeVisible))
		if err == nil {
			return
		}
		if !strings.Contains(err.Error(), "Could not find node") {
			b.Shot("failed")
			b.t.Fatalf("clicking %s: %v", css, err)
		}
	}
}

// Press focuses what the selector finds, and presses the key.
func (b *Browser) Press(css, key string) {
	b.t.Helper()
	b.Until(fmt.Sprintf(`document.querySelector(%q)?.checkVisibility()`, css))
	Eval[bool](b, fmt.Sprintf(`(document.querySelector(%q).focus(), true)`, css))
	b.Do(chromedp.KeyEvent(key))
}

// Say types a line and sends it.
func (b *Browser) Say(text string) {
	b.t.Helper()
	b.Do(chromedp.Click(chromedp.CSS("#text"), chromedp.NodeVisible), chromedp.SendKeys(chromedp.CSS("#text"), text+"\n"))
}

// Paste puts the JavaScript expression's text where the selector finds a field,
// the way that the clipboard would: replacing what is marked, limits applied.
func (b *Browser) Paste(css, js string) {
	b.t.Helper()
	b.Until(fmt.Sprintf(`document.querySelector(%q)?.checkVisibility()`, css))
	if !Eval[bool](b, fmt.Sprintf(`document.querySelector(%q).focus(), document.execCommand("insertText", false, %s)`, css, js)) {
		b.t.Fatalf("nothing can be pasted into %s", css)
	}
}

// Prefers is what the person has set in the system: "light" or "dark", and
// whether things may move.
func (b *Browser) Prefers(scheme string, still bool) {
	b.t.Helper()
	motion := "no-preference"
	if still {
		motion = "reduce"
	}
	b.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: motion},
		}})
		return err
	}))
}

// Eval is what the expression comes to, a promise's value included.
func Eval[T any](b *Browser, js string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 15*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", js[:min(len(js), 300)], err)
	}
	return v
}

// Picture is the page as it is, a PNG.
func (b *Browser) Picture() ([]byte, error) { return chromedp.Run(b.ctx, chromedp.CaptureScreenshot()) }

// Shot writes the page as it is into the test's artifacts, if they are kept
// (go test -artifacts).
func (b *Browser) Shot(name string) {
	b.t.Helper()
	if f := flag.Lookup("test.artifacts"); f == nil || f.Value.String() != "true" {
		return
	}
	png, err := b.Picture()
	if err != nil {
		b.t.Logf("screenshot %s: %v", name, err)
		return
	}
	if err := os.WriteFile(filepath.Join(b.dir, name+".png"), png, 0o600); err != nil {
		b.t.Error(err)
	}
}
