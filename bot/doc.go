// Package bot is the conversation: it hears what people say and press, asks
// the store to do it, and draws cards, forms, lists and refusals. All words
// that people read are here.
//
// The tour, from the bottom up:
//
// internal/worktime knows working hours. internal/desk is the rules, pure:
// Decide says which events follow from a request, or which rule says no.
// store keeps tickets, events and notices in SQLite or PostgreSQL; its Do is
// the one way a ticket changes. internal/chat is the neutral conversation:
// what people did (Interaction) and what they are shown (Card, Form, Reply).
//
// This package stands between the two: Handle (bot.go) turns an interaction
// into an intent (intent.go, words.go), the intent into a desk command
// (command.go, resolve.go), gives it to the store (act.go), and draws the
// answer (card.go, refuse.go, form.go, list.go, deck.go, history.go).
// What chat platforms bring beside that: words under a ticket's card
// (thread.go), their menus (shortcut.go), fields that are searched and forms
// drawn again (search.go, again.go), the member's own page (home.go), and people
// who are no members, or no more (people.go). setup.go sets the desk up.
// What follows later, cards to paint, people to tell, mail to clients, timers,
// are notices that internal/outbox carries out by calling back (carry.go,
// prompts.go, standing.go, news.go, mail.go). digest.go is the daily digest, of
// the sections in digest_sections.go; report.go is the weekly report, of the parts
// in report_parts.go, which internal/report measures and draws; handover.go and
// reminder.go tell members of their turns and of what they owe. data.go is the
// playground's own data calls.
//
// internal/web is the playground and the first platform. cmd/deskbell wires
// all of it together.
package bot
