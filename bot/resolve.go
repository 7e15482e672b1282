package bot

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// wrong is words or a field that cannot be what is meant; Field is "" for
// words. It is an answer, not an operator's error.
type wrong struct {
	Field string
	Text  string
	Offer []desk.Offer
}

func (w *wrong) Error() string { return w.Text }

// thing is something that can be named: its whole names, and itself.
type thing[T any] struct {
	name  string // as shown
	also  string // another whole name: a key or a handle
	value T
}

// pick finds what a word means: a whole name first, then any part of a name.
// Several that fit are listed; none that fits gets the nearest.
func pick[T any](what, word string, things []thing[T]) (T, error) {
	var zero T
	w := fold(word)
	if w == "" {
		return zero, &wrong{Text: fmt.Sprintf("Which %s? %s.", what, names(things))}
	}
	var part []thing[T]
	for _, th := range things {
		if fold(th.name) == w || fold(th.also) == w {
			return th.value, nil
		}
		if strings.Contains(fold(th.name), w) || strings.Contains(fold(th.also), w) {
			part = append(part, th)
		}
	}
	switch {
	case len(part) == 1:
		return part[0].value, nil
	case len(part) > 1:
		return zero, &wrong{Text: fmt.Sprintf("%q could be %s. Which %s?", clip(word), names(part), what)}
	case len(things) == 0:
		return zero, &wrong{Text: fmt.Sprintf("There is no %s yet.", what)}
	}
	best, at := things[0], 1<<30
	for _, th := range things {
		for _, n := range []string{th.name, th.also} {
			if d := distance(w, fold(n)); n != "" && d < at {
				best, at = th, d
			}
		}
	}
	if at*2 >= len([]rune(w)) {
		return zero, &wrong{Text: fmt.Sprintf("There is no %s %q. There is: %s.", what, clip(word), names(things))}
	}
	return zero, &wrong{Text: fmt.Sprintf("There is no %s %q. Did you mean %s?", what, clip(word), best.name)}
}

// fold is how names are compared.
func fold(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(strings.ToLower(s), "_", " ")), " ")
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

func names[T any](things []thing[T]) string {
	var ns []string
	for _, th := range things {
		if len(ns) == 12 {
			ns = append(ns, fmt.Sprintf("and %d more", len(things)-12))
			break
		}
		ns = append(ns, th.name)
	}
	return strings.Join(ns, ", ")
}

// distance is Levenshtein's, in runes; two neighbours that changed places count as
// one, as when one types fast (optimal string alignment).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 60 {
		x = x[:60]
	}
	before, row := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		next := make([]int, len(y)+1)
		next[0] = i + 1
		for j := range y {
			cost := row[j]
			if x[i] != y[j] {
				cost++
			}
			next[j+1] = min(cost, next[j]+1, row[j+1]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(y)]
}

func (t *turn) statuses() []thing[desk.StatusKey] {
	var ts []thing[desk.StatusKey]
	for _, s := range t.p.Workflow.Statuses {
		ts = append(ts, thing[desk.StatusKey]{s.Name, string(s.Key), s.Key})
	}
	return ts
}

func (t *turn) clients() []thing[desk.ClientID] {
	var ts []thing[desk.ClientID]
	for _, c := range t.p.ClientList() {
		ts = append(ts, thing[desk.ClientID]{c.Name, "", c.ID})
	}
	return ts
}

func (t *turn) members() []thing[desk.MemberID] {
	var ts []thing[desk.MemberID]
	for _, m := range t.p.People() {
		ts = append(ts, thing[desk.MemberID]{string(m.Name), m.Handle, m.ID})
	}
	return ts
}

func (t *turn) technicians() []thing[desk.MemberID] {
	return slices.DeleteFunc(t.members(), func(th thing[desk.MemberID]) bool {
		m := t.p.Members[th.value]
		return !m.Has(desk.RTechnician) && !m.Has(desk.RLevel1)
	})
}

func (t *turn) priorities() []thing[desk.PriorityKey] {
	var ts []thing[desk.PriorityKey]
	for _, p := range t.p.Priorities {
		ts = append(ts, thing[desk.PriorityKey]{p.Name, string(p.Key), p.Key})
	}
	return ts
}

// plain makes things of words that name themselves.
func plain[S ~string](words []S) []thing[S] {
	var ts []thing[S]
	for _, w := range words {
		ts = append(ts, thing[S]{string(w), "", w})
	}
	return ts
}

