package desk

import (
	"fmt"
	"slices"
)

// fill sets what a form added on the way; each field by whoever may set it.
func (d *deciding) fill(f Fill) error {
	set := func(given bool, s Set) error {
		if !given {
			return nil
		}
		if err := d.maySet(s.Field); err != nil {
			return err
		}
		return d.setField(s)
	}
	for _, err := range []error{
		set(f.Client != 0 && f.Client != d.t.Client, Set{Field: "client", ID: int64(f.Client)}),
		set(f.Contact != 0, Set{Field: "contact", ID: int64(f.Contact)}),
		set(f.Agreement != "", Set{Field: "agreement", Value: f.Agreement}),
		set(f.Severity != "", Set{Field: "severity", Value: string(f.Severity)}),
		set(f.Impact != "", Set{Field: "impact", Value: string(f.Impact)}),
		set(f.Summary != "", Set{Field: "summary", Text: f.Summary}),
		set(f.Description != "", Set{Field: "description", Text: f.Description}),
		set(f.Kind != "" && f.Kind != d.t.Kind, Set{Field: "kind", Value: string(f.Kind)}),
	} {
		if err != nil {
			return err
		}
	}
	if f.Category != (Category{}) && f.Category != d.t.Category {
		if err := d.maySet("category"); err != nil {
			return err
		}
		return d.setCategory(f.Category)
	}
	return nil
}

// maySet: intake and SRM set every field, the assignee all but kind and client.
func (d *deciding) maySet(field string) error {
	if field == "kind" || field == "client" {
		return d.by("set its "+field, RIntake, RSRM)
	}
	return d.by("set its "+field, RIntake, RSRM, RAssignee)
}

func (d *deciding) categorize(c Categorize) error {
	if err := d.by("categorize it", RIntake, RSRM, RAssignee); err != nil {
		return err
	}
	if err := d.ensureOpen(); err != nil {
		return err
	}
	if c.Category.Type == "" || c.Category.Subtype == "" || c.Category.Item == "" {
		return &Needs{Fields: []string{"type", "subtype", "item", "kind"}}
	}
	if c.Kind != "" && c.Kind != d.t.Kind {
		if err := d.maySet("kind"); err != nil {
			return err
		}
		if err := d.setField(Set{Field: "kind", Value: string(c.Kind)}); err != nil {
			return err
		}
	}
	return d.setCategory(c.Category)
}

func (d *deciding) setCategory(c Category) error {
	if !d.p.ValidCategory(c) {
		return &Refusal{Rule: Wording, Text: fmt.Sprintf("%s isn't one of this desk's categories; a type, a subtype of it and an item of that are needed.", c),
			Offer: []Offer{{Verb: VCategorize, Ticket: d.t.Number, Label: "Choose"}}}
	}
	if c == d.t.Category {
		if len(d.events) > 0 {
			return nil
		}
		return &Refusal{Rule: Present, Text: fmt.Sprintf("%s is %s already.", d.t.Number, c)}
	}
	d.emit(Categorized{c})
	return nil
}

// Levels and kinds as typed.
var (
	Levels = []Level{Low, Medium, High}
	Kinds  = []Kind{Defect, Service, Internal}
)

// fields that can be set, as typed.
var fields = []string{"client", "contact", "agreement", "kind", "severity", "impact", "summary", "description"}

func (d *deciding) set(c Set) error {
	if !slices.Contains(fields, c.Field) {
		return &Needs{Fields: []string{"field", "value"}, Why: "What should be set: client, contact, agreement, kind, severity, impact, summary or description?"}
	}
	if err := d.maySet(c.Field); err != nil {
		return err
	}
	if err := d.ensureOpen(); err != nil {
		return err
	}
	return d.setField(c)
}

