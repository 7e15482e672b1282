package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"sync"

	"deskbell.dev/deskbell/internal/desk"
)

// Personal text is kept apart from the facts: each field of type desk.Text, at
// any depth, becomes a word in a table of its own, and the fact keeps a salted
// hash of it. Erasing takes text and salt; the hash then tells nothing.
type word struct {
	field string // path in the fact: "Text", "Client.Contacts.0.Email"
	salt  string
	body  string
}

// encode is a fact of either stream as it is stored.
func encode(fact any) (name, body string, words []word, err error) {
	t := reflect.TypeOf(fact)
	if p := planOf(t); p != nil {
		v := reflect.New(t).Elem()
		v.Set(reflect.ValueOf(fact))
		p.walk(v, "", true, func(field string, text *desk.Text) {
			if *text != "" {
				w := word{field, rand.Text(), string(*text)}
				words = append(words, w)
				*text = desk.Text(w.hash())
			}
		})
		fact = v.Interface()
	}
	b, err := json.Marshal(fact)
	return t.Name(), string(b), words, err
}

func (w word) hash() string {
	h := sha256.Sum256([]byte(w.salt + w.body))
	return base64.RawURLEncoding.EncodeToString(h[:16])
}

// decode reads a fact back into v, a pointer to its zero value, with its words
// by field. Erased ones are empty.
func decode(v reflect.Value, body string, words map[string]string) (any, error) {
	if err := json.Unmarshal([]byte(body), v.Interface()); err != nil {
		return nil, fmt.Errorf("store: a %s that cannot be read: %w", v.Elem().Type().Name(), err)
	}
	if p := planOf(v.Elem().Type()); p != nil {
		p.walk(v.Elem(), "", false, func(field string, text *desk.Text) {
			*text = desk.Text(words[field])
		})
	}
	return v.Elem().Interface(), nil
}

// plan is where a type has texts; nil if nowhere.
type plan struct {
	text   bool
	fields []planField // of a struct
	elem   *plan       // of a slice
}

type planField struct {
	index int
	name  string
	plan  *plan
}

var plans sync.Map // reflect.Type → *plan

func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := makePlan(t)
	plans.Store(t, p)
	return p
}

func makePlan(t reflect.Type) *plan {
	switch {
	case t == reflect.TypeFor[desk.Text]():
		return &plan{text: true}
	case t.Kind() == reflect.Slice:
		if elem := makePlan(t.Elem()); elem != nil {
			return &plan{elem: elem}
		}
	case t.Kind() == reflect.Struct:
		p := &plan{}
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() {
				if sub := makePlan(f.Type); sub != nil {
					p.fields = append(p.fields, planField{i, f.Name, sub})
				}
			}
		}
		if p.fields != nil {
			return p
		}
	}
	return nil
}

// walk visits every text in v, which is addressable. With change, slices are
// copied first, so that the caller's fact stays as it was.
func (p *plan) walk(v reflect.Value, path string, change bool, visit func(field string, text *desk.Text)) {
	if p.text {
		visit(path, v.Addr().Interface().(*desk.Text))
		return
	}
	if path != "" {
		path += "."
	}
	if p.elem != nil {
		if change {
			c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(c, v)
			v.Set(c)
		}
		for i := range v.Len() {
			p.elem.walk(v.Index(i), path+strconv.Itoa(i), change, visit)
		}
		return
	}
	for _, f := range p.fields {
		f.plan.walk(v.Field(f.index), path+f.name, change, visit)
	}
}
