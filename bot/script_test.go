package bot_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the outcomes in testdata")

// TestScripts plays testdata/*.txt: who says or presses what, ----, and the
// whole visible outcome. A reader learns the product from them.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for name, sockets := range ways("slack-http", "slack-sockets") {
				t.Run(name, func(t *testing.T) {
					p := newSlackPlay(t, filepath.Join(t.TempDir(), "desk.db"), sockets)
					same(t, string(want), newScript(p).run(string(want)))
					p.rows()
				})
			}
			for name, gateway := range ways("discord-http", "discord-gateway") {
				t.Run(name, func(t *testing.T) {
					p := newDiscordPlay(t, filepath.Join(t.TempDir(), "desk.db"), gateway)
					sameOn(t, string(want), newScript(p).run(string(want)), asOnDiscord, otherWay)
					p.rows()
				})
			}
			engines(t, func(t *testing.T, url string) {
				p := newPlay(t, url)
				got := newScript(p).run(string(want))
				p.rows() // each is the fold of its events
				if *update {
					if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
					return
				}
				if d := cmp.Diff(string(want), got); d != "" {
					t.Errorf("%s (-want +got; -update rewrites):\n%s", file, d)
				}
			})
		})
	}
}

// ways are a platform's two, and whether it is the one over a socket; for the race
// detector that alone, which has more going on at once.
func ways(http, socket string) map[string]bool {
	if testing.Short() {
		return map[string]bool{socket: true}
	}
	return map[string]bool{http: false, socket: true}
}

// same is sameOn for a platform that lays all out as the script has it.
func same(t *testing.T, want, got string) {
	t.Helper()
	sameOn(t, want, got, func(s string) string { return s }, nil)
}

// sameOn compares what another platform showed, block by block, with what the
// script says, both as the platform lays it out; other says by what is done which
// blocks come to something else there, and why.
func sameOn(t *testing.T, want, got string, laidOut func(string) string, other map[string]string) {
	t.Helper()
	wants, gots := strings.Split(strings.TrimSpace(want), "\n\n"), strings.Split(strings.TrimSpace(got), "\n\n")
	if len(wants) != len(gots) {
		t.Fatalf("%d blocks, want %d:\n%s", len(gots), len(wants), got)
	}
	ahead := "" // the next form, which the playground opens by Continue
	for n, w := range wants {
		do, w, _ := strings.Cut(w, "\n----")
		_, g, _ := strings.Cut(gots[n], "\n----")
		switch {
		case strings.Contains(g, notHere) || other[do[strings.LastIndex(do, "\n")+1:]] != "":
			continue
		case strings.Contains(w, "[Continue]") && strings.HasPrefix(g, "\nform "):
			ahead = g
			continue
		case strings.HasSuffix(do, " presses Continue") && ahead != "":
			g = ahead
		}
		if d := cmp.Diff(laidOut(canonical(w)), laidOut(canonical(g))); d != "" {
			t.Errorf("%s\n(-script +here):\n%s", do, d)
		}
	}
}

// script is one play being read: what each person saw last, newest first, and
// the form that is open before them.
type script struct {
	stage
	last  map[string][]message
	forms map[string]*form
	seen  map[string]string // message id → as it was shown
	mails int
}

// stage is where a script is played.
type stage interface {
	people() []string // handles
	say(as, text string) reply
	press(as, message, token, value string) reply
	submit(as, form string, values map[string]string) reply
	// messages are those that the person sees in "desk" or "dm-HANDLE".
	messages(in, as string) []message
	mail() []letter
	move(clock map[string]string) (now string)
	ticket(n int) map[string]any
}

func newScript(on stage) *script {
	return &script{stage: on, last: map[string][]message{}, forms: map[string]*form{}}
}

// run plays the blocks and returns the script with the outcomes as they are.
func (s *script) run(text string) string {
	var out strings.Builder
	s.seen = map[string]string{}
	for _, block := range strings.Split(strings.TrimSpace(text), "\n\n") {
		do, _, played := strings.Cut(block, "\n----")
		out.WriteString(do)
		var lines []string
		for _, l := range strings.Split(do, "\n") {
			if l != "" && !strings.HasPrefix(l, "#") {
				lines = append(lines, l)
			}
		}
		if len(lines) > 0 || played {
			out.WriteString("\n----\n")
			for _, l := range lines {
				out.WriteString(s.line(l))
			}
		} else {
			out.WriteString("\n")
		}
		out.WriteString("\n")
	}
	return strings.TrimSpace(out.String()) + "\n"
}

// line does one line: "tech: /ticket 1", "tech presses Start [on T-1]",
// "tech fills field=value | field=value", "clock +16m", "show T-1".
func (s *script) line(l string) string {
	who, rest, _ := strings.Cut(l, " ")
	switch {
	case strings.HasSuffix(who, ":"):
		who = strings.TrimSuffix(who, ":")
		return s.outcome(who, s.say(who, rest))
	case who == "clock":
		body := map[string]string{"advance": strings.TrimPrefix(rest, "+")}
		if !strings.HasPrefix(rest, "+") {
			body = map[string]string{"to": rest}
		}
		return "it is " + s.move(body) + "\n" + s.around("")
	case who == "show":
		return s.show(rest)
	}
	what, arg, _ := strings.Cut(rest, " ")
	switch what {
	case "presses":
		label, on, _ := strings.Cut(arg, " on ")
		return s.pressed(who, label, on)
	case "fills":
		values := map[string]string{}
		for _, kv := range strings.Split(arg, " | ") {
			k, v, _ := strings.Cut(kv, "=")
			values[k] = v
		}
		f := s.forms[who]
		if f == nil {
			return who + " has no form open\n"
		}
		return s.outcome(who, s.submit(who, f.ID, values))
	}
	return "the script says something unknown: " + l + "\n"
}

