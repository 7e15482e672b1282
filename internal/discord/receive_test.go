package discord_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/traffic"
)

// TestOnlyDiscordIsHeard: what Discord did not sign, or not just now, is refused.
func TestOnlyDiscordIsHeard(t *testing.T) {
	d := newDesk(t)
	d.answers(func(in chat.Interaction) chat.Reply { t.Errorf("heard %+v", in); return chat.Reply{} })
	ping := []byte(`{"id":"1","type":1,"token":"x"}`)
	for _, c := range []struct {
		what   string
		body   []byte
		at     time.Duration
		change func(*http.Request)
		want   int
		says   string
	}{
		{"a ping", ping, 0, nil, 200, `{"type":1}`},
		{"another body", ping, 0, func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(`{"id":"2","type":1,"token":"x"}`)) }, 401, "signature"},
		{"another time", ping, 0, func(r *http.Request) { r.Header.Set("X-Signature-Timestamp", "1") }, 401, "signature"},
		{"no signature", ping, 0, func(r *http.Request) { r.Header.Del("X-Signature-Ed25519") }, 401, "signature"},
		{"a short one", ping, 0, func(r *http.Request) { r.Header.Set("X-Signature-Ed25519", "ab") }, 401, "signature"},
		{"an old one", ping, -6 * time.Minute, nil, 401, "too far off"},
		{"one of the future", ping, 6 * time.Minute, nil, 401, "too far off"},
		{"too large", append(ping, bytes.Repeat([]byte(" "), 2<<20)...), 0, nil, 413, "1 MiB"},
		{"no JSON", []byte("{"), 0, nil, 400, "cannot be read"},
	} {
		r := d.srv.Signed(c.body, time.Now().Add(c.at))
		if c.change != nil {
			c.change(r)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(res.Body)
		if res.Body.Close(); err != nil || res.StatusCode != c.want || !strings.Contains(string(got), c.says) {
			t.Errorf("%s: %d %q, %v; want %d with %q", c.what, res.StatusCode, got, err, c.want, c.says)
		}
	}
	if n := d.pf.Delivered(); n["signature"] != 4 || n["stale"] != 2 || n["large"] != 1 || n["body"] != 1 || n["accepted"] != 2 {
		t.Errorf("counted %v", n)
	}
}

// TestCommandsAreRegisteredOnce: they are overwritten only where they differ.
func TestCommandsAreRegisteredOnce(t *testing.T) {
	d := newDesk(t)
	d.start(false)
	raw, puts := d.srv.Registered()
	var all []struct {
		Name    string
		Type    int
		Options []struct {
			Name    string
			Type    int
			Options []struct{ Name string }
		}
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	if puts != 1 || len(all) != 3 || all[0].Name != "ticket" || len(all[0].Options) != 4 || all[0].Options[3].Name != "sla" || all[0].Options[3].Options[0].Name != "show" {
		t.Errorf("registered %d times: %+v", puts, all)
	}
}

// TestOthers: what comes from elsewhere, or from another version, is answered.
func TestOthers(t *testing.T) {
	d := newDesk(t)
	d.answersWith(chat.Reply{Message: tell("not for you")})
	d.did(d.types(zoe, channel, "new"))
	if in := d.one(); in.From.Outside != "other workspace" {
		t.Errorf("from %+v", in.From)
	}
	d.answersWith(chat.Reply{Message: tell("heard")})
	d.did(d.srv.Interact(ann, channel, 2, map[string]any{"name": "ticket", "type": 1, "options": []map[string]any{{"name": "gone", "type": 1}}}, nil))
	d.sees(ann, channel, "doesn't know that any more")
	d.seesNot(ann, channel, "heard")
	// The menu of a message.
	d.did(d.srv.Interact(ann, channel, 2, map[string]any{"name": "Hand to intake", "type": 3, "target_id": "5", "resolved": map[string]any{"messages": map[string]any{
		"5": map[string]any{"id": "5", "channel_id": channel, "content": "the printer smokes", "author": map[string]string{"id": ben, "username": "ben"}, "timestamp": "2026-03-02T09:00:00+00:00"}}}}, nil))
	in := d.one()
	want := chat.Quoted{Author: "ben", Text: "the printer smokes", At: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Link: "https://discord.com/channels/900000000000000001/" + channel + "/5"}
	if in.Kind != chat.Shortcut || in.Text != chat.HandOver || len(in.Quoted) != 1 || in.Quoted[0].Text != want.Text || in.Quoted[0].Author != want.Author || in.Quoted[0].Link != want.Link || !in.Quoted[0].At.Equal(want.At) {
		t.Errorf("heard %+v", in)
	}
}

// TestUnknownTypes: what a later Discord may send is answered, and all else goes on.
func TestUnknownTypes(t *testing.T) {
	d := newDesk(t)
	d.post(chat.Place{Channel: channel}, *card("a card", chat.Action{Token: "x", Label: "X"}))
	on := d.sees(ann, channel, "a card")
	d.answers(func(in chat.Interaction) chat.Reply { t.Errorf("heard %+v", in); return chat.Reply{} })
	d.did(d.srv.Press(ann, on, "x", 99))
	d.did(d.srv.Interact(ann, channel, 42, map[string]any{"new": true}, nil))
	d.did(d.srv.Interact(ann, channel, 2, map[string]any{"name": "ticket", "type": 9}, nil))
	d.answersWith(chat.Reply{Message: tell("filled in")})
	d.did(d.srv.Interact(ann, channel, 5, map[string]any{"custom_id": "f", "components": []any{
		map[string]any{"type": 77, "strange": []any{}}, map[string]any{"type": 18, "component": map[string]any{"type": 78, "custom_id": "summary", "value": "Toner"}}}}, nil))
	if in := d.one(); in.Values["summary"] != "Toner" {
		t.Errorf("heard %+v", in)
	}
}

// TestBusy: with every place taken, whoever comes is told so at once, unread.
func TestBusy(t *testing.T) {
	d := newDesk(t)
	d.answers(func(in chat.Interaction) chat.Reply { t.Errorf("heard %+v", in); return chat.Reply{} })
	leave := d.pf.Fill()
	res, err := http.DefaultClient.Do(d.srv.Signed([]byte("{"), time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	got, _ := io.ReadAll(res.Body)
	if res.Body.Close(); res.StatusCode != 503 || !strings.Contains(string(got), "nothing was changed") {
		t.Errorf("%d %s", res.StatusCode, got)
	}
	leave()
	d.answersWith(chat.Reply{Message: tell("heard")})
	d.did(d.types(ann, channel, "new"))
	d.sees(ann, channel, "heard")
}

// TestSlowSendersHoldNoPlace: however many begin a delivery and do not end it, what
// Discord delivers is heard.
func TestSlowSendersHoldNoPlace(t *testing.T) {
	d := newDesk(t)
	d.answersWith(chat.Reply{Message: tell("heard")})
	for range 4 * traffic.UnderWay {
		c, err := net.Dial("tcp", strings.TrimPrefix(d.app, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		if _, err := io.WriteString(c, "POST /discord/interactions HTTP/1.1\r\nHost: desk\r\nContent-Length: 100\r\n\r\n{"); err != nil {
			t.Fatal(err)
		}
	}
	d.did(d.types(ann, channel, "new"))
	d.sees(ann, channel, "heard")
}
