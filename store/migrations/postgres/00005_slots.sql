-- +goose Up

-- Which times of the desk's duties were taken: whoever inserts the row does it.
CREATE TABLE slots (
  duty  TEXT NOT NULL,
  place TEXT NOT NULL,
  slot  TEXT NOT NULL, -- the local time with its offset, or "from " where a schedule begins
  due   BIGINT NOT NULL, -- desk time
  late  BOOLEAN NOT NULL, -- caught up
  at    BIGINT NOT NULL, -- when it was taken, desk time
  times TEXT NOT NULL, -- the schedule that it is of
  PRIMARY KEY (duty, place, slot)
);
CREATE INDEX slots_due ON slots (duty, place, due);

-- What is older than a week is let go of.
CREATE INDEX deliveries_at ON deliveries (at);
CREATE INDEX notices_done ON notices (due) WHERE state IN ('sent', 'dropped');
