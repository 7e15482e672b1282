package main

import (
	"fmt"

	"deskbell.dev/deskbell/store"
)

type migrateCmd struct{}

// Run updates the schema as serve would on its start, and says what it did.
func (migrateCmd) Run(g *globals) error {
	f, err := g.load()
	if err != nil {
		return err
	}
	from, to, err := store.Migrate(g.ctx, f.Database.URL.Reveal(), g.log)
	if err != nil {
		return err
	}
	if from == to {
		_, err = fmt.Fprintf(g.out, "the schema is up to date: version %d\n", to)
		return err
	}
	_, err = fmt.Fprintf(g.out, "the schema was brought from version %d to %d\n", from, to)
	return err
}
