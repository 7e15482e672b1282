package web

import (
	"net/http"
	"strings"
	"testing"
)

func TestBadCallsSayWhatIsWrong(t *testing.T) {
	d := newDesk(t, "")
	d.post("/api/say", `{"as":"srm","in":"desk","text":"/ticket 42"}`)     // m1, for all
	d.post("/api/say", `{"as":"tech","in":"desk","text":"/ticket"}`)       // m2, for tech
	d.post("/api/say", `{"as":"intake","in":"desk","text":"/ticket new"}`) // f1
	d.post("/api/say", `{"as":"srm","in":"dm-srm","text":"/ticket 42"}`)   // m3
	heard := len(d.hears())
	big := `{"as":"tech","in":"desk","text":"` + strings.Repeat("x", 1<<20) + `"}`
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		says                     string
	}{
		{"unknown person", "POST", "/api/say", `{"as":"nobody","in":"desk","text":"/x"}`, 404, "nobody"},
		{"unknown channel", "POST", "/api/say", `{"as":"tech","in":"lobby","text":"/x"}`, 404, "lobby"},
		{"another's direct messages", "POST", "/api/say", `{"as":"tech","in":"dm-srm","text":"/x"}`, 404, "dm-srm"},
		{"unknown thread", "POST", "/api/say", `{"as":"tech","in":"desk","thread":"m99","text":"/x"}`, 404, "m99"},
		{"thread elsewhere", "POST", "/api/say", `{"as":"srm","in":"desk","thread":"m3","text":"/x"}`, 400, "dm-srm"},
		{"no as", "POST", "/api/say", `{"in":"desk","text":"/x"}`, 400, `"as"`},
		{"no in", "POST", "/api/say", `{"as":"tech","text":"/x"}`, 400, `"in"`},
		{"no text", "POST", "/api/say", `{"as":"tech","in":"desk"}`, 400, `"text"`},
		{"blank text", "POST", "/api/say", `{"as":"tech","in":"desk","text":"  "}`, 400, `"text"`},
		{"not JSON", "POST", "/api/say", `as=tech`, 400, "JSON"},
		{"cut JSON", "POST", "/api/say", `{"as":"tech"`, 400, "JSON"},
		{"two objects", "POST", "/api/say", `{"as":"tech","in":"desk","text":"/x"}{}`, 400, "more follows"},
		{"a list", "POST", "/api/say", `[]`, 400, "JSON object"},
		{"empty body", "POST", "/api/say", ``, 400, "JSON"},
		{"wrong type", "POST", "/api/say", `{"as":7,"in":"desk","text":"/x"}`, 400, `"as"`},
		{"too big", "POST", "/api/say", big, 413, "1 MiB"},
		{"trailing bulk", "POST", "/api/say", `{}` + strings.Repeat(" ", 1<<20), 413, "1 MiB"},
		{"long key", "POST", "/api/say", `{"as":"tech","in":"desk","text":"/x","key":"` + strings.Repeat("k", 201) + `"}`, 400, "200 bytes"},
		{"wrong method", "GET", "/api/say", ``, 405, "POST"},
		{"wrong method", "POST", "/api/mail", `{}`, 405, "GET"},
		{"wrong method", "DELETE", "/api/messages", ``, 405, "GET"},
		{"nowhere", "GET", "/api/nowhere", ``, 404, "/api/nowhere"},
		{"unknown message", "POST", "/api/press", `{"as":"tech","message":"m99","action":"start"}`, 404, "m99"},
		{"hidden message", "POST", "/api/press", `{"as":"srm","message":"m2","action":"new"}`, 404, "m2"},
		{"another's direct message", "POST", "/api/press", `{"as":"tech","message":"m3","action":"start"}`, 404, "m3"},
		{"no message", "POST", "/api/press", `{"as":"tech","action":"start"}`, 400, `"message"`},
		{"no action", "POST", "/api/press", `{"as":"tech","message":"m1"}`, 400, `"action"`},
		{"press by nobody", "POST", "/api/press", `{"as":"x","message":"m1","action":"start"}`, 404, `"x"`},
		{"unknown form", "POST", "/api/submit", `{"as":"tech","form":"f9","values":{}}`, 404, "f9"},
		{"another's form", "POST", "/api/submit", `{"as":"tech","form":"f1","values":{}}`, 403, "f1"},
		{"no form", "POST", "/api/submit", `{"as":"intake","values":{}}`, 400, `"form"`},
		{"no values", "POST", "/api/submit", `{"as":"intake","form":"f1"}`, 400, `"values"`},
		{"null values", "POST", "/api/submit", `{"as":"intake","form":"f1","values":null}`, 400, `"values"`},
		{"values not an object", "POST", "/api/submit", `{"as":"intake","form":"f1","values":[]}`, 400, "values must be an object"},
		{"a list as answer", "POST", "/api/submit", `{"as":"intake","form":"f1","values":{"summary":["x"]}}`, 400, "summary"},
		{"messages of nobody", "GET", "/api/messages?in=desk", ``, 400, `"as"`},
		{"messages of an unknown person", "GET", "/api/messages?in=desk&as=x", ``, 404, `"x"`},
		{"messages nowhere", "GET", "/api/messages?as=tech", ``, 400, `"in"`},
		{"messages elsewhere", "GET", "/api/messages?as=tech&in=dm-srm", ``, 404, "dm-srm"},
		{"after unknown", "GET", "/api/messages?as=tech&in=desk&after=m99", ``, 404, "m99"},
		{"last nothing", "GET", "/api/messages?as=tech&in=desk&last=0", ``, 400, "last"},
		{"channels of nobody", "GET", "/api/channels", ``, 400, `"as"`},
		{"channels of an unknown person", "GET", "/api/channels?as=x", ``, 404, `"x"`},
		{"stream of an unknown person", "GET", "/events?as=x", ``, 404, `"x"`},
		{"seen elsewhere", "POST", "/api/seen", `{"as":"tech","in":"dm-srm"}`, 404, "dm-srm"},
		{"no clock", "POST", "/api/clock", `{}`, 400, "advance"},
		{"two clocks", "POST", "/api/clock", `{"advance":"1m","to":"2026-03-09T09:00:00Z"}`, 400, "either"},
		{"bad span", "POST", "/api/clock", `{"advance":"soon"}`, 400, "soon"},
		{"back by a span", "POST", "/api/clock", `{"advance":"-1m"}`, 400, "-1m"},
		{"bad time", "POST", "/api/clock", `{"to":"tomorrow"}`, 400, "tomorrow"},
		{"back in time", "POST", "/api/clock", `{"to":"2026-03-01T09:00:00Z"}`, 400, "back"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d.t = t
			code, text := d.do(c.method, c.path, c.body)
			got := decode[struct{ Error string }](t, text)
			if code != c.status || !strings.Contains(got.Error, c.says) {
				t.Errorf("%s %s: %d %q, want %d and a word about %s", c.method, c.path, code, got.Error, c.status, c.says)
			}
		})
	}
	d.t = t
	if n := len(d.hears()); n != heard {
		t.Errorf("the handler heard %d calls that were refused", n-heard)
	}
}

