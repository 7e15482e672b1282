package bot_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/outbox"
	"deskbell.dev/deskbell/store"
)

// TestAdminsHearOfWhatIsLeft: whatever keeps a channel from its cards, an admin
// is told once, and the set-up list counts what was left.
func TestAdminsHearOfWhatIsLeft(t *testing.T) {
	for _, c := range []struct {
		err        error
		told, list string
	}{
		{fmt.Errorf("x: %w", chat.ErrGone), "Something keeps Deskbell from working on other in desk: gone. What was posted to isn't there any more. " +
			"Say where the cards stand: /desk channel set CHANNEL. Nothing is lost: 1 message waits. #   [Try again]", "wait for an admin"},
		{fmt.Errorf("x: too_odd: %w", chat.ErrNever), "A message was refused on other in desk for good: x: too_odd: chat: the platform refuses this message. " +
			"It isn't tried again; the desk's log says what it was about.", "are not tried again"},
	} {
		w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web", "other")
		w.wires[1].before = func(where, _ string) error {
			if where == "desk" {
				return c.err
			}
			return nil
		}
		w.opened()
		w.settle()
		ms := w.wires[0].in("admin")
		if len(ms) != 1 {
			t.Fatalf("%v: the admin was told %d times", c.err, len(ms))
		}
		if d := cmp.Diff(c.told, flat(ms[0].m)); d != "" {
			t.Error(d)
		}
		r := w.bot.Handle(t.Context(), chat.Interaction{Platform: "web", Kind: chat.Command, From: chat.User{ID: "srm"}, Text: "/desk setup"})
		if got := flat(*r.Message); !strings.Contains(got, "could not be delivered and "+c.list) {
			t.Errorf("the list says %q", got)
		}
	}
}

// TestAlarmNotWrittenDown: what nobody could be told of is tried again, not
// parked.
func TestAlarmNotWrittenDown(t *testing.T) {
	w := newWired(t, filepath.Join(t.TempDir(), "desk.db"), "web")
	_, err := w.store.Hand(t.Context(), store.HandRequest{By: desk.By(w.member("intake")), At: w.now, Text: "hello"})
	w.ok(err)
	ctx, cancel := context.WithCancel(t.Context())
	w.wires[0].before = func(string, string) error {
		cancel() // the store can do nothing from here on
		return &chat.Trouble{Cause: "not_in_channel", Fix: "Invite it"}
	}
	err = w.bot.Carry(ctx, store.Due{Notice: desk.Notice{Key: "k", Kind: desk.Post, Place: fmt.Sprintf("member:%d", w.member("tech")), What: "handed/1"}})
	if err == nil || errors.Is(err, outbox.ErrPark) {
		t.Errorf("%v", err)
	}
}
