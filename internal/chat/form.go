package chat

// FieldKind says how a form field is filled in.
type FieldKind string

const (
	Line   FieldKind = "text"   // one line
	Lines  FieldKind = "lines"  // several lines
	Choice FieldKind = "choice" // one of Options; searched when Options is empty
	Number FieldKind = "number"
	// People and Channel are picked from the platform's own lists; their values
	// are mentions, several parted by spaces. Where there is no list they are
	// typed.
	People  FieldKind = "people"
	Channel FieldKind = "channel"
)

// MaxFields is the most fields that a form may have on every platform.
const MaxFields = 5

// Form asks for what a command still needs. A submitted form is never answered
// by another form (Discord forbids it).
type Form struct {
	// Token comes back with the values. At most MaxToken bytes, never trusted.
	Token  string
	Title  string
	Fields []Field
}

// Field is one question of a form.
type Field struct {
	Name     string // domain word in lower_snake_case; the key in Interaction.Values
	Label    string
	Kind     FieldKind
	Required bool
	// Max is the longest accepted text in runes, 0 for the platform's own.
	Max     int
	Value   string // what stands there already
	Hint    string
	Options []Option
	// DependsOn names the field whose value selects the options (Option.Of).
	// A platform that cannot filter shows all; the handler checks anyway.
	DependsOn string
}
