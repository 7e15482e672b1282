// Package desk is the rules of the help desk, pure: given the policy, a ticket
// and a request, Decide says which events follow, or which rule says no and
// what to do instead. It has no clock, no randomness, no I/O and no logging;
// time is an input, and so is every count that a rule needs (Facts).
//
// Read in this order: workflow.go (statuses and transitions as data),
// ticket.go and event.go (what a ticket is and how it changes), command.go
// (what people ask for), decide.go (who may, under which rule), notices.go
// (who is told what follows). Members, roles, rota, clients and dials are a
// second, smaller stream with its own decision, in admin.go.
package desk
