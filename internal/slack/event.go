package slack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
)

// outer is what every event comes in.
type outer struct {
	Type      string
	Challenge string
	TeamID    string `json:"team_id"`
	EventID   string `json:"event_id"`
	Event     json.RawMessage
}

// event is one of those that the manifest subscribes to.
type event struct {
	Type        string
	Subtype     string
	User        json.RawMessage // an id, or in user_change the whole person
	BotID       string          `json:"bot_id"`
	Text        string
	TS          string
	ThreadTS    string `json:"thread_ts"`
	Channel     string
	ChannelType string `json:"channel_type"`
	Tab         string
	Message     *message
	Previous    *message `json:"previous_message"`
	DeletedTS   string   `json:"deleted_ts"`
	Files       []file
}

// decodeEvent reads an event; ok is false for what Deskbell has nothing to do
// with: bots' words, its own, joins, and words that no rule asks about.
func (p *Platform) decodeEvent(o outer) (d delivery, ok bool, err error) {
	var e event
	if err := json.Unmarshal(o.Event, &e); err != nil {
		return d, false, fmt.Errorf("slack: an event that cannot be read: %w", err)
	}
	if o.EventID == "" || o.TeamID == "" {
		return d, false, fmt.Errorf("slack: an event without its id or team")
	}
	d.team, d.Key = o.TeamID, o.EventID
	_ = json.Unmarshal(e.User, &d.From.ID) // a whole person is read below
	d.at = meta{Channel: e.Channel, Thread: e.ThreadTS}
	d.Place = place(e.Channel, e.ThreadTS, d.From.ID)
	switch e.Type {
	case "app_home_opened":
		d.Kind, d.Place, ok = chat.Home, chat.Place{User: d.From.ID}, e.Tab == "home"
	case "app_mention":
		ok = p.said(&d, e)
		d.Addressed = true
	case "message":
		// A message that names Deskbell comes as app_mention too.
		ok = p.message(&d, e) && (d.Kind != chat.Said || !p.named(e.Text))
	case "user_change":
		var u user
		if err := json.Unmarshal(e.User, &u); err != nil || u.ID == "" {
			return d, false, fmt.Errorf("slack: a user_change without its user")
		}
		d.person, d.From.ID, d.Kind, ok = &u, u.ID, chat.Left, true
	}
	return d, ok && d.From.ID != "", nil
}

// said fills in somebody's own words; false for a bot's.
func (p *Platform) said(d *delivery, e event) bool {
	d.Kind, d.Message = chat.Said, chat.MessageRef{Place: d.Place, ID: e.TS}
	d.Text = p.unaddressed(withFiles(unescape(e.Text), e.Files))
	return e.BotID == "" && d.From.ID != p.self.UserID
}

// message is somebody's words, changed words, or words taken back. Only those
// in threads matter, and those said to Deskbell directly.
func (p *Platform) message(d *delivery, e event) bool {
	direct := strings.HasPrefix(e.Channel, "D")
	switch e.Subtype {
	case "", "file_share", "thread_broadcast":
		if !p.said(d, e) {
			return false
		}
		if direct {
			p.isDirect(d.From.ID, e.Channel)
			d.Kind, d.Message = chat.Command, chat.MessageRef{}
			return true
		}
		return e.ThreadTS != ""
	case "message_changed":
		if e.Message == nil || e.Previous == nil || e.Message.Text == e.Previous.Text && slices.Equal(e.Message.Files, e.Previous.Files) { // an unfurled link
			return false
		}
		d.Kind, d.Text = chat.Edited, p.unaddressed(withFiles(unescape(e.Message.Text), e.Message.Files))
		return p.about(d, e.Message, e.Channel)
	case "message_deleted":
		d.Kind = chat.Deleted
		return e.Previous != nil && p.about(d, e.Previous, e.Channel)
	}
	return false
}

// about fills in whose words in which thread were changed or taken back.
func (p *Platform) about(d *delivery, m *message, channel string) bool {
	d.From.ID = m.User
	d.Place = place(channel, m.ThreadTS, m.User)
	d.at = meta{Channel: channel, Thread: m.ThreadTS}
	d.Message = chat.MessageRef{Place: d.Place, ID: m.TS}
	return m.ThreadTS != "" && m.ThreadTS != m.TS && m.BotID == "" && m.User != p.self.UserID
}

// named reports whether the words name Deskbell.
func (p *Platform) named(text string) bool {
	return strings.Contains(text, "<@"+p.self.UserID+">") || strings.Contains(text, "<@"+p.self.UserID+"|")
}

// unaddressed is the words without Deskbell's own name.
func (p *Platform) unaddressed(text string) string {
	for {
		before, rest, ok := strings.Cut(text, "<@"+p.self.UserID)
		name, after, closed := strings.Cut(rest, ">")
		if !ok || !closed || name != "" && name[0] != '|' {
			return strings.TrimSpace(text)
		}
		text = before + after
	}
}

// file is something attached.
type file struct {
	Name      string
	Permalink string
}

func (f file) String() string { return strings.TrimSpace(f.Name + " " + f.Permalink) }

func withFiles(text string, fs []file) string {
	for _, f := range fs {
		text += "\n" + f.String()
	}
	return strings.TrimSpace(text)
}

// instant is a message's timestamp as time: "1712345678.000100" in seconds.
func instant(ts string) time.Time {
	s, micros, _ := strings.Cut(ts, ".")
	sec, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return time.Time{}
	}
	us, _ := strconv.ParseInt(micros, 10, 64)
	return time.Unix(sec, us*1000).UTC()
}
