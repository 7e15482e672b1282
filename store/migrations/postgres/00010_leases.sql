-- +goose Up

-- What only one of several processes does, and who does it.
CREATE TABLE leases (
  name  TEXT NOT NULL PRIMARY KEY,
  owner TEXT NOT NULL,
  until BIGINT NOT NULL -- real time
);
