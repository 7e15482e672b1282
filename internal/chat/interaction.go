package chat

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"
)

// Kind of interaction.
type Kind string

// What a person does and is answered.
const (
	Command Kind = "command" // typed words
	Press   Kind = "press"   // a button or a menu's choice
	Submit  Kind = "submit"  // a form
	// Shortcut is the platform's own menu; Text says which (HandOver, AddTo,
	// NewRequest), Quoted what it was used on. It is answered by a form.
	Shortcut Kind = "shortcut"
)

// What a platform asks while a person looks or types. Nothing is changed by it.
const (
	// Search wants Options for Field of the form Token, or for the menu Token, or
	// for a command's WordField, whose labels hold Text; Values are what the form or
	// the command holds so far.
	Search Kind = "search"
	// Fill wants the form Token with Fields drawn anew after a choice on which
	// others depend; Values are what it holds so far.
	Fill Kind = "fill"
	// Home wants the person's own page.
	Home Kind = "home"
)

// What happens around the desk's messages. The answer may be empty: then
// nothing is shown.
const (
	// Said is words under a message of ours, in its thread. Message is the words'
	// own; Addressed says that they name the desk.
	Said Kind = "said"
	// Edited and Deleted are about words that were Said; Text is what they say
	// now.
	Edited  Kind = "edited"
	Deleted Kind = "deleted"
	// Left: From is no person of the platform any more.
	Left Kind = "left"
)

// Shortcuts, as Interaction.Text.
const (
	HandOver   = "hand to intake"
	AddTo      = "add to ticket"
	NewRequest = "new request"
)

// User is a person as the platform knows them.
type User struct {
	ID     string // the platform's own id
	Handle string
	Name   string
	Zone   string // IANA zone, "" if the platform does not tell
	// Outside says why the person is no full member of the workspace ("guest",
	// "other workspace", "bot", "deactivated"); "" for one who is.
	Outside string
}

// Quoted is a message that a shortcut was used on, or one of its thread before it.
type Quoted struct {
	Author string // name, "" if the platform does not tell
	At     time.Time
	Text   string
	Link   string   // to the message
	Files  []string // attachments as "name link"
}

// Place is where a message stands: a channel, or a thread in it. A direct
// message has User set and Channel empty until the platform opens it.
type Place struct {
	Channel string
	Thread  string
	User    string
}

// MessageRef finds a message that was posted.
type MessageRef struct {
	Place Place
	ID    string
}

// Interaction is one thing that a person did. The platform has verified who
// did it before it makes one.
type Interaction struct {
	Platform string // Platform.Name
	// Key identifies the delivery: the same key is the same press, delivered
	// again.
	Key   string
	Kind  Kind
	From  User
	Place Place
	// Text is the whole line of a Command, slash word included.
	Text string
	// Token and Value are a Press's; Token alone a Submit's.
	Token string
	Value string
	// Message is what was pressed on; zero for a Command.
	Message MessageRef
	// Values are a Submit's answers by field name. People and channels are
	// mentions as typed words have them, several parted by spaces.
	Values map[string]string
	Field  string   // of a Search in a form
	Fields []string // of a Fill, in order
	Quoted []Quoted // of a Shortcut, the oldest first
	// Addressed: words that were Said name the desk.
	Addressed bool
}

// Reply is the handler's answer: a message, a form, or refused fields.
type Reply struct {
	// Message is shown to the person (Private) or to the place.
	Message *Message
	// Edit is set when Message replaces the one that was pressed on.
	Edit bool
	Form *Form
	// Refusal is set when the desk said no, or not like this; Message then says
	// the same in words, with the next step as a button.
	Refusal *Refusal
	// Next is the form that a Submit goes on with, for platforms that can show it
	// at once; Message then has the button that opens it on all others.
	Next *Form
	// Again asks for what nobody waits for (Said, Edited, Deleted, Left) to be
	// delivered once more, later: it is not known yet what it is about, or it
	// could not be done to its end.
	Again bool
	// Errors are refused fields of a Submit by name; the form stays open with
	// what was typed.
	Errors  map[string]string
	Options []Option // of a Search, the likeliest first
	Home    []Card   // of Home, one below the other
}

// Refusal names the rule that a no follows from.
type Refusal struct {
	Rule string
	Text string
}

// Handler answers an interaction. It never blocks on a platform; the platform
// deals with its own deadlines. The Reply says everything, errors included.
type Handler func(context.Context, Interaction) Reply

// Ask is h's answer. A panic of h is an error that says where it was; what h had
// done until then stays done. Platforms ask by it, so that one interaction takes
// no other along.
func (h Handler) Ask(ctx context.Context, in Interaction) (r Reply, err error) {
	defer func() {
		if p := recover(); p != nil {
			r, err = Reply{}, fmt.Errorf("chat: the handler of a %s panicked: %v\n%s", in.Kind, p, debug.Stack())
		}
	}()
	return h(ctx, in), nil
}
