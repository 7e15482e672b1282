package web

import (
	"time"

	"deskbell.dev/deskbell/internal/chat"
)

// record is one thing that happened, whole or not at all: a line of the log.
type record struct {
	// Messages that are new, or replace the one with the same ID.
	Messages []message `json:",omitempty"`
	// PostKey is the key under which the first message was posted.
	PostKey string  `json:",omitempty"`
	Form    *form   `json:",omitempty"`
	Answer  *answer `json:",omitempty"`
	Mail    *Mail   `json:",omitempty"`
	MailKey string  `json:",omitempty"`
	Seen    *seen   `json:",omitempty"`
}

// message stands in a place and is seen by one person or by all who see the
// place. It is never changed; an edit is a new value with the same ID.
type message struct {
	ID     string
	Rev    int64 // number of the record it comes from: the higher is the newer
	At     time.Time
	In     string
	Thread string `json:",omitempty"` // ID of the root message
	From   string
	To     string `json:",omitempty"` // the only person who sees it
	Body   chat.Message
}

func (m message) place() chat.Place {
	return chat.Place{Channel: m.In, Thread: m.Thread, User: owner(m.In)}
}

func (m message) ref() chat.MessageRef { return chat.MessageRef{Place: m.place(), ID: m.ID} }

func (m message) visible(to string) bool {
	return sees(to, m.In) && (m.To == "" || m.To == to)
}

// form waits for As to fill it in.
type form struct {
	ID string
	As string
	// Key identifies the submission to the handler. It is random, since IDs
	// begin anew with an empty log while the desk's own memory may be older.
	Key   string
	Place chat.Place
	// Message is the one whose press opened the form, "" for a command.
	Message string `json:",omitempty"`
	Form    chat.Form
}

// answer is what a call was answered, under every key it can come again by.
type answer struct {
	Keys []string
	Body string // fingerprint of the call
	JSON string
}

// seen says that As has looked at the first N messages for them in a place.
type seen struct {
	As string
	In string
	N  int
}
