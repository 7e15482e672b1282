package bot_test

import (
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/outbox"
)

// scheduled is a play whose desk does its duties; the digest has none.
func scheduled(t *testing.T) (*play, func(at string)) {
	p := sqlitePlay(t)
	sch := outbox.NewSchedule(p.store, outbox.Duties(outbox.When{}, outbox.When{}), p.clock, p.log)
	return p, func(at string) {
		t.Helper()
		to, err := time.Parse("2006-01-02 15:04", at)
		if err != nil {
			t.Fatal(err)
		}
		p.mu.Lock()
		p.now = to
		p.mu.Unlock()
		if err := sch.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.drain(t.Context())
	}
}

// news are the texts that the person sees in a place, with their buttons.
func (p *play) news(in, as string) (all []string) {
	for _, m := range p.messages(in, as) {
		text := m.Text
		if m.Card != nil {
			text += "\n" + m.Card.Title + "\n" + m.Card.Text
			for _, r := range m.Card.Rows {
				text += "\n- " + r.Text
				for _, a := range r.Actions {
					text += " [" + a.Label + "]"
				}
			}
			for _, a := range m.Card.Actions {
				text += " [" + a.Label + "]"
			}
		}
		all = append(all, text)
	}
	return all
}

func last(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// The turn is told to the channel, and what waits to whoever arrives; the day
// before they are reminded, and may ask for a swap there.
func TestHandOver(t *testing.T) {
	p, at := scheduled(t)
	at("2026-03-02 09:00")
	p.step("intake", "/ticket new")
	p.step("intake", "form client=Acme Dental|summary=Printer jams")
	at("2026-03-07 12:00")
	p.step("tech", "/desk hand Jane wants a mouse")
	before := len(p.messages("desk", "tech"))

	at("2026-03-08 09:00")
	reminder := last(p.news("dm-intake2", "intake2"))
	if !strings.HasPrefix(reminder, "Your turn as intake comes: from Mon 9 Mar 09:00 until Mon 16 Mar 09:00.") || !strings.HasSuffix(reminder, "[Ask for a swap]") {
		t.Errorf("the reminder is %q", reminder)
	}
	if n := len(p.messages("desk", "tech")); n != before {
		t.Errorf("the channel was told of tomorrow")
	}
	ms := p.messages("dm-intake2", "intake2")
	swap := ms[len(ms)-1]
	p.press("intake2", swap.ID, swap.Card.Actions[0].Action, "")
	if asks := last(p.news("desk", "tech")); !strings.HasPrefix(asks, "@intake2 asks: who of the rota takes the intake week from Mon 9 Mar 09:00?") {
		t.Errorf("the rota is asked %q", asks)
	}

	at("2026-03-09 09:00")
	card := last(p.news("desk", "tech"))
	want := "Hand-over: @intake leaves, @intake2 is intake until Mon 16 Mar 09:00.\n\n1 ticket open: 1 not clarified, 1 without a priority. 1 request waits for intake. [Requests] [Board] [Rota]"
	if card != want {
		t.Errorf("the card is %q, want %q", card, want)
	}
	mine := last(p.news("dm-intake2", "intake2"))
	if !strings.HasPrefix(mine, "The turn is yours, and this waits for you:\nYou are intake until Mon 16 Mar 09:00") || !strings.Contains(mine, "- R-1 Jane wants a mouse · @tech · 45 h [Accept] [Decline]") {
		t.Errorf("whoever arrives sees %q", mine)
	}
	at("2026-03-09 09:01")
	if again := p.news("desk", "tech"); last(again) != card || strings.Count(strings.Join(again, "\n"), "Hand-over") != 1 {
		t.Errorf("told again: %q", again)
	}
	for _, who := range []string{"intake", "srm"} {
		if told := strings.Join(p.news("dm-"+who, who), "\n"); strings.Contains(told, "turn") {
			t.Errorf("%s is told %q", who, told)
		}
	}
}

// After downtime the latest turn alone is told, and says that it is late; a
// reminder of a turn that has begun is not sent any more.
func TestHandOverLate(t *testing.T) {
	p, at := scheduled(t)
	at("2026-03-02 09:00")
	at("2026-03-24 10:00")
	told := p.news("desk", "tech")
	if len(told) != 1 || !strings.HasPrefix(told[0], "Hand-over: @intake leaves, @intake2 is intake until Mon 30 Mar 09:00. This comes late: the turn passed Mon 23 Mar 09:00.") {
		t.Errorf("told %q", told)
	}
	if dm := p.messages("dm-intake2", "intake2"); len(dm) != 0 {
		t.Errorf("intake2 is told %+v", dm)
	}
}

// Nobody arrives: the channel says so, and what to do.
func TestHandOverToNobody(t *testing.T) {
	p, at := scheduled(t)
	at("2026-03-02 09:00")
	p.step("intake2", "/desk away 2026-03-08 2026-03-22")
	p.step("intake", "/desk away 2026-03-15 2026-03-22")
	at("2026-03-09 09:00")
	told := last(p.news("desk", "tech"))
	if !strings.HasPrefix(told, "Hand-over: @intake leaves, and nobody is intake now. Requests are kept. Put somebody on: /desk rota override MEMBER FROM TO") {
		t.Errorf("told %q", told)
	}
	at("2026-03-16 09:00") // and nobody leaves
	if told := last(p.news("desk", "tech")); !strings.HasPrefix(told, "Hand-over: nobody is intake now.") {
		t.Errorf("told %q", told)
	}
}

// A rota of one has no hand-over.
func TestRotaOfOne(t *testing.T) {
	p, at := scheduled(t)
	at("2026-03-04 09:00")
	p.step("admin", "/desk rota set intake")
	at("2026-03-08 09:00")
	at("2026-03-09 09:00")
	if told := p.news("desk", "tech"); len(told) != 0 {
		t.Errorf("told %q", told)
	}
	if left, err := p.store.Undelivered(t.Context()); err != nil || len(left) != 0 {
		t.Error(left, err)
	}
}

// Nobody is intake, or no SRM is there, in working hours: each admin is alarmed,
// once a day for each, until somebody is.
func TestUnstaffed(t *testing.T) {
	p, at := scheduled(t)
	at("2026-03-02 09:00")
	p.step("intake", "/desk away 2026-03-03 2026-03-05")
	p.step("intake2", "/desk away 2026-03-03 2026-03-05")
	p.step("srm", "/desk away 2026-03-04 2026-03-05")
	told := func(when string, want ...string) {
		t.Helper()
		before := len(p.news("dm-admin", "admin"))
		at(when)
		got := p.news("dm-admin", "admin")[before:]
		if len(got) != len(want) {
			t.Fatalf("%s: told %q, want %d", when, got, len(want))
		}
		for n, w := range want {
			if !strings.HasPrefix(got[n], w) || !strings.HasSuffix(got[n], "[Rota] [Roles]") {
				t.Errorf("%s: told %q, want %q", when, got[n], w)
			}
		}
	}
	const intake, srm = "Nobody is intake now", "No SRM is there now"
	told("2026-03-02 17:00")
	told("2026-03-03 06:00")
	told("2026-03-03 09:00", intake)
	told("2026-03-03 10:00")
	told("2026-03-04 09:00", intake, srm)
	told("2026-03-05 12:00")
}
