package chat

// Message is one thing shown in a conversation.
type Message struct {
	Text Text
	Card *Card
	// Private is set for an answer that only the person addressed sees.
	Private bool
	// Notify lists the platform's ids of the users that this message may ping.
	// A Mention of anybody else is rendered without pinging.
	Notify []string
	// Urgent is set for what goes before all else that waits to be posted.
	Urgent bool
}

// Card is a titled block with fields, actions and rows; the one shape for
// tickets, prompts, lists, decks and digests.
type Card struct {
	Title   Text
	Text    Text
	Fields  []CardField
	Image   *Image   // below the fields
	Actions []Action // at most four buttons and one menu
	Rows    []Row
}

// Image is a picture that goes with a message. Where a platform cannot show it,
// and for whoever does not see it, Alt stands in its place.
type Image struct {
	Name string // of the file: "flow.png"
	PNG  []byte
	Alt  string // what it tells
}

// CardField is a name and its value on a card.
type CardField struct {
	Name  string
	Value Text
}

// Row is one line of a list, with at most two buttons and one menu.
type Row struct {
	Text    Text
	Actions []Action
}

// Style of a button; the platform maps it to its own.
type Style string

const (
	Default Style = ""
	Primary Style = "primary"
	Danger  Style = "danger"
)

// MaxToken is the longest Action.Token in bytes: what the narrowest platform
// carries, with its own prefix.
const MaxToken = 75

// Action is a button, or a menu when it has Options.
type Action struct {
	// Token comes back when the action is pressed. It grants nothing: the
	// handler authorizes anew. At most MaxToken bytes.
	Token string
	// Verb is the contract's word for what the action does, for scripts.
	Verb string
	// Ticket is the number the action is about, 0 if none.
	Ticket int64
	Label  string
	Style  Style
	// Value says which of several actions with one verb this is ("urgent").
	Value string
	// Options make this a menu; the chosen Value comes back beside Token.
	Options []Option
}

// Option is one choice of a menu or of a form field.
type Option struct {
	Value string
	Label string
	// Of limits the option to one value of the field that the field depends
	// on (Field.DependsOn); empty means always.
	Of string
}
