package config

import (
	"fmt"
	"slices"

	"deskbell.dev/deskbell/internal/desk"
)

func (f *File) digest(p *desk.Policy) error {
	var known []string
	for _, s := range p.Digest.Sections {
		known = append(known, string(s))
	}
	p.Digest.Sections = nil
	for n, s := range f.Digest.Sections {
		path := fmt.Sprintf("$.digest.sections[%d]", n)
		switch {
		case !slices.Contains(known, s):
			return at(path, "%q is no section of the digest; %s", s, suggest(s, known))
		case slices.Contains(f.Digest.Sections[:n], s):
			return at(path, "the section %s stands twice", s)
		}
		p.Digest.Sections = append(p.Digest.Sections, desk.Section(s))
	}
	const most = 250 // a year of working days
	for _, t := range []struct {
		key  string
		days int
		of   []desk.Section
	}{
		{"client_test", f.Digest.Thresholds.ClientTest, []desk.Section{desk.StaleClientTest}},
		{"triage", f.Digest.Thresholds.Triage, []desk.Section{desk.StaleTriage}},
		{"ready", f.Digest.Thresholds.Ready, []desk.Section{desk.StaleReady}},
		{"waiting", f.Digest.Thresholds.Waiting, []desk.Section{desk.StaleWaiting, desk.StaleVendor}},
		{"estimates", f.Digest.Thresholds.Estimates, []desk.Section{desk.StaleEstimates}},
	} {
		if t.days < 1 || t.days > most {
			return at("$.digest.thresholds."+t.key, "a threshold is 1 to %d working days; to show none of these, leave the section out", most)
		}
		for _, s := range t.of {
			p.Digest.After[s] = t.days
		}
	}
	switch f.Digest.WhenEmpty {
	case "line", "nothing":
		p.Digest.Silent = f.Digest.WhenEmpty == "nothing"
	default:
		return at("$.digest.when_empty", "%q is neither line nor nothing", f.Digest.WhenEmpty)
	}
	p.Digest.Channels = f.Digest.Channels
	return checkPlatforms("$.digest.channels", f.Digest.Channels, "the digest")
}
