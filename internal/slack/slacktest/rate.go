package slacktest

import (
	"math"
	"time"
)

// rate is how often a method may be called; perMinute 0 is without limit.
type rate struct {
	perMinute, burst float64
}

type bucket struct {
	left  float64
	at    time.Time
	until time.Time // what was told last
	told  time.Time
}

// defaultRates are the tiers, with a minute's worth at once; posting is one a
// second a channel.
func defaultRates() map[string]rate {
	all := map[string]rate{"chat.postMessage": {60, 3}}
	for perMinute, tier := range map[float64][]string{
		20:  {"conversations.list", "users.list"},
		50:  {"chat.update", "chat.delete", "conversations.history", "conversations.replies", "conversations.info", "conversations.open", "users.lookupByEmail", "team.info", "bots.info", "reactions.add"},
		100: {"chat.postEphemeral", "conversations.members", "users.info", "views.open", "views.push", "views.update", "views.publish"},
	} {
		for _, m := range tier {
			all[m] = rate{perMinute, perMinute}
		}
	}
	return all
}

// Rate sets how often a method may be called, for chat.postMessage in each
// channel; perMinute 0 ends its limit.
func (s *Server) Rate(method string, perMinute, burst int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rates[method] = rate{float64(perMinute), float64(burst)}
	s.buckets = map[string]*bucket{}
}

// limited counts a call and says how many seconds to stay away, 0 if it may be
// carried out. Coming back earlier than told is a violation; what was on its way
// when it was told is not.
func (s *Server) limited(key, method string, forced time.Duration) int {
	now, limit := s.Now(), s.rates[method]
	b := s.buckets[key]
	if b == nil {
		b = &bucket{left: limit.burst, at: now}
		s.buckets[key] = b
	}
	tell := func(d time.Duration) int {
		seconds := max(1, int(math.Ceil(d.Seconds())))
		b.told, b.until = now, now.Add(time.Duration(seconds)*time.Second)
		return seconds
	}
	if left := b.until.Sub(now); left > 0 {
		if now.Sub(b.told) > 200*time.Millisecond {
			s.violate("%s: called again %v before Retry-After was over", key, left.Round(time.Millisecond))
		}
		if forced == 0 {
			return max(1, int(math.Ceil(left.Seconds())))
		}
	}
	if forced > 0 {
		return tell(forced)
	}
	if limit.perMinute == 0 {
		return 0
	}
	b.left = min(limit.burst, b.left+now.Sub(b.at).Minutes()*limit.perMinute)
	b.at = now
	if b.left < 1 {
		return tell(time.Duration((1 - b.left) / limit.perMinute * float64(time.Minute)))
	}
	b.left--
	return 0
}
