package web

import (
	"io/fs"
	"net/http"
	"strings"
	"testing"
)

// TestPageIsSmallAndSafe: nothing from elsewhere, no markup made of text.
func TestPageIsSmallAndSafe(t *testing.T) {
	total := 0
	err := fs.WalkDir(static, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := static.ReadFile(path)
		if err != nil {
			return err
		}
		total += len(b)
		for _, bad := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "@import", "//cdn"} {
			if strings.Contains(string(b), bad) {
				t.Errorf("%s contains %s", path, bad)
			}
		}
		return nil
	})
	if err != nil || total > 60_000 {
		t.Errorf("script and style are %d bytes, want at most 60000 (%v)", total, err)
	}
	d := newDesk(t, "")
	code, html := d.do("GET", "/", "")
	if code != http.StatusOK || !strings.Contains(html, `<option value="tech">Tess Lindqvist (technician)</option>`) {
		t.Errorf("%d %s", code, html)
	}
	for _, bad := range []string{"<style", " style=", " onclick", "http://", "https://"} {
		if strings.Contains(html, bad) {
			t.Errorf("the page contains %s", bad)
		}
	}
	for _, path := range []string{"/static/page.js", "/static/core.js", "/static/cards.js", "/static/form.js", "/static/page.css", "/static/icon.svg"} {
		if code, _ := d.do("GET", path, ""); code != http.StatusOK {
			t.Errorf("%s: %d", path, code)
		}
	}
}
