package slack

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"deskbell.dev/deskbell/internal/chat"
)

// What a view is, as its callback_id.
const (
	viewForm   = "form"
	viewCard   = "card" // a message in a window
	viewWait   = "wait" // the answer is still to come
	titleMost  = 24
	inputMost  = 3000
	placeMost  = 150
	viewBlocks = 100
	homeMost   = 240 << 10 // bytes; a view has at most 250 KB
)

// meta is what a modal remembers of where it came from: it outlives a restart.
type meta struct {
	Token     string `json:"t,omitempty"`
	Channel   string `json:"c,omitempty"`
	Thread    string `json:"th,omitempty"`
	Message   string `json:"m,omitempty"`
	Ephemeral bool   `json:"e,omitempty"` // Message is one
	Respond   string `json:"r,omitempty"` // response_url of the press that opened it
	Window    bool   `json:"w,omitempty"` // opened from a window or the home view
}

func (m meta) text() string {
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // plain fields only
	}
	return string(b)
}

// modal is a window with a title; a title that is too long stands whole above.
func modal(kind, title string, m meta, blocks []slack.Block) slack.ModalViewRequest {
	if short := chat.Cut(title, titleMost); short != title {
		blocks = append([]slack.Block{slack.NewRichTextBlock("", slack.NewRichTextSection(literal(title, &slack.RichTextSectionTextStyle{Bold: true})))}, blocks...)
		title = first(title, titleMost-1) + "…"
	}
	if len(blocks) > viewBlocks {
		blocks = blocks[:viewBlocks]
	}
	return slack.ModalViewRequest{Type: slack.VTModal, CallbackID: kind, Title: plain(title, titleMost), Close: plain("Close", titleMost),
		PrivateMetadata: m.text(), Blocks: slack.Blocks{BlockSet: blocks}}
}

// form is f as a modal. The input's action_id is the field's name; block_id too,
// with a mark of what it depends on, so that other options begin anew and
// everything else that was typed stays.
func (p *Platform) form(f *chat.Form, m meta) slack.ModalViewRequest {
	m.Token = f.Token
	var blocks []slack.Block
	for _, x := range f.Fields {
		blocks = append(blocks, input(f, x))
	}
	v := modal(viewForm, f.Title, m, blocks)
	v.Submit, v.Close = plain("Submit", titleMost), plain("Cancel", titleMost)
	return v
}

func input(f *chat.Form, x chat.Field) *slack.InputBlock {
	id := x.Name
	if x.DependsOn != "" {
		id = fmt.Sprintf("%s@%08x", x.Name, crc32.ChecksumIEEE([]byte(value(f, x.DependsOn))))
	}
	var hint *slack.TextBlockObject
	if x.Hint != "" {
		hint = plain(x.Hint, 2000)
	}
	in := slack.NewInputBlock(id, plain(x.Label, 2000), hint, element(f, x))
	in.Optional = !x.Required
	in.DispatchAction = slices.ContainsFunc(f.Fields, func(o chat.Field) bool { return o.DependsOn == x.Name })
	return in
}

func value(f *chat.Form, name string) string {
	for _, x := range f.Fields {
		if x.Name == name {
			return x.Value
		}
	}
	return ""
}

func element(f *chat.Form, x chat.Field) slack.BlockElement {
	switch x.Kind {
	case chat.Choice:
		return choice(f, x)
	case chat.Number:
		e := slack.NewNumberInputBlockElement(nil, x.Name, true)
		if _, err := strconv.ParseFloat(x.Value, 64); err == nil {
			e.WithInitialValue(x.Value)
		}
		return e
	case chat.People:
		e := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeUser, plain("Choose people", placeMost), x.Name)
		e.InitialUsers = mentioned(x.Value, "<@")
		return e
	case chat.Channel:
		e := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, plain("Choose a channel", placeMost), x.Name)
		e.Filter = &slack.SelectBlockElementFilter{Include: []string{"public", "private"}, ExcludeBotUsers: true}
		if ids := mentioned(x.Value, "<#"); len(ids) > 0 {
			e.InitialConversation = ids[0]
		}
		return e
	}
	e := slack.NewPlainTextInputBlockElement(nil, x.Name)
	e.Multiline = x.Kind == chat.Lines
	if e.MaxLength = x.Max; x.Max <= 0 || x.Max > inputMost {
		e.MaxLength = inputMost
	}
	old := clean(x.Value)
	if !e.Multiline {
		old = strings.Join(strings.Fields(old), " ")
	}
	return e.WithInitialValue(first(chat.Cut(old, e.MaxLength), e.MaxLength))
}

