package report

import (
	"bytes"
	"fmt"
	"image/color"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Pictures are 1080 × 810 pixels, with letters that can be read on a phone, where
// they are shown a third as wide.
const (
	width, height = 6 * vg.Inch, 4.5 * vg.Inch
	dpi           = 180
	letters       = 12 // points
)

// Colours that people with any kind of colour vision tell apart, and that differ
// in lightness. Source: M. Okabe and K. Ito, "Color Universal Design", 2008.
var (
	orange = color.RGBA{230, 159, 0, 255}
	sky    = color.RGBA{86, 180, 233, 255}
	green  = color.RGBA{0, 158, 115, 255}
	yellow = color.RGBA{240, 228, 66, 255}
	blue   = color.RGBA{0, 114, 178, 255}
	red    = color.RGBA{213, 94, 0, 255}
	ink    = color.RGBA{51, 51, 51, 255}
	faint  = color.RGBA{221, 221, 221, 255}
)

// newPlot is an empty picture with its title and what its height means.
func newPlot(title, up string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = color.White
	p.Title.Text = title
	p.Title.TextStyle = style(letters+2, text.XCenter, text.YTop)
	p.Title.TextStyle.Font.Weight = 3 // bold
	p.Title.Padding = vg.Points(8)
	p.Y.Label.Text = up
	p.Y.Label.TextStyle.Font = face(letters)
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Tick.Label.Font = face(letters)
		a.Color, a.Tick.Label.Color, a.Tick.LineStyle.Color, a.Label.TextStyle.Color = ink, ink, ink, ink
	}
	return p
}

func face(points font.Length) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: points}
}

func style(points font.Length, x text.XAlignment, y text.YAlignment) text.Style {
	return text.Style{Color: ink, Font: face(points), XAlign: x, YAlign: y, Handler: plot.DefaultTextHandler}
}

// png draws the picture. Right is how much of its width is left free for what is
// written there.
func png(p *plot.Plot, right vg.Length) ([]byte, error) {
	c := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))
	p.Draw(draw.Crop(draw.New(c), vg.Points(8), -right, vg.Points(8), -vg.Points(8)))
	var b bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: c}).WriteTo(&b); err != nil {
		return nil, fmt.Errorf("report: picture: %w", err)
	}
	return b.Bytes(), nil
}

// dates are ticks at the given instants, written in their zone.
func dates(days []time.Time) plot.ConstantTicks {
	var ts plot.ConstantTicks
	for _, d := range days {
		ts = append(ts, plot.Tick{Value: x(d), Label: d.Format("2 Jan")})
	}
	return ts
}

// x is where an instant stands.
func x(at time.Time) float64 { return float64(at.Unix()) }

// weekly are the midnights a week apart that lead up to the last day.
func weekly(from, to time.Time) []time.Time {
	var ds []time.Time
	last := time.Date(to.Year(), to.Month(), to.Day(), 0, 0, 0, 0, to.Location())
	for n := 0; ; n++ {
		d := last.AddDate(0, 0, -7*n)
		if d.Before(from) {
			return ds
		}
		ds = append(ds, d)
	}
}
