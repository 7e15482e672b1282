package chattest

import (
	"time"

	"deskbell.dev/deskbell/internal/chat"
)

// Rig is one platform with people in it, and how they act and look. What they do
// returns when the platform has answered; its error is what they are told instead
// of an answer, also that their client does not let them do it. What they see is
// what they would read, not what was sent.
//
// Acts and looks may come from any goroutine. Those below "may be nil" are for
// what not every platform has; the suite leaves out what needs them.
type Rig struct {
	Platform chat.Platform
	// Ann and Ben are members; Zoe, in the same channel, is none (User.Outside).
	// All are as the handler must be told of them.
	Ann, Ben, Zoe chat.User
	// Channel is where all three and Deskbell are, Named its name.
	Channel, Named string
	// Absent are ids as the platform makes them, of what is not there. User is
	// nobody's either.
	Absent Absent

	// Type is a command typed into a channel or, with Place.User alone, to
	// Deskbell directly.
	Type func(as string, in chat.Place, text string) error
	// Press uses a button or a menu of what the person sees; value is the chosen
	// option's, "" for a button.
	Press func(as string, on Seen, b Button, value string) error
	// Submit fills in and submits the open form. People are given as
	// "<@ID> <@ID>", a channel as "<#ID>"; what is not named keeps what stands there.
	Submit func(as string, values map[string]string) error
	// Twice has what act does delivered a second time after it was answered.
	Twice func(act func() error) error
	// See is what the person sees there, oldest first, threads included, and at
	// the end, as a private message, what stands in a window of its own.
	See func(as string, in chat.Place) []Seen
	// Form is what the person has open; false if nothing is.
	Form func(as string) (Form, bool)

	// The rest may be nil.

	// Delete takes a message of Deskbell away.
	Delete func(ref chat.MessageRef) error
	// Search types into a menu of the open form that searches.
	Search func(as, field, typed string) []chat.Option
	// Choose chooses in the open form without submitting.
	Choose func(as, field, value string) error
	// Home opens the person's own page, and returns what stands there.
	Home func(as string) (Seen, error)
	// Shortcut uses the shortcut so called in chat, on a message unless it is
	// zero.
	Shortcut func(as, name string, on chat.MessageRef) error
	// Write writes words under a message of Deskbell, Rewrite changes them, Unsay
	// takes them back.
	Write   func(as string, under chat.MessageRef, text string) (chat.MessageRef, error)
	Rewrite func(as string, words chat.MessageRef, text string) error
	Unsay   func(as string, words chat.MessageRef) error
	// Leave makes the person leave the workspace.
	Leave func(who string) error
}

// Absent are ids of what is not there.
type Absent struct{ Channel, User, Message string }

// Seen is a message as a person sees it.
type Seen struct {
	Ref     chat.MessageRef // Place.Thread is that of the root's ID
	Private bool            // nobody else sees it
	// Text is all that there is to read, in order: text, title, card, fields,
	// rows. Labels of buttons are not in it.
	Text string
	// Buttons and menus, in order.
	Buttons []Button
	// Pings are the ids of those whom it notifies; Everybody if it calls a crowd.
	Pings     []string
	Everybody bool
	Times     []time.Time // instants that are shown in the reader's own zone
	Links     []string    // addresses that can be followed
	Pictures  []string    // what each picture tells
}

// Button is a button, or a menu if it has Options. The label of a menu is ""
// where the platform shows none.
type Button struct {
	Label   string
	Style   chat.Style
	Options []chat.Option
	ID      string // for the Rig alone
}

// Form is an open form with what stands in it now.
type Form struct {
	Title  string
	Fields []Field
}

// Field is a form's field.
type Field struct {
	Name, Label, Value string
	Required           bool
	Options            []chat.Option // none in a menu that searches
	Error              string        // what is wrong with it, "" for nothing
}
