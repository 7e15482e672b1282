package chat

// Level of a Finding.
type Level string

// The closed set of levels.
const (
	OK   Level = "ok"
	Warn Level = "warn"
	Fail Level = "fail"
)

// Finding is one line of a diagnosis: what was looked at, what is so, and how to
// mend it.
type Finding struct {
	Level Level
	What  string
	Fix   string // "" where nothing is to be done
}
