package config

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// source is the text that a File was read from.
type source struct {
	name, text string
	root       ast.Node // nil: an empty file, or none
}

// Parse reads a file over the defaults. Everything that cannot be accepted is
// an *Error with the file's line and column: an unknown key, a wrong type, or a
// rule that cannot be kept. name is the file's name in errors.
func Parse(name string, data []byte) (*File, error) {
	f := Default()
	s := source{name: name, text: strings.TrimPrefix(string(data), "\uFEFF")}
	root, err := tree(s.text)
	s.root = root
	if err == nil && root != nil {
		err = fill(root, reflect.ValueOf(f).Elem(), "$")
	}
	if err == nil {
		err = f.check()
	}
	if err != nil {
		return nil, s.placed(err)
	}
	return f, nil
}

// tree is the document of the source, nil if it is empty.
func tree(source string) (root ast.Node, err error) {
	defer func() { // of goccy's parser, for input that nobody writes by hand
		if p := recover(); p != nil {
			root, err = nil, at("$", "this is not YAML: %v", p)
		}
	}()
	file, err := parser.ParseBytes([]byte(source), 0)
	if err != nil {
		return nil, err
	}
	for _, d := range file.Docs {
		if d.Body == nil {
			continue
		}
		if root != nil {
			return root, &Error{Line: d.Body.GetToken().Position.Line, Column: 1, Text: "a second document; one file is one configuration"}
		}
		root = d.Body
	}
	return root, nil
}

// placed makes an *Error of err, with its place in the file.
func (s *source) placed(err error) error {
	var e *Error
	var syntax yaml.Error
	switch {
	case errors.As(err, &e):
		if e.Line == 0 {
			e.Line, e.Column = place(s.root, e.path)
			e.Column += s.into(e)
		}
	case errors.As(err, &syntax):
		e = &Error{Text: syntax.GetMessage()}
		if tk := syntax.GetToken(); tk != nil {
			e.Line, e.Column = tk.Position.Line, tk.Position.Column
		}
	default:
		e = &Error{Text: err.Error()}
	}
	e.File, e.Line, e.Column = s.name, max(e.Line, 1), max(e.Column, 1)
	e.Excerpt = excerpt(s.text, e.Line)
	if syntax != nil && (e.Excerpt == "" || strings.Contains(e.Excerpt, redacted)) {
		e.Text = quoted.ReplaceAllString(e.Text, redacted)
	}
	e.Text, e.path = secretText.ReplaceAllString(e.Text, redacted), ""
	return e
}

// into is how many columns after the beginning of its value an error's place is:
// none where the text does not stand there as it is.
func (s *source) into(e *Error) int {
	lines := strings.Split(s.text, "\n")
	if e.inside < 2 || e.Line < 1 || e.Line > len(lines) {
		return 0
	}
	line := []rune(lines[e.Line-1])
	for quote := range 2 {
		from := e.Column - 1 + quote
		if from >= 0 && from <= len(line) && strings.HasPrefix(string(line[from:]), e.value) && e.value != "" {
			return quote + e.inside - 1
		}
	}
	return 0
}

// quoted is a part of the file in goccy's errors.
var quoted = regexp.MustCompile(`"[^"]*"|'[^']*'`)

// place is where a path's value begins, or where its key does if it has parts
// of its own or the path ends in "~". Of a path that is not in the file it is
// the deepest part that is.
func place(root ast.Node, path string) (line, column int) {
	if root == nil {
		return 1, 1
	}
	rest, wantKey := strings.CutSuffix(strings.TrimPrefix(path, "$"), "~")
	n, found := root, first(root)
	for rest != "" {
		next, tk, left := step(n, rest)
		if next == nil {
			break
		}
		n, found, rest = next, tk, left
		if !wantKey || rest != "" {
			switch n.(type) {
			case ast.MapNode, *ast.SequenceNode, *ast.NullNode:
			default:
				found = n.GetToken()
			}
		}
	}
	if found == nil {
		return 1, 1
	}
	return found.Position.Line, found.Position.Column
}

// step goes down one key or item of the path. A key may have dots in it, so the
// longest that fits is meant.
func step(n ast.Node, path string) (next ast.Node, tk *token.Token, rest string) {
	if s, ok := n.(*ast.SequenceNode); ok {
		var i int
		if _, err := fmt.Sscanf(path, "[%d]", &i); err != nil || i >= len(s.Values) {
			return nil, nil, ""
		}
		_, rest, _ := strings.Cut(path, "]")
		return s.Values[i], first(s.Values[i]), rest
	}
	m, ok := n.(ast.MapNode)
	if !ok {
		return nil, nil, ""
	}
	longest := -1
	for it := m.MapRange(); it.Next(); {
		key, _ := keyText(it.Key())
		left, ok := strings.CutPrefix(path, "."+key)
		// Of a key that stands twice the second is the wrong one.
		if ok && (left == "" || left[0] == '.' || left[0] == '[') && len(key) >= longest {
			next, tk, rest, longest = it.Value(), it.Key().GetToken(), left, len(key)
		}
	}
	return next, tk, rest
}

// first is the token that a node begins with.
func first(n ast.Node) *token.Token {
	if m, ok := n.(ast.MapNode); ok {
		if mm, flow := n.(*ast.MappingNode); flow && mm.IsFlowStyle {
			return mm.Start
		}
		if it := m.MapRange(); it.Next() {
			return it.Key().GetToken()
		}
	}
	return n.GetToken()
}