// member finds a member by handle, name or the platform's mention, looking up
// people that the desk has not seen.
func (t *turn) member(word string) (desk.MemberID, error) {
	word = strings.TrimSpace(word)
	if id, ok := strings.CutPrefix(word, "<@"); ok {
		id, _, _ = strings.Cut(strings.TrimSuffix(strings.TrimPrefix(id, "!"), ">"), "|")
		if m, ok := t.p.MemberWith(t.in.Platform + ":" + id); ok && m.Active {
			return m.ID, nil
		} else if ok {
			return t.back(m)
		}
		return t.lookUp(id)
	}
	if m, ok := t.departed(strings.TrimPrefix(word, "@")); ok {
		return t.back(m)
	}
	m, err := pick("member", strings.TrimPrefix(word, "@"), t.members())
	if err == nil || word == "" || strings.Contains(err.Error(), "could be") {
		return m, err
	}
	if found, lerr := t.lookUp(strings.TrimPrefix(word, "@")); lerr == nil {
		return found, nil
	}
	return 0, err
}

// departed is the member whose whole handle or name the word is, and who has
// left; false if a member of the desk has the same. Such a word means nobody
// else, though it is part of somebody's name.
func (t *turn) departed(word string) (desk.Member, bool) {
	is := func(m desk.Member) bool { return fold(m.Handle) == fold(word) || fold(string(m.Name)) == fold(word) }
	if fold(word) == "" || slices.ContainsFunc(t.p.People(), is) {
		return desk.Member{}, false
	}
	var latest desk.Member // of several by one name
	for _, m := range t.p.Members {
		if !m.Active && is(m) && m.ID > latest.ID {
			latest = m
		}
	}
	return latest, latest.ID != 0
}

// departedFirst takes the words that name somebody who has left from the front of
// rest; "" if there are none, or more words name a member.
func (t *turn) departedFirst(rest string, members []thing[string]) (words, left string) {
	ws := strings.Fields(rest)
	for n := min(len(ws), 6); n > 0; n-- {
		w := strings.Join(ws[:n], " ")
		if slices.ContainsFunc(members, func(m thing[string]) bool { return fold(m.name) == fold(w) || fold(m.also) == fold(w) }) {
			break
		}
		if _, ok := t.departed(w); ok {
			return w, after(rest, n)
		}
	}
	return "", rest
}

// back is a member who had left, as an observer again: where an admin names them
// and they are full members of the platform. Without an admin they are back when
// they come themselves.
func (t *turn) back(m desk.Member) (desk.MemberID, error) {
	left := &wrong{Text: "@" + m.Handle + " has left this desk."}
	id := t.idHere(m.ID)
	if id == "" || !t.p.Is(desk.By(t.me.ID), desk.RAdmin, desk.Ticket{}, t.now) {
		return 0, left
	}
	u, err := t.platforms[t.in.Platform].Find(t.ctx, id)
	switch {
	case errors.Is(err, chat.ErrUnknown) || err == nil && u.ID != id:
		return 0, left
	case err != nil:
		return 0, err
	case u.Outside != "":
		return 0, outside(u)
	}
	return t.meet(u)
}

// client finds a client by any unambiguous part of its name.
func (t *turn) client(word string) (desk.ClientID, error) {
	return pick("client", word, t.clients())
}

// ticketNumber reads 42, T-42 or #42.
func ticketNumber(word string) (desk.TicketID, bool) {
	w := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(strings.ToUpper(word), "#"), "T-"), "T")
	n, err := strconv.ParseInt(w, 10, 64)
	return desk.TicketID(n), err == nil && n > 0 && n < 1e15 && w[0] != '+'
}

// requestNumber reads R-3 or 3.
func requestNumber(word string) (desk.RequestID, bool) {
	n, err := strconv.ParseInt(strings.TrimPrefix(strings.ToUpper(word), "R-"), 10, 64)
	return desk.RequestID(n), err == nil && n > 0 && n < 1e15
}

// contact reads "Jane Roe", "jane@acme.example" or "Jane Roe <jane@…>" as one
// of the client's contacts, or as a new one (id 0).
func (t *turn) contact(client desk.ClientID, word string) desk.Contact {
	word = strings.TrimSpace(word)
	c := desk.Contact{Name: desk.Text(word)}
	if name, mail, ok := strings.Cut(word, "<"); ok && strings.Contains(mail, "@") && strings.TrimSpace(name) != "" {
		c = desk.Contact{Name: desk.Text(strings.TrimSpace(name)), Email: desk.Text(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(mail), ">")))}
	} else if ws := strings.Fields(word); len(ws) > 0 && strings.Contains(ws[len(ws)-1], "@") { // "jo@example.com", or after the name
		c = desk.Contact{Name: desk.Text(strings.Join(ws[:len(ws)-1], " ")), Email: desk.Text(ws[len(ws)-1])}
	}
	known := t.p.Clients[client].Contacts
	for _, k := range known {
		if c.Email != "" && strings.EqualFold(string(k.Email), string(c.Email)) || c.Name != "" && c.Email == "" && fold(string(k.Name)) == fold(string(c.Name)) {
			return k
		}
	}
	var part []desk.Contact
	for _, k := range known {
		if c.Email == "" && c.Name != "" && slices.Contains(strings.Fields(fold(string(k.Name))), fold(string(c.Name))) {
			part = append(part, k)
		}
	}
	if len(part) == 1 {
		return part[0]
	}
	return c
}
