package chat

// What a platform says on its own account, when the handler was not asked or
// has not answered.
const (
	// Busy: too much is under way.
	Busy = "Deskbell is busy; nothing was changed. Try again in a moment."
	// NotYet: the answer takes longer than a platform waits for it.
	NotYet = "This takes longer than it should; it is not saved yet. What becomes of it follows here."
	// WhoAreYou: the platform does not say who asks.
	WhoAreYou = "Deskbell can't find out just now who you are here; nothing was changed. Try again in a moment."
	// Broke: the handler fell over, nobody knows how far it came.
	Broke = "Something went wrong inside Deskbell, and its log says what. Look whether it was done, and try again if not."
	// Outdated: what was used is of another version, or of nobody's any more.
	Outdated = "Deskbell doesn't know that any more. /ticket help shows what you can do now."
	// Done: it was done, and there is nothing to show for it.
	Done = "That is done."
	// NotShown: what was to be shown could not be shown in time.
	NotShown = "That took too long to open here."
	// ByPress: only a press can open a form here.
	ByPress = "That takes a form, and only a button can open one here."
	// TooLate: it reached Deskbell after the person was told that it failed.
	TooLate = "What you just did came to Deskbell too late; nothing was changed. Do it again if it still matters."
	// Forgotten: what was typed into a form is not there any more.
	Forgotten = "What was typed here is kept for a day, and that is over. Start again with /ticket."
	// OnceMore is the button beside the two.
	OnceMore = "Open it"
)
