package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"deskbell.dev/deskbell/internal/chat"
)

// values are a form's answers by field name. Numbers and booleans are taken as
// they are written, since scripts do not quote them.
type values map[string]string

// UnmarshalJSON refuses lists and objects as answers.
func (v *values) UnmarshalJSON(b []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return errors.New("values must be an object of answers by field name")
	}
	if raw == nil {
		return nil
	}
	*v = values{}
	for name, r := range raw {
		var text string
		switch {
		case r[0] == '"':
			if err := json.Unmarshal(r, &text); err != nil {
				return err
			}
		case r[0] == '{' || r[0] == '[':
			return fmt.Errorf("the answer %q must be a string", name)
		case string(r) != "null":
			text = string(r)
		}
		(*v)[name] = text
	}
	return nil
}

// filled is what the person leaves behind in f: their answers, and what stood
// in the fields that they did not touch.
func filled(f chat.Form, answers values) map[string]string {
	all := map[string]string{}
	for _, x := range f.Fields {
		if x.Value != "" {
			all[x.Name] = x.Value
		}
	}
	for name, text := range answers {
		all[name] = text
	}
	return all
}

// lacking are the errors that a vendor's own form would not let through, by
// field name; nil if there are none.
func lacking(f chat.Form, answers map[string]string) map[string]string {
	var errs map[string]string
	note := func(name, text string) {
		if errs == nil {
			errs = map[string]string{}
		}
		errs[name] = text
	}
	for _, x := range f.Fields {
		text := answers[x.Name]
		switch {
		case x.Required && strings.TrimSpace(text) == "":
			note(x.Name, "Please fill this in.")
		case x.Max > 0 && utf8.RuneCountInString(text) > x.Max:
			note(x.Name, fmt.Sprintf("At most %d characters, please.", x.Max))
		}
	}
	return errs
}
