package storetest

import (
	"slices"
	"sync"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
	"github.com/google/go-cmp/cmp"
)

func posts(st *story) {
	ctx := st.Context()
	begin := func(key string, at time.Time) (store.Post, bool) {
		st.Helper()
		p, began, err := st.s.BeginPost(ctx, key, at)
		st.ok(err)
		return p, began
	}
	// Of eight at once one begins; all are told when that was.
	var mu sync.Mutex
	var first time.Time
	var all []store.Post
	began := 0
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			at := real.Add(time.Duration(i) * time.Second)
			p, b, err := st.s.BeginPost(ctx, "a", at)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				st.Error(err)
			}
			if b {
				began, first = began+1, at
			}
			all = append(all, p)
		})
	}
	wg.Wait()
	want := store.Post{Key: "a", At: first}
	for _, p := range all {
		if d := cmp.Diff(want, p); d != "" {
			st.Errorf("-want +got %s", d)
		}
	}
	if began != 1 {
		st.Errorf("%d of 8 began", began)
	}
	// Once its end is known it stays, whatever comes.
	st.ok(st.s.EndPost(ctx, "a", "channel", "m1"))
	st.ok(st.s.DropPost(ctx, "a"))
	want.Place, want.Message = "channel", "m1"
	if p, b := begin("a", real.Add(time.Hour)); p != want || b {
		st.Errorf("%+v %v, want %+v", p, b, want)
	}
	if p, ok, err := st.s.Post(ctx, "a"); p != want || !ok || err != nil {
		st.Errorf("read %+v %v %v", p, ok, err)
	}
	// Among the recent ones are those that are begun, and the message asked for.
	begin("c", real)
	for message, want := range map[string]int{"m1": 2, "m2": 1} {
		if ps, err := st.s.RecentPosts(ctx, real, message); err != nil || len(ps) != want {
			st.Errorf("%s: recent posts %+v %v, want %d", message, ps, err, want)
		}
	}
	if ps, err := st.s.RecentPosts(ctx, real.Add(2*time.Hour), "m1"); err != nil || len(ps) != 0 {
		st.Errorf("recent posts %+v %v, want none", ps, err)
	}
	st.ok(st.s.DropPost(ctx, "c"))
	// What was dropped begins anew.
	begin("b", real)
	st.ok(st.s.DropPost(ctx, "b"))
	if p, ok, err := st.s.Post(ctx, "b"); ok || err != nil {
		st.Errorf("after the drop: %+v %v", p, err)
	}
	later := real.Add(time.Hour)
	if p, b := begin("b", later); !b || !p.At.Equal(later) {
		st.Errorf("begun anew: %+v %v", p, b)
	}
}

func unparked(st *story) {
	var ns []desk.Notice
	for _, key := range []string{"parked", "dead", "waits"} {
		ns = append(ns, desk.Notice{Key: key, Kind: desk.Post, Place: key, Due: st.at})
	}
	_, err := st.s.Enqueue(st.Context(), ns...)
	st.ok(err)
	for _, d := range st.claim("A", st.at, real, 9) {
		switch d.Key {
		case "waits":
			st.ok(st.s.PutOff(st.Context(), d.ID, "A", st.at.Add(time.Minute), "busy"))
		default:
			st.ok(st.s.Finish(st.Context(), d.ID, "A", d.Revision, d.Key+": why"))
		}
	}
	if got := st.claim("A", st.at, real, 9); len(got) != 0 {
		st.Fatalf("claimed %v", keys(got))
	}
	n, err := st.s.Unpark(st.Context())
	st.ok(err)
	due := st.claim("A", st.at.Add(time.Minute), real, 9)
	if ks := keys(due); n != 1 || !slices.Equal(ks, []string{"parked", "waits"}) {
		st.Errorf("%d unparked, claimed %v", n, ks)
	}
	for _, d := range due {
		if d.Attempts != 1 {
			st.Errorf("%s: attempt %d, want 1", d.Key, d.Attempts)
		}
	}
	if n, err := st.s.Unpark(st.Context()); n != 0 || err != nil {
		st.Errorf("again: %d %v", n, err)
	}
}

// oneCardAtATime: what a ticket's card and its channels are told is one lane;
// another ticket's is another, a member's own.
func oneCardAtATime(st *story) {
	at := func(key string, n desk.TicketID, kind desk.NoticeKind, place string) desk.Notice {
		return desk.Notice{Key: key, Kind: kind, Ticket: n, Place: place, Due: st.at}
	}
	_, err := st.s.Enqueue(st.Context(), at("paint 1", 1, desk.Paint, "channel"), at("call 1", 1, desk.Post, "channel"), at("thread 1", 1, desk.Post, "thread"),
		at("mail 1", 1, desk.Mail, "client"), at("paint 2", 2, desk.Paint, "channel"), at("tell 1", 1, desk.Post, "member:7"), at("tell 2", 2, desk.Post, "member:7"))
	st.ok(err)
	if ks := keys(st.claim("A", st.at, real, 9)); !slices.Equal(ks, []string{"paint 1", "mail 1", "paint 2", "tell 1"}) {
		st.Errorf("in flight at once: %v", ks)
	}
}