func TestStartingDeskSaysSo(t *testing.T) {
	d := newDesk(t, "")
	d.SetHandler(nil)
	code, text := d.do("POST", "/api/say", `{"as":"tech","in":"desk","text":"/ticket","key":"k"}`)
	if code != http.StatusServiceUnavailable || !strings.Contains(text, "nothing was changed") {
		t.Errorf("%d %s", code, text)
	}
	d.SetHandler(d.answer)
	d.post("/api/say", `{"as":"tech","in":"desk","text":"/ticket","key":"k"}`)
}

func TestGuard(t *testing.T) {
	d := newDesk(t, "")
	d.Mount("GET /api/people", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 200, []string{}) }))
	for _, c := range []struct {
		name, host, peer string
		header           [2]string
		ok               bool
	}{
		{name: "script", ok: true},
		{name: "localhost", host: "localhost:8080", ok: true},
		{name: "bare localhost", host: "LOCALHOST", ok: true},
		{name: "IPv6", host: "[::1]:8080", peer: "[::1]:9", ok: true},
		{name: "bare IPv6", host: "[::1]", peer: "[::1]:9", ok: true},
		{name: "mapped peer", peer: "[::ffff:127.0.0.1]:9", ok: true},
		{name: "own origin", header: [2]string{"Origin", "http://127.0.0.1:8080"}, ok: true},
		{name: "own fetch", header: [2]string{"Sec-Fetch-Site", "same-origin"}, ok: true},
		{name: "typed address", header: [2]string{"Sec-Fetch-Site", "none"}, ok: true},
		{name: "foreign host", host: "desk.example.com"},
		{name: "rebound name", host: "evil.example:8080", header: [2]string{"Origin", "http://evil.example:8080"}},
		{name: "name that begins like ours", host: "localhost.evil.example"},
		{name: "name that ends like ours", host: "evil.localhost"},
		{name: "machine's other address", host: "192.168.1.5:8080"},
		{name: "foreign origin", header: [2]string{"Origin", "https://evil.example"}},
		{name: "other port", header: [2]string{"Origin", "http://127.0.0.1:3000"}},
		{name: "other name of this machine", header: [2]string{"Origin", "http://localhost:8080"}},
		{name: "sandboxed origin", header: [2]string{"Origin", "null"}},
		{name: "cross-site", header: [2]string{"Sec-Fetch-Site", "cross-site"}},
		{name: "same-site", header: [2]string{"Sec-Fetch-Site", "same-site"}},
		{name: "other machine", peer: "192.0.2.7:9"},
		{name: "no peer", peer: "@"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, call := range [][3]string{
				{"GET", "/", ""}, {"GET", "/api/people", ""}, {"GET", "/static/page.js", ""}, {"POST", "/api/say", `{"as":"tech","in":"desk","text":"hi"}`},
			} {
				r := request(call[0], call[1], call[2])
				if c.host != "" {
					r.Host = c.host
				}
				if c.peer != "" {
					r.RemoteAddr = c.peer
				}
				if c.header[0] != "" {
					r.Header.Set(c.header[0], c.header[1])
				}
				w := newRecorder(d, r)
				want := http.StatusOK
				if !c.ok {
					want = http.StatusForbidden
				}
				if w.Code != want || (!c.ok && !strings.HasPrefix(w.Body.String(), `{"error":`)) {
					t.Errorf("%s %s: %d %s", call[0], call[1], w.Code, w.Body)
				}
				if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
					t.Errorf("policy %q", csp)
				}
				if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Referrer-Policy") != "no-referrer" {
					t.Errorf("headers %v", w.Header())
				}
			}
		})
	}
}
