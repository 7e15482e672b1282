package chat

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Platform is a chat system that Deskbell speaks through.
type Platform interface {
	// Name is the short word in identities and keys: "web", "slack".
	Name() string
	// Post shows m at the place and returns where it stands. Tried is when the
	// post with this key was begun before without its end being known, zero if it
	// never was: the platform then looks for it BEFORE it posts again. ErrUnsure
	// if the end of this try is not known either.
	Post(ctx context.Context, at Place, m Message, key string, tried time.Time) (MessageRef, error)
	// Edit replaces the message. ErrGone if it was deleted.
	Edit(ctx context.Context, ref MessageRef, m Message) error
	// Find looks a person up by handle, name or the platform's mention.
	// ErrUnknown if there is none. It does not wait for the platform.
	Find(ctx context.Context, who string) (User, error)
	// Channel is the id of a channel, by id or name, that Deskbell may post into.
	// ErrUnknown if there is none, *Trouble if an admin must let it in first. At
	// most a second.
	Channel(ctx context.Context, name string) (string, error)
	Limits() Limits
}

// Errors that a caller acts on, beside *Trouble and *Wait; all others are tried
// again.
var (
	ErrGone    = errors.New("chat: the message or place is gone")
	ErrUnknown = errors.New("chat: nobody by that name")
	// ErrUnsure: the platform may have posted it or not; try again with the time
	// of the first try.
	ErrUnsure = errors.New("chat: not known whether it was posted")
	// ErrNever: the platform will never take this message.
	ErrNever = errors.New("chat: the platform refuses this message")
)

// Trouble is what keeps a platform from working until an admin mends it.
type Trouble struct {
	Cause string // the platform's word: "not_in_channel"
	Where string // channel or person that it is about, "" for all
	Fix   string // what to do, one sentence
}

func (t *Trouble) Error() string {
	return fmt.Sprintf("chat: %s %s: %s", t.Cause, t.Where, t.Fix)
}

// Wait is a platform's word not to come back earlier.
type Wait struct{ For time.Duration }

func (w *Wait) Error() string { return "chat: asked to wait " + w.For.String() }
