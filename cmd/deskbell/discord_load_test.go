package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"deskbell.dev/deskbell/store/bare"
)

// loadKey signs what the load delivers.
var loadKey = ed25519.NewKeyFromSeed([]byte(loadSecret))

const loadApplication = "900000000000000002"

// pressSigned is press for Discord.
func pressSigned(c *http.Client, base string, body []byte) (status int, answer []byte, took time.Duration) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, base+"/discord/interactions", bytes.NewReader(body))
	if err != nil {
		return 0, nil, 0
	}
	ts := strconv.FormatInt(time.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Signature-Timestamp", ts)
	req.Header.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(loadKey, append([]byte(ts), body...))))
	began := time.Now()
	res, err := c.Do(req)
	if err != nil {
		return 0, nil, time.Since(began)
	}
	defer res.Body.Close()
	answer, _ = io.ReadAll(res.Body)
	return res.StatusCode, answer, time.Since(began)
}

// discordPresses makes presses, each new, on tickets in turn.
type discordPresses struct{ n atomic.Int64 }

var interactionFormat = `{"app_permissions":"377957223424","application_id":"900000000000000002","attachment_size_limit":10485760,"authorizing_integration_owners":{"0":"900000000000000001"},"context":0,` +
	`"channel":{"flags":0,"guild_id":"900000000000000001","id":"200000000000000001","last_message_id":"1400000000000%[1]06d","name":"desk","nsfw":false,"parent_id":null,"permissions":"2251799813685247","position":1,"rate_limit_per_user":0,"topic":null,"type":0},` +
	`"channel_id":"200000000000000001","data":{"component_type":2,"custom_id":"%[3]s;%[1]d;0;c;","id":9},"entitlements":[],"guild":{"features":["COMMUNITY"],"id":"900000000000000001","locale":"en-US"},"guild_id":"900000000000000001","guild_locale":"en-US",` +
	`"id":"15000000000%[2]08d","locale":"en-US","member":{"avatar":null,"deaf":false,"flags":0,"joined_at":"2025-01-01T00:00:00+00:00","mute":false,"nick":null,"pending":false,"permissions":"2251799813685247","roles":["900000000000000004"],` +
	`"user":{"avatar":null,"discriminator":"0","global_name":"Tess Kline","id":"%[4]s","public_flags":0,"username":"tech"}},` +
	`"message":{"attachments":[],"author":{"bot":true,"id":"900000000000000003","username":"deskbell"},"channel_id":"200000000000000001","components":[{"type":17,"id":1,"accent_color":null,"components":[{"type":10,"id":2,"content":"**T-%[1]d  the wifi drops**\n◇ Approved for action · Normal · since <t:1772442000:f>\nAcme Dental (Gold, VIP) · Jane Porter\nHardware / Printer / Jam · request"},` +
	`{"type":1,"id":3,"components":[{"type":2,"id":4,"custom_id":"start;%[1]d;5;c;","label":"Start","style":1},{"type":2,"id":5,"custom_id":"claim;%[1]d;5;c;","label":"Claim","style":2}]}]}],"content":"","edited_timestamp":null,"embeds":[],"flags":32768,"id":"1400000000000%[1]06d","mention_everyone":false,"mention_roles":[],"mentions":[],"pinned":false,"timestamp":"2026-03-02T09:00:00.000000+00:00","tts":false,"type":0},` +
	`"token":"aW50ZXJhY3Rpb246MTQwMDAwMDAwMDAwMDAwMDAwMDo%[2]d","type":3,"version":1}`

// next is one press: a claim, and the second time round a release.
func (p *discordPresses) next() []byte {
	_, body := p.numbered()
	return body
}

// numbered is next with its number.
func (p *discordPresses) numbered() (int64, []byte) {
	k := p.n.Add(1)
	verb := []string{"claim", "release"}[k/loadTickets%2]
	return k, fmt.Appendf(nil, interactionFormat, 1+k%loadTickets, k, verb, loadID("tech"))
}

// loadID is somebody's on Discord.
func loadID(handle string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(handle)) // it never fails
	return fmt.Sprintf("1%017d", h.Sum64()%1e17)
}

