// Package worktime computes with working time: given a desk's hours, holidays
// and time zone it answers "when have four working hours passed?" (Add), "how
// much working time lies between these instants?" (Between), "when does work
// begin again?" (Next), and the same for whole working days (AddDays, DaysAgo,
// WorkingDays).
//
// It is pure: no clock, no randomness, no logging; a Calendar never changes
// after New, so any number of goroutines may share one. The only thing read
// from outside is the zone database, once, in New.
//
// # What counts
//
// A Window is a stretch of the local clock, such as 09:00-17:00, and belongs to
// the date on which it starts: the night shift 22:00-06:00 of Friday works on
// Saturday morning, yet it is Friday's. A holiday therefore takes away the
// windows that start on it and leaves the tail of the night before.
//
// A window counts every instant from the first moment the local clock shows a
// time in [From, To) on its date to the last such moment. All else about clock
// changes follows from that sentence:
//
//   - In spring, a window that starts in the hour that is left out starts when
//     the clock has jumped; one that ends there ends at the jump; one that lies
//     wholly inside it has no time at all that day.
//   - In autumn, a window that contains the repeated hour contains it twice.
//     One that starts inside it starts at the first showing, one that ends
//     inside it ends at the second, and no shift is ever broken in two. One that
//     ends just as the repeated hour begins ends there, at the first showing.
//   - A date that a zone left out (Samoa, 30 December 2011) is no working day; of
//     its hours only those count that a night shift has on the next date.
//   - All hours (24×7) is exactly the time that elapses.
//
// Every duration is elapsed time, so 09:00 to 17:00 is eight hours, while
// 00:00 to 24:00 is 23 or 25 on the two days a year when clocks change.
//
// # Zones and precision
//
// Arguments may be in any zone: only their instant matters. Answers are in the
// calendar's zone. Windows are whole minutes; instants keep their nanoseconds.
//
// # Errors
//
// New refuses a calendar that makes no sense and says what is wrong and where.
// Afterwards only two things can go wrong: a negative amount, and ErrHorizon,
// when the answer lies more than Horizon away. Nothing can run for ever.
//
// The need for working hours is in domain.md, section SLA.
package worktime
