-- +goose Up

-- When somebody last did something for the client's word on a ticket in Client
-- testing, 0 in any other status: the digest shows those left alone for days. Of
-- tickets that are there already it is when they came there; the next nudge or
-- call sets it right.
ALTER TABLE tickets ADD COLUMN touched INTEGER NOT NULL DEFAULT 0;
UPDATE tickets SET touched = since WHERE is_open AND status = 'client_testing';
CREATE INDEX tickets_touched ON tickets (touched, number) WHERE is_open AND touched > 0;

-- The latest digest of each channel: what it showed when it was posted.
CREATE TABLE digests (
  place TEXT PRIMARY KEY,
  at    INTEGER NOT NULL, -- the time that it was due
  body  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
