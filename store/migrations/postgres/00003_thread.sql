-- +goose Up

-- What is said under a card is about its ticket: which message is whose card.
CREATE INDEX cards_message ON cards (place, message);
