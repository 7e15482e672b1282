package desk

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/worktime"
)

// The people of the tests, each with only the role of its name.
const (
	intake MemberID = iota + 1
	relief          // second on the intake rota
	srm
	deputy // of the SRM
	sdm
	tech
	tech2
	level1 // technician and level 1
	admin
	observer
	oncall
	standIn          // intake deputy
	guest   MemberID = 99
)

var names = map[MemberID]string{intake: "intake", relief: "relief", srm: "srm", deputy: "deputy", sdm: "sdm", tech: "tech", tech2: "tech2",
	level1: "level1", admin: "admin", observer: "observer", oncall: "oncall", standIn: "standIn"}

const (
	acme     ClientID  = 1
	bright   ClientID  = 2
	unknown  ClientID  = 3 // the catch-all
	anna     ContactID = 11
	bob      ContactID = 21
	notKnown ContactID = 31
)

var (
	printer = Category{"Hardware", "Printer", "Jam"}
	vpn     = Category{"Network", "VPN", "Drops"}
	// monday is when the tests begin: intake's turn, in working hours.
	monday = at("Mon 2026-03-02 10:00")
)

func berlin() *time.Location {
	z, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return z
}

// at reads "Mon 2026-03-02 10:00" in desk time.
func at(s string) time.Time {
	t, err := time.ParseInLocation("Mon 2006-01-02 15:04", s, berlin())
	if err != nil || t.Format("Mon 2006-01-02 15:04") != s {
		panic("no such time: " + s)
	}
	return t
}

// office is a desk with everybody, real-time support, default dials.
func office() *Policy {
	day := []worktime.Window{{From: 9 * 60, To: 17 * 60}}
	hours, err := worktime.New(worktime.Spec{Name: "desk", Zone: "Europe/Berlin", Week: map[time.Weekday][]worktime.Window{
		time.Monday: day, time.Tuesday: day, time.Wednesday: day, time.Thursday: day, time.Friday: day}})
	if err != nil {
		panic(err)
	}
	p := Normal("Test desk", hours)
	p.RealTime = true
	p.Categories = []Category{printer, {"Hardware", "Printer", "Toner"}, vpn}
	p.Plans = []Plan{{"Gold", 20}, {"Basic", 0}}
	p.SLA.DefaultPlan = "Basic"
	p.SLA.Goals = map[string]map[PriorityKey]Goals{
		"Gold":  {"urgent": {Respond: 30 * time.Minute, Plan: 15 * time.Minute, Resolve: 4 * time.Hour}, "normal": {Respond: 2 * time.Hour, Resolve: 16 * time.Hour}},
		"Basic": {"urgent": {Resolve: 8 * time.Hour}, "normal": {Respond: 4 * time.Hour, Resolve: 40 * time.Hour}},
	}
	for id, roles := range map[MemberID][]Role{intake: {RIntake}, relief: {RIntake}, srm: {RSRM}, deputy: {RSRMDeputy}, sdm: {RSDM}, tech: {RTechnician},
		tech2: {RTechnician}, level1: {RTechnician, RLevel1}, admin: {RAdmin}, observer: nil, oncall: nil, standIn: {RIntakeDeputy}} {
		p.Members[id] = Member{ID: id, Handle: names[id], Roles: roles, Active: true, Identities: []string{"web:" + names[id]}}
	}
	p.Clients[acme] = Client{ID: acme, Name: "Acme Dental", Plan: "Gold", VIP: true, Agreements: []string{"Support 2026"}, Contacts: []Contact{{ID: anna, Name: "Anna", Email: "anna@acme.example"}}}
	p.Clients[bright] = Client{ID: bright, Name: "Bright Law", Plan: "Basic", Agreements: []string{"Bright"}, Contacts: []Contact{{ID: bob, Name: "Bob"}}}
	p.Clients[unknown] = Client{ID: unknown, Name: "Not known yet", CatchAll: true, Contacts: []Contact{{ID: notKnown, Name: "Caller"}}}
	p.Rota = Rota{Base: []MemberID{intake, relief}, OnCall: []MemberID{oncall}, Anchor: "2026-03-02", Day: time.Monday, At: 9 * 60}
	return &p
}

// scene is a test's desk; commands go to the ticket opened last.
type scene struct {
	*world
	*testing.T
	n TicketID
}

func newScene(t *testing.T) *scene { return &scene{world: newWorld(office(), monday), T: t} }

func (s *scene) ticket() Ticket { return s.tickets[s.n] }

