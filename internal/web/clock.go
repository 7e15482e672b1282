package web

import (
	"context"
	"net/http"
	"time"
)

// clockFace is the desk's time and where the page's buttons move it.
type clockFace struct {
	Now     time.Time `json:"now"`
	Workday time.Time `json:"workday"` // next Monday to Friday 09:00 in Zone
	Monday  time.Time `json:"monday"`
	Zone    string    `json:"zone"`
}

func (s *Server) clockFace() clockFace {
	now := s.now()
	morning := func(good func(time.Weekday) bool) time.Time {
		d := now.In(s.zone)
		for i := 0; ; i++ {
			t := time.Date(d.Year(), d.Month(), d.Day()+i, 9, 0, 0, 0, s.zone)
			if t.After(now) && good(t.Weekday()) {
				return t.UTC()
			}
		}
	}
	return clockFace{
		Now: now, Zone: s.zone.String(),
		Workday: morning(func(d time.Weekday) bool { return d != time.Saturday && d != time.Sunday }),
		Monday:  morning(func(d time.Weekday) bool { return d == time.Monday }),
	}
}

// moveClock moves the desk's clock by `advance` or to `to`, never back.
func (s *Server) moveClock(r *http.Request) (any, error) {
	var b struct{ Advance, To string }
	if err := readBody(r, &b); err != nil {
		return nil, err
	}
	if (b.Advance == "") == (b.To == "") {
		return nil, refuse(http.StatusBadRequest, `give either "advance" ("16m") or "to" ("2026-03-09T09:00:00Z")`)
	}
	if s.cfg.Advance == nil {
		return nil, refuse(http.StatusNotFound, "the clock of this desk cannot be moved")
	}
	s.clock.Lock()
	defer s.clock.Unlock()
	to, err := target(b.Advance, b.To, s.now())
	if err != nil {
		return nil, err
	}
	now, err := s.advance(r.Context(), to)
	if err != nil {
		return nil, err
	}
	return map[string]time.Time{"now": now.UTC()}, nil
}

func target(advance, to string, now time.Time) (time.Time, error) {
	if to != "" {
		t, err := time.Parse(time.RFC3339, to)
		if err != nil {
			return t, refuse(http.StatusBadRequest, "%q is not a time such as 2026-03-09T09:00:00Z", to)
		}
		if t.Before(now) {
			return t, refuse(http.StatusBadRequest, "the clock cannot go back: it is %s now", now.Format(time.RFC3339))
		}
		return t.UTC(), nil
	}
	d, err := time.ParseDuration(advance)
	if err != nil || d < 0 {
		return now, refuse(http.StatusBadRequest, "%q is not a span forward such as 16m or 36h", advance)
	}
	return now.Add(d), nil
}

// advance goes on when the client goes away: half a move helps nobody.
func (s *Server) advance(ctx context.Context, to time.Time) (time.Time, error) {
	now, err := s.cfg.Advance(context.WithoutCancel(ctx), to)
	if err != nil {
		s.cfg.Log.Error("moving the clock", "to", to, "err", err)
		return now, refuse(http.StatusBadRequest, "the clock stays where it is: %v", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tell(event{name: "clock", data: s.clockFace()})
	return now, nil
}
