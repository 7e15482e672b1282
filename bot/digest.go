package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// digest is a daily digest as it was posted in one channel: which tickets and
// requests stand in it. Everything else is drawn as it is.
type digest struct {
	Key   string    // of its notice, and so of its messages
	Due   time.Time // its morning
	Late  bool      // it was due while Deskbell was down
	At    time.Time // what had been stale for how long then
	Parts []listed
}

// listed is a section with its rows.
type listed struct {
	Section desk.Section
	Rows    []entry
	Total   int // the rows that it had no room for included
}

// postDigest posts the digest: a root message, and a reply to it for each
// section. However often it is carried, each is posted once.
func (b *Bot) postDigest(ctx context.Context, p *desk.Policy, d store.Due) error {
	word, late := strings.CutSuffix(strings.TrimPrefix(d.What, "digest/"), "/late")
	due, err := time.Parse("2006-01-02T15:04Z07:00", word)
	if err != nil {
		return fmt.Errorf("bot: no post %q: %w", d.What, err)
	}
	return b.inPlaces(ctx, p, digestPlaces(p), func(t *turn, pf chat.Platform, place, channel string) error {
		g, err := t.digestOf(place, digest{Key: d.Key, Due: due, Late: late, At: t.now})
		if err != nil {
			return err
		}
		if p.Digest.Silent && len(g.Parts) == 0 {
			return errOvertaken
		}
		root := t.standingRoot(pf, place, g)
		if err := postStanding(t, &root, chat.Place{Channel: channel}, g.key(place)); err != nil {
			return err
		}
		for _, l := range g.Parts {
			part := t.standingPart(pf, place, g, l)
			if err := postStanding(t, &part, chat.Place{Channel: channel, Thread: root.ref.ID}, g.key(part.place)); err != nil {
				return err
			}
		}
		return nil
	})
}

// digestPlaces are where digests stand: where the configuration says, on other
// platforms where the cards do.
func digestPlaces(p *desk.Policy) []string {
	places := slices.Clone(p.Digest.Channels)
	for _, c := range p.Channels {
		platform, _, _ := strings.Cut(c, ":")
		if !slices.ContainsFunc(places, func(o string) bool { return strings.HasPrefix(o, platform+":") }) {
			places = append(places, c)
		}
	}
	return places
}

// digestOf is the digest with what it lists at the place: what an earlier try
// listed, or what is so now, which is kept. One that a later one overtook is not
// posted any more.
func (t *turn) digestOf(place string, g digest) (digest, error) {
	latest, there, err := t.Store.LatestDigest(t.ctx, place)
	if err != nil {
		return g, err
	}
	if !there || latest.At.Before(g.Due) || latest.At.After(t.now) {
		if g, err = t.filled(g); err != nil {
			return g, err
		}
		body, err := json.Marshal(g)
		if err != nil {
			return g, err
		}
		if latest, err = t.Store.KeepDigest(t.ctx, store.Digest{Place: place, At: g.Due, Key: g.Key, Body: string(body)}, t.now); err != nil {
			return g, err
		}
	}
	if latest.At.After(g.Due) {
		return g, errOvertaken
	}
	return readDigest(latest)
}

// filled is the digest with a page of each section that has anything to show.
func (t *turn) filled(g digest) (digest, error) {
	for _, name := range t.p.Digest.Sections {
		s, ok := sectionOf(name)
		if !ok {
			continue
		}
		rows, total, err := s.page(t, name, g.At, 0, t.pageSize())
		if err != nil {
			return g, err
		}
		if total > 0 {
			g.Parts = append(g.Parts, listed{name, rows, total})
		}
	}
	return g, nil
}

func readDigest(d store.Digest) (g digest, err error) {
	if err = json.Unmarshal([]byte(d.Body), &g); err != nil {
		err = fmt.Errorf("bot: digest of %s: %w", d.Place, err)
	}
	return g, err
}

// key is that of the message which is kept at the place.
func (g digest) key(place string) string { return g.Key + "/" + place }

// standingRoot is the root message, kept true: its counts follow.
func (t *turn) standingRoot(pf chat.Platform, place string, g digest) standing[map[desk.Section]int] {
	var names []desk.Section
	for _, l := range g.Parts {
		names = append(names, l.Section)
	}
	return standing[map[desk.Section]int]{pf: pf, place: "digest/" + place,
		read: func() (map[desk.Section]int, error) { return t.Store.StaleCounts(t.ctx, names, g.At) },
		draw: func(n map[desk.Section]int) (chat.Message, int) {
			says := make([]int, len(names))
			for i, name := range names {
				says[i] = n[name]
			}
			return t.rootMessage(g, n), fingerprint(says...)
		}}
}

// fingerprint is a number for numbers: other ones have another.
func fingerprint(ns ...int) int {
	h := fnv.New32a()
	fmt.Fprint(h, ns)
	return int(h.Sum32() >> 1)
}

// rootMessage is the digest's line, to those who own it as long as there is
// something to do.
func (t *turn) rootMessage(g digest, n map[desk.Section]int) chat.Message {
	m := chat.Message{Text: t.digestLine(g, n)}
	if t.tally(g, n) == "" {
		return m
	}
	for _, id := range t.digestOwners() {
		m.Text = chat.Join(m.Text, chat.Say(" "), t.mention(id))
		for _, identity := range t.p.Members[id].Identities {
			if user, ok := strings.CutPrefix(identity, t.in.Platform+":"); ok {
				m.Notify = append(m.Notify, user)
			}
		}
	}
	return m
}

