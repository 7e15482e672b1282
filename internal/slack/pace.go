package slack

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/traffic"
)

// Slack takes one message a second in a channel, and fifty edits a minute in all
// with some at once, and tells with Retry-After when any method was called too
// often. Source: docs.slack.dev/apis/web-api/rate-limits, tier 3 for chat.update.
const (
	editEvery = 1200 * time.Millisecond
	editBurst = 20
	// patience is how long a call waits for its turn before it comes back with
	// *chat.Wait.
	patience = 2 * time.Second
)

// pacer keeps to Slack's rates, shared by everything that posts.
type pacer struct {
	every  time.Duration // between two posts into a channel
	mu     sync.Mutex
	posts  map[string]*traffic.Turnstile // by channel
	edits  traffic.Turnstile
	paused map[string]time.Time // by family of methods: until when Slack wants peace
}

// family is what pauses together: everything that shows something to people in
// channels and direct messages, and each other method by itself.
func family(method string) string {
	if strings.HasPrefix(method, "chat.") || strings.HasPrefix(method, "conversations.") {
		return "posts"
	}
	return method
}

// wait returns when the call may be made, or *chat.Wait when that is far off:
// the same id then has its turn.
func (p *pacer) wait(ctx context.Context, method string, a about) error {
	for {
		d := p.delay(method, a)
		if d <= 0 {
			return nil
		}
		if d > patience {
			return &chat.Wait{For: d}
		}
		if err := sleep(ctx, d); err != nil {
			return fmt.Errorf("%w: %w", errNotTried, err)
		}
	}
}

// delay is how long the call must still wait, 0 if it may go now.
func (p *pacer) delay(method string, a about) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if until := p.paused[family(method)]; until.After(now) {
		return until.Sub(now)
	}
	switch method {
	case "chat.update":
		return p.edits.Pass(now, a.id, a.urgent)
	case "chat.postMessage":
		return p.channel(a.where, now).Pass(now, a.id, a.urgent)
	}
	return 0
}

// channel is the turnstile of the channel's posts.
func (p *pacer) channel(id string, now time.Time) *traffic.Turnstile {
	t := p.posts[id]
	if t == nil {
		if len(p.posts) > 1000 {
			maps.DeleteFunc(p.posts, func(_ string, t *traffic.Turnstile) bool { return t.Idle(now) })
		}
		t = &traffic.Turnstile{Every: p.every, Burst: 1}
		p.posts[id] = t
	}
	return t
}

// newPacer lets a post into each channel so often; edits go in proportion.
func newPacer(every time.Duration) pacer {
	return pacer{every: every, posts: map[string]*traffic.Turnstile{}, paused: map[string]time.Time{},
		edits: traffic.Turnstile{Every: time.Duration(float64(editEvery) * every.Seconds()), Burst: editBurst}}
}

// pause keeps the method's family quiet for so long.
func (p *pacer) pause(method string, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(d); until.After(p.paused[family(method)]) {
		p.paused[family(method)] = until
	}
}
