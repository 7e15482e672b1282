// Package discord is Discord as a chat platform, by signed HTTP interactions.
// text.go writes neutral text as Discord's Markdown, so that nobody's words become
// markup, a link or a mention; body.go lays a message out in Discord's components
// (V2), action.go its buttons and menus, modal.go a form; decode.go and commands.go
// read what people do; receive.go and answer.go take it and answer in time; post.go
// and rest.go say something by themselves. The gateway is still to come.
package discord
