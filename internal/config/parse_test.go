package config

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Each bad file with the whole message: file, line, column, what is wrong, the
// fix, and the line itself.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct{ file, want string }{
		"unknown key": {"desk:\n  channel: [x]\n",
			`x.yaml:2:3: unknown key "channel" in desk; did you mean "channels"?`},
		"unknown key at the top": {"wip-limit: 4\n", `x.yaml:1:1: unknown key "wip-limit"; did you mean "wip_limit"?`},
		"unknown key like none":  {"http:\n  frobnicate: 4\n", `x.yaml:2:3: unknown key "frobnicate" in http; there are: listen`},
		"unknown key in a list":  {"plans:\n  - {name: Gold, wait: 1}\n", `x.yaml:2:18: unknown key "wait" in plans[0]; there are: name, weight`},
		"goals of no plan":       {"sla:\n  goals: {Golt: {urgent: {resolve: 4h}}}\n", `x.yaml:2:11: there is no plan "Golt"; did you mean "Gold"?`},
		"goals of no priority":   {"sla:\n  goals: {Gold: {urgnt: {resolve: 4h}}}\n", `x.yaml:2:18: there is no priority "urgnt"; did you mean "urgent"?`},
		"goal of zero":           {"sla:\n  goals: {Gold: {urgent: {resolve: 0s}}}\n", `x.yaml:2:18: nothing is promised for "urgent": give respond, plan or resolve, or leave it out`},
		"goal of a second":       {"sla:\n  goals: {Gold: {urgent: {respond: 1s}}}\n", `x.yaml:2:36: a goal is at least 1m of working time; leave it out to promise nothing`},
		"goal of a century":      {"sla:\n  goals: {Gold: {urgent: {resolve: 876000h}}}\n", `x.yaml:2:36: a goal is at most 2000h of working time, a working year`},
		"default plan":           {"sla: {default_plan: Brnze}\n", `x.yaml:1:21: there is no plan "Brnze"; did you mean "Bronze"?`},
		"share":                  {"sla: {at_risk: {share: 100}}\n", `x.yaml:1:24: the share is 1 to 99 percent, not 100`},
		"within":                 {"sla: {at_risk: {within: 30h}}\n", `x.yaml:1:25: within is at most 24h of working time`},
		"priority's calendar":    {"priorities:\n  - {key: p1, name: P1, urgent: true, calendar: allways}\n", `x.yaml:2:49: there is no calendar "allways"; there are: office`},
		"client's calendar":      {"clients:\n  - {name: A, catch_all: true, calendar: offic}\n", `x.yaml:2:42: there is no calendar "offic"; did you mean "office"?`},
		"wrong type":             {"wip_limit: many\n", `x.yaml:1:12: wip_limit takes a whole number, not "many"`},
		"fraction":               {"wip_limit: 1.5\n", `x.yaml:1:12: wip_limit takes a whole number, not "1.5"`},
		"quoted number":          {"wip_limit: \"3\"\n", `x.yaml:1:12: wip_limit takes a whole number, not "3"`},
		"truth":                  {"real_time:\n  enabled: yes\n", `x.yaml:2:12: enabled takes true or false, not "yes"`},
		"span":                   {"real_time:\n  allowance: 15x\n", `x.yaml:2:14: "15x" is no span of time; write it like 15m, 90s or 4h`},
		"list wanted":            {"desk:\n  admins: slack:U1\n", `x.yaml:2:11: admins takes a list, like [one, two]`},
		"keys wanted":            {"desk: Acme\n", `x.yaml:1:7: desk takes keys of its own below it`},
		"one value wanted":       {"desk:\n  name: [a]\n", `x.yaml:2:3: name takes one value, not a list or keys; a text with a colon in it may need quotes`},
		"empty item":             {"desk:\n  admins: [slack:U1, ]\n  channels:\n    -\n", `x.yaml:4:7: an empty item; write it or take it away`},
		"bare colon":             {"desk: {admins: [slack:U1]}\n", `x.yaml:1:17: admins[0] takes one value, not a list or keys; a text with a colon in it may need quotes`},
		"list for a file":        {"- desk\n", `x.yaml:1:1: the file takes keys of its own below it`},
		"duplicate key":          {"wip_limit: 3\ndesk:\n  name: A\n  name: B\n", `x.yaml:4:3: mapping key "name" already defined at [3:3]`},
		"no YAML":                {"desk: \"open\nhttp: x", `x.yaml:1:7: could not find end character of double-quoted text`},
		"a tab":                  {"desk:\n\tname: x\n", "x.yaml:2:1: found character '\t' that cannot start any token"},
		"anchor":                 {"desk: &d\n  name: A\n", `x.yaml:1:7: anchors and aliases (& and *) are not read; write it out, or quote a text that begins with such a sign`},
		"tag":                    {"wip_limit: !!int 3\n", `x.yaml:1:12: tags (!) are not read; take it away, or quote a text that begins with such a sign`},
		"merge":                  {"desk:\n  <<: {name: A}\n", `x.yaml:2:3: "<<" is no key; write it out as one word or in quotes`},
		"two documents":          {"wip_limit: 3\n---\nwip_limit: 4\n", `x.yaml:3:1: a second document; one file is one configuration`},

		"no name":        {"desk: {name: \"\"}\n", `x.yaml:1:14: the desk needs a name; clients read it below every mail`},
		"zone":           {"desk:\n  zone: Europe/Berln\n", `x.yaml:2:9: there is no time zone "Europe/Berln"; write an IANA name such as Europe/Berlin`},
		"zone Local":     {"desk:\n  zone: Local\n", `x.yaml:2:9: there is no time zone "Local"; write an IANA name such as Europe/Berlin`},
		"no calendar":    {"desk:\n  calendar: ofice\n", `x.yaml:2:13: there is no calendar "ofice"; did you mean "office"?`},
		"calendar gone":  {"calendars:\n  shop: {all_hours: true}\n", `x.yaml:1:1: there is no calendar "office"; there are: shop`},
		"no hours":       {"calendars:\n  office:\n    week: {}\n", `x.yaml:2:3: calendar "office": no hours at all: give at least one weekday a window such as 09:00-17:00`},
		"day":            {"calendars:\n  office:\n    week:\n      mon-frei: [\"09:00-17:00\"]\n", `x.yaml:4:7: "mon-frei" is no day or range of days; write mon, or mon-fri`},
		"window":         {"calendars:\n  office:\n    week:\n      mon: [\"08:00-12:00\", 9-17]\n", `x.yaml:4:28: "9-17" is not a window: write it as HH:MM-HH:MM, such as 09:00-17:00`},
		"overlap":        {"calendars:\n  office:\n    week:\n      mon: [\"08:00-12:00\", \"11:00-13:00\"]\n", `x.yaml:2:3: calendar "office": Monday: windows 08:00-12:00 and 11:00-13:00 overlap`},
		"holiday":        {"calendars:\n  office:\n    week: {mon: [\"09:00-17:00\"]}\n    holidays: [2026-12-25, 25.12.]\n", `x.yaml:4:28: "25.12." is not a date: write it as YYYY-MM-DD, such as 2026-12-25`},
		"country":        {"calendars:\n  office: {country: GER, week: {mon: [\"09:00-17:00\"]}}\n", `x.yaml:2:21: the holidays of "GER" aren't known; there are: AR, AT, BE, BG, BR, CA, CH, CZ, DE, DK, ES, FR, GB, GR, HR, IE, IT, LT, LV, NL, NO, NZ, PL, RO, SE, SI, SK, UA, US, ZA. Write the days off under holidays instead`},
		"calendar zone":  {"calendars:\n  office: {all_hours: true}\n  night:\n    zone: Mars\n", `x.yaml:4:11: there is no time zone "Mars"; write an IANA name such as Europe/Berlin`},
		"dots in a name": {"calendars:\n  office: {all_hours: true}\n  a.b:\n    zone: Mars\n", `x.yaml:4:11: there is no time zone "Mars"; write an IANA name such as Europe/Berlin`},

		"round rule 2": {"workflow:\n  transitions:\n    - {from: submitted, to: in_review, by: [srm]}\n    - {from: submitted, to: in_progress, by: [technician]}\n",
			`x.yaml:4:7: transition submitted to in_progress leads to active work without starting (rule prioritized-before-start); let it go through approved`},
		"stranded": {"workflow:\n  statuses:\n    - {key: on_site, name: On site, stage: active}\n  transitions:\n    - {from: in_progress, to: on_site, by: [assignee]}\n",
			`x.yaml:3:7: status "on_site" strands its tickets of kind defect: no way leads on to Completed; add a transition from it`},
		"group":  {"workflow:\n  without: [install, testing]\n", `x.yaml:2:22: there is no group "testing" to leave out; groups are test, install, estimate`},
		"rename": {"workflow:\n  rename: {aproved: Ready}\n", `x.yaml:2:12: rename: there is no status "aproved"`},

		"rule":         {"rules:\n  four-eys: warn\n", `x.yaml:2:3: "four-eys" is no rule; did you mean "four-eyes"?`},
		"rule no dial": {"rules:\n  started-has-assignee: \"off\"\n", `x.yaml:2:3: started-has-assignee has no dial; it always holds`},
		"dial":         {"rules:\n  four-eyes: strict\n", `x.yaml:2:14: "strict" is no dial; a dial is off, warn or enforce`},
		"section":      {"digest:\n  sections: [triage, urgnt]\n", `x.yaml:2:22: "urgnt" is no section of the digest; did you mean "urgent"?`},
		"section 2":    {"digest:\n  sections: [triage, triage]\n", `x.yaml:2:22: the section triage stands twice`},
		"threshold":    {"digest:\n  thresholds: {triage: 0}\n", `x.yaml:2:24: a threshold is 1 to 250 working days; to show none of these, leave the section out`},
		"no threshold": {"digest:\n  thresholds: {urgent: 1}\n", `x.yaml:2:16: unknown key "urgent" in digest.thresholds; there are: client_test, triage, ready, waiting, estimates`},
		"empty":        {"digest:\n  when_empty: silence\n", `x.yaml:2:15: "silence" is neither line nor nothing`},
		"digest here":  {"digest:\n  channels: [\"slack:C1\", \"slack:C2\"]\n", `x.yaml:2:26: a second channel on slack; the digest has one on each platform`},
		"wip":          {"wip_limit: 0\n", `x.yaml:1:12: the limit is at least 1; to have none, set the rule wip-limit to off`},
		"nudge":        {"real_time: {nudge: 20m}\n", `x.yaml:1:20: the nudge comes before the allowance of 15m0s is over`},
		"allowance":    {"real_time: {allowance: 5h}\n", `x.yaml:1:24: an allowance is more than nothing and at most 4h`},

		"none urgent":   {"priorities:\n  - {key: p1, name: P1}\n", `x.yaml:1:1: no priority is urgent; give the most urgent one urgent: true`},
		"no priorities": {"priorities: []\n", `x.yaml:1:1: no priority is urgent; give the most urgent one urgent: true`},
		"priority key":  {"priorities:\n  - {key: P1, name: P1, urgent: true}\n", `x.yaml:2:11: a priority's key is lower-case letters, digits and _, not "P1"`},
		"two defaults": {"priorities:\n  - {key: p1, name: P1, urgent: true, default: true}\n  - {key: p2, name: P2, default: true}\n",
			`x.yaml:3:34: only one priority is the default; "p1" is already`},
		"no items":    {"categories:\n  Hardware:\n    subtypes:\n      Printer: []\n", `x.yaml:4:7: the subtype "Printer" has no items; a ticket needs type, subtype and item`},
		"no subtypes": {"categories:\n  Hardware:\n", `x.yaml:2:3: the type "Hardware" has no subtypes; a ticket needs type, subtype and item`},

		"role":        {"desk:\n  members:\n    - handle: ann\n      identities: [slack:U1]\n      roles: [srm, technican]\n", `x.yaml:5:20: "technican" is no role; did you mean "technician"?`},
		"role intake": {"desk:\n  members:\n    - {handle: ann, identities: [\"slack:U1\"], roles: [intake]}\n", `x.yaml:3:55: intake is whoever stands in rota.members; write ann there`},
		"no identity": {"desk:\n  members:\n    - handle: ann\n      name: Ann\n", `x.yaml:3:7: ann needs identities, at least one like slack:U0123`},
		"identity":    {"desk:\n  members:\n    - {handle: ann, identities: [\"U1\"]}\n", `x.yaml:3:34: "U1" is no identity; write the platform and the person's id there, like slack:U0123 or discord:80351110224678912`},
		"two handles": {"desk:\n  members:\n    - {handle: ann, identities: [\"slack:U1\"]}\n    - {handle: Ann, identities: [\"slack:U2\"]}\n", `x.yaml:4:16: two members have the handle "Ann"`},
		"shared identity": {"desk:\n  members:\n    - {handle: ann, identities: [\"slack:U1\"]}\n    - {handle: bob, identities: [\"slack:U2\", \"slack:U1\"]}\n",
			`x.yaml:4:46: slack:U1 is two members' identity`},
		"skill":        {"desk:\n  members:\n    - {handle: ann, identities: [\"slack:U1\"], skills: [Printing]}\n", `x.yaml:3:56: the skill "Printing" is no type of the categories`},
		"member zone":  {"desk:\n  members:\n    - {handle: ann, identities: [\"slack:U1\"], zone: Mars}\n", `x.yaml:3:53: there is no time zone "Mars"; write an IANA name such as Europe/Berlin`},
		"discord name": {"desk:\n  admins: [\"discord:bob\"]\n", `x.yaml:2:12: "discord:bob" is no identity; write the platform and the person's id there, like slack:U0123 or discord:80351110224678912`},
		"application":  {"discord:\n  application_id: hello\n", `x.yaml:2:19: "hello" is no application id; it is digits, under General Information in the developer portal`},
		"public key":   {"discord:\n  public_key: abc\n", `x.yaml:2:15: "abc" is no public key; it is 64 hexadecimal digits, under General Information in the developer portal`},
		"admin":        {"desk:\n  admins: [ann]\n", `x.yaml:2:12: "ann" is no identity; write the platform and the person's id there, like slack:U0123 or discord:80351110224678912`},
		"channel":      {"desk:\n  channels: [\"#desk\"]\n", `x.yaml:2:14: "#desk" is no channel; write the platform and the channel's id there, like slack:C0123 or discord:199737254929760256`},
		"two channels": {"desk:\n  channels: [slack:C1, slack:C2]\n", `x.yaml:2:24: a second channel on slack; the desk has one on each platform`},
		"rota":         {"desk:\n  members:\n    - {handle: ann, identities: [\"slack:U1\"]}\nrota:\n  members: [ann, bob]\n", `x.yaml:5:18: there is no member "bob"; there are: ann`},
		"digest hour":  {"digest:\n  at: 0 24 * * *\n", `x.yaml:2:9: "24" is no hour; write *, a value (0 to 23), a list 1,3, a range 1-3 or steps */2`},
		"digest day":   {"digest: {at: \"0 9 30 2 *\"}\n", `x.yaml:1:19: day 30 of month 2 never comes; take a day that the month has`},
		"digest zone":  {"digest:\n  weekly: 'CRON_TZ=UTC 0 9 * * 1'\n", `x.yaml:2:11: "CRON_TZ=UTC": the times are the desk's own; leave the zone out and set desk.zone`},
		"digest fold":  {"digest:\n  at: >\n    0 9\n    * * 8\n", `x.yaml:2:7: "8" is no day of the week; write *, a value (0 to 6 or sun to sat, Sunday is 0), a list 1,3, a range 1-3 or steps */2`},
		"digest never": {"digest: {at: \"\"}\n", `x.yaml:1:14: there is no time; write minute, hour, day of the month, month and day of the week, like "0 9 * * *" for nine o'clock every day`},
		"rota day":     {"rota: {day: someday}\n", `x.yaml:1:13: "someday" is no day of the week; write it like monday`},
		"rota time":    {"rota: {at: 9}\n", `x.yaml:1:12: "9" is no time of day; write it like 09:00`},
		"client plan":  {"clients:\n  - name: Acme\n    plan: Platinum\n", `x.yaml:3:11: there is no plan "Platinum"`},
		"client twice": {"clients:\n  - name: Acme\n  - name: ACME\n", `x.yaml:3:11: two clients are called "ACME"`},
		"catch-alls":   {"clients:\n  - {name: A, catch_all: true}\n  - {name: B, catch_all: true}\n", `x.yaml:3:26: only one client is the catch-all; "A" is already`},
		"e-mail":       {"clients:\n  - name: Acme\n    contacts:\n      - {name: Jo, email: jo}\n", `x.yaml:4:27: "jo" is no e-mail address; write it like name@example.com`},
		"listen":       {"http:\n  listen: 8080\n", `x.yaml:2:11: "8080" is no address to listen on; write host and port like 127.0.0.1:8080, or :8080 for every interface`},
		"database":     {"database:\n  url: mysql://root:hunter22@db/x\n", `x.yaml:2:8: no database is reached by "mysql"; write a file's path, sqlite:PATH or postgres://…`},
		"api":          {"slack:\n  api_url: slack.com\n", `x.yaml:2:12: "slack.com" is no address; write it like https://host/api`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("x.yaml", []byte(c.file))
			if err == nil {
				t.Fatal("was taken")
			}
			got, rest, _ := strings.Cut(err.Error(), "\n")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			checkExcerpt(t, c.file, err.(*Error), rest)
		})
	}
}

