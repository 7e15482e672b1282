package store

import (
	"context"
	"fmt"
	"time"
)

// wordsErased is the setting that says that the full-text table's index may hold
// words which were erased.
const wordsErased = "words_erased"

// Tidy lets go of what is nobody's any more at the instant: drafts older than a
// day and, where words were erased since the last time, what the index of
// SQLite's full-text table still holds of them. (PostgreSQL's vacuum does the
// same.) It is meant to be called every hour or so; writing waits meanwhile.
func (s *Store) Tidy(ctx context.Context, at time.Time) error {
	err := s.e.write(ctx, func(t tx) error {
		var erased string
		if err := t.run(do(purgeDrafts, micros(at.Add(-draftsFor))), get(scan(&erased), readSetting, wordsErased)); err != nil || erased != "1" || !s.e.alone() {
			return err
		}
		return t.run(do(mergeWords), do(upsertSetting, wordsErased, ""))
	})
	if err != nil {
		return fmt.Errorf("store: tidy: %w", err)
	}
	return nil
}
