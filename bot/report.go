package bot

import (
	"context"
	"fmt"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/outbox"
	"deskbell.dev/deskbell/internal/report"
	"deskbell.dev/deskbell/store"
)

// week is what is reported of some time, mostly a week.
type week struct {
	report.Figures
	Time            report.Time
	Rota            report.Coverage
	Refused, Warned map[desk.Rule]int
	Breached        map[desk.Goal]int
}

// weekOf gathers what is reported of the time from an instant to another.
func (t *turn) weekOf(from, to time.Time) (w week, err error) {
	starts, err := t.Store.Interruptions(t.ctx, report.Interrupting(from), to)
	if err != nil {
		return w, err
	}
	c := report.Collect(t.p, from, to, starts)
	if err := t.Store.Flowing(t.ctx, c.Since(), c.Add); err != nil {
		return w, err
	}
	w.Figures = c.Figures()
	sums, err := t.Store.LoggedTime(t.ctx, from, to)
	if err != nil {
		return w, err
	}
	var logged []report.Logged
	for _, l := range sums {
		logged = append(logged, report.Logged{Member: l.Member, Internal: l.Internal, Time: time.Duration(l.Minutes) * time.Minute})
	}
	w.Time = report.TimeOf(t.p, from, to, logged)
	if w.Rota, err = t.coverage(from, to); err != nil {
		return w, err
	}
	if w.Breached, err = t.Store.BreachCount(t.ctx, from, to); err != nil {
		return w, err
	}
	if w.Refused, err = t.Store.RefusalCount(t.ctx, from, to); err != nil {
		return w, err
	}
	w.Warned, err = t.Store.WarningCount(t.ctx, from, to)
	return w, err
}

// coverage is who was there, each day by the rota as it was recorded then: what is
// changed later changes no week that is over.
func (t *turn) coverage(from, to time.Time) (report.Coverage, error) {
	days, err := t.Store.Directories(t.ctx, from, to)
	if err != nil {
		return report.Coverage{}, err
	}
	var c report.Coverage
	for n, d := range days {
		until := to
		if n+1 < len(days) {
			until = days[n+1].From
		}
		p := *t.p
		p.Directory = d.Directory
		c = c.And(report.CoverageOf(&p, d.From, until))
	}
	return c, nil
}

// postReport posts the weekly report of the seven days up to its time: a root
// message, and its parts as replies. However often it is carried, each is posted
// once.
func (b *Bot) postReport(ctx context.Context, p *desk.Policy, d store.Due) error {
	word, late := dated(strings.TrimPrefix(d.What, "report/"))
	to, err := time.Parse("2006-01-02T15:04Z07:00", word)
	if err != nil {
		return fmt.Errorf("bot: no post %q: %w", d.What, err)
	}
	w, err := (&turn{Bot: b, ctx: ctx, p: p, now: b.Now()}).weekOf(to.In(p.Zone).AddDate(0, 0, -7), to)
	if err != nil {
		return err
	}
	return b.inPlaces(ctx, p, digestPlaces(p), func(t *turn, pf chat.Platform, place, channel string) error {
		line := "Weekly report, " + t.daysOf(w)
		if late {
			line += ", late, it was due at " + to.In(p.Zone).Format("15:04")
		}
		root, _, err := t.postOnce(ctx, pf, chat.Place{Channel: channel}, chat.Message{Text: chat.Say(line + ": " + t.weekLine(w))}, d.Key+"/"+place)
		if err != nil {
			return err
		}
		var errs []error // what one part waits for keeps no other from being read
		for _, part := range t.weekParts(w) {
			c := &chat.Card{Title: chat.Say(part.title), Text: part.text, Actions: t.offers(part.offers, 0, onList, nil, 2)}
			if part.picture != nil {
				if c.Image, err = part.picture(w); err != nil {
					errs = append(errs, err)
					continue
				}
			}
			key := d.Key + "/" + part.name + "/" + place
			_, _, err := t.postOnce(ctx, pf, chat.Place{Channel: channel, Thread: root.ID}, chat.Message{Card: c}, key)
			errs = append(errs, err)
		}
		return foremost(errs...)
	})
}

