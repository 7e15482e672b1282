-- +goose Up

-- Each post to a platform, written down BEFORE it is sent, so that no message
-- is sent twice. message '' is begun with its end unknown.
CREATE TABLE posts (
  key     TEXT PRIMARY KEY,
  at      BIGINT NOT NULL, -- of the first try, real time
  place   TEXT NOT NULL,
  message TEXT NOT NULL -- the platform's id
);
CREATE INDEX posts_at ON posts (at);
