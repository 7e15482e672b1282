package report

import (
	"fmt"
	"math"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// LeadWords are what stands in the lead-time picture.
type LeadWords struct {
	Title, Up      string
	Normal, Urgent string
	Median, P85    string
}

// LeadPicture is the lead times of what was completed, each at its day, in the
// zone, on a logarithmic scale, since some take minutes and some take weeks; a
// line for half of them and one for 85 in 100. Urgent ones differ by their shape.
// False if there is none.
func LeadPicture(done []Finished, from, to time.Time, zone *time.Location, w LeadWords) ([]byte, bool, error) {
	if len(done) == 0 {
		return nil, false, nil
	}
	var normal, urgent plotter.XYs
	low, high := hour, day
	for _, d := range done {
		at := plotter.XY{X: x(d.At), Y: hours(d.Lead)}
		low, high = math.Min(low, at.Y), math.Max(high, at.Y)
		if d.Urgent {
			urgent = append(urgent, at)
		} else {
			normal = append(normal, at)
		}
	}
	p := newPlot(w.Title, w.Up)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = x(from), x(to), low/1.5, high*1.5
	p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, knownSpans{}
	p.X.Tick.Marker = dates(weekly(from.In(zone), to.In(zone)))
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = nil, faint
	p.Add(grid)
	s := LeadsOf(done)
	for _, l := range []struct {
		at   time.Duration
		name string
		dash []vg.Length
	}{{s.Median, w.Median, nil}, {s.P85, w.P85, []vg.Length{6, 4}}} {
		line := plotter.NewFunction(func(float64) float64 { return hours(l.at) })
		line.Samples, line.XMin, line.XMax = 2, p.X.Min, p.X.Max
		line.LineStyle = draw.LineStyle{Color: ink, Width: vg.Points(1.5), Dashes: l.dash}
		p.Add(line)
	}
	var sides []side
	for _, g := range []struct {
		at    plotter.XYs
		name  string
		glyph draw.GlyphStyle
	}{{normal, w.Normal, draw.GlyphStyle{Color: blue, Radius: 3.5, Shape: draw.CircleGlyph{}}}, {urgent, w.Urgent, draw.GlyphStyle{Color: red, Radius: 5, Shape: draw.PyramidGlyph{}}}} {
		if len(g.at) == 0 {
			continue
		}
		dots, err := plotter.NewScatter(g.at)
		if err != nil {
			return nil, false, fmt.Errorf("report: lead times: %w", err)
		}
		dots.GlyphStyle = g.glyph
		p.Add(dots)
		sides = append(sides, side{g.name, p.Y.Min, g.glyph})
	}
	p.Add(beside(append(sides, side{name: w.Median, y: hours(s.Median)}, side{name: w.P85, y: hours(s.P85)})))
	picture, err := png(p, vg.Points(95))
	return picture, true, err
}

// LeadsOf is how long they took.
func LeadsOf(done []Finished) Spread {
	var all []time.Duration
	for _, d := range done {
		all = append(all, d.Lead)
	}
	return spread(all)
}

// Spans in hours.
const (
	hour = 1.0
	day  = 24 * hour
)

// hours is where a span stands: in hours, a minute at least.
func hours(d time.Duration) float64 { return math.Max(d.Hours(), 1.0/60) }

// knownSpans are ticks at spans that people know.
type knownSpans struct{}

// Ticks are those of them that are in between.
func (knownSpans) Ticks(low, high float64) []plot.Tick {
	var ts []plot.Tick
	for _, t := range []plot.Tick{{Value: 1.0 / 60, Label: "1 min"}, {Value: 1.0 / 6, Label: "10 min"}, {Value: hour, Label: "1 h"}, {Value: 6 * hour, Label: "6 h"},
		{Value: day, Label: "1 day"}, {Value: 3 * day, Label: "3 days"}, {Value: 7 * day, Label: "1 week"}, {Value: 30 * day, Label: "1 month"}, {Value: 182 * day, Label: "6 months"}, {Value: 730 * day, Label: "2 years"}} {
		if t.Value >= low && t.Value <= high {
			ts = append(ts, t)
		}
	}
	return ts
}