// reportNow is /desk report: of the seven days until now, or of the week that is
// named, only for the asker.
func (t *turn) reportNow(i intent) (chat.Reply, error) {
	if i.arg("pictures") != "" {
		return t.pictures(i)
	}
	from, to, err := t.weekNamed(i.arg("rest"))
	if err != nil {
		return chat.Reply{}, err
	}
	w, err := t.weekOf(from, to)
	if err != nil {
		return chat.Reply{}, err
	}
	c := &chat.Card{}
	for _, part := range t.weekParts(w) {
		c.Fields = append(c.Fields, chat.CardField{Name: part.title, Value: part.text})
	}
	span := fmt.Sprintf("%d-%d", from.Unix(), to.Unix())
	c.Actions = []chat.Action{t.button(intent{Verb: vReport, Place: onList, Args: map[string]string{"pictures": span}}, "Pictures", chat.Default)}
	return t.card(chat.Say("Report, "+t.daysOf(w)+": "+t.weekLine(w)), c), nil
}

// weekNamed is the time that somebody wants a report of.
func (t *turn) weekNamed(rest string) (from, to time.Time, err error) {
	day := t.now.In(t.p.Zone)
	switch word := strings.ToLower(strings.TrimSpace(rest)); word {
	case "":
		return day.AddDate(0, 0, -7), t.now, nil
	case "week", "this week":
	case "last", "last week":
		day = day.AddDate(0, 0, -7)
	default:
		if day, err = time.ParseInLocation(time.DateOnly, word, t.p.Zone); err != nil {
			return from, to, &wrong{Text: "Which week? Name a day in it: /desk report 2026-03-02, or /desk report last week. Without one it is of the last seven days."}
		}
	}
	monday := day.Day() - (int(day.Weekday())+6)%7
	from = time.Date(day.Year(), day.Month(), monday, 0, 0, 0, 0, t.p.Zone)
	to = time.Date(day.Year(), day.Month(), monday+7, 0, 0, 0, 0, t.p.Zone)
	if !from.Before(t.now) {
		return from, to, &wrong{Text: "That week has yet to come. Without one the report is of the last seven days: /desk report"}
	}
	if to.After(t.now) {
		to = t.now
	}
	if from.Before(t.now.AddDate(-1, 0, 0)) {
		return from, to, &wrong{Text: "Reports go back a year."}
	}
	return from, to, nil
}

// pictures has the report's pictures sent to whoever asked for them: an answer that
// only one person sees cannot hold them everywhere.
func (t *turn) pictures(i intent) (chat.Reply, error) {
	var ns []desk.Notice
	for _, what := range []string{"flow", "lead"} {
		ns = append(ns, desk.Notice{Key: fmt.Sprintf("picture/%s/%s/%s/%d", what, t.in.Platform, t.in.Key, t.me.ID), Kind: desk.Post,
			Place: fmt.Sprintf("member:%d", t.me.ID), What: "picture/" + what + "/" + i.arg("pictures"), Due: t.now})
	}
	if _, err := t.Store.Enqueue(t.ctx, ns...); err != nil {
		return chat.Reply{}, err
	}
	return t.line(chat.Say("The pictures come to you as direct messages.")), nil
}

// picturePost is one of them, by its What.
func (t *turn) picturePost(what string) (chat.Message, error) {
	name, span, _ := strings.Cut(what, "/")
	var from, to int64
	if n, err := fmt.Sscanf(span, "%d-%d", &from, &to); n != 2 || from >= to || to-from > 60*24*3600 {
		return chat.Message{}, fmt.Errorf("%w: no picture %q (%v)", outbox.ErrDead, what, err)
	}
	w, err := t.weekOf(time.Unix(from, 0), time.Unix(to, 0))
	if err != nil {
		return chat.Message{}, err
	}
	for _, part := range t.weekParts(w) {
		if part.name != name {
			continue
		}
		image, err := part.picture(w)
		if err == nil && image == nil {
			return chat.Message{Text: chat.Say(part.title + ": there is nothing to draw for " + t.daysOf(w) + ".")}, nil
		}
		return chat.Message{Card: &chat.Card{Title: chat.Say(part.title), Image: image}}, err
	}
	return chat.Message{}, fmt.Errorf("bot: no picture %q", name)
}
