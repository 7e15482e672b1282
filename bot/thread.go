package bot

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// heard answers words that were said beside the commands. Under a ticket's card
// they are a note, or a command if they name the desk and begin with its verb;
// anywhere else they are for us only if they name us.
func (t *turn) heard() chat.Reply {
	n, err := t.threadTicket()
	if errors.Is(err, errUnsettled) {
		return chat.Reply{Again: true}
	}
	if err != nil {
		return t.broke(err)
	}
	if n == 0 && !t.in.Addressed || !t.in.Addressed && strings.TrimSpace(t.in.Text) == "" {
		return chat.Reply{}
	}
	if err := t.arrive(); err != nil {
		return t.broke(err)
	}
	if n == 0 {
		return withoutForm(t.act(t.parse(t.in.Text)))
	}
	i, err := t.threadWords(n)
	var r chat.Reply
	if err == nil {
		r, err = t.run(i)
	}
	if err != nil && t.from == "" {
		err = withNote(err, n, t.in.Text)
	}
	switch {
	case err != nil:
		return withoutForm(t.no(err, i))
	case t.from == "":
		return withoutForm(r)
	case !t.in.Addressed: // silence says that it was taken
		return chat.Reply{}
	}
	r = t.line(chat.Say("Noted on " + n.String() + "."))
	if strings.Contains(i.arg("text"), "?") {
		ask := intent{Verb: desk.VClarify, Ticket: n, Version: t.versionNow(n), Place: onList}.with("question", i.arg("text"))
		r.Message.Card = &chat.Card{Actions: []chat.Action{t.button(ask, "Ask the client instead", chat.Default)}}
	}
	return r
}

// errUnsettled: the words may be under a card that stands there without our
// knowing it yet.
var errUnsettled = errors.New("bot: a card whose end is not known")

// settling is how long a card can be on its way: after that words under it are
// nobody's, rather than delivered again and again.
const settling = time.Hour

// threadTicket is the ticket whose card the words are under, 0 if they are not.
// errUnsettled if that cannot be told yet: people may see a card, and write under
// it, before its post has come to its end here.
func (t *turn) threadTicket() (desk.TicketID, error) {
	at := t.in.Place
	if at.Channel == "" || at.Thread == "" {
		return 0, nil
	}
	place := t.in.Platform + ":" + at.Channel
	n, err := t.Store.CardAt(t.ctx, place, at.Thread)
	if n != 0 || err != nil || !slices.Contains(t.p.Channels, place) {
		return n, err
	}
	ps, err := t.Store.RecentPosts(t.ctx, time.Now().Add(-settling), at.Thread)
	for _, p := range ps {
		ours, isCard := strings.CutPrefix(p.Key, t.in.Platform+"/card/")
		number, where, _ := strings.Cut(ours, "/")
		switch {
		case !isCard || where != place && !strings.HasPrefix(where, place+"/"):
		case p.Message == "":
			err = errUnsettled
		default:
			n, err := strconv.ParseInt(number, 10, 64)
			return desk.TicketID(n), err
		}
	}
	return 0, err
}

// source names the message, as a note keeps it.
func (t *turn) source() string {
	return t.in.Platform + ":" + t.in.Place.Channel + "/" + t.in.Message.ID
}

// noteWords are a message's words as a note holds them.
func noteWords(s string) string { return chat.Cut(strings.TrimSpace(s), desk.MaxText) }

// threadWords reads what was said in the thread of ticket n.
func (t *turn) threadWords(n desk.TicketID) (intent, error) {
	text := strings.TrimSpace(t.in.Text)
	if t.in.Addressed {
		first, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(text), "\n", " "), " ")
		rest := after(text, 1)
		switch {
		case text == "":
			return intent{Verb: desk.VShow, Ticket: n}, nil
		case strings.HasPrefix(text, "/"):
			return t.parse(text)
		case (first == "ask" || first == "question") && rest != "":
			return intent{Verb: desk.VClarify, Ticket: n}.with("question", rest), nil
		}
		low := strings.ToLower(text)
		for _, w := range ticketWords {
			v := typed(w.verb)
			tail, ok := strings.CutPrefix(low, v)
			switch {
			case !ok || tail != "" && !strings.ContainsAny(tail[:1], " \n\t"):
			case w.ticket:
				words := numbered(n, text[len(v):])
				i, err := t.parseArgs("/ticket", w, words)
				if err == nil {
					err = talk(i, w, after(words, 1))
				}
				return i, err
			case tail == "" && len(w.args) == 0:
				return intent{Verb: w.verb}, nil
			}
		}
	}
	t.from = t.source()
	return intent{Verb: desk.VNote, Ticket: n}.with("text", noteWords(text)), nil
}

