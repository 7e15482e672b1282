package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"deskbell.dev/deskbell/internal/slack/slacktest"
)

// told is a message as it stands at the month's end, or a line of the desk's
// books. What differs between two runs that tell the same is left out of it: ids of
// Slack's, the order of what stands in different places, seconds, and who edits a
// prompt last. That a digest comes late is no difference to be left out: no desk
// is away for a minute of its time.
type told struct {
	place string // the channel, or whose direct messages
	under string // the key of the message in whose thread it stands
	text  string
}

// telling is one such message.
type telling struct {
	told
	key string
	at  time.Time // desk time of its post, zero for what the desk did not post
}

// book is all that was told.
type book []telling

// books are what stands there now. What a person alone was answered is best
// effort, since it cannot be read back; it is left out, and so are windows.
func (m *month) books() book {
	m.t.Helper()
	places := map[string]string{deskChannel: "desk", digestChannel: "digest"}
	for _, h := range m.handles {
		if dm := m.srv.DM(slackID(h)); dm != "" {
			places[dm] = "@" + h
		}
	}
	var b book
	for channel, place := range places {
		reader := slackID("admin")
		if h, ok := strings.CutPrefix(place, "@"); ok {
			reader = slackID(h)
		}
		for _, msg := range m.srv.Messages(channel, reader) {
			if msg.EphemeralTo != "" {
				continue
			}
			text := shown(msg)
			if prompt.MatchString(noticeKey(msg)) {
				text = decision.ReplaceAllString(text, "${1}Decided.")
			}
			t := telling{told{place: place, text: text}, stableKey(noticeKey(msg)), m.told.of(noticeKey(msg))}
			if msg.ThreadTS != "" {
				root, ok := m.srv.Message(channel, msg.ThreadTS)
				if t.under = stableKey(noticeKey(root)); !ok || root.Deleted {
					t.under = "nothing"
				}
			}
			b = append(b, t)
		}
	}
	l := &ledger{db: m.db}
	for _, r := range l.rows(6, `SELECT number, status, priority, assignee, tester, revision FROM tickets`) {
		b = append(b, telling{told: told{place: "books", text: "T-" + strings.Join(r, " ")}, key: "T-" + r[0]})
	}
	for _, r := range l.rows(3, `SELECT key, state, due FROM notices WHERE state NOT IN ('sent', 'dropped')`) {
		us, _ := strconv.ParseInt(r[2], 10, 64) // a number in the table
		due := time.UnixMicro(us).In(m.zone).Truncate(time.Minute)
		b = append(b, telling{told: told{place: "books", text: strings.Join(r[:2], " ") + " " + due.Format(time.RFC3339)}, key: r[0]})
	}
	for _, wrong := range l.wrong {
		m.t.Error(wrong)
	}
	return b
}

// prompt is what a press of the SRM edits by its answer, which says what became of
// the ticket, and the outbox by what was decided. Both are true, and either comes
// last: with replicas, and where the answer went with a desk that was killed.
var (
	prompt   = regexp.MustCompile(`^t/\d+/\d+/(prompt|asked|parked|returned|woke)/`)
	decision = regexp.MustCompile(`(?m)^(text: )?T-\d+ is (Urgent|Normal), now [A-Z][a-z ]+\.$`)
)

// delivery is in a key what tells one press or word of a person from another;
// Slack counts them anew in each run.
var delivery = regexp.MustCompile(`^(swap/[^/]+/slack)/[^/]+/`)

func stableKey(key string) string { return delivery.ReplaceAllString(key, "$1/…/") }

// seconds are of instants: what happens at a minute of the script happens some
// seconds later, by as much as the machine needs.
var seconds = regexp.MustCompile(`<!date\^(\d+)`)

// shown is all that a message shows: its text, and every text, time, mention and
// label of its blocks, in their order.
func shown(m slacktest.Message) string {
	var b strings.Builder
	if m.BotID == "" {
		b.WriteString(m.User + ": ")
	}
	b.WriteString(seconds.ReplaceAllStringFunc(m.Text, func(s string) string {
		n, _ := strconv.ParseInt(strings.TrimPrefix(s, "<!date^"), 10, 64) // digits
		return fmt.Sprintf("<!date^%d", n/60*60)
	}))
	var blocks any
	if m.Blocks != nil && json.Unmarshal(m.Blocks, &blocks) != nil {
		b.WriteString("unreadable blocks")
	}
	leaves(&b, "", blocks)
	return b.String()
}

// hidden is what nobody reads of blocks: what a press tells the desk, which may
// name a draft at random, and which file Slack counts a picture as.
var hidden = map[string]bool{"action_id": true, "block_id": true, "value": true, "slack_file": true}

func leaves(b *strings.Builder, name string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if !hidden[k] {
				leaves(b, k, v[k])
			}
		}
	case []any:
		for _, one := range v {
			leaves(b, name, one)
		}
	case nil:
	case float64:
		if name == "timestamp" {
			v -= float64(int64(v) % 60)
		}
		fmt.Fprintf(b, "\n%s: %.0f", name, v)
	default:
		if name != "type" && name != "emoji" {
			fmt.Fprintf(b, "\n%s: %v", name, v)
		}
	}
}

