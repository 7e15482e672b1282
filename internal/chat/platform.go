package chat

import (
	"context"
	"errors"
)

// Platform is a chat system that Deskbell speaks through.
type Platform interface {
	// Name is the short word in identities and keys: "web", "slack".
	Name() string
	// Post shows m at the place and returns where it stands. The same key
	// again posts nothing and returns the same reference.
	Post(ctx context.Context, at Place, m Message, key string) (MessageRef, error)
	// Edit replaces the message. ErrGone if it was deleted.
	Edit(ctx context.Context, ref MessageRef, m Message) error
	// Find looks a person up by handle, name or the platform's mention.
	// ErrUnknown if there is none.
	Find(ctx context.Context, who string) (User, error)
	Limits() Limits
}

// Two errors that a caller acts on; all others are retried.
var (
	ErrGone    = errors.New("chat: the message or place is gone")
	ErrUnknown = errors.New("chat: nobody by that name")
)
