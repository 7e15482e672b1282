package bot_test

import (
	"path/filepath"
	"strings"
	"testing"

	"deskbell.dev/deskbell/internal/desk"
)

// What is said of an urgent ticket goes before all else that waits to be
// posted; of another it waits its turn.
func TestUrgentGoesFirst(t *testing.T) {
	w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web")
	calm, hot := w.opened().Number, w.opened().Number
	w.drain()
	w.do("srm", calm, desk.Prioritize{Priority: "normal"})
	w.do("srm", hot, desk.Prioritize{Priority: "urgent"})
	w.do("srm", calm, desk.Assign{To: w.member("tech")})
	w.do("srm", hot, desk.Assign{To: w.member("tech")})
	w.drain()
	seen := map[bool]int{}
	for _, s := range w.wires[0].said {
		about := s.m.Text.Flat(nil)
		if s.m.Card != nil {
			about += s.m.Card.Title.Flat(nil)
		}
		if !strings.Contains(about, calm.String()) && !strings.Contains(about, hot.String()) {
			continue
		}
		urgent := strings.Contains(about, hot.String())
		if seen[urgent]++; s.m.Urgent != urgent {
			t.Errorf("%s urgent %v: %q", s.key, s.m.Urgent, about)
		}
	}
	if seen[true] < 3 || seen[false] < 2 {
		t.Errorf("messages seen: %v", seen)
	}
}
