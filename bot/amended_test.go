package bot_test

import (
	"context"
	"strings"
	"testing"

	"deskbell.dev/deskbell/internal/chat"
)

// under is something that happens to a message in the card's thread.
func under(card string, kind chat.Kind, id, words string) chat.Interaction {
	return chat.Interaction{Kind: kind, Key: string(kind) + id, Text: words, Place: chat.Place{Channel: "desk", Thread: card}, Message: chat.MessageRef{ID: id}}
}

// TestAmendedBeforeSaid: a message whose change or deletion is told first is the
// note that it is by now, and its first words are nowhere.
func TestAmendedBeforeSaid(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		p := newPlay(t, url)
		card := p.printer()
		empty(t, "deleted", p.handle("tech", under(card, chat.Deleted, "9.1", "")))
		empty(t, "said", p.handle("tech", under(card, chat.Said, "9.1", "my password is hunter2")))
		if h := p.history("tech"); strings.Contains(h, "hunter2") || strings.Contains(h, "note") {
			t.Error(h)
		}
		empty(t, "changed", p.handle("tech", under(card, chat.Edited, "9.2", "the drum")))
		if h := p.history("tech"); strings.Contains(h, "drum") {
			t.Errorf("a note before its message: %s", h)
		}
		empty(t, "said", p.handle("tech", under(card, chat.Said, "9.2", "the fuser")))
		if h := p.history("tech"); !strings.Contains(h, "noted: “the drum”") || strings.Contains(h, "fuser") {
			t.Error(h)
		}
		empty(t, "deleted", p.handle("tech", under(card, chat.Deleted, "9.2", "")))
		if h := p.history("tech"); strings.Contains(h, "drum") || p.found("drum") {
			t.Error("what was taken back can be read:", h)
		}
		p.rows()
	})
}

// found reports whether T-1 is found by the word.
func (p *play) found(word string) bool {
	p.t.Helper()
	page, err := p.store.Find(p.t.Context(), word, 0, 1)
	if err != nil {
		p.t.Fatal(err)
	}
	return page.Total > 0
}

// TestOwnWordsTakenBack: deleting one's own words needs no role, and no account
// any more; changing them does.
func TestOwnWordsTakenBack(t *testing.T) {
	outside := func(why string) chat.User { return chat.User{ID: "tech", Handle: "tech", Name: "tech", Outside: why} }
	for what, becomes := range map[string]func(p *play) chat.User{
		"a guest":     func(p *play) chat.User { return outside("guest") },
		"deactivated": func(p *play) chat.User { return outside("deactivated") },
		"gone": func(p *play) chat.User {
			p.handle("tech", chat.Interaction{Kind: chat.Left, From: outside("deactivated")})
			return outside("deactivated")
		},
		"removed": func(p *play) chat.User {
			p.step("admin", "/desk member remove tech")
			return outside("")
		},
		"without a role": func(p *play) chat.User {
			p.step("admin", "/desk role remove tech technician")
			return outside("")
		},
	} {
		t.Run(what, func(t *testing.T) {
			p := sqlitePlay(t)
			card := p.printer()
			p.handle("tech", under(card, chat.Said, "9.1", "my password is hunter2"))
			who := becomes(p)
			other := under(card, chat.Deleted, "9.1", "")
			other.Key, other.From = "of another's", chat.User{ID: "U9", Outside: "guest"}
			empty(t, "a stranger's deletion", p.handle("", other))
			if what != "without a role" {
				change := under(card, chat.Edited, "9.1", "my password is hunter3")
				change.From = who
				empty(t, "a change", p.handle("", change))
			}
			if h := p.history("srm"); !strings.Contains(h, "hunter2") {
				t.Fatal(h)
			}
			in := under(card, chat.Deleted, "9.1", "")
			in.From = who
			empty(t, "a deletion", p.handle("", in))
			if h := p.history("srm"); strings.Contains(h, "hunter") || !strings.Contains(h, "took a note back") {
				t.Error(h)
			}
		})
	}
}

// TestNobodyWaitsForIt: what happens beside the conversation is asked for again
// when the desk fails, and shows nothing.
func TestNobodyWaitsForIt(t *testing.T) {
	p := sqlitePlay(t)
	card := p.printer()
	p.step("srm", "/ticket categorize 1 Hardware / Printer / Jam")
	p.step("srm", "/ticket prioritize 1 normal")
	p.step("tech", "/ticket start 1")
	p.handle("tech", under(card, chat.Said, "9.1", "the fuser"))
	failing, cancel := context.WithCancel(t.Context())
	cancel()
	gone := chat.Interaction{Kind: chat.Left, From: chat.User{ID: "tech", Outside: "deactivated"}}
	for _, in := range []chat.Interaction{under(card, chat.Edited, "9.1", "the drum"), under(card, chat.Deleted, "9.1", ""), gone} {
		r := p.bot.Handle(failing, interaction("tech", in))
		empty(t, string(in.Kind), r)
		if !r.Again {
			t.Errorf("%s is lost", in.Kind)
		}
		if r = p.handle("tech", in); r.Again || r.Message != nil {
			t.Errorf("%s, once more: %+v", in.Kind, r)
		}
	}
	if es := p.events(1); p.ticket(1)["assignee"] != nil || p.ticket(1)["status"] != "approved" {
		t.Errorf("%+v", es[len(es)-1])
	}
	if h := p.history("srm"); strings.Contains(h, "fuser") || strings.Contains(h, "drum") {
		t.Error(h)
	}
}
