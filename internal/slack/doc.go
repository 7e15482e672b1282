// Package slack is the platform Slack: it makes interactions of what Slack
// delivers, over Socket Mode or signed HTTP, and messages, modals and home views
// of what the handler answers.
//
// The way of a delivery: http.go and socket.go receive it, decode.go reads what
// Deskbell needs of it, take.go gives it to the handler and keeps Slack's three
// seconds, answer.go brings the reply to where it belongs. The way of a message:
// post.go posts and edits, pace.go keeps to Slack's rates, trouble.go sorts its
// errors. text.go, blocks.go and view.go draw. people.go knows who somebody is.
// manifest.go and check.go are for setting up.
//
// Nobody's words are ever parsed as markup: what is shown is rich text, whose
// text elements are literal, or plain text.
package slack
