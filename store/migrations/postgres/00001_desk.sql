-- +goose Up

-- Instants are microseconds UTC, 0 is none. Tables and columns are the same as
-- in ../sqlite; a test compares them. What is only here: the column words.terms,
-- since SQLite's full-text search is a table of its own.

-- The one row of the desk: what must be counted without gaps.
CREATE TABLE desk (
  id       BIGINT PRIMARY KEY CHECK (id = 1),
  version  BIGINT NOT NULL, -- of the desk's own stream: the policy's version
  tickets  BIGINT NOT NULL, -- the last ticket's number
  requests BIGINT NOT NULL  -- the last handed request's number
);
INSERT INTO desk (id, version, tickets, requests) VALUES (1, 0, 0, 0);

-- A ticket is the fold of its events; this row is that fold. state is the whole
-- ticket, the other columns are what is searched and sorted by.
CREATE TABLE tickets (
  number        BIGINT PRIMARY KEY,
  revision      BIGINT NOT NULL CHECK (revision > 0),
  status        TEXT NOT NULL,
  stage         TEXT NOT NULL CHECK (stage IN ('triage', 'ready', 'active', 'waiting', 'done')),
  is_open       BOOLEAN NOT NULL,
  priority      TEXT NOT NULL, -- '' is unprioritized
  prio_order    BIGINT NOT NULL, -- place of the priority in the policy, 0 the most urgent
  urgent        BOOLEAN NOT NULL,
  rank          BIGINT NOT NULL, -- within the priority, smaller first
  category_type TEXT NOT NULL,
  client        BIGINT NOT NULL,
  assignee      BIGINT NOT NULL,
  tester        BIGINT NOT NULL,
  allowed       BIGINT NOT NULL, -- whose real-time allowance runs on it
  entered       BIGINT NOT NULL,
  since         BIGINT NOT NULL, -- in this status
  snoozed       BIGINT NOT NULL, -- hidden from the deck until
  duplicate_of  BIGINT NOT NULL,
  state         TEXT NOT NULL
);
CREATE INDEX tickets_queue ON tickets (prio_order, rank, number) WHERE is_open AND stage = 'ready' AND priority <> '';
CREATE INDEX tickets_deck ON tickets ((stage <> 'triage'), entered, number) WHERE is_open AND priority = '';
CREATE INDEX tickets_status ON tickets (status, since, number) WHERE is_open;
CREATE INDEX tickets_assignee ON tickets (assignee, status, stage, number) WHERE is_open AND assignee <> 0;
CREATE INDEX tickets_tester ON tickets (tester, status, number) WHERE is_open AND tester <> 0;
CREATE INDEX tickets_urgent ON tickets (prio_order, rank, number) WHERE is_open AND urgent;
CREATE INDEX tickets_allowed ON tickets (allowed) WHERE is_open AND allowed <> 0;
-- With the closed ones.
CREATE INDEX tickets_client ON tickets (client, is_open, number) WHERE client > 0;
CREATE INDEX tickets_member ON tickets (assignee, is_open, number) WHERE assignee > 0;
CREATE INDEX tickets_duplicates ON tickets (duplicate_of, number) WHERE duplicate_of > 0;

-- What happened to tickets; never changed. body is the fact, with a hash in
-- place of each personal text.
CREATE TABLE events (
  ticket    BIGINT NOT NULL,
  revision  BIGINT NOT NULL CHECK (revision > 0),
  at        BIGINT NOT NULL,
  by_member BIGINT NOT NULL,
  by_clock  BOOLEAN NOT NULL,
  fact      TEXT NOT NULL,
  body      TEXT NOT NULL,
  PRIMARY KEY (ticket, revision)
);
CREATE INDEX events_started ON events (at) WHERE fact = 'Started';

-- What people wrote, apart from the facts: erasing empties body and salt, and
-- the hash in the event then tells nothing.
CREATE TABLE words (
  id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ticket   BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  field    TEXT NOT NULL,
  salt     TEXT NOT NULL,
  body     TEXT NOT NULL,
  terms    TSVECTOR GENERATED ALWAYS AS (to_tsvector('simple', body)) STORED
);
CREATE INDEX words_terms ON words USING gin (terms);
CREATE INDEX words_event ON words (ticket, revision);

