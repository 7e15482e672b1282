package config

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/worktime"
	"deskbell.dev/deskbell/store"
)

// longest is the longest goal: what is promised for later is promised to nobody,
// and worktime looks five years ahead.
const longest = 2000 * time.Hour // a working year

// sla is what the desk promises, and by whose hours it is measured.
func (f *File) sla(p *desk.Policy) error {
	risk := f.SLA.AtRisk
	switch {
	case risk.Share < 1 || risk.Share > 99:
		return at("$.sla.at_risk.share", "the share is 1 to 99 percent, not %d", risk.Share)
	case risk.Within < 0 || risk.Within > 24*time.Hour:
		return at("$.sla.at_risk.within", "within is at most 24h of working time")
	}
	p.SLA = desk.SLA{Goals: map[string]map[desk.PriorityKey]desk.Goals{}, Share: float64(risk.Share) / 100, Within: risk.Within,
		ClientHours: map[string]*worktime.Calendar{}, PriorityHours: map[desk.PriorityKey]*worktime.Calendar{}}
	var plans []string
	for _, pl := range p.Plans {
		plans = append(plans, pl.Name)
	}
	if p.SLA.DefaultPlan = f.SLA.DefaultPlan; p.SLA.DefaultPlan == "" && len(plans) > 0 {
		p.SLA.DefaultPlan = plans[len(plans)-1]
	} else if !slices.Contains(plans, p.SLA.DefaultPlan) && f.SLA.DefaultPlan != "" {
		return at("$.sla.default_plan", "there is no plan %q; %s", f.SLA.DefaultPlan, suggest(f.SLA.DefaultPlan, plans))
	}
	for _, plan := range sorted(f.SLA.Goals) {
		path := "$.sla.goals." + plan
		if !slices.Contains(plans, plan) {
			return at(path+"~", "there is no plan %q; %s", plan, suggest(plan, plans))
		}
		goals, err := planGoals(p, path, f.SLA.Goals[plan])
		if err != nil {
			return err
		}
		p.SLA.Goals[plan] = goals
	}
	return f.slaHours(p)
}

func planGoals(p *desk.Policy, path string, by map[string]Goals) (map[desk.PriorityKey]desk.Goals, error) {
	var keys []string
	for _, pr := range p.Priorities {
		keys = append(keys, string(pr.Key))
	}
	out := map[desk.PriorityKey]desk.Goals{}
	for _, key := range sorted(by) {
		path := path + "." + key
		if !slices.Contains(keys, key) {
			return nil, at(path+"~", "there is no priority %q; %s", key, suggest(key, keys))
		}
		g := desk.Goals(by[key])
		for _, l := range []struct {
			goal  desk.Goal
			limit time.Duration
		}{{desk.GoalRespond, g.Respond}, {desk.GoalPlan, g.Plan}, {desk.GoalResolve, g.Resolve}} {
			switch {
			case l.limit < 0 || l.limit > 0 && l.limit < time.Minute:
				return nil, at(path+"."+string(l.goal), "a goal is at least 1m of working time; leave it out to promise nothing")
			case l.limit > longest:
				return nil, at(path+"."+string(l.goal), "a goal is at most %s of working time, a working year", short(longest))
			}
		}
		if g == (desk.Goals{}) {
			return nil, at(path+"~", "nothing is promised for %q: give respond, plan or resolve, or leave it out", key)
		}
		out[desk.PriorityKey(key)] = g
	}
	return out, nil
}

// short is a span without its empty parts: 2000h.
func short(d time.Duration) string {
	return strings.TrimSuffix(strings.TrimSuffix(d.String(), "0s"), "0m")
}

// slaHours are the calendars of clients and priorities; Version tells whether
// any of what the clocks depend on differs from before.
func (f *File) slaHours(p *desk.Policy) (err error) {
	for n, pr := range f.Priorities {
		if pr.Calendar != "" {
			if p.SLA.PriorityHours[desk.PriorityKey(pr.Key)], err = f.named(fmt.Sprintf("$.priorities[%d].calendar", n), pr.Calendar); err != nil {
				return err
			}
		}
	}
	hours := map[string]string{}
	for n, c := range f.Clients {
		if c.Calendar != "" {
			if p.SLA.ClientHours[c.Name], err = f.named(fmt.Sprintf("$.clients[%d].calendar", n), c.Calendar); err != nil {
				return err
			}
			hours[c.Name] = c.Calendar
		}
	}
	b, err := json.Marshal([]any{f.SLA, p.SLA.DefaultPlan, f.Desk.Zone, f.Desk.Calendar, f.Calendars, f.Priorities, p.Workflow.Statuses, hours})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(b)
	p.SLA.Version = hex.EncodeToString(sum[:8])
	return nil
}

// slaVersion is the setting that says by which promises open tickets were last
// measured, or are being.
const slaVersion = "sla_version"

// remeasure has open tickets measured anew when the promises or the hours are
// others than the last time.
func remeasure(ctx context.Context, s *store.Store, version string, now time.Time) error {
	was, err := s.Setting(ctx, slaVersion)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if was == version {
		return nil
	}
	if errors.Is(err, store.ErrNotFound) { // a new desk, or one of a program that measured nothing
		if any, err := s.Remeasure(ctx, 0, 1, now); err != nil || any.Last == 0 {
			return errors.Join(err, s.SetSetting(ctx, slaVersion, version))
		}
	}
	// The notice first: done twice is harmless, and never done is not.
	if _, err := s.Enqueue(ctx, desk.Remeasure(fmt.Sprintf("%s/%d", version, now.Unix()), 0, 0, now)); err != nil {
		return err
	}
	return s.SetSetting(ctx, slaVersion, version)
}
