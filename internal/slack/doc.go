// Package slack is the platform Slack: it makes interactions of what Slack
// delivers, over Socket Mode or signed HTTP, and messages, modals and home views
// of what the handler answers.
//
// The way of a delivery: http.go and socket.go receive it, decode.go, filled.go
// and event.go read what Deskbell needs of it, take.go gives it to the handler
// and keeps Slack's three seconds, reply.go makes the reply an acknowledgement
// and what follows it, answer.go and views.go bring that to where it belongs. The
// way of a message: post.go posts and edits, pace.go keeps to Slack's rates,
// trouble.go sorts its errors. text.go, blocks.go and view.go draw. people.go
// knows who somebody is, quote.go what was written. manifest.go and check.go are
// for setting up.
//
// Three promises, each with its tests: no delivery is acknowledged late
// (late_test.go), none is worked on twice (twice_test.go), and none that cannot
// be taken is met with silence (busy_test.go).
//
// Nobody's words are ever parsed as markup: what is shown is rich text, whose
// text elements are literal, or plain text.
package slack
