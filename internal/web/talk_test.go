package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"deskbell.dev/deskbell/internal/chat"
	"github.com/google/go-cmp/cmp"
	"time"
)

func TestSayAnswersPrivately(t *testing.T) {
	d := newDesk(t, "")
	r := d.post("/api/say", `{"as":"tech","in":"desk","text":"/ticket"}`)
	if r.Message == nil || r.Message.To != "tech" || r.Message.From != "deskbell" || r.Message.In != "desk" {
		t.Fatalf("reply %+v", r.Message)
	}
	if got := ids(d.messages("tech", "desk")); got != "m1" {
		t.Errorf("tech sees %q, want m1", got)
	}
	if got := ids(d.messages("srm", "desk")); got != "" {
		t.Errorf("srm sees %q of what was private to tech", got)
	}
	in := d.hears()[0]
	if in.Kind != chat.Command || in.Text != "/ticket" || in.Platform != "web" || in.From.Name != "Tess Lindqvist" || in.Place != (chat.Place{Channel: "desk"}) {
		t.Errorf("heard %+v", in)
	}
}

func TestShapesAreTheContracts(t *testing.T) {
	d := newDesk(t, "")
	code, got := d.do("POST", "/api/say", `{"as":"srm","in":"desk","text":"/ticket 42"}`)
	want := `{"message":{"id":"m1","rev":1,"at":"2026-03-02T09:00:00Z","in":"desk","from":"deskbell","text":"",` +
		`"card":{"title":"T-42  Printer on floor 2 \u003cb\u003ewon't\u003c/b\u003e print   ● Approved · Normal","title_spans":[`
	if code != http.StatusOK || !strings.HasPrefix(got, want) {
		t.Errorf("card:\n got %s\nwant %s…", got, want)
	}
	for _, part := range []string{
		`"text":"Acme Dental (Gold) · Olga, by phone · assigned to @tech since 08:25\nHardware`,
		`"fields":[{"name":"Respond","value":"met in 12 min"},{"name":"Resolve","value":"due Mon 2 Mar 11:10","spans":[`,
		`{"action":"note","verb":"note","ticket":42,"label":"Note","style":"","value":"internal"}`,
		`{"action":"move","verb":"move","ticket":42,"label":"More","style":"","value":"","options":[{"value":"in_testing","label":"In testing"},`,
		`"rows":[]`, `"notify":["tech"]`,
	} {
		if !strings.Contains(got, part) {
			t.Errorf("missing %s in\n%s", part, got)
		}
	}
	_, got = d.do("POST", "/api/say", `{"as":"intake","in":"desk","text":"/ticket new"}`)
	for _, part := range []string{
		`{"form":{"id":"f1","title":"New ticket","fields":[{"name":"client","label":"Client","kind":"choice","required":true,"options":[{"value":"Acme Dental","label":"Acme Dental"}`,
		`{"name":"hours","label":"Hours","kind":"number","required":false,"value":""}`,
		`{"name":"description","label":"Description","kind":"lines","required":false,"value":""}]}}`,
		`"of":"Acme Dental"`, `"depends_on":"client"`,
	} {
		if !strings.Contains(got, part) {
			t.Errorf("missing %s in\n%s", part, got)
		}
	}
	_, got = d.do("POST", "/api/press", `{"as":"srm","message":"m1","action":"start"}`)
	if !strings.Contains(got, `"refusal":{"rule":"assignee-only","text":"T-42 is for @tech."}`) || !strings.Contains(got, `"to":"srm"`) {
		t.Errorf("refusal: %s", got)
	}
}

func TestPressEditsInPlace(t *testing.T) {
	d := newDesk(t, "")
	d.post("/api/say", `{"as":"srm","in":"desk","text":"/ticket 42"}`)
	r := d.post("/api/press", `{"as":"tech","message":"m1","action":"start"}`)
	if r.Message.ID != "m1" || !strings.Contains(r.Message.Card.Title, "In progress") {
		t.Fatalf("edited message %+v", r.Message)
	}
	if ms := d.messages("srm", "desk"); ids(ms) != "m1" || ms[0].Rev != 2 || !strings.Contains(ms[0].Card.Title, "In progress") {
		t.Errorf("after the edit: %+v", ms)
	}
	// A token that the message no longer shows, or never did, is judged by the handler.
	r = d.post("/api/press", `{"as":"tech","message":"m1","action":"forged","value":"x"}`)
	if r.Message.Text != "pressed forged=x" {
		t.Errorf("forged token: %q", r.Message.Text)
	}
}

func TestPressValue(t *testing.T) {
	d := newDesk(t, "")
	d.post("/api/say", `{"as":"srm","in":"desk","text":"/ticket 42"}`)
	for body, want := range map[string]string{
		`{"as":"tech","message":"m1","action":"note"}`:                      "pressed note=internal",
		`{"as":"tech","message":"m1","action":"note","value":""}`:           "pressed note=",
		`{"as":"tech","message":"m1","action":"move","value":"in_testing"}`: "pressed move=in_testing",
	} {
		if r := d.post("/api/press", body); r.Message.Text != want {
			t.Errorf("%s: %q, want %q", body, r.Message.Text, want)
		}
	}
	if code, text := d.do("POST", "/api/press", `{"as":"tech","message":"m1","action":"move"}`); code != http.StatusBadRequest || !strings.Contains(text, "value") {
		t.Errorf("menu without value: %d %s", code, text)
	}
}