// digestLine says how many each section shows.
func (t *turn) digestLine(g digest, n map[desk.Section]int) chat.Text {
	line := "Desk digest, " + g.Due.In(t.p.Zone).Format("Mon 2 Jan") + ": "
	if g.Late {
		line += "late, it was due at " + g.Due.In(t.p.Zone).Format("15:04") + ". "
	}
	tally := t.tally(g, n)
	switch {
	case len(g.Parts) == 0:
		tally = "nothing is urgent, and nothing has waited too long"
	case tally == "":
		tally = "all done"
	}
	return chat.Say(line + tally + ".")
}

func (t *turn) tally(g digest, n map[desk.Section]int) string {
	var parts []string
	for _, l := range g.Parts {
		if s, ok := sectionOf(l.Section); ok && n[l.Section] > 0 {
			parts = append(parts, s.tally(n[l.Section]))
		}
	}
	return strings.Join(parts, ", ")
}

// digestOwners are the SDMs, or the SRM if there are none.
func (t *turn) digestOwners() []desk.MemberID {
	if ms := t.p.With(desk.RSDM); len(ms) > 0 {
		return ms
	}
	if m := t.p.SRM(t.now); m != 0 {
		return []desk.MemberID{m}
	}
	return nil
}

// partNow is a section's rows as they are now.
type partNow struct {
	rows  []chat.Row
	total int // what it would still show
	says  int
}

// standingPart is a section's message, kept true: each row says what was done.
func (t *turn) standingPart(pf chat.Platform, place string, g digest, l listed) standing[partNow] {
	return standing[partNow]{pf: pf, place: fmt.Sprintf("digest/%s/%s", l.Section, place),
		read: func() (partNow, error) { return t.partNow(g, l) },
		draw: func(n partNow) (chat.Message, int) { return t.partMessage(l, n), n.says }}
}

func (t *turn) partNow(g digest, l listed) (partNow, error) {
	s, ok := sectionOf(l.Section)
	if !ok {
		return partNow{}, nil
	}
	counts, err := t.Store.StaleCounts(t.ctx, []desk.Section{l.Section}, g.At)
	if err != nil {
		return partNow{}, err
	}
	n := partNow{total: counts[l.Section]}
	changes := 0 // never fewer
	for _, e := range l.Rows {
		row, says, err := s.row(t, l.Section, e, g.At)
		if err != nil {
			return partNow{}, err
		}
		n.rows, changes = append(n.rows, row), changes+says
	}
	n.says = partSays(changes, n.total)
	return n, nil
}

// partSays is a number for what a section's message says; its total can be read
// back from it.
func partSays(changes, total int) int { return changes*(store.DigestMost+2) + total }

// partTotal is what it says of how many the section shows.
func partTotal(says int) int { return says % (store.DigestMost + 2) }

// partMessage is a section's message; what it has no room for is one press away.
func (t *turn) partMessage(l listed, n partNow) chat.Message {
	c := &chat.Card{Title: chat.Say(t.partTitle(l.Section, n.total)), Rows: n.rows}
	if n.total > len(n.rows) {
		all := intent{Verb: vDigest, Place: onList, Args: map[string]string{"section": string(l.Section)}}
		c.Actions = []chat.Action{t.button(all, "Show all ("+howMany(n.total)+")", chat.Default)}
	}
	return chat.Message{Card: c}
}

func (t *turn) partTitle(name desk.Section, total int) string {
	s, _ := sectionOf(name)
	title := s.titled(t.p)
	if total == 0 {
		return title + ": all done"
	}
	return title + " (" + howMany(total) + ")"
}

// paintDigests keeps the latest digest of each channel true where it lists what
// the entry is about: the row says what was done, and the counts follow. Older
// ones stay as they are.
func (b *Bot) paintDigests(ctx context.Context, p *desk.Policy, about entry) error {
	return b.inPlaces(ctx, p, digestPlaces(p), func(t *turn, pf chat.Platform, place, _ string) error {
		latest, there, err := t.Store.LatestDigest(ctx, place)
		if err != nil || !there {
			return err
		}
		g, err := readDigest(latest)
		if err != nil || !slices.ContainsFunc(g.Parts, func(l listed) bool { return l.lists(about) }) {
			return err
		}
		defer b.prompting.hold(0)() // one at a time, as the prompts
		var errs []error
		for _, l := range g.Parts {
			part := t.standingPart(pf, place, g, l)
			if paint, err := t.changes(g, l, about, part.place); err != nil || !paint {
				errs = append(errs, err)
				continue
			}
			errs = append(errs, paintStanding(t, &part, g.key(part.place)))
		}
		root := t.standingRoot(pf, place, g)
		return foremost(append(errs, paintStanding(t, &root, g.key(place)))...)
	})
}

// lists reports whether the section shows it, or may have had no room for it.
func (l listed) lists(about entry) bool { return l.Total > len(l.Rows) || l.shows(about) }

func (l listed) shows(about entry) bool {
	return slices.ContainsFunc(l.Rows, func(e entry) bool { return e.Ticket == about.Ticket && e.Request == about.Request })
}

// changes reports whether the section's message may say something else now: it
// shows what the entry is about, or has no room for it and counts others than it
// says. Its rows need not be drawn to know that.
func (t *turn) changes(g digest, l listed, about entry, place string) (bool, error) {
	if l.shows(about) || l.Total <= len(l.Rows) {
		return l.shows(about), nil
	}
	says, there, err := t.Store.Card(t.ctx, 0, place)
	if err != nil || !there {
		return there, err
	}
	now, err := t.Store.StaleCounts(t.ctx, []desk.Section{l.Section}, g.At)
	return now[l.Section] != partTotal(says.Revision), err
}
