package slacktest

import (
	"fmt"
	"reflect"
	"slices"
)

// block checks one block's own limits; its elements come after it.
func (c *check) block(where string, b map[string]any) {
	switch str(b, "type") {
	case "section":
		fields, hasFields := b["fields"]
		if text, ok := b["text"]; ok {
			c.text(where+"/text", text, 3000, false)
		} else if !hasFields {
			c.bad(where, "a section needs text or fields")
		}
		if hasFields {
			c.count(where+"/fields", items(fields), 1, 10)
			for i, f := range items(fields) {
				c.text(fmt.Sprintf("%s/fields/%d", where, i), f, 2000, false)
			}
		}
	case "header":
		c.text(where+"/text", b["text"], 150, true)
	case "markdown":
		c.length(where+"/text", b["text"], 1, 12000)
	case "alert":
		c.text(where+"/text", b["text"], 3000, false)
	case "image":
		c.length(where+"/alt_text", b["alt_text"], 1, 2000)
		c.optional(where, b, "image_url", 3000)
		if b["image_url"] == nil && b["slack_file"] == nil {
			c.bad(where, "an image needs image_url or slack_file")
		}
		if title, ok := b["title"]; ok {
			c.text(where+"/title", title, 2000, true)
		}
	case "context":
		c.count(where+"/elements", items(b["elements"]), 1, 10)
		for i, e := range items(b["elements"]) {
			at := fmt.Sprintf("%s/elements/%d", where, i)
			if str(obj(e), "type") == "image" {
				c.length(at+"/alt_text", obj(e)["alt_text"], 1, 2000)
				continue
			}
			c.text(at, e, 3000, false)
		}
	case "actions":
		c.count(where+"/elements", items(b["elements"]), 1, 25)
		for i, e := range items(b["elements"]) {
			kind := str(obj(e), "type")
			if elementLimits[kind] == nil || has(onlyInInput, kind) {
				c.bad(fmt.Sprintf("%s/elements/%d", where, i), "unsupported element in actions: %s", kind)
			}
		}
	case "input":
		c.text(where+"/label", b["label"], 2000, true)
		if hint, ok := b["hint"]; ok {
			c.text(where+"/hint", hint, 2000, true)
		}
		kind := str(obj(b["element"]), "type")
		if elementLimits[kind] == nil || kind == "button" || kind == "overflow" {
			c.bad(where+"/element", "unsupported element in input: %s", kind)
		}
	case "table":
		rows := items(b["rows"])
		c.count(where+"/rows", rows, 1, 100)
		for i, r := range rows {
			c.count(fmt.Sprintf("%s/rows/%d", where, i), items(r), 1, 20)
		}
	case "rich_text":
		c.count(where+"/elements", items(b["elements"]), 1, 1000)
	case "container":
		c.count(where+"/child_blocks", items(b["child_blocks"]), 1, 10)
	case "carousel":
		c.count(where+"/elements", items(b["elements"]), 1, 10)
	}
}

var onlyInInput = []string{"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input", "file_input"}