// newDiscordVendor is Discord as far as the load needs it: it lets everything be said
// later.
func newDiscordVendor(b *testing.B) *httptest.Server {
	v := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		switch path := strings.TrimPrefix(r.URL.Path, "/api/v10"); {
		case path == "/users/@me":
			fmt.Fprint(w, `{"id":"900000000000000003","username":"deskbell","bot":true}`)
		case path == "/users/@me/guilds":
			fmt.Fprint(w, `[{"id":"900000000000000001"}]`)
		case path == "/applications/@me":
			fmt.Fprintf(w, `{"id":%q,"verify_key":"%x","interactions_endpoint_url":"https://desk.example/discord/interactions"}`, loadApplication, loadKey.Public())
		case strings.HasSuffix(path, "/commands") && r.Method == http.MethodGet:
			fmt.Fprint(w, "[]")
		case strings.Contains(path, "/messages"):
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusTooManyRequests)
			fmt.Fprint(w, `{"message":"You are being rate limited.","retry_after":60,"global":false}`)
		default:
			fmt.Fprint(w, `{"id":"300000000000000001"}`)
		}
	}))
	b.Cleanup(v.Close)
	return v
}

// oursOnDiscord is the program on a desk on Discord with tickets in the ready queue.
func oursOnDiscord(b *testing.B) subject {
	v := newDiscordVendor(b)
	s := loaded(b, "discord", guildDesk, func(handle, _ string) string { return loadID(handle) },
		"DESKBELL_DISCORD_TOKEN=load", "DESKBELL_DISCORD_PUBLIC_KEY="+hex.EncodeToString(loadKey.Public().(ed25519.PublicKey)), "DESKBELL_DISCORD_API_URL="+v.URL+"/api")
	s.press = pressSigned
	return s
}

// discordReference is the smallest server that can take a press durably: it verifies
// the signature, parses, commits the bare transaction in a group, and answers with a
// line.
func discordReference() {
	err := func() error {
		commit, _, err := bare.SQLite(context.Background(), os.Getenv("DESKBELL_DATABASE_URL"), loadTickets)
		if err != nil {
			return err
		}
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "listen=%s\n", ln.Addr())
		key := loadKey.Public().(ed25519.PublicKey)
		return http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
			if err != nil {
				http.Error(w, "too large", http.StatusRequestEntityTooLarge)
				return
			}
			ts := r.Header.Get("X-Signature-Timestamp")
			at, _ := strconv.ParseInt(ts, 10, 64)
			sig, _ := hex.DecodeString(r.Header.Get("X-Signature-Ed25519"))
			if time.Since(time.Unix(at, 0)).Abs() > 5*time.Minute || len(sig) != ed25519.SignatureSize || !ed25519.Verify(key, append([]byte(ts), body...), sig) {
				http.Error(w, "not signed", http.StatusUnauthorized)
				return
			}
			var in struct {
				Data struct {
					CustomID string `json:"custom_id"`
				}
			}
			if err := json.Unmarshal(body, &in); err != nil {
				http.Error(w, "not readable", http.StatusBadRequest)
				return
			}
			n, _ := strconv.ParseInt(strings.Split(in.Data.CustomID, ";")[1], 10, 64)
			if err := commit(n); err != nil {
				http.Error(w, "not saved", http.StatusInternalServerError)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(map[string]any{"type": 4, "data": map[string]any{"flags": 64, "content": fmt.Sprintf("T-%d is yours.", n), "allowed_mentions": map[string]any{"parse": []string{}}}})
		}))
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func discordReferenceServer(b *testing.B) subject {
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Args[0] = "deskbell-discord-reference"
	s := started(b, cmd, "DESKBELL_DATABASE_URL="+filepath.Join(b.TempDir(), "bare.db"))
	s.press = pressSigned
	return s
}

// BenchmarkDiscordPress is BenchmarkSlackPress on Discord. The goals: at least 0.5 of
// the reference at 64 and 8 clients, and CPU a press at most twice.
func BenchmarkDiscordPress(b *testing.B) {
	for _, clients := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			p, q := &discordPresses{}, &discordPresses{}
			beside(b, clients, oursOnDiscord(b), discordReferenceServer(b), p.next, q.next, func() {})
		})
	}
}

