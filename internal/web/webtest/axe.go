package webtest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Axe is axe-core, which finds what keeps people out of a page. It is no part
// of the product, and npm fetches it: "npm ci" in this folder.
type Axe string

// Finding is one element that breaks one rule.
type Finding struct{ Rule, Selector, HTML, Why string }

func (f Finding) String() string {
	return fmt.Sprintf("%s: %s\n  %s\n  %s", f.Rule, f.Selector, f.HTML, f.Why)
}

// LoadAxe skips the test where npm has not fetched it. The folder is this
// package's, as the test sees it.
func LoadAxe(t *testing.T, folder string) Axe {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(folder, "node_modules", "axe-core", "axe.min.js"))
	if os.IsNotExist(err) {
		t.Skip("skipped: no axe-core; npm ci in internal/web/webtest fetches it")
	}
	if err != nil {
		t.Fatal(err)
	}
	return Axe(source)
}

// Judge is what the page, as it is now, breaks of WCAG 2.2 A and AA and of
// axe's best practices, and what axe leaves to a person's eye.
func (a Axe) Judge(b *Browser) (broken, unsure []Finding) {
	b.t.Helper()
	return a.run(b, `"wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"`)
}

// Colours is Judge for the rules that a theme can break, which is faster.
func (a Axe) Colours(b *Browser) (broken, unsure []Finding) {
	b.t.Helper()
	return a.run(b, `"color-contrast", "link-in-text-block"`)
}

func (a Axe) run(b *Browser, only string) (broken, unsure []Finding) {
	b.t.Helper()
	if !Eval[bool](b, `"axe" in window`) {
		Eval[struct{}](b, string(a)+";({})")
	}
	found := Eval[struct{ Broken, Unsure []Finding }](b, `axe.run(document, {
		runOnly: [`+only+`], resultTypes: ["violations", "incomplete"],
	}).then((r) => {
		const list = (all) => all.flatMap((v) => v.nodes.map((n) =>
			({ Rule: v.id, Selector: n.target.flat().join(" "), HTML: n.html, Why: n.failureSummary })));
		return { Broken: list(r.violations), Unsure: list(r.incomplete) };
	})`)
	return found.Broken, found.Unsure
}