// checkExcerpt: below stand the line as it is in the file, and a caret under the
// column that is meant.
func checkExcerpt(t *testing.T, file string, e *Error, rest string) {
	t.Helper()
	shown, caret, _ := strings.Cut(rest, "\n")
	line := strings.ReplaceAll(strings.Split(file, "\n")[e.Line-1], "\t", " ")
	if _, text, _ := strings.Cut(shown, "| "); text != line && !strings.Contains(text, redacted) {
		t.Errorf("the line shown is %q, in the file it is %q", text, line)
	}
	if at := strings.Index(caret, "^") - strings.Index(shown, "| ") - 2; at != e.Column-1 {
		t.Errorf("the caret stands at %d, the column is %d:\n%s", at+1, e.Column, rest)
	}
}

func TestTaken(t *testing.T) {
	f, err := Parse("x.yaml", []byte("\uFEFFdesk:\r\n  name: 010\r\n  zone:\r\ncategories:\n  Zebra: {subtypes: {B: [x], A: [y]}}\n  Apple: {subtypes: {1: [z]}}\nrota: {day: Tue}\nrules: {wip-limit: \"off\"}\nreal_time: {enabled: true, allowance: 20m}\n"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Policy()
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != "010" || p.Zone != time.UTC || !p.RealTime || p.Allowance != 20*time.Minute {
		t.Errorf("name %q, zone %s, real time %t for %s", p.Name, p.Zone, p.RealTime, p.Allowance)
	}
	var order []string
	for _, c := range p.Categories {
		order = append(order, c.String())
	}
	if diff := cmp.Diff([]string{"Zebra / B / x", "Zebra / A / y", "Apple / 1 / z"}, order); diff != "" {
		t.Errorf("categories keep the file's order: %s", diff)
	}
	if day, _ := f.turn(); day != time.Tuesday {
		t.Errorf("the turn passes on %s", day)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(Template)
	f.Add([]byte("desk: {members: [{handle: a, identities: [x:y]}]}\nrota: {members: [a]}"))
	f.Add([]byte("categories: {a: {subtypes: {b: [c]}}}\n? [x]\n: *y"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Parse("x.yaml", data)
		if err == nil {
			if _, err := got.Policy(); err != nil {
				t.Errorf("taken, but makes no policy: %v", err)
			}
			return
		}
		e, ok := err.(*Error)
		if !ok || e.Line < 1 || e.Column < 1 || e.Text == "" {
			t.Errorf("an error without its place: %#v", err)
		}
	})
}
