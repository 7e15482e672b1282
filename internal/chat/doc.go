// Package chat is the neutral model of a conversation: what people say and
// press (Interaction), what they are shown (Message, Card, Form) and what a
// chat system must be able to do (Platform). It knows neither tickets nor any
// vendor; internal/web, internal/slack and internal/discord translate it.
//
// Nobody's words reach a platform as markup: a Text is a list of typed spans,
// and only a Mention or a Link span, which the program makes, can become one.
package chat
