package slack

import (
	"encoding/json"
	"net/url"
	"testing"

	"deskbell.dev/deskbell/internal/chat"
)

func fuzzed(f *testing.F, add ...string) {
	for _, s := range add {
		f.Add([]byte(s))
		f.Add([]byte(s[:len(s)/2]))
	}
}

func FuzzInteraction(f *testing.F) {
	fuzzed(f, `{"type":"block_actions","trigger_id":"1","user":{"id":"U1"},"team":{"id":"T1"},"container":{"message_ts":"1.2","channel_id":"C1"},"actions":[{"action_id":"go!2","value":"x","selected_option":null}]}`,
		`{"type":"view_submission","trigger_id":"1","user":{"id":"U1"},"team":{"id":"T1"},"view":{"id":"V1","hash":"h","private_metadata":"{\"t\":\"new\"}","blocks":[{"type":"input","block_id":"a@1"}],"state":{"values":{"a@1":{"a":{"type":"x","value":null}}}}}}`,
		`{"type":"block_suggestion","user":{"id":"U1"},"team":{"id":"T1"},"action_id":"a","value":"b"}`, `{"type":"message_action","callback_id":"add_to_ticket","trigger_id":"1","user":{"id":"U1"},"team":null,"message":{"ts":"1","files":[{}]}}`)
	p, err := New(Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, ok, err := decodeInteraction(data)
		if err != nil || !ok {
			return
		}
		if d.From.ID == "" || d.Key == "" && d.Kind != chat.Search && d.Kind != chat.Fill {
			t.Fatalf("taken without its user or key: %+v", d)
		}
		if d.Kind == chat.Submit { // what is told and drawn of it
			if _, err := json.Marshal(p.refusedFields(d, map[string]string{"a": "no", "b": "no"}).body); err != nil {
				t.Fatal(err)
			}
			if _, err := json.Marshal(p.refill(d, map[string]string{"a": "no"})); err != nil {
				t.Fatal(err)
			}
			d.view.typed(map[string]string{"a": "no"})
		}
	})
}

func FuzzEvent(f *testing.F) {
	fuzzed(f, `{"type":"event_callback","team_id":"T1","event_id":"E","event":{"type":"message","subtype":"message_changed","channel":"C1","message":{"user":"U1","text":"a","thread_ts":"1","ts":"2"},"previous_message":{"text":"b"}}}`,
		`{"type":"event_callback","team_id":"T1","event_id":"E","event":{"type":"message","user":"U1","text":"<@UBOT","channel":"D1","ts":"1"}}`,
		`{"type":"event_callback","team_id":"T1","event_id":"E","event":{"type":"user_change","user":{"id":"U1"}}}`)
	p, err := New(Config{})
	if err != nil {
		f.Fatal(err)
	}
	p.self.UserID = "UBOT"
	f.Fuzz(func(t *testing.T, data []byte) {
		var o outer
		if json.Unmarshal(data, &o) != nil {
			return
		}
		if d, ok, err := p.decodeEvent(o); ok && err == nil && (d.From.ID == "" || d.Key == "") {
			t.Fatalf("taken without its user or key: %+v", d)
		}
	})
}

func FuzzCommand(f *testing.F) {
	f.Add("team_id=T1&user_id=U1&trigger_id=1&command=%2Fticket&text=a%20%26lt%3B%3C%40U1%7Cann%3E")
	f.Fuzz(func(t *testing.T, body string) {
		v, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		if d, err := decodeCommand(v); err == nil && (d.From.ID == "" || d.Key == "") {
			t.Fatalf("taken without its user or key: %+v", d)
		}
	})
}

// Whatever somebody types, escaped as Slack does it is read back as it was.
func FuzzUnescape(f *testing.F) {
	for _, s := range []string{"a < b & c > d", "<@U1>", "&lt;", "<", "<mailto:a@b|a@b>", "<!here>", "<http://x|y>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		unescape(s) // anything may come
		if got := unescape(escaper.Replace(s)); got != s {
			t.Fatalf("%q became %q", s, got)
		}
	})
}

func TestUnescape(t *testing.T) {
	for in, want := range map[string]string{
		"a &lt; b &amp;lt;": "a < b &lt;", "see <https://a.example/x?y=1&amp;z=2>": "see https://a.example/x?y=1&z=2", "<http://a.example|a.example>": "a.example",
		"<mailto:a@b.example|a@b.example>": "a@b.example", "<tel:123|123>": "123", "<@U1|ann> and <#C1|desk>": "<@U1|ann> and <#C1|desk>",
		"<!here> <!subteam^S1|@team>": "@here @team", "<!date^1^{date}|Monday>": "Monday", "<https://a.example|click me>": "https://a.example", "5 < 6": "5 < 6",
	} {
		if got := unescape(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}
