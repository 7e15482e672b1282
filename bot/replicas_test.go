package bot_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/bot"
	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/outbox"
)

// held is a line on which others find time between what was shown and that its
// process hears of it.
type held struct {
	*wire
	meanwhile func(key string, edited chat.MessageRef)
}

func (h *held) Post(ctx context.Context, at chat.Place, m chat.Message, key string, tried time.Time) (chat.MessageRef, error) {
	ref, err := h.wire.Post(ctx, at, m, key, tried)
	h.meanwhile(key, chat.MessageRef{})
	return ref, err
}

// Edit reaches the platform after whatever is done meanwhile.
func (h *held) Edit(ctx context.Context, ref chat.MessageRef, m chat.Message) error {
	h.meanwhile("", ref)
	return h.wire.Edit(ctx, ref, m)
}

// TestTwoProcesses: what is kept up to date about a ticket shows in the end what
// is so, though another process changes the ticket, and carries that out, while any
// two of them are shown and not yet written down.
func TestTwoProcesses(t *testing.T) {
	for name, before := range map[string]func(w *wired, n desk.TicketID){
		"new":     func(*wired, desk.TicketID) {},
		"changed": func(w *wired, n desk.TicketID) { w.settle(); w.do("srm", n, desk.Set{Field: "summary", Text: "Jam"}) },
		"urgent":  func(w *wired, n desk.TicketID) { w.do("srm", n, desk.Prioritize{Priority: "urgent"}) },
		"waiting": func(w *wired, n desk.TicketID) {
			w.do("srm", n, desk.Prioritize{Priority: "urgent"})
			w.drain()
			w.do("srm", n, desk.Set{Field: "kind", Value: "defect"})
		},
	} {
		t.Run(name, func(t *testing.T) { twoProcesses(t, before) })
	}
}

func twoProcesses(t *testing.T, before func(w *wired, n desk.TicketID)) {
	for at := range 12 {
		w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web")
		n := w.opened().Number
		before(w, n)
		count, busy := 0, false
		slow := &held{wire: w.wires[0]}
		slow.meanwhile = func(string, chat.MessageRef) {
			if busy {
				return
			}
			if count++; count-1 != at && count-2 != at {
				return
			}
			busy = true
			w.do("srm", n, desk.Set{Field: "summary", Text: desk.Text("Jam " + strings.Repeat("again ", count))})
			if count-2 == at {
				if tk, err := w.store.Ticket(t.Context(), n); err != nil || tk.Priority == "" {
					w.do("srm", n, desk.Prioritize{Priority: "urgent"})
				}
				w.do("tech", n, desk.Start{})
			}
			w.drain()
			busy = false
		}
		clock := func() time.Time { return w.now }
		one := bot.New(bot.Config{Store: w.store, Now: clock, Platforms: []chat.Platform{slow}, Log: slog.New(slog.DiscardHandler)})
		if err := outbox.New(w.store, one.Carry, clock, "one", 1, slog.New(slog.DiscardHandler)).Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if count <= at+1 {
			if at < 2 {
				t.Fatalf("only %d messages and edits", count)
			}
			return
		}
		for _, s := range w.wires[0].said {
			if asks(s.m) || strings.HasPrefix(s.key, "card/") && !strings.Contains(flat(s.m), "In progress") {
				t.Errorf("after the change at %d, %s shows %q", at, s.key, flat(s.m))
			}
		}
	}
}