// scheduled is what became of presses at a rate; each is answered at once.
func (p *discordPresses) scheduled(s subject, rate float64, lasting time.Duration) (out schedule) {
	for _, x := range offered(s, rate, lasting, p.numbered) {
		out.late = append(out.late, x.late)
		switch {
		case x.busy:
			out.busy = append(out.busy, x.took)
		case !x.ok:
			out.unanswered++
		default:
			out.latencies = append(out.latencies, x.took)
		}
	}
	return out
}

// BenchmarkDiscordSchedule is BenchmarkSlackSchedule on Discord: 500 presses a second
// for 30 s. The goals: p99 at most three times the reference's in the same run, none
// over 3 s, none lost. Run it with -benchtime 1x.
func BenchmarkDiscordSchedule(b *testing.B) {
	us, them := oursOnDiscord(b), discordReferenceServer(b)
	p, q := &discordPresses{}, &discordPresses{}
	closed(b, us, 8, 400, p.next)
	closed(b, them, 8, 400, q.next)
	for b.Loop() {
		theirs := q.scheduled(them, 500, 30*time.Second)
		mine := p.scheduled(us, 500, 30*time.Second)
		b.ReportMetric(mine.p99().Seconds()*1000, "p99-ms")
		b.ReportMetric(mine.p99().Seconds()/theirs.p99().Seconds(), "p99-of-reference")
		b.ReportMetric(quantile(mine.latencies, 1).Seconds()*1000, "max-ms")
		b.ReportMetric(float64(mine.unanswered+len(mine.busy)), "lost")
	}
	b.ReportMetric(us.rss(b), "rss-MB")
}

// BenchmarkDiscordOverload is BenchmarkSlackOverload on Discord: twice of what the
// program can take, for 10 s. The goals: accepted presses are answered within 1 s, the
// others told that it is busy within 500 ms. Run it with -benchtime 1x.
func BenchmarkDiscordOverload(b *testing.B) {
	us := oursOnDiscord(b)
	p := &discordPresses{}
	n := 10_000
	most := float64(n) / closed(b, us, 64, n, p.next).Seconds()
	for b.Loop() {
		s := p.scheduled(us, 2*most, 10*time.Second)
		b.ReportMetric(2*most, "offered/s")
		b.ReportMetric(float64(len(s.latencies))/10, "accepted/s")
		b.ReportMetric(quantile(s.latencies, 1).Seconds()*1000, "accepted-max-ms")
		b.ReportMetric(quantile(s.busy, 1).Seconds()*1000, "busy-max-ms")
		b.ReportMetric(float64(len(s.busy))/10, "busy/s")
		b.ReportMetric(float64(s.unanswered), "unanswered")
		b.ReportMetric(s.p99().Seconds()*1000, "accepted-p99-ms")
		b.ReportMetric(quantile(s.busy, 0.99).Seconds()*1000, "busy-p99-ms")
		b.ReportMetric(quantile(s.late, 1).Seconds()*1000, "sent-late-max-ms")
	}
}

// BenchmarkDiscordMemory is what 200,000 presses leave in memory: once it has settled
// after the first twentieth, after half and after all. The goal: the heap in use grows
// no more between the last two. Run it with -benchtime 1x.
func BenchmarkDiscordMemory(b *testing.B) {
	s := oursOnDiscord(b)
	p := &discordPresses{}
	for b.Loop() {
		for _, until := range []int64{10_000, 100_000, 200_000} {
			closed(b, s, 8, int(until-p.n.Load()), p.next)
			time.Sleep(150 * time.Second) // the runtime collects at least every two minutes
			b.ReportMetric(s.heap(b), fmt.Sprintf("heap-MB-at-%dk", until/1000))
			b.ReportMetric(s.rss(b), fmt.Sprintf("rss-MB-at-%dk", until/1000))
		}
	}
}

var heapLine = regexp.MustCompile(`(?m)^go_memstats_heap_alloc_bytes (\S+)$`)

// heap is what the program's objects take in MB, garbage since the last collection
// included.
func (s subject) heap(b *testing.B) float64 {
	res, err := http.Get(s.url + "/metrics")
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	bytes, err := strconv.ParseFloat(string(heapLine.FindSubmatch(body)[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return bytes / (1 << 20)
}
