package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/desk"
)

// snapshot is a policy as of a version of the desk's stream and a configuration.
type snapshot struct {
	desk.Policy
	base *desk.Policy
}

// errStale: another process or request changed the policy since the snapshot.
var errStale = errors.New("store: the policy changed")

// Configure gives the settings from the file. The Directory in base is ignored:
// it comes from the desk's own events. It may be called again at any time.
func (s *Store) Configure(base desk.Policy) { s.base.Store(&base) }

// Policy is the present policy: the settings and the Directory that the desk's
// events make. It is shared and must not be changed.
func (s *Store) Policy(ctx context.Context) (*desk.Policy, error) {
	if s.e.alone() { // nobody else changes it
		p, err := s.present(ctx)
		if err != nil {
			return nil, err
		}
		return &p.Policy, nil
	}
	var version int64
	if err := s.e.read(ctx, get(scan(&version), readVersion)); err != nil {
		return nil, fmt.Errorf("store: policy: %w", err)
	}
	p, err := s.at(ctx, version)
	if err != nil {
		return nil, err
	}
	return &p.Policy, nil
}

// present is the cached snapshot, which a transaction checks by its version.
func (s *Store) present(ctx context.Context) (*snapshot, error) {
	if p := s.policy.Load(); p != nil && p.base == s.base.Load() {
		return p, nil
	}
	return s.at(ctx, 0)
}

// at is a snapshot of the version or a later one, of the present configuration.
func (s *Store) at(ctx context.Context, version int64) (*snapshot, error) {
	s.loading.Lock()
	defer s.loading.Unlock()
	base, was := s.base.Load(), s.policy.Load()
	if was != nil && was.base == base && was.Version >= version {
		return was, nil
	}
	if base.Hours == nil {
		return nil, errors.New("store: not configured: Configure comes first")
	}
	p := &snapshot{Policy: *base, base: base}
	p.Directory = desk.NewDirectory()
	if was != nil {
		p.Directory = was.Directory
	}
	events, err := s.deskEvents(ctx, p.Version)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		p.Directory = p.Directory.Apply(e)
	}
	if was == nil || was.base != base {
		// Whoever only looks reads the columns as the running desk keeps them.
		if err := s.follow(ctx, &p.Policy); err != nil && !errors.Is(err, ErrReadOnly) {
			return nil, err
		}
	}
	s.policy.Store(p)
	return p, nil
}

// keep stores the snapshot that follows from events just saved, unless another
// got there first.
func (s *Store) keep(was *snapshot, events ...desk.DeskEvent) {
	s.loading.Lock()
	defer s.loading.Unlock()
	if s.policy.Load() == was {
		p := *was
		for _, e := range events {
			p.Directory = p.Directory.Apply(e)
		}
		s.policy.Store(&p)
	}
}

// follow brings the columns of open tickets that say what the policy says
// (stage, place and trait of the priority) up to a changed configuration. A
// fingerprint in the settings tells whether it changed at all.
func (s *Store) follow(ctx context.Context, p *desk.Policy) error {
	var print strings.Builder
	for _, st := range p.Workflow.Statuses {
		print.WriteString(string(st.Key) + "=" + string(st.Stage) + " ")
	}
	for _, pr := range p.Priorities {
		print.WriteString(string(pr.Key) + "=" + strconv.FormatBool(pr.Urgent) + " ")
	}
	saved, err := s.Setting(ctx, "policy")
	if err != nil && !errors.Is(err, ErrNotFound) || saved == print.String() {
		return err
	}
	asks := []ask{do(upsertSetting, "policy", print.String())}
	for _, st := range p.Workflow.Statuses {
		if st.Stage != desk.Done {
			asks = append(asks, do(replaceStatus, string(st.Key), string(st.Stage)))
		}
	}
	for i, pr := range p.Priorities {
		asks = append(asks, do(replacePriority, string(pr.Key), int64(i), pr.Urgent))
	}
	return s.e.write(ctx, func(t tx) error { return t.run(asks...) })
}

// deskEvents reads the desk's stream after a version, in order.
func (s *Store) deskEvents(ctx context.Context, after int64) ([]desk.DeskEvent, error) {
	type stored struct {
		e          desk.DeskEvent
		fact, body string
	}
	var all []stored
	words := map[int64]map[string]string{}
	err := s.e.read(ctx,
		get(func(r row) error {
			var x stored
			var at, member int64
			if err := r.Scan(&x.e.Seq, &at, &member, &x.e.By.Clock, &x.fact, &x.body); err != nil {
				return err
			}
			x.e.At, x.e.By.Member = instant(at), desk.MemberID(member)
			all = append(all, x)
			return nil
		}, readDeskEvents, after),
		get(func(r row) error {
			var seq int64
			var field, body string
			if err := r.Scan(&seq, &field, &body); err != nil {
				return err
			}
			if words[seq] == nil {
				words[seq] = map[string]string{}
			}
			words[seq][field] = body
			return nil
		}, readDeskWords, after))
	if err != nil {
		return nil, fmt.Errorf("store: the desk's events: %w", err)
	}
	var events []desk.DeskEvent
	for _, x := range all {
		v, ok := desk.NewDeskFact(x.fact)
		if !ok {
			return nil, fmt.Errorf("store: desk event %d is a %s, which this program does not know: %w", x.e.Seq, x.fact, ErrNewerSchema)
		}
		f, err := decode(v, x.body, words[x.e.Seq])
		if err != nil {
			return nil, err
		}
		x.e.What = f.(desk.DeskFact)
		events = append(events, x.e)
	}
	return events, nil
}

// DeskRequest asks for a change of the desk itself.
type DeskRequest struct {
	By   desk.Actor
	At   time.Time
	Do   desk.DeskFact
	Key  desk.DeliveryKey
	Then []desk.Notice // saved with it, unless it is refused
}

// DeskRequests asks for several, in order.
type DeskRequests struct {
	By   desk.Actor
	At   time.Time
	Do   []desk.DeskFact
	Key  desk.DeliveryKey
	Then []desk.Notice
}
