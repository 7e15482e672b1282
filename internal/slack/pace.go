package slack

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"deskbell.dev/deskbell/internal/chat"
)

// Slack takes about one message a second in a channel and some more for a
// moment, and tells with Retry-After when any method was called too often.
// Source: docs.slack.dev/apis/web-api/rate-limits.
const (
	// patience is how long a call waits for a pause to end before it comes back
	// with *chat.Wait.
	patience = 2 * time.Second
)

// pacer keeps to Slack's rates, shared by everything that posts.
type pacer struct {
	every  time.Duration // between two posts into a channel
	mu     sync.Mutex
	next   map[string]time.Time // by channel: when the next post may go
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

// wait returns when the call may be made, or *chat.Wait when that is far off.
func (p *pacer) wait(ctx context.Context, method, channel string) error {
	for {
		d := p.delay(method, channel)
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

// delay is how long the call must still wait, 0 if it may go now: then its
// channel's turn is taken.
func (p *pacer) delay(method, channel string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if until := p.paused[family(method)]; until.After(now) {
		return until.Sub(now)
	}
	if method != "chat.postMessage" || channel == "" {
		return 0
	}
	if p.next == nil {
		p.next = map[string]time.Time{}
	}
	if at := p.next[channel]; at.After(now) {
		return at.Sub(now)
	}
	if len(p.next) > 1000 {
		for c, at := range p.next {
			if at.Before(now) {
				delete(p.next, c)
			}
		}
	}
	p.next[channel] = now.Add(p.every)
	return 0
}

// pause keeps the method's family quiet for so long.
func (p *pacer) pause(method string, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.paused == nil {
		p.paused = map[string]time.Time{}
	}
	if until := time.Now().Add(d); until.After(p.paused[family(method)]) {
		p.paused[family(method)] = until
	}
}