func TestFormErrorsThenDone(t *testing.T) {
	d := newDesk(t, "")
	d.post("/api/say", `{"as":"intake","in":"desk","text":"/ticket"}`)
	f := d.post("/api/press", `{"as":"intake","message":"m1","action":"new"}`).Form
	r := d.post("/api/submit", `{"as":"intake","form":"f1","values":{}}`)
	if diff := cmp.Diff(map[string]string{"summary": "Please fill this in."}, r.Errors); diff != "" {
		t.Error(diff)
	}
	r = d.post("/api/submit", `{"as":"intake","form":"f1","values":{"summary":"`+strings.Repeat("x", 41)+`"}}`)
	if diff := cmp.Diff(map[string]string{"summary": "At most 40 characters, please."}, r.Errors); diff != "" {
		t.Error(diff)
	}
	r = d.post("/api/submit", `{"as":"intake","form":"f1","values":{"summary":"bad"}}`)
	if diff := cmp.Diff(map[string]string{"summary": "Say what is broken, please."}, r.Errors); diff != "" {
		t.Error(diff)
	}
	r = d.post("/api/submit", `{"as":"intake","form":"`+f.ID+`","values":{"summary":"Printer","hours":1.5,"contact":null}}`)
	if r.Message == nil || r.Message.Text != "T-43 Printer" {
		t.Fatalf("submitted: %+v", r)
	}
	heard := d.hears()
	last, before := heard[len(heard)-1], heard[len(heard)-2]
	want := map[string]string{"client": "Acme Dental", "summary": "Printer", "hours": "1.5", "contact": ""}
	if diff := cmp.Diff(want, last.Values); diff != "" {
		t.Error(diff)
	}
	if last.Token != "new:1" || last.Message.ID != "m1" || last.Key != before.Key || !strings.HasPrefix(last.Key, "submit:") {
		t.Errorf("heard %+v after %+v", last, before)
	}
	// The same again gets the first answer; other contents are refused.
	again := d.post("/api/submit", `{"as":"intake","form":"f1","values":{"contact":null,"hours":1.5,"summary":"Printer"}}`)
	if diff := cmp.Diff(r, again); diff != "" || len(d.hears()) != len(heard) {
		t.Errorf("submitted again: %s", diff)
	}
	if code, _ := d.do("POST", "/api/submit", `{"as":"intake","form":"f1","values":{"summary":"Other"}}`); code != http.StatusConflict {
		t.Errorf("an answered form with other contents: %d, want 409", code)
	}
}

func TestTalkAndDirectMessages(t *testing.T) {
	d := newDesk(t, "")
	r := d.post("/api/say", `{"as":"tech","in":"desk","text":"good morning"}`)
	if r.Message.From != "tech" || r.Message.To != "" || len(d.hears()) != 0 {
		t.Errorf("talk %+v, heard %v", r.Message, d.hears())
	}
	r = d.post("/api/say", `{"as":"srm","in":"desk","thread":"m1","text":"morning"}`)
	if r.Message.Thread != "m1" {
		t.Errorf("in the thread: %+v", r.Message)
	}
	r = d.post("/api/say", `{"as":"srm","in":"desk","thread":"m2","text":"/ticket 42"}`)
	if r.Message.Thread != "m1" || d.hears()[0].Place.Thread != "m1" {
		t.Errorf("a thread has one level: %+v", r.Message)
	}
	r = d.post("/api/say", `{"as":"tech","in":"dm-tech","text":"mine"}`)
	if r.Message.Card == nil || ids(d.messages("tech", "dm-tech")) != "m4 m5" {
		t.Errorf("said directly: %+v, %s", r.Message, ids(d.messages("tech", "dm-tech")))
	}
	if got := d.hears()[1].Place; got != (chat.Place{Channel: "dm-tech", User: "tech"}) {
		t.Errorf("direct place %+v", got)
	}
	if _, got := d.do("GET", "/api/messages?as=srm&in=desk&after=m1", ""); ids(decode[[]wireMessage](t, got)) != "m2 m3" {
		t.Errorf("after m1: %s", got)
	}
	if _, got := d.do("GET", "/api/messages?as=srm&in=desk&last=1", ""); ids(decode[[]wireMessage](t, got)) != "m3" {
		t.Errorf("last=1: %s", got)
	}
}

func TestAfterRunsBeforeTheAnswer(t *testing.T) {
	d := newDesk(t, "")
	d.after = func(ctx context.Context) {
		if _, err := d.Post(ctx, chat.Place{User: "srm"}, chat.Message{Text: chat.Say("New: T-43")}, "prompt/43", time.Time{}); err != nil {
			t.Error(err)
		}
	}
	d.post("/api/say", `{"as":"tech","in":"desk","text":"/ticket 42"}`)
	if got := ids(d.messages("srm", "dm-srm")); got != "m2" {
		t.Errorf("the prompt is not there when the answer is: %q", got)
	}
}

func TestEditNeverChangesWhoSees(t *testing.T) {
	d := newDesk(t, "")
	private := chat.Reply{Message: &chat.Message{Private: true, Text: chat.Say("only you")}, Edit: true}
	public := chat.Reply{Message: &chat.Message{Text: chat.Say("all")}, Edit: true}
	var reply chat.Reply
	d.SetHandler(func(context.Context, chat.Interaction) chat.Reply { return reply })
	reply = public
	d.post("/api/say", `{"as":"tech","in":"desk","text":"/a"}`) // m1, for all
	reply = private
	if r := d.post("/api/press", `{"as":"tech","message":"m1","action":"x"}`); r.Message.ID != "m2" || r.Message.To != "tech" {
		t.Errorf("a private edit of a shared message: %+v", r.Message)
	}
	reply = public
	if r := d.post("/api/press", `{"as":"tech","message":"m2","action":"x"}`); r.Message.ID != "m2" || r.Message.To != "tech" {
		t.Errorf("a public edit of a private message: %+v", r.Message)
	}
}
