package store

import (
	"context"
	"fmt"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

// Kind names a list of tickets.
type Kind string

const (
	Queue    Kind = "queue"  // ready and prioritized, in the order to take; with Member: that fit and are not another's
	Triage   Kind = "triage" // the deck: open, unprioritized, not snoozed at At; those in triage first, then by entry
	Mine     Kind = "mine"   // open, Member's as assignee or tester; the most urgent first
	InStatus Kind = "status" // in Status (an open one), the longest there first
	OfClient Kind = "client" // Client's, open ones first, then the newest
	OfMember Kind = "member" // assigned to Member, open ones first, then the newest
	Urgent   Kind = "urgent" // open with an urgent priority, in the order to take
)

// Query asks for a page of a list.
type Query struct {
	Kind   Kind
	Member desk.MemberID
	Client desk.ClientID
	Status desk.StatusKey
	At     time.Time
	Offset int
	Limit  int
}

// Page is part of a list, and how long the whole list is.
type Page struct {
	Tickets []desk.Ticket
	Total   int
}

// list is a page's statement and its count's.
type list struct{ page, count *statement }

func newList(name, where, order, limits string) list {
	return list{
		same("page of "+name, `SELECT number, state FROM tickets WHERE `+where+` ORDER BY `+order+` LIMIT `+limits),
		same("count of "+name, `SELECT count(*) FROM tickets WHERE `+where),
	}
}

const inOrder = `prio_order, rank, number`

var (
	listQueue    = newList("queue", inQueue, inOrder, `$1 OFFSET $2`)
	listFitting  = newList("fitting queue", inQueue+` AND `+fits, inOrder, `$3 OFFSET $4`)
	listDeck     = newList("deck", inDeck+` AND snoozed <= $1`, `(stage <> 'triage'), entered, number`, `$2 OFFSET $3`)
	listInStatus = newList("status", `is_open AND status = $1`, `since, number`, `$2 OFFSET $3`)
	listOfClient = newList("client", `client > 0 AND client = $1`, `is_open DESC, number DESC`, `$2 OFFSET $3`)
	listOfMember = newList("member", `assignee > 0 AND assignee = $1`, `is_open DESC, number DESC`, `$2 OFFSET $3`)
	listUrgent   = newList("urgent", `is_open AND urgent`, inOrder, `$1 OFFSET $2`)
	listMine     = newList("mine", `number IN (SELECT number FROM tickets WHERE is_open AND assignee <> 0 AND assignee = $1
		UNION ALL SELECT number FROM tickets WHERE is_open AND tester <> 0 AND tester = $1)`, inOrder, `$2 OFFSET $3`)
)

// List is a page of a named list.
func (s *Store) List(ctx context.Context, q Query) (Page, error) {
	var l list
	var args []any
	switch q.Kind {
	case Queue:
		l = listQueue
		if q.Member != 0 {
			p, err := s.Policy(ctx)
			if err != nil {
				return Page{}, err
			}
			l, args = listFitting, []any{int64(q.Member), skills(p.Members[q.Member])}
		}
	case Triage:
		l, args = listDeck, []any{micros(q.At)}
	case Mine:
		l, args = listMine, []any{int64(q.Member)}
	case InStatus:
		l, args = listInStatus, []any{string(q.Status)}
	case OfClient:
		l, args = listOfClient, []any{int64(q.Client)}
	case OfMember:
		l, args = listOfMember, []any{int64(q.Member)}
	case Urgent:
		l = listUrgent
	default:
		return Page{}, fmt.Errorf("store: there is no list %q", q.Kind)
	}
	return s.page(ctx, l.page, l.count, args, q.Offset, q.Limit)
}

func (s *Store) page(ctx context.Context, page, count *statement, args []any, offset, limit int) (Page, error) {
	var p Page
	var n int64
	err := s.e.read(ctx,
		get(s.tickets(&p.Tickets), page, append(args[:len(args):len(args)], int64(limit), int64(offset))...),
		get(scan(&n), count, args...))
	if err != nil {
		return Page{}, fmt.Errorf("store: %w", err)
	}
	p.Total = int(n)
	return p, nil
}

// Tally counts open tickets: all, those that lack a category or wait for a
// client's answer, and those without a priority.
type Tally struct{ Open, Unclarified, Unprioritized int }

// Tally is as the tickets are now.
func (s *Store) Tally(ctx context.Context) (Tally, error) {
	p, err := s.Policy(ctx)
	if err != nil {
		return Tally{}, err
	}
	var open, unclarified, unprioritized int64
	if err := s.e.read(ctx, get(scan(&open, &unclarified, &unprioritized), tally, string(p.Workflow.With(desk.IsQuestion)))); err != nil {
		return Tally{}, fmt.Errorf("store: tally: %w", err)
	}
	return Tally{int(open), int(unclarified), int(unprioritized)}, nil
}

// BoardRow is one status of the board.
type BoardRow struct {
	Status desk.StatusKey
	Count  int
	Oldest desk.TicketID // the longest in the status
	Since  time.Time     // when it came there
}

// Board counts the open tickets by status, in the workflow's order. Statuses
// without tickets are left out.
func (s *Store) Board(ctx context.Context) ([]BoardRow, error) {
	p, err := s.Policy(ctx)
	if err != nil {
		return nil, err
	}
	rows := map[desk.StatusKey]BoardRow{}
	err = s.e.read(ctx, get(func(r row) error {
		var status string
		var n, since, oldest int64
		err := r.Scan(&status, &n, &since, &oldest)
		k := desk.StatusKey(status)
		rows[k] = BoardRow{k, int(n), desk.TicketID(oldest), instant(since)}
		return err
	}, readBoard))
	if err != nil {
		return nil, fmt.Errorf("store: board: %w", err)
	}
	var board []BoardRow
	for _, st := range p.Workflow.Statuses {
		if r, ok := rows[st.Key]; ok {
			board = append(board, r)
		}
	}
	return board, nil
}
