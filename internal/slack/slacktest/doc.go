// Package slacktest is a Slack workspace for tests: a server that speaks the Web
// API, Socket Mode, signed deliveries and response URLs, and people who type,
// press and fill in as their Slack client would let them.
//
// It is strict. A call that Slack would refuse is refused with Slack's error;
// one that a careful client would never make is a violation too, and fails the
// test at its end unless [Server.Tolerate] was called. What the platform shows is
// read back as each person sees it: [Server.Messages], [Server.Views],
// [Server.Home].
//
// Where Slack is not certain, the server takes the harder side: a press on an
// ephemeral message comes without the message, the app hears of its own posts,
// events come in any order, an answer through another connection than the one
// that a delivery came through is taken only while that one is open.
//
// Not there: attachments, files, bookmarks, pins, user groups, streaming, tokens
// of persons, several workspaces.
//
// It knows nothing of Deskbell. All methods may be called from any goroutine;
// what they return is a copy.
//
// Sources: docs.slack.dev, and Slack's published types as JSON Schemas, checked
// where ../shared/schemas/slack lies beside the project.
package slacktest
