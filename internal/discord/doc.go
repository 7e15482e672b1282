// Package discord is Discord as a chat platform. This much of it is there: text.go
// writes neutral text as Discord's Markdown, so that nobody's words become markup,
// a link or a mention; body.go lays a message out in Discord's components (V2), and
// modal.go a form. What talks to Discord with them is still to come.
package discord
