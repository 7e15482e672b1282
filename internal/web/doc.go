// Package web is the playground: a chat platform of its own, in one page, for
// trying the desk without an account anywhere. It plays both parts of a vendor:
// the server that keeps messages and hands what people do to a chat.Handler,
// and the client that shows cards the way Slack or Discord lays them out.
//
// Everything that happens is one record (record.go). Records are applied to
// memory (state.go), appended to a log that is replayed at the next start
// (log.go) and told to open pages (events.go). What people do comes in through
// talk.go, guarded by guard.go, and is done once a key (once.go).
//
// Anybody who reaches the page acts as anybody: it is for loopback only.
package web
