package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// Ordered is a mapping that keeps the order of the file.
type Ordered[V any] []Entry[V]

// Entry is one key of an Ordered with its value.
type Entry[V any] struct {
	Key   string
	Value V
}

func (o *Ordered[V]) put(key string) any {
	*o = append(*o, Entry[V]{Key: key})
	return &(*o)[len(*o)-1].Value
}

// fill puts what the node says into v, over the defaults that v holds; null
// keeps the default. It stands in for goccy's decoder, which turns 1.5 into 1
// and the text 010 into "8", knows no place for a bad duration, and skips keys
// that are no text.
func fill(n ast.Node, v reflect.Value, path string) error {
	if _, ok := n.(*ast.NullNode); ok || n == nil {
		return nil
	}
	if err := plain(n, path); err != nil {
		return err
	}
	if o, ok := v.Addr().Interface().(interface{ put(string) any }); ok {
		v.SetZero()
		return eachKey(n, path, func(key string, val ast.Node, path string) error {
			return fill(val, reflect.ValueOf(o.put(key)).Elem(), path)
		})
	}
	switch v.Kind() {
	case reflect.Struct:
		return eachKey(n, path, func(key string, val ast.Node, path string) error {
			field, names := fieldOf(v, key)
			if !field.IsValid() {
				return at(path+"~", "unknown key %q%s; %s", key, in(path, key), suggest(key, names))
			}
			return fill(val, field, path)
		})
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		return eachKey(n, path, func(key string, val ast.Node, path string) error {
			e := reflect.New(v.Type().Elem()).Elem()
			err := fill(val, e, path)
			v.SetMapIndex(reflect.ValueOf(key), e)
			return err
		})
	case reflect.Slice:
		s, ok := n.(*ast.SequenceNode)
		if !ok {
			return at(path, "%s takes a list, like [one, two]", name(path))
		}
		v.Set(reflect.MakeSlice(v.Type(), len(s.Values), len(s.Values)))
		for i, item := range s.Values {
			path := fmt.Sprintf("%s[%d]", path, i)
			if _, ok := item.(*ast.NullNode); ok {
				return at(path, "an empty item; write it or take it away")
			}
			if err := fill(item, v.Index(i), path); err != nil {
				return err
			}
		}
		return nil
	}
	return scalar(n, v, path)
}

// plain refuses what would hide where a value comes from.
func plain(n ast.Node, path string) error {
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode:
		return at(path, "anchors and aliases (& and *) are not read; write it out, or quote a text that begins with such a sign")
	case *ast.TagNode:
		return at(path, "tags (!) are not read; take it away, or quote a text that begins with such a sign")
	}
	return nil
}

// eachKey calls f for the keys of a mapping in their order.
func eachKey(n ast.Node, path string, f func(key string, val ast.Node, path string) error) error {
	m, ok := n.(ast.MapNode)
	if !ok {
		return at(path, "%s takes keys of its own below it", name(path))
	}
	seen := map[string]bool{}
	for it := m.MapRange(); it.Next(); {
		key, ok := keyText(it.Key())
		path := path + "." + key
		switch {
		case !ok:
			return at(path+"~", "%q is no key; write it out as one word or in quotes", it.Key().String())
		case seen[key]:
			return at(path+"~", "the key %q stands twice", key)
		}
		seen[key] = true
		if err := f(key, it.Value(), path); err != nil {
			return err
		}
	}
	return nil
}

func keyText(k ast.MapKeyNode) (string, bool) {
	switch k.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
		return k.GetToken().Value, true
	}
	return "", false
}

// fieldOf is the field that the yaml key names, and all such names.
func fieldOf(v reflect.Value, key string) (field reflect.Value, names []string) {
	for i := range v.NumField() {
		if n := v.Type().Field(i).Tag.Get("yaml"); n == key {
			field = v.Field(i)
		} else if n != "" {
			names = append(names, n)
		}
	}
	return field, names
}

// scalar reads a text as it stands, a whole number, a truth value or a span.
func scalar(n ast.Node, v reflect.Value, path string) error {
	var text string
	switch n := n.(type) {
	case *ast.StringNode:
		text = n.Value
	case *ast.LiteralNode:
		text = n.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		text = n.GetToken().Value
	default:
		return at(path, "%s takes one value, not a list or keys; a text with a colon in it may need quotes", name(path))
	}
	switch _, quoted := n.(*ast.StringNode); {
	case v.Type() == reflect.TypeFor[time.Duration]():
		d, err := time.ParseDuration(text)
		if err != nil {
			return at(path, "%q is no span of time; write it like 15m, 90s or 4h", text)
		}
		v.SetInt(int64(d))
	case v.Kind() == reflect.Int:
		i, err := strconv.Atoi(text)
		if err != nil || quoted {
			return at(path, "%s takes a whole number, not %q", name(path), text)
		}
		v.SetInt(int64(i))
	case v.Kind() == reflect.Bool:
		if text != "true" && text != "false" || quoted {
			return at(path, "%s takes true or false, not %q", name(path), text)
		}
		v.SetBool(text == "true")
	default:
		v.SetString(text)
	}
	return nil
}

// name is the last key of the path.
func name(path string) string {
	if path == "$" {
		return "the file"
	}
	return path[strings.LastIndex(path, ".")+1:]
}

// in says where a key stands, "" at the top.
func in(path, key string) string {
	if above := strings.TrimPrefix(strings.TrimSuffix(path, "."+key), "$"); above != "" {
		return " in " + above[1:]
	}
	return ""
}
