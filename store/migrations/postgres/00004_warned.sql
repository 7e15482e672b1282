-- +goose Up

-- What a rule at warn let pass is counted by /desk rules: in shadow mode that is
-- all there is to see.
CREATE INDEX events_warned ON events (at) WHERE fact = 'Warned';
