// Package report measures how a desk flows: what came in and was done, how long
// it took, what is under way and how old that is, what was done again, what
// urgency cost, where time went and who was there. It is pure: tickets and
// counts in, Figures out; and it draws two pictures of them (PNG).
//
// The measures are the usual ones of flow. Throughput is how many tickets were
// completed. Lead time is elapsed time from a ticket's entry until it was
// completed, cycle time from its first active status on. Of such spans the median
// and the 85th percentile are told (nearest rank), since a mean says little of
// what a client may expect. Working time is that of the desk's calendar.
//
// Source of what a report holds: domain.md, "The clock's other duties", and rule
// 12.
package report
