package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

// purgeBatch bounds what one transaction removes, so that nobody waits long for
// it.
const purgeBatch = 500

// Purge forgets what was carried out before an instant of desk time: delivery
// keys, notices that were sent or dropped, and slots but the latest of each duty
// in each place; and posts first tried before an instant of real time.
//
// None of them can come again after a week, so that none is done twice. A key of
// a delivery is its platform's, which gives up within the hour. A notice's key
// names an event, a request, a day or a slot, which each are saved once, in one
// transaction with the notice; cards and timers use their keys again, and are
// meant to. A slot is not taken again since a later one is known; a clock that
// was set back behind all that are known goes on from there (internal/outbox),
// and only one that had been more than a week ahead may then pass a slot that was
// forgotten. A post is kept as long as a notice waits that could be carried out
// by it, a request is open whose prompt it is, or it is of a digest that no later
// one followed.
func (s *Store) Purge(ctx context.Context, before, real time.Time) error {
	for _, p := range []struct {
		q      *statement
		before time.Time
	}{{purgeDeliveries, before}, {purgeNotices, before}, {purgeSlots, before}} {
		for n := purgeBatch; n == purgeBatch; {
			err := s.e.write(ctx, func(t tx) error {
				n = 0
				return t.run(get(func(row) error { n++; return nil }, p.q, micros(p.before), int64(purgeBatch)))
			})
			if err != nil {
				return fmt.Errorf("store: %s: %w", p.q.name, err)
			}
		}
	}
	if err := s.purgePosts(ctx, micros(real)); err != nil {
		return fmt.Errorf("store: purge posts: %w", err)
	}
	return nil
}

// purgePosts looks at old posts outside of any writing, a batch at a time, and
// then forgets those that nothing needs.
func (s *Store) purgePosts(ctx context.Context, before int64) error {
	at, last := int64(0), ""
	for {
		var keys []string
		if err := s.e.read(ctx, get(func(r row) error {
			err := r.Scan(&last, &at)
			keys = append(keys, last)
			return err
		}, oldPosts, at, last, before, int64(purgeBatch))); err != nil {
			return err
		}
		needed, err := s.needed(ctx, keys)
		if err != nil {
			return err
		}
		var asks []ask
		for _, k := range keys {
			if !needed[k] {
				asks = append(asks, do(purgePost, k))
			}
		}
		if len(asks) > 0 {
			if err := s.e.write(ctx, func(t tx) error { return t.run(asks...) }); err != nil {
				return err
			}
		}
		if len(keys) < purgeBatch {
			return nil
		}
	}
}

// needed are those of the posts' keys that may be asked for again. A post's key is
// its platform, that of its notice, and up to three parts that tell it from the
// notice's others; a card's is card/N where its notice's is paint/N.
func (s *Store) needed(ctx context.Context, keys []string) (map[string]bool, error) {
	needed := map[string]bool{}
	var asks []ask
	var digests []string
	asks = append(asks, get(func(r row) error {
		var k string
		err := r.Scan(&k)
		digests = append(digests, k)
		return err
	}, digestKeys))
	for _, k := range keys {
		_, notice, _ := strings.Cut(k, "/")
		yes := func(row) error { needed[k] = true; return nil }
		parts := strings.Split(notice, "/")
		if parts[0] == "card" && len(parts) > 1 {
			asks = append(asks, get(yes, readUndone, "paint/"+parts[1]))
			continue
		}
		for n := len(parts); n > max(0, len(parts)-4); n-- {
			asks = append(asks, get(yes, readUndone, strings.Join(parts[:n], "/")))
		}
		if n, err := strconv.ParseInt(parts[min(1, len(parts)-1)], 10, 64); err == nil && parts[0] == "r" {
			asks = append(asks, get(func(r row) error {
				h, err := scanHanded(r)
				needed[k] = needed[k] || h.State == desk.HandedOpen
				return err
			}, readHanded, n))
		}
	}
	if err := s.e.read(ctx, asks...); err != nil {
		return nil, err
	}
	for _, k := range keys {
		_, notice, _ := strings.Cut(k, "/")
		needed[k] = needed[k] || slices.ContainsFunc(digests, func(d string) bool { return d != "" && strings.HasPrefix(notice, d+"/") })
	}
	return needed, nil
}
