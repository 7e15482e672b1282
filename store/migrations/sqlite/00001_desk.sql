-- +goose Up

-- Instants are microseconds UTC, 0 is none. Tables and columns are the same as
-- in ../postgres; a test compares them. What is only here: tickets' full-text
-- table, since the default build of SQLite has FTS4 and PostgreSQL a column.

-- The one row of the desk: what must be counted without gaps.
CREATE TABLE desk (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  version  INTEGER NOT NULL, -- of the desk's own stream: the policy's version
  tickets  INTEGER NOT NULL, -- the last ticket's number
  requests INTEGER NOT NULL  -- the last handed request's number
) STRICT;
INSERT INTO desk (id, version, tickets, requests) VALUES (1, 0, 0, 0);

-- A ticket is the fold of its events; this row is that fold. state is the whole
-- ticket, the other columns are what is searched and sorted by.
CREATE TABLE tickets (
  number        INTEGER PRIMARY KEY,
  revision      INTEGER NOT NULL CHECK (revision > 0),
  status        TEXT NOT NULL,
  stage         TEXT NOT NULL CHECK (stage IN ('triage', 'ready', 'active', 'waiting', 'done')),
  is_open       INTEGER NOT NULL CHECK (is_open IN (0, 1)),
  priority      TEXT NOT NULL, -- '' is unprioritized
  prio_order    INTEGER NOT NULL, -- place of the priority in the policy, 0 the most urgent
  urgent        INTEGER NOT NULL CHECK (urgent IN (0, 1)),
  rank          INTEGER NOT NULL, -- within the priority, smaller first
  category_type TEXT NOT NULL,
  client        INTEGER NOT NULL,
  assignee      INTEGER NOT NULL,
  tester        INTEGER NOT NULL,
  allowed       INTEGER NOT NULL, -- whose real-time allowance runs on it
  entered       INTEGER NOT NULL,
  since         INTEGER NOT NULL, -- in this status
  snoozed       INTEGER NOT NULL, -- hidden from the deck until
  duplicate_of  INTEGER NOT NULL,
  state         TEXT NOT NULL
) STRICT;
-- SQLite uses a partial index only if the query repeats its predicate literally.
CREATE INDEX tickets_queue ON tickets (prio_order, rank, number) WHERE is_open AND stage = 'ready' AND priority <> '';
CREATE INDEX tickets_deck ON tickets ((stage <> 'triage'), entered, number) WHERE is_open AND priority = '';
CREATE INDEX tickets_status ON tickets (status, since, number) WHERE is_open;
CREATE INDEX tickets_assignee ON tickets (assignee, status, stage, number) WHERE is_open AND assignee <> 0;
CREATE INDEX tickets_tester ON tickets (tester, status, number) WHERE is_open AND tester <> 0;
CREATE INDEX tickets_urgent ON tickets (prio_order, rank, number) WHERE is_open AND urgent;
CREATE INDEX tickets_allowed ON tickets (allowed) WHERE is_open AND allowed <> 0;
-- With the closed ones. Their predicates are > and not <>, so that no query of
-- open tickets takes these longer ones.
CREATE INDEX tickets_client ON tickets (client, is_open, number) WHERE client > 0;
CREATE INDEX tickets_member ON tickets (assignee, is_open, number) WHERE assignee > 0;
CREATE INDEX tickets_duplicates ON tickets (duplicate_of, number) WHERE duplicate_of > 0;

