package config

import (
	"fmt"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

// Policy is the settings part of the desk's policy; people, clients, rota and
// dials come from the directory. It refuses settings that no desk can keep.
func (f *File) Policy() (desk.Policy, error) {
	zone, err := location("$.desk.zone", f.Desk.Zone)
	if err != nil {
		return desk.Policy{}, err
	}
	hours, err := f.hours()
	if err != nil {
		return desk.Policy{}, err
	}
	p := desk.Normal(f.Desk.Name, hours)
	p.Zone = zone
	if strings.TrimSpace(f.Desk.Name) == "" {
		return p, at("$.desk.name", "the desk needs a name; clients read it below every mail")
	}
	for _, set := range []func(*desk.Policy) error{f.workflow, f.priorities, f.categories, f.plans, f.limits, f.sla, f.digest} {
		if err := set(&p); err != nil {
			return p, err
		}
	}
	return p, nil
}

// location refuses "" and "Local", which are another zone on every machine.
func location(path, zone string) (*time.Location, error) {
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		return nil, at(path, "there is no time zone %q; write an IANA name such as Europe/Berlin", zone)
	}
	return loc, nil
}

func (f *File) workflow(p *desk.Policy) (err error) {
	c := desk.Change{Rename: map[desk.StatusKey]string{}, Without: f.Workflow.Without}
	for k, v := range f.Workflow.Rename {
		c.Rename[desk.StatusKey(k)] = v
	}
	for _, s := range f.Workflow.Statuses {
		c.Add = append(c.Add, desk.Status{Key: desk.StatusKey(s.Key), Name: s.Name, Stage: desk.Stage(s.Stage)})
	}
	for _, tr := range f.Workflow.Transitions {
		m := desk.Transition{From: desk.StatusKey(tr.From), To: desk.StatusKey(tr.To), Why: tr.Why}
		for _, r := range tr.By {
			m.By = append(m.By, desk.Role(r))
		}
		c.Moves = append(c.Moves, m)
	}
	if p.Workflow, err = desk.NewWorkflow(c); err != nil {
		text := strings.TrimPrefix(err.Error(), "workflow: ")
		return at(f.Workflow.mentioned(text), "%s", text)
	}
	return nil
}

// mentioned is the path of the row that an error about the workflow names.
func (w *Workflow) mentioned(text string) string {
	for i, tr := range w.Transitions {
		if strings.HasPrefix(text, fmt.Sprintf("transition %s to ", tr.From)) && strings.Contains(text, " "+tr.To) || tr.From == tr.To && strings.Contains(text, tr.From+" to itself") {
			return fmt.Sprintf("$.workflow.transitions[%d]", i)
		}
	}
	for i, s := range w.Statuses {
		if strings.Contains(text, fmt.Sprintf("%q", s.Key)) || strings.Contains(text, fmt.Sprintf("%q", s.Name)) {
			return fmt.Sprintf("$.workflow.statuses[%d]", i)
		}
	}
	for i, g := range w.Without {
		if strings.Contains(text, fmt.Sprintf("%q", g)) {
			return fmt.Sprintf("$.workflow.without[%d]", i)
		}
	}
	for _, k := range sorted(w.Rename) {
		if strings.Contains(text, fmt.Sprintf("%q", k)) {
			return "$.workflow.rename." + k + "~"
		}
		if strings.Contains(text, fmt.Sprintf("%q", w.Rename[k])) {
			return "$.workflow.rename." + k
		}
	}
	return "$.workflow"
}

func (f *File) priorities(p *desk.Policy) error {
	p.Priorities, p.Default = nil, ""
	seen, urgent := map[string]bool{}, false
	for n, pr := range f.Priorities {
		path := fmt.Sprintf("$.priorities[%d]", n)
		switch {
		case pr.Key == "" || strings.Trim(pr.Key, "abcdefghijklmnopqrstuvwxyz0123456789_") != "":
			return at(path+".key", "a priority's key is lower-case letters, digits and _, not %q", pr.Key)
		case pr.Name == "":
			return at(path, "the priority %q needs a name", pr.Key)
		case seen[pr.Key] || seen[strings.ToLower(pr.Name)]:
			return at(path, "two priorities are called %q", pr.Key)
		case pr.Default && p.Default != "":
			return at(path+".default", "only one priority is the default; %q is already", p.Default)
		case pr.Wait < 0:
			return at(path+".wait", "a wait is not negative")
		}
		seen[pr.Key], seen[strings.ToLower(pr.Name)], urgent = true, true, urgent || pr.Urgent
		if pr.Urgent && pr.Wait == 0 {
			pr.Wait = time.Hour
		}
		p.Priorities = append(p.Priorities, desk.Priority{Key: desk.PriorityKey(pr.Key), Name: pr.Name, Guideline: pr.Guideline, Urgent: pr.Urgent, Wait: pr.Wait})
		if pr.Default {
			p.Default = desk.PriorityKey(pr.Key)
		}
	}
	if !urgent {
		return at("$.priorities", "no priority is urgent; give the most urgent one urgent: true")
	}
	if p.Default == "" {
		p.Default = p.Priorities[len(p.Priorities)-1].Key
	}
	return nil
}

// categories flattens the tree, in the order of the file.
func (f *File) categories(p *desk.Policy) error {
	p.Categories, p.Checklist = nil, map[string][]string{}
	for _, typ := range f.Categories {
		path := "$.categories." + typ.Key
		p.Checklist[typ.Key] = typ.Value.Checklist
		if len(typ.Value.Subtypes) == 0 {
			return at(path+"~", "the type %q has no subtypes; a ticket needs type, subtype and item", typ.Key)
		}
		for _, sub := range typ.Value.Subtypes {
			path := path + ".subtypes." + sub.Key
			if len(sub.Value) == 0 {
				return at(path+"~", "the subtype %q has no items; a ticket needs type, subtype and item", sub.Key)
			}
			for n, item := range sub.Value {
				c := desk.Category{Type: typ.Key, Subtype: sub.Key, Item: item}
				if p.ValidCategory(c) {
					return at(fmt.Sprintf("%s[%d]", path, n), "the item %q stands twice", item)
				}
				p.Categories = append(p.Categories, c)
			}
		}
	}
	return nil
}

func (f *File) plans(p *desk.Policy) error {
	p.Plans = nil
	seen := map[string]bool{}
	for n, pl := range f.Plans {
		if pl.Name == "" || seen[pl.Name] {
			return at(fmt.Sprintf("$.plans[%d]", n), "a plan needs a name of its own, not %q", pl.Name)
		}
		seen[pl.Name] = true
		p.Plans = append(p.Plans, desk.Plan{Name: pl.Name, Weight: pl.Weight})
	}
	return nil
}

func (f *File) limits(p *desk.Policy) error {
	rt := f.RealTime
	switch {
	case f.WIPLimit < 1:
		return at("$.wip_limit", "the limit is at least 1; to have none, set the rule wip-limit to off")
	case rt.Allowance <= 0 || rt.Allowance > 4*time.Hour:
		return at("$.real_time.allowance", "an allowance is more than nothing and at most 4h")
	case rt.Nudge <= 0 || rt.Nudge >= rt.Allowance:
		return at("$.real_time.nudge", "the nudge comes before the allowance of %s is over", rt.Allowance)
	}
	p.WIP, p.AfterHours = f.WIPLimit, f.Rota.AfterHours
	p.RealTime, p.Allowance, p.AllowanceNudge = rt.Enabled, rt.Allowance, rt.Nudge
	return nil
}
