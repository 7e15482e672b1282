package discordtest

import (
	"encoding/json"
	"strings"
)

// Typed is a line, as it is typed elsewhere, chosen from what is registered: of the
// words that it begins with the longest, and each of its fields but the last has a
// word of what follows. A number alone is shown. False for what Discord lets nobody
// send.
func (s *Server) Typed(line string) (command string, g Given, ok bool) {
	s.mu.Lock()
	var all []offered
	err := json.Unmarshal(s.commands, &all)
	s.mu.Unlock()
	command, line, _ = strings.Cut(strings.TrimPrefix(line, "/"), " ")
	line = strings.TrimSpace(line)
	if err != nil {
		return command, g, false
	}
	var best offered
	group, rest := "", ""
	try := func(in string, o offered) {
		for _, name := range []string{o.Name, strings.ReplaceAll(o.Name, "-", " ")} {
			after, is := strings.CutPrefix(line, name)
			if is && (after == "" || after[0] == ' ') && len(name) > len(best.Name)-1 {
				best, group, rest = o, in, strings.TrimSpace(after)
			}
		}
		if o.Name == "show" && best.Name == "" && strings.Trim(line, "T-#0123456789") == "" && line != "" {
			best, group, rest = o, in, line
		}
	}
	for _, c := range all {
		if c.Name != command || c.Type != 1 {
			continue
		}
		for _, o := range c.Options {
			if o.Type == 1 {
				try("", o)
			}
			for _, sub := range o.Options {
				if o.Type == 2 {
					try(o.Name, sub)
				}
			}
		}
	}
	if best.Name == "" {
		return command, g, false
	}
	g = Given{Name: best.Name, Type: 1}
	for n, f := range best.Options {
		value := rest
		if n+1 < len(best.Options) {
			value, rest, _ = strings.Cut(rest, " ")
		} else {
			rest = ""
		}
		switch {
		case value != "":
			g.Options = append(g.Options, Given{Name: f.Name, Type: 3, Value: value})
		case f.Required:
			return command, g, false
		}
	}
	if group != "" {
		g = Given{Name: group, Type: 2, Options: []Given{g}}
	}
	return command, g, rest == ""
}
