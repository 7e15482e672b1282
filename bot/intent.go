package bot

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// where a button stood, one letter in its token: what the answer replaces.
const (
	onCard   = "c" // the shared card: the outbox repaints it
	onMine   = "p" // a private card or prompt: redrawn in place
	onDeck   = "d" // the triage deck: the next ticket takes its place
	onList   = "l" // a row of a list
	onPrompt = "m" // a prompt in a direct message: replaced by what was decided
)

// intent is what somebody wants, whichever way they said it.
type intent struct {
	Verb    desk.Verb
	Ticket  desk.TicketID
	Version int    // of the ticket when the button was drawn, 0 for words
	Place   string // one of the above, "" for words
	Args    map[string]string
	// Form is set for a submitted form: refused fields come back by name.
	Form bool
}

func (i intent) arg(k string) string { return i.Args[k] }

func (i intent) with(k, v string) intent {
	args := map[string]string{k: v}
	for ak, av := range i.Args {
		if ak != k {
			args[ak] = av
		}
	}
	i.Args = args
	return i
}

// token writes the intent into an action or form: verb;ticket;version;place;args.
// Arguments too long for a token are kept as a draft for a day.
func (t *turn) token(i intent) string {
	vals := url.Values{}
	for k, v := range i.Args {
		vals.Set(k, v)
	}
	tok := fmt.Sprintf("%s;%d;%d;%s;%s", i.Verb, i.Ticket, i.Version, i.Place, vals.Encode())
	if len(tok) <= chat.MaxToken {
		return tok
	}
	data, err := json.Marshal(i.Args)
	id := newID()
	if err == nil {
		err = t.Store.SaveDraft(t.ctx, id, data, t.now)
	}
	if err != nil {
		t.Log.Error("draft not kept", "err", err)
	}
	return fmt.Sprintf("%s;%d;%d;%s;~%s", i.Verb, i.Ticket, i.Version, i.Place, id)
}

// newID is a short random name for a draft or a deck.
func newID() string {
	var buf [10]byte
	rand.Read(buf[:])
	return strings.ToLower(base32.StdEncoding.EncodeToString(buf[:]))
}

// parseToken reads a token back. It proves nothing about who may.
func (t *turn) parseToken(tok string) (intent, error) {
	parts := strings.SplitN(tok, ";", 5)
	if len(parts) != 5 {
		return intent{}, &wrong{Text: "That button is from another time or place. Open the ticket again with /ticket and its number."}
	}
	n, err1 := strconv.ParseInt(parts[1], 10, 64)
	v, err2 := strconv.Atoi(parts[2])
	if err1 != nil || err2 != nil || n < 0 || v < 0 {
		return intent{}, &wrong{Text: "That button is from another time or place. Open the ticket again with /ticket and its number."}
	}
	i := intent{Verb: desk.Verb(parts[0]), Ticket: desk.TicketID(n), Version: v, Place: parts[3], Args: map[string]string{}}
	if id, ok := strings.CutPrefix(parts[4], "~"); ok {
		data, err := t.Store.Draft(t.ctx, id)
		if err != nil || json.Unmarshal(data, &i.Args) != nil {
			return i, &wrong{Text: chat.Forgotten}
		}
		return i, nil
	}
	vals, err := url.ParseQuery(parts[4])
	if err != nil {
		return i, &wrong{Text: "That button can't be read. Open the ticket again with /ticket and its number."}
	}
	for k := range vals {
		i.Args[k] = vals.Get(k)
	}
	return i, nil
}

// intent reads what was said, pressed or submitted.
func (t *turn) intent() (intent, error) {
	switch t.in.Kind {
	case chat.Press:
		i, err := t.parseToken(t.in.Token)
		if err != nil {
			return i, err
		}
		return t.chosen(i)
	case chat.Submit:
		i, err := t.parseToken(t.in.Token)
		i.Form = true
		if err != nil {
			return i, err
		}
		for k, v := range t.in.Values {
			i = i.with(k, v)
		}
		return i, nil
	case chat.Shortcut:
		return t.shortcut(), nil
	}
	return t.parse(t.in.Text)
}

// chosen turns a menu's choice into the intent that it stands for.
func (t *turn) chosen(i intent) (intent, error) {
	if i.Verb != "more" {
		if field := i.arg("menu"); field != "" {
			i = i.with(field, t.in.Value).with("menu", "")
			delete(i.Args, "menu")
		}
		return i, nil
	}
	verb, query, _ := strings.Cut(t.in.Value, "?")
	i.Verb = desk.Verb(verb)
	vals, err := url.ParseQuery(query)
	if err != nil || verb == "" || verb == "more" {
		return i, &wrong{Text: "Choose something from the menu."}
	}
	for k := range vals {
		i = i.with(k, vals.Get(k))
	}
	return i, nil
}

// button makes an action of an intent.
func (t *turn) button(i intent, label string, style chat.Style) chat.Action {
	value := ""
	for _, k := range []string{"priority", "status", "how", "rank"} {
		if v := i.arg(k); v != "" {
			value = v
			break
		}
	}
	return chat.Action{Token: t.token(i), Verb: typed(i.Verb), Ticket: int64(i.Ticket), Label: label, Style: style, Value: value}
}

// present as a version draws each button for its ticket as it is now, so that
// it is stale once that changes.
const present = -1

// versionNow is the ticket's version, 0 for no ticket or one that cannot be
// read: its button then acts on the ticket as it finds it, like typed words.
func (t *turn) versionNow(n desk.TicketID) int {
	if n == 0 {
		return 0
	}
	tk, err := t.Store.Ticket(t.ctx, n)
	if err != nil {
		return 0
	}
	return tk.Version
}

// offers draws next steps: at most max buttons, the rest in one menu.
func (t *turn) offers(os []desk.Offer, version int, place string, extra map[string]string, max int) []chat.Action {
	var as []chat.Action
	var menu []chat.Option
	drawn := version
	for n, o := range os {
		if version = drawn; drawn == present {
			version = t.versionNow(o.Ticket)
		}
		i := intent{Verb: o.Verb, Ticket: o.Ticket, Version: version, Place: place, Args: map[string]string{}}
		for k, v := range o.Args {
			i.Args[k] = v
		}
		for k, v := range extra {
			i.Args[k] = v
		}
		if n < max || len(os) == max+1 {
			style := chat.Default
			if n == 0 && o.Verb != desk.VPrioritize { // no priority is the obvious one
				style = chat.Primary
			}
			as = append(as, t.button(i, o.Label, style))
			continue
		}
		vals := url.Values{}
		for k, v := range o.Args {
			vals.Set(k, v)
		}
		value := string(o.Verb)
		if len(vals) > 0 {
			value += "?" + vals.Encode()
		}
		menu = append(menu, chat.Option{Value: value, Label: o.Label})
	}
	if len(menu) > 0 {
		args := map[string]string{}
		for k, v := range extra {
			args[k] = v
		}
		i := intent{Verb: "more", Ticket: os[0].Ticket, Version: version, Place: place, Args: args}
		as = append(as, chat.Action{Token: t.token(i), Verb: "more", Ticket: int64(os[0].Ticket), Label: "More", Options: menu})
	}
	return as
}
