package discord_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/discord/discordtest"
)

func (d *desk) post(at chat.Place, m chat.Message) chat.MessageRef {
	d.Helper()
	ref, err := d.pf.Post(d.Context(), at, m, "notice/"+m.Text.Flat(nil)+m.Card.Title.Flat(nil), time.Time{})
	d.did(err)
	return ref
}

func TestPosts(t *testing.T) {
	d := newDesk(t)
	root := d.post(chat.Place{Channel: channel}, *card("the card"))
	thread := chat.Place{Channel: channel, Thread: root.ID}
	for _, text := range []string{"first below", "second below"} { // the first begins the thread
		if ref := d.post(thread, *card(text)); ref.Place != thread || d.sees(ben, channel, text).Channel != root.ID {
			t.Errorf("%s stands at %+v", text, ref)
		}
	}
	direct := d.post(chat.Place{User: ann}, *card("to Ann"))
	d.sees(ann, d.srv.DM(ann), "to Ann")
	d.seesNot(ann, channel, "to Ann")
	d.did(d.pf.Edit(t.Context(), direct, *card("to Ann, now")))
	d.did(d.pf.Edit(t.Context(), root, *card("the card, now")))
	d.sees(ann, d.srv.DM(ann), "to Ann, now")
	if m := d.sees(ben, channel, "the card, now"); m.ID != root.ID {
		t.Errorf("edited: %+v", m)
	}
	d.srv.Delete(root.ID)
	if err := d.pf.Edit(t.Context(), root, *card("lost")); !errors.Is(err, chat.ErrGone) {
		t.Errorf("an edit of a deleted message: %v", err)
	}
	// With a picture, and a word to one of two who are named.
	m := card("with a picture")
	m.Card.Image = &chat.Image{Name: "flow.png", PNG: []byte("png"), Alt: "one line"}
	m.Text, m.Notify = chat.Join(chat.MentionUser(ann, "ann"), chat.MentionUser(ben, "ben")), []string{ben}
	d.post(chat.Place{Channel: channel}, *m)
	if got := d.sees(ben, channel, "with a picture"); string(got.Files["flow.png"]) != "png" || !slices.Equal(got.Pings, []string{ben}) {
		t.Errorf("with a picture: %+v", got)
	}
}

// TestAPostStandsOnce: one that may have gone out is found again.
func TestAPostStandsOnce(t *testing.T) {
	d := newDesk(t)
	root := d.post(chat.Place{Channel: channel}, *card("root"))
	for what, at := range map[string]chat.Place{"channel": {Channel: channel}, "thread": {Channel: channel, Thread: root.ID}, "direct": {User: ann}} {
		m := *card("once, " + what)
		began := time.Now()
		first, err := d.pf.Post(t.Context(), at, m, "key/"+what, time.Time{})
		d.did(err)
		soon, err := d.pf.Post(t.Context(), at, m, "key/"+what, time.Time{}) // by the nonce
		d.did(err)
		d.srv.Forget()
		again, err := d.pf.Post(t.Context(), at, m, "key/"+what, began)
		d.did(err)
		if first != soon || first != again {
			t.Errorf("%s: %+v, %+v and %+v", what, first, soon, again)
		}
		in := channel
		if at.User != "" {
			in = d.srv.DM(ann)
		}
		d.sees(ann, in, "once, "+what)
	}
	// What was begun and never arrived is posted now.
	_, err := d.pf.Post(t.Context(), chat.Place{Channel: channel}, *card("never arrived"), "key/never", time.Now().Add(-time.Minute))
	d.did(err)
	d.sees(ann, channel, "never arrived")
}

