package bot

import (
	"errors"
	"slices"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
)

// fill draws a form again after a choice: what depends on it is narrowed, all
// else stands as it did.
func (t *turn) fill() chat.Reply {
	i, err := t.parseToken(t.in.Token)
	if err == nil && (i.Verb == "" || len(t.in.Fields) > chat.MaxFields || slices.Contains(t.in.Fields, "")) {
		err = &wrong{Text: "That form is from another time or place. Open it again."}
	}
	if err != nil {
		return t.no(err, i)
	}
	form := t.again(i)
	form.Token = t.in.Token
	for k, f := range form.Fields {
		if v, ok := t.in.Values[f.Name]; ok {
			f.Value = v
		}
		form.Fields[k] = t.narrowed(f)
	}
	return chat.Reply{Form: form}
}

// again is the form as it is drawn, for the fields that it had.
func (t *turn) again(i intent) *chat.Form {
	if i.Verb == vSetup {
		return t.setupForm()
	}
	why := ""
	if n := t.lead(i); n != nil && !(i.Verb == desk.VSet && !slices.Contains(t.in.Fields, "value")) {
		why = n.Why
	}
	for k, v := range t.in.Values {
		i = i.with(k, v)
	}
	return t.form(i, t.in.Fields, why)
}

// narrowed leaves the options that go with what was chosen before them, and
// drops a value that is none of those any more.
func (t *turn) narrowed(f chat.Field) chat.Field {
	of := t.in.Values[f.DependsOn]
	if f.DependsOn == "" || of == "" {
		return f
	}
	f.Options = slices.DeleteFunc(slices.Clone(f.Options), func(o chat.Option) bool { return o.Of != "" && o.Of != of })
	if typ := t.in.Values["type"]; f.Name == "item" && typ != "" { // two types may have a subtype of one name
		f.Options = slices.DeleteFunc(f.Options, func(o chat.Option) bool {
			return !t.p.ValidCategory(desk.Category{Type: typ, Subtype: of, Item: o.Value})
		})
	}
	if !slices.ContainsFunc(f.Options, func(o chat.Option) bool { return o.Value == f.Value }) {
		f.Value = ""
	}
	return f
}

// lead is what the intent's command would ask for, decided without the facts
// that only the store knows; nil if it would ask for nothing. It changes
// nothing.
func (t *turn) lead(i intent) *desk.Needs {
	if i.Verb == desk.VHand {
		return &desk.Needs{Why: handWhat, Fields: []string{"text"}}
	}
	i.Form = false
	a := &arguments{turn: t, i: i, looking: true}
	if i.Ticket != 0 {
		tk, err := t.Store.Ticket(t.ctx, i.Ticket)
		if err != nil {
			return nil
		}
		a.tk = tk
	}
	do, ok := a.command()
	if !ok || len(a.errs) > 0 {
		return nil
	}
	_, err := desk.Decide(t.p, a.tk, desk.Request{Ticket: i.Ticket, By: desk.By(t.me.ID), At: t.now, Do: do, Facts: desk.Facts{Number: 1}})
	var n *desk.Needs
	errors.As(err, &n)
	return n
}

// opens is the form that a press on the intent's button would open, asked for n;
// nil if it would open none.
func (t *turn) opens(i intent, n *desk.Needs) *chat.Form {
	if l := t.lead(i); l != nil {
		n = l
	}
	fields, _ := expand(n)
	if len(n.Which) > 0 || len(fields) == 0 {
		return nil
	}
	return t.ask(n, i, fields).Form
}

// chosenClient is the client that the form or the command names, else the
// ticket's.
func (t *turn) chosenClient(tk desk.Ticket, i intent) desk.ClientID {
	if word := i.arg("client"); word != "" {
		if c, err := t.client(word); err == nil {
			return c
		}
	}
	return tk.Client
}