-- Members, roles, rota, clients, dials: the second, smaller stream.
CREATE TABLE desk_events (
  seq       BIGINT PRIMARY KEY,
  at        BIGINT NOT NULL,
  by_member BIGINT NOT NULL,
  by_clock  BOOLEAN NOT NULL,
  fact      TEXT NOT NULL,
  body      TEXT NOT NULL
);
CREATE TABLE desk_words (
  seq   BIGINT NOT NULL,
  field TEXT NOT NULL,
  owner TEXT NOT NULL, -- whom the text is about: member/7, client/3
  salt  TEXT NOT NULL,
  body  TEXT NOT NULL,
  PRIMARY KEY (seq, field)
);
CREATE INDEX desk_words_owner ON desk_words (owner);

-- Requests handed to intake.
CREATE TABLE handed (
  number    BIGINT PRIMARY KEY,
  by_member BIGINT NOT NULL,
  at        BIGINT NOT NULL,
  body      TEXT NOT NULL,
  state     TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'attached', 'declined')),
  ticket    BIGINT NOT NULL,
  by_whom   BIGINT NOT NULL,
  closed    BIGINT NOT NULL,
  why       TEXT NOT NULL
);
CREATE INDEX handed_open ON handed (number) WHERE state = 'open';

-- What is to be told or done, and what became of it.
CREATE TABLE notices (
  id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key        TEXT NOT NULL UNIQUE,
  kind       TEXT NOT NULL CHECK (kind IN ('paint', 'post', 'mail', 'act')),
  ticket     BIGINT NOT NULL,
  revision   BIGINT NOT NULL,
  place      TEXT NOT NULL,
  what       TEXT NOT NULL,
  due        BIGINT NOT NULL, -- desk time
  urgent     BOOLEAN NOT NULL,
  lane       TEXT NOT NULL, -- at most one in flight per lane
  state      TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'dropped', 'dead', 'parked')),
  attempts   BIGINT NOT NULL,
  owner      TEXT NOT NULL, -- who holds the lease
  lease      BIGINT NOT NULL, -- until when, real time
  taken      BIGINT NOT NULL, -- the revision when it was claimed
  last_error TEXT NOT NULL
);
CREATE INDEX notices_pending ON notices (urgent DESC, due, id) WHERE state = 'pending';
CREATE INDEX notices_lane ON notices (lane, urgent DESC, due, id) WHERE state = 'pending';
CREATE INDEX notices_flight ON notices (lane) WHERE state = 'sending';
CREATE INDEX notices_lease ON notices (lease) WHERE state = 'sending';
CREATE INDEX notices_stuck ON notices (state) WHERE state IN ('parked', 'dead');

-- Each delivery acts once: its key, a hash of its body, and what came of it.
CREATE TABLE deliveries (
  key     TEXT PRIMARY KEY,
  body    TEXT NOT NULL,
  at      BIGINT NOT NULL,
  outcome TEXT NOT NULL
);

-- Who was told no, and by which rule. Touches no ticket.
CREATE TABLE refusals (
  id     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at     BIGINT NOT NULL,
  member BIGINT NOT NULL,
  verb   TEXT NOT NULL,
  ticket BIGINT NOT NULL,
  rule   TEXT NOT NULL,
  body   TEXT NOT NULL
);
CREATE INDEX refusals_at ON refusals (at, rule);

-- Where a ticket's card stands on a platform, and which revision it shows.
CREATE TABLE cards (
  ticket   BIGINT NOT NULL,
  place    TEXT NOT NULL,
  message  TEXT NOT NULL,
  revision BIGINT NOT NULL,
  PRIMARY KEY (ticket, place)
);

-- Typed input that a form could not be finished with, kept for a day.
CREATE TABLE drafts (
  id   TEXT PRIMARY KEY,
  at   BIGINT NOT NULL,
  data BYTEA NOT NULL
);
CREATE INDEX drafts_at ON drafts (at);

CREATE TABLE settings (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
