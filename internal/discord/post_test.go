package discord_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
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
