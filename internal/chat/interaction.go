package chat

import "context"

// Kind of interaction.
type Kind string

const (
	Command Kind = "command" // typed words
	Press   Kind = "press"   // a button or a menu's choice
	Submit  Kind = "submit"  // a form
)

// User is a person as the platform knows them.
type User struct {
	ID     string // the platform's own id
	Handle string
	Name   string
	Zone   string // IANA zone, "" if the platform does not tell
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
	// Values are a Submit's answers by field name.
	Values map[string]string
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
	// Errors are refused fields of a Submit by name; the form stays open with
	// what was typed.
	Errors map[string]string
}

// Refusal names the rule that a no follows from.
type Refusal struct {
	Rule string
	Text string
}

// Handler answers an interaction. It never blocks on a platform; the platform
// deals with its own deadlines. The Reply says everything, errors included.
type Handler func(context.Context, Interaction) Reply
