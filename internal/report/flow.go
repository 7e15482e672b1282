package report

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"deskbell.dev/deskbell/internal/desk"
)

// bands are the stages from the bottom up, as a cumulative-flow diagram has them.
var bands = []struct {
	stage desk.Stage
	fill  color.Color
}{{desk.Done, green}, {desk.Waiting, yellow}, {desk.Active, blue}, {desk.Ready, sky}, {desk.Triage, orange}}

// FlowPicture is the cumulative-flow diagram of the days, in the zone: how many
// tickets were in each stage. A band that grows wider is work that piles up there.
// Every band has its name and its last count beside it, so that no colour needs to
// be known. False for a desk without a ticket.
func FlowPicture(days []Day, zone *time.Location, title, up string, names map[desk.Stage]string) ([]byte, bool, error) {
	var tops [][]float64 // a band's upper edge, by band and day
	below := make([]float64, len(days))
	for _, b := range bands {
		for n, d := range days {
			below[n] += float64(d.N[b.stage])
		}
		tops = append(tops, slices.Clone(below))
	}
	if len(days) < 2 || slices.Max(below) == 0 {
		return nil, false, nil
	}
	first, last := days[0].At.In(zone), days[len(days)-1].At.In(zone)
	p := newPlot(title, up)
	p.X.Min, p.X.Max, p.Y.Min = x(first), x(last), 0
	p.X.Tick.Marker, p.Y.Tick.Marker = dates(weekly(first, last)), whole{}
	for n := len(bands) - 1; n >= 0; n-- { // each is filled down to the bottom
		l, err := plotter.NewLine(edge(days, tops[n]))
		if err != nil {
			return nil, false, fmt.Errorf("report: flow: %w", err)
		}
		l.FillColor, l.LineStyle.Color, l.LineStyle.Width = bands[n].fill, color.White, vg.Points(1)
		p.Add(l)
	}
	p.Y.Max = math.Max(slices.Max(below)*1.05, 4)
	var sides []side
	for n, b := range bands {
		bottom := 0.0
		if n > 0 {
			bottom = tops[n-1][len(days)-1]
		}
		top := tops[n][len(days)-1]
		sides = append(sides, side{fmt.Sprintf("%s %.0f", names[b.stage], top-bottom), (top + bottom) / 2, draw.GlyphStyle{Color: b.fill, Radius: 6, Shape: draw.BoxGlyph{}}})
	}
	p.Add(beside(sides))
	picture, err := png(p, vg.Points(95))
	return picture, true, err
}

func edge(days []Day, tops []float64) plotter.XYs {
	var line plotter.XYs
	for n, d := range days {
		line = append(line, plotter.XY{X: x(d.At), Y: tops[n]})
	}
	return line
}

// side is a name at a height, with its mark before it.
type side struct {
	name string
	y    float64
	mark draw.GlyphStyle
}

// beside writes names at the right, from the bottom up, one line apart at least.
type beside []side

// Plot draws them, beyond the picture's own ground.
func (b beside) Plot(c draw.Canvas, p *plot.Plot) {
	_, up := p.Transforms(&c)
	const line = letters + 6
	low := make([]vg.Length, len(b))
	for n, s := range b {
		if low[n] = up(s.y); n > 0 {
			low[n] = max(low[n], low[n-1]+line)
		}
	}
	for n := len(b) - 1; n >= 0; n-- { // what was pushed out at the top pushes the others down
		ceiling := c.Max.Y
		if n+1 < len(b) {
			ceiling = low[n+1] - line
		}
		low[n] = min(low[n], ceiling)
	}
	st := style(letters, text.XLeft, text.YCenter)
	for n, s := range b {
		at := vg.Point{X: c.Max.X + vg.Points(8), Y: low[n]}
		if s.mark.Shape != nil {
			c.DrawGlyphNoClip(s.mark, vg.Point{X: at.X + 5, Y: at.Y})
			at.X += 15
		}
		c.FillText(st, at, s.name)
	}
}

// whole are ticks at whole numbers.
type whole struct{}

// Ticks are at most six, at 1, 2 or 5 times a power of ten apart.
func (whole) Ticks(low, high float64) []plot.Tick {
	step := 1.0
	for n := 0; high/step > 5; n++ {
		step *= []float64{2, 2.5, 2}[n%3]
	}
	var ts []plot.Tick
	for v := 0.0; v <= high; v += step {
		ts = append(ts, plot.Tick{Value: v, Label: fmt.Sprintf("%.0f", v)})
	}
	return ts
}