// talk asks back where words that begin with a verb may as well be said to the
// team ("cancel this only if Jane doesn't call"): those that end something or
// cannot be undone simply, with words of one's own after the verb, and those that
// have no use for the words after it, which would be lost.
func talk(i intent, w word, rest string) error {
	ends := slices.Contains([]desk.Verb{desk.VCancel, desk.VClose, desk.VDecline, desk.VBroken, desk.VDuplicate, desk.VReopen}, i.Verb)
	if rest == "" || len(w.args) > 0 && (!ends || i.arg("reason") == "" && i.arg("text") == "") {
		return nil
	}
	do := typed(i.Verb) + " " + i.Ticket.String()
	return &wrong{Text: "Was that for Deskbell (" + do + "), or for the team? Nothing is done yet.",
		Offer: []desk.Offer{{Verb: i.Verb, Ticket: i.Ticket, Label: strings.ToUpper(do[:1]) + do[1:], Args: i.Args}}}
}

// numbered puts the thread's ticket before the rest, unless that names one:
// "T-17" does, while a bare number is an argument.
func numbered(n desk.TicketID, rest string) string {
	rest = strings.TrimSpace(rest)
	first, _, _ := strings.Cut(rest, " ")
	if _, ok := ticketNumber(first); ok && strings.ContainsAny(first[:1], "#Tt") {
		return rest
	}
	return strings.TrimSpace(n.String() + " " + rest)
}

// withNote offers to keep words that were read as a command, and could not be,
// as a note.
func withNote(err error, n desk.TicketID, text string) error {
	var w *wrong
	if !errors.As(err, &w) {
		return err
	}
	keep := desk.Offer{Verb: desk.VNote, Ticket: n, Label: "Keep it as a note", Args: map[string]string{"text": noteWords(text)}}
	return &wrong{Field: w.Field, Text: w.Text, Offer: append(slices.Clone(w.Offer), keep)}
}

// withoutForm is the answer where no form can be opened: a button opens it.
func withoutForm(r chat.Reply) chat.Reply {
	if r.Form == nil {
		return r
	}
	text := r.Form.Title + " needs a little more."
	if len(r.Form.Fields) > 0 && r.Form.Fields[0].Hint != "" {
		text = r.Form.Fields[0].Hint
	}
	verb, _, _ := strings.Cut(r.Form.Token, ";")
	return chat.Reply{Message: &chat.Message{Private: true, Text: chat.Say(text),
		Card: &chat.Card{Actions: []chat.Action{{Token: r.Form.Token, Verb: typed(desk.Verb(verb)), Label: "Go on", Style: chat.Primary}}}}}
}

// amended follows a message that may have been a note: what it says now is the
// note, and one that was deleted is taken back, whatever its author is by now.
func (t *turn) amended() chat.Reply {
	n, err := t.threadTicket()
	if errors.Is(err, errUnsettled) {
		return chat.Reply{Again: true}
	}
	if err != nil {
		return t.broke(err)
	}
	m, ok := t.p.MemberWith(t.in.Platform + ":" + t.in.From.ID)
	if n == 0 || !ok || t.in.Kind == chat.Edited && !m.Active {
		return chat.Reply{}
	}
	t.me = m
	do := desk.Amend{From: t.source()}
	if t.in.Kind == chat.Edited {
		do.Text = desk.Text(noteWords(t.in.Text))
	}
	i := intent{Verb: desk.VNote, Ticket: n}
	if _, err := t.Store.Do(t.ctx, desk.Request{Ticket: n, By: desk.By(m.ID), At: t.now, Do: do, Key: t.key(i)}); err != nil {
		return t.no(err, i)
	}
	return chat.Reply{}
}

// asTheyStand shows each note of a thread once: as it was said last, or that it
// was taken back. What became of words that were no note is nobody's.
func asTheyStand(es []desk.Event) []desk.Event {
	latest := map[string]desk.Fact{}
	for _, e := range es {
		switch f := e.What.(type) {
		case desk.NoteChanged:
			latest[f.From] = f
		case desk.NoteRemoved:
			latest[f.From] = f
		}
	}
	var out []desk.Event
	noted := map[string]bool{}
	for _, e := range es {
		switch f := e.What.(type) {
		case desk.Noted:
			noted[f.From] = true
			switch now := latest[f.From].(type) {
			case desk.NoteChanged:
				e.What = now
			case desk.NoteRemoved:
				continue
			}
		case desk.NoteChanged:
			continue
		case desk.NoteRemoved:
			if !noted[f.From] {
				continue
			}
		}
		out = append(out, e)
	}
	return out
}