func TestWhatDiscordRefuses(t *testing.T) {
	d := newDesk(t)
	post := func(at chat.Place) error {
		_, err := d.pf.Post(t.Context(), at, *card("lost"), "lost", time.Time{})
		return err
	}
	var trouble *chat.Trouble
	if err := post(chat.Place{Channel: nowhere}); !errors.As(err, &trouble) || trouble.Fix == "" {
		t.Errorf("to an unknown channel: %v", err)
	}
	for what, at := range map[string]chat.Place{"nobody": {User: "5"}, "an unknown thread": {Channel: channel, Thread: nowhere}} {
		if err := post(at); !errors.Is(err, chat.ErrGone) {
			t.Errorf("to %s: %v", what, err)
		}
	}
	for status, want := range map[int]error{500: chat.ErrUnsure, 502: chat.ErrUnsure, 400: chat.ErrNever} {
		d.srv.Answer(func(string, string) int { return status })
		if err := post(chat.Place{Channel: channel}); !errors.Is(err, want) {
			t.Errorf("%d: %v, want %v", status, err, want)
		}
	}
	d.srv.Answer(func(string, string) int { return http.StatusUnauthorized })
	if err := post(chat.Place{Channel: channel}); !errors.As(err, &trouble) || trouble.Cause != "unauthorized" {
		t.Errorf("401: %v", err)
	}
	d.srv.Answer(nil)
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := d.pf.Post(ended, chat.Place{Channel: channel}, *card("lost"), "lost", time.Time{}); err == nil {
		t.Error("it was posted after the end")
	}
	d.seesNot(ann, channel, "lost")
}

// TestThreads: a thread is called after what it hangs under, is brought back when it
// was put away, and is gone when it was deleted.
func TestThreads(t *testing.T) {
	d := newDesk(t)
	m := card("T-1  Printer <jams>, *again*\n○ Submitted")
	m.Text = chat.Join(chat.MentionUser(ann, "ann"), chat.Say(" "))
	root := d.post(chat.Place{Channel: channel}, *m)
	in := chat.Place{Channel: channel, Thread: root.ID}
	note := d.post(in, *card("a note"))
	if got := d.srv.Named(root.ID); got != "T-1  Printer <jams>, *again*" {
		t.Errorf("the thread is called %q", got)
	}
	away := func() { d.srv.Change(root.ID, func(c *discordtest.Channel) { c.Archived = true }) }
	away()
	d.did(d.pf.Edit(t.Context(), note, *card("a note, now")))
	d.sees(ben, channel, "a note, now")
	away()
	d.post(in, *card("another note"))
	d.sees(ben, channel, "another note")
	d.srv.Change(root.ID, func(c *discordtest.Channel) { c.Archived, c.Locked = true, true })
	if err := d.pf.Edit(t.Context(), note, *card("locked")); !errors.As(err, new(*chat.Trouble)) {
		t.Errorf("an edit in a locked thread: %v", err)
	}
	d.srv.Change(root.ID, func(c *discordtest.Channel) { c.ID = "" })
	if _, err := d.pf.Post(t.Context(), in, *card("deleted"), "k", time.Time{}); !errors.Is(err, chat.ErrGone) {
		t.Errorf("a post in a deleted thread: %v", err)
	}
}

// TestWhoTakesNoDirectMessages is told in a thread of their own, also by a process
// that was started after it was begun.
func TestWhoTakesNoDirectMessages(t *testing.T) {
	d := newDesk(t)
	d.srv.AddUser(discordtest.User{ID: ann, Name: "ann", Guild: discordtest.Guild, Closed: true})
	to := chat.Place{User: ann}
	ref := d.post(to, *card("to prioritize", chat.Action{Token: "x", Label: "X"}))
	d.sees(ann, channel, "to prioritize")
	d.seesNot(ben, channel, "to prioritize")
	d.start(false)
	d.did(d.pf.Edit(t.Context(), chat.MessageRef{Place: to, ID: ref.ID}, *card("prioritized", chat.Action{Token: "x", Label: "X"})))
	m := d.sees(ann, channel, "prioritized")
	d.post(to, *card("one more"))
	if d.sees(ann, channel, "one more").Channel != m.Channel {
		t.Error("a second thread was begun")
	}
	// There a press is like one in direct messages.
	d.answersWith(chat.Reply{Message: &chat.Message{Card: &chat.Card{Title: chat.Say("done")}, Private: true}, Edit: true})
	d.did(d.srv.Press(ann, m, d.button(m, "X"), 2))
	if in := d.one(); in.Place.User != ann || in.Place.Thread != "" {
		t.Errorf("heard %+v", in)
	}
	if d.sees(ann, channel, "done").ID != ref.ID {
		t.Error("the answer does not take the prompt's place")
	}
	gone := chat.Place{User: "100000000000000009"}
	if _, err := d.pf.Post(t.Context(), gone, *card("lost"), "gone", time.Time{}); !errors.Is(err, chat.ErrGone) {
		t.Errorf("to nobody: %v", err)
	}
}

