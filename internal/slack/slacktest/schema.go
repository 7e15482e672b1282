package slacktest

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemas are Slack's published types with their limits, by name; none if they
// do not lie beside the project.
var schemas = sync.OnceValue(func() map[string]*jsonschema.Schema {
	all := map[string]*jsonschema.Schema{}
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			break
		}
		up := filepath.Dir(dir)
		if up == dir {
			return all
		}
		dir = up
	}
	for _, name := range []string{"Message", "ModalView", "HomeView"} {
		raw, err := os.ReadFile(filepath.Join(dir, "..", "shared", "schemas", "slack", name+".limits.schema.json"))
		if err != nil {
			return all
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			panic(err)
		}
		c := jsonschema.NewCompiler()
		if err := c.AddResource(name, doc); err != nil {
			panic(err)
		}
		all[name] = c.MustCompile(name)
	}
	return all
})

// schemaErrors are the violations of a schema, the innermost of them.
func schemaErrors(name string, v any) []string {
	schema := schemas()[name]
	if schema == nil {
		return nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return []string{err.Error()}
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return []string{err.Error()}
	}
	var invalid *jsonschema.ValidationError
	if err := schema.Validate(doc); !errors.As(err, &invalid) {
		return nil
	}
	var deepest *jsonschema.ValidationError
	var walk func(*jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		if deepest == nil || len(e.InstanceLocation) > len(deepest.InstanceLocation) {
			deepest = e
		}
		for _, inner := range e.Causes {
			walk(inner)
		}
	}
	walk(invalid)
	return []string{"schema " + name + ": " + deepest.Error()}
}
