-- +goose Up

-- What the SLA clocks are searched by: since or from when an open ticket is at
-- risk, and when the first of its unmet goals is, or was, used up; 0 is none.
-- They depend on the policy, so that a change of it sets them anew.
ALTER TABLE tickets ADD COLUMN risk BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN due BIGINT NOT NULL DEFAULT 0;
CREATE INDEX tickets_due ON tickets (due, number) WHERE is_open AND due > 0;
CREATE INDEX tickets_risk ON tickets (risk, number) WHERE is_open AND risk > 0;
CREATE INDEX tickets_open ON tickets (number) WHERE is_open;