// choice is a menu of the options that fit what the field depends on; one that
// is searched, or too long for a menu, asks for its options while one types.
func choice(f *chat.Form, x chat.Field) *slack.SelectBlockElement {
	of := value(f, x.DependsOn)
	os := options(slices.DeleteFunc(slices.Clone(x.Options), func(o chat.Option) bool { return o.Of != "" && of != "" && o.Of != of }))
	var initial *slack.OptionBlockObject
	for _, o := range os {
		if x.Value != "" && o.Value == option(chat.Option{Value: x.Value}).Value {
			initial = o
		}
	}
	if len(os) == 0 || len(os) > p100 {
		e := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plain("Type to search", placeMost), x.Name)
		none := 0
		e.MinQueryLength = &none
		if x.Value != "" {
			e.InitialOption = option(chat.Option{Value: x.Value})
		}
		return e
	}
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("Choose", placeMost), x.Name, os...)
	e.InitialOption = initial
	return e
}

const p100 = 100 // options of a menu

// idMade is what ids of Slack's look like.
var idMade = regexp.MustCompile(`^[A-Z0-9]+$`)

// mentioned are the ids in "<@U1> <@U2|ann>", or "<#C1>".
func mentioned(s, lead string) []string {
	var ids []string
	for _, w := range strings.Fields(s) {
		if id, ok := strings.CutPrefix(w, lead); ok {
			id, _, _ = strings.Cut(strings.TrimSuffix(id, ">"), "|")
			if !idMade.MatchString(id) {
				continue
			}
			ids = append(ids, id)
		}
	}
	return ids
}

// window is m as a modal, for answers where there is no message to answer under.
func (p *Platform) window(m chat.Message, at meta) slack.ModalViewRequest {
	m.Private = true
	blocks, _ := p.body(m, "")
	at.Window = true
	if len(blocks) == 0 { // a window has something in it
		blocks = []slack.Block{slack.NewRichTextBlock("", slack.NewRichTextSection(literal("–", nil)))}
	}
	return modal(viewCard, "Deskbell", at, blocks)
}

// waiting is the window that says that the answer is still to come.
func (p *Platform) waiting(at meta) slack.ModalViewRequest {
	v := p.window(chat.Message{Text: chat.Say(chat.NotYet)}, at)
	v.CallbackID = viewWait
	return v
}

// home is a person's own page; what it cannot hold is said to be left out.
func (p *Platform) home(cards []chat.Card) slack.HomeTabViewRequest {
	v := slack.HomeTabViewRequest{Type: slack.VTHomeTab, CallbackID: "home"}
	size := 0
	for n, c := range cards {
		blocks, _ := p.body(chat.Message{Card: &c, Private: true}, "")
		if n > 0 {
			blocks = append([]slack.Block{slack.NewDividerBlock()}, blocks...)
		}
		b, err := json.Marshal(blocks)
		if size += len(b); err != nil || size > homeMost || len(v.Blocks.BlockSet)+len(blocks) > viewBlocks-1 {
			v.Blocks.BlockSet = append(v.Blocks.BlockSet, slack.NewRichTextBlock("", slack.NewRichTextSection(literal("… (cut)", nil))))
			break
		}
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, blocks...)
	}
	return v
}
