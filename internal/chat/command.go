package chat

// SlashCommand is a slash command with the words that may follow it, for platforms that
// offer each word with fields of its own.
type SlashCommand struct {
	Name  string // "ticket"
	Says  string // one line
	Words []Word
}

// Word is one of a command's. Typed, it is its line and then its fields' values,
// in order, parted by spaces.
type Word struct {
	Group  string // words of one group stand together; "" for none
	Name   string // lower case, "-" for spaces
	Line   string // as it is typed
	Says   string // one line
	Fields []WordField
}

// WordField is one value.
type WordField struct {
	Name     string // domain word in lower_snake_case
	Says     string
	Required bool
	// Token is what a Search for the field goes by, "" for one that is only typed.
	Token string
}
