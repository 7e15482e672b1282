package slacktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"
)

// surface is where blocks stand.
type surface string

const (
	inMessage surface = "message"
	inModal   surface = "modal"
	inHome    surface = "home"
)

var blockTypes = []string{"actions", "alert", "card", "carousel", "container", "context", "context_actions", "data_table", "divider", "header", "image", "input", "markdown", "rich_text", "section", "table", "video"}

// element is something that can be pressed or filled in.
type element struct {
	BlockID, ActionID, Type string
	Optional                bool // of an input
	Input                   bool
	Dispatch                bool // an input that tells of each change
	raw                     map[string]any
}

// readBlocks checks blocks for a surface and gives each its ids, as Slack does.
func (s *Server) readBlocks(raw string, at surface) (json.RawMessage, *slackError) {
	var blocks []map[string]any
	if err := json.Unmarshal([]byte(raw), &blocks); err != nil {
		return nil, &slackError{"invalid_blocks_format", nil}
	}
	if len(blocks) == 0 {
		return nil, nil
	}
	errs := checkBlocks(blocks, at)
	if at == inMessage {
		errs = append(errs, schemaErrors("Message", map[string]any{"blocks": blocks})...)
	}
	if len(errs) > 0 {
		return nil, &slackError{"invalid_blocks", map[string]any{"errors": errs, "response_metadata": map[string]any{"messages": errs}}}
	}
	for _, b := range blocks {
		if str(b, "block_id") == "" {
			b["block_id"] = s.id("b")
		}
		for _, e := range parts(b) {
			if e["action_id"] == nil && elementLimits[str(e, "type")] != nil {
				e["action_id"] = s.id("a")
			}
		}
	}
	out, err := json.Marshal(blocks)
	if err != nil {
		return nil, no("invalid_blocks_format")
	}
	return out, nil
}

// elementsOf lists what can be pressed or filled in, in order.
func elementsOf(raw json.RawMessage) []element {
	var blocks []map[string]any
	if json.Unmarshal(raw, &blocks) != nil {
		return nil
	}
	var all []element
	for _, b := range blocks {
		for _, e := range parts(b) {
			if elementLimits[str(e, "type")] == nil {
				continue
			}
			optional, _ := b["optional"].(bool)
			dispatch, _ := b["dispatch_action"].(bool)
			all = append(all, element{
				BlockID: str(b, "block_id"), ActionID: str(e, "action_id"), Type: str(e, "type"),
				Input: str(b, "type") == "input", Optional: optional, Dispatch: dispatch, raw: e,
			})
		}
	}
	return all
}

// parts are the elements within a block, those of inner blocks too.
func parts(b map[string]any) []map[string]any {
	var all []map[string]any
	one := func(v any) {
		if m, ok := v.(map[string]any); ok {
			all = append(all, m)
		}
	}
	one(b["accessory"])
	one(b["element"])
	for _, list := range []string{"elements", "actions"} {
		for _, e := range items(b[list]) {
			one(e)
		}
	}
	for _, list := range []string{"child_blocks", "blocks"} {
		for _, inner := range items(b[list]) {
			if m, ok := inner.(map[string]any); ok {
				all = append(all, parts(m)...)
			}
		}
	}
	if str(b, "type") == "carousel" {
		for _, card := range items(b["elements"]) {
			if m, ok := card.(map[string]any); ok {
				all = append(all, parts(m)...)
			}
		}
	}
	return all
}

// check collects what is wrong, with where it is.
type check struct{ errs []string }

func (c *check) bad(where, format string, args ...any) {
	c.errs = append(c.errs, fmt.Sprintf(format, args...)+" [json-pointer:"+where+"]")
}

// text checks a text object; most is in characters, plain asks for plain_text.
func (c *check) text(where string, v any, most int, plain bool) {
	o, ok := v.(map[string]any)
	if !ok {
		c.bad(where, "a text object is missing")
		return
	}
	kind := str(o, "type")
	if kind != "plain_text" && (plain || kind != "mrkdwn") {
		c.bad(where, "unsupported type: %s", kind)
	}
	c.length(where+"/text", o["text"], 1, most)
}

func (c *check) length(where string, v any, least, most int) {
	t, ok := v.(string)
	if !ok {
		c.bad(where, "must be a string")
		return
	}
	if n := utf8.RuneCountInString(t); n < least || n > most {
		c.bad(where, "must be %d to %d characters, has %d", least, most, n)
	}
}

// optional is length for what may be left out.
func (c *check) optional(where string, o map[string]any, name string, most int) {
	if v, ok := o[name]; ok {
		c.length(where+"/"+name, v, 0, most)
	}
}

func (c *check) count(where string, list []any, least, most int) {
	if len(list) < least || len(list) > most {
		c.bad(where, "must have %d to %d items, has %d", least, most, len(list))
	}
}

func checkBlocks(blocks []map[string]any, at surface) []string {
	var c check
	most := map[surface]int{inMessage: 50, inModal: 100, inHome: 100}[at]
	if len(blocks) > most {
		c.bad("/blocks", "no more than %d items allowed, has %d", most, len(blocks))
	}
	seen := map[string]bool{}
	markdown, focus := 0, 0
	for i, b := range blocks {
		where := fmt.Sprintf("/blocks/%d", i)
		kind := str(b, "type")
		if !slices.Contains(blockTypes, kind) {
			c.bad(where+"/type", "unsupported block type: %s", kind)
			continue
		}
		if (kind == "input" || kind == "alert") && at != inModal || kind == "markdown" && at != inMessage {
			c.bad(where+"/type", "unsupported block type on this surface: %s", kind)
		}
		c.optional(where, b, "block_id", 255)
		if id := str(b, "block_id"); id != "" {
			if seen[id] {
				c.bad(where+"/block_id", "block_id %q already exists", id)
			}
			seen[id] = true
		}
		c.block(where, b)
		actions := map[string]bool{}
		for j, e := range parts(b) {
			at := fmt.Sprintf("%s/elements/%d", where, j)
			if focused, _ := e["focus_on_load"].(bool); focused {
				focus++
			}
			c.element(at, e)
			if id := str(e, "action_id"); id != "" {
				if actions[id] {
					c.bad(at+"/action_id", "action_id %q already exists in the block", id)
				}
				actions[id] = true
			}
		}
		if kind == "markdown" {
			markdown += utf8.RuneCountInString(str(b, "text"))
		}
	}
	if markdown > 12000 {
		c.bad("/blocks", "markdown blocks have %d characters together, more than 12000", markdown)
	}
	if focus > 1 {
		c.bad("/blocks", "focus_on_load is set on %d elements", focus)
	}
	return c.errs
}

func str(o map[string]any, name string) string {
	v, _ := o[name].(string)
	return v
}

func items(v any) []any {
	l, _ := v.([]any)
	return l
}

func obj(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}
