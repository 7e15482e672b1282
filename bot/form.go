package bot

import (
	"slices"
	"strings"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// expand turns the rules' names of what is missing into form fields; matters
// are those of rule 4 that no field settles: an open question, an estimate.
func expand(n *desk.Needs) (fields, matters []string) {
	for _, m := range n.Fields {
		switch {
		case m == "category":
			fields = append(fields, "type", "subtype", "item")
		case n.Rule == desk.DefinitionOfReady && (m == "question" || m == "estimate"):
			matters = append(matters, m)
		default:
			fields = append(fields, m)
		}
	}
	return fields, matters
}

func labels(fields []string) []string {
	var out []string
	for _, f := range fields {
		out = append(out, strings.ToLower(fieldLabel(f)))
	}
	return out
}

var fieldLabels = map[string]string{
	"came_by": "Came by", "how": "How", "of": "Duplicate of", "when": "When", "minutes": "Minutes", "hours": "Hours",
	"member": "To", "value": "New value",
}

func fieldLabel(f string) string {
	if l, ok := fieldLabels[f]; ok {
		return l
	}
	return strings.ToUpper(f[:1]) + strings.ReplaceAll(f[1:], "_", " ")
}

// ask opens the form for what is missing. What the command already gave is not
// asked again; at most five fields, the category's three never split.
func (t *turn) ask(n *desk.Needs, i intent, fields []string) chat.Reply {
	if i.Verb == desk.VNew || i.Verb == desk.VRealTime && i.Ticket == 0 {
		fields = []string{"client", "contact", "came_by", "summary", "description"}
		if i.arg("kind") == string(desk.Internal) {
			fields = []string{"summary", "description"}
		}
	}
	if i.Verb == desk.VSet && len(fields) == 1 { // set is one field and its value
		i = i.with("field", fields[0])
		if fields[0] != "value" {
			return t.askValue(i, fields[0])
		}
	}
	fields = firstFive(notGiven(fields, i))
	form := t.form(i, fields, n.Why)
	kept := i
	kept.Args = map[string]string{}
	for k, v := range i.Args {
		// A press on the form's token asks these anew, with the same words in it.
		if again := i.Verb == desk.VHand || i.Verb == vAddTo; again || !slices.Contains(fields, k) {
			kept.Args[k] = v
		}
	}
	form.Token = t.token(kept)
	return chat.Reply{Form: form}
}

// askValue is the form of `set 42 FIELD`: that one field.
func (t *turn) askValue(i intent, name string) chat.Reply {
	form := t.form(i, []string{name}, "")
	form.Token = t.token(intent{Verb: i.Verb, Ticket: i.Ticket, Version: i.Version, Place: i.Place, Args: map[string]string{"field": name}})
	return chat.Reply{Form: form}
}

// form draws the fields, all but the token; why stands above the first. The
// first drawing and each that follows a choice (fill) are this one.
func (t *turn) form(i intent, fields []string, why string) *chat.Form {
	var tk desk.Ticket
	if i.Ticket != 0 {
		tk, _ = t.Store.Ticket(t.ctx, i.Ticket) // a form without it asks all the same
	}
	form := &chat.Form{Title: t.formTitle(i, tk)}
	for k, f := range fields {
		field := t.field(f, tk, i)
		if k == 0 && field.Hint == "" && why != "" {
			field.Hint = why
		}
		field.Required = !optional(i.Verb, f) && !(i.Verb == desk.VClarify && len(fields) > 1)
		form.Fields = append(form.Fields, field)
	}
	return form
}

// notGiven leaves out what the command or an earlier form gave, unless that is
// all of it: then it could not be used, and is asked anew with what was typed.
func notGiven(fields []string, i intent) []string {
	if i.Verb == desk.VNew || i.Verb == desk.VRealTime || i.Verb == desk.VHand || i.Verb == vAddTo {
		return fields
	}
	given := func(f string) bool { return strings.TrimSpace(i.arg(f)) != "" }
	triple := given("type") && given("subtype") && given("item")
	left := slices.DeleteFunc(slices.Clone(fields), func(f string) bool {
		if f == "type" || f == "subtype" || f == "item" {
			return triple
		}
		return given(f)
	})
	if len(left) == 0 {
		return fields
	}
	return left
}

func firstFive(fields []string) []string {
	var out []string
	for k := 0; k < len(fields); {
		n := 1
		if fields[k] == "type" {
			n = min(3, len(fields)-k)
		}
		if len(out)+n > chat.MaxFields {
			break
		}
		out = append(out, fields[k:k+n]...)
		k += n
	}
	return out
}

func optional(v desk.Verb, f string) bool {
	switch v {
	case desk.VNew, desk.VRealTime:
		return f != "client" && f != "summary"
	case desk.VCategorize:
		return f == "kind"
	case desk.VTime, desk.VEstimate:
		return f == "text" || f == "hours"
	case desk.VAssign:
		return f == "note"
	}
	return false
}

func (t *turn) formTitle(i intent, tk desk.Ticket) string {
	verb := typed(i.Verb)
	title := strings.ToUpper(verb[:1]) + verb[1:]
	switch {
	case i.Verb == desk.VNew && i.arg("kind") == string(desk.Internal):
		title = "New internal ticket"
	case i.Verb == desk.VNew:
		title = "New ticket"
	case i.Verb == desk.VMove && i.arg("status") != "":
		title = "To " + t.p.Workflow.Name(desk.StatusKey(i.arg("status")))
	case i.Verb == desk.VHand:
		title = "Hand to intake"
	case i.Verb == desk.VClarify:
		title = "Clarify"
	case i.Verb == vAttach:
		title = "Attach " + i.arg("request")
	}
	if tk.Number != 0 {
		title += " " + tk.Number.String()
	}
	return chat.Cut(title, 45)
}

// field is one question, with its choices and what is known already.
func (t *turn) field(name string, tk desk.Ticket, i intent) chat.Field {
	f := chat.Field{Name: name, Label: fieldLabel(name), Kind: chat.Line, Max: desk.MaxText, Value: i.arg(name)}
	client := t.chosenClient(tk, i)
	choice := func(opts []chat.Option) {
		f.Kind, f.Options = chat.Choice, opts
	}
	switch name {
	case "client":
		choice(options(t.clients()))
	case "contact":
		f.Hint = "Name or e-mail. A new one is added to the client."
		if cs := t.p.Clients[client].Contacts; len(cs) > 0 {
			var ns []string
			for _, c := range cs {
				ns = append(ns, string(c.Name))
			}
			f.Hint = "One of " + strings.Join(ns, ", ") + "; or a new name or e-mail."
		}
	case "agreement":
		choice(words(t.p.Clients[client].Agreements))
	case "came_by":
		choice(words(desk.CameBy))
	case "how":
		choice(words(desk.How))
	case "summary":
		f.Max = desk.MaxSummary
	case "description":
		f.Kind, f.Max, f.Hint = chat.Lines, desk.MaxDescription, t.checklist(tk)
	case "type", "subtype", "item":
		choice(t.categoryOptions(name))
		f.DependsOn = map[string]string{"subtype": "type", "item": "subtype"}[name]
		if f.Value == "" {
			f.Value = map[string]string{"type": tk.Category.Type, "subtype": tk.Category.Subtype, "item": tk.Category.Item}[name]
		}
	case "kind":
		kinds := desk.Kinds
		if tk.Number != 0 && tk.Kind != desk.Internal {
			kinds = kinds[:2]
		}
		choice(words(kinds))
		if f.Value == "" {
			f.Value = string(tk.Kind)
		}
	case "severity", "impact":
		choice(words(desk.Levels))
	case "priority":
		choice(options(t.priorities()))
	case "rank":
		choice(words([]string{"top", "up", "down"}))
	case "status":
		var opts []chat.Option
		for _, tr := range t.p.Workflow.Rows(tk.Status, tk.Kind) {
			o := chat.Option{Value: string(tr.To), Label: t.p.Workflow.Name(tr.To)}
			if !slices.Contains(opts, o) && tr.Verb != desk.VAnswer {
				opts = append(opts, o)
			}
		}
		choice(opts)
	case "field":
		choice(words([]string{"client", "contact", "agreement", "kind", "severity", "impact", "summary", "description"}))
	case "member":
		choice(nil)
		for _, m := range t.technicians() {
			f.Options = append(f.Options, chat.Option{Value: t.p.Handle(m.value), Label: m.name})
		}
	case "ticket":
		choice(nil)
		f.Hint = "Its number, or words of it."
	case "hours", "minutes":
		f.Kind = chat.Number
	case "question":
		f.Kind, f.Hint = chat.Lines, t.checklist(tk)
	case "reason", "note", "text":
		f.Kind = chat.Lines
	case "when":
		f.Hint = "2h, tomorrow 14:00, Monday, or 2026-03-09 14:00 (desk time)"
	}
	return f
}

// checklist is what must be known of a ticket of this type.
func (t *turn) checklist(tk desk.Ticket) string {
	list, ok := t.p.Checklist[tk.Category.Type]
	if !ok || len(list) == 0 {
		list = []string{"What happened?", "Since when?", "How many people?", "Which device?"}
	}
	return strings.Join(list, " ")
}

// categoryOptions are the valid choices of one level, each under what must be
// chosen before it.
func (t *turn) categoryOptions(level string) []chat.Option {
	var opts []chat.Option
	for _, c := range t.p.Categories {
		o := map[string]chat.Option{"type": {Value: c.Type, Label: c.Type}, "subtype": {Value: c.Subtype, Label: c.Subtype, Of: c.Type},
			"item": {Value: c.Item, Label: c.Item, Of: c.Subtype}}[level]
		if !slices.Contains(opts, o) {
			opts = append(opts, o)
		}
	}
	return opts
}

func words[S ~string](ws []S) []chat.Option {
	var opts []chat.Option
	for _, w := range ws {
		opts = append(opts, chat.Option{Value: string(w), Label: string(w)})
	}
	return opts
}

func options[T any](things []thing[T]) []chat.Option {
	var opts []chat.Option
	for _, th := range things {
		v := th.name
		if th.also != "" {
			v = th.also
		}
		opts = append(opts, chat.Option{Value: v, Label: th.name})
	}
	return opts
}