func (s *scene) dial(r Rule, d Dial) *scene { s.p.Dials[r] = d; return s }

// wait lets time pass, and the clock do what is due at every minute.
func (s *scene) wait(d time.Duration) {
	s.Helper()
	for end := s.now.Add(d); s.now.Before(end); {
		s.now = s.now.Add(min(time.Minute, end.Sub(s.now)))
		if err := s.fire(); err != nil {
			s.Fatal(err)
		}
	}
}

// person acts in a scene: s.as(srm).do(Prioritize{Priority: "normal"}).
type person struct {
	*scene
	by MemberID
}

func (s *scene) as(m MemberID) person { return person{s, m} }

func (p person) try(c Command) ([]Event, error) {
	n := p.n
	if o, ok := c.(Open); ok && o.Kind != "?" {
		n = 0
	}
	if rt, ok := c.(RealTime); ok && rt.Open.Summary != "" {
		n = 0
	}
	es, err := p.ask(Request{Ticket: n, By: By(p.by), Do: c})
	if err == nil && n == 0 {
		p.n = TicketID(len(p.tickets))
	}
	return es, err
}

// do gives the commands, all of which are done.
func (p person) do(cs ...Command) person {
	p.Helper()
	for _, c := range cs {
		if _, err := p.try(c); err != nil {
			p.Fatalf("%s: %#v on %s (%s): %v", names[p.by], c, p.n, p.ticket().Status, err)
		}
	}
	return p
}

var unkind = regexp.MustCompile(`(?i)invalid|permission|denied|error|forbidden|\bmember:?\d|illegal`)

// kind checks the manners of a refusal (domain.md, first lines).
func kindly(t *testing.T, r *Refusal) {
	t.Helper()
	if r.Text == "" || unkind.MatchString(r.Text) || !strings.HasSuffix(r.Text, ".") || strings.Contains(r.Text, "  ") || len(r.Text) > 300 {
		t.Errorf("%s: unkind or unclear: %q", r.Rule, r.Text)
	}
	if slices.Contains(r.Who, 0) {
		t.Errorf("%s: nobody may do it: %v", r.Rule, r.Who)
	}
	for _, o := range r.Offer {
		if o.Label == "" || o.Verb == "" {
			t.Errorf("%s: an empty offer: %+v", r.Rule, o)
		}
	}
}

// no gives a command that the rule refuses, and returns the refusal.
func (p person) no(rule Rule, c Command) *Refusal {
	p.Helper()
	before := p.ticket()
	_, err := p.try(c)
	var r *Refusal
	if !errors.As(err, &r) || r.Rule != rule {
		p.Fatalf("%s: %#v on %s (%s): got %v, want a refusal by %s", names[p.by], c, p.n, p.ticket().Status, err, rule)
	}
	kindly(p.T, r)
	if p.ticket().Revision != before.Revision {
		p.Errorf("the refusal changed %s", p.n)
	}
	return r
}

// needs gives a command that still has to be told the fields.
func (p person) needs(c Command, fields ...string) *Needs {
	p.Helper()
	_, err := p.try(c)
	var n *Needs
	if !errors.As(err, &n) || !slices.Equal(n.Fields, fields) {
		p.Fatalf("%s: %#v on %s (%s): got %v, want a question for %v", names[p.by], c, p.n, p.ticket().Status, err, fields)
	}
	return n
}

// is checks where the ticket stands.
func (s *scene) is(k StatusKey) *scene {
	s.Helper()
	if got := s.ticket().Status; got != k {
		s.Fatalf("%s is %s, want %s", s.n, got, k)
	}
	return s
}

// offers checks that the refusal offers the verbs, in that order.
func (r *Refusal) offers(t *testing.T, verbs ...Verb) {
	t.Helper()
	var got []Verb
	for _, o := range r.Offer {
		got = append(got, o.Verb)
	}
	if !slices.Equal(got, verbs) {
		t.Errorf("%s offers %v, want %v", r.Rule, got, verbs)
	}
}

// warned lists the rules that were passed over on the ticket.
func (s *scene) warned() []Rule {
	var rs []Rule
	for _, e := range s.events[s.n] {
		if w, ok := e.What.(Warned); ok {
			rs = append(rs, w.Rule)
		}
	}
	return rs
}

// told lists what was posted and mailed about the ticket: "mail closed".
func (s *scene) told() []string {
	var out []string
	for _, n := range s.notices {
		if n.Ticket == s.n && n.Kind != Paint {
			out = append(out, string(n.Kind)+" "+n.What)
		}
	}
	return out
}