// elementLimits check each kind of element beside what all have.
var elementLimits = map[string]func(*check, string, map[string]any){
	"button": func(c *check, where string, e map[string]any) {
		c.text(where+"/text", e["text"], 75, true)
		c.optional(where, e, "value", 2000)
		c.optional(where, e, "url", 3000)
		c.optional(where, e, "accessibility_label", 75)
		if style, ok := e["style"]; ok && style != "primary" && style != "danger" {
			c.bad(where+"/style", "must be primary or danger")
		}
	},
	"overflow":            func(c *check, where string, e map[string]any) { c.options(where, e, 5) },
	"static_select":       func(c *check, where string, e map[string]any) { c.options(where, e, 100) },
	"multi_static_select": func(c *check, where string, e map[string]any) { c.options(where, e, 100) },
	"radio_buttons":       func(c *check, where string, e map[string]any) { c.options(where, e, 10) },
	"checkboxes":          func(c *check, where string, e map[string]any) { c.options(where, e, 10) },
	"plain_text_input": func(c *check, where string, e map[string]any) {
		most := number(e, "max_length", 3000)
		if most < 1 || most > 3000 {
			c.bad(where+"/max_length", "must be 1 to 3000")
		}
		if least := number(e, "min_length", 0); least < 0 || least > most {
			c.bad(where+"/min_length", "must be 0 to max_length")
		}
		c.optional(where, e, "initial_value", most)
	},
	"number_input": func(c *check, where string, e map[string]any) {
		if _, ok := e["is_decimal_allowed"].(bool); !ok {
			c.bad(where, "is_decimal_allowed is missing")
		}
	},
	"external_select": anything, "multi_external_select": anything, "users_select": anything, "multi_users_select": anything,
	"conversations_select": anything, "multi_conversations_select": anything, "channels_select": anything, "multi_channels_select": anything,
	"datepicker": anything, "timepicker": anything, "datetimepicker": anything, "email_text_input": anything, "url_text_input": anything,
	"rich_text_input": anything, "file_input": anything, "workflow_button": anything, "icon_button": anything, "feedback_buttons": anything,
}

func anything(*check, string, map[string]any) {}

// element checks what all elements have in common, then the kind's own limits.
func (c *check) element(where string, e map[string]any) {
	own := elementLimits[str(e, "type")]
	if own == nil {
		return // an image or a text, seen with its block
	}
	c.optional(where, e, "action_id", 255)
	if p, ok := e["placeholder"]; ok {
		c.text(where+"/placeholder", p, 150, true)
	}
	if v, ok := e["confirm"]; ok {
		o := obj(v)
		c.text(where+"/confirm/title", o["title"], 100, true)
		c.text(where+"/confirm/text", o["text"], 300, false)
		c.text(where+"/confirm/confirm", o["confirm"], 30, true)
		c.text(where+"/confirm/deny", o["deny"], 30, true)
	}
	own(c, where, e)
}

// options checks lists of choices, grouped or not, and that what is chosen
// already is one of them.
func (c *check) options(where string, e map[string]any, most int) {
	if groups, ok := e["option_groups"]; ok {
		c.count(where+"/option_groups", items(groups), 1, 100)
		for i, g := range items(groups) {
			at := fmt.Sprintf("%s/option_groups/%d", where, i)
			c.text(at+"/label", obj(g)["label"], 75, true)
			c.count(at+"/options", items(obj(g)["options"]), 1, most)
		}
	} else {
		c.count(where+"/options", items(e["options"]), 1, most)
	}
	all := optionsOf(e)
	for i, o := range all {
		c.option(fmt.Sprintf("%s/options/%d", where, i), o)
	}
	chosen := items(e["initial_options"])
	if one, ok := e["initial_option"]; ok {
		chosen = append(slices.Clone(chosen), one)
	}
	for _, one := range chosen {
		if !slices.ContainsFunc(all, func(o map[string]any) bool { return reflect.DeepEqual(o, one) }) {
			c.bad(where+"/initial_option", "must match one of the options exactly")
		}
	}
}

func (c *check) option(where string, o map[string]any) {
	c.text(where+"/text", o["text"], 75, false)
	c.length(where+"/value", o["value"], 1, 75)
	if d, ok := o["description"]; ok {
		c.text(where+"/description", d, 75, false)
	}
}

// optionsOf are the choices of a menu, grouped or not.
func optionsOf(e map[string]any) []map[string]any {
	var all []map[string]any
	for _, o := range items(e["options"]) {
		all = append(all, obj(o))
	}
	for _, g := range items(e["option_groups"]) {
		for _, o := range items(obj(g)["options"]) {
			all = append(all, obj(o))
		}
	}
	return all
}

func number(o map[string]any, name string, otherwise int) int {
	if n, ok := o[name].(float64); ok {
		return int(n)
	}
	return otherwise
}