// spoken are words of each kind of message that the script brings about.
var spoken = []string{
	"took R-", "declined R-", "What you handed to intake is T-", "and this waits for you", "Nobody is intake, and R-",
	"Decided.", "is prompted again further down", "has it.", "nobody has claimed it", "came back to you: ", "The client answered: ", " gave you this",
	"is at risk: ", "has breached its goal: ", "since it is Urgent now", "Your allowance ends at ", " is over; it is with the SRM now",
	"please tell the client", "Did you get to try", "heard nothing, so we have closed it", "is the same as T-",
	" is ready to test; done by ", " and is ready to install.", "The rollers are worn",
	"Desk digest, ", "untouched for 2 working days", "SLA breached and at risk", "Urgent and open", "In triage for 1 working day", "Ready, in test or to install for",
	"Waiting for the client for more than", "Waiting for a vendor for more than", "Estimates, for more than", "Requests waiting for intake",
	"Hand-over: ", "Your turn as intake comes", "is taken: ", "Nobody is intake now", "No SRM is there now",
}

// lacks says what a month in peace should have told and did not, and what it
// told at another local time than it should.
func (m *month) lacks(b book) []string {
	var wrong []string
	for _, words := range spoken {
		if !slices.ContainsFunc(b, func(t telling) bool { return strings.Contains(t.text, words) }) {
			wrong = append(wrong, fmt.Sprintf("nobody was told %q", words))
		}
	}
	days := map[string]bool{}
	for _, t := range b {
		name, rest, _ := strings.Cut(t.key, "/")
		day := strings.Split(rest, "/")[0]
		days[name+" "+strings.Split(day, "T")[0]] = true
		var due string
		switch name {
		case "digest", "hand-over", "arrives":
			due = strings.Split(day, "T")[0] + " 09:00"
		case "hand-over-tomorrow":
			if d, err := time.Parse(time.DateOnly, day); err == nil {
				due = d.AddDate(0, 0, -1).Format(time.DateOnly) + " 09:00"
			}
		case "unstaffed":
			due = strings.Split(rest, "/")[1] + " 08:00"
		}
		if at := t.at.In(m.zone).Format("2006-01-02 15:04"); due != "" && at != due {
			wrong = append(wrong, fmt.Sprintf("%s in %s was told at %s, want %s", t.key, t.place, at, due))
		}
	}
	for day := 0; ; day++ {
		at := m.time(day, 9*time.Hour)
		if at.After(m.last()) {
			return wrong
		}
		date := at.Format(time.DateOnly)
		if working := at.Weekday()%6 != 0; days["digest "+date] != working {
			wrong = append(wrong, fmt.Sprintf("a digest on %s: %t", date, !working))
		}
		if monday := at.Weekday() == time.Monday; days["hand-over "+date] != monday {
			wrong = append(wrong, fmt.Sprintf("a hand-over on %s: %t", date, !monday))
		}
	}
}

// doubles are the posts that stand more than once.
func (b book) doubles() []string {
	n := map[string]int{}
	for _, t := range b {
		if t.place != "books" && t.key != "" {
			n[t.key]++
		}
	}
	var wrong []string
	for _, key := range slices.Sorted(maps.Keys(n)) {
		if n[key] > 1 {
			wrong = append(wrong, fmt.Sprintf("%s stands twice: %d times", key, n[key]))
		}
	}
	return wrong
}

// tolerated is how much later than in peace a post may come, in desk time: a
// killed process's clock goes on by itself until the next drives it, and what
// failed is tried again after a pause.
const tolerated = 3 * time.Minute

// differ says how another month's book differs from this one.
func (b book) differ(other book) []string {
	rest := map[told][]telling{}
	for _, t := range other {
		rest[t.told] = append(rest[t.told], t)
	}
	var missing []telling
	var wrong []string
	for _, t := range b {
		if len(rest[t.told]) == 0 {
			missing = append(missing, t)
			continue
		}
		// Of the same words at several times, each goes with the nearest.
		same := rest[t.told]
		slices.SortFunc(same, func(x, y telling) int { return int(x.at.Sub(t.at).Abs() - y.at.Sub(t.at).Abs()) })
		if late := same[0].at.Sub(t.at); late < -time.Minute || late > tolerated {
			wrong = append(wrong, fmt.Sprintf("%s in %s was told at %s instead of %s: %.80q", t.key, t.place, same[0].at, t.at, t.text))
		}
		rest[t.told] = same[1:]
	}
	more := slices.Concat(slices.Collect(maps.Values(rest))...)
	for _, t := range missing {
		n := slices.IndexFunc(more, func(o telling) bool { return o.key == t.key && o.place == t.place && t.key != "" })
		if n < 0 {
			wrong = append(wrong, fmt.Sprintf("missing %s in %s under %q: %q", t.key, t.place, t.under, t.text))
			continue
		}
		o := more[n]
		more = slices.Delete(more, n, n+1)
		wrong = append(wrong, fmt.Sprintf("%s in %s is under %q instead of %q, and says otherwise: -in peace +now\n%s", t.key, t.place, o.under, t.under, cmp.Diff(strings.Split(t.text, "\n"), strings.Split(o.text, "\n"))))
	}
	for _, o := range more {
		wrong = append(wrong, fmt.Sprintf("too much: %s in %s under %q: %q", o.key, o.place, o.under, o.text))
	}
	return wrong
}