-- What happened to tickets; never changed. body is the fact, with a hash in
-- place of each personal text.
CREATE TABLE events (
  ticket    INTEGER NOT NULL,
  revision  INTEGER NOT NULL CHECK (revision > 0),
  at        INTEGER NOT NULL,
  by_member INTEGER NOT NULL,
  by_clock  INTEGER NOT NULL CHECK (by_clock IN (0, 1)),
  fact      TEXT NOT NULL,
  body      TEXT NOT NULL,
  PRIMARY KEY (ticket, revision)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_started ON events (at) WHERE fact = 'Started';

-- What people wrote, apart from the facts: erasing empties body and salt, and
-- the hash in the event then tells nothing.
CREATE TABLE words (
  id       INTEGER PRIMARY KEY,
  ticket   INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  field    TEXT NOT NULL,
  salt     TEXT NOT NULL,
  body     TEXT NOT NULL
) STRICT;
CREATE INDEX words_event ON words (ticket, revision);
CREATE VIRTUAL TABLE words_fts USING fts4(content="words", body, matchinfo=fts3, tokenize=unicode61);
-- +goose StatementBegin
CREATE TRIGGER words_erased BEFORE UPDATE OF body ON words BEGIN
  DELETE FROM words_fts WHERE docid = old.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER words_deleted BEFORE DELETE ON words BEGIN
  DELETE FROM words_fts WHERE docid = old.id;
END;
-- +goose StatementEnd

-- Members, roles, rota, clients, dials: the second, smaller stream.
CREATE TABLE desk_events (
  seq       INTEGER PRIMARY KEY,
  at        INTEGER NOT NULL,
  by_member INTEGER NOT NULL,
  by_clock  INTEGER NOT NULL CHECK (by_clock IN (0, 1)),
  fact      TEXT NOT NULL,
  body      TEXT NOT NULL
) STRICT;
CREATE TABLE desk_words (
  seq   INTEGER NOT NULL,
  field TEXT NOT NULL,
  owner TEXT NOT NULL, -- whom the text is about: member/7, client/3
  salt  TEXT NOT NULL,
  body  TEXT NOT NULL,
  PRIMARY KEY (seq, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX desk_words_owner ON desk_words (owner);

-- Requests handed to intake.
CREATE TABLE handed (
  number    INTEGER PRIMARY KEY,
  by_member INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  body      TEXT NOT NULL,
  state     TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'attached', 'declined')),
  ticket    INTEGER NOT NULL,
  by_whom   INTEGER NOT NULL,
  closed    INTEGER NOT NULL,
  why       TEXT NOT NULL
) STRICT;
CREATE INDEX handed_open ON handed (number) WHERE state = 'open';

-- What is to be told or done, and what became of it.
CREATE TABLE notices (
  id         INTEGER PRIMARY KEY,
  key        TEXT NOT NULL UNIQUE,
  kind       TEXT NOT NULL CHECK (kind IN ('paint', 'post', 'mail', 'act')),
  ticket     INTEGER NOT NULL,
  revision   INTEGER NOT NULL,
  place      TEXT NOT NULL,
  what       TEXT NOT NULL,
  due        INTEGER NOT NULL, -- desk time
  urgent     INTEGER NOT NULL CHECK (urgent IN (0, 1)),
  lane       TEXT NOT NULL, -- at most one in flight per lane
  state      TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'dropped', 'dead', 'parked')),
  attempts   INTEGER NOT NULL,
  owner      TEXT NOT NULL, -- who holds the lease
  lease      INTEGER NOT NULL, -- until when, real time
  taken      INTEGER NOT NULL, -- the revision when it was claimed
  last_error TEXT NOT NULL
) STRICT;
CREATE INDEX notices_pending ON notices (urgent DESC, due, id) WHERE state = 'pending';
CREATE INDEX notices_lane ON notices (lane, urgent DESC, due, id) WHERE state = 'pending';
CREATE INDEX notices_flight ON notices (lane) WHERE state = 'sending';
CREATE INDEX notices_lease ON notices (lease) WHERE state = 'sending';
CREATE INDEX notices_stuck ON notices (state) WHERE state IN ('parked', 'dead');

-- Each delivery acts once: its key, a hash of its body, and what came of it.
CREATE TABLE deliveries (
  key     TEXT PRIMARY KEY,
  body    TEXT NOT NULL,
  at      INTEGER NOT NULL,
  outcome TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Who was told no, and by which rule. Touches no ticket.
CREATE TABLE refusals (
  id     INTEGER PRIMARY KEY,
  at     INTEGER NOT NULL,
  member INTEGER NOT NULL,
  verb   TEXT NOT NULL,
  ticket INTEGER NOT NULL,
  rule   TEXT NOT NULL,
  body   TEXT NOT NULL
) STRICT;
CREATE INDEX refusals_at ON refusals (at, rule);

-- Where a ticket's card stands on a platform, and which revision it shows.
CREATE TABLE cards (
  ticket   INTEGER NOT NULL,
  place    TEXT NOT NULL,
  message  TEXT NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (ticket, place)
) STRICT, WITHOUT ROWID;

-- Typed input that a form could not be finished with, kept for a day.
CREATE TABLE drafts (
  id   TEXT PRIMARY KEY,
  at   INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT;
CREATE INDEX drafts_at ON drafts (at);

CREATE TABLE settings (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
