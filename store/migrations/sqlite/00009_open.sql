-- +goose Up

-- Of two indexes that serve SQLite takes the narrower: for a count of some open
-- tickets it walked all of them, though there was an index of just those. This one
-- is for those who walk all, and say so by its predicate.
DROP INDEX tickets_open;
CREATE INDEX tickets_open ON tickets (number) WHERE is_open AND number > 0;

-- What is at risk is found among what is due next, by the index alone. Found by its
-- risk it cost a look at all that is overdue, too.
DROP INDEX tickets_risk;
DROP INDEX tickets_due;
CREATE INDEX tickets_due ON tickets (due, number, risk) WHERE is_open AND due > 0;
