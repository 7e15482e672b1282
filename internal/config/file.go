// Package config reads deskbell.yaml and the environment, strictly: an unknown
// key, a wrong type or an impossible rule is refused with line, column and the
// offending text. It makes the settings part of a desk.Policy, and the facts
// that the file seeds the desk's directory with.
package config

import "time"

// File is deskbell.yaml. Every key has a default.
type File struct {
	Desk       Desk                `yaml:"desk"`
	Database   Database            `yaml:"database"`
	HTTP       HTTP                `yaml:"http"`
	Slack      Slack               `yaml:"slack"`
	Discord    Discord             `yaml:"discord"`
	Workflow   Workflow            `yaml:"workflow"`
	Rules      map[string]string   `yaml:"rules"`
	WIPLimit   int                 `yaml:"wip_limit"`
	Priorities []Priority          `yaml:"priorities"`
	Categories Ordered[Category]   `yaml:"categories"`
	Plans      []Plan              `yaml:"plans"`
	Calendars  map[string]Calendar `yaml:"calendars"`
	SLA        SLA                 `yaml:"sla"`
	Digest     Digest              `yaml:"digest"`
	Rota       Rota                `yaml:"rota"`
	RealTime   RealTime            `yaml:"real_time"`
	Clients    []Client            `yaml:"clients"`
}

// Desk is the team: its name, zone and hours, and the people it begins with.
type Desk struct {
	Name     string   `yaml:"name"`
	Zone     string   `yaml:"zone"`     // IANA
	Calendar string   `yaml:"calendar"` // a key of calendars
	Admins   []string `yaml:"admins"`   // "slack:U0123"
	Channels []string `yaml:"channels"` // "slack:C0123"
	Members  []Member `yaml:"members"`
}

// Member seeds one person.
type Member struct {
	Handle     string   `yaml:"handle"`
	Name       string   `yaml:"name"`
	Zone       string   `yaml:"zone"`
	Identities []string `yaml:"identities"`
	Roles      []string `yaml:"roles"`
	Skills     []string `yaml:"skills"`
}

// Database says where the desk is kept: a file path, sqlite:PATH or postgres://…
type Database struct {
	URL Secret `yaml:"url"`
}

// HTTP is the one listener of serve.
type HTTP struct {
	Listen string `yaml:"listen"`
}

// Slack and Discord hold what their platforms need. Secrets belong into the
// environment.
type Slack struct {
	BotToken      Secret `yaml:"bot_token"`
	AppToken      Secret `yaml:"app_token"`
	SigningSecret Secret `yaml:"signing_secret"`
	APIURL        string `yaml:"api_url"`
}

type Discord struct {
	Token         Secret `yaml:"token"`
	ApplicationID string `yaml:"application_id"`
	PublicKey     string `yaml:"public_key"`
	Role          string `yaml:"role"`
	APIURL        string `yaml:"api_url"`
}

// Workflow is what changes of the default workflow.
type Workflow struct {
	Rename      map[string]string `yaml:"rename"`
	Without     []string          `yaml:"without"`
	Statuses    []Status          `yaml:"statuses"`
	Transitions []Transition      `yaml:"transitions"`
}

type Status struct {
	Key   string `yaml:"key"`
	Name  string `yaml:"name"`
	Stage string `yaml:"stage"`
}

type Transition struct {
	From string   `yaml:"from"`
	To   string   `yaml:"to"`
	By   []string `yaml:"by"`
	Why  string   `yaml:"why"`
}

type Priority struct {
	Key       string        `yaml:"key"`
	Name      string        `yaml:"name"`
	Guideline string        `yaml:"guideline"`
	Urgent    bool          `yaml:"urgent"`
	Wait      time.Duration `yaml:"wait"` // an urgent ticket unclaimed so long is pushed
	Default   bool          `yaml:"default"`
	Calendar  string        `yaml:"calendar"` // what its goals are measured by, the desk's if none
}

// Category is a type with its subtypes and their items, and what must be known.
type Category struct {
	Checklist []string          `yaml:"checklist"`
	Subtypes  Ordered[[]string] `yaml:"subtypes"`
}

type Plan struct {
	Name   string `yaml:"name"`
	Weight int    `yaml:"weight"`
}

// Calendar is a week of hours: "mon-fri": ["09:00-12:00", "13:00-17:00"].
type Calendar struct {
	Zone     string              `yaml:"zone"`
	AllHours bool                `yaml:"all_hours"`
	Week     map[string][]string `yaml:"week"`
	Country  string              `yaml:"country"` // whose holidays are days off
	Holidays []string            `yaml:"holidays"`
	Special  map[string][]string `yaml:"special"` // a date's own hours
}

// SLA is what the desk promises: limits in working time by plan and priority.
type SLA struct {
	DefaultPlan string                      `yaml:"default_plan"`
	AtRisk      AtRisk                      `yaml:"at_risk"`
	Goals       map[string]map[string]Goals `yaml:"goals"`
}

// AtRisk is when a goal comes to be at risk: so many percent used, or so little
// working time left.
type AtRisk struct {
	Share  int           `yaml:"share"`
	Within time.Duration `yaml:"within"`
}

// Goals are limits; 0 is not promised.
type Goals struct {
	Respond time.Duration `yaml:"respond"`
	Plan    time.Duration `yaml:"plan"`
	Resolve time.Duration `yaml:"resolve"`
}

// Digest is when the desk says how it stands, in cron texts and desk time, and
// what it shows.
type Digest struct {
	At         string     `yaml:"at"`
	Weekly     string     `yaml:"weekly"`
	Sections   []string   `yaml:"sections"`
	Thresholds Thresholds `yaml:"thresholds"`
	WhenEmpty  string     `yaml:"when_empty"` // line or nothing
	Channels   []string   `yaml:"channels"`   // "slack:C0123", one on each platform
}

// Thresholds are working days until the digest shows a ticket.
type Thresholds struct {
	ClientTest int `yaml:"client_test"`
	Triage     int `yaml:"triage"`
	Ready      int `yaml:"ready"`
	Waiting    int `yaml:"waiting"` // also for a vendor
	Estimates  int `yaml:"estimates"`
}

// Rota is who is intake.
type Rota struct {
	Members    []string `yaml:"members"` // handles, the first has the present turn
	OnCall     []string `yaml:"on_call"`
	AfterHours bool     `yaml:"after_hours"`
	Day        string   `yaml:"day"`
	At         string   `yaml:"at"`
}

// RealTime is rule 5.
type RealTime struct {
	Enabled   bool          `yaml:"enabled"`
	Allowance time.Duration `yaml:"allowance"`
	Nudge     time.Duration `yaml:"nudge"`
}

type Client struct {
	Name       string    `yaml:"name"`
	Plan       string    `yaml:"plan"`
	VIP        bool      `yaml:"vip"`
	CatchAll   bool      `yaml:"catch_all"`
	Zone       string    `yaml:"zone"`
	Calendar   string    `yaml:"calendar"` // what its goals are measured by
	Agreements []string  `yaml:"agreements"`
	Contacts   []Contact `yaml:"contacts"`
}

type Contact struct {
	Name  string `yaml:"name"`
	Email string `yaml:"email"`
	Phone string `yaml:"phone"`
}
