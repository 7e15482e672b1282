package web

import (
	"time"

	"deskbell.dev/deskbell/internal/chat"
)

// The shapes of the contract. Every text has its spans beside it when it has
// more than plain words; `spans`, `rev`, `notify`, `of` and `depends_on` are
// additions for the page, and so are pictures.
type (
	wireSpan struct {
		Kind  chat.SpanKind  `json:"kind"`
		Text  string         `json:"text"`
		Ref   string         `json:"ref,omitempty"`
		At    *time.Time     `json:"at,omitempty"`
		Style chat.TimeStyle `json:"style,omitempty"`
	}
	wireOption struct {
		Value string `json:"value"`
		Label string `json:"label"`
		Of    string `json:"of,omitempty"`
	}
	wireAction struct {
		Action  string       `json:"action"`
		Verb    string       `json:"verb"`
		Ticket  int64        `json:"ticket"`
		Label   string       `json:"label"`
		Style   chat.Style   `json:"style"`
		Value   string       `json:"value"`
		Options []wireOption `json:"options,omitempty"`
	}
	wireCardField struct {
		Name  string     `json:"name"`
		Value string     `json:"value"`
		Spans []wireSpan `json:"spans,omitempty"`
	}
	wireRow struct {
		Text    string       `json:"text"`
		Spans   []wireSpan   `json:"spans,omitempty"`
		Actions []wireAction `json:"actions"`
	}
	wireCard struct {
		Title      string          `json:"title"`
		TitleSpans []wireSpan      `json:"title_spans,omitempty"`
		Text       string          `json:"text"`
		Spans      []wireSpan      `json:"spans,omitempty"`
		Fields     []wireCardField `json:"fields"`
		Image      *wireImage      `json:"image,omitempty"`
		Actions    []wireAction    `json:"actions"`
		Rows       []wireRow       `json:"rows"`
	}
	// wireImage is where the message's picture is, and what it tells.
	wireImage struct {
		URL string `json:"url"`
		Alt string `json:"alt"`
	}
	wireMessage struct {
		ID     string     `json:"id"`
		Rev    int64      `json:"rev"`
		At     time.Time  `json:"at"`
		In     string     `json:"in"`
		Thread string     `json:"thread,omitempty"`
		From   string     `json:"from"`
		To     string     `json:"to,omitempty"`
		Text   string     `json:"text"`
		Spans  []wireSpan `json:"spans,omitempty"`
		Card   *wireCard  `json:"card,omitempty"`
		Notify []string   `json:"notify,omitempty"`
	}
	wireField struct {
		Name      string         `json:"name"`
		Label     string         `json:"label"`
		Kind      chat.FieldKind `json:"kind"`
		Required  bool           `json:"required"`
		Options   []wireOption   `json:"options,omitempty"`
		Value     string         `json:"value"`
		Max       int            `json:"max,omitempty"`
		Hint      string         `json:"hint,omitempty"`
		DependsOn string         `json:"depends_on,omitempty"`
	}
	wireForm struct {
		ID     string      `json:"id"`
		Title  string      `json:"title"`
		Fields []wireField `json:"fields"`
	}
	wireRefusal struct {
		Rule string `json:"rule"`
		Text string `json:"text"`
	}
	wireReply struct {
		Message *wireMessage      `json:"message,omitempty"`
		Form    *wireForm         `json:"form,omitempty"`
		Refusal *wireRefusal      `json:"refusal,omitempty"`
		Errors  map[string]string `json:"errors,omitempty"`
	}
	wireMail struct {
		To      string    `json:"to"`
		Subject string    `json:"subject"`
		Text    string    `json:"text"`
		Ticket  int64     `json:"ticket"`
		At      time.Time `json:"at"`
	}
	// wirePerson is for the page: who there is and what waits for them.
	wirePerson struct {
		Handle string         `json:"handle"`
		Name   string         `json:"name"`
		Roles  []string       `json:"roles"`
		Unread map[string]int `json:"unread"` // by place
	}
	wireChannel struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Direct bool   `json:"direct"`
		Unread int    `json:"unread"`
	}
)

func toMessage(m message) *wireMessage {
	text, spans := toText(m.Body.Text)
	card := toCard(m.Body.Card)
	if card != nil && m.Body.Card.Image != nil {
		card.Image = &wireImage{"/api/pictures/" + m.ID, m.Body.Card.Image.Alt}
	}
	return &wireMessage{
		ID: m.ID, Rev: m.Rev, At: m.At, In: m.In, Thread: m.Thread, From: m.From, To: m.To,
		Text: text, Spans: spans, Card: card, Notify: m.Body.Notify,
	}
}

func toCard(c *chat.Card) *wireCard {
	if c == nil {
		return nil
	}
	w := &wireCard{Actions: toActions(c.Actions), Fields: []wireCardField{}, Rows: []wireRow{}}
	w.Title, w.TitleSpans = toText(c.Title)
	w.Text, w.Spans = toText(c.Text)
	for _, f := range c.Fields {
		value, spans := toText(f.Value)
		w.Fields = append(w.Fields, wireCardField{Name: f.Name, Value: value, Spans: spans})
	}
	for _, r := range c.Rows {
		text, spans := toText(r.Text)
		w.Rows = append(w.Rows, wireRow{Text: text, Spans: spans, Actions: toActions(r.Actions)})
	}
	return w
}

func toActions(as []chat.Action) []wireAction {
	out := []wireAction{}
	for _, a := range as {
		out = append(out, wireAction{
			Action: a.Token, Verb: a.Verb, Ticket: a.Ticket, Label: a.Label,
			Style: a.Style, Value: a.Value, Options: toOptions(a.Options),
		})
	}
	return out
}

func toOptions(os []chat.Option) []wireOption {
	var out []wireOption
	for _, o := range os {
		out = append(out, wireOption(o))
	}
	return out
}

func toForm(f form) *wireForm {
	w := &wireForm{ID: f.ID, Title: f.Form.Title, Fields: []wireField{}}
	for _, x := range f.Form.Fields {
		kind := x.Kind
		if kind == chat.People || kind == chat.Channel { // typed here
			kind = chat.Line
		}
		w.Fields = append(w.Fields, wireField{
			Name: x.Name, Label: x.Label, Kind: kind, Required: x.Required, Value: x.Value,
			Options: toOptions(x.Options), Max: x.Max, Hint: x.Hint, DependsOn: x.DependsOn,
		})
	}
	return w
}

// toText is t as one string, times in UTC, and its spans unless all are plain.
func toText(t chat.Text) (string, []wireSpan) {
	var spans []wireSpan
	rich := false
	for _, s := range t {
		w := wireSpan{Kind: s.Kind, Text: s.Text, Ref: s.Ref, Style: s.Style}
		if s.Kind == chat.Time {
			at := s.At.UTC()
			w.At, w.Text = &at, chat.FormatTime(at, s.Style)
		}
		rich = rich || (s.Kind != chat.Plain && s.Kind != "")
		spans = append(spans, w)
	}
	if !rich {
		spans = nil
	}
	return t.Flat(time.UTC), spans
}
