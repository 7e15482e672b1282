// Package discord is Discord as a chat platform, over the gateway or by signed HTTP
// interactions. text.go writes neutral text as Discord's Markdown, so that nobody's
// words become markup, a link or a mention; body.go lays a message out in Discord's
// components (V2), action.go its buttons and menus, modal.go a form; decode.go and
// commands.go read what people do and people.go who they are; gateway.go with line.go,
// receive.go and said.go take it, answer.go answers in time, and refused.go keeps what
// was typed into a form; post.go says something by itself, in thread.go's threads and
// direct.go's direct messages, by rest.go's calls at rate.go's pace. meet.go learns
// where Deskbell is, and check.go says what is wrong there.
package discord
