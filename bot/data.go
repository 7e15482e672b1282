package bot

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// Data are the playground's own data calls, for cmd to mount by their pattern.
func (b *Bot) Data() map[string]http.Handler {
	return map[string]http.Handler{
		"GET /api/people":           b.answer(b.peopleData),
		"GET /api/clients":          b.answer(b.clientsData),
		"GET /api/categories":       b.answer(b.categoriesData),
		"GET /api/tickets/{number}": b.answer(b.ticketData),
	}
}

// answer writes what f returns as JSON: 404 for store.ErrNotFound, 500 without
// details for the rest.
func (b *Bot) answer(f func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := f(r)
		code := http.StatusOK
		switch {
		case errors.Is(err, store.ErrNotFound):
			code, v = http.StatusNotFound, map[string]string{"error": "there is no such ticket"}
		case err != nil:
			b.Log.Error("data call failed", "path", r.URL.Path, "err", err)
			code, v = http.StatusInternalServerError, map[string]string{"error": "Deskbell couldn't read that just now"}
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(v) // the reader has gone
	})
}

// Person is a member as the playground shows them.
type Person struct {
	Handle string   `json:"handle"`
	Name   string   `json:"name"`
	Roles  []string `json:"roles"`
}

// People are the active members, by id.
func (b *Bot) People(ctx context.Context) ([]Person, error) {
	p, err := b.Store.Policy(ctx)
	if err != nil {
		return nil, err
	}
	out := []Person{}
	for _, m := range p.People() {
		ps := Person{m.Handle, string(m.Name), []string{}}
		for _, r := range m.Roles {
			ps.Roles = append(ps.Roles, string(r))
		}
		out = append(out, ps)
	}
	return out, nil
}

func (b *Bot) peopleData(r *http.Request) (any, error) { return b.People(r.Context()) }

func (b *Bot) clientsData(r *http.Request) (any, error) {
	type contact struct {
		Name  string `json:"name"`
		Email string `json:"email"`
	}
	type client struct {
		Name       string    `json:"name"`
		Plan       string    `json:"plan"`
		VIP        bool      `json:"vip"`
		CatchAll   bool      `json:"catch_all"`
		Contacts   []contact `json:"contacts"`
		Agreements []string  `json:"agreements"`
	}
	p, err := b.Store.Policy(r.Context())
	if err != nil {
		return nil, err
	}
	out := []client{}
	for _, c := range p.ClientList() {
		cl := client{c.Name, c.Plan, c.VIP, c.CatchAll, []contact{}, append([]string{}, c.Agreements...)}
		for _, ct := range c.Contacts {
			cl.Contacts = append(cl.Contacts, contact{string(ct.Name), string(ct.Email)})
		}
		out = append(out, cl)
	}
	return out, nil
}

func (b *Bot) categoriesData(r *http.Request) (any, error) {
	p, err := b.Store.Policy(r.Context())
	if err != nil {
		return nil, err
	}
	type triple struct {
		Type    string `json:"type"`
		Subtype string `json:"subtype"`
		Item    string `json:"item"`
	}
	out := []triple{}
	for _, c := range p.Categories {
		out = append(out, triple(c))
	}
	return out, nil
}

// ticketJSON is the contract's ticket; null where there is none.
type ticketJSON struct {
	Number      int64       `json:"number"`
	Kind        desk.Kind   `json:"kind"`
	Status      string      `json:"status"`
	StatusName  string      `json:"status_name"`
	Stage       desk.Stage  `json:"stage"`
	Priority    *string     `json:"priority"`
	Rank        int64       `json:"rank"`
	Assignee    *string     `json:"assignee"`
	Client      *string     `json:"client"`
	Contact     *string     `json:"contact"`
	Agreement   *string     `json:"agreement"`
	Type        *string     `json:"type"`
	Subtype     *string     `json:"subtype"`
	Item        *string     `json:"item"`
	Severity    *string     `json:"severity"`
	Impact      *string     `json:"impact"`
	Summary     string      `json:"summary"`
	Description string      `json:"description"`
	CameBy      *string     `json:"came_by"`
	Tester      *string     `json:"tester"`
	Unconfirmed bool        `json:"unconfirmed"`
	HandedBy    *string     `json:"handed_by"`
	DuplicateOf *int64      `json:"duplicate_of"`
	Minutes     int         `json:"minutes"`
	Version     int         `json:"version"`
	Revision    int         `json:"revision"`
	Events      []eventJSON `json:"events"`
	SLA         *slaJSON    `json:"sla"`
	Opened      time.Time   `json:"opened"`
	Entered     time.Time   `json:"entered"`
	Allowance   *allowJSON  `json:"allowance"`
}