// setField checks one field's value and emits it.
func (d *deciding) setField(c Set) error {
	no := func(format string, a ...any) error { return &Refusal{Rule: Wording, Text: fmt.Sprintf(format, a...)} }
	switch c.Field {
	case "client":
		return d.setClient(ClientID(c.ID))
	case "contact":
		if d.t.Kind == Internal {
			return no("%s is internal, so it has no contact. Give it a client first.", d.t.Number)
		}
		if _, ok := d.p.ContactOf(d.t.Client, ContactID(c.ID)); !ok {
			return no("That contact doesn't belong to %s.", d.p.Clients[d.t.Client].Name)
		}
	case "agreement":
		if d.t.Kind == Internal {
			return no("%s is internal, so it has no agreement. Give it a client first.", d.t.Number)
		}
		if ags := d.p.Clients[d.t.Client].Agreements; !slices.Contains(ags, c.Value) {
			return no("%q isn't an agreement of %s. It has: %s.", c.Value, d.p.Clients[d.t.Client].Name, join(ags))
		}
	case "severity", "impact":
		if !slices.Contains(Levels, Level(c.Value)) {
			return no("The %s is low, medium or high.", c.Field)
		}
	case "kind":
		return d.setKind(Kind(c.Value))
	case "summary":
		if c.Text = CleanLine(c.Text, MaxSummary); c.Text == "" {
			return &Needs{Fields: []string{"summary"}}
		}
	case "description":
		if c.Text = Clean(c.Text, MaxDescription); c.Text == "" {
			return &Needs{Fields: []string{"description"}}
		}
	}
	d.emit(FieldSet{c.Field, c.ID, c.Value, c.Text})
	return nil
}

func (d *deciding) setKind(k Kind) error {
	switch {
	case !slices.Contains(Kinds, k):
		return &Refusal{Rule: Wording, Text: "The kind is defect, request or internal."}
	case k == d.t.Kind:
		return &Refusal{Rule: Present, Text: fmt.Sprintf("%s is %s already.", d.t.Number, kindWord(k))}
	case k == Internal:
		return &Refusal{Rule: KindFixed, Text: fmt.Sprintf("%s is a client's ticket and stays one; open an internal ticket for internal work.", d.t.Number)}
	case d.t.Begun:
		return &Refusal{Rule: KindFixed, Text: fmt.Sprintf("Work on %s has begun, so its kind stays %s.", d.t.Number, kindWord(d.t.Kind))}
	case d.t.Kind == Internal:
		return &Refusal{Rule: KindFixed, Text: fmt.Sprintf("%s is internal. Giving it a client makes it a client's ticket.", d.t.Number),
			Offer: []Offer{{Verb: VSet, Ticket: d.t.Number, Label: "Set the client", Args: map[string]string{"field": "client"}}}}
	}
	d.emit(FieldSet{Field: "kind", Value: string(k)})
	return nil
}

func kindWord(k Kind) string {
	return map[Kind]string{Defect: "a defect", Service: "a request", Internal: "internal"}[k]
}

// setClient changes the client; for an internal ticket that is opening (rule 1).
func (d *deciding) setClient(id ClientID) error {
	c, ok := d.p.Clients[id]
	switch {
	case !ok:
		return &Needs{Fields: []string{"client"}}
	case id == d.t.Client:
		return &Refusal{Rule: Present, Text: fmt.Sprintf("%s is for %s already.", d.t.Number, c.Name)}
	case c.CatchAll:
		return &Refusal{Rule: DefinitionOfReady, Text: fmt.Sprintf("%s means that the client isn't known yet. A ticket may enter so, but not become so later.", c.Name)}
	case d.t.Kind != Internal:
		d.changeClient(id)
		return nil
	}
	if !d.is(RIntake) {
		if err := d.rule(d.notIntake(Open{Client: id, Summary: d.t.Summary, Description: d.t.Description})); err != nil {
			return err
		}
	}
	if d.t.Begun {
		return &Refusal{Rule: KindFixed, Text: fmt.Sprintf("Work on %s has begun as internal, so it stays internal. Open a client's ticket that follows it.", d.t.Number)}
	}
	d.emit(FieldSet{Field: "kind", Value: string(Service)})
	d.changeClient(id)
	if sub := d.p.Workflow.With(IsSubmitted); d.t.Status != sub {
		return d.move(sub, "")
	}
	if d.t.Priority != "" {
		d.emit(Unprioritized{})
	}
	return nil
}

// changeClient also takes over the client's agreement if there is only one.
func (d *deciding) changeClient(id ClientID) {
	d.emit(FieldSet{Field: "client", ID: int64(id)})
	if a := d.p.onlyAgreement(id); a != "" {
		d.emit(FieldSet{Field: "agreement", Value: a})
	}
}