// TestTheirThreadAlone: a thread that somebody else began is never taken for it,
// whatever it is called, nor one in which the person could not be.
func TestTheirThreadAlone(t *testing.T) {
	d := newDesk(t)
	d.srv.AddUser(discordtest.User{ID: ann, Name: "ann", Guild: discordtest.Guild, Closed: true})
	for id, c := range map[string]discordtest.Channel{
		"200000000000000077": {Type: 11, Owner: ben, Parent: channel},
		"200000000000000078": {Type: 12, Owner: ben, Parent: channel, With: ben},
		"200000000000000079": {Type: 12, Owner: discordtest.Bot, Parent: nowhere, With: ben},
	} {
		c.ID, c.Name = id, "Deskbell for "+ann
		d.srv.AddChannel(c)
	}
	adds := 0
	d.srv.Answer(func(_, path string) int {
		if strings.Contains(path, "/thread-members/") {
			if adds++; adds == 1 {
				return 503
			}
		}
		return 0
	})
	to, began := chat.Place{User: ann}, time.Now()
	if _, err := d.pf.Post(t.Context(), to, *card("a prompt"), "k", time.Time{}); err == nil {
		t.Error("it is posted, and Ann is not there")
	}
	_, err := d.pf.Post(t.Context(), to, *card("a prompt"), "k", began)
	d.did(err)
	d.sees(ann, channel, "a prompt")
	d.seesNot(ben, channel, "a prompt")
	// What is typed in the others is answered like anywhere: to the one person.
	d.answersWith(chat.Reply{Message: tell("between us")})
	d.did(d.types(ann, "200000000000000078", "new"))
	if in := d.one(); in.Place.User != "" {
		t.Errorf("heard %+v", in.Place)
	}
}

// TestTheirThreadIsTended: brought back when it was put away, begun anew when it was
// deleted.
func TestTheirThreadIsTended(t *testing.T) {
	d := newDesk(t)
	d.srv.AddUser(discordtest.User{ID: ann, Name: "ann", Guild: discordtest.Guild, Closed: true})
	to := chat.Place{User: ann}
	ref := d.post(to, *card("one"))
	thread := d.sees(ann, channel, "one").Channel
	d.srv.Change(thread, func(c *discordtest.Channel) { c.Archived = true })
	d.did(d.pf.Edit(t.Context(), ref, *card("one, decided")))
	d.sees(ann, channel, "one, decided")
	d.srv.Change(thread, func(c *discordtest.Channel) { c.ID = "" })
	d.post(to, *card("two"))
	if d.sees(ann, channel, "two").Channel == thread {
		t.Error("it stands in what is gone")
	}
}

// TestRates: what Discord tells of its limits is kept, so that next to nothing is
// refused, and what is refused is asked to come again.
func TestRates(t *testing.T) {
	d := newDesk(t)
	d.srv.Rate(3, 300*time.Millisecond)
	for n := range 12 {
		_, err := d.pf.Post(t.Context(), chat.Place{Channel: channel}, *card(fmt.Sprint("card ", n)), fmt.Sprint("card/", n), time.Time{})
		d.did(err) // each has its turn within the patience of a call
	}
	if d.srv.Refused() > 0 {
		t.Errorf("%d calls were refused", d.srv.Refused())
	}
	d.srv.Rate(0, 0)
	d.srv.Pause(time.Hour)
	for range 3 {
		var wait *chat.Wait
		if _, err := d.pf.Post(t.Context(), chat.Place{Channel: channel}, *card("later"), "later", time.Time{}); !errors.As(err, &wait) || wait.For < 59*time.Minute {
			t.Errorf("while Discord wants peace: %v", err)
		}
	}
	if d.srv.Refused() != 1 {
		t.Errorf("%d calls were made although Discord wants peace", d.srv.Refused())
	}
	d.answersWith(chat.Reply{Message: tell("still heard")})
	d.did(d.types(ann, channel, "new")) // answers are not held up
	d.sees(ann, channel, "still heard")
}