type allowJSON struct {
	By      string    `json:"by"`
	Until   time.Time `json:"until"`
	Running bool      `json:"running"`
}

type eventJSON struct {
	Seq  int       `json:"seq"`
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Type string    `json:"type"`
	Text string    `json:"text"`
	Data any       `json:"data"`
}

func (b *Bot) ticketData(r *http.Request) (any, error) {
	n, err := strconv.ParseInt(r.PathValue("number"), 10, 64)
	if err != nil {
		return nil, store.ErrNotFound
	}
	p, err := b.Store.Policy(r.Context())
	if err != nil {
		return nil, err
	}
	tk, err := b.Store.Ticket(r.Context(), desk.TicketID(n))
	if err != nil {
		return nil, err
	}
	es, err := b.Store.Events(r.Context(), tk.Number)
	if err != nil {
		return nil, err
	}
	return b.ticketOf(r.Context(), p, tk, es), nil
}

func null(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (b *Bot) ticketOf(ctx context.Context, p *desk.Policy, tk desk.Ticket, es []desk.Event) ticketJSON {
	ct, _ := p.ContactOf(tk.Client, tk.Contact)
	st, _ := p.Workflow.Status(tk.Status)
	out := ticketJSON{Number: int64(tk.Number), Kind: tk.Kind, Status: string(tk.Status), StatusName: st.Name, Stage: st.Stage,
		Priority: null(string(tk.Priority)), Rank: tk.Rank, Assignee: null(p.Handle(tk.Assignee)), Tester: null(p.Handle(tk.Tester)),
		Client: null(p.Clients[tk.Client].Name), Contact: null(string(ct.Name)), Agreement: null(tk.Agreement),
		Type: null(tk.Category.Type), Subtype: null(tk.Category.Subtype), Item: null(tk.Category.Item),
		Severity: null(string(tk.Severity)), Impact: null(string(tk.Impact)), Summary: string(tk.Summary), Description: string(tk.Description),
		CameBy: null(tk.CameBy), Unconfirmed: tk.Unconfirmed, HandedBy: null(p.Handle(tk.HandedBy)), Minutes: tk.Minutes,
		Version: tk.Version, Revision: tk.Revision, Opened: tk.Opened.UTC(), Entered: tk.Entered.UTC(), Events: []eventJSON{}}
	if tk.DuplicateOf != 0 {
		of := int64(tk.DuplicateOf)
		out.DuplicateOf = &of
	}
	if a := tk.Allowance; a != nil {
		out.Allowance = &allowJSON{p.Handle(a.By), a.Until.UTC(), a.Running}
	}
	t := &turn{Bot: b, ctx: ctx, p: p, now: b.Now()}
	out.SLA = t.slaData(tk)
	for _, e := range es {
		by := p.Handle(e.By.Member)
		if e.By.Clock {
			by = "clock"
		}
		out.Events = append(out.Events, eventJSON{e.Seq, e.At.UTC(), by, snake(desk.NameOf(e.What)), t.describe(e), e.What})
	}
	return out
}

// snake writes a fact's name in the interface's lower_snake_case.
func snake(name string) string {
	var out []rune
	for i, r := range name {
		if r >= 'A' && r <= 'Z' {
			if i > 0 && !(name[i-1] >= 'A' && name[i-1] <= 'Z') {
				out = append(out, '_')
			}
			r += 'a' - 'A'
		}
		out = append(out, r)
	}
	return string(out)
}
