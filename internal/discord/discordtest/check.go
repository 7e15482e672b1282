package discordtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// described is Discord's own description of its API, where it lies beside the
// project; the rules that it does not know hold without it.
var described = func() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "../../../../shared/schemas/discord-openapi.json")
}()

var schemas = struct {
	sync.Mutex
	compiler *jsonschema.Compiler
	missing  bool
}{}

// schema compiles one of the description's shapes; nil where there is none.
func schema(name string) (*jsonschema.Schema, error) {
	schemas.Lock()
	defer schemas.Unlock()
	if schemas.missing || name == "" {
		return nil, nil
	}
	if schemas.compiler == nil {
		raw, err := os.ReadFile(described)
		if err != nil {
			schemas.missing = true
			return nil, nil
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			return nil, err
		}
		schemas.compiler = jsonschema.NewCompiler()
		if err := schemas.compiler.AddResource("discord.json", doc); err != nil {
			return nil, err
		}
	}
	return schemas.compiler.Compile("discord.json#/components/schemas/" + name)
}

// Check says what Discord would refuse of a body: by its description's shape, and
// by the rules that it does not know.
func Check(raw []byte, name string) error {
	s, err := schema(name)
	if err != nil {
		return err
	}
	if s != nil {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			return err
		}
		if err := s.Validate(doc); err != nil {
			return err
		}
	}
	var b struct {
		taken
		Data *taken
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		return err
	}
	if b.Data != nil {
		return rules(*b.Data)
	}
	return rules(b.taken)
}

// rules are those of a message's components: number, ids, texts, and what stands
// beside what. Source: docs.discord.com/developers/components/reference.
func rules(b taken) error {
	seen, n, length := map[string]bool{}, 0, 0
	var walk func(cs []Component, in int) error
	walk = func(cs []Component, in int) error {
		for _, c := range cs {
			n++
			length += len([]rune(c.Content))
			switch c.Type {
			case 2, 3:
				if c.CustomID == "" || len([]rune(c.CustomID)) > 100 || seen[c.CustomID] || in != 1 {
					return problem("the id %q is empty, too long, there twice or in no row", c.CustomID)
				}
				seen[c.CustomID] = true
			case 1:
				kinds := map[int]int{}
				for _, x := range c.Components {
					kinds[x.Type]++
				}
				if len(c.Components) == 0 || kinds[2] > 5 || kinds[3] > 1 || kinds[3] == 1 && len(c.Components) > 1 {
					return problem("a row of %v", kinds)
				}
			case 10:
				if c.Content == "" {
					return problem("an empty text")
				}
			}
			values := map[string]bool{}
			for _, o := range c.Options {
				if values[o.Value] {
					return problem("the value %q twice", o.Value)
				}
				values[o.Value] = true
			}
			if err := walk(c.Components, c.Type); err != nil {
				return err
			}
		}
		return nil
	}
	if err := walk(b.Components, 0); err != nil {
		return err
	}
	v2 := b.Flags&(1<<15) != 0
	switch {
	case v2 && (n == 0 || n > 40) || length > 4000:
		return problem("%d components with %d characters", n, length)
	case len(b.Pings.Parse) > 0:
		return problem("it may notify whoever its words name")
	}
	return nil
}

var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}]{1,32}$`)

// checkCommands is Check for the commands that a server is to have. Source of what the
// description does not know: docs.discord.com/developers/interactions/application-commands.
func checkCommands(raw []byte) error {
	s, err := schema("ApplicationCommandUpdateRequest")
	if err != nil {
		return err
	}
	var all []map[string]any
	if err := json.Unmarshal(raw, &all); err != nil {
		return err
	}
	names := map[string]bool{}
	for _, c := range all {
		if p, ok := c["default_member_permissions"].(string); ok { // the description wants a number, Discord a string
			bits, err := strconv.ParseInt(p, 10, 64)
			if err != nil {
				return err
			}
			c["default_member_permissions"] = bits
		}
		one, err := json.Marshal(c)
		if err != nil {
			return err
		}
		if s != nil {
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(one))
			if err != nil {
				return err
			}
			if err := s.Validate(doc); err != nil {
				return err
			}
		}
		if len(one) > 8000*4 {
			return problem("a command of %d bytes", len(one))
		}
		var o shape
		if err := json.Unmarshal(one, &o); err != nil {
			return err
		}
		key := fmt.Sprint(o.Type, o.Name)
		if names[key] {
			return problem("the command %s twice", o.Name)
		}
		names[key] = true
		if o.Type == 1 {
			if err := o.holds(); err != nil {
				return err
			}
			if n := o.characters(); n > 8000 {
				return problem("the command %s has %d characters", o.Name, n)
			}
		}
	}
	return nil
}

// shape is a command or one of its options.
type shape struct {
	Type              int
	Name, Description string
	Required          bool
	Autocomplete      bool
	Choices           []struct{ Name, Value string }
	Options           []shape
}

// characters are those that Discord counts: names, descriptions and values.
func (d shape) characters() int {
	n := len([]rune(d.Name)) + len([]rune(d.Description))
	for _, c := range d.Choices {
		n += len([]rune(c.Name)) + len([]rune(c.Value))
	}
	for _, o := range d.Options {
		n += o.characters()
	}
	return n
}

func (d shape) holds() error {
	if !commandName.MatchString(d.Name) || d.Name != strings.ToLower(d.Name) || d.Description == "" || len([]rune(d.Description)) > 100 || len(d.Options) > 25 || len(d.Choices) > 25 {
		return problem("the command or option %q: %q, %d options", d.Name, d.Description, len(d.Options))
	}
	names, optional, words := map[string]bool{}, false, 0
	for _, o := range d.Options {
		if names[o.Name] || o.Required && optional || o.Autocomplete && len(o.Choices) > 0 {
			return problem("the option %s of %s is there twice, required after others, or both chosen and typed", o.Name, d.Name)
		}
		names[o.Name], optional = true, optional || !o.Required
		if o.Type < 3 {
			words++
		}
		if err := o.holds(); err != nil {
			return err
		}
	}
	if words > 0 && words < len(d.Options) {
		return problem("%s has words and fields beside each other", d.Name)
	}
	return nil
}
