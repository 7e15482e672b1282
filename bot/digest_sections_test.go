package bot

import (
	"strings"
	"testing"

	"deskbell.dev/deskbell/internal/desk"
)

// Every section that the configuration may name can be drawn, and names its
// threshold if it has one.
func TestEverySectionIsDrawn(t *testing.T) {
	d := desk.NormalDigest()
	for _, name := range d.Sections {
		s, ok := sectionOf(name)
		if _, threshold := d.After[name]; !ok || strings.Contains(s.title, "{days}") != threshold || strings.Contains(s.title, "more than") != name.Over() {
			t.Errorf("%s: %v, %q", name, ok, s.title)
		}
	}
}
