package discord_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/discord/discordtest"
)

// An acknowledgement that is lost or refused is made again in time, once; one that
// never arrives comes as a direct message.
func TestLostAcknowledgement(t *testing.T) {
	for name, status := range map[string]int{"refused": 503, "lost": -503} {
		t.Run(name, func(t *testing.T) {
			d := newGatewayDesk(t, time.Minute)
			var tries atomic.Int32
			d.srv.Answer(func(_, path string) int {
				if strings.HasSuffix(path, "/callback") && tries.Add(1) == 1 {
					return status
				}
				return 0
			})
			d.hears("once")
			d.seesNot(ann, d.srv.DM(ann), "once")
		})
	}
	t.Run("never", func(t *testing.T) {
		d := newGatewayDesk(t, time.Minute)
		d.srv.Within(200 * time.Millisecond)
		d.srv.Answer(func(_, path string) int {
			if strings.HasSuffix(path, "/callback") {
				return 404
			}
			return 0
		})
		d.answersWith(chat.Reply{Message: tell("done")})
		if d.types(ann, channel, "new") == nil {
			t.Error("it was acknowledged")
		}
		d.answersWith(chat.Reply{Form: &chat.Form{Token: "f", Title: "A form", Fields: []chat.Field{{Name: "summary", Label: "Summary"}}}})
		if d.types(ben, channel, "new") == nil {
			t.Error("it was acknowledged")
		}
		d.pf.Idle()
		d.sees(ann, d.srv.DM(ann), "done")
		m := d.sees(ben, d.srv.DM(ben), chat.NotShown)
		d.srv.Answer(nil)
		d.srv.Within(3 * time.Second)
		d.did(d.srv.Press(ben, m, d.button(m, chat.OnceMore), 2))
		if _, open := d.srv.Modal(ben); !open {
			t.Error("the form does not open")
		}
	})
}

// Words to Deskbell directly are a command; a form comes as a button.
func TestDirectWords(t *testing.T) {
	d := newGatewayDesk(t, time.Minute)
	d.srv.Say(ann, "mine, *please*")
	d.until("it is heard", func() bool { return d.count() > 0 })
	if in := d.one(); in.Kind != chat.Command || in.Text != "mine, *please*" || in.From.Name != "Ann Okafor" || in.Place.User != ann {
		t.Errorf("heard %+v", in)
	}
	d.sees(ann, d.srv.DM(ann), "heard")
	d.srv.Say(zoe, "let me in")
	d.until("it is heard", func() bool { return d.count() > 0 })
	if in := d.one(); in.From.Outside != "other workspace" {
		t.Errorf("heard %+v", in)
	}
	d.answersWith(chat.Reply{Form: &chat.Form{Token: "f", Title: "A form", Fields: []chat.Field{{Name: "summary", Label: "Summary"}}}})
	d.srv.Say(ben, "new")
	d.until("it is heard", func() bool { return d.count() > 0 })
	d.one()
	m := d.sees(ben, d.srv.DM(ben), chat.ByPress)
	d.did(d.srv.Press(ben, m, d.button(m, chat.OnceMore), 2))
	if _, open := d.srv.Modal(ben); !open {
		t.Error("the form does not open")
	}
}

// A form whose submission nobody acknowledged stays open; submitted again, it is the
// same to the handler.
func TestSubmittedAgain(t *testing.T) {
	d := newGatewayDesk(t, time.Minute)
	f := &chat.Form{Token: "new;1", Title: "New ticket", Fields: []chat.Field{{Name: "summary", Label: "Summary"}}}
	d.answersWith(chat.Reply{Form: f})
	d.did(d.types(ann, channel, "new"))
	d.one()
	d.answersWith(chat.Reply{Message: tell("opened")})
	d.srv.Within(200 * time.Millisecond)
	d.srv.Answer(func(_, path string) int {
		if strings.HasSuffix(path, "/callback") {
			return 404
		}
		return 0
	})
	submit := func() error {
		return d.srv.Submit(ann, func(discordtest.Component) (string, []string) { return "Toner", nil })
	}
	if submit() == nil {
		t.Error("it was acknowledged")
	}
	first := d.one()
	d.srv.Answer(nil)
	d.did(submit())
	if again := d.one(); again.Key != first.Key || again.Token != f.Token || again.Values["summary"] != "Toner" {
		t.Errorf("heard %+v, then %+v", first, again)
	}
	d.answersWith(chat.Reply{Form: f}) // opened anew it is another
	d.did(d.types(ann, channel, "new"))
	d.one()
	d.answersWith(chat.Reply{Message: tell("opened, too")})
	d.did(submit())
	if other := d.one(); other.Key == first.Key {
		t.Error("another form has the same key")
	}
}

// What a pause that Discord asks for, or another answer's rate, holds up, is never an
// acknowledgement.
func TestAcknowledgementsAreNotHeldUp(t *testing.T) {
	d := newGatewayDesk(t, time.Minute)
	d.srv.Pause(time.Hour)
	if _, err := d.pf.Post(t.Context(), chat.Place{Channel: channel}, *card("later"), "later", time.Time{}); !errors.As(err, new(*chat.Wait)) {
		t.Errorf("a post: %v", err)
	}
	for n := range 3 {
		d.hears(fmt.Sprint("still heard ", n))
	}
}

// What was replayed after the person was told that it failed is not done: they may
// have done it again.
func TestReplayedTooLate(t *testing.T) {
	d := newGatewayDesk(t, time.Minute)
	d.srv.Within(50 * time.Millisecond)
	d.srv.Aged(time.Minute)
	if d.types(ann, channel, "new") == nil {
		t.Error("it was acknowledged")
	}
	d.until("she is told", func() bool { d.pf.Idle(); return len(d.srv.Messages(d.srv.DM(ann), ann)) > 0 })
	d.sees(ann, d.srv.DM(ann), chat.TooLate)
	if all := d.taken(); len(all) > 0 {
		t.Errorf("heard %+v", all)
	}
	d.srv.Within(3 * time.Second)
	d.srv.Aged(2 * time.Second) // slow, and still in time
	d.hears("in time")
}
