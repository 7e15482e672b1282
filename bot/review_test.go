package bot_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/config"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/sample"
)

// What the on-call member made urgent in the night, the SRM looks at when work
// begins, unless it is not urgent any more.
func TestReviewNextMorning(t *testing.T) {
	w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web")
	f, err := config.Parse("desk.yaml", sample.Config)
	w.ok(err)
	f.SLA.Goals, f.Rota.AfterHours, f.Rota.OnCall = nil, true, []string{"tech2"}
	w.ok(config.Apply(t.Context(), w.store, f, w.now))
	stays, goes := w.opened().Number, w.opened().Number
	w.now = w.now.Add(3*24*time.Hour + 11*time.Hour) // Thursday 20:00, intake's own day is over
	for _, n := range []desk.TicketID{stays, goes} {
		w.do("tech2", n, desk.Prioritize{Priority: "urgent"})
	}
	w.drain()
	w.do("srm", goes, desk.Prioritize{Priority: "normal"})
	asked := func() (all []string) {
		for _, s := range w.wires[0].in("srm") {
			if strings.Contains(s.key, "/review/") {
				all = append(all, s.m.Text.Flat(nil)+" "+s.m.Card.Title.Flat(nil))
			}
		}
		return all
	}
	if got := asked(); len(got) != 0 {
		t.Errorf("asked in the night: %q", got)
	}
	w.now = w.now.Add(13 * time.Hour)
	w.drain()
	if got := asked(); len(got) != 1 || got[0] != "@tech2 was on call and made this urgent after hours. Is it? T-1  No paper" {
		t.Errorf("asked %q", got)
	}
}
