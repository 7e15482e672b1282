package store

import (
	"context"
	"fmt"
	"time"
)

// Post is what is known of a post to a platform.
type Post struct {
	Key string
	// At is when it was first tried, in real time.
	At time.Time
	// Place and Message say where it stands, in the caller's words; Message is ""
	// for one that was begun and whose end is not known.
	Place   string
	Message string
}

// BeginPost writes down, BEFORE it is sent, that the post with the key is tried
// at the real time. One that was begun before stays as it is and is returned,
// with began false.
func (s *Store) BeginPost(ctx context.Context, key string, at time.Time) (Post, bool, error) {
	var p Post
	began := false // both still the writer's after an error: the caller may have given up
	err := s.e.write(ctx, func(t tx) error {
		p, began = Post{Key: key}, false
		var us int64
		// The insert waits for another that has the key in hand; then the row is
		// there to be read.
		if err := t.run(get(func(row) error { began = true; return nil }, insertPost, key, micros(at)),
			get(scan(&us, &p.Place, &p.Message), readPost, key)); err != nil {
			return err
		}
		p.At = instant(us)
		return nil
	})
	if err != nil {
		return Post{}, false, fmt.Errorf("store: begin post %s: %w", key, err)
	}
	return p, began, nil
}

// Post is the post with the key, false if it was never begun or dropped.
func (s *Store) Post(ctx context.Context, key string) (Post, bool, error) {
	p := Post{Key: key}
	var us int64
	var ok bool
	if err := s.e.read(ctx, get(found(&ok, &us, &p.Place, &p.Message), readPost, key)); err != nil {
		return Post{}, false, fmt.Errorf("store: post %s: %w", key, err)
	}
	p.At = instant(us)
	return p, ok, nil
}

// RecentPosts are those first tried since the real time that stand as the
// message, and those whose end is not known, in no order.
func (s *Store) RecentPosts(ctx context.Context, since time.Time, message string) ([]Post, error) {
	var ps []Post
	err := s.e.read(ctx, get(func(r row) error {
		var p Post
		var us int64
		err := r.Scan(&p.Key, &us, &p.Place, &p.Message)
		p.At = instant(us)
		ps = append(ps, p)
		return err
	}, recentPosts, micros(since), message))
	if err != nil {
		return nil, fmt.Errorf("store: recent posts: %w", err)
	}
	return ps, nil
}

// EndPost writes down where a post that was begun stands.
func (s *Store) EndPost(ctx context.Context, key, place, message string) error {
	return s.keepRow(ctx, "end of post "+key, do(endPost, key, place, message))
}

// DropPost forgets a post that was begun and is surely not on the platform, so
// that the next try is a first one. One that stands there is kept.
func (s *Store) DropPost(ctx context.Context, key string) error {
	return s.keepRow(ctx, "drop of post "+key, do(dropPost, key))
}
