package desk

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// moved are the members who are told, each with what they gained and lost.
func moved(ns []Notice) map[string]string {
	out := map[string]string{}
	for _, n := range ns {
		w, ok := ReadMoved(n.What)
		if !ok {
			panic(n.What)
		}
		say := ""
		if w.OnCall {
			say = "on call "
		}
		for sign, ss := range map[string][]Span{"+": w.Gained, "-": w.Lost} {
			for _, s := range ss {
				say += fmt.Sprintf("%s%s..%s ", sign, s.From.In(zone).Format("0102T15"), s.To.In(zone).Format("0102T15"))
			}
		}
		var m MemberID
		fmt.Sscanf(n.Place, "member:%d", &m)
		out[names[m]] = strings.TrimSpace(out[names[m]] + " " + say)
	}
	return out
}

var zone = monday.Location()

func TestRotaNotices(t *testing.T) {
	tuesday := at("Tue 2026-03-03 09:00")
	change := func(p Policy, fs ...DeskFact) *Policy {
		for _, f := range fs {
			p.Directory = p.Directory.Apply(DeskEvent{Seq: p.Version + 1, At: tuesday, By: By(admin), What: f})
		}
		return &p
	}
	was := office()
	for _, c := range []struct {
		name string
		was  *Policy
		by   Actor
		do   []DeskFact
		want map[string]string
	}{
		{"an override", was, By(admin), []DeskFact{OverrideAdded{Interval{tech, at("Wed 2026-03-04 09:00"), at("Thu 2026-03-05 09:00")}}},
			map[string]string{"tech": "+0304T09..0305T09", "intake": "-0304T09..0305T09"}},
		{"one's own override", was, By(tech), []DeskFact{OverrideAdded{Interval{tech, at("Wed 2026-03-04 09:00"), at("Thu 2026-03-05 09:00")}}},
			map[string]string{"intake": "-0304T09..0305T09"}},
		{"a swap, told to who asked", was, By(tech), []DeskFact{SwapTaken{Date: "2026-03-09", Member: tech}},
			map[string]string{"relief": "-0309T09..0316T09"}},
		{"an absence, told to the deputy", was, By(intake), []DeskFact{AbsenceAdded{Interval{intake, at("Thu 2026-03-05 09:00"), at("Fri 2026-03-06 09:00")}}},
			map[string]string{"standIn": "+0305T09..0306T09"}},
		{"an absence of nobody whose turn it is", was, By(tech), []DeskFact{AbsenceAdded{Interval{tech, monday, at("Fri 2026-03-06 09:00")}}}, map[string]string{}},
		{"something else", was, By(admin), []DeskFact{DialSet{Rule: WIPLimit, Dial: Off}}, map[string]string{}},
		{"far away", was, By(admin), []DeskFact{SwapTaken{Date: "2026-06-01", Member: tech}}, map[string]string{}},
		{"on call, where nobody is", was, By(admin), []DeskFact{OnCallSet{Members: []MemberID{tech}, Turn: "2026-03-02"}}, map[string]string{}},
		{"the seed", change(*was, RotaSet{Anchor: "2026-03-02", Day: time.Monday, At: 540}), TheClock, []DeskFact{RotaSet{Members: []MemberID{tech}, Anchor: "2026-03-02", Day: time.Monday, At: 540}}, map[string]string{}},
	} {
		if got := moved(RotaNotices(c.was, change(*c.was, c.do...), c.by, tuesday)); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	night := *was
	night.AfterHours = true
	got := moved(RotaNotices(&night, change(night, OnCallSet{Members: []MemberID{tech, oncall}, Turn: "2026-03-02"}), By(admin), tuesday))
	if !strings.HasPrefix(got["tech"], "on call +0303T09..0309T09 +0316T09..0323T09") || !strings.HasPrefix(got["oncall"], "on call -0303T09..0309T09 -0316T09..0323T09") || len(got) != 2 {
		t.Errorf("the on-call rota: %v", got)
	}
}

// TestMovedIsTheDifference: at any instant ahead, who is told that they gained it
// is intake since the change and was not before; who is told that they lost it,
// the other way round.
func TestMovedIsTheDifference(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		was := office()
		now := *was
		ids := []MemberID{intake, relief, tech, tech2, standIn}
		who := rapid.SampledFrom(ids)
		span := func() Interval {
			from := monday.Add(time.Duration(rapid.IntRange(-100, 1400).Draw(rt, "from")) * time.Hour)
			return Interval{who.Draw(rt, "whose"), from, from.Add(time.Duration(rapid.IntRange(1, 400).Draw(rt, "long")) * time.Hour)}
		}
		for range rapid.IntRange(1, 4).Draw(rt, "changes") {
			var f DeskFact
			switch rapid.IntRange(0, 3).Draw(rt, "what") {
			case 0:
				f = OverrideAdded{span()}
			case 1:
				f = AbsenceAdded{span()}
			case 2:
				f = SwapTaken{Date: monday.AddDate(0, 0, 7*rapid.IntRange(0, 9).Draw(rt, "week")).Format(time.DateOnly), Member: who.Draw(rt, "by")}
			default:
				f = RotaSet{Members: rapid.Permutation(ids).Draw(rt, "rota")[:rapid.IntRange(1, 5).Draw(rt, "n")], Anchor: "2026-03-02", Day: time.Monday, At: 540}
			}
			now.Directory = now.Directory.Apply(DeskEvent{Seq: now.Version + 1, By: By(admin), What: f})
		}
		told := map[MemberID]WeekMoved{}
		for _, n := range RotaNotices(was, &now, By(admin), monday) {
			w, _ := ReadMoved(n.What)
			var m MemberID
			fmt.Sscanf(n.Place, "member:%d", &m)
			told[m] = w
			if still := w.Still(&now, m, monday); len(still.Gained) != len(w.Gained) || len(still.Lost) != len(w.Lost) {
				rt.Fatalf("%s: %+v is not so: %+v", names[m], w, still)
			}
		}
		in := func(ss []Span, at time.Time) bool {
			for _, s := range ss {
				if !at.Before(s.From) && at.Before(s.To) {
					return true
				}
			}
			return false
		}
		for h := time.Duration(0); h < ahead; h += 5 * time.Hour {
			at := monday.Add(h)
			a, b := was.IntakeAt(at).Member, now.IntakeAt(at).Member
			for _, m := range ids {
				if gained, lost := in(told[m].Gained, at), in(told[m].Lost, at); gained && b != m || b == m && a != m && !gained || lost != (a == m && b != m) {
					rt.Fatalf("%s at %s: told gained %t, lost %t; was %s, is %s", names[m], at, gained, lost, names[a], names[b])
				}
			}
		}
	})
}

// What is told late leaves out what is past, and what another change undid.
func TestMovedStill(t *testing.T) {
	p := office()
	span := func(from, to string) Span { return Span{at(from), at(to)} }
	w := WeekMoved{Gained: []Span{span("Mon 2026-03-02 09:00", "Tue 2026-03-03 09:00"), span("Mon 2026-03-09 09:00", "Mon 2026-03-16 09:00"), span("Mon 2026-03-16 09:00", "Mon 2026-03-23 09:00")},
		Lost: []Span{span("Wed 2026-03-04 09:00", "Thu 2026-03-05 09:00"), span("Mon 2026-03-23 09:00", "Mon 2026-03-30 09:00")}}
	got := w.Still(p, intake, at("Tue 2026-03-03 10:00")) // whose weeks are those of 2 and 16 March
	if len(got.Gained) != 1 || got.Gained[0] != w.Gained[2] || len(got.Lost) != 1 || got.Lost[0] != w.Lost[1] {
		t.Errorf("%+v", got)
	}
}
