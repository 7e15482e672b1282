package bot_test

import (
	"context"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// FuzzSay: whatever anybody types, there is an answer, it says something, and
// every ticket stays the fold of its events.
func FuzzSay(f *testing.F) {
	for _, line := range []string{"/ticket new it's", "/ticket 1", "/ticket move 1 in", "/ticket prioritize 1 urgent top", "/ticket set 1 client", "/ticket duplicate 1 of 1",
		"/ticket hand over 1 tech note", "/ticket time 1 1h30 x", "/ticket schedule 1 tomorrow 25:99", "/ticket snooze 1 9999999999h", "/ticket estimate 1 NaN x", "/desk rota override tech a b",
		"/desk contact add of Acme", "/desk client add plan", "/desk accept R-1 as T", "/ticket \x00\xff", "/ticket put back 1", "/ticket real-time", "/desk role add", "ticket", "/", ""} {
		f.Add(uint8(len(line)), line)
	}
	who := []string{"intake", "srm", "sdm", "tech", "tech2", "level1", "admin", "observer"}
	p := newPlay(f, filepath.Join(f.TempDir(), "desk.db"))
	p.opened("Printer jams")
	f.Fuzz(func(t *testing.T, by uint8, line string) {
		p.t = t
		h := who[int(by)%len(who)]
		r := p.bot.Handle(context.Background(), chat.Interaction{Platform: "web", Kind: chat.Command, Text: line, From: chat.User{ID: h, Handle: h}, Place: chat.Place{Channel: "desk"}})
		p.answered(r, line)
	})
}

// FuzzPress: whatever token comes back, the same.
func FuzzPress(f *testing.F) {
	for _, tok := range []string{"start;1;0;c;", "prioritize;1;1;m;priority=urgent", "more;1;0;c;", "triage;0;0;d;deck=x&skip=1", "undo;1;2;d;deck=", "new;0;0;l;kind=internal&summary=x", "reply;1;0;l;how=sent&text=x", ";;;;", "a;b;c;d;e", "show;1;1;p;~"} {
		f.Add(uint8(1), tok, "start?x=%zz")
	}
	p := newPlay(f, filepath.Join(f.TempDir(), "desk.db"))
	p.opened("Printer jams")
	f.Fuzz(func(t *testing.T, by uint8, token, value string) {
		p.t = t
		h := []string{"intake", "srm", "tech", "observer"}[by%4]
		kind := chat.Press
		if by > 127 {
			kind = chat.Submit
		}
		r := p.bot.Handle(context.Background(), chat.Interaction{Platform: "web", Kind: kind, Token: token, Value: value, Values: map[string]string{"text": value, "client": value},
			From: chat.User{ID: h, Handle: h}, Place: chat.Place{Channel: "desk"}})
		p.answered(r, token)
	})
}

// answered fails for silence, for an answer that a platform could not carry,
// and for a ticket that is not the fold of its events.
func (p *play) answered(r chat.Reply, what string) {
	p.t.Helper()
	if r.Message == nil && r.Form == nil && len(r.Errors) == 0 {
		p.t.Fatalf("%q: silence", what)
	}
	var tokens []string
	if m := r.Message; m != nil {
		if len(m.Text) == 0 && m.Card == nil {
			p.t.Fatalf("%q: an empty message", what)
		}
		if m.Card != nil {
			for _, a := range m.Card.Actions {
				tokens = append(tokens, a.Token)
			}
			for _, row := range m.Card.Rows {
				for _, a := range row.Actions {
					tokens = append(tokens, a.Token)
				}
			}
		}
	}
	if r.Form != nil {
		tokens = append(tokens, r.Form.Token)
		if len(r.Form.Fields) == 0 || len(r.Form.Fields) > chat.MaxFields {
			p.t.Fatalf("%q: a form of %d fields", what, len(r.Form.Fields))
		}
	}
	for _, tok := range tokens {
		if len(tok) > chat.MaxToken || !utf8.ValidString(tok) {
			p.t.Fatalf("%q: token %q is %d bytes", what, tok, len(tok))
		}
	}
	for _, tk := range p.rows() {
		if tk.Priority == "" && tk.Status == desk.StatusKey("in_progress") && !tk.UnderAllowance() {
			p.t.Fatalf("%q: %s is in progress unprioritized", what, tk.Number)
		}
	}
}
