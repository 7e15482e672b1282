// Package webtest drives the playground's page in a real Chromium, for tests.
package webtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Browser is Chromium on a page of the playground.
type Browser struct {
	t   *testing.T
	ctx context.Context
	dir string
}

// Start skips the test where there is no Chromium. The whole browser is
// killed after a minute, so that nothing hangs.
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
	ctx, cancelTime := context.WithTimeout(context.Background(), time.Minute)
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

// open starts the tab, which lives as long as the context that it starts with.
func (b *Browser) open() *Browser {
	b.t.Helper()
	if err := chromedp.Do(b.ctx); err != nil {
		b.t.Fatal(err)
	}
	return b
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
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](js, chromedp.WithPollingTimeout(10*time.Second), chromedp.WithPollingMutation())); err != nil {
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

// Click presses what the selector finds.
func (b *Browser) Click(css string) {
	b.t.Helper()
	b.Do(chromedp.Click(chromedp.CSS(css), chromedp.NodeVisible))
}

// Say types a line and sends it.
func (b *Browser) Say(text string) {
	b.t.Helper()
	b.Do(chromedp.Click(chromedp.CSS("#text"), chromedp.NodeVisible), chromedp.SendKeys(chromedp.CSS("#text"), text+"\n"))
}

// Picture is the page as it is, a PNG.
func (b *Browser) Picture() ([]byte, error) { return chromedp.Run(b.ctx, chromedp.CaptureScreenshot()) }

// Shot writes the page as it is into the test's artifacts.
func (b *Browser) Shot(name string) {
	b.t.Helper()
	png, err := b.Picture()
	if err != nil {
		b.t.Logf("screenshot %s: %v", name, err)
		return
	}
	if err := os.WriteFile(filepath.Join(b.dir, name+".png"), png, 0o600); err != nil {
		b.t.Error(err)
	}
}