// pressed finds the newest action with the label that the person sees.
func (s *script) pressed(who, label, on string) string {
	for _, m := range s.last[who] {
		if m.Card == nil {
			continue
		}
		actions := slices.Clone(m.Card.Actions)
		for _, r := range m.Card.Rows {
			actions = append(actions, r.Actions...)
		}
		for _, a := range actions {
			if on != "" && fmt.Sprintf("T-%d", a.Ticket) != on {
				continue
			}
			if a.Label == label && len(a.Options) == 0 {
				return s.outcome(who, s.press(who, m.ID, a.Action, ""))
			}
			for _, o := range a.Options {
				if o.Label == label {
					return s.outcome(who, s.press(who, m.ID, a.Action, o.Value))
				}
			}
		}
	}
	return who + " sees no " + label + "\n"
}

// outcome is everything that became visible: the answer, what others see now,
// and mail.
func (s *script) outcome(who string, r reply) string {
	var b strings.Builder
	switch {
	case r.Error != "":
		fmt.Fprintf(&b, "turned away: %s\n", r.Error)
	case r.Form != nil:
		s.forms[who] = r.Form
		fmt.Fprintf(&b, "form %q\n", r.Form.Title)
		for _, f := range r.Form.Fields {
			must := ""
			if f.Required {
				must = " (needed)"
			}
			if f.Value != "" {
				must += fmt.Sprintf(" = %q", f.Value)
			}
			fmt.Fprintf(&b, "  %s: %s%s\n", f.Name, f.Kind, must)
		}
	case len(r.Errors) > 0:
		var fs []string
		for f := range r.Errors {
			fs = append(fs, f)
		}
		sort.Strings(fs)
		for _, f := range fs {
			fmt.Fprintf(&b, "  %s: %s\n", f, r.Errors[f])
		}
	}
	if r.Refusal != nil {
		fmt.Fprintf(&b, "refused by %s\n", r.Refusal.Rule)
	}
	if r.Message != nil {
		b.WriteString(s.shown(*r.Message))
	}
	b.WriteString(s.around(who))
	if r.Message != nil {
		s.front(who, *r.Message)
	}
	return b.String()
}

// shown is a message in text.
func (s *script) shown(m message) string {
	var b strings.Builder
	where := m.In
	if m.To != "" {
		where = "only " + m.To
	}
	if m.Thread != "" {
		where += ", in a thread"
	}
	fmt.Fprintf(&b, "[%s] %s\n", where, indent(m.Text))
	if c := m.Card; c != nil {
		for _, l := range []string{c.Title, c.Text} {
			if l != "" {
				fmt.Fprintf(&b, "  %s\n", indent(l))
			}
		}
		for _, f := range c.Fields {
			fmt.Fprintf(&b, "  %s: %s\n", f.Name, indent(f.Value))
		}
		for _, r := range c.Rows {
			fmt.Fprintf(&b, "  - %s%s\n", indent(r.Text), buttons(r.Actions))
		}
		if bs := buttons(c.Actions); bs != "" {
			fmt.Fprintf(&b, " %s\n", bs)
		}
	}
	s.seen[m.ID] = b.String()
	return b.String()
}

func indent(s string) string { return strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n  ") }

func buttons(as []action) string {
	out := ""
	for _, a := range as {
		label := a.Label
		if len(a.Options) > 0 {
			var os []string
			for _, o := range a.Options {
				os = append(os, o.Label)
			}
			label += ": " + strings.Join(os, ", ")
		}
		out += " [" + label + "]"
	}
	return out
}

// around is what everybody sees that was not shown in this play before, and
// the mail that went out.
func (s *script) around(who string) string {
	var b strings.Builder
	shown := map[string]bool{}
	for _, p := range s.people() {
		for _, in := range []string{"desk", "dm-" + p} {
			ms := s.messages(in, p)
			for _, m := range ms {
				before, known := s.seen[m.ID]
				if shown[m.ID] || known && s.shown(m) == before {
					continue
				}
				if !known || m.To == "" || m.To != who {
					b.WriteString(s.shown(m))
				}
				shown[m.ID] = true
			}
			for k := range ms {
				at := slices.IndexFunc(s.last[p], func(o message) bool { return o.ID == ms[k].ID })
				if at < 0 {
					s.front(p, ms[k])
				} else {
					s.last[p][at] = ms[k]
				}
			}
		}
	}
	mail := s.mail()
	for _, m := range mail[s.mails:] {
		fmt.Fprintf(&b, "mail to %s: %s\n  %s\n", m.To, m.Subject, indent(m.Text))
	}
	s.mails = len(mail)
	return b.String()
}

// front makes a message the one whose buttons the person presses first.
func (s *script) front(who string, m message) {
	s.last[who] = append([]message{m}, slices.DeleteFunc(s.last[who], func(o message) bool { return o.ID == m.ID })...)
}

// show is the ticket as the interface tells it.
func (s *script) show(what string) string {
	var n int
	fmt.Sscanf(what, "T-%d", &n)
	m := s.ticket(n)
	return fmt.Sprintf("%v %v, priority %v, assignee %v, tester %v, client %v, version %v, revision %v\n",
		m["kind"], m["status"], m["priority"], m["assignee"], m["tester"], m["client"], m["version"], m["revision"])
}
