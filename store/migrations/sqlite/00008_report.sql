-- +goose Up

-- What the weekly report goes through beside open tickets: those that are done, by
-- when, time that was logged, and goals that were breached.
CREATE INDEX tickets_done ON tickets (since, number) WHERE NOT is_open;
CREATE INDEX events_logged ON events (at) WHERE fact = 'TimeLogged';
CREATE INDEX events_breached ON events (at) WHERE fact = 'GoalBreached';

-- Whoever began something and logged no time on it since is reminded.
CREATE INDEX events_allowed ON events (at) WHERE fact = 'AllowanceStarted';

-- The key of the latest digest's notice: its posts are known as long as it stands.
ALTER TABLE digests ADD COLUMN key TEXT NOT NULL DEFAULT '';
