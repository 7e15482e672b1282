package webtest

import (
	"context"
	"encoding/json"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
)

// Trace begins a trace of Chromium, and its end is how long at most one task
// held a page's thread meanwhile: by the clock, and at work.
func (b *Browser) Trace() (end func() (wall, cpu time.Duration)) {
	b.t.Helper()
	type traced struct {
		Name, Ph  string
		Pid, Tid  int
		Dur, Tdur float64 // in microseconds
		Args      struct{ Name string }
	}
	var events []traced
	whole := make(chan error, 1)
	ctx, stop := context.WithCancel(b.ctx)
	err := chromedp.Listen(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *tracing.EventDataCollected:
			for _, raw := range ev.Value {
				var e traced
				if json.Unmarshal(raw, &e) == nil {
					events = append(events, e)
				}
			}
		case *tracing.EventTracingComplete:
			if ev.DataLossOccurred {
				b.t.Error("the trace has holes")
			}
			whole <- nil
		}
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, tracing.Start, tracing.StartParams{TraceConfig: &tracing.TraceConfig{
			IncludedCategories: []string{"toplevel", "disabled-by-default-devtools.timeline"}, ExcludedCategories: []string{"*"},
		}})
		return err
	}))
	return func() (wall, cpu time.Duration) {
		b.t.Helper()
		defer stop()
		b.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			if _, err := cdp.Call(ctx, t, tracing.End, cdp.Empty{}); err != nil {
				return err
			}
			select {
			case err := <-whole:
				return err
			case <-ctx.Done():
				return ctx.Err()
			}
		}))
		type thread struct{ pid, tid int }
		page := map[thread]bool{}
		for _, e := range events {
			if e.Name == "thread_name" && e.Args.Name == "CrRendererMain" {
				page[thread{e.Pid, e.Tid}] = true
			}
		}
		tasks := 0
		for _, e := range events {
			if e.Ph == "X" && page[thread{e.Pid, e.Tid}] && (e.Name == "RunTask" || e.Name == "ThreadControllerImpl::RunTask") {
				tasks++
				wall = max(wall, time.Duration(e.Dur)*time.Microsecond)
				cpu = max(cpu, time.Duration(e.Tdur)*time.Microsecond)
			}
		}
		if tasks == 0 || cpu == 0 {
			b.t.Fatalf("the trace holds no task of a page among its %d events", len(events))
		}
		return wall, cpu
	}
}
